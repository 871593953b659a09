import { describe, expect, it } from "vitest";
import { checkSums } from "./check-sums.ts";
import type { LogFigures } from "./log-figures.ts";

const sums = new Map<string, bigint>([
  ["drawn 分贷统还", 2_020_000_000n],
  ["interest 2018", 97_282_416n],
  ["pooled dividends 2018", 141_200_000n],
  ["drawn 自贷创业", 523_000_000n],
  ["drawn 企贷增收", 1_800_000_000n],
  ["equity", 500_000_000n],
  ...[2017, 2018, 2019, 2020].map((year): [string, bigint] => [`equity dividends ${year}`, 40_000_000n]),
  ["risk fund", 300_000_000n],
  ["allocated", 10_000n],
  ["unclaimed", 1_000n],
]);
const pooled = new Set(Array.from({ length: 412 }, (_, nth) => `L${nth}`));
const log = (changed: readonly [string, bigint][] = []): LogFigures =>
  ({
    loans: { 分贷统还: pooled, 企贷增收: new Set(), 自贷创业: new Set() },
    sums: new Map([...sums, ...changed]),
  }) as unknown as LogFigures;
const register = { households: 1006, people: 3074 };
const broken = (of: LogFigures, paid = 9_000n): string[] =>
  checkSums(of, register, paid)
    .filter(({ holds }) => !holds)
    .map(({ name }) => name.split(" ")[0] as string);

describe("the check sums of the demo", () => {
  it("hold for the figures of the plan's sketch", () => {
    expect(broken(log())).toEqual([]);
    expect(checkSums(log(), register, 9_000n).find(({ expected }) => expected === "972826.39")?.found).toBe("972826.39");
  });

  it("name what differs: more interest than roundings explain, a dividend out of its range, money that went nowhere", () => {
    expect(broken(log([["interest 2018", 97_281_814n]]))).toEqual(["分贷统还2018年利息(逐笔逐季取整)"]);
    expect(broken(log([["pooled dividends 2018", 121_199_999n]]))).toEqual(["分贷统还2018年分红"]);
    expect(broken(log(), 8_999n)).toEqual(["分配"]);
  });
});
