import { plusDays } from "../dates.ts";
import type { Data } from "../format.ts";
import { yuanOf } from "../numbers.ts";
import type { Simulation, Story } from "./simulation.ts";

/** Parties of a risk agreement, the larger share first or not. */
export function riskWeights(sim: Simulation): { party: string; weight: string }[] {
  const { random } = sim;
  const lists = [
    [
      ["fund", 70],
      ["bank", 30],
    ],
    [
      ["fund", 80],
      ["bank", 20],
    ],
    [
      ["bank", 50],
      ["fund", 50],
    ],
    [
      ["fund", 40],
      ["guarantor", 35],
      ["bank", 25],
    ],
    [
      ["fund", 20],
      ["bank", 10],
      ["guarantor", 50],
      ["group", 20],
    ],
  ] as const;
  return random.pick(lists).map(([party, weight]) => ({ party, weight: String(weight) }));
}

/** E4–E6 for some overdue loans of one obligor; every payer pays. Returns the case, or nothing when nothing is open. */
export function* compensation(
  sim: Simulation,
  obligor: string,
  ids: readonly string[],
  weights: readonly Data[],
): Generator<string, string | undefined, void> {
  const { random, world } = sim;
  const loans = ids.map((id) => world.loan(id)).filter((loan) => loan.open() > 0n);
  if (loans.length === 0) return undefined;
  const ref = sim.id("C");
  const items = loans.map((loan) => ({
    loan: loan.terms.id,
    principal: yuanOf(loan.open()),
    interest: yuanOf(loan.interest(loan.due, sim.today)),
  }));
  sim.emit("BANK", "CompensationApplied", { ref, obligor, loans: items, weights });
  if (random.chance(50)) yield plusDays(sim.today, random.int(1, 20));
  sim.emit("FIN-R", "CompensationApproved", { ref });
  for (const { party } of weights) {
    if (party === "bank") continue;
    if (random.chance(30)) yield plusDays(sim.today, random.int(1, 20));
    sim.emit(party === "fund" ? "FIN-C" : "BANK", "CompensationPaid", { ref, party });
  }
  return ref;
}

const openClaim = (sim: Simulation, obligor: string): bigint => sim.world.balance("G", "1218.01", { aux: { obligor } });

/** E7–E10: insurance, recoveries, the write-off and what still comes after it. */
export function* recoveries(sim: Simulation, ref: string, obligor: string, event = "RecoveryReceived"): Story {
  const { random } = sim;
  if (random.chance(30)) {
    yield plusDays(sim.today, random.int(5, 60));
    const insurer = sim.party("insurer");
    const amount = yuanOf(random.part(openClaim(sim, obligor), 5, 40));
    sim.emit("INS", "InsuranceClaimApproved", { insurer, obligor, amount });
    yield plusDays(sim.today, random.int(3, 40));
    sim.emit("BANK", "InsurancePaid", { insurer, amount });
  }
  const receive = (percent: number): void => {
    // Small enough that the bank's part stays within its open principal and the fund's within its claim.
    const gross = random.part(openClaim(sim, obligor), 2, percent);
    sim.emit("BANK", event, { ref, gross: yuanOf(gross), cost: yuanOf(random.chance(40) ? 0n : random.part(gross, 1, 40)) });
  };
  for (let k = random.int(0, 2); k > 0; k -= 1) {
    yield plusDays(sim.today, random.int(10, 200));
    if (openClaim(sim, obligor) > 10_000n) receive(25);
  }
  if (random.chance(40)) return;
  yield plusDays(sim.today, random.int(30, 400));
  const claim = openClaim(sim, obligor);
  if (claim === 0n) return;
  sim.emit("FIN-R", "ClaimWrittenOff", { obligor });
  if (random.chance(50)) return;
  yield plusDays(sim.today, random.int(30, 300));
  const gross = random.part(claim, 2, 15);
  sim.emit("BANK", event, { ref, gross: yuanOf(gross), cost: "0.00" });
}

/** An own loan that is not repaid: overdue, penalty interest, compensation from the 90th day on. */
export function* overdue(sim: Simulation, loanId: string): Story {
  const { random, world } = sim;
  const loan = world.loan(loanId);
  while (sim.today < loan.due) yield loan.due;
  yield sim.today;
  const { household = "" } = loan.terms;
  if (loan.open() === 0n || loan.misuseFrom !== undefined) return;
  sim.emit("SYS", "LoanBecameOverdue", { loan: loanId, obligor: household });
  yield plusDays(loan.due, random.int(90, 200));
  if (random.chance(40)) {
    sim.emit("BANK", "InterestSettled", { loan: loanId, from: loan.due, toExcl: sim.today, kind: "penalty", bearer: "household" });
  }
  if (random.chance(20)) return;
  const ref = yield* compensation(sim, household, [loanId], sim.world.policy.on("riskfund.split", loan.terms.contract) as Data[]);
  if (ref !== undefined) yield* recoveries(sim, ref, household);
}
