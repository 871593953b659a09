/*
 * D11 转无主款 and its reverse (R16).
 */
import { addMonths } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent, StreamWrite } from "@huimin/decider";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { openItem, type Place, unclaimedSince } from "../evolve/entitlement.ts";
import { entitlementStream } from "../streams.ts";
import { amountsByItem } from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { closed, DateField, Evidence, Items, PayeeText } from "./fields.ts";
import { dayOf, distinct, gatherLines, type Located, placeOf } from "./gather.ts";

/** What lies open of a line, by place. */
const openPlaces = ({ line }: Located): { readonly from: Place; readonly amount: Fen }[] =>
  [
    { from: "2901.02" as const, amount: line.payable },
    { from: "2901.04" as const, amount: line.returned },
  ].filter(({ amount }) => amount > 0n);

/** Refuses ITEM_ALREADY_OPEN, NOTHING_TO_PAY_OUT and UNCLAIMED_TOO_EARLY: `years` from the failure, the return or the allocation. */
export function unclaimable(located: Located, on: string, years: number): Result<true, Refusal> {
  const { key, line } = located;
  const open = openItem(line);
  if (open) return refuse(errors.ITEM_ALREADY_OPEN, { ...key, payoutBatch: open.payoutBatch }, placeOf(located));
  if (openPlaces(located).length === 0) return refuse(errors.NOTHING_TO_PAY_OUT, { ...key }, placeOf(located));
  const since = unclaimedSince(line);
  const from = addMonths(since, 12 * years);
  return on < from ? refuse(errors.UNCLAIMED_TOO_EARLY, { household: key.household, since, years, from }, placeOf(located)) : ok(true);
}

/** One event a part. */
function partWrites(lines: readonly Located[], event: (lines: readonly Located[]) => DomainEvent): StreamWrite[] {
  const groups = Map.groupBy(lines, ({ key, part }) => entitlementStream(key.pool, key.year, part));
  return [...groups].map(([stream, group]) => ({ stream, events: [event(group)] }));
}

const partOfLines = (lines: readonly Located[]) => {
  const [{ key, part }] = lines as [Located];
  return { pool: key.pool, year: key.year, part };
};

export const TransferUnclaimedBody = Type.Object({ items: Items, evidence: Evidence, valueDate: Type.Optional(DateField) }, closed);

/**
 * D11 转无主款 (FIN-R): all that is open of each entitlement goes from where it lies to 2901.07. Refusals:
 * ENTITLEMENT_UNKNOWN, {@link unclaimable}. Answer: `total`, `items`.
 */
export const TransferUnclaimed: CommandDefinition<Static<typeof TransferUnclaimedBody>> = {
  name: "TransferUnclaimed",
  schema: TransferUnclaimedBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const keys = distinct(command.items);
    if (!keys.ok) return keys;
    const lines = yield* gatherLines(keys.value);
    if (!lines.ok) return lines;
    const policy = yield* loadPolicy(["unclaimed.afterYears"]);
    const years = policy.integer("unclaimed.afterYears", valueDate.value);
    for (const line of lines.value) {
      const allowed = unclaimable(line, valueDate.value, years);
      if (!allowed.ok) return allowed;
    }
    const { evidence = [] } = command;
    const writes = partWrites(lines.value, (group) => ({
      type: "UnclaimedTransferred",
      valueDate: valueDate.value,
      payload: {
        ...partOfLines(group),
        evidence,
        items: group.flatMap((one) =>
          openPlaces(one).map(({ from, amount }) => ({
            household: one.line.household,
            village: one.line.village,
            amount: formatAmount(amount),
            from,
            since: unclaimedSince(one.line),
          })),
        ),
      },
    }));
    const amounts = lines.value.map((one) => ({ key: one.key, amount: sumFen(openPlaces(one).map(({ amount }) => amount)) }));
    return ok({ writes, answer: { total: formatAmount(sumFen(amounts.map(({ amount }) => amount))), items: amountsByItem(amounts) } });
  },
};

export const ReverseUnclaimedTransferBody = Type.Object(
  { items: Items, claimant: PayeeText, evidence: Evidence, valueDate: Type.Optional(DateField) },
  closed,
);

/** 无主款转回 (FIN-R, R16): an heir has proved the claim, the money is payable again from 2901.04. Refuses ENTITLEMENT_UNKNOWN, NOTHING_UNCLAIMED. */
export const ReverseUnclaimedTransfer: CommandDefinition<Static<typeof ReverseUnclaimedTransferBody>> = {
  name: "ReverseUnclaimedTransfer",
  schema: ReverseUnclaimedTransferBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const keys = distinct(command.items);
    if (!keys.ok) return keys;
    const lines = yield* gatherLines(keys.value);
    if (!lines.ok) return lines;
    const held = lines.value.filter(({ line }) => line.unclaimed > 0n);
    const without = keys.value.findIndex((_, index) => !held.some((one) => one.index === index));
    if (without >= 0) return refuse(errors.NOTHING_UNCLAIMED, { ...(keys.value[without] as object) }, placeOf({ index: without }));
    const { claimant, evidence = [] } = command;
    const writes = partWrites(held, (group) => ({
      type: "UnclaimedTransferReversed",
      valueDate: valueDate.value,
      payload: {
        ...partOfLines(group),
        claimant,
        evidence,
        items: group.map(({ line: { household, village, unclaimed } }) => ({ household, village, amount: formatAmount(unclaimed) })),
      },
    }));
    const amounts = held.map(({ key, line }) => ({ key, amount: line.unclaimed }));
    return ok({ writes, answer: { total: formatAmount(sumFen(amounts.map(({ amount }) => amount))), items: amountsByItem(amounts) } });
  },
};
