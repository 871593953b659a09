import type { Fold, RecordedEvent } from "@huimin/decider";
import { entitlementFold, entitlementStream, type PayoutRow, payoutFold, payoutStream, submittedRows } from "@huimin/dividend/events";
import type { EventStore } from "@huimin/event-store";
import { formatAmount, parseAmount } from "@huimin/money";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { fileErrors as errors } from "./errors.ts";
import type { PayoutResult } from "./items.ts";

export interface KnownPayouts {
  readonly fileHash: string;
  /** Payment n of the bank's file is row n − 1. */
  readonly rows: readonly PayoutRow[];
}

/** Batches whose rows are held: a result file is of one or two. */
const BATCHES_HELD_MAX = 4;

const foldOf = <S>({ initialState, evolve }: Fold<S>, events: readonly unknown[]): S =>
  (events as readonly RecordedEvent[]).reduce((state, event) => evolve(state, event), initialState);

/** The payments of a bank's own batches, by their number in the file that the bank got. */
export class PayoutLists {
  readonly #store: Pick<EventStore, "readStream" | "readStreams">;
  readonly #district: string;
  readonly #bank: string;
  readonly #known = new Map<string, Promise<KnownPayouts | undefined>>();

  constructor(store: Pick<EventStore, "readStream" | "readStreams">, district: string, bank: string) {
    this.#store = store;
    this.#district = district;
    this.#bank = bank;
  }

  /** Undefined for a batch that does not exist, and for another bank's. */
  of(payoutBatch: string): Promise<KnownPayouts | undefined> {
    const known = this.#known.get(payoutBatch) ?? this.#read(payoutBatch);
    this.#known.delete(payoutBatch);
    this.#known.set(payoutBatch, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > BATCHES_HELD_MAX && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  async #read(payoutBatch: string): Promise<KnownPayouts | undefined> {
    const batch = foldOf(payoutFold, (await this.#store.readStream(this.#district, payoutStream(payoutBatch))).events);
    if (batch.status === "none" || batch.bank !== this.#bank) return undefined;
    const wanted = batch.parts.map(({ pool, year, part }) => ({ stream: entitlementStream(pool, year, part), afterVersion: 0 }));
    const slices = await this.#store.readStreams(this.#district, wanted);
    const parts = new Map(slices.map(({ stream, events }) => [stream, foldOf(entitlementFold, events)]));
    return { fileHash: batch.fileHash, rows: submittedRows(batch, parts) };
  }

  /** What a payment's result says; refuses PAYOUT_REFERENCE_UNKNOWN, PAYOUT_AMOUNT_DIFFERS. */
  async resultOf(
    payoutBatch: string,
    number: number,
    said: Omit<PayoutResult, "payoutBatch" | "item"> & { readonly amount: string | undefined },
  ): Promise<Result<PayoutResult & { readonly amount: string }, Refusal>> {
    const row = (await this.of(payoutBatch))?.rows[number - 1];
    if (!row) return refuse(errors.PAYOUT_REFERENCE_UNKNOWN, { payoutBatch: payoutBatch.slice(0, 64), number });
    const { amount, ...result } = said;
    const expected = formatAmount(row.amount);
    if (amount !== undefined && parseAmount(amount) !== row.amount)
      return refuse(errors.PAYOUT_AMOUNT_DIFFERS, { payoutBatch, number, expected, amount });
    const { household, year, pool } = row;
    return { ok: true, value: { ...result, payoutBatch, item: { household, year, pool }, amount: expected } };
  }
}
