import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { Pool } from "pg";
import { ApplyFault, applyBatch, type Folded, foldAhead, type OpenProjection, openAll } from "./apply.ts";
import { SQL } from "./checkpoint.sql.ts";
import { isTransient } from "./fault.ts";
import { type Progress, type Reached, readProgress, waitForPosition } from "./progress.ts";
import { type Projection, ProjectionOutdated, type Stopped } from "./types.ts";

export interface ProjectorOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projections: readonly Projection[];
  readonly district: string;
  /** Events of one transaction at most. */
  readonly batchSize?: number;
  /** Pause before the log is asked again when it had nothing new and nobody called `wake`. */
  readonly pollMs?: number;
  readonly onBatch?: (batch: { readonly events: number; readonly position: number; readonly milliseconds: number }) => void;
  readonly onStopped?: (stopped: Stopped) => void;
  /** A fault of the way to the database; the batch is tried again. */
  readonly onFault?: (fault: unknown) => void;
}

/** Lag of a district's read models behind its log. */
export interface ProjectorStatus extends Progress {
  readonly running: boolean;
  readonly head: number;
  /** Events in the log that are not folded yet. */
  readonly lagEvents: number;
  /** How long there has been something to fold, without a pause; 0 when nothing waits. */
  readonly lagMs: number;
}

export interface Projector {
  /** Begins to follow the log. Throws {@link ProjectionOutdated} when the tables are of another version. */
  start(): Promise<void>;
  /** Ends after the batch in hand. */
  stop(): Promise<void>;
  /** A hint that the log has grown: asks it at once instead of at the next poll. Costs nothing when it is wrong. */
  wake(): void;
  /** Folds everything that is in the log now; returns the position reached. Throws when an event stops it. */
  drain(): Promise<number>;
  waitFor(position: number, timeoutMs: number): Promise<Reached>;
  status(): Promise<ProjectorStatus>;
}

/** 4,000 events are about 8 MB in memory and 60–120 ms of work; larger batches gained nothing when measured. */
export const BATCH_SIZE_DEFAULT = 4_000;
const POLL_MS_DEFAULT = 100;
/** Text of one batch: an event of a long list has hundreds of lines, and some 50 of those are as much as 4,000 others. */
export const BATCH_BYTES_MAX = 2 * 1024 * 1024;
/** Between tries after a fault of the connection, doubling. */
const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 5_000;
/** While another process holds the district. */
const BUSY_MS = 20;
/** A waiter that saw no batch of this process for so long looks whether another one projects. */
const ELSEWHERE_MS = 50;

/** Thrown by `drain` when an event can't be applied. */
export class ProjectionStopped extends Error {
  override readonly name = "ProjectionStopped";
  readonly stopped: Stopped;
  constructor(stopped: Stopped) {
    super(`the projections stand still before position ${stopped.position} (${stopped.eventType}): ${stopped.reason}`);
    this.stopped = stopped;
  }
}

/**
 * Follows the log of one district and keeps its read models up to date: reads events after the checkpoint in bounded
 * batches (the next is read while this one is written), folds and writes each with its checkpoint in one transaction.
 * Any number of processes may run one; a row lock lets one at a time work, and none applies an event twice.
 * An event that can't be applied stops the district before it: what comes before is kept, nothing after it is applied.
 */
export function createProjector(options: ProjectorOptions): Projector {
  return new Runner(options);
}

/** Events after a position, and what the writers have made of them already. */
interface Batch {
  readonly events: readonly StoredEvent[];
  /** The batch ended at a bound: the log has more. */
  readonly more: boolean;
  readonly folded?: Folded;
}

