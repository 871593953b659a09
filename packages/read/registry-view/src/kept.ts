import type { Loaded } from "@huimin/decider";
import type { KeptStates } from "@huimin/event-store";
import { type HouseholdFacts, type HouseholdState, householdFacts, householdFold, householdStream } from "@huimin/registry/events";
import type { Pool } from "pg";
import { REGISTRY_SCHEMA, registryProjection } from "./projection.ts";

const PREFIX = householdStream("");

/**
 * A row answers only when it has seen the last event of its stream, and when the tables are those that this program writes:
 * whatever is behind, missing or older is read from the log. One statement sees row and stream at one moment. OFFSET 0: one look into
 * each index for every household, whatever the statistics say.
 */
const keptSql = (column: "state" | "facts"): string => `SELECT w.number::int AS number, s.version, h.${column} AS state
  FROM unnest($2::text[]) WITH ORDINALITY AS w (household, number)
  CROSS JOIN LATERAL (SELECT position, ${column} FROM ${REGISTRY_SCHEMA}.household WHERE district = $1 AND household = w.household OFFSET 0) h
  CROSS JOIN LATERAL (SELECT version, last_position FROM log.stream_head WHERE district = $1 AND stream = '${PREFIX}' || w.household OFFSET 0) s
  WHERE s.last_position = h.position
    AND EXISTS (SELECT FROM projector.projection WHERE name = '${REGISTRY_SCHEMA}' AND version = ${registryProjection.version})`;

interface Row {
  readonly number: number;
  readonly version: string;
  readonly state: HouseholdState | HouseholdFacts;
}

const keptBy =
  (pool: Pool, column: "state" | "facts"): KeptStates =>
  async (district, streams) => {
    const found: (Loaded<unknown> | undefined)[] = streams.map(() => undefined);
    const { rows } = await pool.query<Row>({
      name: `${REGISTRY_SCHEMA}-kept-${column}`,
      text: keptSql(column),
      values: [district, streams.map((stream) => (stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : ""))],
    });
    for (const { number, version, state } of rows) {
      const stream = streams[number - 1] as string;
      found[number - 1] = { stream, version: Number(version), state };
    }
    return found;
  };

/** Households as the register's tables keep them, whole or what decisions on thousands of them need. */
export const keptHouseholds = (pool: Pool): ReadonlyMap<object, KeptStates> =>
  new Map<object, KeptStates>([
    [householdFold, keptBy(pool, "state")],
    [householdFacts, keptBy(pool, "facts")],
  ]);
