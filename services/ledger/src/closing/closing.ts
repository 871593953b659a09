import type { CloseFacts, CloseStep } from "@huimin/period";
import { Sealer } from "@huimin/vouchers";
import { type CloseSpan, closeSteps } from "./steps.ts";
import type { ClosingSources } from "./types.ts";

/** Steps that all passed hold this long: a close that loses races with other bookings does not check them again each time. */
const STEPS_HOLD_MS = 10_000;

/**
 * What a close is decided on. The slow part, the steps, is looked at first; the seals, which must be of exactly the head of
 * the log, go on from where they were, so the close is recorded between two bookings of a busy day.
 */
export class Closing {
  readonly #sources: ClosingSources;
  readonly #sealer: Sealer;
  #after: string | undefined;
  #held: { readonly span: string; readonly steps: readonly CloseStep[]; readonly at: number } | undefined;

  constructor(sources: ClosingSources) {
    this.#sources = sources;
    this.#sealer = new Sealer(sources);
  }

  /** `atHead` brings the read models to the head of the log and answers where that is. */
  async facts(span: CloseSpan, atHead: () => Promise<number>): Promise<CloseFacts> {
    if (span.after !== this.#after) this.#sealer.forget();
    this.#after = span.after;
    await atHead();
    const steps = await this.#steps(span);
    if (steps.some(({ status }) => status === "blocked")) return { position: await atHead(), steps, seals: [] };
    await this.#sealer.seals({ after: span.after, through: span.period, position: await atHead() });
    const position = await atHead();
    return { position, steps, seals: await this.#sealer.seals({ after: span.after, through: span.period, position }) };
  }

  async #steps(span: CloseSpan): Promise<readonly CloseStep[]> {
    const name = `${span.after} ${span.period}`;
    const held = this.#held;
    if (held?.span === name && performance.now() - held.at < STEPS_HOLD_MS) return held.steps;
    const steps = await closeSteps(this.#sources, span);
    const passed = steps.every(({ status }) => status === "passed" || status === "skipped");
    this.#held = passed ? { span: name, steps, at: performance.now() } : undefined;
    return steps;
  }
}
