import { type CommandDefinition, type Gather, loadAll, resolve, type StreamWrite } from "@huimin/decider";
import { formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "../errors.ts";
import { type DraftedLine, type EntitlementState, entitlementFold, isTouched } from "../evolve/entitlement.ts";
import { type AllocatedList, openReversal, type PoolState, standingLists } from "../evolve/pool.ts";
import { closed, Id, ReasonText, YearField } from "../fields.ts";
import { dividendEvent, gatherKnownPool, gatherPool, type Refused } from "../shared.ts";
import { entitlementStream, poolStream } from "../streams.ts";
import { PARTS_AT_ONCE_MAX } from "./allocate.ts";
import { unfinishedRefusal } from "./draft.ts";

/*
 * C1 of D3: an allocation is taken back as a whole while nothing became of any line of it; then the year is drafted, publicised
 * and approved anew (C2). What is paid is corrected by household (C3). Statements that were issued stand: those whose
 * figures change get a supplement, as after every other correction.
 */

interface Part {
  readonly part: number;
  readonly state: EntitlementState;
}

function* gatherParts(pool: string, year: number, parts: readonly number[]): Gather<Part[]> {
  const loaded = yield* loadAll(
    parts.map((part) => entitlementStream(pool, year, part)),
    entitlementFold,
  );
  return loaded.map(({ state }, index) => ({ part: parts[index] as number, state }));
}

/** Lines of a posted list in a part; none where nobody of the list is in it. */
const postedLines = (state: EntitlementState, draft: number): readonly DraftedLine[] =>
  state.postings.has(draft) ? [...(state.drafts.get(draft)?.values() ?? [])] : [];

/** The first household of a part whose line can't be taken back. */
export const touchedHousehold = (state: EntitlementState, draft: number): string | undefined =>
  postedLines(state, draft).find(({ household, amount }) => isTouched(state, draft, household, amount))?.household;

/** One red event a part, for the lines that nothing became of, and the mark on the pool. */
function reversalWrites(list: Pick<AllocatedList, "pool" | "year" | "draft" | "on">, parts: readonly Part[], reason: string) {
  const { pool, year, draft, on } = list;
  let kept = 0;
  const taken: DraftedLine[] = [];
  const writes: StreamWrite[] = [];
  for (const { part, state } of parts) {
    const posting = state.postings.get(draft);
    if (!posting) continue;
    const lines = postedLines(state, draft);
    const free = lines.filter(({ household, amount }) => !isTouched(state, draft, household, amount));
    kept += lines.length - free.length;
    if (free.length === 0) continue;
    taken.push(...free);
    const rows = free.map(({ household, village, amount }) => ({ household, village, amount: formatAmount(-amount) }));
    const event = dividendEvent("EntitlementsReversed", posting.valueDate, { pool, year, draft, part, lines: rows, reason });
    writes.push({ stream: entitlementStream(pool, year, part), events: [{ ...event, corrects: posting.eventId }] });
  }
  const amount = formatAmount(sumFen(taken.map((line) => line.amount)));
  const mark = { pool, year, draft, parts: parts.map(({ part }) => part), households: taken.length, amount, kept };
  return { writes, mark: dividendEvent("AllocationPartsReversed", on, mark), households: taken.length, amount, kept };
}

/** The list that is meant: the last that stands. Refuses ALLOCATION_NOT_STANDING, ALLOCATION_NOT_LAST. */
function listOf(state: PoolState, pool: string, year: number, draft: number | undefined): Result<AllocatedList, Refusal> {
  const lists = standingLists(state, year);
  const last = lists.at(-1);
  if (!last || (draft !== undefined && !lists.some((list) => list.draft === draft)))
    return refuse(errors.ALLOCATION_NOT_STANDING, { pool, year, draft: draft ?? "–" }, { path: "/draft" });
  if (draft !== undefined && draft !== last.draft)
    return refuse(errors.ALLOCATION_NOT_LAST, { draft, last: last.draft }, { path: "/draft" });
  return ok(last);
}

const touchedRefusal = (draft: number, household: string | undefined): Refused | undefined =>
  household === undefined ? undefined : refuse(errors.ALLOCATION_TOUCHED, { draft, household });

export const ReverseAllocationBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    draft: Type.Optional(Type.Integer({ minimum: 1, description: "number of the draft; default: the last that was allocated" })),
    reason: ReasonText,
  },
  closed,
);

