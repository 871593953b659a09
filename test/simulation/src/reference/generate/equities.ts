import { plusDays } from "../dates.ts";
import { fenOf, yuanOf } from "../numbers.ts";
import { funds, inPool, residue, share, weights } from "./pools.ts";
import type { Simulation, Story } from "./simulation.ts";

/** Government equity (model 4): invested, fixed dividends, a loss shared by three, recovery, redemption. */
export function* equity(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const enterprise = sim.party("enterprise");
  const insurer = sim.party("insurer");
  const amount = random.fen(50_000, 800_000);
  sim.emitLate("FIN-M", "EquityFundsAppropriated", { amount: yuanOf(amount + random.fen(5000, 60_000)), source: "区" });
  yield plusDays(sim.today, random.int(2, 30));
  const fixedRate = random.pick(["8.00", "7.5", "6"]);
  sim.emit("FIN-R", "InvestmentAgreementSigned", { enterprise, amount: yuanOf(amount), fixedRate });
  const premium = random.yuan(100, 4000);
  sim.emit("INS", "InsurancePolicyBound", { insurer, enterprise, premium, payer: "district" });
  yield plusDays(sim.today, random.int(1, 30));
  sim.emit("FIN-C", "EquityInvested", { enterprise, amount: yuanOf(amount), source: "区" });
  if (random.chance(80)) sim.tell(fixedDividends(sim, enterprise, sim.today, fixedRate));
  if (random.chance(50)) {
    yield plusDays(sim.today, random.int(60, 500));
    sim.emit(
      "BANK",
      "EquityRedeemed",
      redemption(sim, enterprise, random.part(world.balance("G", "1501.01", { aux: { enterprise } }), 5, 40)),
    );
  }
  if (random.chance(60)) yield* loss(sim, enterprise, insurer);
}

function redemption(sim: Simulation, enterprise: string, cost: bigint) {
  const { random } = sim;
  const price = random.chance(33) ? cost : random.chance(50) ? cost + random.part(cost, 1, 20) : cost - random.part(cost, 1, 20);
  return { enterprise, amount: yuanOf(cost), price: yuanOf(price) };
}

/** 4.9–4.12 */
function* loss(sim: Simulation, enterprise: string, insurer: string): Story {
  const { random, world } = sim;
  yield plusDays(sim.today, random.int(60, 600));
  const ref = sim.id("Z");
  const lost = random.part(world.balance("G", "1501.01", { aux: { enterprise } }), 5, 80);
  sim.emit("FIN-R", "InvestmentLossRecognised", { ref, enterprise, loss: yuanOf(lost) });
  const [a, b] = random.pick([
    [50, 30],
    [50, 30],
    [40, 40],
    [34, 33],
    [60, 25],
  ] as const);
  const parties = [
    { party: "government", weight: `${a}` },
    { party: "enterprise", weight: `${b}` },
    { party: "insurer", weight: `${100 - a - b}` },
  ];
  sim.emit("FIN-R", "LossShared", { ref, weights: parties, source: "区" });
  for (const party of [enterprise, insurer]) {
    yield plusDays(sim.today, random.int(10, 90));
    const [account, aux] = party === enterprise ? (["1218.04", { ref }] as const) : (["1218.02", { ref }] as const);
    const owed = world.balance("G", account, { aux });
    if (owed === 0n) continue;
    if (party === insurer && random.chance(50)) {
      const deductible = random.part(owed, 1, 20);
      sim.emit("BANK", "LossShareReceived", { ref, party, deductible: yuanOf(deductible), amount: yuanOf(owed - deductible) });
    } else sim.emit("BANK", "LossShareReceived", { ref, party, amount: yuanOf(random.chance(70) ? owed : random.part(owed)) });
  }
  for (let k = random.int(0, 2); k > 0; k -= 1) {
    yield plusDays(sim.today, random.int(20, 300));
    const gross = random.part(lost, 3, 30);
    sim.emit("BANK", "LossRecoveryReceived", {
      ref,
      gross: yuanOf(gross),
      cost: yuanOf(random.chance(40) ? 0n : random.part(gross, 1, 30)),
    });
    if (random.chance(30)) continue;
    yield plusDays(sim.today, random.int(3, 40));
    if (world.balance("G", "2307.02", { aux: { ref } }) !== 0n) sim.emit("FIN-C", "RecoveryShareReturned", { ref });
  }
}

/** 4.5–4.7: the beneficiaries of each year, the fixed dividend, its allocation. */
function* fixedDividends(sim: Simulation, enterprise: string, invested: string, fixedRate: string): Story {
  const { random, world } = sim;
  const pool = sim.id("F");
  let households = Array.from({ length: random.int(2, 6) }, () => sim.household());
  let from = invested;
  for (let year = Number(invested.slice(0, 4)), last = year + random.int(0, 2); year <= last; year += 1) {
    yield `${year}-11-${random.int(10, 28)}`;
    const shares = Object.fromEntries(households.map((household) => [household, `${random.int(1, 4)}`]));
    if (from === invested) sim.emit("POV", "BeneficiariesAssigned", { pool, year, shares });
    else {
      const [gone = "", ...stay] = households;
      const next = sim.household();
      sim.emit("POV", "BeneficiariesReassigned", { pool, year, shares: { [next]: `${random.int(1, 4)}` }, takenBack: [gone] });
      households = [...stay, next];
    }
    const toExcl = `${year + 1}-01-01`;
    yield random.day(`${year}-12-01`, `${year}-12-20`);
    if (fenOf(yuanOf(world.balance("G", "1501.01", { aux: { enterprise } }))) === 0n) return;
    const fixed = random.chance(25) ? { total: random.yuan(300, 30_000) } : { fixedRate, from, toExcl };
    sim.emit("FIN-M", "FixedDividendAccrued", { pool, enterprise, year, ...fixed });
    from = toExcl;
    yield* funds(sim, pool, enterprise);
    const method = random.pick(["equal", "by-stake", "by-heads"]);
    const list = households;
    if (inPool(sim, pool) > 0n)
      sim.tell(share(sim, { pool, year, data: () => ({ method, residueRule: residue(sim), weights: weights(sim, method, list) }) }));
  }
}
