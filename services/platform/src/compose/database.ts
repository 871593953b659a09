import path from "node:path";
import { assertMayServe, backupMigrations } from "@huimin/backup";
import { checkpointMigrations } from "@huimin/checkpoints";
import { ensureDatabase, type Migration, migrate, openPool, startEmbedded } from "@huimin/database";
import { eventStoreMigrations } from "@huimin/event-store";
import { peopleMigrations } from "@huimin/http";
import { migrateJobs } from "@huimin/jobs";
import { projectionMigrations } from "@huimin/projector";
import { bankGatewayMigrations } from "@huimin/service-bank-gateway";
import { registryMigrations } from "@huimin/service-registry";
import { signingMigrations } from "@huimin/signing";
import { vaultMigrations } from "@huimin/vault";
import { webhookMigrations } from "@huimin/webhooks";
import { projections } from "./projections.ts";

/** Name of the product's database on the embedded server. */
const EMBEDDED_DATABASE = "huimin";

export interface OpenDatabase {
  /** As the owner. */
  readonly url: string;
  /** Stops the embedded server, when this process started it. */
  stop(): Promise<void>;
}

/** The given database, or the embedded server with its data under `home`. */
export async function openDatabase(options: {
  readonly databaseUrl?: string | undefined;
  readonly home: string;
  readonly embeddedDatabase?: string | undefined;
  readonly onLog?: (line: string) => void;
}): Promise<OpenDatabase> {
  if (options.databaseUrl !== undefined) return { url: options.databaseUrl, stop: async () => undefined };
  const server = await startEmbedded({
    dataDirectory: path.join(options.home, "postgres"),
    ...(options.onLog ? { onLog: options.onLog } : {}),
  });
  const name = options.embeddedDatabase ?? EMBEDDED_DATABASE;
  await ensureDatabase(server.url("postgres"), name);
  return { url: server.url(name), stop: () => server.stop() };
}

/** Every migration of the product in order of application: the log first, because the others grant to its roles. */
export const platformMigrations = (): readonly Migration[] => [
  ...eventStoreMigrations,
  ...checkpointMigrations,
  ...vaultMigrations,
  ...signingMigrations,
  ...peopleMigrations,
  ...projectionMigrations(projections()),
  ...registryMigrations,
  ...bankGatewayMigrations,
  ...webhookMigrations,
  ...backupMigrations,
];

/** Brings the database to this program's schema, BullMQ's tables included. Returns the names applied now. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const pool = openPool({ url, max: 1, applicationName: "huimin migrate" });
  const client = await pool.connect();
  try {
    const applied = await migrate(client, platformMigrations());
    await migrateJobs(client);
    return applied;
  } finally {
    client.release();
    await pool.end();
  }
}

/** Refuses (throws BackupFault, DATABASE_NOT_VERIFIED) a restored copy whose log was not compared with what was signed. */
export async function refuseUnverified(url: string): Promise<void> {
  const pool = openPool({ url, max: 1, applicationName: "huimin start" });
  const client = await pool.connect();
  try {
    await assertMayServe(client);
  } finally {
    client.release();
    await pool.end();
  }
}
