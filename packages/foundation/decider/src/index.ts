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
  Shape,
  StreamWrite,
  View,
} from "./decider.ts";
export { foldOf, load, loadAll, needsSecondPerson, ROLES, resolve, shaped, viewOf } from "./decider.ts";
export { type Given, given } from "./given.ts";
export { SpecificationLog } from "./specification.ts";
export { assertTold, SpecificationWorld } from "./specification-world.ts";
export { currentVersion, declareVersions, EventTooNew, olderVersions, type UpcastEnvelope, type UpcastStep, upcast } from "./versions.ts";
