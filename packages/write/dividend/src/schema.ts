import { type Static, Type } from "typebox";
import { payoutEvents } from "./schema-payout.ts";
import { publicityEvents } from "./schema-publicity.ts";

/*
 * Events of dividends and asset income up to the household's entitlement (chain D1–D3 and domain 2.6). What follows,
 * payout and return (D4–D11), stands in schema-payout.ts.
 *
 * Streams: `dividend/{pool}` is one distributable amount with its rule (分红池): declaration, money, drafts, publicity,
 * approval. `entitlement/{pool}-{year}-{part}` holds the households' lines, at most 400 households a part.
 * `beneficiary/{pool}` the holders of beneficial shares, `overpayment/{enterprise}` what it paid too much,
 * `asset/{asset}` and `land-right/{household}` what earns the income. Amounts are yuan with two decimals.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const Weight = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const Units = Type.String({ pattern: "^\\d+$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Year = Type.Integer({ minimum: 1990, maximum: 2999 });

/** Account that the claim stands on: 1218.06, or 1215.01 in model 4 (政企联动). */
const Receivable = Type.Union([Type.Literal("1218.06"), Type.Literal("1215.01")]);
/** 分配方法 */
const Method = Type.Union([
  Type.Literal("by-stake"),
  Type.Literal("by-stake-days"),
  Type.Literal("equal"),
  Type.Literal("by-heads"),
  Type.Literal("fixed-rate"),
  Type.Literal("by-need"),
  Type.Literal("by-post"),
]);
/** What happens to the fen that an exact division leaves: see `@huimin/money`. */
const ResidueRule = Type.Union([Type.Literal("LARGEST_REMAINDER"), Type.Literal("FLOOR_CARRY")]);
/** A stake of a household over days, [from, toExcl). */
const Segment = Type.Object({ household: Id, stake: Amount, from: DateText, toExcl: DateText });
const HouseholdAmount = Type.Object({ household: Id, amount: Amount });

/**
 * D1 分红宣告. Dr 1218.06 (model 4: 1215.01) / Cr 2901.01. With `fixedRate` the total is the sum of `perHousehold`, each
 * rounded half-up on its own (R19), and `segments` are the stakes that they were computed from. `aboveWarning`: the rate
 * is above what the district watches for (9 %).
 */
export const DividendDeclared = Type.Object({
  pool: Id,
  year: Year,
  enterprise: Id,
  model: Type.Integer(),
  batch: Type.Optional(Id),
  basis: Type.Union([Type.Literal("fixed-rate"), Type.Literal("fixed-amount"), Type.Literal("profit-share")]),
  receivable: Receivable,
  total: Amount,
  fixedRate: Type.Optional(Percent),
  yearBase: Type.Optional(Type.Integer()),
  segments: Type.Optional(Type.Array(Segment)),
  perHousehold: Type.Optional(Type.Array(HouseholdAmount)),
  dueOn: Type.Optional(DateText),
  document: Type.Optional(Id),
  aboveWarning: Type.Optional(Type.Boolean()),
  /** Money of this pool that came before the declaration was recorded and is held: Dr 2307.01 / Cr the receivable. */
  fromOverpayment: Type.Optional(Amount),
});
/** C1 of D1 and 4.6: red copy of what is still open of a declaration. */
export const DividendDeclarationReversed = Type.Object({
  pool: Id,
  year: Year,
  enterprise: Id,
  receivable: Receivable,
  amount: Amount,
  reason: Type.String(),
});
/** 4.6 固定分红计提. Dr 1215.01 / Cr 2901.01. `base` is the equity invested that the rate was applied to. */
export const FixedDividendAccrued = Type.Object({
  pool: Id,
  year: Year,
  enterprise: Id,
  total: Amount,
  fixedRate: Type.Optional(Percent),
  base: Type.Optional(Amount),
  from: Type.Optional(DateText),
  toExcl: Type.Optional(DateText),
  days: Type.Optional(Type.Integer()),
  dueOn: Type.Optional(DateText),
  fromOverpayment: Type.Optional(Amount),
});
/**
 * D2 分红款到账. Dr 1002.03 `amount` / Cr the receivables `applied` + Cr 2307.01 `excess`. The oldest claim is paid
 * first; Σ applied + excess = amount.
 */
