import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { AllocationList } from "../engine/allocation.ts";
import { hashOfList, hashOfPart } from "../engine/list-hash.ts";
import { fundsInPool, poolFold } from "../evolve/pool.ts";
import { entitlementStream, partOf, partsFor, poolStream } from "../streams.ts";
import { World } from "../testing.ts";
import { AllocateDividend, PostAllocationParts } from "./allocate.ts";
import { DeclareDividend } from "./declare.ts";
import { DraftAllocation, type DraftAllocationCommand } from "./draft.ts";
import { RecordAssetIncome, RecordDividendFunds } from "./funds.ts";
import { BeginAllocationList, RecordAllocationParts } from "./long-list.ts";
import { ApproveAllocation, FileObjection, PostPublicity, ResolveObjection } from "./publicity.ts";
import { RecordPublicityBoards, RecordPublicityEvidence } from "./publicity-record.ts";
import { AssignBeneficiaries, ReassignBeneficiaries } from "./rights.ts";

const key = { pool: "P1", year: 2018 };
const weights = (...rows: [string, string][]) => rows.map(([household, weight]) => ({ household, weight }));
const list: DraftAllocationCommand = {
  ...key,
  total: "100.00",
  method: "by-stake",
  weights: weights(["H2", "1"], ["H1", "1"], ["H3", "1"]),
};
const window = { from: "2018-12-10", to: "2018-12-19" };

/** A pool with 100.00 claimed and received. */
function funded(received = "100.00"): World {
  const at = new World().households("H1", "H2", "H3", "H4").enterprises("E1");
  at.run(DeclareDividend, { ...key, enterprise: "E1", total: "100.00" }, "2018-12-01");
  if (received !== "0.00") at.run(RecordDividendFunds, { pool: "P1", enterprise: "E1", amount: received, serial: "S1" }, "2018-12-02");
  return at;
}

function published(command: DraftAllocationCommand = list, at = funded()): World {
  at.run(DraftAllocation, command, "2018-12-10");
  at.run(PostPublicity, { pool: command.pool, year: command.year, ...window }, "2018-12-10");
  return at;
}

function approved(command: DraftAllocationCommand = list, at = funded()): World {
  published(command, at).run(ApproveAllocation, { pool: command.pool, year: command.year }, "2018-12-20");
  return at;
}

