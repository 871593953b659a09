import type { CommandDefinition, DomainEvent, StreamWrite } from "@huimin/decider";
import { fen, formatAmount, parseAmount, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { mayReceive } from "../eligibility.ts";
import { hashOfList } from "../engine/list-hash.ts";
import { isWeight } from "../engine/weights.ts";
import { errors } from "../errors.ts";
import type { DraftState } from "../evolve/pool.ts";
import { AmountText, closed, DateField, Id, MethodField, ReasonText, ResidueRuleField, WeightText, YearField } from "../fields.ts";
import { amountOf, dayOf, dividendEvent, gatherKnownPool, gatherPool, type Refused } from "../shared.ts";
import { gatherCircle, gatherStandings, STANDINGS_ASKED_MAX } from "../standing.ts";
import { entitlementStream, PART_HOUSEHOLDS_MAX, partOf, poolStream } from "../streams.ts";
import { fundsRefusal, nextDraft, partSummary, unfinishedRefusal } from "./draft.ts";

/*
 * A list of any length (D3), in three steps that a runner can break off and take up again: the header says what the
 * list is (BeginAllocationList), its lines follow in parts (RecordAllocationParts), and when the last part is in, the sums and
 * the hash of the whole must be the header's: only then can it be publicised. The header comes first, because it is
 * decided once, on the pool as it is; a part can't change it and is refused when it does not fit.
 */

/** Parts of one command: about as many lines as a short list has. */
export const PARTS_RECORDED_MAX = 10;

export const BeginAllocationListBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    method: MethodField,
    residueRule: ResidueRuleField,
    snapshot: Type.Optional(DateField),
    total: AmountText,
    allocated: AmountText,
    carried: Type.String({ pattern: "^\\d+\\.\\d{2}$" }),
    households: Type.Integer({ minimum: 1 }),
    parts: Type.Integer({ minimum: 1, maximum: 20_000 }),
    listHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    advance: Type.Optional(Type.Boolean()),
    minutes: Type.Optional(ReasonText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 分配方案拟定 of a long list (FIN-M): its header. A draft with the same hash that is being recorded is taken up again (answer:
 * its number and the parts that are still missing). Refuses POOL_UNKNOWN, ABOVE_FUNDS_RECEIVED, LIST_SUM_DIFFERS.
 */
export const BeginAllocationList: CommandDefinition<Static<typeof BeginAllocationListBody>> = {
  name: "BeginAllocationList",
  schema: BeginAllocationListBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run({ valueDate, snapshot, ...list }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const state = yield* gatherKnownPool(list.pool);
    if (!state.ok) return state;
    const current = state.value.years.get(list.year)?.current;
    if (current && current.status === "drafting" && current.header.listHash === list.listHash)
      return ok({ writes: [], answer: { draft: current.header.draft, missingParts: missingParts(current) } });
    const unfinished = unfinishedRefusal(state.value, list.year);
    if (unfinished) return unfinished;
    const total = amountOf(list.total, "/total");
    if (!total.ok) return total;
    if (fen(list.allocated) + fen(list.carried) !== total.value)
      return refuse(errors.LIST_SUM_DIFFERS, { found: list.allocated, expected: list.total }, { path: "/allocated" });
    const short = fundsRefusal(state.value, total.value, list.advance);
    if (short) return short;
    const { pool, year, ...header } = list;
    const key = { pool, year, draft: nextDraft(state.value, year) };
    const event = dividendEvent("AllocationDrafted", day.value, {
      ...key,
      ...header,
      snapshot: snapshot ?? day.value,
      weightsFrom: "given",
    });
    return ok({
      writes: [{ stream: poolStream(pool), events: [event] }],
      answer: { draft: key.draft, missingParts: Array.from({ length: header.parts }, (_, part) => part) },
    });
  },
};

const missingParts = ({ header, parts }: DraftState): number[] =>
  Array.from({ length: header.parts }, (_, part) => part).filter((part) => !parts.has(part));

const LineField = Type.Object({ household: Id, weight: WeightText, amount: AmountText }, closed);
export const RecordAllocationPartsBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    draft: Type.Integer({ minimum: 1 }),
    parts: Type.Array(
      Type.Object({ part: Type.Integer({ minimum: 0 }), lines: Type.Array(LineField, { maxItems: 2 * PART_HOUSEHOLDS_MAX }) }, closed),
      { minItems: 1, maxItems: PARTS_RECORDED_MAX },
    ),
    valueDate: Type.Optional(DateField),
  },
  closed,
);
type PartBody = Static<typeof RecordAllocationPartsBody>["parts"][number];

