import { describe, expect, it } from "vitest";
import { FactLog } from "../testing.ts";
import { statementsAreLists } from "./statement-check.ts";

const key = { pool: "P1", year: 2018, part: 0 };
const village = "V1";
const item = { household: "H1", village, amount: "3.00" };

const line = (over: object = {}) => ({
  ...{ pool: "P1", model: 1, partner: "企业甲", entitled: "3.00", paidInYear: "3.00", returnedAfterYearEnd: "0.00" },
  awaitingReissue: "0.00",
  ...over,
});

class Story extends FactLog {
  entitled(type: string, payload: object, on = "2018-12-28"): this {
    this.record(type, "entitlement/P1-2018-0", { ...key, ...payload }, { on });
    return this;
  }

  paid(): this {
    this.entitled("EntitlementsAllocated", { draft: 1, lines: [item] });
    const submitted = { ...item, from: "2901.02", account: "a" };
    this.entitled("PayoutItemsSubmitted", { payoutBatch: "B1", bank: "K1", items: [submitted] });
    return this.entitled("PayoutSucceeded", { payoutBatch: "B1", items: [item] });
  }

  returned(): this {
    return this.entitled("PayoutReturned", { payoutBatch: "B1", reason: "AC04", items: [item] }, "2019-01-04");
  }

  told(dividends: object[], household = "H1", position = this.events.length): this {
    const payload = { household, year: 2018, cutoff: { position, recordedAt: "2019-01-18T20:00:00+08:00" }, figures: { dividends } };
    this.record("StatementIssued", `statement/${household}`, payload, { on: "2019-01-20" });
    return this;
  }

  faults(): readonly string[] {
    const check = statementsAreLists();
    for (const event of this.events) check.see(event);
    return check.results().flatMap(({ examples }) => examples);
  }
}

describe("2.7 (7): dividends on statements", () => {
  it("given what was listed and paid, when the statement says so, then nothing is found", () => {
    expect(new Story().paid().told([line()]).faults()).toEqual([]);
  });

  it("given money that came back after the year, then the statement owes it again", () => {
    const said = line({ returnedAfterYearEnd: "-3.00", awaitingReissue: "3.00" });
    expect(new Story().paid().returned().told([said]).faults()).toEqual([]);
    expect(new Story().paid().returned().told([line()]).faults()).toEqual([
      "position 5: household H1, 2018, pool P1: statement 0.00 still owed, books 3.00",
    ]);
  });

  it("judges by the cut-off, whatever was recorded after it", () => {
    expect(new Story().paid().returned().told([line()], "H1", 3).faults()).toEqual([]);
  });

  it("finds another amount than the list's, a line that is missing, and parts that don't add up", () => {
    expect(
      new Story()
        .paid()
        .told([line({ entitled: "3.01" })])
        .faults()[0],
    ).toContain("statement 3.01, list 3.00");
    expect(new Story().paid().told([]).faults()[0]).toContain("statement 0.00, list 3.00");
    expect(
      new Story()
        .paid()
        .told([line({ paidInYear: "2.00" })])
        .faults()[0],
    ).toContain("the parts of 3.00 add up to 2.00");
  });

  it("given a list that is taken back and another in its place (C1, C2), then only the second is on the statement", () => {
    const red = { draft: 1, lines: [{ ...item, amount: "-3.00" }], reason: "x" };
    const story = new Story()
      .entitled("EntitlementsAllocated", { draft: 1, lines: [item] })
      .entitled("EntitlementsReversed", red)
      .entitled("EntitlementsAllocated", { draft: 2, lines: [{ ...item, amount: "2.00" }] });
    expect(story.told([line({ entitled: "2.00", paidInYear: "0.00", payable: "2.00" })]).faults()).toEqual([]);
    expect(story.told([line({ entitled: "5.00", paidInYear: "0.00", payable: "5.00" })]).faults()).toHaveLength(1);
  });

  it("given a household that was divided, then both parts are on their own statements", () => {
    const moves = [{ household: "H2", village, account: "2901.02", amount: "1.00" }];
    const divided = { side: "source", source: "H1", sourceVillage: village, moves };
    const story = new Story().entitled("EntitlementsAllocated", { draft: 1, lines: [item] }).entitled("EntitlementsDivided", divided);
    const part = (entitled: string) => line({ entitled, paidInYear: "0.00", payable: entitled });
    expect(
      story
        .told([part("2.00")])
        .told([part("1.00")], "H2")
        .faults(),
    ).toEqual([]);
  });
});
