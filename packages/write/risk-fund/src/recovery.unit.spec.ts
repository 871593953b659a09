import { fen, formatAmount } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiveBankruptcyDividend, ReceiveRecovery, ReverseRecovery, WriteOffClaim } from "./commands.ts";
import { compensationStream } from "./events.ts";
import { FIN_R, K1, K2, K01_LOAN, World } from "./world.fixture.ts";

const ON = "2019-06-10";
const EIGHT_TWO = [
  { party: "fund", weight: "80" },
  { party: "bank", weight: "20" },
];

/** K01: the fund has paid 16,187.54 of 20,234.42. */
const compensated = (): World =>
  new World().deposit("100000.00").loan("L1", K01_LOAN).compensate("C1", "H1", ["L1"], ON, { weights: EIGHT_TWO });

const message = (gross: string, cost: string, on = "2019-12-02") => ({ ref: "C1", gross, cost, serial: `R${gross}${on}`, valueDate: on });

describe("E7 ReceiveRecovery", () => {
  it("nets the cost first and splits the rest (K01)", () => {
    const district = compensated();
    expect(district.accept(ReceiveRecovery, message("5000.00", "100.00"), K1)).toEqual({
      ref: "C1",
      net: "4900.00",
      shares: { fund: "3920.00", bank: "980.00" },
    });
    expect([district.cash(), district.claim("H1"), district.principal("L1")]).toEqual(["87732.46", "12267.54", "3020.00"]);
  });

  it("puts the bank's part on the loans pro rata by what it still has open", () => {
    const district = new World()
      .deposit("100000.00")
      .loan("L1", K01_LOAN)
      .loan("L2", { ...K01_LOAN, amount: "10000.00" })
      .compensate("C1", "H1", ["L1", "L2"], ON);
    district.accept(ReceiveRecovery, message("1000.01", "0.00"), K1);
    // 300.00 of 1000.01 by 6,000 : 3,000
    expect([district.principal("L1"), district.principal("L2")]).toEqual(["5800.00", "2900.00"]);
  });

  it("leaves the bank's interest outside the books: a full recovery settles the loan", () => {
    const district = compensated();
    district.accept(ReceiveRecovery, message("20234.42", "0.00"), K1);
    expect([district.cash(), district.claim("H1"), district.principal("L1")]).toEqual(["100000.00", "0.00", "0.00"]);
    expect(district.code(ReceiveRecovery, message("1.00", "0.00"), K1)).toBe("NO_OPEN_COMPENSATION");
  });

  it("refuses more than the fund ever claimed", () => {
    const district = compensated();
    expect(district.refuse(ReceiveRecovery, message("20235.00", "0.00"), K1)).toMatchObject({
      code: "ABOVE_COMPENSATION_CLAIM",
      details: { amount: "16188.00", open: "16187.54" },
    });
  });

  it("refuses before anybody has paid, and from another bank", () => {
    const district = new World().deposit("100000.00").loan("L1", K01_LOAN);
    district.apply("C1", "H1", ["L1"], ON);
    expect(district.code(ReceiveRecovery, message("1.00", "0.00"), K1)).toBe("CASE_STATUS");
    district.approve("C1", ON);
    expect(district.code(ReceiveRecovery, message("1.00", "0.00"), K1)).toBe("NO_OPEN_COMPENSATION");
    expect(district.code(ReceiveRecovery, message("1.00", "0.00"), K2)).toBe("OTHER_BANKS_CASE");
  });

  it("bears the cost where nothing is recovered (5901.02)", () => {
    const district = compensated();
    expect(district.accept(ReceiveRecovery, message("0.00", "80.50"), K1)).toMatchObject({ net: "0.00" });
    expect(district.events(compensationStream("C1")).at(-1)?.payload).toMatchObject({ costBorne: "80.50", toClaim: "0.00" });
    expect([district.cash(), district.claim("H1")]).toEqual(["83731.96", "16187.54"]);
  });

  it("is taken back by the bank (C6), to the fen", () => {
    const district = compensated();
    district.accept(ReceiveRecovery, message("5000.00", "100.00"), K1);
    const serial = "R5000.002019-12-02";
    const body = { ref: "C1", serial, reversalSerial: "X1", valueDate: "2019-12-20" };
    district.accept(ReverseRecovery, body, K1);
    expect([district.cash(), district.claim("H1"), district.principal("L1")]).toEqual(["83812.46", "16187.54", "4000.00"]);
    expect(district.events(compensationStream("C1")).at(-1)).toMatchObject({ type: "RecoveryReversed", valueDate: "2019-12-02" });
    expect(district.code(ReverseRecovery, body, K1)).toBe("RISK_SERIAL_UNKNOWN");
  });

  it("a cost that it bore in a year that is over is taken back as such (C4), one of this year is not", () => {
    const reversed = (day: string) => {
      const district = compensated();
      district.accept(ReceiveRecovery, message("0.00", "80.50"), K1);
      district.accept(ReverseRecovery, { ref: "C1", serial: "R0.002019-12-02", reversalSerial: "X1", valueDate: day }, K1);
      return district.events(compensationStream("C1")).at(-1)?.payload;
    };
    expect(reversed("2020-01-05")).toMatchObject({ costBorne: "-80.50", priorYear: true });
    expect(reversed("2019-12-20")).not.toHaveProperty("priorYear");
  });

  it("ends the same in every order of recording, and what was claimed is never lost", () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 300_000 }), fc.integer({ min: 0, max: 20_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(parts, fc.boolean(), (recoveries, reversed) => {
        const district = compensated();
        const dated = recoveries.map(([gross, cost], index) => ({ gross: BigInt(gross), cost: BigInt(cost), on: `2020-01-1${index}` }));
        for (const { gross, cost, on } of reversed ? dated.toReversed() : dated) {
          const body = message(formatAmount(gross), formatAmount(cost), on);
          district.accept(ReceiveRecovery, { ...body, recordedOn: "2020-03-01" }, { ...K1, recordedAt: "2020-03-01T08:00:00+08:00" });
        }
        const costs = dated.reduce((sum, { gross, cost }) => sum + (cost > gross ? cost - gross : 0n), 0n);
        // 1002.02 + 1218.01 + 5901.02 = 3101.01 (2.7(5))
        expect(fen(district.cash()) + fen(district.claim("H1")) + costs).toBe(fen("100000.00"));
        const other = compensated();
        for (const { gross, cost, on } of reversed ? dated : dated.toReversed()) {
          other.accept(ReceiveRecovery, message(formatAmount(gross), formatAmount(cost), on), {
            ...K1,
            recordedAt: "2020-03-01T08:00:00+08:00",
          });
        }
        expect([other.cash(), other.claim("H1"), other.principal("L1")]).toEqual([
          district.cash(),
          district.claim("H1"),
          district.principal("L1"),
        ]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("E8 WriteOffClaim", () => {
  it("writes off every case of the obligor; later money is the fund's (账销案存)", () => {
    const district = compensated().loan("L2", K01_LOAN).compensate("C2", "H1", ["L2"], "2019-07-01");
    const open = district.claim("H1");
    expect(district.accept(WriteOffClaim, { obligor: "H1", valueDate: "2019-12-20" }, FIN_R)).toEqual({ obligor: "H1", amount: open });
    expect(district.claim("H1")).toBe("0.00");
    expect(district.code(WriteOffClaim, { obligor: "H1", valueDate: "2019-12-21" }, FIN_R)).toBe("NO_OPEN_COMPENSATION");
    district.accept(ReceiveBankruptcyDividend, message("100.00", "0.00", "2020-02-03"), K1);
    expect(district.events(compensationStream("C1")).at(-1)).toMatchObject({
      type: "BankruptcyDividendReceived",
      payload: { toClaim: "0.00", toFund: "80.00" },
    });
    expect(district.code(ReceiveRecovery, message("30000.00", "0.00", "2020-02-04"), K1)).toBe("ABOVE_COMPENSATION_CLAIM");
  });
});
