import { type IsoDate, parseDate } from "@huimin/calendar";
import { checkAccount, checkIdNumber, checkName, checkPhone } from "@huimin/identity";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors } from "@huimin/registry";
import type { PlainAccount, PlainHousehold, PlainMember } from "../sealing.ts";
import { accountKindOf, COLUMN_KEYS, COLUMNS, type ColumnKey, columnOf, relationOf } from "./columns.ts";
import { importErrors as errors } from "./errors.ts";
import type { Cell, Line } from "./table.ts";

/** What is wrong with a row, and in which column as the file names it. Details carry no personal data. */
export interface RowFault extends Refusal {
  readonly row: number;
  readonly column?: string;
  readonly household?: string;
}

/** A household of the file with the row of each of its members. */
export interface FileHousehold {
  readonly plain: PlainHousehold;
  readonly rows: readonly number[];
}

export interface FileContents {
  readonly households: readonly FileHousehold[];
  readonly faults: readonly RowFault[];
  /** Data rows that are not blank. */
  readonly rows: number;
  /** Columns of the file that nobody asked for. */
  readonly ignoredColumns: readonly string[];
}

export interface RowRules {
  readonly today: IsoDate;
  /** Value date of rows without a date of their own. */
  readonly valueDate: IsoDate;
  readonly villages: ReadonlySet<string>;
  /** Bank id by id and by name. */
  readonly banks: ReadonlyMap<string, string>;
}

interface Header {
  readonly index: ReadonlyMap<ColumnKey, number>;
  readonly names: ReadonlyMap<ColumnKey, string>;
  readonly ignored: readonly string[];
}

const isBlank = ({ cells }: Line): boolean => cells.every(({ text }) => text === "");

/** Finds the columns. Refuses FILE_WITHOUT_ROWS, FILE_COLUMN_MISSING (all of them are listed), FILE_COLUMN_TWICE. */
function readHeader(line: Line | undefined): Result<Header, readonly Refusal[]> {
  const index = new Map<ColumnKey, number>();
  const names = new Map<ColumnKey, string>();
  const ignored: string[] = [];
  const faults: Refusal[] = [];
  for (const [at, { text }] of (line?.cells ?? []).entries()) {
    const key = columnOf(text);
    if (key === undefined) {
      if (text !== "") ignored.push(text.slice(0, 40));
    } else if (index.has(key)) faults.push({ code: errors.FILE_COLUMN_TWICE, details: { column: text.slice(0, 40) } });
    else {
      index.set(key, at);
      names.set(key, text);
    }
  }
  for (const key of COLUMN_KEYS) {
    if (COLUMNS[key].required && !index.has(key))
      faults.push({ code: errors.FILE_COLUMN_MISSING, details: { column: COLUMNS[key].names[0] } });
  }
  return faults.length > 0 ? { ok: false, refusal: faults } : ok({ index, names, ignored });
}

/** Reads and checks every row; what is wrong is collected, nothing stops at the first fault. Refuses only a file without rows or columns. */
export function readRows(lines: readonly Line[], rules: RowRules): Result<FileContents, readonly Refusal[]> {
  const start = lines.findIndex((line) => !isBlank(line));
  if (start < 0) return { ok: false, refusal: [{ code: errors.FILE_EMPTY }] };
  const header = readHeader(lines[start]);
  if (!header.ok) return header;
  const data = lines.slice(start + 1).filter((line) => !isBlank(line));
  if (data.length === 0) return { ok: false, refusal: [{ code: errors.FILE_WITHOUT_ROWS }] };
  const faults: RowFault[] = [];
  const persons = new Map<string, number>();
  const rows = data.map((line) => readRow(new Row(line, header.value, faults), rules, persons));
  const byHousehold = Map.groupBy(
    rows.filter((row) => row.household !== ""),
    (row) => row.household,
  );
  const broken = new Set(faults.map(({ household }) => household));
  const households: FileHousehold[] = [];
  for (const [household, members] of byHousehold) {
    const gathered = gather(household, members, rules, faults);
    if (gathered && !broken.has(household)) households.push(gathered);
  }
  faults.sort((a, b) => a.row - b.row);
  return ok({ households, faults, rows: data.length, ignoredColumns: header.value.ignored });
}