describe("draft", () => {
  it("given equal weights, when drafted, then the odd fen goes to the first household by number (R7), whatever the order of the list", () => {
    const at = funded();
    expect(at.run(DraftAllocation, list, "2018-12-10")).toMatchObject({
      draft: 1,
      allocated: "100.00",
      carried: "0.00",
      perHousehold: { H1: "33.34", H2: "33.33", H3: "33.33" },
    });
    expect(at.types(entitlementStream("P1", 2018, 0))).toEqual(["AllocationLinesDrafted"]);
  });

  it("given an equal split, when no rule is agreed, then the policy floors and carries (R6)", () => {
    const at = funded();
    const equal: DraftAllocationCommand = { ...key, method: "equal", households: ["H1", "H2", "H3"] };
    expect(at.run(DraftAllocation, equal, "2018-12-10")).toMatchObject({ allocated: "99.99", carried: "0.01", residueRule: "FLOOR_CARRY" });
  });

  it.each<[string, Partial<DraftAllocationCommand>, string]>([
    ["more than was received", { total: "100.01" }, "ABOVE_FUNDS_RECEIVED"],
    ["a household twice", { weights: weights(["H1", "1"], ["H1", "2"]) }, "LIST_HOUSEHOLD_TWICE"],
    ["an unknown household", { weights: weights(["H9", "1"]) }, "NOT_ELIGIBLE_ON_SNAPSHOT"],
    ["nobody", { weights: [] }, "LIST_EMPTY"],
    ["weights of zero", { weights: weights(["H1", "0"]) }, "LIST_WEIGHTS_INVALID"],
    ["a weight that is none", { weights: weights(["H1", "1e3"]) }, "LIST_WEIGHTS_INVALID"],
    ["no method", { method: undefined as never }, "METHOD_MISSING"],
    ["a fixed rate that nobody declared", { method: "fixed-rate", weights: undefined as never }, "FIXED_RATE_NOT_DECLARED"],
    ["a pool that does not exist", { pool: "P9" }, "POOL_UNKNOWN"],
    ["a day that does not exist", { snapshot: "2018-02-30" }, "DIVIDEND_DATE_INVALID"],
  ])("given %s, when drafted, then it is refused", (_, change, code) => {
    const command = Object.fromEntries(Object.entries({ ...list, ...change }).filter(([, value]) => value !== undefined));
    expect(funded().refusal(DraftAllocation, command as DraftAllocationCommand, "2018-12-10")).toBe(code);
  });

  it("given too little money, when advanced or publicised before the money, then it is drafted; posted only when it is there", () => {
    expect(funded("60.00").refusal(DraftAllocation, list, "2018-12-10")).toBe("ABOVE_FUNDS_RECEIVED");
    const waiting = approved({ ...list, beforeFunds: true }, funded("60.00"));
    expect(waiting.refusal(AllocateDividend, key, "2018-12-20")).toBe("ABOVE_FUNDS_RECEIVED");
    waiting.run(RecordDividendFunds, { pool: "P1", enterprise: "E1", amount: "40.00", serial: "S2" }, "2018-12-20");
    waiting.run(AllocateDividend, key, "2018-12-20");
    const advanced = approved({ ...list, advance: true }, funded("0.00"));
    advanced.run(AllocateDividend, key, "2018-12-20");
    expect(funded("0.00").refusal(DraftAllocation, { ...list, advance: true, total: "100.01" }, "2018-12-10")).toBe("ABOVE_FUNDS_RECEIVED");
  });

  it("given stakes outside model 1, when drafted by stake and days, then the days of the year count (T7)", () => {
    const segments = [
      { household: "H1", stake: "50000.00", from: "2017-06-01", toExcl: "2019-06-01" },
      { household: "H2", stake: "50000.00", from: "2018-07-02", toExcl: "2019-01-01" },
    ];
    const command: DraftAllocationCommand = { ...key, method: "by-stake-days", segments };
    expect(funded().run(DraftAllocation, command, "2018-12-10").perHousehold).toEqual({ H1: "66.61", H2: "33.39" });
    const byStake: DraftAllocationCommand = { ...command, method: "by-stake", snapshot: "2018-05-01" };
    expect(funded().run(DraftAllocation, byStake, "2018-12-10").perHousehold).toEqual({ H1: "100.00", H2: "0.00" });
  });
});

