import { fen } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { fundsInPool, openOf, poolBalance, poolFold } from "../evolve/pool.ts";
import { overpaymentFold, overpaymentHeld } from "../evolve/rights.ts";
import { overpaymentStream, poolStream } from "../streams.ts";
import { World } from "../testing.ts";
import { AccrueFixedDividend, DeclareDividend, ReverseDeclaration } from "./declare.ts";
import {
  DeductOperatingCost,
  RecordAssetIncome,
  RecordDividendFunds,
  RefundOverpayment,
  ReverseDividendFunds,
  ReverseOperatingCost,
} from "./funds.ts";
import { MarkDividendDefaulted, MarkDividendOverdue } from "./late.ts";

const world = () => new World().households("H1", "H2").enterprises("E1");
const pool = (at: World, name = "P1") =>
  (at.log.streams.get(poolStream(name)) ?? []).reduce((state, event) => poolFold.evolve(state, event), poolFold.initialState);
const held = (at: World) =>
  overpaymentHeld((at.log.streams.get(overpaymentStream("E1")) ?? []).reduce(overpaymentFold.evolve, overpaymentFold.initialState));
const declare = { pool: "P1", year: 2018, enterprise: "E1", total: "100.00" };
const receive = (amount: string, serial: string) => ({ pool: "P1", enterprise: "E1", amount, serial });
const segments = [
  { household: "H1", stake: "50000.00", from: "2020-01-01", toExcl: "2021-01-01" },
  { household: "H2", stake: "30000.00", from: "2020-03-01", toExcl: "2021-01-01" },
];

describe("D1 declaration", () => {
  it("given a total, when declared, then it is claimed and in the pool, and no money is", () => {
    const at = world();
    expect(at.run(DeclareDividend, declare, "2018-12-03")).toEqual({ pool: "P1", year: 2018, total: "100.00" });
    expect([poolBalance(pool(at)), fundsInPool(pool(at))]).toEqual([fen("100.00"), 0n]);
    expect(at.last(poolStream("P1"))).toMatchObject({ receivable: "1218.06", basis: "fixed-amount", model: 1 });
  });

  it("given a fixed rate, when declared, then each household is rounded and their sum is the total; above 9 % it is marked", () => {
    const at = world();
    const command = { pool: "P1", year: 2020, enterprise: "E1", fixedRate: "8.00", segments };
    expect(at.run(DeclareDividend, command, "2020-12-20")).toMatchObject({
      total: "6012.05",
      perHousehold: { H1: "4000.00", H2: "2012.05" },
    });
    expect(at.run(DeclareDividend, { ...command, fixedRate: "9.01" }, "2020-12-20").warning).toBeDefined();
    expect(at.last(poolStream("P1"))).toMatchObject({ aboveWarning: true });
  });

  it.each([
    ["neither total nor rate", { total: undefined }, "DIVIDEND_TERMS_MISSING"],
    ["a rate without stakes", { total: undefined, fixedRate: "8.00" }, "DIVIDEND_STAKES_MISSING"],
    ["a total that is not the sum", { fixedRate: "8.00", segments, year: 2020 }, "LIST_SUM_DIFFERS"],
    ["an amount of zero", { total: "0.00" }, "DIVIDEND_AMOUNT_INVALID"],
    ["a rate that is none", { fixedRate: "-8" }, "DIVIDEND_RATE_INVALID"],
    ["a day that does not exist", { dueOn: "2018-02-30" }, "DIVIDEND_DATE_INVALID"],
    ["an unknown enterprise", { enterprise: "E9" }, "DIVIDEND_ENTERPRISE_UNKNOWN"],
    ["a batch that is not signed", { batch: "B9" }, "DIVIDEND_BATCH_UNKNOWN"],
  ])("given %s, when declared, then it is refused", (_, change, code) => {
    const command = Object.fromEntries(Object.entries({ ...declare, ...change }).filter(([, value]) => value !== undefined));
    expect(world().refusal(DeclareDividend, command as typeof declare, "2018-12-03")).toBe(code);
  });

  it("given a bankruptcy, when something arises after it, then it is refused; what was earned before is accrued", () => {
    const at = world().bankrupt("E1", "2019-06-01");
    expect(at.refusal(DeclareDividend, declare, "2019-06-01")).toBe("DIVIDEND_ENTERPRISE_BANKRUPT");
    expect(at.refusal(DeclareDividend, { ...declare, ...{ valueDate: "2019-05-31" } }, "2019-06-05")).toBeUndefined();
    const accrual = { pool: "P1", year: 2019, enterprise: "E1", total: "10.00", from: "2019-01-01" };
    expect(at.refusal(AccrueFixedDividend, { ...accrual, toExcl: "2019-06-02" }, "2019-06-30")).toBe("DIVIDEND_ENTERPRISE_BANKRUPT");
    expect(at.refusal(AccrueFixedDividend, { ...accrual, toExcl: "2019-06-01" }, "2019-06-30")).toBe("DIVIDEND_AGREEMENT_NOT_ACTIVE");
  });

  it("given an agreement without money in it yet, when its fixed dividend is accrued, then there is nothing to accrue it on", () => {
    const at = world();
    const terms = { agreement: "A1", fixedRate: "8.00", from: "2019-01-01" };
    at.fact("equity/E1", "InvestmentAgreementSigned", "2019-01-01", { enterprise: "E1", ...terms });
    at.fact("equity/E1", "EquityInvested", "2019-07-01", { enterprise: "E1", amount: "100000.00", source: "省" });
    const accrual = { pool: "P1", year: 2019, enterprise: "E1", from: "2019-01-01", toExcl: "2019-07-01" };
    const before = at.log.all.length;
    const context = { recordedAt: "2019-07-10T09:00:00+08:00", period: "2019-07", role: "FIN-M", actor: "u1" } as const;
    expect(at.log.decide(AccrueFixedDividend, accrual, context)).toEqual({
      ok: false,
      refusal: { code: "DIVIDEND_EQUITY_NOT_INVESTED", details: { enterprise: "E1", from: "2019-01-01", toExcl: "2019-07-01" } },
    });
    expect([at.log.all.length, at.types(poolStream("P1"))]).toEqual([before, []]);
    // One day more has the investment's first day in it: 100,000.00 × 8 % ÷ 365.
    expect(at.run(AccrueFixedDividend, { ...accrual, toExcl: "2019-07-02" }, "2019-07-10").total).toBe("21.92");
  });

  it("given an open claim, when reversed, then only what is open goes", () => {
    const at = world();
    at.run(DeclareDividend, declare, "2018-12-03");
    at.run(RecordDividendFunds, receive("30.00", "S1"), "2018-12-10");
    const reverse = { pool: "P1", year: 2018, enterprise: "E1", reason: "x" };
    expect(at.refusal(ReverseDeclaration, { ...reverse, amount: "70.01" }, "2018-12-11")).toBe("DIVIDEND_CLAIM_NOT_OPEN");
    expect(at.run(ReverseDeclaration, reverse, "2018-12-11").amount).toBe("70.00");
    expect([poolBalance(pool(at)), fundsInPool(pool(at))]).toEqual([fen("30.00"), fen("30.00")]);
  });
});

