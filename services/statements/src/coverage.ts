import { access } from "node:fs/promises";
import { join } from "node:path";
import { errorEntry, fillText, type Refusal, type Result } from "@huimin/outcome";
import type { StatementRegister } from "@huimin/statement-register";
import { fileNameOf } from "./files.ts";
import { issueStatements } from "./issue.ts";
import type { CoverageLine, OnProgress, StatementsOptions } from "./types.ts";

/*
 * Who of a year has a statement, and who has none and why: computed anew from the log, so it also tells who has none because
 * nobody issued it, and whose statement has fallen behind its figures.
 */

/** Why a household has no statement, or none that is up to date. */
export type Lack =
  /** 无数据: nothing happened; issued on request only */
  | "nil"
  /** 未出具: could be issued, and was not */
  | "due"
  /** 待补: issued, and a figure has changed since */
  | "outdated"
  /** 扣留: can't be issued; `reason` says why */
  | "held"
  /** 未打印: issued, but the folder of papers has no file of it */
  | "unprinted";

export interface CoverageEntry {
  readonly household: string;
  readonly village: string;
  /** Number of its last statement. */
  readonly number?: string;
  readonly lack?: Lack;
  readonly code?: string;
  readonly reason?: string;
}

export interface VillageCoverage {
  readonly village: string;
  readonly households: number;
  /** With a statement. */
  readonly covered: number;
  readonly lacks: Readonly<Record<Lack, number>>;
}

export interface YearCoverage {
  readonly year: number;
  readonly position: number;
  readonly villages: readonly VillageCoverage[];
  /** Every household that has none, or one that lacks something. */
  readonly entries: readonly CoverageEntry[];
  readonly total: VillageCoverage;
}

export interface CoverageQuestion {
  readonly year: number;
  /** Folder of the printed papers: statements without a file there are told. */
  readonly papers?: string | undefined;
}

/** What asks for somebody's hand first: this is the order of the report. */
const LACKS: readonly Lack[] = ["held", "unprinted", "due", "nil", "outdated"];
const NIL = "本年没有数据，按申请出具";

/** The coverage report 覆盖情况. Refuses what issuing the year would refuse (STATEMENT_YEAR_NOT_ENDED). */
export async function coverageOf(
  { year, papers }: CoverageQuestion,
  options: StatementsOptions & { readonly register: StatementRegister },
  onProgress?: OnProgress,
): Promise<Result<YearCoverage, Refusal>> {
  const never = async (): Promise<never> => {
    throw new Error("a dry run sends nothing");
  };
  const tried = await issueStatements({ year, dryRun: true }, options, never, onProgress);
  if (!tried.ok) return tried;
  const issued = await options.register.ofYear(options.district, year);
  const entries = await Promise.all(
    tried.value.lines.map(async (line): Promise<CoverageEntry> => {
      const entry = entryOf(line, issued.get(line.household)?.number);
      const last = issued.get(line.household);
      if (papers === undefined || !last || (await exists(join(papers, fileNameOf(last))))) return entry;
      return { ...entry, lack: "unprinted", reason: "已出具，文件夹中没有打印件" };
    }),
  );
  const byVillage = [...Map.groupBy(entries, ({ village }) => village)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ok: true,
    value: {
      year,
      position: tried.value.cutoff.position,
      villages: byVillage.map(([village, own]) => countsOf(village, own)),
      entries: LACKS.flatMap((lack) => entries.filter((one) => one.lack === lack)),
      total: countsOf("", entries),
    },
  };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function entryOf({ household, village, coverage, refusal, ended }: CoverageLine, number: string | undefined): CoverageEntry {
  const entry = { household, village, ...(number === undefined ? {} : { number }) };
  if (refusal) {
    const declared = errorEntry(refusal.code);
    return { ...entry, lack: "held", code: refusal.code, reason: declared ? fillText(declared.zh, refusal.details) : refusal.code };
  }
  if (coverage === "nil") return { ...entry, lack: "nil", reason: ended === undefined ? NIL : `${ended}，${NIL}` };
  if (coverage === "issued") return { ...entry, lack: "due", reason: "可以出具，尚未出具" };
  if (coverage === "supplement") return { ...entry, lack: "outdated", reason: "出具后数据有变化，尚未补充告知" };
  return entry;
}

function countsOf(village: string, entries: readonly CoverageEntry[]): VillageCoverage {
  const count = (lack: Lack): number => entries.filter((one) => one.lack === lack).length;
  return {
    village,
    households: entries.length,
    covered: entries.filter(({ number }) => number !== undefined).length,
    lacks: Object.fromEntries(LACKS.map((lack) => [lack, count(lack)])) as Record<Lack, number>,
  };
}
