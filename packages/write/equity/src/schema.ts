import { type Static, Type } from "typebox";

/*
 * Events of 政企联动 up to the loss and the exit (domain 2.4: 4.1–4.4, 4.9–4.14). Streams: `equity-fund/{source}` is the
 * money of one source on 1002.05 (资金来源), `equity/{enterprise}` agreements, insurance and the stake, `loss/{ref}` one
 * loss from its recognition to the last returned share. Amounts are yuan with two decimals.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Text = Type.String({ minLength: 1, maxLength: 500 });
const Source = Type.Union([Type.Literal("区"), Type.Literal("市"), Type.Literal("省"), Type.Literal("中央"), Type.Literal("社会")]);
export type FundSource = Static<typeof Source>;

/** Who shares a loss 三方分担: the district, the enterprise, the insurer. */
const LossParty = Type.Union([Type.Literal("government"), Type.Literal("enterprise"), Type.Literal("insurer")]);
export type LossParty = Static<typeof LossParty>;
const LossWeights = Type.Array(Type.Object({ party: LossParty, weight: Percent }));
export type LossWeights = Static<typeof LossWeights>;
const Shares = Type.Object({ government: Amount, enterprise: Amount, insurer: Amount });

/** 4.1 专项资金拨入, stream equity-fund/. Dr 1002.05 / Cr 4001.03 (social money 4601). */
export const EquityFundsAppropriated = Type.Object({ amount: Amount, source: Source, document: Type.Optional(Id) });
/**
 * What an event of another stream does to the money of a source, in the same append: `amount` is signed, `cause` the type
 * of that event, which posts. Money that comes back belongs to the sources that the stake was paid from, pro rata.
 */
export const EquityFundsMoved = Type.Object({
  source: Source,
  amount: Amount,
  cause: Type.String(),
  enterprise: Type.Optional(Id),
  ref: Type.Optional(Id),
});

const terms = {
  /** most that the district may have in the enterprise under this agreement */
  amount: Amount,
  /** first and last day of the term; open when there is no last */
  from: DateText,
  to: Type.Optional(DateText),
  /** 固定分红率, percent a year */
  fixedRate: Type.Optional(Percent),
  /** 付息日, `MM-DD`, on which the fixed dividend is due */
  payDates: Type.Optional(Type.Array(Type.String({ pattern: "^\\d{2}-\\d{2}$" }))),
  exitPrice: Type.Union([Type.Literal("cost"), Type.Literal("net-asset-value"), Type.Literal("agreed")]),
  /** 风险分担比例 in the order of the agreement (tie rule R7), sum 100 */
  riskRatio: LossWeights,
  /** an insurance policy must be in force before money is paid */
  insured: Type.Boolean(),
};
/** 4.2 入股协议签订. `decision`: minutes of the collective decision 集体决策; `publicity`: evidence of the publicity 公示. */
export const InvestmentAgreementSigned = Type.Object({ enterprise: Id, agreement: Id, ...terms, decision: Text, publicity: Text });
/** Amendment 协议变更: all terms as they hold from the value date on. */
export const InvestmentAgreementAmended = Type.Object({ enterprise: Id, agreement: Id, ...terms, decision: Text });

/**
 * 4.3 投保. With `payer` district the premium is Dr 5001.03 / Cr 1002.05. `deductible` 免赔额 is per loss, `cap` 赔付限额 the
 * most that all losses of the policy get. Covers [from, to].
 */
export const InsurancePolicyBound = Type.Object({
  enterprise: Id,
  policy: Id,
  insurer: Id,
  insuredAmount: Amount,
  deductible: Amount,
  cap: Amount,
  from: DateText,
  to: Type.Optional(DateText),
  premium: Amount,
  payer: Type.Union([Type.Literal("district"), Type.Literal("enterprise")]),
  source: Type.Optional(Source),
});

/** 4.4 出资入股. Dr 1501.01 / Cr 1002.05. */
export const EquityInvested = Type.Object({
  enterprise: Id,
  amount: Amount,
  source: Source,
  serial: Type.Optional(Id),
  certificate: Type.Optional(Id),
});
/** 4.13 股本退出(部分). `amount` is the cost of the part: Dr 1002.05 price / Cr 1501.01 amount, difference Cr 4602 or Dr 5901.01. */
export const EquityRedeemed = Type.Object({ enterprise: Id, amount: Amount, price: Amount, serial: Type.Optional(Id) });
/** 4.14 本金上缴, stream equity-fund/. Dr 3001 / Cr 1002.05: the district gives back what it had booked as its own income. */
export const PrincipalReturnedToTreasury = Type.Object({
  source: Source,
  amount: Amount,
  enterprise: Type.Optional(Id),
  serial: Type.Optional(Id),
});

