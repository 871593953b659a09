import type { VoucherPress } from "@huimin/voucher-paper";
import type { Voucher } from "@huimin/vouchers";
import { describe, expect, it } from "vitest";
import { voucherPdf } from "./voucher-papers.ts";

const voucher = {
  ...{ book: "G", period: "2018-06", type: "记", number: 12, single: 12, cashType: "转", cashNumber: 3, position: 345 },
  ...{ eventType: "SubsidyPaid", date: "2018-06-21", valueDate: "2018-06-20", recordedAt: "2018-06-21T09:30:00.000+08:00" },
  ...{
    summary: "拨付贴息",
    lineCount: 0,
    total: 0n,
    maker: "u1",
    makerRole: "FIN-M",
    poster: "系统",
    evidence: [],
    correctedBy: [],
    lines: [],
  },
} as unknown as Voucher;

describe("a voucher on paper", () => {
  it("is refused where a character has no font, naming voucher and character: VOUCHER_NOT_PRINTABLE", () => {
    const press: VoucherPress = {
      missing: () => ["㐂"],
      print: () => {
        throw new Error("nothing is printed");
      },
    };
    expect(() => voucherPdf(press, [voucher], new Map(), "示例区财政局", "a5")).toThrow(
      expect.objectContaining({
        refusals: [expect.objectContaining({ code: "VOUCHER_NOT_PRINTABLE", details: { voucher: "记-2018-06-0012", characters: "㐂" } })],
      }),
    );
  });
});
