import { rm } from "node:fs/promises";
import { BookBankFile, ReceiveBankFile, RefuseBankFile } from "@huimin/bank-file";
import {
  type BankFileFormat,
  type BankFileKind,
  type BankFileMode,
  type BankFileState,
  bankFileFold,
  bankFileStream,
} from "@huimin/bank-file/events";
import { BankFileFault, fileSource, formatOf } from "@huimin/bank-files";
import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { fen, formatAmount } from "@huimin/money";
import { errorEntry, type Refusal } from "@huimin/outcome";
import { bankFold, bankStream } from "@huimin/registry/events";
import { BookingInterrupted, type Recording } from "../recorder.ts";
import { FileBooking, type FileSender } from "./booking.ts";
import { fileErrors as errors } from "./errors.ts";
import type { FileStep } from "./items.ts";
import { KIND_OF_FORMAT } from "./kinds.ts";
import { type Counts, noCounts, type PrintedFault, printed, RowsFault } from "./outcomes.ts";
import { PayoutLists } from "./payouts.ts";
import { recordPortfolio } from "./portfolio-rows.ts";
import { type ReadingContext, readItems } from "./reading.ts";
import { headOf, journalRows, refusedRows } from "./report-rows.ts";
import { EXTENSION, type ReportRow, writeReport } from "./reporting.ts";
import { type RecordedRow, recordRows } from "./rows.ts";
import type { BankFileStorage, Spooled } from "./storage.ts";

/*
 * A bank's file from its bytes to the books, whatever way it came in: it is known by the SHA-256 of its bytes; read to its
 * end, so that nothing of a file with wrong totals is booked; recorded as received; booked row by row; recorded as booked,
 * with the hash of the report that the bank gets. Broken off anywhere, it goes on where it was: rows have keys.
 */

export interface IntakeOptions extends Recording {
  /** The log as a bank may see it, for what a file of the bank names; default: the whole. */
  readonly logOf?: (bank: string) => Pick<EventStore, "readStream" | "readStreams">;
  readonly store: Pick<EventStore, "readStream" | "readStreams" | "readAll" | "findKey" | "findKeys">;
  readonly storage: BankFileStorage;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Called after something was recorded. */
  readonly wake: () => void;
  /** Called after a file was booked. */
  readonly onBooked?: (answer: FileAnswer) => void;
  readonly onProgress?: (progress: { readonly sha256: string; readonly done: number; readonly of: number }) => void;
}

export interface FileRequest {
  readonly bank: string;
  /** What a table is; a message says it by itself. */
  readonly kind?: BankFileKind | undefined;
  readonly mode?: BankFileMode | undefined;
}

/** What the sender of a file is told, and gets again when the file comes again. */
export interface FileAnswer {
  readonly sha256: string;
  readonly bank: string;
  readonly kind?: BankFileKind;
  readonly format?: BankFileFormat;
  readonly mode: BankFileMode;
  /** booked: every row. partly: some were refused. refused: none was booked. */
  readonly status: "booked" | "partly" | "refused";
  readonly rows: number;
  readonly total?: string;
  readonly counts: Counts;
  /** The first {@link FAULTS_MAX}; the report has all of them. */
  readonly faults: readonly PrintedFault[];
  readonly faultsTotal: number;
  /** Extension of the report's file: `csv`, `xlsx` or `xml`. */
  readonly report?: string;
}

/** Faults of one answer. */
export const FAULTS_MAX = 100;
/** Rows of an all-or-nothing file: it is one append, and an append is bounded. */
export const ALL_ROWS_MAX = 10_000;
/** Files that are booked at the same time; the others wait. */
const FILES_AT_ONCE_MAX = 2;

interface Checked {
  readonly rows: number;
  readonly total: string | undefined;
  readonly faults: readonly PrintedFault[];
  readonly faultsTotal: number;
  readonly head: Extract<FileStep, { kind: "head" }> | undefined;
}

interface Job extends FileRequest {
  readonly spooled: Spooled;
  readonly booking: FileBooking;
  readonly context: ReadingContext;
  readonly mode: BankFileMode;
}

export class BankFileIntake {
  readonly #options: IntakeOptions;
  readonly #running = new Map<string, Promise<FileAnswer>>();
  #slots = FILES_AT_ONCE_MAX;
  readonly #waiting: (() => void)[] = [];

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  get storage(): BankFileStorage {
    return this.#options.storage;
  }

