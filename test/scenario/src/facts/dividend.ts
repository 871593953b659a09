import { addDays, earlierDate } from "@huimin/calendar";
import { type DraftState, poolFold, poolStream } from "@huimin/dividend/events";
import { fen, formatAmount } from "@huimin/money";
import { isRefused, type Outcome } from "../district.ts";
import type { Entry, Fact } from "../format.ts";
import { done, type Handler, inOrder, type Playable, pick, plain, type Story } from "../story.ts";

/*
 * Dividends and asset income up to the entitlement. A list that no fact publicises or approves is drafted, publicised for the
 * due days and approved just before it is allocated; a fact that publicises takes the list of the next allocation.
 */

/** Days that a publicity lasts whose days no fact states. */
const PUBLICITY_DAYS = 10;

const send = (command: string, body: Readonly<Record<string, unknown>>, entry: Entry, by: string, story: Story): Promise<Outcome> =>
  story.district.send(command, body, by, by === entry.by ? { period: entry.period } : {});

const draftOf = async (pool: string, year: number, { district }: Story): Promise<DraftState | undefined> =>
  (await district.state(poolStream(pool), poolFold)).years.get(year)?.current;

/** The list is not posted yet: a draft of it stands. */
const isOpen = (draft: DraftState | undefined): draft is DraftState => draft !== undefined && draft.status !== "allocated";

/** Facts after an entry; of an attempt, the facts that are still to come. */
function factsAfter(entry: Entry, { facts }: Story): readonly Fact[] {
  const index = facts.indexOf(entry as Fact);
  if (index >= 0) return facts.slice(index + 1);
  const { afterFact } = entry as Entry & { readonly afterFact?: number };
  return facts.filter(({ n }) => n > (afterFact ?? 0));
}

const nextAllocation = (entry: Entry, story: Story, pool: string, year?: number): Fact | undefined =>
  factsAfter(entry, story).find(
    ({ event, data }) => event === "DividendAllocated" && data.pool === pool && (year === undefined || data.year === year),
  );

/** The command that drafts the list of an allocation. */
function draftBody(allocation: Entry, valueDate: string): Record<string, unknown> {
  const { pool, year, total, method, residueRule, weights, segments, snapshot } = allocation.data;
  return {
    pool,
    year,
    total,
    method,
    residueRule,
    snapshot: snapshot ?? allocation.valueDate,
    ...(weights === undefined ? {} : { weights: Object.entries(weights).map(([household, weight]) => ({ household, weight })) }),
    ...(weights === undefined && segments !== undefined && method !== "fixed-rate" ? { segments } : {}),
    valueDate,
  };
}

/** A list that is publicised may wait for its money: the allocation is what needs it. */
async function draft(allocation: Entry, valueDate: string, entry: Entry, story: Story): Promise<Outcome> {
  const body = draftBody(allocation, valueDate);
  const drafted = await send("DraftAllocation", body, entry, "FIN-M", story);
  return isRefused(drafted, "ABOVE_FUNDS_RECEIVED")
    ? send("DraftAllocation", { ...body, beforeFunds: true }, entry, "FIN-M", story)
    : drafted;
}

interface Window {
  readonly from: string;
  readonly to: string;
}

async function publicise(allocation: Entry, window: Window, entry: Entry, by: string, story: Story): Promise<Outcome> {
  const { pool, year } = allocation.data;
  const on = earlierDate(window.from, entry.valueDate);
  return inOrder(
    () => draft(allocation, on, entry, story),
    () => send("PostPublicity", { pool, year, ...window, valueDate: entry.valueDate }, entry, by, story),
  );
}

/** The due days before the list is approved or allocated. */
function windowBefore(entry: Entry, story: Story, allocation: Entry): Window {
  const { pool, year } = allocation.data;
  const approval = factsAfter(entry, story).find(
    ({ event, data }) => event === "AllocationApproved" && data.pool === pool && data.year === year,
  );
  const until = entry.event === "AllocationApproved" || entry === allocation ? entry : (approval ?? allocation);
  const to = addDays(until.valueDate, -1);
  return { from: earlierDate(entry.valueDate, addDays(to, 1 - PUBLICITY_DAYS)), to };
}

