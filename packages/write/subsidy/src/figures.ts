/*
 * Figures of the subsidy that follow from its state and from what is right now: for queries, reports and corrections.
 */
import { type Quarter, yearOf } from "@huimin/calendar";
import { type Fen, maxFen, minFen, sumFen } from "@huimin/money";
import type { Policy } from "@huimin/policy/events";
import { coveredBy, coveredParts, rightOfUnit } from "./coverage.ts";
import { interestOfDays, quarterOfSettlement, type RightOptions, rightSubsidy, type SubsidisedLoan } from "./entitlement.ts";
import type { SubsidisedUnit, SubsidyState } from "./evolve.ts";

/** Open payable 应付补贴 of a payee; negative when a correction took back more than was unpaid. */
export const openPayable = (state: SubsidyState, payee: string): Fen =>
  sumFen(state.units.filter((unit) => unit.payee === payee).map((unit) => unit.accrued - unit.paid));

/** Open claim 贴息追回款 against an obligor. */
export const openClaim = (state: SubsidyState, obligor: string): Fen => state.claims.get(obligor) ?? 0n;

/** Booked subsidy, corrections and claw-backs taken into account. */
export const bookedOfUnit = (unit: SubsidisedUnit): Fen => unit.accrued - unit.clawedBack;

/** Booked subsidy of a claim quarter, from the recording of a correction on the corrected amount. */
export const bookedSubsidy = (state: SubsidyState, claim: Quarter): Fen =>
  sumFen(state.units.filter((unit) => unit.claim === claim).map(bookedOfUnit));

/** Claimed back of a claim quarter so far (S7). */
export const clawbackOfClaim = (state: SubsidyState, claim: Quarter): Fen =>
  sumFen(state.units.filter((unit) => unit.claim === claim).map((unit) => unit.clawedBack));

/** A unit with what is right for it now. */
export interface JudgedUnit {
  readonly unit: SubsidisedUnit;
  readonly booked: Fen;
  readonly right: Fen;
  /** booked − right: positive when too much was subsidised */
  readonly over: Fen;
  /** The part of `over` that was paid out and so is to be claimed back (R11); the rest is corrected before payment. */
  readonly toClawBack: Fen;
}

/** Compares what is booked with what is right, unit by unit. */
export const judge = (
  state: SubsidyState,
  loan: SubsidisedLoan,
  policy: Policy,
  options: (unit: SubsidisedUnit) => RightOptions = () => ({}),
): JudgedUnit[] => state.units.map((unit) => judgeUnit(unit, rightOfUnit(state, loan, policy, unit, options(unit))));

export function judgeUnit(unit: SubsidisedUnit, right: Fen): JudgedUnit {
  const booked = bookedOfUnit(unit);
  const received = unit.paid - unit.clawedBack;
  return { unit, booked, right, over: booked - right, toClawBack: maxFen(0n, minFen(received, booked) - right) };
}

/** The signed parts of a correction by fiscal year: closed ones go to 3501, the open one to 5001 (R10, C4). */
export function splitByYear(
  parts: readonly { readonly unit: SubsidisedUnit; readonly amount: Fen }[],
  fiscalYear: number,
): { readonly priorYears: Fen; readonly sameYear: Fen } {
  const prior = sumFen(parts.filter(({ unit }) => unit.fiscalYear < fiscalYear).map((part) => part.amount));
  return { priorYears: prior, sameYear: sumFen(parts.map((part) => part.amount)) - prior };
}

/** What is due to be corrected on a loan. Amounts in fen. */
export interface SubsidyDifference {
  /** Per year of the accruals: booked above or below the right subsidy. */
  readonly byYear: ReadonlyMap<number, { readonly overSubsidised: Fen; readonly underSubsidised: Fen }>;
  /** Per claim quarter: `decided` was claimed back already, `due` is paid above the right subsidy and not yet. */
  readonly byClaim: ReadonlyMap<Quarter, { readonly booked: Fen; readonly right: Fen; readonly decided: Fen; readonly due: Fen }>;
  /** Settled and paid interest that is entitled and was never claimed, per claim quarter. */
  readonly unclaimed: ReadonlyMap<Quarter, Fen>;
}

