import type { BankPortfolio, PortfolioLoan } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import { addDays, type IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { portfolioDesk } from "@huimin/reconciliation/events";
import { type Queryable, readExplanations } from "./desk-source.ts";
import { type AgeBucket, ageOf, bucketOf, type DeskExplanation } from "./difference.ts";
import {
  comparePortfolio,
  type LoanFigures,
  type LoanStanding,
  type PortfolioDifference,
  type PrincipalCause,
  type PrincipalChange,
  principalCause,
} from "./portfolio.ts";
import { RECONCILIATION_SCHEMA as S } from "./projection.ts";

/** Where our side comes from. A bank's own questions come with that bank's client and portfolio. */
export interface PortfolioSources {
  readonly db: Queryable;
  readonly books: Books;
  readonly portfolio: BankPortfolio;
  readonly district: string;
}

export interface PortfolioFile {
  readonly day: IsoDate;
  readonly sha256: string;
  readonly rows: number;
  readonly principal: Fen;
}

export interface JudgedPortfolioDifference extends PortfolioDifference {
  readonly status: "unexplained" | "explained" | "resolved";
  readonly age: number;
  readonly bucket: AgeBucket;
  readonly cause?: PrincipalCause;
  readonly explanation?: DeskExplanation;
}

export interface PortfolioDay {
  readonly desk: string;
  readonly bank: string;
  readonly file: PortfolioFile;
  /** Loans on both sides. */
  readonly compared: number;
  readonly principalHere: Fen;
  readonly differences: readonly JudgedPortfolioDifference[];
}

/** Loans of a bank; one has tens of thousands. */
const LOANS_MAX = 1_000_000;
/** Loans whose movements are searched for a cause. */
const CAUSES_MAX = 200;
/** Days around the file's day in which a cause is looked for. */
const CAUSE_DAYS = 31;
/** Loans of one page of the portfolio. */
const PAGE = 500;

/** The bank's files up to a day, the latest first. */
export async function portfolioFiles(
  db: Queryable,
  district: string,
  bank: string,
  through: IsoDate,
  limit: number,
): Promise<PortfolioFile[]> {
  const { rows } = await db.query<{ day: string; sha256: string; rows: number; principal: string }>(
    `SELECT DISTINCT ON (f.day) to_char(f.day, 'YYYY-MM-DD') AS day, f.sha256, f.rows, f.principal::text FROM ${S}.portfolio_file f
     WHERE f.district = $1 AND f.bank = $2 AND f.day <= $3::date ORDER BY f.day DESC, f.position DESC LIMIT $4`,
    [district, bank, through, limit],
  );
  return rows.map(({ principal, ...row }) => ({ ...row, principal: BigInt(principal) }));
}

/**
 * The bank's file of a day (default: its last up to `on`) against our loans as of that day; undefined without a file. `on` is
 * the day from which ages are counted and explanations hold.
 */
export async function portfolioDay(
  sources: PortfolioSources,
  { bank, day, on }: { readonly bank: string; readonly day?: IsoDate | undefined; readonly on: IsoDate },
): Promise<PortfolioDay | undefined> {
  const { db, district } = sources;
  const [file] = await portfolioFiles(db, district, bank, day ?? on, 1);
  if (!file || (day !== undefined && file.day !== day)) return undefined;
  const [theirs, ours] = [await linesOf(db, district, bank, file), await loansOf(sources, bank, file.day)];
  const explanations = await readExplanations(db, district, portfolioDesk(bank));
  const differences: JudgedPortfolioDifference[] = [];
  const age = ageOf(file.day, on);
  let searched = 0;
  for (const one of comparePortfolio(theirs, ours, file.day)) {
    const explanation = explanations.get(one.id);
    const status = statusOf(explanation, on);
    const search = one.field === "principal" && one.kind === "differs" && searched < CAUSES_MAX;
    if (search) searched += 1;
    const cause = search ? principalCause(one.amount ?? 0n, await changesOf(sources, one.loan, file.day), file.day) : undefined;
    differences.push({ ...one, status, age, bucket: bucketOf(age), ...(cause ? { cause } : {}), ...(explanation ? { explanation } : {}) });
  }
  const known = new Set(ours.map(({ loan }) => loan));
  const principalHere = ours.reduce((sum, { principal }) => sum + principal, 0n);
  return {
    desk: portfolioDesk(bank),
    bank,
    file,
    compared: theirs.filter(({ loan }) => known.has(loan)).length,
    principalHere,
    differences,
  };
}

/** What people said of a difference that has no other half: explained up to a day, or settled by named events. */
export function statusOf(explanation: DeskExplanation | undefined, on: IsoDate): "unexplained" | "explained" | "resolved" {
  if (explanation?.reason === "resolved") return "resolved";
  return explanation?.clearBy !== undefined && explanation.clearBy >= on ? "explained" : "unexplained";
}

async function linesOf(db: Queryable, district: string, bank: string, file: PortfolioFile): Promise<LoanFigures[]> {
  const { rows } = await db.query<{
    loan: string;
    principal: string;
    interest: string | null;
    rate: string | null;
    due: string | null;
    status: LoanStanding | null;
  }>(
    `SELECT loan, principal::text, interest::text, rate, to_char(due, 'YYYY-MM-DD') AS due, status FROM ${S}.portfolio_line
     WHERE district = $1 AND bank = $2 AND day = $3::date AND sha256 = $4`,
    [district, bank, file.day, file.sha256],
  );
  return rows.map(({ loan, principal, interest, rate, due, status }) => ({
    loan,
    principal: BigInt(principal),
    ...(interest === null ? {} : { interest: BigInt(interest) }),
    ...(rate === null ? {} : { rate }),
    ...(due === null ? {} : { due }),
    ...(status === null ? {} : { status }),
  }));
}

/** Our loans as of the day: amounts from the books, the rest from the portfolio, which only lists the bank's own. */
async function loansOf({ books, portfolio, district }: PortfolioSources, bank: string, day: IsoDate): Promise<LoanFigures[]> {
  const question = { district, dims: { bank }, by: ["loan"] as const, asOf: day, zeros: true, limit: LOANS_MAX };
  const [household, enterprise, interest] = await Promise.all(
    ["9201", "9202", "9203"].map(async (account) => {
      const rows = await books.details({ ...question, account });
      return new Map(rows.map(({ dims, balance }) => [dims.loan ?? "", -balance.net]));
    }),
  );
  const loans: LoanFigures[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page: { readonly loans: readonly PortfolioLoan[]; readonly next?: string } = await portfolio.ofBank({
      district,
      bank,
      on: day,
      after: after === "" ? undefined : after,
      limit: PAGE,
    });
    for (const { loan, firstDrawnOn, annualRate, due } of page.loans) {
      if (firstDrawnOn > day) continue;
      const principal = (household?.get(loan) ?? 0n) + (enterprise?.get(loan) ?? 0n);
      const open = interest?.get(loan) ?? 0n;
      const settled = principal === 0n && open === 0n;
      const status = settled ? "settled" : principal > 0n && due <= day ? "overdue" : "performing";
      loans.push({ loan, principal, interest: open, rate: annualRate, due, status });
    }
    after = page.next;
  }
  return loans;
}

/** Changes of a loan's principal around the day. */
async function changesOf({ books, district }: PortfolioSources, loan: string, day: IsoDate): Promise<PrincipalChange[]> {
  const lines = await books.journal({ district, anyOf: [{ loan }], asOf: addDays(day, CAUSE_DAYS) });
  const since = addDays(day, -CAUSE_DAYS);
  const sums = new Map<number, PrincipalChange>();
  for (const { account, position, valueDate, debit, credit } of lines) {
    if ((account.id !== "householdLoanPrincipal" && account.id !== "enterpriseLoanPrincipal") || valueDate < since) continue;
    const before = sums.get(position)?.amount ?? 0n;
    sums.set(position, { position, valueDate, amount: before + credit - debit });
  }
  return [...sums.values()];
}
