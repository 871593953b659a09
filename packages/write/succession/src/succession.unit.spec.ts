import { SpecificationLog } from "@huimin/decider";
import {
  beneficiaryFold,
  beneficiaryStream,
  entitlementFold,
  entitlementStream,
  holdersNow,
  landRightFold,
  landRightStream,
  poolStream,
} from "@huimin/dividend/events";
import { loanStream, loanTimelineFold, stakesNow } from "@huimin/loan/events";
import { Exact, formatAmount, sumFen } from "@huimin/money";
import { MergeHouseholds, RecordHouseholdExtinct, SplitHousehold } from "@huimin/registry";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withSuccession } from "./commands.ts";
import { portions } from "./divide.ts";
import type { HoldingsIndex } from "./holdings.ts";

const [Split, Merge, Extinct] = withSuccession([SplitHousehold, MergeHouseholds, RecordHouseholdExtinct]) as [
  typeof SplitHousehold,
  typeof MergeHouseholds,
  typeof RecordHouseholdExtinct,
];
const VILLAGE = "V1";
const member = (personId: string, relation: string) => ({ personId, relation, name: "sealed:n", idNumber: "sealed:i" });

/** Household H104 of three with a stake of 50,000 (L104), 3,000.01 payable of 2017, 0.01 returned of B6, 4 shares, a parcel. */
class District {
  readonly log = new SpecificationLog({ role: "POV", recordedAt: "2018-10-20T09:00:00+08:00", period: "2018-10" });
  readonly index = new Map<string, HoldingsIndex>();

  constructor() {
    this.log.resolvers.set("birthDate", () => "1978-01-01");
    this.log.resolvers.set(
      "holdings",
      ({ household }) => this.index.get(household ?? "") ?? { loans: [], entitlements: [], sharePools: [] },
    );
    this.household("H104", 3);
    this.household("H200", 1);
    const subject = { loan: "L104", household: "H104", village: VILLAGE, bank: "K1", enterprise: "E05", batch: "B05" };
    const terms = { annualRate: "4.75", yearBase: 360, contractDate: "2017-03-01", due: "2020-03-01", method: "single-payment" };
    const drawn = {
      ...subject,
      ...terms,
      amount: "50000.00",
      creditGroup: "H104",
      borrower: "H104-1",
      serial: "D1",
      penaltySurcharge: "50",
    };
    this.fact(loanStream("L104"), "LoanDisbursed", drawn, "2017-03-01");
    this.fact(loanStream("L104"), "StakeEntrusted", { ...subject, amount: "50000.00", serial: "S1" }, "2017-03-01");
    this.allocated("B05", "3000.01");
    this.allocated("B6", "0.01");
    const [part, items] = [
      { pool: "B6", year: 2017, part: 0, payoutBatch: "P1" },
      [{ household: "H104", village: VILLAGE, amount: "0.01" }],
    ];
    const submitted = items.map((item) => ({ ...item, from: "2901.02", account: "a" }));
    this.fact(entitlementStream("B6", 2017, 0), "PayoutItemsSubmitted", { ...part, bank: "K1", items: submitted }, "2017-12-21");
    this.fact(entitlementStream("B6", 2017, 0), "PayoutFailed", { ...part, reason: "AC04", items }, "2017-12-22");
    const holders = [{ household: "H104", village: VILLAGE, shares: "4" }];
    const assigned = { pool: "B6", year: 2018, holders, changes: [{ household: "H104", village: VILLAGE, change: "4" }], minutes: "m" };
    this.fact(beneficiaryStream("B6"), "BeneficiariesAssigned", assigned, "2018-01-01");
    const parcel = { household: "H104", village: VILLAGE, parcel: "T1", enterprise: "E05", pool: "B6", areaMu: "3.01", units: "301" };
    const contract = { valuation: "100.00", to: "2027-12-31", certificate: "c" };
    this.fact(landRightStream("H104"), "LandRightContributed", { ...parcel, ...contract }, "2018-01-01");
    const entitlements = ["B05", "B6"].map((pool) => ({ pool, year: 2017 }));
    this.index.set("H104", { loans: ["L104"], entitlements, sharePools: ["B6"] });
  }

