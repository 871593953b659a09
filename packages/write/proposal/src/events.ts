/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export { type ProposalState, proposalFold, proposalStream } from "./evolve.ts";
export * from "./schema.ts";