/** A list of the pool hangs out, or is approved; what no fact has publicised is publicised now. */
async function published(entry: Entry, story: Story, pool: string, year?: number): Promise<Outcome> {
  const allocation = entry.event === "DividendAllocated" ? entry : nextAllocation(entry, story, pool, year);
  if (!allocation || story.attempt) return done;
  if (isOpen(await draftOf(pool, allocation.data.year, story))) return done;
  return publicise(allocation, windowBefore(entry, story, allocation), entry, "VIL", story);
}

/** A list that can't be drawn up yet (a household comes into being later) is publicised with the allocation. */
const LATER = ["NOT_ELIGIBLE_ON_SNAPSHOT", "POOL_UNKNOWN", "FIXED_RATE_NOT_DECLARED", "LIST_EMPTY", "LIST_WEIGHTS_INVALID"];

const postPublicity: Handler = async (entry, story) => {
  const { pools, year, from, to } = entry.data;
  const one = async (pool: string): Promise<Outcome> => {
    const allocation = nextAllocation(entry, story, pool, year);
    if (story.attempt || !allocation)
      return send("PostPublicity", { pool, year, from, to, valueDate: entry.valueDate }, entry, entry.by, story);
    const posted = await publicise(allocation, { from, to }, entry, entry.by, story);
    return LATER.some((code) => isRefused(posted, code)) ? done : posted;
  };
  return inOrder(...(pools as string[]).map((pool) => () => one(pool)));
};

const onList =
  (command: string, body: (entry: Entry) => Readonly<Record<string, unknown>>): Handler =>
  async (entry, story) => {
    const { pool, year } = entry.data;
    return inOrder(
      () => published(entry, story, pool, year),
      () => send(command, body(entry), entry, entry.by, story),
    );
  };

/** Without a draft, the list of a fact of publicity could not be drawn up yet: it is approved with the allocation. */
const approve: Handler = async (entry, story) => {
  const { pool, year } = entry.data;
  const waiting = !story.attempt && !isOpen(await draftOf(pool, year, story)) && publicityOf(story, pool, year) !== undefined;
  return waiting ? done : onList("ApproveAllocation", (one) => pick(one, "pool", "year"))(entry, story);
};

const publicityOf = ({ facts }: Story, pool: string, year: number): Fact | undefined =>
  facts.find(({ event, data }) => event === "PublicityPosted" && data.year === year && data.pools.includes(pool));

/** The days of the fact that publicised the list, if they suit, else the due days. */
function windowAgain(entry: Entry, story: Story): Window {
  const { pool, year } = entry.data;
  const fact = publicityOf(story, pool, year);
  return fact && fact.data.to < entry.valueDate ? { from: fact.data.from, to: fact.data.to } : windowBefore(entry, story, entry);
}

/** The list drawn up, publicised and approved anew, for what changed after its publicity. */
const again = (entry: Entry, story: Story): Promise<Outcome> =>
  inOrder(
    () => publicise(entry, windowAgain(entry, story), entry, "VIL", story),
    () => send("ApproveAllocation", pick(entry, "pool", "year"), entry, "FIN-R", story),
    () => send("AllocateDividend", pick(entry, "pool", "year"), entry, entry.by, story),
  );

const allocate: Handler = async (entry, story) => {
  if (story.attempt) return attemptAllocation(entry, story);
  const { pool, year } = entry.data;
  const standing = await draftOf(pool, year, story);
  if (!isOpen(standing)) return again(entry, story);
  const outcome = await inOrder(
    async () => (standing.status === "approved" ? done : send("ApproveAllocation", pick(entry, "pool", "year"), entry, "FIN-R", story)),
    () => send("AllocateDividend", pick(entry, "pool", "year"), entry, entry.by, story),
  );
  return isRefused(outcome, "DRAFT_CHANGED") ? again(entry, story) : outcome;
};

/** Every reason for which the product would not allocate this list now; nothing is recorded. */
async function attemptAllocation(entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { pool, year } = entry.data;
  const drafted = await district.decide("DraftAllocation", draftBody(entry, entry.valueDate), "FIN-M");
  const standing = await draftOf(pool, year, story);
  const outcomes = [drafted];
  // Publicity that the file states is not implied: the list of the draft is the only one that may be allocated.
  if (publicityOf(story, pool, year)) {
    const same = isOpen(standing) && drafted.ok && drafted.answer.listHash === standing.header.listHash;
    const asked = { ...pick(entry, "pool", "year"), ...(drafted.ok && !same ? { draft: drafted.answer.draft } : {}) };
    outcomes.push(await district.decide("AllocateDividend", asked, entry.by));
  }
  const codes = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.codes));
  return codes.length > 0 ? { ok: false, codes, details: outcomes } : done;
}

