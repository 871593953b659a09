import { addDays, daysBetween, type IsoDate } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent, Gather, StreamWrite } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "../errors.ts";
import type { DraftState, PoolState } from "../evolve/pool.ts";
import { closed, DateField, EvidenceList, Id, ReasonText, YearField } from "../fields.ts";
import { dayOf, dividendEvent, gatherPool, type Refused } from "../shared.ts";
import { poolStream } from "../streams.ts";

/** Publicity at village and township lasts this many days at least, both ends counted (国开办发〔2018〕11号; domain 2.0). */
export const PUBLICITY_DAYS_MIN = 10;

const DraftField = Type.Optional(Type.Integer({ minimum: 1, description: "number of the draft; default: the last" }));
const Which = { pool: Id, year: YearField, draft: DraftField, valueDate: Type.Optional(DateField) };
type Which = { readonly pool: string; readonly year: number; readonly draft?: number | undefined };

export interface FoundDraft {
  readonly state: PoolState;
  readonly draft: DraftState;
}

/** The last draft of a pool and year, complete. Refuses DRAFT_MISSING, DRAFT_INCOMPLETE; another number was superseded. */
export function* gatherDraftOf(which: Which): Gather<Result<FoundDraft, Refusal>> {
  const { pool, year } = which;
  const state = yield* gatherPool(pool);
  const draft = state.years.get(year)?.current;
  if (!draft || (which.draft !== undefined && which.draft !== draft.header.draft)) return refuse(errors.DRAFT_MISSING, { pool, year });
  const { parts } = draft.header;
  if (draft.parts.size < parts) return refuse(errors.DRAFT_INCOMPLETE, { recorded: draft.parts.size, parts });
  return ok({ state, draft });
}

const keyOf = ({ header: { pool, year, draft } }: DraftState) => ({ pool, year, draft });
const written = (pool: string, event: DomainEvent): StreamWrite[] => [{ stream: poolStream(pool), events: [event] }];
const STATUS_ZH = {
  drafting: "拟定中",
  drafted: "拟定",
  published: "公示",
  approved: "批准",
  allocated: "分配",
  reversed: "冲销",
} as const;
const closedRefusal = ({ header, status }: DraftState): Refused =>
  refuse(errors.DRAFT_CLOSED, { draft: header.draft, status: STATUS_ZH[status] });

export const PostPublicityBody = Type.Object(
  {
    ...Which,
    place: Type.Optional(ReasonText),
    from: DateField,
    to: Type.Unsafe<string>({ ...DateField, description: "the last day, counted" }),
    evidence: Type.Optional(EvidenceList),
  },
  closed,
);

/**
 * 公示 (VIL): the last draft hangs out from `from` to `to`, the last day; ten days at least. Refuses PUBLICITY_TOO_SHORT,
 * DRAFT_MISSING, DRAFT_INCOMPLETE, DRAFT_CLOSED, and days before the draft.
 */
export const PostPublicity: CommandDefinition<Static<typeof PostPublicityBody>> = {
  name: "PostPublicity",
  schema: PostPublicityBody,
  roles: ["VIL"],
  postsInBookG: false,
  *run({ place = "村公示栏", from, to, evidence = [], valueDate, ...which }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const days = [dayOf(from, context, "/from"), dayOf(to, context, "/to")];
    for (const one of days) if (!one.ok) return one;
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { draft } = found.value;
    if (draft.status !== "drafted" && draft.status !== "published") return closedRefusal(draft);
    if (to < addDays(from, PUBLICITY_DAYS_MIN - 1)) return refuse(errors.PUBLICITY_TOO_SHORT, { from, to, days: PUBLICITY_DAYS_MIN });
    if (from < draft.draftedOn) return refuse(errors.DIVIDEND_DATE_INVALID, { dates: `${from} < ${draft.draftedOn}` }, { path: "/from" });
    const { listHash } = draft.header;
    const event = dividendEvent("PublicityPosted", day.value, { ...keyOf(draft), place, from, to, evidence, listHash });
    return ok({
      writes: written(which.pool, event),
      answer: { ...keyOf(draft), from, to, days: daysBetween(from, to) + 1, listHash },
    });
  },
};

const OptionalYear = { pool: Id, year: Type.Optional(YearField), draft: DraftField, valueDate: Type.Optional(DateField) };
export const FileObjectionBody = Type.Object({ ...OptionalYear, household: Id, text: Type.Optional(ReasonText) }, closed);

/** The draft that hangs out: of the year named, or the last of the pool. */
function* gatherPublished(command: {
  pool: string;
  year?: number | undefined;
  draft?: number | undefined;
}): Gather<Result<FoundDraft, Refusal>> {
  const { pool, draft } = command;
  const { years } = yield* gatherPool(pool);
  const published = [...years].filter(([, { current }]) => current.status === "published").map(([year]) => year);
  const year = command.year ?? (published.length > 0 ? Math.max(...published) : Math.max(0, ...years.keys()));
  const found = yield* gatherDraftOf({ pool, year, draft });
  if (!found.ok || found.value.draft.status === "published") return found;
  const { status, header } = found.value.draft;
  return status === "drafted" ? refuse(errors.DRAFT_NOT_PUBLISHED, { draft: header.draft }) : closedRefusal(found.value.draft);
}

