import { Type } from "typebox";

/*
 * What hung out where, and what shows it (公示, domain 6.2): events of the stream `dividend/{pool}` beside PublicityPosted.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Draft = { pool: Id, year: Type.Integer({ minimum: 1990, maximum: 2999 }), draft: Type.Integer({ minimum: 1 }) };

/** One village's sheet of a list: `contentHash` is over everything that it says, names included, with a salt. */
export const Board = Type.Object({ village: Id, households: Type.Integer({ minimum: 1 }), amount: Amount, contentHash: Hash });

/** What every sheet of a list says besides its lines: 监督电话, 制表 and 审核. */
export const PublicityNotice = Type.Object({
  phones: Type.Array(Type.String({ minLength: 3, maxLength: 20 }), { minItems: 1, maxItems: 4 }),
  maker: Type.String({ minLength: 1, maxLength: 30 }),
  reviewer: Type.String({ minLength: 1, maxLength: 30 }),
});

/** 到户公示表: the sheets of a list that is publicised, one a village, before they are printed or put on the web. */
export const PublicityBoardsMade = Type.Object({
  ...Draft,
  /** Of the list that is publicised. */
  listHash: Type.String(),
  /** Position of the PublicityPosted that they belong to; what they say is as known there. */
  posted: Type.Integer({ minimum: 1 }),
  from: Type.String({ format: "date" }),
  to: Type.String({ format: "date" }),
  boards: Type.Array(Board),
  notice: PublicityNotice,
});

/** 公示照片: a photograph of the board by its hash; the picture itself stays with the office. */
export const PublicityEvidenceRecorded = Type.Object({
  ...Draft,
  kind: Type.Union([Type.Literal("start"), Type.Literal("end"), Type.Literal("other")]),
  village: Type.Optional(Id),
  hash: Hash,
  title: Type.String(),
  takenOn: Type.String({ format: "date" }),
});

export const publicityEvents = { PublicityBoardsMade, PublicityEvidenceRecorded } as const;
