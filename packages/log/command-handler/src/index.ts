export { errors as commandErrors } from "./errors.ts";
export { ATTEMPTS_MAX, CACHED_STREAMS_MAX, createCommandHandler, messageHash } from "./handler.ts";
export { PERIOD_STREAM, periodFor, type SettlementPeriod, settlementPeriod } from "./period.ts";
export { RightOfWay } from "./right-of-way.ts";
export type { CommandHandler, CommandHandlerOptions, CommandMeta, CommandOutcome, ExtraWrites, Resolver } from "./types.ts";
export { atHead, HeadFact } from "./types.ts";
