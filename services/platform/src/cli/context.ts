import os from "node:os";
import path from "node:path";
import { type Config, readConfig } from "@huimin/config";
import type { Command } from "commander";
import { createPlatform, type Platform, type PlatformOptions } from "../platform.ts";
import { sandboxCommandLine } from "../sandbox/command-line.ts";
import type { Terminal } from "./output.ts";

/** What every command of the command line works with. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** For specs: a platform that is there already, instead of one of the command's own. */
  readonly platform?: Platform | undefined;
}

export const configOf = (context: CliContext): Config => readConfig({ environment: context.environment, directory: context.directory });

/** A file as the user named it: npm changes to the project's folder, and INIT_CWD says where the user stands. */
export const fileOf = (context: CliContext, file: string): string => path.resolve(context.environment.INIT_CWD || context.directory, file);

/** Who gives a command on this machine: the operating system's user, in the log as `cli:name`. */
export const cliActor = (): string => `cli:${os.userInfo().username.replace(/[^\w.-]/g, "_")}`;

/** Platform options of a configuration: the same for `npm start` and the command line. */
export const platformOptionsOf = (config: Config): PlatformOptions => ({
  district: config.district,
  home: config.home,
  databaseUrl: config.databaseUrl,
  vaultSecretsFile: config.vaultSecretsFile,
  logLevel: config.logLevel,
  publicOrigin: config.publicOrigin,
  verifyOrigin: config.verifyOrigin,
  logKeyFile: config.logKeyFile,
  checkpointFolder: config.checkpointFolder,
  auditFolder: config.auditFolder,
  trustProxy: config.trustProxy,
  signatureWindowSeconds: config.signatureWindowSeconds,
  limits: { connections: config.connectionsMax, requests: config.requestsMax },
  appendQueueMax: config.appendQueueMax,
  webhookNetworks: config.webhookNetworks,
  webhookHttp: config.webhookHttp,
  bankFiles: config.bankFiles,
  bankFolder: config.bankFolder,
  fallbackFonts: config.fallbackFonts,
});

/** Opens the platform for one command and closes it after. Reads see everything that was in the log when it opened. */
export async function withPlatform<T>(
  context: CliContext,
  work: (platform: Platform) => Promise<T>,
  options: Partial<PlatformOptions> = {},
): Promise<T> {
  if (context.platform) {
    if (options.project !== false) await context.platform.projector.drain();
    return work(context.platform);
  }
  const config = configOf(context);
  const level = config.logLevel === "info" ? "warn" : config.logLevel;
  const sandbox = config.mode === "sandbox" ? sandboxCommandLine() : undefined;
  const platform = await createPlatform({
    ...platformOptionsOf(config),
    ...sandbox?.options,
    logLevel: level,
    project: false,
    documents: false,
    eventLoopDelayMsMax: 0,
    ...options,
  });
  try {
    await sandbox?.setClock(platform.databaseUrl);
    if (options.project !== false) await platform.projector.drain();
    return await work(platform);
  } finally {
    await platform.close();
  }
}

/** The options of a command merged with those of its parents. */
export const optionsOf = <T extends object>(command: Command): T => command.optsWithGlobals() as T;
