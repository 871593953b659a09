import {
  type EntitlementLine,
  entitlementFold,
  entitlementStream,
  itemStatus,
  openItem,
  type PayoutItem,
  partsAllocated,
} from "@huimin/dividend/events";
import { foldManyStreams } from "@huimin/event-store";
import { type Fen, formatAmount } from "@huimin/money";
import type { Platform } from "../types.ts";
import { submittedBatches } from "./batches.ts";
import { yearEndItemErrors } from "./errors.ts";
import { type OpenRun, ordersOf } from "./read.ts";

/* What has become of the money of a run, from the entitlements: with which bank, paid, come back, or not yet ordered. */

export interface BankResults {
  readonly bank: string;
  readonly batches: number;
  readonly submitted: number;
  /** With the bank: no result yet. */
  readonly open: number;
  readonly openAmount: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly returned: number;
}

/** An entitlement that is not paid and not with a bank. */
export interface Unpaid {
  readonly pool: string;
  readonly household: string;
  readonly amount: string;
  /** The bank's code where it came back; PAYOUT_NOT_ORDERED where it was never submitted. */
  readonly code: string;
  readonly payoutBatch?: string;
}

export interface Payments {
  readonly banks: readonly BankResults[];
  readonly entitled: string;
  readonly paid: string;
  readonly inTransit: string;
  readonly unpaidAmount: string;
  readonly unpaid: readonly Unpaid[];
  readonly unpaidCount: number;
}

/** Unpaid entitlements that are named. */
const UNPAID_NAMED_MAX = 1_000;
/** Dearest question of a run: the answer stays right while the log has the same head. */
const KEPT_MAX = 8;

interface Tally {
  batches: Set<string>;
  submitted: number;
  open: number;
  openAmount: Fen;
  succeeded: number;
  failed: number;
  returned: number;
}

class Sums {
  readonly banks = new Map<string, Tally>();
  readonly unpaid: Unpaid[] = [];
  unpaidCount = 0;
  entitled = 0n;
  paid = 0n;
  inTransit = 0n;
  unpaidAmount = 0n;
  readonly #orders: ReadonlySet<string>;

  constructor(batches: ReadonlySet<string>) {
    this.#orders = batches;
  }

  line(pool: string, line: EntitlementLine): void {
    this.entitled += line.entitled;
    for (const item of line.items) if (this.#orders.has(item.payoutBatch)) this.#item(item);
    for (const item of line.items) {
      if (itemStatus(item) === "succeeded") this.paid += item.amount;
      if (itemStatus(item) === "open") this.inTransit += item.amount;
    }
    const rest = line.payable + line.returned;
    if (rest === 0n || openItem(line)) return;
    this.unpaidCount += 1;
    this.unpaidAmount += rest;
    if (this.unpaid.length >= UNPAID_NAMED_MAX) return;
    const last = line.items.findLast((item) => itemStatus(item) !== "cancelled");
    const reason = last?.results.at(-1)?.reason;
    this.unpaid.push({
      ...{
        pool,
        household: line.household,
        amount: formatAmount(rest),
        code: last ? (reason ?? "MS03") : yearEndItemErrors.PAYOUT_NOT_ORDERED,
      },
      ...(last ? { payoutBatch: last.payoutBatch } : {}),
    });
  }

  #item(item: PayoutItem): void {
    const tally = this.banks.get(item.bank) ?? {
      ...{ batches: new Set<string>(), submitted: 0, open: 0, openAmount: 0n, succeeded: 0, failed: 0, returned: 0 },
    };
    this.banks.set(item.bank, tally);
    tally.batches.add(item.payoutBatch);
    tally.submitted += 1;
    const status = itemStatus(item);
    if (status === "open") [tally.open, tally.openAmount] = [tally.open + 1, tally.openAmount + item.amount];
    if (status === "succeeded") tally.succeeded += 1;
    if (status === "failed") tally.failed += 1;
    if (status === "returned") tally.returned += 1;
  }
}

const kept = new Map<string, { readonly head: number; readonly payments: Promise<Payments> }>();

/** Answers from the log; asked again while nothing was recorded, from memory. */
export async function paymentsOf(platform: Platform, open: OpenRun): Promise<Payments> {
  const head = await platform.store.head(platform.district);
  const key = `${platform.databaseUrl} ${platform.district} ${open.name}`;
  const known = kept.get(key);
  if (known?.head === head) return known.payments;
  const payments = readPayments(platform, open);
  kept.delete(key);
  kept.set(key, { head, payments });
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT_MAX))) kept.delete(oldest);
  payments.catch(() => kept.delete(key));
  return payments;
}

async function readPayments({ store, district }: Platform, open: OpenRun): Promise<Payments> {
  const sums = new Sums(await batchesOf({ store, district }, open));
  for (const [pool, state] of [...open.pools].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parts = partsAllocated(state, open.year);
    const streams = Array.from({ length: parts }, (_, part) => entitlementStream(pool, open.year, part));
    await foldManyStreams({ store }, district, streams, entitlementFold, ({ state }) => {
      for (const line of state.lines.values()) sums.line(pool, line);
    });
  }
  return {
    banks: [...sums.banks]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([bank, { batches, openAmount, ...tally }]) => ({
        bank,
        batches: batches.size,
        openAmount: formatAmount(openAmount),
        ...tally,
      })),
    entitled: formatAmount(sums.entitled),
    paid: formatAmount(sums.paid),
    inTransit: formatAmount(sums.inTransit),
    unpaidAmount: formatAmount(sums.unpaidAmount),
    unpaid: [...sums.unpaid].sort((a, b) => (`${a.pool} ${a.household}` < `${b.pool} ${b.household}` ? -1 : 1)),
    unpaidCount: sums.unpaidCount,
  };
}

/** Numbers of every batch that the run's orders have. */
async function batchesOf({ store, district }: Pick<Platform, "store" | "district">, open: OpenRun): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { order } of ordersOf(open)) for (const one of await submittedBatches({ store, district }, order)) found.add(one);
  return found;
}
