/*
 * What a household has committed under microcredit, models 1 and 3 together: everybody who was one household counts as
 * one, at every bank (豫政办〔2017〕137号), by value date.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { drawnPrincipal, openPrincipal } from "@huimin/interest/timeline";
import { type Fen, maxFen, sumFen } from "@huimin/money";
import { type Policy, type PolicyState, policyFold, policyStream } from "@huimin/policy/events";
import type { HouseholdState } from "@huimin/registry/events";
import { type CreditEntry, type CreditState, creditFold, creditStream } from "./credit.ts";
import { loanStream, loanTimelineFold } from "./loan.ts";
import type { LoanState } from "./state.ts";

/** A loan number of the credit files that count together, with the state of its stream. */
export interface Commitment {
  readonly entry: CreditEntry;
  readonly loan: LoanState;
}

export interface Commitments {
  /** The household's own credit file. */
  readonly credit: CreditState;
  readonly commitments: readonly Commitment[];
}

/**
 * Every loan number in the household's credit file and those of households merged into it, neither rejected nor
 * withdrawn. All versions are asserted in the append, so two approvals never both see the same room under the cap.
 */
export function* gatherCommitments(household: HouseholdState, except?: string): Gather<Commitments> {
  const credit = (yield* load(creditStream(household.creditGroup), creditFold)).state;
  const files = [credit];
  for (const group of household.mergedCreditGroups) {
    if (group !== household.creditGroup) files.push((yield* load(creditStream(group), creditFold)).state);
  }
  const commitments: Commitment[] = [];
  for (const entry of files.flatMap((file) => [...file.entries.values()])) {
    if (entry.loan === except || entry.status === "rejected" || entry.status === "withdrawn") continue;
    commitments.push({ entry, loan: (yield* load(loanStream(entry.loan), loanTimelineFold)).state });
  }
  return { credit, commitments };
}

const isSetOn = (state: PolicyState, on: IsoDate): boolean =>
  state.entries.some((entry) => entry.from <= on && (entry.toExcl === undefined || on < entry.toExcl));

/** Whether the district has set microcredit.cap.withTopUp for the date: then a single loan may reach it. */
export function* topUpCapIsSetOn(on: IsoDate): Gather<boolean> {
  return isSetOn((yield* load(policyStream("microcredit.cap.withTopUp"), policyFold)).state, on);
}

/** Approved and not drawn: committed until the loan is settled, renewed away or past its due date. */
export function undrawn({ entry, loan }: Commitment, on: IsoDate): Fen {
  if (!entry.approval || entry.status !== "approved" || loan.settledOn || loan.renewedInto || entry.approval.due < on) return 0n;
  return maxFen(0n, entry.approval.amount - drawnPrincipal(loan.timeline, "9999-12-31"));
}

/** Whether an application is undecided, an approval undrawn or a loan open. */
export const isOpenCommitment = ({ entry, loan }: Commitment): boolean => {
  if (entry.status === "applied") return true;
  if (entry.status !== "approved" || loan.settledOn || loan.renewedInto) return false;
  return loan.timeline.movements.length === 0 || openPrincipal(loan.timeline, "9999-12-31") > 0n;
};

/** A day on which a new amount would break the cap. */
export interface AboveCap {
  readonly total: Fen;
  readonly cap: Fen;
  readonly available: Fen;
}

/**
 * The first day from `on` on which what is open, plus what is committed, plus the new amount would be above the cap. A
 * day that is known already (a paper contract recorded late) counts as much as today; each day has the cap of its date,
 * at least that of the contract date.
 */
export function aboveCap(
  commitments: readonly Commitment[],
  policy: Policy,
  amount: Fen,
  on: IsoDate,
  withTopUps: boolean,
): AboveCap | undefined {
  const capOn = (day: IsoDate): Fen => {
    const cap = policy.amount("microcredit.cap", day);
    return withTopUps ? maxFen(cap, policy.amount("microcredit.cap.withTopUp", day)) : cap;
  };
  const committed = sumFen(commitments.map((commitment) => undrawn(commitment, on)));
  const days = new Set([
    on,
    ...commitments.flatMap(({ loan }) => loan.timeline.movements.map((movement) => movement.valueDate)).filter((day) => day > on),
  ]);
  for (const day of [...days].sort()) {
    const open = committed + sumFen(commitments.map(({ loan }) => openPrincipal(loan.timeline, day)));
    const cap = maxFen(capOn(on), capOn(day));
    if (open + amount > cap) return { total: open + amount, cap, available: maxFen(0n, cap - open) };
  }
  return undefined;
}
