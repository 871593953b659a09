import type { InvariantResult } from "@huimin/books";
import { daysBetween, earlierDate, laterDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type LoanState, loanStream, loanTimelineFold, openPrincipalNow } from "@huimin/loan/events";
import { type Fen, formatAmount } from "@huimin/money";
import { type SubsidyState, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import { type CheckSources, Finding } from "./types.ts";

/** Loans folded at a time. */
const PAGE = 500;
/** Balances of 9201 and 9202 by loan read at a time; a district has a few thousand. */
const BALANCES_MAX = 1_000_000;

/**
 * Every loan of the portfolio: the log, the memorandum book and the portfolio show the same open principal, and what is
 * subsidised was settled (domain 2.7 no. 8). Memory: one page of loans.
 */
export async function checkLoans(sources: CheckSources): Promise<InvariantResult[]> {
  const principal = new Finding(
    "loan-principal",
    "日志、备查账与贷款台账的未还本金一致",
    "The log, book M and the portfolio show the same open principal",
  );
  const settled = new Finding("2.7-8-subsidised-settled", "贴息期间均已结息", "Every subsidised day was settled");
  const inBooks = await principalInBooks(sources);
  for (let after: string | undefined = ""; after !== undefined; ) {
    const loans = await pageOfLoans(sources, after);
    const names = loans.map(({ loan }) => loan);
    const states = await foldMany(sources, names.map(loanStream), loanTimelineFold);
    const subsidies = await foldMany(sources, names.map(subsidyStream), subsidyFold);
    for (const [index, { loan, principal: inPortfolio }] of loans.entries()) {
      const state = states[index] as LoanState;
      principal.look(principalFault(loan, openPrincipalNow(state), inBooks.get(loan) ?? 0n, BigInt(inPortfolio)));
      for (const fault of unsettled(loan, state, subsidies[index] as SubsidyState)) settled.look(fault);
    }
    after = loans.length < PAGE ? undefined : loans.at(-1)?.loan;
  }
  return [principal.result(), settled.result()];
}

const principalFault = (loan: string, log: Fen, books: Fen, portfolio: Fen): string | undefined =>
  log === books && log === portfolio
    ? undefined
    : `${loan}: log ${formatAmount(log)}, books ${formatAmount(books)}, portfolio ${formatAmount(portfolio)}`;

/** For each subsidised period nothing, or what is not settled of it. Prepaid parts were settled by their prepayment. */
function unsettled(loan: string, state: LoanState, subsidy: SubsidyState): (string | undefined)[] {
  const units = subsidy.units.filter((unit) => unit.accrued !== 0n && unit.prepayment === undefined);
  return units.map(({ from, toExcl }) => {
    const settled = state.settlements.filter((one) => one.kind === "normal" && one.from < toExcl && one.toExcl > from);
    const days = settled.reduce((sum, one) => sum + daysBetween(laterDate(one.from, from), earlierDate(one.toExcl, toExcl)), 0);
    return days === daysBetween(from, toExcl) ? undefined : `${loan}: ${from} to ${toExcl} is subsidised and not all settled`;
  });
}

interface LoanRow {
  readonly loan: string;
  readonly principal: string;
}

const LOANS = "SELECT loan, principal::text FROM bank_portfolio.loan WHERE district = $1 AND loan > $2 ORDER BY loan LIMIT $3";

const pageOfLoans = async ({ pool, district }: CheckSources, after: string): Promise<LoanRow[]> =>
  (await pool.query<LoanRow>(LOANS, [district, after, PAGE])).rows;

/** Streams folded, in the order asked for. */
export async function foldMany<S>({ store, district }: CheckSources, streams: readonly string[], fold: Fold<S>): Promise<S[]> {
  const slices = await store.readStreams(
    district,
    streams.map((stream) => ({ stream, afterVersion: 0 })),
  );
  return slices.map((slice) => slice.events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState));
}

async function principalInBooks({ books, district }: CheckSources): Promise<Map<string, Fen>> {
  const [ofHouseholds, ofEnterprises] = await Promise.all(
    ["9201", "9202"].map((account) => books.details({ district, account, by: ["loan"], limit: BALANCES_MAX })),
  );
  const rows = [...(ofHouseholds ?? []), ...(ofEnterprises ?? [])];
  return new Map(rows.flatMap(({ dims, balance }) => (dims.loan === undefined ? [] : [[dims.loan, -balance.net] as const])));
}
