import { randomUUIDv7 } from "node:crypto";
import { addDays, shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import type { CommandOutcome } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { type JobKind, type Jobs, startJobs } from "@huimin/jobs";
import { MarkOverdue } from "@huimin/loan";
import { MarkBatchOverdue, MarkBatchOverdueCured } from "@huimin/pooled";
import type { Platform } from "../types.ts";
import { sweepYearEnds, yearEndJobs } from "../year-end/drive.ts";
import { runBreaker } from "./breaker.ts";
import { runAllocationPosting, runAllocationReversal, runDividendsOverdue, runPoolPayout } from "./dividend-jobs.ts";
import { shredDecided, sweepShreddings } from "./privacy.ts";
import { reconciliationJob } from "./reconciliation.ts";
import { sweepFollowUps } from "./sweep.ts";
import { startWebhooks, webhookJobs } from "./webhooks.ts";

/** Loans asked for at a time. */
const PAGE = 500;
/** How long a run waits for the read models to reach the head of the log. */
const WAIT_MS = 60_000;

export interface OverdueRun {
  readonly marked: number;
  /** Paid, extended or marked meanwhile. */
  readonly passed: number;
}

/** Which command marks what, under which key of the day. */
interface Mark {
  readonly definition: CommandDefinition;
  readonly body: { readonly valueDate: string };
  readonly key: string;
}

/** Loans and batches that the portfolio finds due and unpaid at the end of a day, and batches that no longer are. */
async function* dueMarks({ portfolio, district }: Platform, day: string): AsyncGenerator<Mark> {
  let after: string | undefined;
  do {
    const page = await portfolio.dueAndUnpaid({ district, on: day, unmarked: true, after, limit: PAGE });
    for (const { loan, due } of page.loans)
      yield { definition: MarkOverdue, body: { loan, valueDate: day } as Mark["body"], key: `overdue:${loan}:${due}:${day}` };
    after = page.next;
  } while (after !== undefined);
  for (const batch of await portfolio.dueBatches({ district, on: day }))
    yield { definition: MarkBatchOverdue, body: { batch, valueDate: day } as Mark["body"], key: `overdue-batch:${batch}:${day}` };
  for (const batch of await portfolio.curedBatches({ district, on: day }))
    yield { definition: MarkBatchOverdueCured, body: { batch, valueDate: day } as Mark["body"], key: `cured-batch:${batch}:${day}` };
}

/**
 * E3 逾期: marks every loan whose principal was due and unpaid at the end of `day`; where the loan is of a batch (分贷统还) the
 * batch, whose enterprise owes it; and unmarks a batch of which everything due was paid. Which may be overdue comes from the portfolio, whether they are is decided on the loan
 * or batch itself; a second run of a day changes nothing.
 */
export async function runOverdue(platform: Platform, day: string): Promise<OverdueRun> {
  const { store, district, projector, table } = platform;
  const reached = await projector.waitFor(await store.head(district), WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the head of the log in time");
  const count: Record<CommandOutcome["kind"], number> = { recorded: 0, repeated: 0, refused: 0, "key-conflict": 0 };
  for await (const { definition, body, key } of dueMarks(platform, day)) {
    const sender = { actor: "system", role: "SYS", channel: "system", keys: [{ client: "job", key }] } as const;
    const outcome = await table.handlerOf(definition.name).execute(definition, body, sender);
    count[outcome.kind] += 1;
    if (outcome.kind === "refused") platform.logger.info({ ...body, code: outcome.refusal.code }, "not marked overdue");
  }
  platform.projector.wake();
  return { marked: count.recorded, passed: count.refused + count.repeated + count["key-conflict"] };
}

/** Every job of the product. The daily runs judge the day that has ended. */
const kindsOf = (platform: Platform): JobKind[] => [
  ...webhookJobs(platform),
  ...yearEndJobs(platform),
  reconciliationJob(platform),
  {
    name: "overdue",
    daily: { pattern: "30 0 * * *", dataAt: () => ({ day: addDays(shanghaiDate(platform.clock()), -1) }) },
    run: async ({ day }) => {
      const result = await runOverdue(platform, day as string);
      platform.logger.info({ day, ...result }, "overdue run");
    },
  },
  {
    name: "breaker",
    daily: { pattern: "45 0 * * *", dataAt: () => ({ day: addDays(shanghaiDate(platform.clock()), -1) }) },
    run: async ({ day }) => {
      const result = await runBreaker(platform, day as string);
      platform.logger.info({ day, ...result }, "breaker run");
    },
  },
  {
    name: "dividends-overdue",
    daily: { pattern: "40 0 * * *", dataAt: () => ({ day: addDays(shanghaiDate(platform.clock()), -1) }) },
    run: async ({ day }) => {
      const marked = await runDividendsOverdue(platform, day as string);
      platform.logger.info({ day, marked }, "dividends overdue run");
    },
  },
  {
    name: "allocation-posting",
    run: async ({ pool, year }) => {
      const posted = await runAllocationPosting(platform, pool as string, Number(year));
      platform.logger.info({ pool, year, posted }, "parts of an allocation posted");
    },
  },
  {
    name: "allocation-reversal",
    run: async ({ pool, year }) => {
      const reversed = await runAllocationReversal(platform, pool as string, Number(year));
      platform.logger.info({ pool, year, reversed }, "parts of an allocation taken back");
    },
  },
  {
    name: "shred",
    run: async ({ person, keyClass }) => {
      const keys = await shredDecided(platform, platform.checkpointFolder, person as string);
      platform.logger.info({ person, keyClass, keys }, "keys of personal data destroyed");
    },
  },
  {
    name: "shred-sweep",
    daily: { pattern: "25 1 * * *", dataAt: () => ({ day: shanghaiDate(platform.clock()) }) },
    run: async ({ day }) => {
      const keys = await sweepShreddings(platform, platform.checkpointFolder);
      platform.logger.info({ day, keys }, "shreddings that were not carried out");
    },
  },
  {
    name: "pool-payout",
    run: async ({ pool, year, order }) => {
      const { total, setAside, ...counts } = await runPoolPayout(platform, pool as string, Number(year), Number(order));
      platform.logger.info({ pool, year, order, ...counts, setAside: setAside.length }, "batches of a pool's payout submitted");
    },
  },
  {
    name: "bank-files",
    daily: { pattern: "* * * * *", dataAt: () => ({ minute: shanghaiInstant(platform.clock()).slice(0, 16) }) },
    run: () => platform.bankFiles.sweep(),
  },
  {
    name: "dividend-follow-ups",
    daily: { pattern: "20 1 * * *", dataAt: () => ({ day: shanghaiDate(platform.clock()) }) },
    run: async ({ day }) => {
      const found = await sweepFollowUps(platform);
      platform.logger.info({ day, found }, "unfinished allocations and payouts enqueued");
    },
  },
];

/**
 * Starts the queue of the platform's district with its jobs. What was left half-way when a process ended, or was recorded
 * while none had a queue, is taken up at once.
 */
export async function startPlatformJobs(platform: Platform, redisUrl: string | undefined, more: readonly JobKind[] = []): Promise<Jobs> {
  const jobs = await startJobs({
    databaseUrl: platform.databaseUrl,
    redisUrl,
    district: platform.district,
    kinds: [...kindsOf(platform), ...more],
    onFailure: ({ kind, id, attempt, fault }) => platform.logger.warn({ kind, id, attempt, err: fault }, "a job failed and is tried again"),
  });
  platform.followUps.deliverTo(jobs.enqueue);
  await sweepFollowUps(platform);
  await sweepYearEnds(platform, `start-${randomUUIDv7()}`);
  await sweepShreddings(platform, platform.checkpointFolder);
  const sending = startWebhooks(platform, jobs);
  return {
    ...jobs,
    close: async () => {
      await sending.close();
      await jobs.close();
    },
  };
}
