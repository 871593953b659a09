import { Exact, fen, formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { dayCountFrom, type Schedule, type SimpleTerms, scheduleOf } from "./index.ts";

const loan = { principal: fen("50000.00"), annualRatePercent: new Exact("4.75") };
const schedule = (terms: Omit<SimpleTerms, "principal" | "annualRatePercent">): Schedule => {
  const result = scheduleOf({ ...loan, ...terms });
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
};
const totals = ({ rows }: Schedule): string[] => rows.map((row) => formatAmount(row.total));

describe("the table of chapter 3.5: 50,000.00 at 4.75 %, 36 months", () => {
  it("given 等额本息, when scheduled, then it is 35 × 1,492.94 and 1,492.92, interest 3,745.82", () => {
    const result = schedule({ disbursedOn: "2017-03-10", months: 36, method: "equal-instalment" });
    expect(totals(result)).toEqual([...Array.from({ length: 35 }, () => "1492.94"), "1492.92"]);
    expect(formatAmount(result.totals.interest)).toBe("3745.82");
    expect([result.rows[0]?.principal, result.rows[0]?.interest]).toEqual([fen("1295.02"), fen("197.92")]);
  });

  it("given 等额本金, when scheduled, then it is 1,388.88 a row and 1,389.20 at last, interest 3,661.48", () => {
    const result = schedule({ disbursedOn: "2017-03-10", months: 36, method: "equal-principal" });
    expect(result.rows.map((row) => formatAmount(row.principal))).toEqual([...Array.from({ length: 35 }, () => "1388.88"), "1389.20"]);
    expect([totals(result)[0], totals(result).at(-1), formatAmount(result.totals.interest)]).toEqual(["1586.80", "1394.70", "3661.48"]);
  });

  it("given 按季付息到期还本, when scheduled, then 13 settlements sum to 7,230.54 over 1,096 days", () => {
    const result = schedule({ disbursedOn: "2017-06-15", maturesOn: "2020-06-15", method: "interest-only-then-bullet" });
    expect(result.rows.length).toBe(13);
    expect([formatAmount(result.totals.interest), result.totals.days]).toEqual(["7230.54", 1096]);
    expect(result.rows.slice(0, 2).map((row) => formatAmount(row.interest))).toEqual(["39.58", "606.94"]);
    expect(formatAmount(result.rows.at(-1)?.interest ?? 0n)).toBe("567.36");
  });

  it("given 利随本清, when scheduled, then one settlement is 7,230.56 by actual/360 and 7,125.00 by 对年对月对日", () => {
    const terms = { disbursedOn: "2017-06-15", months: 36, method: "single-payment" } as const;
    expect(formatAmount(schedule(terms).totals.interest)).toBe("7230.56");
    expect(formatAmount(schedule({ ...terms, dayCount: "months-and-days/360" }).totals.interest)).toBe("7125.00");
  });

  it("given 1 year 2 months 15 days, when scheduled, then it is 2,869.79 逐笔 and 2,909.38 by days", () => {
    const terms = { disbursedOn: "2017-03-10", maturesOn: "2018-05-25", method: "single-payment" } as const;
    expect(formatAmount(schedule({ ...terms, dayCount: "months-and-days/360" }).totals.interest)).toBe("2869.79");
    expect(formatAmount(schedule(terms).totals.interest)).toBe("2909.38");
  });
});

describe("T8: a leap year in the day counts, 50,000.00 at 4.35 %", () => {
  it.each([
    ["actual/360", "543.75", "549.79", "2211.25"],
    ["actual/365", "536.30", "542.26", "2180.96"],
    ["actual/actual-isda", "536.30", "540.96", "2179.66"],
    ["months-and-days/360", "543.75", "543.75", "2175.00"],
  ] as const)("given %s, when 90, 91 and 366 days are settled, then it is %s, %s and %s", (dayCount, ...amounts) => {
    const interest = [
      ["2018-12-21", "2019-03-21"],
      ["2019-12-21", "2020-03-21"],
      ["2019-03-21", "2020-03-21"],
    ].map(([disbursedOn, maturesOn]) => {
      const result = scheduleOf({
        principal: loan.principal,
        annualRatePercent: new Exact("4.35"),
        disbursedOn: disbursedOn as string,
        maturesOn: maturesOn as string,
        method: "single-payment",
        dayCount,
      });
      return result.ok ? formatAmount(result.value.totals.interest) : result.refusal.code;
    });
    expect(interest).toEqual(amounts);
  });

  it("given a loan of 29 February, when it runs a year, then it matures on 28 February: 365 days or exactly a year", () => {
    const terms = {
      principal: loan.principal,
      annualRatePercent: new Exact("4.35"),
      disbursedOn: "2020-02-29",
      months: 12,
      method: "single-payment",
    } as const;
    const [actual, whole] = [scheduleOf(terms), scheduleOf({ ...terms, dayCount: "months-and-days/360" })];
    if (!actual.ok || !whole.ok) throw new Error("refused");
    expect(actual.value.rows[0]?.dueOn).toBe("2021-02-28");
    expect([formatAmount(actual.value.totals.interest), formatAmount(whole.value.totals.interest)]).toEqual(["2205.21", "2175.00"]);
  });
});

describe("terms that make no schedule", () => {
  it.each([
    ["no maturity", { disbursedOn: "2017-03-10", method: "single-payment" }],
    ["odd days with monthly rows", { disbursedOn: "2017-03-10", maturesOn: "2018-03-25", method: "equal-instalment" }],
    ["a maturity before the disbursement", { disbursedOn: "2017-03-10", maturesOn: "2017-03-10", method: "single-payment" }],
    ["a day that does not exist", { disbursedOn: "2017-02-29", maturesOn: "2018-03-01", method: "single-payment" }],
  ] as const)("given %s, when scheduled, then it is refused", (_what, terms) => {
    const result = scheduleOf({ ...loan, ...terms });
    expect(result.ok ? "taken" : result.refusal.code).toBe("SCHEDULE_TERMS_INVALID");
  });

  it("given bank parameters, when named, then only pairs that exist are day counts", () => {
    expect([
      dayCountFrom("actual", 360),
      dayCountFrom("actual", "actual"),
      dayCountFrom("months-and-days", 360),
      dayCountFrom("months", 12),
    ]).toEqual(["actual/360", "actual/actual-isda", "months-and-days/360", "1/12"]);
    expect([dayCountFrom("30e", 365), dayCountFrom("months", 360), dayCountFrom("actual", 12)]).toEqual([undefined, undefined, undefined]);
  });
});
