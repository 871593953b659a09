import { PORTFOLIO_LINES_MAX, ReceivePortfolio, ReceivePortfolioLines } from "@huimin/reconciliation";
import type { PortfolioLine } from "@huimin/reconciliation/events";
import { outcomeOfRest } from "./booking.ts";
import type { FileStep, Item } from "./items.ts";
import { accepted, paired, type RecordedRow, type RowsOptions } from "./rows.ts";

/** Lines go to the stream of the file's day in parts; the portfolio counts when it is complete. */
export async function* recordPortfolio(steps: AsyncIterable<FileStep>, options: RowsOptions): AsyncGenerator<RecordedRow> {
  const { booking, bank, sha256 } = options;
  let day = "";
  let part = 0;
  let items: Item[] = [];
  const flush = async (): Promise<RecordedRow[]> => {
    const lines = items.flatMap(({ content }): PortfolioLine[] => (content.kind === "loan" ? [content.line] : []));
    if (lines.length > 0) {
      accepted(await booking.give(ReceivePortfolioLines, { bank, sha256, date: day, part, lines }));
      part += 1;
    }
    const rows = paired(items, items.map(outcomeOfRest));
    items = [];
    return rows;
  };
  for await (const step of steps) {
    if (step.kind === "portfolio-start") day = step.day;
    if (step.kind === "item") items.push(step.item);
    if (items.length === PORTFOLIO_LINES_MAX) yield* await flush();
    if (step.kind !== "portfolio-end") continue;
    yield* await flush();
    const { rows, principal } = step;
    accepted(await booking.give(ReceivePortfolio, { bank, sha256, date: day, rows, parts: part, principal }));
  }
}
