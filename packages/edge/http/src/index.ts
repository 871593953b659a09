export { type AppOptions, buildApp } from "./app.ts";
export {
  askedPeriod,
  CommandAnswer,
  type CommandSender,
  type Commands,
  commandsWith,
  EVIDENCE_HEADER,
  PeriodQuery,
  type PersonCommandRoute,
  ProposalAnswer,
  personCommand,
  SenderQuery,
  type Sent,
  senderOf,
  sendOutcome,
} from "./commands.ts";
export { httpErrors } from "./errors.ts";
export { routeOf } from "./faults.ts";
export { idempotencyKey, needsIdempotencyKey } from "./idempotency.ts";
export { answerClientFault, boundServer, openFilesMax, SERVER_LIMITS, type ServerLimits, serverOptionsOf } from "./limits.ts";
export { LIST_FILE_ROWS_MAX, type ListWriters, listsAsFiles } from "./list-files.ts";
export { decodeCursor, encodeCursor, PAGE_DEFAULT, PAGE_MAX, PageOf, PageQuery, pageOf } from "./pages.ts";
export { peopleErrors } from "./people/errors.ts";
export { actingRole, guardWith, needsAdministrator, needsRole, needsSignIn, personOf } from "./people/guard.ts";
export { peopleMigrations } from "./people/migrations.ts";
export { peopleRoutes } from "./people/routes.ts";
export { type NewUser, PeopleStore, type Person, type User } from "./people/store.ts";
export { MinPosition, type ReadModels, readModelsWith, waitsForPosition } from "./positions.ts";
export { Problem, RefusalError, sendRefusal, statusOf } from "./problem.ts";
export type { App } from "./server.ts";
export { bodyValidator } from "./validation.ts";
