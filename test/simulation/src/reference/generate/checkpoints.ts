import { FIGURES } from "../figures.ts";
import type { Aux, Checkpoint, Fact, File, Row } from "../format.ts";
import { worldOf } from "../play.ts";
import { sheetOf, yearlyOf } from "../statements.ts";
import type { World } from "../world.ts";
import type { Random } from "./random.ts";

/** Keys that rows may ask for on an account. */
const KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "1215.01": [["enterprise"]],
  "1218.01": [["obligor"]],
  "1218.03": [["obligor"]],
  "1218.04": [["enterprise"], ["ref"]],
  "1218.05": [["obligor"]],
  "1891.01": [["donation"]],
  "2303.01": [["payee"]],
  "2307.01": [["enterprise"]],
  "2307.02": [["party"]],
  "2901.01": [["pool"]],
  "2901.02": [["household"], ["pool"], ["household", "pool", "year"]],
  "2901.04": [["household"]],
  "2901.05": [["donation"], ["donation", "purpose"]],
  "2901.07": [["household"]],
  "9101": [["household"]],
  "9102": [["loan"]],
  "9106": [["household"]],
  "9201": [["household"], ["loan"]],
  "9202": [["loan"]],
};

/** Rows of one checkpoint, besides the totals. */
const AUX_ROWS_MAX = 60;

const hasYear = (account: string): boolean => /^(3001|3501|4|5)/.test(account);

/** Interest that late facts made stale is corrected by one product at once, by another with `InterestCorrected`. */
const stale = (world: World): boolean =>
  [...world.loans.values()].some((loan) => loan.settlements.some((one) => loan.right(one, world.policy) !== one.booked));

