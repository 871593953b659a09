export * from "./commands.ts";
export { BORROWER_AGE_MAX, BORROWER_AGE_MIN, PRODUCTIVE_PURPOSES } from "./decide/approval.ts";
export { latestExtension } from "./decide/extension.ts";
export { errors as loanErrors } from "./errors.ts";
export { idempotencyKeysOf, type MessageKey, ownSerialOf } from "./idempotency.ts";
