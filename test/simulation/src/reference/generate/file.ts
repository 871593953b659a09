import type { Fact, File } from "../format.ts";
import { batch } from "./batches.ts";
import { checkpointAt, pastAt } from "./checkpoints.ts";
import { donations, finance, goods, priorYears, riskFund } from "./district.ts";
import { enterpriseLoan } from "./enterprise-loans.ts";
import { equity } from "./equities.ts";
import { ordersOf } from "./orders.ts";
import { ending, extension, ownLoan } from "./own-loans.ts";
import { agreement, assetIncome } from "./pools.ts";
import { Random } from "./random.ts";
import { family, returnedSubsidy, statements, toppedUp, twoDrawings, wrongRate } from "./rarer.ts";
import { overdue, riskWeights } from "./risks.ts";
import { Simulation, type Story } from "./simulation.ts";

/** Facts of one file at most: later ones are cut off. */
const FACTS_MAX = 160;

export const MODELS: readonly number[] = [1, 2, 3, 4, 5];

function* own(sim: Simulation, start: string): Story {
  const { random } = sim;
  const loan = yield* ownLoan(sim, start);
  if (random.chance(20)) sim.tell(returnedSubsidy(sim, loan));
  if (random.chance(20)) sim.tell(family(sim, loan.household, start));
  if (random.chance(35)) sim.tell(extension(sim, loan.loan));
  if (random.chance(45)) sim.tell(overdue(sim, loan.loan));
  else yield* ending(sim, loan);
}

const STORIES: Readonly<Record<number, (sim: Simulation) => void>> = {
  1: (sim) => sim.tell(batch(sim, sim.random.day("2017-02-10", "2017-09-15"))),
  2: (sim) => sim.tell(enterpriseLoan(sim, sim.random.day("2017-08-05", "2020-09-20"))),
  3: (sim) => {
    for (let k = sim.random.int(1, 2); k > 0; k -= 1) {
      const early = sim.random.chance(75);
      sim.tell(own(sim, early ? sim.random.day("2017-01-10", "2019-05-20") : sim.random.day("2021-03-10", "2022-12-01")));
      if (sim.random.chance(25)) sim.tell(twoDrawings(sim, sim.random.day("2017-01-10", "2019-05-20")));
      if (sim.random.chance(25)) sim.tell(wrongRate(sim, sim.random.day("2017-01-10", "2019-05-20")));
      if (sim.random.chance(20)) sim.tell(toppedUp(sim, sim.random.day("2021-03-10", "2022-12-01")));
    }
  },
  4: (sim) => sim.tell(equity(sim, sim.random.day("2017-03-01", "2019-06-01"))),
  5: (sim) => {
    const { random } = sim;
    const day = (): string => random.day("2017-03-01", "2019-10-01");
    const kinds = [donations, goods, assetIncome, agreement];
    for (let k = random.int(1, 3); k > 0; k -= 1) sim.tell(random.pick(kinds)(sim, day()));
  },
};

/** Parameters of a district that differ from the defaults, some of them changing over time. */
function policies(sim: Simulation): void {
  const { random } = sim;
  if (random.chance(40)) {
    sim.set("subsidy.ratio", "100", "2017-01-01", "2018-06-30");
    sim.set("subsidy.ratio", random.pick(["70", "50", "33.3"]), "2018-07-01");
  }
  if (random.chance(25)) sim.set("subsidy.cap", random.pick(["30000.00", "20000.01"]), random.day("2017-01-01", "2018-12-31"));
  if (random.chance(30)) sim.set("penalty.surcharge", random.pick(["30", "40", "50"]), "2017-01-01");
  if (random.chance(40)) sim.set("model2.subsidyRate", random.pick(["1.50", "2.00", "2.5"]), "2017-01-01");
  if (random.chance(30)) sim.set("model2.quotaPerHousehold", random.pick(["50000.00", "30000.00"]), "2017-01-01");
  sim.set("riskfund.split", riskWeights(sim), "2016-12-25");
}

/** One scenario file: the same seed and models give the same file. */
export function fileOf(seed: number, models: readonly number[] = MODELS): File {
  const random = new Random(seed);
  const sim = new Simulation(random);
  policies(sim);
  const to = "2024-12-20";
  sim.tell(finance(sim, "2016-12-01", to), true);
  sim.tell(priorYears(sim, "2017-01-01", to), true);
  if (models.some((model) => model <= 3)) sim.tell(riskFund(sim, "2023-12-01"), true);
  sim.tell(statements(sim), true);
  const chosen = random.shuffled(models).slice(0, random.int(1, Math.min(3, models.length)));
  for (const model of chosen) STORIES[model]?.(sim);
  sim.run();
  const facts = cut(sim.facts);
  const file = {
    format: "scenario-neutral/1",
    id: `G${seed}`,
    title: `Generated from seed ${seed}, models ${chosen.join(", ")}`,
    covers: chosen.map((model) => `2.${model}`),
    parties: partiesOf(sim, facts.length),
    policy: sim.policy,
    facts,
  };
  const last = facts.length;
  const between = [random.int(1, last), random.int(1, last)].sort((a, b) => a - b);
  const checkpoints = [
    ...between.map((n) => checkpointAt(file, facts, n, random, false)),
    pastAt(file, facts, last, random),
    checkpointAt(file, facts, last, random, true),
  ];
  const whole: File = { ...file, checkpoints, refused: [] };
  const orders = random.chance(50) ? ordersOf(whole, random) : [];
  return orders.length > 1 ? { ...whole, orders } : whole;
}

/** The first facts; a publicity whose allocation would be cut off is cut off too. */
function cut(all: readonly Fact[]): Fact[] {
  const facts = all.slice(0, FACTS_MAX);
  const allocated = ({ data }: Fact, index: number): boolean =>
    facts
      .slice(index)
      .some((later) => later.event === "DividendAllocated" && data.pools.includes(later.data.pool) && later.data.year === data.year);
  const open = facts.findIndex((fact, index) => fact.event === "PublicityPosted" && !allocated(fact, index));
  return open < 0 ? facts : facts.slice(0, open);
}

/** Households that a cut fact would have created are left out. */
function partiesOf(sim: Simulation, facts: number): File["parties"] {
  const households = (sim.parties.household ?? []).filter(({ createdByFact = 0 }) => createdByFact <= facts);
  return { ...sim.parties, ...(households.length > 0 ? { household: households } : {}) };
}
