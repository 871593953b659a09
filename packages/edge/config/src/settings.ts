import { isIP } from "node:net";

/** One setting: how it is called outside, what it means, and how its text is read. */
export interface Setting<T> {
  /** Environment variable. */
  readonly variable: string;
  /** Key in `.huimin/config.json`. */
  readonly key: string;
  readonly meaning: string;
  /** As shown in the table; the text `—` means that there is none. */
  readonly standard: string;
  /** The value, or undefined when the text is none. */
  readonly read: (text: string) => T | undefined;
  readonly expected: string;
}

const text =
  (pattern: RegExp) =>
  (value: string): string | undefined =>
    pattern.test(value) ? value : undefined;

const integer =
  (min: number, max: number) =>
  (value: string): number | undefined => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  };

/** How a text is read, and what is said to be expected of it. */
type Reading<T> = Pick<Setting<T>, "read" | "expected">;

const path: Reading<string> = { read: text(/^.+$/), expected: "a path" };

const between = (min: number, max: number, unit = ""): Reading<number> => ({
  read: integer(min, max),
  expected: `${min} to ${max}${unit === "" ? "" : ` ${unit}`}`,
});

const oneOf = <T extends string>(names: readonly T[]): Reading<T> => ({
  read: (value) => names.find((name) => name === value),
  expected: names.join(", "),
});

const flag = (value: string): boolean | undefined =>
  value === "true" || value === "1" ? true : value === "false" || value === "0" ? false : undefined;

const origin = (value: string): string | undefined => {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "" ? url.origin : undefined;
};

const networks = (value: string): readonly string[] | undefined => {
  const all = value.split(",").map((one) => one.trim());
  return all.every((one) => /^[\da-fA-F.:]+(\/\d{1,3})?$/.test(one) && isIP(one.split("/")[0] ?? "") !== 0) ? all : undefined;
};

const proxies = (value: string): boolean | number | string | undefined => flag(value) ?? integer(2, 9)(value) ?? networks(value)?.join(",");

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LEVELS)[number];

export const MODES = ["production", "sandbox"] as const;
/** `sandbox`: invented data, published test keys, a clock that can be moved; for banks that build their connection. */
export type Mode = (typeof MODES)[number];

export const CHECKPOINT_EVERY = ["hour", "day", "never"] as const;
export type CheckpointEvery = (typeof CHECKPOINT_EVERY)[number];

