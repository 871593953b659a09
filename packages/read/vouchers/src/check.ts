import { BOOKS_SCHEMA, type InvariantResult } from "@huimin/books";
import type { Period } from "@huimin/calendar";
import type { Pool } from "pg";
import { VOUCHERS_SCHEMA } from "./projection.ts";
import { periodNumber } from "./query.sql.ts";

export interface VoucherCheckOptions {
  readonly pool: Pool;
  readonly district: string;
  readonly schema?: string;
  readonly booksSchema?: string;
}

const EXAMPLES_MAX = 10;
const month = (column: string): string => `to_char(${column} / 100, 'FM0000') || '-' || to_char(${column} % 100, 'FM00')`;

interface Check {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly checked: string;
  readonly failures: string;
}

/** $1 district, $2 and $3 the first and last month: numbers that are not those of their place, and counters that say otherwise. */
const numbering = (s: string): string => `SELECT example FROM (
    SELECT book || ':' || type || ' ' || ${month("period")} || ': position ' || position || ' has number ' || number || ', expected ' || expected AS example, 1 AS part, position
    FROM (
      SELECT book, '记' AS type, period, position, number, row_number() OVER (PARTITION BY book, period ORDER BY position) AS expected
      FROM ${s}.voucher WHERE district = $1 AND period BETWEEN $2 AND $3
      UNION ALL
      SELECT book, cash_type, period, position, cash_number, row_number() OVER (PARTITION BY book, period, cash_type ORDER BY position)
      FROM ${s}.voucher WHERE district = $1 AND period BETWEEN $2 AND $3
    ) n WHERE number <> expected
    UNION ALL
    SELECT coalesce(c.book, v.book) || ' ' || ${month("coalesce(c.period, v.period)")} || ': ' || coalesce(c.type, v.type) || ' ends at ' || coalesce(c.last, 0) || ', vouchers ' || coalesce(v.n, 0), 2, 0
    FROM (SELECT book, period, type, last FROM ${s}.counter WHERE district = $1 AND period BETWEEN $2 AND $3) c FULL JOIN (
      SELECT book, period, '记' AS type, count(*) AS n FROM ${s}.voucher WHERE district = $1 AND period BETWEEN $2 AND $3 GROUP BY 1, 2
      UNION ALL
      SELECT book, period, cash_type, count(*) FROM ${s}.voucher WHERE district = $1 AND period BETWEEN $2 AND $3 GROUP BY 1, 2, 3
    ) v USING (book, period, type) WHERE c.last IS DISTINCT FROM v.n
  ) f ORDER BY part, position, example`;

const EVER = [0, 999_912] as const;

/** Gaps and disorder in the numbers of some months, one text each. */
export async function checkVoucherNumbers(
  options: VoucherCheckOptions & { readonly after: Period; readonly through: Period },
): Promise<string[]> {
  const { pool, district, schema = VOUCHERS_SCHEMA, after, through } = options;
  const first = after === "" ? 0 : periodNumber(after) + 1;
  const { rows } = await pool.query<{ example: string }>(`${numbering(schema)} LIMIT ${EXAMPLES_MAX}`, [
    district,
    first,
    periodNumber(through),
  ]);
  return rows.map(({ example }) => example);
}

/** $1 district. */
const checks = (s: string, b: string): readonly Check[] => [
  {
    id: "2.7-10-voucher-numbers",
    zh: "凭证号按账套、月份、类型连续无断号",
    en: "Voucher numbers per book, month and type are 1, 2, 3 … in the order of positions",
    checked: `SELECT count(*) AS n FROM ${s}.voucher WHERE district = $1`,
    failures: numbering(s).replaceAll("$2", String(EVER[0])).replaceAll("$3", String(EVER[1])),
  },
  {
    id: "vouchers-are-the-journal",
    zh: "凭证与分录一致",
    en: "Each event with lines has one voucher in each book, in its period and with its total",
    checked: `SELECT count(*) AS n FROM ${s}.voucher WHERE district = $1`,
    failures: `SELECT 'position ' || position || CASE
          WHEN v.total IS NULL THEN ': lines in book ' || book || ' without a voucher'
          WHEN l.debit IS NULL THEN ': a voucher in book ' || book || ' without lines'
          ELSE ': the voucher in book ' || book || ' is not the sum of its lines' END AS example
      FROM (
        SELECT l.position, a.book, l.period, sum(l.debit) AS debit, count(*) AS lines FROM ${b}.journal_line l JOIN ${b}.account a ON a.no = l.account
        WHERE l.district = $1 GROUP BY 1, 2, 3
      ) l FULL JOIN (
        SELECT position, book, period, total, lines FROM ${s}.voucher WHERE district = $1
      ) v USING (position, book)
      WHERE (l.period, l.debit, l.lines) IS DISTINCT FROM (v.period, v.total, v.lines) ORDER BY position`,
  },
];

/** Invariant 10 of domain 2.7, and that the vouchers are those of the journal. */
export async function checkVouchers(options: VoucherCheckOptions): Promise<InvariantResult[]> {
  const { pool, district, schema = VOUCHERS_SCHEMA, booksSchema = BOOKS_SCHEMA } = options;
  const results: InvariantResult[] = [];
  for (const { id, zh, en, checked, failures } of checks(schema, booksSchema)) {
    const looked = await pool.query<{ n: string }>(checked, [district]);
    const { rows } = await pool.query<{ example: string; n: string }>(
      `SELECT example, count(*) OVER () AS n FROM (${failures}) x LIMIT ${EXAMPLES_MAX}`,
      [district],
    );
    results.push({
      id,
      title: { zh, en },
      severity: "error",
      checked: Number(looked.rows[0]?.n ?? 0),
      failed: Number(rows[0]?.n ?? 0),
      examples: rows.map(({ example }) => example),
    });
  }
  return results;
}
