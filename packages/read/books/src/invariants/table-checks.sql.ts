import { BLOCK_BITS } from "../tables.sql.ts";

/** Checks that one statement answers. Each row of `failures` is one finding as text; `checked` counts what was looked at. */
export interface TableCheck {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly severity?: "warning";
  /** $1 district; one column `n`. */
  readonly checked: string;
  /** $1 district; one column `example`. */
  readonly failures: string;
}

const yuan = (expression: string): string => `to_char(${expression} / 100.0, 'FM999999999999990.00')`;

const codes = (list: readonly string[]): string => list.map((code) => `'${code}'`).join(", ");

/** Σ(debit − credit) of accounts by printed code, of the totals. */
const netOf = (s: string, ...list: string[]): string =>
  `coalesce((SELECT sum(m.debit - m.credit) FROM ${s}.movement m JOIN ${s}.account a ON a.no = m.account WHERE m.district = $1 AND a.code IN (${codes(list)})), 0)`;

export const tableChecks = (s: string): readonly TableCheck[] => [
  {
    id: "2.7-1-event-balances",
    zh: "每个事件在每本账内借贷相等",
    en: "Each event balances in each book",
    checked: `SELECT count(DISTINCT position) AS n FROM ${s}.journal_line WHERE district = $1`,
    failures: `SELECT 'position ' || l.position || ': book ' || a.book || ' is open by ' || ${yuan("sum(l.debit - l.credit)")} AS example
      FROM ${s}.journal_line l JOIN ${s}.account a ON a.no = l.account WHERE l.district = $1
      GROUP BY l.position, a.book HAVING sum(l.debit) <> sum(l.credit) ORDER BY l.position`,
  },
  {
    id: "balances-are-sums",
    zh: "余额等于分录之和",
    en: "Balances are the sums of their lines",
    checked: `SELECT count(*) AS n FROM ${s}.balance WHERE district = $1`,
    failures: `SELECT 'account ' || account || ' year ' || year || ' dims ' || dims || ': lines ' || ${yuan("lines")} || ', balance ' || ${yuan("stored")} AS example
      FROM (
        SELECT account, period / 100 AS year, dims, sum(debit) AS d, sum(credit) AS c, sum(debit) - sum(credit) AS lines FROM ${s}.journal_line WHERE district = $1 GROUP BY 1, 2, 3
      ) j FULL JOIN (
        SELECT account, fiscal_year::integer AS year, dims, debit AS bd, credit AS bc, debit - credit AS stored FROM ${s}.balance WHERE district = $1
      ) b USING (account, year, dims)
      WHERE (d, c) IS DISTINCT FROM (bd, bc)`,
  },
  {
    id: "totals-are-sums",
    zh: "发生额合计等于分录之和",
    en: "Totals per day are the sums of their lines",
    checked: `SELECT count(*) AS n FROM ${s}.movement WHERE district = $1`,
    failures: `SELECT 'account ' || account || ' period ' || period || ' on ' || value_date || ' block ' || block AS example
      FROM (
        SELECT account, period, value_date, (position >> ${BLOCK_BITS})::integer AS block, sum(debit) AS d, sum(credit) AS c
        FROM ${s}.journal_line WHERE district = $1 GROUP BY 1, 2, 3, 4
      ) j FULL JOIN (
        SELECT account, period, value_date, block, debit AS md, credit AS mc FROM ${s}.movement WHERE district = $1
      ) m USING (account, period, value_date, block)
      WHERE (d, c) IS DISTINCT FROM (md, mc)`,
  },
  {
    id: "blocks-are-spans",
    zh: "分段入账时刻与分录一致",
    en: "Each block of positions says when its first and last line were recorded",
    checked: `SELECT count(*) AS n FROM ${s}.block WHERE district = $1`,
    failures: `SELECT 'block ' || block AS example
      FROM (
        SELECT (position >> ${BLOCK_BITS})::integer AS block, min(recorded_at) AS low, max(recorded_at) AS high FROM ${s}.journal_line WHERE district = $1 GROUP BY 1
      ) j FULL JOIN (SELECT block, recorded_min, recorded_max FROM ${s}.block WHERE district = $1) b USING (block)
      WHERE (low, high) IS DISTINCT FROM (recorded_min, recorded_max)`,
  },
  {
    id: "2.7-4-agency-identity",
    zh: "受托代理资产等于受托代理负债",
    en: "Agency assets equal agency debts (R1)",
    checked: "SELECT 1 AS n FROM (SELECT $1::text) d",
    failures: `SELECT 'assets and debts differ by ' || ${yuan("open")} AS example FROM (
        SELECT ${netOf(s, "1002.03", "1215.01", "1218.05", "1218.06", "2901.01", "2901.02", "2901.03", "2901.04", "2901.07", "2307.01", "2307.03")} AS open) x WHERE open <> 0`,
  },
  {
    id: "2.7-5-fund-identity",
    zh: "风险补偿金资金等于专用基金",
    // With R24 part of the fund may stand in income, and with R4 a recovery cost that nothing covered is an expense; year-end
    // transfers and corrections of closed years (3501) take both to the surplus, marked as the fund's.
    en: "The risk fund's cash and claims equal its equity (R4, R24)",
    checked: "SELECT 1 AS n FROM (SELECT $1::text) d",
    failures: `SELECT 'cash and claims differ from the fund by ' || ${yuan("open")} AS example FROM (
        SELECT ${netOf(s, "1002.02", "1218.01", "3101.01", "4001.02")} + coalesce((
          SELECT sum(b.debit - b.credit) FROM ${s}.balance b JOIN ${s}.account a ON a.no = b.account AND a.code IN ('1218.02', '5901.02', '3301', '3302', '3001', '3501')
          JOIN ${s}.dimension_set d ON d.district = b.district AND d.id = b.dims AND d.fund = 'risk' WHERE b.district = $1), 0) AS open) x WHERE open <> 0`,
  },
  {
    id: "2.7-6-donation-not-overspent",
    zh: "指定用途捐赠不超支",
    en: "No designated donation is overspent",
    checked: `SELECT count(DISTINCT d.donation) AS n FROM ${s}.dimension_set d WHERE d.district = $1 AND d.donation IS NOT NULL`,
    failures: `SELECT 'donation ' || d.donation || coalesce(' ' || d.purpose, '') || ': ' || ${yuan("sum(b.credit - b.debit)")} AS example
      FROM ${s}.balance b JOIN ${s}.account a ON a.no = b.account AND a.code IN ('2901.05', '2901.06') JOIN ${s}.dimension_set d ON d.district = b.district AND d.id = b.dims
      WHERE b.district = $1 GROUP BY a.code, d.donation, d.purpose HAVING sum(b.credit - b.debit) < 0`,
  },
  {
    id: "payable-not-overpaid",
    zh: "贴息不超额拨付",
    en: "No payee was paid more subsidy than was accrued",
    severity: "warning",
    checked: `SELECT count(*) AS n FROM (SELECT DISTINCT d.payee, d.loan FROM ${s}.dimension_set d WHERE d.district = $1 AND d.payee IS NOT NULL) x`,
    failures: `SELECT 'payee ' || d.payee || ', loan ' || d.loan || ': ' || ${yuan("sum(b.credit - b.debit)")} AS example
      FROM ${s}.balance b JOIN ${s}.account a ON a.no = b.account AND a.code IN ('2303.01', '2303.02') JOIN ${s}.dimension_set d ON d.district = b.district AND d.id = b.dims
      WHERE b.district = $1 GROUP BY d.payee, d.loan HAVING sum(b.credit - b.debit) < 0`,
  },
  {
    id: "cash-not-negative",
    zh: "专户余额任何一天不为负",
    en: "No bank account is negative on any day",
    severity: "warning",
    checked: `SELECT count(DISTINCT m.account) AS n FROM ${s}.movement m JOIN ${s}.account a ON a.no = m.account AND a.code LIKE '1002.%' WHERE m.district = $1`,
    failures: `SELECT code || ': ' || ${yuan("min(open)")} || ', first on ' || min(value_date) AS example FROM (
        SELECT a.code, m.value_date, sum(sum(m.debit - m.credit)) OVER (PARTITION BY a.code ORDER BY m.value_date) AS open
        FROM ${s}.movement m JOIN ${s}.account a ON a.no = m.account AND a.code LIKE '1002.%' WHERE m.district = $1 GROUP BY a.code, m.value_date
      ) x WHERE open < 0 GROUP BY code`,
  },
];
