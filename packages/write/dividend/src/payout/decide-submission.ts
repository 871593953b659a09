/*
 * D4 代发批次提交 and D8 重付: which account pays what to whom.
 */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent, StreamWrite } from "@huimin/decider";
import { type Fen, formatAmount, minFen, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type AccountFacts, type FailedPayment, type HouseholdFacts, usablePayoutAccount } from "@huimin/registry/events";
import { type EntitlementLine, itemStatus, openItem, type Place } from "../evolve/entitlement.ts";
import { openWrongPayout, type WrongPayoutState } from "../evolve/payout.ts";
import { fundsInPool } from "../evolve/pool.ts";
import type { DividendPayload } from "../schema.ts";
import { entitlementStream, payoutStream } from "../streams.ts";
import { payoutErrors as errors } from "./errors.ts";
import { type ItemKey, keyOf, type Located, type LocatedInPool, placeOf } from "./gather.ts";
import { hashOfRows, type PayoutRow } from "./list.ts";

/** Purpose of the account to which dividends go; one for all purposes serves too. */
export const DIVIDEND_PURPOSE = "dividend";
/** Stands for the account of an heir, which is not on file. */
export const HEIR = "heir";

/** An item as it will be submitted. */
export interface Submitted extends Located {
  readonly amount: Fen;
  readonly from: Place;
  readonly account: string;
  readonly reissueOf?: string;
}

/**
 * What is paid of a line: all that lies in 2901.04 (退回待重付), else in 2901.02; what lies in the other place is paid by
 * the next batch. Refuses ITEM_ALREADY_OPEN, NOTHING_TO_PAY_OUT.
 */
export function openPart({ key, index, line }: Located): Result<{ readonly amount: Fen; readonly from: Place }, Refusal> {
  const open = openItem(line);
  if (open) return refuse(errors.ITEM_ALREADY_OPEN, { ...key, payoutBatch: open.payoutBatch }, placeOf({ index }));
  if (line.returned > 0n) return ok({ amount: line.returned, from: "2901.04" });
  if (line.payable > 0n) return ok({ amount: line.payable, from: "2901.02" });
  return refuse(errors.NOTHING_TO_PAY_OUT, { ...key }, placeOf({ index }));
}

/** Failures and returns of an entitlement, as the account rule sees them. */
export const failuresOf = (line: EntitlementLine): FailedPayment[] =>
  line.items.flatMap(({ account, results }) =>
    results
      .filter(({ status }) => status === "failed" || status === "returned")
      .map(({ reason, recordedAt }) => ({ numberHash: account, reason: reason ?? "", recordedAt })),
  );

/** The batch in which it was paid before, when it came back (D8). */
const reissued = (line: EntitlementLine, from: Place): string | undefined =>
  from === "2901.04" ? line.items.findLast((item) => itemStatus(item) !== "cancelled")?.payoutBatch : undefined;

/** The account of a line's household. Refuses what `usablePayoutAccount` refuses, naming the item. */
export function accountFor(
  { key, index, line }: Located,
  holder: HouseholdFacts,
  at: string,
  cooldownHours: number,
): Result<AccountFacts, Refusal> {
  const account = usablePayoutAccount(holder, DIVIDEND_PURPOSE, at, cooldownHours, failuresOf(line));
  if (account.ok) return account;
  const details = { ...account.refusal.details, household: key.household };
  return { ok: false, refusal: { ...account.refusal, details, ...placeOf({ index }) } };
}

export const submittedItem = (located: Located, part: { amount: Fen; from: Place }, account: string): Submitted => {
  const { key, index, line } = located;
  const before = reissued(line, part.from);
  return { key, index, part: located.part, line, ...part, account, ...(before === undefined ? {} : { reissueOf: before }) };
};

/** A pool that gave its households more than it received (垫付, or a receipt that was reversed) pays when the money is there. */
export function poolMoney({ key, index, pool }: LocatedInPool): Result<true, Refusal> {
  const left = fundsInPool(pool);
  if (left >= 0n) return ok(true);
  const details = { ...key, short: formatAmount(-left), why: "资金未到账 / the pool's money has not come in" };
  return refuse(errors.AGENCY_MONEY_SHORT, details, placeOf({ index }));
}

/** What one obligor's wrong payouts leave for the right payees: lines by key, with all their claims on this obligor. */
export interface WrongedLines {
  readonly obligor: string;
  readonly state: WrongPayoutState;
  readonly lines: ReadonlyMap<string, EntitlementLine>;
}

const claimedByKey = ({ claims }: WrongPayoutState): Map<string, Fen> => {
  const claimed = new Map<string, Fen>();
  for (const claim of claims) claimed.set(keyOf(claim), (claimed.get(keyOf(claim)) ?? 0n) + claim.amount);
  return claimed;
};

