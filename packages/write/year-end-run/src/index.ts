export * from "./commands.ts";
export { errors as yearEndRunErrors } from "./errors.ts";
export * from "./events.ts";
