import type { PrivacyState } from "@huimin/privacy/events";
import type { BankState, EnterpriseState, HouseholdState, HouseholdStatus, PartyState, VillageState } from "@huimin/registry/events";
import { Kysely, PostgresDialect, sql } from "kysely";
import type { Pool } from "pg";
import type { RegistryTables } from "./tables.ts";

/** A line of the list of households. Name and number of the head are sealed under the head's key. */
export interface HouseholdLine {
  readonly household: string;
  readonly village: string;
  readonly villageName: string;
  readonly kind: "poor" | "marginal";
  readonly status: HouseholdStatus;
  readonly monitored: boolean;
  readonly people: number;
  readonly registeredOn: string;
  readonly creditGroup: string;
  readonly head: string;
  /** Null for a household without members. */
  readonly headName: string | null;
  readonly headIdNumber: string | null;
  /** Processing of the head's data is restricted: nothing that names a person is shown. */
  readonly restricted: boolean;
}

export interface HouseholdFilter {
  readonly village?: string | undefined;
  readonly status?: string | undefined;
  /** Households whose head's data may not be processed: `hidden` (default) leaves them out, `only` gives no others. */
  readonly restricted?: "hidden" | "only" | undefined;
  /** Household number after which the page begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface VillageLine extends VillageState {
  readonly population: number | null;
  readonly households: number;
  readonly people: number;
}

export interface RegistryView {
  households(district: string, filter: HouseholdFilter): Promise<HouseholdLine[]>;
  household(district: string, household: string): Promise<HouseholdState | undefined>;
  /** The household of which the person is a member now. */
  householdOf(district: string, personId: string): Promise<string | undefined>;
  /** Which of these persons are members somewhere, and where. */
  memberships(district: string, personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Which of these household numbers are taken, ended ones included. */
  taken(district: string, households: readonly string[]): Promise<ReadonlySet<string>>;
  /** Households with an open account of this number. */
  accountOwners(district: string, numberHash: string): Promise<string[]>;
  villages(district: string): Promise<VillageLine[]>;
  village(district: string, village: string): Promise<VillageState | undefined>;
  enterprises(district: string): Promise<EnterpriseState[]>;
  /** 捐赠人、担保方、保险人 */
  parties(district: string): Promise<PartyState[]>;
  banks(district: string): Promise<BankState[]>;
  /** Decisions on the data of these persons; who has none is absent. */
  privacy(district: string, personIds: readonly string[]): Promise<ReadonlyMap<string, PrivacyState>>;
  /** Households of which the person is or was a member. */
  householdsEver(district: string, personId: string): Promise<string[]>;
  /** Sealed ID number of a member, for the birth date behind it. */
  sealedIdNumber(district: string, personId: string): Promise<string | undefined>;
}

/** Any number of values as one parameter. */
const anyOf = (values: readonly string[]) => sql<string>`any (${values}::text[])`;

type Db = Kysely<RegistryTables>;

const householdLines = (db: Db, district: string) =>
  db
    .selectFrom("registry.household as h")
    .leftJoin("registry.village as v", (on) => on.onRef("v.district", "=", "h.district").onRef("v.village", "=", "h.village"))
    .leftJoin("registry.member as m", (on) =>
      on.onRef("m.district", "=", "h.district").onRef("m.household", "=", "h.household").onRef("m.person_id", "=", "h.head"),
    )
    .leftJoin("registry.privacy as p", (on) => on.onRef("p.district", "=", "h.district").onRef("p.person_id", "=", "h.head"))
    .select(["h.household", "h.village", "h.kind", "h.status", "h.monitored", "h.people", "h.credit_group as creditGroup", "h.head"])
    .select((eb) => [
      eb.fn.coalesce("v.name", "h.village").as("villageName"),
      eb.fn.coalesce("p.restricted", eb.lit(false)).as("restricted"),
      eb.cast<string>("h.registered_on", "text").as("registeredOn"),
      "m.name as headName",
      "m.id_number as headIdNumber",
    ])
    .where("h.district", "=", district);

const villageLines = (db: Db, district: string) =>
  db
    .selectFrom("registry.village as v")
    .leftJoin("registry.household as h", (on) =>
      on.onRef("h.district", "=", "v.district").onRef("h.village", "=", "v.village").on("h.ended_from", "is", null),
    )
    .select((eb) => [
      eb.ref("v.state", "->").key("state").as("state"),
      "v.population",
      eb.cast<number>(eb.fn.count("h.household"), "integer").as("households"),
      eb.cast<number>(eb.fn.coalesce(eb.fn.sum("h.people"), eb.lit(0)), "integer").as("people"),
    ])
    .where("v.district", "=", district)
    .groupBy(["v.district", "v.village"])
    .orderBy("v.village");

/** Questions about the register as it is now. Sealed fields come back sealed. */
export function createRegistryView(pool: Pool): RegistryView {
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const memberships: RegistryView["memberships"] = async (district, personIds) => {
    const rows = await db
      .selectFrom("registry.member")
      .select(["person_id", "household"])
      .where("district", "=", district)
      .where("person_id", "=", anyOf(personIds))
      .execute();
    return new Map(rows.map((row) => [row.person_id, row.household]));
  };
  return {
    memberships,
    async households(district, { village, status, restricted = "hidden", after, limit }) {
      let lines = householdLines(db, district)
        .where("h.household", ">", after ?? "")
        .where((eb) => eb(eb.fn.coalesce("p.restricted", eb.lit(false)), "=", restricted === "only"));
      if (village !== undefined) lines = lines.where("h.village", "=", village);
      if (status !== undefined) lines = lines.where("h.status", "=", status as HouseholdStatus); // another text finds nothing
      return lines.orderBy("h.household").limit(limit).execute();
    },
    async household(district, household) {
      const row = await db
        .selectFrom("registry.household")
        .select("state")
        .where("district", "=", district)
        .where("household", "=", household)
        .executeTakeFirst();
      return row?.state;
    },
    householdOf: async (district, personId) => (await memberships(district, [personId])).get(personId),
    async taken(district, households) {
      const rows = await db
        .selectFrom("registry.household")
        .select("household")
        .where("district", "=", district)
        .where("household", "=", anyOf(households))
        .execute();
      return new Set(rows.map(({ household }) => household));
    },
    async accountOwners(district, numberHash) {
      const rows = await db
        .selectFrom("registry.account")
        .select("household")
        .distinct()
        .where("district", "=", district)
        .where("number_hash", "=", numberHash)
        .where("ended_at", "is", null)
        .orderBy("household")
        .execute();
      return rows.map(({ household }) => household);
    },
    async villages(district) {
      const rows = await villageLines(db, district).execute();
      return rows.map(({ state, ...counts }) => ({ ...state, ...counts }));
    },
    async village(district, village) {
      const row = await db
        .selectFrom("registry.village")
        .select((eb) => eb.ref("state", "->").key("state").as("state"))
        .where("district", "=", district)
        .where("village", "=", village)
        .executeTakeFirst();
      return row?.state;
    },
    async enterprises(district) {
      const rows = await db
        .selectFrom("registry.enterprise")
        .select((eb) => eb.ref("state", "->").key("state").as("state"))
        .where("district", "=", district)
        .orderBy("enterprise")
        .execute();
      return rows.map(({ state }) => state);
    },
    async parties(district) {
      const rows = await db.selectFrom("registry.party").select("state").where("district", "=", district).orderBy("party").execute();
      return rows.map(({ state }) => state);
    },
    async banks(district) {
      const rows = await db.selectFrom("registry.bank").select("state").where("district", "=", district).orderBy("bank").execute();
      return rows.map(({ state }) => state);
    },
    async privacy(district, personIds) {
      const rows = await db
        .selectFrom("registry.privacy")
        .select(["person_id", "state"])
        .where("district", "=", district)
        .where("person_id", "=", anyOf(personIds))
        .execute();
      return new Map(rows.map((row) => [row.person_id, row.state]));
    },
    async householdsEver(district, personId) {
      const rows = await db
        .selectFrom("registry.household")
        .select("household")
        .where("district", "=", district)
        .where(
          sql<boolean>`(state -> 'members')::jsonb @> ${JSON.stringify([{ personId }])}::jsonb OR (state -> 'formerMembers')::jsonb @> ${JSON.stringify([{ personId }])}::jsonb`,
        )
        .orderBy("household")
        .execute();
      return rows.map(({ household }) => household);
    },
    async sealedIdNumber(district, personId) {
      const row = await db
        .selectFrom("registry.member")
        .select("id_number")
        .where("district", "=", district)
        .where("person_id", "=", personId)
        .executeTakeFirst();
      return row?.id_number;
    },
  };
}
