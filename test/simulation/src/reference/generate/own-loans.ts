import { earliest, latest, monthsOf, plusDays, plusMonths, yearOf } from "../dates.ts";
import type { Loan } from "../loan.ts";
import { yuanOf } from "../numbers.ts";
import { ceilingOn } from "../policy.ts";
import { differencesOf, rightSubsidy } from "../subsidies.ts";
import { afterClose, type Simulation, type Story } from "./simulation.ts";

/** The first day after the settlement days (the 20th of March, June, September, December) that is after a day. */
export function nextSettlement(day: string): string {
  const ends = [3, 6, 9, 12].flatMap((month) => [`${day.slice(0, 4)}-${String(month).padStart(2, "0")}-21`]);
  return ends.find((end) => end > day) ?? `${Number(day.slice(0, 4)) + 1}-03-21`;
}

export const quarterOfEnd = (toExcl: string): string => {
  const last = plusDays(toExcl, -1);
  return `${last.slice(0, 4)}Q${Math.ceil(Number(last.slice(5, 7)) / 3)}`;
};

interface Plan {
  readonly loan: string;
  readonly household: string;
  readonly model: number;
  readonly bearer: "household" | "enterprise";
  readonly payee: string;
  /** claims are made, in this share of the quarters */
  readonly claims: number;
}

/** Books what late facts changed: interest first, then subsidy, paid or not yet paid. */
export function correctAll(sim: Simulation, plan: Plan): void {
  const { world } = sim;
  const loan = world.loan(plan.loan);
  for (const one of loan.settlements) {
    if (loan.right(one, world.policy) === one.booked) continue;
    sim.emit("BANK", "InterestCorrected", { loan: plan.loan, from: one.from, toExcl: one.toExcl });
  }
  correctSubsidy(sim, plan, "backdated-repayment");
}

/** R9: the last settlement day of the year concerned. */
function correctionDate(sim: Simulation, loan: Loan, year: number): string {
  if (year < yearOf(sim.today)) return `${year}-12-20`;
  const ends = loan.accruals.filter((one) => one.year === year).map((one) => plusDays(one.toExcl, -1));
  return earliest(ends.sort().at(-1) ?? sim.today, sim.today);
}

export function correctSubsidy(sim: Simulation, plan: Plan, reason: "backdated-repayment" | "misuse", misuseFrom?: string): void {
  const loan = sim.world.loan(plan.loan);
  const years = [...new Set(loan.accruals.map(({ year }) => year))].sort();
  const overPaid = (year: number): boolean =>
    loan.accruals.some((one) => one.year === year && one.paid > rightSubsidy(sim.world, loan, one));
  if (reason === "misuse") {
    if (years.some(overPaid)) sim.emit("FIN-R", "SubsidyClawbackDecided", { loan: plan.loan, obligor: plan.household, reason, misuseFrom });
  } else {
    for (const year of years.filter(overPaid)) {
      const data = { loan: plan.loan, obligor: plan.payee, reason, accrualsOf: year };
      sim.emit("FIN-R", "SubsidyClawbackDecided", data, correctionDate(sim, loan, year));
    }
  }
  for (const year of years) {
    if (differencesOf(sim.world, loan, year).every((d) => d === 0n)) continue;
    const data = { loan: plan.loan, payee: plan.payee, correction: "recomputed", accrualsOf: year };
    sim.emit("FIN-M", "SubsidyAccrued", data, correctionDate(sim, loan, year));
  }
}

const openInterest = (sim: Simulation, loan: string): bigint => -sim.world.balance("M", "9203", { aux: { loan } });
const payable = (sim: Simulation, { loan, payee, model }: Plan): bigint =>
  -sim.world.balance("G", model === 2 ? "2303.02" : "2303.01", { aux: { loan, payee } });