/**
 * C1 of D3 分配冲销 (FIN-R): the last allocation of a pool and year goes back from 2901.02 to 2901.01, every line in red with the
 * value date of its posting. A list of up to {@link PARTS_AT_ONCE_MAX} parts at once; of a longer one the header is recorded,
 * which stops payouts of the year, and `ReverseAllocationParts` takes the parts back. Answer: `draft`, `households`, `amount`,
 * `pendingParts`.
 *
 * Refuses POOL_UNKNOWN, ALLOCATION_NOT_STANDING, ALLOCATION_NOT_LAST, ALLOCATION_TOUCHED (C3 then), POSTING_UNFINISHED,
 * REVERSAL_UNFINISHED.
 */
export const ReverseAllocation: CommandDefinition<Static<typeof ReverseAllocationBody>> = {
  name: "ReverseAllocation",
  schema: ReverseAllocationBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run({ pool, year, draft: asked, reason }) {
    const known = yield* gatherKnownPool(pool);
    if (!known.ok) return known;
    const state = known.value;
    const unfinished = unfinishedRefusal(state, year);
    if (unfinished) return unfinished;
    const found = listOf(state, pool, year, asked);
    if (!found.ok) return found;
    const { draft, parts, households, allocated: amount, on } = found.value;
    const header = dividendEvent("AllocationReversed", on, { pool, year, draft, parts, households, amount, reason });
    const answer = { pool, year, draft, households, amount };
    if (parts > PARTS_AT_ONCE_MAX) {
      const args = { pool, year: String(year), draft: String(draft), parts: String(parts) };
      const touched = touchedRefusal(draft, (yield* resolve<string | undefined>("touchedOfAllocation", args)) || undefined);
      if (touched) return touched;
      return ok({ writes: [{ stream: poolStream(pool), events: [header] }], answer: { ...answer, pendingParts: parts } });
    }
    const all = yield* gatherParts(
      pool,
      year,
      Array.from({ length: parts }, (_, part) => part),
    );
    const household = all.map(({ state: part }) => touchedHousehold(part, draft)).find((one) => one !== undefined);
    const touched = touchedRefusal(draft, household);
    if (touched) return touched;
    const { mark, writes } = reversalWrites(found.value, all, reason);
    return ok({ writes: [{ stream: poolStream(pool), events: [header, mark] }, ...writes], answer: { ...answer, pendingParts: 0 } });
  },
};

export const ReverseAllocationPartsBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    draft: Type.Integer({ minimum: 1 }),
    parts: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: PARTS_AT_ONCE_MAX }),
    reason: ReasonText,
  },
  closed,
);

/**
 * C1 of a long list (SYS, FIN-R): takes back parts of an allocation whose reversal is recorded; parts that are back are passed
 * over, so that a run that broke off is simply run again. A line that a division of its household moved in the meantime
 * stands and is counted in `kept`. Answer: `reversed`, `kept`, `pendingParts`. Refuses ALLOCATION_NOT_STANDING, LIST_PART_DIFFERS.
 */
export const ReverseAllocationParts: CommandDefinition<Static<typeof ReverseAllocationPartsBody>> = {
  name: "ReverseAllocationParts",
  schema: ReverseAllocationPartsBody,
  roles: ["SYS", "FIN-R"],
  postsInBookG: true,
  *run({ pool, year, draft, parts, reason }) {
    const state = yield* gatherPool(pool);
    const reversal = state.years.get(year)?.reversal;
    if (reversal?.draft !== draft) return refuse(errors.ALLOCATION_NOT_STANDING, { pool, year, draft }, { path: "/draft" });
    const unknown = parts.find((part) => part >= reversal.parts);
    if (unknown !== undefined) return refuse(errors.LIST_PART_DIFFERS, { part: unknown });
    const missing = [...new Set(parts)].filter((part) => !reversal.done.has(part));
    const pendingParts = reversal.parts - reversal.done.size - missing.length;
    const list = state.years.get(year)?.allocated.find((one) => one.draft === draft);
    if (missing.length === 0 || !list || !openReversal(state, year))
      return ok({ writes: [], answer: { reversed: 0, kept: 0, pendingParts } });
    const { mark, writes, kept } = reversalWrites(list, yield* gatherParts(pool, year, missing), reason);
    return ok({
      writes: [{ stream: poolStream(pool), events: [mark] }, ...writes],
      answer: { reversed: missing.length, kept, pendingParts },
    });
  },
};
