import { addDays, type IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { accountDesk, type OpenItem } from "@huimin/reconciliation/events";
import type { DeskExplanation } from "./difference.ts";
import { type Item, NEARBY_DAYS } from "./items.ts";
import { RECONCILIATION_SCHEMA as S } from "./projection.ts";

/* What the desk of a fund account has before it: everything that no closed day has settled. */

/** A pool, or a client inside a bank's transaction. */
export interface Queryable {
  query<R extends object>(text: string, values: unknown[]): Promise<{ rows: R[] }>;
}

export interface DeskBinding {
  readonly number: string;
  readonly from: IsoDate;
  readonly to?: IsoDate;
  readonly opening: Fen;
  /** Balance of the books before its first day. */
  readonly before: Fen;
  readonly position: number;
}

export interface DeskStatement {
  readonly day: IsoDate;
  readonly sha256: string;
  readonly position: number;
  readonly from: IsoDate;
  readonly opening: Fen;
  readonly closing: Fen;
  readonly lines: number;
}

export interface DeskClosing {
  readonly day: IsoDate;
  readonly sha256: string;
  readonly perBank: Fen;
  readonly perBooks: Fen;
  readonly knownAt: number;
  readonly position: number;
  readonly matched: number;
  readonly open: readonly OpenItem[];
  readonly openHash: string;
  readonly recordedAt: string;
  readonly actor: string;
}

/** An item with what people want to read of it. */
export interface DeskItem extends Item {
  readonly side: "bank" | "book";
  /** Day on which it stands at the desk: last day of its statement, value date of a movement. */
  readonly day: IsoDate;
  readonly position?: number;
  readonly text?: string;
}

export interface DeskSource {
  readonly district: string;
  readonly account: string;
  readonly bank: string;
  readonly desk: string;
}

export const deskOf = (district: string, account: string, bank: string): DeskSource => ({
  district,
  account,
  bank,
  desk: accountDesk(account, bank),
});

const date = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/** The last binding that began up to a day. */
export async function readBinding(db: Queryable, { district, account, bank }: DeskSource, on: IsoDate): Promise<DeskBinding | undefined> {
  const { rows } = await db.query<{ number: string; from: string; to: string | null; opening: string; before: string; position: string }>(
    `SELECT number, ${date("from_date")} AS "from", ${date("to_date")} AS "to", opening::text, before::text, position::text FROM ${S}.binding
     WHERE district = $1 AND account = $2 AND bank = $3 AND from_date <= $4::date ORDER BY from_date DESC LIMIT 1`,
    [district, account, bank, on],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { number, from, to, opening, before, position } = row;
  return { number, from, ...(to === null ? {} : { to }), opening: BigInt(opening), before: BigInt(before), position: Number(position) };
}

interface ClosingRow {
  day: string;
  sha256: string;
  per_bank: string;
  per_books: string;
  known_at: string;
  position: string;
  matched: number;
  open: OpenItem[];
  open_hash: string;
  recorded_at: string;
  actor: string;
}

/** Closed days, the latest first. */
export async function readClosings(
  db: Queryable,
  { district, desk }: DeskSource,
  { through, since = "0001-01-01", limit }: { readonly through: IsoDate; readonly since?: IsoDate; readonly limit: number },
): Promise<DeskClosing[]> {
  const { rows } = await db.query<ClosingRow>(
    `SELECT ${date("day")} AS day, sha256, per_bank::text, per_books::text, known_at::text, position::text, matched, open, open_hash, actor,
       to_char(recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS recorded_at
     FROM ${S}.closing WHERE district = $1 AND desk = $2 AND day <= $3::date AND day >= $4::date ORDER BY day DESC LIMIT $5`,
    [district, desk, through, since, limit],
  );
  return rows.map((row) => ({
    day: row.day,
    sha256: row.sha256,
    perBank: BigInt(row.per_bank),
    perBooks: BigInt(row.per_books),
    knownAt: Number(row.known_at),
    position: Number(row.position),
    matched: row.matched,
    open: row.open,
    openHash: row.open_hash,
    recordedAt: row.recorded_at,
    actor: row.actor,
  }));
}

/** The statements that count, by day. */
export async function readStatements(
  db: Queryable,
  { district, bank }: DeskSource,
  number: string,
  { from, through }: { readonly from: IsoDate; readonly through: IsoDate },
): Promise<DeskStatement[]> {
  const { rows } = await db.query<{
    day: string;
    sha256: string;
    position: string;
    from: string;
    opening: string;
    closing: string;
    lines: number;
  }>(
    `SELECT DISTINCT ON (s.day) ${date("s.day")} AS day, sha256, position::text, ${date("from_date")} AS "from", opening::text, closing::text, lines
     FROM ${S}.statement s WHERE district = $1 AND bank = $2 AND number = $3 AND s.day >= $4::date AND s.day <= $5::date
     ORDER BY s.day, s.position DESC`,
    [district, bank, number, from, through],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position), opening: BigInt(row.opening), closing: BigInt(row.closing) }));
}

interface LineRow {
  day: string;
  booked_on: string;
  amount: string;
  serial: string | null;
  reversal: boolean;
  order_ref: string | null;
  content: string;
}

const LINE = `${date("l.day")} AS day, ${date("l.booked_on")} AS booked_on, l.amount::text, l.serial, l.reversal, l.order_ref, l.content`;

