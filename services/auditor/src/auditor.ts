import path from "node:path";
import type { InvariantResult } from "@huimin/books";
import { createBooks } from "@huimin/books";
import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type CheckpointFile, CheckpointFolder, type LogFault, storedCheckpoints } from "@huimin/checkpoints";
import { type NoteSigner, type NoteVerifier, verifierKey } from "@huimin/proof-log";
import type { Pool } from "pg";
import { noteFindings, openFindings } from "./findings.ts";
import { LeafBook } from "./leaf-book.ts";
import { LogAudit } from "./log-audit.ts";
import { withSnapshot } from "./snapshot.ts";
import { AuditFolderFault, auditorSigner, newState, readState, withFolder, writeState } from "./state.ts";
import type { AuditCheck, AuditSources, AuditState, BooksPicture, CheckResult, Finding, Found } from "./types.ts";

export interface AuditorOptions {
  /** Connections with the role `huimin_auditor`, which may write nowhere. */
  readonly pool: Pool;
  readonly district: string;
  /** What the auditor keeps, outside the database. */
  readonly folder: string;
  /** Public keys of the log. */
  readonly logKeys: readonly NoteVerifier[];
  readonly witnesses?: readonly NoteVerifier[];
  /** Folders with checkpoints besides the auditor's own. */
  readonly checkpointFolders: readonly string[];
  readonly checks: readonly AuditCheck[];
  /** Months and open differences, for the report. */
  readonly picture?: (sources: AuditSources) => Promise<BooksPicture>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A finding that is new, or is back. */
  readonly onFinding?: (finding: Finding) => void;
}

export interface RoundOptions {
  /** true: every check, now. Default: when their share of the time allows it, see {@link BOOKS_SHARE}. */
  readonly all?: boolean;
  /** false: new events and a bounded look at the old ones. true: all of them. Default: as `all`. */
  readonly wholeLog?: boolean;
  readonly onProgress?: (events: number, total: number) => void;
}

export interface RoundResult {
  readonly state: AuditState;
  readonly fresh: readonly Finding[];
  /** Events that were hashed for the first time, and again. */
  readonly hashed: number;
  readonly again: number;
}

/** Events of one round at most: some seconds of work. */
export const TAIL_EVENTS_MAX = 200_000;
export const SWEEP_EVENTS_MAX = 50_000;
/** The checks of the books take at most one part in so many of the time: a long one is made less often. */
const BOOKS_SHARE = 20;

const LOG_TITLES: Readonly<Record<LogFault["kind"], readonly [string, string]>> = {
  altered: ["日志事件被更改", "An event of the log was altered"],
  missing: ["日志事件缺失", "Events of the log are missing"],
  column: ["日志的列与事件不符", "A column of the log contradicts its event"],
  "stream-version": ["流的版本不连续", "Versions of a stream are not 1, 2, 3 …"],
  checkpoint: ["日志与已签检查点不符", "The log is not the one that a checkpoint has signed"],
  signature: ["检查点签名不成立", "A checkpoint is not signed by the log's key"],
  truncated: ["日志被截短或为旧副本", "The log was cut off or is an old copy"],
  district: ["事件属于其他区县", "An event of another district"],
  subtree: ["数据库中的子树根与事件不符", "A root of a subtree in the database is not that of its events"],
  witness: ["检查点无见证", "No witness has cosigned"],
};

const isOfLog = ({ id }: Pick<Finding, "id">): boolean => id.startsWith("log:");
/** These are looked at whole in every round. */
const EVERY_ROUND = /^log:(checkpoint|signature|truncated|witness|key):/;

