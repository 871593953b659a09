import { daysBetween, monthsOf, yearOf } from "./dates.ts";
import type { Data, Fact, Yields } from "./format.ts";
import { Loan, type Settlement } from "./loan.ts";
import { fenOf, least, sum, yuanOf } from "./numbers.ts";
import type { World } from "./world.ts";

/** Records a fact of one event; what the product must answer, if anything. */
export type Handler = (world: World, data: Data, fact: Fact) => Yields | undefined;

/** Account of the loan money and of the principal, and their keys. */
export function accountsOf(loan: Loan) {
  const { household = "", enterprise = "", id, batch, model } = loan.terms;
  if (model === 2) return { use: "9103", owed: "9202", aux: { enterprise, loan: id } };
  return { use: "9102", owed: "9201", aux: batch === undefined ? { household, loan: id } : { household, loan: id, batch } };
}

export function drawn(world: World, loan: Loan, amount: bigint, on: string): void {
  loan.moves.push({ on, amount });
  const { use, owed, aux } = accountsOf(loan);
  world.entry("M", [use, aux], [owed, aux], amount);
}

/** Lowers the principal of models 2 and 3. */
export function repaid(world: World, loan: Loan, amount: bigint, extra: { serial?: string; ofSubsidised?: boolean } = {}): void {
  loan.moves.push({ on: world.fact.valueDate, amount: -amount, ...extra });
  const { use, owed, aux } = accountsOf(loan);
  world.entry("M", [owed, aux], [use, aux], amount);
}

const borne = (world: World, loan: string, bearer: string, amount: bigint): void =>
  world.entry("M", ["9105", { loan, bearer }], ["9203", { loan }], amount);
const paid = (world: World, loan: string, bearer: string, amount: bigint): void =>
  world.entry("M", ["9203", { loan }], ["9105", { loan, bearer }], amount);

export const bearerOf = (loan: Loan): string => (loan.terms.model === 3 ? "household" : "enterprise");

/** Books one settlement of a loan and returns its amount. */
export function settle(world: World, loan: Loan, data: Data): bigint {
  const settlement: Settlement = { from: data.from, toExcl: data.toExcl, kind: data.kind, booked: 0n };
  settlement.booked = loan.right(settlement, world.policy);
  loan.settlements.push(settlement);
  borne(world, loan.terms.id, data.bearer, settlement.booked);
  return settlement.booked;
}

/** A new own or enterprise loan with its first drawing; a known one gets another drawing. */
function drawing(world: World, data: Data, fact: Fact): Loan {
  const known = world.loans.get(data.loan);
  const loan =
    known ??
    new Loan({
      id: data.loan,
      model: data.enterprise !== undefined && data.household === undefined ? 2 : 3,
      contract: fact.valueDate,
      rate: data.annualRate,
      due: data.due,
      yearBase: data.yearBase ?? Number(world.policy.on("interest.yearBase", fact.valueDate)),
      ...(data.household === undefined ? {} : { household: data.household }),
      ...(data.enterprise === undefined ? {} : { enterprise: data.enterprise }),
      ...(data.topUpOf === undefined ? {} : { topUpOf: data.topUpOf }),
    });
  world.loans.set(data.loan, loan);
  drawn(world, loan, fenOf(data.amount), fact.valueDate);
  return loan;
}

/** R13: a repayment of a topped-up loan lowers the top-up first, unless the bank states the subsidised tranche. */
function repay(world: World, data: Data): undefined {
  const { loan: id, principal, serial, allocation } = data;
  let rest = fenOf(principal);
  const stated = allocation === "subsidised-tranche";
  const topUps = stated ? [] : [...world.loans.values()].filter((loan) => loan.terms.topUpOf === id);
  for (const topUp of topUps) {
    const part = least(rest, topUp.open());
    if (part > 0n) repaid(world, topUp, part, { serial });
    rest -= part;
  }
  if (rest > 0n) repaid(world, world.loan(id), rest, stated ? { serial, ofSubsidised: true } : { serial });
}

/** The exact negative, with the value date of the original, wherever it was booked. */
function reverse(world: World, { serial }: Data): undefined {
  for (const loan of world.loans.values()) {
    for (const move of loan.moves.filter((one) => one.serial === serial))
      repaid(world, loan, move.amount, move.ofSubsidised ? { ofSubsidised: true } : {});
  }
}

