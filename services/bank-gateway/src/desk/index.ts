export { bankDuplicateRoutes, type DuplicateOptions, officeDuplicateRoutes } from "./duplicates.ts";
export { bankMessageReadRoutes, type MessageReadOptions } from "./messages.ts";
export { bankPositionRoutes, type DeskOptions } from "./positions.ts";
export { bankWorkRoutes, type WorkOptions } from "./work.ts";
