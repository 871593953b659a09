import type { JobData } from "@huimin/jobs";
import { yearEndJobAfter } from "../year-end/after.ts";
import type { FollowUp } from "./follow-up.ts";

export type { FollowUp } from "./follow-up.ts";

/** What follows from a recorded command, by its name and answer. */
export function followUpOf(command: string, answer: Readonly<Record<string, unknown>>): FollowUp | undefined {
  const { pool, year, draft, order, pendingParts } = answer;
  if (command === "AllocateDividend" && Number(pendingParts) > 0)
    return { kind: "allocation-posting", data: { pool: String(pool), year: String(year), draft: String(draft) } };
  if (command === "ReverseAllocation" && Number(pendingParts) > 0)
    return { kind: "allocation-reversal", data: { pool: String(pool), year: String(year), draft: String(draft) } };
  if (command === "OrderPoolPayout") return { kind: "pool-payout", data: { pool: String(pool), year: String(year), order: String(order) } };
  if (command === "ShredPersonalData") {
    const { person, keyClass, generation } = answer;
    return { kind: "shred", data: { person: String(person), keyClass: String(keyClass), generation: String(generation) } };
  }
  return yearEndJobAfter(command, answer);
}

/**
 * Hands what follows to the process's queue. A process without one (the command line) does it itself or leaves it to the
 * sweep of one that has.
 */
export class FollowUps {
  #enqueue: ((kind: string, data: JobData) => Promise<unknown>) | undefined;
  readonly #onFault: (fault: unknown, followUp: FollowUp) => void;

  constructor(onFault: (fault: unknown, followUp: FollowUp) => void) {
    this.#onFault = onFault;
  }

  deliverTo(enqueue: (kind: string, data: JobData) => Promise<unknown>): void {
    this.#enqueue = enqueue;
  }

  /** The command is recorded whether its job can be enqueued or not: the sweep finds what was missed. */
  after(command: string, answer: Readonly<Record<string, unknown>>): void {
    const followUp = followUpOf(command, answer);
    if (followUp) void this.add(followUp);
  }

  async add(followUp: FollowUp): Promise<void> {
    await this.#enqueue?.(followUp.kind, followUp.data).catch((fault: unknown) => this.#onFault(fault, followUp));
  }
}
