export * from "./commands.ts";
export { errors as donationErrors } from "./errors.ts";
export * from "./events.ts";
