import type { CommandHandler } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { RefusalError } from "@huimin/http";
import { RecordRepayment } from "@huimin/loan";
import { ok, type Refusal } from "@huimin/outcome";
import type { AccountSealing } from "../message.ts";
import { BookingInterrupted, MessageRecorder, type Recording, type RecordingMeta, type RowMessage, type RowOutcome } from "../recorder.ts";
import { bulkErrors as errors } from "./errors.ts";
import { type ReadItem, readItems } from "./items.ts";
import { inOrder, runsOf } from "./order.ts";

/*
 * Up to ten thousand messages in one request. `each`: every item is a message by itself, booked or refused on its own.
 * `all`: one append, every item or none. What became of a bulk is kept under its Idempotency-Key, so that it gets the
 * same answers again, item by item, and books nothing; broken off before that, it goes on where it was, because every item
 * has keys of its own.
 */

/** Messages of one bulk under way at a time: single messages of others share a batch of the lane with that many at most. */
export const BULK_ITEMS_AT_ONCE_MAX = 128;
/** Results of a payout batch that go in one append: they share the streams of their batch. */
const RESULTS_TOGETHER = 200;
/** Bulks that are booked at the same time in a process, and those that wait for their turn. */
export const BULKS_AT_ONCE_MAX = 2;
export const BULKS_WAITING_MAX = 8;

export interface BulkOptions extends Recording {
  readonly store: Pick<EventStore, "findKey" | "findKeys" | "readAll">;
  readonly sealing: AccountSealing;
  /** May write the streams of every service: a bulk booked as a whole is one append over all of them. */
  readonly wholeHandler: CommandHandler;
  /** Called after something was recorded. */
  readonly wake: () => void;
}

export interface BulkRequest {
  readonly bank: string;
  /** The Idempotency-Key. */
  readonly key: string;
  /** SHA-256 over what was sent. */
  readonly hash: string;
  readonly mode: "each" | "all";
  readonly items: readonly unknown[];
  /** Why the sender may not send this message at all. */
  readonly refusalOf: (path: string) => Refusal | undefined;
  readonly meta: Omit<RecordingMeta, "actor" | "role">;
}

export type BulkItem = {
  readonly index: number;
  readonly message: string;
} & (
  | {
      readonly status: "recorded" | "held" | "repeated";
      readonly position: number;
      readonly answer: Readonly<Record<string, unknown>>;
    }
  | { readonly status: "refused"; readonly refusals: readonly Refusal[] }
);

export interface BulkAnswer {
  readonly mode: "each" | "all";
  /** A read with min-position of it sees every item. */
  readonly position: number;
  readonly counts: Readonly<Record<BulkItem["status"], number>>;
  readonly items: readonly BulkItem[];
}

/** What is kept of a bulk: its refusals. The rest is found under the keys of its items. */
interface KeptBulk {
  readonly mode: "each" | "all";
  readonly refused: readonly { readonly index: number; readonly refusals: readonly Refusal[] }[];
}

/** Records nothing but the key of a bulk, with what was refused of it. */
const noteBulk = (kept: KeptBulk): CommandDefinition => ({
  name: "NoteBankBulk",
  schema: {},
  roles: ["BANK"],
  postsInBookG: false,
  // biome-ignore lint/correctness/useYield: it asks for nothing
  *run() {
    return ok({ writes: [], answer: { ...kept } });
  },
});

export class BulkIntake {
  readonly #options: BulkOptions;
  readonly #running = new Map<string, { readonly hash: string; readonly answer: Promise<BulkAnswer> }>();
  #slots = BULKS_AT_ONCE_MAX;
  readonly #waiting: (() => void)[] = [];

  constructor(options: BulkOptions) {
    this.#options = options;
  }

