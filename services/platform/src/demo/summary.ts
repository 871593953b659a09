import type { TrialBalance } from "@huimin/books";
import type { StoredEvent } from "@huimin/event-store";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { TreeHead } from "@huimin/proof-log";
import { broken, checkInvariants } from "@huimin/service-ledger";
import type { Platform } from "../platform.ts";
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
  readonly reconciliation: readonly ReconciliationItem[];
  readonly bankMessages: Readonly<Record<string, number>>;
  readonly proposals: number;
  readonly merkleRoot: string;
  readonly memoryMb: number;
  readonly elapsedSeconds: number;
}

/** Events read at a time. */
const BATCH = 2_000;

/** What the log itself says, in one pass. */
export interface LogFigures {
  readonly events: number;
  readonly merkleRoot: string;
  readonly drawn: bigint;
  readonly loans: number;
  readonly claimed: bigint;
  readonly paid: bigint;
  readonly clawedBack: bigint;
}

type Payload = { readonly amount: string; readonly loan: string; readonly total: string };

/** Sums that need no books, and the Merkle root over the stored leaves. */
export async function readLogFigures(platform: Platform): Promise<LogFigures> {
  const { store, district } = platform;
  const tree = new TreeHead();
  const loans = new Set<string>();
  const sums = { drawn: 0n, claimed: 0n, paid: 0n, clawedBack: 0n };
  const add = ({ type, payload }: StoredEvent): void => {
    const { amount, loan, total } = payload as Payload;
    if (type === "LoanDisbursed" || type === "LoanToppedUp") {
      loans.add(loan);
      sums.drawn += fen(amount);
    } else if (type === "SubsidyClaimSubmitted") sums.claimed += fen(total);
    else if (type === "SubsidyPaid") sums.paid += fen(amount);
    else if (type === "SubsidyClawbackDecided") sums.clawedBack += fen(total);
  };
  let events = 0;
  for (;;) {
    const [batch, leaves] = await Promise.all([store.readAll(district, events, BATCH), store.readLeaves(district, events, BATCH)]);
    for (const event of batch) add(event);
    for (const { leafHash } of leaves) tree.append(leafHash);
    events += batch.length;
    if (batch.length < BATCH) break;
  }
  return { ...sums, events, loans: loans.size, merkleRoot: Buffer.from(tree.root()).toString("hex") };
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
  readonly bankMessages: Readonly<Record<string, number>>;
  readonly proposals: number;
  readonly memoryMb: () => number;
  readonly startedAt: number;
}

export async function summarise(input: SummaryInput): Promise<Summary> {
  const { platform } = input;
  const { district, books, store } = platform;
  const log = await readLogFigures(platform);
  const trial = await books.trialBalance({ district });
  const open = await books.balance({ district, account: "9201", dims: { batch: null } });
  const invariants = await checkInvariants(platform);
  const failed = broken(invariants);
  const none = "0.00";
  return {
    ...input.register,
    events: log.events,
    position: await store.head(district),
    loans: { byModel: { 自贷创业: { loans: log.loans, drawn: formatAmount(log.drawn), open: formatAmount(open.amount) } } },
    dividends: { declared: none, allocated: none, paid: none, returned: none, outstanding: none },
    subsidies: { claimed: formatAmount(log.claimed), paid: formatAmount(log.paid), clawedBack: formatAmount(log.clawedBack) },
    statementsIssued: Number(sumFen(Object.values(input.statementsByYear).map(BigInt))),
    statementsByYear: input.statementsByYear,
    trialBalance: {
      G: totalsOf(trial, "G"),
      M: totalsOf(trial, "M"),
      Q: { debit: trial.totals.Q.debit.toString(), credit: trial.totals.Q.credit.toString() },
    },
    invariants: { checked: invariants.length, failed: failed.length },
    reconciliation: input.reconciliation,
    bankMessages: input.bankMessages,
    proposals: input.proposals,
    merkleRoot: log.merkleRoot,
    memoryMb: input.memoryMb(),
    elapsedSeconds: Math.round((performance.now() - input.startedAt) / 100) / 10,
  };
}

/** True when the books balance and no invariant failed. */
export const isSound = ({ trialBalance, invariants }: Summary): boolean =>
  invariants.failed === 0 && Object.values(trialBalance).every(({ debit, credit }) => debit === credit);

/** The summary for people. */
export function printSummary(summary: Summary, folder: string): string {
  const { trialBalance, loans, subsidies } = summary;
  const model = loans.byModel.自贷创业;
  const lines = [
    "",
    "惠民账本演示汇总 / Demo summary",
    `  名册 register            ${summary.villages} 村 villages, ${summary.households} 户 households, ${summary.people} 人 people`,
    `  自贷创业 own loans       ${model?.loans} 笔 loans, ${model?.drawn} 元 drawn, ${model?.open} 元 open`,
    `  贴息 subsidies           申报 claimed ${subsidies.claimed}, 拨付 paid ${subsidies.paid}, 追回 clawed back ${subsidies.clawedBack}`,
    `  银行报文 bank messages    ${Object.entries(summary.bankMessages)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ")}`,
    `  制单审核 approved by two  ${summary.proposals}`,
    `  告知书 statements        ${Object.entries(summary.statementsByYear)
      .map(([year, count]) => `${year}: ${count}`)
      .join(", ")}`,
    `  试算平衡 trial balance    G ${trialBalance.G.debit} = ${trialBalance.G.credit}; M ${trialBalance.M.debit} = ${trialBalance.M.credit}`,
    `  不变式 invariants        ${summary.invariants.checked} checked, ${summary.invariants.failed} failed`,
    `  日志 log                 ${summary.events} events, Merkle root ${summary.merkleRoot}`,
    `  待核对 to be reconciled (the plan's own figures, shown and not repaired):`,
    ...summary.reconciliation.map((item) => `    - ${item.zh}\n      ${item.en}`),
    `  内存 memory              ${summary.memoryMb} MB, 用时 elapsed ${summary.elapsedSeconds} s`,
    `  文件 files               ${folder}`,
    "",
  ];
  return lines.join("\n");
}
