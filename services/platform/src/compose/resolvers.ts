import { ACCOUNTS, type Books } from "@huimin/books";
import { parseDate } from "@huimin/calendar";
import { atHead, type Resolver } from "@huimin/command-handler";
import type { CommandContext, Fold, RecordedEvent } from "@huimin/decider";
import { type HouseholdStanding, standingOf, touchedHousehold } from "@huimin/dividend";
import { entitlementFold, entitlementStream, type PoolState, poolBalance, poolFold, poolStream } from "@huimin/dividend/events";
import { type EventStore, type FoldSources, foldManyStreams } from "@huimin/event-store";
import { type Fen, fen, formatAmount, maxFen, sumFen } from "@huimin/money";
import type { SurplusLine, YearEndBalances } from "@huimin/period";
import type { Projector } from "@huimin/projector";
import { householdFacts, householdFold, householdStream, personFold, personStream } from "@huimin/registry/events";
import type { HoldingsIndex } from "@huimin/succession/events";
import type { Vault } from "@huimin/vault";
import type { ClosingDesk } from "./closing.ts";
import { privacyResolvers } from "./privacy.ts";

export interface ResolverSources {
  readonly store: EventStore;
  readonly kept: FoldSources["kept"];
  readonly vault: Vault;
  readonly books: Books;
  readonly projector: Projector;
  readonly desk: ClosingDesk;
  /** Answers of other parts of the platform, by name. */
  readonly more?: Readonly<Record<string, Resolver>>;
}

/** How long a command waits for the books to reach the head of the log. */
const BOOKS_WAIT_MS = 10_000;

