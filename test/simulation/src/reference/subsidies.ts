import { plusDays, plusMonths, quarterOf } from "./dates.ts";
import type { Data, Fact, Yields } from "./format.ts";
import type { Accrual, Loan, Prepaid } from "./loan.ts";
import { fenOf, least, sum, yuanOf } from "./numbers.ts";
import { accrualYear, type Handler } from "./own.ts";
import type { World } from "./world.ts";

/** Households linked to an enterprise at the end of a day. */
export const linkedOn =
  (world: World, enterprise: string) =>
  (day: string): number =>
    world.linked.filter((link) => link.enterprise === enterprise && link.from <= day).reduce((count, link) => count + link.count, 0);

const accounts = (loan: Loan) =>
  loan.terms.model === 2 ? { cost: "5001.02", payable: "2303.02" } : { cost: "5001.01", payable: "2303.01" };

type Part = Pick<Accrual, "from" | "toExcl" | "prepaid" | "start">;

/** Prepaid parts that became known after their settlement was claimed: they belong to that claim. */
const lateParts = (loan: Loan, { from, toExcl, prepaid, n }: Pick<Accrual, "from" | "toExcl" | "prepaid" | "n">): Prepaid[] =>
  prepaid ? [] : loan.prepaid.filter((part) => part.n > n && part.from < part.toExcl && from <= part.from && part.toExcl <= toExcl);

/** Subsidy of a settlement, or of a prepaid part, by everything known now. */
function subsidyOfPart(world: World, loan: Loan, { from, toExcl, prepaid, start }: Part): bigint {
  // Parts of one settlement are rounded so that together they are the settlement's one rounding.
  if (start !== undefined && start < from)
    return subsidyOfPart(world, loan, { from: start, toExcl }) - subsidyOfPart(world, loan, { from: start, toExcl: from });
  if (loan.terms.model === 2) return loan.enterpriseSubsidy(from, toExcl, world.policy, linkedOn(world, loan.terms.enterprise ?? ""));
  return loan.subsidy(from, toExcl, world.policy, prepaid);
}

/** Claimed at a rate of its own: the interest rate of a household loan, the subsidy rate of an enterprise loan. */
function subsidyAtRate(world: World, loan: Loan, { from, toExcl }: Part, rate: string): bigint {
  if (loan.terms.model !== 2) return loan.subsidy(from, toExcl, world.policy, undefined, rate);
  return loan.enterpriseSubsidy(from, toExcl, world.policy, linkedOn(world, loan.terms.enterprise ?? ""), rate);
}

/** What an accrual should be by everything known now. */
export const rightSubsidy = (world: World, loan: Loan, accrual: Accrual): bigint =>
  subsidyOfPart(world, loan, accrual) +
  sum(lateParts(loan, accrual).map((prepaid) => subsidyOfPart(world, loan, { from: prepaid.from, toExcl: prepaid.toExcl, prepaid })));

/** Interest of what a claim covers, by everything known now. */
export const claimInterest = (loan: Loan, claim: string): bigint =>
  sum(
    loan.accruals
      .filter((one) => one.claim === claim)
      .map((one) =>
        one.prepaid
          ? loan.prepaidInterest(one.prepaid)
          : loan.interest(one.from, one.toExcl) + sum(lateParts(loan, one).map((part) => loan.prepaidInterest(part))),
      ),
  );

/** The quarter of a settlement: that of its last day. */
const claimOf = (toExcl: string): string => quarterOf(plusDays(toExcl, -1));

