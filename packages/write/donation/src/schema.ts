import { type Static, Type } from "typebox";

/*
 * Events of 社企共助 (domain 2.5). Streams: `donation/{donation}` is everything received and given away under one donation;
 * `pairing/{household}` is a household's help file (帮扶档案): who helps it, and what it got that is no money of the books;
 * `workshop/{id}`, `enterprise-fund/{enterprise}`, `honour/{year}`. Amounts are yuan with two decimals.
 *
 * `entry` numbers what moves money or goods of a donation, from 1; a reversal names it.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Text = Type.String();
const DateText = Type.String({ format: "date" });
const Month = Type.String({ pattern: "^\\d{4}-\\d{2}$" });
const Year = Type.Integer();
const Entry = Type.Integer({ description: "number of the entry in its donation" });
const Purpose = Type.String({ description: "用途; `free` = 非限定, not designated" });
const Serial = Type.Optional(Id);

/** 5.1 认捐. Of money or of goods, whose expected value it may state. */
export const DonationPledged = Type.Object({
  donation: Id,
  donor: Id,
  kind: Type.Union([Type.Literal("money"), Type.Literal("goods")]),
  amount: Type.Optional(Amount),
  goods: Type.Optional(Text),
  purpose: Purpose,
  due: Type.Optional(DateText),
});
export const DonationPledgeWithdrawn = Type.Object({ donation: Id, donor: Id, reason: Text });

/** 受益范围: a village, a household or a project. */
export const BeneficiaryScope = Type.Object({
  kind: Type.Union([Type.Literal("village"), Type.Literal("household"), Type.Literal("project")]),
  id: Id,
});
/** 5.2, 5.3 收到捐赠. Designated: Dr 1002.04 / Cr 2901.05 {donation, purpose}; `free`: Dr 1002.04 / Cr 4603. `receiptNo`: 公益事业捐赠票据. */
export const DonationReceived = Type.Object({
  donation: Id,
  entry: Entry,
  donor: Id,
  amount: Amount,
  purpose: Purpose,
  scope: Type.Optional(BeneficiaryScope),
  receiptNo: Type.Optional(Id),
  serial: Serial,
});
/** One kind of goods. `condition`: 成色. */
export const Goods = Type.Object({ item: Text, quantity: Type.Optional(Text), unit: Type.Optional(Text), condition: Type.Optional(Text) });
/** 5.4 收到捐赠物资, at the value of the document (凭据), else at the market price. Dr goods held / Cr 2901.06. */
export const InKindDonationReceived = Type.Object({
  donation: Id,
  entry: Entry,
  donor: Id,
  goods: Type.Array(Goods),
  value: Amount,
  valueBasis: Type.Union([Type.Literal("document"), Type.Literal("market-price")]),
  document: Type.Optional(Id),
  purpose: Type.Optional(Purpose),
});
/** 5.5 捐款使用. Designated: Dr 2901.05 / Cr 1002.04; free: Dr 5001.03 / Cr 1002.04. `usedFor`: what free money was used for. */
export const DonationSpent = Type.Object({
  donation: Id,
  entry: Entry,
  amount: Amount,
  purpose: Purpose,
  payee: Text,
  usedFor: Type.Optional(Text),
  serial: Serial,
});
const GoodsLine = Type.Object({ household: Id, village: Id, value: Amount, items: Type.Optional(Text) });
/** 5.6 物资发放, by household; `signedList`: 签领表. Dr 2901.06 / Cr goods held. */
export const InKindDistributed = Type.Object({ donation: Id, entry: Entry, value: Amount, lines: Type.Array(GoodsLine), signedList: Id });
/** 5.7 变更用途 with the donor's written consent. Dr 2901.05 (old) / Cr 2901.05 (new), Cr 4603 when the money becomes free. */
export const DonationPurposeChanged = Type.Object({
  donation: Id,
  entry: Entry,
  amount: Amount,
  oldPurpose: Purpose,
  newPurpose: Purpose,
  consent: Id,
});
/** 5.8 取消转赠要求: the goods stay with the unit. Dr 2901.06 / Cr goods held, and Dr 1302 / Cr 4609 (R24). */
export const DonorWaivedForwarding = Type.Object({ donation: Id, entry: Entry, value: Amount, consent: Id, goods: Type.Optional(Text) });
/**
 * 5.9 退还捐赠, from the first purpose on. Designated parts: Dr 2901.05 / Cr 1002.04. The `free` part takes back income: Dr
 * 4603 in red (`sameYear`), and Dr 3501 for what was income of a closed fiscal year (`priorYears`).
 */
export const DonationRefunded = Type.Object({
  donation: Id,
  entry: Entry,
  amount: Amount,
  parts: Type.Array(Type.Object({ purpose: Purpose, amount: Amount })),
  sameYear: Type.Optional(Amount),
  priorYears: Type.Optional(Amount),
  reason: Text,
  serial: Serial,
});
/** 5.15 捐资代贫困户入股. As spending; the shares are assigned on `beneficiary/{pool}` in the same append (book Q). */
export const CooperativeStakeDonated = Type.Object({
  donation: Id,
  entry: Entry,
  amount: Amount,
  purpose: Purpose,
  pool: Id,
  enterprise: Id,
  /** year of the list of beneficiaries */
  year: Year,
  /** share of the cooperative that the money buys, percent */
  sharePercent: Type.Optional(Text),
  holders: Type.Array(Type.Object({ household: Id, village: Id, shares: Text })),
  minutes: Text,
  serial: Serial,
});
/** 5.16: cash of this free donation went to an award; the award's own event posts it. */
export const DonationAwardPaid = Type.Object({ donation: Id, entry: Entry, amount: Amount, year: Year, honour: Id, party: Id });
/** The cash came back with the revocation, which posts it. */
export const DonationAwardReturned = DonationAwardPaid;
/**
 * C1 红字冲销 or C6 银行冲正 of an entry: the exact negative of its lines, at its value date. `original`: its payload.
 * `priorYear`: it was booked in a closed fiscal year, so income and expense go to 3501 (C4).
 */
