import { BankFileFault, type PlacedRefusal, type RowOutcome, type RowStatus } from "@huimin/bank-files";
import { errorEntry, fillText, type Refusal } from "@huimin/outcome";
import { fileErrors as errors } from "./errors.ts";

/** A fault as people read it, in both languages. */
export interface PrintedFault {
  readonly row?: number;
  readonly column?: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
}

/** Code, place and remedy of a refusal. */
export function printed(refusal: Refusal | PlacedRefusal, row = refusal.row): PrintedFault {
  const entry = errorEntry(refusal.code);
  const text = (value: string | undefined): string => fillText(value ?? refusal.code, refusal.details);
  const column = "column" in refusal ? refusal.column : undefined;
  return {
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
    code: refusal.code,
    zh: text(entry?.zh),
    en: text(entry?.en),
    remedyZh: text(entry?.remedyZh),
    remedyEn: text(entry?.remedyEn),
  };
}

/** What became of a row, with its faults for the answer. */
export interface Outcome extends RowOutcome {
  readonly faults?: readonly PrintedFault[];
}

/** The outcome of a refused row; the first fault says why. */
export const refusedRow = (row: number, refusals: readonly (Refusal | PlacedRefusal)[]): Outcome =>
  saying(
    row,
    refusals.map((refusal) => printed(refusal, row)),
  );

/** The outcome of a row with these faults. */
export function saying(row: number, faults: readonly PrintedFault[]): Outcome {
  const [first] = faults;
  return {
    row,
    status: "refused",
    code: first?.code ?? "",
    reason: faults.map(({ zh, en }) => `${zh} ${en}`).join(" "),
    remedy: first ? `${first.remedyZh} ${first.remedyEn}` : "",
    faults,
  };
}

/** A file of which nothing is booked because of rows, with their faults. */
export class RowsFault extends BankFileFault {
  readonly faults: readonly PrintedFault[];
  readonly total: number;

  constructor(faults: readonly PrintedFault[], total: number) {
    const row = faults[0]?.row;
    super(errors.BANK_FILE_ROWS_REFUSED, { refused: total }, row === undefined ? {} : { row });
    this.faults = faults;
    this.total = total;
  }
}

export type Counts = Record<RowStatus, number>;
export const noCounts = (): Counts => ({ booked: 0, repeated: 0, held: 0, refused: 0, noted: 0 });
