export { errors as noticeErrors } from "./errors.ts";
export { makeNotice } from "./notices.ts";
export { type NoticeRouteOptions, noticeRoutes } from "./routes.ts";
export type { NoticeQuestion, NoticesOptions } from "./types.ts";
