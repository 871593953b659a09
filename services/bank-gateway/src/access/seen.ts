import type { Refusal } from "@huimin/outcome";

/*
 * What a bank hears of another bank's business: exactly what it would hear if there were none. The rules say which bank a
 * record is of, which the office may read; to a bank such a refusal becomes that of an unknown record, with the same
 * words, place and status. Nothing can be found out by trying numbers.
 *
 * One thing stays visible: a new loan can't have a number that is taken, whoever has it.
 */

type Body = Readonly<Record<string, unknown>>;
type Seen = (refusal: Refusal, body: Body) => Refusal;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "–");

const ofLoan: Seen = ({ details }, body) => ({ code: "LOAN_NOT_DISBURSED", details: { loan: textOf(details?.loan ?? body.loan) } });
const numberTaken: Seen = (_, { loan }) => ({ code: "LOAN_NUMBER_TAKEN", details: { loan: textOf(loan) }, path: "/loan" });
const ofBatch: Seen = ({ details }) => ({ code: "BATCH_UNKNOWN", details: { batch: textOf(details?.batch) }, path: "/batch" });
const ofCase: Seen = (_, { ref, loans }) =>
  loans === undefined
    ? { code: "CASE_UNKNOWN", details: { ref: textOf(ref) }, path: "/ref" }
    : { code: "COMPENSATION_LOAN_UNKNOWN", details: { loan: firstLoan(loans) }, path: "/loans" };
const firstLoan = (loans: unknown): string => textOf((loans as readonly { readonly loan?: unknown }[] | undefined)?.[0]?.loan);

const FOREIGN: Readonly<Record<string, Seen>> = {
  OTHER_BANKS_LOAN: (refusal, body) => (body.floating === undefined ? ofLoan(refusal, body) : numberTaken(refusal, body)),
  LOAN_OF_OTHER_BORROWER: numberTaken,
  BATCH_OTHER_BANKS: ofBatch,
  OTHER_BANKS_CASE: ofCase,
  CLAIM_OTHER_BANK: ({ details, path }) => ({
    code: "SUBSIDY_LOAN_UNKNOWN",
    details: { loan: textOf(details?.loan) },
    ...(path === undefined ? {} : { path }),
  }),
  PAYOUT_OTHER_BANK: ({ details }) => ({
    code: "PAYOUT_BATCH_UNKNOWN",
    details: { payoutBatch: textOf(details?.payoutBatch) },
    path: "/payoutBatch",
  }),
  ENTRY_OF_OTHER_BANK: ({ details }) => ({ code: "ENTRY_UNKNOWN", details: details ?? {}, path: "/entry" }),
  // A household must be told to go to its street office; where else it has its account is not this bank's business.
  ACCOUNT_OF_OTHER_BANK: (refusal) => ({ ...refusal, details: { ...refusal.details, bank: "其他银行 / another bank" } }),
  EQUITY_ENTRY_OF_OTHER_BANK: ({ details }) => ({ code: "EQUITY_ENTRY_UNKNOWN", details: details ?? {}, path: "/serial" }),
};

/** Whether a refusal says that the record is another bank's. */
export const isForeign = ({ code }: Refusal, body: Body, bank: string): boolean =>
  code === "BANK_RECORD_NOT_OWN" || (code in FOREIGN && !namesAnother(body, bank));

/** A message that names another bank by itself has told what it is refused for. */
const namesAnother = (body: Body, bank: string): boolean => typeof body.bank === "string" && body.bank !== bank;

/** The refusal as the sending bank may see it. `body`: the command that was refused. */
export function asSeenByBank(refusal: Refusal, body: Body, bank: string): Refusal {
  const seen = FOREIGN[refusal.code];
  if (!seen || namesAnother(body, bank)) return refusal;
  const { row } = refusal;
  return { ...seen(refusal, body), ...(row === undefined ? {} : { row }) };
}
