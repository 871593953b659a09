import { type ErrorEntry, errorEntry } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import {
  ApplyForLoan,
  ApproveLoan,
  loanErrors,
  RateCredit,
  RecordDisbursement,
  RecordRepayment,
  RejectLoan,
  WithdrawLoanApplication,
} from "../index.ts";
import { K2, type LoanInput, VIL, World } from "../world.fixture.ts";

const input = (more: Partial<LoanInput> = {}): LoanInput => ({
  loan: "L001",
  household: "H1",
  amount: "50000.00",
  on: "2017-03-10",
  due: "2020-03-10",
  ...more,
});
const application = (more: object = {}) => ({
  loan: "L001",
  household: "H1",
  borrower: "H1-head",
  bank: "K1",
  amount: "30000.00",
  purpose: "种植",
  termMonths: 36,
  valueDate: "2017-03-10",
  ...more,
});
const approval = (more: object = {}) => ({
  loan: "L001",
  household: "H1",
  amount: "30000.00",
  annualRate: "4.75",
  due: "2020-03-10",
  valueDate: "2017-03-10",
  ...more,
});

describe("an application (3.1)", () => {
  it.each([
    ["a household that is not registered", { household: "H9" }, "LOAN_HOUSEHOLD_UNKNOWN"],
    ["a day before the household was registered", { valueDate: "2013-12-31" }, "NOT_ELIGIBLE"],
    ["a borrower who is no member", { borrower: "H2-head" }, "BORROWER_NOT_MEMBER"],
    ["a borrower under 18", { borrower: "H1-young" }, "BORROWER_AGE"],
    ["a borrower over 65", { borrower: "H1-old" }, "BORROWER_AGE"],
    ["a wedding", { purpose: "结婚" }, "PURPOSE_NOT_PRODUCTIVE"],
    ["more than 36 months", { termMonths: 37 }, "TERM_TOO_LONG"],
    ["more than the cap", { amount: "50000.01" }, "ABOVE_CAP"],
    ["nothing", { amount: "0.00" }, "NOTHING_PAID"],
    ["a first loan that does not exist", { topUpOf: "L000" }, "TOP_UP_BASE_MISSING"],
  ])("is refused for %s", (_, more, code) => {
    expect(new World().code(ApplyForLoan, application(more), VIL)).toBe(code);
  });

  it("takes a borrower on the 18th birthday and on the last day before the 66th", () => {
    const ages = (birthDate: string) => {
      const world = new World();
      world.log.resolvers.set("birthDate", () => birthDate);
      return () => world.accept(ApplyForLoan, application(), VIL);
    };
    expect(ages("1999-03-10")()).toMatchObject({ status: "applied" });
    expect(ages("1951-03-11")()).toMatchObject({ status: "applied" });
    expect(ages("1999-03-11")).toThrow("BORROWER_AGE");
    expect(ages("1951-03-10")).toThrow("BORROWER_AGE");
  });

  it("given a borrower whose birth date can't be read, then no age is assumed and nothing is recorded", () => {
    const world = new World();
    world.log.resolvers.set("birthDate", () => undefined);
    const before = world.log.all.length;
    expect(world.refuse(ApplyForLoan, application(), VIL)).toEqual({
      code: "BORROWER_BIRTH_DATE_UNKNOWN",
      details: {},
      path: "/borrower",
    });
    expect(world.log.all.length).toBe(before);
  });

  it("is refused twice: for another member, at another bank, while one is undecided (豫政办〔2017〕137号)", () => {
    const world = new World();
    world.accept(ApplyForLoan, application({ amount: "10000.00" }), VIL);
    const second = (more: object) => world.code(ApplyForLoan, application({ loan: "L002", amount: "10000.00", ...more }), VIL);
    expect(second({})).toBe("DOUBLE_APPLICATION");
    world.accept(ApproveLoan, approval({ amount: "10000.00" }));
    expect(second({ borrower: "H1-spouse" })).toBe("DOUBLE_APPLICATION");
    expect(second({ bank: "K2" })).toBe("DOUBLE_APPLICATION");
    expect(world.accept(ApplyForLoan, application({ loan: "L002", amount: "10000.00" }), VIL)).toMatchObject({ status: "applied" });
    expect(second({ loan: "L001" })).toBe("APPLICATION_DECIDED");
  });

  it("is possible at another bank once the first loan is repaid", () => {
    const world = new World().open(input());
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2018-01-10", principal: "50000.00" });
    world.accept(ApplyForLoan, application({ loan: "L002", bank: "K2", valueDate: "2018-02-01" }), VIL);
  });

  it("may be withdrawn until the loan is drawn, and rejected by its bank", () => {
    const world = new World();
    const withdraw = { loan: "L001", household: "H1", reason: "改变主意", valueDate: "2017-03-10" };
    expect(world.code(WithdrawLoanApplication, withdraw, VIL)).toBe("APPLICATION_MISSING");
    world.open(input());
    expect(world.code(WithdrawLoanApplication, withdraw, VIL)).toBe("APPLICATION_DECIDED");
    world.apply(input({ loan: "L002", household: "H2" }));
    expect(world.code(RejectLoan, { ...withdraw, loan: "L002", household: "H2" }, K2)).toBe("OTHER_BANKS_LOAN");
    world.accept(RejectLoan, { ...withdraw, loan: "L002", household: "H2" });
    expect(world.code(ApproveLoan, approval({ loan: "L002", household: "H2" }))).toBe("APPLICATION_DECIDED");
  });
});