export const DonationEntryReversed = Type.Object({
  donation: Id,
  reverses: Entry,
  of: Text,
  original: Type.Unknown(),
  priorYear: Type.Boolean(),
  reason: Type.Optional(Text),
  serial: Serial,
});

/** 5.10 结对帮扶建立, from the value date on; `toExcl` where the term is known. No name of a person is kept: `helper` is a number. */
export const PairingEstablished = Type.Object({
  household: Id,
  helper: Id,
  helperKind: Type.Union([Type.Literal("person"), Type.Literal("unit"), Type.Literal("enterprise")]),
  unit: Type.Optional(Text),
  toExcl: Type.Optional(DateText),
});
/** 结束: from the value date on they are no pair. */
export const PairingEnded = Type.Object({ household: Id, helper: Id, reason: Text });
export const HelpKind = Type.Union([
  Type.Literal("money"),
  Type.Literal("goods"),
  Type.Literal("labour"),
  Type.Literal("skills"),
  Type.Literal("sales"),
  Type.Literal("job"),
  Type.Literal("visit"),
  Type.Literal("other"),
]);
/** 5.11 帮扶记录 (statistical). The same `help` again is a new `version` in place of the former. */
export const HelpGiven = Type.Object({
  household: Id,
  helper: Id,
  help: Id,
  version: Type.Integer(),
  kind: HelpKind,
  value: Type.Optional(Amount),
  note: Type.Optional(Text),
});
/** What InKindDistributed gave to this household. */
export const HouseholdGoodsReceived = Type.Object({
  household: Id,
  donation: Id,
  entry: Entry,
  value: Amount,
  items: Type.Optional(Text),
});
export const HouseholdGoodsReversed = Type.Object({ household: Id, donation: Id, entry: Entry, value: Amount });
/** 5.13 车间工资报送 (statistical). The same workshop, person and month again is a new `version`. */
export const WorkshopWageReported = Type.Object({
  workshop: Id,
  household: Id,
  person: Id,
  month: Month,
  version: Type.Integer(),
  days: Type.Integer(),
  amount: Amount,
});
/** A household on the honour roll. */
export const HouseholdHonoured = Type.Object({ household: Id, year: Year, honour: Id, grade: Type.Optional(Text) });
export const HouseholdHonourRevoked = Type.Object({ household: Id, year: Year, honour: Id });

/** 5.12 扶贫车间设立. `posts`: 岗位数. */
export const WorkshopOpened = Type.Object({ workshop: Id, enterprise: Id, village: Id, sector: Text, posts: Type.Integer() });
/** 关闭: from the value date on. */
export const WorkshopClosed = Type.Object({ workshop: Id, reason: Text });

/** 5.14 扶贫基金设立: the money stays with the enterprise, nothing is posted. Again: it was raised by `amount`. */
export const EnterpriseFundEstablished = Type.Object({ enterprise: Id, amount: Amount, rules: Text });
/** 使用 of it. */
export const EnterpriseFundDrawn = Type.Object({ enterprise: Id, amount: Amount, usedFor: Text });

/** 5.16 表彰(光荣榜). Cash out of a free donation: Dr 5001.04 / Cr 1002.04 (R20); otherwise no posting. */
export const HonourAwarded = Type.Object({
  year: Year,
  honour: Id,
  party: Id,
  partyKind: Type.Union([Type.Literal("donor"), Type.Literal("enterprise"), Type.Literal("household")]),
  grade: Type.Optional(Text),
  document: Type.Optional(Text),
  amount: Type.Optional(Amount),
  donation: Type.Optional(Id),
});
/** 撤销. With `amount` the cash came back: the award's lines in red, 3501 for an award of a closed fiscal year (`priorYear`). */
export const HonourRevoked = Type.Object({
  year: Year,
  honour: Id,
  party: Id,
  reason: Text,
  amount: Type.Optional(Amount),
  donation: Type.Optional(Id),
  priorYear: Type.Optional(Type.Boolean()),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const donationEvents = {
  DonationPledged,
  DonationPledgeWithdrawn,
  DonationReceived,
  InKindDonationReceived,
  DonationSpent,
  InKindDistributed,
  DonationPurposeChanged,
  DonorWaivedForwarding,
  DonationRefunded,
  CooperativeStakeDonated,
  DonationAwardPaid,
  DonationAwardReturned,
  DonationEntryReversed,
  PairingEstablished,
  PairingEnded,
  HelpGiven,
  HouseholdGoodsReceived,
  HouseholdGoodsReversed,
  WorkshopWageReported,
  HouseholdHonoured,
  HouseholdHonourRevoked,
  WorkshopOpened,
  WorkshopClosed,
  EnterpriseFundEstablished,
  EnterpriseFundDrawn,
  HonourAwarded,
  HonourRevoked,
} as const;

export type DonationEventType = keyof typeof donationEvents;
export type DonationPayload<T extends DonationEventType> = Static<(typeof donationEvents)[T]>;
