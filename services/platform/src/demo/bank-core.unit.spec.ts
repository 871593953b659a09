import { describe, expect, it } from "vitest";
import { BankCore } from "./bank-core.ts";

describe("the demo bank's own interest", () => {
  it("given the loan prepaid in mid-quarter, when settled, then it gives the published fen", () => {
    const core = new BankCore();
    core.open("L001", "2017-03-10", "2020-03-10", 47_500n, 5_000_000n);
    expect(core.settle("L001", "2017-03-21")?.interest).toBe(7_257n);
    expect(core.prepay("L001", "2017-05-08", 2_000_000n)).toEqual({ interestFrom: "2017-03-21", interest: 12_667n });
    expect(core.settle("L001", "2017-06-21")?.interest).toBe(36_417n);
    expect(core.prepay("L001", "2017-08-15", 3_000_000n).interest).toBe(21_771n);
    expect(core.settle("L001", "2017-09-21")).toBeUndefined();
  });

  it("given a repricing on a settlement day, when settled, then the new rate counts from that day on", () => {
    const core = new BankCore();
    core.open("L001", "2019-09-21", "2020-09-21", 47_850n, 300_000_000n);
    // 3,000,000.00 × 4.785 % × 91 / 360 = 36,286.25; at 4.65 % 35,262.50
    expect(core.settle("L001", "2019-12-21")?.interest).toBe(3_628_625n);
    core.reprice("L001", 46_500n);
    expect(core.settle("L001", "2020-03-21")?.interest).toBe(3_526_250n);
  });
});
