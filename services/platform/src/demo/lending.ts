import type { DemoDistrict, DemoHousehold } from "./district.ts";
import { Random } from "./random.ts";

/*
 * The 146 own loans of the demo (自贷创业, domain 7.3): 5,230,000 yuan at three banks, lent in 2017 and 2018, with the
 * quality events that a real portfolio has.
 */

export type RepaymentHabit =
  | { readonly kind: "at-maturity" }
  /** Part of the principal before its time, 利随本清. */
  | { readonly kind: "prepays"; readonly on: string; readonly yuan: number }
  /** An ordinary part repayment that the bank then reverses and posts again with the right amount. */
  | { readonly kind: "reversed"; readonly on: string; readonly wrongYuan: number; readonly rightYuan: number; readonly reversedOn: string }
  /** The bank sends the same message again (same serial), and later once more under another serial by file. */
  | { readonly kind: "duplicated"; readonly on: string; readonly yuan: number }
  /** A repayment that reaches the ledger after its quarter was settled and its month (or year) closed. */
  | {
      readonly kind: "reported-late";
      readonly on: string;
      readonly yuan: number;
      readonly reportedOn: string;
      /** The settled quarter that it changes, [from, toExcl). */
      readonly quarter: { readonly from: string; readonly toExcl: string };
    }
  /** The whole principal comes some days after the due date, with penalty interest. */
  | { readonly kind: "pays-late"; readonly days: number }
  /** Nothing is paid on the due date, nor later: compensated by the risk fund. `tie`: on an exact half fen. */
  | { readonly kind: "defaults"; readonly outcome: "open" | "recovered" | "written-off"; readonly tie: boolean }
  /** The money was lent on: misuse is confirmed and the subsidy claimed back. */
  | { readonly kind: "misused"; readonly from: string; readonly foundOn: string };

export interface DemoLoan {
  readonly loan: string;
  readonly household: DemoHousehold;
  readonly bank: "K1" | "K2" | "K3";
  readonly yuan: number;
  readonly months: 12 | 24 | 36;
  readonly purpose: string;
  readonly disbursedOn: string;
  /** Date and amount of each drawing; a few loans are paid out in two. */
  readonly drawings: readonly { readonly on: string; readonly yuan: number }[];
  readonly due: string;
  readonly habit: RepaymentHabit;
}

export const DEMO_BANKS = [
  { bank: "K1", name: "焦作中站示范农村商业银行", cnaps: "314501000019" },
  { bank: "K2", name: "邮政储蓄示范支行", cnaps: "403501000027" },
  { bank: "K3", name: "农业银行示范支行", cnaps: "103501000035" },
] as const;

const AMOUNTS: readonly (readonly [yuan: number, count: number])[] = [
  [10_000, 10],
  [20_000, 22],
  [30_000, 41],
  [40_000, 19],
  [50_000, 54],
];
/** 20 / 25 / 55 percent of 146. */
const TERMS: readonly (readonly [months: 12 | 24 | 36, count: number])[] = [
  [12, 29],
  [24, 37],
  [36, 80],
];
/** The lead bank has 78 percent of the loans. */
const BANKS: readonly (readonly [bank: "K1" | "K2" | "K3", count: number])[] = [
  ["K1", 114],
  ["K2", 20],
  ["K3", 12],
];
const PURPOSES = ["种植", "养殖", "加工", "商业", "运输"] as const;
export const LOAN_COUNT = 146;
const LENT_IN_2017 = 88;
const TWO_DRAWINGS = 5;
/** A borrower is 18 to 65 on the contract date; the youngest heads are 28. */
const BORROWER_AGE_MAX = 62;

const spread = <T>(table: readonly (readonly [T, number])[]): T[] =>
  table.flatMap(([value, count]) => Array.from({ length: count }, () => value));

export function makeLoans(district: DemoDistrict, seed: number): DemoLoan[] {
  const random = new Random(seed ^ 0x5eed);
  const borrowers = random.shuffled(
    district.households.filter((household) => 2017 - Number(household.members[0]?.birth.slice(0, 4)) <= BORROWER_AGE_MAX),
  );
  /** A household that is still on the list on the day, each once. */
  const borrowerOf = (year: number): DemoHousehold => {
    const index = borrowers.findIndex(({ exitYear }) => exitYear === undefined || exitYear >= year);
    return borrowers.splice(index, 1)[0] as DemoHousehold;
  };
  const amounts = random.shuffled(spread(AMOUNTS));
  const terms = random.shuffled(spread(TERMS));
  const banks = random.shuffled(spread(BANKS));
  const dates = Array.from({ length: LOAN_COUNT }, (_, index) => lendingDay(random, index < LENT_IN_2017 ? 2017 : 2018)).sort();
  const loans = dates.map((disbursedOn, index): DemoLoan => {
    const yuan = amounts[index] as number;
    const months = terms[index] as 12 | 24 | 36;
    const twice = yuan >= 40_000 && index % Math.floor(LOAN_COUNT / TWO_DRAWINGS) === 7;
    return {
      loan: `ZD${disbursedOn.slice(0, 4)}${String(index + 1).padStart(4, "0")}`,
      household: borrowerOf(Number(disbursedOn.slice(0, 4))),
      bank: banks[index] as DemoLoan["bank"],
      yuan,
      months,
      purpose: random.pick(PURPOSES),
      disbursedOn,
      drawings: twice
        ? [
            { on: disbursedOn, yuan: yuan - 15_000 },
            { on: addDays(disbursedOn, 20), yuan: 15_000 },
          ]
        : [{ on: disbursedOn, yuan }],
      due: addMonths(disbursedOn, months),
      habit: { kind: "at-maturity" },
    };
  });
  return withHabits(loans);
}

