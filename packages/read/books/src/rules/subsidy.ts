import { fen } from "@huimin/money";
import type { SubsidyPayload } from "@huimin/subsidy/events";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { credit, type DatedRules, debit, type Entry, pair, sinceStart } from "../posting.ts";

/*
 * 贴息, chain S in book G (domain 2; R10 prior years, R11, R17 returned payments). Expense 5001 and payable 2303 end in
 * .01 for household loans and .02 for enterprise loans (model 2). The bank account 1002.01 carries no dimension: a
 * payment does not say which appropriation it is paid from.
 */

interface Subject {
  readonly loan: string;
  readonly household?: string | undefined;
  readonly bank: string;
  readonly village?: string | undefined;
  readonly model: number;
  readonly enterprise?: string | undefined;
  readonly batch?: string | undefined;
}

const subjectDims = (subject: Subject): Dims => ({
  model: String(subject.model),
  household: subject.household,
  enterprise: subject.enterprise,
  bank: subject.bank,
  village: subject.village,
  batch: subject.batch,
  loan: subject.loan,
});

/**
 * What is owed to a party, or by it. An enterprise's is no household's: another may take over the loan of a batch (1.14)
 * while it is open.
 */
const partyDims = (subject: Subject, party: string): Dims =>
  party === subject.enterprise
    ? { ...subjectDims(subject), household: undefined, village: undefined }
    : { ...subjectDims(subject), enterprise: undefined };

const expenseOf = (subject: Subject): AccountId => (subject.model === 2 ? "subsidyExpenseEnterprise" : "subsidyExpenseHousehold");
const payableOf = (subject: Subject): AccountId => (subject.model === 2 ? "subsidyPayableEnterprise" : "subsidyPayableHousehold");

const payable = (subject: Subject & { payee: string }): readonly [AccountId, Dims] => [
  payableOf(subject),
  { ...partyDims(subject, subject.payee), payee: subject.payee },
];
const BANK_ACCOUNT = ["bankSubsidy", {}] as const;

const negative = (amount: bigint): bigint => (amount > 0n ? -amount : amount);

interface Parts {
  readonly amount: string;
  readonly priorYears?: string | undefined;
  readonly sameYear?: string | undefined;
}

/** 5001.0x for what belongs to the open year, 3501 for what belongs to closed ones (C4). Only a correction states the parts. */
function accrual(payload: Subject & { payee: string } & Parts, amount: bigint): Entry[] {
  const prior = payload.priorYears === undefined ? 0n : fen(payload.priorYears);
  const same = payload.sameYear === undefined ? amount - prior : fen(payload.sameYear);
  const lines = [
    debit(expenseOf(payload), same, subjectDims(payload)),
    debit("priorYearAdjustment", prior),
    credit(...withAmount(payable(payload), amount)),
  ];
  return lines.filter((line) => line.debit !== 0n || line.credit !== 0n);
}

const withAmount = ([account, dims]: readonly [AccountId, Dims], amount: bigint): [AccountId, bigint, Dims] => [account, amount, dims];

/** 1218.03 by obligor and loan; the closed years' part goes to 3501, the open year's is a red entry on its expense (T4). */
function clawback(payload: Omit<SubsidyPayload<"SubsidyClawbackDecided">, "reason">): Entry[] {
  const lines = [
    debit("subsidyClawbackReceivable", fen(payload.total), { ...partyDims(payload, payload.obligor), obligor: payload.obligor }),
    debit(expenseOf(payload), -fen(payload.sameYear), subjectDims(payload)),
    credit("priorYearAdjustment", fen(payload.priorYears)),
  ];
  return lines.filter((line) => line.debit !== 0n || line.credit !== 0n);
}

const claim = (payload: Subject & { obligor: string }): readonly [AccountId, Dims] => [
  "subsidyClawbackReceivable",
  { ...partyDims(payload, payload.obligor), obligor: payload.obligor },
];

/** The payable of the other loan, which may be at another bank, of another model or, after a split, of another household. */
const payableSetOff = (p: SubsidyPayload<"SubsidyClawbackSetOff">): readonly [AccountId, Dims] =>
  payable(
    p.against
      ? { ...p.against, payee: p.payee }
      : {
          ...p,
          loan: p.againstLoan,
          bank: p.againstBank ?? p.bank,
          household: p.againstHousehold ?? p.household,
          village: p.againstVillage ?? p.village,
        },
  );

