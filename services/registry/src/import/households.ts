import { createHash } from "node:crypto";
import type { IsoDate } from "@huimin/calendar";
import type { CommandDefinition } from "@huimin/decider";
import { errorEntry, fillText, type Refusal, type Result } from "@huimin/outcome";
import { BATCH_HOUSEHOLDS_MAX, RegisterHouseholds, registrationBatches, registryErrors } from "@huimin/registry";
import type { RegistryView } from "@huimin/registry-view";
import type { Vault } from "@huimin/vault";
import { type HouseholdCommand, sealHouseholds } from "../sealing.ts";
import { COLUMNS } from "./columns.ts";
import { type FileContents, type FileHousehold, type RowFault, readRows } from "./rows.ts";
import { readTable } from "./table.ts";

export interface ImportDependencies {
  readonly district: string;
  readonly vault: Vault;
  readonly view: Pick<RegistryView, "villages" | "banks" | "memberships" | "taken">;
  /** Records a command; a refusal is a value. `key` is its idempotency key below the import's own. */
  readonly record: (definition: CommandDefinition, body: unknown, key: string) => Promise<Result<{ readonly position: number }, Refusal>>;
}

export interface ImportOptions {
  readonly today: IsoDate;
  /** Value date of rows without 登记日期. */
  readonly valueDate: IsoDate;
  /** Take the households without a fault and leave the others. */
  readonly goodRows: boolean;
  /** Check only. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: {
    readonly phase: "reading" | "checking" | "sealing" | "booking";
    readonly done: number;
    readonly of: number;
  }) => void;
}

/** A fault as people read it. */
export interface PrintedFault {
  readonly row?: number;
  readonly column?: string;
  readonly household?: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
}

export interface ImportReport {
  /** booked: registered (all, or the good ones); refused: nothing was; checked: a dry run. */
  readonly outcome: "booked" | "refused" | "checked";
  readonly sha256: string;
  readonly rows: number;
  readonly found: { readonly households: number; readonly people: number };
  readonly registered: { readonly households: number; readonly people: number };
  readonly faults: readonly PrintedFault[];
  readonly faultsTotal: number;
  readonly ignoredColumns: readonly string[];
  /** Position in the log after the last registration. */
  readonly position?: number;
}

/** Faults of one report: a person corrects a file in rounds, nobody reads more. */
export const FAULTS_MAX = 1_000;
/** Households that lose a race with another registration, one a round, before the import gives up. */
const ROUNDS_MAX = 50;

/**
 * Imports a household file: one row per person, Chinese headers. Every fault is found first, with its row, column, code
 * and remedy; nothing is registered unless the whole file is accepted or `goodRows` was chosen. A file of up to 1,200
 * households is one append, all or nothing; a larger one is checked whole and then appended in parts.
 */
export async function importHouseholds(bytes: Uint8Array, options: ImportOptions, dependencies: ImportDependencies): Promise<ImportReport> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  options.onProgress?.({ phase: "reading", done: 0, of: bytes.length });
  const read = await readFile(bytes, options, dependencies);
  if (!read.ok) return fileRefused(sha256, read.refusal);
  options.onProgress?.({ phase: "checking", done: 0, of: read.value.households.length });
  const checked = await againstRegister(read.value, dependencies);
  const base = { sha256, rows: checked.rows, found: foundIn(checked), ignoredColumns: checked.ignoredColumns };
  const refused = checked.faults.length > 0 && !options.goodRows;
  if (options.dryRun || refused || checked.households.length === 0) {
    const outcome = options.dryRun && !refused ? "checked" : "refused";
    return { ...base, outcome, registered: { households: 0, people: 0 }, ...printed(checked.faults) };
  }
  const booked = await book(checked, sha256, options, dependencies);
  const faults = [...checked.faults, ...booked.faults].sort((a, b) => a.row - b.row);
  return {
    ...base,
    outcome: booked.households > 0 ? "booked" : "refused",
    registered: { households: booked.households, people: booked.people },
    ...printed(faults),
    ...(booked.position === undefined ? {} : { position: booked.position }),
  };
}

async function readFile(
  bytes: Uint8Array,
  options: ImportOptions,
  { district, view }: ImportDependencies,
): Promise<Result<FileContents, readonly Refusal[]>> {
  const table = await readTable(bytes);
  if (!table.ok) return { ok: false, refusal: [table.refusal] };
  const [villages, banks] = await Promise.all([view.villages(district), view.banks(district)]);
  return readRows(table.value, {
    today: options.today,
    valueDate: options.valueDate,
    villages: new Set(villages.flatMap(({ village }) => village ?? [])),
    banks: new Map(banks.flatMap(({ bank, name }) => (bank === undefined ? [] : [[name, bank] as const, [bank, bank] as const]))),
  });
}

const foundIn = ({ households, faults, rows }: FileContents) => ({
  households: new Set([...households.map(({ plain }) => plain.household), ...faults.flatMap(({ household }) => household ?? [])]).size,
  people: rows,
});

