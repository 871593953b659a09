import type { TrialBalance } from "@huimin/books";
import { formatAmount, sumFen } from "@huimin/money";
import { broken, checkInvariants } from "@huimin/service-ledger";
import type { Platform } from "../platform.ts";
import type { AccountFigures } from "./account-story.ts";
import { type CheckSum, checkSums } from "./check-sums.ts";
import { type LoanModel, type LogFigures, readLogFigures, type Tie } from "./log-figures.ts";
import { qualityEvents } from "./quality-events.ts";
import type { ReconciliationItem } from "./reconciliation.ts";

/** `.huimin/demo/summary.json`: the keys of the fixed surface, and what the spine has beside them. Amounts are decimal strings. */
export interface Summary {
  readonly households: number;
  readonly people: number;
  readonly villages: number;
  readonly events: number;
  readonly position: number;
  readonly loans: { readonly byModel: Readonly<Record<string, { readonly loans: number; readonly drawn: string; readonly open: string }>> };
  readonly dividends: Readonly<Record<"declared" | "allocated" | "paid" | "returned" | "outstanding", string>>;
  readonly subsidies: { readonly claimed: string; readonly paid: string; readonly clawedBack: string };
  readonly statementsIssued: number;
  readonly statementsByYear: Readonly<Record<string, number>>;
  readonly trialBalance: Readonly<Record<"G" | "M" | "Q", { readonly debit: string; readonly credit: string }>>;
  readonly invariants: { readonly checked: number; readonly failed: number };
  readonly models: Readonly<Record<"政企联动" | "社企共助" | "光伏", Readonly<Record<string, number | string>>>>;
  readonly checkSums: readonly CheckSum[];
  readonly qualityEvents: Readonly<Record<string, number>>;
  /** Splits that ended on an exact half fen. */
  readonly halfFenTies: readonly Tie[];
  readonly reconciliation: readonly ReconciliationItem[];
  /** 银行对账: accounts with statements. */
  readonly accounts: readonly AccountFigures[];
  readonly bankMessages: Readonly<Record<string, number>>;
  readonly proposals: number;
  readonly merkleRoot: string;
  readonly memoryMb: number;
  readonly elapsedSeconds: number;
}

const totalsOf = (balance: TrialBalance, book: "G" | "M" | "Q"): { debit: string; credit: string } => ({
  debit: formatAmount(balance.totals[book].debit),
  credit: formatAmount(balance.totals[book].credit),
});

export interface SummaryInput {
  readonly platform: Platform;
  readonly register: { readonly households: number; readonly people: number; readonly villages: number };
  readonly statementsByYear: Readonly<Record<string, number>>;
  readonly reconciliation: readonly ReconciliationItem[];
  readonly accounts: readonly AccountFigures[];
  readonly bankMessages: Readonly<Record<string, number>>;
  readonly proposals: number;
  readonly memoryMb: () => number;
  readonly startedAt: number;
}

/** The models without loans. */
function modelsOf(log: LogFigures): Summary["models"] {
  const text = (name: string): string => formatAmount(log.sums.get(name) ?? 0n);
  const count = (type: string): number => log.counts.get(type) ?? 0;
  return {
    政企联动: { enterprises: count("EquityInvested"), invested: text("equity"), dividends: text("dividends 政企联动") },
    社企共助: {
      donors: log.donors.size,
      donations: count("DonationReceived"),
      designated: log.items.get("designated") ?? 0,
      donated: text("donated"),
      inKind: count("InKindDonationReceived"),
      goods: text("goods"),
      workshops: count("WorkshopOpened"),
      pairings: count("PairingEstablished"),
      honours: count("HonourAwarded"),
    },
    光伏: { stations: count("AssetRegistered"), income: text("dividends 光伏"), cost: text("operating cost") },
  };
}

export async function summarise(input: SummaryInput): Promise<Summary> {
  const { platform } = input;
  const { district, books, store } = platform;
  const log = await readLogFigures(platform);
  const trial = await books.trialBalance({ district });
  const balanceOf = async (account: string, dims?: { readonly batch: null }): Promise<bigint> =>
    (await books.balance({ district, account, ...(dims ? { dims } : {}) })).amount;
  const [household, own, enterprise] = [await balanceOf("9201"), await balanceOf("9201", { batch: null }), await balanceOf("9202")];
  const outstanding = (await balanceOf("2901.02")) + (await balanceOf("2901.03")) + (await balanceOf("2901.04"));
  const invariants = await checkInvariants(platform);
  const failed = broken(invariants);
  for (const one of failed) platform.logger.error({ invariant: one }, "a broken invariant");
  const text = (name: string): string => formatAmount(log.sums.get(name) ?? 0n);
  const loans = (model: LoanModel, open: bigint) => ({
    loans: log.loans[model].size,
    drawn: text(`drawn ${model}`),
    open: formatAmount(open),
  });
  const returned = log.sums.get("returned") ?? 0n;
  // What reached the right household.
  const paid = (log.sums.get("payouts") ?? 0n) - returned - (log.sums.get("wrongly paid") ?? 0n);
  return {
    ...input.register,
    events: log.events,
    position: await store.head(district),
    loans: {
      byModel: { 分贷统还: loans("分贷统还", household - own), 企贷增收: loans("企贷增收", enterprise), 自贷创业: loans("自贷创业", own) },
    },
    models: modelsOf(log),
    dividends: {
      declared: text("declared"),
      allocated: text("allocated"),
      paid: formatAmount(paid),
      returned: formatAmount(returned),
      outstanding: formatAmount(outstanding),
    },
    subsidies: { claimed: text("claimed"), paid: text("subsidy paid"), clawedBack: text("clawed back") },
    checkSums: checkSums(log, input.register, paid + outstanding),
    qualityEvents: qualityEvents(log),
    halfFenTies: log.ties,
    statementsIssued: Number(sumFen(Object.values(input.statementsByYear).map(BigInt))),
    statementsByYear: input.statementsByYear,
    trialBalance: {
      G: totalsOf(trial, "G"),
      M: totalsOf(trial, "M"),
      Q: { debit: trial.totals.Q.debit.toString(), credit: trial.totals.Q.credit.toString() },
    },
    invariants: { checked: invariants.length, failed: failed.length },
    reconciliation: input.reconciliation,
    accounts: input.accounts,
    bankMessages: input.bankMessages,
    proposals: input.proposals,
    merkleRoot: log.merkleRoot,
    memoryMb: input.memoryMb(),
    elapsedSeconds: Math.round((performance.now() - input.startedAt) / 100) / 10,
  };
}

/** True when the books balance, no invariant failed and every check sum holds. */
export const isSound = ({ trialBalance, invariants, checkSums }: Summary): boolean =>
  invariants.failed === 0 &&
  checkSums.every(({ holds }) => holds) &&
  Object.values(trialBalance).every(({ debit, credit }) => debit === credit);
