import { describe, expect, it } from "vitest";
import {
  ApproveLoan,
  CorrectInterest,
  DismissDuplicate,
  PrepayLoan,
  RecordDisbursement,
  RecordInterestPayment,
  RecordRepayment,
  ReleaseDuplicate,
  ReverseDisbursement,
  ReverseRepayment,
  SettleInterest,
  SettleLoan,
} from "../index.ts";
import { FIN_R, K2, T2_LOAN, World } from "../world.fixture.ts";

const repay = (serial: string, valueDate: string, principal: string, more: object = {}) => ({
  loan: "L001",
  serial,
  valueDate,
  principal,
  ...more,
});

describe("a loan prepaid in mid-quarter (T2)", () => {
  const world = new World().open(T2_LOAN);
  const settle = (from: string, toExcl: string) => world.accept(SettleInterest, { loan: "L001", from, toExcl, valueDate: toExcl });

  it("settles the interest of every part once", () => {
    expect(settle("2017-03-10", "2017-03-21")).toMatchObject({ days: 11, amount: "72.57" });
    world.accept(RecordInterestPayment, { loan: "L001", amount: "72.57", valueDate: "2017-03-21" });
    const first = {
      loan: "L001",
      serial: "P1",
      principal: "20000.00",
      interestFrom: "2017-03-21",
      interestToExcl: "2017-05-08",
      valueDate: "2017-05-08",
    };
    expect(world.accept(PrepayLoan, first)).toMatchObject({ days: 48, interest: "126.67", openPrincipal: "30000.00" });
    expect(
      world.code(PrepayLoan, { ...first, serial: "P2", principal: "30000.01", valueDate: "2017-05-09", interestToExcl: "2017-05-09" }),
    ).toBe("ABOVE_OPEN_PRINCIPAL");
    expect(settle("2017-03-21", "2017-06-21")).toMatchObject({ days: 92, amount: "364.17" });
    world.accept(RecordInterestPayment, { loan: "L001", amount: "364.17", valueDate: "2017-06-21" });
    const second = { loan: "L001", serial: "P2", principal: "30000.00", valueDate: "2017-08-15" };
    expect(world.accept(PrepayLoan, second)).toMatchObject({
      interestFrom: "2017-06-21",
      days: 55,
      interest: "217.71",
      openPrincipal: "0.00",
    });
  });

  it("is settled (3.16) when principal and interest are zero and no day is left", () => {
    expect(world.principal("L001")).toBe("0.00");
    expect(world.interestOpen("L001")).toBe("0.00");
    expect(world.accept(SettleLoan, { loan: "L001", valueDate: "2017-08-15", certificate: "C1" })).toMatchObject({ event: "LoanSettled" });
    expect(world.code(RecordRepayment, repay("R9", "2017-08-16", "1.00"))).toBe("LOAN_CLOSED");
  });
});

