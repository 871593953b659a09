import { describe, expect, it } from "vitest";
import { ChangeLoanDebtor, ConfirmMisuse, RecordDebtorDeath, ReverseInterestPayment } from "../index.ts";
import { K1, K2, POV, World } from "../world.fixture.ts";

const LOAN = { loan: "L001", household: "H1", amount: "50000.00", on: "2017-03-10", due: "2020-03-10" };
const change = { loan: "L001", valueDate: "2018-02-01", borrower: "H1-spouse", reason: "death" };

describe("another debtor (借款人变更)", () => {
  it("given a death, when the bank names another member, then that one owes, and may die in turn", () => {
    const world = new World().open(LOAN);
    world.accept(RecordDebtorDeath, { household: "H1", valueDate: "2018-01-05" }, POV);
    expect(world.accept(ChangeLoanDebtor, { ...change, document: "变更协议1号" })).toMatchObject({ loan: "L001", borrower: "H1-spouse" });
    expect(world.loan("L001")).toMatchObject({ terms: { borrower: "H1-spouse" } });
    expect(world.loan("L001").debtorDiedOn).toBeUndefined();
    expect(world.code(RecordDebtorDeath, { household: "H1", borrower: "H1-head", valueDate: "2018-03-01" }, POV)).toBe(
      "NO_LOAN_OF_BORROWER",
    );
    expect(world.accept(RecordDebtorDeath, { household: "H1", borrower: "H1-spouse", valueDate: "2018-03-01" }, POV)).toMatchObject({
      loans: ["L001"],
    });
  });

  it.each([
    ["the same debtor", { borrower: "H1-head" }, K1, "LOAN_DEBTOR_SAME"],
    ["somebody else's member", { borrower: "H2-head" }, K1, "LOAN_DEBTOR_NOT_MEMBER"],
    ["another bank", {}, K2, "OTHER_BANKS_LOAN"],
    ["an unknown loan", { loan: "L404" }, K1, "LOAN_NOT_DISBURSED"],
    ["a day before the loan", { valueDate: "2017-03-09" }, K1, "BEFORE_DISBURSEMENT"],
  ])("given %s, then it is refused", (_what, more, sender, code) => {
    const world = new World().open(LOAN);
    expect(world.code(ChangeLoanDebtor, { ...change, ...more }, sender)).toBe(code);
  });
});

describe("what else the loan's bank may say", () => {
  it("misuse is confirmed by the checker: a bank reports what it found, and decides nothing", () => {
    expect(ConfirmMisuse.roles).toEqual(["FIN-R"]);
  });

  it("a reversal of an interest payment names the original; an unknown one is refused", () => {
    const world = new World().open(LOAN);
    const reversal = { loan: "L001", serial: "none", reversalSerial: "R1", valueDate: "2018-02-01" };
    expect(world.code(ReverseInterestPayment, reversal)).toBe("UNKNOWN_SERIAL");
  });
});
