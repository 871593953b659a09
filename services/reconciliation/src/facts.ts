import type { BankPortfolio } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import { formatAmount } from "@huimin/money";
import { type BankDayFacts, deskParts, type ItemFacts, type OpenItemsFacts } from "@huimin/reconciliation/events";
import { claimsQuarter, type Difference, deskDay, deskOf, portfolioDay, type Queryable } from "@huimin/reconciliation-view";

/** Where answers come from. `head`: everything up to it is in the read models. */
export interface FactSources {
  readonly db: Queryable;
  readonly books: Books;
  readonly portfolio: BankPortfolio;
  readonly store: Pick<EventStore, "readStreams">;
  readonly district: string;
}

/** After every day: what is there at all. */
const FOREVER = "9999-12-31";
/** Unexplained differences named in a refusal. */
const NAMED_MAX = 5;

/** Answers `reconciliationItems`: what the items asked for are at the head of the log; what does not exist is left out. */
export async function reconciliationItems(
  sources: FactSources,
  args: Readonly<Record<string, string>>,
  head: number,
  today: string,
): Promise<OpenItemsFacts> {
  const parts = deskParts(args.desk ?? "");
  const asked = JSON.parse(args.items ?? "[]") as string[];
  const found: Record<string, ItemFacts> = {};
  if (parts?.kind === "account") {
    const day = await deskDay(sources.db, deskOf(sources.district, parts.account ?? "", parts.bank), FOREVER);
    for (const id of asked) {
      const item = day?.items.get(id);
      if (!item) continue;
      const standing = day?.matched.has(id) ? "matched" : "open";
      found[id] = { side: item.side, amount: formatAmount(item.amount), date: item.date, standing };
    }
  }
  if (parts?.kind === "portfolio") {
    for (const day of new Set(asked.flatMap((id) => /^f\.(\d{4}-\d{2}-\d{2})\./.exec(id)?.[1] ?? []))) {
      const compared = await portfolioDay(sources, { bank: parts.bank, day, on: today });
      for (const { id } of compared?.differences ?? []) if (asked.includes(id)) found[id] = ofFile(day);
    }
  }
  if (parts?.kind === "claims") {
    for (const quarter of new Set(asked.flatMap((id) => /^q\.(\d{4}Q[1-4])\./.exec(id)?.[1] ?? []))) {
      const compared = await claimsQuarter(sources, { bank: parts.bank, quarter, on: today });
      for (const { id } of compared?.differences ?? []) if (asked.includes(id)) found[id] = ofFile(today);
    }
  }
  return { items: found, head };
}

const ofFile = (date: string): ItemFacts => ({ side: "file", amount: "0.00", date, standing: "open" });

/** 流水号 or place, amount and day of a difference, for a refusal. */
export const nameOf = ({ id, kind, items, amount }: Difference): string => {
  const [first] = items;
  return `${kind} ${first?.date ?? ""} ${formatAmount(kind === "amount" ? amount : (first?.amount ?? 0n))} ${first?.serial ?? first?.order ?? id}`;
};

/** Answers `bankDay`: the day of a fund account at the head of the log; undefined where no account stood for it. */
export async function bankDay(
  { db, books, district }: FactSources,
  args: Readonly<Record<string, string>>,
  head: number,
): Promise<BankDayFacts | undefined> {
  const { account = "", bank = "", day = "" } = args;
  const judged = await deskDay(db, deskOf(district, account, bank), day);
  if (!judged) return undefined;
  const { statement, previous, unclosed, open, differences, remainder, perBooks, matches } = judged;
  const dims = account === "1002.02" ? { bank } : {};
  const inBooks = await books.balance({ district, account, dims, asOf: day, knownAt: { position: head } });
  const unexplained = differences.filter(({ status }) => status === "unexplained");
  const earlier = unclosed.find((one) => one.day < day)?.day;
  return {
    knownAt: head,
    ...(statement
      ? {
          statement: {
            sha256: statement.sha256,
            from: statement.from,
            opening: formatAmount(statement.opening),
            closing: formatAmount(statement.closing),
          },
        }
      : {}),
    previous: { date: previous.day, closing: formatAmount(previous.closing) },
    ...(earlier === undefined ? {} : { earlierOpen: earlier }),
    balancePerBooks: formatAmount(perBooks),
    // The books and what is compared here come from the same events: anything between them is not understood either.
    remainder: formatAmount(remainder + (inBooks.net - perBooks)),
    matched: matches.length,
    open,
    unexplained: { count: unexplained.length, first: unexplained.slice(0, NAMED_MAX).map(nameOf) },
  };
}
