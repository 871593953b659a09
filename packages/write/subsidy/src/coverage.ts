/*
 * Prepayments that were recorded after their quarter was claimed. The claim was made for the whole principal, so it has
 * subsidised the prepaid part too: what remains right for the quarter is the subsidy of the period and that of the part,
 * each with its own rounding (T2), and the part cannot be claimed once more.
 */
import { type Fen, sumFen } from "@huimin/money";
import type { Policy } from "@huimin/policy/events";
import { quarterOfSettlement, type RightOptions, rightSubsidy, type Settlement, type SubsidisedLoan } from "./entitlement.ts";
import type { SubsidisedUnit, SubsidyState } from "./evolve.ts";

/** Prepaid parts of the same claim within the days of this accrual, of which no accrual of their own exists. */
function partsInside(state: SubsidyState, loan: SubsidisedLoan, unit: SubsidisedUnit): readonly Settlement[] {
  if (unit.prepayment !== undefined) return [];
  return loan.settlements.filter((part) => {
    const { prepayment, from, toExcl } = part;
    if (prepayment === undefined || from < unit.from || unit.toExcl < toExcl || quarterOfSettlement(part) !== unit.claim) return false;
    return state.units.every((other) => other.prepayment !== prepayment);
  });
}

/** The prepaid parts that an accrual has paid for: as many as what it has above the right subsidy of the period covers. */
export function coveredBy(state: SubsidyState, loan: SubsidisedLoan, policy: Policy, unit: SubsidisedUnit): readonly Settlement[] {
  const inside = partsInside(state, loan, unit);
  if (inside.length === 0) return [];
  let above = unit.accrued - rightSubsidy(loan, policy, unit);
  return inside.filter((part) => {
    const right = rightSubsidy(loan, policy, part);
    if (right === 0n || right > above) return false;
    above -= right;
    return true;
  });
}

/** All of them: days that may not be claimed again. */
export const coveredParts = (state: SubsidyState, loan: SubsidisedLoan, policy: Policy): readonly Settlement[] =>
  state.units.flatMap((unit) => coveredBy(state, loan, policy, unit));

/** The right subsidy of an accrual: of its days, and of the prepaid parts that it has paid for. */
export const rightOfUnit = (
  state: SubsidyState,
  loan: SubsidisedLoan,
  policy: Policy,
  unit: SubsidisedUnit,
  options: RightOptions = {},
): Fen => sumFen([unit, ...coveredBy(state, loan, policy, unit)].map((days) => rightSubsidy(loan, policy, days, options)));
