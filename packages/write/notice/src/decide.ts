import { shanghaiDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type NoticeState, standingNotice } from "./evolve.ts";
import { NOTICE_SUBJECTS, type NoticeIssued, type NoticeOf, type NoticeRevoked } from "./schema.ts";

const FIELDS = ["household", "loan", "donor"] as const;

/** Refuses NOTICE_SUBJECT_WRONG: two streams for one paper would hide that it is superseded. */
export function checkSubject(of: NoticeOf): Result<NoticeOf, Refusal> {
  const wanted = NOTICE_SUBJECTS[of.kind];
  const right = FIELDS.every((field) => (of[field] !== undefined) === (field === wanted.of)) && (of.year !== undefined) === wanted.year;
  if (right) return ok(of);
  const names = [...(wanted.of === undefined ? [] : [wanted.of]), ...(wanted.year ? ["year"] : [])].join(" + ");
  return refuse(errors.NOTICE_SUBJECT_WRONG, { kind: of.kind, wanted: names });
}

/**
 * 出具: a notice, or the one that takes the place of the last. Refuses NOTICE_UNCHANGED, NOTICE_CUTOFF_OLDER (a number
 * ends with the cut-off's position and is never used again), NOTICE_CUTOFF_AHEAD.
 */
export function issueNotice(state: NoticeState, issue: NoticeIssued): Result<DomainEvent<"NoticeIssued", NoticeIssued>, Refusal> {
  const cutoff = shanghaiDate(issue.cutoff.recordedAt);
  if (issue.issuedOn < cutoff) return refuse(errors.NOTICE_CUTOFF_AHEAD, { issuedOn: issue.issuedOn, cutoff }, { path: "/issuedOn" });
  const standing = standingNotice(state);
  if (standing?.said === issue.said) return refuse(errors.NOTICE_UNCHANGED, { number: standing.number });
  const last = state.issued.at(-1);
  const { position } = issue.cutoff;
  if (last && position <= last.cutoff.position)
    return refuse(errors.NOTICE_CUTOFF_OLDER, { position, number: last.number, last: last.cutoff.position }, { path: "/cutoff" });
  return ok({ type: "NoticeIssued", valueDate: issue.issuedOn, payload: issue });
}

/** 作废: a notice that should not have been given. Refuses NOTICE_UNKNOWN, NOTICE_REVOKED_BEFORE. */
export function revokeNotice(
  state: NoticeState,
  revocation: NoticeRevoked,
  on: string,
): Result<DomainEvent<"NoticeRevoked", NoticeRevoked>, Refusal> {
  const { number } = revocation;
  const issued = state.issued.find((one) => one.number === number);
  if (!issued) return refuse(errors.NOTICE_UNKNOWN, { number }, { path: "/number" });
  if (issued.revoked !== undefined) return refuse(errors.NOTICE_REVOKED_BEFORE, { number });
  return ok({ type: "NoticeRevoked", valueDate: on, payload: revocation });
}
