export type { ErrorEntry, ErrorKind } from "./catalogue.ts";
export { declareErrors, errorEntries, errorEntry, fillText } from "./catalogue.ts";
export type { Refusal, Result } from "./result.ts";
export { BrokenInvariant, invariant, ok, refuse } from "./result.ts";
