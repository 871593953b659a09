import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { memoryBooks } from "../memory.ts";
import { FactLog } from "../testing.ts";

const part = { pool: "B1", year: 2018, part: 0 };
const items = [{ household: "H1", village: "V1", amount: "400.00" }];
const payout = { ...part, payoutBatch: "PB1", items };

/** `2901.03 Dr 400.00 H1/B1/2018/PB1` per line. */
function lines(type: string, payload: object): string[] {
  const event = new FactLog().record(type, "entitlement/B1-2018-0", payload, { on: "2018-12-28" });
  return memoryBooks([event]).lines.map(({ account, debit, credit, dims }) => {
    const side = debit !== 0n ? `Dr ${formatAmount(debit)}` : `Cr ${formatAmount(credit)}`;
    const place = [dims.household, dims.pool, dims.year, dims.payoutBatch, dims.obligor].filter((one) => one !== undefined).join("/");
    return `${account.codes.at(-1)?.code} ${side}${place && ` ${place}`}`;
  });
}

describe("payout postings (book G)", () => {
  it.each(["2901.02", "2901.04"] as const)(
    "given a batch, then the item goes from %s in transit, and back when it is cancelled",
    (from) => {
      const submitted = { ...payout, bank: "K1", items: [{ ...items[0], from, account: "a" }] };
      expect(lines("PayoutItemsSubmitted", submitted)).toEqual([`${from} Dr 400.00 H1/B1/2018`, "2901.03 Cr 400.00 H1/B1/2018/PB1"]);
      expect(lines("PayoutItemsCancelled", submitted)).toEqual(["2901.03 Dr 400.00 H1/B1/2018/PB1", `${from} Cr 400.00 H1/B1/2018`]);
    },
  );

  it("given the bank's results, then D5, D6 and D7", () => {
    expect(lines("PayoutSucceeded", payout)).toEqual(["2901.03 Dr 400.00 H1/B1/2018/PB1", "1002.03 Cr 400.00"]);
    expect(lines("PayoutFailed", { ...payout, reason: "AC04" })).toEqual([
      "2901.03 Dr 400.00 H1/B1/2018/PB1",
      "2901.04 Cr 400.00 H1/B1/2018",
    ]);
    expect(lines("PayoutReturned", { ...payout, reason: "AC04" })).toEqual(["1002.03 Dr 400.00", "2901.04 Cr 400.00 H1/B1/2018"]);
  });

  it("given a reversal, then the lines of the result in red", () => {
    const reversed = { ...payout, items: [{ ...items[0], amount: "-400.00" }], serial: "S1", reversalSerial: "S2" };
    expect(lines("PayoutResultReversed", { ...reversed, result: "succeeded" })).toEqual([
      "2901.03 Dr -400.00 H1/B1/2018/PB1",
      "1002.03 Cr -400.00",
    ]);
    expect(lines("PayoutResultReversed", { ...reversed, result: "returned" })).toEqual([
      "1002.03 Dr -400.00",
      "2901.04 Cr -400.00 H1/B1/2018",
    ]);
    expect(lines("PayoutResultReversed", { ...reversed, result: "failed" })[1]).toBe("2901.04 Cr -400.00 H1/B1/2018");
  });

  it("given a wrong payout, then the obligor owes it and the right payee is owed; recovered, the money is back", () => {
    expect(lines("PayoutWronglyPaid", { ...payout, obligor: "X", evidence: [] })).toEqual([
      "1218.05 Dr 400.00 X",
      "2901.04 Cr 400.00 H1/B1/2018",
    ]);
    const red = { ...payout, items: payout.items.map((item) => ({ ...item, amount: "-400.00" })), obligor: "X", reason: "认定有误" };
    expect(lines("WrongPayoutReversed", red)).toEqual(["1218.05 Dr -400.00 X", "2901.04 Cr -400.00 H1/B1/2018"]);
    const recovered = { obligor: "X", amount: "300.00", bank: "K1" };
    expect(lines("WrongPayoutRecovered", recovered)).toEqual(["1002.03 Dr 300.00", "1218.05 Cr 300.00 X"]);
    expect(lines("WrongPayoutRecoveryReversed", { ...recovered, amount: "-300.00", serial: "S", reversalSerial: "R" })).toEqual([
      "1002.03 Dr -300.00",
      "1218.05 Cr -300.00 X",
    ]);
  });

  it("given unclaimed money, then from where it lay to 2901.07, and back to 2901.04 for an heir (R16)", () => {
    expect(lines("UnclaimedTransferred", { ...part, evidence: [], items: [{ ...items[0], from: "2901.02" }] })).toEqual([
      "2901.02 Dr 400.00 H1/B1/2018",
      "2901.07 Cr 400.00 H1/B1/2018",
    ]);
    expect(lines("UnclaimedTransferReversed", { ...part, evidence: [], claimant: "h", items })).toEqual([
      "2901.07 Dr 400.00 H1/B1/2018",
      "2901.04 Cr 400.00 H1/B1/2018",
    ]);
  });

  it("given a division, then the source's event alone posts it", () => {
    const moves = [{ household: "H2", village: "V1", account: "2901.04", amount: "100.00" }];
    const divided = { ...part, source: "H1", sourceVillage: "V1", moves };
    expect(lines("EntitlementsDivided", { ...divided, side: "source" })).toEqual([
      "2901.04 Dr 100.00 H1/B1/2018",
      "2901.04 Cr 100.00 H2/B1/2018",
    ]);
    expect(lines("EntitlementsDivided", { ...divided, side: "target" })).toEqual([]);
  });
});
