import { addDays, shanghaiDate } from "@huimin/calendar";
import type { CommandOutcome } from "@huimin/command-handler";
import { type JobKind, type Jobs, startJobs } from "@huimin/jobs";
import { MarkOverdue } from "@huimin/loan";
import type { Platform } from "../types.ts";

/** Loans asked for at a time. */
const PAGE = 500;
/** How long a run waits for the read models to reach the head of the log. */
const WAIT_MS = 60_000;

export interface OverdueRun {
  readonly marked: number;
  /** Paid, extended or marked meanwhile. */
  readonly passed: number;
}

/**
 * E3 逾期: marks every loan whose principal was due and unpaid at the end of `day`. Which loans may be overdue comes from the
 * portfolio, whether they are is decided on the loan itself; a second run of a day changes nothing.
 */
export async function runOverdue(platform: Platform, day: string): Promise<OverdueRun> {
  const { store, district, projector, portfolio, table } = platform;
  const reached = await projector.waitFor(await store.head(district), WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the head of the log in time");
  const handler = table.handlerOf(MarkOverdue.name);
  const count: Record<CommandOutcome["kind"], number> = { recorded: 0, repeated: 0, refused: 0, "key-conflict": 0 };
  let after: string | undefined;
  do {
    const page = await portfolio.dueAndUnpaid({ district, on: day, unmarked: true, after, limit: PAGE });
    for (const { loan, due } of page.loans) {
      const keys = [{ client: "job", key: `overdue:${loan}:${due}:${day}` }];
      const outcome = await handler.execute(
        MarkOverdue,
        { loan, valueDate: day },
        { actor: "system", role: "SYS", channel: "system", keys },
      );
      count[outcome.kind] += 1;
      if (outcome.kind === "refused") platform.logger.info({ loan, code: outcome.refusal.code }, "not marked overdue");
    }
    after = page.next;
  } while (after !== undefined);
  platform.projector.wake();
  return { marked: count.recorded, passed: count.refused + count.repeated + count["key-conflict"] };
}

/** Every job of the product. The daily runs judge the day that has ended. */
const kindsOf = (platform: Platform): JobKind[] => [
  {
    name: "overdue",
    daily: { pattern: "30 0 * * *", dataAt: () => ({ day: addDays(shanghaiDate(platform.clock()), -1) }) },
    run: async ({ day }) => {
      const result = await runOverdue(platform, day as string);
      platform.logger.info({ day, ...result }, "overdue run");
    },
  },
];

/** Starts the queue of the platform's district with its jobs. */
export const startPlatformJobs = (platform: Platform, redisUrl: string | undefined): Promise<Jobs> =>
  startJobs({
    databaseUrl: platform.databaseUrl,
    redisUrl,
    district: platform.district,
    kinds: kindsOf(platform),
    onFailure: ({ kind, id, attempt, fault }) => platform.logger.warn({ kind, id, attempt, err: fault }, "a job failed and is tried again"),
  });