export const DividendFundsReceived = Type.Object({
  pool: Id,
  enterprise: Id,
  bank: Id,
  amount: Amount,
  applied: Type.Array(Type.Object({ year: Year, receivable: Receivable, amount: Amount })),
  excess: Amount,
  serial: Type.Optional(Id),
});
/** C6 of D2 and 6.3: the bank takes back its message. Negative copy, value-dated like the original. */
export const DividendFundsReversed = Type.Object({
  ...DividendFundsReceived.properties,
  serial: Id,
  reversalSerial: Id,
});
/** 1.11 分红逾期: the due date has passed with `open` unpaid. Cured by D2. */
export const DividendOverdue = Type.Object({ pool: Id, year: Year, enterprise: Id, open: Amount, dueOn: DateText });
/** 4.8 固定分红违约: `open` of a fixed dividend is `daysLate` days late. May trigger the insurance or risk clause. */
export const DividendDefaulted = Type.Object({
  pool: Id,
  year: Year,
  enterprise: Id,
  open: Amount,
  daysLate: Type.Integer(),
});

/** 6.1 资产确权登记. The owner is the village collective; the district's books don't hold the asset. */
export const AssetRegistered = Type.Object({
  asset: Id,
  pool: Id,
  village: Id,
  kind: Type.String(),
  name: Type.String(),
  capacityKw: Type.Optional(Weight),
  cost: Amount,
  source: Type.String(),
  document: Id,
});
/** 6.2 土地承包经营权入股. Book Q, in units of 0.01 mu (亩): Dr 9106 / Cr 9206. */
export const LandRightContributed = Type.Object({
  household: Id,
  village: Id,
  parcel: Id,
  enterprise: Id,
  pool: Id,
  areaMu: Amount,
  units: Units,
  valuation: Amount,
  to: DateText,
  certificate: Id,
});
/** 6.2 土地承包经营权退出: reverse of what was contributed. */
export const LandRightWithdrawn = Type.Object({
  household: Id,
  village: Id,
  parcel: Id,
  enterprise: Id,
  pool: Id,
  units: Units,
  reason: Type.String(),
});
/** 6.3 电费/租金/收益到账. Dr 1002.03 / Cr 2901.01. */
export const AssetIncomeReceived = Type.Object({
  pool: Id,
  bank: Id,
  amount: Amount,
  serial: Type.Optional(Id),
  from: Type.Optional(DateText),
  toExcl: Type.Optional(DateText),
  kwh: Type.Optional(Weight),
});
/** C6 of 6.3. */
export const AssetIncomeReversed = Type.Object({ pool: Id, bank: Id, amount: Amount, serial: Id, reversalSerial: Id });
/** 6.4 运维费、留存扣除. Dr 2901.01 / Cr 1002.03. */
export const OperatingCostDeducted = Type.Object({
  pool: Id,
  kind: Type.String(),
  amount: Amount,
  serial: Type.Optional(Id),
});
/** C1 of 6.4: the exact negative, with its value date. `entry`: number of the deduction in the pool's stream. */
export const OperatingCostReversed = Type.Object({ ...OperatingCostDeducted.properties, entry: Type.Integer(), reason: Type.String() });
/** 6.5 村级分配方案(四议两公开). `lines`: 公益岗位 posts, 小型公益 works, 奖励补助 awards, 直接分配 direct. */
export const VillagePlanApproved = Type.Object({
  pool: Id,
  year: Year,
  village: Id,
  lines: Type.Array(Type.Object({ use: Type.String(), amount: Amount })),
  total: Amount,
  minutes: Type.String(),
});

/** Common to the events of one allocation: which draft of which pool and year. Drafts count up from 1, per year. */
const Draft = { pool: Id, year: Year, draft: Type.Integer({ minimum: 1 }) };

