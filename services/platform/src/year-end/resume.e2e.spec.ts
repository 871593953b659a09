import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommandDefinition } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { redisIsThere, type TestRedis, testRedis } from "@huimin/test-support";
import {
  ApproveYearEndLists,
  CancelYearEnd,
  ConfirmYearEndAllocation,
  ConfirmYearEndPayout,
  ConfirmYearEndPublicity,
  ConfirmYearEndStatements,
  OpenYearEnd,
} from "@huimin/year-end-run";
import { afterAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict } from "../testing/live-district.ts";
import { driveYearEnd } from "./drive.ts";
import { lookAt, type YearEndStatus } from "./look.ts";
import { findRun } from "./read.ts";
import type { RunnerOrder } from "./runner.child.ts";
import { banksAnswer, correctAccounts, DAYS, furnish, must, plan, YEAR } from "./scene.fixture.ts";

const HOUSEHOLDS = 24;
/** Kills of each step: the first at its beginning, the others later. */
const KILLS_OF_STEP = 2;
/** Where a kill falls: after so many new events, or this late. */
const KILL_AFTER_MS_MAX = 900;

/** A small generator (mulberry32): a failed run is repeated with the seed that it printed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const secrets = mkdtempSync(path.join(tmpdir(), "huimin-year-end-"));
const vaultSecretsFile = path.join(secrets, "vault-secrets.json");

/** People and banks in this process; the jobs in another, which is killed. */
class Story {
  readonly district = new LiveDistrict();
  readonly #random: () => number;
  readonly #kills: number;
  readonly #redisUrl: string | undefined;
  kills = 0;
  #child: ChildProcess | undefined;

  constructor(seed: number, kills: number, redisUrl?: string) {
    this.#random = random(seed);
    this.#kills = kills;
    this.#redisUrl = redisUrl;
  }

  async start(): Promise<void> {
    await this.district.start({ vaultSecretsFile });
    this.district.now = DAYS.opened;
    await furnish(this.district.platform, HOUSEHOLDS);
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.district.stop();
  }

