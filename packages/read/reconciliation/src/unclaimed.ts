import { addMonths, type IsoDate, type Quarter } from "@huimin/calendar";
import { claimsDesk } from "@huimin/reconciliation/events";
import { type ClaimState, claimFold, claimStream, neverClaimed, quarterOfSettlement } from "@huimin/subsidy/events";
import { type ClaimSources, claimFacts, foldAll } from "./claim-facts.ts";
import { type ClaimFigures, figuresOf } from "./claims.ts";
import { readExplanations } from "./desk-source.ts";
import { type AgeBucket, ageOf, bucketOf, type DeskExplanation } from "./difference.ts";
import { statusOf } from "./portfolio-day.ts";

/*
 * 应报未报: settled and paid interest whose subsidy a bank could claim and has not. A household or an enterprise waits for that
 * money, so it is looked for from our side: the claim that nobody made is in no claim. A quarter is waited for from its first
 * day after, and a loan leaves the list when its bank claims it.
 */

export interface UnclaimedSubsidy {
  /** `q.{quarter}.{loan}.unclaimed` */
  readonly id: string;
  readonly bank: string;
  readonly loan: string;
  readonly quarter: Quarter;
  readonly figures: ClaimFigures;
  readonly status: "unexplained" | "explained" | "resolved";
  /** Days since the quarter ended. */
  readonly age: number;
  readonly bucket: AgeBucket;
  readonly explanation?: DeskExplanation;
}

/** First day after a quarter: from it a claim is waited for. */
export const dayAfter = (quarter: Quarter): IsoDate =>
  addMonths(`${quarter.slice(0, 4)}-${String(Number(quarter[5]) * 3 - 2).padStart(2, "0")}-01`, 3);

/** Loans whose streams are read at a time. */
const LOANS_PER_READ = 500;
/** Loans looked at for one page; a page may have fewer items than asked for, and still a next one. */
export const UNCLAIMED_LOANS_MAX = 5_000;

interface Question {
  readonly bank: string;
  readonly on: IsoDate;
  /** Only this quarter. */
  readonly quarter?: Quarter | undefined;
}

/** Of these loans of one bank, what can be claimed on a day and never was. */
async function unclaimedOf(sources: ClaimSources, loans: readonly string[], question: Question): Promise<UnclaimedSubsidy[]> {
  const { bank, on } = question;
  const facts = await claimFacts(sources, loans);
  const wanted = loans.flatMap((name) => {
    const loan = facts.loanOf(name);
    const quarters = new Set((loan?.settlements ?? []).map(quarterOfSettlement));
    const over = [...quarters].filter((one) => (question.quarter === undefined || one === question.quarter) && dayAfter(one) <= on);
    return loan ? over.sort().map((quarter) => ({ loan, quarter })) : [];
  });
  const claims = await foldAll(sources, [...new Set(wanted.map(({ quarter }) => claimStream(bank, quarter)))], claimFold);
  const linesOf = linesByLoan(claims);
  const explanations = wanted.length === 0 ? undefined : await readExplanations(sources.db, sources.district, claimsDesk(bank));
  return wanted.flatMap(({ loan, quarter }): UnclaimedSubsidy[] => {
    const lines = linesOf(claimStream(bank, quarter), loan.loan);
    const found = neverClaimed({ loan, policy: facts.policy, quarter }, facts.subsidyOf(loan.loan), lines);
    if (found.length === 0) return [];
    const id = `q.${quarter}.${loan.loan}.unclaimed`;
    const explanation = explanations?.get(id);
    const age = ageOf(dayAfter(quarter), on);
    const judged = { status: statusOf(explanation, on), age, bucket: bucketOf(age), ...(explanation ? { explanation } : {}) };
    const figures = figuresOf({ loan, policy: facts.policy, line: { settlements: found.map(({ days }) => days) } });
    return [{ id, bank, loan: loan.loan, quarter, figures, ...judged }];
  });
}

function linesByLoan(claims: ReadonlyMap<string, ClaimState>) {
  const byLoan = new Map<string, ReadonlyMap<string, ClaimState["lines"]>>();
  for (const [stream, { lines }] of claims)
    byLoan.set(
      stream,
      Map.groupBy(lines, ({ loan }) => loan),
    );
  return (stream: string, loan: string): ClaimState["lines"] => byLoan.get(stream)?.get(loan) ?? [];
}

/** Every loan of a bank in a quarter that is over. */
export async function unclaimedOfQuarter(
  sources: ClaimSources,
  question: Question & { readonly quarter: Quarter },
): Promise<readonly UnclaimedSubsidy[]> {
  const found: UnclaimedSubsidy[] = [];
  if (dayAfter(question.quarter) > question.on) return found;
  for await (const loans of loansOf(sources, question, "")) found.push(...(await unclaimedOf(sources, loans, question)));
  return found;
}

/** Pages of a bank's loans, by their number. */
async function* loansOf({ portfolio, district }: ClaimSources, { bank, on }: Question, after: string): AsyncGenerator<readonly string[]> {
  for (let next: string | undefined = after; next !== undefined; ) {
    const page: Awaited<ReturnType<typeof portfolio.ofBank>> = await portfolio.ofBank({
      ...{ district, bank, on, limit: LOANS_PER_READ },
      after: next === "" ? undefined : next,
    });
    yield page.loans.filter(({ status }) => status !== "cancelled").map(({ loan }) => loan);
    next = page.next;
  }
}

/** Where a page of the list ended. */
export interface UnclaimedPlace {
  readonly bank: string;
  readonly loan: string;
}

/**
 * What banks have not claimed, by bank, loan and quarter: of one bank, or of all. Items of one loan stand on one page, so a page
 * may be a few longer than `limit`; after {@link UNCLAIMED_LOANS_MAX} loans it ends, whatever was found.
 */
export async function unclaimedPage(
  sources: ClaimSources,
  {
    banks,
    on,
    quarter,
    after,
    limit,
  }: {
    readonly banks: readonly string[];
    readonly on: IsoDate;
    readonly quarter?: Quarter | undefined;
    readonly after?: UnclaimedPlace | undefined;
    readonly limit: number;
  },
): Promise<{ readonly items: readonly UnclaimedSubsidy[]; readonly next?: UnclaimedPlace }> {
  const items: UnclaimedSubsidy[] = [];
  let looked = 0;
  for (const bank of [...banks].sort()) {
    if (after !== undefined && bank < after.bank) continue;
    for await (const loans of loansOf(sources, { bank, on }, after?.bank === bank ? after.loan : "")) {
      const found = await unclaimedOf(sources, loans, { bank, on, quarter });
      const full = found.findIndex(({ loan }, n) => items.length + n + 1 >= limit && loan !== found[n + 1]?.loan);
      if (full >= 0) {
        const last = found[full] as UnclaimedSubsidy;
        return { items: [...items, ...found.slice(0, full + 1)], next: { bank, loan: last.loan } };
      }
      items.push(...found);
      looked += loans.length;
      const last = loans.at(-1);
      if (looked >= UNCLAIMED_LOANS_MAX && last !== undefined) return { items, next: { bank, loan: last } };
    }
  }
  return { items };
}