describe("publicity and approval", () => {
  it("given a draft, when publicised, then ten days with both ends and no less", () => {
    const at = funded();
    expect(at.refusal(PostPublicity, { ...key, ...window }, "2018-12-10")).toBe("DRAFT_MISSING");
    at.run(DraftAllocation, list, "2018-12-10");
    expect(at.refusal(PostPublicity, { ...key, from: "2018-12-10", to: "2018-12-18" }, "2018-12-10")).toBe("PUBLICITY_TOO_SHORT");
    expect(at.refusal(PostPublicity, { ...key, from: "2018-12-09", to: "2018-12-19" }, "2018-12-10")).toBe("DIVIDEND_DATE_INVALID");
    expect(at.run(PostPublicity, { ...key, ...window }, "2018-12-10").days).toBe(10);
  });

  it("given a publicised list, when approved, then only after its last day", () => {
    const at = published();
    expect(at.refusal(ApproveAllocation, key, "2018-12-19")).toBe("PUBLICITY_NOT_FINISHED");
    expect(at.refusal(ApproveAllocation, { ...key, listHash: "0".repeat(64) }, "2018-12-20")).toBe("LIST_SUM_DIFFERS");
    at.run(ApproveAllocation, key, "2018-12-20");
    expect(at.refusal(ApproveAllocation, key, "2018-12-20")).toBe("DRAFT_CLOSED");
    expect(at.refusal(PostPublicity, { ...key, ...window }, "2018-12-20")).toBe("DRAFT_CLOSED");
  });

  it("given an objection, when open it blocks, dismissed it does not, upheld it needs a new draft", () => {
    const at = published();
    expect(at.run(FileObjection, { pool: "P1", household: "H4" }, "2018-12-12").objection).toBe("2018-1-1");
    expect(at.refusal(ApproveAllocation, key, "2018-12-20")).toBe("OBJECTION_OPEN");
    expect(at.refusal(ResolveObjection, { pool: "P1", household: "H1", result: "dismissed" }, "2018-12-13")).toBe("OBJECTION_UNKNOWN");
    at.run(ResolveObjection, { pool: "P1", household: "H4", result: "dismissed" }, "2018-12-13");
    expect(at.refusal(ApproveAllocation, key, "2018-12-20")).toBeUndefined();
    at.run(FileObjection, { pool: "P1", household: "H4" }, "2018-12-14");
    at.run(ResolveObjection, { pool: "P1", household: "H4", result: "upheld" }, "2018-12-15");
    expect(at.refusal(ApproveAllocation, key, "2018-12-20")).toBe("OBJECTION_UPHELD");
    at.run(DraftAllocation, { ...list, weights: weights(["H1", "1"], ["H4", "1"]) }, "2018-12-20");
    expect(at.refusal(ApproveAllocation, key, "2018-12-20")).toBe("PUBLICITY_NOT_FINISHED");
    expect(at.refusal(FileObjection, { pool: "P1", household: "H4" }, "2018-12-20")).toBe("DRAFT_NOT_PUBLISHED");
  });

  it("given a publicised list, when its sheets are recorded, then once, and only if they add up to it", () => {
    const at = published();
    const board = (village: string, households: number, amount: string) => ({ village, households, amount, contentHash: "a".repeat(64) });
    const notice = { phones: ["12317"], maker: "区扶贫办", reviewer: "区财政局" };
    const record = (...boards: object[]) => ({ ...key, posted: 5, boards, notice }) as never;
    for (const wrong of [[board("V1", 3, "99.99")], [board("V1", 2, "100.00")], [board("V1", 1, "50.00"), board("V1", 2, "50.00")]])
      expect(at.refusal(RecordPublicityBoards, record(...wrong), "2018-12-10")).toBe("PUBLICITY_BOARDS_DIFFER");
    const good = record(board("V1", 2, "66.67"), board("V2", 1, "33.33"));
    expect(at.run(RecordPublicityBoards, good, "2018-12-10")).toMatchObject({ draft: 1, boards: 2 });
    expect(at.refusal(RecordPublicityBoards, good, "2018-12-10")).toBe("PUBLICITY_BOARDS_MADE");
    expect(at.types(poolStream("P1")).at(-1)).toBe("PublicityBoardsMade");
    // A list that hangs out anew needs sheets of its own.
    at.run(PostPublicity, { ...key, from: "2018-12-11", to: "2018-12-20" }, "2018-12-11");
    expect(at.refusal(RecordPublicityBoards, good, "2018-12-11")).toBeUndefined();
    const draft = funded();
    draft.run(DraftAllocation, list, "2018-12-10");
    expect(draft.refusal(RecordPublicityBoards, good, "2018-12-10")).toBe("DRAFT_NOT_PUBLISHED");
  });

  it("given photographs of the board, when recorded, then each once and on a day that fits, also after the approval", () => {
    const at = approved();
    const photo = (kind: string, letter: string, takenOn: string) =>
      ({ ...key, kind, hash: letter.repeat(64), title: "公示栏", takenOn }) as never;
    expect(at.run(RecordPublicityEvidence, photo("start", "a", "2018-12-10"), "2018-12-20")).toMatchObject({ kind: "start" });
    at.run(RecordPublicityEvidence, photo("end", "b", "2018-12-19"), "2018-12-20");
    expect(at.refusal(RecordPublicityEvidence, photo("other", "b", "2018-12-19"), "2018-12-20")).toBe("PUBLICITY_EVIDENCE_KNOWN");
    for (const wrong of [photo("start", "c", "2018-12-09"), photo("end", "c", "2018-12-18"), photo("other", "c", "2018-12-21")])
      expect(at.refusal(RecordPublicityEvidence, wrong, "2018-12-20")).toBe("PUBLICITY_EVIDENCE_DATE");
  });

  it("given a change after the approval, when allocated, then the new draft must be publicised again", () => {
    const at = approved();
    at.run(DraftAllocation, { ...list, total: "99.00" }, "2018-12-20");
    expect(at.refusal(AllocateDividend, key, "2018-12-20")).toBe("PUBLICITY_NOT_FINISHED");
    expect(at.refusal(AllocateDividend, { ...key, draft: 1 }, "2018-12-20")).toBe("DRAFT_MISSING");
  });
});

