export { extinction, merging, splitting, withSuccession } from "./commands.ts";
export * from "./events.ts";
