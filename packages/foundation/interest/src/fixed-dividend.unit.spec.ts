import { fen, percent } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { fixedDividend } from "./fixed-dividend.ts";

describe("the fixed dividend (R19)", () => {
  it("given a whole leap year, when computed, then it is the full rate and not 366 days of it", () => {
    expect(fixedDividend(fen("50000.00"), percent("8"), "2020-01-01", "2021-01-01")).toBe(fen("4000.00"));
  });

  it("given part years, when computed, then days / 365", () => {
    expect(fixedDividend(fen("50000.00"), percent("8"), "2018-04-16", "2019-01-01")).toBe(fen("2849.32"));
    expect(fixedDividend(fen("50000.00"), percent("8"), "2018-01-01", "2018-09-20")).toBe(fen("2871.23"));
  });
});
