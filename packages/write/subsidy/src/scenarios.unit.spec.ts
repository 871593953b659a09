import { describe, expect, it } from "vitest";
import {
  AccrueSubsidy,
  CorrectSubsidy,
  DecideSubsidyClawback,
  PaySubsidy,
  ReceiveSubsidyClawback,
  SubmitSubsidyClaim,
} from "./commands.ts";
import { subsidyStream } from "./evolve.ts";
import { bookedSubsidy, clawbackOfClaim, openClaim, openPayable, subsidyDifferences, subsidyOf } from "./figures.ts";
import { SubsidyCase, yuan } from "./testing.ts";

describe("T2: a loan prepaid in mid-quarter", () => {
  const given = () =>
    new SubsidyCase()
      .disburse("L001", { amount: "50000.00", rate: "4.75", on: "2017-03-10", due: "2020-03-10" })
      .settle("L001", "2017-03-10", "2017-03-21")
      .prepay("L001", "2017-05-08", "20000.00", "2017-03-21")
      .settle("L001", "2017-03-21", "2017-06-21")
      .prepay("L001", "2017-08-15", "30000.00", "2017-06-21");

  it("subsidises each settlement with one rounding: 72.57, 126.67 + 364.17, 217.71", () => {
    const test = given();
    expect(test.whole("L001", "2017Q1", "2017-03-21")).toBe("72.57");
    expect(test.whole("L001", "2017Q2", "2017-06-21")).toBe("490.84");
    const { settlements } =
      (test.log.streams.get(subsidyStream("L001")) ?? []).findLast((event) => event.type === "SubsidyAccrued")?.payload ?? {};
    expect(settlements.map((one: { subsidy: string }) => one.subsidy)).toEqual(["126.67", "364.17"]);
    expect(test.claim("L001", "2017Q3", "2017-09-21").accrue("L001", "2017Q3", "2017-09-21")).toBe("217.71");
    expect(openPayable(test.subsidy("L001"), "H1")).toBe(yuan("217.71"));
    expect(bookedSubsidy(test.subsidy("L001"), "2017Q2")).toBe(yuan("490.84"));
  });

  it("takes the settlement of exactly the days that are named", () => {
    const test = given().claim("L001", "2017Q2", "2017-06-21");
    expect(test.run(AccrueSubsidy, { loan: "L001", claim: "2017Q2", from: "2017-03-21", toExcl: "2017-06-21" }, "2017-06-21").amount).toBe(
      "364.17",
    );
    expect(test.run(AccrueSubsidy, { loan: "L001", claim: "2017Q2", from: "2017-03-21", toExcl: "2017-05-08" }, "2017-06-21").amount).toBe(
      "126.67",
    );
  });

  it("refuses a quarter that was claimed before", () => {
    const test = given();
    test.whole("L001", "2017Q2", "2017-06-21");
    const again = { bank: "K1", quarter: "2017Q2", lines: [{ loan: "L001" }] };
    expect(test.refusal(SubmitSubsidyClaim, again, "2017-07-18")).toBe("DAY_ALREADY_SUBSIDISED");
    expect(test.refusal(AccrueSubsidy, { loan: "L001", claim: "2017Q2" }, "2017-07-18")).toBe("DAY_ALREADY_SUBSIDISED");
  });
});

