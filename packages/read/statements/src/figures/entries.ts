import { addDays, type IsoDate, yearOf } from "@huimin/calendar";
import type { LoanPayload } from "@huimin/loan/events";
import { type Fen, fen } from "@huimin/money";
import type { SubsidyPayload } from "@huimin/subsidy/events";

/*
 * What an event says for a yearly statement: entries by loan and year. Pure functions of one event, like the posting
 * rules of the books, and of the same amounts: principal moves 9201, interest 9105, subsidy 2303.01.
 */

/**
 * drawn, renewed, repaid: principal; compensated, recovered, released: principal that others settled. interest, penalty: settled 结息 to the household's burden. subsidy: accrued on the
 * interest of that year, clawback: claimed back of it. paid: subsidy paid out or set off (its year is that of payment).
 */
export type EntryKind =
  | "drawn"
  | "renewed"
  | "repaid"
  | "compensated"
  | "recovered"
  | "released"
  | "interest"
  | "penalty"
  | "subsidy"
  | "clawback"
  | "paid";

export interface StatementEntry {
  readonly kind: EntryKind;
  readonly loan: string;
  /** Year of the statement that it belongs to: of the value date; of the settled days for subsidy and clawback. */
  readonly year: number;
  /** Fen, signed; positive in the normal case. */
  readonly amount: Fen;
}

/** Of a stored event, what the rules here need. */
export interface StatementEvent {
  readonly type: string;
  readonly valueDate: IsoDate;
  readonly payload: unknown;
}

type Rule = (event: StatementEvent) => readonly StatementEntry[];

// biome-ignore lint/suspicious/noExplicitAny: each rule names its payload; the table holds them all
const rule = <P = any>(of: (payload: P, event: StatementEvent) => readonly StatementEntry[]): Rule => {
  return (event) => of(event.payload as P, event).filter((entry) => entry.amount !== 0n);
};

const entry = (kind: EntryKind, loan: string, year: number, amount: Fen): StatementEntry => ({ kind, loan, year, amount });
const negative = (amount: Fen): Fen => (amount > 0n ? -amount : amount);

/** A settlement belongs to the year of its last day: the 20th of a settlement month, or the day before a prepayment. */
const settledIn = (toExcl: IsoDate): number => yearOf(addDays(toExcl, -1));

type Repayment = LoanPayload<"RepaymentReceived"> | LoanPayload<"RepaymentReversed">;
const repaid = rule<Repayment>((p, event) => [
  entry("repaid", p.loan, yearOf(event.valueDate), fen(p.principal)),
  // 利随本清 that is reversed takes its interest back too; otherwise the interest stays owed.
  ...("prepaid" in p && p.prepaid ? [entry("interest", p.loan, yearOf(event.valueDate), fen(p.interest))] : []),
]);

type SettledByOthers = "LoanCompensated" | "LoanRecovered" | "LoanReleased";
const settled = <T extends SettledByOthers>(kind: EntryKind): Rule =>
  rule<LoanPayload<T>>((p, event) => [entry(kind, p.loan, yearOf(event.valueDate), fen(p.principal))]);

/** The year of a claim quarter `2017Q4`. */
const yearOfQuarter = (quarter: string): number => Number(quarter.slice(0, 4));

