import type { IsoDate } from "@huimin/calendar";
import { type Gather, load, type StreamWrite } from "@huimin/decider";
import { beneficiaryFold, beneficiaryStream, holdersNow } from "@huimin/dividend/events";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { DonationEvent } from "./decide.ts";
import { errors } from "./errors.ts";
import type { DonationPayload } from "./schema.ts";

/** Shares that each household gains; negative where they are taken back. */
export interface ShareChange {
  readonly household: string;
  readonly village: string;
  readonly change: bigint;
}

/**
 * The list of a pool's beneficiaries after a change, as its own event on `beneficiary/{pool}`: that one moves book Q.
 * Refuses STAKE_SHARES_MOVED when a household no longer holds what is taken back.
 */
export function* changeShares(
  pool: string,
  year: number,
  on: IsoDate,
  changes: readonly ShareChange[],
  minutes: string,
): Gather<Result<StreamWrite, Refusal>> {
  const { stream, state } = yield* load(beneficiaryStream(pool), beneficiaryFold);
  const holders = new Map(holdersNow(state));
  for (const { household, village, change } of changes) {
    const shares = (holders.get(household)?.shares ?? 0n) + change;
    if (shares < 0n) return refuse(errors.STAKE_SHARES_MOVED, { household });
    if (shares === 0n) holders.delete(household);
    else holders.set(household, { village: holders.get(household)?.village ?? village, shares });
  }
  const payload = {
    pool,
    year,
    holders: [...holders].map(([household, { village, shares }]) => ({ household, village, shares: shares.toString() })),
    changes: changes.map(({ change, ...rest }) => ({ ...rest, change: change.toString() })),
    takenBack: changes.filter(({ household }) => !holders.has(household)).map(({ household }) => household),
    minutes,
  };
  return ok({ stream, events: [{ type: "BeneficiariesReassigned", valueDate: on, payload }] });
}

/** What the reversal of a donated stake takes back from the households; nothing for other entries. */
export function* sharesTakenBack(reversal: DonationEvent<"DonationEntryReversed">): Gather<Result<StreamWrite[], Refusal>> {
  if (reversal.payload.of !== "CooperativeStakeDonated") return ok([]);
  const { pool, year, holders, minutes } = reversal.payload.original as DonationPayload<"CooperativeStakeDonated">;
  const changes = holders.map(({ household, village, shares }) => ({ household, village, change: -BigInt(shares) }));
  const write = yield* changeShares(pool, year, reversal.valueDate, changes, minutes);
  return write.ok ? ok([write.value]) : write;
}
