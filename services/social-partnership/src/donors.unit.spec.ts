import type { EventStore, StoredEvent } from "@huimin/event-store";
import { expect, it } from "vitest";
import { Donations } from "./donors.ts";

/** A log of donation events that can only be read. */
function logOf(...facts: readonly (readonly [type: string, payload: Readonly<Record<string, unknown>>])[]) {
  const events = facts.map(
    ([type, payload], index) =>
      ({
        position: index + 1,
        stream: `donation/${payload.donation}`,
        type,
        payload,
        valueDate: "2019-03-01",
        period: "2019-03",
        role: "BANK",
      }) as unknown as StoredEvent,
  );
  let reads = 0;
  const store = {
    readAll: async (_: string, after: number, limit: number) => {
      reads += 1;
      return events.filter(({ position }) => position > after).slice(0, limit);
    },
  } as unknown as EventStore;
  return { store, events, reads: () => reads };
}

const received = { donation: "D1", entry: 1, donor: "N1", amount: "100.00", purpose: "助学" };

it("sums what each donor gave over all donations, reversals left out, and follows the log", async () => {
  const spent = { donation: "D1", entry: 2, amount: "30.00", purpose: "助学", payee: "p" };
  const log = logOf(
    ["DonationReceived", received],
    ["DonationReceived", { ...received, donation: "D2", amount: "50.00", purpose: "free" }],
    ["DonationSpent", spent],
    ["DonationReceived", { ...received, entry: 3, amount: "7.00" }],
    ["DonationEntryReversed", { donation: "D1", reverses: 3, of: "DonationReceived" }],
    ["InKindDonationReceived", { donation: "G1", entry: 1, donor: "N2", value: "9.00" }],
    ["DonationPledged", { donation: "D9", donor: "N3", kind: "money", purpose: "助学" }],
  );
  const donations = new Donations(log.store, "410803");
  expect(await donations.donors()).toEqual([
    {
      donor: "N1",
      donations: 2,
      received: "150.00",
      spent: "30.00",
      refunded: "0.00",
      unspent: "120.00",
      goodsReceived: "0.00",
      goodsInStock: "0.00",
    },
    {
      donor: "N2",
      donations: 1,
      received: "0.00",
      spent: "0.00",
      refunded: "0.00",
      unspent: "0.00",
      goodsReceived: "9.00",
      goodsInStock: "9.00",
    },
  ]);
  const more = { ...log.events[2], position: 8, payload: { ...spent, entry: 4, amount: "1.00" } } as StoredEvent;
  log.events.push(more);
  const [[first], [again]] = await Promise.all([donations.donors(), donations.donors()]);
  expect([first?.spent, again?.spent]).toEqual(["31.00", "31.00"]);
});
