import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { CHART, printedCode } from "../chart.ts";
import { donationMoney } from "../invariants/donation-check.ts";
import { FactLog } from "../testing.ts";
import { postingOf } from "./index.ts";

/** `2901.05 Cr 100.00` per line, with the code printed on the day. */
function lines(type: string, payload: object, on = "2019-06-30"): string[] {
  const event = { position: 1, type, valueDate: on, recordedAt: `${on}T09:00:00.000+08:00`, period: on.slice(0, 7), payload };
  return postingOf(event).entries.map(({ account, debit, credit }) => {
    const code = printedCode(CHART[account], on);
    return debit === 0n ? `${code} Cr ${formatAmount(credit)}` : `${code} Dr ${formatAmount(debit)}`;
  });
}

const received = { donation: "D1", entry: 1, donor: "N1", amount: "100.00", purpose: "助学" };
const free = { ...received, purpose: "free" };
const spent = { donation: "D1", entry: 2, amount: "40.00", purpose: "助学", payee: "学校" };
const inKind = { donation: "D1", entry: 1, donor: "N1", goods: [], value: "9.00", valueBasis: "document" };
const stake = { ...spent, pool: "P1", enterprise: "E1", year: 2019, holders: [], minutes: "m" };
const honour = { year: 2019, honour: "R1", party: "N1", partyKind: "donor" };

describe("社企共助 in book G", () => {
  it.each([
    ["5.2 designated", "DonationReceived", received, ["1002.04 Dr 100.00", "2901.05 Cr 100.00"]],
    ["5.3 free", "DonationReceived", free, ["1002.04 Dr 100.00", "4603 Cr 100.00"]],
    ["5.5 designated", "DonationSpent", spent, ["2901.05 Dr 40.00", "1002.04 Cr 40.00"]],
    ["5.5 free", "DonationSpent", { ...spent, purpose: "free" }, ["5001.03 Dr 40.00", "1002.04 Cr 40.00"]],
    ["5.15", "CooperativeStakeDonated", stake, ["2901.05 Dr 40.00", "1002.04 Cr 40.00"]],
    ["5.4", "InKindDonationReceived", inKind, ["1891.01 Dr 9.00", "2901.06 Cr 9.00"]],
    ["5.6", "InKindDistributed", { donation: "D1", entry: 2, value: "9.00", lines: [] }, ["2901.06 Dr 9.00", "1891.01 Cr 9.00"]],
    [
      "5.8",
      "DonorWaivedForwarding",
      { donation: "D1", entry: 2, value: "9.00", consent: "c" },
      ["2901.06 Dr 9.00", "1891.01 Cr 9.00", "1302 Dr 9.00", "4609 Cr 9.00"],
    ],
    ["5.16 with cash", "HonourAwarded", { ...honour, amount: "7.00", donation: "D1" }, ["5001.04 Dr 7.00", "1002.04 Cr 7.00"]],
    ["5.16 without", "HonourAwarded", honour, []],
  ])("%s", (_, type, payload, expected) => {
    expect(lines(type, payload)).toEqual(expected);
  });

  it("prints the goods account by the number of the day", () => {
    expect(lines("InKindDonationReceived", inKind, "2018-12-31")[0]).toBe("1901.01 Dr 9.00");
    expect(lines("InKindDonationReceived", inKind, "2019-01-01")[0]).toBe("1891.01 Dr 9.00");
  });

  it("5.7: moves between purposes; what becomes free is income", () => {
    const changed = { donation: "D1", entry: 2, amount: "5.00", oldPurpose: "助学", newPurpose: "助医", consent: "c" };
    expect(lines("DonationPurposeChanged", changed)).toEqual(["2901.05 Dr 5.00", "2901.05 Cr 5.00"]);
    expect(lines("DonationPurposeChanged", { ...changed, newPurpose: "free" })).toEqual(["2901.05 Dr 5.00", "4603 Cr 5.00"]);
  });

  it("5.9: designated parts by purpose; free money out of income and of closed years", () => {
    const refund = { donation: "D1", entry: 3, amount: "30.00", reason: "r" };
    const parts = [
      { purpose: "助学", amount: "10.00" },
      { purpose: "free", amount: "20.00" },
    ];
    expect(lines("DonationRefunded", { ...refund, parts, sameYear: "15.00", priorYears: "5.00" })).toEqual([
      "2901.05 Dr 10.00",
      "4603 Cr -15.00",
      "3501 Dr 5.00",
      "1002.04 Cr 30.00",
    ]);
  });

  it("reverses in red, through 3501 what was income or expense of a closed year", () => {
    const reversal = { donation: "D1", reverses: 1, of: "DonationReceived", original: free, priorYear: false };
    expect(lines("DonationEntryReversed", reversal)).toEqual(["1002.04 Dr -100.00", "4603 Cr -100.00"]);
    expect(lines("DonationEntryReversed", { ...reversal, priorYear: true })).toEqual(["1002.04 Dr -100.00", "3501 Cr -100.00"]);
    const designated = { ...reversal, original: received, priorYear: true };
    expect(lines("DonationEntryReversed", designated)).toEqual(["1002.04 Dr -100.00", "2901.05 Cr -100.00"]);
    const revoked = { ...honour, reason: "r", amount: "7.00", donation: "D1", priorYear: false };
    expect(lines("HonourRevoked", revoked)).toEqual(["5001.04 Dr -7.00", "1002.04 Cr -7.00"]);
    expect(lines("HonourRevoked", { ...honour, reason: "r" })).toEqual([]);
  });
});

describe("2.7 (6) with R20", () => {
  const chain = (): FactLog => {
    const log = new FactLog();
    const donation = (type: string, payload: object) => log.record(type, "donation/D1", payload, { on: "2019-03-01" });
    donation("DonationReceived", received);
    donation("DonationReceived", { ...free, entry: 2 });
    donation("DonationSpent", { ...spent, entry: 3 });
    log.record("HonourAwarded", "honour/2019", { ...honour, amount: "7.00", donation: "D1" }, { on: "2019-03-02" });
    donation("DonationAwardPaid", { donation: "D1", entry: 4, amount: "7.00", year: 2019, honour: "R1", party: "N1" });
    donation("DonationEntryReversed", { donation: "D1", reverses: 3, of: "DonationSpent", original: spent, priorYear: false });
    return log;
  };
  const failed = (log: FactLog): number[] => {
    const check = donationMoney();
    for (const event of log.events) check.see(event);
    return check.results().map((result) => result.failed);
  };

  it("holds for a chain with an award and a reversal", () => {
    expect(failed(chain())).toEqual([0, 0]);
  });

  it("finds an overdrawn purpose, and an award that no donation paid", () => {
    const overdrawn = chain();
    overdrawn.record("DonationSpent", "donation/D1", { ...spent, entry: 5, amount: "100.01" }, { on: "2019-03-03" });
    expect(failed(overdrawn)[0]).toBe(1);
    const unpaid = chain();
    unpaid.record("HonourAwarded", "honour/2019", { ...honour, honour: "R2", amount: "1.00", donation: "D1" }, { on: "2019-03-03" });
    expect(failed(unpaid)).toEqual([0, 1]);
  });
});
