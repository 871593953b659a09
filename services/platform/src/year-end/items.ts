import type { PayoutOrder } from "@huimin/dividend/events";
import type { ArchiveResult } from "@huimin/service-statements";
import type { PoolPayout } from "../compose/pool-payout.ts";
import { yearEndItemErrors as errors } from "./errors.ts";
import type { ItemError } from "./progress.ts";

/* What a step could not do for some, as its status tells it. */

/** Who stands aside of an order, and how many are beyond the rows of its files. */
export function unpaidItems(
  { pool, bank }: Pick<PayoutOrder, "pool" | "bank">,
  { setAside, left }: Pick<PoolPayout, "setAside" | "left">,
): ItemError[] {
  const item = `${pool} ${bank}`;
  const aside = setAside.map(({ household, code }) => ({ item, household, code, details: { household } }));
  return left > 0 ? [...aside, { item, code: errors.YEAR_END_ROWS_LEFT, details: { left } }] : aside;
}

/** Statements of which the archive has no file. */
export const unprintedItems = (lacking: ArchiveResult["lacking"], year: number): ItemError[] =>
  lacking.map(({ number, household, lack, why = "" }) => ({
    item: number,
    household,
    code: lack === "erased" ? "STATEMENT_BASICS_ERASED" : errors.STATEMENT_NOT_PRINTED,
    details: { household, year, why },
  }));
