import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { SandboxHost, type SandboxOptions } from "../sandbox/host.ts";
import { writeSandboxKeys } from "../sandbox/keys.ts";

/** A sandbox on a listening port, with its test keys in `keys`. */
export class LiveSandbox {
  readonly home = mkdtempSync(path.join(tmpdir(), "huimin-sandbox-"));
  readonly keys = path.join(this.home, "keys");
  host!: SandboxHost;
  database!: TestDatabase;

  get origin(): string {
    return this.host.address;
  }

  async start(change: Partial<SandboxOptions> = {}): Promise<void> {
    this.database = await testDatabase();
    await writeSandboxKeys(this.keys);
    this.host = await this.open(change);
  }

  /** Another process on the same database. */
  open(change: Partial<SandboxOptions> = {}): Promise<SandboxHost> {
    const options = { home: this.home, databaseUrl: this.database.url, logLevel: "silent", eventLoopDelayMsMax: 0, jobs: false, ...change };
    return SandboxHost.start(options, { host: "127.0.0.1", port: 0 });
  }

  async stop(): Promise<void> {
    await this.host?.close();
    await this.database?.drop();
    rmSync(this.home, { recursive: true, force: true });
  }

  async post(address: string, body?: object): Promise<Response> {
    const json = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return fetch(`${this.origin}${address}`, { method: "POST", ...json });
  }
}
