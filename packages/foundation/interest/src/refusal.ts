import { type Refusal, refuse } from "@huimin/outcome";

/** Carries a refusal out of the depth of a computation to the entry that returns it as a value. */
export class RefusalSignal extends Error {
  readonly refusal: Refusal;

  constructor(code: string, details?: Readonly<Record<string, string | number>>) {
    super(code);
    this.refusal = refuse(code, details).refusal;
  }
}
