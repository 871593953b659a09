import { Cutoff, Notice } from "@huimin/statement/events";
import { type Static, Type } from "typebox";

/** 贴息到账通知, 股权证, 贷款结清证明, 代发失败通知, 捐赠收据汇总, 光荣榜 */
export const NOTICE_KINDS = ["subsidy", "stake", "settlement", "payout-failure", "donation", "honour"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Whose a notice is: what its kind asks for, and nothing else. */
export const NOTICE_SUBJECTS: Readonly<Record<NoticeKind, { readonly of?: "household" | "loan" | "donor"; readonly year: boolean }>> = {
  subsidy: { of: "household", year: true },
  stake: { of: "household", year: false },
  settlement: { of: "loan", year: false },
  "payout-failure": { of: "household", year: true },
  donation: { of: "donor", year: true },
  honour: { year: true },
};

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** Sums of a notice that the verification page shows; more would not help to compare. */
export const SHOWN_MAX = 6;

export const NoticeSubject = {
  kind: Type.Enum([...NOTICE_KINDS]),
  household: Type.Optional(Id),
  loan: Type.Optional(Id),
  donor: Type.Optional(Id),
  /** Year that it tells of, where its kind is of a year. */
  year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })),
};

export const NoticeIssued = Type.Object({
  ...NoticeSubject,
  number: Type.String({ minLength: 1, maxLength: 120 }),
  title: Type.String({ minLength: 1, maxLength: 40 }),
  /** SHA-256 (hex) of the RFC 8785 form of all that is printed, names and a salt included. */
  contentHash: Hash,
  /** HMAC of what it says, without number and dates: the same again is the same paper. */
  said: Hash,
  cutoff: Cutoff,
  issuedOn: Type.String({ format: "date" }),
  notice: Notice,
  /** What the verification page shows of the paper: no name, no account. */
  shown: Type.Array(
    Type.Object({ item: Type.String({ minLength: 1, maxLength: 20 }), value: Type.String({ minLength: 1, maxLength: 80 }) }),
    { maxItems: SHOWN_MAX },
  ),
});

export const NoticeRevoked = Type.Object({ ...NoticeSubject, number: Type.String(), reason: Type.String({ maxLength: 200 }) });

export type NoticeIssued = Static<typeof NoticeIssued>;
export type NoticeRevoked = Static<typeof NoticeRevoked>;
export type NoticeOf = Pick<NoticeIssued, "kind" | "household" | "loan" | "donor" | "year">;

/** What a notice is of, in its number and in the name of its stream. */
export const subjectOf = ({ kind, household, loan, donor }: NoticeOf): string => household ?? loan ?? donor ?? kind;

export const noticeStream = (of: NoticeOf): string => `notice/${of.kind}:${subjectOf(of)}${of.year === undefined ? "" : `:${of.year}`}`;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const noticeEvents = { NoticeIssued, NoticeRevoked } as const;
