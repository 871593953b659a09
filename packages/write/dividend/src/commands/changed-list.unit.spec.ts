import { describe, expect, it } from "vitest";
import { entitlementStream } from "../streams.ts";
import { World } from "../testing.ts";
import { AllocateDividend } from "./allocate.ts";
import { DraftAllocation } from "./draft.ts";
import { RecordAssetIncome } from "./funds.ts";
import { ApproveAllocation, PostPublicity } from "./publicity.ts";
import { AssignBeneficiaries, ReassignBeneficiaries } from "./rights.ts";

const pv = { pool: "PV", year: 2018 };

/** 100.00 by shares 1 : 1 of H1 and H2, publicised and approved. */
const approved = () => {
  const at = new World().households("H1", "H2");
  const shares = ["H1", "H2"].map((household) => ({ household, shares: "1" }));
  at.run(AssignBeneficiaries, { ...pv, shares }, "2018-01-10");
  at.run(RecordAssetIncome, { pool: "PV", amount: "100.00", serial: "S1" }, "2018-12-01");
  at.run(DraftAllocation, { ...pv, method: "by-need" }, "2018-12-10");
  at.run(PostPublicity, { ...pv, from: "2018-12-10", to: "2018-12-19" }, "2018-12-10");
  at.run(ApproveAllocation, pv, "2018-12-20");
  return at;
};
const context = { recordedAt: "2018-12-21T09:00:00+08:00", period: "2018-12", role: "FIN-M", actor: "u1" } as const;
const more = { ...pv, shares: [{ household: "H1", shares: "3" }], takenBack: [] };

describe("a list that was approved and would come out differently now", () => {
  it("given shares changed late from before the snapshot, when allocated, then it is refused and nobody is entitled", () => {
    const at = approved();
    at.run(ReassignBeneficiaries, { ...more, valueDate: "2018-12-05" }, "2018-12-20");
    const before = at.log.all.length;
    expect(at.log.decide(AllocateDividend, pv, context)).toEqual({
      ok: false,
      refusal: { code: "DRAFT_CHANGED", details: { draft: 1, household: "H1" } },
    });
    expect(at.log.all.length).toBe(before);
    expect(at.types(entitlementStream("PV", 2018, 0))).toEqual(["AllocationLinesDrafted"]);
  });

  it("given shares changed from after the snapshot, when allocated, then the approved list is posted", () => {
    const at = approved();
    at.run(ReassignBeneficiaries, { ...more, valueDate: "2018-12-20" }, "2018-12-20");
    expect(at.run(AllocateDividend, pv, "2018-12-21").perHousehold).toEqual({ H1: "50.00", H2: "50.00" });
  });
});
