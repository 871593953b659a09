import type { DividendPayload } from "@huimin/dividend/events";
import { type Fen, fen, sumFen } from "@huimin/money";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { credit, type DatedRules, debit, type Entry, pair, sinceStart } from "../posting.ts";

/*
 * 分红 chain D1–D3 and asset income in book G (domain 2; R1 over-payments), beneficial shares in book Q. The agency's bank
 * account 1002.03 carries no dimension: a payout does not say which receipt it is paid from. 2901.01 is per pool across
 * years, 2901.02 per household, pool and year of entitlement.
 */

const BANK = ["bankDividendAgency", {}] as const;
const pool = (name: string): readonly [AccountId, Dims] => ["dividendPool", { pool: name }];
const held = (enterprise: string): readonly [AccountId, Dims] => ["overpaymentHeld", { enterprise }];

const receivable = (account: string, { enterprise, pool: name }: { enterprise: string; pool: string }): readonly [AccountId, Dims] => [
  account === "1215.01" ? "equityDividendReceivable" : "entrustedDividendReceivable",
  { enterprise, pool: name },
];

/** D1 and 4.6; money that had come in before and was held pays at once. */
function claim(p: { enterprise: string; pool: string; fromOverpayment?: string | undefined }, account: string, total: string): Entry[] {
  const paid = fen(p.fromOverpayment ?? "0.00");
  return [...pair(fen(total), receivable(account, p), pool(p.pool)), ...pair(paid, held(p.enterprise), receivable(account, p))];
}

/** D2; `sign` −1 is the bank's reversal, in red (C6). */
function receipt(p: DividendPayload<"DividendFundsReceived">, sign: 1n | -1n): Entry[] {
  const excess = sign * fen(p.excess);
  return [
    debit("bankDividendAgency", sign * fen(p.amount)),
    ...p.applied.map((row) => credit(receivable(row.receivable, p)[0], sign * fen(row.amount), receivable(row.receivable, p)[1])),
    ...(excess === 0n ? [] : [credit("overpaymentHeld", excess, { enterprise: p.enterprise })]),
  ];
}

const shares = (change: bigint, dims: Dims): Entry[] =>
  change > 0n
    ? pair(change, ["beneficialShares", dims], ["beneficialSharesContra", dims])
    : pair(-change, ["beneficialSharesContra", dims], ["beneficialShares", dims]);

const holders = (p: DividendPayload<"BeneficiariesAssigned">): Entry[] =>
  p.changes.flatMap(({ household, village, change }) => shares(BigInt(change), { household, village, pool: p.pool }));

function allocation(p: DividendPayload<"EntitlementsAllocated" | "EntitlementsReversed">): Entry[] {
  const lines = p.lines.map(({ household, village, amount }): [Fen, Dims] => [
    fen(amount),
    { household, village, pool: p.pool, year: String(p.year) },
  ]);
  const total = sumFen(lines.map(([amount]) => amount));
  if (total === 0n) return [];
  return [
    debit("dividendPool", total, { pool: p.pool }),
    ...lines.filter(([amount]) => amount !== 0n).map(([amount, dims]) => credit("dividendPayable", amount, dims)),
  ];
}

const landDims = (p: { household: string; village: string; enterprise: string; pool: string }): Dims => ({
  household: p.household,
  village: p.village,
  pool: p.pool,
});

