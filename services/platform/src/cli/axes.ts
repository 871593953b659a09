import type { KnownAt } from "@huimin/books";
import { parseDate } from "@huimin/calendar";
import { parseKnownAt } from "@huimin/service-ledger";
import type { Command } from "commander";
import { WrongUsage } from "./output.ts";

export interface AxesOptions {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly json?: boolean;
}

/** Options of every question to the books: both time axes. */
export const withAxes = (command: Command): Command =>
  command
    .option("--as-of <date>", "value date 业务发生日, inclusive (YYYY-MM-DD)")
    .option("--known-at <position|instant>", "only what was recorded up to then")
    .option("--json", "print JSON");

export function axesOf(options: AxesOptions): { asOf?: string; knownAt?: KnownAt } {
  if (options.asOf !== undefined && parseDate(options.asOf) === undefined)
    throw new WrongUsage(`--as-of ${options.asOf} is not a date that exists`);
  const knownAt = options.knownAt === undefined ? undefined : parseKnownAt(options.knownAt);
  if (options.knownAt !== undefined && knownAt === undefined)
    throw new WrongUsage("--known-at takes a position or an instant with its offset");
  return { ...(options.asOf === undefined ? {} : { asOf: options.asOf }), ...(knownAt === undefined ? {} : { knownAt }) };
}
