import { listBackups } from "@huimin/backup";
import { shanghaiDate } from "@huimin/calendar";
import { keptUntil } from "@huimin/privacy";
import { privacyStream } from "@huimin/privacy/events";
import type { HouseholdState } from "@huimin/registry/events";
import { householdStream, personStream } from "@huimin/registry/events";
import { createAccessLog } from "@huimin/service-registry";
import type { Pool } from "pg";
import { lastFactOf } from "../compose/privacy.ts";
import type { Platform } from "../types.ts";
import { placesOf } from "./places.ts";
import type { Affected, ErasurePlan, PlanFacts, PlannedPerson } from "./plan.ts";

export type { Affected, ErasurePlan, Form, Place, PlanFacts, PlannedPerson } from "./plan.ts";

/*
 * Where data of a person lies, and what becomes of it. Destroying a key makes every ciphertext under it unreadable for ever;
 * what left the product in clear it does not reach (domain 5.6), so the plan names each such place with its date.
 */

/** Lines of the access log that one household can have. */
const LOOKS_MAX = 10_000;

/** Who is meant by a person's id or a household's number; undefined when the register knows neither. */
async function subjectOf({ registry, district }: Platform, subject: string) {
  const state = await registry.household(district, subject);
  if (state) return { households: [subject], persons: personsOf(state) };
  const households = await registry.householdsEver(district, subject);
  return households.length === 0 ? undefined : { households, persons: [subject] };
}

const personsOf = (state: HouseholdState): string[] => [
  ...new Set([...state.members, ...state.formerMembers].map(({ personId }) => personId)),
];

/** The plan for a person or a whole household; undefined when the register knows no such one. */
export async function erasurePlan(
  platform: Platform,
  subject: string,
  bankFiles: () => Promise<PlanFacts["bankFiles"]>,
): Promise<ErasurePlan | undefined> {
  const { district, registry, vault, pool, clock } = platform;
  const found = await subjectOf(platform, subject);
  if (!found) return undefined;
  const { households } = found;
  const decided = await registry.privacy(district, found.persons);
  const persons: PlannedPerson[] = [];
  for (const person of found.persons) {
    const { date, open } = await lastFactOf(platform, person);
    const [K1, K2] = [await vault.keyState(district, person, "K1"), await vault.keyState(district, person, "K2")];
    persons.push({
      person,
      restriction: decided.get(person)?.restriction ?? null,
      K1: { readable: K1.readable, keptUntil: date === undefined ? null : keptUntil(date), open },
      K2: { readable: K2.readable, erasable: "now" },
    });
  }
  const accessLog = createAccessLog(pool);
  const lines = (
    await Promise.all(households.map((household) => accessLog.list(district, { subject: household, limit: LOOKS_MAX })))
  ).flat();
  const facts: PlanFacts = {
    persons,
    households,
    madeOn: shanghaiDate(clock()),
    affected: await affectedOf(platform, households, found.persons),
    backups: (await listBackups(pool, district)).filter(({ removedAt }) => removedAt === null),
    disclosures: lines.filter(({ households: inList }) => inList !== null),
    looks: lines.filter(({ households: inList }) => inList === null).length,
    lookups: await count(pool, "SELECT count(*) AS n FROM vault_lookup WHERE district = $1 AND person_id = ANY ($2)", [
      district,
      found.persons,
    ]),
    bankFiles: await bankFiles(),
    shredFolder: platform.checkpointFolder,
  };
  const { madeOn, affected } = facts;
  return { subject, madeOn, persons, households, affected, places: placesOf(facts) };
}

async function count(pool: Pool, text: string, values: readonly unknown[]): Promise<number> {
  return Number((await pool.query<{ n: string }>(text, [...values])).rows[0]?.n ?? 0);
}

const STREAMS_SQL = "SELECT stream, version::int AS events FROM log.stream_head WHERE district = $1 AND stream = ANY ($2) ORDER BY stream";
const STATEMENTS_SQL = `SELECT number FROM (
    SELECT position, number FROM statement_register.statement WHERE district = $1 AND household = ANY ($2)
    UNION ALL SELECT position, number FROM statement_register.notice WHERE district = $1 AND subject = ANY ($2 || $3)
  ) papers ORDER BY position`;
const BOARDS_SQL = `SELECT DISTINCT pool, year, village FROM publicity.board
  WHERE district = $1 AND village = ANY ($2) AND pool = ANY ($3) ORDER BY pool, year, village`;

async function affectedOf(
  { pool, books, registry, district }: Platform,
  households: readonly string[],
  persons: readonly string[],
): Promise<Affected> {
  const loans = new Set<string>();
  const dividends = new Map<string, string>();
  const villages = new Set<string>();
  for (const household of households) {
    const at = { district, dims: { household }, zeros: true };
    for (const account of ["9201", "9101"])
      for (const { dims } of await books.details({ ...at, account, by: ["loan"] })) if (dims.loan) loans.add(dims.loan);
    for (const account of ["2901.02", "2901.04"])
      for (const { dims } of await books.details({ ...at, account, by: ["pool", "year"] }))
        if (dims.pool) dividends.set(`${dims.pool} ${dims.year}`, dims.pool);
    const state = await registry.household(district, household);
    if (state) villages.add(state.village);
  }
  const streams = [
    ...households.flatMap((household) => [
      householdStream(household),
      `credit/${household}`,
      `statement/${household}`,
      `linkage-household/${household}`,
    ]),
    ...persons.flatMap((person) => [personStream(person), privacyStream(person)]),
    ...[...loans].flatMap((loan) => [`loan/${loan}`, `subsidy/${loan}`]),
  ];
  const boards = await pool.query<{ pool: string; year: number; village: string }>(BOARDS_SQL, [
    district,
    [...villages],
    [...new Set(dividends.values())],
  ]);
  return {
    streams: (await pool.query<Affected["streams"][number]>(STREAMS_SQL, [district, streams])).rows,
    loans: [...loans].sort(),
    dividends: [...dividends.keys()].sort(),
    statements: (await pool.query<{ number: string }>(STATEMENTS_SQL, [district, households, [...loans]])).rows.map(({ number }) => number),
    publicity: boards.rows.map((one) => `${one.pool} ${one.year} ${one.village}`),
  };
}
