import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as r from "./index.ts";
import { member, SpecRegister } from "./specification/register.ts";

/*
 * Whatever is tried on a register of a few households: every active person is in exactly one household, which is the
 * one that the person's stream names; every active household has a head who is a member; nobody is in two.
 */

const NUMBERS = ["H1", "H2", "H3", "H4"] as const;
const PEOPLE = ["A", "B", "C", "D", "E", "F"] as const;
const number = fc.constantFrom(...NUMBERS);
const person = fc.constantFrom(...PEOPLE);
const valueDate = "2018-05-01";

const step = fc.oneof(
  fc.record({ kind: fc.constant("register" as const), no: number, people: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant("add" as const), no: number, who: person }),
  fc.record({ kind: fc.constant("remove" as const), no: number, who: person, dead: fc.boolean() }),
  fc.record({ kind: fc.constant("head" as const), no: number, who: person }),
  fc.record({ kind: fc.constant("split" as const), no: number, to: number, cut: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("merge" as const), no: number, into: number }),
  fc.record({ kind: fc.constant("extinct" as const), no: number }),
  fc.record({ kind: fc.constant("deregister" as const), no: number }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function attempt(register: SpecRegister, it: Step): boolean {
  const household = it.no;
  const state = register.household(household);
  switch (it.kind) {
    case "register":
      return register.when(r.RegisterHousehold, {
        household,
        village: "V1",
        head: it.people[0] as string,
        members: it.people.map((id, n) => member(id, n === 0 ? "head" : "child")),
        valueDate,
      }).ok;
    case "add":
      return register.when(r.AddMember, { household, member: member(it.who, "child"), reason: "birth", valueDate }).ok;
    case "remove":
      return register.when(r.RemoveMember, { household, personId: it.who, reason: it.dead ? "death" : "moved", valueDate }).ok;
    case "head":
      return register.when(r.ChangeHead, { household, newHead: it.who, valueDate }).ok;
    case "split": {
      const ids = state.members.map(({ personId }) => personId);
      const [stay, go] = [ids.slice(0, it.cut), ids.slice(it.cut)];
      const of = (no: string, list: string[]) => ({
        household: no,
        head: list.includes(state.head) ? state.head : (list[0] ?? ""),
        members: list.map((personId) => ({ personId })),
      });
      return register.when(r.SplitHousehold, {
        household,
        targets: [of(household, stay), of(it.to, go)],
        debtorStays: household,
        valueDate,
      }).ok;
    }
    case "merge":
      return register.when(r.MergeHouseholds, { into: it.into, households: [household], valueDate }).ok;
    case "extinct":
      return register.when(r.RecordHouseholdExtinct, { household, lastMembers: state.members.map(({ personId }) => personId), valueDate })
        .ok;
    case "deregister":
      return register.when(r.DeregisterHousehold, { household, reason: "spec", valueDate }).ok;
  }
}

describe("the register", () => {
  it("keeps one household per person and one head per household", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        const register = new SpecRegister();
        attempt(register, { kind: "register", no: "H1", people: ["A", "B", "C"] });
        attempt(register, { kind: "register", no: "H2", people: ["D"] });
        for (const one of steps) if (attempt(register, one)) accepted += 1;
        const active = NUMBERS.map((no) => register.household(no)).filter((state) => state.household !== undefined && !state.ended);
        const seen = new Set<string>();
        for (const state of active) {
          expect(r.isMember(state, state.head)).toBe(true);
          expect(state.members.filter(({ relation }) => relation === "head").map(({ personId }) => personId)).toEqual([state.head]);
          for (const { personId } of state.members) {
            expect(seen.has(personId)).toBe(false);
            seen.add(personId);
            expect(register.person(personId).household).toBe(state.household);
          }
        }
        for (const id of PEOPLE) if (!seen.has(id)) expect(register.person(id).household).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(100); // the property is not about refusals only
  });
});
