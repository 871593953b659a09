import { Exact, fen, formatAmount, splitLargestRemainder } from "@huimin/money";
import { type Handler, type Playable, pick, plain } from "../story.ts";

/* Facts of 社企共助. Documents, signed lists and the donor's paper are implied where the format does not name them. */

/** A list of households that are only counted: each gets the same value, the odd fen go to the first. */
const distribute: Handler = async (entry, { district, people, serial }) => {
  const households = await people.counted(entry.data.count);
  const parts = splitLargestRemainder(
    fen(entry.data.value),
    households.map(() => new Exact(1)),
  );
  const lines = households.map((household, index) => ({ household, value: formatAmount(parts[index] as bigint) }));
  const body = { ...pick(entry, "donation", "value"), lines, signedList: serial() };
  return district.send("DistributeGoods", body, entry.by, { period: entry.period });
};

export const DONATION_EVENTS: Readonly<Record<string, Playable>> = {
  DonationReceived: plain("RecordDonation", (entry, story) => ({
    ...pick(entry, "donation", "donor", "amount", "purpose"),
    serial: story.serial(),
  })),
  DonationSpent: plain("SpendDonation", (entry) => pick(entry, "donation", "amount", "purpose", "payee")),
  DonationPurposeChanged: plain("ChangeDonationPurpose", (entry, story) => ({
    ...pick(entry, "donation", "amount", "oldPurpose", "newPurpose"),
    ...(entry.data.donorConsent ? { consent: story.serial() } : {}),
  })),
  DonationRefunded: plain("RefundDonation", (entry) => pick(entry, "donation", "amount", "reason")),
  InKindDonationReceived: plain("RecordInKindDonation", (entry) => ({
    ...pick(entry, "donation", "donor", "value", "valueBasis"),
    goods: [{ item: entry.data.goods }],
  })),
  InKindDistributed: { command: "DistributeGoods", play: distribute },
  HonourAwarded: plain("AwardHonour", (entry, story) => ({
    ...pick(entry, "party", "amount", "donation"),
    honour: story.serial(),
  })),
};
