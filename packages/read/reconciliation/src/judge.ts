import { earlierDate, type IsoDate } from "@huimin/calendar";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import type { OpenItem } from "@huimin/reconciliation/events";
import type { DeskBinding, DeskClosing, DeskItem, DeskSource, DeskStatement } from "./desk-source.ts";
import { ageOf, bucketOf, type DeskExplanation, type Difference, type DifferenceItem, type DifferenceKind } from "./difference.ts";
import { type Match, NEARBY_DAYS } from "./items.ts";
import { matchItems } from "./match.ts";

export interface DeskFacts {
  readonly source: DeskSource;
  readonly binding: DeskBinding;
  readonly closing: DeskClosing | undefined;
  readonly through: IsoDate;
  /** Of the binding, also after `through`. */
  readonly statements: readonly DeskStatement[];
  /** Not settled, also after `through`: the other half of a pair may be there. */
  readonly lines: readonly DeskItem[];
  readonly books: readonly DeskItem[];
  readonly explanations: ReadonlyMap<string, DeskExplanation>;
  readonly confirmed: ReadonlyMap<string, readonly string[]>;
  readonly apart: readonly (readonly string[])[];
  readonly perBooks: Fen;
}

/** A fund account at a bank at the end of a day. */
export interface DeskDay {
  readonly desk: string;
  readonly account: string;
  readonly bank: string;
  readonly number: string;
  readonly day: IsoDate;
  readonly closing: DeskClosing | undefined;
  /** The statement of this very day. */
  readonly statement: DeskStatement | undefined;
  /** Balance that a statement of this day begins with, and the last day that it stands for. */
  readonly previous: { readonly day: IsoDate; readonly closing: Fen };
  /** Statements up to the day that no closed day covers, in their order. */
  readonly unclosed: readonly DeskStatement[];
  /** Of the last statement up to the day; undefined where there is none. */
  readonly perBank: Fen | undefined;
  readonly perBooks: Fen;
  /** Balance per bank − balance per books − what is open. Not nothing: a statement is missing. */
  readonly remainder: Fen;
  /** Matches that lie within the day. */
  readonly matches: readonly Match[];
  readonly differences: readonly Difference[];
  /** Every item that is not settled, also of later days. */
  readonly items: ReadonlyMap<string, DeskItem>;
  /** Ids in matches, also of later days. */
  readonly matched: ReadonlySet<string>;
  /** What carries over if the day is closed. */
  readonly open: readonly OpenItem[];
}

const printed = ({ id, side, date, amount, serial, order, position, text }: DeskItem): DifferenceItem => ({
  item: id,
  side,
  date,
  amount,
  ...(serial === undefined ? {} : { serial }),
  ...(order === undefined ? {} : { order }),
  ...(position === undefined ? {} : { position }),
  ...(text === undefined ? {} : { text }),
});

/** Candidates named with a difference. */
const CANDIDATES_MAX = 5;

class Judge {
  readonly #facts: DeskFacts;
  readonly items: ReadonlyMap<string, DeskItem>;
  readonly differences: Difference[] = [];
  readonly #byAmount = new Map<string, string[]>();

  constructor(facts: DeskFacts) {
    this.#facts = facts;
    this.items = new Map([...facts.lines, ...facts.books].map((item) => [item.id, item]));
  }

  within(ids: readonly string[]): DeskItem[] {
    return ids.flatMap((id) => {
      const item = this.items.get(id) as DeskItem;
      return item.day <= this.#facts.through ? [item] : [];
    });
  }

  /** What has no partner: it may be the partner of what has none on the other side. */
  offer(ids: readonly string[]): void {
    for (const item of this.within(ids)) {
      const key = `${item.side} ${item.amount}`;
      this.#byAmount.set(key, [...(this.#byAmount.get(key) ?? []).slice(0, CANDIDATES_MAX - 1), item.id]);
    }
  }

