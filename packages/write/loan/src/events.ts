/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export * from "./evolve.ts";
export * from "./schema.ts";
