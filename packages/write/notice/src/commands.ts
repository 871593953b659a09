import { shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, load, type Role } from "@huimin/decider";
import { ok } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { checkSubject, issueNotice, revokeNotice } from "./decide.ts";
import { noticeFold } from "./evolve.ts";
import { NoticeIssued, NoticeSubject, noticeStream } from "./schema.ts";

const closed = { additionalProperties: false } as const;
/** The office that answers for what the paper says, and the poverty office for donors and the roll. */
const ISSUERS: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV"];

export const IssueNoticeBody = Type.Object(NoticeIssued.properties, closed);

/**
 * 出具通知、证明 (no posting). What it says comes from the notice service, which reads the log up to the cut-off. Answer:
 * `number`. Refuses NOTICE_SUBJECT_WRONG, NOTICE_UNCHANGED, NOTICE_CUTOFF_OLDER, NOTICE_CUTOFF_AHEAD.
 */
export const IssueNotice: CommandDefinition<Static<typeof IssueNoticeBody>> = {
  name: "IssueNotice",
  schema: IssueNoticeBody,
  roles: ISSUERS,
  postsInBookG: false,
  *run(command) {
    const subject = checkSubject(command);
    if (!subject.ok) return subject;
    const { stream, state } = yield* load(noticeStream(command), noticeFold);
    const decided = issueNotice(state, command);
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: [decided.value] }], answer: { number: command.number } });
  },
};

export const RevokeNoticeBody = Type.Object(
  { ...NoticeSubject, number: NoticeIssued.properties.number, reason: Type.String({ minLength: 2, maxLength: 200 }) },
  closed,
);

/** 作废 (FIN-R): a notice that should not have been given. Refuses NOTICE_UNKNOWN, NOTICE_REVOKED_BEFORE. */
export const RevokeNotice: CommandDefinition<Static<typeof RevokeNoticeBody>> = {
  name: "RevokeNotice",
  schema: RevokeNoticeBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, { recordedAt }) {
    const subject = checkSubject(command);
    if (!subject.ok) return subject;
    const { stream, state } = yield* load(noticeStream(command), noticeFold);
    const decided = revokeNotice(state, command, shanghaiDate(recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: [decided.value] }], answer: { number: command.number } });
  },
};

/** Every command of this package. */
export const noticeCommands: readonly CommandDefinition[] = [IssueNotice, RevokeNotice];
