import type { Data, Fact, Yields } from "./format.ts";
import { fenOf, sum, yuanOf } from "./numbers.ts";
import type { Handler } from "./own.ts";
import type { PayoutItem, World } from "./world.ts";

interface ItemKey {
  readonly household: string;
  readonly year: number;
  readonly pool: string;
}

const auxOf = ({ household, pool, year }: ItemKey) => ({ household, pool, year });
const sameItem = (a: ItemKey, b: ItemKey): boolean => a.household === b.household && a.pool === b.pool && a.year === b.year;

/** What is owed for an entitlement, and on which account it lies: returned money first. */
function lying(world: World, item: ItemKey): { account: string; amount: bigint } {
  const returned = -world.balance("G", "2901.04", { aux: auxOf(item) });
  if (returned !== 0n) return { account: "2901.04", amount: returned };
  return { account: "2901.02", amount: -world.balance("G", "2901.02", { aux: auxOf(item) }) };
}

function submit(world: World, data: Data): Yields {
  const amounts: Record<string, string> = {};
  let total = 0n;
  for (const item of data.items as ItemKey[]) {
    const { account, amount } = lying(world, item);
    world.entry("G", [account, auxOf(item)], ["2901.03", { payoutBatch: data.payoutBatch, ...auxOf(item) }], amount);
    world.payouts.push({ payoutBatch: data.payoutBatch, ...auxOf(item), amount, reissue: account === "2901.04" });
    amounts[`${item.household}/${item.year}/${item.pool}`] = yuanOf(amount);
    total += amount;
  }
  return { total: yuanOf(total), items: amounts };
}

/** The items of a message in their payout batch. */
const found = (world: World, { payoutBatch, items }: Data): PayoutItem[] =>
  (items as ItemKey[]).map((item) => {
    const one = world.payouts.find((payout) => payout.payoutBatch === payoutBatch && sameItem(payout, item));
    if (!one) throw new Error(`${payoutBatch} has no item of ${item.household}`);
    return one;
  });

const transit = (item: PayoutItem) => ["2901.03", { payoutBatch: item.payoutBatch, ...auxOf(item) }] as const;

function succeed(world: World, data: Data, fact: Fact): undefined {
  for (const item of found(world, data)) {
    item.paidOn = fact.valueDate;
    world.entry("G", transit(item), ["1002.03"], item.amount);
  }
}

function fail(world: World, data: Data): undefined {
  for (const item of found(world, data)) world.entry("G", transit(item), ["2901.04", auxOf(item)], item.amount);
}

function giveBack(world: World, data: Data, fact: Fact): undefined {
  for (const item of found(world, data)) {
    item.returnedOn = fact.valueDate;
    world.entry("G", ["1002.03"], ["2901.04", auxOf(item)], item.amount);
  }
}

/** D9: the right household is still owed. */
function wronglyPaid(world: World, data: Data): undefined {
  for (const item of found(world, data)) {
    item.wrong = true;
    world.entry("G", ["1218.05", { obligor: data.obligor }], ["2901.04", auxOf(item)], item.amount);
  }
}

function unclaimed(world: World, { items }: Data): Yields {
  const amounts = (items as ItemKey[]).map((item) => {
    const { account, amount } = lying(world, item);
    world.entry("G", [account, auxOf(item)], ["2901.07", auxOf(item)], amount);
    return amount;
  });
  return { total: yuanOf(sum(amounts)) };
}

function claimed(world: World, { items }: Data): Yields {
  const amounts = (items as ItemKey[]).map((item) => {
    const amount = -world.balance("G", "2901.07", { aux: auxOf(item) });
    world.entry("G", ["2901.07", auxOf(item)], ["2901.04", auxOf(item)], amount);
    return amount;
  });
  return { total: yuanOf(sum(amounts)) };
}

function issue(world: World, { year, households }: Data, fact: Fact): undefined {
  for (const household of households as string[]) world.issued.push({ household, year, n: fact.n });
}

const nothing: Handler = () => undefined;

/** The life of a payout (chain D4–D12). */
export const PAYOUTS: Readonly<Record<string, Handler>> = {
  PayoutBatchSubmitted: submit,
  PayoutSucceeded: succeed,
  PayoutFailed: fail,
  PayoutReturned: giveBack,
  PayoutWronglyPaid: wronglyPaid,
  WrongPayoutRecovered: (world, { obligor, amount }) => void world.entry("G", ["1002.03"], ["1218.05", { obligor }], fenOf(amount)),
  UnclaimedTransferred: unclaimed,
  UnclaimedTransferReversed: claimed,
  StatementIssued: issue,
  BankAccountChanged: nothing,
  HeadChanged: nothing,
  MemberRemoved: nothing,
  DebtorDied: nothing,
  PovertyExitConfirmed: nothing,
  EnterpriseBankruptcyFiled: nothing,
  CircuitBreakerTripped: nothing,
};
