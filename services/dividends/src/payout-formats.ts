import { BankFileFault, ORDER_ID_CHARACTERS_MAX, PAYMENTS_MAX, writeCsv, writePain001, writeXlsx } from "@huimin/bank-files";
import { isSandboxDistrict, SANDBOX_MARK } from "@huimin/identity";
import { type Fen, formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { payoutFileErrors as errors } from "./payout-errors.ts";
import { withoutZipDates } from "./zip-dates.ts";

/*
 * The forms of a payout file for the bank: the 代发 list as CSV or workbook (totals, then 序号, 收款账号, 收款户名, 金额,
 * 摘要), or a pain.001. The list names a payment by 批次号 and 序号, the message by EndToEndId: results come back by them.
 */

export type PayoutFormat = "csv" | "xlsx" | "pain.001";
export const PAYOUT_FORMATS = ["csv", "xlsx", "pain.001"] as const satisfies readonly PayoutFormat[];

export const PAYOUT_TYPES: Readonly<Record<PayoutFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "pain.001": "application/xml; charset=utf-8",
};

export interface PayoutLine {
  readonly account: string;
  readonly name: string;
  readonly amount: Fen;
  readonly purpose: string;
}

export interface PayoutList {
  readonly payoutBatch: string;
  readonly bank: string;
  readonly total: Fen;
  readonly fileHash: string;
  readonly district: string;
  /** Instant of submission and day of execution. */
  readonly submittedAt: string;
  readonly on: string;
  readonly lines: readonly PayoutLine[];
}

/** What the account is called between district and bank, where its number is not in the system: the ledger's own account. */
const AGENCY_ACCOUNT = "1002.03";
const PAYER = "代发单位";

/** What stands before everything in a list of a sandbox: nobody may take it for an order to pay. */
const warning = (list: PayoutList): string[][] => (isSandboxDistrict(list.district) ? [[SANDBOX_MARK, "请勿付款 do not pay"]] : []);
const marked = (list: PayoutList, text: string): string => (isSandboxDistrict(list.district) ? `${SANDBOX_MARK} ${text}` : text);

const cells = (list: PayoutList): string[][] => [
  ...warning(list),
  ["代发批次号", list.payoutBatch],
  ["代发银行", list.bank],
  ["总笔数", String(list.lines.length)],
  ["总金额", formatAmount(list.total)],
  ["清单校验(SHA-256)", list.fileHash],
  ["序号", "收款账号", "收款户名", "金额", "摘要"],
  ...list.lines.map(({ account, name, amount, purpose }, index) => [
    String(index + 1),
    account,
    name,
    formatAmount(amount),
    marked(list, purpose),
  ]),
];

/** What a file of each form ends with. */
export const PAYOUT_EXTENSIONS: Readonly<Record<PayoutFormat, string>> = { csv: "csv", xlsx: "xlsx", "pain.001": "xml" };

/** The file. Refuses PAYOUT_FILE_TOO_LONG, PAYOUT_FILE_ID_TOO_LONG, PAYOUT_FILE_CHARACTER. */
export async function formatPayoutFile(
  list: PayoutList,
  format: PayoutFormat,
): Promise<Result<{ name: string; content: Uint8Array }, Refusal>> {
  const { payoutBatch, lines } = list;
  if (lines.length > PAYMENTS_MAX) return refuse(errors.PAYOUT_FILE_TOO_LONG, { payoutBatch, count: lines.length, limit: PAYMENTS_MAX });
  if (format === "pain.001" && payoutBatch.length > ORDER_ID_CHARACTERS_MAX)
    return refuse(errors.PAYOUT_FILE_ID_TOO_LONG, { payoutBatch, limit: ORDER_ID_CHARACTERS_MAX });
  const name = `${isSandboxDistrict(list.district) ? "SANDBOX-" : ""}${payoutBatch}.${PAYOUT_EXTENSIONS[format]}`;
  try {
    return ok({ name, content: format === "pain.001" ? orderOf(list) : await tableOf(list, format) });
  } catch (fault) {
    if (fault instanceof BankFileFault) return refuse(errors.PAYOUT_FILE_CHARACTER, { payoutBatch });
    throw fault;
  }
}

/** The same list is the same file, whenever it is made: a payout that is begun again must not look like another one. */
async function tableOf(list: PayoutList, format: "csv" | "xlsx"): Promise<Uint8Array> {
  if (format === "csv") return Buffer.concat(await Array.fromAsync(writeCsv(cells(list))));
  const workbook = writeXlsx("代发清单", cells(list), new Date(list.submittedAt));
  return withoutZipDates(Buffer.concat(await Array.fromAsync(workbook)));
}

function orderOf(list: PayoutList): Uint8Array {
  const { payoutBatch, bank, district, submittedAt, on } = list;
  const lines = list.lines.map((line) => ({ ...line, purpose: marked(list, line.purpose) }));
  const debtor = {
    initiator: marked(list, `${PAYER} ${district}`),
    debtor: marked(list, `${PAYER} ${district}`),
    debtorAccount: `${district}-${AGENCY_ACCOUNT}`,
    debtorScheme: "LEDGER",
  };
  return Buffer.from([...writePain001({ id: payoutBatch, createdAt: submittedAt, on, bank, ...debtor }, lines)].join(""));
}
