import { plusDays, plusMonths } from "../dates.ts";
import type { Data } from "../format.ts";
import { fenOf, sum, yuanOf } from "../numbers.ts";
import { ceilingOn } from "../policy.ts";
import { nextSettlement, quarterOfEnd } from "./own-loans.ts";
import { funds, residue, share } from "./pools.ts";
import { compensation, recoveries } from "./risks.ts";
import type { Simulation, Story } from "./simulation.ts";

interface Pooled {
  readonly batch: string;
  readonly enterprise: string;
  readonly due: string;
  /** who gets the subsidy of a loan: the enterprise, or else the household */
  readonly toEnterprise: boolean;
}

const openOf = (sim: Simulation, { batch }: Pooled): bigint => sum(sim.world.loansOf(batch).map((loan) => loan.open()));
const interestOf = (sim: Simulation, loan: string): bigint => -sim.world.balance("M", "9203", { aux: { loan } });

/** A batch of model 1 from its contract to its end. */
export function* batch(sim: Simulation, start: string): Story {
  const { random } = sim;
  yield start;
  const enterprise = sim.party("enterprise");
  const id = sim.id("B");
  const households = Array.from({ length: random.int(1, 6) }, () => sim.household());
  const months = random.pick([12, 24, 36, 36]);
  const due = plusMonths(start, months);
  const items = households.map((household) => ({ loan: sim.id("L"), household, amount: random.yuan(3000, 50_000) }));
  if (random.chance(20)) for (const { household, amount } of items) sim.emit("VIL", "HouseholdEnrolled", { batch: id, household, amount });
  const annualRate = ceilingOn(start, months);
  sim.emit("BANK", "BatchContractSigned", { model: 1, batch: id, enterprise, repayer: enterprise, annualRate, due, items });
  if (random.chance(40)) yield plusDays(start, random.int(1, 12));
  sim.emit("BANK", "LoanDisbursed", { model: 1, batch: id });
  sim.emit("BANK", "StakeEntrusted", { batch: id, enterprise });
  sim.emit("ENT", "StakePooled", { batch: id, enterprise, total: yuanOf(sum(items.map(({ amount }) => fenOf(amount)))) });
  const pooled: Pooled = { batch: id, enterprise, due, toEnterprise: random.chance(60) };
  sim.tell(quarters(sim, pooled, sim.today));
  if (random.chance(25)) sim.tell(lateStake(sim, pooled, annualRate));
  if (random.chance(30)) sim.tell(earlyRepayment(sim, pooled));
  if (random.chance(35)) sim.tell(splitHousehold(sim, random.pick(households), due));
  if (random.chance(20)) sim.tell(replacement(sim, pooled));
  if (random.chance(80)) sim.tell(dividends(sim, pooled));
  yield* maturity(sim, pooled);
}

/** Another household joins, recorded when it happens or weeks later. */
function* lateStake(sim: Simulation, { batch: id, enterprise, due }: Pooled, annualRate: string): Story {
  const { random } = sim;
  const on = random.day(plusDays(sim.today, 10), "2017-10-20");
  yield on;
  if (random.chance(50)) yield random.day(on, plusDays(on, 15));
  const household = sim.household();
  const loan = sim.id("L");
  const amount = random.yuan(3000, 50_000);
  sim.emit("BANK", "LoanDisbursed", { model: 1, loan, household, amount, due, annualRate, yearBase: 360, batch: id }, on);
  sim.emit("BANK", "StakeEntrusted", { batch: id, loan, household, enterprise, amount }, on);
}

/** Quarterly interest of the batch, borne by the enterprise; subsidies of some loans. */
function* quarters(sim: Simulation, pooled: Pooled, drawn: string): Story {
  const { random, world } = sim;
  let from = drawn;
  while (from < pooled.due) {
    const [toExcl = pooled.due] = [nextSettlement(from), pooled.due].sort();
    yield toExcl;
    if (world.loansOf(pooled.batch).every((loan) => loan.interest(from, toExcl) === 0n)) return;
    sim.emit("BANK", "InterestSettled", { batch: pooled.batch, from, toExcl, kind: "normal", bearer: "enterprise" });
    const paysNow = random.chance(70);
    for (const { terms } of world.loansOf(pooled.batch)) {
      const open = interestOf(sim, terms.id);
      if (paysNow && open > 0n) sim.emit("BANK", "InterestPaid", { loan: terms.id, amount: yuanOf(open), payer: "enterprise" });
    }
    if (random.chance(60)) yield* subsidies(sim, pooled, toExcl);
    from = toExcl;
  }
}