/** Settlements of a loan in a quarter that no accrual has taken yet. */
function unclaimed(loan: Loan, claim: string): Part[] {
  const taken = ({ from, toExcl, prepaid }: Part) =>
    loan.accruals.some(
      (one) =>
        (one.prepaid === prepaid && one.from === from && one.toExcl === toExcl) || (prepaid && lateParts(loan, one).includes(prepaid)),
    );
  const normal = loan.settlements.filter(({ kind }) => kind === "normal").map(({ from, toExcl }) => ({ from, toExcl }));
  const parts = loan.prepaid
    .filter(({ from, toExcl }) => from < toExcl)
    .map((prepaid) => ({ from: prepaid.from, toExcl: prepaid.toExcl, prepaid }));
  return [...normal, ...parts].filter((one) => claimOf(one.toExcl) === claim && !taken(one));
}

/** What a claim takes: settlements of the quarter, else the settlement that the file leaves out. */
function claimable(loan: Loan, claim: string): Part[] {
  const known = unclaimed(loan, claim);
  if (known.length > 0) return known;
  const quarterEnd = `${claim.slice(0, 4)}-${String(Number(claim.slice(5)) * 3).padStart(2, "0")}-21`;
  const quarterStart = plusMonths(quarterEnd, -3);
  const drawn = loan.moves[0]?.on ?? quarterStart;
  const [, from = quarterStart] = [drawn, quarterStart].sort();
  const [toExcl = quarterEnd] = [loan.due, quarterEnd].sort();
  return [{ from, toExcl }];
}

/** A period that a claim names: with the begin of the settlement that it is a part of. */
function partOf(loan: Loan, from: string, toExcl: string): Part {
  const whole = loan.settlements.find((one) => one.kind === "normal" && one.from <= from && toExcl <= one.toExcl);
  return whole ? { from, toExcl, start: whole.from } : { from, toExcl };
}

/** Cost of an accrual of a year: 3501 once its year is past (R10). */
function costAccount(world: World, loan: Loan, year: number): string {
  return year < world.fiscalYear ? "3501" : accounts(loan).cost;
}

function accrue(world: World, data: Data, fact: Fact): Yields {
  const loan = world.loan(data.loan);
  if (data.correction !== undefined) return correctAccruals(world, loan, data);
  const parts = data.from === undefined ? claimable(loan, data.claim) : [partOf(loan, data.from, data.toExcl)];
  let total = 0n;
  for (const part of parts) {
    const booked =
      data.amount !== undefined
        ? fenOf(data.amount)
        : data.claimedRate !== undefined
          ? subsidyAtRate(world, loan, part, data.claimedRate)
          : subsidyOfPart(world, loan, part);
    loan.accruals.push({
      ...part,
      claim: data.claim,
      payee: data.payee,
      n: fact.n,
      year: accrualYear(fact),
      booked,
      clawed: 0n,
      paid: 0n,
    });
    total += booked;
  }
  const { cost, payable } = accounts(loan);
  world.entry("G", [cost, { loan: data.loan }], [payable, { payee: data.payee, loan: data.loan }], total);
  return { amount: yuanOf(total) };
}

const inScope = (loan: Loan, data: Data): Accrual[] =>
  loan.accruals.filter(
    (one) => (data.accrualsOf === undefined || one.year === data.accrualsOf) && (data.claim === undefined || one.claim === data.claim),
  );

/** The difference to the right subsidy, by the year of each accrual (C3, C4). */
function correctAccruals(world: World, loan: Loan, data: Data): Yields {
  let total = 0n;
  for (const accrual of inScope(loan, data)) {
    const difference = rightSubsidy(world, loan, accrual) - accrual.booked;
    accrual.booked += difference;
    total += difference;
    const payable = [accounts(loan).payable, { payee: data.payee, loan: data.loan }] as const;
    world.entry("G", [costAccount(world, loan, accrual.year), { loan: data.loan }], payable, difference);
  }
  return { amount: yuanOf(total) };
}