  fact(stream: string, type: string, payload: object, valueDate: string): void {
    this.log.record(stream, [{ type, valueDate, payload }], { recordedAt: `${valueDate}T08:00:00+08:00`, period: valueDate.slice(0, 7) });
  }

  household(household: string, size: number): void {
    const members = Array.from({ length: size }, (_, nth) => member(`${household}-p${nth}`, nth === 0 ? "head" : "child"));
    const registered = { household, village: VILLAGE, members, head: `${household}-p0` };
    this.fact(`household/${household}`, "HouseholdRegistered", registered, "2015-12-31");
    for (const { personId } of members) this.fact(`person/${personId}`, "PersonJoined", { personId, household }, "2015-12-31");
  }

  allocated(pool: string, amount: string): void {
    const list = { pool, year: 2017, draft: 1, total: amount, allocated: amount, carried: "0.00", households: 1, parts: 1 };
    for (const type of ["AllocationDrafted", "DividendAllocated"]) this.fact(poolStream(pool), type, list, "2017-12-20");
    const lines = [{ household: "H104", village: VILLAGE, amount }];
    this.fact(entitlementStream(pool, 2017, 0), "EntitlementsAllocated", { ...list, part: 0, lines }, "2017-12-20");
  }

  split(valueDate = "2018-10-15") {
    return this.log.execute(Split, {
      household: "H104",
      targets: [
        { household: "H104", head: "H104-p0", members: [{ personId: "H104-p0" }, { personId: "H104-p1" }] },
        { household: "H104-2", head: "H104-p2", members: [{ personId: "H104-p2" }] },
      ],
      debtorStays: "H104",
      valueDate,
    });
  }

  stakes(): Record<string, string> {
    const events = this.log.streams.get(loanStream("L104")) ?? [];
    const state = events.reduce((before, event) => loanTimelineFold.evolve(before, event), loanTimelineFold.initialState);
    return Object.fromEntries(stakesNow(state).map(({ household, amount }) => [household, formatAmount(amount)]));
  }

  /** `[entitled, 2901.02, 2901.04]` of every household of a pool. */
  lines(pool: string): Record<string, string[]> {
    const events = this.log.streams.get(entitlementStream(pool, 2017, 0)) ?? [];
    const { lines } = events.reduce((before, event) => entitlementFold.evolve(before, event), entitlementFold.initialState);
    return Object.fromEntries([...lines].map(([name, one]) => [name, [one.entitled, one.payable, one.returned].map(formatAmount)]));
  }

  shares(): Record<string, string> {
    const events = this.log.streams.get(beneficiaryStream("B6")) ?? [];
    const holders = holdersNow(events.reduce((before, event) => beneficiaryFold.evolve(before, event), beneficiaryFold.initialState));
    return Object.fromEntries([...holders].map(([name, { shares }]) => [name, shares.toString()]));
  }

  units(household: string): [string, string] | undefined {
    const events = this.log.streams.get(landRightStream(household)) ?? [];
    const parcel = events.reduce((before, event) => landRightFold.evolve(before, event), landRightFold.initialState).get("T1");
    return parcel && [parcel.units, parcel.valuation];
  }
}

