import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { Pool, PoolClient } from "pg";
import { type Folded, foldAhead, wanted } from "./apply.ts";
import { SQL } from "./checkpoint.sql.ts";
import { BATCH_BYTES_MAX } from "./projector.ts";
import type { Projection, ProjectionWriter } from "./types.ts";

export interface RebuildOptions {
  /** Of the owner: a rebuild makes and drops schemas. */
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projections: readonly Projection[];
  /** Default: every district that has a checkpoint. */
  readonly districts?: readonly string[];
  readonly batchSize?: number;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

export interface RebuildProgress {
  readonly phase: "folding" | "indexing" | "catching-up" | "switching" | "done";
  readonly district: string;
  readonly position: number;
  readonly head: number;
  readonly elapsedMs: number;
}

export interface RebuildResult {
  readonly events: number;
  readonly elapsedMs: number;
}

/** As many as a live batch: larger ones gained nothing and doubled the memory. */
const BATCH_SIZE = 4_000;
/** Below this the rest is folded while the switch holds the checkpoints: well under a second. */
const SWITCH_EVENTS_MAX = 2_000;
/** One rebuild at a time. */
const REBUILD_LOCK = 4_108_030_003;

/**
 * Makes projections anew from the log, blue/green: folds everything into fresh tables beside those that serve
 * (`<name>_next`), catches up with what was appended meanwhile, and puts them in place in one transaction. Readers and
 * writers notice nothing; a running projector goes on with the new tables. A rebuild that fails leaves the old tables
 * as they were. Holds one batch in memory.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildResult> {
  const client = await options.pool.connect();
  const ignoreFault = (): void => undefined;
  client.on("error", ignoreFault); // the query after it fails, and with it the rebuild
  try {
    const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [REBUILD_LOCK]);
    if (!rows[0]?.locked) throw new Error("another rebuild is running");
    try {
      return await new Rebuild(options, client).run();
    } finally {
      await client.query("SELECT pg_advisory_unlock($1)", [REBUILD_LOCK]);
    }
  } finally {
    client.off("error", ignoreFault);
    client.release();
  }
}

const nextOf = (projection: Projection): string => `${projection.name}_next`;

class Rebuild {
  readonly #options: RebuildOptions;
  readonly #client: PoolClient;
  readonly #begun = performance.now();
  readonly #writers: ReadonlyMap<Projection, ProjectionWriter>;
  readonly #positions = new Map<string, number>();

  constructor(options: RebuildOptions, client: PoolClient) {
    this.#options = options;
    this.#client = client;
    this.#writers = new Map(options.projections.map((projection) => [projection, projection.open(nextOf(projection))]));
  }

  async run(): Promise<RebuildResult> {
    const { projections } = this.#options;
    const client = this.#client;
    const districts = this.#options.districts ?? (await client.query<{ district: string }>(SQL.districts)).rows.map((row) => row.district);
    await this.#removeOrphans();
    for (const projection of projections) {
      await client.query(`DROP SCHEMA IF EXISTS ${nextOf(projection)} CASCADE`);
      await client.query(`CREATE SCHEMA ${nextOf(projection)}; ${projection.tables(nextOf(projection))}`);
    }
    try {
      for (const district of districts) await this.#foldUntilHead(district, "bulk");
      this.#report("indexing", districts[0] ?? "", 0);
      await client.query("SET work_mem = '64MB'; SET maintenance_work_mem = '256MB'");
      for (const projection of projections) {
        await (this.#writers.get(projection) as ProjectionWriter).finishBulk?.(client);
        await client.query(projection.indexes(nextOf(projection)));
      }
      await client.query("RESET work_mem; RESET maintenance_work_mem");
      for (const district of districts) await this.#foldUntilHead(district, "live");
      await this.#switch(districts);
    } catch (fault) {
      for (const projection of projections)
        await client.query(`DROP SCHEMA IF EXISTS ${nextOf(projection)} CASCADE`).catch(() => undefined);
      throw fault;
    }
    for (const projection of projections) await client.query(`DROP SCHEMA IF EXISTS ${projection.name}_old CASCADE`);
    this.#report("done", districts.at(-1) ?? "", 0);
    let events = 0;
    for (const position of this.#positions.values()) events += position;
    return { events, elapsedMs: performance.now() - this.#begun };
  }

  /** What a rebuild left that was killed: half-made tables, and those that it had replaced. No other rebuild runs. */
  async #removeOrphans(): Promise<void> {
    const { rows } = await this.#client.query<{ name: string }>(SQL.orphans);
    for (const { name } of rows) await this.#client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
  }

  /** bulk: until the log has nothing more. live: until what is left fits into the switch. */
  async #foldUntilHead(district: string, mode: "bulk" | "live"): Promise<void> {
    const { store } = this.#options;
    const limit = this.#options.batchSize ?? BATCH_SIZE;
    let head = await store.head(district);
    let ahead = this.#readAhead(district, this.#positions.get(district) ?? 0, limit, mode);
    for (;;) {
      const { events, more, folded } = await ahead;
      const last = events.at(-1)?.position;
      if (last === undefined) return;
      if (more) ahead = this.#readAhead(district, last, limit, mode);
      await this.#transaction(() => this.#fold(district, events, mode, folded));
      if (last >= head) head = await store.head(district);
      this.#report(mode === "bulk" ? "folding" : "catching-up", district, head);
      if (!more) {
        if (head - last <= SWITCH_EVENTS_MAX) return;
        ahead = this.#readAhead(district, last, limit, mode);
      }
    }
  }

  /** Reads and folds a batch while the database writes the one before. */
  #readAhead(
    district: string,
    after: number,
    limit: number,
    mode: "bulk" | "live",
  ): Promise<{ events: readonly StoredEvent[]; more: boolean; folded: Folded }> {
    const batch = this.#options.store.readPage(district, after, { events: limit, bytes: BATCH_BYTES_MAX }).then(({ events, more }) => ({
      events,
      more,
      folded: foldAhead(this.#writers, events, after, district, mode),
    }));
    batch.catch(() => undefined); // a fault shows when the batch is asked for
    return batch;
  }

  async #fold(district: string, batch: readonly StoredEvent[], mode: "bulk" | "live", folded: Folded = new Map()): Promise<() => void> {
    const after = this.#positions.get(district) ?? 0;
    const committed: (() => void)[] = [];
    for (const [projection, writer] of this.#writers) {
      const mine = wanted(projection, batch, after);
      if (mine.length === 0) continue;
      const run = await writer.apply(mine, { client: this.#client, district, mode }, folded.get(writer));
      if (run) committed.push(run);
    }
    return () => {
      this.#positions.set(district, batch.at(-1)?.position ?? after);
      for (const run of committed) run();
    };
  }

  async #transaction(work: () => Promise<() => void>): Promise<void> {
    await this.#client.query("BEGIN; SET LOCAL synchronous_commit = off");
    try {
      const committed = await work();
      await this.#client.query("COMMIT");
      committed();
    } catch (fault) {
      await this.#client.query("ROLLBACK").catch(() => undefined);
      throw fault;
    }
  }

  /** Folds the rest while nobody else projects, then renames: one transaction, so a reader sees the old or the new. */
  async #switch(districts: readonly string[]): Promise<void> {
    const { store, projections } = this.#options;
    const names = projections.map(({ name }) => name);
    this.#report("switching", districts.at(-1) ?? "", 0);
    await this.#transaction(async () => {
      const client = this.#client;
      const held = await client.query<{ district: string; projection: string; position: string }>(SQL.hold, [names]);
      for (const district of districts) {
        for (;;) {
          const bounds = { events: SWITCH_EVENTS_MAX, bytes: BATCH_BYTES_MAX };
          const { events: batch } = await store.readPage(district, this.#positions.get(district) ?? 0, bounds);
          if (batch.length === 0) break;
          // Remembered before the commit on purpose: if the switch fails, the whole rebuild is thrown away.
          (await this.#fold(district, batch, "live"))();
        }
      }
      for (const row of held.rows) {
        const reached = this.#positions.get(row.district) ?? 0;
        if (reached < Number(row.position))
          throw new Error(`district ${row.district} is not part of this rebuild but has tables: rebuild all districts`);
      }
      for (const projection of projections) await this.#replace(projection);
      for (const district of districts) await client.query(SQL.settle, [district, names, this.#positions.get(district) ?? 0]);
      return () => undefined;
    });
  }

  async #replace(projection: Projection): Promise<void> {
    const client = this.#client;
    const { rows } = await client.query<{ statement: string }>(SQL.rights, [projection.name, nextOf(projection)]);
    for (const { statement } of rows) await client.query(statement);
    await client.query(`DROP SCHEMA IF EXISTS ${projection.name}_old CASCADE`);
    await client.query(
      `DO $$ BEGIN IF to_regnamespace('${projection.name}') IS NOT NULL THEN ALTER SCHEMA ${projection.name} RENAME TO ${projection.name}_old; END IF; END $$`,
    );
    await client.query(`ALTER SCHEMA ${nextOf(projection)} RENAME TO ${projection.name}`);
    await client.query(SQL.replaced, [projection.name, projection.version]);
  }

  #report(phase: RebuildProgress["phase"], district: string, head: number): void {
    this.#options.onProgress?.({
      phase,
      district,
      position: this.#positions.get(district) ?? 0,
      head,
      elapsedMs: performance.now() - this.#begun,
    });
  }
}