describe("D3 allocation", () => {
  it("given an approved list, when allocated, then exactly its lines are posted, once", () => {
    const at = approved();
    expect(published().refusal(AllocateDividend, key, "2018-12-20")).toBe("PUBLICITY_NOT_FINISHED");
    expect(at.refusal(AllocateDividend, key, "2018-12-19")).toBe("PUBLICITY_NOT_FINISHED");
    expect(at.run(AllocateDividend, key, "2018-12-20")).toMatchObject({ allocated: "100.00", pendingParts: 0 });
    expect(at.last(entitlementStream("P1", 2018, 0))).toMatchObject({
      lines: [
        { household: "H1", village: "V1", amount: "33.34" },
        { household: "H2", village: "V1", amount: "33.33" },
        { household: "H3", village: "V1", amount: "33.33" },
      ],
    });
    expect(at.refusal(AllocateDividend, key, "2018-12-21")).toBe("DRAFT_CLOSED");
    expect(at.refusal(FileObjection, { pool: "P1", household: "H4" }, "2018-12-21")).toBe("DRAFT_CLOSED");
  });

  it("given two years, when the first has taken the money, then nothing is left for the second", () => {
    const at = approved();
    const other = { ...list, year: 2017 };
    approved(other, at);
    at.run(AllocateDividend, key, "2018-12-20");
    expect(at.refusal(AllocateDividend, { pool: "P1", year: 2017 }, "2018-12-20")).toBe("ABOVE_FUNDS_RECEIVED");
  });

  it("given a household that leaves before the snapshot, when allocated, then it is refused", () => {
    const later = approved({ ...list, snapshot: "2018-12-20" }).extinct("H2", "2018-12-19");
    expect(later.refusal(AllocateDividend, key, "2018-12-21")).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    const sameDay = approved({ ...list, snapshot: "2018-12-20" }).extinct("H2", "2018-12-20");
    expect(sameDay.refusal(AllocateDividend, key, "2018-12-21")).toBeUndefined();
  });

  it("given a stake's pool, when a household has left poverty, then its dividend goes on (脱贫不脱政策)", () => {
    const at = funded().exited("H1", "2018-06-01");
    expect(approved(list, at).refusal(AllocateDividend, key, "2018-12-20")).toBeUndefined();
  });

  it("given a fixed rate received in two parts, when both are allocated, then each household has what was declared (R14, R19)", () => {
    const at = new World().households("H1", "H2").enterprises("E1");
    const segments = [
      { household: "H1", stake: "50000.00", from: "2020-01-01", toExcl: "2021-01-01" },
      { household: "H2", stake: "30000.00", from: "2020-03-01", toExcl: "2021-01-01" },
    ];
    at.run(DeclareDividend, { pool: "P1", year: 2020, enterprise: "E1", fixedRate: "8.00", segments }, "2020-12-01");
    const parts = ["3006.03", "3006.02"].map((amount, nth) => {
      at.run(RecordDividendFunds, { pool: "P1", enterprise: "E1", amount, serial: `S${nth}` }, "2020-12-02");
      at.run(DraftAllocation, { pool: "P1", year: 2020, method: "fixed-rate" }, "2020-12-10");
      at.run(PostPublicity, { pool: "P1", year: 2020, from: "2020-12-10", to: "2020-12-19" }, "2020-12-10");
      at.run(ApproveAllocation, { pool: "P1", year: 2020 }, "2020-12-20");
      return at.run(AllocateDividend, { pool: "P1", year: 2020 }, "2020-12-20").perHousehold;
    });
    expect(parts).toEqual([
      { H1: "2000.00", H2: "1006.03" },
      { H1: "2000.00", H2: "1006.02" },
    ]);
  });
});

