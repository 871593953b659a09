/* The list of a payout batch: what the bank's file is made from, and what its hash is over. */
import { createHash } from "node:crypto";
import { type Fen, formatAmount } from "@huimin/money";
import { type EntitlementState, itemStatus } from "../evolve/entitlement.ts";
import type { PayoutBatchState } from "../evolve/payout.ts";
import { entitlementStream } from "../streams.ts";

/** A row of the bank's file, before names and account numbers are opened. */
export interface PayoutRow {
  readonly household: string;
  readonly year: number;
  readonly pool: string;
  readonly amount: Fen;
  /** Fingerprint of the account. */
  readonly account: string;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Rows in the order of the file: by pool, year and household number, whatever the order of the command. */
export const inFileOrder = <R extends PayoutRow>(rows: readonly R[]): R[] =>
  [...rows].sort((a, b) => compare(a.pool, b.pool) || a.year - b.year || compare(a.household, b.household));

/**
 * SHA-256, hex, over the rows in the order of the file: household, year, pool, amount and fingerprint of the account. It
 * is recorded with the batch and printed on the file, so that a file whose rows were changed is found out.
 */
export function hashOfRows(rows: readonly PayoutRow[]): string {
  const hash = createHash("sha256");
  for (const { household, year, pool, amount, account } of inFileOrder(rows))
    hash.update(`${household}\t${year}\t${pool}\t${formatAmount(amount)}\t${account}\n`);
  return hash.digest("hex");
}

/**
 * Rows of a batch as they were submitted, in the order of the file, whatever has become of them since. `parts` are the
 * entitlements by stream. Row n of the list is payment n of the bank's file.
 */
export function submittedRows(
  batch: Exclude<PayoutBatchState, { status: "none" }>,
  parts: ReadonlyMap<string, EntitlementState>,
): PayoutRow[] {
  const rows: PayoutRow[] = [];
  for (const { pool, year, part } of batch.parts) {
    for (const line of parts.get(entitlementStream(pool, year, part))?.lines.values() ?? []) {
      const item = line.items.find(({ payoutBatch }) => payoutBatch === batch.payoutBatch);
      if (item && itemStatus(item) !== "cancelled")
        rows.push({ household: line.household, year, pool, amount: item.amount, account: item.account });
    }
  }
  return inFileOrder(rows);
}
