import { errorEntry, fillText } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { unpaidItems, unprintedItems } from "./items.ts";
import type { ItemError } from "./progress.ts";

const said = ({ code, details }: ItemError): string => {
  const { zh = "", en = "", remedyZh = "", remedyEn = "" } = errorEntry(code) ?? {};
  return [zh, en, remedyZh, remedyEn].map((text) => fillText(text, details)).join(" | ");
};

describe("what a step of the year-end run could not do for some", () => {
  it("given households set aside and rows left, then each is named with its pool and bank, and what is left is a number", () => {
    const items = unpaidItems({ pool: "PV", bank: "K2" }, { setAside: [{ household: "H1", code: "PAYOUT_ACCOUNT_MISSING" }], left: 3 });
    expect(items).toEqual([
      { item: "PV K2", household: "H1", code: "PAYOUT_ACCOUNT_MISSING", details: { household: "H1" } },
      { item: "PV K2", code: "YEAR_END_ROWS_LEFT", details: { left: 3 } },
    ]);
    expect(said(items[1] as ItemError)).toBe(
      "3 户超出银行单个文件的笔数。 | 3 households are beyond the rows of the bank's file. | 再发一轮即可。 | The next round takes them.",
    );
    expect(unpaidItems({ pool: "PV", bank: "K2" }, { setAside: [], left: 0 })).toEqual([]);
  });

  it("given statements without a file, then one whose data were destroyed is told apart from one that could not be printed", () => {
    const known = { contentHash: "c", check: "x", position: 1, head: "户*", supplement: 0 };
    const items = unprintedItems(
      [
        { ...known, household: "H1", number: "N1", lack: "erased" },
        { ...known, household: "H2", number: "N2", lack: "failed", why: "ENOSPC" },
      ],
      2018,
    );
    expect(items).toEqual([
      { item: "N1", household: "H1", code: "STATEMENT_BASICS_ERASED", details: { household: "H1", year: 2018, why: "" } },
      { item: "N2", household: "H2", code: "STATEMENT_NOT_PRINTED", details: { household: "H2", year: 2018, why: "ENOSPC" } },
    ]);
    for (const one of items) expect(said(one)).not.toMatch(/\{\w+\}/);
    expect(said(items[1] as ItemError)).toContain("ENOSPC");
  });
});