/** Every account that moved, with its totals, its years, and some of its keys. */
export function rowsOf(world: World, random: Random, asOf?: string): Row[] {
  const moved = new Map<string, { book: string; account: string }>();
  for (const { book, account } of world.lines) moved.set(`${book} ${account}`, { book, account });
  const hidden = stale(world) || (asOf !== undefined && world.facts.some(({ event }) => event === "InterestCorrected"));
  const accounts = [...moved].filter(([name]) => !hidden || !/ (9105|9203)$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const totals: Row[] = [];
  const detailed: Row[] = [];
  for (const [, { book, account }] of accounts) {
    const lines = world.lines.filter((line) => line.book === book && line.account === account);
    if (hasYear(account)) {
      for (const year of [...new Set(lines.map((line) => line.year))].sort()) totals.push(world.row({ book, account, year }, asOf));
    } else totals.push(world.row({ book, account }, asOf));
    for (const keys of KEYS[account] ?? []) {
      const asked = new Map<string, Aux>();
      for (const { aux } of lines) {
        if (keys.some((key) => aux[key] === undefined)) continue;
        const one = Object.fromEntries(keys.map((key) => [key, aux[key] ?? ""]));
        asked.set(JSON.stringify(one), one);
      }
      for (const aux of asked.values()) detailed.push(world.row({ book, account, aux }, asOf));
    }
  }
  return [...totals, ...random.shuffled(detailed).slice(0, AUX_ROWS_MAX)];
}

/** Statements only where the history of an entitlement is plain: the texts say nothing of splits and wrong payees. */
function yearlyOfAll(world: World): { household: string; year: number }[] {
  const found: { household: string; year: number }[] = [];
  const odd = new Set<string>();
  for (const { event, data } of world.facts) {
    if (event === "HouseholdSplit") for (const { household } of data.targets as { household: string }[]) odd.add(household);
    if (event === "PayoutWronglyPaid" || event === "UnclaimedTransferred")
      for (const { household } of data.items as { household: string }[]) odd.add(household);
  }
  for (const { year, perHousehold } of world.allocations) {
    for (const household of perHousehold.keys())
      if (!odd.has(household) && !found.some((one) => one.household === household && one.year === year)) found.push({ household, year });
  }
  return found;
}

function yearly(world: World, random: Random) {
  return random
    .shuffled(yearlyOfAll(world))
    .slice(0, 10)
    .map((asked) => {
      const { supplement: _, paidToRightAccountOn: __, ...figures } = yearlyOf(world, asked);
      return { ...asked, ...figures };
    });
}

/** Figures of the loans and pools that are there. */
function figuresOf(world: World, random: Random) {
  const asked: Record<string, unknown>[] = [];
  for (const loan of world.loans.values()) {
    const { id, household } = loan.terms;
    asked.push({ figure: "openPrincipal", loan: id }, { figure: "dueDate", loan: id });
    const one = loan.settlements[random.int(0, loan.settlements.length)];
    if (one) {
      asked.push({ figure: "interest", loan: id, from: one.from, toExcl: one.toExcl });
      asked.push({ figure: "principalOn", loan: id, on: one.toExcl });
      if (one.kind === "penalty") asked.push({ figure: "penaltyExtra", loan: id, from: one.from, toExcl: one.toExcl });
    }
    for (const { claim, year } of loan.accruals) {
      if (!random.chance(40)) continue;
      asked.push({ figure: "subsidy", loan: id, claim }, { figure: "clawback", loan: id, claim });
      if (loan.terms.model === 3) asked.push({ figure: "overSubsidised", loan: id, year }, { figure: "householdBears", loan: id, claim });
      else if (loan.terms.model === 2 && one) asked.push({ figure: "subsidyBaseYuanDays", loan: id, from: one.from, toExcl: one.toExcl });
    }
    for (const { on } of loan.prepaid) asked.push({ figure: "prepaidInterest", loan: id, on });
    if (loan.terms.model === 1 && household !== undefined) asked.push({ figure: "yuanDays", household, year: random.int(2017, 2019) });
  }
  for (const { pool, year, perHousehold } of world.allocations) {
    if (perHousehold.size === 0) continue;
    asked.push({ figure: "householdCount", pool, year });
  }
  for (const batch of world.batches.keys()) asked.push({ figure: "openPrincipal", batch }, { figure: "refundable", batch });
  if (world.losses.size > 0) asked.push({ figure: "netCostOfDistrict" });
  const unique = new Map(asked.map((one) => [JSON.stringify(one), one]));
  return (
    random
      .shuffled([...unique.values()])
      .slice(0, 24)
      .map((one) => ({ ...one, value: FIGURES[String(one.figure)]?.(world, one) }))
      // The format has no negative figures: a claim at a rate that was too high may exceed its interest.
      .filter(({ value }) => !String(value).startsWith("-"))
  );
}

/** A checkpoint after a fact, with sheets and statements when it is the last. */
export function checkpointAt(
  file: Pick<File, "parties" | "policy">,
  facts: readonly Fact[],
  n: number,
  random: Random,
  last: boolean,
): Checkpoint {
  const world = worldOf(file, facts, n);
  const plain = { afterFact: n, balances: rowsOf(world, random) };
  const households = (file.parties.household ?? []).filter(({ createdByFact = 0 }) => createdByFact <= n).map(({ id }) => id);
  const some = last ? random.shuffled(households).slice(0, 8) : households.slice(0, 2);
  const sheet = Object.fromEntries(
    some.map((household) => {
      const { beneficialShares: _, ...figures } = sheetOf(world, household);
      return [household, figures];
    }),
  );
  const figures = figuresOf(world, random);
  const statements = last ? yearly(world, random) : [];
  return {
    ...plain,
    ...(Object.keys(sheet).length > 0 ? { sheet } : {}),
    statement: { figures, ...(statements.length > 0 ? { yearly: statements } : {}) },
  };
}

/** A question about the past: only some facts known, only lines up to a day. */
export function pastAt(file: Pick<File, "parties" | "policy">, facts: readonly Fact[], n: number, random: Random): Checkpoint {
  const knownAt = random.int(1, n);
  const asOf = random.chance(60) ? random.pick(facts.slice(0, n)).valueDate : undefined;
  const world = worldOf(file, facts, knownAt);
  return {
    afterFact: n,
    ...(knownAt < n ? { knownAt } : {}),
    ...(asOf === undefined ? {} : { asOf }),
    balances: rowsOf(world, random, asOf),
  };
}
