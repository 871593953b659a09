import { describe, expect, it } from "vitest";
import { statementOf } from "./account-story.ts";

describe("statements of the demo bank's special account", () => {
  const lines = [
    { on: "2020-12-28", serial: "K1-1", fen: -2_500n },
    { on: "2020-12-28", serial: "K1-2", fen: 10_001n },
    { on: "2020-12-30", serial: "K1-3", fen: 2_500n },
  ];

  it("has the lines of its day only, money out and in apart, and the balance after each", () => {
    expect(statementOf("2020-12-28", 100_000n, lines)).toEqual({
      csv: [
        "账号,入账日期,流水号,借方金额,贷方金额,余额",
        "41050100000001002,2020-12-28,K1-1,25.00,,975.00",
        "41050100000001002,2020-12-28,K1-2,,100.01,1075.01",
        "",
      ].join("\r\n"),
      closing: 107_501n,
    });
  });
});
