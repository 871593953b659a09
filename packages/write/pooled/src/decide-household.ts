/* 1.2: who may enter a batch. What limits a microcredit limits it here too, models 1 and 3 together. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load, resolve } from "@huimin/decider";
import { aboveCap, type Commitment, gatherCommitments, isOpenCommitment, topUpCapIsSetOn } from "@huimin/loan/events";
import { type Fen, formatAmount, maxFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy, type Policy } from "@huimin/policy/events";
import { eligibleOn, type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";
import type { Refused } from "./shared.ts";

/** 签字人年龄: 18–65 (domain 2.1, 1.2). */
export const SIGNER_AGE_MIN = 18;
export const SIGNER_AGE_MAX = 65;

/** A household that enters a batch, with everything that limits it. */
export interface Entrant {
  readonly number: string;
  readonly state: HouseholdState;
  readonly commitments: readonly Commitment[];
  readonly policy: Policy;
  readonly topUpCapIsSet: boolean;
}

/** Loads the household and what it has committed; all versions are asserted, so no two contracts use the same room. */
export function* gatherEntrant(household: string, on: IsoDate): Gather<Result<Entrant>> {
  const { state } = yield* load(householdStream(household), householdFold);
  if (state.household === undefined) return refuse(errors.BATCH_HOUSEHOLD_UNKNOWN, { household }, { path: "/household" });
  const { commitments } = yield* gatherCommitments(state);
  const policy = yield* loadPolicy(["microcredit.cap", "microcredit.cap.withTopUp", "microcredit.eligible"]);
  return ok({ number: household, state, commitments, policy, topUpCapIsSet: yield* topUpCapIsSetOn(on) });
}

/** BATCH_HOUSEHOLD_NOT_ELIGIBLE: by the household's standing on the day. */
export function eligibilityRefusal({ number, state, policy }: Entrant, on: IsoDate): Refused | undefined {
  if (eligibleOn(state, on, policy.texts("microcredit.eligible", on))) return undefined;
  return refuse(errors.BATCH_HOUSEHOLD_NOT_ELIGIBLE, { household: number, on }, { path: "/household" });
}

/** BATCH_ABOVE_CAP: Σ open microcredit of everybody in the credit group, by value date. `extra`: other items of the contract. */
export function capRefusal({ number, commitments, policy, topUpCapIsSet }: Entrant, amount: Fen, on: IsoDate): Refused | undefined {
  const above = aboveCap(commitments, policy, amount, on, topUpCapIsSet);
  if (!above) return undefined;
  const details = {
    household: number,
    total: formatAmount(above.total),
    cap: formatAmount(above.cap),
    available: formatAmount(maxFen(0n, above.available)),
  };
  return refuse(errors.BATCH_ABOVE_CAP, details, { path: "/amount" });
}

/** BATCH_DOUBLE_APPLICATION: one bank and one borrower for a household at a time (豫政办〔2017〕137号). */
export function doubleRefusal({ number, commitments }: Entrant, signer: string, bank: string): Refused | undefined {
  const other = commitments.find((commitment) => {
    const { entry } = commitment;
    if (entry.household !== number || !isOpenCommitment(commitment)) return false;
    return entry.status === "applied" || entry.bank !== bank || entry.borrower !== signer;
  });
  return other
    ? refuse(errors.BATCH_DOUBLE_APPLICATION, { household: number, other: other.entry.loan, bank: other.entry.bank })
    : undefined;
}

function isMemberOn({ members, formerMembers }: HouseholdState, personId: string, on: IsoDate): boolean {
  if (members.some((member) => member.personId === personId && member.from <= on)) return true;
  return formerMembers.some((member) => member.personId === personId && member.from <= on && on < member.to);
}

const ageOn = (birthDate: string, on: IsoDate): number =>
  Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (on.slice(5) < birthDate.slice(5) ? 1 : 0);

/**
 * The consent is signed by an adult member. Asks the resolver `birthDate`. Refuses BATCH_SIGNER_NOT_MEMBER,
 * BATCH_SIGNER_BIRTH_DATE_UNKNOWN, BATCH_SIGNER_AGE.
 */
export function* gatherSignerRefusal({ number, state }: Entrant, signer: string, on: IsoDate): Gather<Refused | undefined> {
  const place = { path: "/signer" };
  if (!isMemberOn(state, signer, on)) return refuse(errors.BATCH_SIGNER_NOT_MEMBER, { household: number, on }, place);
  const birthDate = yield* resolve<string | undefined>("birthDate", { personId: signer });
  if (!birthDate) return refuse(errors.BATCH_SIGNER_BIRTH_DATE_UNKNOWN, {}, place);
  const age = ageOn(birthDate, on);
  if (age >= SIGNER_AGE_MIN && age <= SIGNER_AGE_MAX) return undefined;
  return refuse(errors.BATCH_SIGNER_AGE, { age, min: SIGNER_AGE_MIN, max: SIGNER_AGE_MAX }, place);
}