export const dividendRules: Readonly<Record<string, DatedRules>> = {
  DividendDeclared: sinceStart((p: DividendPayload<"DividendDeclared">) => ({
    text: `宣告 ${p.year} 年度${p.receivable === "1215.01" ? "固定" : "委托"}分红`,
    entries: claim(p, p.receivable, p.total),
  })),
  FixedDividendAccrued: sinceStart((p: DividendPayload<"FixedDividendAccrued">) => ({
    text: `计提 ${p.year} 年度固定分红`,
    entries: claim(p, "1215.01", p.total),
  })),
  DividendDeclarationReversed: sinceStart((p: DividendPayload<"DividendDeclarationReversed">) => ({
    text: `冲销 ${p.year} 年度分红宣告(${p.reason})`,
    entries: pair(-fen(p.amount), receivable(p.receivable, p), pool(p.pool)),
  })),
  DividendFundsReceived: sinceStart((p: DividendPayload<"DividendFundsReceived">) => ({
    text: fen(p.excess) > 0n ? `分红款到账,多缴 ${p.excess}` : "分红款到账",
    entries: receipt(p, 1n),
  })),
  DividendFundsReversed: sinceStart((p: DividendPayload<"DividendFundsReversed">) => ({
    text: `银行冲正分红款到账 ${p.serial}`,
    entries: receipt(p, -1n),
  })),
  OverpaymentRefunded: sinceStart((p: DividendPayload<"OverpaymentRefunded">) => ({
    text: "退还企业多缴款",
    entries: pair(fen(p.amount), held(p.enterprise), BANK),
  })),
  AssetIncomeReceived: sinceStart((p: DividendPayload<"AssetIncomeReceived">) => ({
    text: "资产收益到账",
    entries: pair(fen(p.amount), BANK, pool(p.pool)),
  })),
  AssetIncomeReversed: sinceStart((p: DividendPayload<"AssetIncomeReversed">) => ({
    text: `银行冲正资产收益到账 ${p.serial}`,
    entries: pair(-fen(p.amount), BANK, pool(p.pool)),
  })),
  OperatingCostDeducted: sinceStart((p: DividendPayload<"OperatingCostDeducted">) => ({
    text: `扣除${p.kind}`,
    entries: pair(fen(p.amount), pool(p.pool), BANK),
  })),
  OperatingCostReversed: sinceStart((p: DividendPayload<"OperatingCostReversed">) => ({
    text: `冲销扣除${p.kind}(${p.reason})`,
    entries: pair(fen(p.amount), pool(p.pool), BANK),
  })),
  EntitlementsAllocated: sinceStart((p: DividendPayload<"EntitlementsAllocated">) => ({
    text: `公示期满,${p.year} 年度分配到户(${p.lines.length}户)`,
    entries: allocation(p),
  })),
  /** C1 of D3: the amounts are negative, so the lines come back in red. */
  EntitlementsReversed: sinceStart((p: DividendPayload<"EntitlementsReversed">) => ({
    text: `冲销 ${p.year} 年度分配到户(${p.lines.length}户,${p.reason})`,
    entries: allocation(p),
  })),
  BeneficiariesAssigned: sinceStart((p: DividendPayload<"BeneficiariesAssigned">) => ({
    text: `${p.year} 年度受益户量化`,
    entries: holders(p),
  })),
  BeneficiariesReassigned: sinceStart((p: DividendPayload<"BeneficiariesReassigned">) => ({
    text: `${p.year} 年度受益户动态调整`,
    entries: holders(p),
  })),
  BeneficialSharesDivided: sinceStart((p: DividendPayload<"BeneficialSharesDivided">) => ({
    text: `分户:${p.source} 收益权份额`,
    entries: p.shares.flatMap((to) => [
      ...shares(BigInt(to.shares), { household: to.household, village: to.village, pool: p.pool }),
      ...shares(-BigInt(to.shares), { household: p.source, village: p.sourceVillage, pool: p.pool }),
    ]),
  })),
  LandRightContributed: sinceStart((p: DividendPayload<"LandRightContributed">) => ({
    text: `土地经营权入股 ${p.areaMu} 亩`,
    entries: shares(BigInt(p.units), landDims(p)),
  })),
  LandRightWithdrawn: sinceStart((p: DividendPayload<"LandRightWithdrawn">) => ({
    text: `土地经营权退出(${p.reason})`,
    entries: shares(-BigInt(p.units), landDims(p)),
  })),
};

export const dividendSilent: readonly string[] = [
  "DividendOverdue",
  "DividendDefaulted",
  "AssetRegistered",
  "VillagePlanApproved",
  "AllocationDrafted",
  "AllocationPartsDrafted",
  "AllocationLinesDrafted",
  "PublicityPosted",
  "PublicityBoardsMade",
  "PublicityEvidenceRecorded",
  "ObjectionFiled",
  "ObjectionResolved",
  "AllocationApproved",
  "DividendAllocated",
  "AllocationPartsPosted",
  "AllocationReversed",
  "AllocationPartsReversed",
  "OverpaymentHeld",
  "OverpaymentReleased",
];
