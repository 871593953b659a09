import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { maskName } from "@huimin/identity";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { errorEntry, fillText } from "@huimin/outcome";
import { type IssuedStatement, issuedFor, outstandingOf } from "@huimin/statement/events";
import { checkCode, type PrinterPool, type PrintJob, type PrintOptions } from "@huimin/statements";
import { stringify } from "csv-stringify/sync";
import { openStatements, readIssued } from "./documents.ts";
import type { IssueReport, OnProgress, StatementsOptions } from "./types.ts";

/** A run of printing: one file per statement and supplement, `index.csv` and `coverage.csv`. */
export interface WriteRequest extends PrintOptions {
  readonly report: IssueReport;
  readonly out: string;
}

export interface WrittenFiles {
  readonly files: number;
  readonly bytes: number;
  /** Statements that took more than one sheet a copy. */
  readonly onMoreSheets: readonly string[];
  /** Statements whose personal data were shredded: not printed. */
  readonly erased: readonly string[];
  /** Statements that could not be set, and why: held back, the others are printed. */
  readonly failed: readonly { readonly household: string; readonly number: string; readonly why: string }[];
}

/** Statements opened at a time: their personal data are in memory only so long. */
const CHUNK = 100;

/** 410803010207-0031-2018.pdf, -b1 for a supplement; anything that a file name can't hold is written as its code. */
export const fileNameOf = ({ household, year, supplement }: Pick<IssuedStatement, "household" | "year" | "supplement">): string =>
  `${household.replace(/[^A-Za-z0-9_-]/gu, (character) => `~${(character.codePointAt(0) as number).toString(16)}`)}-${year}${supplement === 0 ? "" : `-b${supplement}`}.pdf`;

/**
 * Prints every statement of the report's households and year into `out`: PDFs, an index (names masked) and the coverage
 * report. The same log gives the same bytes. Memory is flat: statements pass through in chunks.
 */
export async function writeStatements(
  request: WriteRequest,
  options: StatementsOptions,
  printer: Pick<PrinterPool, "print">,
  onProgress: OnProgress = () => undefined,
): Promise<WrittenFiles> {
  const { report, out } = request;
  await mkdir(out, { recursive: true });
  const households = report.lines.filter(({ coverage }) => coverage !== "nil").map(({ household }) => household);
  const index: string[][] = [];
  const onMoreSheets: string[] = [];
  const erased: string[] = [];
  const failed: { household: string; number: string; why: string }[] = [];
  let bytes = 0;
  for (let first = 0; first < households.length; first += CHUNK) {
    const states = await readIssued(households.slice(first, first + CHUNK), options);
    const issued = [...states.values()].flatMap((state) => issuedFor(state, report.year));
    const jobs = await openStatements(issued, options, request);
    await Promise.all(
      issued.map(async (one, position) => {
        const job = jobs[position];
        if (!job) return void erased.push(one.number);
        const pdf = await printer.print(job).catch((fault: unknown) => {
          failed.push({ household: one.household, number: one.number, why: fault instanceof Error ? fault.message : String(fault) });
        });
        if (!pdf) return;
        const file = fileNameOf(one);
        await writeFile(join(out, file), pdf.bytes);
        bytes += pdf.bytes.length;
        if (pdf.pages > (request.twoCopies ? 2 : 1)) onMoreSheets.push(one.number);
        index.push(indexRow(one, job, file, pdf));
      }),
    );
    onProgress({ phase: "print", done: Math.min(first + CHUNK, households.length), total: households.length });
  }
  index.sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
  await writeFile(join(out, "index.csv"), stringify([INDEX_COLUMNS, ...index], { bom: true, record_delimiter: "windows" }));
  await writeFile(join(out, "coverage.csv"), stringify(coverageRows(report, failed), { bom: true, record_delimiter: "windows" }));
  return { files: index.length, bytes, onMoreSheets: onMoreSheets.sort(), erased: erased.sort(), failed };
}

const INDEX_COLUMNS = [
  "编号",
  "户编号",
  "户主",
  "村",
  "应发分红",
  "待付分红",
  "年末贷款本金",
  "财政贴息",
  "页数",
  "校验码",
  "内容哈希",
  "文件",
  "文件SHA-256",
];

function indexRow(
  issued: IssuedStatement,
  { content }: PrintJob,
  file: string,
  pdf: { readonly bytes: Buffer; readonly pages: number },
): string[] {
  const sum = (values: readonly string[]): string => formatAmount(sumFen(values.map(fen)));
  return [
    issued.number,
    issued.household,
    maskName(content.basics.head),
    content.basics.village,
    sum(issued.figures.dividends.map(({ entitled }) => entitled)),
    formatAmount(sumFen(issued.figures.dividends.map(outstandingOf))),
    sum(issued.figures.loans.map(({ end }) => end)),
    sum(issued.figures.interest.map(({ subsidy }) => subsidy)),
    String(pdf.pages),
    checkCode(issued.contentHash),
    issued.contentHash,
    file,
    createHash("sha256").update(pdf.bytes).digest("hex"),
  ];
}

const COVERAGE_WORDS = {
  issued: "已出具",
  supplement: "已出具补充告知书",
  unchanged: "以前已出具，无变化",
  nil: "本年无数据，未出具",
  refused: "未能出具",
} as const;

function coverageRows({ lines }: IssueReport, failed: WrittenFiles["failed"]): string[][] {
  const unprinted = new Map(failed.map(({ household, why }) => [household, why]));
  return [
    ["户编号", "村", "情况", "编号", "原因代码", "原因", "处理办法"],
    ...lines.map(({ household, village, coverage, number, refusal, ended }) => {
      const why = unprinted.get(household);
      if (why !== undefined) return [household, village, `${COVERAGE_WORDS[coverage]}，打印失败`, number ?? "", "", why, "请重新打印该户"];
      const entry = refusal && errorEntry(refusal.code);
      const reason = entry
        ? [entry.code, fillText(entry.zh, refusal.details), fillText(entry.remedyZh, refusal.details)]
        : ["", ended ?? "", ""];
      return [household, village, COVERAGE_WORDS[coverage], number ?? "", ...reason];
    }),
  ];
}
