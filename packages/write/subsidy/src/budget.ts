/*
 * S4 「预算可用」: what is on the subsidy account (1002.01) and not promised to anybody (2303) may be accrued; what is on it may
 * be paid. The policy parameter `subsidy.budgetControl` says what happens beyond: nothing, a warning, a refusal.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, resolve } from "@huimin/decider";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { errors } from "./errors.ts";

export interface Budget {
  readonly blocks: boolean;
  /** Cash of 1002.01 by the books. */
  readonly cash: Fen;
  /** Of it, what is not promised: may be negative. */
  readonly free: Fen;
}

/** What the resolver `subsidyFunds {exact}` answers, yuan: 1002.01 and 2303. `exact`: at the head of the log. */
export interface SubsidyFunds {
  readonly cash: string;
  readonly promised: string;
}

/** The budget where it is controlled; undefined where it is not. A warning need not know the very last entry, a refusal must. */
export function* gatherBudget(on: IsoDate): Gather<Budget | undefined> {
  const mode = (yield* loadPolicy(["subsidy.budgetControl"])).value("subsidy.budgetControl", on);
  if (mode === undefined || mode === "off") return undefined;
  const blocks = mode === "block";
  const funds = yield* resolve<SubsidyFunds>("subsidyFunds", { exact: String(blocks) });
  const cash = fen(funds.cash);
  return { blocks, cash, free: cash - fen(funds.promised) };
}

/** Whether an accrual is beyond the budget. Refuses SUBSIDY_BUDGET_EXCEEDED where the policy blocks. */
export function beyondBudget(budget: Budget | undefined, amount: Fen): Result<boolean, Refusal> {
  if (budget === undefined || amount <= 0n || amount <= budget.free) return ok(false);
  if (!budget.blocks) return ok(true);
  return refuse(errors.SUBSIDY_BUDGET_EXCEEDED, { amount: formatAmount(amount), free: formatAmount(budget.free) });
}

/** Whether a payment is beyond the cash. Refuses SUBSIDY_CASH_SHORT where the policy blocks. */
export function beyondCash(budget: Budget | undefined, amount: Fen): Result<boolean, Refusal> {
  if (budget === undefined || amount <= budget.cash) return ok(false);
  if (!budget.blocks) return ok(true);
  return refuse(errors.SUBSIDY_CASH_SHORT, { amount: formatAmount(amount), cash: formatAmount(budget.cash) });
}

const WARNINGS = {
  accrual: { code: errors.SUBSIDY_BUDGET_EXCEEDED, zh: "超出已拨入且未承诺的贴息资金", en: "beyond what is appropriated and not promised" },
  payment: { code: errors.SUBSIDY_CASH_SHORT, zh: "超出贴息资金专户余额", en: "beyond the cash of the subsidy account" },
} as const;

/** What an answer says of it. */
export const budgetWarning = (beyond: boolean, kind: keyof typeof WARNINGS) => (beyond ? { warnings: [WARNINGS[kind]] } : {});
/** What an event says of it. */
export const beyondMark = (beyond: boolean) => (beyond ? { beyondBudget: true } : {});

/** Cash and promises at the head of the log, whatever the policy says of budgets. */
export const subsidyFundsNow = (): Gather<SubsidyFunds> => resolve<SubsidyFunds>("subsidyFunds", { exact: "true" });