describe("an approval (3.3)", () => {
  const applied = (more: Partial<LoanInput> = {}) => {
    const world = new World();
    world.apply(input(more));
    return world;
  };

  it.each([
    ["above the application", { amount: "50000.01" }, "ABOVE_APPLICATION"],
    ["a term above 36 months", { due: "2020-03-11" }, "TERM_TOO_LONG"],
    ["a rate above the benchmark of the tier", { annualRate: "4.76" }, "RATE_ABOVE_CEILING"],
    ["the rate of the longer tier for one year", { due: "2018-03-10", annualRate: "4.75" }, "RATE_ABOVE_CEILING"],
    ["a due date before the contract", { due: "2017-03-10" }, "LOAN_DATES_REVERSED"],
    ["an unknown loan", { loan: "L9" }, "APPLICATION_MISSING"],
    ["another household's loan", { household: "H2" }, "APPLICATION_MISSING"],
    ["a rate that is no number", { annualRate: "4.75%" }, "LOAN_RATE_INVALID"],
  ])("is refused for %s", (_, more, code) => {
    expect(applied().code(ApproveLoan, approval(more))).toBe(code);
  });

  it("given a ceiling by LPR from before its first quote, when approved there, then it is refused until the table answers", () => {
    const world = applied({ on: "2019-08-01" }).policy("microcredit.rateCeiling", "lpr", "2019-01-01");
    const before = world.log.all.length;
    const on = (valueDate: string) => approval({ valueDate, due: "2020-08-19", annualRate: "4.25" });
    expect(world.refuse(ApproveLoan, on("2019-08-19"))).toEqual({ code: "RATE_TABLE_MISSING", details: { on: "2019-08-19" } });
    expect([world.log.all.length, world.credit("H1").entries.get("L001")?.status]).toEqual([before, "applied"]);
    world.accept(ApproveLoan, on("2019-08-20"));
  });

  it("is refused to another bank", () => {
    expect(applied().code(ApproveLoan, approval(), K2)).toBe("OTHER_BANKS_LOAN");
  });

  it("judges the rate by the LPR of the tier from 2021 on", () => {
    const contract = { valueDate: "2022-01-25", contractDate: "2022-01-25" };
    const world = applied({ on: "2022-01-20" });
    expect(world.refuse(ApproveLoan, approval({ ...contract, due: "2023-01-25", annualRate: "3.71" })).details).toMatchObject({
      ceiling: "3.7",
      months: 12,
    });
    expect(world.refuse(ApproveLoan, approval({ ...contract, due: "2023-01-26", annualRate: "4.61" })).details).toMatchObject({
      ceiling: "4.6",
      months: 13,
    });
    world.accept(ApproveLoan, approval({ ...contract, due: "2023-01-26", annualRate: "4.60" }));
  });

  it("counts what is open and what is committed but not drawn, over every bank", () => {
    const world = new World().open(input({ amount: "30000.00", drawn: "10000.00" }));
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2018-02-01", principal: "4000.00" });
    const second = (amount: string) => application({ loan: "L002", amount, valueDate: "2018-02-10" });
    // 6,000 open + 20,000 not drawn yet
    expect(world.refuse(ApplyForLoan, second("24000.01"), VIL)).toMatchObject({ code: "ABOVE_CAP", details: { available: "24000.00" } });
    world.accept(ApplyForLoan, second("24000.00"), VIL);
    world.accept(RecordDisbursement, { loan: "L001", household: "H1", amount: "20000.00", serial: "D2", valueDate: "2018-02-11" });
    world.accept(ApproveLoan, approval({ loan: "L002", amount: "24000.00", valueDate: "2018-02-12" }));
  });

  it("judges the room again, because others may have borrowed since the application", () => {
    const world = new World().household("H1-2", "H1");
    world.apply(input({ amount: "30000.00" }));
    world.open(input({ loan: "L002", household: "H1-2", amount: "20000.01" }));
    expect(world.code(ApproveLoan, approval())).toBe("ABOVE_CAP");
    world.accept(ApproveLoan, approval({ amount: "29999.99" }));
  });

  it("counts a household that was split as one (T11)", () => {
    const world = new World().open(input()).household("H1-2", "H1");
    const body = application({ loan: "L105", household: "H1-2", borrower: "H1-2-head", amount: "0.01", valueDate: "2018-10-15" });
    expect(world.refuse(ApplyForLoan, body, VIL)).toMatchObject({ code: "ABOVE_CAP", details: { available: "0.00" } });
    expect(world.credit("H1").entries.size).toBe(1);
  });

  it("sees a loan that was recorded before, although its contract is later", () => {
    const world = new World().open(input({ amount: "30000.00", on: "2018-03-10", due: "2020-03-10" }));
    expect(
      world.refuse(ApplyForLoan, application({ loan: "L002", amount: "20000.01", valueDate: "2017-06-01" }), VIL).details,
    ).toMatchObject({ available: "20000.00" });
  });

  it("frees what was withdrawn or repaid", () => {
    const world = new World();
    world.apply(input());
    world.approve(input());
    world.accept(WithdrawLoanApplication, { loan: "L001", household: "H1", reason: "不用了", valueDate: "2017-03-11" }, VIL);
    world.open(input({ loan: "L002", on: "2017-03-12", due: "2020-03-12" }));
    world.accept(RecordRepayment, { loan: "L002", serial: "R1", valueDate: "2018-01-10", principal: "20000.00" });
    world.open(input({ loan: "L003", amount: "20000.00", on: "2018-01-10", due: "2020-01-10" }));
    expect(world.code(ApplyForLoan, application({ loan: "L004", amount: "0.01", valueDate: "2018-01-10" }), VIL)).toBe("ABOVE_CAP");
  });

  it("lets a single loan reach the cap with top-ups only where the district has set it (T18)", () => {
    const big = input({ amount: "80000.00", on: "2023-09-21", due: "2025-09-21", annualRate: "4.20" });
    expect(() => new World().apply(big)).toThrow("ABOVE_CAP");
    const world = new World().policy("microcredit.cap.withTopUp", "100000.00", "2021-03-04").open(big);
    const topUp = { loan: "L010", household: "H1", amount: "20000.01", topUpOf: "L001", on: "2023-09-21", due: "2025-09-21" };
    expect(() => world.apply(topUp)).toThrow("ABOVE_TOP_UP_CAP");
    world.apply({ ...topUp, amount: "20000.00" });
  });

  it("keeps to a credit rating of the bank while there is one (3.2)", () => {
    const world = applied();
    const rating = { household: "H1", bank: "K1", level: "A", limit: "20000.00", validTo: "2017-12-31", valueDate: "2017-03-01" };
    expect(world.code(RateCredit, { ...rating, validTo: "2017-02-28" })).toBe("LOAN_DATES_REVERSED");
    expect(world.code(RateCredit, rating, K2)).toBe("OTHER_BANKS_LOAN");
    world.accept(RateCredit, rating);
    expect(world.code(ApproveLoan, approval({ amount: "20000.01" }))).toBe("ABOVE_CREDIT_LIMIT");
    expect(world.code(ApproveLoan, approval({ amount: "20000.00", valueDate: "2018-01-01", due: "2020-03-10" }))).toBe(
      "CREDIT_RATING_EXPIRED",
    );
    world.accept(ApproveLoan, approval({ amount: "20000.00" }));
  });
});

