import type { DonationPayload } from "@huimin/donation/events";
import { fen } from "@huimin/money";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { type DatedRules, debit, type Entry, type PostableEvent, type PostingRule, pair, sinceStart, toPriorYear } from "../posting.ts";

/*
 * 社企共助 in book G (domain 2.5; R20, R24). Designated money is a debt (2901.05 by donation and purpose) until it is used;
 * free money is income (4603) on receipt and an expense on use. The bank account 1002.04 carries no dimension. The goods
 * account is 1901.01 until 2018 and 1891.01 since: the chart's dated codes print it, the rule knows one account.
 */

const BANK = ["bankDonations", {}] as const;
const FREE = "free";

type Side = readonly [AccountId, Dims];

/** What money of a purpose is credited to when it comes in. */
const received = (donation: string, purpose: string): Side =>
  purpose === FREE ? ["donationIncome", { donation }] : ["designatedDonation", { donation, purpose }];

/** What is debited when money of a purpose is used. */
const used = (donation: string, purpose: string): Side =>
  purpose === FREE ? ["aidExpense", { donation, fund: FREE }] : ["designatedDonation", { donation, purpose }];

const goods = (donation: string): Side => ["goodsHeld", { donation }];
const goodsOwed = (donation: string): Side => ["designatedGoods", { donation }];

/** A red entry on the side where the income stood, so that the year's income is what was kept. */
const incomeBack = (donation: string, amount: bigint): Entry => ({
  account: "donationIncome",
  debit: 0n,
  credit: -amount,
  dims: { donation },
});

function refund(p: DonationPayload<"DonationRefunded">): Entry[] {
  const entries: Entry[] = [];
  for (const { purpose, amount } of p.parts)
    if (purpose !== FREE) entries.push(debit("designatedDonation", fen(amount), { donation: p.donation, purpose }));
  if (p.sameYear !== undefined) entries.push(incomeBack(p.donation, fen(p.sameYear)));
  if (p.priorYears !== undefined) entries.push(debit("priorYearAdjustment", fen(p.priorYears)));
  const cash: Entry = { account: "bankDonations", debit: 0n, credit: fen(p.amount), dims: {} };
  return [...entries.filter((line) => line.debit !== 0n || line.credit !== 0n), cash];
}

const award = (p: Pick<DonationPayload<"HonourAwarded">, "amount" | "donation" | "party">): Entry[] =>
  p.amount === undefined || p.donation === undefined
    ? []
    : pair(fen(p.amount), ["awardExpense", { donation: p.donation, party: p.party }], BANK);

/** 红字: the same lines negative; what was income or expense of a closed fiscal year goes to 3501 (C4). */
const inRed = (entries: readonly Entry[], priorYear: boolean): Entry[] =>
  entries.map((line) => {
    const red = { ...line, debit: -line.debit, credit: -line.credit };
    return priorYear ? toPriorYear(red) : red;
  });

/** The rule of the event that is reversed, applied to its payload. */
function reversal(p: DonationPayload<"DonationEntryReversed">, event: PostableEvent) {
  const rule = donationRules[p.of]?.[0]?.rule as PostingRule | undefined;
  const original = rule?.(p.original, event);
  return { text: `冲销捐赠 ${p.donation} 第${p.reverses}笔`, entries: inRed(original?.entries ?? [], p.priorYear) };
}

export const donationRules: Readonly<Record<string, DatedRules>> = {
  DonationReceived: sinceStart((p: DonationPayload<"DonationReceived">) => ({
    text: p.purpose === FREE ? "收到非限定捐赠" : `收到指定用途捐赠(${p.purpose})`,
    entries: pair(fen(p.amount), BANK, received(p.donation, p.purpose)),
  })),
  InKindDonationReceived: sinceStart((p: DonationPayload<"InKindDonationReceived">) => ({
    text: `收到捐赠物资(${p.valueBasis === "document" ? "凭据价" : "市价"})`,
    entries: pair(fen(p.value), goods(p.donation), goodsOwed(p.donation)),
  })),
  DonationSpent: sinceStart((p: DonationPayload<"DonationSpent">) => ({
    text: p.purpose === FREE ? "支付非限定捐款" : `按指定用途支付(${p.purpose})`,
    entries: pair(fen(p.amount), used(p.donation, p.purpose), BANK),
  })),
  InKindDistributed: sinceStart((p: DonationPayload<"InKindDistributed">) => ({
    text: `发放物资 ${p.lines.length}户`,
    entries: pair(fen(p.value), goodsOwed(p.donation), goods(p.donation)),
  })),
  DonationPurposeChanged: sinceStart((p: DonationPayload<"DonationPurposeChanged">) => ({
    text: `变更捐款用途 ${p.oldPurpose}→${p.newPurpose}`,
    entries: pair(fen(p.amount), used(p.donation, p.oldPurpose), received(p.donation, p.newPurpose)),
  })),
  DonorWaivedForwarding: sinceStart((p: DonationPayload<"DonorWaivedForwarding">) => ({
    text: "捐赠人取消转赠要求",
    entries: [
      ...pair(fen(p.value), goodsOwed(p.donation), goods(p.donation)),
      ...pair(fen(p.value), ["goodsInStock", { donation: p.donation }], ["otherIncome", { donation: p.donation }]),
    ],
  })),
  DonationRefunded: sinceStart((p: DonationPayload<"DonationRefunded">) => ({ text: `退还捐赠 ${p.reason}`, entries: refund(p) })),
  /** Shares (book Q) are moved by the event on the pool's list of beneficiaries. */
  CooperativeStakeDonated: sinceStart((p: DonationPayload<"CooperativeStakeDonated">) => ({
    text: `捐资代${p.holders.length}户入股`,
    entries: pair(fen(p.amount), used(p.donation, p.purpose), BANK),
  })),
  DonationEntryReversed: sinceStart(reversal),
  HonourAwarded: sinceStart((p: DonationPayload<"HonourAwarded">) => ({ text: `表彰奖励 ${p.year}`, entries: award(p) })),
  HonourRevoked: sinceStart((p: DonationPayload<"HonourRevoked">) => ({
    text: `撤销表彰,奖金退回 ${p.year}`,
    entries: inRed(award(p), p.priorYear === true),
  })),
};

export const donationSilent: readonly string[] = [
  "DonationPledged",
  "DonationPledgeWithdrawn",
  "DonationAwardPaid",
  "DonationAwardReturned",
  "PairingEstablished",
  "PairingEnded",
  "HelpGiven",
  "HouseholdGoodsReceived",
  "HouseholdGoodsReversed",
  "WorkshopWageReported",
  "HouseholdHonoured",
  "HouseholdHonourRevoked",
  "WorkshopOpened",
  "WorkshopClosed",
  "EnterpriseFundEstablished",
  "EnterpriseFundDrawn",
];
