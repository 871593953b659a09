import type { IsoDate } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import type { LoanStatus, PortfolioLoan } from "./portfolio.ts";
import { changeOf } from "./projection.ts";

/**
 * One loan from the events of its own stream, as the portfolio would show it `on` a day: for questions on the time axes, where
 * only events up to a value date or up to what was known are given. Undefined before its first drawing.
 */
export function loanFromEvents(loan: string, events: readonly StoredEvent[], on: IsoDate): PortfolioLoan | undefined {
  const change = changeOf(loan, events);
  const { opened, set, drawn, principal, interest } = change;
  if (opened?.bank === undefined) return undefined;
  const [before] = Object.entries(change.dueBefore)
    .filter(([extendedOn]) => extendedOn > on)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const due = before?.[1] ?? set.get("due") ?? "";
  const day = (name: "contract_date" | "first_drawn_on"): string => set.get(name) ?? "";
  const steps = Object.entries(change.rateSteps)
    .filter(([from]) => from <= on)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const extendedFrom = set.get("extended_from");
  const contractRate = (extendedFrom !== undefined && extendedFrom <= on ? set.get("extended_rate") : set.get("annual_rate")) ?? "";
  const optional = {
    household: set.get("household") ?? opened.household,
    village: set.get("village") ?? opened.village,
    enterprise: opened.enterprise,
    batch: opened.batch,
    topUpOf: set.get("top_up_of"),
    renewedInto: set.get("renewed_into"),
    misuseFrom: set.get("misuse_from"),
    overdueSince: set.get("overdue_since"),
    lastSettledTo: change.settledTo,
  };
  return {
    loan,
    bank: opened.bank,
    contractDate: day("contract_date"),
    firstDrawnOn: day("first_drawn_on"),
    annualRate: steps.at(-1)?.[1] ?? contractRate,
    method: set.get("method") ?? "",
    due,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<PortfolioLoan>),
    drawn,
    principal,
    interestOpen: interest,
    status: statusOf(),
  };

  function statusOf(): LoanStatus {
    if (drawn === 0n) return "cancelled";
    if (optional.renewedInto !== undefined && principal === 0n) return "renewed";
    if (principal === 0n && interest <= 0n) return "settled";
    return principal > 0n && due <= on ? "overdue" : "performing";
  }
}
