import type { CommandMeta } from "@huimin/command-handler";
import type { CommandDefinition, RecordedEvent } from "@huimin/decider";
import {
  type Allocation,
  AllocationList,
  BeginAllocationList,
  type DraftAllocationCommand,
  hashOfList,
  hashOfPart,
  isWeight,
  type ListLine,
  PARTS_AT_ONCE_MAX,
  PARTS_RECORDED_MAX,
  PostAllocationParts,
  partOf,
  partsFor,
  RecordAllocationParts,
  type ResidueRule,
  ReverseAllocationParts,
} from "@huimin/dividend";
import { openReversal, poolFold, poolStream } from "@huimin/dividend/events";
import { RefusalError } from "@huimin/http";
import { type Fen, formatAmount } from "@huimin/money";
import { declareErrors } from "@huimin/outcome";
import type { Platform } from "../types.ts";

/*
 * Lists of any length: drawn up from a file, recorded in parts, and posted in parts. Every step may be broken off and run
 * again: what is recorded is passed over. The file is held as its bytes, with a few numbers a line, never as objects.
 */

const errors = declareErrors({
  LIST_FILE_INVALID: {
    zh: "名单第 {row} 行无效:{why}。",
    en: "Line {row} of the list is not valid: {why}.",
    remedyZh: "UTF-8文本,每行“户编号,权数”,按户编号升序,不重复。",
    remedyEn: 'UTF-8 text, one "household,weight" a line, households ascending, none twice.',
    kind: "invalid",
  },
});

/** A list file that is larger is split by pool. */
export const LIST_FILE_BYTES_MAX = 512 * 1024 * 1024;

const NEWLINE = 0x0a;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Lines `household,weight` of a file, households ascending: bytes, and where each line begins. */
export class ListFile {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly households: number;

