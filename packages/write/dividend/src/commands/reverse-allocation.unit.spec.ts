import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { type EntitlementState, entitlementFold, noEntitlements } from "../evolve/entitlement.ts";
import { fundsInPool, poolBalance, poolFold } from "../evolve/pool.ts";
import { listFigures } from "../figures.ts";
import { CancelPayoutBatch, OrderPoolPayout, RecordPayoutSuccess, SubmitPayoutBatch } from "../payout/commands.ts";
import { entitlementStream, partOf, poolStream } from "../streams.ts";
import { World } from "../testing.ts";
import { AllocateDividend } from "./allocate.ts";
import { DeclareDividend } from "./declare.ts";
import { DraftAllocation, type DraftAllocationCommand } from "./draft.ts";
import { RecordDividendFunds } from "./funds.ts";
import { ApproveAllocation, PostPublicity } from "./publicity.ts";
import { ReverseAllocation, ReverseAllocationParts, touchedHousehold } from "./reverse-allocation.ts";

const key = { pool: "P1", year: 2018 };
const reason = "名单有误";
const weights = (...households: string[]) => households.map((household) => ({ household, weight: "1" }));

/** Drafts, publicises, approves and posts `total` to the households. */
function allocate(at: World, total: string, ...households: string[]): World {
  const command: DraftAllocationCommand = { ...key, total, method: "by-stake", weights: weights(...households) };
  at.run(DraftAllocation, command, "2018-12-10");
  at.run(PostPublicity, { ...key, from: "2018-12-10", to: "2018-12-19" }, "2018-12-10");
  at.run(ApproveAllocation, key, "2018-12-20");
  at.run(AllocateDividend, key, "2018-12-20");
  return at;
}

function funded(): World {
  const at = new World().households("H1", "H2", "H3").enterprises("E1");
  at.fact("bank/K1", "BankRegistered", "2017-01-01", { bank: "K1", name: "x" });
  for (const household of ["H1", "H2", "H3"]) {
    const account = {
      household,
      holder: `p-${household}`,
      bank: "K1",
      kind: "card",
      number: "x",
      numberHash: `c-${household}`,
      purpose: "all",
    };
    at.fact(`household/${household}`, "BankAccountChanged", "2017-01-02", account);
  }
  at.run(DeclareDividend, { ...key, enterprise: "E1", total: "100.00" }, "2018-12-01");
  at.run(RecordDividendFunds, { pool: "P1", enterprise: "E1", amount: "100.00", serial: "S1" }, "2018-12-02");
  return at;
}

const submit = { payoutBatch: "PB1", bank: "K1", items: [{ household: "H1", year: 2018, pool: "P1" }] };
const poolOf = (at: World) => (at.log.streams.get(poolStream("P1")) ?? []).reduce(poolFold.evolve, poolFold.initialState);
const partState = (at: World, part = 0): EntitlementState =>
  (at.log.streams.get(entitlementStream("P1", 2018, part)) ?? []).reduce(entitlementFold.evolve, noEntitlements);
const owed = (at: World) =>
  Object.fromEntries([...partState(at).lines].map(([household, line]) => [household, formatAmount(line.payable)]));

