import { amountsOf, lowerPooled } from "./batches.ts";
import type { Aux, Data, Yields } from "./format.ts";
import type { Loan } from "./loan.ts";
import { fenOf, largestRemainder, least, sum, wholeWeights, yuanOf } from "./numbers.ts";
import { type Handler, repaid } from "./own.ts";
import type { Case, World } from "./world.ts";

const weightsOf = (list: readonly { readonly party: string; readonly weight: string }[]) =>
  wholeWeights(list.map(({ party, weight }) => ({ key: party, weight })));

/** Shares of the parties of a case; ties as agreed: the larger weight, then the order of the list. */
const splitOf = (one: Case, amount: bigint): Map<string, bigint> => largestRemainder(amount, weightsOf(one.weights));

function caseOf(world: World, ref: string): Case {
  const one = world.cases.get(ref);
  if (!one) throw new Error(`no case ${ref}`);
  return one;
}

/** Lowers the principal of a loan of any model. */
function lower(world: World, loan: Loan, amount: bigint): void {
  if (loan.terms.batch === undefined) repaid(world, loan, amount);
  else lowerPooled(world, loan, amount);
}

function apply(world: World, data: Data): undefined {
  const loans = (data.loans as { loan: string; principal: string; interest: string }[]).map(({ loan, principal, interest }) => ({
    loan,
    principal: fenOf(principal),
    interest: fenOf(interest),
  }));
  world.cases.set(data.ref, { obligor: data.obligor, loans, weights: data.weights });
}

const baseOf = ({ principal, interest }: { principal: bigint; interest: bigint }): bigint => principal + interest;

function approve(world: World, { ref }: Data): Yields {
  const one = caseOf(world, ref);
  const perLoan = one.loans.map((item) => [item.loan, splitOf(one, baseOf(item))] as const);
  const shares = new Map(one.weights.map(({ party }) => [party, sum(perLoan.map(([, split]) => split.get(party) ?? 0n))]));
  return {
    base: yuanOf(sum(one.loans.map(baseOf))),
    shares: amountsOf(shares),
    perLoan: Object.fromEntries(perLoan.map(([loan, split]) => [loan, amountsOf(split)])),
  };
}

/** R3: base and principal are split per loan by the same weights; every payer but the bank lowers the principal. */
function pay(world: World, { ref, party }: Data): Yields {
  const one = caseOf(world, ref);
  const paid = sum(one.loans.map((item) => splitOf(one, baseOf(item)).get(party) ?? 0n));
  const parts = one.loans.map((item) => [world.loan(item.loan), splitOf(one, item.principal).get(party) ?? 0n] as const);
  if (party === "fund") world.entry("G", ["1218.01", { obligor: one.obligor, ref }], ["1002.02"], paid);
  for (const [loan, part] of parts) lower(world, loan, part);
  return { paid: yuanOf(paid), principalPart: yuanOf(sum(parts.map(([, part]) => part))) };
}

/** Nothing is left of a recovery: what it cost is an expense (R4). */
function onlyCost(world: World, cost: bigint): Yields {
  world.entry("G", ["5901.02"], ["1002.02"], cost);
  return { net: yuanOf(0n) };
}

/** Takes an amount from the balances of some cases, the oldest first. */
function fromOldest(world: World, account: string, aux: Aux, amount: bigint, take: (ref: string, part: bigint) => void): void {
  let rest = amount;
  for (const ref of world.cases.keys()) {
    const part = least(rest, world.balance("G", account, { aux: { ...aux, ref } }));
    if (part <= 0n) continue;
    take(ref, part);
    rest -= part;
  }
}

/** E9: the insurer owes what the obligor owed, case by case. */
function insured(world: World, { insurer, obligor, amount }: Data): undefined {
  fromOldest(world, "1218.01", { obligor }, fenOf(amount), (ref, part) =>
    world.entry("G", ["1218.02", { insurer, ref, fund: "risk" }], ["1218.01", { obligor, ref }], part),
  );
}

function insurancePaid(world: World, { insurer, amount }: Data): undefined {
  fromOldest(world, "1218.02", { insurer, fund: "risk" }, fenOf(amount), (ref, part) =>
    world.entry("G", ["1002.02"], ["1218.02", { insurer, ref, fund: "risk" }], part),
  );
}

function writeOff(world: World, { obligor }: Data): Yields {
  const amount = world.balance("G", "1218.01", { aux: { obligor } });
  fromOldest(world, "1218.01", { obligor }, amount, (ref, part) => world.entry("G", ["3101.01"], ["1218.01", { obligor, ref }], part));
  world.writtenOff.add(obligor);
  return { amount: yuanOf(amount) };
}

/** R4: cost first, then the ratio; the bank's part goes to its open principal pro rata. */
function recover(world: World, { ref, gross, cost }: Data): Yields {
  const one = caseOf(world, ref);
  const net = fenOf(gross) - fenOf(cost);
  if (net <= 0n) return onlyCost(world, -net);
  const shares = splitOf(one, net);
  const fund = shares.get("fund") ?? 0n;
  world.entry("G", ["1002.02"], world.writtenOff.has(one.obligor) ? ["3101.01"] : ["1218.01", { obligor: one.obligor, ref }], fund);
  const loans = one.loans.map(({ loan }) => world.loan(loan));
  const toBank = least(shares.get("bank") ?? 0n, sum(loans.map((loan) => loan.open())));
  const parts = largestRemainder(
    toBank,
    loans.map((loan) => ({ key: loan.terms.id, weight: loan.open() })),
  );
  for (const loan of loans) lower(world, loan, parts.get(loan.terms.id) ?? 0n);
  return { net: yuanOf(net), shares: amountsOf(shares) };
}

const intoFund: Handler = (world, { amount }) => void world.entry("G", ["1002.02"], ["3101.01"], fenOf(amount));
const nothing: Handler = () => undefined;

/** The risk chain (E). */
export const RISKS: Readonly<Record<string, Handler>> = {
  RiskFundDeposited: intoFund,
  RiskFundInterestCredited: intoFund,
  CompensationApplied: apply,
  CompensationApproved: approve,
  CompensationPaid: pay,
  RecoveryReceived: recover,
  BankruptcyDividendReceived: recover,
  ClaimWrittenOff: writeOff,
  InsuranceClaimApproved: insured,
  InsurancePaid: insurancePaid,
  InsuranceClaimFiled: nothing,
};
