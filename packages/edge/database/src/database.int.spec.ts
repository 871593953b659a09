import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testDatabase } from "@huimin/test-support";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { startEmbedded } from "./embedded.ts";
import { MigrationChanged, migrate } from "./migrate.ts";
import { openPool } from "./pools.ts";

describe("migrations", () => {
  it("applies each once, in order, and refuses an edited one", async () => {
    const database = await testDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const first = { name: "spec/001-a", sql: "CREATE TABLE a (n int)" };
    const second = { name: "spec/002-b", sql: "CREATE TABLE b (n int)" };
    expect(await migrate(client, [first])).toEqual(["spec/001-a"]);
    expect(await migrate(client, [first, second])).toEqual(["spec/002-b"]);
    expect(await migrate(client, [first, second])).toEqual([]);
    await expect(migrate(client, [{ ...first, sql: "CREATE TABLE a (n bigint)" }])).rejects.toThrow(MigrationChanged);
    await client.end();
    await database.drop();
  });

  it("leaves nothing of a migration that fails", async () => {
    const database = await testDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await expect(migrate(client, [{ name: "spec/001-bad", sql: "CREATE TABLE a (n int); SELECT 1/0" }])).rejects.toThrow();
    expect((await client.query("SELECT to_regclass('a') AS found")).rows[0].found).toBeNull();
    await client.end();
    await database.drop();
  });
});

describe("pools", () => {
  it("works as the role and not as the owner", async () => {
    const database = await testDatabase();
    const owner = openPool({ url: database.url });
    await owner.query(
      "DO $$ BEGIN CREATE ROLE huimin_spec; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT huimin_spec TO CURRENT_USER",
    );
    const pool = openPool({ url: database.url, role: "huimin_spec" });
    expect((await pool.query("SELECT current_user AS who")).rows[0].who).toBe("huimin_spec");
    await pool.end();
    await owner.end();
    await database.drop();
  });
});

describe("a pool whose server goes down", () => {
  it("given a connection in somebody's hands, then its query fails and the process goes on", async () => {
    const database = await testDatabase();
    const pool = openPool({ url: database.url, max: 2 });
    const held = await pool.connect();
    const { rows } = await held.query("SELECT pg_backend_pid() AS pid");
    const lost = new Promise((done) => held.once("end", done));
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    await lost; // without a listener of the pool's own, the error before it would have ended the process
    const fault = await held.query("SELECT 1").catch((caught: Error) => caught);
    expect(fault).toBeInstanceOf(Error);
    held.release(true);
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await database.drop();
  });
});

describe("the embedded server", () => {
  it("is joined by a second start on the same data, and starts again after a stop", async () => {
    const home = await mkdtemp(path.join(tmpdir(), "huimin-embedded-"));
    const dataDirectory = path.join(home, "data");
    if (process.getuid?.() === 0) await import("node:fs/promises").then((fs) => fs.chmod(home, 0o755));
    const server = await startEmbedded({ dataDirectory });
    const again = await startEmbedded({ dataDirectory });
    expect(again.port).toBe(server.port);
    await again.stop(); // it joined: the server is not its to stop
    const still = new Client({ connectionString: server.url("postgres") });
    await still.connect();
    await still.end();
    await server.stop();
    await server.stop(); // a second stop is nothing to do
    const restarted = await startEmbedded({ dataDirectory });
    const client = new Client({ connectionString: restarted.url("postgres") });
    await client.connect();
    expect((await client.query("SHOW fsync")).rows[0].fsync).toBe("on");
    await client.end();
    await restarted.stop();
    await rm(home, { recursive: true, force: true });
  });
});

describe("a process that uses the embedded server", () => {
  it("given an exit code, then it ends with it, though the package would end it with 0", () => {
    const module = JSON.stringify(new URL("./embedded.ts", import.meta.url).href);
    const script = `await import(${module}); process.exitCode = 3;`;
    expect(spawnSync(process.execPath, ["--input-type=module", "-e", script]).status).toBe(3);
  });
});
