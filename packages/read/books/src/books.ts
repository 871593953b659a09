import type { Pool } from "pg";
import { ACCOUNTS, accountByNo, accountsUnder } from "./chart.ts";
import { DIMENSIONS, type Dimension, type Dims, isTotal } from "./dimensions.ts";
import type { JournalLine, KnownAt } from "./lines.ts";
import { BOOKS_SCHEMA, periodNumber } from "./projection.ts";
import { axesCondition, CUTS_MAX, cutsSql, dimsCondition, type KnownTotals, LINE_SELECT, totalsSql, Values } from "./query.sql.ts";
import {
  type BalanceQuestion,
  type Books,
  balanceOf,
  DETAIL_ROWS_MAX,
  type DetailQuestion,
  type DetailRow,
  JOURNAL_LINES_DEFAULT,
  type JournalQuestion,
  type TrialBalance,
  type TrialBalanceQuestion,
  trialBalanceOf,
  unknownAccount,
} from "./questions.ts";
import { columnOf, isTransfer } from "./tables.sql.ts";

interface LineRow extends Record<string, string | number | null> {
  position: string;
  line_no: number;
  event_type: string;
  value_date: string;
  recorded_at: string;
  period: number;
  account: number;
  debit: string;
  credit: string;
  summary: string;
}

const periodText = (period: number): string => `${Math.floor(period / 100)}-${String(period % 100).padStart(2, "0")}`;

function lineOf(row: LineRow): JournalLine {
  return {
    position: Number(row.position),
    lineNo: row.line_no,
    eventType: row.event_type,
    valueDate: row.value_date,
    recordedAt: row.recorded_at,
    period: periodText(row.period),
    account: accountByNo(row.account),
    debit: BigInt(row.debit),
    credit: BigInt(row.credit),
    dims: dimsOf(row, DIMENSIONS),
    text: row.summary,
  };
}

function dimsOf(row: Readonly<Record<string, string | number | null>>, names: readonly Dimension[]): Dims {
  const dims: { [K in Dimension]?: string } = {};
  for (const name of names) {
    const value = row[columnOf(name)];
    if (typeof value === "string") dims[name] = value;
  }
  return dims;
}

/**
 * The books in PostgreSQL. Answers about the present come from balances and totals; answers on the time axes from the journal
 * through the index on dimensions; totals by value date or period from the totals per day.
 */
export function createBooks(pool: Pool, schema: string = BOOKS_SCHEMA): Books {
  return new PostgresBooks(pool, schema);
}

