import type { BankFileFormat } from "@huimin/bank-file/events";
import { type MessageRow, REPORT_COLUMNS, type RowOutcome, reportCells, writeCsv, writeStatusReport, writeXlsx } from "@huimin/bank-files";
import type { Item } from "./items.ts";
import type { PrintedFault } from "./outcomes.ts";

/* The report goes back to the bank in the form of its own file: its rows with three columns more, or a pain.002. */

export const EXTENSION: Readonly<Record<BankFileFormat, string>> = {
  csv: "csv",
  xlsx: "xlsx",
  "camt.053": "xml",
  "camt.054": "xml",
  "pain.002": "xml",
};
export const CONTENT_TYPE: Readonly<Record<string, string>> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml; charset=utf-8",
};

export interface ReportHead {
  readonly id: string;
  readonly createdAt: string;
  readonly format: BankFileFormat;
  /** MsgId of a message. */
  readonly message?: string | undefined;
  readonly originalName?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly above?: readonly (readonly string[])[] | undefined;
  /** Of the whole file. */
  readonly outcome: "booked" | "partly" | "refused";
  readonly refusal?: PrintedFault | undefined;
}

export interface ReportRow {
  readonly item: Pick<Item, "row" | "cells" | "endToEndId" | "serial">;
  readonly outcome: RowOutcome;
}

async function* tableRows(head: ReportHead, rows: AsyncIterable<ReportRow>): AsyncGenerator<readonly string[]> {
  for (const line of head.above ?? []) yield line;
  const width = head.header?.length ?? 0;
  const { refusal } = head;
  yield [...(head.header ?? ["文件"]), ...REPORT_COLUMNS];
  if (refusal)
    yield [...blank(width || 1), "未入账", `${refusal.zh} ${refusal.en} [${refusal.code}]`, `${refusal.remedyZh} ${refusal.remedyEn}`];
  for await (const { item, outcome } of rows) {
    const cells = item.cells ?? [];
    yield [...cells, ...blank(width - cells.length), ...reportCells(outcome)];
  }
}

const blank = (count: number): string[] => Array.from({ length: Math.max(0, count) }, () => "");

async function* messageRows(rows: AsyncIterable<ReportRow>): AsyncGenerator<MessageRow> {
  for await (const { item, outcome } of rows) {
    const { endToEndId, serial } = item;
    yield { ...outcome, ...(endToEndId === undefined ? {} : { endToEndId }), ...(serial === undefined ? {} : { serial }) };
  }
}

/** The report in the format of the file. */
export function writeReport(head: ReportHead, rows: AsyncIterable<ReportRow>): AsyncIterable<Uint8Array | string> {
  if (head.format === "csv") return writeCsv(tableRows(head, rows));
  if (head.format === "xlsx") return writeXlsx("回执", tableRows(head, rows));
  const { refusal } = head;
  const why = refusal && { code: refusal.code, reason: `${refusal.zh} ${refusal.en}`, remedy: `${refusal.remedyZh} ${refusal.remedyEn}` };
  const { id, createdAt, outcome } = head;
  const original = { originalId: head.message ?? id, originalName: head.originalName ?? head.format };
  return writeStatusReport({ id, createdAt, ...original, outcome, ...(why ? { refusal: why } : {}) }, messageRows(rows));
}
