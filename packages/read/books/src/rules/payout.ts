import type { DividendPayload } from "@huimin/dividend/events";
import { fen } from "@huimin/money";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { type DatedRules, type Entry, pair, sinceStart } from "../posting.ts";

/*
 * 代发, D4–D11 in book G (domain 2.0). An entitlement carries household, village, pool and year of entitlement wherever
 * it lies; in transit (2901.03) the payout batch instead of the village. The bank account 1002.03 carries no dimension.
 */

interface Part {
  readonly pool: string;
  readonly year: number;
}
interface Item {
  readonly household: string;
  readonly village: string;
  readonly amount: string;
}
type Side = readonly [AccountId, Dims];

const PLACES = { "2901.02": "dividendPayable", "2901.04": "payoutReturned" } as const satisfies Readonly<Record<string, AccountId>>;

const owed = ({ pool, year }: Part, { household, village }: Pick<Item, "household" | "village">): Dims => ({
  household,
  village,
  pool,
  year: String(year),
});
const transit = (payout: Part & { readonly payoutBatch: string }, { household }: Item): Side => [
  "payoutInTransit",
  { household, pool: payout.pool, year: String(payout.year), payoutBatch: payout.payoutBatch },
];
const returned = (part: Part, item: Item): Side => ["payoutReturned", owed(part, item)];
const BANK: Side = ["bankDividendAgency", {}];
const wrongly = (obligor: string): Side => ["wrongDividendReceivable", { obligor }];

const advanced = (obligor: string): Side => ["wrongPayoutAdvance", { obligor }];

const each = <I extends Item>(items: readonly I[], sides: (item: I) => readonly [debit: Side, credit: Side]): Entry[] =>
  items.flatMap((item) => {
    const [debit, credit] = sides(item);
    return pair(fen(item.amount), debit, credit);
  });

const result = (p: Part & { readonly payoutBatch: string; readonly items: readonly Item[] }, kind: "succeeded" | "failed" | "returned") => {
  if (kind === "succeeded") return each(p.items, (item) => [transit(p, item), BANK]);
  if (kind === "failed") return each(p.items, (item) => [transit(p, item), returned(p, item)]);
  return each(p.items, (item) => [BANK, returned(p, item)]);
};

export const payoutRules: Readonly<Record<string, DatedRules>> = {
  PayoutItemsSubmitted: sinceStart((p: DividendPayload<"PayoutItemsSubmitted">) => ({
    text: `提交代发批 ${p.payoutBatch}`,
    entries: each(p.items, (item) => [[PLACES[item.from], owed(p, item)], transit(p, item)]),
  })),
  PayoutItemsCancelled: sinceStart((p: DividendPayload<"PayoutItemsCancelled">) => ({
    text: `撤销代发批 ${p.payoutBatch}`,
    entries: each(p.items, (item) => [transit(p, item), [PLACES[item.from], owed(p, item)]]),
  })),
  PayoutSucceeded: sinceStart((p: DividendPayload<"PayoutSucceeded">) => ({
    text: `代发成功 ${p.payoutBatch}`,
    entries: result(p, "succeeded"),
  })),
  PayoutFailed: sinceStart((p: DividendPayload<"PayoutFailed">) => ({
    text: `代发失败 ${p.payoutBatch}(${p.reason})`,
    entries: result(p, "failed"),
  })),
  PayoutReturned: sinceStart((p: DividendPayload<"PayoutReturned">) => ({
    text: `银行退票 ${p.payoutBatch}(${p.reason})`,
    entries: result(p, "returned"),
  })),
  /** C6: the amounts are negative, so the lines of the message come back in red. */
  PayoutResultReversed: sinceStart((p: DividendPayload<"PayoutResultReversed">) => ({
    text: `冲销代发结果 ${p.serial}`,
    entries: result(p, p.result),
  })),
  PayoutWronglyPaid: sinceStart((p: DividendPayload<"PayoutWronglyPaid">) => ({
    text: `错付认定 ${p.payoutBatch}`,
    entries: each(p.items, (item) => [wrongly(p.obligor), returned(p, item)]),
  })),
  /** C1 of D9: in red, the amounts are negative. */
  WrongPayoutReversed: sinceStart((p: DividendPayload<"WrongPayoutReversed">) => ({
    text: `冲销错付认定 ${p.payoutBatch}(${p.reason})`,
    entries: each(p.items, (item) => [wrongly(p.obligor), returned(p, item)]),
  })),
  WrongPayoutRecovered: sinceStart((p: DividendPayload<"WrongPayoutRecovered">) => ({
    text: "错付追回",
    entries: pair(fen(p.amount), BANK, wrongly(p.obligor)),
  })),
  WrongPayoutRecoveryReversed: sinceStart((p: DividendPayload<"WrongPayoutRecoveryReversed">) => ({
    text: `冲销错付追回 ${p.serial}`,
    entries: pair(fen(p.amount), BANK, wrongly(p.obligor)),
  })),
  /** R15. Held on 1002.03, so it counts among the agency debts like 2307.01 (R1). */
  WrongPayoutAdvanced: sinceStart((p: DividendPayload<"WrongPayoutAdvanced">) => ({
    text: `垫付错付分红(${p.document})`,
    entries: pair(fen(p.amount), BANK, advanced(p.obligor)),
  })),
  WrongPayoutAdvanceReturned: sinceStart((p: DividendPayload<"WrongPayoutAdvanceReturned">) => ({
    text: "退还错付垫付款",
    entries: pair(fen(p.amount), advanced(p.obligor), BANK),
  })),
  UnclaimedTransferred: sinceStart((p: DividendPayload<"UnclaimedTransferred">) => ({
    text: "转无主款",
    entries: each(p.items, (item) => [
      [PLACES[item.from], owed(p, item)],
      ["unclaimedMoney", owed(p, item)],
    ]),
  })),
  UnclaimedTransferReversed: sinceStart((p: DividendPayload<"UnclaimedTransferReversed">) => ({
    text: "无主款转回",
    entries: each(p.items, (item) => [["unclaimedMoney", owed(p, item)], returned(p, item)]),
  })),
  /** R2: two events say the same on two streams; the one with side `source` is posted. */
  EntitlementsDivided: sinceStart((p: DividendPayload<"EntitlementsDivided">) => ({
    text: `分户并户转移应付分红 ${p.source}`,
    entries:
      p.side === "source"
        ? each(p.moves, (move) => [
            [PLACES[move.account], owed(p, { household: p.source, village: p.sourceVillage })],
            [PLACES[move.account], owed(p, move)],
          ])
        : [],
  })),
};

/** Headers of batches, and the claim that PayoutWronglyPaid posts. */
export const payoutSilent: readonly string[] = [
  "PoolPayoutOrdered",
  "OrderedBatchPassed",
  "PayoutBatchSubmitted",
  "PayoutBatchAccepted",
  "PayoutBatchCancelled",
  "WrongPayoutClaimed",
  "WrongPayoutClaimReversed",
];
