import type { EntitlementLine, ItemResult, PayoutItem } from "@huimin/dividend/events";
import { fen } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { dividendLines, earlierLines, yearlyDividends } from "./dividends.ts";

const result = (status: ItemResult["status"], valueDate: string): ItemResult => ({
  status,
  valueDate,
  recordedAt: `${valueDate}T09:00:00+08:00`,
});
const item = (payoutBatch: string, amount: string, ...results: ItemResult[]): PayoutItem => ({
  payoutBatch,
  bank: "K1",
  amount: fen(amount),
  from: "2901.02",
  account: "a",
  submittedOn: "2018-12-28",
  results,
});
const line = (entitled: string, over: Partial<EntitlementLine> = {}): EntitlementLine => ({
  household: "H1",
  village: "V1",
  entitled: fen(entitled),
  allocatedOn: "2018-12-21",
  payable: 0n,
  returned: 0n,
  unclaimed: 0n,
  items: [],
  ...over,
});
const of = (year: number, one: EntitlementLine, pool = "B1") => ({ pool, year, line: one });

/** T5, H03: paid in the year, returned in January, paid again to the new account. */
const returned = item("PB1", "1500.00", result("succeeded", "2018-12-28"), result("returned", "2019-01-04"));
const H03 = line("1500.00", { items: [returned, item("PB2", "1500.00", result("succeeded", "2019-01-25"))] });

describe("yearlyDividends", () => {
  it("given T5 before the new payment, says that it came back after the year and waits", () => {
    expect(yearlyDividends([of(2018, line("1500.00", { returned: fen("1500.00"), items: [returned] }))], 2018)).toMatchObject({
      entitled: fen("1500.00"),
      paidInYear: fen("1500.00"),
      returnedAfterYearEnd: fen("-1500.00"),
      awaitingReissue: fen("1500.00"),
      paidForEarlierYears: 0n,
    });
  });

  it("given T5 after it, the payment is 补发 of 2019 and no entitlement of it", () => {
    expect(yearlyDividends([of(2018, H03)], 2019)).toMatchObject({ entitled: 0n, paidInYear: 0n, paidForEarlierYears: fen("1500.00") });
    expect(yearlyDividends([of(2018, H03)], 2018)).toMatchObject({ awaitingReissue: 0n, paidToRightAccountOn: "2019-01-25" });
  });

  it("nets what came back within the year, and a failed item was never paid", () => {
    const items = [
      item("PB1", "10.00", result("succeeded", "2018-12-22"), result("returned", "2018-12-27")),
      item("PB2", "10.00", result("failed", "2018-12-29")),
    ];
    const figures = yearlyDividends([of(2018, line("10.00", { returned: fen("10.00"), items }))], 2018);
    expect(figures).toMatchObject({ paidInYear: 0n, returnedAfterYearEnd: 0n, awaitingReissue: fen("10.00") });
    expect(figures.paidToRightAccountOn).toBeUndefined();
  });

  it("tells the sources apart, two lists of one pool together", () => {
    const all = [of(2018, line("1.00")), of(2018, line("2.00")), of(2018, line("4.00"), "B2"), of(2017, line("8.00"))];
    expect([...yearlyDividends(all, 2018).bySource]).toEqual([
      ["B1", fen("3.00")],
      ["B2", fen("4.00")],
    ]);
  });
});

describe("dividendLines", () => {
  it("makes one line per pool with what is on its way or unclaimed", () => {
    const entitlements = [of(2018, line("9.00", { unclaimed: fen("2.00"), items: [item("PB1", "7.00")] })), of(2018, H03, "B0")];
    expect(dividendLines(entitlements, 2018, () => ({ model: 1, partner: "企业A" }))).toEqual([
      {
        pool: "B0",
        model: 1,
        partner: "企业A",
        entitled: "1500.00",
        paidInYear: "1500.00",
        paidAfterYearEnd: "1500.00",
        returnedAfterYearEnd: "-1500.00",
        awaitingReissue: "0.00",
        paidOn: "2019-01-25",
      },
      {
        pool: "B1",
        model: 1,
        partner: "企业A",
        entitled: "9.00",
        paidInYear: "0.00",
        returnedAfterYearEnd: "0.00",
        awaitingReissue: "0.00",
        inTransit: "7.00",
        unclaimed: "2.00",
      },
    ]);
  });
});

describe("earlierLines", () => {
  it("names what was paid in the year for years before, with its day, and what came back of it again", () => {
    const again = item("PB3", "4.00", result("succeeded", "2019-02-01"), result("returned", "2019-02-03"));
    const all = [of(2018, H03), of(2017, line("4.00", { returned: fen("4.00"), items: [again] }), "B0"), of(2019, line("9.00"), "B0")];
    expect(earlierLines(all, 2019, (pool) => `企业 ${pool}`)).toEqual([
      { pool: "B0", year: 2017, partner: "企业 B0", amount: "4.00", paidOn: "2019-02-01", state: "awaiting-reissue" },
      { pool: "B1", year: 2018, partner: "企业 B1", amount: "1500.00", paidOn: "2019-01-25" },
    ]);
    expect(earlierLines(all, 2018, String)).toEqual([]);
  });
});
