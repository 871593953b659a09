import { Random } from "./random.ts";

/** One message of a bank. What it depends on has been answered before it is sent. */
export interface StormMessage {
  readonly id: number;
  readonly bank: string;
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  /** Ids of messages that come first. */
  readonly after: readonly number[];
  /** Its amount is what this settlement was answered with. */
  readonly paysFor?: number;
  /** Held as a suspected duplicate. */
  readonly held?: true;
}

export const BANKS = ["K1", "K2"] as const;
/** 放款日 of every loan, before the first settlement day. */
export const DRAWN_ON = "2017-02-22";
const QUARTERS = 12;
/** Suspected duplicates among repayments, and interest of the fund among all messages: one in so many. */
const HELD_EVERY = 40;
const FUND_EVERY = 50;

export const bankOfLoan = (nth: number): string => BANKS[nth % BANKS.length] as string;
export const loanName = (nth: number): string => `S${nth}`;

/** `2017-06-21`, the first day after a quarter's settlement day (the 20th). */
function quarterEnd(quarter: number): string {
  const month = 3 + 3 * quarter;
  return `${2017 + Math.floor((month - 1) / 12)}-${String(((month - 1) % 12) + 1).padStart(2, "0")}-21`;
}
const quarterStart = (quarter: number): string => (quarter === 0 ? DRAWN_ON : quarterEnd(quarter - 1));
/** A day of a quarter; the first one is short. */
const dayOf = (quarter: number, random: Random): string => {
  const start = quarterStart(quarter);
  const days = quarter === 0 ? 26 : 88;
  return Temporal.PlainDate.from(start)
    .add({ days: random.below(days) })
    .toString();
};

const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

/**
 * Exactly `posts` messages on `loans` loans. A settlement comes after the repayments of its quarter and the settlement before
 * it, because its amount is what is known then; a payment of interest after its settlement, a suspected duplicate after what
 * it resembles. Nothing else depends on anything.
 */
export function planMessages(posts: number, loans: number, seed: number): StormMessage[] {
  const random = new Random(seed);
  const fund = Math.floor(posts / FUND_EVERY);
  const lists = [fundMessages(fund, random)];
  for (let nth = 0; nth < loans; nth += 1) {
    const share = Math.floor(((posts - fund) * (nth + 1)) / loans) - Math.floor(((posts - fund) * nth) / loans);
    lists.push(loanMessages(nth, share, random));
  }
  return interleave(lists);
}

type Planned = Omit<StormMessage, "id" | "after"> & { readonly after: readonly Planned[]; readonly paysForPlanned?: Planned };

/** One message of each list after the other, as a day's messages come: those of one loan are apart. */
function interleave(lists: readonly (readonly Planned[])[]): StormMessage[] {
  const ids = new Map<Planned, number>();
  const longest = Math.max(...lists.map(({ length }) => length));
  for (let at = 0; at < longest; at += 1) for (const list of lists) if (list[at]) ids.set(list[at] as Planned, ids.size);
  return [...ids].map(([{ paysForPlanned, ...message }, id]) => ({
    ...message,
    id,
    after: message.after.map((before) => ids.get(before) as number),
    ...(paysForPlanned ? { paysFor: ids.get(paysForPlanned) as number } : {}),
  }));
}

function fundMessages(count: number, random: Random): Planned[] {
  return Array.from({ length: count }, (_, n) => {
    const bank = BANKS[n % BANKS.length] as string;
    const body = { bank, amount: yuan(100 + n), serial: `F${n}`, valueDate: dayOf(n % QUARTERS, random) };
    return { bank, path: "risk-fund-interest", body, after: [] };
  });
}

function loanMessages(nth: number, share: number, random: Random): Planned[] {
  const planned: Planned[] = [];
  const add = (message: Planned): Planned => {
    planned.push(message);
    return message;
  };
  const [loan, bank] = [loanName(nth), bankOfLoan(nth)];
  const quarters = Math.min(QUARTERS, Math.floor(share / 4));
  const repaid: Planned[][] = Array.from({ length: quarters }, () => []);
  for (let n = 0, left = share - 2 * quarters; left > 0; n += 1, left -= 1) {
    const quarter = quarters === 0 ? 0 : n % quarters;
    const body = { loan, valueDate: dayOf(quarter, random), serial: `R${nth}-${n}`, principal: yuan(101 + n) };
    const repayment = add({ bank, path: "repayments", body, after: [] });
    repaid[quarter]?.push(repayment);
    if (n % HELD_EVERY === 1 && left > 1) {
      add({ bank, path: "repayments", body: { ...body, serial: `H${nth}-${n}` }, after: [repayment], held: true });
      left -= 1;
    }
  }
  let before: Planned[] = [];
  for (let quarter = 0; quarter < quarters; quarter += 1) {
    const [from, toExcl] = [quarterStart(quarter), quarterEnd(quarter)];
    const settled = { loan, from, toExcl, valueDate: toExcl, serial: `I${nth}-${quarter}` };
    const settlement = add({ bank, path: "interest-settlements", body: settled, after: [...before, ...(repaid[quarter] ?? [])] });
    const paid = { loan, valueDate: toExcl, serial: `P${nth}-${quarter}` };
    add({ bank, path: "interest-payments", body: paid, after: [settlement], paysForPlanned: settlement });
    before = [settlement];
  }
  return planned;
}