/** A working day from February to November, away from settlement days. */
function lendingDay(random: Random, year: number): string {
  for (;;) {
    const date = new Date(Date.UTC(year, random.between(1, 10), random.between(1, 28)));
    const weekday = date.getUTCDay();
    if (weekday !== 0 && weekday !== 6 && date.getUTCDate() < 18) return date.toISOString().slice(0, 10);
  }
}

const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();
const addMonths = (date: string, months: number): string => Temporal.PlainDate.from(date).add({ months }).toString();

/** A day on which the quarter's interest has been settled already is put off to the next quarter. */
const notBetweenClaims = (date: string): string => (Number(date.slice(5, 7)) % 3 === 0 && date.slice(8) > "20" ? addDays(date, 12) : date);

/** The first day from `date` on after which `days` pass without a settlement day (the 21st of the quarter's last month). */
function sameQuarterAfter(date: string, days: number): string {
  const quarter = (on: string): number => Math.floor((Number(on.slice(5, 7)) - (on.slice(8) < "21" ? 1 : 0)) / 3);
  let on = date;
  while (quarter(on) !== quarter(addDays(on, days))) on = addDays(on, 1);
  return on;
}
const REVERSED_AFTER = 14;

const MISUSES = [
  { from: "2018-02-01", foundOn: "2018-11-07" },
  { from: "2018-09-03", foundOn: "2019-03-06" },
  { from: "2018-10-08", foundOn: "2019-02-14" },
] as const;
/** Four over the end of a period, one over the end of a year. */
const LATE_REPORTS = [
  { on: "2018-06-11", reportedOn: "2018-07-12", quarter: { from: "2018-03-21", toExcl: "2018-06-21" } },
  { on: "2018-06-11", reportedOn: "2018-07-12", quarter: { from: "2018-03-21", toExcl: "2018-06-21" } },
  { on: "2018-09-12", reportedOn: "2018-10-11", quarter: { from: "2018-06-21", toExcl: "2018-09-21" } },
  { on: "2018-09-13", reportedOn: "2018-10-11", quarter: { from: "2018-06-21", toExcl: "2018-09-21" } },
  { on: "2018-12-11", reportedOn: "2019-01-22", quarter: { from: "2018-09-21", toExcl: "2018-12-21" } },
] as const;
const PREPAYMENTS = 14;
const REVERSALS = 5;
const DUPLICATES = 2;
const LATE_PAYERS = 4;
const DEFAULTS = ["recovered", "open", "recovered", "written-off", "open"] as const;

/** Gives the planned quality events to loans that are open long enough for them. */
function withHabits(loans: readonly DemoLoan[]): DemoLoan[] {
  const result = [...loans];
  const long = loans
    .map((loan, index) => ({ loan, index }))
    .filter(({ loan }) => loan.months >= 24 && loan.yuan >= 20_000 && loan.disbursedOn < "2018-05" && loan.drawings.length === 1);
  const wanted = PREPAYMENTS + REVERSALS + DUPLICATES + LATE_REPORTS.length + MISUSES.length;
  const step = Math.floor(long.length / wanted);
  let next = 0;
  const give = (make: (loan: DemoLoan, nth: number) => RepaymentHabit, count: number): void => {
    for (let nth = 0; nth < count; nth++) {
      const entry = long[next] as { loan: DemoLoan; index: number };
      next += step;
      result[entry.index] = { ...entry.loan, habit: make(entry.loan, nth) };
    }
  };
  give(
    (loan, nth) => ({
      kind: "prepays",
      on: notBetweenClaims(addDays(loan.disbursedOn, 95 + 9 * nth)),
      yuan: nth % 3 === 2 ? loan.yuan : loan.yuan / 2,
    }),
    PREPAYMENTS,
  );
  give((loan, nth) => {
    const on = sameQuarterAfter(addDays(loan.disbursedOn, 61 + nth), REVERSED_AFTER);
    return { kind: "reversed", on, wrongYuan: 10_000, rightYuan: 1_000, reversedOn: addDays(on, REVERSED_AFTER) };
  }, REVERSALS);
  give((loan, nth) => ({ kind: "duplicated", on: addDays(loan.disbursedOn, 50 + nth), yuan: 5_000 }), DUPLICATES);
  give((_, nth) => ({ kind: "reported-late", yuan: 3_000, ...(LATE_REPORTS[nth] as (typeof LATE_REPORTS)[number]) }), LATE_REPORTS.length);
  give((_, nth) => ({ kind: "misused", ...(MISUSES[nth] as (typeof MISUSES)[number]) }), MISUSES.length);
  const ending = (from: string, to: string): { loan: DemoLoan; index: number }[] =>
    result
      .map((loan, index) => ({ loan, index }))
      .filter(({ loan }) => loan.due >= from && loan.due < to && loan.habit.kind === "at-maturity" && loan.drawings.length === 1);
  for (const { loan, index } of ending("2018", "2018-10").slice(0, LATE_PAYERS))
    result[index] = { ...loan, habit: { kind: "pays-late", days: 23 } };
  const spread = ending("2019-01", "2019-12").filter(({ loan }) => loan.yuan >= 20_000);
  for (const [nth, outcome] of DEFAULTS.entries()) {
    const entry = spread[nth * Math.floor(spread.length / DEFAULTS.length)] as { loan: DemoLoan; index: number };
    result[entry.index] = { ...entry.loan, habit: { kind: "defaults", outcome, tie: nth === 0 } };
  }
  return result;
}
