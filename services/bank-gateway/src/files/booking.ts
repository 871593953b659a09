import { createHash } from "node:crypto";
import type { CommandHandler, CommandMeta, CommandOutcome } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { RecordPayoutFailure, RecordPayoutReturn, RecordPayoutSuccess } from "@huimin/dividend";
import type { EventStore } from "@huimin/event-store";
import { idempotencyKeysOf } from "@huimin/loan";
import { errorEntry, type Refusal } from "@huimin/outcome";
import type { Item, PayoutResult } from "./items.ts";
import type { BankMessageBody } from "./kinds.ts";
import { type Outcome, refusedRow } from "./outcomes.ts";
import { type TogetherOutcome, type TogetherRow, together } from "./together.ts";

/*
 * From items to the log. Two ways: each message on its own, thousands at a time (the lane joins them into batches), one
 * after the other where they are about the same loan; or several together in one append, where all or nothing was asked
 * for and where rows share their streams (payments of one batch).
 */

export interface Recording {
  readonly store: Pick<EventStore, "findKey">;
  readonly district: string;
  /** The command as the composition knows it, and the handler of the service that owns it. */
  readonly definitionOf: (name: string) => CommandDefinition;
  readonly handlerOf: (name: string) => CommandHandler;
}

/** Who sends the rows: the bank, and the person who took the file from it. */
export interface FileSender {
  readonly bank: string;
  readonly channel: "file" | "import";
  readonly checker?: string;
  readonly correlationId?: string;
  /** Number of the paper, where the file came with one. */
  readonly document?: string;
}

/** Rows of one append: payments of a batch stand in parts of 400. */
export const ROWS_TOGETHER_MAX = 400;
const PAYOUT_COMMANDS: Readonly<Record<PayoutResult["outcome"], CommandDefinition>> = {
  paid: RecordPayoutSuccess,
  rejected: RecordPayoutFailure,
  returned: RecordPayoutReturn,
};

/** The bank message that a payment's result is, alone or with others of the same outcome. */
export function resultMessage(results: readonly PayoutResult[]): BankMessageBody {
  const [{ payoutBatch, outcome, valueDate, reason, serial }] = results as [PayoutResult];
  return {
    definition: PAYOUT_COMMANDS[outcome],
    body: {
      payoutBatch,
      items: results.map(({ item }) => item),
      valueDate,
      ...(serial === undefined ? {} : { serial }),
      ...(outcome === "paid" ? {} : { reason: reason ?? "MS03" }),
    },
  };
}

export class FileBooking {
  readonly #recording: Recording;
  readonly #sender: FileSender;
  readonly #sha256: string;
  /** The last message under way of each loan or batch. */
  readonly #last = new Map<string, Promise<Outcome>>();

  constructor(recording: Recording, sender: FileSender, sha256: string) {
    this.#recording = recording;
    this.#sender = sender;
    this.#sha256 = sha256;
  }

