import { daysBetween, eachDay, plusMonths } from "./dates.ts";
import { fixedRate, stakeDays } from "./fixed.ts";
import type { Data } from "./format.ts";
import type { Loan } from "./loan.ts";
import { decimal, fenOf, halfUp, plus, type Ratio, ratio, sum, times, yuanOf } from "./numbers.ts";
import { bookedFor, claimInterest, differencesOf, linkedOn } from "./subsidies.ts";
import type { Allocation, World } from "./world.ts";

type Figure = (world: World, asked: Data) => string | number | undefined;

const over = (amounts: readonly bigint[]): bigint => sum(amounts.filter((amount) => amount > 0n));

/** Years of [from, toExcl) under a named convention. */
function fraction(convention: string, from: string, toExcl: string): Ratio {
  if (convention === "same-day-months") {
    let months = 0;
    while (plusMonths(from, months + 1) <= toExcl) months += 1;
    return ratio(BigInt(months * 30 + daysBetween(plusMonths(from, months), toExcl)), 360n);
  }
  if (convention !== "actual/actual") return ratio(BigInt(daysBetween(from, toExcl)), BigInt(convention.slice("actual/".length)));
  let total = ratio(0n);
  for (const day of eachDay(from, toExcl)) {
    const year = Number(day.slice(0, 4));
    total = plus(total, ratio(1n, BigInt(daysBetween(`${year}-01-01`, `${year + 1}-01-01`))));
  }
  return total;
}

const lastAllocation = (world: World, { pool, year }: Data): Allocation | undefined =>
  world.allocations.findLast((one) => one.pool === pool && one.year === year);

const loansOf = (world: World, { loan, batch }: Data): Loan[] => (batch === undefined ? [world.loan(loan)] : world.loansOf(batch));

function oneMore({ perHousehold }: Allocation): number {
  const amounts = [...perHousehold.values()];
  return amounts.filter((amount) => amounts.some((other) => other < amount)).length;
}

/** Quota base of each day of a settlement, in yuan-days. */
function baseDays(world: World, { loan: id, from, toExcl }: Data): string {
  const loan = world.loan(id);
  const linked = linkedOn(world, loan.terms.enterprise ?? "");
  return yuanOf(sum([...eachDay(from, toExcl)].map((day) => loan.quotaBase(day, world.policy, linked))));
}

/** The figures of the format, over everything the world knows. */
export const FIGURES: Readonly<Record<string, Figure>> = {
  interest: (world, { loan, from, toExcl }) => yuanOf(world.loan(loan).interest(from, toExcl)),
  prepaidInterest: (world, { loan: id, on }) => {
    const loan = world.loan(id);
    return yuanOf(sum(loan.prepaid.filter((part) => part.on === on).map((part) => loan.prepaidInterest(part))));
  },
  penalty: (world, { batch, from, toExcl }) => yuanOf(sum(world.loansOf(batch).map((loan) => loan.penalty(from, toExcl, world.policy)))),
  penaltyExtra: (world, { loan: id, from, toExcl }) => {
    const loan = world.loan(id);
    return yuanOf(loan.penalty(from, toExcl, world.policy) - loan.interest(from, toExcl));
  },
  subsidy: (world, { loan, claim }) => yuanOf(bookedFor(world.loan(loan), claim)),
  householdBears: (world, { loan, claim }) => yuanOf(claimInterest(world.loan(loan), claim) - bookedFor(world.loan(loan), claim)),
  clawback: (world, { loan, claim }) =>
    yuanOf(
      sum(
        world
          .loan(loan)
          .accruals.filter((one) => one.claim === claim)
          .map((one) => one.clawed),
      ),
    ),
  overSubsidised: (world, { loan, year }) => yuanOf(over(differencesOf(world, world.loan(loan), year))),
  underSubsidised: (world, { loan, year }) => yuanOf(over(differencesOf(world, world.loan(loan), year).map((amount) => -amount))),
  subsidyBaseYuanDays: baseDays,
  yuanDays: (world, { household, year }) => {
    const segments = [...world.segments].findLast(
      ([key, list]) => key.endsWith(`/${year}`) && list.some((one) => one.household === household),
    );
    return yuanOf(stakeDays(world, household, year, segments?.[1], undefined));
  },
  openPrincipal: (world, asked) => yuanOf(sum(loansOf(world, asked).map((loan) => loan.open()))),
  principalOn: (world, { loan, on }) => yuanOf(world.loan(loan).open(on)),
  daysOverdue: (world, { loan, on }) => daysBetween(world.loan(loan).due, on),
  dueDate: (world, { loan }) => world.loan(loan).due,
  refundable: (world, { batch }) => yuanOf(world.batch(batch).refundable),
  netCostOfDistrict: (world) => yuanOf(world.balance("G", "5901.01")),
  distributable: (world, asked) => {
    const last = lastAllocation(world, asked);
    return yuanOf(last?.distributable ?? -world.balance("G", "2901.01", { aux: { pool: asked.pool } }));
  },
  average: (world, asked) => {
    const last = lastAllocation(world, asked);
    return last && yuanOf(halfUp(ratio(last.distributable, BigInt(last.perHousehold.size))));
  },
  targetGap: (world, asked) => {
    const last = lastAllocation(world, asked);
    const target = fenOf(world.policy.text("pv.targetPerHousehold", `${asked.year}-12-31`));
    return last && yuanOf(BigInt(last.perHousehold.size) * target - last.distributable);
  },
  householdCount: (world, asked) => lastAllocation(world, asked)?.perHousehold.size,
  withOneMoreFen: (world, asked) => {
    const last = lastAllocation(world, asked);
    return last && oneMore(last);
  },
  dayCount: (_, { from, toExcl }) => daysBetween(from, toExcl),
  maturity: (_, { from, months }) => plusMonths(from, months),
  conventionInterest: (_, { principal, annualRate, from, toExcl, convention }) =>
    yuanOf(halfUp(times(times(ratio(fenOf(principal), 100n), decimal(annualRate)), fraction(convention, from, toExcl)))),
  fixedDividend: (world, { principal, annualRate, from, toExcl }) =>
    yuanOf(fixedRate(world, [{ stake: principal, from, toExcl }], annualRate)),
};
