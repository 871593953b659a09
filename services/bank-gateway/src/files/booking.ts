import type { CommandOutcome } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { RecordPayoutFailure, RecordPayoutReturn, RecordPayoutSuccess } from "@huimin/dividend";
import type { Refusal } from "@huimin/outcome";
import { MessageRecorder, type Recording, type RowOutcome } from "../recorder.ts";
import type { Item, PayoutResult } from "./items.ts";
import type { BankMessageBody } from "./kinds.ts";
import { type Outcome, refusedRow } from "./outcomes.ts";

/*
 * From items of a file to the log. Two ways: each message on its own, thousands at a time (the lane joins them into
 * batches), one after the other where they are about the same loan; or several together in one append, where all or nothing
 * was asked for and where rows share their streams (payments of one batch).
 */

/** Who sends the rows: the bank, and the person who took the file from it. */
export interface FileSender {
  readonly bank: string;
  readonly channel: "file" | "import";
  readonly checker?: string;
  readonly correlationId?: string;
  /** Number of the paper, where the file came with one. */
  readonly document?: string;
}

/** A row that becomes a message. */
export interface FileRow extends BankMessageBody {
  readonly row: number;
  /** Rows that are one message, this one the first of them. */
  readonly rows?: number;
}

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
  readonly #recorder: MessageRecorder;
  readonly #sha256: string;
  /** The last message under way of each loan or batch. */
  readonly #last = new Map<string, Promise<Outcome>>();

  constructor(recording: Recording, { bank, channel, checker, correlationId, document }: FileSender, sha256: string) {
    this.#sha256 = sha256;
    this.#recorder = new MessageRecorder(recording, bank, {
      channel,
      evidence: [{ title: "bank file", sha256 }],
      ...(checker === undefined ? {} : { checker }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(document === undefined ? {} : { sourceDocument: document }),
    });
  }

  #keyed({ row, rows = 1, definition, body }: FileRow) {
    return { row, definition, body, key: `file:${this.#sha256}:${row}${rows === 1 ? "" : `+${rows}`}` };
  }

  /** A command about the file itself. */
  give(definition: CommandDefinition, body: object): Promise<CommandOutcome> {
    return this.#recorder.give(definition, body);
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
    return fileOutcome(await this.#recorder.one(this.#keyed({ row, ...content.message })));
  }

  /** Rows of one append. `all`: answers the refusal that stopped it, and nothing is recorded. */
  async together(rows: readonly FileRow[], mode: "all" | "good"): Promise<Outcome[] | { readonly refused: Refusal }> {
    const outcomes = await this.#recorder.together(
      rows.map((row) => this.#keyed(row)),
      mode,
    );
    return "refused" in outcomes ? outcomes : outcomes.map(fileOutcome);
  }
}

/** In a file that was broken off, what was recorded from it before is not a repeat. */
function fileOutcome(outcome: RowOutcome): Outcome {
  const { row } = outcome;
  if (outcome.status === "refused") return refusedRow(row, [outcome.refusal]);
  if (outcome.again === "serial") return { row, status: "repeated" };
  return { row, status: outcome.status === "held" ? "held" : "booked" };
}

/** What records nothing by itself. */
export function outcomeOfRest({ row, content }: Item): Outcome {
  if (content.kind === "faulty") return refusedRow(row, content.faults);
  return { row, status: content.kind === "line" || content.kind === "loan" ? "booked" : "noted" };
}
