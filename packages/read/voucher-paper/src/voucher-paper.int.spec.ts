import { loadFonts, pdfText } from "@huimin/statements";
import { describe, expect, it } from "vitest";
import { createVoucherPress, type PaperVoucher, SLIP_LINES_MAX, VOUCHERS_PER_FILE_MAX, voucherSlips } from "./index.ts";

const fonts = loadFonts();
const press = createVoucherPress(() => fonts);
const unit = "示例区财政局";
const entry = (code: string, zh: string, debit: string, credit: string, dims: Record<string, string> = {}) => ({
  account: { code, zh },
  dims,
  debit,
  credit,
  text: "拨付贴息",
});

const voucher: PaperVoucher = {
  ...{ voucher: "记-2018-06-0012", book: "G", type: "记", number: 12, date: "2018-06-21", valueDate: "2018-06-20", position: 345 },
  ...{ recordedAt: "2018-06-21T09:30:00.000+08:00", summary: "拨付贴息", maker: "u1", makerName: "王制单", reviewer: "u2" },
  ...{ reviewerName: "李审核", poster: "系统", sourceDocument: "财农〔2018〕12号" },
  evidence: [{ title: "拨款申请", sha256: "ab".repeat(32) }],
  entries: [
    entry("2303.01", "应付政府补贴款—户贷贴息", "1234567.89", "0.00", { household: "H102", loan: "L003" }),
    entry("1002.01", "银行存款—贴息资金专户", "0.00", "1234567.89"),
  ],
};
const red: PaperVoucher = {
  ...voucher,
  ...{ voucher: "记-2018-06-0013", number: 13, note: "注销2018年6月21日记-0012号凭证", evidence: [] },
  entries: voucher.entries.map((line) => ({ ...line, debit: `-${line.debit}`, credit: `-${line.credit}` })),
};
const long: PaperVoucher = {
  ...voucher,
  voucher: "记-2018-06-0014",
  number: 14,
  entries: Array.from({ length: 2 * SLIP_LINES_MAX + 1 }, (_, n) =>
    n === 2 * SLIP_LINES_MAX
      ? entry("1002.01", "银行存款—贴息资金专户", "0.00", `${n}.00`)
      : entry("2303.01", "应付政府补贴款—户贷贴息", "1.00", "0.00", { household: `H${n}` }),
  ),
};

describe("a voucher on paper", () => {
  it("says everything that a bound voucher has to say", async () => {
    const { bytes, pages } = press.print([voucher], { unit, paper: "a5" });
    expect(pages).toBe(1);
    const text = (await pdfText(bytes)).join("").replaceAll(/\s+/g, "");
    for (const said of [
      ...["记账凭证", "示例区财政局", "主账", "记字第0012号", "2018年6月21日", "附单据1张", "拨付贴息", "2303.01", "应付政府补贴款"],
      ...["户贷贴息", "户H102", "贷款L003", "1,234,567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", "制单：王制单", "审核：李审核"],
      ...["记账：系统", "出纳", "财务主管", "业务日2018-06-20", "第345条", "财农〔2018〕12号", "拨款申请", "abababababababab"],
    ])
      expect([said, text.includes(said)]).toEqual([said, true]);
  });

  it("shows a reversal in red with its minus, and what it takes back", () => {
    const [slip] = voucherSlips(red);
    expect(slip?.lines[0]).toMatchObject({
      summary: "注销2018年6月21日记-0012号凭证 拨付贴息",
      debit: { text: "-1,234,567.89", red: true },
    });
    expect(slip?.total).toMatchObject({ debit: { red: true }, words: "负壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分" });
    expect(slip?.lines[0]?.credit).toEqual({ text: "", red: false });
  });

  it("divides a long voucher into numbered slips, the total on the last", () => {
    const slips = voucherSlips(long);
    expect(slips.map(({ number, lines, total }) => [number, lines.length, total?.debit.text])).toEqual([
      ["记字第 0014 1/3 号", SLIP_LINES_MAX, undefined],
      ["记字第 0014 2/3 号", SLIP_LINES_MAX, undefined],
      ["记字第 0014 3/3 号", 1, "16.00"],
    ]);
  });

  it("shares have no fen and no words", () => {
    const shares = {
      ...voucher,
      book: "Q",
      entries: [entry("9106", "收益权份额(户)", "1200", "0"), entry("9206", "收益权对应", "0", "1200")],
    };
    expect(voucherSlips(shares)[0]).toMatchObject({ book: "份额账(份)", total: { debit: { text: "1,200" }, words: "" } });
  });

  it("lays one on an A5 across or two on an A4, the same bytes each time, within its bound", () => {
    const print = (paper: "a5" | "a4") => press.print([voucher, red, long], { unit, paper });
    expect([print("a5").pages, print("a4").pages]).toEqual([5, 3]);
    expect(print("a4").bytes.equals(createVoucherPress(() => fonts).print([voucher, red, long], { unit, paper: "a4" }).bytes)).toBe(true);
    expect(() => press.print([], { unit, paper: "a5" })).toThrow(RangeError);
    expect(() =>
      press.print(
        Array.from({ length: VOUCHERS_PER_FILE_MAX + 1 }, () => voucher),
        { unit, paper: "a5" },
      ),
    ).toThrow(RangeError);
  });

  it("names what no font can print", () => {
    expect(press.missing([voucher])).toEqual([]);
    expect(press.missing([{ ...voucher, summary: "付\u{2ffff}款" }])).toEqual(["\u{2ffff}"]);
  });
});
