import { Client, Pool, type PoolConfig } from "pg";

export interface PoolOptions {
  readonly url: string;
  /** The database role of the service: every connection works as this role (`SET ROLE`), never as the owner. */
  readonly role?: string;
  /** Connections at most. Default 8. */
  readonly max?: number;
  readonly applicationName?: string;
}

const ROLE_PATTERN = /^huimin_[a-z_]+$/;

/** A pool whose connections have given up the owner's rights for those of one role. */
export function openPool(options: PoolOptions): Pool {
  if (options.role !== undefined && !ROLE_PATTERN.test(options.role)) throw new Error(`not a role of the product: ${options.role}`);
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.max ?? 8,
    application_name: options.applicationName ?? options.role ?? "huimin",
    // The startup option is part of the connection itself, so no query can run before the role is set.
    ...(options.role ? { options: `-c role=${options.role}` } : {}),
  };
  const pool = new Pool(config);
  // An idle connection that the server closes is replaced on the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  // The same for one that is in somebody's hands when the server goes down: the query in hand fails and says so.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Creates the database when the server does not have it yet. Names are the product's own, never a user's text. */
export async function ensureDatabase(serverUrl: string, database: string, template?: string): Promise<void> {
  if (!/^[a-z][a-z0-9_]*$/.test(database)) throw new Error(`not a database name: ${database}`);
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}${template ? ` TEMPLATE ${template}` : ""}`);
  } finally {
    await client.end();
  }
}

/** Drops a database, closing what is connected to it. */
export async function dropDatabase(serverUrl: string, database: string): Promise<void> {
  if (!/^[a-z][a-z0-9_]*$/.test(database)) throw new Error(`not a database name: ${database}`);
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    // A pool's end() answers before its connections are gone; one that is cut off meanwhile would throw at nobody.
    for (let waitedMs = 0; waitedMs < 500; waitedMs += 10) {
      if ((await client.query("SELECT 1 FROM pg_stat_activity WHERE datname = $1", [database])).rowCount === 0) break;
      await new Promise((done) => setTimeout(done, 10));
    }
    await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
