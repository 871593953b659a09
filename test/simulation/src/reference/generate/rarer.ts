import { plusDays, plusMonths } from "../dates.ts";
import { yuanOf } from "../numbers.ts";
import { ceilingOn } from "../policy.ts";
import { clawbacks, type OwnLoan, settlements } from "./own-loans.ts";
import { afterClose, type Simulation, type Story } from "./simulation.ts";

const payable = (sim: Simulation, loan: string, payee: string): bigint => -sim.world.balance("G", "2303.01", { aux: { loan, payee } });

/** An own loan with an approval that is drawn in two parts. */
export function* twoDrawings(sim: Simulation, start: string): Story {
  const { random } = sim;
  yield start;
  const household = sim.household();
  const loan = sim.id("L");
  const due = plusMonths(start, 24);
  const annualRate = ceilingOn(start, 24);
  const first = random.fen(2000, 20_000);
  const second = random.fen(1000, 25_000);
  sim.emit("BANK", "LoanApproved", { model: 3, loan, household, amount: yuanOf(first + second), due, annualRate });
  const draw = (amount: bigint): void =>
    void sim.emit("BANK", "LoanDisbursed", { model: 3, loan, household, amount: yuanOf(amount), due, annualRate, yearBase: 360 });
  draw(first);
  const plan = { loan, household, model: 3, bearer: "household" as const, payee: household, claims: 90 };
  sim.tell(settlements(sim, plan, () => due));
  yield random.day(plusDays(start, 5), plusDays(start, 200));
  draw(second);
  yield plusDays(sim.today, random.int(20, 150));
  const principal = yuanOf(random.part(sim.world.loan(loan).open(), 10, 80));
  sim.emit("BANK", "RepaymentReceived", { loan, principal, serial: sim.id("S") });
}

/** A loan and its top-up (3.14): the unsubsidised part is repaid first, unless the bank says otherwise. */
export function* toppedUp(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const household = sim.household();
  const [loan, topUp] = [sim.id("L"), sim.id("L")];
  const due = plusMonths(start, 24);
  const terms = { model: 3, household, due, annualRate: ceilingOn(start, 24), yearBase: 360 };
  sim.emit("BANK", "LoanDisbursed", { ...terms, loan, amount: random.yuan(20_000, 50_000) });
  sim.tell(settlements(sim, { loan, household, model: 3, bearer: "household", payee: household, claims: 90 }, () => due));
  yield random.day(plusDays(start, 5), plusDays(start, 300));
  sim.emit("BANK", "LoanToppedUp", {
    ...terms,
    loan: topUp,
    amount: random.yuan(5000, 40_000),
    topUpOf: loan,
    annualRate: ceilingOn(sim.today, 24),
  });
  sim.tell(settlements(sim, { loan: topUp, household, model: 3, bearer: "household", payee: household, claims: 0 }, () => due));
  for (let k = random.int(1, 3); k > 0; k -= 1) {
    yield plusDays(sim.today, random.int(10, 140));
    const open = world.loan(loan).open();
    if (sim.today >= due || open < 10_000n) return;
    const stated = random.chance(30);
    const all = stated ? open : open + world.loan(topUp).open();
    const principal = yuanOf(random.part(all, 5, 60));
    sim.emit("BANK", "RepaymentReceived", {
      loan,
      principal,
      serial: sim.id("S"),
      ...(stated ? { allocation: "subsidised-tranche" } : {}),
    });
  }
}