describe("C1 of D3: ReverseAllocation 分配冲销", () => {
  it("given a posted list, when reversed, then every line goes back in red and names its posting; money and lines are as before", () => {
    const at = allocate(funded(), "100.00", "H1", "H2", "H3");
    const posted = at.log.streams.get(entitlementStream("P1", 2018, 0))?.at(-1);
    expect(at.run(ReverseAllocation, { ...key, reason }, "2019-01-05")).toEqual({
      ...key,
      draft: 1,
      households: 3,
      amount: "100.00",
      pendingParts: 0,
    });
    const red = at.log.streams.get(entitlementStream("P1", 2018, 0))?.at(-1);
    expect(red).toMatchObject({ type: "EntitlementsReversed", valueDate: posted?.valueDate, corrects: posted?.eventId });
    expect(red?.payload).toMatchObject({ lines: [{ amount: "-33.34" }, { amount: "-33.33" }, { amount: "-33.33" }] });
    expect([fundsInPool(poolOf(at)), poolBalance(poolOf(at)), partState(at).lines.size]).toEqual([10_000n, 10_000n, 0]);
    expect(listFigures(poolOf(at), 2018, 0n)?.distributable).toBe(10_000n);
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2019-01-05")).toBe("ALLOCATION_NOT_STANDING");
    expect(at.refusal(AllocateDividend, key, "2019-01-05")).toBe("DRAFT_CLOSED");
    expect(at.refusal(PostPublicity, { ...key, from: "2019-01-05", to: "2019-01-20" }, "2019-01-05")).toBe("DRAFT_CLOSED");
  });

  it("given a reversed list, when the year is drafted, publicised and approved anew (C2), then the new list is posted and paid", () => {
    const at = allocate(funded(), "100.00", "H1", "H2", "H3");
    at.run(ReverseAllocation, { ...key, reason }, "2018-12-20");
    allocate(at, "100.00", "H1", "H2");
    expect(owed(at)).toEqual({ H1: "50.00", H2: "50.00" });
    expect(at.types(poolStream("P1")).filter((type) => type === "DividendAllocated")).toHaveLength(2);
    expect(at.run(SubmitPayoutBatch, submit, "2018-12-21")).toMatchObject({ total: "50.00" });
  });

  it("given a line that was submitted or paid, when reversed, then it is refused; a cancelled batch is none", () => {
    const at = allocate(funded(), "100.00", "H1", "H2");
    at.run(SubmitPayoutBatch, submit, "2018-12-21");
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-21")).toBe("ALLOCATION_TOUCHED");
    at.run(CancelPayoutBatch, { payoutBatch: "PB1", reason: "x" }, "2018-12-21");
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-21")).toBeUndefined();
    at.run(SubmitPayoutBatch, { ...submit, payoutBatch: "PB2" }, "2018-12-21");
    at.fact(entitlementStream("P1", 2018, 0), "PayoutSucceeded", "2018-12-22", {
      ...{ payoutBatch: "PB2", ...key, part: 0 },
      items: [{ household: "H1", village: "V1", amount: "50.00" }],
    });
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-22")).toBe("ALLOCATION_TOUCHED");
    expect(RecordPayoutSuccess.roles).toEqual(["BANK"]);
  });

  it("given a division of the household since, when reversed, then it is refused even where enough money lies there", () => {
    const at = allocate(funded(), "100.00", "H1", "H2");
    const moves = [{ household: "H3", village: "V1", account: "2901.02", amount: "25.00" }];
    const divided = { ...key, part: 0, source: "H1", sourceVillage: "V1", moves };
    for (const side of ["source", "target"])
      at.fact(entitlementStream("P1", 2018, 0), "EntitlementsDivided", "2018-12-22", { ...divided, side });
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-22")).toBe("ALLOCATION_TOUCHED");
  });

  it("given two lists of a year, when reversed, then the last one first, whatever was paid of the other", () => {
    const at = allocate(funded(), "60.00", "H1", "H2");
    at.run(SubmitPayoutBatch, submit, "2018-12-21");
    allocate(at, "40.00", "H1", "H2");
    expect(at.refusal(ReverseAllocation, { ...key, draft: 1, reason }, "2018-12-22")).toBe("ALLOCATION_NOT_LAST");
    // H1's first payment is with the bank: its line is not free yet.
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-22")).toBe("ALLOCATION_TOUCHED");
    at.fact(entitlementStream("P1", 2018, 0), "PayoutSucceeded", "2018-12-22", {
      ...{ payoutBatch: "PB1", ...key, part: 0 },
      items: [{ household: "H1", village: "V1", amount: "30.00" }],
    });
    at.run(ReverseAllocation, { ...key, draft: 2, reason }, "2018-12-23");
    expect(owed(at)).toEqual({ H1: "0.00", H2: "30.00" });
    expect(at.refusal(ReverseAllocation, { ...key, draft: 1, reason }, "2018-12-23")).toBe("ALLOCATION_TOUCHED");
  });

  it("given a year without a list, or a long one that is not posted to the end, when reversed, then it is refused", () => {
    expect(funded().refusal(ReverseAllocation, { ...key, reason }, "2018-12-22")).toBe("ALLOCATION_NOT_STANDING");
    expect(funded().refusal(ReverseAllocation, { pool: "P9", year: 2018, reason }, "2018-12-22")).toBe("POOL_UNKNOWN");
  });
});

