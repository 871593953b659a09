import { describe, expect, it } from "vitest";
import { makeDistrict } from "./district.ts";

const district = makeDistrict();
const people = (list: readonly { readonly members: readonly unknown[] }[]): number =>
  list.reduce((sum, household) => sum + household.members.length, 0);

describe("the demo district", () => {
  it("has the plan's 3,074 people in 1,006 households of 13 villages, village by village", () => {
    expect(district.households).toHaveLength(1006);
    expect(people(district.households)).toBe(3074);
    for (const village of district.villages) {
      const own = district.households.filter((household) => household.village === village.code);
      expect([own.length, people(own)], village.name).toEqual([village.households, village.people]);
    }
  });

  it("exits as many households and people a year as the plan says, and leaves the hole of 48 and 162", () => {
    for (const [year, [households, count]] of Object.entries(district.plannedExits)) {
      const own = district.households.filter((household) => String(household.exitYear ?? "unplanned") === year);
      expect([own.length, people(own)], year).toEqual([households, count]);
    }
  });

  it("gives every person an ID number of his own in the unassigned region", () => {
    const numbers = district.households.flatMap((household) => household.members.map((member) => member.idNumber));
    expect(new Set(numbers).size).toBe(3074);
    expect(numbers.every((number) => /^410899\d{11}[\dX]$/.test(number))).toBe(true);
  });

  it("is the same district for the same seed", () => {
    expect(makeDistrict()).toEqual(district);
  });

  it("has names that careless systems break", () => {
    const heads = district.households.map((household) => household.members[0]?.name ?? "");
    expect(heads.filter((name) => name.includes("·") || [...name].length !== name.length || /[䶮㛃]/.test(name))).toHaveLength(4);
  });
});