class Runner implements Projector {
  readonly #options: ProjectorOptions;
  readonly #names: readonly string[];
  readonly #batchSize: number;
  readonly #open: OpenProjection[];
  #running: Promise<void> | undefined;
  #stopping = false;
  /** Two callers of `step` (the loop, a drain) take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #position = 0;
  #limit: number;
  #ahead: { readonly after: number; readonly batch: Promise<Batch> } | undefined;
  #stopped: Stopped | undefined;
  #behindSince: number | undefined;
  #wakeUp = Promise.withResolvers<void>();
  #moved = Promise.withResolvers<void>();

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#names = options.projections.map(({ name }) => name);
    this.#batchSize = options.batchSize ?? BATCH_SIZE_DEFAULT;
    this.#limit = this.#batchSize;
    this.#open = openAll(options.projections);
  }

  async start(): Promise<void> {
    if (this.#running) return;
    await this.#register();
    this.#stopping = false;
    this.#stopped = undefined;
    this.#running = this.#follow().finally(() => {
      this.#running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
    await this.#turn;
    await this.#ahead?.batch.catch(() => undefined);
    this.#ahead = undefined;
  }

  wake(): void {
    const waiting = this.#wakeUp;
    this.#wakeUp = Promise.withResolvers<void>();
    waiting.resolve();
  }

  async drain(): Promise<number> {
    await this.#register();
    const head = await this.#options.store.head(this.#options.district);
    this.#stopped = undefined;
    while (this.#position < head) {
      const outcome = await this.#inTurn();
      if (this.#stopped) throw new ProjectionStopped(this.#stopped);
      if (outcome === "busy") await sleep(BUSY_MS);
    }
    return this.#position;
  }

  /** Asks the database only now and then: as long as this process projects, it knows its own position. */
  async waitFor(position: number, timeoutMs: number): Promise<Reached> {
    const deadline = performance.now() + timeoutMs;
    this.wake();
    for (;;) {
      if (this.#position >= position) return { reached: true, position: this.#position };
      const left = deadline - performance.now();
      if (left <= 0 || this.#stopped || !this.#running) break;
      const moved = await Promise.race([this.#moved.promise.then(() => true), sleep(Math.min(left, ELSEWHERE_MS)).then(() => false)]);
      if (!moved && (await this.#progressElsewhere(position))) break;
    }
    const { pool, district } = this.#options;
    return waitForPosition(pool, { district, projections: this.#names, position, timeoutMs: Math.max(0, deadline - performance.now()) });
  }

  /** Another process may hold the district: then only the database knows. */
  async #progressElsewhere(position: number): Promise<boolean> {
    const progress = await readProgress(this.#options.pool, this.#options.district, this.#names);
    return progress.position >= position || progress.stopped !== undefined;
  }

  async status(): Promise<ProjectorStatus> {
    const { pool, store, district } = this.#options;
    const [progress, head] = await Promise.all([readProgress(pool, district, this.#names), store.head(district)]);
    const stopped = this.#stopped ?? progress.stopped;
    const lagEvents = Math.max(0, head - progress.position);
    return {
      position: progress.position,
      ...(stopped ? { stopped } : {}),
      running: this.#running !== undefined,
      head,
      lagEvents,
      lagMs: lagEvents === 0 || this.#behindSince === undefined ? 0 : performance.now() - this.#behindSince,
    };
  }

  async #register(): Promise<void> {
    const { pool, district, projections } = this.#options;
    const { rows } = await pool.query<{ name: string; version: number }>(SQL.versions, [this.#names]);
    for (const { name, version } of projections) {
      const found = rows.find((row) => row.name === name);
      if (!found) throw new ProjectionOutdated(`projection ${name} has no tables in the database: migrate it`);
      if (found.version !== version) {
        throw new ProjectionOutdated(
          `projection ${name} is version ${found.version} in the database and ${version} in the program: rebuild it`,
        );
      }
    }
    await pool.query(SQL.register, [district, this.#names]);
    this.#position = (await readProgress(pool, district, this.#names)).position;
  }

  async #follow(): Promise<void> {
    let backoffMs = BACKOFF_MS_MIN;
    while (!this.#stopping && !this.#stopped) {
      const wakeUp = this.#wakeUp.promise;
      try {
        const outcome = await this.#inTurn();
        backoffMs = BACKOFF_MS_MIN;
        if (outcome === "busy") await sleep(BUSY_MS);
        if (outcome === "idle") await Promise.race([wakeUp, sleep(this.#options.pollMs ?? POLL_MS_DEFAULT)]);
      } catch (fault) {
        this.#options.onFault?.(fault);
        await Promise.race([wakeUp, sleep(backoffMs)]);
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX);
      }
    }
  }

  #inTurn(): Promise<"applied" | "idle" | "busy" | "again" | "stopped"> {
    const mine = this.#turn.then(() => this.#step());
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** One batch. Rejects only for faults that another try may survive. */
  async #step(): Promise<"applied" | "idle" | "busy" | "again" | "stopped"> {
    const after = this.#position;
    const batch = await this.#read(after).catch((fault: unknown) => {
      if (isUnreadable(fault)) return fault;
      throw fault;
    });
    if (!("events" in batch)) return this.#beforeUnreadable(after, batch);
    const { events } = batch;
    if (events.length === 0) {
      this.#behindSince = undefined;
      return "idle";
    }
    this.#behindSince ??= performance.now();
    if (batch.more) this.#readAhead((events.at(-1) as StoredEvent).position);
    const begun = performance.now();
    const client = await this.#options.pool.connect();
    // A connection that dies while nobody waits on it says so by an event; the next query on it fails, which is handled.
    client.on("error", ignoreFault);
    let broken = false;
    try {
      const result = await applyBatch(client, this.#options.district, this.#open, after, events, batch.folded);
      if (result.kind === "busy") {
        this.#ahead = { after, batch: Promise.resolve(batch) };
        return "busy";
      }
      this.#position = result.position;
      if (result.kind === "moved") return "again";
      this.#limit = Math.min(this.#limit * 2, this.#batchSize);
      this.#announce(events.length, begun);
      return "applied";
    } catch (fault) {
      if (fault instanceof ApplyFault) return await this.#narrow(events, fault);
      broken = isTransient(fault);
      throw fault;
    } finally {
      client.off("error", ignoreFault);
      client.release(broken);
    }
  }

  #announce(events: number, begun: number): void {
    const moved = this.#moved;
    this.#moved = Promise.withResolvers<void>();
    moved.resolve();
    this.#options.onBatch?.({ events, position: this.#position, milliseconds: performance.now() - begun });
  }

  /** Reads and folds the next batch while the database writes this one. */
  #readAhead(after: number): void {
    const { store, district } = this.#options;
    const batch = store.readPage(district, after, { events: this.#batchSize, bytes: BATCH_BYTES_MAX }).then(({ events, more }) => {
      const writers = this.#open.map(({ projection, writer }) => [projection, writer] as const);
      return { events, more, folded: foldAhead(writers, events, after, district, "live") };
    });
    batch.catch(() => undefined); // a fault shows when the batch is asked for
    this.#ahead = { after, batch };
  }

  async #read(after: number): Promise<Batch> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead && ahead.after === after) {
      const batch = await ahead.batch;
      if (batch.events.length > this.#limit) return { events: batch.events.slice(0, this.#limit), more: true };
      if (batch.events.length > 0) return batch; // an empty answer is as old as the question
    }
    return this.#options.store.readPage(this.#options.district, after, { events: this.#limit, bytes: BATCH_BYTES_MAX });
  }

  /** Finds the event that can't be applied by halving the batch; the events before it are applied on the way. */
  async #narrow(batch: readonly StoredEvent[], fault: ApplyFault): Promise<"again" | "stopped"> {
    this.#ahead = undefined;
    if (batch.length > 1) {
      this.#limit = Math.ceil(batch.length / 2);
      return "again";
    }
    const event = batch[0] as StoredEvent;
    return this.#stopBefore({ projection: fault.projection, position: event.position, eventType: event.type, reason: fault.message });
  }

  /** An event can't be read: what is before it is applied, then the district stands still before it. */
  async #beforeUnreadable(after: number, { position, eventType, message }: Unreadable): Promise<"again" | "stopped"> {
    this.#ahead = undefined;
    const readable = position - after - 1;
    if (readable > 0) {
      this.#limit = Math.min(this.#limit, readable);
      return "again";
    }
    return this.#stopBefore({ projection: "log", position, eventType, reason: message });
  }

  async #stopBefore(stopped: Stopped): Promise<"stopped"> {
    const { position, eventType, reason, projection } = stopped;
    this.#stopped = stopped;
    const { pool, district } = this.#options;
    await pool.query(SQL.stop, [district, this.#names, position, eventType, reason.slice(0, REASON_LENGTH_MAX), projection]);
    this.#options.onStopped?.(stopped);
    return "stopped";
  }
}

/** What the log throws for an event that is damaged, or of a newer version than this program knows. */
interface Unreadable extends Error {
  readonly position: number;
  readonly eventType: string;
}

const isUnreadable = (fault: unknown): fault is Unreadable => fault instanceof Error && fault.name === "EventUnreadable";

/** Characters of a reason that are kept. */
const REASON_LENGTH_MAX = 2_000;

const ignoreFault = (): void => undefined;

const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
