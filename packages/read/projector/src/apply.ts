import type { StoredEvent } from "@huimin/event-store";
import type { PoolClient } from "pg";
import { SQL } from "./checkpoint.sql.ts";
import { isTransient } from "./fault.ts";
import { type ApplyTarget, type Projection, ProjectionOutdated, type ProjectionWriter } from "./types.ts";

/** A projection with the writer for the generation of its tables that serves now. */
export interface OpenProjection {
  readonly projection: Projection;
  generation: number;
  writer: ProjectionWriter;
}

export const openAll = (projections: readonly Projection[]): OpenProjection[] =>
  projections.map((projection) => ({ projection, generation: 0, writer: projection.open(projection.name) }));

/** What the writers made of a batch ahead of its transaction. */
export type Folded = ReadonlyMap<ProjectionWriter, unknown>;

/** Folds a batch ahead. A fault is left to the transaction, which knows what to do about it. */
export function foldAhead(
  writers: Iterable<readonly [Projection, ProjectionWriter]>,
  batch: readonly StoredEvent[],
  after: number,
  district: string,
  mode: ApplyTarget["mode"],
): Folded {
  const folded = new Map<ProjectionWriter, unknown>();
  for (const [projection, writer] of writers) {
    const mine = wanted(projection, batch, after);
    if (mine.length === 0 || !writer.fold) continue;
    try {
      folded.set(writer, writer.fold(mine, district, mode));
    } catch {
      return folded;
    }
  }
  return folded;
}

/** An event of the batch can't be applied: not a fault of the connection, so another try would fail as well. */
export class ApplyFault extends Error {
  override readonly name = "ApplyFault";
  readonly projection: string;
  constructor(projection: string, cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
    this.projection = projection;
  }
}

interface LockRow {
  projection: string;
  position: string;
}

interface VersionRow {
  name: string;
  version: number;
  generation: number;
}

/** What the transaction of a batch did. */
export type BatchResult =
  /** Another process projects this district at the moment. */
  | { readonly kind: "busy" }
  /** The checkpoint is not where the batch begins: another process, or a rebuild, has moved it. */
  | { readonly kind: "moved"; readonly position: number }
  | { readonly kind: "applied"; readonly position: number };

/**
 * Applies one batch that begins after `after` to all projections and moves their checkpoints, in one transaction.
 * The commit does not wait for the disk: what a crash could take back is folded again from the log.
 */
export async function applyBatch(
  client: PoolClient,
  district: string,
  open: readonly OpenProjection[],
  after: number,
  batch: readonly StoredEvent[],
  folded: Folded = new Map(),
): Promise<BatchResult> {
  await client.query("BEGIN; SET LOCAL synchronous_commit = off");
  try {
    const names = open.map(({ projection }) => projection.name);
    const { rows } = await client.query<LockRow>(SQL.lock, [district, names]);
    if (rows.length < open.length) return await giveUp(client, { kind: "busy" });
    const position = Math.min(...rows.map((row) => Number(row.position)));
    if (position !== after) return await giveUp(client, { kind: "moved", position });
    // Asked after the lock: a statement that takes the lock may still see the tables' generation of before.
    const versions = await client.query<VersionRow>(SQL.versions, [names]);
    const last = batch.at(-1)?.position ?? after;
    const committed: (() => void)[] = [];
    for (const each of open) {
      const { name } = each.projection;
      const row = rows.find((candidate) => candidate.projection === name) as LockRow;
      follow(each, versions.rows.find((candidate) => candidate.name === name) as VersionRow);
      const mine = wanted(each.projection, batch, Number(row.position));
      if (mine.length === 0) continue;
      // What was folded ahead holds for a projection that stood where the batch begins.
      const ahead = Number(row.position) === after ? folded.get(each.writer) : undefined;
      const afterCommit = await each.writer.apply(mine, { client, district, mode: "live" }, ahead).catch((fault: unknown) => {
        throw isTransient(fault) ? fault : new ApplyFault(name, fault);
      });
      if (afterCommit) committed.push(afterCommit);
    }
    await client.query(SQL.advance, [district, names, last]);
    await client.query("COMMIT");
    for (const run of committed) run();
    return { kind: "applied", position: last };
  } catch (fault) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw fault;
  }
}

async function giveUp(client: PoolClient, result: BatchResult): Promise<BatchResult> {
  await client.query("ROLLBACK");
  return result;
}

/** A rebuild has put other tables in place: what the writer remembers belongs to the old ones. */
function follow(each: OpenProjection, row: VersionRow): void {
  if (row.version !== each.projection.version) {
    throw new ProjectionOutdated(
      `projection ${each.projection.name} is version ${row.version} in the database and ${each.projection.version} in the program: rebuild it`,
    );
  }
  if (each.generation === row.generation) return;
  if (each.generation !== 0) each.writer = each.projection.open(each.projection.name);
  each.generation = row.generation;
}

/** The events that this projection handles and has not folded yet. */
export function wanted(projection: Projection, batch: readonly StoredEvent[], position: number): readonly StoredEvent[] {
  const handles = projection.handles;
  const first = batch[0]?.position ?? 0;
  if (handles === "every" && first > position) return batch;
  return batch.filter((event) => event.position > position && (handles === "every" || handles.has(event.type)));
}