/** Every setting of the product. What is not here is not configurable. */
export const settings = {
  mode: {
    variable: "HUIMIN_MODE",
    key: "mode",
    meaning: "`sandbox`: a test system for banks, in a district, a database and a folder of its own (`npm start -- --sandbox`)",
    standard: "production",
    ...oneOf(MODES),
  },
  district: {
    variable: "HUIMIN_DISTRICT",
    key: "district",
    meaning: "District code: the tenant, first column of every key",
    standard: "410803",
    read: text(/^\d{6}$/),
    expected: "six digits",
  },
  databaseUrl: {
    variable: "DATABASE_URL",
    key: "databaseUrl",
    meaning: "PostgreSQL ≥ 16; without it the embedded server starts",
    standard: "—",
    read: text(/^postgres(ql)?:\/\/\S+$/),
    expected: "an address postgresql://…",
  },
  redisUrl: {
    variable: "REDIS_URL",
    key: "redisUrl",
    meaning: "Job queues on Redis; without it they live in PostgreSQL",
    standard: "—",
    read: text(/^rediss?:\/\/\S+$/),
    expected: "an address redis://…",
  },
  host: {
    variable: "HUIMIN_HOST",
    key: "host",
    meaning: "Address to listen on",
    standard: "127.0.0.1",
    read: text(/^[\w.:-]+$/),
    expected: "a host or address",
  },
  port: {
    variable: "HUIMIN_PORT",
    key: "port",
    meaning: "Port to listen on; 0 takes a free one",
    standard: "8080",
    read: integer(0, 65_535),
    expected: "a number from 0 to 65535",
  },
  publicOrigin: {
    variable: "HUIMIN_PUBLIC_ORIGIN",
    key: "publicOrigin",
    meaning: "Origin that banks and browsers use, when a proxy stands in front; signatures are checked against it",
    standard: "—",
    read: origin,
    expected: "an origin such as https://ledger.example",
  },
  verifyOrigin: {
    variable: "HUIMIN_VERIFY_ORIGIN",
    key: "verifyOrigin",
    meaning: "Origin of the public pages (验真, 公示), printed on statements and in their QR codes; standard: HUIMIN_PUBLIC_ORIGIN",
    standard: "—",
    read: origin,
    expected: "an origin such as https://verify.example",
  },
  trustProxy: {
    variable: "HUIMIN_TRUST_PROXY",
    key: "trustProxy",
    meaning:
      "Proxies whose X-Forwarded-* headers are believed: how many stand in front (true: one), or their networks; a bank's address is what the outermost of them saw",
    standard: "false",
    read: proxies,
    expected: "true, false, a number up to 9, or networks such as 10.0.0.0/8",
  },
  logLevel: {
    variable: "HUIMIN_LOG_LEVEL",
    key: "logLevel",
    meaning: "Lowest level that is logged",
    standard: "info",
    ...oneOf(LEVELS),
  },
  vaultSecretsFile: {
    variable: "HUIMIN_VAULT_SECRETS_FILE",
    key: "vaultSecretsFile",
    meaning: "Master keys and pepper of the sealed personal data; back it up apart from the database",
    standard: "<home>/vault-secrets.json",
    ...path,
  },
  logKeyFile: {
    variable: "HUIMIN_LOG_KEY_FILE",
    key: "logKeyFile",
    meaning: "Ed25519 key that signs the log's checkpoints; made on first use; back it up apart from the database",
    standard: "<home>/log-key.pem",
    ...path,
  },
  checkpointFolder: {
    variable: "HUIMIN_CHECKPOINT_FOLDER",
    key: "checkpointFolder",
    meaning: "Where checkpoints are also written: a place that whoever holds the database can't change",
    standard: "<home>/checkpoints",
    ...path,
  },
  checkpointEvery: {
    variable: "HUIMIN_CHECKPOINT_EVERY",
    key: "checkpointEvery",
    meaning: "How often the log is signed by itself, besides each close, backup and receipt",
    standard: "hour",
    ...oneOf(CHECKPOINT_EVERY),
  },
  checkpointMailFolder: {
    variable: "HUIMIN_CHECKPOINT_MAIL_FOLDER",
    key: "checkpointMailFolder",
    meaning: "Outbox for the auditor's mail: each periodic checkpoint as a short text that a mail program sends",
    standard: "<home>/checkpoint-mail",
    ...path,
  },
  witnesses: {
    variable: "HUIMIN_WITNESSES",
    key: "witnesses",
    meaning: "Witnesses that cosign checkpoints (C2SP tlog-witness): `<address> <public key>`, separated by commas",
    standard: "—",
    read: text(
      /^\s*https?:\/\/\S+\s+[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+(\s*,\s*https?:\/\/\S+\s+[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)*\s*$/,
    ),
    expected: "https://… name+keyid+key, separated by commas",
  },
  auditFolder: {
    variable: "HUIMIN_AUDIT_FOLDER",
    key: "auditFolder",
    meaning: "What the auditor keeps: its key, the hash of every event, findings; a place that whoever holds the database can't change",
    standard: "<home>/audit",
    ...path,
  },
  auditLogKey: {
    variable: "HUIMIN_AUDIT_LOG_KEY",
    key: "auditLogKey",
    meaning: "Public key of the log (`huimin checkpoint` prints it), or a file with it, for an auditor on a machine of its own",
    standard: "— (that of HUIMIN_LOG_KEY_FILE)",
    read: text(/^.+$/),
    expected: "name+keyid+key, or a path",
  },
  fallbackFonts: {
    variable: "HUIMIN_FALLBACK_FONT",
    key: "fallbackFonts",
    meaning: "Font files for characters of names beyond Noto Sans SC, separated by `:` (Debian: fonts-hanazono)",
    standard: "—",
    read: text(/^.+$/),
    expected: "paths of font files",
  },
  signatureWindowSeconds: {
    variable: "HUIMIN_SIGNATURE_WINDOW_SECONDS",
    key: "signatureWindowSeconds",
    meaning: "Greatest age of a bank's signature",
    standard: "300",
    ...between(10, 3600, "seconds"),
  },
  connectionsMax: {
    variable: "HUIMIN_CONNECTIONS_MAX",
    key: "connectionsMax",
    meaning: "Open connections; the next is closed. Never more than the open files of the process allow",
    standard: "16000",
    ...between(10, 1_000_000),
  },
  requestsMax: {
    variable: "HUIMIN_REQUESTS_MAX",
    key: "requestsMax",
    meaning: "Requests under way; the next is answered 503 with Retry-After",
    standard: "4096",
    ...between(10, 100_000),
  },
  appendQueueMax: {
    variable: "HUIMIN_APPEND_QUEUE_MAX",
    key: "appendQueueMax",
    meaning: "Appends to the log that wait; the next is answered 503 with Retry-After",
    standard: "16384",
    ...between(10, 1_000_000),
  },
  webhookNetworks: {
    variable: "HUIMIN_WEBHOOK_NETWORKS",
    key: "webhookNetworks",
    meaning: "Private networks to which webhooks may go, such as a line to a bank, separated by commas: `10.20.0.0/16`",
    standard: "—",
    read: networks,
    expected: "networks such as 10.20.0.0/16, separated by commas",
  },
  webhookHttp: {
    variable: "HUIMIN_WEBHOOK_HTTP",
    key: "webhookHttp",
    meaning: "Webhooks to http:// addresses of this machine, for trying; `127.0.0.0/8` must be among the networks",
    standard: "false",
    read: flag,
    expected: "true or false",
  },
  bankFiles: {
    variable: "HUIMIN_BANK_FILES",
    key: "bankFiles",
    meaning: "Files of banks and their reports; processes share it; they hold names and account numbers in clear",
    standard: "<home>/bank-files",
    ...path,
  },
  bankFolder: {
    variable: "HUIMIN_BANK_FOLDER",
    key: "bankFolder",
    meaning: "Pick-up folder with one directory a bank (in, done, failed, out), as an SFTP server shows it; without it none is looked into",
    standard: "—",
    ...path,
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;
