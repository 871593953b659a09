export type {
  Ask,
  CommandContext,
  CommandDefinition,
  Decision,
  DomainEvent,
  Fold,
  Gather,
  Loaded,
  RecordedEvent,
  Role,
  StreamWrite,
} from "./decider.ts";
export { load, loadAll, needsSecondPerson, ROLES, resolve } from "./decider.ts";
export { SpecificationLog } from "./specification.ts";
export { currentVersion, declareVersions, EventTooNew, olderVersions, type UpcastEnvelope, type UpcastStep, upcast } from "./versions.ts";