/** Answers to what commands ask that is not in their streams in clear (see `resolve` of @huimin/decider). */
export function resolversOf(sources: ResolverSources): Readonly<Record<string, Resolver>> {
  return {
    ...sources.more,
    ...privacyResolvers({ ...sources, booksAtHead: (district) => booksAtHead(sources, district) }),
    birthDate: (args, context) => birthDate(sources, args, context),
    closeFacts: (args) => closeFacts(sources, args),
    yearEndBalances: (args, context) => yearEndBalances(sources, args, context),
    priorYearAdjustment: (args, context) => priorYearAdjustment(sources, args, context),
    householdStandings: (args, context) => householdStandings(sources, args, context),
    holdings: (args, context) => holdings(sources, args, context),
    touchedOfAllocation: (args, context) => touchedOfAllocation(sources, args, context),
    openBreaches: (args, context) => openBreaches(sources, args, context),
    unpaidDividends: (args, context) => unpaidDividends(sources, args, context),
    subsidyFunds: (args, context) => subsidyFunds(sources, args, context),
    // A command of thousands of rows gives other work of the process its turn.
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

async function folded<S>(store: EventStore, district: string, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

/** ISO birth date behind a person's sealed 身份证; undefined when the person is unknown or the key was shredded. */
async function birthDate(
  { store, vault }: ResolverSources,
  args: Readonly<Record<string, string>>,
  { district }: CommandContext,
): Promise<string | undefined> {
  const personId = args.personId ?? "";
  const sealed = args.idNumber || (await sealedIdNumber(store, district, personId));
  if (!sealed) return undefined;
  const number = await vault.unseal({ district, personId, field: "idNumber", sealed });
  if (number === undefined) return undefined;
  return parseDate(`${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`);
}

async function sealedIdNumber(store: EventStore, district: string, personId: string): Promise<string | undefined> {
  const person = await folded(store, district, personStream(personId), personFold);
  if (!person.household) return undefined;
  const household = await folded(store, district, householdStream(person.household), householdFold);
  return household.members.find((member) => member.personId === personId)?.idNumber;
}

/** Brings the books to the head of the log and answers where that is. */
async function booksAtHead({ store, projector }: ResolverSources, district: string): Promise<number> {
  const head = await store.head(district);
  const waited = await projector.waitFor(head, BOOKS_WAIT_MS);
  if (!waited.reached) throw new Error("the books did not reach the head of the log in time");
  return head;
}

/**
 * What the register says of many households on a day, for lists that are recorded in parts: some hundred a read,
 * from the register's tables where they are up to date. A household that does not exist is absent.
 */
async function householdStandings(
  sources: ResolverSources,
  args: Readonly<Record<string, string>>,
  { district }: CommandContext,
): Promise<Record<string, HouseholdStanding>> {
  const households = JSON.parse(args.households ?? "[]") as string[];
  const on = args.on ?? "";
  const standings: Record<string, HouseholdStanding> = {};
  await foldManyStreams(sources, district, households.map(householdStream), householdFacts, ({ state }, index) => {
    if (state.household !== undefined) standings[households[index] as string] = standingOf(state, on);
  });
  return standings;
}

/**
 * The first household of a posted list of which something was submitted, paid, divided or transferred, at the head of the log;
 * empty when there is none. Part by part, so that a list of any length takes the memory of a few.
 */
async function touchedOfAllocation(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const head = await sources.store.head(district);
  const { pool = "" } = args;
  const [year, draft, parts] = [Number(args.year), Number(args.draft), Number(args.parts)];
  let touched = "";
  const streams = Array.from({ length: parts }, (_, part) => entitlementStream(pool, year, part));
  await foldManyStreams(sources, district, streams, entitlementFold, ({ state }) => {
    if (touched !== "") return;
    touched = touchedHousehold(state, draft) ?? "";
  });
  return atHead(touched, head);
}

/** Balance of 3501 (credit positive), the risk fund's part apart, at the head of the log: the command is recorded at that head or decided again. */
async function priorYearAdjustment(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const head = await booksAtHead(sources, district);
  const year = args.fiscalYear === undefined ? undefined : Number(args.fiscalYear);
  const of = async (fund: "risk" | null): Promise<string> => {
    const { net } = await sources.books.balance({ district, account: "3501", year, dims: { fund }, knownAt: { position: head } });
    return formatAmount(-net);
  };
  return atHead([{ amount: await of(null) }, { fund: "risk", amount: await of("risk") }], head);
}

/** Steps and seals of a close, right at the head of the log that they name. */
async function closeFacts({ desk }: ResolverSources, { period = "", after = "" }: Readonly<Record<string, string>>) {
  const facts = await desk.closing.facts({ period, after }, desk.atHead);
  return atHead(facts, facts.position);
}

/**
 * Income and expense of a year before its transfer. What the books may know beyond the head is refused by the append, so
 * balances are asked for as they are now. The risk fund's part: its appropriation, and the recovery costs that it bore.
 */
async function yearEndBalances({ desk, books }: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const head = await desk.atHead();
  const year = Number(args.fiscalYear);
  const lines: SurplusLine[] = [];
  for (const account of ACCOUNTS.filter(({ yearly, codes }) => yearly && /^[45]/.test(codes.at(-1)?.code ?? ""))) {
    const rows = await books.details({ district, account: account.id, year, by: ["fund"] });
    const of = (fund: boolean) => rows.filter(({ dims }) => (dims.fund === "risk" || account.id === "appropriationRiskFund") === fund);
    for (const [fund, part] of [
      [{}, of(false)],
      [{ fund: "risk" }, of(true)],
    ] as const) {
      let net = 0n;
      for (const { balance } of part) net += balance.net;
      if (net !== 0n) lines.push({ account: account.id, ...fund, amount: formatAmount(-net) });
    }
  }
  const { net } = await books.balance({ district, account: "3501", year });
  const balances: YearEndBalances = { lines, priorYearAdjustment: formatAmount(-net) };
  return atHead(balances, head);
}

/** Where a household has stakes, open dividends and shares, at the head of the log: what a division of it must divide. */
async function holdings(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const head = await booksAtHead(sources, district);
  const dims = { household: args.household ?? "" };
  const at = { district, dims, knownAt: { position: head } };
  const [stakes, payable, returned, shares] = await Promise.all([
    sources.books.details({ ...at, account: "9101", by: ["loan"], zeros: true }),
    sources.books.details({ ...at, account: "2901.02", by: ["pool", "year"] }),
    sources.books.details({ ...at, account: "2901.04", by: ["pool", "year"] }),
    sources.books.details({ ...at, account: "9106", by: ["pool"] }),
  ]);
  const open = new Map([...payable, ...returned].map(({ dims: { pool = "", year } }) => [`${pool} ${year}`, { pool, year: Number(year) }]));
  const index: HoldingsIndex = {
    loans: stakes.map((row) => row.dims.loan ?? ""),
    entitlements: [...open.values()],
    sharePools: shares.map((row) => row.dims.pool ?? ""),
  };
  return atHead(index, head);
}

/** Claims against an obligor that are open by the books: compensated debt, clawed-back subsidy, money paid to the wrong one. */
const BREACHES = { "1218.01": "代偿追偿款", "1218.03": "贴息追回款", "1218.05": "错付追回款" } as const;

/** What a party owes the district, and the pools whose dividends it defaulted on (D1), at the head of the log. */
async function openBreaches(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const { store, books } = sources;
  const head = await booksAtHead(sources, district);
  const knownAt = { position: head };
  const party = args.party ?? "";
  const owed = await Promise.all(
    Object.entries(BREACHES).map(async ([account, name]) => {
      const { net } = await books.balance({ district, account, dims: { obligor: party }, knownAt });
      return net > 0n ? [`${name} ${formatAmount(net)}`] : [];
    }),
  );
  const receivable = await Promise.all(
    ["1218.06", "1215.01"].map((account) => books.details({ district, account, dims: { enterprise: party }, by: ["pool"], knownAt })),
  );
  const defaulted: string[] = [];
  for (const { dims } of receivable.flat()) {
    if (dims.pool === undefined) continue;
    const { events } = await store.readStream(district, poolStream(dims.pool));
    if (events.some(({ type }) => type === "DividendDefaulted")) defaulted.push(`分红违约 ${dims.pool}`);
  }
  return atHead([...owed.flat(), ...defaulted], head);
}

/**
 * Pools of a batch with money that is not paid out: in the pool (2901.01, less what a list carried on), payable (2901.02) or with
 * the bank (2901.03), at the head of the log.
 */
async function unpaidDividends(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const { store, books } = sources;
  const head = await booksAtHead(sources, district);
  const knownAt = { position: head };
  const declared = await books.details({
    district,
    account: "1218.06",
    dims: { enterprise: args.enterprise ?? "" },
    by: ["pool"],
    zeros: true,
    knownAt,
  });
  const unpaid: { pool: string; amount: string }[] = [];
  for (const { dims } of declared) {
    const { pool = "" } = dims;
    const state = await folded(store, district, poolStream(pool), poolFold);
    if (state.batch !== args.batch) continue;
    const owed = await Promise.all(
      ["2901.02", "2901.03"].map(async (account) => -(await books.balance({ district, account, dims: { pool }, knownAt })).net),
    );
    const amount = maxFen(0n, poolBalance(state) - carriedOf(state)) + sumFen(owed);
    if (amount > 0n) unpaid.push({ pool, amount: formatAmount(amount) });
  }
  return atHead(unpaid, head);
}

/** What the last list of the pool left for the next time (FLOOR_CARRY). */
function carriedOf({ years }: PoolState): Fen {
  const lists = [...years.values()]
    .flatMap(({ allocated }) => allocated.filter(({ reversed }) => !reversed))
    .sort((a, b) => a.year - b.year || a.draft - b.draft);
  return fen(lists.at(-1)?.carried ?? "0.00");
}

/**
 * Cash of 1002.01 and what of it is promised (2303). `exact`: at the head of the log; otherwise as far as the books are,
 * which does for a warning and costs no wait.
 */
async function subsidyFunds(sources: ResolverSources, args: Readonly<Record<string, string>>, { district }: CommandContext) {
  const { books } = sources;
  const head = args.exact === "true" ? await booksAtHead(sources, district) : undefined;
  const known = head === undefined ? {} : { knownAt: { position: head } };
  const [cash, promised] = await Promise.all(["1002.01", "2303"].map((account) => books.balance({ district, account, ...known })));
  const funds = { cash: formatAmount(cash?.net ?? 0n), promised: formatAmount(-(promised?.net ?? 0n)) };
  return head === undefined ? funds : atHead(funds, head);
}
