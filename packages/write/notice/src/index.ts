export { IssueNotice, IssueNoticeBody, noticeCommands, RevokeNotice, RevokeNoticeBody } from "./commands.ts";
export { issueNotice, revokeNotice } from "./decide.ts";
export { errors as noticeErrors } from "./errors.ts";
export * from "./events.ts";
