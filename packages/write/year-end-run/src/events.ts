/* The entry for other packages: the events, and the folds that follow from them. No rules. */
export { type Decided, isOver, lastRun, runName, type YearEndRun, type YearEndState, yearEndFold } from "./evolve.ts";
export * from "./schema.ts";
