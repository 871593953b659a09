import type { StoredEvent } from "@huimin/event-store";
import { fen } from "@huimin/money";
import { TreeHead } from "@huimin/proof-log";
import type { Platform } from "../platform.ts";

/* What the log itself says, in one pass: sums that need no books, how often what happened, and the Merkle root. */

/** Events read at a time. */
const BATCH = 1_000;

export type LoanModel = "分贷统还" | "企贷增收" | "自贷创业";

export interface Tie {
  readonly ref: string;
  readonly base: string;
  readonly shares: string;
}

export interface LogFigures {
  readonly events: number;
  readonly merkleRoot: string;
  /** Events by type. */
  readonly counts: ReadonlyMap<string, number>;
  /** Items of list events (payouts) by type. */
  readonly items: ReadonlyMap<string, number>;
  readonly loans: Readonly<Record<LoanModel, ReadonlySet<string>>>;
  /** Fen by name, of the names below. */
  readonly sums: ReadonlyMap<string, bigint>;
  readonly upheldObjections: number;
  readonly extendedBatches: ReadonlySet<string>;
  /** Households of the loans that were released. */
  readonly releasedLoans: number;
  readonly donors: ReadonlySet<string>;
  /** Households that moved together with another. */
  readonly merged: ReadonlySet<string>;
  readonly ties: readonly Tie[];
}

interface Payload {
  readonly amount: string;
  readonly total: string;
  readonly loan: string;
  readonly batch?: string;
  readonly enterprise?: string;
  readonly model?: number;
  readonly year?: number;
  readonly toExcl?: string;
  readonly donor?: string;
  readonly household?: string;
  readonly purpose?: string;
  readonly value?: string;
  readonly result?: string;
  readonly ref?: string;
  readonly base?: string;
  readonly party?: string;
  readonly paid?: string;
  readonly items?: readonly { readonly amount: string }[];
  readonly lines?: readonly { readonly amount: string }[];
  readonly shares?: readonly { readonly party: string; readonly amount: string }[];
}

/** The interest of pooled loans over these days is a check sum of the plan (domain 7.3). */
const CHECKED = { after: "2017-12-21", until: "2018-12-21", year: 2018 };

class Reader {
  readonly counts = new Map<string, number>();
  readonly items = new Map<string, number>();
  readonly sums = new Map<string, bigint>();
  readonly loans: Record<LoanModel, Set<string>> = { 分贷统还: new Set(), 企贷增收: new Set(), 自贷创业: new Set() };
  readonly extendedBatches = new Set<string>();
  readonly donors = new Set<string>();
  readonly merged = new Set<string>();
  readonly ties: Tie[] = [];
  upheldObjections = 0;
  releasedLoans = 0;

  read({ type, payload }: StoredEvent): void {
    this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    READERS[type]?.(this, payload as Payload);
  }

  add(name: string, amount: string | undefined): void {
    this.sums.set(name, (this.sums.get(name) ?? 0n) + fen(amount ?? "0.00"));
  }

  addItems(name: string, type: string, rows: readonly { readonly amount: string }[] = []): void {
    for (const { amount } of rows) this.add(name, amount);
    this.items.set(type, (this.items.get(type) ?? 0) + rows.length);
  }

  drawn(p: Payload): void {
    const model: LoanModel = p.batch !== undefined ? "分贷统还" : p.enterprise !== undefined ? "企贷增收" : "自贷创业";
    this.loans[model].add(p.loan);
    this.add(`drawn ${model}`, p.amount);
  }
}

type Read = (figures: Reader, payload: Payload) => void;
const summed =
  (name: string, field: "amount" | "total" | "value" | "paid" = "amount"): Read =>
  (figures, payload) =>
    figures.add(name, payload[field]);

