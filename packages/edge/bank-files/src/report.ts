import { PAIN_002 } from "./pain002.ts";
import { cut, group, tag } from "./xml-write.ts";

/* What became of each row of a file, given back in the file's own form. */

/** booked: recorded by this file. repeated: recorded before. held: waits for a person. refused: not recorded. */
export type RowStatus = "booked" | "repeated" | "held" | "refused" | "noted";

export const STATUS_ZH: Readonly<Record<RowStatus, string>> = {
  booked: "已入账",
  repeated: "此前已入账",
  held: "疑似重复，待人工确认",
  refused: "未入账",
  noted: "无需入账",
};

export interface RowOutcome {
  readonly row: number;
  readonly status: RowStatus;
  readonly code?: string;
  /** What is wrong, in Chinese and English. */
  readonly reason?: string;
  /** What to do. */
  readonly remedy?: string;
}

/** Columns that a report adds to a table. */
export const REPORT_COLUMNS = ["状态", "原因", "处理"] as const;

/** Cells of {@link REPORT_COLUMNS}. */
export const reportCells = ({ status, code, reason, remedy }: RowOutcome): [string, string, string] => [
  STATUS_ZH[status],
  code === undefined ? "" : `${reason ?? ""} [${code}]`.trim(),
  remedy ?? "",
];

/** Status codes of pain.002 for the outcomes of rows. */
const CODES: Readonly<Record<RowStatus, string>> = { booked: "ACSC", repeated: "ACSC", held: "PDNG", refused: "RJCT", noted: "ACSC" };

export interface MessageReport {
  readonly id: string;
  readonly createdAt: string;
  /** MsgId and name of the message that is reported on. */
  readonly originalId: string;
  readonly originalName: string;
  readonly outcome: "booked" | "partly" | "refused";
  /** Of the message as a whole. */
  readonly refusal?: Pick<RowOutcome, "code" | "reason" | "remedy">;
}

export interface MessageRow extends RowOutcome {
  readonly endToEndId?: string;
  readonly serial?: string;
}

const GROUP = { booked: "ACSC", partly: "PART", refused: "RJCT" } as const;

const because = ({ code, reason, remedy }: Pick<RowOutcome, "code" | "reason" | "remedy">): string =>
  code === undefined
    ? ""
    : group(
        "StsRsnInf",
        group("Rsn", tag("Prtry", cut(code, 35))),
        ...[reason, remedy].filter((text) => text).map((text) => tag("AddtlInf", cut(text as string, 105))),
      );

/** A report on an XML message in the form of pain.002.001.10: `StsId` is the entry's number in the message. */
export async function* writeStatusReport(
  report: MessageReport,
  rows: AsyncIterable<MessageRow> | Iterable<MessageRow>,
): AsyncGenerator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${PAIN_002}"><CstmrPmtStsRpt>`;
  yield group("GrpHdr", tag("MsgId", cut(report.id, 35)), tag("CreDtTm", report.createdAt));
  const status = [tag("GrpSts", GROUP[report.outcome]), report.refusal ? because(report.refusal) : ""];
  yield group(
    "OrgnlGrpInfAndSts",
    tag("OrgnlMsgId", cut(report.originalId, 35)),
    tag("OrgnlMsgNmId", cut(report.originalName, 35)),
    ...status,
  );
  let any = false;
  for await (const row of rows) {
    if (!any) yield `\n<OrgnlPmtInfAndSts>${tag("OrgnlPmtInfId", cut(report.originalId, 35))}`;
    any = true;
    yield `\n${group("TxInfAndSts", tag("StsId", row.row), tag("OrgnlEndToEndId", row.endToEndId), tag("TxSts", CODES[row.status]), because(row), tag("AcctSvcrRef", row.serial))}`;
  }
  yield `${any ? "\n</OrgnlPmtInfAndSts>" : ""}</CstmrPmtStsRpt></Document>\n`;
}
