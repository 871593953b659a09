import type { BankPortfolio } from "@huimin/bank-portfolio";
import { type Books, findAccount } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import { atHead, type Resolver } from "@huimin/command-handler";
import type { EventStore } from "@huimin/event-store";
import type { JobKind } from "@huimin/jobs";
import { type AccountReconciliation, reconciliationState } from "@huimin/reconciliation-view";
import type { BankReconciliation } from "@huimin/service-ledger";
import { bankDay, type FactSources, reconcileAll, reconciliationItems } from "@huimin/service-reconciliation";
import type { Pool } from "pg";
import type { Platform } from "../types.ts";

/* 对账: what the commands ask, what the monthly close asks, and the runs. */

export interface ReconciliationSources {
  readonly pool: Pool;
  readonly books: Books;
  readonly portfolio: BankPortfolio;
  readonly store: EventStore;
  readonly district: string;
  /** Brings the read models to the head of the log and answers where that is. */
  readonly atHead: () => Promise<number>;
}

/** Differences are judged at the head of the log: the command is recorded there, or everything is asked again. */
export function reconciliationResolvers({ pool, atHead: reach, ...rest }: ReconciliationSources): Readonly<Record<string, Resolver>> {
  const sources: FactSources = { ...rest, db: pool };
  return {
    reconciliationItems: async (args, { recordedAt }) => {
      const head = await reach();
      return atHead(await reconciliationItems(sources, args, head, shanghaiDate(recordedAt)), head);
    },
    bankDay: async (args) => {
      const head = await reach();
      return atHead(await bankDay(sources, args, head), head);
    },
  };
}

/** First step of a monthly close: every fund account at the end of the month. */
export const bankReconciliation =
  (pool: Pool): BankReconciliation =>
  async ({ district, period }) =>
    (await reconciliationState(pool, { district, month: period })).map((state) => {
      const findings = findingsOf(state);
      const code = state.account.slice(0, "1002.01".length);
      const bank = state.account.slice(code.length + 1);
      const name = `${code} ${findAccount(code)?.zh ?? ""}${bank === "" ? "" : ` ${bank}`}`;
      return { account: name, bound: bank !== "", reconciled: findings.length === 0, findings };
    });

function findingsOf({ account, unexplained, unclosedDays, lastClosedDay, statementBalance }: AccountReconciliation): string[] {
  if (!account.includes("-")) return [`未绑定银行账户 stands at no bank`];
  const findings: string[] = [];
  if (statementBalance === undefined) findings.push("没有银行对账单 no statement");
  if (unexplained > 0) findings.push(`${unexplained} 笔差异未说明 unexplained`);
  if (unclosedDays > 0) findings.push(`${unclosedDays} 日未日结（日结至 ${lastClosedDay ?? "—"}） days not closed`);
  return findings;
}

/** How long a run waits for the read models to reach the head of the log. */
const WAIT_MS = 60_000;

/**
 * 自动对账, every morning and after a bank's statement: looks, counts and writes the ageing report into the process's log. It
 * closes nothing.
 */
export async function runReconciliation(platform: Platform, on: string, bank?: string) {
  const { projector, store, district, pool, logger } = platform;
  const reached = await projector.waitFor(await store.head(district), WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the head of the log in time");
  const run = await reconcileAll(pool, district, on, bank);
  for (const desk of run.desks) {
    const level = desk.unexplained > 0 ? "warn" : "info";
    logger[level]({ on, ...desk }, desk.unexplained > 0 ? "bank and books disagree" : "bank and books agree");
  }
  const ageing = run.ageing.map(({ amount, ...row }) => ({ ...row, fen: amount.toString() }));
  logger.info({ on, ageing }, "reconciliation: differences by age");
  return run;
}

/** The daily run, and the one that a statement asks for (`bank`). */
export const reconciliationJob = (platform: Platform): JobKind => ({
  name: "reconciliation",
  daily: { pattern: "30 7 * * *", dataAt: () => ({ day: shanghaiDate(platform.clock()), bank: "" }) },
  run: async ({ day, bank }) => {
    await runReconciliation(platform, day as string, bank === "" ? undefined : (bank as string));
  },
});
