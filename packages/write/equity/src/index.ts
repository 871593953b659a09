export * from "./commands.ts";
export { errors as equityErrors } from "./errors.ts";
export * from "./events.ts";
