import { type Period, periodOf } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { isOpen, type PeriodState } from "./evolve.ts";
import type { PeriodSeal, SurplusPart } from "./schema.ts";

/** Steps of a monthly close (domain 4.2), in their order. Lock, seals and checkpoint follow when none of them blocks. */
export const CLOSE_STEPS = ["bank-reconciliation", "sub-ledgers", "invariants", "trial-balance", "vouchers", "year-end"] as const;
export type CloseStepName = (typeof CLOSE_STEPS)[number];

export interface CloseStep {
  readonly step: CloseStepName;
  /** `blocked` refuses the close, `warning` is shown, `skipped` does not concern this month or this district. */
  readonly status: "passed" | "warning" | "blocked" | "skipped";
  readonly zh: string;
  readonly en: string;
  /** What was found, one text each; no personal data. */
  readonly findings: readonly string[];
}

/** What a close is decided on, from the read models: the steps, and the seals of the months that it closes. */
export interface CloseFacts {
  readonly position: number;
  readonly steps: readonly CloseStep[];
  readonly seals: readonly PeriodSeal[];
}

/** Findings named in a refusal; all of them are shown by the dry run. */
const FINDINGS_NAMED_MAX = 3;

/**
 * Whether a month may be closed at all. Refuses one that does not exist (PERIOD_DOES_NOT_EXIST), one after the month of
 * `today` (PERIOD_IN_FUTURE), and one that is closed already (PERIOD_ALREADY_CLOSED). Domain 2.0, 4.2: there is no
 * re-opening.
 */
export function closable(
  state: PeriodState,
  { period, today }: { readonly period: Period; readonly today: string },
): Result<undefined, Refusal> {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return refuse(errors.PERIOD_DOES_NOT_EXIST, { period }, { path: "/period" });
  const current = periodOf(today);
  if (period > current) return refuse(errors.PERIOD_IN_FUTURE, { period, current }, { path: "/period" });
  if (!isOpen(state, period)) {
    return refuse(errors.PERIOD_ALREADY_CLOSED, { period, lastClosed: state.lastClosed as Period }, { path: "/period" });
  }
  return ok(undefined);
}

/**
 * 结账. Closes `period` and every earlier month for ever; December closes the fiscal year. Refuses while a step blocks
 * (CLOSE_STEP_BLOCKED names the first); further refusals as {@link closable}.
 */
export function closePeriod(
  state: PeriodState,
  command: { readonly period: Period; readonly today: string; readonly facts: CloseFacts },
): Result<DomainEvent, Refusal> {
  const allowed = closable(state, command);
  if (!allowed.ok) return allowed;
  const { period, today, facts } = command;
  const blocked = facts.steps.find(({ status }) => status === "blocked");
  if (blocked !== undefined) {
    const more = blocked.findings.length > FINDINGS_NAMED_MAX ? " …" : "";
    const details = {
      period,
      stepZh: blocked.zh,
      stepEn: blocked.en,
      findings: `${blocked.findings.slice(0, FINDINGS_NAMED_MAX).join("; ")}${more}`,
    };
    return refuse(errors.CLOSE_STEP_BLOCKED, details, { path: `/steps/${blocked.step}` });
  }
  const steps = facts.steps.map(({ step, status, findings }) => ({ step, status, findings: findings.length }));
  return ok({ type: "PeriodClosed", valueDate: today, payload: { period, position: facts.position, steps, seals: facts.seals } });
}

/**
 * 结转以前年度盈余调整: the whole balance of 3501 of the fiscal year goes to 3001, the risk fund's part apart from the rest.
 * `balances` in yuan, credit positive.
 * Refuses a zero balance (NOTHING_TO_TRANSFER) and another fiscal year than that of the open period
 * (FISCAL_YEAR_NOT_CURRENT), because the transfer would be posted outside the year it clears.
 */
export function transferPriorYearAdjustment(command: {
  readonly fiscalYear: number;
  readonly currentYear: number;
  readonly balances: readonly SurplusPart[];
  readonly valueDate: string;
}): Result<DomainEvent, Refusal> {
  const { fiscalYear, currentYear, valueDate } = command;
  if (fiscalYear !== currentYear) {
    return refuse(errors.FISCAL_YEAR_NOT_CURRENT, { fiscalYear, current: currentYear }, { path: "/fiscalYear" });
  }
  const parts = command.balances.filter(({ amount }) => fen(amount) !== 0n);
  if (parts.length === 0) return refuse(errors.NOTHING_TO_TRANSFER, { fiscalYear });
  const named = parts.some(({ fund }) => fund !== undefined) ? { parts } : {};
  const amount = formatAmount(sumFen(parts.map((part) => fen(part.amount))));
  return ok({ type: "PriorYearAdjustmentTransferred", valueDate, payload: { amount, fiscalYear, ...named } });
}
