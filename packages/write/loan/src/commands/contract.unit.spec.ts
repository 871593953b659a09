import { describe, expect, it } from "vitest";
import { latestExtension } from "../decide/extension.ts";
import {
  CheckUseOfFunds,
  ConfirmMisuse,
  ExtendLoan,
  MarkOverdue,
  MarkOverdueCured,
  PrepayLoan,
  RecordDebtorDeath,
  RecordDisbursement,
  RecordRepayment,
  RenewLoan,
  ResetLoanRate,
  RevokeMisuse,
  SettleInterest,
  SettleLoan,
} from "../index.ts";
import { FIN_R, K2, POV, SYS, T2_LOAN, World } from "../world.fixture.ts";

describe("an extension (E1)", () => {
  const oneYear = () =>
    new World().open({ loan: "L001", household: "H1", amount: "30000.00", on: "2018-05-10", due: "2019-05-10", annualRate: "4.35" });
  const extend = (newDue: string, more: object = {}) => ({ loan: "L001", newDue, valueDate: "2019-05-06", ...more });

  it("takes the rate of the new tier from the old due date (T17)", () => {
    const world = oneYear();
    expect(world.code(ExtendLoan, extend("2020-06-10"))).toBe("EXTENSION_TOO_LONG");
    expect(world.accept(ExtendLoan, extend("2019-11-10"))).toMatchObject({ totalMonths: 18, rateFrom: "2019-05-10", newRate: "4.75" });
    expect(world.code(ExtendLoan, extend("2019-12-10"))).toBe("EXTENDED_BEFORE");
    expect(world.loan("L001").timeline.due).toBe("2019-11-10");
  });

  it("keeps the contract rate within the tier (T9)", () => {
    const world = new World().open({ ...T2_LOAN, on: "2017-06-15", due: "2020-06-15" });
    const prepaid = {
      loan: "L001",
      serial: "P1",
      principal: "8000.00",
      interestFrom: "2019-09-21",
      interestToExcl: "2019-11-05",
      valueDate: "2019-11-05",
    };
    expect(world.accept(PrepayLoan, prepaid)).toMatchObject({ days: 45, interest: "47.50" });
    const body = extend("2020-12-15", { valueDate: "2020-06-10" });
    expect(world.code(ExtendLoan, { ...body, newDue: "2022-01-15" })).toBe("EXTENSION_TOO_LONG");
    expect(world.accept(ExtendLoan, body)).toMatchObject({ totalMonths: 42, rateFrom: "2020-06-15", newRate: "4.75" });
    expect(world.accept(SettleInterest, { loan: "L001", from: "2020-09-21", toExcl: "2020-12-15", valueDate: "2020-12-15" })).toMatchObject(
      { amount: "471.04" },
    );
    expect(world.code(MarkOverdue, { loan: "L001", valueDate: "2020-12-14" }, SYS)).toBe("NOT_OVERDUE");
    expect(world.accept(MarkOverdue, { loan: "L001", valueDate: "2020-12-15" }, SYS)).toMatchObject({
      obligor: "H1",
      openPrincipal: "42000.00",
      valueDate: "2020-12-15",
    });
    const penalty = { loan: "L001", from: "2020-12-15", toExcl: "2021-03-15", kind: "penalty", valueDate: "2021-03-15" };
    expect(world.accept(SettleInterest, penalty)).toMatchObject({ days: 90, amount: "748.13" });
  });

  it.each([
    ["on the due date", extend("2019-11-10", { valueDate: "2019-05-10" }), "EXTENDED_AFTER_DUE"],
    ["to the due date", extend("2019-05-10"), "LOAN_DATES_REVERSED"],
    ["above the ceiling of the tier", extend("2019-11-10", { newRate: "4.76" }), "RATE_ABOVE_CEILING"],
    ["to another rate within the tier", extend("2019-05-11", { newRate: "4.30", valueDate: "2019-05-06" }), undefined],
  ])("%s", (_, body, code) => {
    const world = oneYear();
    if (code) expect(world.code(ExtendLoan, body)).toBe(code);
    else expect(world.accept(ExtendLoan, body)).toMatchObject({ newRate: "4.30" });
  });

  it("given a ceiling by LPR from before its first quote, when a loan due there is extended, then no rate is guessed", () => {
    const world = oneYear().policy("microcredit.rateCeiling", "lpr", "2019-01-01");
    const before = world.log.all.length;
    expect(world.refuse(ExtendLoan, extend("2019-11-10"))).toEqual({ code: "RATE_TABLE_MISSING", details: { on: "2019-05-10" } });
    expect([world.log.all.length, world.loan("L001").timeline.due]).toEqual([before, "2019-05-10"]);
  });

  it("does not change the rate inside a tier, nor by a reset", () => {
    const world = new World().open({ ...T2_LOAN, due: "2019-03-10" });
    expect(world.code(ExtendLoan, { loan: "L001", newDue: "2019-09-10", newRate: "4.70", valueDate: "2019-03-01" })).toBe("RATE_FIXED");
    expect(world.code(ResetLoanRate, { loan: "L001", valueDate: "2019-03-01" })).toBe("RATE_FIXED");
    expect(world.code(ResetLoanRate, { loan: "L009", valueDate: "2019-03-01" })).toBe("LOAN_NOT_DISBURSED");
  });

  it("counts the term from the contract, so that a drawing recorded late changes nothing", () => {
    const drawing = (serial: string, valueDate: string) => ({ loan: "L001", household: "H1", amount: "10000.00", serial, valueDate });
    const late = { actor: "bank:K1", role: "BANK", recordedAt: "2019-06-01T09:00:00+08:00" } as const;
    const ends = [true, false].map((firstDrawingKnown) => {
      const world = new World();
      world.apply({ loan: "L001", household: "H1", amount: "30000.00", on: "2018-05-10", due: "2019-05-10" });
      world.approve({ loan: "L001", household: "H1", amount: "30000.00", on: "2018-05-10", due: "2019-05-10", annualRate: "4.35" });
      if (firstDrawingKnown) world.accept(RecordDisbursement, drawing("D1", "2018-05-10"), late);
      world.accept(RecordDisbursement, drawing("D2", "2018-12-10"), late);
      world.accept(ExtendLoan, extend("2019-11-10"));
      if (!firstDrawingKnown) world.accept(RecordDisbursement, drawing("D1", "2018-05-10"), late);
      return world.loan("L001").timeline;
    });
    expect(ends[0]?.rates.at(-1)).toEqual({ from: "2019-05-10", annualRate: "4.75" });
    expect(ends[1]).toEqual(ends[0]);
  });

  it("knows the limits of 贷款通则 §12", () => {
    expect(latestExtension("2018-05-10", "2019-05-10")).toBe("2020-05-10");
    expect(latestExtension("2017-06-15", "2020-06-15")).toBe("2021-12-15");
    expect(latestExtension("2017-01-10", "2018-04-10")).toBe("2018-11-25");
    expect(latestExtension("2017-01-10", "2023-01-10")).toBe("2026-01-10");
  });

  it("is refused to a misused loan", () => {
    const world = oneYear();
    world.accept(ConfirmMisuse, { loan: "L001", misuseFrom: "2018-06-01", valueDate: "2019-01-05" }, FIN_R);
    expect(world.code(ExtendLoan, extend("2019-11-10"))).toBe("MISUSED_LOAN");
  });
});

