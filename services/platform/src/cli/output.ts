import { errorEntry, fillText, type Refusal } from "@huimin/outcome";

/** Where a command prints; specs give their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Exit codes of `huimin`: 0 ok, 1 refused or found wrong, 2 wrong usage. */
export const EXIT = { ok: 0, refused: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with refusals: each is printed with code, place and remedy in both languages. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  readonly refusals: readonly Refusal[];
  constructor(refusals: readonly Refusal[]) {
    super(refusals[0]?.code ?? "refused");
    this.refusals = refusals;
  }
}

/** Ends a command whose arguments are wrong. */
export class WrongUsage extends Error {
  override readonly name = "WrongUsage";
}

/** Refusals printed at most; the number of the others is said. */
const REFUSALS_PRINTED_MAX = 50;

export function printRefusals(terminal: Terminal, refusals: readonly Refusal[], json: boolean): void {
  if (json) {
    terminal.out(JSON.stringify({ refused: refusals.map(textOf) }));
    return;
  }
  for (const refusal of refusals.slice(0, REFUSALS_PRINTED_MAX)) {
    const text = textOf(refusal);
    const place = [refusal.row === undefined ? "" : `第${refusal.row}行/row ${refusal.row} `, refusal.path ? `${refusal.path} ` : ""].join(
      "",
    );
    terminal.err(`${place}${text.code}: ${text.zh} ${text.remedyZh}`);
    terminal.err(`${" ".repeat(2)}${text.en} ${text.remedyEn}`);
  }
  if (refusals.length > REFUSALS_PRINTED_MAX) terminal.err(`… ${refusals.length - REFUSALS_PRINTED_MAX} 条 / more`);
}

function textOf(refusal: Refusal) {
  const entry = errorEntry(refusal.code);
  const fill = (text: string | undefined): string => fillText(text ?? refusal.code, refusal.details);
  return {
    code: refusal.code,
    ...(refusal.path === undefined ? {} : { path: refusal.path }),
    ...(refusal.row === undefined ? {} : { row: refusal.row }),
    zh: fill(entry?.zh),
    en: fill(entry?.en),
    remedyZh: fill(entry?.remedyZh),
    remedyEn: fill(entry?.remedyEn),
  };
}

/** Width of a text on a terminal: Chinese characters take two columns. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  );

/** A table in columns; those of `right` (amounts) are set to the right. */
export function printTable(
  terminal: Terminal,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): void {
  const widths = header.map((name, column) => Math.max(widthOf(name), ...rows.map((row) => widthOf(row[column] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
        return right.has(column) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  terminal.out(line(header));
  terminal.out(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows) terminal.out(line(row));
}
