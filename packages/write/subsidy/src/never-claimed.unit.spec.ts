import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { neverClaimed } from "./claimable.ts";
import { AccrueSubsidy, RejectSubsidyClaimLine, SubmitSubsidyClaim } from "./commands.ts";
import { claimFold, claimStream } from "./evolve-claim.ts";
import { SubsidyCase } from "./testing.ts";

/* 应报未报 of L1 at K1: 50,000.00 at 4.75 % from 2018-03-21. */

const QUARTER = "2018Q2";
const given = (terms: { topUpOf?: string; due?: string } = {}) =>
  new SubsidyCase().disburse("L1", { amount: "50000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21", ...terms });

function left(test: SubsidyCase, quarter = QUARTER): string[] {
  const stream = claimStream("K1", quarter);
  const claim = (test.log.streams.get(stream) ?? []).reduce(claimFold.evolve, claimFold.initialState);
  const lines = claim.lines.filter(({ loan }) => loan === "L1");
  const found = neverClaimed({ loan: test.loan("L1"), policy: test.policies(), quarter }, test.subsidy("L1"), lines);
  return found.map(({ days, subsidy }) => `${days.from} ${days.toExcl} ${formatAmount(subsidy)}`);
}

describe("what a bank could have claimed and never did", () => {
  it("is the subsidy of interest that is settled and paid, quarter by quarter", () => {
    const test = given().settle("L1", "2018-03-21", "2018-06-21");
    expect(left(test)).toEqual(["2018-03-21 2018-06-21 606.94"]);
    expect(left(test, "2018Q3")).toEqual([]);
    expect(left(given().settle("L1", "2018-03-21", "2018-06-21", { paid: false }))).toEqual([]);
    expect(left(given())).toEqual([]);
  });

  it("is nothing once it is claimed, whether it waits, is accrued, or was rejected", () => {
    const test = given().settle("L1", "2018-03-21", "2018-06-21").claim("L1", QUARTER, "2018-06-25");
    expect(left(test)).toEqual([]);
    const rejected = given().settle("L1", "2018-03-21", "2018-06-21");
    rejected.run(SubmitSubsidyClaim, { bank: "K1", quarter: QUARTER, lines: [{ loan: "L1" }] }, "2018-06-25");
    expect(left(rejected)).toEqual([]);
    rejected.run(RejectSubsidyClaimLine, { bank: "K1", quarter: QUARTER, loan: "L1", reason: "户已脱贫" }, "2018-06-26");
    expect(left(rejected)).toEqual([]);
    test.run(AccrueSubsidy, { loan: "L1", claim: QUARTER }, "2018-06-26");
    expect(left(test)).toEqual([]);
  });

  it("is the part that a later settlement added, and nothing of a top-up, or past the due date", () => {
    const test = given()
      .settle("L1", "2018-03-21", "2018-05-21")
      .claim("L1", QUARTER, "2018-05-25")
      .settle("L1", "2018-05-21", "2018-06-21");
    expect(left(test)).toEqual(["2018-05-21 2018-06-21 204.51"]);
    expect(left(given({ topUpOf: "L0" }).settle("L1", "2018-03-21", "2018-06-21"))).toEqual([]);
    expect(left(given({ due: "2018-03-21" }).settle("L1", "2018-03-21", "2018-06-21"))).toEqual([]);
  });
});
