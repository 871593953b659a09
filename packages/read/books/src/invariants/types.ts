/** One invariant of the books (domain 2.7) or of the read model, and what a check of it found. */
export interface InvariantResult {
  /** Stable, e.g. `2.7-8-interest-tiles`. */
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** A warning is a state that can be true and should be looked at; an error cannot be true. */
  readonly severity: "error" | "warning";
  /** How many things (events, loans, accounts …) were looked at. */
  readonly checked: number;
  readonly failed: number;
  /** The first findings, at most {@link EXAMPLES_MAX}; no personal data. */
  readonly examples: readonly string[];
}

export const EXAMPLES_MAX = 10;

/** Counts findings and keeps the first. */
export class Finding {
  checked = 0;
  failed = 0;
  readonly examples: string[] = [];
  readonly #id: string;
  readonly #title: { readonly zh: string; readonly en: string };
  readonly #severity: InvariantResult["severity"];

  constructor(id: string, zh: string, en: string, severity: InvariantResult["severity"] = "error") {
    this.#id = id;
    this.#title = { zh, en };
    this.#severity = severity;
  }

  fail(example: string): void {
    this.failed += 1;
    if (this.examples.length < EXAMPLES_MAX) this.examples.push(example);
  }

  result(): InvariantResult {
    return {
      id: this.#id,
      title: this.#title,
      severity: this.#severity,
      checked: this.checked,
      failed: this.failed,
      examples: this.examples,
    };
  }
}
