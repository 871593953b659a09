import { type Static, Type } from "typebox";

/*
 * 年终兑付 (domain 6.3): stream `year-end/{year}`. Posts nothing; every posting is made by the pools' and batches' own
 * commands. `run` counts the runs of the year from 1.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ format: "date" });
const Amount = Type.String({ pattern: "^\\d+\\.\\d{2}$" });
const Year = Type.Integer({ minimum: 1990, maximum: 2999 });
const Run = { year: Year, run: Type.Integer({ minimum: 1 }) };

/** One pool of the run; what is not said is as `DraftAllocation` has it. */
export const YearEndPool = Type.Object({
  pool: Id,
  /** What is distributed; default: the money in the pool when the list is drawn up. */
  total: Type.Optional(Amount),
  method: Type.Optional(Id),
  residueRule: Type.Optional(Id),
});
/** The form of the files that a bank takes (代发文件); `csv` where nothing else was agreed with it. */
export const YEAR_END_FORMATS = ["csv", "xlsx", "pain.001"] as const;
/** A bank that pays, with the rows that it takes in one file, and the file's form. */
export const YearEndBank = Type.Object({
  bank: Id,
  rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000 })),
  format: Type.Optional(Type.Enum([...YEAR_END_FORMATS])),
});

/** 年终兑付方案. The first bank is the agency bank: it pays whoever has no account with one of the others. */
export const YearEndOpened = Type.Object({
  ...Run,
  snapshot: DateText,
  pools: Type.Array(YearEndPool, { minItems: 1, maxItems: 1_000 }),
  banks: Type.Array(YearEndBank, { minItems: 1, maxItems: 50 }),
  publicity: Type.Object({ from: DateText, to: DateText, place: Type.Optional(Type.String({ maxLength: 200 })) }),
});
/** 公示上墙: the lists hang out on these days. */
export const YearEndPublicityConfirmed = Type.Object({
  ...Run,
  from: DateText,
  to: DateText,
  place: Type.Optional(Type.String({ maxLength: 200 })),
});
/** 审批: every list that hung out undisputed. */
export const YearEndListsApproved = Type.Object({ ...Run });
/** 同意分配到户 */
export const YearEndAllocationConfirmed = Type.Object({ ...Run });
/** 同意发放 (round 1) or 重付 (round 2 and more). */
export const YearEndPayoutConfirmed = Type.Object({ ...Run, round: Type.Integer({ minimum: 1 }) });
/** 出具告知书: the statements say what is known at this event. */
export const YearEndStatementsConfirmed = Type.Object({
  ...Run,
  issuedOn: DateText,
  largePrint: Type.Optional(Type.Boolean()),
  twoCopies: Type.Optional(Type.Boolean()),
});
/** 中止: nothing more is done; what is with a bank stays with it. */
export const YearEndCancelled = Type.Object({ ...Run, reason: Type.String({ minLength: 1, maxLength: 500 }) });
/** 归档完成: `indexHash` is the SHA-256 of the archive's SHA256SUMS, which names every file with its own. */
export const YearEndClosed = Type.Object({
  ...Run,
  statements: Type.Integer({ minimum: 0 }),
  files: Type.Integer({ minimum: 0 }),
  indexHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const yearEndRunEvents = {
  YearEndOpened,
  YearEndPublicityConfirmed,
  YearEndListsApproved,
  YearEndAllocationConfirmed,
  YearEndPayoutConfirmed,
  YearEndStatementsConfirmed,
  YearEndCancelled,
  YearEndClosed,
} as const;
export type YearEndEventType = keyof typeof yearEndRunEvents;
export type YearEndPayload<T extends YearEndEventType> = Static<(typeof yearEndRunEvents)[T]>;

export const yearEndStream = (year: number): string => `year-end/${year}`;