  /**
   * Takes a file that was spooled. `again`: the answer is the first one of a file that was booked before. A refused file
   * is an answer; what is thrown says that the file could not be dealt with now.
   */
  async take(
    spooled: Spooled,
    request: FileRequest,
    sender: FileSender,
  ): Promise<{ readonly answer: FileAnswer; readonly again: boolean }> {
    const { storage } = this.#options;
    const before = await this.state(request.bank, spooled.sha256);
    const known = before.status === "booked" ? await this.#firstAnswer(request.bank, spooled.sha256) : undefined;
    if (known) {
      await storage.drop(spooled);
      return { answer: known, again: true };
    }
    const key = `${request.bank} ${spooled.sha256}`;
    const running = this.#running.get(key);
    if (running) {
      await storage.drop(spooled);
      return { answer: await running, again: true };
    }
    const work = this.#inTurn(async () => this.#process(await this.#job(spooled, request, sender)));
    this.#running.set(key, work);
    try {
      return { answer: await work, again: false };
    } finally {
      this.#running.delete(key);
    }
  }

  /** What is recorded of a file. */
  async state(bank: string, sha256: string): Promise<BankFileState> {
    const { store, district } = this.#options;
    const { events } = await store.readStream(district, bankFileStream(bank, sha256));
    return events.reduce((state, event) => bankFileFold.evolve(state, event as RecordedEvent), bankFileFold.initialState);
  }

  isRunning(bank: string, sha256: string): boolean {
    return this.#running.has(`${bank} ${sha256}`);
  }

  /** Whether the bank is registered. */
  async knows(bank: string): Promise<boolean> {
    const { store, district } = this.#options;
    const { events } = await store.readStream(district, bankStream(bank));
    return events.reduce((state, event) => bankFold.evolve(state, event as RecordedEvent), bankFold.initialState).bank !== undefined;
  }

  /** The first answer: from where it was written, or, where that is lost, from the log, without its list of faults. */
  async #firstAnswer(bank: string, sha256: string): Promise<FileAnswer | undefined> {
    const written = (await this.#options.storage.readSummary(bank, sha256)) as FileAnswer | undefined;
    if (written) return written;
    const state = await this.state(bank, sha256);
    if (state.status !== "booked" || !state.received || !state.booked) return undefined;
    const { kind, format, mode, rows, total } = state.received;
    const { booked, repeated, held, refused, noted } = state.booked;
    const status = refused === 0 ? "booked" : refused === rows ? "refused" : "partly";
    const counts = { booked, repeated, held, refused, noted };
    return {
      sha256,
      bank,
      kind,
      format,
      mode,
      status,
      rows,
      ...(total === undefined ? {} : { total }),
      counts,
      faults: [],
      faultsTotal: refused,
    };
  }

  /** What the sender of a file would be told now; undefined for one that never came. */
  async answerOf(bank: string, sha256: string): Promise<FileAnswer | undefined> {
    const state = await this.state(bank, sha256);
    if (state.status === "none" || state.status === "received") return undefined;
    return (await this.#firstAnswer(bank, sha256)) ?? ((await this.#options.storage.readSummary(bank, sha256)) as FileAnswer | undefined);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#slots === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#slots -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#slots += 1;
    }
  }

