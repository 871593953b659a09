export type { Platform, PlatformOptions } from "./platform.ts";
export { createPlatform } from "./platform.ts";
