import type { IsoDate } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent, Gather, StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { gatherMethod, gatherResidueRule, gatherWeights, split } from "../decide/list.ts";
import { hashOfList, hashOfPart, type ListLine } from "../engine/list-hash.ts";
import { errors } from "../errors.ts";
import { type DraftHeader, fundsInPool, openReversal, type PoolState, poolBalance } from "../evolve/pool.ts";
import {
  AmountText,
  closed,
  DateField,
  Id,
  LIST_HOUSEHOLDS_MAX,
  MethodField,
  ReasonText,
  ResidueRuleField,
  SegmentField,
  WeightText,
  YearField,
} from "../fields.ts";
import { amountOf, datesRefusal, dayOf, dividendEvent, gatherKnownPool, periodRefusal, type Refused } from "../shared.ts";
import { gatherCircle, gatherEligible } from "../standing.ts";
import { entitlementStream, partOf, partsFor, poolStream } from "../streams.ts";

export const DraftAllocationBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    total: Type.Optional(AmountText),
    method: Type.Optional(MethodField),
    residueRule: Type.Optional(ResidueRuleField),
    snapshot: Type.Optional(DateField),
    weights: Type.Optional(Type.Array(Type.Object({ household: Id, weight: WeightText }, closed), { maxItems: LIST_HOUSEHOLDS_MAX })),
    households: Type.Optional(Type.Array(Id, { maxItems: LIST_HOUSEHOLDS_MAX })),
    segments: Type.Optional(Type.Array(SegmentField, { maxItems: 10_000 })),
    advance: Type.Optional(Type.Boolean({ description: "垫付: more than was received, approved by finance" })),
    beforeFunds: Type.Optional(Type.Boolean({ description: "the list is publicised before the money comes; it is posted only after" })),
    minutes: Type.Optional(ReasonText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);
export type DraftAllocationCommand = Static<typeof DraftAllocationBody>;

/** Above the money still in the pool (D3), or, when it is advanced, above what is claimed and not allocated. */
export function fundsRefusal(state: PoolState, total: Fen, advance: boolean | undefined): Refused | undefined {
  const available = advance ? poolBalance(state) : fundsInPool(state);
  if (total <= available) return undefined;
  return refuse(errors.ABOVE_FUNDS_RECEIVED, { total: formatAmount(total), available: formatAmount(available) }, { path: "/total" });
}

/** POSTING_UNFINISHED: a long list that is allocated must be posted to its last part before the year has another draft. */
export function unfinishedRefusal(state: PoolState, year: number): Refused | undefined {
  const back = reversalRefusal(state, year);
  if (back) return back;
  const current = state.years.get(year)?.current;
  if (current?.status !== "allocated" || current.posted.size >= current.header.parts) return undefined;
  const { draft, parts } = current.header;
  return refuse(errors.POSTING_UNFINISHED, { draft, posted: current.posted.size, parts });
}

/** REVERSAL_UNFINISHED: a list that is taken back is back to its last part before anything else is done with the year. */
export function reversalRefusal(state: PoolState, year: number): Refused | undefined {
  const open = openReversal(state, year);
  return open && refuse(errors.REVERSAL_UNFINISHED, { draft: open.draft, reversed: open.done.size, parts: open.parts });
}

/** Number of the next draft of a year. */
export const nextDraft = (state: PoolState, year: number): number => (state.years.get(year)?.current.header.draft ?? 0) + 1;

/** In how many parts a list is kept; a year that was allocated before keeps its number, so that a household stays in its part. */
export const partsOfYear = (state: PoolState, year: number, households: number): number =>
  Math.max(partsFor(households), ...(state.years.get(year)?.allocated ?? []).map((list) => list.parts));

/** Lines by part, in the order of the list. */
export const inParts = <T extends { readonly household: string }>(lines: readonly T[], parts: number): ReadonlyMap<number, T[]> =>
  Map.groupBy(lines, ({ household }) => partOf(household, parts));

export const partSummary = (part: number, lines: readonly ListLine[]) => ({
  part,
  households: lines.length,
  amount: formatAmount(sumFen(lines.map(({ amount }) => fen(amount)))),
  hash: hashOfPart(lines),
});

/** Hash of a whole list from its parts; a part that nobody is in has the hash of an empty list. */
export const listHashOf = (parts: number, byPart: ReadonlyMap<number, readonly ListLine[]>): string =>
  hashOfList(Array.from({ length: parts }, (_, part) => hashOfPart(byPart.get(part) ?? [])));

const answerLines = (lines: readonly ListLine[]) =>
  lines.length > ANSWERED_LINES_MAX ? {} : { perHousehold: Object.fromEntries(lines.map(({ household, amount }) => [household, amount])) };
