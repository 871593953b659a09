/** A cell as the file has it. `number`: a workbook holds it as a number, not as text. */
export interface RawCell {
  readonly text: string;
  readonly number?: true;
}

/** A row as a spreadsheet shows it: numbered from 1, blank cells included. */
export interface RawRow {
  readonly row: number;
  readonly cells: readonly RawCell[];
}
