import { plusDays } from "../dates.ts";
import type { Data } from "../format.ts";
import { byNumber, yuanOf } from "../numbers.ts";
import { payout } from "./payouts.ts";
import type { Simulation, Story } from "./simulation.ts";

const receivable = (sim: Simulation, pool: string): bigint =>
  sim.world.balance("G", "1218.06", { aux: { pool } }) + sim.world.balance("G", "1215.01", { aux: { pool } });
export const inPool = (sim: Simulation, pool: string): bigint => -sim.world.balance("G", "2901.01", { aux: { pool } });

/** What of the pool has been received: the claim that is still open cannot be distributed (R14). */
const distributable = (sim: Simulation, pool: string): bigint => inPool(sim, pool) - receivable(sim, pool);

/** Money of the enterprise: all, in parts, or too much; an excess is refunded some time. */
export function* funds(sim: Simulation, pool: string, enterprise: string, whole = false): Story {
  const { random, world } = sim;
  yield plusDays(sim.today, random.int(1, 20));
  const open = receivable(sim, pool);
  if (open <= 0n) return;
  const amount = !whole && random.chance(25) ? random.part(open, 30, 95) : random.chance(15) ? open + random.fen(1, 900) : open;
  sim.emit("BANK", "DividendFundsReceived", { pool, enterprise, amount: yuanOf(amount) });
  const held = (): bigint => -world.balance("G", "2307.01", { aux: { enterprise } });
  if (held() > 0n && random.chance(70)) sim.tell(refund(sim, enterprise, held));
}

function* refund(sim: Simulation, enterprise: string, held: () => bigint): Story {
  yield plusDays(sim.today, sim.random.int(2, 60));
  if (held() > 0n)
    sim.emit("FIN-C", "OverpaymentRefunded", { enterprise, amount: yuanOf(sim.random.chance(70) ? held() : sim.random.part(held())) });
}

export interface Sharing {
  readonly pool: string;
  readonly year: number;
  readonly data: () => Data;
  /** all of the pool, or less */
  readonly whole?: boolean;
}

/** Publicity of ten days, approval, allocation, payout. */
export function* share(sim: Simulation, { pool, year, data, whole }: Sharing): Story {
  const { random } = sim;
  yield plusDays(sim.today, random.int(0, 5));
  const total = distributable(sim, pool);
  if (total <= 0n) return;
  if (random.chance(60)) {
    const to = plusDays(sim.today, random.int(10, 14));
    sim.emit("VIL", "PublicityPosted", { pools: [pool], year, from: sim.today, to });
    if (random.chance(20)) {
      const household = random.pick(sim.parties.household ?? []).id;
      yield plusDays(sim.today, random.int(1, 4));
      sim.emit("VIL", "ObjectionFiled", { pool, household });
      yield plusDays(sim.today, random.int(1, 4));
      sim.emit("POV", "ObjectionResolved", { pool, household, result: "dismissed" });
    }
    yield plusDays(to, 1);
    sim.emit("FIN-R", "AllocationApproved", { pool, year });
  }
  const amount = whole || random.chance(80) ? distributable(sim, pool) : random.part(distributable(sim, pool), 40, 95);
  const { perHousehold } = sim.emit("FIN-M", "DividendAllocated", { pool, year, total: yuanOf(amount), ...data() });
  const households = Object.keys(perHousehold as object).sort(byNumber);
  yield* payout(sim, pool, year, households);
}

export const residue = (sim: Simulation): string => sim.random.pick(["LARGEST_REMAINDER", "FLOOR_CARRY"]);

/** Weights of a method for some households. */
export function weights(sim: Simulation, method: string, households: readonly string[]): Record<string, string> {
  const { random } = sim;
  const members = new Map((sim.parties.household ?? []).map(({ id, members: count }) => [id, String(count)]));
  const weight = (household: string): string =>
    method === "equal"
      ? "1"
      : method === "by-heads"
        ? (members.get(household) ?? "1")
        : random.chance(50)
          ? `${random.int(1, 50)}000`
          : random.yuan(500, 50_000);
  return Object.fromEntries(households.map((household) => [household, weight(household)]));
}

/** A dividend agreement without a batch: by stake, equally, by heads, by segments or at a fixed rate. */
export function* agreement(sim: Simulation, start: string): Story {
  const { random } = sim;
  yield start;
  const enterprise = sim.party("enterprise");
  const pool = sim.id("A");
  const households = Array.from({ length: random.int(2, 7) }, () => sim.household());
  const method = random.pick(["by-stake", "by-stake-days", "fixed-rate", "equal", "by-heads"]);
  for (let year = Number(start.slice(0, 4)), last = year + random.int(0, 2); year <= last; year += 1) {
    yield random.day(`${year}-11-20`, `${year}-12-20`);
    const segmented = method === "by-stake-days" || method === "fixed-rate";
    const segments = segmented ? { segments: segmentsOf(sim, households, year) } : {};
    const terms =
      method === "fixed-rate" ? { fixedRate: random.pick(["8.00", "6.5", "7.25"]), ...segments } : { total: random.yuan(500, 60_000) };
    sim.emit("FIN-R", "DividendDeclared", { pool, enterprise, year, ...terms });
    yield* funds(sim, pool, enterprise, method === "fixed-rate");
    const data = (): Data => ({
      method,
      residueRule: residue(sim),
      ...segments,
      ...(segmented ? {} : { weights: weights(sim, method, households) }),
    });
    yield* share(sim, { pool, year, data, whole: method === "fixed-rate" });
  }
}

/** Times of stakes: in a leap year one time each (a change in it is not settled by R19). */
function segmentsOf(sim: Simulation, households: readonly string[], year: number): Data[] {
  const { random } = sim;
  const end = `${year + 1}-01-01`;
  return households.flatMap((household) => {
    const from = random.chance(50) ? `${year}-01-01` : random.day(`${year}-01-02`, `${year}-08-01`);
    const cut = random.day(plusDays(from, 5), `${year}-12-20`);
    if (year % 4 === 0 || random.chance(50))
      return [{ household, stake: random.yuan(1000, 50_000), from, toExcl: random.chance(70) ? end : cut }];
    return [
      { household, stake: random.yuan(1000, 50_000), from, toExcl: cut },
      { household, stake: random.yuan(1000, 50_000), from: cut, toExcl: end },
    ];
  });
}

/** 光伏 and other asset income of a village (2.6). */
export function* assetIncome(sim: Simulation, start: string): Story {
  const { random } = sim;
  yield start;
  const pool = sim.id("PV-");
  const households = Array.from({ length: random.int(2, 12) }, () => sim.household());
  for (let year = Number(start.slice(0, 4)), last = year + random.int(0, 1); year <= last; year += 1) {
    for (let k = random.int(1, 3); k > 0; k -= 1) {
      yield random.day(sim.today > `${year}-01-05` ? sim.today : `${year}-01-05`, `${year}-11-25`);
      sim.emitLate("BANK", "AssetIncomeReceived", { pool, amount: random.yuan(500, 40_000) });
    }
    if (random.chance(50)) {
      yield plusDays(sim.today, random.int(1, 9));
      sim.emit("VIL", "OperatingCostDeducted", { pool, amount: yuanOf(random.part(inPool(sim, pool), 2, 30)) });
    }
    yield random.day(`${year}-11-26`, `${year}-12-12`);
    const method = random.pick(["equal", "equal", "by-heads"]);
    yield* share(sim, { pool, year, data: () => ({ method, residueRule: residue(sim), weights: weights(sim, method, households) }) });
  }
}
