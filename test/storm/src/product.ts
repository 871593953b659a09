import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START = path.resolve(import.meta.dirname, "../../../services/platform/src/start.ts");
const READY_MS_MAX = 60_000;
const LINES_MAX = 60;

export interface ProductOptions {
  readonly databaseUrl: string;
  readonly home: string;
  readonly port: number;
}

/** The product as `npm start` runs it, in a process of its own that can be killed. */
export class Product {
  readonly origin: string;
  readonly #options: ProductOptions;
  #process: ChildProcess | undefined;
  #lines: string[] = [];

  constructor(options: ProductOptions) {
    this.#options = options;
    this.origin = `http://127.0.0.1:${options.port}`;
  }

  /** Starts it and answers when it takes work. */
  async start(): Promise<void> {
    const { databaseUrl, home, port } = this.#options;
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(HUIMIN_|REDIS_URL|DATABASE_URL|NODE_|VITEST)/.test(name)),
    );
    const child = spawn(process.execPath, ["--no-warnings", START, "--empty"], {
      env: {
        ...environment,
        ...{ DATABASE_URL: databaseUrl, HUIMIN_HOME: home, HUIMIN_PORT: String(port), HUIMIN_LOG_LEVEL: "warn" },
        ...{ HUIMIN_WEBHOOK_HTTP: "true", HUIMIN_WEBHOOK_NETWORKS: "127.0.0.0/8" },
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer): void => {
      this.#lines = [...this.#lines, ...chunk.toString().split("\n")].slice(-LINES_MAX);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    this.#process = child;
    for (const until = Date.now() + READY_MS_MAX; ; await sleep(50)) {
      if (await this.#isReady()) return;
      if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}:\n${this.said()}`);
      if (Date.now() > until) throw new Error(`the product does not take work:\n${this.said()}`);
    }
  }

  async #isReady(): Promise<boolean> {
    return fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Its last lines. */
  said(): string {
    return this.#lines.join("\n");
  }

  /** Still running; a product that ends by itself is a failure of its own. */
  isAlive(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  kill(): Promise<number | null> {
    return this.#end("SIGKILL");
  }

  /** As a supervisor stops it. Answers its exit code. */
  stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((done) => child.once("exit", done));
    child.kill(signal);
    return gone;
  }
}
