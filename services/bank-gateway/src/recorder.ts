import { type CommandHandler, type CommandMeta, type CommandOutcome, commandErrors, messageHash } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { type EventStore, type Evidence, isKeyText, type KnownKey } from "@huimin/event-store";
import { idempotencyKeysOf, ownSerialOf } from "@huimin/loan";
import { errorEntry, type Refusal } from "@huimin/outcome";
import { asSeenByBank, isForeign } from "./access/seen.ts";
import { recordingErrors as errors } from "./recording-errors.ts";
import { type TogetherOutcome, together } from "./together.ts";

/*
 * Many bank messages to the log, from a file or a bulk: each on its own, or several in one append. Each message has the
 * idempotency keys that it would have alone (its own key and its serial), so it is known again whatever way it comes.
 */

export interface Recording {
  readonly store: Pick<EventStore, "findKey" | "findKeys" | "readAll">;
  readonly district: string;
  /** The command as the composition knows it, and the handler of the service that owns it. */
  readonly definitionOf: (name: string) => CommandDefinition;
  readonly handlerOf: (name: string) => CommandHandler;
  /** Records messages of several services in one append; default: the handler of the first. */
  readonly wholeHandler?: CommandHandler;
  /** Told that a bank tried another bank's record, before the refusal is made to say nothing of it. */
  readonly onForeign?: (attempt: ForeignAttempt) => void;
}

/** A message of a bank about another bank's record. */
export interface ForeignAttempt {
  readonly bank: string;
  readonly channel: string;
  readonly command: string;
}

/** Everything of the envelope that is the same for all messages. */
export type RecordingMeta = Pick<
  CommandMeta,
  "actor" | "role" | "channel" | "checker" | "correlationId" | "period" | "evidence" | "sourceDocument"
> & { readonly evidence?: readonly Evidence[] };

/** A message with its place in what came. */
export interface RowMessage {
  readonly row: number;
  readonly definition: CommandDefinition;
  readonly body: Readonly<Record<string, unknown>>;
  /** Name of the message in what it came with, or as the bank gave it. */
  readonly key: string;
}

/** What became of a message. `again`: by which key it was known. */
export type RowOutcome =
  | {
      readonly row: number;
      readonly status: "recorded" | "held";
      readonly answer: Readonly<Record<string, unknown>>;
      readonly position: number;
      readonly again?: "key" | "serial";
    }
  | { readonly row: number; readonly status: "refused"; readonly refusal: Refusal };

/** Booking was broken off by something that passes: a full queue, a lost race. It is taken up again where it was. */
export class BookingInterrupted extends Error {
  override readonly name = "BookingInterrupted";
}

/** A refusal that says nothing of the message, but of the moment, is none of it. */
export function passing(refusal: Refusal): Refusal {
  if (errorEntry(refusal.code)?.kind === "busy") throw new BookingInterrupted(refusal.code);
  return refusal;
}

/** A key of the whole append beside those of its messages. */
export interface WholeKey {
  readonly client: string;
  readonly key: string;
  readonly bodyHash: string;
  readonly answerOf: (answer: unknown) => unknown;
}

interface Key {
  readonly client: string;
  readonly key: string;
  readonly bodyHash: string;
}

const keyText = ({ client, key }: Pick<Key, "client" | "key">): string => `${client}\n${key}`;
const statusOf = (answer: unknown): "held" | "recorded" => ((answer as { status?: string })?.status === "held" ? "held" : "recorded");

/** Appends that lost a race for a key are looked at again so often. */
const ROUNDS_MAX = 3;

export class MessageRecorder {
  readonly #recording: Recording;
  readonly #meta: RecordingMeta;
  readonly #client: string;

  constructor(recording: Recording, bank: string, meta: Omit<RecordingMeta, "actor" | "role">) {
    this.#recording = recording;
    this.#client = `bank:${bank}`;
    this.#meta = { ...meta, actor: this.#client, role: "BANK" };
  }

