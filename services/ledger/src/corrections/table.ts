import type { StoredEvent } from "@huimin/event-store";

/*
 * 六种更正 (domain 2.0): how what each event type posted is corrected. Nothing is posted past the domain: a reversal is always
 * the command of the family that owns the stream, so that its state follows; where no red copy can be right, the table says
 * what to do instead. A spec holds it against the posting rules: no type is forgotten.
 */

/** C1 红字冲销, C2 蓝字订正, C3 差额, C4 3501, C5 登记更正, C6 银行冲正. */
export type Pattern = "C1" | "C2" | "C3" | "C4" | "C5" | "C6";

export interface Correction {
  /** The patterns that apply, the usual one first. C2, posting anew with `corrects`, follows a C1 or C6 everywhere. */
  readonly patterns: readonly Pattern[];
  /** Commands of the family that do it; the first is the red copy where there is one. */
  readonly commands: readonly string[];
  /** Body of the red copy's command, where `ReverseVoucher` can give it for the office. */
  readonly reverse?: (event: StoredEvent, reason: string) => Readonly<Record<string, unknown>>;
  /** What to do where it can't. */
  readonly zh: string;
  readonly en: string;
}

// biome-ignore lint/suspicious/noExplicitAny: payloads of every family; the command validates what is taken from them
type Payload = Readonly<Record<string, any>>;
const payloadOf = (event: StoredEvent): Payload => event.payload as Payload;

/** 银行报文: only the bank takes it back, naming its own serial. */
const bank = (...commands: string[]): Correction => ({
  patterns: ["C6"],
  commands,
  zh: "银行报文由发报银行冲正（报原流水号）；财政不能代冲。",
  en: "A bank's message is taken back by that bank alone, naming its serial.",
});

const office = (
  command: string,
  reverse: NonNullable<Correction["reverse"]>,
  zh = "可红字冲销。",
  en = "Can be reversed in red.",
): Correction => ({
  patterns: ["C1", "C4"],
  commands: [command],
  reverse,
  zh,
  en,
});

const otherwise = (patterns: readonly Pattern[], commands: readonly string[], zh: string, en: string): Correction => ({
  patterns,
  commands,
  zh,
  en,
});

const isFinal = otherwise(
  ["C1"],
  [],
  "本凭证是冲销凭证，不再冲销；冲销有误的，重新办理原业务并注明订正本凭证（corrects）。",
  "This voucher takes another back; it is not reversed itself. Give the business again, naming it in corrects (C2).",
);

const recomputed = otherwise(
  ["C3", "C6"],
  ["CorrectInterest", "CorrectBatchInterest"],
  "利息按业务日重算，差额另作订正凭证；银行结息有误由银行订正。",
  "Interest is worked out anew by value date and the difference posted; a wrong settlement is corrected by the bank.",
);

const equityEntry = (place: (p: Payload) => Payload): Correction =>
  office("ReverseEquityEntry", (event, reason) => ({ in: place(payloadOf(event)), entry: event.streamVersion, reason }));
const inEnterprise = equityEntry(({ enterprise }) => ({ enterprise }));
const inLoss = equityEntry(({ ref }) => ({ ref }));

const donationEntry = office("ReverseDonationEntry", (event, reason) => ({
  donation: payloadOf(event).donation,
  entry: payloadOf(event).entry,
  reason,
}));

const paidOut = (commands: readonly string[], zh: string, en: string): Correction => otherwise(["C3", "C6"], commands, zh, en);

/** 年末结转 follows what was booked: nothing of it is reversed. */
const withYearEnd = otherwise(
  ["C3"],
  ["TransferYearEnd"],
  "随年末结转，再次结转只转新增部分。",
  "With the year-end transfer: again, only what is new.",
);

const reassigned = otherwise(["C3"], ["ReassignBeneficiaries"], "以新的受益户调整订正。", "Corrected by a new assignment.");