const READERS: Readonly<Record<string, Read>> = {
  LoanDisbursed: (figures, p) => figures.drawn(p),
  LoanToppedUp: (figures, p) => figures.drawn(p),
  EnterpriseLoanDisbursed: (figures, p) => figures.drawn(p),
  InterestSettled(figures, { toExcl = "", batch, amount }) {
    if (batch !== undefined && toExcl > CHECKED.after && toExcl <= CHECKED.until) figures.add("interest 2018", amount);
  },
  LoanExtended(figures, { batch }) {
    if (batch !== undefined) figures.extendedBatches.add(batch);
  },
  LoanReleased(figures) {
    figures.releasedLoans += 1;
  },
  SubsidyClaimSubmitted: summed("claimed", "total"),
  SubsidyPaid: summed("subsidy paid"),
  SubsidyClawbackDecided: summed("clawed back", "total"),
  DividendDeclared(figures, { year, total }) {
    if (year === CHECKED.year) figures.add("pooled dividends 2018", total);
    figures.add("dividends 分贷统还", total);
    figures.add("declared", total);
  },
  FixedDividendAccrued(figures, { year, total }) {
    figures.add(`equity dividends ${year}`, total);
    figures.add("dividends 政企联动", total);
    figures.add("declared", total);
  },
  AssetIncomeReceived(figures, { amount }) {
    figures.add("dividends 光伏", amount);
    figures.add("declared", amount);
  },
  OperatingCostDeducted: summed("operating cost"),
  EntitlementsAllocated: (figures, { lines }) => figures.addItems("allocated", "EntitlementsAllocated", lines),
  PayoutSucceeded: (figures, { items }) => figures.addItems("payouts", "PayoutSucceeded", items),
  PayoutReturned: (figures, { items }) => figures.addItems("returned", "PayoutReturned", items),
  PayoutWronglyPaid: (figures, { items }) => figures.addItems("wrongly paid", "PayoutWronglyPaid", items),
  UnclaimedTransferred: (figures, { items }) => figures.addItems("unclaimed", "UnclaimedTransferred", items),
  PayoutFailed: (figures, { items }) => figures.addItems("failed", "PayoutFailed", items),
  ObjectionResolved(figures, { result }) {
    if (result === "upheld") figures.upheldObjections += 1;
  },
  // On the stream of both households: one merge.
  HouseholdMerged: (figures, { household = "" }) => figures.merged.add(household),
  RiskFundDeposited: summed("risk fund"),
  EquityInvested: summed("equity"),
  DonationReceived(figures, { donor, purpose, amount }) {
    if (donor !== undefined) figures.donors.add(donor);
    if (purpose !== "free") figures.items.set("designated", (figures.items.get("designated") ?? 0) + 1);
    figures.add("donated", amount);
  },
  InKindDonationReceived: summed("goods", "value"),
  CompensationPaid: summed("compensated", "paid"),
  CompensationApproved(figures, { ref = "", base = "0.00", shares = [] }) {
    // 70 and 30 percent of a base that ends with 5 fen both end on half a fen.
    if (fen(base) % 10n !== 5n || shares.length !== 2) return;
    figures.ties.push({ ref, base, shares: shares.map(({ party, amount }) => `${party} ${amount}`).join(", ") });
  },
};

export async function readLogFigures({ store, district }: Platform): Promise<LogFigures> {
  const tree = new TreeHead();
  const reader = new Reader();
  let events = 0;
  for (;;) {
    const [batch, leaves] = await Promise.all([store.readAll(district, events, BATCH), store.readLeaves(district, events, BATCH)]);
    for (const event of batch) reader.read(event);
    for (const { leafHash } of leaves) tree.append(leafHash);
    events += batch.length;
    if (batch.length < BATCH) break;
  }
  const merkleRoot = Buffer.from(tree.root()).toString("hex");
  const { counts, items, sums, loans, extendedBatches, donors, merged, ties, upheldObjections, releasedLoans } = reader;
  return { events, merkleRoot, counts, items, sums, loans, extendedBatches, donors, merged, ties, upheldObjections, releasedLoans };
}