describe("T4: a wrong rate, found after the year was closed", () => {
  const quarters = [
    ["2017Q1", "2017-01-16", "2017-03-21", "253.33"],
    ["2017Q2", "2017-03-21", "2017-06-21", "364.17"],
    ["2017Q3", "2017-06-21", "2017-09-21", "364.17"],
    ["2017Q4", "2017-09-21", "2017-12-21", "360.21"],
    ["2018Q1", "2017-12-21", "2018-01-16", "102.92"],
  ] as const;

  const given = () => {
    const test = new SubsidyCase().disburse("L003", { amount: "30000.00", rate: "4.35", on: "2017-01-16", due: "2018-01-16" });
    for (const [quarter, from, toExcl, amount] of quarters) {
      test.settle("L003", from, toExcl).claim("L003", quarter, toExcl, amount);
      const booked = test.run(AccrueSubsidy, { loan: "L003", claim: quarter, from, toExcl, claimedRate: "4.75", amount }, toExcl);
      expect(booked.amount).toBe(amount);
      expect(test.pay("L003", toExcl)).toBe(amount);
    }
    return test.close("2017-12");
  };
  const wrongRate = { loan: "L003", reason: "wrong-rate", rateWas: "4.75", rateIs: "4.35" } as const;

  it("computes what was claimed at the wrong rate when no amount is given", () => {
    const test = new SubsidyCase().disburse("L003", { amount: "30000.00", rate: "4.35", on: "2017-01-16", due: "2018-01-16" });
    test.settle("L003", "2017-01-16", "2017-03-21").claim("L003", "2017Q1", "2017-03-21", "253.33");
    expect(test.run(AccrueSubsidy, { loan: "L003", claim: "2017Q1", claimedRate: "4.75" }, "2017-03-21").amount).toBe("253.33");
  });

  it("claims back the accruals of the closed year to 3501 and of the open one to 5001", () => {
    const test = given();
    const before = subsidyDifferences(test.subsidy("L003"), test.loan("L003"), test.policies());
    expect(before.byYear.get(2017)).toEqual({ overSubsidised: yuan("113.00"), underSubsidised: 0n });
    expect(before.byYear.get(2018)).toEqual({ overSubsidised: yuan("8.67"), underSubsidised: 0n });
    expect(test.run(DecideSubsidyClawback, { ...wrongRate, accrualsOf: 2017 }, "2018-02-06")).toMatchObject({
      total: "113.00",
      priorYears: "113.00",
      sameYear: "0.00",
    });
    expect(test.last(subsidyStream("L003")).valueDate).toBe("2017-12-20");
    expect(test.run(DecideSubsidyClawback, { ...wrongRate, accrualsOf: 2018 }, "2018-02-06")).toMatchObject({
      total: "8.67",
      priorYears: "0.00",
      sameYear: "8.67",
    });
    expect(test.last(subsidyStream("L003")).valueDate).toBe("2018-01-16");
    expect(quarters.map(([quarter]) => bookedSubsidy(test.subsidy("L003"), quarter))).toEqual(
      ["232.00", "333.50", "333.50", "329.88", "94.25"].map(yuan),
    );
    const after = subsidyDifferences(test.subsidy("L003"), test.loan("L003"), test.policies());
    expect([...after.byYear.values()]).toEqual([2017, 2018].map(() => ({ overSubsidised: 0n, underSubsidised: 0n })));
  });

  it("claims both years back in one decision as well", () => {
    expect(given().run(DecideSubsidyClawback, wrongRate, "2018-02-06")).toMatchObject({
      total: "121.67",
      priorYears: "113.00",
      sameYear: "8.67",
    });
  });

  it("takes the money back once", () => {
    const test = given();
    test.run(DecideSubsidyClawback, wrongRate, "2018-02-06");
    expect(test.refusal(DecideSubsidyClawback, wrongRate, "2018-02-06")).toBe("NOTHING_TO_CLAW_BACK");
    expect(test.refusal(ReceiveSubsidyClawback, { loan: "L003", amount: "121.68" }, "2018-03-15")).toBe("ABOVE_OPEN_CLAIM");
    test.run(ReceiveSubsidyClawback, { loan: "L003", obligor: "H1", amount: "121.67" }, "2018-03-15");
    expect(openClaim(test.subsidy("L003"), "H1")).toBe(0n);
    expect(test.refusal(ReceiveSubsidyClawback, { loan: "L003", obligor: "H1", amount: "0.01" }, "2018-03-15")).toBe("NO_OPEN_CLAIM");
  });
});