describe("D2 money", () => {
  it("given two years, when money comes in parts, then the older claim is paid first and the excess is held", () => {
    const at = world();
    at.run(DeclareDividend, { ...declare, year: 2019, total: "50.00" }, "2018-12-03");
    at.run(DeclareDividend, declare, "2018-12-03");
    at.run(RecordDividendFunds, receive("60.00", "S1"), "2018-12-10");
    expect(pool(at).claims.map((claim) => [claim.year, openOf(claim)])).toEqual([
      [2019, fen("50.00")],
      [2018, fen("40.00")],
    ]);
    expect(at.run(RecordDividendFunds, receive("100.00", "S2"), "2018-12-11").excess).toBe("10.00");
    expect([fundsInPool(pool(at)), held(at)]).toEqual([fen("150.00"), fen("10.00")]);
    expect(at.refusal(RefundOverpayment, { enterprise: "E1", amount: "10.01" }, "2018-12-12")).toBe("OVERPAYMENT_ABOVE_HELD");
    at.run(RefundOverpayment, { enterprise: "E1", amount: "10.00" }, "2018-12-12");
    expect(held(at)).toBe(0n);
  });

  it("given money that was recorded before its declaration, when that is recorded, then the order made no difference", () => {
    const first = world();
    first.run(DeclareDividend, declare, "2018-12-03");
    first.run(RecordDividendFunds, receive("120.00", "S1"), "2018-12-10");
    const second = world();
    second.run(RecordDividendFunds, receive("120.00", "S1"), "2018-12-10");
    second.run(DeclareDividend, { ...declare, ...{ valueDate: "2018-12-03" } }, "2018-12-11");
    for (const at of [first, second]) {
      const state = pool(at);
      expect([poolBalance(state), fundsInPool(state), held(at), state.claims.map(openOf)]).toEqual([
        fen("100.00"),
        fen("100.00"),
        fen("20.00"),
        [0n],
      ]);
    }
    // A claim that arises after the receipt is no cause to keep what was held before it.
    second.run(DeclareDividend, { ...declare, year: 2019 }, "2019-12-03");
    expect(held(second)).toBe(fen("20.00"));
  });

  it("given a receipt, when the bank reverses it, then the claim is open again; a second time it is unknown", () => {
    const at = world();
    at.run(DeclareDividend, declare, "2018-12-03");
    at.run(RecordDividendFunds, receive("120.00", "S1"), "2018-12-10");
    const reversal = { pool: "P1", serial: "S1", reversalSerial: "R1" };
    at.run(ReverseDividendFunds, reversal, "2018-12-20");
    expect([fundsInPool(pool(at)), held(at), pool(at).claims.map(openOf)]).toEqual([0n, 0n, [fen("100.00")]]);
    expect(at.log.streams.get(poolStream("P1"))?.at(-1)?.valueDate).toBe("2018-12-10");
    expect(at.refusal(ReverseDividendFunds, reversal, "2018-12-21")).toBe("DIVIDEND_RECEIPT_UNKNOWN");
  });

  it("given income of an asset, when cost is deducted, then only up to what is there, and a reversal takes the income back", () => {
    const at = world();
    const cost = (amount: string) => ({ pool: "PV", amount });
    expect(at.refusal(DeductOperatingCost, cost("1.00"), "2018-12-01")).toBe("POOL_UNKNOWN");
    at.run(RecordAssetIncome, { pool: "PV", amount: "100.00", serial: "S1" }, "2018-12-01");
    expect(at.refusal(DeductOperatingCost, cost("100.01"), "2018-12-02")).toBe("OPERATING_COST_ABOVE_POOL");
    at.run(DeductOperatingCost, cost("40.00"), "2018-12-02");
    expect([poolBalance(pool(at, "PV")), pool(at, "PV").model]).toEqual([fen("60.00"), 6]);
    const [deducted] = pool(at, "PV").costs;
    const back = { pool: "PV", entry: deducted?.entry ?? 0, reason: "金额有误" };
    expect(at.run(ReverseOperatingCost, back, "2018-12-02")).toEqual({ pool: "PV", entry: 2, amount: "-40.00" });
    expect(at.log.all.at(-1)).toMatchObject({ type: "OperatingCostReversed", valueDate: "2018-12-02", corrects: deducted?.eventId });
    expect([poolBalance(pool(at, "PV")), pool(at, "PV").costs]).toEqual([fen("100.00"), []]);
    expect(at.refusal(ReverseOperatingCost, back, "2018-12-02")).toBe("OPERATING_COST_UNKNOWN");
    expect(at.refusal(ReverseOperatingCost, { ...back, pool: "P9" }, "2018-12-02")).toBe("POOL_UNKNOWN");
    at.run(DeductOperatingCost, cost("40.00"), "2018-12-02");
    const receipt = pool(at, "PV").receipts.get("S1");
    at.run(ReverseDividendFunds, { pool: "PV", serial: "S1", reversalSerial: "R1" }, "2018-12-03");
    expect(at.log.all.at(-1)).toMatchObject({ type: "AssetIncomeReversed", corrects: receipt?.eventId });
    expect(poolBalance(pool(at, "PV"))).toBe(fen("-40.00"));
  });

  it("given a sender that is no bank, then money is refused", () => {
    const at = world();
    const decided = at.log.decide(RecordDividendFunds, receive("1.00", "S1"), { role: "BANK", actor: "u1" });
    expect(decided).toMatchObject({ ok: false, refusal: { code: "DIVIDEND_NOT_A_BANK" } });
  });
});