class PostgresBooks implements Books {
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  async balance(question: BalanceQuestion) {
    const values = new Values();
    const { rows } = await this.#pool.query<{ debit: string; credit: string }>(
      `SELECT coalesce(sum(s.debit), 0)::text AS debit, coalesce(sum(s.credit), 0)::text AS credit FROM (${this.#source(question, await this.#cut(question), values)}) s`,
      values.list,
    );
    return balanceOf(BigInt(rows[0]?.debit ?? 0), BigInt(rows[0]?.credit ?? 0));
  }

  async details(question: DetailQuestion): Promise<readonly DetailRow[]> {
    const values = new Values();
    // Grouping by dimensions needs the sets, so the totals do not answer it.
    const source = this.#source(question, question.knownAt, values, question.by);
    const columns = question.by.map(columnOf);
    const keys = ["account", ...columns].map((name) => `s.${name}`).join(", ");
    const { rows } = await this.#pool.query<{ account: number; debit: string; credit: string } & Record<string, string>>(
      `SELECT ${keys}, sum(s.debit)::text AS debit, sum(s.credit)::text AS credit FROM (${source}) s GROUP BY ${keys}
       ${question.zeros ? "" : "HAVING sum(s.debit) <> sum(s.credit)"} ORDER BY ${keys} LIMIT ${values.add(question.limit ?? DETAIL_ROWS_MAX)}`,
      values.list,
    );
    return rows.map((row) => ({
      account: accountByNo(row.account),
      dims: dimsOf(row, question.by),
      balance: balanceOf(BigInt(row.debit), BigInt(row.credit)),
    }));
  }

  async trialBalance(question: TrialBalanceQuestion): Promise<TrialBalance> {
    const values = new Values();
    const source = totalsSql(this.#schema, values.add(question.district), await this.#cut(question), values);
    const byDate = question.asOf !== undefined;
    const column = byDate ? "s.value_date" : "s.period";
    const bound = (text: string): string => (byDate ? `${values.add(text)}::date` : `${values.add(periodNumber(text))}::integer`);
    const from = byDate ? question.since : question.from;
    const to = byDate ? question.asOf : question.through;
    const inSpan = from === undefined ? "TRUE" : `${column} >= ${bound(from)}`;
    const { rows } = await this.#pool.query<{ account: number; before: string; debit: string; credit: string }>(
      `SELECT s.account, coalesce(sum(s.debit - s.credit) FILTER (WHERE NOT (${inSpan})), 0)::text AS before,
         coalesce(sum(s.debit) FILTER (WHERE ${inSpan}), 0)::text AS debit, coalesce(sum(s.credit) FILTER (WHERE ${inSpan}), 0)::text AS credit
       FROM (${source}) s WHERE ${to === undefined ? "TRUE" : `${column} <= ${bound(to)}`} GROUP BY s.account`,
      values.list,
    );
    const byAccount = new Map(rows.map((row) => [row.account, row]));
    return trialBalanceOf(
      ACCOUNTS.filter((account) => byAccount.has(account.no) && (question.book === undefined || account.book === question.book)).map(
        (account) => {
          const row = byAccount.get(account.no) as (typeof rows)[number];
          return { account, before: BigInt(row.before), debit: BigInt(row.debit), credit: BigInt(row.credit) };
        },
      ),
    );
  }

  voucher(district: string, position: number): Promise<readonly JournalLine[]> {
    return this.vouchers(district, [position]);
  }

  /** Event by event through the journal's key: a new database without statistics would be scanned otherwise. */
  async vouchers(district: string, positions: readonly number[]): Promise<readonly JournalLine[]> {
    const { rows } = await this.#pool.query<LineRow>(
      `SELECT ${LINE_SELECT} FROM unnest($2::bigint[]) AS p (position)
       CROSS JOIN LATERAL (SELECT * FROM ${this.#schema}.journal_line WHERE district = $1 AND position = p.position OFFSET 0) l
       CROSS JOIN LATERAL (SELECT * FROM ${this.#schema}.dimension_set WHERE district = $1 AND id = l.dims OFFSET 0) d
       ORDER BY l.position, l.line_no`,
      [district, positions],
    );
    return rows.map(lineOf);
  }

  async journal(question: JournalQuestion): Promise<readonly JournalLine[]> {
    const values = new Values();
    const district = values.add(question.district);
    const wanted = question.anyOf.map((filter) => dimsCondition(filter, values)).join(" OR ");
    const lines = `${this.#schema}.journal_line`;
    const sets = `${this.#schema}.dimension_set`;
    const matching = `FROM ${sets} d JOIN ${lines} l ON l.district = ${district} AND l.dims = d.id
      WHERE d.district = ${district} AND (${wanted || "FALSE"}) AND l.position > ${values.add(question.after ?? 0)}::bigint ${axesCondition(question, values)}`;
    const limit = values.add(question.limit ?? JOURNAL_LINES_DEFAULT);
    const text = question.wholeVouchers
      ? `SELECT ${LINE_SELECT} FROM (SELECT DISTINCT l.position ${matching} ORDER BY l.position LIMIT ${limit}) p
           JOIN ${lines} l ON l.district = ${district} AND l.position = p.position
           JOIN ${sets} d ON d.district = ${district} AND d.id = l.dims ORDER BY l.position, l.line_no`
      : `SELECT ${LINE_SELECT} ${matching} ORDER BY l.position, l.line_no LIMIT ${limit}`;
    const { rows } = await this.#pool.query<LineRow>(text, values.list);
    return rows.map(lineOf);
  }

  /** Which blocks an instant of knowledge cuts: one look at a table of some hundred rows saves the planner's guess at a range. */
  async #cut({
    district,
    knownAt,
  }: {
    readonly district: string;
    readonly knownAt?: KnownAt | undefined;
  }): Promise<KnownTotals | undefined> {
    if (knownAt === undefined || "position" in knownAt) return knownAt;
    const { rows } = await this.#pool.query<{ block: number }>(cutsSql(this.#schema), [district, knownAt.instant]);
    return { ...knownAt, cuts: rows.length > CUTS_MAX ? undefined : rows.map(({ block }) => block) };
  }

  /** Rows of debit and credit that answer a question; before transfers, with those of the year end taken back. */
  #source(question: BalanceQuestion, knownAt: KnownTotals | undefined, values: Values, by: readonly Dimension[] = []): string {
    const known = this.#known(question, knownAt, values, by);
    if (!question.beforeTransfers) return known;
    const district = values.add(question.district);
    const { year } = question;
    const columns = by.map((name) => `, d.${columnOf(name)}`).join("");
    const inYear = year === undefined ? "" : `AND l.period / 100 = ${values.add(year)}::integer`;
    return `${known} UNION ALL SELECT l.account, -l.debit, -l.credit${columns} FROM ${this.#schema}.journal_line l
      JOIN ${this.#schema}.dimension_set d ON d.district = ${district} AND d.id = l.dims AND ${dimsCondition(question.dims ?? {}, values)}
      WHERE l.district = ${district} AND l.account = ANY (${values.add(accountsUnder(question.account).map(({ no }) => no))}::smallint[])
        AND ${isTransfer("l")} ${axesCondition(question, values)} ${inYear}`;
  }

  /** From the cheapest table that can answer. */
  #known(question: BalanceQuestion, knownAt: KnownTotals | undefined, values: Values, by: readonly Dimension[]): string {
    const accounts = accountsUnder(question.account);
    if (accounts.length === 0) throw unknownAccount(question.account);
    const district = values.add(question.district);
    const list = `ANY (${values.add(accounts.map((account) => account.no))}::smallint[])`;
    const { year } = question;
    const periods = (alias: string): string =>
      year === undefined
        ? ""
        : `AND ${alias}.period BETWEEN ${values.add(year * 100 + 1)}::integer AND ${values.add(year * 100 + 12)}::integer`;
    const total = isTotal(question.dims) && by.length === 0;
    if (total) {
      const asOf = question.asOf === undefined ? "" : `AND m.value_date <= ${values.add(question.asOf)}::date`;
      return `SELECT m.account, m.debit, m.credit FROM (${totalsSql(this.#schema, district, knownAt, values)}) m WHERE m.account = ${list} ${asOf} ${periods("m")}`;
    }
    const columns = by.map((name) => `, d.${columnOf(name)}`).join("");
    const set = `JOIN ${this.#schema}.dimension_set d ON d.district = ${district} AND d.id = l.dims AND ${dimsCondition(question.dims ?? {}, values)}`;
    if (question.asOf === undefined && question.knownAt === undefined) {
      const inYear = year === undefined ? "" : `AND l.fiscal_year = ${values.add(year)}::smallint`;
      return `SELECT l.account, l.debit, l.credit${columns} FROM ${this.#schema}.balance l ${set} WHERE l.district = ${district} AND l.account = ${list} ${inYear}`;
    }
    return `SELECT l.account, l.debit, l.credit${columns} FROM ${this.#schema}.journal_line l ${set}
      WHERE l.district = ${district} AND l.account = ${list} ${axesCondition(question, values)} ${periods("l")}`;
  }
}
