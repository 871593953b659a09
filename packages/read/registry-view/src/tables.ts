import type { PrivacyState } from "@huimin/privacy/events";
import type { BankState, EnterpriseState, HouseholdState, HouseholdStatus, PartyState, VillageState } from "@huimin/registry/events";
import type { REGISTRY_SCHEMA } from "./projection.ts";

/** Columns that questions ask for, of the tables that kinds.ts declares and the projection writes. */
interface Tables {
  household: {
    district: string;
    household: string;
    village: string;
    kind: "poor" | "marginal";
    status: HouseholdStatus;
    head: string;
    people: number;
    registered_on: Date;
    ended_from: Date | null;
    credit_group: string;
    monitored: boolean;
    state: HouseholdState;
  };
  member: { district: string; household: string; person_id: string; name: string; id_number: string };
  account: { district: string; household: string; number_hash: string; ended_at: Date | null };
  /** Of villages and enterprises the row keeps more than the write side's state, which is inside. */
  village: { district: string; village: string; name: string; population: number | null; state: { readonly state: VillageState } };
  enterprise: { district: string; enterprise: string; state: { readonly state: EnterpriseState } };
  party: { district: string; party: string; state: PartyState };
  bank: { district: string; bank: string; state: BankState };
  privacy: { district: string; person_id: string; restricted: boolean; state: PrivacyState };
}

/** The tables by their full name, `registry.household`. */
export type RegistryTables = { [Name in keyof Tables as `${typeof REGISTRY_SCHEMA}.${Name}`]: Tables[Name] };
