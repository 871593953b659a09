import type { Dimension, Dims } from "@huimin/books";
import { fen, formatAmount } from "@huimin/money";
import type { Refusal } from "@huimin/outcome";
import type { StatementRun } from "@huimin/statement";
import { outstandingOf, type StatementFigures } from "@huimin/statement/events";
import { errors } from "./errors.ts";
import type { StatementsOptions } from "./types.ts";

/** What the books say of what is about to be printed, as known at the cut-off. Fen. */
export interface BooksControl {
  /** Open principal at the end of the year (9201) by loan. */
  readonly principal: ReadonlyMap<string, bigint>;
  /** What is owed of the year's entitlements, wherever it lies, by household and pool. */
  readonly outstanding: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
}

/** 应付户分红, 代发在途, 退回待重付, 无主: an entitlement that has not arrived lies on one of them. */
const ENTITLEMENT_ACCOUNTS = ["2901.02", "2901.03", "2901.04", "2901.07"] as const;
/** Rows of one account: more than a district has households and pools of a year. */
const ROWS_MAX = 10_000_000;

/** The books' side of the comparison; undefined without books. Five queries, whatever the number of households. */
export async function controlOf(run: StatementRun, { books, district }: StatementsOptions): Promise<BooksControl | undefined> {
  if (!books) return undefined;
  const knownAt = { position: run.cutoff.position };
  const details = (account: string, by: readonly Dimension[], axes: { readonly asOf?: string; readonly dims?: Dims }) =>
    books.details({ district, account, by, knownAt, limit: ROWS_MAX, ...axes });
  const loans = await details("9201", ["loan"], { asOf: `${run.year}-12-31` });
  const outstanding = new Map<string, Map<string, bigint>>();
  for (const account of ENTITLEMENT_ACCOUNTS)
    for (const { dims, balance } of await details(account, ["household", "pool"], { dims: { year: String(run.year) } })) {
      const { household, pool } = dims;
      if (household === undefined || pool === undefined) continue;
      const pools = outstanding.get(household) ?? new Map<string, bigint>();
      pools.set(pool, (pools.get(pool) ?? 0n) - balance.net);
      outstanding.set(household, pools);
    }
  return { principal: new Map(loans.map(({ dims, balance }) => [dims.loan ?? "", -balance.net])), outstanding };
}

/** The first figure that is not the books', as STATEMENT_DISAGREES_WITH_BOOKS or STATEMENT_DIVIDEND_DISAGREES_WITH_BOOKS. */
export function disagreement(household: string, year: number, figures: StatementFigures, control: BooksControl): Refusal | undefined {
  const loan = figures.loans.find((one) => fen(one.end) !== (control.principal.get(one.loan) ?? 0n));
  if (loan) {
    const books = formatAmount(control.principal.get(loan.loan) ?? 0n);
    return { code: errors.STATEMENT_DISAGREES_WITH_BOOKS, details: { household, loan: loan.loan, statement: loan.end, books } };
  }
  const said = new Map(figures.dividends.map((one) => [one.pool, outstandingOf(one)]));
  const owed = control.outstanding.get(household) ?? new Map<string, bigint>();
  for (const pool of new Set([...said.keys(), ...owed.keys()])) {
    const [statement, books] = [said.get(pool) ?? 0n, owed.get(pool) ?? 0n];
    if (statement === books) continue;
    const details = { household, year, pool, statement: formatAmount(statement), books: formatAmount(books) };
    return { code: errors.STATEMENT_DIVIDEND_DISAGREES_WITH_BOOKS, details };
  }
  return undefined;
}
