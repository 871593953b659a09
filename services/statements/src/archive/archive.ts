import { rm } from "node:fs/promises";
import path from "node:path";
import { maskName } from "@huimin/identity";
import { type IssuedStatement, issuedFor } from "@huimin/statement/events";
import { type Binder, checkCode, type PrinterPool, type PrintOptions, VOLUME_STATEMENTS_MAX, type VolumeEntry } from "@huimin/statements";
import { openStatements, readIssued } from "../documents.ts";
import { fileNameOf } from "../files.ts";
import type { StatementsOptions } from "../types.ts";
import { type ArchivedVillage, type ArchiveQuestion, archiveContents } from "./contents.ts";
import { readJson, removeParts, sha256, sha256OfFile, writeWhole } from "./files.ts";
import { writeIndex } from "./index-files.ts";
import type { ArchivedPart, ArchivedStatement } from "./parts.ts";

export type { ArchivedPart, ArchivedStatement, ArchivedVolume } from "./parts.ts";

/*
 * 档案: the statements of a year, village by village: single files and a bound volume in parts, an index with the hash of every
 * file. Works a part at a time (at most VOLUME_STATEMENTS_MAX statements), so memory does not grow with the district; a part that
 * is whole is passed over, so an archive that broke off goes on, and made again it has the same bytes.
 */

export interface ArchiveRequest extends ArchiveQuestion, PrintOptions {
  readonly out: string;
  /** Asked before every part: a run that was cancelled ends there. */
  readonly goOn?: () => Promise<boolean>;
}

export interface ArchiveResult {
  readonly villages: number;
  readonly statements: number;
  readonly files: number;
  readonly bytes: number;
  readonly lacking: readonly ArchivedStatement[];
  /** SHA-256 of SHA256SUMS, which names every other file; undefined when it was stopped. */
  readonly indexHash?: string;
  readonly lastPosition: number;
}

export interface ArchivePress {
  readonly printer: Pick<PrinterPool, "print">;
  readonly binder: Pick<Binder, "bind">;
}

/** Statements opened at a time: their personal data are in memory only so long. */
const CHUNK = 100;
/** Statements without a file that are named in the result; all of them are in the index. */
const LACKING_NAMED_MAX = 1_000;

const safe = (name: string): string => name.replace(/[^A-Za-z0-9_-]/gu, "_");
const partsOf = ({ households }: ArchivedVillage): number => Math.ceil(households.length / VOLUME_STATEMENTS_MAX);
export const volumeName = (code: string, year: number, part: number, parts: number): string =>
  `${safe(code)}-${year}-${parts === 1 ? "volume" : `volume-${String(part).padStart(2, "0")}-of-${String(parts).padStart(2, "0")}`}.pdf`;
/** Records of parts stand beside the archive until it is whole: they are no part of it. */
export const workFolder = (out: string): string => `${out}.work`;
const recordOf = (out: string, code: string, part: number): string => path.join(workFolder(out), `${safe(code)}-${part}.json`);