const rules: Readonly<Record<string, Rule>> = {
  LoanDisbursed: rule<LoanPayload<"LoanDisbursed">>((p, event) => [entry("drawn", p.loan, yearOf(event.valueDate), fen(p.amount))]),
  LoanToppedUp: rule<LoanPayload<"LoanToppedUp">>((p, event) => [entry("drawn", p.loan, yearOf(event.valueDate), fen(p.amount))]),
  DisbursementReversed: rule<LoanPayload<"DisbursementReversed">>((p, event) => [
    entry("drawn", p.loan, yearOf(event.valueDate), negative(fen(p.amount))),
  ]),
  LoanRenewedNoRepayment: rule<LoanPayload<"LoanRenewedNoRepayment">>((p, event) => [
    entry("renewed", p.loan, yearOf(event.valueDate), -fen(p.amount)),
    entry("renewed", p.newLoan, yearOf(event.valueDate), fen(p.amount)),
  ]),
  RepaymentReceived: repaid,
  RepaymentDuplicateReleased: repaid,
  RepaymentReversed: repaid,
  LoanPrepaid: rule<LoanPayload<"LoanPrepaid">>((p, event) => [
    entry("repaid", p.loan, yearOf(event.valueDate), fen(p.principal)),
    entry("interest", p.loan, yearOf(event.valueDate), fen(p.interest)),
  ]),
  LoanCompensated: settled<"LoanCompensated">("compensated"),
  LoanRecovered: settled<"LoanRecovered">("recovered"),
  LoanReleased: settled<"LoanReleased">("released"),
  InterestSettled: rule<LoanPayload<"InterestSettled">>((p) =>
    p.bearer === "household" ? [entry(p.kind === "normal" ? "interest" : "penalty", p.loan, settledIn(p.toExcl), fen(p.amount))] : [],
  ),
  InterestCorrected: rule<LoanPayload<"InterestCorrected">>((p) =>
    p.bearer === "household" ? [entry(p.kind === "normal" ? "interest" : "penalty", p.loan, settledIn(p.toExcl), fen(p.difference))] : [],
  ),
  SubsidyAccrued: rule<SubsidyPayload<"SubsidyAccrued">>((p, event) => accrued(p, event)),
  SubsidyAccrualReversed: rule<SubsidyPayload<"SubsidyAccrualReversed">>((p) => [
    entry("subsidy", p.loan, yearOfQuarter(p.claim), negative(fen(p.amount))),
  ]),
  SubsidyClawbackDecided: rule<SubsidyPayload<"SubsidyClawbackDecided">>((p, event) => {
    const byClaim = p.byClaim.map((row) => entry("clawback", p.loan, yearOfQuarter(row.claim), fen(row.clawback)));
    return [...byClaim, rest("clawback", p.loan, yearOf(event.valueDate), fen(p.total), byClaim)];
  }),
  /** The rows of a reversal are negative. */
  SubsidyClawbackReversed: rule<SubsidyPayload<"SubsidyClawbackReversed">>((p, event) => {
    const byClaim = p.byClaim.map((row) => entry("clawback", p.loan, yearOfQuarter(row.claim), fen(row.clawback)));
    return [...byClaim, rest("clawback", p.loan, yearOf(event.valueDate), fen(p.total), byClaim)];
  }),
  SubsidyPaid: rule<SubsidyPayload<"SubsidyPaid">>((p, event) => [entry("paid", p.loan, yearOf(event.valueDate), fen(p.amount))]),
  SubsidyPaymentReturned: rule<SubsidyPayload<"SubsidyPaymentReturned">>((p, event) => [
    entry("paid", p.loan, yearOf(event.valueDate), -fen(p.amount)),
  ]),
  /** The same on two streams; the one with side `claim` counts, against the loan whose payable it closes. */
  SubsidyClawbackSetOff: rule<SubsidyPayload<"SubsidyClawbackSetOff">>((p, event) =>
    p.side === "claim" ? [entry("paid", p.againstLoan, yearOf(event.valueDate), fen(p.amount))] : [],
  ),
};

/** By the year of each settlement; what the settlements do not explain of the amount goes to the year of the value date. */
function accrued(payload: SubsidyPayload<"SubsidyAccrued">, event: StatementEvent): StatementEntry[] {
  const settlements = payload.settlements.map((one) => entry("subsidy", payload.loan, settledIn(one.toExcl), fen(one.subsidy)));
  const year = payload.accrualsOf ?? (payload.claim === undefined ? yearOf(event.valueDate) : yearOfQuarter(payload.claim));
  return [...settlements, rest("subsidy", payload.loan, year, fen(payload.amount), settlements)];
}

const rest = (kind: EntryKind, loan: string, year: number, total: Fen, parts: readonly StatementEntry[]): StatementEntry =>
  entry(
    kind,
    loan,
    year,
    parts.reduce((left, part) => left - part.amount, total),
  );

/** The entries of an event of own loans (自贷创业); none for an event that changes no figure. */
export const entriesOf = (event: StatementEvent): readonly StatementEntry[] => rules[event.type]?.(event) ?? [];

/** Types of the events that change a figure. */
export const statementTypes: readonly string[] = Object.keys(rules);
