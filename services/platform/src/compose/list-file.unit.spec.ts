import { RefusalError } from "@huimin/http";
import { describe, expect, it } from "vitest";
import { ListFile } from "./long-lists.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const refusalOf = (file: Uint8Array) => {
  try {
    ListFile.read(file);
  } catch (fault) {
    if (fault instanceof RefusalError) return fault.refusals;
    throw fault;
  }
  return undefined;
};

describe("a file with a list of any length", () => {
  it("given a heading, blank lines and a mark of UTF-8, then every other line is a household, in its order", () => {
    const file = ListFile.read(bytes("\uFEFF户编号,权数\r\nH1,1\r\n\r\nH2, 0.5\nH3,2"));
    expect(Array.from({ length: file.households }, (_, index) => file.at(index))).toEqual([
      { household: "H1", weight: "1" },
      { household: "H2", weight: "0.5" },
      { household: "H3", weight: "2" },
    ]);
  });

  it.each([
    ["no weight", "H1,1\nH2", 2, "H2"],
    ["no household", "H1,1\n,3", 2, ",3"],
    ["a weight that is no number", "H1,1\nH2,1e3", 2, "H2,1e3"],
    ["a negative weight", "H1,-1", 1, "H1,-1"],
    ["a household twice", "户编号,权数\nH1,1\nH1,2", 3, "H1 after H1"],
    ["households that descend", "H2,1\nH1,2", 2, "H1 after H2"],
  ])("given %s, then the list is refused with its line, and nothing of it is taken", (_, text, row, why) => {
    expect(refusalOf(bytes(text))).toEqual([{ code: "LIST_FILE_INVALID", details: { row, why }, row }]);
  });

  it("given bytes that are no UTF-8, as a spreadsheet saves them, then that is said of their line", () => {
    const gb18030 = Buffer.from([...bytes("H1,1\n"), 0xbb, 0xa7, 0x2c, 0x31]);
    expect(refusalOf(gb18030)).toEqual([{ code: "LIST_FILE_INVALID", details: { row: 2, why: "not UTF-8" }, row: 2 }]);
  });
});