  private constructor(bytes: Uint8Array, starts: Uint32Array, households: number) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.households = households;
  }

  /** Reads and checks the lines; refuses LIST_FILE_INVALID with its row. A first line without a number is a heading. */
  static read(bytes: Uint8Array): ListFile {
    let lines = 1;
    for (const byte of bytes) if (byte === NEWLINE) lines += 1;
    const starts = new Uint32Array(lines + 1);
    let count = 0;
    let before = "";
    let row = 0;
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(NEWLINE, at);
      const next = end < 0 ? bytes.length : end + 1;
      row += 1;
      const line = textLine(bytes, at, next, row);
      const heading = row === 1 && !/\d\s*$/.test(line);
      if (line !== "" && !heading) {
        const { household } = parsed(line, row);
        if (household <= before) throw invalid(row, `${household} after ${before}`);
        before = household;
        starts[count++] = at;
      }
      at = next;
    }
    starts[count] = bytes.length;
    return new ListFile(bytes, starts.subarray(0, count + 1), count);
  }

  /** The line with this index, in the order of the file. */
  at(index: number): { readonly household: string; readonly weight: string } {
    const start = this.#starts[index] as number;
    const newline = this.#bytes.indexOf(NEWLINE, start);
    return parsed(lineOf(this.#bytes, start, newline < 0 ? this.#bytes.length : newline), index + 1);
  }
}

const lineOf = (bytes: Uint8Array, from: number, to: number): string =>
  decoder
    .decode(bytes.subarray(from, to))
    .replace(/^\uFEFF/, "")
    .trim();

/** A line that is checked for the first time: its bytes may be no text at all. */
function textLine(bytes: Uint8Array, from: number, to: number, row: number): string {
  try {
    return lineOf(bytes, from, to);
  } catch (fault) {
    if (fault instanceof TypeError) throw invalid(row, "not UTF-8");
    throw fault;
  }
}

const invalid = (row: number, why: string): RefusalError =>
  new RefusalError({ code: errors.LIST_FILE_INVALID, details: { row, why }, row });

function parsed(line: string, row: number): { household: string; weight: string } {
  const comma = line.indexOf(",");
  const [household, weight] = [line.slice(0, comma).trim(), line.slice(comma + 1).trim()];
  if (comma < 1 || household === "" || !isWeight(weight)) throw invalid(row, line.slice(0, 80));
  return { household, weight };
}

/** A list with its amounts, by part: what is recorded, line by line, without the list ever being in memory as objects. */
export class PlannedList {
  readonly parts: number;
  readonly allocation: Allocation;
  readonly #file: ListFile;
  /** Line numbers, part by part in the order of the list; part p is [first[p], first[p + 1]). */
  readonly #order: Uint32Array;
  readonly #first: Uint32Array;

  constructor(file: ListFile, total: Fen, rule: ResidueRule) {
    const list = new AllocationList();
    this.parts = partsFor(file.households);
    const partOfLine = new Uint16Array(file.households);
    this.#first = new Uint32Array(this.parts + 1);
    for (let index = 0; index < file.households; index++) {
      const { household, weight } = file.at(index);
      list.add(weight);
      const part = partOf(household, this.parts);
      partOfLine[index] = part;
      this.#first[part + 1] = (this.#first[part + 1] as number) + 1;
    }
    for (let part = 0; part < this.parts; part++) this.#first[part + 1] = (this.#first[part + 1] as number) + (this.#first[part] as number);
    const next = this.#first.slice(0, this.parts);
    this.#order = new Uint32Array(file.households);
    for (let index = 0; index < file.households; index++) {
      const part = partOfLine[index] as number;
      const at = next[part] as number;
      this.#order[at] = index;
      next[part] = at + 1;
    }
    if (!list.canSplit) throw invalid(1, "0");
    this.allocation = list.split(total, rule);
    this.#file = file;
  }

  /** Lines of a part, households ascending. */
  linesOf(part: number): Omit<ListLine, "village">[] {
    const lines = this.#order.subarray(this.#first[part], this.#first[part + 1]);
    return Array.from(lines, (index) => ({ ...this.#file.at(index), amount: formatAmount(this.allocation.amount(index)) }));
  }

  /** Hash of the whole list, as publicity and approval name it. */
  hash(): string {
    return hashOfList(Array.from({ length: this.parts }, (_, part) => hashOfPart(this.linesOf(part))));
  }
}

export interface Runner {
  readonly platform: Platform;
  readonly meta: CommandMeta;
  readonly onProgress?: (done: number, total: number) => void;
  /** Asked before every batch: whoever was told to stop ends there. */
  readonly goOn?: () => Promise<boolean>;
}

/** Gives a command and reads its answer; a refusal is thrown. */
export async function give(
  { platform, meta }: Runner,
  definition: CommandDefinition,
  body: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const outcome = await platform.table.handlerOf(definition.name).execute(definition, body, meta);
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new RefusalError(outcome.refusal);
  platform.projector.wake();
  return outcome.answer as Record<string, unknown>;
}

type LongListTerms = Pick<DraftAllocationCommand, "pool" | "year" | "snapshot" | "advance" | "minutes" | "valueDate"> & {
  readonly method: NonNullable<DraftAllocationCommand["method"]>;
  readonly residueRule: ResidueRule;
  readonly total: Fen;
};

/** Draws up a long list and records it in parts. Run again with the same file and terms, it goes on where it was. */
export async function draftLongList(runner: Runner, file: ListFile, terms: LongListTerms): Promise<Readonly<Record<string, unknown>>> {
  const { total, residueRule, ...rest } = terms;
  const plan = new PlannedList(file, total, residueRule);
  const listHash = plan.hash();
  const { allocated, carried } = plan.allocation;
  const begun = await give(runner, BeginAllocationList, {
    ...rest,
    residueRule,
    total: formatAmount(total),
    allocated: formatAmount(allocated),
    carried: formatAmount(carried),
    households: file.households,
    parts: plan.parts,
    listHash,
  });
  const { pool, year, valueDate } = terms;
  const missing = begun.missingParts as number[];
  for (let from = 0; from < missing.length; from += PARTS_RECORDED_MAX) {
    const parts = missing.slice(from, from + PARTS_RECORDED_MAX).map((part) => ({ part, lines: plan.linesOf(part) }));
    const dated = valueDate === undefined ? {} : { valueDate };
    await give(runner, RecordAllocationParts, { pool, year, draft: begun.draft, parts, ...dated });
    runner.onProgress?.(Math.min(from + PARTS_RECORDED_MAX, missing.length), missing.length);
  }
  const answer = { pool, year, draft: begun.draft, households: file.households, parts: plan.parts, listHash };
  return { ...answer, allocated: formatAmount(allocated), carried: formatAmount(carried) };
}

/** Posts the parts of an allocation that are not posted yet, on the day of its header. Answers how many were posted. */
export async function postAllocation(runner: Runner, pool: string, year: number): Promise<number> {
  const { platform } = runner;
  const { events } = await platform.store.readStream(platform.district, poolStream(pool));
  const state = events.reduce((before, event) => poolFold.evolve(before, event as RecordedEvent), poolFold.initialState);
  const current = state.years.get(year)?.current;
  if (current?.status !== "allocated") return 0;
  const { draft, parts } = current.header;
  const valueDate = events.findLast(
    ({ type, payload }) => type === "DividendAllocated" && (payload as { draft: number }).draft === draft,
  )?.valueDate;
  const missing = Array.from({ length: parts }, (_, part) => part).filter((part) => !current.posted.has(part));
  for (let from = 0; from < missing.length; from += PARTS_AT_ONCE_MAX) {
    await give(runner, PostAllocationParts, { pool, year, draft, parts: missing.slice(from, from + PARTS_AT_ONCE_MAX), valueDate });
    runner.onProgress?.(Math.min(from + PARTS_AT_ONCE_MAX, missing.length), missing.length);
  }
  return missing.length;
}

/** Takes back the parts of an allocation whose reversal is recorded and not through. Answers how many were taken back. */
export async function reverseAllocation(runner: Runner, pool: string, year: number): Promise<number> {
  const { platform } = runner;
  const { events } = await platform.store.readStream(platform.district, poolStream(pool));
  const state = events.reduce((before, event) => poolFold.evolve(before, event as RecordedEvent), poolFold.initialState);
  const open = openReversal(state, year);
  const header = events.findLast(({ type, payload }) => type === "AllocationReversed" && (payload as { year: number }).year === year);
  if (!open || !header) return 0;
  const { reason } = header.payload as { reason: string };
  const missing = Array.from({ length: open.parts }, (_, part) => part).filter((part) => !open.done.has(part));
  for (let from = 0; from < missing.length; from += PARTS_AT_ONCE_MAX) {
    const parts = missing.slice(from, from + PARTS_AT_ONCE_MAX);
    await give(runner, ReverseAllocationParts, { pool, year, draft: open.draft, parts, reason });
    runner.onProgress?.(Math.min(from + PARTS_AT_ONCE_MAX, missing.length), missing.length);
  }
  return missing.length;
}
