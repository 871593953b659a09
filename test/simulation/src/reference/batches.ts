import type { Data, Fact, Yields } from "./format.ts";
import { Loan } from "./loan.ts";
import { byNumber, fenOf, largestRemainder, least, sum, type Weighted, yuanOf } from "./numbers.ts";
import { disburseOwn, drawn, type Handler, OWN } from "./own.ts";
import type { Batch, World } from "./world.ts";

/** A contract of a batch, or an item that a later single loan implies. */
function sign(world: World, data: Data, fact: Fact): undefined {
  world.batches.set(data.batch, {
    enterprise: data.enterprise,
    items: [...data.items],
    rate: data.annualRate,
    due: data.due,
    contract: fact.valueDate,
    refundable: 0n,
  });
}

/** The contract that a single loan implies, on the same day. */
function impliedBatch(world: World, data: Data, fact: Fact): Batch {
  const terms = { rate: data.annualRate, due: data.due, contract: fact.valueDate };
  const batch: Batch = { enterprise: "", items: [], refundable: 0n, ...terms };
  world.batches.set(data.batch, batch);
  return batch;
}

/** Model 1: every item of the contract, or one loan of the batch; else an own loan. */
function disburse(world: World, data: Data, fact: Fact): undefined {
  if (data.model !== 1) return void disburseOwn(world, data, fact);
  const batch = world.batches.get(data.batch) ?? impliedBatch(world, data, fact);
  const items = data.loan === undefined ? [...batch.items] : [{ loan: data.loan, household: data.household, amount: data.amount }];
  for (const item of items) {
    if (!batch.items.some(({ loan }) => loan === item.loan)) batch.items.push(item);
    const loan = new Loan({
      id: item.loan,
      model: 1,
      contract: data.loan === undefined ? batch.contract : fact.valueDate,
      rate: data.annualRate ?? batch.rate,
      due: data.due ?? batch.due,
      yearBase: data.yearBase ?? Number(world.policy.on("interest.yearBase", fact.valueDate)),
      household: item.household,
      enterprise: batch.enterprise,
      batch: data.batch,
    });
    world.loans.set(item.loan, loan);
    drawn(world, loan, fenOf(item.amount), fact.valueDate);
  }
}

/** Moves a part of a stake: postings of 9101 against another account. */
function stake(world: World, loan: Loan, household: string, amount: bigint): void {
  loan.stakes.push({ on: world.fact.valueDate, household, amount });
  world.post("M", "9101", { household, loan: loan.terms.id, batch: loan.terms.batch ?? "" }, amount);
}

function dutyOf(world: World, { terms }: Loan) {
  const { batch = "" } = terms;
  return { batch, enterprise: world.batch(batch).enterprise };
}

function entrust(world: World, data: Data): undefined {
  world.batch(data.batch).enterprise = data.enterprise;
  const loans = data.loan === undefined ? world.loansOf(data.batch) : [world.loan(data.loan)];
  for (const loan of loans) {
    const { id, household = "" } = loan.terms;
    // The whole batch: what has not been entrusted loan by loan before.
    const amount = data.amount === undefined ? world.balance("M", "9102", { aux: { loan: id } }) : fenOf(data.amount);
    if (amount === 0n) continue;
    stake(world, loan, household, amount);
    world.post("M", "9102", { household, loan: id, batch: data.batch }, -amount);
    world.entry("M", ["9104", dutyOf(world, loan)], ["9204", dutyOf(world, loan)], amount);
  }
}

/** Lowers principal, stakes and the enterprise's duty of a pooled loan; stakes of a split group pro rata (R2). */
export function lowerPooled(world: World, loan: Loan, amount: bigint): void {
  if (amount === 0n) return;
  const { id, household = "", batch = "" } = loan.terms;
  const shares = largestRemainder(
    amount,
    loan.holders().map((holder) => ({ key: holder, weight: loan.stake(holder) })),
  );
  for (const [holder, share] of shares) stake(world, loan, holder, -share);
  loan.moves.push({ on: world.fact.valueDate, amount: -amount });
  world.post("M", "9201", { household, loan: id, batch }, amount);
  world.entry("M", ["9204", dutyOf(world, loan)], ["9104", dutyOf(world, loan)], amount);
}

