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
} from "@huimin/reconciliation-view";
import { serviceErrors as errors } from "./errors.ts";

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
