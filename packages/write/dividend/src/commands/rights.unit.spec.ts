import { describe, expect, it } from "vitest";
import { assetStream, landRightStream, poolStream } from "../streams.ts";
import { World } from "../testing.ts";
import { ApproveVillagePlan, ContributeLandRight, RegisterAsset, WithdrawLandRight } from "./rights.ts";

const world = () => new World().households("H1").enterprises("E1");
const asset = { asset: "A1", pool: "PV", village: "V1", kind: "光伏", name: "村级电站", cost: "100000.00", source: "省", document: "D1" };
const right = {
  household: "H1",
  parcel: "D1",
  enterprise: "E1",
  pool: "P1",
  areaMu: "3.50",
  valuation: "2800.00",
  to: "2027-12-31",
  certificate: "C1",
};

describe("assets and rights (2.6)", () => {
  it("given an asset, when registered, then once", () => {
    const at = world();
    at.run(RegisterAsset, asset, "2018-01-10");
    expect(at.types(assetStream("A1"))).toEqual(["AssetRegistered"]);
    expect(at.refusal(RegisterAsset, asset, "2018-01-11")).toBe("ASSET_KNOWN");
  });

  it("given a land right, when contributed and withdrawn, then in hundredths of a mu, and each once", () => {
    const at = world();
    at.run(ContributeLandRight, right, "2018-01-10");
    expect(at.last(landRightStream("H1"))).toMatchObject({ units: "350", village: "V1" });
    expect(at.refusal(ContributeLandRight, right, "2018-01-11")).toBe("PARCEL_KNOWN");
    at.run(WithdrawLandRight, { household: "H1", parcel: "D1", reason: "x" }, "2018-06-01");
    expect(at.last(landRightStream("H1"))).toMatchObject({ units: "350", enterprise: "E1" });
    expect(at.refusal(WithdrawLandRight, { household: "H1", parcel: "D1", reason: "x" }, "2018-06-02")).toBe("PARCEL_UNKNOWN");
    expect(at.refusal(ContributeLandRight, right, "2018-06-02")).toBeUndefined();
  });

  it("given a land right of nobody, of no area or for nobody, when contributed, then it is refused", () => {
    const code = (change: object) => world().refusal(ContributeLandRight, { ...right, ...change }, "2018-01-10");
    expect(code({ household: "H9" })).toBe("NOT_ELIGIBLE_ON_SNAPSHOT");
    expect(code({ areaMu: "0.00" })).toBe("DIVIDEND_AMOUNT_INVALID");
    expect(code({ enterprise: "E9" })).toBe("DIVIDEND_ENTERPRISE_UNKNOWN");
    expect(code({ to: "2027-02-30" })).toBe("DIVIDEND_DATE_INVALID");
  });

  it("given a village's plan, when approved, then its total is that of its lines", () => {
    const at = world();
    const plan = { pool: "PV", year: 2018, village: "V1", minutes: "四议两公开" };
    const line = (use: string, amount: string) => ({ use, amount });
    expect(at.run(ApproveVillagePlan, { ...plan, lines: [line("公益岗位", "10.00"), line("直接分配", "5.50")] }, "2018-01-10").total).toBe(
      "15.50",
    );
    expect(at.last(poolStream("PV"))).toMatchObject({ total: "15.50" });
    expect(at.refusal(ApproveVillagePlan, { ...plan, lines: [line("公益岗位", "0.00")] }, "2018-01-10")).toBe("DIVIDEND_AMOUNT_INVALID");
  });
});
