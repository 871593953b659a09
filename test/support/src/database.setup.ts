import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbedded } from "@huimin/database";

/**
 * One server for all test files of a run: `DATABASE_URL`, else Docker through testcontainers when
 * `HUIMIN_TEST_CONTAINERS=1`, else the embedded one. Test files clone databases on it (see database.ts).
 */
let stop: () => Promise<void> = async () => undefined;

export async function setup(): Promise<void> {
  stop = await start();
}

export async function teardown(): Promise<void> {
  await stop();
}

async function start(): Promise<() => Promise<void>> {
  process.env.HUIMIN_TEST_RUN = randomBytes(4).toString("hex");
  if (process.env.HUIMIN_TEST_SERVER) return async () => undefined;
  if (process.env.DATABASE_URL) {
    announce("DATABASE_URL");
    process.env.HUIMIN_TEST_SERVER = process.env.DATABASE_URL;
    return async () => undefined;
  }
  if (process.env.HUIMIN_TEST_CONTAINERS === "1") {
    const { PostgreSqlContainer } = await import("@testcontainers/postgresql");
    const container = await new PostgreSqlContainer("postgres:18-alpine").withCommand(["postgres", "-c", "max_connections=200"]).start();
    announce("a container (testcontainers, postgres:18-alpine)");
    process.env.HUIMIN_TEST_SERVER = container.getConnectionUri();
    return async () => {
      await container.stop();
    };
  }
  const home = await mkdtemp(path.join(tmpdir(), "huimin-test-"));
  if (process.getuid?.() === 0) await chmod(home, 0o755); // the server then runs as another user
  const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: false });
  announce("the embedded PostgreSQL");
  process.env.HUIMIN_TEST_SERVER = server.url("postgres");
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
}

const announce = (what: string): boolean => process.stderr.write(`tests use ${what}\n`);
