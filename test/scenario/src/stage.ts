import { randomBytes } from "node:crypto";
import { chmod } from "node:fs/promises";
import path from "node:path";
import { dropDatabase, ensureDatabase, startEmbedded } from "@huimin/database";
import { createPlatform } from "@huimin/platform";
import { generateVaultSecrets, parseVaultSecrets } from "@huimin/vault";
import { type Clock, District } from "./district.ts";
import type { Fact, Scenario } from "./format.ts";
import { Recording } from "./run.ts";

/** Where stories are played: one database server, one clean district of a running product a story. */
export class Stage {
  readonly #url: string;
  readonly #home: string;
  readonly #stop: () => Promise<void>;
  readonly #secrets = parseVaultSecrets(generateVaultSecrets());
  #stories = 0;

  private constructor(url: string, home: string, stop: () => Promise<void>) {
    this.#url = url;
    this.#home = home;
    this.#stop = stop;
  }

  /** A new database on the server of `DATABASE_URL`, dropped at the end; else on an embedded server below `home`. */
  static async open(home: string): Promise<Stage> {
    const given = process.env.DATABASE_URL;
    if (given) {
      const name = `scenarios_${randomBytes(4).toString("hex")}`;
      await ensureDatabase(given, name);
      const url = new URL(given);
      url.pathname = `/${name}`;
      return new Stage(url.href, home, () => dropDatabase(given, name));
    }
    if (process.getuid?.() === 0) await chmod(home, 0o755);
    const server = await startEmbedded({ dataDirectory: path.join(home, "postgres") });
    await ensureDatabase(server.url("postgres"), "scenarios");
    return new Stage(server.url("scenarios"), home, () => server.stop());
  }

  async play(scenario: Scenario, facts: readonly Fact[], whole: boolean): Promise<void> {
    const clock: Clock = { now: Date.parse("2014-01-01T08:00:00+08:00") };
    const nth = ++this.#stories;
    const platform = await createPlatform({
      district: `9${String(nth).padStart(5, "0")}`,
      home: this.#home,
      databaseUrl: this.#url,
      clock: () => clock.now,
      vaultSecrets: this.#secrets,
      migrate: nth === 1,
      documents: false,
      logLevel: "fatal",
      eventLoopDelayMsMax: 0,
      // The story fails with what was answered; the others go on.
      onBroken: () => undefined,
    });
    try {
      await new Recording(new District(platform, clock), scenario, facts).play(whole);
    } finally {
      await platform.close();
    }
  }

  close(): Promise<void> {
    return this.#stop();
  }
}
