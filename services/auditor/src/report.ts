import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { NoteError, type NoteSigner, type NoteVerifier, openNote, signNote, verifierKey } from "@huimin/proof-log";
import { pageOf } from "./report-page.ts";
import { type Language, markdownOf } from "./report-text.ts";
import type { ReportContent } from "./types.ts";

/*
 * 审计报告: what was checked, up to where, and what was found, in Chinese and English, as Markdown and as a page to print.
 * A signed note of the auditor names the hash of each file and the log's root.
 */

const LANGUAGES: readonly Language[] = ["zh", "en"];
const NOTE = "report.note";

export interface WrittenReport {
  readonly files: readonly string[];
  readonly note: string;
}

/** Writes the report into a folder. */
export async function writeReport(folder: string, content: ReportContent, signer: NoteSigner): Promise<WrittenReport> {
  await mkdir(folder, { recursive: true });
  const files = new Map<string, string>();
  for (const language of LANGUAGES) {
    files.set(`report.${language}.md`, markdownOf(content, language));
    files.set(`report.${language}.html`, pageOf(content, language));
  }
  files.set("findings.json", `${JSON.stringify(content.state.findings, null, 2)}\n`);
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
  const { state, madeAt } = content;
  const lines = [
    `${signer.verifier.name}/report`,
    madeAt,
    `events ${state.position}`,
    `root ${state.root}`,
    ...[...files].map(([name, text]) => `sha256 ${sha256(text)} ${name}`),
  ];
  const note = signNote(`${lines.join("\n")}\n`, [signer]);
  await writeFile(path.join(folder, NOTE), note);
  await writeFile(path.join(folder, "auditor.vkey"), `${verifierKey(signer.verifier)}\n`);
  return { files: [...files.keys(), NOTE, "auditor.vkey"].map((name) => path.join(folder, name)), note };
}

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

export interface VerifiedReport {
  readonly madeAt: string;
  readonly events: number;
  readonly root: string;
  /** Names of the files whose content is not the signed one. */
  readonly altered: readonly string[];
}

/** Checks a report against the auditor's key, without a database. Throws {@link NoteError}. */
export async function verifyReport(folder: string, keys: readonly NoteVerifier[]): Promise<VerifiedReport> {
  const note = await readFile(path.join(folder, NOTE), "utf8").catch(() => {
    throw new NoteError(`${folder} has no ${NOTE}`);
  });
  const { text, by } = openNote(note, keys);
  const [first, madeAt, events, root, ...files] = text.trimEnd().split("\n");
  if (!by.some(({ verifier }) => first === `${verifier.name}/report`) || madeAt === undefined)
    throw new NoteError("the note is of no report");
  const altered: string[] = [];
  for (const line of files) {
    const [, hash, name] = /^sha256 ([0-9a-f]{64}) ([\w.-]+)$/.exec(line) ?? [];
    if (hash === undefined || name === undefined) throw new NoteError(`"${line}" names no file`);
    const content = await readFile(path.join(folder, name)).catch(() => undefined);
    if (content === undefined || sha256(content) !== hash) altered.push(name);
  }
  return { madeAt, events: Number(events?.replace(/^events /, "")), root: root?.replace(/^root /, "") ?? "", altered };
}