describe("T9: extension, then overdue", () => {
  const given = () =>
    new SubsidyCase()
      .disburse("L004", { amount: "50000.00", rate: "4.75", on: "2017-06-15", due: "2020-06-15" })
      .prepay("L004", "2019-11-05", "8000.00", "2019-09-21")
      .extend("L004", "2020-12-15", "4.75", "2020-06-10")
      .settle("L004", "2020-06-21", "2020-09-21")
      .settle("L004", "2020-09-21", "2020-12-15");

  it("subsidises inside the extension and pays both quarters together", () => {
    const test = given();
    expect(test.claim("L004", "2020Q3", "2020-09-21").accrue("L004", "2020Q3", "2020-09-21")).toBe("509.83");
    expect(test.claim("L004", "2020Q4", "2020-12-21").accrue("L004", "2020Q4", "2020-12-21")).toBe("471.04");
    expect(test.pay("L004", "2021-01-12")).toBe("980.87");
  });

  it("refuses a quarter from the due date on, settled or not", () => {
    const test = given();
    const claim = { bank: "K1", quarter: "2021Q1", lines: [{ loan: "L004" }] };
    expect(test.refusal(SubmitSubsidyClaim, claim, "2021-03-21")).toBe("AFTER_DUE_DATE");
    test.settle("L004", "2020-12-15", "2021-03-21");
    expect(test.refusal(SubmitSubsidyClaim, claim, "2021-03-21")).toBe("AFTER_DUE_DATE");
  });

  it("subsidises a settlement across the due date up to it", () => {
    const test = new SubsidyCase()
      .disburse("L4", { amount: "42000.00", rate: "4.75", on: "2018-06-15", due: "2020-12-15" })
      .settle("L4", "2020-09-21", "2020-12-21");
    expect(test.whole("L4", "2020Q4", "2020-12-21")).toBe("471.04");
  });
});

describe("T12: misuse", () => {
  const quarters = [
    ["2017Q3", "2017-09-12", "2017-09-21", "47.50"],
    ["2017Q4", "2017-09-21", "2017-12-21", "480.28"],
    ["2018Q1", "2017-12-21", "2018-03-21", "475.00"],
    ["2018Q2", "2018-03-21", "2018-06-21", "485.56"],
    ["2018Q3", "2018-06-21", "2018-09-21", "485.56"],
  ] as const;
  const given = () => {
    const test = new SubsidyCase().disburse("L005", { amount: "40000.00", rate: "4.75", on: "2017-09-12", due: "2019-09-12" });
    for (const [quarter, from, toExcl, amount] of quarters)
      expect(test.settle("L005", from, toExcl).whole("L005", quarter, toExcl)).toBe(amount);
    return test.close("2017-12").misuse("L005", "2018-02-01", "2018-11-12");
  };
  const misuse = { loan: "L005", obligor: "H1", reason: "misuse", misuseFrom: "2018-02-01" } as const;

  it("claims back paid minus the rounded subsidy of the days that remain entitled", () => {
    const test = given();
    const due = subsidyDifferences(test.subsidy("L005"), test.loan("L005"), test.policies()).byClaim;
    expect(due.get("2018Q1")?.due).toBe(yuan("253.33"));
    expect(test.run(DecideSubsidyClawback, misuse, "2018-11-12")).toMatchObject({
      total: "1224.45",
      priorYears: "0.00",
      sameYear: "1224.45",
    });
    expect(test.last(subsidyStream("L005")).valueDate).toBe("2018-11-12");
    const state = test.subsidy("L005");
    expect(quarters.map(([quarter]) => clawbackOfClaim(state, quarter))).toEqual(["0.00", "0.00", "253.33", "485.56", "485.56"].map(yuan));
    test.run(ReceiveSubsidyClawback, { loan: "L005", amount: "1224.45" }, "2018-12-03");
  });

  it("is subsidised again when the finding is revoked (3.6)", () => {
    const test = given();
    test.run(DecideSubsidyClawback, misuse, "2018-11-12");
    test.run(ReceiveSubsidyClawback, { loan: "L005", amount: "1224.45" }, "2018-12-03");
    test.revokeMisuse("L005", "2018-12-10");
    expect(test.run(CorrectSubsidy, { loan: "L005", correction: "recomputed" }, "2018-12-10").amount).toBe("1224.45");
    expect(test.pay("L005", "2018-12-11")).toBe("1224.45");
    expect(bookedSubsidy(test.subsidy("L005"), "2018Q1")).toBe(yuan("475.00"));
    test.misuse("L005", "2018-02-01", "2019-01-05");
    expect(test.run(DecideSubsidyClawback, misuse, "2019-01-05")).toMatchObject({
      total: "1224.45",
      priorYears: "1224.45",
      sameYear: "0.00",
    });
  });

  it("refuses a claim of the misused loan, and a misuse that is not confirmed from that day", () => {
    const test = given();
    expect(test.refusal(SubmitSubsidyClaim, { bank: "K1", quarter: "2018Q4", lines: [{ loan: "L005" }] }, "2018-12-21")).toBe(
      "MISUSED_LOAN",
    );
    expect(test.refusal(DecideSubsidyClawback, { ...misuse, misuseFrom: "2018-03-01" }, "2018-11-12")).toBe("MISUSE_NOT_CONFIRMED");
    test.revokeMisuse("L005", "2018-11-13");
    expect(test.refusal(DecideSubsidyClawback, { loan: "L005", reason: "misuse" }, "2018-11-13")).toBe("MISUSE_NOT_CONFIRMED");
  });
});