  add(kind: DifferenceKind, ids: readonly string[], counterparts: readonly string[] = []): void {
    const items = this.within(ids);
    const [first] = items;
    if (!first) return;
    const { through, explanations } = this.#facts;
    const explanation = items.map(({ id }) => explanations.get(id)).find((one) => one !== undefined);
    // An explanation holds until the day by which it was to clear.
    const holds = explanation?.clearBy !== undefined && explanation.clearBy >= through;
    const since = items.reduce((day, item) => earlierDate(day, item.date), first.date);
    const age = ageOf(since, through);
    const other = first.side === "bank" ? "book" : "bank";
    const sum = (side: string): Fen => sumFen(items.filter((item) => item.side === side).map(({ amount }) => amount));
    this.differences.push({
      id: first.id,
      kind,
      status: kind === "timing" ? "timing" : holds ? "explained" : "unexplained",
      items: items.map(printed),
      amount: sum("bank") - sum("book"),
      since,
      age,
      bucket: bucketOf(age),
      counterparts,
      candidates: kind === "bank-only" || kind === "book-only" ? (this.#byAmount.get(`${other} ${first.amount}`) ?? []) : [],
      ...(explanation ? { explanation } : {}),
    });
  }
}

const byAge = (a: Difference, b: Difference): number => (a.since === b.since ? (a.id < b.id ? -1 : 1) : a.since < b.since ? -1 : 1);

/** Matches what is there and says what differs at the end of the day. */
export function judgeDay(facts: DeskFacts): DeskDay {
  const { source, binding, closing, through, statements, lines, books, confirmed, apart, perBooks } = facts;
  const judge = new Judge(facts);
  const matching = matchItems(lines, books, { confirmed, apart });
  const matches: Match[] = [];
  const matched = new Set<string>();
  for (const match of matching.matches) {
    const ids = [...match.bank, ...match.book];
    const far = match.daysApart > NEARBY_DAYS && (match.rule === "serial" || match.rule === "order");
    if (!far) for (const id of ids) matched.add(id);
    const within = judge.within(ids);
    if (within.length === ids.length) {
      matches.push(match);
      if (far) judge.add("date", ids);
    } else if (within.length > 0) {
      const inside = new Set(within.map(({ id }) => id));
      judge.add(
        "timing",
        [...inside],
        ids.filter((id) => !inside.has(id)),
      );
    }
  }
  for (const { bank, book } of matching.amounts) judge.add("amount", [...bank, ...book]);
  judge.offer(matching.bankOnly);
  judge.offer(matching.bookOnly);
  for (const id of matching.bankOnly) judge.add("bank-only", [id]);
  for (const id of matching.bookOnly) judge.add("book-only", [id]);
  const differences = judge.differences.sort(byAge);
  const upTo = statements.filter(({ day }) => day <= through);
  const earlier = statements.filter(({ day }) => day < through).at(-1);
  const perBank = upTo.at(-1)?.closing;
  const open = differences.filter(({ kind }) => kind !== "date").flatMap(openItems);
  const sum = (side: string): Fen => sumFen(open.filter((one) => one.side === side).map(({ amount }) => amount));
  return {
    ...source,
    number: binding.number,
    day: through,
    closing,
    statement: upTo.at(-1)?.day === through ? upTo.at(-1) : undefined,
    previous: earlier ? { day: earlier.day, closing: earlier.closing } : { day: binding.from, closing: binding.opening },
    unclosed: upTo.filter(({ day }) => closing === undefined || day > closing.day),
    perBank,
    perBooks,
    remainder: perBank === undefined ? 0n : perBank - perBooks - (sum("bank") - sum("book")),
    matches,
    differences,
    items: judge.items,
    matched,
    open: open.map((one) => ({ ...one, amount: formatAmount(one.amount) })),
  };
}

const openItems = ({ items, status, explanation }: Difference) =>
  items.map(({ item, side, amount, date }) => ({
    item,
    side,
    amount,
    date,
    reason: status === "timing" ? "timing" : (explanation?.reason ?? "unexplained"),
  }));
