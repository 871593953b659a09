import type { IsoDate } from "@huimin/calendar";
import { type Gather, type Loaded, load } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import {
  enterpriseActiveOn,
  enterpriseFold,
  enterpriseStream,
  existsOn,
  householdFold,
  householdStream,
  isParty,
  partyFold,
  partyStream,
  villageFold,
  villageStream,
} from "@huimin/registry/events";
import { errors } from "./errors.ts";
import { type DonationState, donationFold, donationStream } from "./evolve.ts";

/* What the commands of this package ask for before they decide. */

export const gatherDonation = (donation: string): Gather<Loaded<DonationState>> => load(donationStream(donation), donationFold);

/** A registered donor, or an enterprise. Refuses DONOR_UNKNOWN. */
export function* gatherDonor(donor: string): Gather<Result<true, Refusal>> {
  const party = (yield* load(partyStream(donor), partyFold)).state;
  if (isParty(party, "donor")) return ok(true);
  const enterprise = (yield* load(enterpriseStream(donor), enterpriseFold)).state;
  return enterprise.enterprise === undefined ? refuse(errors.DONOR_UNKNOWN, { donor }, { path: "/donor" }) : ok(true);
}

/** The village of a household that exists on the day. Refuses HELP_HOUSEHOLD_UNKNOWN. */
export function* gatherVillageOf(household: string, on: IsoDate, path = "/household"): Gather<Result<string, Refusal>> {
  const { state } = yield* load(householdStream(household), householdFold);
  return existsOn(state, on) ? ok(state.village) : refuse(errors.HELP_HOUSEHOLD_UNKNOWN, { household, date: on }, { path });
}

/** An enterprise that is active on the day. Refuses PARTNER_ENTERPRISE_UNKNOWN. */
export function* gatherEnterprise(enterprise: string, on: IsoDate): Gather<Result<true, Refusal>> {
  const { state } = yield* load(enterpriseStream(enterprise), enterpriseFold);
  return enterpriseActiveOn(state, on) ? ok(true) : refuse(errors.PARTNER_ENTERPRISE_UNKNOWN, { enterprise }, { path: "/enterprise" });
}

/** Refuses PARTNER_VILLAGE_UNKNOWN. */
export function* gatherVillage(village: string): Gather<Result<true, Refusal>> {
  const { state } = yield* load(villageStream(village), villageFold);
  return state.village === undefined ? refuse(errors.PARTNER_VILLAGE_UNKNOWN, { village }, { path: "/village" }) : ok(true);
}
