import type { IsoDate } from "@huimin/calendar";
import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type Gather, load, loadAll } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { bankFold, bankStream, type HouseholdFacts, householdFacts, householdStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { reversalRefusal, unfinishedRefusal } from "../commands/draft.ts";
import { type EntitlementLine, entitledFold, itemStatus, openItem } from "../evolve/entitlement.ts";
import { payoutFold } from "../evolve/payout.ts";
import { fundsInPool, type PayoutOrder } from "../evolve/pool.ts";
import { dividendEvent, gatherKnownPool, type Refused } from "../shared.ts";
import { entitlementStream, payoutStream, poolStream } from "../streams.ts";
import { accountHolder, gatherRecovered } from "./accounts.ts";
import { accountFor, openPart, type Submitted, submissionOf, submittedItem } from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { closed, DateField, Id, PAYOUT_ROWS_MAX, Year } from "./fields.ts";
import { dayOf, type Located } from "./gather.ts";
import { hashOfRows } from "./list.ts";
import { householdsAllocated, linesOfBatch, orderedBatch, partsAllocated, partsOfBatch, shapeOfOrder } from "./pool-order.ts";

/*
 * D4 for a whole pool and year, of any number of households: a person orders it and a second one approves, once; the
 * batches follow one by one, given by a job that may be broken off and begun again. The order alone says which
 * entitlements a batch has, and the stream of the batch says whether it was submitted, so none is submitted twice.
 */

/** Banks that one order may name: more than a district pays through. */
const BANKS_NAMED_MAX = 50;
const Banks = (description: string) => Type.Optional(Type.Array(Id, { minItems: 1, maxItems: BANKS_NAMED_MAX, description }));

export const OrderPoolPayoutBody = Type.Object(
  {
    pool: Id,
    year: Year,
    bank: Id,
    rows: Type.Optional(Type.Integer({ minimum: 1, maximum: PAYOUT_ROWS_MAX, description: "rows that the bank takes in one file" })),
    accountsOf: Banks("only households whose account is with one of these banks"),
    accountsNotOf: Banks("only households whose account is with none of these banks"),
    run: Type.Optional(Type.Unsafe<string>({ ...Id, description: "round of a year-end run, which submits it" })),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 整池发放 (FIN-C): everything that is open of the pool and year is to be paid out through the bank, or of it what is paid on
 * accounts of some banks (`accountsOf`, `accountsNotOf`), in files of at most `rows`. Answer: `order`, `batches`.
 * Refuses POOL_UNKNOWN, BANK_UNKNOWN, NOTHING_TO_PAY_OUT when nothing was allocated, POSTING_UNFINISHED while a long list is
 * being posted, AGENCY_MONEY_SHORT when the pool gave more than it received.
 */
export const OrderPoolPayout: CommandDefinition<Static<typeof OrderPoolPayoutBody>> = {
  name: "OrderPoolPayout",
  schema: OrderPoolPayoutBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ pool, year, bank, valueDate, rows, accountsOf, accountsNotOf, run }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const state = yield* gatherKnownPool(pool);
    if (!state.ok) return state;
    if ((yield* load(bankStream(bank), bankFold)).state.bank === undefined) return refuse("BANK_UNKNOWN", { bank }, { path: "/bank" });
    const parts = partsAllocated(state.value, year);
    if (parts === 0) return refuse(errors.NOTHING_TO_PAY_OUT, { household: "–", pool, year });
    const unfinished = unfinishedRefusal(state.value, year);
    if (unfinished) return unfinished;
    const short = shortMoney(fundsInPool(state.value), { pool, year });
    if (short) return short;
    const order = state.value.payouts.length + 1;
    const chosen = {
      ...(accountsOf ? { accountsOf } : {}),
      ...(accountsNotOf ? { accountsNotOf } : {}),
      ...(run === undefined ? {} : { run }),
    };
    const { batches, ...shape } = shapeOfOrder(parts, householdsAllocated(state.value, year), rows);
    const event = dividendEvent("PoolPayoutOrdered", day.value, { pool, year, order, bank, batches, ...shape, ...chosen });
    return ok({ writes: [{ stream: poolStream(pool), events: [event] }], answer: { pool, year, order, batches } });
  },
};

function shortMoney(left: bigint, key: { readonly pool: string; readonly year: number }): Refused | undefined {
  if (left >= 0n) return undefined;
  const details = { ...key, household: "–", short: formatAmount(-left), why: "资金未到账 / the pool's money has not come in" };
  return refuse(errors.AGENCY_MONEY_SHORT, details);
}

/** What a batch leaves out, and why: an account that is missing, closed, failed or too new. */
interface SetAside {
  readonly household: string;
  readonly code: string;
}

const isOpen = (line: EntitlementLine): boolean => openItem(line) === undefined && line.payable + line.returned > 0n;

/** The open entitlements of a batch, part by part. */
function* gatherOpen(order: PayoutOrder, batch: number): Gather<Located[]> {
  const { pool, year } = order;
  const numbers = partsOfBatch(order, batch);
  const loaded = yield* loadAll(
    numbers.map((part) => entitlementStream(pool, year, part)),
    entitledFold,
  );
  const open: Located[] = [];
  for (const [place, { state }] of loaded.entries()) {
    for (const line of linesOfBatch([...state.lines.values()], order, batch)) {
      if (!isOpen(line)) continue;
      open.push({ key: { household: line.household, year, pool }, index: open.length, part: numbers[place] as number, line });
    }
  }
  return open;
}

/** Whether an order pays on accounts of this bank. */
const paysAt = ({ accountsOf, accountsNotOf }: PayoutOrder, bank: string): boolean =>
  (accountsOf === undefined || accountsOf.includes(bank)) && !accountsNotOf?.includes(bank);

/**
 * Those that have an account that may be paid to, with a bank that the order pays at; the others with what the register says of
 * it. Who has no account stands aside of every order: which bank would pay is not known.
 */
function* gatherPayable(
  open: readonly Located[],
  order: PayoutOrder,
  context: CommandContext,
): Gather<{ readonly items: readonly Submitted[]; readonly setAside: readonly SetAside[] }> {
  const policy = yield* loadPolicy(["payout.cooldownHours"]);
  const hours = policy.integer("payout.cooldownHours", shanghaiDate(context.recordedAt));
  const loaded = yield* loadAll(
    open.map(({ key }) => householdStream(key.household)),
    householdFacts,
  );
  const known = new Map<string, HouseholdFacts>(loaded.map(({ state }, index) => [(open[index] as Located).key.household, state]));
  const items: Submitted[] = [];
  const setAside: SetAside[] = [];
  for (const one of open) {
    const { household } = one.key;
    const part = openPart(one);
    const account = part.ok ? accountFor(one, yield* accountHolder(household, known), context.recordedAt, hours) : part;
    if (part.ok && account.ok) {
      if (paysAt(order, account.value.bank)) items.push(submittedItem(one, part.value, account.value.numberHash));
    } else if (!account.ok) setAside.push({ household, code: account.refusal.code });
  }
  const covered = yield* gatherRecovered(items);
  if (covered.ok) return { items, setAside };
  // R15: what an obligor still owes is missing on the agency account; who was paid wrongly is paid by hand.
  const wronged = new Set(items.filter(({ line }) => line.items.some((item) => itemStatus(item) === "wrongly-paid")));
  for (const { key } of wronged) setAside.push({ household: key.household, code: covered.refusal.code });
  return { items: items.filter((item) => !wronged.has(item)), setAside };
}

export const SubmitOrderedPayoutBody = Type.Object(
  {
    pool: Id,
    year: Year,
    order: Type.Integer({ minimum: 1 }),
    batch: Type.Integer({ minimum: 1, description: "1 … `batches` of the order" }),
  },
  closed,
);
type Which = Static<typeof SubmitOrderedPayoutBody>;

interface Found {
  readonly order: PayoutOrder;
  readonly payoutBatch: string;
  readonly funds: bigint;
}

function* gatherOrder({ pool, year, order: number, batch }: Which): Gather<Result<Found, Refusal>> {
  const state = yield* gatherKnownPool(pool);
  if (!state.ok) return state;
  const order = state.value.payouts.find((one) => one.year === year && one.order === number);
  if (!order || batch > order.batches) return refuse(errors.PAYOUT_ORDER_UNKNOWN, { pool, year, order: number, batch });
  const back = reversalRefusal(state.value, year);
  if (back) return back;
  return ok({ order, payoutBatch: orderedBatch(order, batch), funds: fundsInPool(state.value) });
}

/**
 * D4 of one batch of an order (SYS, FIN-C), value-dated like the order: every open entitlement of its parts, by the same rules
 * as `SubmitPayoutBatch`. Whose account can't be paid to is left out and named in `setAside`, so that one household does not
 * hold up thousands; the next order takes it up. A batch that was submitted, or of which nothing could be paid
 * (OrderedBatchPassed), is answered as it is. Answer: `payoutBatch`,
 * `count`, `total`, `fileHash`, `setAside`, `left` (open beyond the rows of a file). Refuses PAYOUT_ORDER_UNKNOWN,
 * PAYOUT_BATCH_TAKEN when the number is another batch's, AGENCY_MONEY_SHORT.
 */
export const SubmitOrderedPayout: CommandDefinition<Which> = {
  name: "SubmitOrderedPayout",
  schema: SubmitOrderedPayoutBody,
  roles: ["SYS", "FIN-C"],
  postsInBookG: true,
  *run(which, context) {
    const found = yield* gatherOrder(which);
    if (!found.ok) return found;
    const { order, payoutBatch, funds } = found.value;
    const known = (yield* load(payoutStream(payoutBatch), payoutFold)).state;
    if (known.status !== "none") {
      if (known.order !== order.order) return refuse(errors.PAYOUT_BATCH_TAKEN, { payoutBatch });
      const { count, total, fileHash } = known;
      return ok({ writes: [], answer: { payoutBatch, count, total: formatAmount(total), fileHash, setAside: [], left: 0 } });
    }
    if (order.passed.includes(which.batch)) return ok({ writes: [], answer: nothing(payoutBatch) });
    const short = shortMoney(funds, order);
    if (short) return short;
    const { rows = PAYOUT_ROWS_MAX } = order;
    const open = yield* gatherOpen(order, which.batch);
    const { items: payable, setAside } = yield* gatherPayable(open.slice(0, PAYOUT_ROWS_MAX), order, context);
    const items = payable.slice(0, rows);
    const left = Math.max(0, open.length - PAYOUT_ROWS_MAX) + payable.length - items.length;
    if (items.length > 0) return ok(decided(order, payoutBatch, items, { setAside, left }));
    const { pool, year, order: number, on } = order;
    const event = dividendEvent("OrderedBatchPassed", on, { pool, year, order: number, batch: which.batch, setAside: setAside.length });
    return ok({ writes: [{ stream: poolStream(pool), events: [event] }], answer: { ...nothing(payoutBatch), setAside, left } });
  },
};

const nothing = (payoutBatch: string) => ({
  payoutBatch,
  count: 0,
  total: formatAmount(0n),
  fileHash: hashOfRows([]),
  setAside: [] as readonly SetAside[],
  left: 0,
});

function decided(
  { bank, order, on }: PayoutOrder,
  payoutBatch: string,
  items: readonly Submitted[],
  rest: { readonly setAside: readonly SetAside[]; readonly left: number },
) {
  const header = { payoutBatch, bank, order, valueDate: on as IsoDate };
  const { writes, told } = submissionOf(header, items);
  return { writes, answer: { ...told, ...rest } };
}
