import { hashOfList, hashOfPart } from "@huimin/dividend/events";
import { describe, expect, it } from "vitest";
import { FactLog } from "../testing.ts";
import { eligibleOnSnapshot, publishedLists } from "./dividend-checks.ts";

const key = { pool: "P1", year: 2018, draft: 1 };
const lines = [
  { household: "H1", village: "V1", amount: "1.00" },
  { household: "H2", village: "V1", amount: "2.00" },
];
const header = {
  ...key,
  method: "equal",
  residueRule: "FLOOR_CARRY",
  snapshot: "2018-12-10",
  total: "3.00",
  allocated: "3.00",
  carried: "0.00",
  households: 2,
  parts: 2,
  listHash: hashOfList([hashOfPart(lines), hashOfPart([])]),
  weightsFrom: "given",
};

class Story extends FactLog {
  at(type: string, stream: string, payload: object, on = "2018-12-10"): this {
    this.record(type, stream, payload, { on });
    return this;
  }

  household(number: string): this {
    return this.at("HouseholdRegistered", `household/${number}`, { household: number }, "2014-01-06");
  }

  publish(): this {
    this.at("AllocationDrafted", "dividend/P1", header);
    return this.at("PublicityPosted", "dividend/P1", { ...key, from: "2018-12-10", to: "2018-12-19" });
  }

  post(rows: object[] = lines): this {
    this.at("AllocationApproved", "dividend/P1", key, "2018-12-20");
    this.at("DividendAllocated", "dividend/P1", header, "2018-12-20");
    return this.at("EntitlementsAllocated", "entitlement/P1-2018-0", { ...key, part: 0, lines: rows }, "2018-12-20");
  }

  findings(check: () => ReturnType<typeof publishedLists>) {
    const made = check();
    for (const event of this.events) made.see(event);
    return Object.fromEntries(made.results().map(({ id, examples }) => [id, examples]));
  }
}

const story = () => new Story().household("H1").household("H2");

describe("2.7 (11): eligible on the snapshot date", () => {
  const income = { pool: "P1", bank: "K1", amount: "3.00" };

  it("given a stake's pool, when a household has left poverty, then it is sound; when it is no more, it is not", () => {
    const exited = story().at("PovertyExitConfirmed", "household/H1", { household: "H1" }, "2018-06-01").publish().post();
    expect(exited.findings(eligibleOnSnapshot)["2.7-11-eligible-on-snapshot"]).toEqual([]);
    const extinct = story().at("HouseholdExtinct", "household/H1", { household: "H1" }, "2018-12-09").publish().post();
    expect(extinct.findings(eligibleOnSnapshot)["2.7-11-eligible-on-snapshot"]).toEqual([
      "position 8: household H1 is not eligible on 2018-12-10",
    ]);
    const sameDay = story().at("HouseholdExtinct", "household/H1", { household: "H1" }, "2018-12-10").publish().post();
    expect(sameDay.findings(eligibleOnSnapshot)["2.7-11-eligible-on-snapshot"]).toEqual([]);
  });

  it("given income of an asset, when a household has left poverty, then it is found, unless it holds shares", () => {
    const exit = () =>
      story()
        .at("AssetIncomeReceived", "dividend/P1", income)
        .at("PovertyExitConfirmed", "household/H1", { household: "H1" }, "2018-06-01");
    expect(exit().publish().post().findings(eligibleOnSnapshot)["2.7-11-eligible-on-snapshot"]).toHaveLength(1);
    const holder = (household: string) => ({ household, village: "V1", shares: "1" });
    const assigned = { pool: "P1", year: 2018, holders: [holder("H1"), holder("H2")], changes: [], minutes: "" };
    const held = exit().at("BeneficiariesAssigned", "beneficiary/P1", assigned, "2018-01-10").publish().post();
    expect(held.findings(eligibleOnSnapshot)["2.7-11-eligible-on-snapshot"]).toEqual([]);
  });
});

describe("2.7 (7), (12): published lists", () => {
  it("given a list that was publicised, approved and posted, then it is sound, and so is its payout", () => {
    const paid = story()
      .publish()
      .post()
      .at("PayoutItemsSubmitted", "entitlement/P1-2018-0", { ...key, part: 0, items: [] }, "2018-12-21");
    expect(paid.findings(publishedLists)).toEqual({ "2.7-7-posted-is-published": [], "2.7-12-payout-approved": [] });
  });

  it("given a list that is taken back (C1), then it is sound; a payout of it afterwards, or taking back twice, is found", () => {
    const red = { ...key, part: 0, lines: lines.map((line) => ({ ...line, amount: "-1.00" })), reason: "x" };
    const back = () => story().publish().post().at("EntitlementsReversed", "entitlement/P1-2018-0", red, "2018-12-20");
    expect(back().findings(publishedLists)).toEqual({ "2.7-7-posted-is-published": [], "2.7-12-payout-approved": [] });
    const late = back().at("PayoutItemsSubmitted", "entitlement/P1-2018-0", { ...key, part: 0, items: [] }, "2018-12-21");
    expect(late.findings(publishedLists)["2.7-12-payout-approved"]).toHaveLength(1);
    const twice = back().at("EntitlementsReversed", "entitlement/P1-2018-0", red, "2018-12-20");
    expect(twice.findings(publishedLists)["2.7-7-posted-is-published"]).toHaveLength(1);
  });

  it("given another amount than publicised, then the hash finds it", () => {
    const changed = story()
      .publish()
      .post([lines[0] as object, { ...lines[1], amount: "2.01" }]);
    expect(changed.findings(publishedLists)["2.7-7-posted-is-published"]).toEqual([
      "list P1 2018 1: the posted lines are not those of its hash",
    ]);
  });

  it("given an approval before the last day, an unpublicised list or a payout of none, then each is found", () => {
    const early = new Story().at("AllocationDrafted", "dividend/P1", header);
    early.at("PublicityPosted", "dividend/P1", { ...key, from: "2018-12-10", to: "2018-12-20" });
    expect(early.post().findings(publishedLists)["2.7-12-payout-approved"]).toEqual(["position 4: P1 2018 1 is not approved"]);
    const stray = new Story().at("EntitlementsAllocated", "entitlement/P1-2018-0", { ...key, part: 0, lines });
    stray.at("PayoutItemsSubmitted", "entitlement/P1-2018-1", { ...key, part: 1, items: [] });
    expect(stray.findings(publishedLists)["2.7-12-payout-approved"]).toHaveLength(2);
  });
});
