import { openPool } from "@huimin/database";
import type { Pool } from "pg";

/*
 * A sandbox empties its database whenever it is asked to, so it must never be led to one with real books in it, and a
 * server with real books never to a sandbox's. Each looks for the mark before it touches anything.
 */

/** The database belongs to the other mode; the message says what to do. */
export class SandboxFault extends Error {
  override readonly name = "SandboxFault";
}

const MARK = "huimin_sandbox";

async function owned<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, max: 1, applicationName: "huimin sandbox" });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

const has = async (pool: Pool, table: string): Promise<boolean> =>
  (await pool.query<{ found: boolean }>("SELECT to_regclass($1) IS NOT NULL AS found", [table])).rows[0]?.found === true;

/** Marks an empty database as a sandbox's. Refuses (throws {@link SandboxFault}) one that the product uses without the mark. */
export const claimForSandbox = (url: string): Promise<void> =>
  owned(url, async (pool) => {
    if (await has(pool, `${MARK}.clock`)) return;
    if ((await pool.query("SELECT 1 FROM pg_namespace WHERE nspname = 'log'")).rowCount !== 0)
      throw new SandboxFault(
        "这个数据库不是沙箱的,沙箱会清空它 / this database is not a sandbox's, and a sandbox empties it: set DATABASE_URL to an empty one",
      );
    await pool.query(`CREATE SCHEMA ${MARK}`);
    await pool.query(`CREATE TABLE ${MARK}.clock (one boolean PRIMARY KEY DEFAULT true CHECK (one), ahead_ms bigint NOT NULL)`);
  });

/** Refuses (throws {@link SandboxFault}) a sandbox's database: everybody can write into it. */
export const refuseSandbox = (url: string): Promise<void> =>
  owned(url, async (pool) => {
    if (await has(pool, `${MARK}.clock`))
      throw new SandboxFault("这是沙箱的数据库 / this is a sandbox's database: set HUIMIN_MODE=sandbox, or DATABASE_URL to another one");
  });

/** Refuses (throws {@link SandboxFault}) a database that is no sandbox's, for who comes with a sandbox's district. */
export const needSandbox = (url: string): Promise<void> =>
  owned(url, async (pool) => {
    if (!(await has(pool, `${MARK}.clock`)))
      throw new SandboxFault("这不是沙箱的数据库 / this is no sandbox's database: start one with npm start -- --sandbox");
  });

/** How far the sandbox's clock is ahead of (or behind) the wall's, in milliseconds; undefined when nothing was set up yet. */
export const readClock = (url: string): Promise<number | undefined> =>
  owned(url, async (pool) => {
    const { rows } = await pool.query<{ ahead_ms: string }>(`SELECT ahead_ms FROM ${MARK}.clock`);
    return rows[0] === undefined ? undefined : Number(rows[0].ahead_ms);
  });

export const writeClock = (url: string, aheadMs: number): Promise<void> =>
  owned(url, async (pool) => {
    await pool.query(`INSERT INTO ${MARK}.clock (ahead_ms) VALUES ($1) ON CONFLICT (one) DO UPDATE SET ahead_ms = EXCLUDED.ahead_ms`, [
      aheadMs,
    ]);
  });

/** Empties a sandbox's database down to its mark. */
export const emptySandbox = (url: string): Promise<void> =>
  owned(url, async (pool) => {
    if (!(await has(pool, `${MARK}.clock`))) throw new SandboxFault("not a sandbox's database");
    const { rows } = await pool.query<{ name: string }>(
      "SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', $1)",
      [MARK],
    );
    // One statement, one transaction: a reset that is cut off leaves the old data or none.
    await pool.query(
      [
        ...rows.map(({ name }) => `DROP SCHEMA ${name} CASCADE`),
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
        `DELETE FROM ${MARK}.clock`,
      ].join(";\n"),
    );
  });