/**
 * 分配方案拟定. Header of the list; the lines are AllocationLinesDrafted in the part streams. `total` is what is
 * distributed, `allocated` what the households get, `carried` stays in 2901.01. `listHash` is over the parts in order.
 */
export const AllocationDrafted = Type.Object({
  ...Draft,
  method: Method,
  residueRule: ResidueRule,
  snapshot: DateText,
  total: Amount,
  allocated: Amount,
  carried: Amount,
  households: Type.Integer(),
  parts: Type.Integer({ minimum: 1 }),
  listHash: Type.String(),
  /** Where the weights came from: what is computed is computed again before the list is posted. */
  weightsFrom: Type.Union([
    Type.Literal("given"),
    Type.Literal("segments"),
    Type.Literal("stakes"),
    Type.Literal("holders"),
    Type.Literal("declaration"),
    Type.Literal("members"),
  ]),
  /** 垫付: the district advances money that is not there yet. */
  advance: Type.Optional(Type.Boolean()),
  minutes: Type.Optional(Type.String()),
});
/** A run of parts of a long list has been written in the same append as this. */
export const AllocationPartsDrafted = Type.Object({
  ...Draft,
  parts: Type.Array(Type.Object({ part: Type.Integer(), households: Type.Integer(), amount: Amount, hash: Type.String() })),
});
/** 公示: place and evidence, from `from` to `to`, the last day. */
export const PublicityPosted = Type.Object({
  ...Draft,
  place: Type.String(),
  from: DateText,
  to: DateText,
  evidence: Type.Array(Type.String()),
  listHash: Type.String(),
});
/** 异议 */
export const ObjectionFiled = Type.Object({ ...Draft, objection: Id, household: Id, text: Type.Optional(Type.String()) });
/** 异议处理. Upheld: a new draft is needed. */
export const ObjectionResolved = Type.Object({
  ...Draft,
  objection: Id,
  household: Id,
  result: Type.Union([Type.Literal("dismissed"), Type.Literal("upheld")]),
  reason: Type.Optional(Type.String()),
});
/** 审批: exactly this list. */
export const AllocationApproved = Type.Object({ ...Draft, listHash: Type.String(), total: Amount, allocated: Amount });
/** D3 分配到户. Header, posts nothing: the parts post (EntitlementsAllocated). From here on the draft can't change. */
export const DividendAllocated = Type.Object({
  ...Draft,
  method: Method,
  residueRule: ResidueRule,
  snapshot: DateText,
  total: Amount,
  allocated: Amount,
  carried: Amount,
  households: Type.Integer(),
  parts: Type.Integer(),
  listHash: Type.String(),
  advance: Type.Optional(Type.Boolean()),
});
/** A run of parts of a long list has been posted in the same append as this. */
export const AllocationPartsPosted = Type.Object({
  ...Draft,
  parts: Type.Array(Type.Integer()),
  households: Type.Integer(),
  amount: Amount,
});

/**
 * C1 of D3: the list is taken back before anything of it was paid out. Header, posts nothing: the parts post
 * (EntitlementsReversed). Until the last part is back nothing of the year is paid, and no new list is drawn up.
 */
export const AllocationReversed = Type.Object({
  ...Draft,
  parts: Type.Integer({ minimum: 1 }),
  households: Type.Integer(),
  amount: Amount,
  reason: Type.String(),
});
/** A run of parts has been taken back in the same append as this. `kept`: lines that were touched meanwhile and stand. */
export const AllocationPartsReversed = Type.Object({
  ...Draft,
  parts: Type.Array(Type.Integer()),
  households: Type.Integer(),
  /** Back in 2901.01. */
  amount: Amount,
  kept: Type.Integer(),
});

