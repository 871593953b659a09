/* Rules of 分贷统还, pooled lending. Other write packages use `@huimin/pooled/events`. */
export * from "./commands.ts";
export { SIGNER_AGE_MAX, SIGNER_AGE_MIN } from "./decide-household.ts";
export { modelWindow } from "./decide-model.ts";
export { errors as pooledErrors } from "./errors.ts";
