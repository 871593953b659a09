import { plusDays, plusMonths } from "../dates.ts";
import { yuanOf } from "../numbers.ts";
import { ceilingOn, lprOn } from "../policy.ts";
import { correctAll, settlements } from "./own-loans.ts";
import { compensation, recoveries, riskWeights } from "./risks.ts";
import { afterClose, type Simulation, type Story } from "./simulation.ts";

/** An enterprise loan (企贷) with its links, its rate and its end (model 2). */
export function* enterpriseLoan(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const enterprise = sim.party("enterprise");
  const loan = sim.id("L");
  const months = random.pick([12, 24, 36]);
  const due = plusMonths(start, months);
  const floating = start >= "2019-09-01" && random.chance(60);
  const annualRate = floating ? (lprOn(start)?.[1] ?? "4.15") : random.chance(50) ? ceilingOn(start, months) : "4.05";
  sim.emit("BANK", "EnterpriseLoanDisbursed", { loan, enterprise, amount: random.yuan(100_000, 1_500_000), due, annualRate, floating });
  const plan = { loan, household: enterprise, model: 2, bearer: "enterprise" as const, payee: enterprise, claims: 85 };
  sim.tell(links(sim, plan, due));
  sim.tell(settlements(sim, plan, () => due));
  if (floating) sim.tell(resets(sim, loan, due));
  if (random.chance(50)) sim.tell(prepayment(sim, loan, random.day(plusDays(start, 20), plusDays(due, -10))));
  yield due;
  yield due;
  const open = world.loan(loan).open();
  if (open === 0n) return;
  if (random.chance(75)) return void sim.emit("BANK", "EnterpriseRepaid", { loan, principal: yuanOf(open) });
  sim.emit("SYS", "LoanBecameOverdue", { loan, obligor: enterprise });
  yield plusDays(due, random.int(90, 150));
  const ref = yield* compensation(sim, enterprise, [loan], riskWeights(sim));
  if (ref !== undefined) yield* recoveries(sim, ref, enterprise);
}

/** Households come and go; sometimes it is reported late and the subsidy is corrected. */
function* links(sim: Simulation, plan: Parameters<typeof correctAll>[1], due: string): Story {
  const { random } = sim;
  let linked = 0;
  const change = (count: number, on: string): void => {
    linked += count;
    const event = count > 0 ? "HouseholdLinked" : "HouseholdUnlinked";
    sim.emit("ENT", event, { enterprise: plan.payee, count: Math.abs(count), linkedAfter: linked }, on);
  };
  change(random.int(2, 12), sim.today);
  let reported = sim.today;
  for (let k = random.int(0, 3); k > 0; k -= 1) {
    yield afterClose(plusDays(sim.today, random.int(20, 200)));
    if (sim.today >= due) return;
    const on = random.chance(35) ? random.day(plusDays(reported, 1), sim.today) : sim.today;
    if (on <= reported) return;
    reported = on;
    const count = random.chance(50) && linked > 1 ? -random.int(1, linked - 1) : random.int(1, 5);
    change(count, on);
    if (on < sim.today) correctAll(sim, plan);
  }
}

/** Repricing days with the LPR last published. */
function* resets(sim: Simulation, loan: string, due: string): Story {
  const { random } = sim;
  for (let day = plusMonths(sim.today, random.int(2, 8)); day < due; day = plusMonths(day, random.int(4, 12))) {
    yield day;
    const [quoteDate, quotedRate] = lprOn(day) ?? ["", ""];
    if (quoteDate !== "") sim.emit("BANK", "LoanRateReset", { loan, quoteDate, quotedRate, spreadBp: random.pick([20, 0, -15, 10]) });
  }
}

function* prepayment(sim: Simulation, loan: string, on: string): Story {
  yield on;
  const open = sim.world.loan(loan).open();
  if (open > 100_000n) sim.emit("BANK", "EnterprisePrepaid", { loan, principal: yuanOf(sim.random.part(open, 5, 70)) });
}
