import { formatAmount } from "@huimin/money";
import { beforeEach, describe, expect, it } from "vitest";
import { staleInterest } from "../events.ts";
import {
  ExtendLoan,
  MarkOverdue,
  PrepayEnterpriseLoan,
  RecordEnterpriseDisbursement,
  RecordEnterpriseRepayment,
  RecordInterestPayment,
  RecordRepayment,
  RenewLoan,
  ResetLoanRate,
  ReverseEnterpriseRepayment,
  SettleInterest,
} from "../index.ts";
import { K2, SYS, T2_LOAN, World } from "../world.fixture.ts";

const drawing = {
  loan: "L6",
  enterprise: "E6",
  valueDate: "2018-03-21",
  serial: "D1",
  amount: "3000000.00",
  annualRate: "4.785",
  due: "2021-03-21",
};
const floating = {
  ...drawing,
  loan: "L7",
  amount: "1000000.00",
  annualRate: "4.35",
  floating: true,
  valueDate: "2020-06-21",
  due: "2022-06-21",
};
const reset = (valueDate: string, quoteDate: string, quotedRate: string, spreadBp: number) => ({
  loan: "L7",
  valueDate,
  quoteDate,
  quotedRate,
  spreadBp,
});

let world: World;

beforeEach(() => {
  world = new World();
  const registered = { enterprise: "E6", name: "测试", creditCode: "91410899MA9DEM01XL", roles: ["carrier"] };
  world.log.record("enterprise/E6", [{ type: "EnterpriseRegistered", valueDate: "2014-01-01", payload: registered }]);
  const agreement = { agreement: "A6", enterprise: "E6", bank: "K1", loanCap: "5000000.00", form: "job" };
  world.log.record("linkage/E6", [{ type: "FourPartyAgreementSigned", valueDate: "2018-01-01", payload: agreement }]);
});

