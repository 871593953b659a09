import { shanghaiDate } from "@huimin/calendar";
import type { JobData, JobKind } from "@huimin/jobs";
import type { YearEndRun } from "@huimin/year-end-run/events";
import type { Platform } from "../types.ts";
import { jobOf } from "./after.ts";
import { ProgressKeeper } from "./progress.ts";
import { runsThatGoOn } from "./read.ts";
import { isStepName, type StepName, WORKED_STEPS } from "./steps.ts";
import { workAt } from "./work.ts";

/*
 * A run on the queue: each step is a job whose id names run, step and the decision that it follows from, so the same decision
 * never has two. A job ends by enqueuing the next step; whoever starts later finds in the log what is to be done.
 */

const nextOf = (step: StepName): StepName | undefined => WORKED_STEPS[WORKED_STEPS.indexOf(step) + 1];

async function runStep(platform: Platform, data: JobData): Promise<void> {
  const { year, run, step, at = "" } = data;
  if (step === undefined || !isStepName(step)) return;
  const of = { year: Number(year), run: Number(run) };
  const worked = await workAt(platform, { ...of, step }, (folder) => new ProgressKeeper(folder, step));
  if (worked) platform.logger.info({ ...data }, "a step of the year-end run");
  const next = nextOf(step);
  if (next) await platform.followUps.add(jobOf({ ...of, step: next, at }));
}

/** Enqueues every run that goes on from its first step: what is done is passed over. `at`: under which name. */
export async function sweepYearEnds(platform: Platform, at: string): Promise<number> {
  const runs = await runsThatGoOn(platform);
  for (const one of runs) await sweepYearEnd(platform, one, at);
  return runs.length;
}

export const sweepYearEnd = (
  platform: Platform,
  { year, run }: { readonly year: number; readonly run: YearEndRun },
  at: string,
): Promise<void> => platform.followUps.add(jobOf({ year, run: run.plan.is.run, step: "snapshot", at }));

/** The jobs of year-end runs; daily, because a publicity ends by itself. */
export const yearEndJobs = (platform: Platform): JobKind[] => [
  { name: "year-end", run: (data) => runStep(platform, data) },
  {
    name: "year-end-sweep",
    daily: { pattern: "10 1 * * *", dataAt: () => ({ day: shanghaiDate(platform.clock()) }) },
    run: async ({ day }) => {
      const found = await sweepYearEnds(platform, `day-${day}`);
      platform.logger.info({ day, found }, "year-end runs that go on");
    },
  },
];

/** Goes on with a run in this process, step by step, as far as it goes by itself. */
export async function driveYearEnd(
  platform: Platform,
  of: { readonly year: number; readonly run: number },
  onProgress: (step: StepName, done: number, total: number) => void = () => undefined,
): Promise<readonly StepName[]> {
  const worked: StepName[] = [];
  for (const step of WORKED_STEPS) {
    const keeper = (folder: string) => new ProgressKeeper(folder, step, (done, total) => onProgress(step, done, total));
    if (await workAt(platform, { ...of, step }, keeper)) worked.push(step);
  }
  return worked;
}
