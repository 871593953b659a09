export * from "./commands.ts";
export { errors as linkageErrors } from "./errors.ts";
export * from "./events.ts";
export { LINKS_MAX } from "./households.ts";
