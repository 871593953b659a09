import { type Static, Type } from "typebox";
import { ChangedLine, StatementFigures } from "./figures.ts";

/*
 * 年度告知书 (domain 2.0 D12, 6.1). Stream `statement/{household}`. The event holds all that was printed: the figures in
 * clear, what names the household sealed under the holder's key, so that the paper can be made again byte for byte.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ format: "date" });
const Instant = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$" });
const Sealed = Type.String({ pattern: "^sealed:", description: "ciphertext under the person's key" });

/** 数据截止: everything recorded up to this position of the log, and when that was. */
export const Cutoff = Type.Object({ position: Type.Integer({ minimum: 0 }), recordedAt: Instant });

/** What is printed for every household of a run. */
export const Notice = Type.Object({
  /** 中站区 */
  district: Type.String({ minLength: 1, maxLength: 20 }),
  /** 中站区财政局 */
  issuer: Type.String({ minLength: 1, maxLength: 30 }),
  /** 扶贫资金专用章 */
  seal: Type.String({ minLength: 1, maxLength: 20 }),
  /** 中站扶红 */
  prefix: Type.String({ minLength: 1, maxLength: 12 }),
  /** 监督电话 */
  phones: Type.Array(Type.String({ minLength: 3, maxLength: 20 }), { minItems: 1, maxItems: 4 }),
  objectionDays: Type.Integer({ minimum: 1, maximum: 90 }),
  /** Origin of the public verification page (验真): in the QR code and in words; absent where the district has none. */
  verifyAt: Type.Optional(Type.String({ pattern: "^https?://[^/\\s]+$", maxLength: 80 })),
});

export const StatementIssued = Type.Object({
  household: Id,
  year: Type.Integer(),
  number: Type.String(),
  /** 0: the statement; n: supplement -补n */
  supplement: Type.Integer({ minimum: 0 }),
  /** SHA-256 (hex) of the RFC 8785 form of what is printed: household, year, cut-off, issue date, notice, basics, figures. */
  contentHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  cutoff: Cutoff,
  issuedOn: DateText,
  notice: Notice,
  figures: StatementFigures,
  /** The person under whose key `basics` are sealed: the head of the household. */
  holder: Id,
  /** 户基本情况 as printed, JSON, sealed. */
  basics: Sealed,
  /** Of a supplement: the figures that are not as they were said before. */
  changed: Type.Optional(Type.Array(ChangedLine)),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
});

export type StatementIssued = Static<typeof StatementIssued>;
export type Cutoff = Static<typeof Cutoff>;
export type Notice = Static<typeof Notice>;

export const statementStream = (household: string): string => `statement/${household}`;

/** 编号: 中站扶红〔2018〕410803010207-0031, with -补n for a supplement. One per household and year, never used again. */
export const statementNumber = (prefix: string, year: number, household: string, supplement: number): string =>
  `${prefix}〔${year}〕${household}${supplement === 0 ? "" : `-补${supplement}`}`;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const statementEvents = { StatementIssued } as const;