describe("a repayment posted twice by the bank (T3)", () => {
  const world = new World().open({ loan: "L001", household: "H1", amount: "50000.00", on: "2018-03-15", due: "2020-03-15" });
  const first = repay("JZ180510000123", "2018-05-10", "10000.00");

  it("answers a repeat and a conflict by the serial", () => {
    expect(world.accept(RecordRepayment, first)).toMatchObject({ status: "booked", principal: "10000.00" });
    expect(world.code(RecordRepayment, first)).toBe("SAME_REQUEST_AGAIN");
    expect(world.code(RecordRepayment, { ...first, principal: "10001.00" })).toBe("SERIAL_CONFLICT");
    expect(world.code(RecordRepayment, { ...first, valueDate: "2018-05-11" })).toBe("SERIAL_CONFLICT");
  });

  it("holds the same amount and value date under another serial, until it is released", () => {
    const second = repay("B180511-77", "2018-05-10", "10000.00");
    expect(world.accept(RecordRepayment, second)).toMatchObject({ status: "held", sameAs: "JZ180510000123" });
    expect(world.principal("L001")).toBe("40000.00");
    expect(world.code(ReverseRepayment, { ...second, principal: "-10000.00", reversalSerial: "X0" })).toBe("UNKNOWN_SERIAL");
    expect(world.accept(ReleaseDuplicate, { loan: "L001", serial: "B180511-77" }, FIN_R)).toMatchObject({ status: "released" });
    expect(world.principal("L001")).toBe("30000.00");
    expect(world.code(ReleaseDuplicate, { loan: "L001", serial: "B180511-77" }, FIN_R)).toBe("DUPLICATE_NOT_HELD");
  });

  it("reverses by serial with the value date of the original, once", () => {
    const reversal = { loan: "L001", serial: "B180511-77", valueDate: "2018-05-10", principal: "-10000.00", reversalSerial: "X1" };
    const later = { recordedAt: "2018-05-28T08:07:00+08:00" };
    expect(world.code(ReverseRepayment, { ...reversal, serial: "B180511-78" }, { ...later, actor: "bank:K1", role: "BANK" })).toBe(
      "UNKNOWN_SERIAL",
    );
    expect(world.code(ReverseRepayment, { ...reversal, valueDate: "2018-05-28" })).toBe("REVERSAL_DIFFERS");
    expect(world.code(ReverseRepayment, { ...reversal, principal: "-9999.99" })).toBe("REVERSAL_DIFFERS");
    world.accept(ReverseRepayment, reversal, { ...later, actor: "bank:K1", role: "BANK" });
    const event = world.events("loan/L001").at(-1);
    expect(event).toMatchObject({
      type: "RepaymentReversed",
      valueDate: "2018-05-10",
      payload: { principal: "-10000.00", interest: "0.00", penalty: "0.00" },
    });
    expect(event?.corrects).toBe(world.events("loan/L001").find((one) => one.type === "RepaymentDuplicateReleased")?.eventId);
    expect(world.code(ReverseRepayment, { ...reversal, reversalSerial: "X2" })).toBe("ALREADY_REVERSED");
    expect(world.accept(SettleInterest, { loan: "L001", from: "2018-03-21", toExcl: "2018-06-21", valueDate: "2018-06-21" })).toMatchObject(
      { amount: "551.53" },
    );
  });

  it("dismisses a held message without booking it", () => {
    world.accept(RecordRepayment, repay("B3", "2018-05-10", "10000.00"));
    world.accept(DismissDuplicate, { loan: "L001", serial: "B3" }, FIN_R);
    expect(world.principal("L001")).toBe("40000.00");
    expect(world.code(DismissDuplicate, { loan: "L001", serial: "B3" }, FIN_R)).toBe("DUPLICATE_NOT_HELD");
    expect(world.code(ReverseRepayment, { loan: "L001", serial: "B3", valueDate: "2018-05-10", reversalSerial: "X3" })).toBe(
      "UNKNOWN_SERIAL",
    );
  });
});