  async #job(spooled: Spooled, request: FileRequest, sender: FileSender): Promise<Job> {
    const { store, district, clock } = this.#options;
    const context = {
      today: shanghaiDate(clock()),
      payouts: new PayoutLists(this.#options.logOf?.(request.bank) ?? store, district, request.bank),
    };
    return { ...request, mode: request.mode ?? "good", spooled, booking: new FileBooking(this.#options, sender, spooled.sha256), context };
  }

  async #process(job: Job): Promise<FileAnswer> {
    const { storage } = this.#options;
    let format: BankFileFormat | undefined;
    let kind: BankFileKind | undefined;
    try {
      if (!(await this.knows(job.bank))) throw new BankFileFault(errors.BANK_FILE_BANK_UNKNOWN, { bank: job.bank });
      const source = await fileSource(job.spooled.path);
      format = await formatOf(source);
      kind = kindOf(format, job.kind);
      const checked = await check(readItems(source, format, kind, job.context), job.mode);
      const kept = await storage.keep(job.bank, job.spooled);
      return await this.#book({ ...job, spooled: { ...job.spooled, path: kept } }, format, kind, checked);
    } catch (fault) {
      if (!(fault instanceof BankFileFault)) throw fault;
      return await this.#refuse(job, fault, format, kind);
    }
  }

  async #book(job: Job, format: BankFileFormat, kind: BankFileKind, checked: Checked): Promise<FileAnswer> {
    const { bank, mode, spooled, booking } = job;
    const { sha256, bytes } = spooled;
    const { rows, total, head } = checked;
    const of = { ...(total === undefined ? {} : { total }), ...(head?.message === undefined ? {} : { message: head.message }) };
    const received = await booking.give(ReceiveBankFile, { bank, sha256, kind, format, mode, bytes, rows, ...of });
    if (received.kind === "refused" || received.kind === "key-conflict") throw faultOf(received.refusal);
    const journal = `${spooled.path}.rows`;
    const counts = noCounts();
    const faults: PrintedFault[] = [];
    const source = await fileSource(spooled.path);
    const record = kind === "portfolio" ? recordPortfolio : recordRows;
    const outcomes = record(readItems(source, format, kind, job.context), { booking, mode, bank, sha256, kind });
    await this.#options.storage.write(journal, this.#noted(outcomes, { counts, faults, sha256, rows }));
    this.#options.wake();
    const status = statusOf(counts);
    const partial = {
      sha256,
      bank,
      kind,
      format,
      mode,
      status,
      rows,
      ...(total === undefined ? {} : { total }),
      counts: { ...counts },
    } as const;
    const report = await this.#report({ ...partial, head, refusal: undefined }, journalRows(journal));
    const done = await booking.give(BookBankFile, { bank, sha256, ...counts, report });
    if (done.kind === "refused" || done.kind === "key-conflict") throw faultOf(done.refusal);
    this.#options.wake();
    await rm(journal, { force: true });
    const answer = await this.#summarise({ ...partial, faults, faultsTotal: counts.refused, report: EXTENSION[format] });
    this.#options.onBooked?.(answer);
    return answer;
  }

  /** Lines of the journal while rows are booked: what the report is written from, and the counts on the way. */
  async *#noted(
    rows: AsyncIterable<RecordedRow>,
    into: { counts: Counts; faults: PrintedFault[]; sha256: string; rows: number },
  ): AsyncGenerator<string> {
    let done = 0;
    for await (const { item, outcome } of rows) {
      into.counts[outcome.status] += 1;
      done += 1;
      if (outcome.status === "refused" && into.faults.length < FAULTS_MAX) into.faults.push(...(outcome.faults ?? []));
      const { row, cells, endToEndId, serial } = item;
      const { faults: _, ...told } = outcome;
      yield `${JSON.stringify({ item: { row, cells, endToEndId, serial }, outcome: told })}\n`;
      if (done % 1_000 === 0) this.#options.onProgress?.({ sha256: into.sha256, done, of: into.rows });
    }
  }

  async #report(
    of: Omit<FileAnswer, "faults" | "faultsTotal" | "report"> & { head: Checked["head"]; refusal: PrintedFault | undefined },
    rows: AsyncIterable<ReportRow>,
  ): Promise<string> {
    const { bank, sha256, format, head, status, refusal } = of;
    const head_ = {
      id: `R${sha256.slice(0, 32)}`,
      createdAt: shanghaiInstant(this.#options.clock()),
      format: format ?? "csv",
      message: head?.message,
      originalName: head?.originalName,
      header: head?.header,
      above: head?.above,
      outcome: status,
      refusal,
    } as const;
    const { storage } = this.#options;
    return storage.write(storage.reportOf(bank, sha256, EXTENSION[format ?? "csv"]), writeReport(head_, rows));
  }

  async #summarise(answer: FileAnswer): Promise<FileAnswer> {
    const { storage } = this.#options;
    await storage.write(storage.reportOf(answer.bank, answer.sha256, "summary.json"), once(JSON.stringify(answer)));
    return answer;
  }

  /** The items of a file that was read before, wherever it lies by now. */
  async #stepsAgain({ bank, spooled, context }: Job, format: BankFileFormat, kind: BankFileKind): Promise<() => AsyncIterable<FileStep>> {
    const kept = this.#options.storage.fileOf(bank, spooled.sha256);
    const source = await fileSource(spooled.path).catch(() => fileSource(kept));
    return () => readItems(source, format, kind, context);
  }

  /** Nothing of the file was booked: its record says why, the report too, row by row where rows are the reason. */
  async #refuse(job: Job, fault: BankFileFault, format: BankFileFormat | undefined, kind: BankFileKind | undefined): Promise<FileAnswer> {
    const { bank, mode, spooled, booking } = job;
    const { sha256, bytes } = spooled;
    const { storage, wake } = this.#options;
    const { refusal } = fault;
    const said = printed(refusal);
    if (refusal.code !== errors.BANK_FILE_BANK_UNKNOWN) {
      const row = refusal.row === undefined ? {} : { row: refusal.row };
      const outcome = await booking.give(RefuseBankFile, { bank, sha256, bytes, code: refusal.code, ...row });
      if (outcome.kind === "recorded") wake();
    }
    const known = { ...(kind ? { kind } : {}), ...(format ? { format } : {}) };
    const of = { sha256, bank, mode, status: "refused", rows: 0, counts: noCounts(), ...known } as const;
    if (fault instanceof RowsFault && format && kind) {
      const steps = await this.#stepsAgain(job, format, kind);
      await this.#report({ ...of, head: await headOf(steps()), refusal: said }, refusedRows(steps(), fault));
    } else await this.#report({ ...of, head: undefined, refusal: said }, none());
    await storage.drop(spooled);
    await storage.drop({ ...spooled, path: storage.fileOf(bank, sha256) });
    const [faults, faultsTotal] = fault instanceof RowsFault ? [[said, ...fault.faults], fault.total] : [[said], 1];
    return this.#summarise({ ...of, faults, faultsTotal, report: EXTENSION[format ?? "csv"] });
  }
}

