import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import type { Pool, PoolClient } from "pg";
import { PORTFOLIO_SCHEMA } from "./projection.ts";

/** `cancelled`: every drawing was taken back. `renewed`: its principal went to another loan number. */
export type LoanStatus = "performing" | "overdue" | "settled" | "renewed" | "cancelled";

export interface PortfolioLoan {
  readonly loan: string;
  readonly bank: string;
  readonly household: string;
  readonly village: string;
  readonly contractDate: IsoDate;
  readonly firstDrawnOn: IsoDate;
  /** Percent a year in force on the day of the question. */
  readonly annualRate: string;
  readonly method: string;
  readonly due: IsoDate;
  readonly topUpOf?: string;
  readonly renewedInto?: string;
  readonly misuseFrom?: IsoDate;
  /** Due date of the overdue mark (LoanBecameOverdue), until it is cured. */
  readonly overdueSince?: IsoDate;
  /** Exclusive end of the last settled period. */
  readonly lastSettledTo?: IsoDate;
  readonly drawn: Fen;
  readonly principal: Fen;
  readonly interestOpen: Fen;
  readonly status: LoanStatus;
}

export interface Page {
  /** Loan number that the page before ended with. */
  readonly after?: string | undefined;
  /** At most {@link PAGE_LOANS_MAX}; default 100. */
  readonly limit?: number | undefined;
}

export interface LoanPage {
  readonly loans: readonly PortfolioLoan[];
  /** Pass it as `after`; absent on the last page. */
  readonly next?: string;
}

export const PAGE_LOANS_MAX = 1_000;
const PAGE_LOANS_DEFAULT = 100;

export interface BankPortfolio {
  /** A bank's loans by number, `on` a day. Sees nothing of another bank's, by row-level security where the role is a bank's. */
  ofBank(
    question: { readonly district: string; readonly bank: string; readonly on: IsoDate; readonly status?: LoanStatus | undefined } & Page,
  ): Promise<LoanPage>;
  /** One loan, of this bank if one is given. */
  loan(question: {
    readonly district: string;
    readonly loan: string;
    readonly on: IsoDate;
    readonly bank?: string | undefined;
  }): Promise<PortfolioLoan | undefined>;
  /** Principal open and due on or before `on`. `unmarked`: only those without LoanBecameOverdue, for the overdue job. */
  dueAndUnpaid(
    question: { readonly district: string; readonly on: IsoDate; readonly unmarked?: boolean | undefined } & Page,
  ): Promise<LoanPage>;
  /** Open loans with days to settle before `toExcl`, for the settlement job. */
  unsettled(
    question: { readonly district: string; readonly toExcl: IsoDate; readonly bank?: string | undefined } & Page,
  ): Promise<LoanPage>;
  /** Totals of each bank on a day. */
  totals(question: { readonly district: string; readonly on: IsoDate }): Promise<readonly PortfolioTotal[]>;
}

export interface PortfolioTotal {
  readonly bank: string;
  readonly loans: number;
  readonly drawn: Fen;
  readonly principal: Fen;
  readonly interestOpen: Fen;
  readonly overduePrincipal: Fen;
}

const day = (column: string): string => `to_char(l.${column}, 'YYYY-MM-DD') AS ${column}`;

/** $1 is the day of the question. */
const STATUS = `CASE WHEN l.drawn = 0 THEN 'cancelled' WHEN l.renewed_into IS NOT NULL AND l.principal = 0 THEN 'renewed'
  WHEN l.principal = 0 AND l.interest_open <= 0 THEN 'settled' WHEN l.principal > 0 AND l.due <= $1::date THEN 'overdue' ELSE 'performing' END`;

const COLUMNS = `l.loan, l.bank, l.household, l.village, ${["contract_date", "first_drawn_on", "due", "misuse_from", "overdue_since", "last_settled_to"].map(day).join(", ")},
  CASE WHEN l.extended_from <= $1::date THEN l.extended_rate ELSE l.annual_rate END AS rate, l.method, l.top_up_of, l.renewed_into,
  l.drawn, l.principal, l.interest_open, ${STATUS} AS status`;

type Row = Record<
  | "loan"
  | "bank"
  | "household"
  | "village"
  | "contract_date"
  | "first_drawn_on"
  | "due"
  | "rate"
  | "method"
  | "drawn"
  | "principal"
  | "interest_open",
  string
> &
  Record<"misuse_from" | "overdue_since" | "last_settled_to" | "top_up_of" | "renewed_into", string | null> & { status: LoanStatus };

