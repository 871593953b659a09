import { ReceiveBankStatement, ReceiveStatementLines, STATEMENT_LINES_MAX } from "@huimin/bank-file";
import type { BankFileKind, BankFileMode, StatementLine } from "@huimin/bank-file/events";
import { BankFileFault } from "@huimin/bank-files";
import type { CommandOutcome } from "@huimin/command-handler";
import { BookingInterrupted } from "../recorder.ts";
import { type FileBooking, type FileRow, outcomeOfRest, resultMessage } from "./booking.ts";
import type { FileStep, Item, PayoutResult, StatementEnd } from "./items.ts";
import { type Outcome, printed, RowsFault } from "./outcomes.ts";

/* Which way the items of a file take to the log. Outcomes come in the order of the file. */

/** An item with what became of it. */
export interface RecordedRow {
  readonly item: Item;
  readonly outcome: Outcome;
}

export interface RowsOptions {
  readonly booking: FileBooking;
  readonly mode: BankFileMode;
  readonly kind: BankFileKind;
  readonly bank: string;
  readonly sha256: string;
}

/** Messages of one window; two are under way, so that the lane never waits for the last of one. It takes a thousand a batch. */
const WINDOW = 2_000;
/** Payments of one append: they share the streams of their batch. */
const RESULTS_TOGETHER = 200;

/** Books the items and says what became of each. Throws BankFileFault when all or nothing was asked for and a row was refused. */
export function recordRows(steps: AsyncIterable<FileStep>, options: RowsOptions): AsyncGenerator<RecordedRow> {
  if (options.kind === "statement") return statement(steps, options);
  if (options.mode === "all") return allTogether(steps, options);
  return options.kind === "payout-results" ? payouts(steps, options) : messages(steps, options);
}

async function* messages(steps: AsyncIterable<FileStep>, { booking }: RowsOptions): AsyncGenerator<RecordedRow> {
  let before: { readonly items: readonly Item[]; readonly outcomes: Promise<Outcome[]> } | undefined;
  for await (const items of windows(steps, WINDOW)) {
    const outcomes = booking.each(items);
    outcomes.catch(() => undefined); // looked at below
    if (before) yield* paired(before.items, await before.outcomes);
    before = { items, outcomes };
  }
  if (before) yield* paired(before.items, await before.outcomes);
}

/** Items with what became of each. */
export const paired = (items: readonly Item[], outcomes: readonly Outcome[]): RecordedRow[] =>
  items.map((item, index) => ({ item, outcome: outcomes[index] as Outcome }));

async function* windows(steps: AsyncIterable<FileStep>, size: number): AsyncGenerator<Item[]> {
  let items: Item[] = [];
  for await (const step of steps) {
    if (step.kind !== "item") continue;
    items.push(step.item);
    if (items.length === size) {
      yield items;
      items = [];
    }
  }
  if (items.length > 0) yield items;
}

const rowOf = (item: Item): FileRow | undefined => {
  const { row, content } = item;
  if (content.kind === "message") return { row, ...content.message };
  return content.kind === "result" ? { row, ...resultMessage([content.result]) } : undefined;
};

/** One append. The file was checked: what is refused here is refused by a rule, and the file with it. */
async function* allTogether(steps: AsyncIterable<FileStep>, { booking }: RowsOptions): AsyncGenerator<RecordedRow> {
  const items: Item[] = [];
  for await (const step of steps) if (step.kind === "item") items.push(step.item);
  const outcomes = await booking.together(
    items.flatMap((item) => rowOf(item) ?? []),
    "all",
  );
  if ("refused" in outcomes) throw new RowsFault([printed(outcomes.refused)], 1);
  yield* merged(items, outcomes);
}

function* merged(items: readonly Item[], outcomes: readonly Outcome[]): Generator<RecordedRow> {
  const byRow = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
  for (const item of items) yield { item, outcome: byRow.get(item.row) ?? outcomeOfRest(item) };
}

