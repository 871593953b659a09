import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { CaseObject, CaseProblem } from "./reader.ts";
import { runDayCount, runDividend, runTimeValue } from "./run-arithmetic.ts";
import { runLoan } from "./run-loan.ts";

export const FORMAT = "loan-cases/1";

/** A folder that can't be run at all: missing, without case files, or with a file that is not readable JSON. */
export class WrongUsage extends Error {}

export interface CaseResult {
  readonly id: string;
  /** The first difference; undefined when the case passed. */
  readonly difference: string | undefined;
}

/** Runs one case through the engine. Whatever the format does not define is a difference with its name, never a pass. */
export function runCase(value: unknown, fallbackId: string): CaseResult {
  let id = fallbackId;
  try {
    const one = new CaseObject(value, "case");
    if (one.has("id")) id = one.text("id");
    for (const text of ["title", "source", "features", "notes"]) one.raw(text);
    const difference = differenceIn(one);
    if (difference === undefined) one.done();
    return { id, difference };
  } catch (error) {
    if (error instanceof CaseProblem) return { id, difference: error.message };
    return { id, difference: `the engine stopped: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function differenceIn(one: CaseObject): string | undefined {
  const kind = one.text("kind");
  for (const key of ["terms", "expected"]) if (!one.has(key)) throw new CaseProblem(`missing key case.${key}`);
  switch (kind) {
    case "schedule":
    case "repayments":
      return runLoan(one);
    case "day-count":
      return runDayCount(one);
    case "time-value":
      return runTimeValue(one);
    case "dividend":
      return runDividend(one);
    default:
      throw new CaseProblem(`unknown kind ${JSON.stringify(kind)}`);
  }
}

/** All cases of a folder, in the order of file names and of each file. Throws {@link WrongUsage}. */
export function casesIn(folder: string): { readonly file: string; readonly value: unknown; readonly fallbackId: string }[] {
  let names: string[];
  try {
    if (!statSync(folder).isDirectory()) throw new WrongUsage(`${folder} is not a folder`);
    names = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch (error) {
    if (error instanceof WrongUsage) throw error;
    throw new WrongUsage(`the folder ${folder} can't be read: ${(error as Error).message}`);
  }
  if (names.length === 0) throw new WrongUsage(`the folder ${folder} has no .json file`);
  return names.flatMap((name) => casesOf(join(folder, name)));
}

function casesOf(file: string): { file: string; value: unknown; fallbackId: string }[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new WrongUsage(`${file} is no readable JSON: ${(error as Error).message}`);
  }
  const { format, cases } = (content ?? {}) as { format?: unknown; cases?: unknown };
  const name = basename(file);
  if (format !== FORMAT)
    return [{ file, value: { id: name, kind: `format ${JSON.stringify(format)}`, terms: {}, expected: {} }, fallbackId: name }];
  if (!Array.isArray(cases)) throw new WrongUsage(`${file} has no list of cases`);
  return cases.map((value: unknown, index) => ({ file, value, fallbackId: `${name}#${index + 1}` }));
}