/** Subsidies claimed at a wrong rate, found in the same year or after its close (T4, R9, R10). */
export function* wrongRate(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const household = sim.household();
  const loan = sim.id("L");
  const short = random.chance(50);
  const [right, wrong] = short ? ["4.35", "4.75"] : ["4.75", "4.35"];
  const due = plusMonths(start, short ? 12 : 24);
  sim.emit("BANK", "LoanDisbursed", {
    model: 3,
    loan,
    household,
    amount: random.yuan(5000, 50_000),
    due,
    annualRate: right,
    yearBase: 360,
  });
  let from = start;
  for (let quarter = random.int(2, 4); quarter > 0; quarter -= 1) {
    const toExcl = nextQuarter(from);
    if (toExcl > due) break;
    yield toExcl;
    const claim = `${toExcl.slice(0, 4)}Q${Math.ceil(Number(toExcl.slice(5, 7)) / 3)}`;
    sim.emit("FIN-M", "SubsidyAccrued", { loan, claim, payee: household, from, toExcl, claimedRate: wrong });
    sim.emit("FIN-C", "SubsidyPaid", { loan, payee: household });
    from = toExcl;
  }
  yield afterClose(plusDays(sim.today, random.int(5, 90)));
  const reason = { rateWas: wrong, rateIs: right };
  for (const year of [...new Set(world.loan(loan).accruals.map((one) => one.year))].sort()) {
    const last = world.loan(loan).accruals.findLast((one) => one.year === year)?.toExcl ?? sim.today;
    const on = String(year) < sim.today.slice(0, 4) ? `${year}-12-20` : plusDays(last, -1);
    if (short)
      sim.emit("FIN-R", "SubsidyClawbackDecided", { loan, obligor: household, reason: "wrong-rate", accrualsOf: year, ...reason }, on);
    else sim.emit("FIN-M", "SubsidyAccrued", { loan, payee: household, correction: "wrong-rate", accrualsOf: year, ...reason }, on);
  }
  if (!short) return void sim.emit("FIN-C", "SubsidyPaid", { loan, payee: household });
  const plan = { loan, household, model: 3, bearer: "household" as const, payee: household, claims: 0 };
  yield* clawbacks(sim, plan, plusDays(sim.today, 5), plusMonths(sim.today, 14));
}

function nextQuarter(day: string): string {
  const ends = ["03-21", "06-21", "09-21", "12-21"].map((end) => `${day.slice(0, 4)}-${end}`);
  return ends.find((end) => end > day) ?? `${Number(day.slice(0, 4)) + 1}-03-21`;
}

/** A payment of a subsidy comes back and is made again with a new account (R17). */
export function* returnedSubsidy(sim: Simulation, own: OwnLoan): Story {
  const { random, world } = sim;
  yield plusDays(own.start, random.int(110, 260));
  const loan = world.loan(own.loan);
  if (loan.payments.length === 0 || loan.misuseFrom !== undefined || loan.accruals.some((one) => one.clawed > 0n)) return;
  if (payable(sim, own.loan, own.payee) < 0n) return;
  sim.emit("BANK", "SubsidyPaymentReturned", { loan: own.loan, payee: own.payee, reason: random.pick(["AC04", "BE01"]) });
  sim.emit("OFFICE", "BankAccountChanged", { households: [own.household] });
  yield plusDays(sim.today, random.int(2, 5));
  if (payable(sim, own.loan, own.payee) > 0n) sim.emit("FIN-C", "SubsidyPaid", { loan: own.loan, payee: own.payee });
}

/** People: the debtor dies and another is head; a household leaves poverty. Nothing of it moves money. */
export function* family(sim: Simulation, household: string, from: string): Story {
  const { random } = sim;
  yield plusDays(from, random.int(20, 300));
  const members = sim.parties.household?.find(({ id }) => id === household)?.members ?? 1;
  if (random.chance(50)) return void sim.emit("POV", "PovertyExitConfirmed", { households: [household] });
  if (members < 3) return;
  sim.emit("POV", "DebtorDied", { household, person: "head" });
  sim.emit("POV", "HeadChanged", { household });
}

/** Yearly statements of some households with an entitlement. */
export function* statements(sim: Simulation): Story {
  const { random, world } = sim;
  for (let year = 2017; year < 2021; year += 1) {
    yield `${year + 1}-01-${random.int(22, 29)}`;
    const households = [...new Set(world.allocations.filter((one) => one.year === year).flatMap((one) => [...one.perHousehold.keys()]))];
    if (households.length > 0 && random.chance(50))
      sim.emit("FIN-R", "StatementIssued", { year, households: random.shuffled(households).slice(0, 4) });
  }
}
