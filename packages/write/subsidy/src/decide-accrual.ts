/*
 * S4 贴息计提, and the difference entries that correct it (C3, C4; readings R9, R10).
 */
import { earlierDate, type IsoDate, laterDate, type Quarter, settlementDays, yearOf } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { type Claimable, claimable } from "./claimable.ts";
import { coveredParts } from "./coverage.ts";
import { settlementRow, subjectOf } from "./decide-claim.ts";
import { interestOfDays, type RightOptions, rightSubsidy, type SubsidisedLoan } from "./entitlement.ts";
import { errors } from "./errors.ts";
import type { SubsidisedUnit, SubsidyState } from "./evolve.ts";
import { type ClaimLine, type ClaimState, standingLines } from "./evolve-claim.ts";
import { type JudgedUnit, judge, splitByYear } from "./figures.ts";

export interface Accrual {
  readonly claim: Quarter;
  readonly payee?: string;
  readonly range?: { readonly from: IsoDate; readonly toExcl: IsoDate };
  /** Flat rate with which it was claimed at the time: booked although it is wrong. */
  readonly claimedRate?: string;
  readonly amount?: Fen;
  readonly valueDate: IsoDate;
}

const within = (line: ClaimLine, { days }: Claimable): boolean =>
  line.settlements.some((row) => row.prepayment === days.prepayment && row.from <= days.from && days.toExcl <= row.toExcl);

/**
 * Accrues what is due for a quarter: every settlement of the standing claim lines that was not accrued before, or the
 * days asked for. Refuses a loan without such a line (NO_CLAIM_LINE), what {@link claimable} refuses, an `amount`
 * that is not ours (SUBSIDY_DIFFERS) and, at a claimed rate, more than the bank claimed (ABOVE_CLAIMED_AMOUNT).
 */
export function accrue(
  request: Accrual,
  loan: SubsidisedLoan,
  subsidy: SubsidyState,
  claim: ClaimState,
  policy: Policy,
): Result<DomainEvent, Refusal> {
  const { claim: quarter, range, claimedRate, valueDate } = request;
  const taken = [...subsidy.units, ...coveredParts(subsidy, loan, policy)];
  const found = claimable({ loan, policy, quarter, taken, purpose: "accrual", ...(range ? { range } : {}) });
  if (!found.ok) return found;
  const lines = standingLines(claim, loan.loan);
  const claimed = found.value.filter((one) => lines.some((line) => within(line, one)));
  const [line] = lines;
  if (!line || claimed.length === 0) return refuse(errors.NO_CLAIM_LINE, { loan: loan.loan, quarter });
  const amounts =
    claimedRate === undefined ? rightAmounts(request, loan, claimed) : claimedAmounts(request, claimedRate, loan, policy, claimed, lines);
  if (!amounts.ok) return amounts;
  const payload = {
    ...subjectOf(loan),
    payee: request.payee ?? line.payee,
    claim: quarter,
    settlements: amounts.value.map(settlementRow),
    amount: formatAmount(sumFen(amounts.value.map((one) => one.subsidy))),
    ...(claimedRate === undefined ? {} : { claimedRate }),
  };
  return ok({ type: "SubsidyAccrued", valueDate, payload });
}

function rightAmounts({ amount }: Accrual, loan: SubsidisedLoan, found: readonly Claimable[]): Result<readonly Claimable[], Refusal> {
  const computed = sumFen(found.map((one) => one.subsidy));
  if (amount !== undefined && amount !== computed) {
    return refuse(errors.SUBSIDY_DIFFERS, { loan: loan.loan, computed: formatAmount(computed), amount: formatAmount(amount) });
  }
  return ok(found);
}

/** What was claimed at the time, whatever is right; a given amount decides, its rest goes to the last settlement. */
function claimedAmounts(
  { amount, claim }: Accrual,
  claimedRate: string,
  loan: SubsidisedLoan,
  policy: Policy,
  found: readonly Claimable[],
  lines: readonly ClaimLine[],
): Result<readonly Claimable[], Refusal> {
  const atRate = found.map((one) => ({
    ...one,
    subsidy: rightSubsidy(loan, policy, one.days, { rate: { is: claimedRate }, aboveInterest: true }),
  }));
  const computed = sumFen(atRate.map((one) => one.subsidy));
  const booked = amount ?? computed;
  const claimed = sumFen(lines.map((line) => fen(line.amount)));
  if (booked <= 0n) return refuse(errors.NOTHING_ENTITLED, { loan: loan.loan, quarter: claim });
  if (booked > claimed) return refuse(errors.ABOVE_CLAIMED_AMOUNT, { amount: formatAmount(booked), claimed: formatAmount(claimed) });
  return ok(atRate.map((one, index) => (index === atRate.length - 1 ? { ...one, subsidy: one.subsidy + booked - computed } : one)));
}