describe("what a repayment pays", () => {
  const opened = () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, { loan: "L001", from: "2017-03-10", toExcl: "2017-03-21", valueDate: "2017-03-21" });
    return world;
  };

  it("takes a whole amount in the order penalty, interest, principal", () => {
    const world = opened();
    const answer = world.accept(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2017-04-01", amount: "1000.00" });
    expect(answer).toMatchObject({ penalty: "0.00", interest: "72.57", principal: "927.43" });
    expect(world.interestOpen("L001")).toBe("0.00");
    expect(world.code(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2017-04-01", amount: "1000.00" })).toBe(
      "SAME_REQUEST_AGAIN",
    );
  });

  it("pays penalty first once the loan is overdue", () => {
    const world = opened();
    world.accept(SettleInterest, { loan: "L001", from: "2020-03-10", toExcl: "2020-03-21", kind: "penalty", valueDate: "2020-03-21" });
    const answer = world.accept(
      RecordRepayment,
      { loan: "L001", serial: "R1", valueDate: "2020-03-25", amount: "50100.00" },
      { actor: "bank:K1", role: "BANK" },
    );
    // 50,000 × 4.75 % × 1.5 × 11 / 360 = 108.854166…
    expect(answer).toMatchObject({ penalty: "108.85", interest: "72.57", principal: "49918.58" });
  });

  it.each([
    ["above the open principal (R22)", { principal: "50000.01" }, "ABOVE_OPEN_PRINCIPAL"],
    ["above the open interest", { interest: "72.58" }, "ABOVE_OPEN_INTEREST"],
    ["penalty that nobody settled", { penalty: "0.01" }, "ABOVE_OPEN_INTEREST"],
    ["nothing", { principal: "0.00" }, "NOTHING_PAID"],
    ["both a whole and parts", { amount: "1.00", principal: "1.00" }, "REPAYMENT_SPLIT_INVALID"],
    ["neither a whole nor parts", {}, "REPAYMENT_SPLIT_INVALID"],
    ["three decimals", { principal: "1.000" }, "LOAN_AMOUNT_INVALID"],
    ["1e3", { principal: "1e3" }, "LOAN_AMOUNT_INVALID"],
    ["a negative amount", { principal: "-1.00" }, "LOAN_AMOUNT_INVALID"],
    ["a day before the disbursement", { principal: "1.00", valueDate: "2017-03-09" }, "BEFORE_DISBURSEMENT"],
    ["a day that does not exist", { principal: "1.00", valueDate: "2017-02-29" }, "LOAN_DATE_INVALID"],
    ["an unknown loan", { principal: "1.00", loan: "L999" }, "LOAN_NOT_DISBURSED"],
  ])("refuses %s", (_, fields, code) => {
    expect(opened().code(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2017-04-01", ...fields })).toBe(code);
  });

  it("refuses another bank's loan, a person in the role of a bank, and tomorrow", () => {
    const world = opened();
    const message = repay("R1", "2017-04-01", "1.00");
    expect(world.code(RecordRepayment, message, K2)).toBe("OTHER_BANKS_LOAN");
    expect(world.code(RecordRepayment, message, { actor: "u7", role: "BANK" })).toBe("NOT_A_BANK");
    expect(world.code(RecordRepayment, message, { actor: "bank:K1", role: "BANK", recordedAt: "2017-03-31T23:59:59+08:00" })).toBe(
      "LOAN_DATE_IN_FUTURE",
    );
  });
});

describe("back-dated messages", () => {
  it("may not make a later balance negative", () => {
    const world = new World().open(T2_LOAN);
    world.accept(RecordRepayment, repay("R1", "2017-09-01", "45000.00"));
    expect(world.refuse(RecordRepayment, repay("R2", "2017-04-01", "5000.01"))).toMatchObject({
      code: "ABOVE_OPEN_PRINCIPAL",
      details: { open: "5000.00" },
    });
    world.accept(RecordRepayment, repay("R2", "2017-04-01", "5000.00"));
    expect(world.principal("L001")).toBe("0.00");
  });

  it("correct the interest that was settled before, and a loan is not settled without it", () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, { loan: "L001", from: "2017-03-10", toExcl: "2017-03-21", valueDate: "2017-03-21" });
    world.accept(RecordInterestPayment, { loan: "L001", amount: "72.57", valueDate: "2017-03-21" });
    world.accept(RecordRepayment, repay("R1", "2017-03-15", "50000.00"), {
      actor: "bank:K1",
      role: "BANK",
      recordedAt: "2017-05-01T09:00:00+08:00",
    });
    expect(world.refuse(SettleLoan, { loan: "L001", valueDate: "2017-05-02" })).toMatchObject({
      code: "INTEREST_OUT_OF_DATE",
      details: { right: "32.99" },
    });
    const corrected = world.accept(CorrectInterest, { loan: "L001", from: "2017-03-10", toExcl: "2017-03-21", valueDate: "2017-05-02" });
    expect(corrected).toMatchObject({ amount: "32.99", difference: "-39.58" });
    expect(world.code(CorrectInterest, { loan: "L001", from: "2017-03-10", toExcl: "2017-03-21", valueDate: "2017-05-02" })).toBe(
      "NO_INTEREST_DIFFERENCE",
    );
    expect(world.code(CorrectInterest, { loan: "L001", from: "2017-03-11", toExcl: "2017-03-21", valueDate: "2017-05-02" })).toBe(
      "INTEREST_NOT_SETTLED",
    );
    expect(world.interestOpen("L001")).toBe("-39.58");
    expect(world.code(SettleLoan, { loan: "L001", valueDate: "2017-05-02" })).toBe("LOAN_NOT_PAID_OFF");
  });
});