/** What was paid above the right subsidy becomes a claim on the obligor (S7, R11). */
function clawBack(world: World, data: Data): Yields {
  const loan = world.loan(data.loan);
  const totals = { prior: 0n, same: 0n };
  for (const accrual of inScope(loan, data)) {
    const over = accrual.paid - rightSubsidy(world, loan, accrual);
    if (over <= 0n) continue;
    accrual.booked -= over;
    accrual.paid -= over;
    accrual.clawed += over;
    const cost = costAccount(world, loan, accrual.year);
    totals[cost === "3501" ? "prior" : "same"] += over;
    world.entry("G", ["1218.03", { obligor: data.obligor, loan: data.loan }], [cost, { loan: data.loan }], over);
  }
  return { total: yuanOf(totals.prior + totals.same), priorYears: yuanOf(totals.prior), sameYear: yuanOf(totals.same) };
}

function pay(world: World, { loan: id, payee }: Data): Yields {
  const loan = world.loan(id);
  const { payable } = accounts(loan);
  const amount = -world.balance("G", payable, { aux: { loan: id, payee } });
  world.entry("G", [payable, { payee, loan: id }], ["1002.01"], amount);
  const before = new Map(loan.accruals.filter((one) => one.payee === payee).map((one) => [one, one.paid]));
  for (const accrual of before.keys()) accrual.paid = accrual.booked;
  loan.payments.push({ payee, amount, before });
  return { amount: yuanOf(amount) };
}

/** R17: the last payment of the loan that has not come back yet. */
function returned(world: World, { loan: id, payee }: Data): undefined {
  const loan = world.loan(id);
  const index = loan.payments.findLastIndex((one) => one.payee === payee);
  const [last] = loan.payments.splice(index, 1);
  for (const [accrual, paid] of last?.before ?? []) accrual.paid = paid;
  world.entry("G", ["1002.01"], [accounts(loan).payable, { payee, loan: id }], last?.amount ?? 0n);
}

function setOff(world: World, { loan, obligor, againstLoan }: Data): Yields {
  const { payable } = accounts(world.loan(againstLoan));
  const open = world.balance("G", "1218.03", { aux: { obligor, loan } });
  const owed = -world.balance("G", payable, { aux: { payee: obligor, loan: againstLoan } });
  const amount = least(open, owed);
  world.entry("G", [payable, { payee: obligor, loan: againstLoan }], ["1218.03", { obligor, loan }], amount);
  return { amount: yuanOf(amount) };
}

/** Booked above (positive) or below (negative) the right subsidy, by accrual of a year. */
export const differencesOf = (world: World, loan: Loan, year: number): bigint[] =>
  loan.accruals.filter((one) => one.year === year).map((one) => one.booked - rightSubsidy(world, loan, one));

export const bookedFor = (loan: Loan, claim: string): bigint =>
  sum(loan.accruals.filter((one) => one.claim === claim).map((one) => one.booked));

/** Subsidies of models 1, 2 and 3 (chain S), and links of model 2. */
export const SUBSIDIES: Readonly<Record<string, Handler>> = {
  SubsidyFundsAppropriated: (world, { amount, source }) => void world.entry("G", ["1002.01"], ["4001.01", { source }], fenOf(amount)),
  SubsidyClaimSubmitted: () => undefined,
  SubsidyAccrued: accrue,
  SubsidyPaid: pay,
  SubsidyPaymentReturned: returned,
  SubsidyClawbackDecided: clawBack,
  SubsidyClawbackReceived: (world, { loan, obligor, amount }) =>
    void world.entry("G", ["1002.01"], ["1218.03", { obligor, loan }], fenOf(amount)),
  SubsidyClawbackSetOff: setOff,
  PriorYearAdjustmentTransferred: (world) => {
    const amount = -world.balance("G", "3501");
    world.entry("G", ["3501"], ["3001"], amount);
    return { amount: yuanOf(amount < 0n ? -amount : amount) };
  },
  HouseholdLinked: (world, { enterprise, count }, fact) => void world.linked.push({ enterprise, from: fact.valueDate, count }),
  HouseholdUnlinked: (world, { enterprise, count }, fact) => void world.linked.push({ enterprise, from: fact.valueDate, count: -count }),
};
