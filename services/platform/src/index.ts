export { type OverdueRun, runOverdue } from "./compose/jobs.ts";
export { draftLongList, give, ListFile, PlannedList, postAllocation, type Runner } from "./compose/long-lists.ts";
export { openPayoutFiles, type PayoutFiles } from "./compose/payout-files.ts";
export { payoutOrder, submitOrder } from "./compose/pool-payout.ts";
export type { Platform, PlatformOptions } from "./platform.ts";
export { createPlatform } from "./platform.ts";
export { SandboxHost, type SandboxOptions } from "./sandbox/host.ts";