describe("a renewal without repayment (E2)", () => {
  const oldLoan = () => {
    const world = new World().open({ ...T2_LOAN, due: "2018-03-10", annualRate: "4.35" });
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", principal: "10000.00", valueDate: "2017-12-01" });
    return world;
  };
  const renewal = (more: object = {}) => ({
    loan: "L001",
    newLoan: "L101",
    serial: "N1",
    amount: "40000.00",
    due: "2020-03-10",
    annualRate: "4.75",
    valueDate: "2018-03-10",
    ...more,
  });

  it("moves the open principal to a new loan number in the same credit file", () => {
    const world = oldLoan();
    world.accept(RenewLoan, renewal());
    expect([world.principal("L001"), world.principal("L101")]).toEqual(["0.00", "40000.00"]);
    expect(world.credit("H1").entries.get("L101")).toMatchObject({ status: "approved", renewalOf: "L001", borrower: "H1-head" });
    expect(world.loan("L101").terms).toMatchObject({ annualRate: "4.75", due: "2020-03-10", renewalOf: "L001" });
    expect(world.code(RecordRepayment, { loan: "L001", serial: "R2", principal: "0.01", valueDate: "2018-03-11" })).toBe(
      "ABOVE_OPEN_PRINCIPAL",
    );
    expect(() => world.apply({ loan: "L102", household: "H1", amount: "10000.01", on: "2018-04-01", due: "2019-04-01" })).toThrow(
      "ABOVE_CAP",
    );
  });

  it.each([
    ["another amount", renewal({ amount: "50000.00" }), "RENEWAL_AMOUNT_DIFFERS"],
    ["a day after the due date", renewal({ valueDate: "2018-03-11" }), "LOAN_OVERDUE"],
    ["a term above 36 months", renewal({ due: "2021-03-11" }), "TERM_TOO_LONG"],
    ["a rate above the ceiling", renewal({ annualRate: "4.80" }), "RATE_ABOVE_CEILING"],
    ["a number that is taken", renewal({ newLoan: "L001" }), "LOAN_NUMBER_TAKEN"],
  ])("is refused for %s", (_, body, code) => {
    expect(oldLoan().code(RenewLoan, body)).toBe(code);
  });
});

