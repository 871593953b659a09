import type { IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Gather, loadAll, type StreamWrite } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { gatherWeights, split } from "../decide/list.ts";
import { errors } from "../errors.ts";
import { type DraftedLine, entitlementFold } from "../evolve/entitlement.ts";
import type { DraftState, PoolState } from "../evolve/pool.ts";
import { closed, DateField, Id, YearField } from "../fields.ts";
import { dayOf, dividendEvent } from "../shared.ts";
import { gatherCircle, gatherEligible } from "../standing.ts";
import { entitlementStream, poolStream } from "../streams.ts";
import { ANSWERED_LINES_MAX, fundsRefusal, reversalRefusal } from "./draft.ts";
import { approvalRefusal, gatherDraftOf } from "./publicity.ts";

/** Parts that are posted in the append of the header; the parts of a longer list are posted one run after another. */
export const PARTS_AT_ONCE_MAX = 14;

type Lines = ReadonlyMap<number, readonly DraftedLine[]>;

/** Drafted lines of parts, from their streams. */
function* gatherLines({ header }: DraftState, parts: readonly number[]): Gather<Lines> {
  const loaded = yield* loadAll(
    parts.map((part) => entitlementStream(header.pool, header.year, part)),
    entitlementFold,
  );
  return new Map(parts.map((part, index) => [part, [...(loaded[index]?.state.drafts.get(header.draft)?.values() ?? [])]]));
}

/** DRAFT_CHANGED: computed again on what is known now, the list is not the one that hung out. */
function* gatherChange(state: PoolState, draft: DraftState, lines: readonly DraftedLine[]): Gather<Result<undefined, Refusal>> {
  const { pool, year, snapshot, method, total, residueRule, weightsFrom } = draft.header;
  const circle = yield* gatherCircle(state, pool, year, snapshot);
  const eligible = yield* gatherEligible(
    circle,
    lines.map(({ household }) => household),
  );
  if (!eligible.ok) return eligible;
  const published = new Map(lines.map(({ household, weight }) => [household, weight]));
  const computed = weightsFrom === "stakes" || weightsFrom === "holders" || weightsFrom === "declaration";
  const weighted = computed
    ? yield* gatherWeights({ pool, year, snapshot, method }, state, circle)
    : ok({ from: weightsFrom, weights: published });
  const again = weighted.ok ? split(weighted.value.weights, fen(total), residueRule) : weighted;
  if (!again.ok) return again;
  const amounts = new Map(lines.map(({ household, amount }) => [household, formatAmount(amount)]));
  const other = again.value.lines.find((line) => amounts.get(line.household) !== line.amount);
  const gone =
    again.value.lines.length === lines.length ? undefined : lines.find((line) => !weightsHave(again.value.lines, line.household));
  const changed = other ?? gone;
  return changed ? refuse(errors.DRAFT_CHANGED, { draft: draft.header.draft, household: changed.household }) : ok(undefined);
}

const weightsHave = (lines: readonly { readonly household: string }[], household: string): boolean =>
  lines.some((line) => line.household === household);

/** The posting of parts: one event a part, and a mark on the pool. */
export function postingsOf(
  { header }: DraftState,
  lines: Lines,
  on: IsoDate,
): { readonly mark: DomainEvent; readonly parts: StreamWrite[] } {
  const { pool, year, draft } = header;
  const parts = [...lines].map(([part, own]): StreamWrite => {
    const rows = own.map(({ household, village, amount }) => ({ household, village, amount: formatAmount(amount) }));
    const event = dividendEvent("EntitlementsAllocated", on, { pool, year, draft, part, lines: rows });
    return { stream: entitlementStream(pool, year, part), events: rows.length > 0 ? [event] : [] };
  });
  const all = [...lines.values()].flat();
  const mark = dividendEvent("AllocationPartsPosted", on, {
    pool,
    year,
    draft,
    parts: [...lines.keys()],
    households: all.length,
    amount: formatAmount(sumFen(all.map(({ amount }) => amount))),
  });
  return { mark, parts };
}