  async spawn(): Promise<void> {
    const { databaseUrl, home } = this.district.platform;
    const child = fork(new URL("./runner.child.ts", import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child = child;
    const order: RunnerOrder = {
      ...{ databaseUrl, home, vaultSecretsFile, now: this.district.now },
      ...(this.#redisUrl === undefined ? {} : { redisUrl: this.#redisUrl }),
    };
    child.send(order);
    await Promise.race([once(child, "message"), once(child, "exit")]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async status(): Promise<YearEndStatus> {
    return lookAt(this.district.platform, await findRun(this.district.platform, YEAR));
  }

  /** What people decide, and then the jobs of it, killed as often as asked, until the run waits at `until`. */
  async step(now: number, definition: CommandDefinition, role: string, body: object, until: string | undefined): Promise<YearEndStatus> {
    this.district.now = now;
    await must(this.district.platform, definition, { year: YEAR, ...body }, { actor: "u1", checker: "u2", role, channel: "ui" });
    const { store } = this.district.platform;
    for (let kill = 0; kill < this.#kills; kill++) {
      await this.spawn();
      const head = await store.head(DISTRICT);
      const events = Math.floor(this.#random() * 6);
      const late = Date.now() + this.#random() * KILL_AFTER_MS_MAX * kill;
      while (Date.now() < late && (await store.head(DISTRICT)) < head + events) await pause(3);
      await this.kill();
      this.kills += 1;
    }
    await this.spawn();
    await expect.poll(async () => (await this.status()).current, { timeout: 240_000, interval: 100 }).toBe(until);
    await this.kill();
    return this.status();
  }

  /** The whole year-end. */
  async tell(): Promise<YearEndStatus> {
    await this.step(DAYS.opened, OpenYearEnd, "FIN-M", plan(), "publicity");
    await this.step(DAYS.hangs, ConfirmYearEndPublicity, "VIL", {}, "approval");
    await this.step(DAYS.approved, ApproveYearEndLists, "FIN-R", {}, "allocation");
    await this.step(DAYS.approved, ConfirmYearEndAllocation, "FIN-M", {}, "payout");
    await this.step(DAYS.paid, ConfirmYearEndPayout, "FIN-C", {}, "results");
    this.district.now = DAYS.results;
    await banksAnswer(this.district.platform, 1);
    await correctAccounts(this.district.platform, "2018-12-28T09:00:00.000+08:00");
    await this.step(DAYS.again, ConfirmYearEndPayout, "FIN-C", {}, "results");
    this.district.now = DAYS.resultsAgain;
    await banksAnswer(this.district.platform, 2);
    return this.step(DAYS.statements, ConfirmYearEndStatements, "FIN-R", {}, undefined);
  }

  /** Everything that the run wrote, by its hash; how far it is, and what a kill left half-written, is no result. */
  async files(): Promise<Record<string, string>> {
    const { folder } = await this.status();
    const found: Record<string, string> = {};
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const name = path.relative(folder, path.join(entry.parentPath, entry.name));
      if (!entry.isFile() || name.startsWith("progress") || name.includes(".part")) continue;
      found[name] = createHash("sha256")
        .update(readFileSync(path.join(folder, name)))
        .digest("hex");
    }
    return found;
  }

  /** Lists, batches and decisions as they are in the log; two batches of an order may have come in either order. */
  async told(): Promise<string[]> {
    const { store } = this.district.platform;
    const events = await store.readAll(DISTRICT, 0, 50_000, ["dividend", "entitlement", "payout", "year-end", "statement"]);
    const sealed = /sealed:[^"]*/g;
    return events
      .map(({ stream, type, valueDate, actor, payload }) =>
        JSON.stringify([stream, type, valueDate, actor, payload]).replace(sealed, "sealed"),
      )
      .sort();
  }
}

describe("a year-end run that is killed", () => {
  const stories: Story[] = [];
  const told = async (seed: number, kills: number, redisUrl?: string): Promise<Story> => {
    const story = new Story(seed, kills, redisUrl);
    stories.push(story);
    await story.start();
    expect((await story.tell()).state).toBe("closed");
    return story;
  };
  afterAll(async () => {
    for (const story of stories) await story.stop();
    rmSync(secrets, { recursive: true, force: true });
  });

  it("has the same lists, batches, files, statements and archive as one that was left alone, and pays nobody twice", async () => {
    const seed = Number(process.env.YEAR_END_SEED ?? 20_181_231);
    const [alone, killed] = [await told(seed, 0), await told(seed, KILLS_OF_STEP)];
    expect(killed.kills, `seed ${seed}`).toBeGreaterThanOrEqual(12);
    expect(await killed.told(), `seed ${seed}`).toEqual(await alone.told());
    const [files, filesKilled] = [await alone.files(), await killed.files()];
    expect(Object.keys(files).filter((name) => name.endsWith(".pdf")).length).toBeGreaterThanOrEqual(HOUSEHOLDS + 2 + 3);
    expect(filesKilled, `seed ${seed}`).toEqual(files);
    // Paid once: what left the agency account is what was allocated, and no household has more than its entitlement.
    const { platform } = killed.district;
    await platform.projector.drain();
    const { money } = await killed.status();
    expect(money.paid).toBe(money.entitled);
    for (const account of ["2901.02", "2901.03", "2901.04"])
      expect(formatAmount((await platform.books.balance({ district: DISTRICT, account })).amount), account).toBe("0.00");
    const bank = (await platform.books.balance({ district: DISTRICT, account: "1002.03" })).amount;
    expect(formatAmount(bank)).toBe(formatAmount(sumFen([fen("10000.01"), fen("5555.55")]) - fen(money.paid)));
  }, 1_500_000);

  it("cancelled half-way, orders nothing more, and says what stands", async () => {
    const story = new Story(7, 0);
    stories.push(story);
    await story.start();
    await story.step(DAYS.opened, OpenYearEnd, "FIN-M", plan(), "publicity");
    await story.step(DAYS.hangs, ConfirmYearEndPublicity, "VIL", {}, "approval");
    await story.step(DAYS.approved, ApproveYearEndLists, "FIN-R", {}, "allocation");
    await story.step(DAYS.approved, ConfirmYearEndAllocation, "FIN-M", {}, "payout");
    const { platform } = story.district;
    const person = { actor: "u1", checker: "u2", role: "FIN-C", channel: "ui" };
    await must(platform, ConfirmYearEndPayout, { year: YEAR }, person);
    await must(platform, CancelYearEnd, { year: YEAR, reason: "名单有误" }, { ...person, role: "FIN-R" });
    const head = await platform.store.head(DISTRICT);
    await story.spawn();
    await pause(1_500);
    await story.kill();
    expect(await platform.store.head(DISTRICT)).toBe(head);
    expect(await story.status()).toMatchObject({
      state: "cancelled",
      cancelled: { reason: "名单有误", stands: { en: "nothing is with a bank" } },
    });
    // Another run of the year may be opened: the lists that are allocated are not drawn up again.
    const opened = await must(platform, OpenYearEnd, plan(), { ...person, role: "FIN-M" });
    expect(opened).toMatchObject({ run: 2 });
  }, 600_000);

  it("worked at by two at once, does everything once", async () => {
    const story = new Story(9, 0);
    stories.push(story);
    await story.start();
    const { platform } = story.district;
    const both = async (now: number, definition: CommandDefinition, role: string, body: object = {}): Promise<void> => {
      story.district.now = now;
      await must(platform, definition, { year: YEAR, ...body }, { actor: "u1", checker: "u2", role, channel: "ui" });
      await Promise.all([driveYearEnd(platform, { year: YEAR, run: 1 }), driveYearEnd(platform, { year: YEAR, run: 1 })]);
    };
    await both(DAYS.opened, OpenYearEnd, "FIN-M", plan());
    await both(DAYS.hangs, ConfirmYearEndPublicity, "VIL");
    await both(DAYS.approved, ApproveYearEndLists, "FIN-R");
    await both(DAYS.approved, ConfirmYearEndAllocation, "FIN-M");
    await both(DAYS.paid, ConfirmYearEndPayout, "FIN-C");
    expect((await story.status()).current).toBe("results");
    const events = await platform.store.readAll(DISTRICT, 0, 50_000, ["dividend", "entitlement", "payout"]);
    const count = (type: string) => events.filter((event) => event.type === type).length;
    expect(["AllocationDrafted", "PublicityPosted", "DividendAllocated"].map(count)).toEqual([2, 2, 2]);
    expect(count("PoolPayoutOrdered")).toBe(4);
    const paid = events
      .filter(({ type }) => type === "PayoutItemsSubmitted")
      .flatMap(({ payload }) =>
        (payload as { pool: string; items: { household: string }[] }).items.map(
          ({ household }) => `${(payload as { pool: string }).pool} ${household}`,
        ),
      );
    expect(new Set(paid).size).toBe(paid.length);
  }, 600_000);

  describe.skipIf(!redisIsThere)("on Redis (needs REDIS_URL or redis-server)", () => {
    let redis: TestRedis;
    afterAll(() => redis?.stop());
    it("ends with the same statements and archive", async () => {
      redis = await testRedis();
      const story = await told(3, 0, redis.url);
      const first = stories[0] as Story;
      expect(await story.files()).toEqual(await first.files());
    }, 900_000);
  });
});