describe("overdue (E3)", () => {
  it("is marked once, by date, and cured by what was repaid", () => {
    const world = new World().open({ ...T2_LOAN, due: "2018-03-10", annualRate: "4.35" });
    const on = (valueDate: string) => ({ loan: "L001", valueDate });
    expect(world.code(MarkOverdueCured, on("2018-03-11"), SYS)).toBe("NOT_OVERDUE");
    world.accept(MarkOverdue, on("2018-03-12"), SYS);
    expect(world.events("loan/L001").at(-1)).toMatchObject({
      valueDate: "2018-03-10",
      payload: { due: "2018-03-10", openPrincipal: "50000.00" },
    });
    expect(world.code(MarkOverdue, on("2018-03-13"), SYS)).toBe("ALREADY_OVERDUE");
    expect(world.code(MarkOverdueCured, on("2018-03-13"), SYS)).toBe("STILL_OVERDUE");
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", principal: "50000.00", valueDate: "2018-03-20" });
    world.accept(MarkOverdueCured, on("2018-03-20"), SYS);
    expect(world.loan("L001").overdueSince).toBeUndefined();
  });

  it("concerns instalments from their own due day (等额本金)", () => {
    const world = new World().open({ ...T2_LOAN, amount: "36000.00", method: "equal-principal" });
    expect(world.loan("L001").timeline.dueRows?.slice(0, 2)).toEqual([
      { dueOn: "2017-04-10", principal: 100000n },
      { dueOn: "2017-05-10", principal: 100000n },
    ]);
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", principal: "1000.00", valueDate: "2017-04-10" });
    expect(world.accept(MarkOverdue, { loan: "L001", valueDate: "2017-05-11" }, SYS)).toMatchObject({
      due: "2017-05-10",
      openPrincipal: "1000.00",
    });
    // one contract month: 36,000 × 4.75 % / 12
    expect(world.accept(SettleInterest, { loan: "L001", from: "2017-03-10", toExcl: "2017-04-10", valueDate: "2017-04-10" })).toMatchObject(
      { amount: "142.50" },
    );
  });

  it("spreads equal instalments as in domain 3.5: first 1,295.02 of principal, 36 rows", () => {
    const rows = new World().open({ ...T2_LOAN, method: "equal-instalment" }).loan("L001").timeline.dueRows;
    expect(rows?.length).toBe(36);
    expect(rows?.[0]).toEqual({ dueOn: "2017-04-10", principal: 129502n });
    expect(rows?.reduce((sum, row) => sum + row.principal, 0n)).toBe(5000000n);
  });
});