describe("2.3 RecordEnterpriseDisbursement 企业放款", () => {
  it("opens the loan under its agreement; later drawings repeat the terms", () => {
    expect(world.accept(RecordEnterpriseDisbursement, drawing)).toMatchObject({ agreement: "A6", yearBase: 360, floating: false });
    expect(world.events("linkage/E6").map((event) => event.type)).toEqual(["FourPartyAgreementSigned", "LoanOpenedUnderAgreement"]);
    const second = { ...drawing, serial: "D2", amount: "500000.00", valueDate: "2018-06-01" };
    expect(world.code(RecordEnterpriseDisbursement, { ...second, annualRate: "4.75" })).toBe("TERMS_DIFFER");
    expect(world.code(RecordEnterpriseDisbursement, { ...second, due: "2021-03-22" })).toBe("TERMS_DIFFER");
    world.accept(RecordEnterpriseDisbursement, second);
    expect(world.principal("L6")).toBe("3500000.00");
    expect(world.events("linkage/E6")).toHaveLength(2);
    expect(world.code(RecordEnterpriseDisbursement, second)).toBe("SAME_REQUEST_AGAIN");
    expect(world.code(RecordEnterpriseDisbursement, { ...second, amount: "1.00" })).toBe("SERIAL_CONFLICT");
    expect(world.code(RecordEnterpriseDisbursement, { ...second, serial: "D3", valueDate: "2021-03-21" })).toBe("DRAWING_OUTSIDE_TERM");
  });

  it("waits while a village or township of its households is blocked (E11); drawings of an open loan go on", () => {
    const link = { enterprise: "E6", household: "H1", form: "job" };
    const trip = { scope: "village", code: "V1", overduePrincipal: "10.00", openPrincipal: "100.00", limit: "7" };
    world.log.record("linkage/E6", [{ type: "HouseholdLinked", valueDate: "2018-02-01", payload: link }]);
    world.accept(RecordEnterpriseDisbursement, drawing);
    world.log.record("breaker/village-V1", [{ type: "CircuitBreakerTripped", valueDate: "2018-04-01", payload: trip }]);
    const next = { ...drawing, loan: "L8", serial: "D8", amount: "500000.00", valueDate: "2018-04-02" };
    expect(world.code(RecordEnterpriseDisbursement, next)).toBe("CIRCUIT_BREAKER");
    world.accept(RecordEnterpriseDisbursement, { ...drawing, serial: "D2", amount: "500000.00", valueDate: "2018-04-02" });
    world.accept(RecordEnterpriseDisbursement, { ...next, valueDate: "2018-03-31" });
  });

  it("is bounded by the cap of the agreement over all its loans", () => {
    world.accept(RecordEnterpriseDisbursement, drawing);
    const other = { ...drawing, loan: "L8", serial: "D8" };
    expect(world.code(RecordEnterpriseDisbursement, { ...other, amount: "2000000.01" })).toBe("ABOVE_AGREEMENT_CAP");
    world.accept(RecordEnterpriseRepayment, { loan: "L6", valueDate: "2018-05-01", serial: "P1", principal: "1000000.00" });
    world.accept(RecordEnterpriseDisbursement, { ...other, amount: "3000000.00", valueDate: "2018-05-02" });
  });

  it("refuses a rate above 110 % of the tier's benchmark, for floating loans of its LPR where that is higher", () => {
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, annualRate: "5.226" })).toBe("ENTERPRISE_RATE_ABOVE_CEILING");
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, annualRate: "4.786", due: "2019-03-21" })).toBe(
      "ENTERPRISE_RATE_ABOVE_CEILING",
    );
    world.accept(RecordEnterpriseDisbursement, { ...drawing, annualRate: "5.225" });
    world.accept(RecordEnterpriseDisbursement, floating);
    world.policy("model2.rateCeiling", "100", "2021-01-01");
    const later = { ...floating, loan: "L9", serial: "D9", valueDate: "2021-06-21", annualRate: "4.80", due: "2022-12-21" };
    expect(world.code(RecordEnterpriseDisbursement, later)).toBe("ENTERPRISE_RATE_ABOVE_CEILING");
  });

  it("refuses a contract from before the table of rates begins: its ceiling can't be known", () => {
    const old = { ...drawing, contractDate: "2012-07-05", due: "2022-07-05" };
    const before = world.log.all.length;
    expect(world.refuse(RecordEnterpriseDisbursement, old)).toEqual({ code: "RATE_TABLE_MISSING", details: { on: "2012-07-05" } });
    expect(world.log.all.length).toBe(before);
    // From its first day on the table answers; the next check is the agreement.
    expect(world.code(RecordEnterpriseDisbursement, { ...old, contractDate: "2012-07-06" })).toBe("NO_FOUR_PARTY_AGREEMENT");
  });

  it("refuses without an agreement, an active enterprise, a bank; a loan of somebody else", () => {
    expect(world.code(RecordEnterpriseDisbursement, drawing, K2)).toBe("NO_FOUR_PARTY_AGREEMENT");
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, valueDate: "2017-12-31" })).toBe("NO_FOUR_PARTY_AGREEMENT");
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, enterprise: "E9" })).toBe("BORROWER_NOT_ACTIVE");
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, due: "2018-03-21" })).toBe("DRAWING_OUTSIDE_TERM");
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, amount: "0.00" })).toBe("NOTHING_PAID");
    expect(world.code(RecordEnterpriseDisbursement, drawing, { actor: "u-1", role: "BANK" })).toBe("NOT_A_BANK");
    world.open(T2_LOAN).accept(RecordEnterpriseDisbursement, drawing);
    expect(world.code(RecordEnterpriseDisbursement, { ...drawing, loan: "L001" })).toBe("LOAN_OF_OTHER_BORROWER");
    expect(world.code(RecordEnterpriseDisbursement, drawing, K2)).toBe("OTHER_BANKS_LOAN");
  });
});