describe("beneficial rights", () => {
  const pv = { pool: "PV", year: 2018 };
  const income = () => {
    const at = new World().households("H1", "H2", "H3");
    at.run(RecordAssetIncome, { pool: "PV", amount: "100.00", serial: "S1" }, "2018-12-01");
    return at;
  };
  const equal = (...households: string[]): DraftAllocationCommand => ({ ...pv, method: "equal", households });

  it("given no list of holders, when allocated, then registered households of the day only", () => {
    const at = income().exited("H3", "2018-06-01");
    expect(at.refusal(DraftAllocation, equal("H1", "H3"), "2018-12-10")).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    expect(at.refusal(DraftAllocation, { ...equal("H1", "H3"), snapshot: "2018-05-31" }, "2018-12-10")).toBeUndefined();
    expect(at.run(DraftAllocation, equal("H1", "H2"), "2018-12-10")).toMatchObject({ allocated: "100.00" });
  });

  it("given a list of holders, when allocated without weights, then by their shares; a right lasts until it is taken back", () => {
    const at = income();
    const shares = [
      { household: "H1", shares: "3" },
      { household: "H3", shares: "1.00" },
    ];
    at.run(AssignBeneficiaries, { ...pv, shares }, "2018-01-10");
    at.exited("H3", "2018-06-01");
    const draft: DraftAllocationCommand = { ...pv, method: "by-need" };
    expect(at.run(DraftAllocation, draft, "2018-12-10").perHousehold).toEqual({ H1: "75.00", H3: "25.00" });
    expect(at.refusal(DraftAllocation, equal("H1", "H2"), "2018-12-10")).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    at.run(ReassignBeneficiaries, { ...pv, year: 2019, takenBack: ["H3"], shares: [{ household: "H2", shares: "1" }] }, "2019-01-10");
    expect(at.last("beneficiary/PV")).toMatchObject({
      changes: [
        { household: "H2", change: "1" },
        { household: "H3", change: "-1" },
      ],
    });
    const next: DraftAllocationCommand = { ...equal("H1", "H3"), year: 2019 };
    expect(at.refusal(DraftAllocation, next, "2019-12-10")).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    expect(at.run(DraftAllocation, { ...draft, year: 2019 }, "2019-12-10").perHousehold).toEqual({ H1: "75.00", H2: "25.00" });
  });

  it.each([
    ["half a share", { shares: [{ household: "H1", shares: "0.5" }] }, "SHARES_NOT_WHOLE"],
    [
      "a household twice",
      {
        shares: [
          { household: "H1", shares: "1" },
          { household: "H1", shares: "1" },
        ],
      },
      "LIST_HOUSEHOLD_TWICE",
    ],
    ["an unknown household", { shares: [{ household: "H9", shares: "1" }] }, "NOT_ELIGIBLE_ON_SNAPSHOT"],
    ["nobody", { shares: [] }, "LIST_EMPTY"],
  ])("given %s, when assigned, then it is refused", (_, change, code) => {
    expect(income().refusal(AssignBeneficiaries, { ...pv, ...change }, "2018-01-10")).toBe(code);
    expect(income().refusal(ReassignBeneficiaries, { ...pv, shares: [], takenBack: ["H1"] }, "2018-01-10")).toBe("HOLDER_UNKNOWN");
  });
});

