/*
 * What other packages may know of the policy: its events, and the folded parameters that their decisions read.
 */
export type { PeriodSegment, PolicyEntry, PolicySegment, PolicyState } from "./evolve.ts";
export { policyDocument, policyFold, policySegments, policyTimeline, policyValue } from "./evolve.ts";
export type { Parameter, ParameterDefault, ParameterType, PolicyKey } from "./parameters.ts";
export { ALWAYS, isPolicyKey, POLICY_KEYS, POLICY_PARAMETERS, parameterOf } from "./parameters.ts";
export type { Policy, Weight } from "./policy.ts";
export { benchmarkKey, defaultPolicy, loadPolicy, lprKey, policyOf, RATE_KEYS } from "./policy.ts";
export { PolicyParameterSet, policyEvents, policyStream } from "./schema.ts";