/** Money on the agency account for those whom the obligor was paid instead of: what he paid back, and what was advanced. */
export function moneyForRightPayees({ state, lines }: WrongedLines): Fen {
  const stillOwed = [...claimedByKey(state)].map(([key, amount]) => {
    const line = lines.get(key);
    return line ? minFen(amount, line.returned + line.unclaimed) : 0n;
  });
  return sumFen(stillOwed) - openWrongPayout(state) + state.advanced;
}

/**
 * R15: who was wrongly not paid is paid again when the money is on the agency account. The part of 1218.05 that an obligor
 * still owes is missing there; what he has paid back, and what the district advanced, serves those he was paid instead of,
 * whoever is paid first. Refuses AGENCY_MONEY_SHORT.
 */
export function recoveredMoney(wronged: WrongedLines, items: readonly Submitted[]): Result<true, Refusal> {
  const { obligor, state } = wronged;
  const claimed = claimedByKey(state);
  let available = moneyForRightPayees(wronged);
  for (const item of items) {
    const wanted = item.from === "2901.04" ? minFen(claimed.get(keyOf(item.key)) ?? 0n, item.amount) : 0n;
    if (wanted === 0n) continue;
    if (wanted > available) {
      const short = formatAmount(wanted - (available > 0n ? available : 0n));
      const why = `${obligor} 的错付款尚未追回 / the wrong payout to ${obligor} is not recovered`;
      return refuse(errors.AGENCY_MONEY_SHORT, { ...item.key, short, why }, placeOf(item));
    }
    available -= wanted;
  }
  return ok(true);
}

export interface Header {
  readonly payoutBatch: string;
  readonly bank: string;
  readonly valueDate: IsoDate;
  readonly reissueOf?: readonly string[];
  readonly payee?: string;
  readonly order?: number;
}

const rowOf = ({ key, amount, account }: Submitted): PayoutRow => ({ ...key, amount, account });

/** Items of one part, in the order of the list. */
const byPart = (items: readonly Submitted[]): Submitted[][] => [
  ...Map.groupBy(items, ({ key, part }) => entitlementStream(key.pool, key.year, part)).values(),
];

const totalOf = (items: readonly Submitted[]): string => formatAmount(sumFen(items.map(({ amount }) => amount)));

function itemsEvent(
  header: Header,
  items: readonly Submitted[],
): DomainEvent<"PayoutItemsSubmitted", DividendPayload<"PayoutItemsSubmitted">> {
  const [{ key, part }] = items as [Submitted];
  const { payoutBatch, bank, valueDate, payee } = header;
  return {
    type: "PayoutItemsSubmitted",
    valueDate,
    payload: {
      payoutBatch,
      pool: key.pool,
      year: key.year,
      part,
      bank,
      items: items.map(({ line, amount, from, account, reissueOf }) => ({
        household: line.household,
        village: line.village,
        amount: formatAmount(amount),
        from,
        account,
        ...(payee === undefined ? {} : { payee }),
        ...(reissueOf === undefined ? {} : { reissueOf }),
      })),
    },
  };
}

/** A batch as it is recorded, and what its sender is told of it. */
export interface Submission {
  readonly writes: StreamWrite[];
  readonly told: Pick<DividendPayload<"PayoutBatchSubmitted">, "payoutBatch" | "total" | "count" | "fileHash">;
}

/** The header and one event a part. */
export function submissionOf(header: Header, items: readonly Submitted[]): Submission {
  const { payoutBatch, bank, valueDate, reissueOf, payee, order } = header;
  const groups = byPart(items);
  const payload: DividendPayload<"PayoutBatchSubmitted"> = {
    payoutBatch,
    bank,
    total: totalOf(items),
    count: items.length,
    fileHash: hashOfRows(items.map(rowOf)),
    parts: groups.map((group) => {
      const [{ key, part }] = group as [Submitted];
      return { pool: key.pool, year: key.year, part, count: group.length, total: totalOf(group) };
    }),
    ...(reissueOf?.length ? { reissueOf: [...reissueOf] } : {}),
    ...(payee === undefined ? {} : { payee }),
    ...(order === undefined ? {} : { order }),
  };
  const { total, count, fileHash } = payload;
  const writes = [
    { stream: payoutStream(payoutBatch), events: [{ type: "PayoutBatchSubmitted", valueDate, payload }] },
    ...groups.map((group): StreamWrite => {
      const [{ key, part }] = group as [Submitted];
      return { stream: entitlementStream(key.pool, key.year, part), events: [itemsEvent(header, group)] };
    }),
  ];
  return { writes, told: { payoutBatch, total, count, fileHash } };
}

/** Amounts by `HOUSEHOLD/YEAR/POOL`. */
export function amountsByItem(items: readonly { readonly key: ItemKey; readonly amount: Fen }[]): Record<string, string> {
  const sums = new Map<string, Fen>();
  for (const { key, amount } of items) sums.set(keyOf(key), (sums.get(keyOf(key)) ?? 0n) + amount);
  return Object.fromEntries([...sums].map(([key, amount]) => [key, formatAmount(amount)]));
}