export interface Correction {
  readonly correction: "wrong-rate" | "recomputed";
  /** Year of the accruals (of their value dates); all years when absent. */
  readonly accrualsOf?: number;
  readonly claim?: Quarter;
  readonly payee: string;
  readonly rateWas?: string;
  readonly rateIs?: string;
  /** Default: the last settlement day of the year concerned (R9). */
  readonly valueDate?: IsoDate;
  readonly today: IsoDate;
  /** Fiscal year of the open period: accruals booked in earlier ones go to 3501 (R10). */
  readonly fiscalYear: number;
}

/** How a unit is judged when its rate was wrong: at the right rate, flat where it was claimed flat. */
export const atRightRate =
  (rateWas: string | undefined, rateIs: string) =>
  (unit: SubsidisedUnit): RightOptions => ({
    rate: unit.claimedRate !== undefined || rateWas === undefined ? { is: rateIs } : { is: rateIs, was: rateWas },
  });

export const accrualsOf = (judged: readonly JudgedUnit[], year: number | undefined): readonly JudgedUnit[] =>
  judged.filter(({ unit }) => year === undefined || yearOf(unit.accruedOn) === year);

/** R9: the last settlement day of the year concerned that has come; before the first one, the day of the last accrual. */
export function correctionDate(units: readonly SubsidisedUnit[], today: IsoDate): IsoDate {
  const last = units.reduce((latest, unit) => laterDate(latest, unit.accruedOn), "");
  const year = last.slice(0, 4);
  const end = `${year}-12-31`;
  return settlementDays(`${year}-01-01`, earlierDate(today, end)).at(-1) ?? last;
}

/**
 * A difference entry: Σ (right − booked) over the accruals concerned, positive for arrears. Refuses when nothing differs
 * (NOTHING_TO_CORRECT) and a wrong rate without the right one (CORRECTION_RATE_MISSING). What was paid above the right
 * subsidy and must come back is a claw-back (S7); corrected here, it is netted with the next payment.
 */
export function correct(request: Correction, loan: SubsidisedLoan, subsidy: SubsidyState, policy: Policy): Result<DomainEvent, Refusal> {
  const { correction, rateWas, rateIs, payee, claim, today, fiscalYear } = request;
  if (correction === "wrong-rate" && rateIs === undefined) return refuse(errors.CORRECTION_RATE_MISSING, {}, { path: "/rateIs" });
  const options = correction === "wrong-rate" ? atRightRate(rateWas, rateIs as string) : undefined;
  const judged = accrualsOf(judge(subsidy, loan, policy, options), request.accrualsOf);
  const parts = judged
    .filter(({ unit, over }) => unit.payee === payee && (claim === undefined || unit.claim === claim) && over !== 0n)
    .map(({ unit, over }) => ({ unit, amount: -over }));
  if (parts.length === 0) return refuse(errors.NOTHING_TO_CORRECT, { loan: loan.loan });
  const { priorYears, sameYear } = splitByYear(parts, fiscalYear);
  const payload = {
    ...subjectOf(loan),
    payee,
    ...(claim === undefined ? {} : { claim }),
    settlements: parts.map(({ unit, amount }) => ({
      ...settlementRow({ days: unit, interest: interestOfDays(loan, unit), subsidy: amount }),
      claim: unit.claim,
    })),
    amount: formatAmount(priorYears + sameYear),
    correction,
    ...(request.accrualsOf === undefined ? {} : { accrualsOf: request.accrualsOf }),
    ...(rateWas === undefined ? {} : { rateWas }),
    ...(rateIs === undefined ? {} : { rateIs }),
    priorYears: formatAmount(priorYears),
    sameYear: formatAmount(sameYear),
  };
  const valueDate =
    request.valueDate ??
    correctionDate(
      parts.map((part) => part.unit),
      today,
    );
  return ok({ type: "SubsidyAccrued", valueDate, payload });
}
