export {
  LiftRestriction,
  LiftRestrictionBody,
  privacyCommands,
  RestrictProcessing,
  RestrictProcessingBody,
  ShredPersonalData,
  ShredPersonalDataBody,
} from "./commands.ts";
export type { LastFact, ShredFacts } from "./decide.ts";
export { keptUntil, lift, RETENTION_YEARS, restrict, shred } from "./decide.ts";
export { errors as privacyErrors } from "./errors.ts";
export * from "./events.ts";
