import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { deskDay } from "./desk.ts";
import { type DeskSource, type Queryable, readClosings } from "./desk-source.ts";

/**
 * A day of a fund account with a statement. closed 已日结; open: a difference of this day is unexplained; explained: only
 * explained ones; matched: none.
 */
export interface DeskDayRow {
  readonly day: IsoDate;
  readonly status: "open" | "explained" | "matched" | "closed";
  readonly opening?: Fen;
  readonly closing: Fen;
  readonly lines?: number;
  /** Differences that began on this day; of a closed day what it carried over. */
  readonly unexplained: number;
  readonly explained: number;
  readonly closedBy?: string;
  readonly closedAt?: string;
  readonly perBooks?: Fen;
  readonly openHash?: string;
}

/** Closed days of one answer. */
const CLOSED_DAYS_MAX = 400;

/** Days with a statement, the latest first. Differences that are open are shown on the day on which they began. */
export async function deskDays(
  db: Queryable,
  source: DeskSource,
  { from, through }: { readonly from: IsoDate; readonly through: IsoDate },
): Promise<readonly DeskDayRow[]> {
  const [closed, now] = [
    await readClosings(db, source, { through, since: from, limit: CLOSED_DAYS_MAX }),
    await deskDay(db, source, through),
  ];
  const rows: DeskDayRow[] = closed.map(({ day, perBank, perBooks, open, actor, recordedAt, openHash }) => ({
    day,
    status: "closed",
    closing: perBank,
    perBooks,
    unexplained: 0,
    explained: open.length,
    closedBy: actor,
    closedAt: recordedAt,
    openHash,
  }));
  for (const { day, opening, closing, lines } of now?.unclosed ?? []) {
    if (day < from) continue;
    const of = (now?.differences ?? []).filter(({ since, status }) => since === day && status !== "timing");
    const unexplained = of.filter(({ status }) => status === "unexplained").length;
    const explained = of.length - unexplained;
    const status = unexplained > 0 ? "open" : explained > 0 ? "explained" : "matched";
    rows.push({ day, status, opening, closing, lines, unexplained, explained });
  }
  return rows.sort((a, b) => (a.day < b.day ? 1 : -1));
}
