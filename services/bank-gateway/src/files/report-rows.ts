import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { FileStep } from "./items.ts";
import { printed, type RowsFault, saying } from "./outcomes.ts";
import type { ReportRow } from "./reporting.ts";

/* Where the rows of a report come from. */

type Head = Extract<FileStep, { kind: "head" }>;

/** What stands above the rows. */
export async function headOf(steps: AsyncIterable<FileStep>): Promise<Head | undefined> {
  for await (const step of steps) {
    if (step.kind === "head") return step;
    if (step.kind === "item") return undefined;
  }
  return undefined;
}

/** Every row of a file of which nothing is booked: what is wrong with it, or that it waits for others to be corrected. */
export async function* refusedRows(steps: AsyncIterable<FileStep>, { faults }: RowsFault): AsyncGenerator<ReportRow> {
  const byRow = Map.groupBy(faults, ({ row }) => row);
  for await (const step of steps) {
    if (step.kind !== "item") continue;
    const { item } = step;
    const own = item.content.kind === "faulty" ? item.content.faults.map((fault) => printed(fault, item.row)) : byRow.get(item.row);
    yield { item, outcome: own ? saying(item.row, own) : { row: item.row, status: "refused" } };
  }
}

/** The rows that were written down while they were booked. */
export async function* journalRows(file: string): AsyncGenerator<ReportRow> {
  for await (const line of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as ReportRow;
}