const openOf = (loans: readonly Loan[]): Weighted[] => loans.map((loan) => ({ key: loan.terms.id, weight: loan.open() }));

/** How a sum lowers the loans: those of the order first, the rest pro rata by open principal. */
function allocate(loans: readonly Loan[], amount: bigint, order: readonly string[]): Map<string, bigint> {
  const shares = new Map<string, bigint>();
  let rest = amount;
  for (const id of order) {
    const part = least(rest, loans.find((loan) => loan.terms.id === id)?.open() ?? 0n);
    shares.set(id, part);
    rest -= part;
  }
  const others = largestRemainder(rest, openOf(loans.filter((loan) => !order.includes(loan.terms.id))));
  return new Map([...shares, ...others]);
}

/** Open interest of the batch first, then principal; what is left over is not booked (R22). */
function unifiedRepayment(world: World, data: Data): Yields {
  const loans = world.loansOf(data.batch);
  let rest = fenOf(data.amount);
  let interest = 0n;
  for (const { terms } of loans) {
    const owed = -world.balance("M", "9203", { aux: { loan: terms.id } });
    const part = least(rest, owed > 0n ? owed : 0n);
    world.entry("M", ["9203", { loan: terms.id }], ["9105", { loan: terms.id, bearer: "enterprise" }], part);
    interest += part;
    rest -= part;
  }
  const principal = least(rest, sum(loans.map((loan) => loan.open())));
  const shares = allocate(loans, principal, data.allocation === "as-ordered" ? (data.order ?? []) : []);
  for (const loan of loans) lowerPooled(world, loan, shares.get(loan.terms.id) ?? 0n);
  world.batch(data.batch).refundable = rest - principal;
  return {
    interestAndPenalty: yuanOf(interest),
    principal: yuanOf(principal),
    excess: yuanOf(rest - principal),
    perLoan: Object.fromEntries([...shares].filter(([, amount]) => amount !== 0n).map(([loan, amount]) => [loan, yuanOf(amount)])),
  };
}

/** E2: principal and stakes go on under the new number. */
function renew(world: World, data: Data, fact: Fact): Yields | undefined {
  const old = world.loan(data.loan);
  const { batch, household = "", yearBase } = old.terms;
  if (batch === undefined) return OWN.LoanRenewedNoRepayment?.(world, data, fact);
  const terms = { id: data.newLoan, model: 1, contract: fact.valueDate, rate: data.annualRate, due: data.due, yearBase, household, batch };
  const next = new Loan(terms);
  world.loans.set(data.newLoan, next);
  world.batch(batch).items.push({ loan: data.newLoan, household, amount: data.amount });
  const amount = fenOf(data.amount);
  old.moves.push({ on: fact.valueDate, amount: -amount });
  next.moves.push({ on: fact.valueDate, amount });
  world.entry("M", ["9201", { household, loan: data.loan, batch }], ["9201", { household, loan: data.newLoan, batch }], amount);
  for (const holder of old.holders()) {
    const held = old.stake(holder);
    stake(world, next, holder, held);
    stake(world, old, holder, -held);
  }
}

/** R21: another household takes stake and loan over, under the same number. */
function replace(world: World, { oldHousehold, newHousehold, loan: id }: Data): undefined {
  const loan = world.loan(id);
  const staked = loan.stake(oldHousehold);
  stake(world, loan, newHousehold, staked);
  stake(world, loan, oldHousehold, -staked);
  const open = loan.open();
  const aux = { loan: id, batch: loan.terms.batch ?? "" };
  world.entry("M", ["9201", { ...aux, household: oldHousehold }], ["9201", { ...aux, household: newHousehold }], open);
  loan.terms.household = newHousehold;
}