/** A part that doesn't belong to the draft, or holds a line that no list has. */
function partRefusal({ header }: DraftState, { part, lines }: PartBody): Refused | undefined {
  if (part >= header.parts) return refuse(errors.LIST_PART_DIFFERS, { part });
  const seen = new Set<string>();
  for (const { household, weight, amount } of lines) {
    if (seen.has(household)) return refuse(errors.LIST_HOUSEHOLD_TWICE, { household });
    if (partOf(household, header.parts) !== part) return refuse(errors.LIST_PART_DIFFERS, { part });
    if (!isWeight(weight)) return refuse(errors.LIST_WEIGHTS_INVALID, { household, weight });
    if (parseAmount(amount) === undefined) return refuse(errors.DIVIDEND_AMOUNT_INVALID, { amount });
    seen.add(household);
  }
  return undefined;
}

/** The last part is in: the parts together are what the header says. */
function completeRefusal(draft: DraftState, summaries: readonly ReturnType<typeof partSummary>[]): Refused | undefined {
  const { header } = draft;
  const parts = new Map([...draft.parts].map(([part, { amount, ...rest }]) => [part, { ...rest, amount: formatAmount(amount) }]));
  for (const { part, ...summary } of summaries) parts.set(part, summary);
  if (parts.size < header.parts) return undefined;
  const all = Array.from({ length: header.parts }, (_, part) => parts.get(part));
  const allocated = formatAmount(sumFen(all.map((one) => fen(one?.amount ?? "0.00"))));
  if (allocated !== header.allocated) return refuse(errors.LIST_SUM_DIFFERS, { found: allocated, expected: header.allocated });
  const households = all.reduce((sum, one) => sum + (one?.households ?? 0), 0);
  if (households !== header.households) return refuse(errors.LIST_SUM_DIFFERS, { found: households, expected: header.households });
  const hash = hashOfList(all.map((one) => one?.hash ?? ""));
  return hash === header.listHash ? undefined : refuse(errors.LIST_SUM_DIFFERS, { found: hash, expected: header.listHash });
}

/**
 * Lines of a long list (FIN-M). Parts that are recorded are passed over when they are the same, so that a run may be
 * repeated. Every household must be eligible on the snapshot date. Answer: `recorded`, `missingParts`. Refuses LIST_PART_DIFFERS,
 * LIST_SUM_DIFFERS (with the last part), NOT_ELIGIBLE_ON_SNAPSHOT, DRAFT_MISSING, DRAFT_CLOSED and malformed lines.
 */
export const RecordAllocationParts: CommandDefinition<Static<typeof RecordAllocationPartsBody>> = {
  name: "RecordAllocationParts",
  schema: RecordAllocationPartsBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run({ pool, year, draft: number, parts, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const state = yield* gatherPool(pool);
    const draft = state.years.get(year)?.current;
    if (!draft || draft.header.draft !== number) return refuse(errors.DRAFT_MISSING, { pool, year });
    const summaries: ReturnType<typeof partSummary>[] = [];
    const fresh: PartBody[] = [];
    for (const body of parts) {
      const wrong = partRefusal(draft, body);
      if (wrong) return wrong;
      const summary = partSummary(
        body.part,
        body.lines.map((line) => ({ ...line, village: "" })),
      );
      const known = draft.parts.get(body.part);
      if (known && known.hash !== summary.hash) return refuse(errors.LIST_PART_DIFFERS, { part: body.part });
      if (known) continue;
      summaries.push(summary);
      fresh.push(body);
    }
    if (fresh.length === 0) return ok({ writes: [], answer: { draft: number, recorded: 0, missingParts: missingParts(draft).length } });
    if (draft.status !== "drafting") return refuse(errors.DRAFT_CLOSED, { draft: number, status: "拟定" });
    const incomplete = completeRefusal(draft, summaries);
    if (incomplete) return incomplete;
    const households = fresh.flatMap(({ lines }) => lines.map(({ household }) => household));
    const standings = new Map<string, { readonly village: string }>();
    const circle = yield* gatherCircle(state, pool, year, draft.header.snapshot);
    for (let from = 0; from < households.length; from += STANDINGS_ASKED_MAX) {
      const asked = households.slice(from, from + STANDINGS_ASKED_MAX);
      const found = yield* gatherStandings(asked, circle.on);
      const other = asked.find((household) => !mayReceive(circle, household, found.get(household)));
      if (other !== undefined) return refuse(errors.NOT_ELIGIBLE_ON_SNAPSHOT, { household: other, on: circle.on });
      for (const [household, standing] of found) standings.set(household, standing);
    }
    const key = { pool, year, draft: number };
    const mark: DomainEvent = dividendEvent("AllocationPartsDrafted", day.value, { ...key, parts: summaries });
    const writes: StreamWrite[] = [{ stream: poolStream(pool), events: [mark] }];
    for (const { part, lines } of fresh) {
      if (lines.length === 0) continue;
      const rows = lines.map((line) => ({ ...line, village: standings.get(line.household)?.village ?? "" }));
      const event = dividendEvent("AllocationLinesDrafted", day.value, { ...key, part, lines: rows });
      writes.push({ stream: entitlementStream(pool, year, part), events: [event], expect: "any" });
    }
    const left = missingParts(draft).length - fresh.length;
    return ok({ writes, answer: { draft: number, recorded: fresh.length, missingParts: left } });
  },
};
