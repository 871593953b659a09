/* C1 of D9: a finding of a wrong payout was wrong itself. */
import { type CommandDefinition, type DomainEvent, load, type StreamWrite } from "@huimin/decider";
import { formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { type ItemResult, itemStatus, openItem } from "../evolve/entitlement.ts";
import { isClaimOf, openWrongPayout, type WrongPayoutState, wrongPayoutFold } from "../evolve/payout.ts";
import { entitlementStream, wrongPayoutStream } from "../streams.ts";
import { amountsByItem } from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { closed, Id, Items, ObligorText } from "./fields.ts";
import { type BatchItem, distinct, gatherBatch, gatherItems, placeOf } from "./gather.ts";

export const ReverseWrongPayoutBody = Type.Object(
  { payoutBatch: Id, items: Items, obligor: ObligorText, reason: Type.String({ minLength: 1, maxLength: 200 }) },
  closed,
);

const claimOf = ({ key, part, item }: BatchItem) => ({ payoutBatch: item.payoutBatch, ...key, part });

/** The finding of an item, if it is the last that was said of it. */
function findingOf({ item }: BatchItem, obligor: string): ItemResult | undefined {
  const last = item.results.at(-1);
  return itemStatus(item) === "wrongly-paid" && last?.obligor === obligor ? last : undefined;
}

/**
 * Refuses WRONG_PAYOUT_NOT_FOUND, and WRONG_PAYOUT_BUILT_UPON once the right payee's money left 2901.04, something was recovered
 * of the claims (the oldest first), or more is advanced than the other claims leave open.
 */
function reversible(items: readonly BatchItem[], state: WrongPayoutState, obligor: string): Result<true, Refusal> {
  const detailsOf = ({ key, item }: BatchItem) => ({ ...key, payoutBatch: item.payoutBatch, obligor });
  const without = items.find((one) => !findingOf(one, obligor));
  if (without) return refuse(errors.WRONG_PAYOUT_NOT_FOUND, detailsOf(without), placeOf(without));
  const moved = items.find(({ line, item }) => openItem(line) !== undefined || line.returned < item.amount);
  if (moved) return refuse(errors.WRONG_PAYOUT_BUILT_UPON, detailsOf(moved), placeOf(moved));
  const claimed = sumFen(state.claims.map(({ amount }) => amount));
  const recovered = claimed - openWrongPayout(state);
  const first = state.claims.findIndex((claim) => items.some((one) => isClaimOf(claim, claimOf(one))));
  const older = sumFen(state.claims.slice(0, Math.max(0, first)).map(({ amount }) => amount));
  const openAfter = openWrongPayout(state) - sumFen(items.map(({ item }) => item.amount));
  if (recovered <= older && state.advanced <= openAfter) return ok(true);
  const [one] = items as [BatchItem];
  return refuse(errors.WRONG_PAYOUT_BUILT_UPON, detailsOf(one), placeOf(one));
}

/** One red event for each finding in each part, value-dated like it, and the claims' end. */
function writesOf(items: readonly BatchItem[], obligor: string, reason: string): StreamWrite[] {
  const streamOf = ({ key, part }: BatchItem) => entitlementStream(key.pool, key.year, part);
  const groups = Map.groupBy(items, (one) => `${streamOf(one)} ${findingOf(one, obligor)?.eventId}`);
  const red = [...groups.values()].map((group): StreamWrite => {
    const [{ key, part, item }] = group as [BatchItem];
    const { valueDate, eventId } = findingOf(group[0] as BatchItem, obligor) as ItemResult;
    const payload = {
      ...{ payoutBatch: item.payoutBatch, pool: key.pool, year: key.year, part, obligor, reason },
      items: group.map(({ line, item: { amount } }) => ({
        household: line.household,
        village: line.village,
        amount: formatAmount(-amount),
      })),
    };
    const corrects = eventId === undefined ? {} : { corrects: eventId };
    return { stream: streamOf(group[0] as BatchItem), events: [{ type: "WrongPayoutReversed", valueDate, payload, ...corrects }] };
  });
  const claims = items.map(
    (one): DomainEvent => ({
      type: "WrongPayoutClaimReversed",
      valueDate: (findingOf(one, obligor) as ItemResult).valueDate,
      payload: { obligor, ...claimOf(one), amount: formatAmount(-one.item.amount) },
    }),
  );
  return [...red, { stream: wrongPayoutStream(obligor), events: claims }];
}

/**
 * C1 of D9 错付认定冲销 (FIN-R): the money did reach the right payee, the finding goes in red: Dr 1218.05 / Cr 2901.04 negative, value
 * dated like it, and the item is paid again. Only while the claim is open in full, nothing advanced for it, and the
 * right payee not paid a second time. Refusals: UNKNOWN_ITEM, {@link reversible}. Answer: `total`, `items`, `open` of the obligor.
 */
export const ReverseWrongPayout: CommandDefinition<Static<typeof ReverseWrongPayoutBody>> = {
  name: "ReverseWrongPayout",
  schema: ReverseWrongPayoutBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run({ payoutBatch, items: asked, obligor, reason }, context) {
    const keys = distinct(asked);
    if (!keys.ok) return keys;
    const batch = yield* gatherBatch(payoutBatch, context);
    if (!batch.ok) return batch;
    const items = yield* gatherItems(batch.value, keys.value);
    if (!items.ok) return items;
    const { state } = yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
    const allowed = reversible(items.value, state, obligor);
    if (!allowed.ok) return allowed;
    const amounts = items.value.map(({ key, item }) => ({ key, amount: item.amount }));
    const total = sumFen(amounts.map(({ amount }) => amount));
    return ok({
      writes: writesOf(items.value, obligor, reason),
      answer: {
        payoutBatch,
        obligor,
        total: formatAmount(total),
        items: amountsByItem(amounts),
        open: formatAmount(openWrongPayout(state) - total),
      },
    });
  },
};
