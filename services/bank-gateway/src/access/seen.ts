import type { Refusal } from "@huimin/outcome";

/*
 * What a bank hears of another bank's business: exactly what it would hear if there were none. The rules say which bank a
 * record is of, which the office may read; to a bank such a refusal becomes that of an unknown record, with the same
 * words, place and status. Nothing can be found out by trying numbers.
 *
 * One thing stays visible: a new loan can't have a number that is taken, whoever has it.
 */

/** A message that was refused: the name of its command, and its body. */
export interface RefusedMessage {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Seen = (refusal: Refusal, message: RefusedMessage) => Refusal;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "–");

const ofLoan: Seen = ({ details }, { name, body }) =>
  name === "RecordEnterpriseDisbursement"
    ? { code: "LOAN_NUMBER_TAKEN", details: { loan: textOf(body.loan) }, path: "/loan" }
    : { code: "LOAN_NOT_DISBURSED", details: { loan: textOf(details?.loan ?? body.loan) } };

/** What each message on subsidies says of a loan without any. */
const ofSubsidy: Seen = ({ details, path }, { name, body }) => {
  const loan = textOf(details?.loan);
  const payee = textOf(body.payee);
  switch (name) {
    case "PaySubsidy":
      return { code: "NO_OPEN_PAYABLE", details: { loan, payee } };
    case "ReturnSubsidyPayment":
      return { code: "NO_PAYMENT_TO_RETURN", details: { loan, payee } };
    case "ReceiveSubsidyClawback":
      return { code: "NO_OPEN_CLAIM", details: { loan, obligor: textOf(body.obligor) } };
    case "ReverseClawbackReceipt":
      return { code: "CLAWBACK_RECEIPT_UNKNOWN", details: { loan, serial: textOf(body.serial) }, path: "/serial" };
    default:
      return { code: "SUBSIDY_LOAN_UNKNOWN", details: { loan }, ...(path === undefined ? {} : { path }) };
  }
};

/** A message that names loans alone must not learn which batch they are of. */
const ofBatch: Seen = (_, { body: { batch, loan, loans } }) =>
  batch === undefined
    ? {
        code: "BATCH_LOAN_UNKNOWN",
        details: { batch: "–", loan: textOf(loan ?? (loans as readonly unknown[] | undefined)?.[0]) },
        path: "/loan",
      }
    : { code: "BATCH_UNKNOWN", details: { batch: textOf(batch) }, path: "/batch" };

const ofCase: Seen = (_, { name, body }) =>
  name === "ApplyForCompensation"
    ? { code: "COMPENSATION_LOAN_UNKNOWN", details: { loan: firstLoan(body.loans) }, path: "/loans" }
    : { code: "CASE_UNKNOWN", details: { ref: textOf(body.ref) }, path: "/ref" };
const firstLoan = (loans: unknown): string => textOf((loans as readonly { readonly loan?: unknown }[] | undefined)?.[0]?.loan);

const FOREIGN: Readonly<Record<string, Seen>> = {
  OTHER_BANKS_LOAN: ofLoan,
  BATCH_OTHER_BANKS: ofBatch,
  OTHER_BANKS_CASE: ofCase,
  CLAIM_OTHER_BANK: ofSubsidy,
  PAYOUT_OTHER_BANK: ({ details }) => ({
    code: "PAYOUT_BATCH_UNKNOWN",
    details: { payoutBatch: textOf(details?.payoutBatch) },
    path: "/payoutBatch",
  }),
  ENTRY_OF_OTHER_BANK: ({ details }) => ({ code: "ENTRY_UNKNOWN", details: details ?? {}, path: "/entry" }),
  EQUITY_ENTRY_OF_OTHER_BANK: ({ details }) => ({ code: "EQUITY_ENTRY_UNKNOWN", details: details ?? {}, path: "/serial" }),
  // A household must be told to go to its street office; where else it has its account is not this bank's business.
  ACCOUNT_OF_OTHER_BANK: (refusal) => ({ ...refusal, details: { ...refusal.details, bank: "其他银行 / another bank" } }),
};

/** A message that names another bank by itself has told what it is refused for. */
const namesAnother = ({ body }: RefusedMessage, bank: string): boolean => typeof body.bank === "string" && body.bank !== bank;

/** Whether a refusal says that the record is another bank's. */
export const isForeign = ({ code }: Refusal): boolean => code === "BANK_RECORD_NOT_OWN" || code in FOREIGN;

/** The refusal as the sending bank may see it. */
export function asSeenByBank(refusal: Refusal, message: RefusedMessage, bank: string): Refusal {
  if (refusal.code === "LOAN_OF_OTHER_BORROWER") return ofLoan(refusal, message);
  const seen = FOREIGN[refusal.code];
  if (!seen || namesAnother(message, bank)) return refusal;
  const { row } = refusal;
  return { ...seen(refusal, message), ...(row === undefined ? {} : { row }) };
}
