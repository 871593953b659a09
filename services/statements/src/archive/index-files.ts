import path from "node:path";
import { stringify } from "csv-stringify/sync";
import { sha256OfFile, writePieces } from "./files.ts";
import type { ArchivedPart } from "./parts.ts";

/** What the index says of the whole archive. */
export interface ArchiveHeader {
  readonly district: string;
  readonly year: number;
  /** Cut-off: nothing recorded after this position of the log is in it. */
  readonly position: number;
  readonly villages: number;
  readonly statements: number;
  /** PDFs. */
  readonly files: number;
  /** Position of the last statement's event. */
  readonly lastPosition: number;
}

export const INDEX_JSON = "index.json";
export const INDEX_CSV = "index.csv";
export const SUMS = "SHA256SUMS";

const COLUMNS = [
  "村代码",
  "类别",
  "户编号",
  "户主",
  "编号",
  "页数",
  "字节",
  "校验码",
  "内容哈希",
  "日志位置",
  "文件",
  "文件SHA-256",
  "说明",
];
const LACKS = { erased: "个人信息已销毁，不再打印", failed: "打印失败" } as const;

/**
 * `index.csv` and `index.json`, one line a file, and `SHA256SUMS` over them and every PDF, as `sha256sum -c` reads it. Answers the
 * SHA-256 of SHA256SUMS. The parts are read anew for each file: none of them is held in memory.
 */
export async function writeIndex(out: string, header: ArchiveHeader, parts: () => AsyncIterable<ArchivedPart>): Promise<string> {
  await writePieces(path.join(out, INDEX_JSON), jsonOf(header, parts()));
  await writePieces(path.join(out, INDEX_CSV), csvOf(parts()));
  return writePieces(path.join(out, SUMS), sumsOf(out, parts()));
}

async function* jsonOf(header: ArchiveHeader, parts: AsyncIterable<ArchivedPart>): AsyncGenerator<string> {
  yield `{"archive":${JSON.stringify(header)},\n"parts":[`;
  let first = true;
  for await (const { village, volume, statements } of parts) {
    yield `${first ? "\n" : ",\n"}{"village":${JSON.stringify(village)},"volume":${JSON.stringify(volume ?? null)},"statements":[`;
    first = false;
    for (const [index, statement] of statements.entries()) yield `${index === 0 ? "\n" : ",\n"}${JSON.stringify(statement)}`;
    yield "\n]}";
  }
  yield "\n]}\n";
}

const csv = (rows: readonly (readonly string[])[]): string => stringify(rows as string[][], { record_delimiter: "windows" });

async function* csvOf(parts: AsyncIterable<ArchivedPart>): AsyncGenerator<string> {
  yield `\uFEFF${csv([COLUMNS])}`;
  for await (const { village, volume, statements } of parts) {
    if (volume) {
      const { file, sha256, bytes, pages, part, parts: of } = volume;
      yield csv([[village, "合订本", "", "", "", String(pages), String(bytes), "", "", "", file, sha256, `第${part}册共${of}册`]]);
    }
    yield csv(
      statements.map((one) => [
        ...[village, one.supplement === 0 ? "告知书" : `补充${one.supplement}`, one.household, one.head, one.number],
        ...[String(one.pages ?? ""), String(one.bytes ?? ""), one.check, one.contentHash, String(one.position)],
        ...[one.file ?? "", one.sha256 ?? "", one.lack ? LACKS[one.lack] : ""],
      ]),
    );
  }
}

async function* sumsOf(out: string, parts: AsyncIterable<ArchivedPart>): AsyncGenerator<string> {
  for (const name of [INDEX_CSV, INDEX_JSON]) yield `${await sha256OfFile(path.join(out, name))}  ${name}\n`;
  for await (const { volume, statements } of parts) {
    if (volume) yield `${volume.sha256}  ${volume.file}\n`;
    for (const { file, sha256 } of statements) if (file !== undefined) yield `${sha256}  ${file}\n`;
  }
}