/** Stakes, and dividends not yet paid, are divided by heads (R2); the loan stays with the debtor. */
function split(world: World, { source, targets }: Data): Yields {
  const heads: Weighted[] = targets.map((one: { household: string; heads: number }) => ({ key: one.household, weight: BigInt(one.heads) }));
  const stakes: Record<string, Record<string, string>> = {};
  for (const loan of world.loans.values()) {
    const held = loan.stake(source);
    if (held === 0n) continue;
    const shares = largestRemainder(held, heads);
    stake(world, loan, source, -held);
    for (const [household, share] of shares) stake(world, loan, household, share);
    stakes[loan.terms.id] = amountsOf(shares);
  }
  const payables = ["2901.02", "2901.04"].flatMap((account) => dividePayables(world, account, source, heads));
  for (const [pool, held] of sharesOf(world, source)) {
    const shares = largestRemainder(held, heads);
    for (const [household, share] of shares) holdShares(world, pool, household, share - (household === source ? held : 0n));
  }
  return { stakes, payables };
}

/** Beneficial shares (book Q) of a household, by pool. */
export function sharesOf(world: World, household: string): Map<string, bigint> {
  const pools = new Set(
    world.lines.filter(({ account, aux }) => account === "9106" && aux.household === household).map(({ aux }) => String(aux.pool)),
  );
  return new Map([...pools].map((pool) => [pool, world.balance("Q", "9106", { aux: { household, pool } })]));
}

export function holdShares(world: World, pool: string, household: string, shares: bigint): void {
  world.entry("Q", ["9106", { household, pool }], ["9206", { household, pool }], shares);
}

export const amountsOf = (shares: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries([...shares].map(([key, amount]) => [key, yuanOf(amount)]));

function dividePayables(world: World, account: string, source: string, heads: readonly Weighted[]): Yields[] {
  const items = new Map<string, { pool: string; year: number }>();
  for (const { aux, account: of } of world.lines) {
    if (of === account && aux.household === source)
      items.set(`${aux.year}/${aux.pool}`, { pool: String(aux.pool), year: Number(aux.year) });
  }
  return [...items.values()].flatMap(({ pool, year }) => {
    const owed = -world.balance("G", account, { aux: { household: source, pool, year } });
    if (owed === 0n) return [];
    const shares = largestRemainder(owed, heads);
    world.post("G", account, { household: source, pool, year }, owed);
    for (const [household, share] of shares) world.post("G", account, { household, pool, year }, -share);
    return [{ account, year, pool, shares: amountsOf(shares) }];
  });
}

/** Whole open principal (1.19). */
function release(world: World, { loans }: Data): Yields {
  const open = loans.map((id: string) => [world.loan(id), world.loan(id).open()] as const) as (readonly [Loan, bigint])[];
  for (const [loan, amount] of open) lowerPooled(world, loan, amount);
  return { amount: yuanOf(sum(open.map(([, amount]) => amount))) };
}

/** Households with a stake in a batch at any time, by number. */
export function holdersOf(world: World, batch: string): string[] {
  const all = world.loansOf(batch).flatMap((loan) => loan.stakes.map(({ household }) => household));
  return [...new Set(all)].sort(byNumber);
}

const nothing: Handler = () => undefined;

/** Pooled loans (model 1) and what the register does to stakes. */
export const BATCHES: Readonly<Record<string, Handler>> = {
  BatchContractSigned: sign,
  LoanDisbursed: disburse,
  StakeEntrusted: entrust,
  UnifiedRepaymentReceived: unifiedRepayment,
  LoanRenewedNoRepayment: renew,
  StakeReplaced: replace,
  HouseholdSplit: split,
  HouseholdReleased: release,
  StakePooled: nothing,
  BatchClosed: nothing,
  BatchOverdue: nothing,
  HouseholdEnrolled: nothing,
};