  /**
   * Books a bulk, or gives the answers of one that was booked before (`again`). Refuses BULK_KEY_OTHER, BULK_TOO_MANY_AT_ONCE,
   * BULK_INTERRUPTED, and in mode `all` what an item is refused for, with its place.
   */
  async take(request: BulkRequest): Promise<{ readonly answer: BulkAnswer; readonly again: boolean }> {
    const name = `${request.bank} ${request.key}`;
    const running = this.#running.get(name);
    if (running) {
      if (running.hash !== request.hash) throw keyOther(request.key, 0);
      return { answer: await running.answer, again: true };
    }
    let again = false;
    const answer = this.#inTurn(async () => {
      const before = await this.#before(request);
      again = before !== undefined;
      return before ?? this.#book(request);
    });
    this.#running.set(name, { hash: request.hash, answer });
    try {
      return { answer: await answer, again };
    } catch (fault) {
      if (fault instanceof BookingInterrupted) throw new RefusalError({ code: errors.BULK_INTERRUPTED });
      throw fault;
    } finally {
      this.#running.delete(name);
      this.#options.wake();
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#slots === 0) {
      if (this.#waiting.length >= BULKS_WAITING_MAX)
        throw new RefusalError({ code: errors.BULK_TOO_MANY_AT_ONCE, details: { limit: BULKS_AT_ONCE_MAX + BULKS_WAITING_MAX } });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#slots -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#slots += 1;
    }
  }

  #read({ bank, key, items, refusalOf }: BulkRequest): Promise<ReadItem[]> {
    return readItems(items, { bank, key, refusalOf, sealing: this.#options.sealing });
  }

  #wholeKey({ bank, key, hash }: BulkRequest) {
    return { client: `bank:${bank}`, key: `bulk:${key}`, bodyHash: hash };
  }

  /** The answers of a bulk that was booked before. */
  async #before(request: BulkRequest): Promise<BulkAnswer | undefined> {
    const { store, district } = this.#options;
    const { client, key, bodyHash } = this.#wholeKey(request);
    const found = await store.findKey(district, client, key);
    if (!found) return undefined;
    if (found.bodyHash !== bodyHash) throw keyOther(request.key, found.lastPosition);
    const kept = found.answer as KeptBulk;
    const refused = new Map(kept.refused.map(({ index, refusals }) => [index, refusals]));
    const items = await this.#read(request);
    const rows = items.flatMap((item) => (item.ok && !refused.has(item.index) ? [item.row] : []));
    const outcomes = new Map((await this.#recorder(request, this.#options).known(rows)).map((outcome) => [outcome.row, outcome]));
    return answerOf(
      kept.mode,
      items.map((item) => {
        const refusals = refused.get(item.index);
        if (refusals) return { index: item.index, message: item.message, status: "refused", refusals };
        return itemOf(item, outcomes.get(item.index));
      }),
    );
  }

  #recorder({ bank, meta }: BulkRequest, recording: Recording): MessageRecorder {
    return new MessageRecorder(recording, bank, meta);
  }

  async #book(request: BulkRequest): Promise<BulkAnswer> {
    const items = await this.#read(request);
    return request.mode === "all" ? this.#all(request, items) : this.#each(request, items);
  }

  /** One append. What is wrong with an item is wrong with the bulk. */
  async #all(request: BulkRequest, items: readonly ReadItem[]): Promise<BulkAnswer> {
    const faults = items.flatMap((item) => (item.ok ? [] : item.refusals));
    if (faults.length > 0) throw new RefusalError(...faults);
    const rows = items.flatMap((item) => (item.ok ? [item.row] : []));
    const kept: KeptBulk = { mode: "all", refused: [] };
    const whole = { ...this.#wholeKey(request), answerOf: () => kept };
    const outcomes = await this.#recorder(request, this.#options).together(rows, "all", whole);
    if ("refused" in outcomes) throw new RefusalError(placed(outcomes.refused, outcomes.refused.row));
    return answerOf(
      "all",
      items.map((item, n) => itemOf(item, outcomes[n])),
    );
  }

  async #each(request: BulkRequest, items: readonly ReadItem[]): Promise<BulkAnswer> {
    const { wholeHandler: _, ...recording } = this.#options;
    const recorder = this.#recorder(request, recording);
    const outcomes = new Map<number, RowOutcome>();
    const rows = items.flatMap((item) => (item.ok ? [item.row] : []));
    for (const { sort, rows: run } of runsOf(rows)) {
      if (sort === "payout") for (const outcome of await results(recorder, run)) outcomes.set(outcome.row, outcome);
      else for (const outcome of await inOrder(run, BULK_ITEMS_AT_ONCE_MAX, (row) => recorder.one(row))) outcomes.set(outcome.row, outcome);
    }
    const answered = items.map((item) => itemOf(item, outcomes.get(item.index)));
    const refused = answered.flatMap((item) => (item.status === "refused" ? [{ index: item.index, refusals: item.refusals }] : []));
    const noted = await recorder.give(noteBulk({ mode: "each", refused }), {}, [this.#wholeKey(request)], RecordRepayment.name);
    if (noted.kind === "key-conflict") throw keyOther(request.key, 0);
    if (noted.kind === "refused") throw new BookingInterrupted(noted.refusal.code);
    return answerOf("each", answered);
  }
}

/** Results of payouts, as many as share an append well; where one append is refused as a whole, each by itself. */
async function results(recorder: MessageRecorder, rows: readonly RowMessage[]): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (let from = 0; from < rows.length; from += RESULTS_TOGETHER) {
    const part = rows.slice(from, from + RESULTS_TOGETHER);
    const done = await recorder.together(part, "good");
    if ("refused" in done) for (const row of part) outcomes.push(await recorder.one(row));
    else outcomes.push(...done);
  }
  return outcomes;
}

const keyOther = (key: string, position: number): RefusalError =>
  new RefusalError({ code: errors.BULK_KEY_OTHER, details: { key, position } });

/** A refusal of a message with its place in the bulk. */
const placed = ({ row: _, ...refusal }: Refusal, index: number | undefined): Refusal =>
  index === undefined ? refusal : { ...refusal, path: `/items/${index}/body${refusal.path ?? ""}` };

function itemOf(item: ReadItem, outcome: RowOutcome | undefined): BulkItem {
  const { index, message } = item;
  if (!item.ok) return { index, message, status: "refused", refusals: item.refusals };
  if (!outcome) throw new Error(`item ${index} of a bulk has no outcome`);
  if (outcome.status === "refused") return { index, message, status: "refused", refusals: [placed(outcome.refusal, index)] };
  const { answer, position } = outcome;
  return { index, message, status: outcome.again === undefined ? outcome.status : "repeated", position, answer };
}

function answerOf(mode: "each" | "all", items: readonly BulkItem[]): BulkAnswer {
  const counts = { recorded: 0, held: 0, repeated: 0, refused: 0 };
  let position = 0;
  for (const item of items) {
    counts[item.status] += 1;
    if (item.status !== "refused") position = Math.max(position, item.position);
  }
  return { mode, position, counts, items };
}