describe("T18: above the cap, ratio changed inside the quarter", () => {
  const given = () =>
    new SubsidyCase()
      .policy("subsidy.cap", "50000.00", "2021-03-04")
      .policy("subsidy.ratio", "100", "2021-03-04", "2023-12-31")
      .policy("subsidy.ratio", "70", "2024-01-01")
      .disburse("L009", { amount: "80000.00", rate: "4.20", on: "2023-09-21", due: "2025-09-21" })
      .settle("L009", "2023-09-21", "2023-12-21")
      .settle("L009", "2023-12-21", "2024-03-21");

  it("subsidises the tranche by day and leaves the difference to the household", () => {
    const test = given();
    expect(test.whole("L009", "2023Q4", "2023-12-21")).toBe("530.83");
    expect(test.claim("L009", "2024Q1", "2024-03-21").accrue("L009", "2024Q1", "2024-03-21")).toBe("390.83");
    expect(subsidyOf(test.subsidy("L009"), test.loan("L009"), test.policies(), "2024Q1")).toMatchObject({
      booked: yuan("390.83"),
      right: yuan("390.83"),
      interest: yuan("849.33"),
      householdBears: yuan("458.50"),
    });
  });

  it("lowers the unsubsidised tranche first, unless the bank says otherwise (R13)", () => {
    const first = given().repay("L009", "2024-03-21", "30000.00").settle("L009", "2024-03-21", "2024-06-21");
    expect(first.whole("L009", "2024Q2", "2024-06-21")).toBe("375.67");
    const stated = given()
      .repay("L009", "2024-03-21", "30000.00", "2024-03-21", "subsidised-tranche")
      .settle("L009", "2024-03-21", "2024-06-21");
    expect(stated.whole("L009", "2024Q2", "2024-06-21")).toBe("150.27");
  });

  it("refuses a top-up", () => {
    const test = given()
      .disburse("L010", { amount: "20000.00", rate: "4.20", on: "2023-09-21", due: "2025-09-21", topUpOf: "L009" })
      .settle("L010", "2023-09-21", "2023-12-21");
    expect(test.refusal(SubmitSubsidyClaim, { bank: "K1", quarter: "2023Q4", lines: [{ loan: "L010" }] }, "2023-12-21")).toBe(
      "TOP_UP_NOT_SUBSIDISED",
    );
    expect(test.refusal(PaySubsidy, { loan: "L010" }, "2023-12-21")).toBe("NO_OPEN_PAYABLE");
  });
});