/** 4.9 确认损失, stream loss/. Posted by {@link LossShared}. `basis`: what the loss was found by. */
export const InvestmentLossRecognised = Type.Object({
  ref: Id,
  enterprise: Id,
  loss: Amount,
  basis: Type.Union([Type.Literal("valuation"), Type.Literal("judgment"), Type.Literal("bankruptcy")]),
  document: Text,
  decision: Text,
});
/**
 * What the events of a loss do to the stake, on equity/ in the same append: `recognised` lowers what can be redeemed or
 * lost again, `shared` the book value (1501.01). Negative when the event was reversed.
 */
export const StakeImpaired = Type.Object({
  enterprise: Id,
  ref: Id,
  amount: Amount,
  step: Type.Union([Type.Literal("recognised"), Type.Literal("shared")]),
  /** shared: the insurance policy and how much of its cap the loss takes */
  policy: Type.Optional(Id),
  covered: Type.Optional(Amount),
});
/**
 * 4.10 三方分担. Dr 5901.01 (government) + 1218.04 (enterprise) + 1218.02 (insurer) / Cr 1501.01. `residueTo`: parties that
 * got a fen of the residue. `uncovered`: how much of the insurer's share its policy does not pay (deductible, above the
 * cap); the district bears it when the insurer pays (R18). `source`: money that bears the district's share.
 */
export const LossShared = Type.Object({
  ref: Id,
  enterprise: Id,
  insurer: Type.Optional(Id),
  policy: Type.Optional(Id),
  loss: Amount,
  weights: LossWeights,
  shares: Shares,
  residueTo: Type.Array(LossParty),
  uncovered: Amount,
  source: Source,
});
/** 4.11 分担款到账. Dr 1002.05 amount + 5901.01 deductible / Cr 1218.04 or 1218.02. */
export const LossShareReceived = Type.Object({
  ref: Id,
  enterprise: Id,
  party: Id,
  as: Type.Union([Type.Literal("enterprise"), Type.Literal("insurer")]),
  amount: Amount,
  deductible: Amount,
  serial: Type.Optional(Id),
});
/**
 * 4.12 追回 (R4, R8, R18). net = gross − cost is split by the weights of the loss: Dr 1002.05 / Cr 5901.01 (government) +
 * 2307.02 (the others). Where the cost takes everything, the rest of it is Dr 5901.02 / Cr 1002.05 and the shares are 0.
 */
export const LossRecoveryReceived = Type.Object({
  ref: Id,
  enterprise: Id,
  insurer: Type.Optional(Id),
  gross: Amount,
  cost: Amount,
  net: Amount,
  shares: Shares,
  serial: Type.Optional(Id),
});
/** 返还分担款: all of 2307.02 of the case. Dr 2307.02 / Cr 1002.05. */
export const RecoveryShareReturned = Type.Object({
  ref: Id,
  enterprise: Id,
  total: Amount,
  items: Type.Array(Type.Object({ party: Id, amount: Amount })),
  serial: Type.Optional(Id),
});

const original = {
  EquityFundsAppropriated,
  InsurancePolicyBound,
  EquityInvested,
  EquityRedeemed,
  PrincipalReturnedToTreasury,
  InvestmentLossRecognised,
  LossShared,
  LossShareReceived,
  LossRecoveryReceived,
  RecoveryShareReturned,
} as const;
export type ReversibleType = keyof typeof original;
const copyOf = <T extends ReversibleType>(type: T) => Type.Object({ type: Type.Literal(type), payload: original[type] });

/**
 * C1, C6 红字冲销 of an entry of the same stream: `entry` is its stream version, `reversed` its copy; the lines come back in
 * red with the value date of the original. `priorYear`: it was booked in a closed year, so that income and expense go to
 * 3501 (C4). `serial`: the bank's own serial of the reversal.
 */
export const EquityEntryReversed = Type.Object({
  entry: Type.Integer(),
  reversed: Type.Union([
    copyOf("EquityFundsAppropriated"),
    copyOf("InsurancePolicyBound"),
    copyOf("EquityInvested"),
    copyOf("EquityRedeemed"),
    copyOf("PrincipalReturnedToTreasury"),
    copyOf("InvestmentLossRecognised"),
    copyOf("LossShared"),
    copyOf("LossShareReceived"),
    copyOf("LossRecoveryReceived"),
    copyOf("RecoveryShareReturned"),
  ]),
  priorYear: Type.Boolean(),
  reason: Text,
  serial: Type.Optional(Id),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const equityEvents = {
  EquityFundsAppropriated,
  EquityFundsMoved,
  InvestmentAgreementSigned,
  InvestmentAgreementAmended,
  InsurancePolicyBound,
  EquityInvested,
  EquityRedeemed,
  PrincipalReturnedToTreasury,
  InvestmentLossRecognised,
  StakeImpaired,
  LossShared,
  LossShareReceived,
  LossRecoveryReceived,
  RecoveryShareReturned,
  EquityEntryReversed,
} as const;

export type EquityEventType = keyof typeof equityEvents;
export type EquityPayload<T extends EquityEventType> = Static<(typeof equityEvents)[T]>;