describe("prepayments", () => {
  const world = () => new World().open({ ...T2_LOAN, drawn: "30000.00" });
  const prepay = (more: object) => ({ loan: "L001", serial: "P1", principal: "10000.00", valueDate: "2017-05-08", ...more });

  it.each([
    ["an interest period that does not end with the payment", { interestToExcl: "2017-05-09" }, "PREPAID_PERIOD_INVALID"],
    ["interest from before the disbursement", { interestFrom: "2017-03-01" }, "PREPAID_PERIOD_INVALID"],
    ["an interest that is not ours", { interest: "63.34" }, "INTEREST_DIFFERS"],
    ["a day after the due date", { valueDate: "2020-03-11" }, "PREPAID_AFTER_DUE"],
    ["more than is open", { principal: "30000.01" }, "ABOVE_OPEN_PRINCIPAL"],
    ["nothing", { principal: "0.00" }, "NOTHING_PAID"],
  ])("refuse %s", (_, more, code) => {
    expect(world().code(PrepayLoan, prepay(more))).toBe(code);
  });

  it("refuse interest for days before the money was drawn", () => {
    const later = world();
    later.accept(RecordDisbursement, { loan: "L001", household: "H1", amount: "20000.00", serial: "D2", valueDate: "2017-05-01" });
    expect(later.code(PrepayLoan, prepay({ principal: "50000.00" }))).toBe("PREPAID_PART_NOT_OPEN");
  });

  it("are reversed with their interest, which was settled and paid with them", () => {
    const prepaid = world();
    prepaid.accept(PrepayLoan, prepay({ interest: "63.33" }));
    expect(prepaid.code(PrepayLoan, prepay({ serial: "P2" }))).toBe("PREPAYMENT_LOOKS_DUPLICATE");
    prepaid.accept(PrepayLoan, prepay({ serial: "P2", distinct: true }));
    prepaid.accept(ReverseRepayment, { loan: "L001", serial: "P1", valueDate: "2017-05-08", reversalSerial: "X1" });
    expect(prepaid.events("loan/L001").at(-1)?.payload).toMatchObject({ principal: "-10000.00", interest: "-63.33", prepaid: true });
    expect(prepaid.principal("L001")).toBe("20000.00");
  });
});