  #meta(keys: CommandMeta["keys"], serial: unknown): CommandMeta {
    const { bank, channel, checker, correlationId, document } = this.#sender;
    const source = document ?? (typeof serial === "string" ? serial : undefined);
    return {
      actor: `bank:${bank}`,
      role: "BANK",
      channel,
      evidence: [{ title: "bank file", sha256: this.#sha256 }],
      ...(checker === undefined ? {} : { checker }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(source === undefined ? {} : { sourceDocument: source }),
      ...(keys ? { keys } : {}),
    };
  }

  #rowKey(row: number | string): { client: string; key: string } {
    return { client: `bank:${this.#sender.bank}`, key: `file:${this.#sha256}:${row}` };
  }

  /** A command about the file itself. */
  give(definition: CommandDefinition, body: object): Promise<CommandOutcome> {
    return this.#recording
      .handlerOf(definition.name)
      .execute(this.#recording.definitionOf(definition.name), body, this.#meta(undefined, undefined));
  }

  /**
   * Each message on its own, those of one loan (or batch) in the order of the file, also across calls. Answers in the order
   * of the items.
   */
  each(items: readonly Item[]): Promise<Outcome[]> {
    return Promise.all(items.map((item) => this.#inOrder(item)));
  }

  #inOrder(item: Item): Promise<Outcome> {
    if (item.content.kind !== "message") return Promise.resolve(outcomeOfRest(item));
    const { orderKey } = item.content;
    const before = this.#last.get(orderKey);
    const outcome = before ? before.then(() => this.#one(item)) : this.#one(item);
    this.#last.set(orderKey, outcome);
    const forget = (): void => {
      if (this.#last.get(orderKey) === outcome) this.#last.delete(orderKey);
    };
    outcome.then(forget, forget);
    return outcome;
  }

  async #one(item: Item): Promise<Outcome> {
    const { row, content } = item;
    if (content.kind !== "message") return outcomeOfRest(item);
    const { definition, body } = content.message;
    const { bank } = this.#sender;
    const own = this.#rowKey(row);
    const meta = this.#meta([own, ...idempotencyKeysOf(definition.name, body, bank)], body.serial);
    const outcome = await this.#recording.handlerOf(definition.name).execute(this.#recording.definitionOf(definition.name), body, meta);
    if (outcome.kind === "refused" || outcome.kind === "key-conflict") return refusedRow(row, [passing(outcome.refusal)]);
    if (outcome.kind === "repeated") {
      const before = await this.#recording.store.findKey(this.#recording.district, own.client, own.key);
      if (!before) return { row, status: "repeated" };
    }
    return { row, status: (outcome.answer as { status?: string } | undefined)?.status === "held" ? "held" : "booked" };
  }

  /**
   * Rows of one append. `all`: answers the refusal that stopped it, and nothing is recorded. Messages whose serial the log
   * knows are repeats and are left out.
   */
  async together(rows: readonly TogetherRow[], mode: "all" | "good"): Promise<Outcome[] | { readonly refused: Refusal }> {
    const known = await this.#knownSerials(rows);
    const conflict = [...known].find(([, outcome]) => outcome.status === "refused");
    if (mode === "all" && conflict) return { refused: { code: conflict[1].code ?? "", row: conflict[0] } };
    const fresh = rows.filter(({ row }) => !known.has(row));
    const decided = fresh.length === 0 ? [] : await this.#append(fresh, mode);
    if ("refused" in decided) return decided;
    const outcomes = new Map([...known, ...decided.map((one): [number, Outcome] => [one.row, one])]);
    return rows.map(({ row }) => outcomes.get(row) as Outcome);
  }

  async #append(rows: readonly TogetherRow[], mode: "all" | "good"): Promise<Outcome[] | { readonly refused: Refusal }> {
    const [first] = rows as [TogetherRow];
    const { definitionOf, handlerOf } = this.#recording;
    const definition = together(
      rows.map((row) => ({ ...row, definition: definitionOf(row.definition.name) })),
      mode,
    );
    const bodyHash = createHash("sha256")
      .update(`${this.#sha256} ${mode} ${rows.map(({ row }) => row).join(",")}`)
      .digest("hex");
    const meta = this.#meta([{ ...this.#rowKey(`together:${first.row}`), bodyHash }], undefined);
    const outcome = await handlerOf(first.definition.name).execute(definition, {}, meta);
    if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { refused: passing(outcome.refusal) };
    const { items } = outcome.answer as { readonly items: readonly TogetherOutcome[] };
    return items.map((item): Outcome => {
      if ("refusal" in item) return refusedRow(item.row, [passing(item.refusal)]);
      return { row: item.row, status: item.answer.status === "held" ? "held" : "booked" };
    });
  }

  /** Rows whose serial another message has used already. */
  async #knownSerials(rows: readonly TogetherRow[]): Promise<Map<number, Outcome>> {
    const { store, district } = this.#recording;
    const known = new Map<number, Outcome>();
    await Promise.all(
      rows.map(async ({ row, definition, body }) => {
        const [key] = idempotencyKeysOf(definition.name, body, this.#sender.bank);
        const found = key && (await store.findKey(district, key.client, key.key));
        if (!found || !key) return;
        known.set(
          row,
          found.bodyHash === key.bodyHash
            ? { row, status: "repeated" }
            : refusedRow(row, [{ code: "IDEMPOTENCY_KEY_CONFLICT", details: { key: key.key } }]),
        );
      }),
    );
    return known;
  }
}

/** Booking was broken off by something that passes: a full queue, a lost race. It is taken up again where it was. */
export class BookingInterrupted extends Error {
  override readonly name = "BookingInterrupted";
}

/** A refusal that says nothing of the row, but of the moment, is none of it. */
function passing(refusal: Refusal): Refusal {
  if (errorEntry(refusal.code)?.kind === "busy") throw new BookingInterrupted(refusal.code);
  return refusal;
}

/** What records nothing by itself. */
export function outcomeOfRest({ row, content }: Item): Outcome {
  if (content.kind === "faulty") return refusedRow(row, content.faults);
  return { row, status: content.kind === "line" ? "booked" : "noted" };
}