/** Settles [from, toExcl), pays the interest, claims and pays the subsidy, as it happens. */
export function* settlement(sim: Simulation, plan: Plan, from: string, toExcl: string): Story {
  const { random, world } = sim;
  const loan = world.loan(plan.loan);
  if (from >= toExcl) return;
  if (loan.interest(from, toExcl) > 0n) {
    sim.emit("BANK", "InterestSettled", { loan: plan.loan, from, toExcl, kind: "normal", bearer: plan.bearer });
    if (random.chance(80)) {
      const open = openInterest(sim, plan.loan);
      const amount = random.chance(85) ? open : random.part(open);
      if (amount > 0n) sim.emit("BANK", "InterestPaid", { loan: plan.loan, amount: yuanOf(amount), payer: plan.bearer });
    }
  }
  const inClaim =
    loan.settlements.some((one) => one.toExcl === toExcl) ||
    loan.prepaid.some((one) => from <= one.from && one.from < one.toExcl && one.toExcl <= toExcl);
  if (loan.misuseFrom !== undefined || !inClaim || !random.chance(plan.claims)) return;
  const claim = quarterOfEnd(toExcl);
  if (loan.accruals.some((one) => one.claim === claim)) return;
  if (plan.model === 3 && random.chance(15)) sim.emit("BANK", "SubsidyClaimSubmitted", { loan: plan.loan, claim });
  sim.emit("FIN-M", "SubsidyAccrued", { loan: plan.loan, claim, payee: plan.payee });
  if (!random.chance(80)) return;
  yield plusDays(sim.today, random.int(3, 20));
  if (payable(sim, plan) > 0n) sim.emit("FIN-C", "SubsidyPaid", { loan: plan.loan, payee: plan.payee });
}

/** Quarter after quarter until a day; the last period ends with it. */
export function* settlements(sim: Simulation, plan: Plan, until: () => string): Story {
  const loan = sim.world.loan(plan.loan);
  let from = loan.moves[0]?.on ?? sim.today;
  while (from < until()) {
    const toExcl = earliest(nextSettlement(from), until());
    yield toExcl;
    // The due date may have moved while waiting.
    if (toExcl !== earliest(nextSettlement(from), until())) continue;
    yield* settlement(sim, plan, from, toExcl);
    from = toExcl;
    if (loan.open() === 0n) return;
  }
}

/** A repayment, recorded at once or late; what was settled meanwhile is corrected. */
function* repayment(sim: Simulation, plan: Plan, on: string): Story {
  const { random, world } = sim;
  yield on;
  const late = random.chance(35);
  if (late) yield afterClose(plusDays(on, random.int(1, 75)));
  const loan = world.loan(plan.loan);
  const open = loan.open();
  if (open < 100n || loan.due <= on) return;
  if (!late && random.chance(40)) return void prepay(sim, plan, loan);
  const principal = yuanOf(random.chance(10) ? open : random.part(open, 5, 60));
  const serial = sim.id("S");
  sim.emit("BANK", "RepaymentReceived", { loan: plan.loan, principal, serial }, on);
  if (late) correctAll(sim, plan);
  if (random.chance(25)) yield* duplicate(sim, plan, on, principal);
  else if (random.chance(20)) yield* reversal(sim, plan, on, serial, principal);
}

/** 利随本清 since the last settlement day. */
function prepay(sim: Simulation, plan: Plan, loan: Loan): void {
  const begin = plusMonths(nextSettlement(sim.today), -3);
  const drawn = loan.moves.map(({ on }) => on).sort()[0] ?? begin;
  const from = latest(begin, drawn);
  if (loan.moves.some((move) => move.amount > 0n && move.on > from)) return;
  const principal = yuanOf(sim.random.part(loan.open(), 5, 100));
  sim.emit("BANK", "LoanPrepaid", { loan: plan.loan, principal, interestFrom: from, interestToExcl: sim.today });
}

function* duplicate(sim: Simulation, plan: Plan, on: string, principal: string): Story {
  const { random } = sim;
  const serial = sim.id("S");
  yield plusDays(sim.today, 1);
  const loan = sim.world.loan(plan.loan);
  if (loan.open() < BigInt(principal.replace(".", ""))) return;
  sim.emit("SYS", "RepaymentDuplicateSuspected", { loan: plan.loan, principal, serial }, on);
  if (random.chance(50)) return void sim.emit("FIN-R", "RepaymentDuplicateDismissed", { loan: plan.loan, serial }, on);
  sim.emit("FIN-R", "RepaymentDuplicateReleased", { loan: plan.loan, principal, serial }, on);
  correctAll(sim, plan);
  yield* reversal(sim, plan, on, serial, principal);
}

function* reversal(sim: Simulation, plan: Plan, on: string, serial: string, principal: string): Story {
  yield afterClose(plusDays(sim.today, sim.random.int(1, 60)));
  sim.emit("BANK", "RepaymentReversed", { loan: plan.loan, serial, principal: `-${principal}` }, on);
  correctAll(sim, plan);
}