describe("2.9 repayments 还本", () => {
  beforeEach(() => {
    world.accept(RecordEnterpriseDisbursement, drawing);
  });

  it("leaves the interest of a prepayment in the quarter, and takes a message back by its serial", () => {
    const prepayment = { loan: "L6", valueDate: "2018-05-01", serial: "P1", principal: "1000000.00" };
    expect(world.accept(PrepayEnterpriseLoan, prepayment)).toMatchObject({ openPrincipal: "2000000.00" });
    // 41 days of 3,000,000.00 and 51 of 2,000,000.00 at 4.785 % / 360
    const period = { loan: "L6", valueDate: "2018-06-21", from: "2018-03-21", toExcl: "2018-06-21" };
    expect(world.accept(SettleInterest, period)).toMatchObject({ days: 92, amount: "29906.25" });
    const reversal = { loan: "L6", valueDate: "2018-05-01", serial: "P1", reversalSerial: "R1" };
    expect(world.code(ReverseEnterpriseRepayment, { ...reversal, principal: "-1.00" })).toBe("REVERSAL_DIFFERS");
    expect(world.accept(ReverseEnterpriseRepayment, reversal)).toMatchObject({ principal: "-1000000.00" });
    expect(world.code(ReverseEnterpriseRepayment, { ...reversal, reversalSerial: "R2" })).toBe("ALREADY_REVERSED");
    expect(world.code(ReverseEnterpriseRepayment, { ...reversal, serial: "P9" })).toBe("UNKNOWN_SERIAL");
    expect(world.principal("L6")).toBe("3000000.00");
    expect(staleInterest(world.loan("L6")).map(({ right }) => formatAmount(right))).toEqual(["36685.00"]);
  });

  it("pays penalty, interest and principal in this order, at most what is open", () => {
    world.accept(SettleInterest, { loan: "L6", valueDate: "2018-06-21", from: "2018-03-21", toExcl: "2018-06-21" });
    const whole = { loan: "L6", valueDate: "2018-06-22", serial: "P1", amount: "100000.00" };
    expect(world.accept(RecordEnterpriseRepayment, whole)).toMatchObject({ interest: "36685.00", principal: "63315.00" });
    const again = { ...whole, serial: "P2" };
    expect(world.code(RecordEnterpriseRepayment, again)).toBe("ENTERPRISE_PAYMENT_LOOKS_DUPLICATE");
    world.accept(RecordEnterpriseRepayment, { ...again, distinct: true });
    const rest = { loan: "L6", valueDate: "2018-07-01", serial: "P3" };
    expect(world.code(RecordEnterpriseRepayment, { ...rest, principal: "2836685.01" })).toBe("ABOVE_OPEN_PRINCIPAL");
    expect(world.code(RecordEnterpriseRepayment, { ...rest, interest: "0.01" })).toBe("ABOVE_OPEN_INTEREST");
    expect(world.code(PrepayEnterpriseLoan, { ...rest, valueDate: "2021-03-22", principal: "1.00" })).toBe("PREPAID_AFTER_DUE");
    expect(world.code(RecordEnterpriseRepayment, { ...rest, principal: "1.00" }, K2)).toBe("OTHER_BANKS_LOAN");
  });

  it("keeps loans of households and of enterprises apart", () => {
    world.open(T2_LOAN);
    const payment = { valueDate: "2018-06-22", serial: "P1", principal: "1.00" };
    expect(world.code(RecordEnterpriseRepayment, { ...payment, loan: "L001" })).toBe("HOUSEHOLD_LOAN");
    expect(world.code(PrepayEnterpriseLoan, { ...payment, loan: "L001" })).toBe("HOUSEHOLD_LOAN");
    expect(world.code(RecordRepayment, { ...payment, loan: "L6" })).toBe("ENTERPRISE_LOAN");
  });

  it("is overdue with the enterprise as obligor, and the enterprise bears its interest", () => {
    const settled = world.accept(SettleInterest, { loan: "L6", valueDate: "2018-06-21", from: "2018-03-21", toExcl: "2018-06-21" });
    world.accept(RecordInterestPayment, { loan: "L6", valueDate: "2018-06-22", amount: settled.amount });
    expect(world.events("loan/L6").map(({ payload }) => payload.bearer ?? payload.payer)).toEqual([undefined, "enterprise", "enterprise"]);
    expect(world.accept(MarkOverdue, { loan: "L6", valueDate: "2021-03-21" }, SYS)).toMatchObject({ obligor: "E6", due: "2021-03-21" });
  });
});

describe("2.10 ResetLoanRate 利率重定价", () => {
  it("counts from its value date with one rounding of the settlement (T14), however late it is recorded", () => {
    world.accept(RecordEnterpriseDisbursement, floating);
    expect(world.accept(ResetLoanRate, reset("2020-07-01", "2020-06-22", "3.85", 20))).toMatchObject({ newRate: "4.05" });
    const quarter = { loan: "L7", valueDate: "2020-09-21", from: "2020-06-21", toExcl: "2020-09-21" };
    expect(world.accept(SettleInterest, quarter)).toMatchObject({ amount: "10433.33" });
    world.accept(ResetLoanRate, reset("2020-08-01", "2020-07-20", "3.85", -5));
    // 10 d × 4.35 % + 31 d × 4.05 % + 51 d × 3.80 % of 1,000,000.00 / 360
    expect(staleInterest(world.loan("L7")).map(({ right }) => formatAmount(right))).toEqual(["10079.17"]);
  });

  it("is refused where the rate is fixed, the quote is missing or of a later day, or no rate is left", () => {
    world.open(T2_LOAN).accept(RecordEnterpriseDisbursement, drawing);
    world.accept(RecordEnterpriseDisbursement, floating);
    expect(world.code(ResetLoanRate, { ...reset("2018-07-01", "2018-06-20", "4.35", 0), loan: "L001" })).toBe("RATE_FIXED");
    expect(world.code(ResetLoanRate, { ...reset("2018-07-01", "2018-06-20", "4.35", 0), loan: "L6" })).toBe("RATE_FIXED");
    expect(world.code(ResetLoanRate, { loan: "L7", valueDate: "2020-07-01" })).toBe("RATE_RESET_INVALID");
    expect(world.code(ResetLoanRate, reset("2020-07-01", "2020-07-02", "3.85", 20))).toBe("RATE_RESET_INVALID");
    expect(world.code(ResetLoanRate, reset("2020-07-01", "2020-06-22", "3.85", -385))).toBe("RATE_RESET_INVALID");
    expect(world.code(ResetLoanRate, reset("2020-06-20", "2020-06-15", "3.85", 0))).toBe("BEFORE_DISBURSEMENT");
  });
});