/** 审计: re-verifies everything with rights to read only, round by round. Rounds of one folder never overlap. */
export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  get folder(): string {
    return this.#options.folder;
  }

  signer(): Promise<NoteSigner> {
    return auditorSigner(this.#options.folder, this.#options.district);
  }

  state(): Promise<AuditState | undefined> {
    return readState(this.#options.folder);
  }

  /** One round. Throws AuditBusy when another is under way, and what the database throws when it can't be asked. */
  round(options: RoundOptions = {}): Promise<RoundResult> {
    return withFolder(this.#options.folder, async () => {
      const book = await LeafBook.open(this.#options.folder);
      try {
        return await new Round(this.#options, options, book).run();
      } finally {
        await book.close();
      }
    });
  }
}

class Round {
  readonly #of: AuditorOptions;
  readonly #options: RoundOptions;
  readonly #book: LeafBook;
  readonly #now: string;
  readonly #fresh: Finding[] = [];

  constructor(of: AuditorOptions, options: RoundOptions, book: LeafBook) {
    this.#of = of;
    this.#options = options;
    this.#book = book;
    this.#now = shanghaiInstant(of.clock());
  }

  async run(): Promise<RoundResult> {
    const { folder, district, logKeys } = this.#of;
    const keys = logKeys.map(verifierKey);
    const state = (await readState(folder)) ?? newState(district, keys, this.#now);
    if (state.district !== district) throw new AuditFolderFault(`${folder} is of district ${state.district}, not ${district}`);
    const { hashed, again } = await this.#lookAtLog(state, keys);
    if (this.#isTimeForBooks(state)) await this.#lookAtBooks(state);
    state.auditorKey = verifierKey((await auditorSigner(folder, district)).verifier);
    state.rounds += 1;
    state.lastRound = this.#now;
    await writeState(folder, state);
    for (const finding of this.#fresh) this.#of.onFinding?.(finding);
    return { state, fresh: this.#fresh, hashed, again };
  }

  async #lookAtLog(state: AuditState, keys: readonly string[]): Promise<{ hashed: number; again: number }> {
    const { pool, district, logKeys } = this.#of;
    const { all = false, wholeLog = all, onProgress } = this.#options;
    const audit = new LogAudit(pool, district, this.#book);
    const head = await audit.head();
    const seenBefore = this.#book.size;
    const faults: LogFault[] = [];
    const before = state.sweep;
    // A whole look begins anew; otherwise the second look goes on where it was.
    let cursor = wholeLog ? 0 : before.cursor;
    const began = cursor === 0 ? this.#now : before.began;
    let again = 0;
    while (seenBefore > 0) {
      const limit = Math.min(SWEEP_EVENTS_MAX, seenBefore - cursor);
      const swept = await audit.sweep(cursor, limit);
      faults.push(...swept.faults);
      again += swept.events;
      onProgress?.(again, head);
      cursor = swept.cursor === 0 || swept.cursor >= seenBefore ? 0 : swept.cursor;
      if (cursor === 0 || !wholeLog) break;
    }
    let hashed = 0;
    do {
      const tail = await audit.tail(head, TAIL_EVENTS_MAX);
      faults.push(...tail.faults);
      hashed += tail.events;
      onProgress?.(again + hashed, head);
      if (tail.events === 0) break;
    } while (wholeLog && this.#book.size < head);
    const ended = cursor === 0;
    state.sweep = ended ? { cursor, began, ended: this.#now, done: before.done + (seenBefore > 0 ? 1 : 0) } : { ...before, cursor, began };
    faults.push(...(await this.#checkpoints(audit, state, head, logKeys)));
    state.position = this.#book.size;
    state.root = Buffer.from(await this.#book.root(this.#book.size)).toString("base64");
    const found = joined(faults).map(foundInLog);
    const strange = keys.filter((key) => !state.logKeys.includes(key));
    if (strange.length > 0) found.push(otherKey(strange));
    // What one event shows is gone when a whole second look has not shown it again.
    const looked = (finding: Finding): boolean =>
      isOfLog(finding) && (EVERY_ROUND.test(finding.id) || (ended && finding.lastSeen < began) || (ended && wholeLog));
    this.#note(state, found, looked);
    return { hashed, again };
  }

  async #checkpoints(audit: LogAudit, state: AuditState, head: number, logs: readonly NoteVerifier[]): Promise<readonly LogFault[]> {
    const { pool, district, folder, checkpointFolders, witnesses = [] } = this.#of;
    const archive = new CheckpointFolder(path.join(folder, "checkpoints"));
    const files: CheckpointFile[] = (await storedCheckpoints(pool, district)).map((one) => ({ ...one, place: "the database" }));
    for (const place of [archive, ...checkpointFolders.map((one) => new CheckpointFolder(one))])
      files.push(...(await place.notes()).map(({ file, note, size }) => ({ place: file, note, size })));
    const { good, faults } = await audit.checkpoints(files, { logs, witnesses }, head);
    // The auditor's own copies: whoever changes database and folder still meets them.
    const archived = new Set((await archive.notes()).map(({ size }) => size));
    for (const { size, note } of good) {
      if (archived.has(size)) continue;
      await archive.writeWitnessed(size, note);
      archived.add(size);
    }
    const cosigned = witnesses.map(({ name }) => ({
      name,
      size: Math.max(0, ...good.filter(({ by }) => by.includes(name)).map(({ size }) => size)),
    }));
    state.checkpoints = { good: good.length, size: Math.max(0, ...good.map(({ size }) => size)), witnessed: cosigned };
    const alone = good.length === 0 ? [] : cosigned.filter(({ size }) => size === 0);
    return [
      ...faults,
      ...alone.map(
        ({ name }): LogFault => ({ kind: "witness", from: 1, to: state.checkpoints.size, what: `${name} has cosigned no checkpoint` }),
      ),
    ];
  }

  #isTimeForBooks({ books }: AuditState): boolean {
    if (this.#options.all === true || books === undefined) return true;
    if (this.#options.all === false) return false;
    return this.#of.clock() - Date.parse(books.at) >= books.milliseconds * BOOKS_SHARE;
  }

  async #lookAtBooks(state: AuditState): Promise<void> {
    const { pool, district, checks, picture, clock } = this.#of;
    const begun = performance.now();
    await withSnapshot(pool, district, async (snapshot) => {
      const { position } = snapshot;
      const read = { district, pool: snapshot.pool, store: snapshot.store, books: createBooks(snapshot.pool), position };
      const sources: AuditSources = { ...read, today: shanghaiDate(clock()) };
      const results: InvariantResult[] = [standing(snapshot.stopped, position)];
      for (const { id, run } of checks)
        results.push(...(await snapshot.apart(() => run(sources)).catch((fault: unknown) => [couldNot(id, fault)])));
      let shown: BooksPicture = { months: [], differences: [] };
      try {
        if (picture) shown = await snapshot.apart(() => picture(sources));
      } catch (fault) {
        results.push(couldNot("picture", fault));
      }
      const milliseconds = Math.ceil(performance.now() - begun);
      state.books = { at: this.#now, position, milliseconds, results: results.map(resultOf), picture: shown };
      this.#note(state, results.filter(({ failed }) => failed > 0).map(foundInBooks), (finding) => !isOfLog(finding));
    });
  }

  #note(state: AuditState, found: readonly Found[], looked: (finding: Finding) => boolean): void {
    const { findings, fresh } = noteFindings(state.findings, found, this.#now, looked);
    state.findings = findings;
    this.#fresh.push(...fresh);
  }
}

/** What is wrong alike with events that follow one another is one finding: a log that was exchanged has one, not a million. */
function joined(faults: readonly LogFault[]): LogFault[] {
  const all: LogFault[] = [];
  const last = new Map<LogFault["kind"], number>();
  for (const fault of faults) {
    const at = last.get(fault.kind);
    const before = at === undefined ? undefined : all[at];
    if (at !== undefined && before && ofEvents(fault) && fault.from === before.to + 1) all[at] = { ...before, to: fault.to };
    else last.set(fault.kind, all.push(fault) - 1);
  }
  return all;
}

const ofEvents = ({ kind }: LogFault): boolean =>
  kind !== "checkpoint" && kind !== "signature" && kind !== "truncated" && kind !== "witness";

const place = ({ from, to }: LogFault): string => (from === to ? `position ${from}` : `positions ${from}–${to}`);

function foundInLog(fault: LogFault): Found {
  const [zh, en] = LOG_TITLES[fault.kind];
  // A checkpoint that is not signed speaks of a place, not of a position.
  const where =
    fault.kind === "signature" ? fault.what : fault.kind === "truncated" || fault.kind === "witness" ? "end" : String(fault.from);
  const example = fault.to === 0 ? fault.what : `${place(fault)}: ${fault.what}`;
  return {
    id: `log:${fault.kind}:${where}`,
    severity: fault.kind === "witness" ? "warning" : "error",
    zh,
    en,
    examples: [example],
    count: Math.max(1, fault.to - fault.from + 1),
  };
}

const otherKey = (keys: readonly string[]): Found => ({
  ...{
    id: "log:key:other",
    severity: "error",
    zh: "日志公钥与首次审计时不同",
    en: "The log's public key is not the one of the first audit",
  },
  ...{ examples: keys, count: keys.length },
});

const foundInBooks = ({ id, title, severity, examples, failed }: InvariantResult): Found => ({
  id,
  severity,
  ...title,
  examples,
  count: failed,
});

const resultOf = ({ id, title, severity, checked, failed }: InvariantResult): CheckResult => ({ id, ...title, severity, checked, failed });

const standing = (stopped: string | undefined, position: number): InvariantResult => ({
  id: "read-models-follow",
  title: { zh: "读模型跟随日志，没有停在某一事件之前", en: "The read models follow the log and stand before no event" },
  ...{ severity: "error", checked: position, failed: stopped === undefined ? 0 : 1, examples: stopped === undefined ? [] : [stopped] },
});

const couldNot = (id: string, fault: unknown): InvariantResult => ({
  id: `${id}-ran`,
  title: { zh: "该项检查未能进行", en: "This check could not be made" },
  ...{ severity: "error", checked: 0, failed: 1, examples: [`${id}: ${fault instanceof Error ? fault.message : String(fault)}`] },
});

export const isClean = (state: AuditState): boolean => openFindings(state.findings).every(({ severity }) => severity !== "error");
