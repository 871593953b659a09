import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { PAYMENTS_MAX } from "./limits.ts";
import { cut, group, tag } from "./xml-write.ts";

/* pain.001.001.09: a payment order of one debtor account with many payees (代发). */

export const PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/** Max35Text less `-5000` and a little room. */
export const ORDER_ID_CHARACTERS_MAX = 29;

export interface Payment {
  readonly amount: Fen;
  readonly name: string;
  readonly account: string;
  /** 摘要, 140 characters at most. */
  readonly purpose: string;
}

export interface PaymentOrder {
  /** Number of the batch: MsgId and PmtInfId, and what the bank's answer names. At most {@link ORDER_ID_CHARACTERS_MAX} characters. */
  readonly id: string;
  /** ISO instant with offset. */
  readonly createdAt: string;
  /** Day of execution. */
  readonly on: string;
  readonly initiator: string;
  readonly debtor: string;
  /** Number of the debtor's account at the bank, or what both sides call it. */
  readonly debtorAccount: string;
  /** Whose scheme `debtorAccount` is of; undefined for a real account number. */
  readonly debtorScheme?: string;
  /** Id of the bank. */
  readonly bank: string;
}

/** EndToEndId of a payment by its place in the order, from 1: what results name. */
export const endToEndId = (order: string, number: number): string => `${order}-${number}`;

/** The place of a payment by its EndToEndId; undefined for another order's. */
export function paymentNumber(order: string, id: string): number | undefined {
  const number = id.startsWith(`${order}-`) ? id.slice(order.length + 1) : "";
  return /^[1-9]\d{0,5}$/.test(number) ? Number(number) : undefined;
}

/** The order that an EndToEndId names. */
export const orderOf = (id: string): string | undefined => /^(.+)-[1-9]\d{0,5}$/.exec(id)?.[1];

/** The message, payment by payment. Throws BANK_FILE_TOO_LARGE above {@link PAYMENTS_MAX} payments or for a longer id. */
export function* writePain001(order: PaymentOrder, payments: readonly Payment[]): Generator<string> {
  if (payments.length > PAYMENTS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "payments", limit: PAYMENTS_MAX });
  if (order.id.length > ORDER_ID_CHARACTERS_MAX)
    throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "characters of MsgId", limit: ORDER_ID_CHARACTERS_MAX });
  const totals = tag("NbOfTxs", payments.length) + tag("CtrlSum", formatAmount(sumFen(payments.map(({ amount }) => amount))));
  const scheme = order.debtorScheme === undefined ? "" : group("SchmeNm", tag("Prtry", cut(order.debtorScheme, 35)));
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${PAIN_001}"><CstmrCdtTrfInitn>`;
  const initiator = group("InitgPty", tag("Nm", cut(order.initiator, 140)));
  yield `${group("GrpHdr", tag("MsgId", order.id), tag("CreDtTm", order.createdAt), totals, initiator)}\n<PmtInf>`;
  yield [
    tag("PmtInfId", order.id),
    tag("PmtMtd", "TRF"),
    tag("BtchBookg", "true"),
    totals,
    group("ReqdExctnDt", tag("Dt", order.on)),
    group("Dbtr", tag("Nm", cut(order.debtor, 140))),
    group("DbtrAcct", group("Id", group("Othr", tag("Id", cut(order.debtorAccount, 34)), scheme)), tag("Ccy", "CNY")),
    group("DbtrAgt", group("FinInstnId", group("Othr", tag("Id", cut(order.bank, 35))))),
  ].join("");
  for (const [index, payment] of payments.entries()) yield `\n${transfer(order.id, index + 1, payment)}`;
  yield "\n</PmtInf></CstmrCdtTrfInitn></Document>\n";
}

const transfer = (order: string, number: number, { amount, name, account, purpose }: Payment): string =>
  group(
    "CdtTrfTxInf",
    group("PmtId", tag("EndToEndId", endToEndId(order, number))),
    group("Amt", `<InstdAmt Ccy="CNY">${formatAmount(amount)}</InstdAmt>`),
    group("Cdtr", tag("Nm", cut(name, 140))),
    group("CdtrAcct", group("Id", group("Othr", tag("Id", cut(account, 34))))),
    group("RmtInf", tag("Ustrd", cut(purpose, 140))),
  );
