import { formatAmount } from "@huimin/money";
import { issuedFor, type StatementEntitlement, type YearlyDividends, yearlyDividends } from "@huimin/statement/events";
import type { Axes, District } from "./district.ts";

/** A row of `statement.yearly`: household and year, and the figures that are compared. */
export type YearlyRow = Readonly<Record<string, unknown>>;

const printed = (figures: YearlyDividends): Record<string, unknown> => ({
  entitled: formatAmount(figures.entitled),
  paidInYear: formatAmount(figures.paidInYear),
  returnedAfterYearEnd: formatAmount(figures.returnedAfterYearEnd),
  awaitingReissue: formatAmount(figures.awaitingReissue),
  paidForEarlierYears: formatAmount(figures.paidForEarlierYears),
  bySource: Object.fromEntries([...figures.bySource].map(([pool, amount]) => [pool, formatAmount(amount)])),
  ...(figures.paidToRightAccountOn === undefined ? {} : { paidToRightAccountOn: figures.paidToRightAccountOn }),
});

/** Suffix of the supplement to what was issued: the next one when the figures have changed since, else the last one. */
async function supplement(row: { household: string; year: number }, district: District, axes: Axes, now: Record<string, unknown>) {
  const last = issuedFor(await district.statements(row.household, axes), row.year).at(-1);
  if (!last) return undefined;
  const told = printed(yearlyDividends(await district.entitlements(row.household, { position: last.cutoff.position }), row.year));
  const nth = JSON.stringify(told) === JSON.stringify(now) ? last.supplement : last.supplement + 1;
  return nth === 0 ? undefined : `-补${nth}`;
}

/** The yearly figures of a household as the product computes them, under the axes of the checkpoint. */
export async function yearlyStatement(row: YearlyRow, district: District, axes: Axes): Promise<Record<string, unknown>> {
  const household = String(row.household);
  const year = Number(row.year);
  const entitlements: readonly StatementEntitlement[] = await district.entitlements(household, axes);
  const figures = printed(yearlyDividends(entitlements, year));
  const suffix = await supplement({ household, year }, district, axes, figures);
  return { household, year, ...figures, ...(suffix === undefined ? {} : { supplement: suffix }) };
}