describe("a repayment reversed after the quarter was settled, claimed and paid", () => {
  const given = () =>
    new SubsidyCase()
      .disburse("L1", { amount: "40000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21" })
      .repay("L1", "2018-05-02", "10000.00")
      .settle("L1", "2018-03-21", "2018-06-21");

  it("is short by what is known, before the bank has corrected its interest and after", () => {
    const test = given();
    expect(test.whole("L1", "2018Q2", "2018-06-21")).toBe("419.58");
    test.reverse("L1", "S0002", "2018-05-02", "2018-07-10", true);
    const short = () => subsidyDifferences(test.subsidy("L1"), test.loan("L1"), test.policies()).byYear.get(2018);
    expect(short()).toEqual({ overSubsidised: 0n, underSubsidised: yuan("65.98") });
    test.correctInterest("L1", "2018-07-11");
    expect(short()).toEqual({ overSubsidised: 0n, underSubsidised: yuan("65.98") });
    expect(test.run(CorrectSubsidy, { loan: "L1", correction: "recomputed" }, "2018-07-12").amount).toBe("65.98");
    expect(subsidyOf(test.subsidy("L1"), test.loan("L1"), test.policies(), "2018Q2")).toMatchObject({
      interest: yuan("485.56"),
      booked: yuan("485.56"),
      householdBears: 0n,
    });
  });
});

describe("a prepayment recorded after its quarter was claimed on the whole principal (the trap of T2)", () => {
  const given = () => {
    const test = new SubsidyCase()
      .disburse("L1", { amount: "50000.00", rate: "4.75", on: "2017-03-21", due: "2020-03-21" })
      .settle("L1", "2017-03-21", "2017-06-21");
    expect(test.whole("L1", "2017Q2", "2017-06-21")).toBe("606.94");
    return test.prepay("L1", "2017-05-08", "20000.00", "2017-03-21", "2017-07-10");
  };
  const differences = (test: SubsidyCase) => subsidyDifferences(test.subsidy("L1"), test.loan("L1"), test.policies());

  it("claims back paid minus the two rounded subsidies that remain, 116.10, and lets nobody claim the part again", () => {
    const test = given();
    expect(differences(test).byYear.get(2017)).toEqual({ overSubsidised: yuan("116.10"), underSubsidised: 0n });
    expect(differences(test).unclaimed.size).toBe(0);
    const again = { bank: "K1", quarter: "2017Q2", lines: [{ loan: "L1" }] };
    expect(test.refusal(SubmitSubsidyClaim, again, "2017-07-11")).toBe("DAY_ALREADY_SUBSIDISED");
    expect(test.run(DecideSubsidyClawback, { loan: "L1", reason: "backdated-repayment" }, "2017-07-11").total).toBe("116.10");
    expect(differences(test).byYear.get(2017)).toEqual({ overSubsidised: 0n, underSubsidised: 0n });
    expect(test.refusal(SubmitSubsidyClaim, again, "2017-07-12")).toBe("DAY_ALREADY_SUBSIDISED");
    const claim = subsidyOf(test.subsidy("L1"), test.loan("L1"), test.policies(), "2017Q2");
    expect(claim).toMatchObject({ booked: yuan("490.84"), right: yuan("490.84"), interest: yuan("490.84"), householdBears: 0n });
  });

  it("corrects an accrual that is not paid yet by the same difference", () => {
    const test = new SubsidyCase()
      .disburse("L1", { amount: "50000.00", rate: "4.75", on: "2017-03-21", due: "2020-03-21" })
      .settle("L1", "2017-03-21", "2017-06-21");
    test.claim("L1", "2017Q2", "2017-06-21").accrue("L1", "2017Q2", "2017-06-21");
    test.prepay("L1", "2017-05-08", "20000.00", "2017-03-21", "2017-07-10");
    expect(test.run(CorrectSubsidy, { loan: "L1", correction: "recomputed" }, "2017-07-11").amount).toBe("-116.10");
    expect(test.pay("L1", "2017-07-12")).toBe("490.84");
    expect(differences(test).byYear.get(2017)).toEqual({ overSubsidised: 0n, underSubsidised: 0n });
  });
});
