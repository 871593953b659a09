import type { EventStore } from "@huimin/event-store";
import { BATCH_BYTES_MAX } from "@huimin/projector";
import type { Pool, PoolClient } from "pg";
import { DIMENSIONS, type Dimension, dimsKey } from "../dimensions.ts";
import { BOOKS_SCHEMA, dimsHash } from "../projection.ts";
import { columnOf } from "../tables.sql.ts";
import { eligibleOnSnapshot, publishedLists } from "./dividend-checks.ts";
import { donationMoney } from "./donation-check.ts";
import { JournalCheck } from "./journal-check.ts";
import { closedPeriods, householdCap, interestTiles, type LogCheck, logOrder, subsidisedOnce } from "./log-checks.ts";
import { householdsOweNothing, pooledStakes } from "./pooled-check.ts";
import { statementsAreLists } from "./statement-check.ts";
import { type TableCheck, tableChecks } from "./table-checks.sql.ts";
import { EXAMPLES_MAX, Finding, type InvariantResult } from "./types.ts";

export interface CheckOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly district: string;
  readonly schema?: string;
  readonly onProgress?: (progress: { readonly position: number; readonly last: number }) => void;
}

const BATCH_EVENTS = 4_000;

/**
 * Checks every invariant of domain 2.7 that concerns what exists, and the read model against the log, up to the
 * position that the books have reached. Reads one snapshot of the books, so a running projector does not disturb it.
 */
export async function checkInvariants(options: CheckOptions): Promise<readonly InvariantResult[]> {
  const client = await options.pool.connect();
  const ignoreFault = (): void => undefined;
  client.on("error", ignoreFault);
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return await checkSnapshot(client, options);
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
    client.off("error", ignoreFault);
    client.release();
  }
}

async function checkSnapshot(client: PoolClient, options: CheckOptions): Promise<InvariantResult[]> {
  const { district, schema = BOOKS_SCHEMA } = options;
  const last = await reached(client, district, schema);
  const results: InvariantResult[] = [];
  for (const check of tableChecks(schema)) results.push(await tableFinding(client, check, district));
  results.push(await dimensionIds(client, district, schema));
  results.push(...(await checkLog(client, options, schema, last)));
  return results;
}

/** Identities that tie the district's accounts together, and cost next to nothing to look at. */
const IDENTITIES: ReadonlySet<string> = new Set(["2.7-4-agency-identity", "2.7-5-fund-identity", "2.7-6-donation-not-overspent"]);

/** The identities of 2.7 alone, as the books stand now. For a monthly close; `checkInvariants` looks at everything. */
export async function checkIdentities(options: Pick<CheckOptions, "pool" | "district" | "schema">): Promise<readonly InvariantResult[]> {
  const { pool, district, schema = BOOKS_SCHEMA } = options;
  const results: InvariantResult[] = [];
  for (const check of tableChecks(schema).filter(({ id }) => IDENTITIES.has(id))) results.push(await tableFinding(pool, check, district));
  return results;
}

async function tableFinding(client: Pool | PoolClient, check: TableCheck, district: string): Promise<InvariantResult> {
  const finding = new Finding(check.id, check.zh, check.en, check.severity ?? "error");
  finding.checked = Number((await client.query<{ n: string }>(check.checked, [district])).rows[0]?.n ?? 0);
  const { rows } = await client.query<{ example: string; n: string }>(
    `SELECT example, count(*) OVER () AS n FROM (${check.failures}) f LIMIT ${EXAMPLES_MAX}`,
    [district],
  );
  for (const row of rows) finding.fail(row.example);
  finding.failed = Number(rows[0]?.n ?? 0);
  return finding.result();
}

async function reached(client: PoolClient, district: string, schema: string): Promise<number> {
  const { rows } = await client.query<{ position: string }>(
    "SELECT position FROM projector.checkpoint WHERE district = $1 AND projection = $2",
    [district, schema],
  );
  return Number(rows[0]?.position ?? 0);
}

async function checkLog(client: PoolClient, options: CheckOptions, schema: string, last: number): Promise<InvariantResult[]> {
  const { store, district } = options;
  const checks: LogCheck[] = [
    logOrder(),
    closedPeriods(),
    householdCap(),
    interestTiles(),
    donationMoney(),
    subsidisedOnce(),
    pooledStakes(),
    householdsOweNothing(),
    eligibleOnSnapshot(),
    publishedLists(),
    statementsAreLists(),
  ];
  const journal = new JournalCheck(client, schema, district);
  let position = 0;
  while (position < last) {
    const { events: batch } = await store.readPage(district, position, {
      events: Math.min(BATCH_EVENTS, last - position),
      bytes: BATCH_BYTES_MAX,
    });
    const end = batch.at(-1)?.position ?? last;
    for (const event of batch) for (const check of checks) check.see(event);
    await journal.see(batch, position, end);
    position = end;
    options.onProgress?.({ position, last });
  }
  await journal.finish(last);
  return [journal.result(), ...checks.flatMap((check) => check.results())];
}

const SETS_PER_READ = 10_000;

/** Every id is the hash of the set that it names: a dimension that was changed can't hide behind an unchanged line. */
async function dimensionIds(client: PoolClient, district: string, schema: string): Promise<InvariantResult> {
  const finding = new Finding("dimension-ids", "辅助核算编号与内容一致", "The id of a set of dimensions is the hash of its values");
  await client.query(
    `DECLARE sets NO SCROLL CURSOR FOR SELECT id, check_bits, ${DIMENSIONS.map(columnOf).join(", ")} FROM ${schema}.dimension_set WHERE district = '${district.replaceAll("'", "''")}'`,
  );
  for (;;) {
    const { rows } = await client.query<Record<string, string | null>>(`FETCH ${SETS_PER_READ} FROM sets`);
    if (rows.length === 0) break;
    for (const row of rows) {
      finding.checked += 1;
      const dims = Object.fromEntries(DIMENSIONS.map((name): [Dimension, string | undefined] => [name, row[columnOf(name)] ?? undefined]));
      const expected = dimsHash(dimsKey(dims));
      if (expected.id.toString() !== row.id || String(expected.checkBits) !== String(row.check_bits)) finding.fail(`set ${row.id}`);
    }
  }
  await client.query("CLOSE sets");
  return finding.result();
}
