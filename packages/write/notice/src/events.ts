/* The entry for other packages: the events and the fold that follows from them. No rules. */
export { type IssuedNotice, type NoticeState, noticeFold, standingNotice } from "./evolve.ts";
export * from "./schema.ts";
