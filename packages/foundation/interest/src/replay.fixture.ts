import type { IsoDate } from "@huimin/calendar";
import { Exact, fen } from "@huimin/money";
import { expect } from "vitest";
import { type InstalmentTerms, type LoanHappening, type LoanSettings, type LoanState, replayLoan } from "./index.ts";

/** 1,200.00 at 12 % over six months from 2024-01-01: one percent a month. */
export const HALF_YEAR: InstalmentTerms = {
  kind: "instalment",
  disbursements: [{ date: "2024-01-01", amount: fen("1200.00") }],
  annualRatePercent: new Exact(12),
  every: { count: 1, unit: "month" },
  instalments: 6,
  monthEnd: "clamp",
  method: "equal-instalment",
  interestOn: "balance",
  dayCount: "1/12",
  roundingMode: "half-up",
  amountUnit: 1n,
  instalmentUnit: 1n,
  instalmentRounding: "nearest",
  graceOnPrincipal: 0,
  graceOnInterest: 0,
  onTranche: "recompute",
};

/** A replay in which every happening is accepted. */
export const replayed = (
  terms: InstalmentTerms,
  settings: Partial<LoanSettings>,
  events: readonly LoanHappening[],
  asOf?: IsoDate,
): LoanState => {
  const result = replayLoan(terms, settings, events);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  expect([...result.value.refused.values()]).toEqual([]);
  return result.value.state(asOf);
};
