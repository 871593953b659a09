import type { StoredEvent } from "@huimin/event-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BoardContent, type BoardRow, boardHash, shownName } from "./board.ts";
import { boardCells, bottomLines, spelled, topLines } from "./page.ts";
import { PublicityVersions, statusOn } from "./versions.ts";

const row = (household: string, head: string, amount: string): BoardRow => ({
  ...{ household, head, child: false, size: 3, basis: "委托 50,000.00", days: 365, amount, remark: "" },
});
const board = (rows: readonly BoardRow[]): BoardContent => ({
  ...{ district: "410803", pool: "P1", year: 2018, draft: 2, village: "V1", villageName: "栗井村", street: "龙翔街道" },
  ...{ model: 1, partner: "企业A", method: "by-stake-days", residueRule: "LARGEST_REMAINDER" },
  ...{ from: "2018-12-11", to: "2018-12-20", place: "村公示栏", rows, amount: "100.00" },
  list: { households: 37, allocated: "100000.00", hash: "0".repeat(64) },
  ...{ carriedIn: "0.01", carriedOut: "0.00", posted: 9, phones: ["12317"], maker: "区扶贫办", reviewer: "区财政局", salt: "s" },
});

describe("names on a sheet", () => {
  it.each([
    ["张三", "张*"],
    ["张·三", "张*三"],
    ["张三丰", "张*丰"],
    ["欧阳小明", "欧**明"],
    ["𠮷田", "𠮷*"],
    ["王", "王"],
  ])("%s is %s where anybody can look, and in full on the board", (head, masked) => {
    expect(shownName({ head, child: false }, "masked")).toBe(masked);
    expect(shownName({ head, child: false }, "full")).toBe(head);
  });

  it("hides a child everywhere, and spells what no font has", () => {
    expect(shownName({ head: "赵小明", child: true }, "full")).toBe("赵**");
    expect(spelled("𠮷田", ["𠮷"])).toBe("[U+20BB7]田");
  });

  it("property: a masked name keeps its length and shows two characters at most", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (head) => {
        const shown = [...shownName({ head, child: false }, "masked")];
        return (
          shown.length === [...head].length &&
          shown.filter((one, index) => one === [...head][index]).length <= Math.max(2, [...head].filter((one) => one === "*").length + 2)
        );
      }),
    );
  });
});

describe("a village's sheet", () => {
  it("has one hash whatever the order of its rows, and another when anything in it changes", () => {
    const [a, b] = [row("H1", "张三", "60.00"), row("H2", "李四", "40.00")] as [BoardRow, BoardRow];
    const hash = boardHash(board([a, b]));
    expect(boardHash(board([b, a]))).toBe(hash);
    for (const changed of [
      { ...a, amount: "60.01" },
      { ...a, head: "张山" },
      { ...a, remark: "新列入" },
      { ...a, size: 4 },
    ])
      expect(boardHash(board([changed, b]))).not.toBe(hash);
    expect(boardHash({ ...board([a, b]), salt: "t" })).not.toBe(hash);
  });

  it("says who gets what and why, the sums, the residues and where to object", () => {
    const sheet = board([row("H1", "张三丰", "1234.50")]);
    expect(boardCells(sheet, "full")).toEqual([["1", "张三丰", "3", "委托 50,000.00", "365", "1,234.50", ""]]);
    expect(topLines(sheet).join()).toMatch(/2018年12月11日—2018年12月20日（不少于10天）.*第 2 版.*企业A.*尾差按最大余额法.*制表：区扶贫办/);
    expect(bottomLines(sheet).join()).toMatch(/37 户，共 100,000.00 元；上年结转尾差 0.01 元.*12317/);
  });
});

describe("versions of a list", () => {
  let position = 0;
  const versions = (...events: readonly (readonly [string, object])[]): PublicityVersions => {
    const folded = new PublicityVersions();
    position = 0;
    for (const [type, payload] of events) {
      position += 1;
      const event = { type, position, valueDate: "2018-12-12", recordedAt: "2018-12-12T08:00:00.000+08:00" };
      folded.add({ ...event, payload: { pool: "P1", year: 2018, draft: 1, ...payload } } as unknown as StoredEvent);
    }
    return folded;
  };
  const posted = ["PublicityPosted", { place: "村公示栏", from: "2018-12-11", to: "2018-12-20", evidence: [], listHash: "h" }] as const;
  const drafted = (draft: number) => ["AllocationDrafted", { draft, households: 1, allocated: "1.00" }] as const;

  it("keeps what happened to each: objections, photographs, sheets, and what took its place", () => {
    const all = versions(
      drafted(1),
      posted,
      ["PublicityBoardsMade", { posted: 2, boards: [{ village: "V1", households: 1, amount: "1.00", contentHash: "c" }] }],
      ["PublicityEvidenceRecorded", { kind: "start", hash: "p", title: "照片", takenOn: "2018-12-11" }],
      ["ObjectionFiled", { objection: "2018-1-1", household: "H1" }],
      ["ObjectionResolved", { objection: "2018-1-1", household: "H1", result: "upheld" }],
      drafted(2),
      ["PublicityPosted", { ...posted[1], draft: 2 }],
      ["AllocationApproved", { draft: 2 }],
      ["DividendAllocated", { draft: 2 }],
      drafted(3),
    ).of(2018);
    expect(all).toMatchObject([
      {
        draft: 1,
        posted: 2,
        boardsPosition: 3,
        boards: [{ village: "V1" }],
        evidence: [{ kind: "start", position: 4 }],
        objections: [{ result: "upheld", filedOn: "2018-12-12", resolvedOn: "2018-12-12" }],
        replacedBy: { draft: 2, position: 7 },
      },
      { draft: 2, approvedOn: "2018-12-12", allocatedOn: "2018-12-12" },
    ]);
    // What was allocated was not replaced by a later list of the year.
    expect(all[1]?.replacedBy).toBeUndefined();
    expect(all.map((one) => statusOn(one, "2018-12-15"))).toEqual(["replaced", "allocated"]);
    const back = versions(drafted(1), posted, ["DividendAllocated", {}], ["AllocationReversed", {}], drafted(2)).of(2018);
    expect(back.map((one) => statusOn(one, "2018-12-15"))).toEqual(["reversed"]);
  });

  it("tells where a list stands on a day; hung out anew, the first time is replaced", () => {
    const [one] = versions(drafted(1), posted).of();
    expect(["2018-12-10", "2018-12-11", "2018-12-20", "2018-12-21"].map((day) => one && statusOn(one, day))).toEqual([
      ...["not-begun", "showing", "showing", "ended"],
    ]);
    const again = versions(drafted(1), posted, posted).of(2018);
    expect(again.map(({ replacedBy }) => replacedBy?.draft)).toEqual([1, undefined]);
    expect(versions(posted).of()).toEqual([]); // of a list that nobody drafted
  });
});