export const AllocateDividendBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    draft: Type.Optional(Type.Integer({ minimum: 1 })),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * D3 分配到户 (FIN-M): exactly the approved list, computed again and found equal, out of the money in the pool. A list of
 * up to {@link PARTS_AT_ONCE_MAX} parts is posted at once; of a longer one the header is recorded, which takes the money
 * out of the pool's disposition, and `PostAllocationParts` posts the parts. Answer: `allocated`, `carried`,
 * `perHousehold`, `pendingParts`.
 *
 * Refuses PUBLICITY_NOT_FINISHED and OBJECTION_OPEN (not approved), ABOVE_FUNDS_RECEIVED, NOT_ELIGIBLE_ON_SNAPSHOT, DRAFT_CHANGED,
 * DRAFT_CLOSED.
 */
export const AllocateDividend: CommandDefinition<Static<typeof AllocateDividendBody>> = {
  name: "AllocateDividend",
  schema: AllocateDividendBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run({ valueDate, ...which }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { state, draft } = found.value;
    const { header } = draft;
    if (draft.status === "allocated" || draft.status === "reversed")
      return refuse(errors.DRAFT_CLOSED, { draft: header.draft, status: draft.status === "allocated" ? "分配" : "冲销" });
    const back = reversalRefusal(state, header.year);
    if (back) return back;
    const early = approvalRefusal(draft, day.value);
    if (early) return early;
    if (draft.status !== "approved") return refuse(errors.PUBLICITY_NOT_FINISHED, { to: draft.publicity?.to ?? "–", on: day.value });
    const short = fundsRefusal(state, fen(header.total), header.advance);
    if (short) return short;
    const { weightsFrom: _, minutes: __, ...allocation } = header;
    const event = dividendEvent("DividendAllocated", day.value, allocation);
    const { pool, year, allocated, carried, households, parts } = header;
    const answer = { pool, year, draft: header.draft, allocated, carried, households };
    if (parts > PARTS_AT_ONCE_MAX)
      return ok({ writes: [{ stream: poolStream(pool), events: [event] }], answer: { ...answer, pendingParts: parts } });
    const byPart = yield* gatherLines(
      draft,
      Array.from({ length: parts }, (___, part) => part),
    );
    const lines = [...byPart.values()].flat();
    const same = yield* gatherChange(state, draft, lines);
    if (!same.ok) return same;
    const posted = postingsOf(draft, byPart, day.value);
    return ok({
      writes: [{ stream: poolStream(pool), events: [event, posted.mark] }, ...posted.parts],
      answer: { ...answer, ...(lines.length > ANSWERED_LINES_MAX ? {} : { perHousehold: perHousehold(lines) }), pendingParts: 0 },
    });
  },
};

const perHousehold = (lines: readonly DraftedLine[]): Record<string, string> =>
  Object.fromEntries(
    [...lines].sort((a, b) => (a.household < b.household ? -1 : 1)).map(({ household, amount }) => [household, formatAmount(amount)]),
  );

export const PostAllocationPartsBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    draft: Type.Integer({ minimum: 1 }),
    parts: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: PARTS_AT_ONCE_MAX }),
    valueDate: DateField,
  },
  closed,
);

/**
 * D3 of a long list (SYS, FIN-M): posts parts of an allocation whose header is recorded. Parts that are posted already are
 * passed over, so that a run that broke off is simply run again. Answer: `posted`, `pendingParts`. Refuses DRAFT_MISSING,
 * DRAFT_NOT_PUBLISHED when the header is missing.
 */
export const PostAllocationParts: CommandDefinition<Static<typeof PostAllocationPartsBody>> = {
  name: "PostAllocationParts",
  schema: PostAllocationPartsBody,
  roles: ["SYS", "FIN-M"],
  postsInBookG: true,
  *run({ parts, valueDate, ...which }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { draft } = found.value;
    if (draft.status !== "allocated") return refuse(errors.DRAFT_NOT_PUBLISHED, { draft: which.draft });
    const unknown = parts.find((part) => part >= draft.header.parts);
    if (unknown !== undefined) return refuse(errors.LIST_PART_DIFFERS, { part: unknown });
    const missing = [...new Set(parts)].filter((part) => !draft.posted.has(part));
    const pendingParts = draft.header.parts - draft.posted.size - missing.length;
    if (missing.length === 0) return ok({ writes: [], answer: { posted: 0, pendingParts } });
    const posted = postingsOf(draft, yield* gatherLines(draft, missing), day.value);
    return ok({
      writes: [{ stream: poolStream(which.pool), events: [posted.mark] }, ...posted.parts],
      answer: { posted: missing.length, pendingParts },
    });
  },
};
