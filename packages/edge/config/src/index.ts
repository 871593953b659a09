export { type Config, ConfigFault, type ConfigSources, readConfig, settingsTable } from "./config.ts";
export { type CheckpointEvery, type LogLevel, settings } from "./settings.ts";
