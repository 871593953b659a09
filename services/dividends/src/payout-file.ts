import type { Fold, RecordedEvent } from "@huimin/decider";
import { payoutErrors } from "@huimin/dividend";
import {
  entitledFold,
  entitlementStream,
  hashOfRows,
  type PayoutRow,
  payoutFold,
  payoutStream,
  submittedRows,
} from "@huimin/dividend/events";
import { type EventStore, type FoldSources, foldManyStreams, type StoredEvent } from "@huimin/event-store";
import { invariant, ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type AccountState, type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import type { Vault } from "@huimin/vault";
import { payoutFileErrors as errors } from "./payout-errors.ts";
import { formatPayoutFile, PAYOUT_TYPES, type PayoutFormat, type PayoutLine } from "./payout-formats.ts";

/*
 * The file of a payout batch for the bank (代发文件), in one of the forms of `payout-formats.ts`. Account numbers and names are opened for it and are nowhere else in clear.
 */

export interface PayoutFileSources {
  readonly district: string;
  readonly store: Pick<EventStore, "readStream" | "readStreams">;
  /** States that a read model keeps; not for a bank, which sees its own log only. */
  readonly kept?: FoldSources["kept"];
  readonly vault: Pick<Vault, "unsealMany">;
}

export interface PayoutFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  /** CSV is UTF-8 with a byte order mark, its lines end with CR LF. */
  readonly content: Uint8Array;
  readonly households: readonly string[];
}

/** Rows whose names and numbers are opened at once. */
const ROWS_OPENED_MAX = 1_000;
/** How many mergers of households an account is looked for through. */
const MERGERS_MAX = 10;

const foldOf = <S>({ initialState, evolve }: Fold<S>, events: readonly StoredEvent[]): S =>
  events.reduce((state, event) => evolve(state, event as RecordedEvent), initialState);

async function readFolds<S>(sources: PayoutFileSources, streams: readonly string[], fold: Fold<S>): Promise<Map<string, S>> {
  const states = new Map<string, S>();
  await foldManyStreams(sources, sources.district, streams, fold, ({ stream, state }) => states.set(stream, state));
  return states;
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
 * The file of a batch. Refuses PAYOUT_BATCH_UNKNOWN, PAYOUT_BATCH_CANCELLED, PAYOUT_FILE_FOR_HEIR, PAYOUT_FILE_INCOMPLETE,
 * and what `formatPayoutFile` refuses. With `bank`, another bank's batch is unknown.
 * Throws when the rows are not those whose hash was recorded with the batch.
 */
export async function makePayoutFile(
  payoutBatch: string,
  sources: PayoutFileSources,
  format: PayoutFormat = "csv",
  bank?: string,
): Promise<Result<PayoutFile, Refusal>> {
  const { events } = await sources.store.readStream(sources.district, payoutStream(payoutBatch));
  const batch = foldOf(payoutFold, events);
  if (batch.status === "none" || (bank !== undefined && batch.bank !== bank))
    return refuse(payoutErrors.PAYOUT_BATCH_UNKNOWN, { payoutBatch });
  if (batch.status === "cancelled") return refuse(payoutErrors.PAYOUT_BATCH_CANCELLED, { payoutBatch });
  if (batch.payee !== undefined) return refuse(errors.PAYOUT_FILE_FOR_HEIR, { payoutBatch });
  const streams = batch.parts.map(({ pool, year, part }) => entitlementStream(pool, year, part));
  const rows = submittedRows(batch, await readFolds(sources, streams, entitledFold));
  invariant(hashOfRows(rows) === batch.fileHash, `the rows of payout batch ${payoutBatch} are not those that were submitted`);
  const lines: PayoutLine[] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  for (let first = 0; first < rows.length; first += ROWS_OPENED_MAX) {
    const some = rows.slice(first, first + ROWS_OPENED_MAX);
    const households = await readHouseholds(sources, some);
    for (const household of households.keys()) seen.add(household);
    const found = some.map((row) => accountOf(row, households));
    for (const [index, account] of (await opened(sources, found)).entries()) {
      const { household, year, pool, amount } = some[index] as PayoutRow;
      if (account === undefined) missing.push(household);
      else lines.push({ account: account.number, name: account.name, amount, purpose: `${year}年度分红 ${pool} ${household}` });
    }
  }
  const [one] = missing;
  if (one !== undefined) return refuse(errors.PAYOUT_FILE_INCOMPLETE, { payoutBatch, count: missing.length, household: one });
  const submitted = events.find(({ type }) => type === "PayoutBatchSubmitted") as StoredEvent;
  const { total, fileHash } = batch;
  const of = {
    payoutBatch,
    bank: batch.bank,
    total,
    fileHash,
    district: sources.district,
    submittedAt: submitted.recordedAt,
    on: submitted.valueDate,
  };
  const file = await formatPayoutFile({ ...of, lines }, format);
  return file.ok ? ok({ ...file.value, type: PAYOUT_TYPES[format], households: [...seen] }) : file;
}
