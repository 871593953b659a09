import { describe, expect, it } from "vitest";
import { senderRefusal } from "./gather.ts";
import { ReceiveSubsidyClawback, ReturnSubsidyPayment } from "./index.ts";

const from = (bank: string, role: "BANK" | "FIN-C" = "BANK") => ({
  district: "410803",
  recordedAt: "2018-07-01T08:00:00+08:00",
  period: "2018-07",
  actor: `bank:${bank}`,
  role,
});

describe("subsidies of another bank's loan", () => {
  it("are none of a bank's business, and every office's", () => {
    expect(senderRefusal(from("K1"), "L1", "K1")).toBeUndefined();
    expect(senderRefusal(from("K2"), "L1", "K1")).toMatchObject({
      refusal: { code: "CLAIM_OTHER_BANK", details: { loan: "L1", bank: "K2" } },
    });
    expect(senderRefusal({ ...from("K2", "FIN-C"), actor: "u-1" }, "L1", "K1")).toBeUndefined();
    for (const definition of [ReturnSubsidyPayment, ReceiveSubsidyClawback]) expect(definition.roles).toContain("BANK");
  });
});