/** A household's line of a list. */
const DraftedLine = Type.Object({ household: Id, village: Id, weight: Weight, amount: Amount });
const AllocatedLine = Type.Object({ household: Id, village: Id, amount: Amount });
/** Stream entitlement/. The lines that are publicised. Several events of a part and draft add up. */
export const AllocationLinesDrafted = Type.Object({ ...Draft, part: Type.Integer(), lines: Type.Array(DraftedLine) });
/** D3, stream entitlement/. Dr 2901.01 {pool} / Cr 2901.02 {household, village, pool, year}. */
export const EntitlementsAllocated = Type.Object({ ...Draft, part: Type.Integer(), lines: Type.Array(AllocatedLine) });
/** C1 of D3, stream entitlement/: negative copy, value-dated like the posting that it corrects. */
export const EntitlementsReversed = Type.Object({ ...EntitlementsAllocated.properties, reason: Type.String() });

/** The list of households that hold shares; the whole list of a year. */
const Holder = Type.Object({ household: Id, village: Id, shares: Units });
/** Book Q: Dr 9106 / Cr 9206 with the change of each household; a negative change takes back. */
const HolderChange = Type.Object({ household: Id, village: Id, change: Type.String({ pattern: "^-?\\d+$" }) });
/** 4.5 受益户量化. Book Q. */
export const BeneficiariesAssigned = Type.Object({
  pool: Id,
  year: Year,
  holders: Type.Array(Holder),
  changes: Type.Array(HolderChange),
  minutes: Type.String(),
});
/** 4.5 年度动态调整: `holders` is the list afterwards. */
export const BeneficiariesReassigned = Type.Object({
  pool: Id,
  year: Year,
  holders: Type.Array(Holder),
  changes: Type.Array(HolderChange),
  takenBack: Type.Array(Id),
  minutes: Type.String(),
});
/** 分户 (2.0): the shares of a household that is split, by heads. Book Q: Dr 9106 of each / Cr 9106 of the source. */
export const BeneficialSharesDivided = Type.Object({
  pool: Id,
  source: Id,
  sourceVillage: Id,
  /** What each other household gets; the rest stays. */
  shares: Type.Array(Holder),
});

/** Stream overpayment/. What an enterprise paid above its open claims (2307.01); DividendFundsReceived posts it. */
export const OverpaymentHeld = Type.Object({ enterprise: Id, pool: Id, amount: Amount, serial: Type.Optional(Id) });
/** No longer held: applied to a declaration recorded later, or the message that brought it was reversed (C6, `serial`). */
export const OverpaymentReleased = Type.Object({
  enterprise: Id,
  pool: Id,
  amount: Amount,
  serial: Type.Optional(Id),
});
/** Dr 2307.01 / Cr 1002.03. */
export const OverpaymentRefunded = Type.Object({ enterprise: Id, amount: Amount, serial: Type.Optional(Id) });

/** Event types of the pool side. */
export const poolEvents = {
  DividendDeclared,
  DividendDeclarationReversed,
  FixedDividendAccrued,
  DividendFundsReceived,
  DividendFundsReversed,
  DividendOverdue,
  DividendDefaulted,
  AssetRegistered,
  LandRightContributed,
  LandRightWithdrawn,
  AssetIncomeReceived,
  AssetIncomeReversed,
  OperatingCostDeducted,
  OperatingCostReversed,
  VillagePlanApproved,
  AllocationDrafted,
  AllocationPartsDrafted,
  PublicityPosted,
  ...publicityEvents,
  ObjectionFiled,
  ObjectionResolved,
  AllocationApproved,
  DividendAllocated,
  AllocationPartsPosted,
  AllocationReversed,
  AllocationPartsReversed,
  AllocationLinesDrafted,
  EntitlementsAllocated,
  EntitlementsReversed,
  BeneficiariesAssigned,
  BeneficiariesReassigned,
  BeneficialSharesDivided,
  OverpaymentHeld,
  OverpaymentReleased,
  OverpaymentRefunded,
} as const;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const dividendEvents = { ...poolEvents, ...payoutEvents } as const;

export type DividendEventType = keyof typeof dividendEvents;
export type DividendPayload<T extends DividendEventType> = Static<(typeof dividendEvents)[T]>;

export * from "./schema-payout.ts";
export * from "./schema-publicity.ts";
