import { describe, expect, it } from "vitest";
import {
  BankFileFault,
  bytesSource,
  endToEndId,
  orderOf,
  type PaymentOrder,
  paymentNumber,
  readPain002,
  reasonCodeOf,
  reportCells,
  writePain001,
  writeStatusReport,
} from "./index.ts";

const order: PaymentOrder = {
  id: "PB-2018-01",
  createdAt: "2018-12-28T09:00:00+08:00",
  on: "2018-12-28",
  initiator: "中站区财政局",
  debtor: "中站区财政局",
  debtorAccount: "410803-1002.03",
  debtorScheme: "LEDGER",
  bank: "K1",
};
const payment = { amount: 270_271n, name: "张三", account: "6217001", purpose: "2018年度分红 B2 H1" };

describe("pain.001 代发指令", () => {
  it("has totals, one transaction a payee and ids that results can name", () => {
    const text = [...writePain001(order, [payment, { ...payment, name: "李<四>&", amount: 1n }])].join("");
    expect(text).toContain("<NbOfTxs>2</NbOfTxs><CtrlSum>2702.72</CtrlSum>");
    expect(text.match(/<CtrlSum>2702\.72<\/CtrlSum>/g)).toHaveLength(2);
    expect(text).toContain(
      '<EndToEndId>PB-2018-01-2</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">0.01</InstdAmt></Amt><Cdtr><Nm>李&lt;四&gt;&amp;</Nm>',
    );
  });

  it("names a payment by its place, for this order only", () => {
    expect(paymentNumber("PB1", endToEndId("PB1", 17))).toBe(17);
    for (const other of ["PB2-17", "PB1-0", "PB1-01", "PB1-", "PB1-x", "PB1-1-2"]) expect(paymentNumber("PB1", other)).toBeUndefined();
    expect(orderOf("PB-1-17")).toBe("PB-1");
    expect(orderOf("PB")).toBeUndefined();
  });

  it("refuses more payments than a bank takes, an id that is too long, control characters", () => {
    const code = (work: () => unknown) => {
      try {
        work();
      } catch (fault) {
        if (fault instanceof BankFileFault) return fault.refusal.code;
        throw fault;
      }
      return undefined;
    };
    expect(
      code(() => [
        ...writePain001(
          order,
          Array.from({ length: 5_001 }, () => payment),
        ),
      ]),
    ).toBe("BANK_FILE_TOO_LARGE");
    expect(code(() => [...writePain001({ ...order, id: "x".repeat(30) }, [payment])])).toBe("BANK_FILE_TOO_LARGE");
    expect(code(() => [...writePain001(order, [{ ...payment, name: "张\u0001三" }])])).toBe("BANK_FILE_FORMAT");
  });
});

describe("reports", () => {
  it("say what became of a row, in Chinese, with the code", () => {
    expect(reportCells({ row: 2, status: "booked" })).toEqual(["已入账", "", ""]);
    expect(reportCells({ row: 3, status: "refused", code: "X", reason: "金额不符", remedy: "请核对" })).toEqual([
      "未入账",
      "金额不符 [X]",
      "请核对",
    ]);
  });

  it("on a message are a pain.002 that our own reader reads", async () => {
    const report = {
      id: "R1",
      createdAt: "2018-12-28T18:00:00+08:00",
      originalId: "MSG-1",
      originalName: "pain.001",
      outcome: "partly",
    } as const;
    const rows = [
      { row: 1, status: "booked", endToEndId: "PB1-1", serial: "S1" },
      { row: 2, status: "refused", endToEndId: "PB1-2", code: "UNKNOWN_ITEM", reason: "没有这一笔。", remedy: "请核对编号。" },
    ] as const;
    const text = (await Array.fromAsync(writeStatusReport(report, rows))).join("");
    const steps = await Array.fromAsync(readPain002(bytesSource(Buffer.from(text))));
    expect(steps).toMatchObject([
      { outcome: "partly", orderId: "MSG-1" },
      { outcome: "paid", serial: "S1" },
      { outcome: "rejected", reason: "UNKNOWN_ITEM" },
    ]);
    const none = (
      await Array.fromAsync(
        writeStatusReport({ ...report, outcome: "refused", refusal: { code: "BANK_FILE_TOTAL", reason: "合计不符" } }, []),
      )
    ).join("");
    expect(await Array.fromAsync(readPain002(bytesSource(Buffer.from(none))))).toMatchObject([
      { outcome: "rejected", reason: "BANK_FILE_TOTAL" },
    ]);
  });
});

describe("reason codes 退票原因", () => {
  it.each([
    ["账号不存在", "AC01"],
    ["账户已销户", "AC04"],
    ["账户冻结", "AC06"],
    ["止付", "AC06"],
    ["户名不符", "BE01"],
    ["收款人死亡", "MD07"],
    ["重复", "AM05"],
    ["二类户限额", "二类户限额"],
    ["睡眠户", "长期不动户"],
    ["AC04", "AC04"],
    ["失败 AC06 冻结", "AC06"],
    ["其他", "MS03"],
    [undefined, "MS03"],
  ])("%s is %s", (text, code) => expect(reasonCodeOf(text)).toBe(code));
});
