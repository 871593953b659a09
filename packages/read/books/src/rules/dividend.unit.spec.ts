import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { memoryBooks } from "../memory.ts";
import { FactLog } from "../testing.ts";
import { dividendRules } from "./dividend.ts";

/** `2901.01 Cr 100.00 P1` per line; book Q in units. */
function lines(type: string, payload: object): string[] {
  const event = new FactLog().record(type, "dividend/P1", payload, { on: "2018-12-28" });
  return memoryBooks([event]).lines.map(({ account, debit, credit, dims }) => {
    const amount = debit !== 0n ? debit : credit;
    const printed = account.book === "Q" ? amount.toString() : formatAmount(amount);
    const place = [dims.household, dims.enterprise, dims.pool, dims.year].filter((one) => one !== undefined).join("/");
    return `${account.codes.at(-1)?.code} ${debit !== 0n ? "Dr" : "Cr"} ${printed}${place && ` ${place}`}`;
  });
}

const claim = { pool: "P1", year: 2018, enterprise: "E1" };
const declared = { ...claim, model: 1, basis: "fixed-amount", receivable: "1218.06", total: "100.00" };
const receipt = { pool: "P1", enterprise: "E1", bank: "K1", amount: "70.00", excess: "10.00", serial: "S1" };
const applied = [
  { year: 2017, receivable: "1218.06", amount: "40.00" },
  { year: 2018, receivable: "1215.01", amount: "20.00" },
];

describe("dividend postings (book G)", () => {
  it("given a declaration, then D1; in model 4 on 1215.01; money that was held pays it at once", () => {
    expect(lines("DividendDeclared", declared)).toEqual(["1218.06 Dr 100.00 E1/P1", "2901.01 Cr 100.00 P1"]);
    expect(lines("FixedDividendAccrued", { ...claim, total: "100.00", fromOverpayment: "30.00" })).toEqual([
      "1215.01 Dr 100.00 E1/P1",
      "2901.01 Cr 100.00 P1",
      "2307.01 Dr 30.00 E1",
      "1215.01 Cr 30.00 E1/P1",
    ]);
    expect(lines("DividendDeclarationReversed", { ...claim, receivable: "1218.06", amount: "5.00", reason: "x" })).toEqual([
      "1218.06 Dr -5.00 E1/P1",
      "2901.01 Cr -5.00 P1",
    ]);
  });

  it("given money, then D2 on the claims that it pays and 2307.01 for the rest; reversed in red; refunded", () => {
    expect(lines("DividendFundsReceived", { ...receipt, applied })).toEqual([
      "1002.03 Dr 70.00",
      "1218.06 Cr 40.00 E1/P1",
      "1215.01 Cr 20.00 E1/P1",
      "2307.01 Cr 10.00 E1",
    ]);
    expect(lines("DividendFundsReversed", { ...receipt, applied, reversalSerial: "R" })[0]).toBe("1002.03 Dr -70.00");
    expect(lines("OverpaymentRefunded", { enterprise: "E1", amount: "10.00" })).toEqual(["2307.01 Dr 10.00 E1", "1002.03 Cr 10.00"]);
  });

  it("given income of an asset and its cost, then the pool and the agency account", () => {
    expect(lines("AssetIncomeReceived", { pool: "P1", bank: "K1", amount: "9.00" })).toEqual(["1002.03 Dr 9.00", "2901.01 Cr 9.00 P1"]);
    expect(lines("OperatingCostDeducted", { pool: "P1", kind: "运维费", amount: "2.00" })).toEqual([
      "2901.01 Dr 2.00 P1",
      "1002.03 Cr 2.00",
    ]);
    const takenBack = { pool: "P1", kind: "运维费", amount: "-2.00", entry: 3, reason: "x" };
    expect(lines("OperatingCostReversed", takenBack)).toEqual(["2901.01 Dr -2.00 P1", "1002.03 Cr -2.00"]);
    const reversed = { pool: "P1", bank: "K1", amount: "9.00", serial: "S", reversalSerial: "R" };
    expect(lines("AssetIncomeReversed", reversed)).toEqual(["1002.03 Dr -9.00", "2901.01 Cr -9.00 P1"]);
  });

  it("given a part of an allocation, then D3 per household, pool and year; a line of zero posts nothing", () => {
    const line = (household: string, amount: string) => ({ household, village: "V1", amount });
    const part = { ...claim, draft: 1, part: 0, lines: [line("H1", "60.01"), line("H2", "0.00"), line("H3", "0.99")] };
    expect(lines("EntitlementsAllocated", part)).toEqual([
      "2901.01 Dr 61.00 P1",
      "2901.02 Cr 60.01 H1/P1/2018",
      "2901.02 Cr 0.99 H3/P1/2018",
    ]);
    const red = { ...part, lines: [line("H1", "-60.01"), line("H3", "-0.99")], reason: "名单有误" };
    expect(lines("EntitlementsReversed", red)).toEqual([
      "2901.01 Dr -61.00 P1",
      "2901.02 Cr -60.01 H1/P1/2018",
      "2901.02 Cr -0.99 H3/P1/2018",
    ]);
  });
});

describe("beneficial shares (book Q)", () => {
  const holder = (household: string, change: string) => ({ household, village: "V1", change });
  it("given a list of holders, then only what changes is posted, both ways", () => {
    const list = { pool: "P1", year: 2019, holders: [], changes: [holder("H1", "2"), holder("H2", "-1")], minutes: "x" };
    expect(lines("BeneficiariesReassigned", { ...list, takenBack: ["H2"] })).toEqual([
      "9106 Dr 2 H1/P1",
      "9206 Cr 2 H1/P1",
      "9206 Dr 1 H2/P1",
      "9106 Cr 1 H2/P1",
    ]);
  });

  it("given a division, then the shares move; land comes and goes in hundredths of a mu", () => {
    const shares = [{ household: "H1-2", village: "V1", shares: "1" }];
    expect(lines("BeneficialSharesDivided", { pool: "P1", source: "H1", sourceVillage: "V1", shares })).toEqual([
      "9106 Dr 1 H1-2/P1",
      "9206 Cr 1 H1-2/P1",
      "9206 Dr 1 H1/P1",
      "9106 Cr 1 H1/P1",
    ]);
    const land = { household: "H1", village: "V1", parcel: "D1", enterprise: "E1", pool: "P1", areaMu: "3.50", units: "350" };
    expect(lines("LandRightContributed", land)).toEqual(["9106 Dr 350 H1/P1", "9206 Cr 350 H1/P1"]);
    expect(lines("LandRightWithdrawn", { ...land, reason: "x" })).toEqual(["9206 Dr 350 H1/P1", "9106 Cr 350 H1/P1"]);
  });
});

it("every rule of the family is known", () => expect(Object.keys(dividendRules)).toHaveLength(17));