  get #bank(): string {
    return this.#client.slice("bank:".length);
  }

  /** The keys of a message: its own, then its serial's. */
  #keysOf({ definition, body, key }: RowMessage): readonly Key[] {
    const own = { client: this.#client, key, bodyHash: messageHash(definition.name, body) };
    return [own, ...idempotencyKeysOf(definition.name, body, this.#bank)];
  }

  /** A refusal as the bank may see it. */
  #seen(refusal: Refusal, message: Pick<RowMessage, "definition" | "body"> | undefined): Refusal {
    passing(refusal);
    if (!message) return refusal;
    const { name } = message.definition;
    if (isForeign(refusal)) this.#recording.onForeign?.({ bank: this.#bank, channel: this.#meta.channel, command: name });
    return asSeenByBank(refusal, { name, body: message.body }, this.#bank);
  }

  #sourceOf({ definition, body }: RowMessage): string | undefined {
    const serial = ownSerialOf(definition.name, body);
    return this.#meta.sourceDocument ?? (typeof serial === "string" ? serial : undefined);
  }

  /** A command of the sender that is no message: about the file or the bulk itself. `owner`: a command of the service that records it. */
  give(definition: CommandDefinition, body: unknown, keys: CommandMeta["keys"] = [], owner = definition.name): Promise<CommandOutcome> {
    return this.#recording.handlerOf(owner).execute(definition, body, { ...this.#meta, keys });
  }

  /** A message in an append of its own. Throws {@link BookingInterrupted}. */
  async one(message: RowMessage): Promise<RowOutcome> {
    const { row, definition, body } = message;
    const keys = this.#keysOf(message);
    const source = this.#sourceOf(message);
    const meta = { ...this.#meta, keys, ...(source === undefined ? {} : { sourceDocument: source }) };
    const { handlerOf, definitionOf, store, district } = this.#recording;
    const outcome = await handlerOf(definition.name).execute(definitionOf(definition.name), body, meta);
    if (outcome.kind === "refused" || outcome.kind === "key-conflict")
      return { row, status: "refused", refusal: this.#seen(outcome.refusal, message) };
    const answer = outcome.answer as Record<string, unknown>;
    const done = { row, status: statusOf(answer), answer, position: outcome.lastPosition } as const;
    if (outcome.kind === "recorded") return done;
    const [own] = keys as [Key];
    return { ...done, again: (await store.findKey(district, own.client, own.key)) ? "key" : "serial" };
  }

  /**
   * Messages in one append. `all`: the first refusal refuses everything and is answered with its row. `good`: refused ones are
   * left out. What the log knows already is a repeat. Throws {@link BookingInterrupted}.
   */
  async together(
    messages: readonly RowMessage[],
    mode: "all" | "good",
    whole?: WholeKey,
  ): Promise<readonly RowOutcome[] | { readonly refused: Refusal }> {
    const keysOf = new Map(messages.map((message) => [message.row, this.#keysOf(message)]));
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const known = await this.#known(messages, keysOf);
      const refused = [...known.values()].find((one) => one.status === "refused");
      if (mode === "all" && refused) return { refused: { ...refused.refusal, row: refused.row } };
      const fresh = messages.filter(({ row }) => !known.has(row));
      const decided = await this.#append(fresh, keysOf, mode, whole);
      if (decided === "again") continue;
      if ("refused" in decided) return decided;
      const outcomes = new Map([...known, ...decided.map((one) => [one.row, one] as const)]);
      return messages.map(({ row }) => this.#resolved(row, outcomes));
    }
    throw new BookingInterrupted("KEYS");
  }

  /** What became of messages that were recorded before, by their keys; those that the log doesn't know are left out. */
  async known(messages: readonly RowMessage[]): Promise<readonly RowOutcome[]> {
    const known = await this.#known(messages, new Map(messages.map((message) => [message.row, this.#keysOf(message)])));
    return messages.flatMap(({ row }) => (known.has(row) ? [this.#resolved(row, known)] : []));
  }

  /** The outcome of a row; that of a repeat within the append is the outcome of the row that it repeats. */
  #resolved(row: number, outcomes: ReadonlyMap<number, RowOutcome | { readonly sameAs: number }>): RowOutcome {
    const outcome = outcomes.get(row) as RowOutcome | { readonly sameAs: number };
    if (!("sameAs" in outcome)) return outcome;
    const first = this.#resolved(outcome.sameAs, outcomes);
    return first.status === "refused" ? { ...first, row } : { ...first, row, again: "serial" };
  }

  /** Messages that the log knows by one of their keys, and those that repeat another of the same list. */
  async #known(messages: readonly RowMessage[], keysOf: ReadonlyMap<number, readonly Key[]>) {
    const { store, district } = this.#recording;
    const keys = messages.flatMap(({ row }) => (keysOf.get(row) as readonly Key[]).filter(({ key }) => isKeyText(key)));
    const found = await store.findKeys(district, keys);
    const stored = new Map(keys.map((key, index) => [keyText(key), found[index]]));
    const first = new Map<string, { readonly row: number; readonly bodyHash: string }>();
    const known = new Map<number, RowOutcome | ({ readonly status: "same" } & { readonly sameAs: number })>();
    for (const { row } of messages) {
      const own = keysOf.get(row) as readonly Key[];
      if (!own.every(({ key }) => isKeyText(key))) {
        known.set(row, { row, status: "refused", refusal: { code: commandErrors.IDENTIFIER_NOT_STORABLE, path: "/serial" } });
        continue;
      }
      const before = await this.#before(row, own, stored);
      const twice = own.map((key) => [key, first.get(keyText(key))] as const).find(([, one]) => one !== undefined);
      for (const key of own) if (!first.has(keyText(key))) first.set(keyText(key), { row, bodyHash: key.bodyHash });
      if (before) known.set(row, before);
      else if (twice?.[1]) {
        const [key, { row: sameAs, bodyHash }] = twice as [Key, { row: number; bodyHash: string }];
        const refusal = { code: errors.MESSAGE_KEY_TWICE, details: { key: key.key, first: sameAs } };
        known.set(row, bodyHash === key.bodyHash ? { status: "same", sameAs } : { row, status: "refused", refusal });
      }
    }
    return known;
  }

  async #before(row: number, own: readonly Key[], stored: ReadonlyMap<string, KnownKey | undefined>): Promise<RowOutcome | undefined> {
    const conflict = own.find((key) => stored.get(keyText(key)) && stored.get(keyText(key))?.bodyHash !== key.bodyHash);
    if (conflict) {
      const position = stored.get(keyText(conflict))?.lastPosition ?? 0;
      return {
        row,
        status: "refused",
        refusal: {
          code: commandErrors.IDEMPOTENCY_KEY_CONFLICT,
          details: { key: conflict.key, position, day: await this.#dayOf(position) },
        },
      };
    }
    const [mine] = own as [Key];
    const again = stored.get(keyText(mine)) ? "key" : "serial";
    const found = own.map((key) => stored.get(keyText(key))).find((one) => one !== undefined);
    return (
      found && { row, status: statusOf(found.answer), answer: found.answer as Record<string, unknown>, position: found.lastPosition, again }
    );
  }

  async #dayOf(position: number): Promise<string> {
    const [event] = await this.#recording.store.readAll(this.#recording.district, Math.max(position - 1, 0), 1);
    return event?.recordedAt.slice(0, 10) ?? "–";
  }

  async #append(
    fresh: readonly RowMessage[],
    keysOf: ReadonlyMap<number, readonly Key[]>,
    mode: "all" | "good",
    whole: WholeKey | undefined,
  ): Promise<readonly RowOutcome[] | { readonly refused: Refusal } | "again"> {
    if (fresh.length === 0 && !whole) return [];
    const { definitionOf, handlerOf, wholeHandler } = this.#recording;
    const rows = fresh.map((message) => ({
      ...message,
      definition: definitionOf(message.definition.name),
      source: this.#sourceOf(message),
    }));
    const byRow = answersByRow();
    const keys = fresh.flatMap(({ row }) =>
      (keysOf.get(row) as readonly Key[]).map((key) => ({ ...key, answerOf: (answer: unknown) => byRow(answer).get(row) })),
    );
    const [first] = fresh;
    const handler = wholeHandler ?? handlerOf(first?.definition.name ?? "RecordRepayment");
    const outcome = await handler.execute(together(rows, mode), {}, { ...this.#meta, keys: whole ? [whole, ...keys] : keys });
    if (outcome.kind === "key-conflict" || outcome.kind === "repeated") return "again";
    const sent = new Map(rows.map((message) => [message.row, message]));
    if (outcome.kind === "refused") return { refused: this.#seen(outcome.refusal, sent.get(outcome.refusal.row ?? -1)) };
    const { items } = outcome.answer as { readonly items: readonly TogetherOutcome[] };
    return items.map((item): RowOutcome => {
      if ("refusal" in item) return { row: item.row, status: "refused", refusal: this.#seen(item.refusal, sent.get(item.row)) };
      return { row: item.row, status: statusOf(item.answer), answer: item.answer, position: outcome.lastPosition };
    });
  }
}

/** Looks an answer's items up by their row, folding each answer once: thousands of keys ask for theirs. */
function answersByRow(): (answer: unknown) => ReadonlyMap<number, unknown> {
  let of: unknown;
  let items: ReadonlyMap<number, unknown> = new Map();
  return (answer) => {
    if (of !== answer) {
      const { items: all } = answer as { readonly items: readonly TogetherOutcome[] };
      items = new Map(all.flatMap((item) => ("answer" in item ? [[item.row, item.answer] as const] : [])));
      of = answer;
    }
    return items;
  };
}
