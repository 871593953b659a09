/* The entry for other packages: the events, and the folds that follow from them. No rules. */
export { type BankFileState, type BankStatementState, bankFileFold, bankStatementFold, statementLines } from "./evolve.ts";
export * from "./schema.ts";