describe("late dividends", () => {
  it("given an open claim, when the due date has passed, then it is late once until the amount changes, and cured by money", () => {
    const at = world();
    const late = (valueDate: string) => ({ pool: "P1", enterprise: "E1", valueDate });
    expect(at.refusal(MarkDividendOverdue, late("2019-01-01"), "2019-01-01")).toBe("DIVIDEND_CLAIM_NOT_OPEN");
    at.run(DeclareDividend, { ...declare, dueOn: "2018-12-31" }, "2018-12-03");
    expect(at.refusal(MarkDividendOverdue, late("2018-12-31"), "2018-12-31")).toBe("DIVIDEND_NOT_DUE");
    expect(at.run(MarkDividendOverdue, late("2019-01-01"), "2019-01-01").open).toBe("100.00");
    at.run(MarkDividendOverdue, late("2019-01-02"), "2019-01-02");
    at.run(MarkDividendDefaulted, late("2019-01-03"), "2019-01-03");
    expect(at.types(poolStream("P1"))).toEqual(["DividendDeclared", "DividendOverdue", "DividendDefaulted"]);
    expect(at.last(poolStream("P1"))).toMatchObject({ daysLate: 3, open: "100.00" });
    at.run(RecordDividendFunds, receive("40.00", "S1"), "2019-01-04");
    at.run(MarkDividendOverdue, late("2019-01-05"), "2019-01-05");
    expect(at.last(poolStream("P1"))).toMatchObject({ open: "60.00" });
    at.run(RecordDividendFunds, receive("60.00", "S2"), "2019-01-06");
    expect(at.refusal(MarkDividendDefaulted, late("2019-01-07"), "2019-01-07")).toBe("DIVIDEND_CLAIM_NOT_OPEN");
  });
});
