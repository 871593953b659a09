import { yearOf } from "./dates.ts";
import type { Data, Sheet, Yields } from "./format.ts";
import { sum, yuanOf } from "./numbers.ts";
import type { Line, PayoutItem, World } from "./world.ts";

const SHEET: Readonly<Record<string, readonly [book: string, account: string, key: string, debit: boolean, batch?: boolean]>> = {
  entrustedStake: ["M", "9101", "household", true],
  pooledLoanInName: ["M", "9201", "household", false, true],
  ownLoanPrincipal: ["M", "9201", "household", false, false],
  dividendPayable: ["G", "2901.02", "household", false],
  dividendAwaitingReissue: ["G", "2901.04", "household", false],
  dividendUnclaimed: ["G", "2901.07", "household", false],
  subsidyPayable: ["G", "2303.01", "payee", false],
  subsidyToReturn: ["G", "1218.03", "obligor", true],
  compensatedDebt: ["G", "1218.01", "obligor", true],
};

/** Figures of a household over everything the world knows, each turned so that it is positive in the normal case. */
export function sheetOf(world: World, household: string): Sheet {
  const figure = ([book, account, key, debit, batch]: (typeof SHEET)[string]): string => {
    const lines = world.lines.filter(
      (line) =>
        line.book === book &&
        line.account === account &&
        line.aux[key] === household &&
        (batch === undefined || (line.aux.batch !== undefined) === batch),
    );
    const total = sum(lines.map(({ amount }) => amount));
    return yuanOf(debit ? total : -total);
  };
  const shares = world.balance("Q", "9106", { aux: { household } });
  return {
    ...Object.fromEntries(Object.entries(SHEET).map(([name, source]) => [name, figure(source)])),
    ...(shares === 0n ? {} : { beneficialShares: Number(shares) }),
  };
}

/** Yearly statement of a household: entitled and paid are two things (T5). */
export function yearlyOf(world: World, { household, year }: Data, asOf?: string): Yields {
  const known = (line: Line): boolean => asOf === undefined || line.valueDate <= asOf;
  const entitledBy = new Map<string, bigint>();
  for (const { pool, year: of, n, perHousehold } of world.allocations) {
    const line = world.lines.find((one) => one.n === n);
    const amount = perHousehold.get(household) ?? 0n;
    if (of === year && amount > 0n && line && known(line)) entitledBy.set(pool, (entitledBy.get(pool) ?? 0n) + amount);
  }
  const upTo = (date: string | undefined): date is string => date !== undefined && (asOf === undefined || date <= asOf);
  const mine = world.payouts.filter((item) => item.household === household);
  const paidIn = (item: PayoutItem): boolean => upTo(item.paidOn) && yearOf(item.paidOn) === year;
  const backIn = (item: PayoutItem): boolean => upTo(item.returnedOn) && yearOf(item.returnedOn) === year;
  const total = (items: readonly PayoutItem[]): bigint => sum(items.map(({ amount }) => amount));
  const ofThisYear = mine.filter((item) => item.year === year);
  const returned = sum(ofThisYear.filter((item) => upTo(item.returnedOn) && yearOf(item.returnedOn) > year).map(({ amount }) => amount));
  const right = ofThisYear.filter((item) => upTo(item.paidOn) && !upTo(item.returnedOn) && !item.wrong).at(-1);
  return {
    entitled: yuanOf(sum(entitledBy.values())),
    paidInYear: yuanOf(total(ofThisYear.filter((item) => paidIn(item) && !backIn(item)))),
    returnedAfterYearEnd: yuanOf(-returned),
    awaitingReissue: yuanOf(-world.balance("G", "2901.04", { aux: { household, year }, asOf })),
    // As the format says it: paid, without what was returned (T5).
    paidForEarlierYears: yuanOf(total(mine.filter((item) => item.year < year && paidIn(item)))),
    bySource: Object.fromEntries([...entitledBy].map(([pool, amount]) => [pool, yuanOf(amount)])),
    ...(world.issued.some((one) => one.household === household && one.year === year) ? { supplement: "-补1" } : {}),
    ...(right?.paidOn === undefined ? {} : { paidToRightAccountOn: right.paidOn }),
  };
}