/** Writes the archive of a year into a folder. `onProgress` counts statements. */
export async function writeArchive(
  request: ArchiveRequest,
  options: StatementsOptions,
  press: ArchivePress,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ArchiveResult> {
  const contents = await archiveContents(request, options);
  let done = 0;
  const total = contents.villages.reduce((sum, { households }) => sum + households.length, 0);
  const ended = { villages: contents.villages.length, lastPosition: contents.lastPosition };
  for (const village of contents.villages) {
    for (let part = 1; part <= partsOf(village); part++) {
      if (request.goOn && !(await request.goOn())) return { ...ended, statements: done, files: 0, bytes: 0, lacking: [] };
      const households = village.households.slice((part - 1) * VOLUME_STATEMENTS_MAX, part * VOLUME_STATEMENTS_MAX);
      if (!(await isWhole(request, village.code, part)))
        await writePart({ ...request, village, part, households }, options, press, (now) => onProgress(done + now, total));
      done += households.length;
      onProgress(done, total);
    }
  }
  const sums = { files: 0, bytes: 0, lacking: [] as ArchivedStatement[] };
  const records = async function* (): AsyncGenerator<ArchivedPart> {
    for (const village of contents.villages)
      for (let part = 1; part <= partsOf(village); part++) {
        const record = await readJson<ArchivedPart>(recordOf(request.out, village.code, part));
        if (!record) throw new Error(`the record of ${village.code} part ${part} is gone: another process has finished the archive`);
        yield record;
      }
  };
  for await (const { statements, volume } of records()) {
    for (const { file, bytes = 0 } of statements) if (file !== undefined) [sums.files, sums.bytes] = [sums.files + 1, sums.bytes + bytes];
    if (volume) [sums.files, sums.bytes] = [sums.files + 1, sums.bytes + volume.bytes];
    for (const one of statements) if (one.lack && sums.lacking.length < LACKING_NAMED_MAX) sums.lacking.push(one);
  }
  const { year, position, out } = request;
  const { district } = options;
  const indexHash = await writeIndex(
    out,
    { district, year, position, ...ended, statements: contents.statements, files: sums.files },
    records,
  );
  for (const { code } of contents.villages)
    for (const folder of [safe(code), path.join(safe(code), "single")]) await removeParts(path.join(out, folder));
  await removeParts(out);
  await rm(workFolder(out), { recursive: true, force: true });
  return { ...ended, statements: contents.statements, ...sums, indexHash };
}

/** A part is whole when its record is there and its volume is what the record says; single files are written before both. */
async function isWhole({ out }: ArchiveRequest, code: string, part: number): Promise<boolean> {
  const record = await readJson<ArchivedPart>(recordOf(out, code, part));
  if (!record) return false;
  if (record.volume === undefined) return true;
  return (await sha256OfFile(path.join(out, record.volume.file))) === record.volume.sha256;
}

interface PartRequest extends ArchiveRequest {
  readonly village: ArchivedVillage;
  readonly part: number;
  readonly households: readonly string[];
}

async function writePart(request: PartRequest, options: StatementsOptions, press: ArchivePress, onProgress: (done: number) => void) {
  const { village, part, households, out, year } = request;
  const archived: ArchivedStatement[] = [];
  const entries: VolumeEntry[] = [];
  for (let first = 0; first < households.length; first += CHUNK) {
    const states = await readIssued(households.slice(first, first + CHUNK), options);
    const issued = [...states.values()].flatMap((state) =>
      issuedFor(state, year).filter(({ cutoff }) => cutoff.position <= request.position),
    );
    for (const made of await printSome(issued, request, options, press)) {
      archived.push(made.archived);
      if (made.entry) entries.push(made.entry);
    }
    onProgress(Math.min(first + CHUNK, households.length));
  }
  const parts = partsOf(village);
  const record: ArchivedPart = { village: village.code, statements: archived };
  if (entries.length === 0) return writeWhole(recordOf(out, village.code, part), JSON.stringify(record));
  const pdf = await press.binder.bind({ year, village: village.name, street: village.street, part, parts, entries });
  const file = path.join(safe(village.code), volumeName(village.code, year, part, parts));
  await writeWhole(path.join(out, file), pdf.bytes);
  const volume = { file, sha256: sha256(pdf.bytes), bytes: pdf.bytes.length, pages: pdf.pages, part, parts };
  await writeWhole(recordOf(out, village.code, part), JSON.stringify({ ...record, volume }));
}

interface Made {
  readonly archived: ArchivedStatement;
  readonly entry?: VolumeEntry;
}

/** Single files of some statements, in their order. One that can't be set holds nobody up. */
async function printSome(
  issued: readonly IssuedStatement[],
  { village, out, largePrint = false, twoCopies = false }: PartRequest,
  options: StatementsOptions,
  { printer }: ArchivePress,
): Promise<Made[]> {
  const jobs = await openStatements(issued, options, { largePrint, twoCopies });
  return Promise.all(
    issued.map(async (one, index): Promise<Made> => {
      const { household, number, supplement, contentHash, position } = one;
      const known = { household, number, supplement, contentHash, check: checkCode(contentHash), position };
      const job = jobs[index];
      if (!job) return { archived: { ...known, head: "", lack: "erased" } };
      const head = maskName(job.content.basics.head);
      try {
        const pdf = await printer.print(job);
        const file = path.join(safe(village.code), "single", fileNameOf(one));
        await writeWhole(path.join(out, file), pdf.bytes);
        const printed = { file, sha256: sha256(pdf.bytes), bytes: pdf.bytes.length, pages: pdf.pages };
        return { archived: { ...known, head, ...printed }, entry: { job, density: pdf.density } };
      } catch (fault) {
        return { archived: { ...known, head, lack: "failed", why: fault instanceof Error ? fault.message : String(fault) } };
      }
    }),
  );
}
