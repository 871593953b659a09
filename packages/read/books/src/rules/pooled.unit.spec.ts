import type { LoanEventType, LoanPayload } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { householdsOweNothing, pooledStakes } from "../invariants/pooled-check.ts";
import { memoryBooks } from "../memory.ts";
import { FactLog, terms } from "../testing.ts";

const model1 = { loan: "L1", household: "H1", bank: "K1", village: "V1", enterprise: "E1", batch: "B1" };
const model2 = { loan: "L9", bank: "K1", enterprise: "E1" };
const share = (household: string, amount: string) => ({ household, village: "V1", amount });

/** `9101 H1 Dr 8.67` per line; the dimension is the household, the batch or the enterprise, in this order. */
const linesOf = (log: FactLog): string[] =>
  memoryBooks(log.events.slice(-1)).lines.map(({ account, debit, credit, dims }) => {
    const code = `${account.codes.at(-1)?.code} ${dims.household ?? dims.batch ?? dims.enterprise}`;
    return debit !== 0n ? `${code} Dr ${formatAmount(debit)}` : `${code} Cr ${formatAmount(credit)}`;
  });

function lines<T extends LoanEventType>(type: T, payload: LoanPayload<T>): string[] {
  const log = new FactLog();
  log.record(type, "loan/L1", payload, { on: "2018-06-10" });
  return linesOf(log);
}

describe("a loan of a batch in book M (model 1)", () => {
  it("is lent to the household in name (1.5), then its stake and the enterprise's duty (1.6)", () => {
    const drawn = { ...terms(model1, "50000.00", "4.75", "2017-03-01", "2020-03-01"), ...model1 };
    expect(lines("LoanDisbursed", drawn)).toEqual(["9102 H1 Dr 50000.00", "9201 H1 Cr 50000.00"]);
    expect(lines("StakeEntrusted", { ...model1, amount: "50000.00", serial: "S1" })).toEqual([
      "9101 H1 Dr 50000.00",
      "9102 H1 Cr 50000.00",
      "9104 B1 Dr 50000.00",
      "9204 B1 Cr 50000.00",
    ]);
  });

  it("given interest, then the enterprise bears it and no household is on the line (1.8)", () => {
    const settled = { from: "2017-03-21", toExcl: "2017-06-21", days: 92, kind: "normal", bearer: "enterprise" } as const;
    expect(lines("InterestSettled", { ...model1, ...settled, amount: "606.94" })).toEqual(["9105 B1 Dr 606.94", "9203 B1 Cr 606.94"]);
    expect(lines("InterestPaid", { ...model1, amount: "606.94", payer: "enterprise" })).toEqual(["9203 B1 Dr 606.94", "9105 B1 Cr 606.94"]);
  });

  it("given a unified repayment, then loan, stakes and duty go down together (1.12), and back with its reversal", () => {
    const paid = { ...model1, principal: "9.00", interest: "2.00", penalty: "1.00", serial: "R1" };
    const stakes = [share("H1", "6.00"), share("H1-2", "3.00")];
    expect(lines("UnifiedRepaymentApplied", { ...paid, stakes })).toEqual([
      "9201 H1 Dr 6.00",
      "9101 H1 Cr 6.00",
      "9201 H1 Dr 3.00",
      "9101 H1-2 Cr 3.00",
      "9204 B1 Dr 9.00",
      "9104 B1 Cr 9.00",
      "9203 B1 Dr 3.00",
      "9105 B1 Cr 3.00",
    ]);
    const back = { ...model1, principal: "-9.00", interest: "0.00", penalty: "0.00", serial: "X1", reverses: "R1" };
    expect(lines("UnifiedRepaymentApplied", { ...back, stakes: [share("H1", "-9.00")] })).toEqual([
      "9201 H1 Dr -9.00",
      "9101 H1 Cr -9.00",
      "9204 B1 Dr -9.00",
      "9104 B1 Cr -9.00",
    ]);
  });

  it("given what is not entrusted yet, then the loan money goes down", () => {
    const paid = { ...model1, principal: "9.00", interest: "0.00", penalty: "0.00", serial: "R1", stakes: [] };
    expect(lines("UnifiedRepaymentApplied", paid)).toEqual(["9201 H1 Dr 9.00", "9102 H1 Cr 9.00"]);
  });

  it("given a split, then the stake is divided and the loan is not (R2, T11)", () => {
    const before = [share("H1", "50000.00")];
    const after = [share("H1", "33333.33"), share("H1-2", "16666.67")];
    expect(lines("StakeDivided", { ...model1, source: "H1", before, after })).toEqual([
      "9101 H1 Dr 33333.33",
      "9101 H1-2 Dr 16666.67",
      "9101 H1 Cr 50000.00",
    ]);
  });

  it("given a replacement, then stake and loan go to the other household (1.14, R21)", () => {
    const to = { newHousehold: "H2", newVillage: "V2", amount: "8.00" };
    expect(lines("StakeReplaced", { ...model1, ...to })).toEqual([
      "9101 H2 Dr 8.00",
      "9101 H1 Cr 8.00",
      "9201 H1 Dr 8.00",
      "9201 H2 Cr 8.00",
    ]);
  });

  it("given a renewal, then the stake follows the loan to the new number and the duty stays (E2)", () => {
    const renewed = { ...model1, newLoan: "L2", amount: "8.00", stakes: [share("H1", "8.00")] };
    expect(lines("LoanRenewedNoRepayment", renewed)).toEqual(["9201 H1 Dr 8.00", "9201 H1 Cr 8.00", "9101 H1 Dr 8.00", "9101 H1 Cr 8.00"]);
  });

  it.each([
    ["LoanCompensated", { ref: "C1", party: "fund" }],
    ["LoanRecovered", { ref: "C1" }],
    ["LoanReleased", { reason: "bank-share-written-off" }],
  ] as const)("given %s, then it goes down like a repayment (1.18–1.20)", (type, more) => {
    const payload = { ...model1, principal: "8.00", stakes: [share("H1", "8.00")], ...more } as LoanPayload<typeof type>;
    expect(lines(type, payload)).toEqual(["9201 H1 Dr 8.00", "9101 H1 Cr 8.00", "9204 B1 Dr 8.00", "9104 B1 Cr 8.00"]);
  });
});

