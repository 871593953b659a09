import { plusDays, plusMonths } from "../dates.ts";
import { yuanOf } from "../numbers.ts";
import type { Simulation, Story } from "./simulation.ts";

/** Money of the district, closes of months and years, the transfer of 3501. */
export function* finance(sim: Simulation, from: string, to: string): Story {
  const { random, world } = sim;
  sim.emit("FIN-M", "SubsidyFundsAppropriated", { amount: random.yuan(150_000, 400_000), source: random.pick(["区", "省", "中央"]) });
  for (let month = `${from.slice(0, 7)}-01`; month < to; month = plusMonths(month, 1)) {
    const december = month.slice(5, 7) === "12";
    if (!december && !random.chance(12)) continue;
    yield plusDays(plusMonths(month, 1), december ? 19 : random.int(4, 12));
    sim.emit("FIN-R", "PeriodClosed", { period: month.slice(0, 7) });
    if (december && random.chance(30)) sim.emit("FIN-M", "SubsidyFundsAppropriated", { amount: random.yuan(1000, 50_000), source: "区" });
  }
  yield to;
  if (world.balance("G", "3501") !== 0n) sim.emit("FIN-M", "PriorYearAdjustmentTransferred", {});
}

/** Transfers of 3501 at some month ends. */
export function* priorYears(sim: Simulation, from: string, to: string): Story {
  for (let day = plusMonths(from, 5); day < to; day = plusMonths(day, sim.random.int(3, 9))) {
    yield day;
    if (sim.world.balance("G", "3501") !== 0n && sim.random.chance(60)) sim.emit("FIN-M", "PriorYearAdjustmentTransferred", {});
  }
}

/** The risk fund is filled and bears interest. */
export function* riskFund(sim: Simulation, to: string): Story {
  const { random } = sim;
  sim.emit("FIN-C", "RiskFundDeposited", { amount: random.yuan(2_000_000, 3_000_000), bank: "K1" });
  while (random.chance(40)) {
    yield random.day(sim.today, to);
    if (random.chance(70)) sim.emitLate("BANK", "RiskFundInterestCredited", { amount: random.yuan(1, 900), bank: "K1" });
    else sim.emit("FIN-C", "RiskFundDeposited", { amount: random.yuan(1, 900), bank: "K1" });
  }
}

/** Donations: designated and free, goods, awards (model 5). */
export function* donations(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const donor = sim.party("donor");
  const donation = sim.id("D");
  const free = random.chance(40);
  let purpose = free ? "free" : random.pick(["助学", "修路", "医疗"]);
  sim.emitLate("BANK", "DonationReceived", { donation, donor, amount: random.yuan(500, 90_000), purpose });
  const left = (): bigint =>
    free
      ? -world.balance("G", "4603", { aux: { donation } }) -
        world.balance("G", "5001.03", { aux: { donation } }) -
        world.balance("G", "5001.04", { aux: { donation } })
      : -world.balance("G", "2901.05", { aux: { donation, purpose } });
  for (let k = random.int(1, 4); k > 0; k -= 1) {
    yield plusDays(sim.today, random.int(5, 160));
    const amount = yuanOf(random.part(left(), 5, 70));
    if (left() < 100n) return;
    if (free && random.chance(30)) sim.emit("OFFICE", "HonourAwarded", { party: donor, amount, donation });
    else if (!free && random.chance(20)) {
      const newPurpose = random.pick(["助学", "修路", "医疗", "危房改造"].filter((one) => one !== purpose));
      const all = yuanOf(left());
      sim.emit("FIN-R", "DonationPurposeChanged", { donation, amount: all, oldPurpose: purpose, newPurpose, donorConsent: true });
      purpose = newPurpose;
    } else sim.emit("FIN-C", "DonationSpent", { donation, amount, purpose, payee: "recipient" });
  }
  if (!free && purpose === world.purposes.get(donation) && left() > 0n && random.chance(40)) {
    yield plusDays(sim.today, random.int(5, 90));
    sim.emit("FIN-C", "DonationRefunded", { donation, amount: yuanOf(random.part(left(), 50, 100)), reason: "unspent" });
  }
}

export function* goods(sim: Simulation, start: string): Story {
  const { random, world } = sim;
  yield start;
  const donation = sim.id("D");
  const value = random.yuan(300, 30_000);
  sim.emitLate("POV", "InKindDonationReceived", {
    donation,
    donor: sim.party("donor"),
    goods: "clothes and quilts",
    value,
    valueBasis: "document",
  });
  for (let k = random.int(1, 3); k > 0; k -= 1) {
    yield plusDays(sim.today, random.int(2, 60));
    const stock = world.balance("G", "1891.01", { aux: { donation } });
    if (stock === 0n) return;
    sim.emit("VIL", "InKindDistributed", { donation, value: yuanOf(random.part(stock, 20, 100)), count: random.int(1, 40) });
  }
}
