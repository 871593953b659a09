import type { EquityPayload, ReversibleType } from "@huimin/equity/events";
import { fen } from "@huimin/money";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import {
  credit,
  type DatedRules,
  debit,
  type Entry,
  type PostableEvent,
  type Posting,
  type PostingRule,
  pair,
  sinceStart,
  toPriorYear,
} from "../posting.ts";

/*
 * 政企联动 in book G (domain 2.4: 4.1–4.4, 4.9–4.14; T6, R4, R8, R18): the stake 1501.01 by enterprise, the open shares of a
 * loss 1218.04 and 1218.02 by case, what recoveries owe to the others 2307.02 by party and case. The bank account 1002.05
 * carries no dimension: money that comes back doesn't say from which source it once came; `equity-fund/` does.
 */

type Place = readonly [AccountId, Dims];
const MODEL: Dims = { model: "4" };
const BANK_ACCOUNT: Place = ["bankEquity", {}];

const stake = (enterprise: string): Place => ["equityInvestment", { ...MODEL, enterprise }];
const lossOfDistrict = (enterprise: string): Place => ["equityLoss", { ...MODEL, enterprise }];
const shareOfEnterprise = (enterprise: string, ref: string): Place => ["lossShareReceivable", { ...MODEL, enterprise, ref }];
const shareOfInsurer = (insurer: string | undefined, ref: string): Place => ["insuranceReceivable", { insurer, ref, fund: "equity" }];
const toReturn = (party: string | undefined, ref: string): Place => ["recoveryShareToReturn", { ...MODEL, party, ref }];

const dr = ([account, dims]: Place, amount: bigint): Entry => debit(account, amount, dims);
const cr = ([account, dims]: Place, amount: bigint): Entry => credit(account, amount, dims);
const posting = (text: string, ...lines: Entry[]): Posting => ({
  text,
  entries: lines.filter((line) => line.debit !== 0n || line.credit !== 0n),
});

const shared = (p: EquityPayload<"LossShared">): Posting =>
  posting(
    `三方分担损失 ${p.ref}`,
    dr(lossOfDistrict(p.enterprise), fen(p.shares.government)),
    dr(shareOfEnterprise(p.enterprise, p.ref), fen(p.shares.enterprise)),
    dr(shareOfInsurer(p.insurer, p.ref), fen(p.shares.insurer)),
    cr(stake(p.enterprise), fen(p.loss)),
  );

const shareReceived = (p: EquityPayload<"LossShareReceived">): Posting => {
  const share = p.as === "enterprise" ? shareOfEnterprise(p.enterprise, p.ref) : shareOfInsurer(p.party, p.ref);
  return posting(
    p.as === "enterprise" ? `企业分担款到账 ${p.ref}` : `保险赔款到账 ${p.ref}`,
    dr(BANK_ACCOUNT, fen(p.amount)),
    dr(lossOfDistrict(p.enterprise), fen(p.deductible)),
    cr(share, fen(p.amount) + fen(p.deductible)),
  );
};

/** The cost is netted; it is an expense of its own only where it takes more than came in (R4). */
const recovery = (p: EquityPayload<"LossRecoveryReceived">): Posting => {
  const [gross, cost] = [fen(p.gross), fen(p.cost)];
  return posting(
    `追回损失 ${p.ref}`,
    dr(BANK_ACCOUNT, gross),
    dr(["recoveryCost", MODEL], cost > gross ? cost - gross : 0n),
    cr(lossOfDistrict(p.enterprise), fen(p.shares.government)),
    cr(toReturn(p.enterprise, p.ref), fen(p.shares.enterprise)),
    cr(toReturn(p.insurer, p.ref), fen(p.shares.insurer)),
    cr(BANK_ACCOUNT, cost),
  );
};

/** At a price above cost the difference is investment income, below it a loss of the district. */
const redeemed = (p: EquityPayload<"EquityRedeemed">): Posting => {
  const gain = fen(p.price) - fen(p.amount);
  return posting(
    "股本退出",
    dr(BANK_ACCOUNT, fen(p.price)),
    dr(lossOfDistrict(p.enterprise), gain < 0n ? -gain : 0n),
    cr(stake(p.enterprise), fen(p.amount)),
    cr(["investmentIncome", { ...MODEL, enterprise: p.enterprise }], gain > 0n ? gain : 0n),
  );
};

const rules: { readonly [T in ReversibleType]: (payload: EquityPayload<T>) => Posting } = {
  EquityFundsAppropriated: (p) => ({
    text: p.document ? `政企联动资金拨入 ${p.document}` : "政企联动资金拨入",
    entries: pair(fen(p.amount), BANK_ACCOUNT, [p.source === "社会" ? "otherLevelGrant" : "appropriationEquity", { source: p.source }]),
  }),
  InsurancePolicyBound: (p) => ({
    text: `投保 ${p.policy}`,
    entries: p.payer === "district" ? pair(fen(p.premium), ["aidExpense", MODEL], BANK_ACCOUNT) : [],
  }),
  EquityInvested: (p) => ({ text: "出资入股", entries: pair(fen(p.amount), stake(p.enterprise), BANK_ACCOUNT) }),
  EquityRedeemed: redeemed,
  PrincipalReturnedToTreasury: (p) => ({ text: "本金上缴财政", entries: pair(fen(p.amount), ["accumulatedSurplus", {}], BANK_ACCOUNT) }),
  /** Posted by LossShared. */
  InvestmentLossRecognised: (p) => ({ text: `确认损失 ${p.ref}`, entries: [] }),
  LossShared: shared,
  LossShareReceived: shareReceived,
  LossRecoveryReceived: recovery,
  RecoveryShareReturned: (p) =>
    posting(
      `返还分担款 ${p.ref}`,
      ...p.items.map(({ party, amount }) => dr(toReturn(party, p.ref), fen(amount))),
      cr(BANK_ACCOUNT, fen(p.total)),
    ),
};

/** Red copy; of a closed year, income and expense are prior-year adjustments (C4), the rest as it was. */
const reversed: PostingRule<EquityPayload<"EquityEntryReversed">> = (p, event: PostableEvent) => {
  const rule = rules[p.reversed.type] as PostingRule;
  const original = rule(p.reversed.payload, event);
  const entries = original.entries.map((line): Entry => {
    const red = { ...line, debit: -line.debit, credit: -line.credit };
    return p.priorYear ? toPriorYear(red) : red;
  });
  return { text: `冲销${original.text}(${p.reason})`, entries };
};

const { InvestmentLossRecognised: _, ...postingRules } = rules;

export const equityRules: Readonly<Record<string, DatedRules>> = {
  ...Object.fromEntries(Object.entries(postingRules).map(([type, rule]) => [type, sinceStart(rule as PostingRule)])),
  EquityEntryReversed: sinceStart(reversed),
};

export const equitySilent: readonly string[] = [
  "EquityFundsMoved",
  "InvestmentAgreementSigned",
  "InvestmentAgreementAmended",
  "InvestmentLossRecognised",
  "StakeImpaired",
];
