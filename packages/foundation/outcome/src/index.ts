export { BrokenInvariant, invariant, ok, refuse } from "./result.ts";
export type { Refusal, Result } from "./result.ts";
export { declareErrors, errorEntries, errorEntry, fillText } from "./catalogue.ts";
export type { ErrorEntry, ErrorKind } from "./catalogue.ts";