/** A refusal of a command about the file; one that passes is not the file's fault. */
function faultOf({ code, details, row }: Refusal): Error {
  return errorEntry(code)?.kind === "busy"
    ? new BookingInterrupted(code)
    : new BankFileFault(code, details ?? {}, row === undefined ? {} : { row });
}

const once = async function* (text: string): AsyncGenerator<string> {
  yield text;
};
const none = async function* (): AsyncGenerator<never> {};

const statusOf = ({ refused, ...rest }: Counts): FileAnswer["status"] =>
  refused === 0 ? "booked" : Object.values(rest).every((count) => count === 0) ? "refused" : "partly";

/** What a file is taken for. Throws BANK_FILE_KIND. */
function kindOf(format: BankFileFormat, asked: BankFileKind | undefined): BankFileKind {
  const own = KIND_OF_FORMAT[format];
  const kind = own ?? asked;
  if (kind === undefined || (own !== undefined && asked !== undefined && asked !== own))
    throw new BankFileFault(errors.BANK_FILE_KIND, { format, kind: asked ?? "–" });
  return kind;
}

/** Reads the whole file before anything is booked. In mode `all` a row with a fault is a fault of the file. */
async function check(steps: AsyncIterable<FileStep>, mode: BankFileMode): Promise<Checked> {
  const faults: PrintedFault[] = [];
  let faultsTotal = 0;
  let rows = 0;
  let total: bigint | undefined;
  let head: Checked["head"];
  for await (const step of steps) {
    if (step.kind === "head") head = step;
    if (step.kind !== "item") continue;
    rows += 1;
    const { amount, content } = step.item;
    if (amount !== undefined) total = (total ?? 0n) + fen(amount);
    if (content.kind !== "faulty") continue;
    faultsTotal += 1;
    if (faults.length < FAULTS_MAX) faults.push(...content.faults.map((fault) => printed(fault, step.item.row)));
  }
  if (mode === "all" && faultsTotal > 0) throw new RowsFault(faults, faultsTotal);
  if (mode === "all" && rows > ALL_ROWS_MAX) throw new BankFileFault(errors.BANK_FILE_ALL_TOO_LARGE, { limit: ALL_ROWS_MAX, rows });
  return { rows, total: total === undefined ? undefined : formatAmount(total), faults, faultsTotal, head };
}
