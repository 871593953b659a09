import type { PreparedRequest } from "./batch.ts";
import { keyId } from "./request.ts";
import { type AppendOutcome, type AppendRequest, LogBusy } from "./types.ts";

/*
 * The lane of one district in one process: group commit. While a batch is in flight new requests wait; the next batch
 * takes all that can go together. States: idle → (a request arrives) → running → (queue empty) → idle.
 *
 * Two requests go together only when neither's answer depends on the other: they share no stream, unless both only
 * assert it or both write it with `any`; they share no key; and only one demands a head, and goes first. A request that
 * must wait keeps its place: whatever conflicts with it waits behind it, so nobody is overtaken for ever.
 */

/** Requests of one batch: beyond it, latency grows and throughput does not. */
export const BATCH_REQUESTS_MAX = 1_024;
/** Events of one batch, unless a single request has more. */
export const BATCH_EVENTS_MAX = 4_096;
/** Requests that wait; the next one is refused with {@link LogBusy}. */
export const QUEUE_REQUESTS_MAX = 16_384;
/** Batches under way: while the database works on one, the next is encoded, sent and waits at the head's row. */
export const BATCHES_IN_FLIGHT_MAX = 2;
/** Fewer waiting requests than this are not worth a second batch: they go with the next one. */
const SECOND_BATCH_REQUESTS_MIN = 32;
/** Waiting requests looked at for one batch: bounds the search when most of them conflict. */
const SCAN_REQUESTS_MAX = 4 * BATCH_REQUESTS_MAX;

/** Sends one batch of requests that do not touch each other and answers in their order. Throws when the outcome is unknown. */
export type SendBatch = (requests: readonly PreparedRequest[]) => Promise<readonly (AppendOutcome | Error)[]>;

interface Waiting {
  readonly prepared: PreparedRequest;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: unknown) => void;
}

type Use = "asserted" | "appended" | "held";

/** What the requests chosen so far, and those passed over, do to streams and keys. */
class Claims {
  readonly #uses = new Map<string, Use>();
  readonly #keys = new Set<string>();
  #headDemanded = false;

  /** True when the request can join; otherwise nothing it names is free any more for those behind it. */
  take(request: AppendRequest): boolean {
    const free = this.#isFree(request);
    for (const { stream, expect } of request.writes) this.#uses.set(stream, free && expect.kind === "any" ? "appended" : "held");
    for (const { stream, expect } of request.asserts) {
      if (expect.kind !== "any") this.#uses.set(stream, free ? "asserted" : "held");
    }
    for (const key of request.keys) this.#keys.add(keyId(key));
    if (request.expectHead !== undefined) this.#headDemanded = true;
    return free;
  }

  #isFree(request: AppendRequest): boolean {
    if (request.expectHead !== undefined && this.#headDemanded) return false;
    for (const { stream, expect } of request.writes) {
      const use = this.#uses.get(stream);
      if (use !== undefined && !(use === "appended" && expect.kind === "any")) return false;
    }
    for (const { stream, expect } of request.asserts) {
      const use = this.#uses.get(stream);
      if (expect.kind !== "any" && use !== undefined && use !== "asserted") return false;
    }
    return request.keys.every((key) => !this.#keys.has(keyId(key)));
  }
}

export class Lane {
  readonly #send: SendBatch;
  readonly #queueMax: number;
  #queue: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(send: SendBatch, queueMax: number = QUEUE_REQUESTS_MAX) {
    this.#send = send;
    this.#queueMax = queueMax;
  }

  append(prepared: PreparedRequest): Promise<AppendOutcome> {
    if (this.#queue.length >= this.#queueMax) return Promise.reject(new LogBusy(`${this.#queueMax} appends wait already`));
    return new Promise((resolve, reject) => {
      this.#queue.push({ prepared, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything that was asked for so far is answered. */
  async drain(): Promise<void> {
    while (this.#scheduled || this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Requests made in the same turn of the event loop go together. */
  #schedule(): void {
    if (this.#scheduled || !this.#mayStart()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#mayStart()) void this.#start();
    });
  }

  #mayStart(): boolean {
    return this.#inFlight === 0
      ? this.#queue.length > 0
      : this.#inFlight < BATCHES_IN_FLIGHT_MAX && this.#queue.length >= SECOND_BATCH_REQUESTS_MIN;
  }

  async #start(): Promise<void> {
    const batch = this.#nextBatch();
    this.#inFlight += 1;
    try {
      const outcomes = await this.#send(batch.map(({ prepared }) => prepared));
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i];
        if (outcome === undefined || outcome instanceof Error) reject(outcome ?? new Error("an append was not answered"));
        else resolve(outcome);
      });
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    }
    this.#inFlight -= 1;
    this.#schedule();
    if (this.#inFlight === 0 && !this.#scheduled) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #nextBatch(): Waiting[] {
    const claims = new Claims();
    const batch: Waiting[] = [];
    const passed: Waiting[] = [];
    let events = 0;
    let at = 0;
    for (; at < this.#queue.length && batch.length < BATCH_REQUESTS_MAX && at < SCAN_REQUESTS_MAX; at += 1) {
      const waiting = this.#queue[at] as Waiting;
      const { request, pieces } = waiting.prepared;
      if (batch.length > 0 && events + pieces.length > BATCH_EVENTS_MAX) break;
      if (!claims.take(request)) {
        passed.push(waiting);
        continue;
      }
      events += pieces.length;
      if (request.expectHead === undefined) batch.push(waiting);
      else batch.unshift(waiting);
    }
    this.#queue = passed.length === 0 ? this.#queue.slice(at) : passed.concat(this.#queue.slice(at));
    return batch;
  }
}