function* subsidies(sim: Simulation, { batch: id, enterprise, toEnterprise }: Pooled, toExcl: string): Story {
  const { random, world } = sim;
  const claim = quarterOfEnd(toExcl);
  const claimed = world
    .loansOf(id)
    .filter((loan) => loan.settlements.some((one) => one.toExcl === toExcl && one.booked > 0n) && random.chance(70));
  const payeeOf = (household = ""): string => (toEnterprise ? enterprise : household);
  for (const { terms } of claimed) sim.emit("FIN-M", "SubsidyAccrued", { loan: terms.id, claim, payee: payeeOf(terms.household) });
  yield plusDays(toExcl, random.int(5, 25));
  for (const { terms } of claimed) {
    const payee = payeeOf(terms.household);
    const open = -world.balance("G", "2303.01", { aux: { loan: terms.id, payee } });
    if (open > 0n && random.chance(80)) sim.emit("FIN-C", "SubsidyPaid", { loan: terms.id, payee });
  }
}

/** Yearly dividends on the stakes, by days, by stake or at a fixed rate. */
function* dividends(sim: Simulation, { batch: id, enterprise, due }: Pooled): Story {
  const { random, world } = sim;
  const method = random.pick(["by-stake-days", "by-stake-days", "by-stake", "fixed-rate"]);
  for (let year = 2017; `${year}-11-15` < due; year += 1) {
    yield random.day(`${year}-11-20`, `${year}-12-02`);
    const stakes = stakesOf(sim, id);
    if (Object.keys(stakes).length === 0) return;
    // A stake that changes in a leap year has two readings at a fixed rate.
    const way = method === "fixed-rate" && year % 4 === 0 ? "by-stake" : method;
    const terms = way === "fixed-rate" ? { fixedRate: "8.00" } : { total: random.yuan(500, 30_000) };
    sim.emit("FIN-R", "DividendDeclared", { pool: id, batch: id, enterprise, year, ...terms });
    yield* funds(sim, id, enterprise, way === "fixed-rate");
    if (world.balance("G", "1218.06", { aux: { pool: id } }) > 0n && way === "fixed-rate") return;
    const data = (): Data => ({ method: way, residueRule: residue(sim), ...(way === "by-stake" ? { weights: stakesOf(sim, id) } : {}) });
    yield* share(sim, { pool: id, year, data, whole: way === "fixed-rate" });
  }
}

/** Stakes of the households of a batch now, as weights. */
function stakesOf(sim: Simulation, id: string): Record<string, string> {
  const loans = sim.world.loansOf(id);
  const holders = [...new Set(loans.flatMap((loan) => loan.holders()))];
  return Object.fromEntries(holders.map((household) => [household, yuanOf(sum(loans.map((loan) => loan.stake(household))))]));
}

function* earlyRepayment(sim: Simulation, pooled: Pooled): Story {
  const { random, world } = sim;
  const year = Number(pooled.due.slice(0, 4)) - 1;
  yield random.day(`${year}-04-01`, `${year}-10-20`);
  const loans = world.loansOf(pooled.batch).map((loan) => loan.terms.id);
  const amount = yuanOf(random.part(openOf(sim, pooled), 5, 60));
  if (openOf(sim, pooled) < 100_000n) return;
  const ordered = random.chance(40)
    ? { allocation: "as-ordered", order: random.shuffled(loans).slice(0, random.int(1, loans.length)) }
    : { allocation: "pro-rata" };
  sim.emit("BANK", "UnifiedRepaymentReceived", { batch: pooled.batch, amount, ...ordered });
}

/** R2, R21: a household splits, another takes over. */
function* splitHousehold(sim: Simulation, source: string, due: string): Story {
  const { random, world } = sim;
  yield random.day(plusDays(sim.today, 40), plusDays(due, -20));
  const members = sim.parties.household?.find(({ id }) => id === source)?.members ?? 1;
  if (members < 2) return;
  const heads = random.int(1, members - 1);
  // Stakes keep away from a draft that is publicised.
  if (sim.today.slice(5) > "11-10" || sim.today.slice(5) < "02-15")
    yield `${Number(plusMonths(sim.today, 2).slice(0, 4))}-03-${random.int(10, 28)}`;
  if (world.payouts.some((item) => item.household === source && item.paidOn === undefined)) return;
  const target = `${source}-2`;
  sim.parties.household?.push({ id: target, members: heads, createdByFact: sim.facts.length + 1 });
  const targets = [
    { household: source, heads: members - heads },
    { household: target, heads },
  ];
  sim.emit("POV", "HouseholdSplit", { source, targets, debtorStays: source });
}

