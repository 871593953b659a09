export { NOTICE_KINDS, type NoticeKind } from "@huimin/notice/events";
export { type NoticeContent, type NoticeSection, type NoticeTable, noticeCode, noticeHash, saidHash } from "./content.ts";
export { type NoticePage, noticePage, textsOfNotice } from "./page.ts";
export { createNoticePress } from "./press.ts";
