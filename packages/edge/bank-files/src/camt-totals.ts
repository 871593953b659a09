import { type Fen, formatAmount } from "@huimin/money";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { textOf, type XmlElement } from "./xml.ts";
import { countOf, directionOf, sumOf } from "./xml-fields.ts";

/* Totals of a statement or notification: what the message says against what its entries add up to. */

export const signed = (direction: "credit" | "debit", amount: Fen): Fen => (direction === "credit" ? amount : -amount);

export const total = (item: string, name: string, stated: string | number, computed: string | number): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_TOTAL, { item, total: name, stated, computed });

/** What every batch of an entry states; undefined where there is none, or one says nothing. */
export const allStated = <T>(values: readonly (T | undefined)[]): readonly T[] | undefined =>
  values.length > 0 && values.every((value) => value !== undefined) ? (values as readonly T[]) : undefined;

/** A message of several pages would be checked against totals that it does not hold. */
export function refusePage(pagination: XmlElement | undefined): void {
  const page = textOf(pagination, "PgNb");
  if (page !== undefined && (Number(page) > 1 || textOf(pagination, "LastPgInd") === "false"))
    throw new BankFileFault(errors.BANK_FILE_PAGED, { page: page.slice(0, 5) });
}

/** Entries of one direction. */
export interface Side {
  readonly count: number;
  readonly sum: Fen;
}

export function checkSummary(item: string, summary: XmlElement | undefined, entries: number, credits: Side, debits: Side): void {
  const sides: readonly (readonly [string, number, Fen])[] = [
    ["TtlNtries", entries, credits.sum + debits.sum],
    ["TtlCdtNtries", credits.count, credits.sum],
    ["TtlDbtNtries", debits.count, debits.sum],
  ];
  for (const [name, count, sum] of sides) {
    const stated = countOf(item, summary, [name, "NbOfNtries"]);
    if (stated !== undefined && stated !== count) throw total(item, `${name}/NbOfNtries`, stated, count);
    const statedSum = sumOf(item, summary, [name, "Sum"]);
    if (statedSum !== undefined && statedSum !== sum) throw total(item, `${name}/Sum`, formatAmount(statedSum), formatAmount(sum));
  }
  const net = amountOfNet(item, summary);
  if (net !== undefined && net !== credits.sum - debits.sum)
    throw total(item, "TtlNetNtry", formatAmount(net), formatAmount(credits.sum - debits.sum));
}

function amountOfNet(item: string, summary: XmlElement | undefined): Fen | undefined {
  const net = summary?.children.find(({ name }) => name === "TtlNtries")?.children.find(({ name }) => name === "TtlNetNtry");
  const amount = sumOf(item, net, ["Amt"]);
  return amount === undefined ? undefined : signed(directionOf(item, net), amount);
}
