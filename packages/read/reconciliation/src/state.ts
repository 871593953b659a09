import { type IsoDate, lastDayOfMonth } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { deskDay } from "./desk.ts";
import { deskOf, type Queryable } from "./desk-source.ts";
import { AGE_BUCKETS, type AgeBucket } from "./difference.ts";
import { RECONCILIATION_SCHEMA as S } from "./projection.ts";

/** Where a fund account of the books stands at the end of a month. */
export interface AccountReconciliation {
  /** `1002.02`; with its bank (`1002.02-K1`) where the account of the books stands at a bank. */
  readonly account: string;
  readonly lastClosedDay: string | undefined;
  /** Differences that nobody explained. */
  readonly unexplained: number;
  /** Days with a statement or a movement of the books that are not closed. */
  readonly unclosedDays: number;
  /** Of the last statement; undefined where there is none. */
  readonly statementBalance: Fen | undefined;
  readonly bookBalance: Fen;
}

/** Desks of fund accounts that began up to a day, in order. */
export async function fundAccounts(
  db: Queryable,
  district: string,
  on: IsoDate,
): Promise<
  readonly { readonly account: string; readonly bank: string; readonly number: string; readonly from: string; readonly to?: string }[]
> {
  const { rows } = await db.query<{ account: string; bank: string; number: string; from: string; to: string | null }>(
    `SELECT DISTINCT ON (account, bank) account, bank, number, to_char(from_date, 'YYYY-MM-DD') AS "from", to_char(to_date, 'YYYY-MM-DD') AS "to"
     FROM ${S}.binding WHERE district = $1 AND from_date <= $2::date ORDER BY account, bank, from_date DESC`,
    [district, on],
  );
  return rows.map(({ to, ...row }) => ({ ...row, ...(to === null ? {} : { to }) }));
}

/** Last day before `month` ends: the first step of a monthly close asks what is open up to it (bank reconciliation 1002.xx). */
const endOf = (month: string): IsoDate => lastDayOfMonth(`${month}-01`);

/**
 * Every account 1002.xx with its bank at the end of a month, as the log is known now: reconciled when nothing is unexplained and
 * every day is closed. Movements that stand at no bank are listed under their account, each as unexplained.
 */
export async function reconciliationState(
  db: Queryable,
  { district, month }: { readonly district: string; readonly month: string },
): Promise<readonly AccountReconciliation[]> {
  const through = endOf(month);
  const states: AccountReconciliation[] = [];
  for (const { account, bank } of await fundAccounts(db, district, through)) {
    const day = await deskDay(db, deskOf(district, account, bank), through);
    if (!day) continue;
    states.push({
      account: day.desk,
      lastClosedDay: day.closing?.day,
      unexplained: day.differences.filter(({ status }) => status === "unexplained").length,
      unclosedDays: unclosedDays(day).length,
      statementBalance: day.perBank,
      bookBalance: day.perBooks,
    });
  }
  return [...states, ...(await atNoBank(db, district, through))].sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** Days up to the desk's day that have a statement or a movement and are not closed. */
function unclosedDays({ closing, unclosed, items, day }: NonNullable<Awaited<ReturnType<typeof deskDay>>>): IsoDate[] {
  const days = new Set(unclosed.map((statement) => statement.day));
  for (const item of items.values()) if (item.day <= day && (closing === undefined || item.day > closing.day)) days.add(item.day);
  return [...days].sort();
}

/** Accounts with movements that no account at a bank stands for. */
async function atNoBank(db: Queryable, district: string, through: IsoDate): Promise<AccountReconciliation[]> {
  const { rows } = await db.query<{ account: string; movements: number; days: number; balance: string }>(
    `SELECT m.account, count(*)::integer AS movements, count(DISTINCT m.value_date)::integer AS days, sum(m.amount)::text AS balance FROM ${S}.movement m
     WHERE m.district = $1 AND m.value_date <= $2::date AND NOT EXISTS (
       SELECT FROM ${S}.binding b WHERE b.district = m.district AND b.account = m.account AND (m.bank IS NULL OR b.bank = m.bank)
         AND (b.to_date IS NULL OR b.to_date >= m.value_date))
     GROUP BY m.account ORDER BY m.account`,
    [district, through],
  );
  return rows.map(({ account, movements, days, balance }) => ({
    account,
    lastClosedDay: undefined,
    unexplained: movements,
    unclosedDays: days,
    statementBalance: undefined,
    bookBalance: BigInt(balance),
  }));
}

/** The days of an account (`1002.03-K1`) up to a day that are not closed: statement days and days with movements. */
export async function openDays(db: Queryable, district: string, account: string, throughDay: IsoDate): Promise<readonly IsoDate[]> {
  const day = await deskDay(db, deskOf(district, account.slice(0, 7), account.slice(8)), throughDay);
  return day ? unclosedDays(day) : [];
}

/** Unexplained differences of a month's end over all accounts. */
export const unexplained = async (db: Queryable, district: string, month: string): Promise<number> =>
  (await reconciliationState(db, { district, month })).reduce((sum, { unexplained: count }) => sum + count, 0);

export interface AgeingRow {
  readonly desk: string;
  readonly bucket: AgeBucket;
  readonly unexplained: number;
  readonly explained: number;
  /** Σ of the amounts without their sign. */
  readonly amount: Fen;
}

/** 账龄: open differences of every fund account by age. */
export async function ageing(db: Queryable, district: string, on: IsoDate): Promise<readonly AgeingRow[]> {
  const rows: AgeingRow[] = [];
  for (const { account, bank } of await fundAccounts(db, district, on)) {
    const day = await deskDay(db, deskOf(district, account, bank), on);
    for (const bucket of AGE_BUCKETS) {
      const of = (day?.differences ?? []).filter((one) => one.bucket === bucket && one.status !== "timing");
      if (of.length === 0) continue;
      const open = of.filter(({ status }) => status === "unexplained").length;
      const amount = of.reduce((sum, one) => sum + (one.amount < 0n ? -one.amount : one.amount), 0n);
      rows.push({ desk: accountOf(account, bank), bucket, unexplained: open, explained: of.length - open, amount });
    }
  }
  return rows;
}

const accountOf = (account: string, bank: string): string => `${account}-${bank}`;