/** One row with its faults. */
class Row {
  readonly row: number;
  readonly household: string;
  readonly #line: Line;
  readonly #header: Header;
  readonly #faults: RowFault[];

  constructor(line: Line, header: Header, faults: RowFault[]) {
    this.#line = line;
    this.#header = header;
    this.#faults = faults;
    this.row = line.row;
    this.household = this.text("household");
  }

  #cell(key: ColumnKey): Cell | undefined {
    const at = this.#header.index.get(key);
    return at === undefined ? undefined : this.#line.cells[at];
  }

  text(key: ColumnKey): string {
    return this.#cell(key)?.text ?? "";
  }

  fault(key: ColumnKey, refusal: Refusal): undefined {
    const { code, details } = refusal;
    const household = this.household === "" ? {} : { household: this.household };
    this.#faults.push({
      code,
      ...(details ? { details } : {}),
      row: this.row,
      column: this.#header.names.get(key) ?? COLUMNS[key].names[0],
      ...household,
    });
    return undefined;
  }

  /** Text of a cell that must not be empty or a number that lost its digits. */
  needed(key: ColumnKey): string | undefined {
    const text = this.text(key);
    const column = this.#header.names.get(key) ?? key;
    if (text === "") return this.fault(key, { code: errors.CELL_EMPTY, details: { column } });
    if (this.#cell(key)?.numberCut) return this.fault(key, { code: errors.CELL_NUMBER_CUT, details: { column } });
    return text;
  }

  /** A cell checked by a rule of @huimin/identity. */
  checked<T>(key: ColumnKey, check: (text: string) => Result<T, Refusal>): T | undefined {
    const text = this.needed(key);
    if (text === undefined) return undefined;
    const result = check(text);
    return result.ok ? result.value : this.fault(key, result.refusal);
  }

  columnName(key: ColumnKey): string {
    return this.#header.names.get(key) ?? COLUMNS[key].names[0];
  }
}

interface ReadRow {
  readonly row: number;
  readonly household: string;
  readonly village: string;
  readonly group: string;
  readonly member: PlainMember | undefined;
  readonly relation: string | undefined;
  readonly cause: string;
  readonly account: PlainAccount | undefined;
  readonly hasAccount: boolean;
  readonly valueDate: IsoDate | undefined;
  readonly fault: Row["fault"];
}

const GROUP_CHARACTERS_MAX = 20;
const HOUSEHOLD_NUMBER = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

function readRow(row: Row, rules: RowRules, persons: Map<string, number>): ReadRow {
  const household = row.checked("household", (text) =>
    HOUSEHOLD_NUMBER.test(text) ? ok(text) : refuse(registryErrors.REGISTRY_ID_INVALID, { id: text.slice(0, 64) }),
  );
  const village = row.checked("village", (text) =>
    rules.villages.has(text) ? ok(text) : refuse(registryErrors.VILLAGE_UNKNOWN, { village: text.slice(0, 64) }),
  );
  const relation = row.checked("relation", (text) => {
    const known = relationOf(text);
    return known === undefined ? refuse(errors.RELATION_UNKNOWN, { value: text.slice(0, 20) }) : ok(known);
  });
  const name = row.checked("name", checkName);
  const id = row.checked("idNumber", (text) => checkIdNumber(text, { today: rules.today }));
  const other = id && persons.get(id.number);
  if (id && other !== undefined) row.fault("idNumber", { code: errors.ROW_PERSON_TWICE, details: { other } });
  else if (id) persons.set(id.number, row.row);
  const phone = row.text("phone") === "" ? undefined : row.checked("phone", checkPhone);
  const member = name && id && relation ? { name: name.name, idNumber: id.number, relation, ...(phone ? { phone } : {}) } : undefined;
  return {
    row: row.row,
    household: household ?? row.household,
    village: village ?? "",
    group: row.text("group").slice(0, GROUP_CHARACTERS_MAX),
    member,
    relation,
    cause: row.text("cause"),
    account: readAccount(row, rules),
    hasAccount: row.text("account") !== "",
    valueDate: readDate(row, rules),
    fault: row.fault.bind(row),
  };
}

