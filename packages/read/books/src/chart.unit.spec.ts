import { describe, expect, it } from "vitest";
import { ACCOUNTS, accountByNo, accountsUnder, CHART, findAccount, printedCode } from "./chart.ts";

describe("the chart of accounts", () => {
  it("numbers each account once and gives no code to two", () => {
    expect(new Set(ACCOUNTS.map((account) => account.no)).size).toBe(ACCOUNTS.length);
    const codes = ACCOUNTS.flatMap((account) => account.codes.map((dated) => dated.code));
    expect(new Set(codes).size).toBe(codes.length);
    for (const account of ACCOUNTS) expect(accountByNo(account.no)).toBe(account);
  });

  it("prints the code of the day and finds an account by any code it ever had", () => {
    expect([printedCode(CHART.goodsHeld, "2018-12-31"), printedCode(CHART.goodsHeld, "2019-01-01")]).toEqual(["1901.01", "1891.01"]);
    expect([findAccount("1901.01"), findAccount("1891.01"), findAccount("goodsHeld")]).toEqual([
      CHART.goodsHeld,
      CHART.goodsHeld,
      CHART.goodsHeld,
    ]);
  });

  it("takes the head of codes for all accounts under it", () => {
    expect(accountsUnder("1002").map((account) => account.id)).toEqual([
      "bankSubsidy",
      "bankRiskFund",
      "bankDividendAgency",
      "bankDonations",
      "bankEquity",
    ]);
    expect(accountsUnder("9999")).toEqual([]);
  });

  it("asks for a year where an account is closed every year", () => {
    expect(ACCOUNTS.filter((account) => account.yearly).map((account) => account.codes.at(-1)?.code)).toEqual([
      ...["3001", "3501", "4001.01", "4001.02", "4001.03", "4601", "4602", "4603", "4604", "4609"],
      ...["5001.01", "5001.02", "5001.03", "5001.04", "5901.01", "5901.02"],
    ]);
  });
});
