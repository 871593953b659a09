import { describe, expect, it } from "vitest";
import { makeDistrict, SEED } from "./district.ts";
import { makeLoans } from "./lending.ts";
import { makeParticipants, partingHousehold } from "./participants.ts";
import { extinctMember } from "./pooled-story.ts";
import { tieDay } from "./risk-story.ts";

const district = makeDistrict();
const loans = makeLoans(district, SEED);
const people = makeParticipants(district, loans, SEED);
const members = people.batches.flatMap((batch) => batch.members);

describe("the participants of the demo", () => {
  it("are 412 households with 20,200,000 yuan in eleven batches of 30 to 45, each due within 36 months", () => {
    expect(people.batches).toHaveLength(11);
    expect(members.map(({ yuan }) => yuan).reduce((sum, one) => sum + one, 0)).toBe(20_200_000);
    expect(members.filter(({ yuan }) => yuan === 30_000)).toHaveLength(20);
    expect(new Set(members.map(({ household }) => household.household)).size).toBe(412);
    for (const batch of people.batches) {
      expect(batch.members.length).toBeGreaterThanOrEqual(30);
      expect(batch.members.length).toBeLessThanOrEqual(45);
      expect(batch.signedOn >= "2017-01-01" && batch.signedOn < "2017-12-01").toBe(true);
    }
    const rates = Map.groupBy(people.batches, ({ dividendRate }) => dividendRate);
    expect(["6", "7", "8"].map((rate) => rates.get(rate as "6")?.length)).toEqual([3, 5, 3]);
  });

  it("have no own loan beside a stake, and sign as adults of at most 65", () => {
    const borrowers = new Set(loans.map(({ household }) => household.household));
    for (const { household, signer } of members) {
      expect(borrowers.has(household.household)).toBe(false);
      expect(2017 - Number(signer.birth.slice(0, 4))).toBeLessThan(66);
      expect(2017 - Number(signer.birth.slice(0, 4))).toBeGreaterThan(18);
    }
  });

  it("are linked to six enterprises, 150 by a job and 36 by a fixed benefit, each to one", () => {
    const linked = people.linked.flat();
    expect(people.linked.map((own) => own.length)).toEqual([31, 31, 31, 31, 31, 31]);
    expect(linked.filter(({ worker }) => worker)).toHaveLength(150);
    expect(new Set(linked.map(({ household }) => household.household)).size).toBe(186);
  });

  it("are 168 beneficiaries, the oldest without a stake, and those who come after them", () => {
    const held = new Set(people.beneficiaries.map(({ household }) => household));
    expect(held.size).toBe(168);
    expect(people.successors.some(({ household }) => held.has(household))).toBe(false);
    expect(people.workshops.map((workers) => workers.length)).toEqual([13, 13, 13, 13, 12]);
  });

  it("include a holder who lives alone and a family that parts", () => {
    expect(extinctMember(people.batches)?.household.members).toHaveLength(1);
    expect(partingHousehold(people)?.members).toHaveLength(4);
  });
});

describe("the day of the half-fen tie", () => {
  it("gives a base whose 70 and 30 percent both end on half a fen", () => {
    expect(tieDay(2_000_000n, 47_500n, "2019-05-04")).toBe("2019-08-11");
  });
});