/** Numbers that are taken and people who are members elsewhere: one question each for the whole file. */
async function againstRegister(contents: FileContents, { district, vault, view }: ImportDependencies): Promise<FileContents> {
  const { households } = contents;
  const known = await vault.personIds(
    district,
    households.flatMap(({ plain }) => plain.members.map(({ idNumber }) => idNumber)),
  );
  let next = 0;
  const ids = households.map(({ plain }) => plain.members.map(() => known[next++] as string));
  const [taken, memberships] = await Promise.all([
    view.taken(
      district,
      households.map(({ plain }) => plain.household),
    ),
    view.memberships(district, ids.flat()),
  ]);
  const faults: RowFault[] = [];
  const good = households.filter(({ plain, rows }, index) => {
    const before = faults.length;
    const { household } = plain;
    if (taken.has(household))
      faults.push({
        code: registryErrors.HOUSEHOLD_ALREADY_REGISTERED,
        details: { household },
        row: rows[0] ?? 0,
        column: COLUMNS.household.names[0],
        household,
      });
    for (const [at, personId] of (ids[index] ?? []).entries()) {
      const elsewhere = memberships.get(personId);
      if (elsewhere !== undefined) {
        faults.push({
          code: registryErrors.PERSON_ALREADY_REGISTERED,
          details: { household: elsewhere },
          row: rows[at] ?? 0,
          column: COLUMNS.idNumber.names[0],
          household,
        });
      }
    }
    return faults.length === before;
  });
  return { ...contents, households: good, faults: [...contents.faults, ...faults].sort((a, b) => a.row - b.row) };
}

interface Booked {
  households: number;
  people: number;
  position: number | undefined;
  readonly faults: RowFault[];
}

async function book(contents: FileContents, sha256: string, options: ImportOptions, dependencies: ImportDependencies): Promise<Booked> {
  const { vault, district, record } = dependencies;
  const booked: Booked = { households: 0, people: 0, position: undefined, faults: [] };
  options.onProgress?.({ phase: "sealing", done: 0, of: contents.households.length });
  const commands = await sealHouseholds(
    vault,
    district,
    contents.households.map(({ plain }) => plain),
  );
  const source = new Map(commands.map((command, index) => [command.household, contents.households[index] as FileHousehold]));
  for (const batch of registrationBatches(commands, BATCH_HOUSEHOLDS_MAX)) {
    let rest: HouseholdCommand[] = batch;
    for (let round = 0; rest.length > 0 && round < ROUNDS_MAX; round++) {
      const key = `${sha256}:${createHash("sha256")
        .update(rest.map(({ household }) => household).join("\n"))
        .digest("hex")
        .slice(0, 16)}`;
      const result = await record(RegisterHouseholds, { households: rest }, key);
      if (result.ok) {
        booked.households += rest.length;
        booked.people += rest.reduce((sum, { members }) => sum + members.length, 0);
        booked.position = result.value.position;
        options.onProgress?.({ phase: "booking", done: booked.households, of: commands.length });
        break;
      }
      const at = /^\/households\/(\d+)/.exec(result.refusal.path ?? "");
      const lost = at ? rest[Number(at[1])] : undefined;
      booked.faults.push(faultOf(result.refusal, lost && source.get(lost.household), source));
      if (!options.goodRows || !lost) return booked;
      rest = rest.filter((command) => command !== lost);
    }
  }
  return booked;
}

/** A refusal of the log as a fault of the row where the household stands. */
function faultOf(refusal: Refusal, household: FileHousehold | undefined, all: ReadonlyMap<string, FileHousehold>): RowFault {
  const member = /\/members\/(\d+)/.exec(refusal.path ?? "");
  const row = (member && household?.rows[Number(member[1])]) ?? household?.rows[0] ?? [...all.values()][0]?.rows[0] ?? 0;
  const { code, details } = refusal;
  return { code, ...(details ? { details } : {}), row, ...(household ? { household: household.plain.household } : {}) };
}

function fileRefused(sha256: string, refusals: readonly Refusal[]): ImportReport {
  const none = { households: 0, people: 0 };
  return {
    outcome: "refused",
    sha256,
    rows: 0,
    found: none,
    registered: none,
    faults: refusals.map(print),
    faultsTotal: refusals.length,
    ignoredColumns: [],
  };
}

const printed = (faults: readonly RowFault[]) => ({ faults: faults.slice(0, FAULTS_MAX).map(print), faultsTotal: faults.length });

/** Code, place and remedy in both languages. */
function print(fault: Refusal & { readonly column?: string; readonly household?: string }): PrintedFault {
  const { row, column, household, code, details } = fault;
  const entry = errorEntry(code);
  const text = (value: string | undefined): string => fillText(value ?? code, details);
  return {
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
    ...(household === undefined ? {} : { household }),
    code,
    zh: text(entry?.zh),
    en: text(entry?.en),
    remedyZh: text(entry?.remedyZh),
    remedyEn: text(entry?.remedyEn),
  };
}
