import { type AgeingRow, ageing, deskDay, deskOf, fundAccounts, type Queryable } from "@huimin/reconciliation-view";

/** What a run found at one desk. */
export interface DeskRun {
  readonly desk: string;
  readonly matched: number;
  readonly unexplained: number;
  readonly explained: number;
  /** Days with a statement that can be closed once nothing of them is unexplained. */
  readonly unclosed: number;
  readonly lastClosedDay: string | undefined;
}

export interface ReconciliationRun {
  readonly desks: readonly DeskRun[];
  readonly ageing: readonly AgeingRow[];
}

/** 自动对账: every fund account (or those of one bank) at the end of a day, and what is open by age. Records nothing. */
export async function reconcileAll(db: Queryable, district: string, on: string, bank?: string): Promise<ReconciliationRun> {
  const desks: DeskRun[] = [];
  for (const of of await fundAccounts(db, district, on)) {
    if (bank !== undefined && of.bank !== bank) continue;
    const day = await deskDay(db, deskOf(district, of.account, of.bank), on);
    if (!day) continue;
    const unexplained = day.differences.filter(({ status }) => status === "unexplained").length;
    desks.push({
      desk: day.desk,
      matched: day.matches.length,
      unexplained,
      explained: day.differences.length - unexplained,
      unclosed: day.unclosed.length,
      lastClosedDay: day.closing?.day,
    });
  }
  return { desks, ageing: await ageing(db, district, on) };
}
