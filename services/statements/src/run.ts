import { availableParallelism } from "node:os";
import type { Refusal, Result } from "@huimin/outcome";
import { createPrinterPool } from "@huimin/statements";
import { type WrittenFiles, writeStatements } from "./files.ts";
import { type IssueRequest, issueStatements, type SendIssue } from "./issue.ts";
import type { IssueReport, OnProgress, StatementsOptions } from "./types.ts";

export interface RunRequest extends IssueRequest {
  /** Folder of the PDFs, the index and the coverage report. */
  readonly out: string;
  readonly largePrint?: boolean;
  readonly twoCopies?: boolean;
  /** Default: one less than the cores, at least one. */
  readonly threads?: number;
}

export interface RunResult {
  readonly report: IssueReport;
  readonly written: WrittenFiles;
}

/** `huimin statements issue --year Y --out DIR`: issues what is to be issued, then prints all of it. */
export async function runStatements(
  request: RunRequest,
  options: StatementsOptions,
  send: SendIssue,
  onProgress?: OnProgress,
): Promise<Result<RunResult, Refusal>> {
  const issued = await issueStatements(request, options, send, onProgress);
  if (!issued.ok) return issued;
  const { out, largePrint = false, twoCopies = false } = request;
  const pool = createPrinterPool({
    threads: request.threads ?? Math.max(1, availableParallelism() - 1),
    fallbackFonts: options.fonts().fallback,
  });
  try {
    const written = await writeStatements({ report: issued.value, out, largePrint, twoCopies }, options, pool, onProgress);
    return { ok: true, value: { report: issued.value, written } };
  } finally {
    await pool.close();
  }
}
