import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HouseholdSheets } from "@huimin/household-sheet";
import { amountInWords, type Fen, fen, formatAmount, formatAmountGrouped, sumFen } from "@huimin/money";
import { type IssuedStatement, issuedFor, outstandingOf, type StatementFigures } from "@huimin/statement/events";
import type { StatementRegister } from "@huimin/statement-register";
import { type PrinterPool, pdfText } from "@huimin/statements";
import { openStatements, readIssued } from "./documents.ts";
import { fileNameOf } from "./files.ts";
import type { OnProgress, StatementsOptions } from "./types.ts";

/*
 * Does the paper say what the books say? Every statement of a year is printed (or read from a folder), its text extracted,
 * and compared with the figures of its event; those are compared with the household's sheet, which comes from the journal
 * and knows nothing of statements.
 */

export interface CheckQuestion {
  readonly year: number;
  /** Folder of printed papers; without it they are printed anew and thrown away. */
  readonly papers?: string | undefined;
}

export interface CheckOptions extends StatementsOptions {
  readonly register: StatementRegister;
  readonly sheets: Pick<HouseholdSheets, "figures" | "entitlements">;
  readonly printer: Pick<PrinterPool, "print">;
  /** Reads a PDF; default: our own reader. Words that stand apart on the page are apart in the text. */
  readonly textOf?: (pdf: Buffer) => Promise<string>;
}

export interface CheckFault {
  readonly household: string;
  readonly number: string;
  readonly what: string;
}

export interface CheckReport {
  readonly year: number;
  readonly statements: number;
  readonly supplements: number;
  /** Amounts found on paper and compared. */
  readonly amounts: number;
  readonly faults: readonly CheckFault[];
}

const CHUNK = 50;
const AMOUNT = /-?\d{1,3}(?:,\d{3})*\.\d{2}(?!\d)/g;

export async function checkStatements(
  question: CheckQuestion,
  options: CheckOptions,
  onProgress: OnProgress = () => undefined,
): Promise<CheckReport> {
  const { year, papers } = question;
  const households = [...(await options.register.ofYear(options.district, year)).keys()];
  const faults: CheckFault[] = [];
  const counts = { statements: 0, supplements: 0, amounts: 0 };
  for (let first = 0; first < households.length; first += CHUNK) {
    const states = await readIssued(households.slice(first, first + CHUNK), options);
    const issued = [...states.values()].flatMap((state) => issuedFor(state, year));
    const jobs = await openStatements(issued, options);
    for (const [index, one] of issued.entries()) {
      const job = jobs[index];
      const fault = (what: string): void => void faults.push({ household: one.household, number: one.number, what });
      counts[one.supplement === 0 ? "statements" : "supplements"] += 1;
      for (const what of await sheetFaults(one, options)) fault(what);
      if (!job) continue; // shredded: it can't be printed again
      const bytes =
        papers === undefined
          ? (await options.printer.print(job)).bytes
          : await readFile(join(papers, fileNameOf(one))).catch(() => undefined);
      if (!bytes) {
        fault(`no file ${fileNameOf(one)}`);
        continue;
      }
      const text = await (options.textOf ?? ownReader)(bytes);
      counts.amounts += text.match(AMOUNT)?.length ?? 0;
      for (const what of paperFaults(one, text)) fault(what);
    }
    onProgress({ phase: "print", done: Math.min(first + CHUNK, households.length), total: households.length });
  }
  return { year, ...counts, faults };
}

const ownReader = async (pdf: Buffer): Promise<string> => pdfText(pdf, " ").join(" ");

const sum = (amounts: readonly string[]): Fen => sumFen(amounts.map(fen));

/** Amounts that a statement must show, as often as it must, and words of its sums. Written down here a second time on purpose. */
function expectedOf(figures: StatementFigures): { readonly amounts: readonly Fen[]; readonly words: readonly string[] } {
  const { dividends, stake, loans, interest, earlier = [] } = figures;
  const totals = (count: number, ...sums: Fen[]): Fen[] => (count > 1 ? sums : []);
  const entitled = sum(dividends.map((line) => line.entitled));
  const end = sum(loans.map((line) => line.end));
  const subsidy = sum(interest.map((line) => line.subsidy));
  const fields = <T extends object>(lines: readonly T[], ...names: (keyof T)[]): Fen[] =>
    lines.flatMap((line) => names.map((name) => fen(line[name] as string)));
  const outstanding = dividends.map(outstandingOf);
  const columns = interest.some((line) => fen(line.penalty) !== 0n)
    ? (["interest", "penalty", "subsidy", "own", "paid"] as const)
    : (["interest", "subsidy", "own", "paid"] as const);
  return {
    amounts: [
      ...fields(dividends, "entitled", "paidInYear"),
      ...outstanding,
      ...dividends.flatMap(({ basis }) => (basis === undefined ? [] : [fen(basis)])),
      ...totals(dividends.length, entitled, sum(dividends.map((line) => line.paidInYear)), sumFen(outstanding)),
      ...earlier.map(({ amount }) => fen(amount)),
      ...(stake ? fields([stake], "start", "added", "reduced", "end") : []),
      ...fields(loans, "start", "drawn", "repaid", "end"),
      ...totals(loans.length, ...(["start", "drawn", "repaid", "end"] as const).map((name) => sum(loans.map((line) => line[name])))),
      ...fields(interest, ...columns),
      ...totals(interest.length, ...columns.map((name) => sum(interest.map((line) => line[name])))),
    ],
    words: [
      ...(dividends.length > 0 ? [amountInWords(entitled)] : []),
      ...(loans.length > 0 ? [amountInWords(end)] : []),
      ...(interest.length > 0 && subsidy >= 0n ? [amountInWords(subsidy)] : []),
    ],
  };
}