export const subsidyRules: Readonly<Record<string, DatedRules>> = {
  SubsidyFundsAppropriated: sinceStart((p: SubsidyPayload<"SubsidyFundsAppropriated">) => ({
    text: p.document ? `贴息资金拨入 ${p.document}` : "贴息资金拨入",
    entries: pair(fen(p.amount), BANK_ACCOUNT, [p.source === "社会" ? "otherLevelGrant" : "appropriationSubsidy", { source: p.source }]),
  })),
  /** C1; of a closed fiscal year against 3501 (C4). */
  SubsidyAppropriationReversed: sinceStart((p: SubsidyPayload<"SubsidyAppropriationReversed">) => ({
    text: `冲销贴息资金拨入(${p.reason})`,
    entries: pair(
      fen(p.amount),
      BANK_ACCOUNT,
      p.priorYear ? ["priorYearAdjustment", {}] : [p.source === "社会" ? "otherLevelGrant" : "appropriationSubsidy", { source: p.source }],
    ),
  })),
  SubsidyAccrued: sinceStart((p: SubsidyPayload<"SubsidyAccrued">) => ({
    text: p.correction ? `订正贴息${p.accrualsOf === undefined ? "" : ` ${p.accrualsOf}年度`}` : `计提贴息 ${p.claim ?? ""}`.trimEnd(),
    entries: accrual(p, fen(p.amount)),
  })),
  SubsidyAccrualReversed: sinceStart((p: SubsidyPayload<"SubsidyAccrualReversed">) => ({
    text: `冲销贴息计提 ${p.claim}`,
    entries: accrual(p, negative(fen(p.amount))),
  })),
  SubsidyPaid: sinceStart((p: SubsidyPayload<"SubsidyPaid">) => ({
    text: "拨付贴息",
    entries: pair(fen(p.amount), payable(p), BANK_ACCOUNT),
  })),
  SubsidyPaymentReturned: sinceStart((p: SubsidyPayload<"SubsidyPaymentReturned">) => ({
    text: `贴息退回 ${p.reason}`,
    entries: pair(fen(p.amount), BANK_ACCOUNT, payable(p)),
  })),
  SubsidyClawbackDecided: sinceStart((p: SubsidyPayload<"SubsidyClawbackDecided">) => ({
    text: p.accrualsOf === undefined ? `认定追回贴息(${p.reason})` : `订正${p.accrualsOf}年度贴息(${p.reason})`,
    entries: clawback(p),
  })),
  SubsidyClawbackReversed: sinceStart((p: SubsidyPayload<"SubsidyClawbackReversed">) => ({
    text: `冲销追回贴息认定(${p.why})`,
    entries: clawback(p),
  })),
  SubsidyClawbackReceiptReversed: sinceStart((p: SubsidyPayload<"SubsidyClawbackReceiptReversed">) => ({
    text: `银行冲正退回贴息 ${p.serial}`,
    entries: pair(fen(p.amount), BANK_ACCOUNT, claim(p)),
  })),
  SubsidyClawbackReceived: sinceStart((p: SubsidyPayload<"SubsidyClawbackReceived">) => ({
    text: "退回贴息",
    entries: pair(fen(p.amount), BANK_ACCOUNT, claim(p)),
  })),
  /** Two events say the same on two streams; the one with side `claim` is posted. */
  SubsidyClawbackSetOff: sinceStart((p: SubsidyPayload<"SubsidyClawbackSetOff">) => ({
    text: `追回款抵扣 ${p.againstLoan}`,
    entries: p.side === "claim" ? pair(fen(p.amount), payableSetOff(p), claim(p)) : [],
  })),
};

export const subsidySilent: readonly string[] = [
  "SubsidyClaimSubmitted",
  "SubsidyClaimReplaced",
  "SubsidyClaimLineRejected",
  "SubsidyClaimApproved",
  "SubsidyClaimPublished",
  "SubsidyClaimObjectionFiled",
  "SubsidyClaimObjectionResolved",
];
