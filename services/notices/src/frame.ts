import { amountInWords, type Fen, fen, formatAmount, formatAmountGrouped, sumFen } from "@huimin/money";
import type { NoticeSection, NoticeTable } from "@huimin/notices";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type Household, openHousehold } from "./read.ts";
import type { Asked, NoticesOptions, Said } from "./types.ts";

type Column = NoticeTable["columns"][number];
export const text = (head: string): Column => ({ head, kind: "text" });
export const center = (head: string): Column => ({ head, kind: "center" });
export const amount = (head: string): Column => ({ head, kind: "amount" });

/** Nothing to tell: NOTICE_NOTHING. */
export const nothing = (kind: string, { subject, year }: Pick<Asked, "subject" | "year">) =>
  refuse(errors.NOTICE_NOTHING, { subject, year, kind });

/** A table with the sum of its one column of amounts under it, 合计. */
export function summed(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): { readonly table: NoticeTable; readonly sum: Fen } {
  const at = columns.findIndex(({ kind }) => kind === "amount");
  const sum = sumFen(rows.map((row) => fen(row[at] as string)));
  const total = columns.map((_, index) => (index === 0 ? "合计" : index === at ? formatAmount(sum) : ""));
  return { table: { columns, rows, total }, sum };
}

/** 合计（大写）, as on the statement: figures are easily altered, words are not. */
export const inWords = (sum: Fen): string => `合计（大写）：人民币${sum < 0n ? "负" : ""}${amountInWords(sum < 0n ? -sum : sum)}`;

/** A sum for the verification page. */
export const shownSum = (item: string, sum: Fen): Said["shown"][number] => ({ item, value: `${formatAmountGrouped(sum)} 元` });

/** A slip to a household: what it is about, a table with its sum, that sum in words, and what is to be done. */
export async function slip(
  asked: Asked,
  options: NoticesOptions,
  say: {
    readonly title: string;
    readonly opening: string;
    readonly columns: readonly Column[];
    readonly rows: readonly (readonly string[])[];
    readonly closing?: readonly string[];
    readonly signatures?: readonly string[];
  },
): Promise<Result<Said, Refusal>> {
  const { table, sum } = summed(say.columns, say.rows);
  const sections: NoticeSection[] = [
    { title: "", lines: [say.opening], table },
    { title: "", lines: [inWords(sum), ...(say.closing ?? [])] },
  ];
  return toHousehold(asked, options, (person) => ({
    title: say.title,
    to: `${person.place} ${person.head}（户编号 ${asked.subject}）：`,
    sections,
    signatures: say.signatures ?? [],
    shown: [shownSum("合计", sum)],
  }));
}

/** What is said to a household whose head is known. Refuses NOTICE_PERSON_UNKNOWN. */
export async function toHousehold(asked: Asked, options: NoticesOptions, say: (person: Household) => Said): Promise<Result<Said, Refusal>> {
  const person = await openHousehold(asked.subject, asked, options);
  return person.ok ? { ok: true, value: say(person.value) } : person;
}