describe("a list in parts", () => {
  const households = Array.from({ length: 30 }, (_, nth) => `H${String(nth).padStart(3, "0")}`);
  const parts = 3;
  const built = () => {
    const split = new AllocationList();
    for (const [nth] of households.entries()) split.add(String(1 + (nth % 4)));
    const allocation = split.split(10_000n, "LARGEST_REMAINDER");
    const lines = households.map((household, nth) => ({
      household,
      weight: String(1 + (nth % 4)),
      amount: formatAmount(allocation.amount(nth)),
    }));
    const byPart = Array.from({ length: parts }, (_, part) => ({
      part,
      lines: lines.filter((line) => partOf(line.household, parts) === part),
    }));
    return { byPart, listHash: hashOfList(byPart.map((one) => hashOfPart(one.lines))) };
  };
  const header = (listHash: string) => ({
    ...key,
    method: "by-stake" as const,
    residueRule: "LARGEST_REMAINDER" as const,
    total: "100.00",
    allocated: "100.00",
    carried: "0.00",
    households: households.length,
    parts,
    listHash,
  });

  it("given parts in any order and twice, when the last is in, then it can be publicised, approved, posted part by part", () => {
    const at = funded().households(...households);
    const { byPart, listHash } = built();
    expect(at.run(BeginAllocationList, header(listHash), "2018-12-10")).toEqual({ draft: 1, missingParts: [0, 1, 2] });
    const record = (nths: number[]) => ({ ...key, draft: 1, parts: nths.map((nth) => byPart[nth] as (typeof byPart)[number]) });
    at.run(RecordAllocationParts, record([2]), "2018-12-10");
    expect(at.refusal(PostPublicity, { ...key, ...window }, "2018-12-10")).toBe("DRAFT_INCOMPLETE");
    expect(at.run(BeginAllocationList, header(listHash), "2018-12-10")).toEqual({ draft: 1, missingParts: [0, 1] });
    expect(at.run(RecordAllocationParts, record([0, 2]), "2018-12-10")).toEqual({ draft: 1, recorded: 1, missingParts: 1 });
    at.run(RecordAllocationParts, record([1]), "2018-12-10");
    expect(at.run(RecordAllocationParts, record([1]), "2018-12-10").recorded).toBe(0);
    at.run(PostPublicity, { ...key, ...window }, "2018-12-10");
    at.run(ApproveAllocation, key, "2018-12-20");
    expect(at.refusal(PostAllocationParts, { ...key, draft: 1, parts: [0], valueDate: "2018-12-20" }, "2018-12-20")).toBe(
      "DRAFT_NOT_PUBLISHED",
    );
    at.run(AllocateDividend, key, "2018-12-20");
    const state = (at.log.streams.get(poolStream("P1")) ?? []).reduce(poolFold.evolve, poolFold.initialState);
    expect([fundsInPool(state), state.years.get(2018)?.current.posted.size]).toEqual([0n, 3]);
    expect(at.run(PostAllocationParts, { ...key, draft: 1, parts: [0, 1], valueDate: "2018-12-20" }, "2018-12-20")).toEqual({
      posted: 0,
      pendingParts: 0,
    });
  });

  it("given a part that does not fit, when recorded, then it is refused", () => {
    const at = funded().households(...households.slice(1));
    const { byPart, listHash } = built();
    at.run(BeginAllocationList, header(listHash), "2018-12-10");
    const record = (changed: (typeof byPart)[number][], draft = 1) => ({ ...key, draft, parts: changed });
    const [first, second, third] = byPart as [(typeof byPart)[number], (typeof byPart)[number], (typeof byPart)[number]];
    const code = (changed: (typeof byPart)[number][], draft = 1) => at.refusal(RecordAllocationParts, record(changed, draft), "2018-12-10");
    expect(code([{ part: 1, lines: first.lines }])).toBe("LIST_PART_DIFFERS");
    expect(code([{ part: 3, lines: [] }])).toBe("LIST_PART_DIFFERS");
    expect(code([first], 2)).toBe("DRAFT_MISSING");
    expect(code([{ ...first, lines: [...first.lines, ...first.lines] }])).toBe("LIST_HOUSEHOLD_TWICE");
    // H000 is not registered.
    expect(code([byPart[partOf("H000", parts)] as typeof first])).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    at.households("H000");
    at.run(RecordAllocationParts, record([first, second]), "2018-12-10");
    expect(code([{ ...second, lines: second.lines.slice(1) }])).toBe("LIST_PART_DIFFERS");
    expect(code([{ ...third, lines: third.lines.slice(1) }])).toBe("LIST_SUM_DIFFERS");
    expect(code([{ ...third, lines: third.lines.map((line) => ({ ...line, amount: "0.01" })) }])).toBe("LIST_SUM_DIFFERS");
    expect(code([third])).toBeUndefined();
  });

  it("given a header whose sums differ or a longer list in one command, then it is refused", () => {
    const at = funded();
    expect(at.refusal(BeginAllocationList, { ...header("0".repeat(64)), carried: "0.01" }, "2018-12-10")).toBe("LIST_SUM_DIFFERS");
    expect(at.refusal(BeginAllocationList, { ...header("0".repeat(64)), total: "100.01", carried: "0.01" }, "2018-12-10")).toBe(
      "ABOVE_FUNDS_RECEIVED",
    );
    const long = Array.from({ length: 4_001 }, (_, nth) => ({ household: `L${nth}`, weight: "1" }));
    expect(at.refusal(DraftAllocation, { ...list, weights: long }, "2018-12-10")).toBe("LIST_TOO_LONG");
    expect(partsFor(4_001)).toBe(14);
  });
});
