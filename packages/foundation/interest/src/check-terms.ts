import { parseDate } from "@huimin/calendar";
import type { InstalmentTerms, LoanTerms, SettlementTerms } from "./terms.ts";
import { ROWS_MAX } from "./terms.ts";

/** Why terms do not make a loan, in English; undefined when they do. */
export const checkTerms = (terms: LoanTerms): string | undefined => (terms.kind === "settlement" ? settlement(terms) : instalment(terms));

function settlement(terms: SettlementTerms): string | undefined {
  if (!parseDate(terms.disbursedOn) || !parseDate(terms.maturesOn)) return "a date does not exist";
  if (terms.maturesOn <= terms.disbursedOn) return "the maturity is not after the disbursement";
  if (terms.principal <= 0n) return "the principal is not positive";
  if (terms.annualRatePercent.isNegative()) return "the rate is negative";
  if (terms.amountUnit <= 0n) return "the unit of amounts is not positive";
  const { settlement: on } = terms;
  if (on && (on.months.length === 0 || on.months.some((month) => !whole(month, 1, 12)) || !whole(on.day, 1, 31))) {
    return "the settlement days are not days of a year";
  }
  return undefined;
}

function instalment(terms: InstalmentTerms): string | undefined {
  const { disbursements, every, instalments, rows } = terms;
  if (disbursements.length === 0) return "nothing is disbursed";
  if (disbursements.some(({ date, amount }) => !parseDate(date) || amount <= 0n)) return "a disbursement has no positive amount or no date";
  if (terms.annualRatePercent.isNegative()) return "the rate is negative";
  if (!whole(every.count, 1, 10_000)) return "the length of a period is not a positive whole number";
  if (instalments !== undefined && !whole(instalments, 1, ROWS_MAX)) return `the number of instalments is not between 1 and ${ROWS_MAX}`;
  if (terms.amountUnit <= 0n || terms.instalmentUnit <= 0n) return "a unit is not positive";
  if (!whole(terms.graceOnPrincipal, 0, ROWS_MAX) || !whole(terms.graceOnInterest, 0, ROWS_MAX)) return "the grace is not a number of rows";
  if (terms.dayCount === "1/12" && every.unit !== "month" && !terms.annualRatePercent.isZero())
    return "the day count 1/12 needs periods of whole months";
  return terms.method === "given-principal" ? given(rows) : rowsOf(terms);
}

function given(rows: InstalmentTerms["rows"]): string | undefined {
  if (!rows || rows.length === 0 || rows.length > ROWS_MAX) return "given principal needs its rows";
  for (const [index, row] of rows.entries()) {
    if (!parseDate(row.dueOn) || row.principal < 0n) return `row ${index + 1} has no date or a negative principal`;
    if (index > 0 && row.dueOn < (rows[index - 1] as { dueOn: string }).dueOn) return `row ${index + 1} is due before the row before it`;
  }
  return undefined;
}

/** Without a number of rows something must decide it: the instalment, or the fixed principal part. */
function rowsOf(terms: InstalmentTerms): string | undefined {
  if (terms.method === "fixed-principal" && !(terms.principalPerInstalment !== undefined && terms.principalPerInstalment > 0n)) {
    return "fixed principal needs a positive principal per instalment";
  }
  if (terms.instalments !== undefined || terms.method === "fixed-principal") return undefined;
  const decided = terms.instalmentAmounts?.some((entry) => entry.fromNr === 1 && entry.amount > 0n);
  if (decided && terms.method !== "interest-only-then-bullet" && terms.interestOn === "balance") return undefined;
  return "neither the number of instalments nor the instalment is given";
}

const whole = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