describe("C1 of a long list", () => {
  const PARTS = 16;
  const households = Array.from({ length: 64 }, (_, nth) => `H${String(nth).padStart(3, "0")}`);

  /** A list of more parts than one append takes, posted; recorded as facts. */
  function long(): World {
    const at = funded();
    const list = {
      ...key,
      draft: 1,
      method: "equal",
      residueRule: "FLOOR_CARRY",
      snapshot: "2018-12-20",
      total: "64.00",
      allocated: "64.00",
    };
    const header = { ...list, carried: "0.00", households: 64, parts: PARTS, listHash: "h", weightsFrom: "given" };
    const parts = Array.from({ length: PARTS }, (_, part) => part);
    at.fact(poolStream("P1"), "AllocationDrafted", "2018-12-20", header);
    at.fact(poolStream("P1"), "DividendAllocated", "2018-12-20", header);
    for (const part of parts) {
      const lines = households
        .filter((household) => partOf(household, PARTS) === part)
        .map((household) => ({ household, village: "V1", weight: "1", amount: "1.00" }));
      if (lines.length === 0) continue;
      for (const type of ["AllocationLinesDrafted", "EntitlementsAllocated"])
        at.fact(entitlementStream("P1", 2018, part), type, "2018-12-20", { ...key, draft: 1, part, lines });
    }
    at.fact(poolStream("P1"), "AllocationPartsPosted", "2018-12-20", { ...key, draft: 1, parts, households: 64, amount: "64.00" });
    at.log.resolvers.set(
      "touchedOfAllocation",
      ({ parts: count, draft }) =>
        Array.from({ length: Number(count) }, (_, part) => touchedHousehold(partState(at, part), Number(draft))).find(
          (one) => one !== undefined,
        ) ?? "",
    );
    return at;
  }
  const all = Array.from({ length: PARTS }, (_, part) => part);
  const back = (parts: number[]) => ({ ...key, draft: 1, parts, reason });

  it("is taken back part by part, each once; until the last nothing of the year is paid or drafted", () => {
    const at = long();
    expect(at.refusal(ReverseAllocationParts, back([0]), "2018-12-21")).toBe("ALLOCATION_NOT_STANDING");
    expect(at.run(ReverseAllocation, { ...key, reason }, "2018-12-21")).toMatchObject({ amount: "64.00", pendingParts: PARTS });
    expect(at.refusal(ReverseAllocation, { ...key, reason }, "2018-12-21")).toBe("REVERSAL_UNFINISHED");
    expect(at.refusal(SubmitPayoutBatch, { ...submit, items: [{ ...key, household: "H001" }] }, "2018-12-21")).toBe("REVERSAL_UNFINISHED");
    expect(at.refusal(OrderPoolPayout, { ...key, bank: "K1" }, "2018-12-21")).toBe("REVERSAL_UNFINISHED");
    expect(at.refusal(DraftAllocation, { ...key, total: "1.00", method: "by-stake", weights: weights("H1") }, "2018-12-21")).toBe(
      "REVERSAL_UNFINISHED",
    );
    expect(at.refusal(ReverseAllocationParts, back([PARTS]), "2018-12-21")).toBe("LIST_PART_DIFFERS");
    expect(at.run(ReverseAllocationParts, back(all.slice(0, 14)), "2018-12-21")).toEqual({ reversed: 14, kept: 0, pendingParts: 2 });
    expect(at.run(ReverseAllocationParts, back(all.slice(0, 14)), "2018-12-21")).toMatchObject({ reversed: 0, pendingParts: 2 });
    expect(at.run(ReverseAllocationParts, back(all.slice(12)), "2018-12-21")).toEqual({ reversed: 2, kept: 0, pendingParts: 0 });
    expect([fundsInPool(poolOf(at)), all.reduce((sum, part) => sum + partState(at, part).lines.size, 0)]).toEqual([10_000n, 0]);
    expect(
      at.refusal(DraftAllocation, { ...key, total: "1.00", method: "by-stake", weights: weights("H1") }, "2018-12-21"),
    ).toBeUndefined();
  });

  it("is refused when one line of any part was paid; a line that a division moves meanwhile stands", () => {
    const paid = long();
    const part = partOf("H007", PARTS);
    const moves = [{ household: "H1", village: "V1", account: "2901.02", amount: "0.50" }];
    const divided = { ...key, part, source: "H007", sourceVillage: "V1", moves, side: "source" };
    paid.fact(entitlementStream("P1", 2018, part), "EntitlementsDivided", "2018-12-21", divided);
    expect(paid.refusal(ReverseAllocation, { ...key, reason }, "2018-12-21")).toBe("ALLOCATION_TOUCHED");
    const at = long();
    at.run(ReverseAllocation, { ...key, reason }, "2018-12-21");
    at.fact(entitlementStream("P1", 2018, part), "EntitlementsDivided", "2018-12-21", divided);
    expect(at.run(ReverseAllocationParts, back(all.slice(0, 14)), "2018-12-21").pendingParts).toBe(2);
    at.run(ReverseAllocationParts, back(all.slice(14)), "2018-12-21");
    expect([poolOf(at).allocated, partState(at, part).lines.get("H007")?.payable]).toEqual([100n, 50n]);
  });
});
