export { errors as noticeErrors } from "./errors.ts";
export { issueNotice, type OpenedNotice, openNotice, type SendNotice } from "./issue.ts";
export { makeNotice, makingNow, noticeOf } from "./notices.ts";
export { type NoticeRouteOptions, noticeRoutes } from "./routes.ts";
export type { MadeNotice, NoticeQuestion, NoticesOptions } from "./types.ts";
