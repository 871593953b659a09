import { linkageFold, linkageStream } from "@huimin/linkage/events";
import { type SubsidisedLoan, subsidisedLoan } from "@huimin/subsidy/events";
import type { Axes, District } from "./district.ts";

/** A loan as the subsidy sees it then, with whom its enterprise carries; undefined before its first drawing. */
export async function subsidisedOf(district: District, loan: string, axes: Axes): Promise<SubsidisedLoan | undefined> {
  const state = await district.loan(loan, axes);
  const enterprise = state.subject?.enterprise;
  if (enterprise === undefined) return subsidisedLoan(state);
  return subsidisedLoan(state, await district.state(linkageStream(enterprise), linkageFold, axes));
}