/** A longer list is read, not answered. */
export const ANSWERED_LINES_MAX = 400;

interface Drafted {
  readonly header: Omit<DraftHeader, "pool" | "year" | "draft" | "parts" | "listHash">;
  readonly lines: readonly ListLine[];
}

/** Weights, amounts and the eligibility of everybody on the list. */
function* gatherDraft(command: DraftAllocationCommand, state: PoolState, on: IsoDate): Gather<Result<Drafted, Refusal>> {
  const { pool, year, snapshot = on, advance, minutes } = command;
  const asked = command.total === undefined ? undefined : amountOf(command.total, "/total");
  if (asked && !asked.ok) return asked;
  const total = asked?.value ?? fundsInPool(state);
  const method = yield* gatherMethod(command.method, state, on);
  if (!method.ok) return method;
  const circle = yield* gatherCircle(state, pool, year, snapshot);
  const { weights, households, segments } = command;
  const weighted = yield* gatherWeights({ pool, year, snapshot, method: method.value, weights, households, segments }, state, circle);
  if (!weighted.ok) return weighted;
  const standings = yield* gatherEligible(circle, [...weighted.value.weights.keys()]);
  if (!standings.ok) return standings;
  const short = command.beforeFunds ? undefined : fundsRefusal(state, total, advance);
  if (short) return short;
  const residueRule = yield* gatherResidueRule(command.residueRule, state, method.value, on);
  const list = split(weighted.value.weights, total, residueRule);
  if (!list.ok) return list;
  return ok({
    header: {
      method: method.value,
      residueRule,
      snapshot,
      total: formatAmount(total),
      allocated: formatAmount(list.value.allocated),
      carried: formatAmount(list.value.carried),
      households: list.value.lines.length,
      weightsFrom: weighted.value.from,
      ...(advance ? { advance } : {}),
      ...(minutes === undefined ? {} : { minutes }),
    },
    lines: list.value.lines.map((line) => ({ ...line, village: standings.value.get(line.household)?.village ?? "" })),
  });
}

/**
 * 分配方案拟定 (FIN-M, VIL): the list of the pool and year, all of it in one command. `total` defaults to the money in the
 * pool, `method` to the policy for a pool with a batch, `residueRule` to the policy (R6), `snapshot` to the value date.
 * A new draft takes the place of the one before it, whose publicity is then void. Answer: `draft`, `allocated`, `carried`,
 * `households`, `listHash`, `perHousehold`.
 *
 * Refuses POOL_UNKNOWN, ABOVE_FUNDS_RECEIVED (unless `advance`, or `beforeFunds`, which puts the check off to the posting),
 * NOT_ELIGIBLE_ON_SNAPSHOT, and a list that is empty, too long, has a household twice or no weight.
 */
export const DraftAllocation: CommandDefinition<DraftAllocationCommand> = {
  name: "DraftAllocation",
  schema: DraftAllocationBody,
  roles: ["FIN-M", "VIL"],
  postsInBookG: false,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const malformed =
      datesRefusal({ snapshot: command.snapshot }) ??
      command.segments
        ?.map((one, index) => periodRefusal(one.from, one.toExcl, `/segments/${index}`))
        .find((refused) => refused !== undefined);
    if (malformed) return malformed;
    const state = yield* gatherKnownPool(command.pool);
    if (!state.ok) return state;
    const unfinished = unfinishedRefusal(state.value, command.year);
    if (unfinished) return unfinished;
    const drafted = yield* gatherDraft(command, state.value, day.value);
    if (!drafted.ok) return drafted;
    const { pool, year } = command;
    const { header, lines } = drafted.value;
    const key = { pool, year, draft: nextDraft(state.value, year) };
    const parts = partsOfYear(state.value, year, lines.length);
    const byPart = inParts(lines, parts);
    const listHash = listHashOf(parts, byPart);
    const summaries = Array.from({ length: parts }, (_, part) => partSummary(part, byPart.get(part) ?? []));
    const events: DomainEvent[] = [
      dividendEvent("AllocationDrafted", day.value, { ...key, ...header, parts, listHash }),
      dividendEvent("AllocationPartsDrafted", day.value, { ...key, parts: summaries }),
    ];
    const writes: StreamWrite[] = [{ stream: poolStream(pool), events }];
    for (const [part, own] of byPart) {
      const event = dividendEvent("AllocationLinesDrafted", day.value, { ...key, part, lines: own });
      writes.push({ stream: entitlementStream(pool, year, part), events: [event], expect: "any" });
    }
    const { total, allocated, carried, households, method, residueRule } = header;
    return ok({
      writes,
      answer: { ...key, total, allocated, carried, households, method, residueRule, listHash, ...answerLines(lines) },
    });
  },
};
