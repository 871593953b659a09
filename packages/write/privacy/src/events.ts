/* The entry for other packages: the events, and the fold that follows from them. No rules. */
export type { PrivacyState, Restriction, Shredding } from "./evolve.ts";
export { privacyFold } from "./evolve.ts";
export * from "./schema.ts";
