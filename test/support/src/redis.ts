import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A Redis of a test's own, gone after it. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether tests on Redis can run here: `REDIS_URL`, else a `redis-server` on the PATH. Otherwise they are skipped by name. */
export const redisIsThere: boolean = (() => {
  if (process.env.REDIS_URL) return true;
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

/** `REDIS_URL`, or a server on a free port that keeps nothing. */
export async function testRedis(): Promise<TestRedis> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => undefined };
  const port = await freePort();
  const home = await mkdtemp(path.join(tmpdir(), "huimin-redis-"));
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--dir", home, "--save", "", "--appendonly", "no"];
  const server = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "ignore"] });
  await ready(server);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = new Promise((done) => server.once("exit", done));
      server.kill();
      await gone;
      await rm(home, { recursive: true, force: true });
    },
  };
}

const ready = (server: ChildProcess): Promise<void> =>
  new Promise((done, failed) => {
    let said = "";
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`redis-server ended with ${code}: ${said}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Ready to accept connections")) done();
    });
  });
