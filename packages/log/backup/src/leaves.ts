import type { StoredLeaf } from "@huimin/checkpoints";
import type { OpenBackup } from "./read.ts";

/*
 * The log in a backup, read from the file alone: rows of log.event as COPY writes them (tab between columns, a line a row,
 * backslash before what would be mistaken), so that a copy is verified before there is a database for it.
 */

const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** A value of the text form of COPY; undefined for NULL. */
export function copiedValue(text: string): string | undefined {
  if (text === "\\N") return undefined;
  return text.includes("\\") ? text.replace(/\\(.)/gs, (_, character: string) => ESCAPED[character] ?? character) : text;
}

/** Lines of a part: U+000A alone ends one. */
function* linesOf(rows: Buffer): Generator<string> {
  for (let from = 0; from < rows.length; ) {
    const end = rows.indexOf(0x0a, from);
    const to = end < 0 ? rows.length : end;
    yield rows.toString("utf8", from, to);
    from = to + 1;
  }
}

/** Rows of a table of a backup, by the names of its columns. Memory: one part. */
export async function* backedUpRows(backup: OpenBackup, table: string): AsyncGenerator<Readonly<Record<string, string | undefined>>> {
  const { tables, parts } = backup.manifest;
  const columns = tables.find(({ name }) => name === table)?.columns ?? [];
  for (const part of parts.filter((one) => one.table === table)) {
    for (const line of linesOf(await backup.rows(part))) {
      const values = line.split("\t");
      yield Object.fromEntries(columns.map((name, i) => [name, copiedValue(values[i] ?? "\\N")]));
    }
  }
}

/** Every event of a district as the backup has it, in the order of positions. */
export async function* backedUpLeaves(backup: OpenBackup, district: string): AsyncGenerator<StoredLeaf> {
  for await (const { district: of, position, stream, version, type, canonical = "", leaf_hash } of backedUpRows(backup, "log.event")) {
    if (of !== district) continue;
    yield {
      ...{ position: Number(position), canonical, stream, version: Number(version), type },
      leafHash: Buffer.from((leaf_hash ?? "").replace(/^\\x/, ""), "hex"),
    };
  }
}
