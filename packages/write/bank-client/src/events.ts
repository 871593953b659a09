/* The entry for other packages: the events, the folds that follow from them, and what the words mean. No rules. */
export {
  type BankAccess,
  bankAccessFold,
  type ClientState,
  type ClientTerms,
  type ExpiringKey,
  expiringKeys,
  type KeyState,
  type KeyStatus,
  keyStatusOn,
} from "./evolve.ts";
export { isPublicKeyText, type KeyClaim, possessionText } from "./possession.ts";
export * from "./schema.ts";
export { ALL_BANK_SCOPES, BANK_SCOPES, type BankScope, isBankScope } from "./scopes.ts";