/** 异议 (VIL), for anybody in the village. Refuses DRAFT_NOT_PUBLISHED, DRAFT_CLOSED. Answer: its number `objection`. */
export const FileObjection: CommandDefinition<Static<typeof FileObjectionBody>> = {
  name: "FileObjection",
  schema: FileObjectionBody,
  roles: ["VIL", "OFFICE"],
  postsInBookG: false,
  *run({ household, text, valueDate, ...command }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherPublished(command);
    if (!found.ok) return found;
    const { draft } = found.value;
    const key = keyOf(draft);
    const objection = `${key.year}-${key.draft}-${draft.objections.length + 1}`;
    const event = dividendEvent("ObjectionFiled", day.value, {
      ...key,
      objection,
      household,
      ...(text === undefined ? {} : { text }),
    });
    return ok({ writes: written(command.pool, event), answer: { ...key, objection } });
  },
};

export const ResolveObjectionBody = Type.Object(
  {
    ...OptionalYear,
    objection: Type.Optional(Id),
    household: Type.Optional(Id),
    result: Type.Union([Type.Literal("dismissed"), Type.Literal("upheld")]),
    reason: Type.Optional(ReasonText),
  },
  closed,
);

/** 异议处理 (POV): by number, or the oldest open one of the household. An upheld one needs a new draft. Refuses OBJECTION_UNKNOWN. */
export const ResolveObjection: CommandDefinition<Static<typeof ResolveObjectionBody>> = {
  name: "ResolveObjection",
  schema: ResolveObjectionBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ objection: number, household, result, reason, valueDate, ...command }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherPublished(command);
    if (!found.ok) return found;
    const { draft } = found.value;
    const open = draft.objections.find(
      (one) =>
        one.result === "open" &&
        (number === undefined || one.objection === number) &&
        (household === undefined || one.household === household),
    );
    if (!open) return refuse(errors.OBJECTION_UNKNOWN, { pool: command.pool, household: household ?? number ?? "–" });
    const { objection } = open;
    const event = dividendEvent("ObjectionResolved", day.value, {
      ...keyOf(draft),
      objection,
      household: open.household,
      result,
      ...(reason === undefined ? {} : { reason }),
    });
    return ok({ writes: written(command.pool, event), answer: { ...keyOf(draft), objection, result } });
  },
};

/** OBJECTION_OPEN, OBJECTION_UPHELD, PUBLICITY_NOT_FINISHED: what stands between a publicised list and its approval on a day. */
export function approvalRefusal({ header, publicity, objections }: DraftState, on: IsoDate): Refused | undefined {
  if (!publicity || on <= publicity.to) return refuse(errors.PUBLICITY_NOT_FINISHED, { to: publicity?.to ?? "–", on });
  const open = objections.find(({ result }) => result === "open");
  if (open) return refuse(errors.OBJECTION_OPEN, { objection: open.objection });
  const upheld = objections.find(({ result }) => result === "upheld");
  return upheld ? refuse(errors.OBJECTION_UPHELD, { objection: upheld.objection, draft: header.draft }) : undefined;
}

export const ApproveAllocationBody = Type.Object(
  { ...Which, listHash: Type.Optional(Type.String({ pattern: "^[0-9a-f]{64}$", description: "hash of the list that is approved" })) },
  closed,
);

/**
 * 审批 (FIN-R): exactly the publicised list, after its last day, with every objection dismissed. Refuses
 * PUBLICITY_NOT_FINISHED, OBJECTION_OPEN, OBJECTION_UPHELD, DRAFT_MISSING, DRAFT_CLOSED, and LIST_SUM_DIFFERS when `listHash` is
 * another list's.
 */
export const ApproveAllocation: CommandDefinition<Static<typeof ApproveAllocationBody>> = {
  name: "ApproveAllocation",
  schema: ApproveAllocationBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run({ listHash: expected, valueDate, ...which }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { draft } = found.value;
    if (draft.status === "approved" || draft.status === "allocated") return closedRefusal(draft);
    const early = approvalRefusal(draft, day.value);
    if (early) return early;
    const { listHash, total, allocated } = draft.header;
    if (expected !== undefined && expected !== listHash) return refuse(errors.LIST_SUM_DIFFERS, { found: expected, expected: listHash });
    const event = dividendEvent("AllocationApproved", day.value, { ...keyOf(draft), listHash, total, allocated });
    return ok({ writes: written(which.pool, event), answer: { ...keyOf(draft), listHash, total, allocated } });
  },
};
