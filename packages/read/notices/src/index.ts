export { NOTICE_KINDS, type NoticeContent, type NoticeKind, type NoticeSection, type NoticeTable, noticeHash } from "./content.ts";
export { type NoticePage, noticePage, textsOfNotice } from "./page.ts";
export { createNoticePress } from "./press.ts";
