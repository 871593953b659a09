import { checkIdentities } from "./identities.ts";
import { checkLoans } from "./loans.ts";
import { checkLog } from "./log.ts";
import type { CheckSources, InvariantResult } from "./types.ts";

export type { CheckSources, InvariantResult } from "./types.ts";

/**
 * Checks every invariant that can be checked on what is built (domain 2.7): the log's own, the books', and those of
 * loans and subsidies. The read models must have folded the log. Memory: one page of events, one number for each stream,
 * and the loans of the credit files.
 */
export async function checkInvariants(
  sources: CheckSources,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<InvariantResult[]> {
  const head = await sources.store.head(sources.district);
  const log = await checkLog(sources, onProgress);
  const identities = await checkIdentities(sources);
  const loans = await checkLoans(sources, () => onProgress(head, head));
  return [...log, ...identities, ...loans];
}