describe("2.11 extension 展期 and renewal 续贷", () => {
  const short = { ...drawing, amount: "600000.00", annualRate: "4.785", due: "2018-09-21" };

  it("may be extended again within the original term in sum; over the tier the rate is the new tier's, or up to the ceiling as the bank states it", () => {
    world.accept(RecordEnterpriseDisbursement, { ...short, due: "2018-12-21" });
    expect(world.accept(ExtendLoan, { loan: "L6", valueDate: "2018-12-01", newDue: "2019-03-21" })).toMatchObject({ newRate: "4.785" });
    // at most 4.75 × 110 %
    const second = { loan: "L6", valueDate: "2019-03-01", newDue: "2019-09-21" };
    expect(world.code(ExtendLoan, { ...second, newDue: "2019-09-22" })).toBe("EXTENSION_TOO_LONG");
    expect(world.code(ExtendLoan, { ...second, newRate: "5.23" })).toBe("ENTERPRISE_RATE_ABOVE_CEILING");
    expect(world.accept(ExtendLoan, { ...second, newRate: "5.225" })).toMatchObject({ totalMonths: 18, newRate: "5.225" });
    expect(world.loan("L6").timeline.rates.map(({ from, annualRate }) => [from, annualRate])).toEqual([
      ["2018-03-21", "4.785"],
      ["2018-12-21", "4.785"],
      ["2019-03-21", "5.225"],
    ]);
    expect(world.code(ExtendLoan, { ...second, valueDate: "2019-09-21", newDue: "2019-09-30" })).toBe("EXTENDED_AFTER_DUE");
  });

  it("takes the tier's own rate where the bank states none", () => {
    world.accept(RecordEnterpriseDisbursement, short);
    const extension = { loan: "L6", valueDate: "2018-09-01", newDue: "2019-03-21" };
    expect(world.accept(ExtendLoan, extension)).toMatchObject({ totalMonths: 12, newRate: "4.785" });
    world.accept(RecordEnterpriseDisbursement, { ...drawing, loan: "L8", serial: "D8", annualRate: "4.785", due: "2018-12-21" });
    const over = { loan: "L8", valueDate: "2018-12-01", newDue: "2019-09-20" };
    expect(world.accept(ExtendLoan, over)).toMatchObject({ totalMonths: 18, rateFrom: "2018-12-21", newRate: "4.75" });
  });

  it("leaves a floating loan to its resets", () => {
    world.accept(RecordEnterpriseDisbursement, floating);
    world.accept(ResetLoanRate, reset("2021-07-01", "2021-06-21", "4.65", 0));
    const extension = { loan: "L7", valueDate: "2022-06-01", newDue: "2022-12-21" };
    expect(world.code(ExtendLoan, { ...extension, newRate: "4.60" })).toBe("ENTERPRISE_RATE_ABOVE_CEILING");
    expect(world.accept(ExtendLoan, extension)).toMatchObject({ newRate: "4.65" });
    expect(world.loan("L7").timeline).toMatchObject({ due: "2022-12-21", rates: [{ annualRate: "4.35" }, { annualRate: "4.65" }] });
  });

  it("moves the whole open principal to a new number under an agreement", () => {
    world.accept(RecordEnterpriseDisbursement, short);
    const renewal = {
      ...{ loan: "L6", newLoan: "L61", valueDate: "2018-09-21", serial: "N1" },
      ...{ amount: "600000.00", due: "2019-09-21", annualRate: "4.35" },
    };
    expect(world.code(RenewLoan, { ...renewal, amount: "599999.99" })).toBe("RENEWAL_AMOUNT_DIFFERS");
    expect(world.code(RenewLoan, { ...renewal, newLoan: "L6" })).toBe("LOAN_NUMBER_TAKEN");
    expect(world.code(RenewLoan, { ...renewal, annualRate: "4.79" })).toBe("ENTERPRISE_RATE_ABOVE_CEILING");
    expect(world.code(RenewLoan, { ...renewal, valueDate: "2018-09-22" })).toBe("LOAN_OVERDUE");
    world.accept(RenewLoan, renewal);
    expect([world.principal("L6"), world.principal("L61")]).toEqual(["0.00", "600000.00"]);
    expect(world.loan("L61").terms).toMatchObject({ renewalOf: "L6", due: "2019-09-21", floating: false });
  });
});