/** A batch that no fact has signed is a name only: its pool distributes under a dividend agreement. */
const declare: Handler = async (entry, story) => {
  const body = pick(entry, "pool", "batch", "enterprise", "year", "total", "fixedRate", "segments");
  const declared = await send("DeclareDividend", body, entry, entry.by, story);
  const { batch: _, ...unnamed } = body;
  return isRefused(declared, "DIVIDEND_BATCH_UNKNOWN") && !story.attempt
    ? send("DeclareDividend", unnamed, entry, entry.by, story)
    : declared;
};

/** 4.6; an agreement that no fact signs is implied. */
const accrue: Handler = async (entry, story) => {
  const body = pick(entry, "pool", "enterprise", "year", "total", "fixedRate", "from", "toExcl");
  const accrued = await send("AccrueFixedDividend", body, entry, entry.by, story);
  if (story.attempt || !isRefused(accrued, "DIVIDEND_AGREEMENT_NOT_ACTIVE")) return accrued;
  const { enterprise, total = "1.00" } = entry.data;
  const agreement = { enterprise, amount: total, decision: "会议纪要", publicity: "公示照片", valueDate: entry.valueDate };
  return inOrder(
    () => send("SignInvestmentAgreement", agreement, entry, "FIN-R", story),
    () => send("AccrueFixedDividend", body, entry, entry.by, story),
  );
};

/** The run of the day looks at every pool of the enterprise; together they are open by what the file says. */
const defaulted: Handler = async (entry, story) => {
  const { enterprise, open } = entry.data;
  const pools = new Set(
    story.facts.filter(({ data }) => data.enterprise === enterprise && data.pool).map(({ data }) => data.pool as string),
  );
  let sum = 0n;
  let last: Outcome = { ok: false, codes: ["DIVIDEND_CLAIM_NOT_OPEN"] };
  for (const pool of pools) {
    const outcome = await send("MarkDividendDefaulted", { pool, enterprise, valueDate: entry.valueDate }, entry, "SYS", story);
    if (outcome.ok) sum += fen(outcome.answer.open);
    if (outcome.ok || sum === 0n) last = outcome;
  }
  const differs = last.ok && sum !== fen(open);
  return differs ? { ok: false, codes: ["OPEN_DIFFERS"], details: { found: formatAmount(sum), open } } : last;
};

const holders = (entry: Entry): Record<string, unknown> => ({
  ...pick(entry, "pool", "year", "takenBack"),
  shares: Object.entries(entry.data.shares as Record<string, string>).map(([household, shares]) => ({ household, shares })),
});

export const DIVIDEND_EVENTS: Readonly<Record<string, Playable>> = {
  DividendDeclared: { command: "DeclareDividend", play: declare },
  DividendFundsReceived: plain("RecordDividendFunds", (entry, story) => ({
    ...pick(entry, "pool", "enterprise", "amount"),
    serial: story.serial(),
  })),
  AssetIncomeReceived: plain("RecordAssetIncome", (entry, story) => ({ ...pick(entry, "pool", "amount"), serial: story.serial() })),
  OperatingCostDeducted: plain("DeductOperatingCost", (entry) => pick(entry, "pool", "amount")),
  OverpaymentRefunded: plain("RefundOverpayment", (entry) => pick(entry, "enterprise", "amount")),
  FixedDividendAccrued: { command: "AccrueFixedDividend", play: accrue },
  DividendDefaulted: { command: "MarkDividendDefaulted", sentBy: "SYS", play: defaulted },
  BeneficiariesAssigned: plain("AssignBeneficiaries", holders),
  BeneficiariesReassigned: plain("ReassignBeneficiaries", holders),
  PublicityPosted: { command: "PostPublicity", play: postPublicity },
  ObjectionFiled: { command: "FileObjection", play: onList("FileObjection", (entry) => pick(entry, "pool", "household")) },
  ObjectionResolved: {
    command: "ResolveObjection",
    play: onList("ResolveObjection", (entry) => pick(entry, "pool", "household", "result")),
  },
  AllocationApproved: { command: "ApproveAllocation", play: approve },
  DividendAllocated: { command: "AllocateDividend", play: allocate },
};
