export { keptHouseholds } from "./kept.ts";
export { REGISTRY_SCHEMA, registryProjection } from "./projection.ts";
export type { HouseholdFilter, HouseholdLine, RegistryView, VillageLine } from "./queries.ts";
export { createRegistryView } from "./queries.ts";
