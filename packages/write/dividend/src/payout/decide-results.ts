/*
 * D5 代发成功, D6 代发失败, D7 退票, their reversal (C6) and D9 错付认定: what becomes of the items of a batch.
 */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent, StreamWrite } from "@huimin/decider";
import { formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type ItemResult, type ItemStatus, itemStatus } from "../evolve/entitlement.ts";
import { entitlementStream, payoutStream, wrongPayoutStream } from "../streams.ts";
import { payoutErrors as errors } from "./errors.ts";
import { type BatchItem, type KnownBatch, placeOf } from "./gather.ts";

const detailsOf = ({ key, item }: BatchItem) => ({ ...key, payoutBatch: item.payoutBatch, status: itemStatus(item) });

/** D5, D6: the first result of each item. Refuses RESULT_ALREADY_KNOWN. */
export function firstResults(items: readonly BatchItem[]): Result<true, Refusal> {
  const known = items.find(({ item }) => itemStatus(item) !== "open");
  return known ? refuse(errors.RESULT_ALREADY_KNOWN, detailsOf(known), placeOf(known)) : ok(true);
}

/** D7, D9: only what was paid out. Refuses ITEM_NOT_SUCCEEDED, and of what came back already ITEM_ALREADY_RETURNED. */
export function paidItems(items: readonly BatchItem[]): Result<true, Refusal> {
  const other = items.find(({ item }) => itemStatus(item) !== "succeeded");
  if (!other) return ok(true);
  const code = itemStatus(other.item) === "returned" ? errors.ITEM_ALREADY_RETURNED : errors.ITEM_NOT_SUCCEEDED;
  return refuse(code, detailsOf(other), placeOf(other));
}

/** The bank's total of a message, where it gives one. Refuses PAYOUT_TOTAL_DIFFERS. */
export function checkTotal(total: string | undefined, items: readonly BatchItem[]): Result<string, Refusal> {
  const computed = formatAmount(sumFen(items.map(({ item }) => item.amount)));
  return total === undefined || total === computed
    ? ok(computed)
    : refuse(errors.PAYOUT_TOTAL_DIFFERS, { total, computed }, { path: "/total" });
}

/** Items of a message by part: each part's event states its own items. */
export const byPart = (items: readonly BatchItem[]): BatchItem[][] => [
  ...Map.groupBy(items, ({ key, part }) => entitlementStream(key.pool, key.year, part)).values(),
];

/** What every result event repeats. */
function partPayload(items: readonly BatchItem[], sign: 1n | -1n = 1n) {
  const [{ key, part, item }] = items as [BatchItem];
  return {
    payoutBatch: item.payoutBatch,
    pool: key.pool,
    year: key.year,
    part,
    items: items.map(({ line, item: { amount } }) => ({
      household: line.household,
      village: line.village,
      amount: formatAmount(sign * amount),
    })),
  };
}

const streamOf = (items: readonly BatchItem[]): string => {
  const [{ key, part }] = items as [BatchItem];
  return entitlementStream(key.pool, key.year, part);
};

export interface BankResult {
  readonly type: "PayoutSucceeded" | "PayoutFailed" | "PayoutReturned";
  readonly valueDate: IsoDate;
  readonly serial?: string;
  readonly reason?: string;
}

/** One event a part. A result says too that the bank has accepted the batch. */
export function resultWrites(batch: KnownBatch, items: readonly BatchItem[], result: BankResult): StreamWrite[] {
  const { type, valueDate, serial, reason } = result;
  const more = { ...(serial === undefined ? {} : { serial }), ...(reason === undefined ? {} : { reason }) };
  const { payoutBatch, bank } = batch;
  const accepted: StreamWrite[] =
    batch.status === "submitted"
      ? [{ stream: payoutStream(payoutBatch), events: [{ type: "PayoutBatchAccepted", valueDate, payload: { payoutBatch, bank } }] }]
      : [];
  return [
    ...accepted,
    ...byPart(items).map((group) => ({
      stream: streamOf(group),
      events: [{ type, valueDate, payload: { ...partPayload(group), ...more } }],
    })),
  ];
}

/** The result of an item that a serial names, if it is the last one. */
const lastBySerial = ({ item }: BatchItem, serial: string): ItemResult | undefined => {
  const last = item.results.at(-1);
  return last?.serial === serial ? last : undefined;
};

const REVERSIBLE: Readonly<Partial<Record<ItemStatus, "succeeded" | "failed" | "returned">>> = {
  succeeded: "succeeded",
  failed: "failed",
  returned: "returned",
};

/**
 * C6 冲正 of a result by its serial: every item of the message is again what it was before. Refuses UNKNOWN_PAYOUT_SERIAL, and where
 * something followed (a return after the success, a new payout or unclaimed money after the failure)
 * PAYOUT_RESULT_BUILT_UPON.
 */
export function reverseResult(
  items: readonly BatchItem[],
  serials: { readonly payoutBatch: string; readonly serial: string; readonly reversalSerial: string },
): Result<StreamWrite[], Refusal> {
  const { payoutBatch, serial, reversalSerial } = serials;
  const named = items.filter(({ item }) => item.results.some((result) => result.serial === serial));
  if (named.length === 0) return refuse(errors.UNKNOWN_PAYOUT_SERIAL, { payoutBatch, serial }, { path: "/serial" });
  const moved = named.find((one) => {
    const last = lastBySerial(one, serial);
    return last === undefined || (last.status !== "succeeded" && one.line.returned < one.item.amount);
  });
  if (moved) return refuse(errors.PAYOUT_RESULT_BUILT_UPON, { household: moved.key.household }, { path: "/serial" });
  const groups = Map.groupBy(named, (one) => `${streamOf([one])} ${lastBySerial(one, serial)?.status}`);
  return ok(
    [...groups.values()].map((group) => {
      const last = lastBySerial(group[0] as BatchItem, serial) as ItemResult;
      const payload = { ...partPayload(group, -1n), result: REVERSIBLE[last.status], serial, reversalSerial };
      return { stream: streamOf(group), events: [{ type: "PayoutResultReversed", valueDate: last.valueDate, payload }] };
    }),
  );
}

/** D9: each part's event, and the claim on who got the money, one a household. */
export function wrongPayoutWrites(
  items: readonly BatchItem[],
  found: { readonly obligor: string; readonly evidence: readonly string[]; readonly valueDate: IsoDate },
): StreamWrite[] {
  const { obligor, evidence, valueDate } = found;
  const claims = items.map(
    ({ key, part, item }): DomainEvent => ({
      type: "WrongPayoutClaimed",
      valueDate,
      payload: { obligor, payoutBatch: item.payoutBatch, ...key, part, amount: formatAmount(item.amount) },
    }),
  );
  return [
    ...byPart(items).map(
      (group): StreamWrite => ({
        stream: streamOf(group),
        events: [{ type: "PayoutWronglyPaid", valueDate, payload: { ...partPayload(group), obligor, evidence: [...evidence] } }],
      }),
    ),
    { stream: wrongPayoutStream(obligor), events: claims },
  ];
}