function* replacement(sim: Simulation, { batch: id }: Pooled): Story {
  const { random, world } = sim;
  yield random.day(plusDays(sim.today, 10), "2017-10-30");
  const loan = random.pick(world.loansOf(id));
  const { household = "" } = loan.terms;
  if (loan.holders().join() !== household || world.payouts.some((item) => item.household === household)) return;
  sim.emit("POV", "StakeReplaced", {
    oldHousehold: household,
    newHousehold: sim.household(),
    loan: loan.terms.id,
    bankChangesDebtor: true,
  });
}

/** The due date: repaid in full, with too much, or short; then penalty interest, or the failure of the enterprise. */
function* maturity(sim: Simulation, pooled: Pooled): Story {
  const { random, world } = sim;
  const { batch: id, enterprise, due } = pooled;
  // After everything else of that day: the last settlement comes first.
  for (let k = 0; k < 5; k += 1) yield due;
  const interest = sum(world.loansOf(id).map((loan) => interestOf(sim, loan.terms.id)));
  const owed = openOf(sim, pooled) + interest;
  const repay = (amount: bigint): void =>
    void sim.emit("BANK", "UnifiedRepaymentReceived", { batch: id, amount: yuanOf(amount), allocation: "pro-rata" });
  const way = random.int(1, 4);
  if (way === 1) repay(owed + (random.chance(30) ? random.fen(1, 3000) : 0n));
  else if (way <= 3 && random.chance(70)) repay(random.part(owed, 20, 95));
  if (openOf(sim, pooled) > 0n) {
    yield plusDays(due, 1);
    sim.emit("SYS", "BatchOverdue", { batch: id, obligor: enterprise });
    if (way === 4 || random.chance(40)) return yield* failure(sim, pooled);
    yield plusDays(due, random.int(5, 80));
    sim.emit("BANK", "InterestSettled", { batch: id, kind: "penalty", bearer: "enterprise", from: due, toExcl: sim.today });
    const all = openOf(sim, pooled) + sum(world.loansOf(id).map((loan) => interestOf(sim, loan.terms.id)));
    repay(all + (random.chance(40) ? random.fen(1, 9000) : 0n));
  }
  yield* close(sim, pooled);
}

function* close(sim: Simulation, pooled: Pooled): Story {
  const { world } = sim;
  yield plusDays(sim.today, sim.random.int(20, 120));
  const settled = world.loansOf(pooled.batch).every((loan) => interestOf(sim, loan.terms.id) === 0n);
  const owed =
    world.balance("G", "2901.02", { aux: { pool: pooled.batch } }) + world.balance("G", "2901.03", { aux: { pool: pooled.batch } });
  if (settled && owed === 0n && openOf(sim, pooled) === 0n) sim.emit("FIN-R", "BatchClosed", { batch: pooled.batch });
}

/** 1.17–1.20: bankruptcy, compensation, release of the bank's share, money of the estate. */
function* failure(sim: Simulation, pooled: Pooled): Story {
  const { random, world } = sim;
  const { enterprise, batch: id, due } = pooled;
  yield plusDays(due, random.int(90, 180));
  const bankrupt = random.chance(60);
  if (bankrupt) sim.emit("FOF", "EnterpriseBankruptcyFiled", { enterprise, claimFiled: "filed" });
  const loans = world.loansOf(id).map((loan) => loan.terms.id);
  const split = world.policy.on("riskfund.split", world.batch(id).contract) as Data[];
  const ref = yield* compensation(sim, enterprise, loans, split);
  if (ref === undefined) return;
  yield* recoveries(sim, ref, enterprise, bankrupt ? "BankruptcyDividendReceived" : "RecoveryReceived");
  const open = loans.filter((loan) => world.loan(loan).open() > 0n);
  if (open.length === 0 || random.chance(30)) return;
  yield plusDays(sim.today, random.int(5, 90));
  sim.emit("BANK", "HouseholdReleased", { loans: open, reason: "bank-share-written-off" });
}