/** Every amount that may stand on the paper: figures, their sums and what explains them. */
function knownAmounts({ figures, changed = [] }: IssuedStatement): Set<string> {
  const known = new Set(expectedOf(figures).amounts.map(formatAmountGrouped));
  const add = (value: unknown): void => {
    if (typeof value !== "string" || !/^-?\d+\.\d{2}$/.test(value)) return;
    known.add(formatAmountGrouped(fen(value))).add(formatAmountGrouped(-fen(value)));
  };
  const lines = [
    ...figures.dividends,
    ...(figures.earlier ?? []),
    ...figures.loans,
    ...figures.interest,
    ...(figures.help ?? []),
    ...changed,
  ];
  for (const line of lines) for (const value of Object.values(line)) add(value);
  add(figures.paidForEarlierYears);
  add(formatAmount(sum(figures.interest.map(({ clawback }) => clawback))));
  return known;
}

/** What the text of the paper lacks, or says that nobody knows. */
function paperFaults(issued: IssuedStatement, text: string): string[] {
  const found: readonly string[] = text.match(AMOUNT) ?? [];
  const solid = text.replaceAll(/\s/gu, "");
  const known = knownAmounts(issued);
  const faults = found.filter((amount) => !known.has(amount)).map((amount) => `the paper says ${amount}, which is no figure of it`);
  if (!solid.includes(issued.number)) faults.push("its number is not on the paper");
  if (!solid.includes(issued.household)) faults.push("the household's number is not on the paper");
  if (issued.supplement > 0) {
    for (const { key, is } of issued.changed ?? [])
      if (is !== undefined && /^-?\d+\.\d{2}$/.test(is) && !found.includes(formatAmountGrouped(fen(is))))
        faults.push(`${key} ${is} is not on the paper`);
    return faults;
  }
  const { amounts, words } = expectedOf(issued.figures);
  const left = [...found];
  for (const amount of amounts.map(formatAmountGrouped)) {
    const at = left.indexOf(amount);
    if (at < 0) faults.push(`${amount} is not on the paper as often as it is a figure`);
    else left.splice(at, 1);
  }
  for (const word of words) if (!solid.includes(word)) faults.push(`${word} is not on the paper`);
  return faults;
}

/** Where the figures are not those of the household's sheet, as known at the statement's cut-off. */
async function sheetFaults({ household, year, cutoff, figures }: IssuedStatement, { sheets, district }: CheckOptions): Promise<string[]> {
  const question = { district, household, knownAt: { position: cutoff.position } };
  const sheet = await sheets.figures({ ...question, asOf: `${year}-12-31` });
  const entitlements = (await sheets.entitlements(question)).filter((one) => one.year === year);
  const faults: string[] = [];
  const same = (what: string, statement: Fen, found: Fen): void => {
    if (statement !== found) faults.push(`${what}: ${formatAmount(statement)} on the statement, ${formatAmount(found)} on the sheet`);
  };
  same("stake", fen(figures.stake?.end ?? "0.00"), sheet.entrustedStake);
  same("own loans", sum(figures.loans.map(({ end }) => end)), sheet.ownLoanPrincipal);
  const pools = new Set([...entitlements.map(({ pool }) => pool), ...figures.dividends.map(({ pool }) => pool)]);
  for (const pool of pools) {
    const own = entitlements.filter((one) => one.pool === pool).map(({ line }) => line);
    const said = figures.dividends.filter((one) => one.pool === pool);
    same(`应发 of ${pool}`, sum(said.map(({ entitled }) => entitled)), sumFen(own.map(({ entitled }) => entitled)));
    const paid = sumFen(
      own.flatMap(({ items }) => items.filter(({ results }) => results.at(-1)?.status === "succeeded").map(({ amount }) => amount)),
    );
    same(`待付 of ${pool}`, sumFen(said.map(outstandingOf)), sumFen(own.map(({ entitled }) => entitled)) - paid);
  }
  return faults;
}
