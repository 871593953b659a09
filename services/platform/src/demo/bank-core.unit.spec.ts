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
});
