import type { BankState, EnterpriseState, HouseholdState, HouseholdStatus, VillageState } from "@huimin/registry/events";
import type { Pool } from "pg";
import { REGISTRY_SCHEMA } from "./projection.ts";

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
}

export interface HouseholdFilter {
  readonly village?: string | undefined;
  readonly status?: string | undefined;
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
  banks(district: string): Promise<BankState[]>;
  /** Sealed ID number of a member, for the birth date behind it. */
  sealedIdNumber(district: string, personId: string): Promise<string | undefined>;
}

const S = REGISTRY_SCHEMA;

const HOUSEHOLDS = `SELECT h.household, h.village, coalesce(v.name, h.village) AS "villageName", h.kind, h.status, h.monitored, h.people,
    h.registered_on::text AS "registeredOn", h.credit_group AS "creditGroup", h.head, m.name AS "headName", m.id_number AS "headIdNumber"
  FROM ${S}.household h
  LEFT JOIN ${S}.village v ON v.district = h.district AND v.village = h.village
  LEFT JOIN ${S}.member m ON m.district = h.district AND m.household = h.household AND m.person_id = h.head
  WHERE h.district = $1 AND h.household > $2 AND ($3::text IS NULL OR h.village = $3) AND ($4::text IS NULL OR h.status = $4)
  ORDER BY h.household LIMIT $5`;

const VILLAGES = `SELECT v.state -> 'state' AS state, v.population, count(h.household)::int AS households, coalesce(sum(h.people), 0)::int AS people
  FROM ${S}.village v
  LEFT JOIN ${S}.household h ON h.district = v.district AND h.village = v.village AND h.ended_from IS NULL
  WHERE v.district = $1 GROUP BY v.district, v.village ORDER BY v.village`;

/** Questions about the register as it is now. Sealed fields come back sealed. */
export function createRegistryView(pool: Pool): RegistryView {
  const states = async <T>(sql: string, values: readonly unknown[]): Promise<T[]> =>
    (await pool.query<{ state: T }>(sql, [...values])).rows.map(({ state }) => state);
  const memberships: RegistryView["memberships"] = async (district, personIds) => {
    const { rows } = await pool.query<{ person_id: string; household: string }>(
      `SELECT person_id, household FROM ${S}.member WHERE district = $1 AND person_id = ANY ($2::text[])`,
      [district, personIds],
    );
    return new Map(rows.map((row) => [row.person_id, row.household]));
  };
  return {
    memberships,
    async households(district, { village, status, after, limit }) {
      return (await pool.query<HouseholdLine>(HOUSEHOLDS, [district, after ?? "", village ?? null, status ?? null, limit])).rows;
    },
    async household(district, household) {
      return (
        await states<HouseholdState>(`SELECT state FROM ${S}.household WHERE district = $1 AND household = $2`, [district, household])
      )[0];
    },
    householdOf: async (district, personId) => (await memberships(district, [personId])).get(personId),
    async taken(district, households) {
      const { rows } = await pool.query<{ household: string }>(
        `SELECT household FROM ${S}.household WHERE district = $1 AND household = ANY ($2::text[])`,
        [district, households],
      );
      return new Set(rows.map(({ household }) => household));
    },
    async accountOwners(district, numberHash) {
      const { rows } = await pool.query<{ household: string }>(
        `SELECT DISTINCT household FROM ${S}.account WHERE district = $1 AND number_hash = $2 AND ended_at IS NULL ORDER BY household`,
        [district, numberHash],
      );
      return rows.map(({ household }) => household);
    },
    async villages(district) {
      const { rows } = await pool.query<{ state: VillageState; population: number | null; households: number; people: number }>(VILLAGES, [
        district,
      ]);
      return rows.map(({ state, ...counts }) => ({ ...state, ...counts }));
    },
    async village(district, village) {
      return (
        await states<VillageState>(`SELECT state -> 'state' AS state FROM ${S}.village WHERE district = $1 AND village = $2`, [
          district,
          village,
        ])
      )[0];
    },
    enterprises: (district) =>
      states(`SELECT state -> 'state' AS state FROM ${S}.enterprise WHERE district = $1 ORDER BY enterprise`, [district]),
    banks: (district) => states(`SELECT state FROM ${S}.bank WHERE district = $1 ORDER BY bank`, [district]),
    async sealedIdNumber(district, personId) {
      const { rows } = await pool.query<{ id_number: string }>(`SELECT id_number FROM ${S}.member WHERE district = $1 AND person_id = $2`, [
        district,
        personId,
      ]);
      return rows[0]?.id_number;
    },
  };
}