/** What is due to be corrected: by all facts known now, whatever the order in which they were recorded. */
export function subsidyDifferences(state: SubsidyState, loan: SubsidisedLoan, policy: Policy): SubsidyDifference {
  const byYear = new Map<number, Fen>();
  const byClaim = new Map<Quarter, { booked: Fen; right: Fen; decided: Fen; due: Fen }>();
  for (const { unit, booked, right, over, toClawBack } of judge(state, loan, policy)) {
    const year = yearOf(unit.accruedOn);
    byYear.set(year, (byYear.get(year) ?? 0n) + over);
    const claim = byClaim.get(unit.claim) ?? { booked: 0n, right: 0n, decided: 0n, due: 0n };
    byClaim.set(unit.claim, {
      booked: claim.booked + booked,
      right: claim.right + right,
      decided: claim.decided + unit.clawedBack,
      due: claim.due + toClawBack,
    });
  }
  const years = [...byYear].map(
    ([year, over]) => [year, { overSubsidised: maxFen(0n, over), underSubsidised: maxFen(0n, -over) }] as const,
  );
  return { byYear: new Map(years), byClaim, unclaimed: unclaimedByQuarter(state, loan, policy) };
}

function unclaimedByQuarter(state: SubsidyState, loan: SubsidisedLoan, policy: Policy): Map<Quarter, Fen> {
  const found = new Map<Quarter, Fen>();
  const covered = new Set(coveredParts(state, loan, policy));
  for (const settlement of loan.settlements.filter((one) => one.paid && !covered.has(one))) {
    const whole = rightSubsidy(loan, policy, settlement);
    const parts = state.units.filter(
      (unit) => unit.prepayment === settlement.prepayment && settlement.from <= unit.from && unit.toExcl <= settlement.toExcl,
    );
    const left = whole - sumFen(parts.map((unit) => rightSubsidy(loan, policy, unit)));
    const quarter = quarterOfSettlement(settlement);
    if (left > 0n) found.set(quarter, (found.get(quarter) ?? 0n) + left);
  }
  return found;
}

/** One row of a claim: days of one settlement, what is booked and what is right for them. */
export interface SubsidyRow {
  readonly from: string;
  readonly toExcl: string;
  readonly prepayment?: string;
  readonly interest: Fen;
  readonly booked: Fen;
  readonly right: Fen;
}

/** Interest of what a quarter's accruals subsidised; undefined while there are none. */
function claimedInterest(state: SubsidyState, loan: SubsidisedLoan, policy: Policy, claim: Quarter): Fen | undefined {
  const units = state.units.filter((unit) => unit.claim === claim);
  if (units.length === 0) return undefined;
  const days = units.flatMap((unit) => [unit, ...coveredBy(state, loan, policy, unit)]);
  return sumFen(days.map((one) => interestOfDays(loan, one)));
}

/**
 * The subsidy of a claim quarter: booked so far, and right by what is known now, settlement by settlement. `interest` is
 * that of the accruals of the claim; before the first, of the quarter's settlements. `householdBears` is this interest
 * minus the booked subsidy, never a third rounding (T18).
 */
export function subsidyOf(
  state: SubsidyState,
  loan: SubsidisedLoan,
  policy: Policy,
  claim: Quarter,
): {
  readonly booked: Fen;
  readonly right: Fen;
  readonly interest: Fen;
  readonly householdBears: Fen;
  readonly rows: readonly SubsidyRow[];
} {
  const rows = loan.settlements
    .filter((settlement) => quarterOfSettlement(settlement) === claim)
    .map(({ from, toExcl, prepayment, interest }): SubsidyRow => {
      const days = { from, toExcl, ...(prepayment === undefined ? {} : { prepayment }) };
      const units = state.units.filter(
        (unit) => unit.claim === claim && unit.prepayment === prepayment && from <= unit.from && unit.toExcl <= toExcl,
      );
      return { ...days, interest, booked: sumFen(units.map(bookedOfUnit)), right: rightSubsidy(loan, policy, days) };
    });
  const booked = bookedSubsidy(state, claim);
  const interest = claimedInterest(state, loan, policy, claim) ?? sumFen(rows.map((row) => row.interest));
  return { booked, right: sumFen(rows.map((row) => row.right)), interest, householdBears: interest - booked, rows };
}

/** Units of a payee that are not paid yet, by claim: what a payment needs approved. */
export const unpaidClaims = (state: SubsidyState, payee: string): readonly Quarter[] => [
  ...new Set(state.units.filter((unit) => unit.payee === payee && unit.accrued > unit.paid).map((unit) => unit.claim)),
];
