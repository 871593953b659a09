export { type OverdueRun, runOverdue } from "./compose/jobs.ts";
export type { Platform, PlatformOptions } from "./platform.ts";
export { createPlatform } from "./platform.ts";
