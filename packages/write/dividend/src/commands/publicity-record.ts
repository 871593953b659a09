import type { CommandDefinition } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "../errors.ts";
import { AmountText, closed, DateField, Id, ReasonText, YearField } from "../fields.ts";
import { PublicityNotice } from "../schema-publicity.ts";
import { dayOf, dividendEvent } from "../shared.ts";
import { poolStream } from "../streams.ts";
import { gatherDraftOf } from "./publicity.ts";

/* What hung out, as a record: the sheets of the villages by their content, and the photographs of the board. */

const HashField = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256, hex" });
const Which = {
  pool: Id,
  year: YearField,
  draft: Type.Optional(Type.Integer({ minimum: 1, description: "number of the draft; default: the last" })),
  valueDate: Type.Optional(DateField),
};

/** Villages of one list at most: more than a district has. */
export const BOARDS_MAX = 2_000;

export const RecordPublicityBoardsBody = Type.Object(
  {
    ...Which,
    posted: Type.Integer({ minimum: 1, description: "position of the publicity that they belong to" }),
    boards: Type.Array(
      Type.Object({ village: Id, households: Type.Integer({ minimum: 1 }), amount: AmountText, contentHash: HashField }, closed),
      { minItems: 1, maxItems: BOARDS_MAX },
    ),
    notice: PublicityNotice,
  },
  closed,
);

/**
 * 到户公示表 (VIL, OFFICE, SYS; no posting): the sheets of the last list, which is publicised. They add up to it. Refuses
 * DRAFT_NOT_PUBLISHED, PUBLICITY_BOARDS_DIFFER, PUBLICITY_BOARDS_MADE. Answer: `boards`, how many.
 */
export const RecordPublicityBoards: CommandDefinition<Static<typeof RecordPublicityBoardsBody>> = {
  name: "RecordPublicityBoards",
  schema: RecordPublicityBoardsBody,
  roles: ["VIL", "OFFICE", "POV", "SYS"],
  postsInBookG: false,
  *run({ posted, boards, notice, valueDate, ...which }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { header, publicity } = found.value.draft;
    const { draft, households, allocated, listHash } = header;
    if (!publicity) return refuse(errors.DRAFT_NOT_PUBLISHED, { draft });
    if (publicity.boards) return refuse(errors.PUBLICITY_BOARDS_MADE, { draft });
    const villages = new Set(boards.map(({ village }) => village));
    const count = boards.reduce((sum, board) => sum + board.households, 0);
    const amount = formatAmount(sumFen(boards.map((board) => fen(board.amount))));
    if (villages.size !== boards.length || count !== households || amount !== allocated)
      return refuse(errors.PUBLICITY_BOARDS_DIFFER, { households: count, amount, listed: households, allocated }, { path: "/boards" });
    const { pool, year } = which;
    const { from, to } = publicity;
    const event = dividendEvent("PublicityBoardsMade", day.value, { pool, year, draft, listHash, posted, from, to, boards, notice });
    return ok({ writes: [{ stream: poolStream(pool), events: [event] }], answer: { pool, year, draft, boards: boards.length } });
  },
};

export const RecordPublicityEvidenceBody = Type.Object(
  {
    ...Which,
    kind: Type.Union([Type.Literal("start"), Type.Literal("end"), Type.Literal("other")], {
      description: "first day, last day or another photograph of the board",
    }),
    village: Type.Optional(Id),
    hash: HashField,
    title: ReasonText,
    takenOn: DateField,
  },
  closed,
);

/**
 * 公示照片 (VIL, OFFICE): a photograph by its hash, of a list that hangs or hung out. Refuses DRAFT_NOT_PUBLISHED,
 * PUBLICITY_EVIDENCE_KNOWN, PUBLICITY_EVIDENCE_DATE (before the first day, after today, or an end photograph before the last day).
 */
export const RecordPublicityEvidence: CommandDefinition<Static<typeof RecordPublicityEvidenceBody>> = {
  name: "RecordPublicityEvidence",
  schema: RecordPublicityEvidenceBody,
  roles: ["VIL", "OFFICE"],
  postsInBookG: false,
  *run({ kind, village, hash, title, takenOn, valueDate, ...which }, context) {
    const [day, taken] = [dayOf(valueDate, context), dayOf(takenOn, context, "/takenOn")];
    for (const one of [day, taken]) if (!one.ok) return one;
    const today = dayOf(undefined, context);
    const found = yield* gatherDraftOf(which);
    if (!found.ok) return found;
    const { header, publicity } = found.value.draft;
    if (!publicity) return refuse(errors.DRAFT_NOT_PUBLISHED, { draft: header.draft });
    if (publicity.evidence.includes(hash)) return refuse(errors.PUBLICITY_EVIDENCE_KNOWN, { hash: hash.slice(0, 8) }, { path: "/hash" });
    const { from, to } = publicity;
    if (takenOn < (kind === "end" ? to : from) || (today.ok && takenOn > today.value))
      return refuse(errors.PUBLICITY_EVIDENCE_DATE, { takenOn, from, to }, { path: "/takenOn" });
    const { pool, year, draft } = header;
    const named = village === undefined ? {} : { village };
    const event = dividendEvent("PublicityEvidenceRecorded", day.ok ? day.value : takenOn, {
      ...{ pool, year, draft, kind, hash, title, takenOn },
      ...named,
    });
    return ok({ writes: [{ stream: poolStream(pool), events: [event] }], answer: { pool, year, draft, kind, hash } });
  },
};