function prepay(world: World, data: Data, fact: Fact): Yields {
  const loan = world.loan(data.loan);
  const part = { on: fact.valueDate, principal: fenOf(data.principal), from: data.interestFrom, toExcl: data.interestToExcl, n: fact.n };
  const interest = loan.prepaidInterest(part);
  repaid(world, loan, part.principal);
  loan.prepaid.push(part);
  borne(world, data.loan, bearerOf(loan), interest);
  paid(world, data.loan, bearerOf(loan), interest);
  return { days: daysBetween(part.from, part.toExcl), interest: yuanOf(interest) };
}

/** A higher tier is reached: its rate applies from the old due date (贷款通则 §14). */
function extend(world: World, { loan: id, newDue }: Data): Yields {
  const loan = world.loan(id);
  const before = monthsOf(loan.terms.contract, loan.due);
  const totalMonths = monthsOf(loan.terms.contract, newDue);
  const rateFrom = loan.due;
  const newRate = before <= 12 && totalMonths > 12 ? world.policy.text("interest.benchmark.1to5y", rateFrom) : loan.rateOn(rateFrom);
  loan.rates.push({ from: rateFrom, rate: newRate });
  loan.due = newDue;
  loan.extended = true;
  return { totalMonths, rateFrom, newRate };
}

function correct(world: World, { loan: id, from, toExcl }: Data): Yields {
  const loan = world.loan(id);
  const same = loan.settlements.filter((one) => one.from === from && one.toExcl === toExcl);
  const stale = same.find((one) => loan.right(one, world.policy) !== one.booked) ?? same[0];
  if (!stale) throw new Error(`nothing was settled for ${from}–${toExcl} of ${id}`);
  const amount = loan.right(stale, world.policy);
  const difference = amount - stale.booked;
  stale.booked = amount;
  borne(world, id, bearerOf(loan), difference);
  return { amount: yuanOf(amount), difference: yuanOf(difference) };
}

function settled(world: World, data: Data): Yields {
  const days = daysBetween(data.from, data.toExcl);
  if (data.batch === undefined) return { days, amount: yuanOf(settle(world, world.loan(data.loan), data)) };
  const amounts = world
    .loansOf(data.batch)
    .map((loan) => [loan.terms.id, settle(world, loan, data)] as const)
    .filter(([, amount]) => amount !== 0n);
  return {
    days,
    total: yuanOf(sum(amounts.map(([, amount]) => amount))),
    perLoan: Object.fromEntries(amounts.map(([loan, amount]) => [loan, yuanOf(amount)])),
  };
}

/** The old number ends and the new one begins with the same money (E2). */
function renew(world: World, data: Data, fact: Fact): undefined {
  const old = world.loan(data.loan);
  repaid(world, old, fenOf(data.amount));
  drawing(
    world,
    { ...data, loan: data.newLoan, household: old.terms.household, enterprise: old.terms.enterprise, yearBase: old.terms.yearBase },
    fact,
  );
}

function reset(world: World, data: Data, fact: Fact): Yields {
  const bp = Math.round(Number(data.quotedRate) * 100) + Number(data.spreadBp);
  const newRate = yuanOf(BigInt(bp));
  world.loan(data.loan).rates.push({ from: fact.valueDate, rate: newRate });
  return { newRate };
}

const lower: Handler = (world, data) => void repaid(world, world.loan(data.loan), fenOf(data.principal));
const nothing: Handler = () => undefined;

/** Own loans (model 3), enterprise loans (model 2), interest of all models. */
export const OWN: Readonly<Record<string, Handler>> = {
  LoanApproved: nothing,
  EnterpriseLoanDisbursed: (world, data, fact) => void drawing(world, data, fact),
  LoanToppedUp: (world, data, fact) => void drawing(world, data, fact),
  RepaymentReceived: repay,
  RepaymentDuplicateReleased: repay,
  RepaymentDuplicateSuspected: nothing,
  RepaymentDuplicateDismissed: nothing,
  RepaymentReversed: reverse,
  LoanPrepaid: prepay,
  EnterpriseRepaid: lower,
  EnterprisePrepaid: lower,
  LoanExtended: extend,
  LoanRenewedNoRepayment: renew,
  LoanRateReset: reset,
  LoanBecameOverdue: nothing,
  UseOfFundsChecked: nothing,
  LoanMisuseConfirmed: (world, data) => {
    world.loan(data.loan).misuseFrom = data.misuseFrom;
    return undefined;
  },
  InterestSettled: settled,
  InterestPaid: (world, data) => void paid(world, data.loan, data.payer, fenOf(data.amount)),
  InterestCorrected: correct,
  PeriodClosed: (world, { period }) => void world.close(period),
};

/** The loan of `LoanDisbursed`: model 1 is in the batches. */
export const disburseOwn: Handler = (world, data, fact) => void drawing(world, data, fact);

export const accrualYear = (fact: Fact): number => yearOf(fact.valueDate);
