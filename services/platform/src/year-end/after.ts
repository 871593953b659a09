import type { FollowUp } from "../compose/follow-up.ts";
import { STEP_AFTER, type StepName } from "./steps.ts";

/** The job of a step. `at`: the decision that it follows from. */
export const jobOf = (of: { readonly year: number; readonly run: number; readonly step: StepName; readonly at: string }): FollowUp => ({
  kind: "year-end",
  data: { year: String(of.year), run: String(of.run), step: of.step, at: of.at },
});

/** The job that follows from a decision of people. */
export function yearEndJobAfter(command: string, answer: Readonly<Record<string, unknown>>): FollowUp | undefined {
  const step = STEP_AFTER[command];
  if (step === undefined) return undefined;
  return jobOf({ year: Number(answer.year), run: Number(answer.run), step, at: String(answer.decisions) });
}
