import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isSandboxDistrict, SANDBOX_DISTRICT } from "@huimin/identity";
import { type CheckpointEvery, type LogLevel, type Mode, type Setting, type SettingName, settings } from "./settings.ts";

export interface Config {
  /** Directory of what the product keeps on this machine: embedded database, secrets, files. Absolute. */
  readonly home: string;
  readonly mode: Mode;
  readonly district: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly publicOrigin: string | undefined;
  readonly verifyOrigin: string | undefined;
  /** true: one proxy; a number of them; their addresses. */
  readonly trustProxy: boolean | number | string;
  readonly logLevel: LogLevel;
  readonly vaultSecretsFile: string;
  readonly logKeyFile: string;
  readonly checkpointFolder: string;
  readonly checkpointEvery: CheckpointEvery;
  readonly checkpointMailFolder: string;
  readonly witnesses: string | undefined;
  readonly auditFolder: string;
  readonly auditLogKey: string | undefined;
  readonly fallbackFonts: string | undefined;
  readonly signatureWindowSeconds: number;
  readonly connectionsMax: number;
  readonly requestsMax: number;
  readonly appendQueueMax: number;
  readonly webhookNetworks: readonly string[];
  readonly webhookHttp: boolean;
  readonly bankFiles: string;
  readonly bankFolder: string | undefined;
}

/** The configuration is wrong; the message lists every fault, by variable. */
export class ConfigFault extends Error {
  override readonly name = "ConfigFault";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`configuration: ${faults.join("; ")}`);
    this.faults = faults;
  }
}

export interface ConfigSources {
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: the current directory; `.huimin` lies in it unless HUIMIN_HOME says otherwise. */
  readonly directory?: string;
}

/**
 * Reads the configuration: environment variables first, then `.huimin/config.json`, then the standard values of
 * `settings`. An unknown key of the file and an unknown HUIMIN_ variable are faults too: a typing error must not pass
 * silently for the standard. Throws {@link ConfigFault}.
 */
export function readConfig(sources: ConfigSources = {}): Config {
  const environment = sources.environment ?? process.env;
  const standardHome = environment.HUIMIN_MODE === "sandbox" ? ".huimin/sandbox" : ".huimin";
  const home = path.resolve(sources.directory ?? process.cwd(), environment.HUIMIN_HOME || standardHome);
  const faults: string[] = [];
  const file = readFile(path.join(home, "config.json"), faults);
  for (const name of Object.keys(environment)) {
    if (name.startsWith("HUIMIN_") && !KNOWN_VARIABLES.has(name)) faults.push(`${name} is not a setting`);
  }
  const value = <T>(name: SettingName): T | undefined => {
    const setting = settings[name] as unknown as Setting<T>;
    const fromEnvironment = environment[setting.variable];
    const [from, text] = fromEnvironment ? [setting.variable, fromEnvironment] : [`${setting.key} in config.json`, file.get(setting.key)];
    if (text === undefined) return /[—<]/.test(setting.standard) ? undefined : setting.read(setting.standard);
    const read = setting.read(text);
    if (read === undefined) faults.push(`${from} must be ${setting.expected}`);
    return read;
  };
  const mode = value<Mode>("mode") as Mode;
  const publicOrigin = value<string>("publicOrigin");
  const config = {
    home,
    mode,
    district: districtOf(mode, value<string>("district") as string, environment, faults),
    databaseUrl: value<string>("databaseUrl"),
    redisUrl: value<string>("redisUrl"),
    host: value<string>("host") as string,
    port: value<number>("port") as number,
    publicOrigin,
    verifyOrigin: value<string>("verifyOrigin") ?? publicOrigin,
    trustProxy: value<boolean | number | string>("trustProxy") as boolean | number | string,
    logLevel: value<LogLevel>("logLevel") as LogLevel,
    vaultSecretsFile: path.resolve(home, value<string>("vaultSecretsFile") ?? "vault-secrets.json"),
    logKeyFile: path.resolve(home, value<string>("logKeyFile") ?? "log-key.pem"),
    checkpointFolder: path.resolve(home, value<string>("checkpointFolder") ?? "checkpoints"),
    checkpointEvery: value<CheckpointEvery>("checkpointEvery") as CheckpointEvery,
    checkpointMailFolder: path.resolve(home, value<string>("checkpointMailFolder") ?? "checkpoint-mail"),
    witnesses: value<string>("witnesses"),
    auditFolder: path.resolve(home, value<string>("auditFolder") ?? "audit"),
    auditLogKey: value<string>("auditLogKey"),
    fallbackFonts: value<string>("fallbackFonts"),
    signatureWindowSeconds: value<number>("signatureWindowSeconds") as number,
    connectionsMax: value<number>("connectionsMax") as number,
    requestsMax: value<number>("requestsMax") as number,
    appendQueueMax: value<number>("appendQueueMax") as number,
    webhookNetworks: value<readonly string[]>("webhookNetworks") ?? [],
    webhookHttp: value<boolean>("webhookHttp") as boolean,
    bankFiles: path.resolve(home, value<string>("bankFiles") ?? "bank-files"),
    bankFolder: inHome(home, value<string>("bankFolder")),
  };
  if (faults.length > 0) throw new ConfigFault(faults);
  return config;
}

/**
 * A sandbox works in its own district and in no other, and nothing else works in that: so whatever carries the number is
 * known for a test, and test data can't come among the district's own.
 */
function districtOf(mode: Mode, asked: string, environment: ConfigSources["environment"], faults: string[]): string {
  if (mode === "sandbox") {
    if (environment?.HUIMIN_DISTRICT && !isSandboxDistrict(asked)) faults.push(`HUIMIN_DISTRICT of a sandbox is ${SANDBOX_DISTRICT}`);
    return SANDBOX_DISTRICT;
  }
  if (isSandboxDistrict(asked)) faults.push(`district ${SANDBOX_DISTRICT} is the sandbox's: set HUIMIN_MODE=sandbox`);
  return asked;
}

const inHome = (home: string, folder: string | undefined): string | undefined =>
  folder === undefined ? undefined : path.resolve(home, folder);

/** HUIMIN_TEST_* belong to the tests. */
const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  "HUIMIN_HOME",
  "HUIMIN_TEST_RUN",
  "HUIMIN_TEST_SERVER",
  "HUIMIN_TEST_CONTAINERS",
  "HUIMIN_TEST_ISO20022",
  ...Object.values(settings).map((setting) => setting.variable),
]);

function readFile(file: string, faults: string[]): Map<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(file)) return found;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    faults.push(`${file} is not JSON`);
    return found;
  }
  const known = new Set<string>(Object.values(settings).map((setting) => setting.key));
  for (const [key, value] of Object.entries(content ?? {})) {
    if (!known.has(key)) faults.push(`${key} in config.json is not a setting`);
    else if (!["string", "number", "boolean"].includes(typeof value))
      faults.push(`${key} in config.json must be a text, a number or true/false`);
    else found.set(key, String(value));
  }
  return found;
}

/** The settings as a Markdown table, for the documents. */
export const settingsTable = (): string =>
  [
    "| variable | key in `.huimin/config.json` | standard | meaning |",
    "|---|---|---|---|",
    "| `HUIMIN_HOME` | — | `.huimin` | Directory of what the product keeps on this machine |",
    ...Object.values(settings).map(
      (one) => `| \`${one.variable}\` | \`${one.key}\` | ${one.standard === "—" ? "—" : `\`${one.standard}\``} | ${one.meaning} |`,
    ),
  ].join("\n");
