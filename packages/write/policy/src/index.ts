export { policyCommands, SetPolicyParameter, SetPolicyParameterBody } from "./commands.ts";
export type { SetPolicyParameterInput } from "./decide.ts";
export { setPolicyParameter } from "./decide.ts";
export { policyErrors } from "./errors.ts";
export * from "./events.ts";