/** Payments of a batch: where the bank gives no serial, those of one outcome are one message, as long as all of them are taken. */
async function* payouts(steps: AsyncIterable<FileStep>, { booking }: RowsOptions): AsyncGenerator<RecordedRow> {
  for await (const items of windows(steps, RESULTS_TOGETHER)) {
    const grouped = await booking.together(groupsOf(items), "good");
    if ("refused" in grouped) throw new BookingInterrupted(grouped.refused.code);
    const byRow = new Map(grouped.map((outcome) => [outcome.row, outcome]));
    const groups = membersByFirst(items);
    const alone = [...groups.values()].flatMap((members) =>
      members.length > 1 && byRow.get((members[0] as Item).row)?.status === "refused" ? members : [],
    );
    const retried =
      alone.length === 0
        ? []
        : await booking.together(
            alone.flatMap((item) => rowOf(item) ?? []),
            "good",
          );
    if ("refused" in retried) throw new BookingInterrupted(retried.refused.code);
    const outcomes = new Map<number, Outcome>();
    for (const members of groups.values())
      for (const { row } of members) outcomes.set(row, { ...(byRow.get((members[0] as Item).row) as Outcome), row });
    for (const outcome of retried) outcomes.set(outcome.row, outcome);
    yield* merged(items, [...outcomes.values()]);
  }
}

const groupKey = ({ payoutBatch, outcome, reason, valueDate, serial }: PayoutResult): string =>
  JSON.stringify([payoutBatch, outcome, reason, valueDate, serial]);

/** Results that one message can say, under the row of the first. */
function membersByFirst(items: readonly Item[]): Map<string, Item[]> {
  return Map.groupBy(
    items.filter((item) => item.content.kind === "result"),
    (item) => groupKey((item.content as { result: PayoutResult }).result),
  );
}

const groupsOf = (items: readonly Item[]): FileRow[] =>
  [...membersByFirst(items).values()].map((members) => ({
    row: (members[0] as Item).row,
    rows: members.length,
    ...resultMessage(members.map(({ content }) => (content as { result: PayoutResult }).result)),
  }));

/** Lines go to the statement's stream in parts; the statement counts when it is complete. */
async function* statement(steps: AsyncIterable<FileStep>, options: RowsOptions): AsyncGenerator<RecordedRow> {
  const { booking, bank, sha256 } = options;
  let at = { account: "", date: "" };
  let part = 0;
  let items: Item[] = [];
  const flush = async (): Promise<RecordedRow[]> => {
    const lines = items.flatMap(({ content }): StatementLine[] => (content.kind === "line" ? [content.line] : []));
    if (lines.length > 0) {
      accepted(await booking.give(ReceiveStatementLines, { bank, sha256, ...at, part, lines }));
      part += 1;
    }
    const rows = paired(items, items.map(outcomeOfRest));
    items = [];
    return rows;
  };
  for await (const step of steps) {
    if (step.kind === "statement-start") {
      at = { account: step.account, date: step.date };
      part = 0;
    }
    if (step.kind === "item") items.push(step.item);
    if (items.length === STATEMENT_LINES_MAX) yield* await flush();
    if (step.kind === "statement-end") {
      yield* await flush();
      accepted(await booking.give(ReceiveBankStatement, { bank, sha256, parts: part, ...completed(step.end) }));
    }
  }
}

const completed = ({ account, date, from, statement, opening, closing, credits, debits, lines }: StatementEnd) => ({
  account,
  date,
  from,
  statement,
  opening,
  closing,
  credits,
  debits,
  lines,
});

/** A statement or portfolio is taken whole: what is refused of it refuses the file. */
export function accepted(outcome: CommandOutcome): void {
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") {
    const { code, details = {}, row } = outcome.refusal;
    throw new BankFileFault(code, details, row === undefined ? {} : { row });
  }
}
