import type { BankPortfolio } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import { decodeCursor, encodeCursor, PAGE_DEFAULT, RefusalError } from "@huimin/http";
import { reconciliationErrors } from "@huimin/reconciliation";
import { deskParts } from "@huimin/reconciliation/events";
import {
  type ClaimsQuarter,
  claimsQuarter,
  type DeskDay,
  type DeskSource,
  deskDay,
  deskOf,
  type PortfolioDay,
  portfolioDay,
  type Queryable,
  unclaimedPage,
} from "@huimin/reconciliation-view";
import { serviceErrors as errors } from "./errors.ts";
import {
  printClaimDifference,
  printClaims,
  printDesk,
  printDifference,
  printPortfolio,
  printPortfolioDifference,
  printUnclaimed,
  type Reader,
} from "./printed.ts";

/** Where a question is answered from: the office's, or those of one bank in its transaction. */
export interface ReadingSources {
  readonly db: Queryable;
  readonly books: Books;
  readonly portfolio: BankPortfolio;
  readonly store: Pick<EventStore, "readStreams">;
  readonly district: string;
}

/** The desk of a fund account. Refuses DESK_UNKNOWN, also for another bank's. */
export function accountSource({ district }: ReadingSources, desk: string, bank?: string): DeskSource {
  const parts = deskParts(desk);
  if (parts?.kind !== "account" || (bank !== undefined && parts.bank !== bank))
    throw new RefusalError({ code: reconciliationErrors.DESK_UNKNOWN, details: { desk } });
  return deskOf(district, parts.account ?? "", parts.bank);
}

const nothing = (desk: string, day: string): RefusalError =>
  new RefusalError({ code: errors.RECONCILIATION_NOTHING, details: { desk, day } });

/** Refuses RECONCILIATION_NOTHING. */
export async function accountDay(sources: ReadingSources, of: DeskSource, day: string): Promise<DeskDay> {
  const found = await deskDay(sources.db, of, day);
  if (!found) throw nothing(of.desk, day);
  return found;
}

/** Refuses RECONCILIATION_NOTHING. */
export async function portfolioOf(sources: ReadingSources, bank: string, day: string | undefined, on: string): Promise<PortfolioDay> {
  const found = await portfolioDay(sources, { bank, day, on });
  if (!found) throw nothing(`portfolio-${bank}`, day ?? on);
  return found;
}

/** Refuses RECONCILIATION_NOTHING. */
export async function claimsOf(sources: ReadingSources, bank: string, quarter: string, on: string): Promise<ClaimsQuarter> {
  const found = await claimsQuarter(sources, { bank, quarter, on });
  if (!found) throw nothing(`claims-${bank}`, quarter);
  return found;
}

export interface DifferenceFilter {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly bucket?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Differences of a list that pass a filter, page by page: the list is computed, so the cursor is a place in it by its id. */
export function filtered<T extends { readonly id: string; readonly status: string; readonly bucket: string; readonly kind?: string }>(
  all: readonly T[],
  { status, kind, bucket, limit = PAGE_DEFAULT, cursor }: DifferenceFilter,
): { readonly items: readonly T[]; readonly next?: string } {
  const after = decodeCursor(cursor, 1)?.[0];
  const wanted = all
    .filter(
      (one) =>
        (status === undefined || one.status === status) &&
        (kind === undefined || one.kind === kind) &&
        (bucket === undefined || one.bucket === bucket),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const rest = after === undefined ? wanted : wanted.filter(({ id }) => id > String(after));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return rest.length > limit && last ? { items, next: encodeCursor([last.id]) } : { items };
}

/** A page of differences with what they are the differences of, as the office or the bank reads it. */
function listed<S extends object, D extends Parameters<typeof filtered>[0][number], P extends object>(
  summary: S,
  differences: readonly D[],
  filter: DifferenceFilter,
  print: (one: D) => P,
) {
  const { items, next } = filtered(differences, filter);
  return { ...summary, items: items.map(print), ...(next === undefined ? {} : { next }) };
}

export const listedDesk = (found: DeskDay, filter: DifferenceFilter, reader: Reader) =>
  listed(printDesk(found), found.differences, filter, (one) => printDifference(one, reader));

export const listedPortfolio = (found: PortfolioDay, filter: DifferenceFilter, reader: Reader) =>
  listed(printPortfolio(found), found.differences, filter, (one) => printPortfolioDifference(one, reader));

export const listedClaims = (found: ClaimsQuarter, filter: DifferenceFilter, reader: Reader) =>
  listed(printClaims(found), found.differences, filter, (one) => printClaimDifference(one, found, reader));

export interface UnclaimedQuestion {
  readonly banks: readonly string[];
  readonly on: string;
  readonly quarter?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** One bank, or every bank that has a loan. */
export const banksOf = async ({ portfolio, district }: ReadingSources, on: string, bank?: string): Promise<readonly string[]> =>
  bank === undefined ? (await portfolio.totals({ district, on })).map((one) => one.bank) : [bank];

/** 应报未报: what the banks could claim and never claimed. */
export async function listedUnclaimed(
  sources: ReadingSources,
  { banks, on, quarter, limit = PAGE_DEFAULT, cursor }: UnclaimedQuestion,
  reader: Reader,
) {
  const place = decodeCursor(cursor, 2);
  const after = place && { bank: String(place[0]), loan: String(place[1]) };
  const { items, next } = await unclaimedPage(sources, { banks, on, quarter, after, limit });
  return {
    on,
    items: items.map((one) => printUnclaimed(one, reader)),
    ...(next ? { next: encodeCursor([next.bank, next.loan]) } : {}),
  };
}
