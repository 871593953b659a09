import { fen, formatAmount } from "@huimin/money";
import type { RiskFundEventType, RiskFundPayload } from "@huimin/risk-fund/events";
import { describe, expect, it } from "vitest";
import { memoryBooks } from "../memory.ts";
import { FactLog } from "../testing.ts";

const log = new FactLog();
const subject = { ref: "C1", bank: "K1", obligor: "H1", model: 3 };
const shares = [
  { party: "fund" as const, amount: "3920.00" },
  { party: "bank" as const, amount: "980.00" },
];
const recovery = {
  ...subject,
  ...{ serial: "R1", gross: "5000.00", cost: "100.00", net: "4900.00", shares },
  ...{ toClaim: "3920.00", toFund: "0.00", costBorne: "0.00", loans: [] },
};
const paid = {
  ...subject,
  ...{ party: "fund" as const, paid: "16187.54", principalPart: "16000.00", serial: "P1", loans: [] },
  drawn: [
    { bank: "K1", amount: "16000.00" },
    { bank: "K2", amount: "187.54" },
  ],
};

/** `1218.01 Dr 8.67` per line. */
function lines<T extends RiskFundEventType>(type: T, payload: RiskFundPayload<T>): string[] {
  const event = log.record(type, "compensation/C1", payload, { on: "2019-06-10" });
  return memoryBooks([event]).lines.map(({ account, debit, credit }) => {
    const code = account.codes.at(-1)?.code;
    return debit !== 0n ? `${code} Dr ${formatAmount(debit)}` : `${code} Cr ${formatAmount(credit)}`;
  });
}

