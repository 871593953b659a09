import { checkInvariants as checkBooks, type InvariantResult } from "@huimin/books";
import { checkVouchers } from "@huimin/vouchers";
import { checkClosedPeriods } from "../closing/index.ts";
import { checkEquity } from "./equity.ts";
import { checkLoans } from "./loans.ts";
import { checkBytes } from "./log.ts";
import type { CheckSources } from "./types.ts";

export type { CheckSources } from "./types.ts";

/**
 * Checks every invariant that concerns what is built: those of the books against the log (domain 2.7), the log's own
 * bytes, and each loan across log, books and portfolio. The read models must have folded the log.
 */
export async function checkInvariants(
  sources: CheckSources,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<InvariantResult[]> {
  const { pool, store, district } = sources;
  const books = await checkBooks({ pool, store, district, onProgress: ({ position, last }) => onProgress(position, last) });
  const vouchers = [...(await checkVouchers({ pool, district })), await checkClosedPeriods({ store, district })];
  return [...books, ...vouchers, ...(await checkBytes(sources)), ...(await checkLoans(sources)), ...(await checkEquity(sources))];
}

/** Those that can't be true and are: warnings are states to look at. */
export const broken = (results: readonly InvariantResult[]): InvariantResult[] =>
  results.filter((result) => result.severity === "error" && result.failed > 0);
