import { fen, formatAmount } from "@huimin/money";
import type { RiskFundPayload } from "@huimin/risk-fund/events";
import type { Dims } from "../dimensions.ts";
import { type DatedRules, type Entry, type Posting, pair, sinceStart } from "../posting.ts";

/*
 * 风险补偿, chain E in book G (domain 2.0 E0–E10; R3, R4, R24): the fund's account 1002.02 by bank, what obligors owe it
 * (1218.01 by obligor and case), what insurers owe it (1218.02, fund = risk), the fund itself 3101.01. The principal that a
 * payment or a recovery takes off a loan is posted in book M by the loan's own events.
 */

interface Subject {
  readonly ref: string;
  readonly obligor: string;
  readonly model?: number | undefined;
}

const modelDim = (model: number | undefined): Dims => (model === undefined ? {} : { model: String(model) });
const claimOf = ({ ref, obligor, model }: Subject) => ["compensationClaim", { ...modelDim(model), obligor, ref }] as const;
const accountAt = (bank: string) => ["bankRiskFund", { bank }] as const;
const FUND = ["riskFundEquity", {}] as const;

const receivableOf = (insurer: string, part: { readonly ref: string; readonly model?: number | undefined }) =>
  ["insuranceReceivable", { ...modelDim(part.model), ref: part.ref, insurer, fund: "risk" }] as const;

/** Income and expense of a closed fiscal year (C4), marked as the fund's so that its identity holds (R24). */
const PRIOR_YEAR = ["priorYearAdjustment", { fund: "risk" }] as const;

function deposit(p: RiskFundPayload<"RiskFundDeposited"> & { readonly priorYear?: boolean }): Entry[] {
  const income = p.priorYear ? PRIOR_YEAR : (["appropriationRiskFund", p.source ? { source: p.source } : {}] as const);
  return pair(fen(p.amount), accountAt(p.bank), p.asIncome ? income : FUND);
}

/** Only the fund's own payment is the district's money; a guarantor's lowers the loan alone (R3). */
const payment = (p: RiskFundPayload<"CompensationPaid">): Entry[] =>
  p.drawn.flatMap(({ bank, amount }) => pair(fen(amount), claimOf(p), accountAt(bank)));

/** The fund's share, its cost netted; a cost that nothing recovered covers is an expense (5901.02, R4). */
function recovery(p: RiskFundPayload<"RecoveryReceived"> & { readonly priorYear?: boolean }): Entry[] {
  const cost = ["recoveryCost", { ...modelDim(p.model), obligor: p.obligor, ref: p.ref, fund: "risk" }] as const;
  return [
    ...pair(fen(p.toClaim), accountAt(p.bank), claimOf(p)),
    ...pair(fen(p.toFund), accountAt(p.bank), FUND),
    ...pair(fen(p.costBorne), p.priorYear ? PRIOR_YEAR : cost, accountAt(p.bank)),
  ];
}

const approval = (p: RiskFundPayload<"InsuranceClaimApproved">): Entry[] =>
  p.parts.flatMap((part) => pair(fen(part.amount), receivableOf(p.insurer, part), claimOf({ ...part, obligor: p.obligor })));

const insurancePaid = (p: RiskFundPayload<"InsurancePaid">): Entry[] =>
  p.parts.flatMap((part) => pair(fen(part.amount), accountAt(p.bank), receivableOf(p.insurer, part)));

const posting = (text: string, entries: readonly Entry[]): Posting => ({ text, entries });

const PARTIES: Readonly<Record<string, string>> = { fund: "风险补偿金", bank: "银行", guarantor: "担保公司", group: "省担保集团" };

/** The payloads of C1 and C6 carry negative amounts, so their lines are red. */
export const riskFundRules: Readonly<Record<string, DatedRules>> = {
  RiskFundDeposited: sinceStart((p: RiskFundPayload<"RiskFundDeposited">) =>
    posting(p.document ? `风险补偿金存入 ${p.document}` : "风险补偿金存入", deposit(p)),
  ),
  RiskFundDepositReversed: sinceStart((p: RiskFundPayload<"RiskFundDepositReversed">) =>
    posting(`注销第${p.deposit}笔风险补偿金存入`, deposit(p)),
  ),
  RiskFundInterestCredited: sinceStart((p: RiskFundPayload<"RiskFundInterestCredited">) =>
    posting(`补偿金利息 ${p.serial}`, pair(fen(p.amount), accountAt(p.bank), FUND)),
  ),
  RiskFundInterestReversed: sinceStart((p: RiskFundPayload<"RiskFundInterestReversed">) =>
    posting(`冲销补偿金利息 ${p.serial}`, pair(fen(p.amount), accountAt(p.bank), FUND)),
  ),
  CompensationPaid: sinceStart((p: RiskFundPayload<"CompensationPaid">) =>
    posting(`${PARTIES[p.party]}代偿 ${p.ref}`, p.party === "fund" ? payment(p) : []),
  ),
  CompensationPaymentReversed: sinceStart((p: RiskFundPayload<"CompensationPaymentReversed">) =>
    posting(`冲销代偿 ${p.ref} ${p.serial}`, p.party === "fund" ? payment(p) : []),
  ),
  RecoveryReceived: sinceStart((p: RiskFundPayload<"RecoveryReceived">) =>
    posting(`代偿后追回 ${formatAmount(fen(p.gross))} 扣费 ${formatAmount(fen(p.cost))}`, recovery(p)),
  ),
  BankruptcyDividendReceived: sinceStart((p: RiskFundPayload<"BankruptcyDividendReceived">) =>
    posting(`破产清偿 ${formatAmount(fen(p.gross))} 扣费 ${formatAmount(fen(p.cost))}`, recovery(p)),
  ),
  RecoveryReversed: sinceStart((p: RiskFundPayload<"RecoveryReversed">) => posting(`冲销追回 ${p.serial}`, recovery(p))),
  ClaimWrittenOff: sinceStart((p: RiskFundPayload<"ClaimWrittenOff">) =>
    posting(
      p.document ? `经批准核销 ${p.document}` : "经批准核销",
      p.parts.flatMap((part) => pair(fen(part.amount), FUND, claimOf({ ...part, obligor: p.obligor }))),
    ),
  ),
  InsuranceClaimApproved: sinceStart((p: RiskFundPayload<"InsuranceClaimApproved">) => posting(`保险定损 ${p.claim}`, approval(p))),
  InsuranceApprovalReversed: sinceStart((p: RiskFundPayload<"InsuranceApprovalReversed">) =>
    posting(`注销保险定损 ${p.claim}`, approval(p)),
  ),
  InsurancePaid: sinceStart((p: RiskFundPayload<"InsurancePaid">) => posting(`保险赔款到账 ${p.serial}`, insurancePaid(p))),
  InsurancePaymentReversed: sinceStart((p: RiskFundPayload<"InsurancePaymentReversed">) =>
    posting(`冲销保险赔款 ${p.serial}`, insurancePaid(p)),
  ),
};

/** Events of the family that move no money of the district. */
export const riskFundSilent: readonly string[] = [
  "RiskFundMoved",
  "CompensationApplied",
  "CompensationWithdrawn",
  "CompensationApproved",
  "CompensationRejected",
  "CompensationApprovalRevoked",
  "ObligorCaseOpened",
  "ObligorCaseEnded",
  "ObligorClaimChanged",
  "InsuranceClaimFiled",
  "InsuranceClaimRejected",
];
