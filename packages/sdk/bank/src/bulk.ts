import { randomUUID } from "node:crypto";
import { ACCEPT, addressOf, type CallOptions, type Sender } from "./calls.ts";
import { type FieldFault, fieldOf } from "./errors.ts";
import { jsonBody } from "./transport.ts";
import type { MessageBody, MessageName } from "./types.ts";

/** What one request takes. */
export const BULK_ITEMS_MAX = 10_000;
/** The server takes 16 MiB; the frame around the items needs a little. */
const BULK_BYTES_MAX = 15 * 1_048_576;

/** One message of a bulk. Its own key is rarely needed: by default it follows from the bulk's and its place. */
export type BulkItem = {
  [M in MessageName]: { readonly message: M; readonly body: MessageBody<M>; readonly idempotencyKey?: string };
}[MessageName];

/** What became of one item. */
export interface BulkItemOutcome {
  /** Place among the items that were given. */
  readonly index: number;
  readonly message: string;
  readonly status: "recorded" | "held" | "repeated" | "refused";
  readonly position?: number | undefined;
  readonly answer?: Readonly<Record<string, unknown>> | undefined;
  /** Why it was refused, the most telling first; `path` points into the item. */
  readonly faults: readonly FieldFault[];
}

export interface BulkOptions extends CallOptions {
  /** Names the whole; after a crash the same items under it go on where they were. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
  readonly period?: string | undefined;
  /** `all`: every item or none, in one request. Default `each`. */
  readonly mode?: "each" | "all" | undefined;
  /** Told after each request. */
  readonly onPart?: ((done: { readonly items: number; readonly of: number }) => void) | undefined;
}

export interface BulkOutcome {
  /** One for each item, in their order. */
  readonly items: readonly BulkItemOutcome[];
  readonly counts: Readonly<Record<BulkItemOutcome["status"], number>>;
  /** A read with it as `min-position` sees every item. */
  readonly position: number;
  readonly idempotencyKey: string;
}

export interface BulkCalls {
  /**
   * Sends any number of messages, in requests of at most {@link BULK_ITEMS_MAX}. A refused item is an outcome; with mode `all`
   * it refuses the whole, which is thrown. Throws a RangeError when `all` does not fit into one request.
   */
  sendBulk(items: readonly BulkItem[], options?: BulkOptions): Promise<BulkOutcome>;
}

/** Cuts items into what requests take; the same items are always cut alike, so that a part keeps its key. */
export function partsOf(items: readonly BulkItem[]): BulkItem[][] {
  const parts: BulkItem[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = parts.at(-1);
    if (last === undefined || last.length >= BULK_ITEMS_MAX || bytes + size > BULK_BYTES_MAX) {
      parts.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return parts;
}

interface Answer {
  readonly position: number;
  readonly items: readonly (Omit<BulkItemOutcome, "faults"> & { readonly problems?: readonly Record<string, unknown>[] })[];
}

/** `/items/3/body/principal` of a part → `/body/principal` of the item. */
const inItem = (fault: FieldFault, index: number): FieldFault => {
  const prefix = `/items/${index}`;
  return fault.path.startsWith(prefix) ? { ...fault, path: fault.path.slice(prefix.length) } : fault;
};

export const bulkCalls = (origin: string, sender: Sender): BulkCalls => ({
  async sendBulk(items, options = {}) {
    const { idempotencyKey = randomUUID(), period, mode = "each", onPart, ...call } = options;
    const parts = partsOf(items);
    if (mode === "all" && parts.length > 1) throw new RangeError(`mode "all" takes ${BULK_ITEMS_MAX} items in one request at most`);
    const outcomes: BulkItemOutcome[] = [];
    const counts = { recorded: 0, held: 0, repeated: 0, refused: 0 };
    let position = 0;
    for (const [nth, part] of parts.entries()) {
      const key = parts.length === 1 ? idempotencyKey : `${idempotencyKey}.${nth + 1}`;
      const headers = { ...ACCEPT, "idempotency-key": key };
      const url = addressOf(origin, "bulk", { period });
      const { response } = await sender({ method: "POST", url, headers, body: jsonBody({ mode, items: part }), ...call });
      const answer = (await response.json()) as Answer;
      const first = outcomes.length;
      for (const { problems = [], index, ...item } of answer.items) {
        counts[item.status] += 1;
        outcomes.push({ ...item, index: first + index, faults: problems.map((one) => inItem(fieldOf(one), index)) });
      }
      position = Math.max(position, answer.position);
      onPart?.({ items: outcomes.length, of: items.length });
    }
    return { items: outcomes, counts, position, idempotencyKey };
  },
});