function readAccount(row: Row, { banks }: RowRules): PlainAccount | undefined {
  if (row.text("account") === "") return undefined;
  const bank = row.checked("bank", (text) => {
    const id = banks.get(text);
    return id === undefined ? refuse(errors.BANK_NAME_UNKNOWN, { bank: text.slice(0, 40) }) : ok(id);
  });
  const kind = accountKindOf(row.text("accountKind"), row.text("account"));
  const number = row.checked("account", (text) => checkAccount(text, kind));
  return bank && number ? { bank, kind, number: number.number } : undefined;
}

/** 2015-12-31, 2015/12/31, 2015.12.31, 20151231, 2015年12月31日 */
const DATE_FORMS = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$|^(\d{4})(\d{2})(\d{2})$/;

function readDate(row: Row, rules: RowRules): IsoDate | undefined {
  const text = row.text("registeredOn");
  if (text === "") return rules.valueDate;
  const match = DATE_FORMS.exec(text);
  const [year, month, day] = match ? [match[1] ?? match[4], match[2] ?? match[5], match[3] ?? match[6]] : [];
  const date = year && month && day ? parseDate(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`) : undefined;
  if (date === undefined)
    return row.fault("registeredOn", {
      code: errors.CELL_DATE_INVALID,
      details: { column: row.columnName("registeredOn"), value: text.slice(0, 20) },
    });
  if (date > rules.today)
    return row.fault("registeredOn", { code: registryErrors.REGISTRY_DATE_IN_FUTURE, details: { date, today: rules.today } });
  return date;
}

/** The rows of a household as one registration, or undefined when something is wrong with it. */
function gather(household: string, rows: readonly ReadRow[], rules: RowRules, faults: RowFault[]): FileHousehold | undefined {
  const before = faults.length;
  const [first] = rows as readonly [ReadRow, ...ReadRow[]];
  const heads = rows.filter(({ relation }) => relation === "head");
  const unread = rows.some(({ relation }) => relation === undefined);
  if (heads.length === 0 && !unread) first.fault("relation", { code: errors.ROW_WITHOUT_HEAD, details: { household } });
  for (const second of heads.slice(1))
    second.fault("relation", { code: errors.ROW_SECOND_HEAD, details: { household, other: heads[0]?.row ?? 0 } });
  const village = rows.find((row) => row.village !== "");
  for (const row of rows) {
    if (village && row.village !== "" && row.village !== village.village)
      row.fault("village", { code: errors.ROW_VILLAGE_DIFFERS, details: { household, other: village.row } });
    if (row.hasAccount && row.relation !== undefined && row.relation !== "head")
      row.fault("account", { code: errors.ROW_ACCOUNT_NOT_HEAD });
  }
  const [head] = heads;
  const members = rows.flatMap(({ member }) => (member ? [member] : []));
  if (faults.length > before || !head || !village || members.length !== rows.length) return undefined;
  const cause = head.cause || first.cause;
  const group = head.group || first.group;
  const plain: PlainHousehold = {
    household,
    village: village.village,
    members,
    ...(cause === "" ? {} : { cause }),
    ...(group === "" ? {} : { group }),
    ...(head.account ? { account: head.account } : {}),
    valueDate: head.valueDate ?? rules.valueDate,
  };
  return { plain, rows: rows.map(({ row }) => row) };
}