describe("a loan of an enterprise in book M (model 2)", () => {
  it("is 9103 against 9202, its interest the enterprise's", () => {
    const contract = { annualRate: "4.785", floating: false, yearBase: 360, contractDate: "2018-01-05", due: "2019-01-05" } as const;
    const drawn = { ...model2, ...contract, amount: "100.00", method: "interest-only-then-bullet", serial: "D1", penaltySurcharge: "50" };
    expect(lines("EnterpriseLoanDisbursed", drawn)).toEqual(["9103 E1 Dr 100.00", "9202 E1 Cr 100.00"]);
    const repaid = { ...model2, principal: "60.00", interest: "2.00", penalty: "1.00", serial: "R1" };
    const both = ["9202 E1 Dr 60.00", "9103 E1 Cr 60.00", "9203 E1 Dr 3.00", "9105 E1 Cr 3.00"];
    expect(lines("EnterpriseRepaid", repaid)).toEqual(both);
    expect(lines("EnterprisePrepaid", { ...model2, principal: "60.00", serial: "R1" })).toEqual(both.slice(0, 2));
    const back = { ...model2, principal: "-60.00", interest: "0.00", penalty: "0.00", serial: "R1", reversalSerial: "X1" };
    expect(lines("EnterpriseRepaymentReversed", back)).toEqual(["9202 E1 Dr -60.00", "9103 E1 Cr -60.00"]);
    expect(lines("LoanCompensated", { ...model2, ref: "C1", party: "fund", principal: "8.00" })).toEqual([
      "9202 E1 Dr 8.00",
      "9103 E1 Cr 8.00",
    ]);
  });
});

describe("invariants of batches", () => {
  const story = () => {
    const log = new FactLog();
    log.loan("LoanDisbursed", { ...terms(model1, "50000.00", "4.75", "2017-03-01", "2020-03-01"), ...model1 }, { on: "2017-03-01" });
    log.loan("StakeEntrusted", { ...model1, amount: "50000.00", serial: "S1" }, { on: "2017-03-02" });
    return log;
  };
  const failed = (log: FactLog): Record<string, readonly string[]> => {
    const checks = [pooledStakes(), householdsOweNothing()];
    for (const event of log.events) for (const check of checks) check.see(event);
    const results = checks.flatMap((check) => check.results()).filter((result) => result.failed > 0);
    return Object.fromEntries(results.map((result) => [result.id, result.examples]));
  };

  it("hold for a sound batch, divided and repaid", () => {
    const log = story();
    const before = [share("H1", "50000.00")];
    log.loan(
      "StakeDivided",
      { ...model1, source: "H1", before, after: [share("H1", "33333.33"), share("H1-2", "16666.67")] },
      { on: "2018-01-01" },
    );
    const stakes = [share("H1", "33333.33"), share("H1-2", "16666.67")];
    const paid = { ...model1, principal: "50000.00", interest: "0.00", penalty: "0.00", serial: "R1", stakes };
    log.loan("UnifiedRepaymentApplied", paid, { on: "2019-01-01" });
    expect(failed(log)).toEqual({});
  });

  it("find stakes of another household than the loan's, on the first such day", () => {
    const log = story();
    const released = { ...model1, principal: "100.00", reason: "r", stakes: [share("H2", "100.00")] };
    log.loan("LoanReleased", released, { on: "2019-01-01" });
    expect(failed(log)["2.7-3-stake-is-loan"]).toEqual([
      "loan L1 | household H1: open by 100.00 on 2019-01-01",
      "loan L1 | household H2: open by -100.00 on 2019-01-01",
    ]);
  });

  it("find a household that owes: an overdue mark, interest, a claim", () => {
    const log = story();
    log.loan("LoanBecameOverdue", { ...model1, due: "2020-03-01", openPrincipal: "50000.00", obligor: "H1" }, { on: "2020-03-01" });
    log.loan("InterestPaid", { ...model1, amount: "1.00", payer: "household" }, { on: "2020-03-01" });
    const paid = {
      ref: "C1",
      bank: "K1",
      obligor: "H1",
      model: 1,
      party: "fund",
      paid: "1.00",
      principalPart: "1.00",
      serial: "P",
      loans: [],
    };
    log.record("CompensationPaid", "compensation/C1", { ...paid, drawn: [{ bank: "K1", amount: "1.00" }] }, { on: "2020-06-01" });
    const overdue = { batch: "B1", enterprise: "E1", bank: "K1", obligor: "H1", due: "2020-03-01", openPrincipal: "1.00" };
    log.record("BatchOverdue", "batch/B1", overdue, { on: "2020-03-02" });
    expect(failed(log)["2.1-household-owes-nothing"]).toEqual([
      "position 3: a loan of a batch is marked overdue",
      "position 4: InterestPaid makes a household of a batch owe interestBorne",
      "position 5: CompensationPaid makes a household of a batch owe compensationClaim",
      "position 6: the batch is overdue by H1",
    ]);
  });
});
