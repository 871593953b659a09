import type { DomainEvent } from "@huimin/decider";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { isYearClosed, type PeriodState } from "./evolve.ts";

/** Balance of an account of income or expense, of one part of it: internal id, yuan, credit positive. */
export interface SurplusLine {
  readonly account: string;
  readonly fund?: string | undefined;
  readonly amount: string;
}

/** What the books say of a year before its transfer, all at one position. */
export interface YearEndBalances {
  readonly lines: readonly SurplusLine[];
  /** Balance of 3501, credit positive. */
  readonly priorYearAdjustment: string;
}

export interface YearEndCommand {
  readonly fiscalYear: number;
  /** Accounting period in which the transfer would be booked. */
  readonly period: string;
  readonly balances: YearEndBalances;
}

/** Refuses a year whose months are open (YEAR_MONTHS_STILL_OPEN) and another period than its December (YEAR_END_PERIOD_NEEDED). */
export function transferable(
  state: PeriodState,
  { fiscalYear, period }: Pick<YearEndCommand, "fiscalYear" | "period">,
): Result<undefined, Refusal> {
  const december = `${fiscalYear}-12`;
  if (period !== december || isYearClosed(state, fiscalYear)) {
    return refuse(errors.YEAR_END_PERIOD_NEEDED, { fiscalYear, december, period }, { path: "/period" });
  }
  if (state.lastClosed !== `${fiscalYear}-11`) {
    return refuse(errors.YEAR_MONTHS_STILL_OPEN, { fiscalYear, lastClosed: state.lastClosed ?? "—" }, { path: "/fiscalYear" });
  }
  return ok(undefined);
}

/**
 * 年末结转 (domain 4.2): income and expense → 3301 → 3302 → 3001, three vouchers of the last day of the year. Dimensions stay
 * behind on the accounts, so figures by loan or donation are those before the transfer (R8); only the risk fund's part is
 * kept apart on the way, because the fund's cash is compared with it. Refuses a balance of 3501
 * (YEAR_END_ADJUSTMENT_OPEN), a year without anything (YEAR_END_NOTHING) and one that was transferred and has nothing new
 * (YEAR_END_ALREADY_TRANSFERRED).
 */
export function transferYearEnd(state: PeriodState, command: YearEndCommand): Result<readonly DomainEvent[], Refusal> {
  const allowed = transferable(state, command);
  if (!allowed.ok) return allowed;
  const { fiscalYear, balances } = command;
  if (fen(balances.priorYearAdjustment) !== 0n) {
    return refuse(errors.YEAR_END_ADJUSTMENT_OPEN, { amount: balances.priorYearAdjustment });
  }
  const lines = balances.lines.filter(({ amount }) => fen(amount) !== 0n);
  if (lines.length === 0) {
    const before = state.yearEnds.some((one) => one.fiscalYear === fiscalYear);
    return refuse(before ? errors.YEAR_END_ALREADY_TRANSFERRED : errors.YEAR_END_NOTHING, { fiscalYear });
  }
  const byFund = new Map<string | undefined, Fen>();
  for (const { fund, amount } of lines) byFund.set(fund, (byFund.get(fund) ?? 0n) + fen(amount));
  const parts = [...byFund]
    .filter(([, amount]) => amount !== 0n)
    .map(([fund, amount]) => ({ ...(fund === undefined ? {} : { fund }), amount: formatAmount(amount) }));
  let surplus = 0n;
  for (const amount of byFund.values()) surplus += amount;
  const valueDate = `${fiscalYear}-12-31`;
  const passedOn = parts.length === 0 ? [] : ["CurrentSurplusTransferred", "SurplusDistributionTransferred"];
  return ok([
    { type: "IncomeAndExpenseTransferred", valueDate, payload: { fiscalYear, lines, surplus: formatAmount(surplus) } },
    ...passedOn.map((type) => ({ type, valueDate, payload: { fiscalYear, parts } })),
  ]);
}