describe("misuse (3.5, 3.6)", () => {
  const world = new World().open({ ...T2_LOAN, amount: "40000.00", on: "2017-09-12", due: "2019-09-12" });
  const confirm = (misuseFrom: string) => ({ loan: "L001", misuseFrom, valueDate: "2018-11-12" });

  it("is found by a check, confirmed by the finance office and revoked", () => {
    world.accept(CheckUseOfFunds, { loan: "L001", finding: "lent-on", misuseFrom: "2018-02-01", valueDate: "2018-11-07" });
    expect(world.code(CheckUseOfFunds, { loan: "L001", finding: "normal", valueDate: "2018-11-07" }, K2)).toBe("OTHER_BANKS_LOAN");
    expect(world.loan("L001").misuseFrom).toBeUndefined();
    expect(world.code(ConfirmMisuse, confirm("2017-09-11"), FIN_R)).toBe("MISUSE_DATE_INVALID");
    expect(world.code(ConfirmMisuse, confirm("2018-11-13"), FIN_R)).toBe("MISUSE_DATE_INVALID");
    expect(world.code(RevokeMisuse, { loan: "L001", reason: "申诉成立", valueDate: "2018-11-12" }, FIN_R)).toBe("NOT_MISUSED");
    world.accept(ConfirmMisuse, confirm("2018-02-01"), FIN_R);
    expect(world.loan("L001").timeline.misuseFrom).toBe("2018-02-01");
    expect(world.code(ConfirmMisuse, confirm("2018-03-01"), FIN_R)).toBe("MISUSED_LOAN");
    world.accept(RevokeMisuse, { loan: "L001", reason: "申诉成立", valueDate: "2018-12-01" }, FIN_R);
    expect(world.loan("L001").timeline.misuseFrom).toBeUndefined();
  });
});

describe("the end of a loan", () => {
  it("needs every day settled (3.16)", () => {
    const world = new World().open(T2_LOAN);
    const settle = (from: string, toExcl: string) => world.accept(SettleInterest, { loan: "L001", from, toExcl, valueDate: "2017-06-21" });
    const end = { loan: "L001", valueDate: "2017-06-22" };
    settle("2017-03-21", "2017-06-01");
    expect(world.code(SettleLoan, end)).toBe("LOAN_NOT_PAID_OFF");
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", principal: "50000.00", interest: "475.00", valueDate: "2017-06-01" });
    expect(world.refuse(SettleLoan, end)).toMatchObject({ code: "INTEREST_GAP", details: { from: "2017-03-10", toExcl: "2017-03-21" } });
    settle("2017-03-10", "2017-03-21");
    expect(world.code(SettleLoan, end)).toBe("LOAN_NOT_PAID_OFF");
  });

  it("records the debtor's death on every open loan of the head (3.17)", () => {
    const world = new World().open(T2_LOAN);
    expect(world.code(RecordDebtorDeath, { household: "H2", valueDate: "2018-01-05" }, POV)).toBe("NO_LOAN_OF_BORROWER");
    expect(world.accept(RecordDebtorDeath, { household: "H1", valueDate: "2018-01-05" }, POV)).toMatchObject({ loans: ["L001"] });
    expect(world.loan("L001").debtorDiedOn).toBe("2018-01-05");
    expect(world.code(RecordDebtorDeath, { household: "H1", valueDate: "2018-01-06" }, POV)).toBe("NO_LOAN_OF_BORROWER");
  });
});
