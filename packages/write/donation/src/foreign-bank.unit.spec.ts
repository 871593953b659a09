import type { RecordedEvent } from "@huimin/decider";
import { expect, it } from "vitest";
import { reverse } from "./decide.ts";
import { donationFold } from "./evolve.ts";

it("a bank takes back its own message on a donation, and no other bank's (C6)", () => {
  const received = {
    ...{ eventId: "e1", type: "DonationReceived", valueDate: "2018-05-01", recordedAt: "2018-05-02T09:00:00+08:00", period: "2018-05" },
    ...{ stream: "donation/D1", streamVersion: 1, position: 1, actor: "bank:K1", role: "BANK" },
    payload: { donation: "D1", donor: "N1", amount: "100.00", purpose: "free", serial: "S1", entry: 1 },
  } as unknown as RecordedEvent;
  const state = donationFold.evolve(donationFold.initialState, received);
  const asked = { entry: 1, byBank: true, fiscalYear: 2018, serial: "R1" };
  expect(reverse(state, { ...asked, sender: "bank:K2" })).toMatchObject({ refusal: { code: "ENTRY_OF_OTHER_BANK" } });
  expect(reverse(state, { ...asked, sender: "bank:K1" })).toMatchObject({ ok: true });
});