export const CORRECTIONS: Readonly<Record<string, Correction>> = {
  // 贷款
  LoanDisbursed: bank("ReverseDisbursement"),
  LoanToppedUp: bank("ReverseDisbursement"),
  EnterpriseLoanDisbursed: bank("ReverseDisbursement"),
  DisbursementReversed: isFinal,
  InterestSettled: recomputed,
  InterestCorrected: recomputed,
  InterestPaid: bank("ReverseInterestPayment", "ReverseBatchInterestPayment"),
  InterestPaymentReversed: isFinal,
  RepaymentReceived: bank("ReverseRepayment"),
  RepaymentDuplicateReleased: bank("ReverseRepayment"),
  LoanPrepaid: bank("ReverseRepayment"),
  RepaymentReversed: isFinal,
  EnterpriseRepaid: bank("ReverseEnterpriseRepayment"),
  EnterprisePrepaid: bank("ReverseEnterpriseRepayment"),
  EnterpriseRepaymentReversed: isFinal,
  LoanRenewedNoRepayment: otherwise(
    ["C6"],
    ["RecordRepayment"],
    "续贷后新贷款已承接本金，不作红字；由银行以新贷款的还款、利率报文订正。",
    "The new loan has taken the principal over: the bank corrects it by messages on the new loan.",
  ),
  StakeEntrusted: bank("ReverseEntrustment"),
  StakeDivided: otherwise(
    ["C5"],
    ["SplitHousehold", "MergeHouseholds"],
    "随户籍登记更正（重新分户或并户）。",
    "Corrected in the register, by a new split or merger.",
  ),
  StakeReplaced: otherwise(["C3"], ["ReplaceStake"], "反向再作一次替换。", "Replaced back by a further replacement."),
  UnifiedRepaymentApplied: bank("ReverseUnifiedRepayment"),
  LoanCompensated: bank("ReverseCompensationPayment"),
  LoanRecovered: bank("ReverseRecovery"),
  LoanReleased: otherwise(
    ["C6"],
    [],
    "免责已解除户的债务，不可冲销；误免的由银行与企业另行约定。",
    "A release has freed the household for good: it is not taken back.",
  ),
  // 贴息
  SubsidyFundsAppropriated: office("ReverseSubsidyAppropriation", (event, reason) => ({
    year: Number(event.stream.split("/")[1]),
    entry: event.streamVersion,
    reason,
  })),
  SubsidyAppropriationReversed: isFinal,
  SubsidyAccrued: otherwise(
    ["C1", "C3", "C4"],
    ["RejectSubsidyClaimLine", "CorrectSubsidy", "DecideSubsidyClawback"],
    "未审核的申报行用“剔除”(RejectSubsidyClaimLine)红字冲回；已审核未拨付的用差额订正(CorrectSubsidy)；已拨付的认定追回(DecideSubsidyClawback)，上年部分走 3501。",
    "Reject the claim line while it is not approved (in red); correct the difference before payment; claim back what is paid, closed years through 3501.",
  ),
  SubsidyAccrualReversed: isFinal,
  SubsidyPaid: paidOut(
    ["ReturnSubsidyPayment", "DecideSubsidyClawback"],
    "款已付出，不作红字：银行退回用 ReturnSubsidyPayment，多付的认定追回(DecideSubsidyClawback)。",
    "The money has left: a bank returns it, or what is too much is claimed back.",
  ),
  SubsidyPaymentReturned: otherwise(
    ["C3"],
    ["PaySubsidy"],
    "退回有误的，重新拨付(PaySubsidy)。",
    "Pay again what was wrongly reported as returned.",
  ),
  SubsidyClawbackDecided: office("ReverseSubsidyClawback", (event, reason) => ({
    loan: payloadOf(event).loan,
    entry: event.streamVersion,
    reason,
  })),
  SubsidyClawbackReversed: isFinal,
  SubsidyClawbackReceived: bank("ReverseClawbackReceipt"),
  SubsidyClawbackReceiptReversed: isFinal,
  SubsidyClawbackSetOff: otherwise(
    ["C3"],
    ["CorrectSubsidy", "DecideSubsidyClawback"],
    "抵扣已结清两笔往来，不作红字；按差额补提(CorrectSubsidy)或另行认定追回(DecideSubsidyClawback)。",
    "A set-off has closed two accounts at once: post the difference instead.",
  ),
  // 企贷增收
  GuaranteeFeeGranted: office("ReverseGuaranteeFee", (event, reason) => ({
    grant: payloadOf(event).grant,
    guarantor: payloadOf(event).guarantor,
    reason,
    valueDate: event.valueDate,
  })),
  GuaranteeFeeReversed: isFinal,
  GuaranteeFeePaid: paidOut(
    ["ReturnGuaranteeFeePayment", "GrantGuaranteeFee"],
    "款已付出，不作红字：银行退回用 ReturnGuaranteeFeePayment；多付的在下期补助中少计，少付的补计。",
    "The money has left: a bank returns it (ReturnGuaranteeFeePayment), or the difference goes into the next grant.",
  ),
  GuaranteeFeePaymentReturned: otherwise(
    ["C3"],
    ["PayGuaranteeFee"],
    "退回有误的，重新拨付(PayGuaranteeFee)。",
    "Pay again what was wrongly reported as returned.",
  ),
  // 会计期间
  PriorYearAdjustmentTransferred: otherwise(
    ["C3"],
    ["TransferPriorYearAdjustment"],
    "3501 再有余额时再次结转，只转余额。",
    "Transfer again once 3501 has a balance: only that goes.",
  ),
  IncomeAndExpenseTransferred: otherwise(
    ["C3"],
    ["TransferYearEnd"],
    "十二月份再有收支时再次结转，只转新增部分。",
    "Transfer again: only what was booked since goes.",
  ),
  CurrentSurplusTransferred: withYearEnd,
  SurplusDistributionTransferred: withYearEnd,
  // 分红
  DividendDeclared: office("ReverseDividendDeclaration", declaration),
  FixedDividendAccrued: office("ReverseDividendDeclaration", declaration),
  DividendDeclarationReversed: isFinal,
  DividendFundsReceived: bank("ReverseDividendFunds"),
  DividendFundsReversed: isFinal,
  OverpaymentRefunded: paidOut(
    ["RecordDividendFunds"],
    "款已退出；多退的由企业缴回后按到账登记。",
    "The refund has left: what comes back is recorded as received.",
  ),
  AssetIncomeReceived: bank("ReverseDividendFunds"),
  AssetIncomeReversed: isFinal,
  OperatingCostDeducted: office("ReverseOperatingCost", (event, reason) => ({
    pool: payloadOf(event).pool,
    entry: event.streamVersion,
    reason,
  })),
  OperatingCostReversed: isFinal,
  EntitlementsAllocated: {
    patterns: ["C1", "C3"],
    commands: ["ReverseAllocation", "DeclareWrongPayout"],
    reverse: (event, reason) => {
      const { pool, year, draft } = payloadOf(event);
      return { pool, year, draft, reason };
    },
    zh: "未代发的，整单红字冲销(ReverseAllocation)后重新拟定、公示、分配；已代发的按户差额订正（错付认定，或在下次分配中补足）。",
    en: "While nothing was paid out the whole list is reversed, then drafted and publicised anew; what is paid is corrected by household.",
  },
  EntitlementsReversed: isFinal,
  BeneficiariesAssigned: reassigned,
  BeneficiariesReassigned: reassigned,
  BeneficialSharesDivided: otherwise(["C5"], ["SplitHousehold", "MergeHouseholds"], "随户籍登记更正。", "Corrected in the register."),
  LandRightContributed: otherwise(["C3"], ["WithdrawLandRight"], "办理退出。", "Withdraw the right."),
  LandRightWithdrawn: otherwise(["C3"], ["ContributeLandRight"], "重新入股。", "Contribute it again."),
  // 代发
  PayoutItemsSubmitted: otherwise(
    ["C1"],
    ["CancelPayoutBatch"],
    "银行受理前撤销代发批(CancelPayoutBatch)；受理后以银行回执为准。",
    "Cancel the batch before the bank accepts it; afterwards its results decide.",
  ),
  PayoutItemsCancelled: otherwise(["C2"], ["SubmitPayoutBatch"], "重新提交代发批。", "Submit the batch anew."),
  PayoutSucceeded: bank("ReversePayoutResult"),
  PayoutFailed: bank("ReversePayoutResult"),
  PayoutReturned: bank("ReversePayoutResult"),
  PayoutResultReversed: isFinal,
  PayoutWronglyPaid: office(
    "ReverseWrongPayout",
    (event, reason) => {
      const { payoutBatch, pool, year, obligor, items } = payloadOf(event);
      const keys = items.map(({ household }: { household: string }) => ({ household, year, pool }));
      return { payoutBatch, items: keys, obligor, reason };
    },
    "认定有误的可红字冲销；已追回、垫付或重付的不能冲销。",
    "A mistaken finding is reversed in red, unless money was recovered, advanced or paid again since.",
  ),
  WrongPayoutReversed: isFinal,
  WrongPayoutAdvanced: otherwise(
    ["C3"],
    ["ReturnWrongPayoutAdvance"],
    "以归还垫付款订正(ReturnWrongPayoutAdvance)。",
    "Corrected by returning the advance.",
  ),
  WrongPayoutAdvanceReturned: otherwise(["C3"], ["AdvanceWrongPayout"], "重新垫付(AdvanceWrongPayout)。", "Advanced again."),
  WrongPayoutRecovered: bank("ReverseWrongPayoutRecovery"),
  WrongPayoutRecoveryReversed: isFinal,
  UnclaimedTransferred: otherwise(
    ["C3"],
    ["ReverseUnclaimedTransfer"],
    "有人认领时转回(ReverseUnclaimedTransfer)，须附证明。",
    "Turned back when somebody proves the claim.",
  ),
  UnclaimedTransferReversed: otherwise(["C3"], ["TransferUnclaimed"], "再次转入无主款。", "Transferred again."),
  EntitlementsDivided: otherwise(["C5"], ["SplitHousehold", "MergeHouseholds"], "随户籍登记更正。", "Corrected in the register."),
  // 风险补偿
  RiskFundDeposited: office("ReverseRiskFundDeposit", (event, reason) => ({
    bank: payloadOf(event).bank,
    deposit: payloadOf(event).deposit,
    reason,
    valueDate: event.valueDate,
  })),
  RiskFundDepositReversed: isFinal,
  RiskFundInterestCredited: bank("ReverseRiskFundInterest"),
  RiskFundInterestReversed: isFinal,
  CompensationPaid: bank("ReverseCompensationPayment"),
  CompensationPaymentReversed: isFinal,
  RecoveryReceived: bank("ReverseRecovery"),
  BankruptcyDividendReceived: bank("ReverseRecovery"),
  RecoveryReversed: isFinal,
  ClaimWrittenOff: otherwise(
    ["C3"],
    ["ReceiveRecovery"],
    "核销经批准，不作红字；其后追回的按到账计入补偿金。",
    "A write-off was approved and stands: what comes in later goes to the fund.",
  ),
  InsuranceClaimApproved: office("ReverseInsuranceApproval", (event, reason) => ({
    insurer: payloadOf(event).insurer,
    claim: payloadOf(event).claim,
    reason,
    valueDate: event.valueDate,
  })),
  InsuranceApprovalReversed: isFinal,
  InsurancePaid: bank("ReverseInsurancePayment"),
  InsurancePaymentReversed: isFinal,
  // 政企联动
  EquityFundsAppropriated: equityEntry(({ source }) => ({ source })),
  InsurancePolicyBound: inEnterprise,
  EquityInvested: inEnterprise,
  EquityRedeemed: inEnterprise,
  PrincipalReturnedToTreasury: inEnterprise,
  LossShared: inLoss,
  LossShareReceived: inLoss,
  LossRecoveryReceived: inLoss,
  RecoveryShareReturned: inLoss,
  EquityEntryReversed: isFinal,
  // 社企共助
  DonationReceived: donationEntry,
  InKindDonationReceived: donationEntry,
  DonationSpent: donationEntry,
  InKindDistributed: donationEntry,
  DonationPurposeChanged: donationEntry,
  DonorWaivedForwarding: donationEntry,
  DonationRefunded: donationEntry,
  CooperativeStakeDonated: donationEntry,
  DonationEntryReversed: isFinal,
  HonourAwarded: office("RevokeHonour", (event, reason) => ({
    year: payloadOf(event).year,
    honour: payloadOf(event).honour,
    reason,
    cashReturned: true,
    valueDate: event.valueDate,
  })),
  HonourRevoked: isFinal,
};

function declaration(event: StoredEvent, reason: string) {
  const { pool, year, enterprise, total } = payloadOf(event);
  return { pool, year, enterprise, amount: total, reason, valueDate: event.valueDate };
}
