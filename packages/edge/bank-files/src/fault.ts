import type { Refusal } from "@huimin/outcome";

/** A refusal at a place of a table. */
export interface PlacedRefusal extends Refusal {
  /** As the file names it. */
  readonly column?: string;
}

/** Thrown by a reader when the file as a whole cannot be taken: nothing of it may be booked. */
export class BankFileFault extends Error {
  override readonly name = "BankFileFault";
  readonly refusal: PlacedRefusal;

  constructor(
    code: string,
    details: Readonly<Record<string, string | number>> = {},
    place: { readonly row?: number; readonly column?: string } = {},
  ) {
    super(code);
    this.refusal = { code, details, ...place };
  }
}
