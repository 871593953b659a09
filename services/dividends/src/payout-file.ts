import type { Fold, RecordedEvent } from "@huimin/decider";
import { payoutErrors } from "@huimin/dividend";
import {
  type EntitlementState,
  entitlementFold,
  entitlementStream,
  hashOfRows,
  inFileOrder,
  itemStatus,
  type PayoutBatchState,
  type PayoutRow,
  payoutFold,
  payoutStream,
} from "@huimin/dividend/events";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import { formatAmount } from "@huimin/money";
import { invariant, ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type AccountState, type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import type { Vault } from "@huimin/vault";
import { stringify } from "csv-stringify/sync";
import { payoutFileErrors as errors } from "./payout-errors.ts";

/*
 * The file of a payout batch for the bank (代发文件), in the form that banks hand out for mass payments: totals, then
 * 序号, 收款账号, 收款户名, 金额, 摘要. Account numbers and names are opened for it and are nowhere else in clear.
 */

export interface PayoutFileSources {
  readonly district: string;
  readonly store: Pick<EventStore, "readStream" | "readStreams">;
  readonly vault: Pick<Vault, "unsealMany">;
}

export interface PayoutFile {
  readonly name: string;
  /** UTF-8 with a byte order mark, lines end with CR LF. */
  readonly text: string;
  readonly households: readonly string[];
}

type KnownBatch = Exclude<PayoutBatchState, { status: "none" }>;

/** Streams read in one round trip, and rows whose names and numbers are opened at once. */
const STREAMS_MAX = 500;
/** How many mergers of households an account is looked for through. */
const MERGERS_MAX = 10;

const foldOf = <S>({ initialState, evolve }: Fold<S>, events: readonly StoredEvent[]): S =>
  events.reduce((state, event) => evolve(state, event as RecordedEvent), initialState);

async function readFolds<S>({ store, district }: PayoutFileSources, streams: readonly string[], fold: Fold<S>): Promise<Map<string, S>> {
  const states = new Map<string, S>();
  for (let first = 0; first < streams.length; first += STREAMS_MAX) {
    const wanted = streams.slice(first, first + STREAMS_MAX).map((stream) => ({ stream, afterVersion: 0 }));
    for (const { stream, events } of await store.readStreams(district, wanted)) states.set(stream, foldOf(fold, events));
  }
  return states;
}

/** The rows as they were submitted, in the order of the file, whatever has become of them since. */
function rowsOf(batch: KnownBatch, parts: ReadonlyMap<string, EntitlementState>): PayoutRow[] {
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

/** Households of the rows, and those into which they were merged. */
async function readHouseholds(sources: PayoutFileSources, rows: readonly PayoutRow[]): Promise<Map<string, HouseholdState>> {
  const known = new Map<string, HouseholdState>();
  let wanted = [...new Set(rows.map(({ household }) => household))];
  for (let step = 0; wanted.length > 0 && step <= MERGERS_MAX; step += 1) {
    const read = await readFolds(sources, wanted.map(householdStream), householdFold);
    for (const household of wanted) known.set(household, read.get(householdStream(household)) ?? householdFold.initialState);
    const merged = wanted.flatMap((household) => known.get(household)?.ended?.into ?? []);
    wanted = [...new Set(merged)].filter((household) => !known.has(household));
  }
  return known;
}

interface Account {
  readonly account: AccountState;
  /** Sealed name of the holder. */
  readonly name: string;
}

/** The account that the row was submitted with, also when it was changed since. */
function accountOf(row: PayoutRow, households: ReadonlyMap<string, HouseholdState>): Account | undefined {
  for (let household: string | undefined = row.household, step = 0; household !== undefined && step <= MERGERS_MAX; step += 1) {
    const state = households.get(household);
    const account = state?.accounts.findLast(({ numberHash }) => numberHash === row.account);
    const holder = state && account && [...state.members, ...state.formerMembers].find(({ personId }) => personId === account.holder);
    if (account && holder) return { account, name: holder.name };
    household = state?.ended?.into;
  }
  return undefined;
}

/** Account number and name of each row; undefined where they can't be opened. */
async function opened({ vault, district }: PayoutFileSources, accounts: readonly (Account | undefined)[]) {
  const asked = accounts.flatMap((found) =>
    found
      ? [
          { district, personId: found.account.sealedFor, field: "account", sealed: found.account.number },
          { district, personId: found.account.holder, field: "name", sealed: found.name },
        ]
      : [],
  );
  const texts = await vault.unsealMany(asked);
  let at = 0;
  return accounts.map((found) => {
    if (!found) return undefined;
    const [number, name] = [texts[at], texts[at + 1]];
    at += 2;
    return number === undefined || name === undefined ? undefined : { number, name };
  });
}

/**
 * The file of a batch. Refuses PAYOUT_BATCH_UNKNOWN, PAYOUT_BATCH_CANCELLED, PAYOUT_FILE_FOR_HEIR, PAYOUT_FILE_INCOMPLETE.
 * Throws when the rows are not those whose hash was recorded with the batch.
 */
export async function makePayoutFile(payoutBatch: string, sources: PayoutFileSources): Promise<Result<PayoutFile, Refusal>> {
  const { events } = await sources.store.readStream(sources.district, payoutStream(payoutBatch));
  const batch = foldOf(payoutFold, events);
  if (batch.status === "none") return refuse(payoutErrors.PAYOUT_BATCH_UNKNOWN, { payoutBatch });
  if (batch.status === "cancelled") return refuse(payoutErrors.PAYOUT_BATCH_CANCELLED, { payoutBatch });
  if (batch.payee !== undefined) return refuse(errors.PAYOUT_FILE_FOR_HEIR, { payoutBatch });
  const streams = batch.parts.map(({ pool, year, part }) => entitlementStream(pool, year, part));
  const rows = rowsOf(batch, await readFolds(sources, streams, entitlementFold));
  invariant(hashOfRows(rows) === batch.fileHash, `the rows of payout batch ${payoutBatch} are not those that were submitted`);
  const lines: string[][] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  for (let first = 0; first < rows.length; first += STREAMS_MAX) {
    const some = rows.slice(first, first + STREAMS_MAX);
    const households = await readHouseholds(sources, some);
    for (const household of households.keys()) seen.add(household);
    const found = some.map((row) => accountOf(row, households));
    for (const [index, account] of (await opened(sources, found)).entries()) {
      const { household, year, pool, amount } = some[index] as PayoutRow;
      if (account === undefined) missing.push(household);
      else lines.push([`${first + index + 1}`, account.number, account.name, formatAmount(amount), `${year}年度分红 ${pool} ${household}`]);
    }
  }
  const [one] = missing;
  if (one !== undefined) return refuse(errors.PAYOUT_FILE_INCOMPLETE, { payoutBatch, count: missing.length, household: one });
  const header = [
    ["代发批次号", payoutBatch],
    ["代发银行", batch.bank],
    ["总笔数", String(rows.length)],
    ["总金额", formatAmount(batch.total)],
    ["清单校验(SHA-256)", batch.fileHash],
  ];
  const text = stringify([...header, ["序号", "收款账号", "收款户名", "金额", "摘要"], ...lines], {
    bom: true,
    record_delimiter: "windows",
    // A cell that begins like a formula is text for the spreadsheet that opens it.
    escape_formulas: true,
  });
  return ok({ name: `${payoutBatch}.csv`, text, households: [...seen] });
}