describe("SplitHousehold with what it does to money (R2, T11)", () => {
  it("divides stake, open dividends, shares and land by heads; the loan stays with the debtor", () => {
    const test = new District();
    const result = test.split();
    expect(result.ok && result.value.answer).toMatchObject({
      stakes: { L104: { H104: "33333.33", "H104-2": "16666.67" } },
      payables: [
        { account: "2901.02", year: 2017, pool: "B05", shares: { H104: "2000.01", "H104-2": "1000.00" } },
        { account: "2901.04", year: 2017, pool: "B6", shares: { H104: "0.01", "H104-2": "0.00" } },
      ],
    });
    expect(test.stakes()).toEqual({ H104: "33333.33", "H104-2": "16666.67" });
    expect(test.lines("B05")).toEqual({ H104: ["2000.01", "2000.01", "0.00"], "H104-2": ["1000.00", "1000.00", "0.00"] });
    expect(test.lines("B6")).toEqual({ H104: ["0.01", "0.00", "0.01"] });
    expect(test.shares()).toEqual({ H104: "3", "H104-2": "1" });
    expect([test.units("H104"), test.units("H104-2")]).toEqual([
      ["201", "66.78"],
      ["100", "33.22"],
    ]);
  });

  it("divides nothing of a household that has nothing, and nothing when the register refuses", () => {
    const test = new District();
    test.index.clear();
    test.log.streams.delete(landRightStream("H104"));
    const result = test.split();
    expect(result.ok && result.value.answer).toMatchObject({ stakes: {}, payables: [] });
    expect(result.ok && result.value.writes.every(({ stream }) => /^(household|person)\//.test(stream))).toBe(true);
    expect(new District().split("2019-01-01")).toMatchObject({ ok: false, refusal: { code: "REGISTRY_DATE_IN_FUTURE" } });
  });

  it("needs a second person: book G moves between households", () => {
    expect([Split, Merge, Extinct].map(({ postsInBookG }) => postsInBookG)).toEqual([true, true, false]);
  });

  it("property: by heads nothing is lost or made, and the same whatever the order of the list", () => {
    const successors = fc.uniqueArray(fc.record({ household: fc.stringMatching(/^H\d{1,3}$/), heads: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 2,
      maxLength: 6,
      selector: ({ household }) => household,
    });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10_000_000n }), successors, (amount, list) => {
        const targets = list.map((one) => ({ ...one, village: VILLAGE }));
        const parts = portions(amount, targets);
        const heads = sumFen(targets.map((one) => BigInt(one.heads)));
        expect(sumFen(parts.map((part) => part.amount))).toBe(amount);
        for (const part of parts) {
          const exact = new Exact(amount.toString()).mul(part.heads).div(heads.toString());
          expect(exact.sub(part.amount.toString()).abs().lessThan(1)).toBe(true);
        }
        expect(portions(amount, targets.toReversed())).toEqual(parts);
      }),
    );
  });
});

describe("MergeHouseholds and RecordHouseholdExtinct", () => {
  it("brings all that the merged household has to the one it goes into", () => {
    const test = new District();
    const merged = test.log.execute(Merge, { into: "H200", households: ["H104"], valueDate: "2018-10-15" });
    expect(merged.ok && merged.value.answer).toMatchObject({ household: "H200", stakes: { L104: { H200: "50000.00" } } });
    expect(test.stakes()).toEqual({ H200: "50000.00" });
    expect(test.lines("B05")).toMatchObject({ H104: ["0.00", "0.00", "0.00"], H200: ["3000.01", "3000.01", "0.00"] });
    expect(test.shares()).toEqual({ H200: "4" });
    expect([test.units("H104"), test.units("H200")]).toEqual([undefined, ["301", "100.00"]]);
  });

  it("gives the shares of an extinct household back from the day after; what it is owed stays", () => {
    const test = new District();
    const lastMembers = ["H104-p0", "H104-p1", "H104-p2"];
    const result = test.log.execute(Extinct, { household: "H104", lastMembers, valueDate: "2018-10-15" } as never);
    expect(result.ok).toBe(true);
    expect(test.log.streams.get(beneficiaryStream("B6"))?.at(-1)).toMatchObject({
      type: "BeneficiariesReassigned",
      valueDate: "2018-10-16",
      payload: { holders: [], takenBack: ["H104"], changes: [{ household: "H104", change: "-4" }] },
    });
    expect(test.lines("B05")).toEqual({ H104: ["3000.01", "3000.01", "0.00"] });
    expect(test.stakes()).toEqual({ H104: "50000.00" });
  });
});