describe("a drawing (3.4)", () => {
  const approved = () => {
    const world = new World();
    world.apply(input());
    world.approve(input());
    return world;
  };
  const drawing = (more: object = {}) => ({
    loan: "L001",
    household: "H1",
    amount: "30000.00",
    serial: "D1",
    valueDate: "2017-03-10",
    ...more,
  });

  it("opens the loan with the approved terms, the policy of the contract date and its dimensions", () => {
    const world = approved();
    world.accept(RecordDisbursement, drawing());
    expect(world.events("loan/L001")[0]?.payload).toEqual({
      loan: "L001",
      household: "H1",
      bank: "K1",
      village: "V1",
      amount: "30000.00",
      annualRate: "4.75",
      yearBase: 360,
      contractDate: "2017-03-10",
      due: "2020-03-10",
      method: "interest-only-then-bullet",
      creditGroup: "H1",
      borrower: "H1-head",
      serial: "D1",
      penaltySurcharge: "50",
    });
  });

  it("may be one of several, together at most what was approved", () => {
    const world = approved();
    world.accept(RecordDisbursement, drawing());
    expect(world.code(RecordDisbursement, drawing({ serial: "D2", amount: "20000.01" }))).toBe("ABOVE_APPROVED");
    world.accept(RecordDisbursement, drawing({ serial: "D2", amount: "20000.00", valueDate: "2017-05-01" }));
    expect(world.principal("L001")).toBe("50000.00");
  });

  it.each([
    ["another rate", { annualRate: "4.35" }, "TERMS_DIFFER"],
    ["another due date", { due: "2020-03-09" }, "TERMS_DIFFER"],
    ["a day before the contract", { valueDate: "2017-03-09" }, "DRAWING_OUTSIDE_TERM"],
    ["the due date", { valueDate: "2020-03-10" }, "DRAWING_OUTSIDE_TERM"],
    ["another household", { household: "H2" }, "LOAN_NOT_APPROVED"],
    ["a loan that was not approved", { loan: "L002" }, "LOAN_NOT_APPROVED"],
    ["nothing", { amount: "0.00" }, "NOTHING_PAID"],
  ])("is refused for %s", (_, more, code) => {
    expect(approved().code(RecordDisbursement, drawing(more))).toBe(code);
  });

  it("takes the same rate written differently, and a year base that the contract states", () => {
    const world = approved();
    world.accept(RecordDisbursement, drawing({ annualRate: "4.750", yearBase: 365 }));
    expect(world.loan("L001").terms?.yearBase).toBe(365);
    expect(world.code(RecordDisbursement, drawing({ serial: "D2", yearBase: 360 }))).toBe("TERMS_DIFFER");
  });

  it("is refused to another bank, and recognised by its serial", () => {
    const world = approved();
    expect(world.code(RecordDisbursement, drawing(), K2)).toBe("OTHER_BANKS_LOAN");
    world.accept(RecordDisbursement, drawing());
    expect(world.code(RecordDisbursement, drawing())).toBe("SAME_REQUEST_AGAIN");
    expect(world.code(RecordDisbursement, drawing({ amount: "1.00" }))).toBe("SERIAL_CONFLICT");
  });
});

it("has texts with a remedy in Chinese and English for every refusal", () => {
  for (const code of Object.keys(loanErrors)) {
    const { zh, en, remedyZh, remedyEn } = errorEntry(code) as ErrorEntry;
    for (const text of [zh, remedyZh]) expect(text).toMatch(/[\u4e00-\u9fff].*。$/);
    for (const text of [en, remedyEn]) expect(text).toMatch(/^[^\u3002]*\.$/);
  }
});