const loanOf = (row: Row): PortfolioLoan => ({
  loan: row.loan,
  bank: row.bank,
  household: row.household,
  village: row.village,
  contractDate: row.contract_date,
  firstDrawnOn: row.first_drawn_on,
  annualRate: row.rate,
  method: row.method,
  due: row.due,
  ...(row.top_up_of === null ? {} : { topUpOf: row.top_up_of }),
  ...(row.renewed_into === null ? {} : { renewedInto: row.renewed_into }),
  ...(row.misuse_from === null ? {} : { misuseFrom: row.misuse_from }),
  ...(row.overdue_since === null ? {} : { overdueSince: row.overdue_since }),
  ...(row.last_settled_to === null ? {} : { lastSettledTo: row.last_settled_to }),
  drawn: BigInt(row.drawn),
  principal: BigInt(row.principal),
  interestOpen: BigInt(row.interest_open),
  status: row.status,
});

export function createBankPortfolio(pool: Pool, schema: string = PORTFOLIO_SCHEMA): BankPortfolio {
  const table = `${schema}.loan l`;
  const page = async (bank: string | undefined, where: string, values: readonly unknown[], { after, limit }: Page): Promise<LoanPage> => {
    const wanted = Math.min(Math.max(limit ?? PAGE_LOANS_DEFAULT, 1), PAGE_LOANS_MAX);
    const n = values.length;
    const text = `SELECT ${COLUMNS} FROM ${table} WHERE ${where} AND l.loan > $${n + 1} ORDER BY l.loan LIMIT $${n + 2}`;
    const rows = await asBank(pool, bank, async (client) => (await client.query<Row>(text, [...values, after ?? "", wanted + 1])).rows);
    const loans = rows.slice(0, wanted).map(loanOf);
    const last = loans.at(-1);
    return rows.length > wanted && last ? { loans, next: last.loan } : { loans };
  };
  return {
    ofBank: ({ district, bank, on, status, ...cursor }) =>
      page(bank, `l.district = $2 AND l.bank = $3 AND ($4::text IS NULL OR ${STATUS} = $4)`, [on, district, bank, status ?? null], cursor),
    async loan({ district, loan, on, bank }) {
      const text = `SELECT ${COLUMNS} FROM ${table} WHERE l.district = $2 AND l.loan = $3 AND ($4::text IS NULL OR l.bank = $4)`;
      const rows = await asBank(pool, bank, async (client) => (await client.query<Row>(text, [on, district, loan, bank ?? null])).rows);
      return rows[0] && loanOf(rows[0]);
    },
    dueAndUnpaid: ({ district, on, unmarked, ...cursor }) =>
      page(
        undefined,
        `l.district = $2 AND l.principal > 0 AND l.due <= $1::date ${unmarked ? "AND l.overdue_since IS NULL" : ""}`,
        [on, district],
        cursor,
      ),
    unsettled: ({ district, toExcl, bank, ...cursor }) =>
      page(
        bank,
        "l.district = $2 AND ($3::text IS NULL OR l.bank = $3) AND l.principal > 0 AND coalesce(l.last_settled_to, l.first_drawn_on) < $1::date",
        [toExcl, district, bank ?? null],
        cursor,
      ),
    async totals({ district, on }) {
      const { rows } = await pool.query(
        `SELECT l.bank, count(*) FILTER (WHERE l.principal > 0)::int AS loans, sum(l.drawn)::text AS drawn, sum(l.principal)::text AS principal,
           sum(l.interest_open)::text AS interest, coalesce(sum(l.principal) FILTER (WHERE l.due <= $1::date), 0)::text AS overdue
         FROM ${table} WHERE l.district = $2 GROUP BY l.bank ORDER BY l.bank`,
        [on, district],
      );
      return rows.map((row) => ({
        bank: row.bank as string,
        loans: row.loans as number,
        drawn: BigInt(row.drawn),
        principal: BigInt(row.principal),
        interestOpen: BigInt(row.interest),
        overduePrincipal: BigInt(row.overdue),
      }));
    },
  };
}

/** Works for one bank: the setting that row-level security reads lives as long as the transaction. */
async function asBank<T>(pool: Pool, bank: string | undefined, work: (client: Pool | PoolClient) => Promise<T>): Promise<T> {
  if (bank === undefined) return work(pool);
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('huimin.bank', $1, true)", [bank]);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (caught) {
    fault = caught as Error;
    throw caught;
  } finally {
    client.release(fault);
  }
}
