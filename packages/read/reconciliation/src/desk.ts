import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import {
  type DeskBinding,
  type DeskClosing,
  type DeskItem,
  type DeskSource,
  type DeskStatement,
  lookahead,
  type Queryable,
  readBinding,
  readBooked,
  readClosings,
  readExplanations,
  readLines,
  readMovements,
  readPairings,
  readStatements,
} from "./desk-source.ts";
import { type DeskDay, judgeDay } from "./judge.ts";
import { RECONCILIATION_SCHEMA as S } from "./projection.ts";

/*
 * A fund account at a bank on a day: what was not settled by a closed day is matched anew, every time, from the log's tables.
 * A closed day settles everything up to it that it does not list as open, as far as the log was known then. So later come:
 * the statements and movements after it, movements that were recorded late, what it left open, what people took apart again,
 * and what a statement that replaced a closed one added or took away.
 */

interface ItemsOf {
  readonly binding: DeskBinding;
  readonly closing: DeskClosing | undefined;
  readonly through: IsoDate;
}

const idsOf = (ids: readonly string[], prefix: string): string[] => ids.filter((id) => id.startsWith(prefix));

/** Ids of lines are `b.{day}.{content}.{nth}`; of lines that a bank took back `w.…`. */
const dayIn = (id: string): string => id.slice(2, 12);
const contentIn = (id: string): string => id.slice(13, 25);

async function unsettledLines(
  db: Queryable,
  source: DeskSource,
  { binding, closing, through }: ItemsOf,
  carried: ReadonlySet<string>,
): Promise<{ readonly items: DeskItem[]; readonly statements: DeskStatement[] }> {
  const { number, from } = binding;
  const statements = await readStatements(db, source, number, { from, through: lookahead(through) });
  const closedDay = closing?.day ?? "0001-01-01";
  const fresh = await readLines(
    db,
    source,
    number,
    statements.filter(({ day }) => day > closedDay),
  );
  const ids = [...carried];
  const days = new Set(ids.filter((id) => id.startsWith("b.") || id.startsWith("w.")).map(dayIn));
  const contents = ids.filter((id) => id.startsWith("b.")).map(contentIn);
  const old = statements.filter(({ day }) => day <= closedDay && days.has(day));
  const left = contents.length === 0 ? [] : (await readLines(db, source, number, old, contents)).filter(({ id }) => carried.has(id));
  const replaced = closing ? await replacedLines(db, source, number, closing, statements, carried) : [];
  const items = new Map([...fresh, ...left, ...replaced].map((item) => [item.id, item]));
  return { items: [...items.values()], statements };
}

const withdrawn = (item: DeskItem): DeskItem => ({ ...item, id: `w${item.id.slice(1)}`, amount: -item.amount, reversal: true });

/** What statements that came after the closing added to closed days, and what they no longer have. */
async function replacedLines(
  db: Queryable,
  source: DeskSource,
  number: string,
  closing: DeskClosing,
  statements: readonly DeskStatement[],
  carried: ReadonlySet<string>,
): Promise<DeskItem[]> {
  const later = statements.filter(({ day, position }) => day <= closing.day && position > closing.knownAt);
  const takenBack = idsOf([...carried], "w.");
  const days = new Set([...later.map(({ day }) => day), ...takenBack.map(dayIn)]);
  if (days.size === 0) return [];
  const versions = await readVersions(db, source, number, [...days]);
  const items: DeskItem[] = [];
  for (const { day, sha256 } of later) {
    const before = versions.filter((one) => one.day === day && one.position <= closing.knownAt).at(-1);
    const [now, was] = [
      await readLines(db, source, number, versions.filter((one) => one.day === day && one.sha256 === sha256).slice(-1)),
      before ? await readLines(db, source, number, [before]) : [],
    ];
    const [nowIds, wasIds] = [now, was].map((lines) => new Set(lines.map(({ id }) => id))) as [Set<string>, Set<string>];
    items.push(...now.filter(({ id }) => !wasIds.has(id)));
    // A line that was open and is gone was never settled: there is nothing to take back.
    items.push(...was.filter(({ id }) => !nowIds.has(id) && !carried.has(id)).map(withdrawn));
  }
  for (const id of takenBack) {
    const of = versions.filter((one) => one.day === dayIn(id));
    const lines = (await Promise.all(of.map((one) => readLines(db, source, number, [one], [contentIn(id)])))).flat().map(withdrawn);
    const found = lines.find((one) => one.id === id);
    if (found) items.push(found);
  }
  return items;
}

/** Every statement of some days in the order in which they came. */
async function readVersions(
  db: Queryable,
  { district, bank }: DeskSource,
  number: string,
  days: readonly string[],
): Promise<DeskStatement[]> {
  const { rows } = await db.query<{ day: string; sha256: string; position: string }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, sha256, position::text FROM ${S}.statement
     WHERE district = $1 AND bank = $2 AND number = $3 AND day = ANY ($4::date[]) ORDER BY statement.day, statement.position`,
    [district, bank, number, days],
  );
  return rows.map(({ day, sha256, position }) => ({
    day,
    sha256,
    position: Number(position),
    from: day,
    opening: 0n,
    closing: 0n,
    lines: 0,
  }));
}

/** A difference of the balances when the account began to stand for the books, and the transfer out when it ended. */
function ends({ binding, closing, through }: ItemsOf, atEnd: Fen, carried: ReadonlySet<string>): DeskItem[] {
  const { from, to, opening, before } = binding;
  const items: DeskItem[] = [];
  const settled = (id: string, day: IsoDate): boolean => closing !== undefined && day <= closing.day && !carried.has(id);
  const add = (id: string, day: IsoDate, amount: Fen, text: string): void => {
    if (amount !== 0n && day <= through && !settled(id, day))
      items.push({ id, side: "book", day, date: day, amount, kind: id.slice(0, 1), text });
  };
  add(`o.${from}`, from, before - opening, "期初余额差异");
  if (to !== undefined) add(`e.${to}`, to, -atEnd, "销户转出");
  return items;
}

/**
 * A fund account at a bank at the end of `through`; undefined where no account stood for it. Pass a bank's own client to see
 * what that bank may see.
 */
export async function deskDay(db: Queryable, source: DeskSource, through: IsoDate): Promise<DeskDay | undefined> {
  const binding = await readBinding(db, source, through);
  if (!binding) return undefined;
  const [closing] = await readClosings(db, source, { through, limit: 1 });
  const { confirmed, apart, reopened } = await readPairings(db, source, closing?.position ?? 0);
  const carried = new Set([...(closing?.open.map(({ item }) => item) ?? []), ...(closing ? reopened : [])]);
  const of = { binding, closing, through };
  const { items: lines, statements } = await unsettledLines(db, source, of, carried);
  const positions = idsOf([...carried], "p.").map((id) => Number(id.slice(2)));
  const movements = await readMovements(db, source, binding, { closing, through: lookahead(through), carried: positions });
  const balance = binding.before + (await readBooked(db, source, binding, through));
  const atEnd = binding.to === undefined || through < binding.to ? 0n : balance;
  const books = [...movements, ...ends(of, atEnd, carried)];
  const explanations = await readExplanations(db, source.district, source.desk);
  return judgeDay({ ...of, source, statements, lines, books, explanations, confirmed, apart, perBooks: balance - atEnd });
}