/** The money was lent on: claims stop, what was subsidised from then on comes back. */
function* misuse(sim: Simulation, plan: Plan, on: string, misuseFrom: string): Story {
  const { random, world } = sim;
  yield afterClose(on);
  const loan = world.loan(plan.loan);
  if (loan.open() === 0n || sim.today >= loan.due) return;
  sim.emit("BANK", "UseOfFundsChecked", { loan: plan.loan, finding: "lent-on", misuseFrom });
  yield plusDays(sim.today, random.int(1, 9));
  sim.emit("FIN-R", "LoanMisuseConfirmed", { loan: plan.loan, misuseFrom });
  correctSubsidy(sim, plan, "misuse", misuseFrom);
}

/** Open claims of subsidy come back in parts, or are set off. */
export function* clawbacks(sim: Simulation, plan: Plan, from: string, to: string): Story {
  const { random, world } = sim;
  for (let day = from; day < to; day = plusDays(day, random.int(40, 120))) {
    yield day;
    const obligors = [...new Set([plan.household, plan.payee])];
    for (const obligor of obligors) {
      const open = world.balance("G", "1218.03", { aux: { loan: plan.loan, obligor } });
      if (open <= 0n) continue;
      const amount = yuanOf(random.chance(60) ? open : random.part(open));
      sim.emit("BANK", "SubsidyClawbackReceived", { loan: plan.loan, obligor, amount });
    }
  }
}

export interface OwnLoan extends Plan {
  readonly start: string;
}

/** An own loan (自贷) with everything that may happen before it is due. */
export function* ownLoan(sim: Simulation, start: string): Generator<string, OwnLoan, void> {
  const { random } = sim;
  yield start;
  const household = sim.household();
  const loan = sim.id("L");
  const plan: Plan = { loan, household, model: 3, bearer: "household", payee: household, claims: 85 };
  const months = random.pick([6, 12, 12, 24, 24, 36]);
  const due = plusMonths(start, months);
  const amount = yuanOf(random.fen(3000, 50_000));
  const annualRate = ceilingOn(start, months);
  sim.emit("BANK", "LoanDisbursed", { model: 3, loan, household, amount, due, annualRate, yearBase: random.pick([360, 360, 365]) });
  const until = (): string => sim.world.loan(loan).due;
  sim.tell(settlements(sim, plan, until));
  for (let k = random.int(0, 3); k > 0; k -= 1) sim.tell(repayment(sim, plan, random.day(plusDays(start, 1), plusDays(due, -10))));
  if (random.chance(15)) {
    const found = random.day(plusDays(start, 60), plusDays(due, -1));
    sim.tell(misuse(sim, plan, found, random.day(plusDays(start, 1), found)));
  }
  sim.tell(clawbacks(sim, plan, plusDays(start, 50), plusMonths(due, 12)));
  return { ...plan, start };
}

/** Before its due date the loan may be extended once; a higher tier has a higher rate. */
export function* extension(sim: Simulation, loanId: string): Story {
  const { random, world } = sim;
  const loan = world.loan(loanId);
  const months = monthsOf(loan.terms.contract, loan.due);
  yield plusDays(loan.due, -random.int(2, 15));
  if (loan.open() === 0n || loan.misuseFrom !== undefined) return;
  const extra = random.int(1, months <= 12 ? months : Math.floor(months / 2));
  // Which table prices a higher tier after the LPR came is not settled.
  if (months <= 12 && months + extra > 12 && loan.due >= "2019-08-20") return;
  sim.emit("BANK", "LoanExtended", { loan: loanId, newDue: plusMonths(loan.due, extra) });
}

/** The end of an own loan: repaid, or renewed under a new number, or left open. */
export function* ending(sim: Simulation, own: OwnLoan): Story {
  const { random, world } = sim;
  const loan = world.loan(own.loan);
  while (sim.today < loan.due) yield loan.due;
  yield sim.today;
  const open = loan.open();
  if (open === 0n) return;
  const choice = random.int(1, 3);
  if (choice === 1) sim.emit("BANK", "RepaymentReceived", { loan: own.loan, principal: yuanOf(open), serial: sim.id("S") });
  else if (choice === 2 && loan.misuseFrom === undefined) renew(sim, own, open);
}

function renew(sim: Simulation, own: OwnLoan, open: bigint): void {
  const newLoan = sim.id("L");
  const due = plusMonths(sim.today, 12);
  const data = { loan: own.loan, newLoan, amount: yuanOf(open), due, annualRate: ceilingOn(sim.today, 12) };
  sim.emit("BANK", "LoanRenewedNoRepayment", data);
  sim.tell(settlements(sim, { ...own, loan: newLoan }, () => due));
}
