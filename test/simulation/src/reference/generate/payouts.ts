import { plusDays, plusMonths } from "../dates.ts";
import { yuanOf } from "../numbers.ts";
import type { Simulation, Story } from "./simulation.ts";

interface Item {
  readonly household: string;
  readonly year: number;
  readonly pool: string;
}

const auxOf = ({ household, pool, year }: Item) => ({ household, pool, year });
const owed = (sim: Simulation, item: Item, account = "2901.02"): bigint => -sim.world.balance("G", account, { aux: auxOf(item) });

const REASONS = ["AC01", "AC04", "AC06", "BE01"] as const;

/** Pays entitlements in one or two batches; some items fail, come back, go to the wrong person, or stay unclaimed. */
export function* payout(sim: Simulation, pool: string, year: number, households: readonly string[]): Story {
  const { random } = sim;
  yield plusDays(sim.today, random.int(1, 12));
  const items = households.map((household) => ({ household, year, pool })).filter((item) => owed(sim, item) > 0n);
  const cut = random.chance(40) ? random.int(1, items.length) : items.length;
  for (const part of [items.slice(0, cut), items.slice(cut)]) {
    const open = part.filter((item) => owed(sim, item) > 0n);
    if (open.length === 0) continue;
    const payoutBatch = sim.id("PB-");
    sim.emit("FIN-C", "PayoutBatchSubmitted", { payoutBatch, bank: "K1", items: open });
    yield plusDays(sim.today, random.int(0, 3));
    const failed = open.filter(() => random.chance(15));
    const succeeded = open.filter((item) => !failed.includes(item));
    if (succeeded.length > 0) sim.emit("BANK", "PayoutSucceeded", { payoutBatch, items: succeeded });
    if (failed.length > 0) {
      yield plusDays(sim.today, random.int(0, 2));
      sim.emit("BANK", "PayoutFailed", { payoutBatch, items: failed, reason: random.pick(REASONS) });
    }
    for (const item of failed) sim.tell(repair(sim, item, payoutBatch));
    const odd = succeeded.filter(() => random.chance(20));
    for (const item of odd) sim.tell(random.chance(70) ? comesBack(sim, item, payoutBatch) : wrong(sim, item, payoutBatch));
  }
}

function* comesBack(sim: Simulation, item: Item, payoutBatch: string): Story {
  yield plusDays(sim.today, sim.random.int(1, 40));
  sim.emit("BANK", "PayoutReturned", { payoutBatch, items: [item], reason: sim.random.pick(REASONS) });
  yield* repair(sim, item, payoutBatch);
}

/** A new account and a payment again; or nobody is found, and after two years the money is unclaimed. */
function* repair(sim: Simulation, item: Item, first: string): Story {
  const { random } = sim;
  const since = sim.today;
  if (random.chance(20)) {
    yield plusDays(plusMonths(since, 24), random.int(1, 60));
    if (owed(sim, item, "2901.04") === 0n) return;
    sim.emit("FIN-R", "UnclaimedTransferred", { items: [item] });
    if (random.chance(50)) return;
    yield plusDays(sim.today, random.int(5, 100));
    sim.emit("FIN-R", "UnclaimedTransferReversed", { items: [item], claimant: "heir" });
  }
  yield plusDays(sim.today, random.int(1, 60));
  sim.emit("OFFICE", "BankAccountChanged", { households: [item.household] });
  yield plusDays(sim.today, random.int(2, 20));
  yield* again(sim, item, first);
}

function* again(sim: Simulation, item: Item, first: string): Story {
  if (owed(sim, item, "2901.04") === 0n) return;
  const payoutBatch = sim.id("PB-");
  sim.emit("FIN-C", "PayoutBatchSubmitted", { payoutBatch, bank: "K1", items: [item], reissueOf: [first] });
  yield plusDays(sim.today, sim.random.int(0, 2));
  sim.emit("BANK", "PayoutSucceeded", { payoutBatch, items: [item] });
}

/** D9, D10: paid to somebody else; the right payee is paid again when the money is back (R15). */
function* wrong(sim: Simulation, item: Item, payoutBatch: string): Story {
  const { random, world } = sim;
  yield plusDays(sim.today, random.int(3, 60));
  const obligor = sim.id("somebody-");
  sim.emit("FIN-R", "PayoutWronglyPaid", { payoutBatch, items: [item], obligor });
  yield plusDays(sim.today, random.int(3, 60));
  const claim = (): bigint => world.balance("G", "1218.05", { aux: { obligor } });
  if (random.chance(40)) {
    sim.emit("BANK", "WrongPayoutRecovered", { obligor, amount: yuanOf(random.part(claim(), 20, 90)) });
    yield plusDays(sim.today, random.int(3, 60));
  }
  if (claim() > 0n) sim.emit("BANK", "WrongPayoutRecovered", { obligor, amount: yuanOf(claim()) });
  sim.emit("OFFICE", "BankAccountChanged", { households: [item.household] });
  yield plusDays(sim.today, random.int(2, 9));
  yield* again(sim, item, payoutBatch);
}
