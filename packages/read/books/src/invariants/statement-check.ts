import type { DividendPayload } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { type DividendLine, outstandingOf, type StatementIssued } from "@huimin/statement/events";
import { postingOf } from "../rules/index.ts";
import type { LogCheck } from "./log-checks.ts";
import { Finding } from "./types.ts";

/** An entitlement that has not arrived lies on one of these: 2901.02, .03, .04, .07. */
const OWED = new Set(["dividendPayable", "payoutInTransit", "payoutReturned", "unclaimedMoney"]);

/** Changes of an amount, in the order of the log. */
interface Changes {
  readonly position: number;
  readonly amount: Fen;
}

/** One household's entitlement of a pool and year: what the lists gave it, and what the books still owe of it. */
interface Entitlement {
  readonly listed: Changes[];
  readonly owed: Changes[];
}

const upTo = (changes: readonly Changes[], position: number): Fen =>
  changes.reduce((sum, change) => (change.position <= position ? sum + change.amount : sum), 0n);

/** Amount that a line accounts for: paid, come back, still owed. */
const accountedFor = (line: DividendLine): Fen =>
  fen(line.paidInYear) + fen(line.paidAfterYearEnd ?? "0.00") + fen(line.returnedAfterYearEnd) + outstandingOf(line);

/** What is wrong with a statement's dividends; nothing when it is as lists and books had it at its cut-off. */
function faultOf({ figures, cutoff }: StatementIssued, known: ReadonlyMap<string, Entitlement>): string | undefined {
  const lines = new Map(figures.dividends.map((line) => [line.pool, line]));
  for (const pool of new Set([...lines.keys(), ...known.keys()])) {
    const line = lines.get(pool);
    const { listed, owed } = known.get(pool) ?? { listed: [], owed: [] };
    const [said, left] = line ? [fen(line.entitled), outstandingOf(line)] : [0n, 0n];
    const [list, books] = [upTo(listed, cutoff.position), upTo(owed, cutoff.position)];
    if (said !== list) return `pool ${pool}: statement ${formatAmount(said)}, list ${formatAmount(list)}`;
    if (left !== books) return `pool ${pool}: statement ${formatAmount(left)} still owed, books ${formatAmount(books)}`;
    if (line && accountedFor(line) !== said)
      return `pool ${pool}: the parts of ${line.entitled} add up to ${formatAmount(accountedFor(line))}`;
  }
  return undefined;
}

/**
 * 2.7 (7): what a household was told of a year is, pool by pool, what the publicised lists gave it, and what is still owed of
 * it is what the books owe, both as known at the cut-off of the statement. `publishedLists` holds the lists to their hash.
 */
export function statementsAreLists(): LogCheck {
  const finding = new Finding(
    "2.7-7-statement-is-list",
    "告知书分红与账簿、公示名单一致",
    "Dividends on a statement are those of the lists and of the books at its cut-off",
  );
  const households = new Map<string, Map<string, Entitlement>>();
  const of = (household: string, year: number | string, pool: string): Entitlement => {
    const key = `${year} ${household}`;
    const pools = households.get(key) ?? new Map<string, Entitlement>();
    households.set(key, pools);
    const found = pools.get(pool) ?? { listed: [], owed: [] };
    pools.set(pool, found);
    return found;
  };
  const list = (event: StoredEvent): void => {
    const { position } = event;
    // What is taken back is negative.
    if (event.type === "EntitlementsAllocated" || event.type === "EntitlementsReversed") {
      const { pool, year, lines } = event.payload as DividendPayload<"EntitlementsAllocated">;
      for (const { household, amount } of lines) of(household, year, pool).listed.push({ position, amount: fen(amount) });
    } else if (event.type === "EntitlementsDivided") {
      const { pool, year, side, source, moves } = event.payload as DividendPayload<"EntitlementsDivided">;
      if (side !== "source") return;
      for (const { household, amount } of moves) {
        of(source, year, pool).listed.push({ position, amount: -fen(amount) });
        of(household, year, pool).listed.push({ position, amount: fen(amount) });
      }
    }
  };
  const post = (event: StoredEvent): void => {
    const net = new Map<Entitlement, Fen>();
    for (const { account, debit, credit, dims } of postingOf(event).entries) {
      const { household, pool, year } = dims;
      if (!OWED.has(account) || household === undefined || pool === undefined || year === undefined) continue;
      const entitlement = of(household, year, pool);
      net.set(entitlement, (net.get(entitlement) ?? 0n) + credit - debit);
    }
    for (const [entitlement, amount] of net) if (amount !== 0n) entitlement.owed.push({ position: event.position, amount });
  };
  return {
    see(event) {
      if (event.stream.startsWith("entitlement/")) {
        list(event);
        post(event);
      } else if (event.type === "StatementIssued") {
        const statement = event.payload as StatementIssued;
        finding.checked += 1;
        const fault = faultOf(statement, households.get(`${statement.year} ${statement.household}`) ?? new Map());
        if (fault) finding.fail(`position ${event.position}: household ${statement.household}, ${statement.year}, ${fault}`);
      }
    },
    results: () => [finding.result()],
  };
}