/** Lines as items; equal lines of a day are numbered. */
function lineItems(rows: readonly LineRow[]): DeskItem[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const key = `${row.day}.${row.content}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return {
      id: `b.${key}.${nth}`,
      side: "bank",
      day: row.day,
      date: row.booked_on,
      amount: BigInt(row.amount),
      serial: row.serial ?? undefined,
      order: row.order_ref ?? undefined,
      reversal: row.reversal,
    };
  });
}

export async function readLines(
  db: Queryable,
  { district, bank }: DeskSource,
  number: string,
  statements: readonly DeskStatement[],
  contents?: readonly string[],
): Promise<DeskItem[]> {
  if (statements.length === 0) return [];
  const { rows } = await db.query<LineRow>(
    `SELECT ${LINE} FROM unnest($4::date[], $5::text[]) AS s (day, sha256)
     JOIN ${S}.statement_line l ON l.district = $1 AND l.bank = $2 AND l.number = $3 AND l.day = s.day AND l.sha256 = s.sha256
     WHERE $6::text[] IS NULL OR l.content = ANY ($6::text[]) ORDER BY l.day, l.line`,
    [district, bank, number, statements.map(({ day }) => day), statements.map(({ sha256 }) => sha256), contents ?? null],
  );
  return lineItems(rows);
}

interface MovementRow {
  position: string;
  value_date: string;
  amount: string;
  serial: string | null;
  reverses: string | null;
  order_ref: string | null;
  event_type: string;
  summary: string;
}

/** Movements after the last closed day, those recorded after it was closed, and those that it left open. */
export async function readMovements(
  db: Queryable,
  { district, account, bank }: DeskSource,
  binding: DeskBinding,
  of: { readonly closing: DeskClosing | undefined; readonly through: IsoDate; readonly carried: readonly number[] },
): Promise<DeskItem[]> {
  const { closing, through, carried } = of;
  const { rows } = await db.query<MovementRow>(
    `SELECT position::text, ${date("value_date")} AS value_date, amount::text, serial, reverses, order_ref, event_type, summary
     FROM ${S}.movement WHERE district = $1 AND bank = $2 AND account = $3 AND value_date <= $4::date
       AND NOT (value_date < $5::date AND position < $6)
       AND (value_date > $7::date OR position > $8 OR position = ANY ($9::bigint[])) ORDER BY position`,
    [district, bank, account, through, binding.from, binding.position, closing?.day ?? "0001-01-01", closing?.knownAt ?? 0, carried],
  );
  return rows.map((row) => ({
    id: `p.${row.position}`,
    side: "book",
    day: row.value_date,
    date: row.value_date,
    amount: BigInt(row.amount),
    serial: row.serial ?? undefined,
    reverses: row.reverses ?? undefined,
    order: row.order_ref ?? undefined,
    kind: row.event_type,
    position: Number(row.position),
    text: row.summary,
  }));
}

/** What was booked on the account since it stands for the books, up to a day. */
export async function readBooked(
  db: Queryable,
  { district, account, bank }: DeskSource,
  binding: DeskBinding,
  through: IsoDate,
): Promise<Fen> {
  const { rows } = await db.query<{ booked: string }>(
    `SELECT coalesce(sum(amount), 0)::text AS booked FROM ${S}.movement
     WHERE district = $1 AND bank = $2 AND account = $3 AND NOT (value_date < $4::date AND position < $5) AND value_date <= $6::date`,
    [district, bank, account, binding.from, binding.position, through],
  );
  return BigInt(rows[0]?.booked ?? 0);
}

export async function readExplanations(db: Queryable, district: string, desk: string): Promise<Map<string, DeskExplanation>> {
  const { rows } = await db.query<{
    item: string;
    reason: string;
    note: string | null;
    clear_by: string | null;
    positions: string[] | null;
    actor: string;
    position: string;
  }>(
    `SELECT item, reason, note, ${date("clear_by")} AS clear_by, positions::text[], actor, position::text FROM ${S}.explanation WHERE district = $1 AND desk = $2`,
    [district, desk],
  );
  return new Map(
    rows.map(({ item, reason, note, clear_by, positions, actor, position }) => [
      item,
      {
        reason,
        ...(note === null ? {} : { note }),
        ...(clear_by === null ? {} : { clearBy: clear_by }),
        ...(positions === null ? {} : { positions: positions.map(Number) }),
        actor,
        position: Number(position),
      },
    ]),
  );
}

/** What people put together and took apart; `reopened`: items of matches that were undone after `position`. */
export async function readPairings(db: Queryable, { district, desk }: DeskSource, position: number) {
  const { rows } = await db.query<{ match: string | null; items: string[]; undone_at: string | null }>(
    `SELECT match, items, undone_at::text FROM ${S}.pairing WHERE district = $1 AND desk = $2 ORDER BY position`,
    [district, desk],
  );
  const undone = rows.filter(({ undone_at }) => undone_at !== null);
  return {
    confirmed: new Map(
      rows.flatMap(({ match, items, undone_at }) => (match === null || undone_at !== null ? [] : [[match, items] as const])),
    ),
    // A match that was undone is not made again by itself either.
    apart: [...rows.filter(({ match }) => match === null), ...undone].map(({ items }) => items),
    reopened: undone.filter(({ undone_at }) => Number(undone_at) > position).flatMap(({ items }) => items),
  };
}

/** Days around the asked one in which the other half of a pair may lie. */
export const lookahead = (day: IsoDate): IsoDate => (day >= "9999-01-01" ? day : addDays(day, NEARBY_DAYS));
