import type { IsoDate } from "@huimin/calendar";
import { type Fen, formatAmount, maxFen, minFen } from "@huimin/money";
import { invariant } from "@huimin/outcome";
import type { DividendLine, EarlierLine, HelpLine, InterestLine, OwnLoanLine, StatementFigures } from "@huimin/statement/events";
import type { EntryKind, StatementEntry } from "./entries.ts";

/** What a statement says of a loan besides its amounts, by value date, as known at the cut-off. */
export interface LoanFacts {
  readonly loan: string;
  readonly bank: string;
  readonly bankName: string;
  /** Due dates with the day from which each is in force, ascending. */
  readonly due: readonly { readonly from: IsoDate; readonly due: IsoDate }[];
}

/** Everything of one household that a statement is computed from: facts known at the cut-off and nothing later. */
export interface StatementInput {
  readonly year: number;
  readonly loans: readonly LoanFacts[];
  readonly entries: readonly StatementEntry[];
  /** Sources of dividends and other income of the household, ready-made by their own models. */
  readonly dividends?: readonly DividendLine[];
  readonly paidForEarlierYears?: Fen;
  readonly earlier?: readonly EarlierLine[];
  readonly stake?: StatementFigures["stake"];
  readonly help?: readonly HelpLine[];
}

type Sums = { readonly [K in EntryKind]: { before: Fen; inYear: Fen; ever: Fen } };
/** Principal that others than the household settled. */
const BY_OTHERS = ["compensated", "recovered", "released"] as const;
const KINDS: readonly EntryKind[] = ["drawn", "renewed", "repaid", ...BY_OTHERS, "interest", "penalty", "subsidy", "clawback", "paid"];

const emptySums = (): Sums => Object.fromEntries(KINDS.map((kind) => [kind, { before: 0n, inYear: 0n, ever: 0n }])) as Sums;

function sumByLoan(entries: readonly StatementEntry[], year: number): Map<string, Sums> {
  const byLoan = new Map<string, Sums>();
  for (const { kind, loan, year: entryYear, amount } of entries) {
    const sums = byLoan.get(loan) ?? emptySums();
    byLoan.set(loan, sums);
    const sum = sums[kind];
    sum.ever += amount;
    if (entryYear < year) sum.before += amount;
    else if (entryYear === year) sum.inYear += amount;
  }
  return byLoan;
}

const principalOf = (sums: Sums, at: "before" | "inYear"): Fen =>
  BY_OTHERS.reduce((left, kind) => left - sums[kind][at], sums.drawn[at] + sums.renewed[at] - sums.repaid[at]);

/** The due date in force on a day. */
export function dueOn(facts: LoanFacts, day: IsoDate): IsoDate {
  const known = facts.due.filter((one) => one.from <= day).at(-1) ?? facts.due[0];
  invariant(known !== undefined, `loan ${facts.loan} has no due date`);
  return known.due;
}

function ownLoan(facts: LoanFacts, sums: Sums, year: number): OwnLoanLine | undefined {
  const start = principalOf(sums, "before");
  const end = start + principalOf(sums, "inYear");
  const moved = [sums.drawn, sums.renewed, sums.repaid, ...BY_OTHERS.map((kind) => sums[kind])].some((sum) => sum.inYear !== 0n);
  if (start === 0n && end === 0n && !moved) return undefined;
  const yearEnd = `${year}-12-31`;
  const due = dueOn(facts, yearEnd);
  return {
    loan: facts.loan,
    bank: facts.bank,
    bankName: facts.bankName,
    start: formatAmount(start),
    drawn: formatAmount(sums.drawn.inYear),
    renewed: formatAmount(sums.renewed.inYear),
    repaid: formatAmount(sums.repaid.inYear),
    ...Object.fromEntries(BY_OTHERS.filter((kind) => sums[kind].inYear !== 0n).map((kind) => [kind, formatAmount(sums[kind].inYear)])),
    end: formatAmount(end),
    due,
    // A loan is overdue from the day after its due date (3.5); one that is due on the last day of the year is not yet.
    ...(end > 0n && due < yearEnd ? { overdueSince: dayAfter(due) } : {}),
  };
}

const dayAfter = (day: IsoDate): IsoDate => Temporal.PlainDate.from(day).add({ days: 1 }).toString();

/**
 * Payments name no settlement, so they pay the oldest subsidy first: what is left after the years before is this year's,
 * at most all of it. Over all years the parts add up to what was paid.
 */
function interest(facts: LoanFacts, sums: Sums): InterestLine | undefined {
  const { interest: settled, penalty, subsidy, clawback, paid } = sums;
  const values = [settled.inYear, penalty.inYear, subsidy.inYear, clawback.inYear];
  if (values.every((value) => value === 0n)) return undefined;
  const paidHere = minFen(maxFen(paid.ever - subsidy.before, 0n), maxFen(subsidy.inYear, 0n));
  return {
    loan: facts.loan,
    interest: formatAmount(settled.inYear),
    penalty: formatAmount(penalty.inYear),
    subsidy: formatAmount(subsidy.inYear),
    clawback: formatAmount(clawback.inYear),
    own: formatAmount(settled.inYear + penalty.inYear - subsidy.inYear + clawback.inYear),
    paid: formatAmount(paidHere),
  };
}

/**
 * The figures of a household's statement for a year: principal by value date, interest and subsidy by the days they were
 * settled for, paid-out subsidy up to the cut-off. Loans in the order given; one without any movement and balance in the
 * year has no line. Domain 6.1, 2.7(7).
 */
export function statementFigures(input: StatementInput): StatementFigures {
  const sums = sumByLoan(input.entries, input.year);
  const loans: OwnLoanLine[] = [];
  const interestLines: InterestLine[] = [];
  for (const facts of input.loans) {
    const of = sums.get(facts.loan);
    if (!of) continue;
    const loan = ownLoan(facts, of, input.year);
    if (loan) loans.push(loan);
    const line = interest(facts, of);
    if (line) interestLines.push(line);
  }
  for (const loan of sums.keys())
    invariant(
      input.loans.some((facts) => facts.loan === loan),
      `nothing is known of loan ${loan}`,
    );
  return {
    dividends: [...(input.dividends ?? [])],
    paidForEarlierYears: formatAmount(input.paidForEarlierYears ?? 0n),
    ...(input.earlier && input.earlier.length > 0 ? { earlier: [...input.earlier] } : {}),
    ...(input.stake ? { stake: input.stake } : {}),
    loans,
    interest: interestLines,
    ...(input.help && input.help.length > 0 ? { help: [...input.help] } : {}),
  };
}
