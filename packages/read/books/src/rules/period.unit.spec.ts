import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { memoryBooks } from "../memory.ts";
import { FactLog } from "../testing.ts";

/** `4001.01 Dr 100.00 risk` per line. */
function lines(type: string, payload: object): string[] {
  const event = new FactLog().record(type, "period/ledger", payload, { on: "2018-12-31" });
  return memoryBooks([event]).lines.map(({ account, debit, credit, dims }) => {
    const side = debit !== 0n ? "Dr" : "Cr";
    return `${account.codes.at(-1)?.code} ${side} ${formatAmount(debit !== 0n ? debit : credit)}${dims.fund ? ` ${dims.fund}` : ""}`;
  });
}

describe("year-end postings (book G)", () => {
  it("given income and expense, then each goes to 3301, the risk fund's part apart from the rest", () => {
    const transfer = [
      { account: "appropriationSubsidy", amount: "100.00" },
      { account: "appropriationRiskFund", fund: "risk", amount: "9.00" },
      { account: "subsidyExpenseHousehold", amount: "-30.00" },
    ];
    expect(lines("IncomeAndExpenseTransferred", { fiscalYear: 2018, lines: transfer, surplus: "79.00" })).toEqual([
      "4001.01 Dr 100.00",
      "3301 Cr 100.00",
      "4001.02 Dr 9.00 risk",
      "3301 Cr 9.00 risk",
      "3301 Dr 30.00",
      "5001.01 Cr 30.00",
    ]);
    const parts = [{ amount: "-70.00" }, { fund: "risk", amount: "9.00" }];
    expect(lines("CurrentSurplusTransferred", { fiscalYear: 2018, parts })).toEqual([
      "3302 Dr 70.00",
      "3301 Cr 70.00",
      "3301 Dr 9.00 risk",
      "3302 Cr 9.00 risk",
    ]);
    expect(lines("SurplusDistributionTransferred", { fiscalYear: 2018, parts })).toEqual([
      "3001 Dr 70.00",
      "3302 Cr 70.00",
      "3302 Dr 9.00 risk",
      "3001 Cr 9.00 risk",
    ]);
  });

  it("given prior-year adjustments of the risk fund, then they reach 3001 apart from the rest, whatever their sides", () => {
    const parts = [{ amount: "-7.00" }, { fund: "risk", amount: "9.00" }];
    expect(lines("PriorYearAdjustmentTransferred", { fiscalYear: 2018, amount: "2.00", parts })).toEqual([
      "3001 Dr 7.00",
      "3501 Cr 7.00",
      "3501 Dr 9.00 risk",
      "3001 Cr 9.00 risk",
    ]);
    expect(lines("PriorYearAdjustmentTransferred", { fiscalYear: 2018, amount: "2.00" })).toEqual(["3501 Dr 2.00", "3001 Cr 2.00"]);
  });

  it("given an account that is no income or expense, then the projector stops rather than move it", () => {
    const lines = [{ account: "bankSubsidy", amount: "1.00" }];
    const event = new FactLog().record(
      "IncomeAndExpenseTransferred",
      "period/ledger",
      { fiscalYear: 2018, lines, surplus: "1.00" },
      { on: "2018-12-31" },
    );
    expect(() => memoryBooks([event])).toThrow("bankSubsidy is no account of income or expense");
  });

  it("given a transfer, then the figures of the year before it are those without it (R8)", () => {
    const log = new FactLog();
    log.subsidy("SubsidyFundsAppropriated", { amount: "100.00", source: "区" }, { on: "2018-03-01" });
    const transfer = { fiscalYear: 2018, lines: [{ account: "appropriationSubsidy", amount: "100.00" }], surplus: "100.00" };
    log.record("IncomeAndExpenseTransferred", "period/ledger", transfer, { on: "2018-12-31" });
    const books = memoryBooks(log.events);
    const question = { account: "4001.01", year: 2018 };
    expect([books.balanceNow(question).net, books.balanceNow({ ...question, beforeTransfers: true }).net]).toEqual([0n, -10_000n]);
  });
});