describe("the risk fund (book G)", () => {
  it("given a deposit, then it is the fund's equity, or income where the budget books it so (R24)", () => {
    const deposit = { bank: "K1", deposit: 1, amount: "100.00" };
    expect(lines("RiskFundDeposited", deposit)).toEqual(["1002.02 Dr 100.00", "3101.01 Cr 100.00"]);
    expect(lines("RiskFundDeposited", { ...deposit, asIncome: true })).toEqual(["1002.02 Dr 100.00", "4001.02 Cr 100.00"]);
    const back = { ...deposit, amount: "-100.00", reason: "wrong" };
    expect(lines("RiskFundDepositReversed", back)).toEqual(["1002.02 Dr -100.00", "3101.01 Cr -100.00"]);
  });

  it("given interest, then it stays in the fund", () => {
    expect(lines("RiskFundInterestCredited", { bank: "K1", amount: "1.23", serial: "I" })).toEqual(["1002.02 Dr 1.23", "3101.01 Cr 1.23"]);
  });

  it("given the fund's payment, then a claim on the obligor, from each account; a guarantor's has no line (R3)", () => {
    expect(lines("CompensationPaid", paid)).toEqual([
      "1218.01 Dr 16000.00",
      "1002.02 Cr 16000.00",
      "1218.01 Dr 187.54",
      "1002.02 Cr 187.54",
    ]);
    expect(lines("CompensationPaid", { ...paid, party: "guarantor", drawn: [] })).toEqual([]);
  });

  it("given a recovery, then the fund's share of the net lowers the claim, after a write-off it is the fund's (R4)", () => {
    expect(lines("RecoveryReceived", recovery)).toEqual(["1002.02 Dr 3920.00", "1218.01 Cr 3920.00"]);
    expect(lines("BankruptcyDividendReceived", { ...recovery, toClaim: "0.00", toFund: "3920.00" })).toEqual([
      "1002.02 Dr 3920.00",
      "3101.01 Cr 3920.00",
    ]);
    expect(lines("RecoveryReversed", { ...recovery, toClaim: "-3920.00", reversalSerial: "X" })).toEqual([
      "1002.02 Dr -3920.00",
      "1218.01 Cr -3920.00",
    ]);
  });

  it("given a cost and nothing recovered, then an expense", () => {
    const nothing = { ...recovery, gross: "0.00", net: "0.00", toClaim: "0.00", costBorne: "100.00" };
    expect(lines("RecoveryReceived", nothing)).toEqual(["5901.02 Dr 100.00", "1002.02 Cr 100.00"]);
  });

  it("given a reversal in a later year, then what was income or expense goes to 3501, marked as the fund's (C4)", () => {
    const back = { bank: "K1", deposit: 1, amount: "-100.00", reason: "wrong", priorYear: true };
    expect(lines("RiskFundDepositReversed", { ...back, asIncome: true })).toEqual(["1002.02 Dr -100.00", "3501 Cr -100.00"]);
    expect(lines("RiskFundDepositReversed", back)).toEqual(["1002.02 Dr -100.00", "3101.01 Cr -100.00"]);
    const cost = { ...recovery, gross: "0.00", net: "0.00", toClaim: "0.00", costBorne: "-100.00", reversalSerial: "X" };
    expect(lines("RecoveryReversed", { ...cost, priorYear: true })).toEqual(["3501 Dr -100.00", "1002.02 Cr -100.00"]);
    expect(lines("RecoveryReversed", cost)).toEqual(["5901.02 Dr -100.00", "1002.02 Cr -100.00"]);
    const event = log.record("RecoveryReversed", "compensation/C1", { ...cost, priorYear: true }, { on: "2019-06-10" });
    expect(memoryBooks([event]).lines[0]?.dims).toEqual({ fund: "risk" });
  });

  it("given a write-off, then each case's claim goes against the fund", () => {
    const parts = [
      { ref: "C1", model: 3, amount: "10.00" },
      { ref: "C2", amount: "5.00" },
    ];
    expect(lines("ClaimWrittenOff", { obligor: "H1", amount: "15.00", parts })).toEqual([
      "3101.01 Dr 10.00",
      "1218.01 Cr 10.00",
      "3101.01 Dr 5.00",
      "1218.01 Cr 5.00",
    ]);
  });

  it("given an insurer's approval and payment, then the claim moves to him and into the account", () => {
    const parts = [{ ref: "C1", amount: "10.00" }];
    const approved = { claim: "X", insurer: "I1", obligor: "E1", amount: "10.00", deductible: "0.00", parts };
    expect(lines("InsuranceClaimApproved", approved)).toEqual(["1218.02 Dr 10.00", "1218.01 Cr 10.00"]);
    const payment = { insurer: "I1", bank: "K1", amount: "10.00", serial: "S", parts: [{ claim: "X", ref: "C1", amount: "10.00" }] };
    expect(lines("InsurancePaid", payment)).toEqual(["1002.02 Dr 10.00", "1218.02 Cr 10.00"]);
  });

  it("keeps the fund identity over a case (2.7(5)): cash and claims equal the fund", () => {
    const events = [
      log.record("RiskFundDeposited", "risk-fund/K1", { bank: "K1", deposit: 1, amount: "20000.00" }, { on: "2019-01-01" }),
      log.record("CompensationPaid", "compensation/C1", paid, { on: "2019-06-10" }),
      log.record("RecoveryReceived", "compensation/C1", recovery, { on: "2019-12-02" }),
      log.record(
        "ClaimWrittenOff",
        "risk-obligor/H1",
        { obligor: "H1", amount: "12267.54", parts: [{ ref: "C1", model: 3, amount: "12267.54" }] },
        { on: "2020-01-02" },
      ),
    ];
    const net = new Map<string, bigint>();
    for (const { account, debit, credit } of memoryBooks(events).lines) net.set(account.id, (net.get(account.id) ?? 0n) + debit - credit);
    expect(net.get("compensationClaim")).toBe(0n);
    expect(net.get("bankRiskFund")).toBe(fen("7732.46"));
    expect(net.get("riskFundEquity")).toBe(-fen("7732.46"));
  });
});