describe("a topped-up loan (R13)", () => {
  const terms = { on: "2023-09-21", due: "2025-09-21", annualRate: "4.20" };
  const family = (drawTopUp = true) => {
    const world = new World().policy("microcredit.cap.withTopUp", "100000.00", "2021-03-04");
    world.open({ loan: "L001", household: "H1", amount: "50000.00", ...terms });
    world.apply({ loan: "L002", household: "H1", amount: "30000.00", topUpOf: "L001", ...terms });
    world.approve({ loan: "L002", household: "H1", amount: "30000.00", ...terms });
    if (drawTopUp) world.accept(RecordDisbursement, draw2);
    return world;
  };
  const draw2 = { loan: "L002", household: "H1", amount: "30000.00", serial: "D-L002", valueDate: "2023-10-01" };
  const late = { actor: "bank:K1", role: "BANK", recordedAt: "2024-12-31T09:00:00+08:00" } as const;

  it("is a loan number of its own, without subsidy, linked to the first loan", () => {
    const world = family();
    expect(world.types("L002")).toEqual(["LoanToppedUp"]);
    expect(world.types("L001")).toEqual(["LoanDisbursed", "TopUpLinked"]);
    expect(world.loan("L002").timeline.subsidised).toBe(false);
  });

  it("lowers the top-ups first, the rest the named loan; a reversal takes all parts back", () => {
    const world = family();
    world.accept(RecordRepayment, repay("R1", "2024-01-10", "40000.00"));
    expect([world.principal("L001"), world.principal("L002")]).toEqual(["40000.00", "0.00"]);
    expect(world.refuse(RecordRepayment, repay("R2", "2024-01-11", "40000.01")).code).toBe("ABOVE_OPEN_PRINCIPAL");
    world.accept(
      ReverseRepayment,
      { loan: "L001", serial: "R1", valueDate: "2024-01-10", principal: "-40000.00", reversalSerial: "X1" },
      late,
    );
    expect([world.principal("L001"), world.principal("L002")]).toEqual(["50000.00", "30000.00"]);
  });

  it("lowers the named loan when the bank states the subsidised tranche", () => {
    const world = family();
    world.accept(RecordRepayment, repay("R1", "2024-01-10", "40000.00", { allocation: "subsidised-tranche" }));
    expect([world.principal("L001"), world.principal("L002")]).toEqual(["10000.00", "30000.00"]);
  });

  it("ends alike in every order of recording", () => {
    const steps = {
      draw: (world: World) => world.accept(RecordDisbursement, draw2, late),
      r1: (world: World) => world.accept(RecordRepayment, repay("R1", "2024-01-10", "20000.00"), late),
      r2: (world: World) => world.accept(RecordRepayment, repay("R2", "2024-03-10", "15000.00"), late),
    };
    const ends = [
      [steps.draw, steps.r1, steps.r2],
      [steps.draw, steps.r2, steps.r1],
      [steps.r1, steps.draw, steps.r2],
      [steps.r2, steps.r1, steps.draw],
    ].map((order) => {
      const world = family(false);
      for (const step of order) step(world);
      return [world.loan("L001").timeline, world.loan("L002").timeline];
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it("gives back what R13 sent to a top-up whose drawing is reversed", () => {
    const world = family();
    world.accept(RecordRepayment, repay("R1", "2024-01-10", "40000.00"));
    world.accept(ReverseDisbursement, { loan: "L002", serial: "D-L002", valueDate: "2023-10-01", reversalSerial: "X1" }, late);
    expect([world.principal("L001"), world.principal("L002")]).toEqual(["10000.00", "0.00"]);
    expect(world.code(ReverseDisbursement, { loan: "L002", serial: "D-L002", valueDate: "2023-10-01", reversalSerial: "X2" }, late)).toBe(
      "ALREADY_REVERSED",
    );
  });

  it("stays below the cap with top-ups (T18), and needs its first loan", () => {
    const world = family();
    world.apply({ loan: "L003", household: "H1", amount: "20000.00", topUpOf: "L001", ...terms });
    expect(
      world.code(ApproveLoan, {
        loan: "L003",
        household: "H1",
        amount: "20000.01",
        annualRate: "4.20",
        due: terms.due,
        valueDate: terms.on,
      }),
    ).toBe("ABOVE_APPLICATION");
    world.approve({ loan: "L003", household: "H1", amount: "20000.00", ...terms });
    world.accept(RecordDisbursement, { loan: "L003", household: "H1", amount: "20000.00", serial: "D3", valueDate: terms.on });
  });
});
