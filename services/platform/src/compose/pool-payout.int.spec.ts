import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AllocateDividend, ApproveAllocation, OrderPoolPayout, PostPublicity, RecordAssetIncome } from "@huimin/dividend";
import type { EventStore, NewEvent, StoredEvent } from "@huimin/event-store";
import { fen, formatAmount } from "@huimin/money";
import { householdStream } from "@huimin/registry/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payOut, writeFiles } from "../cli/dividend-payout.ts";
import { createPlatform, type Platform } from "../platform.ts";
import { DISTRICT, LiveDistrict } from "../testing/live-district.ts";
import { draftLongList, give, ListFile, postAllocation, type Runner } from "./long-lists.ts";
import { missingBatches, payoutOrder, submitOrder } from "./pool-payout.ts";
import { sweepFollowUps } from "./sweep.ts";

/** More parts than one batch pays, and than one command posts. */
const HOUSEHOLDS = 4_600;
const WITHOUT_ACCOUNT = 17;
const TOTAL = "1234567.89";
const key = { pool: "PV", year: 2018 };
const number = (nth: number) => `L${String(nth).padStart(6, "0")}`;

class Killed extends Error {}

const eventOf = (type: string, payload: object, id: string): NewEvent => ({
  eventId: id,
  type,
  schemaVersion: 1,
  valueDate: "2016-12-01",
  recordedAt: "2016-12-01T08:00:00.000+08:00",
  period: "2016-12",
  actor: "spec",
  role: "POV",
  channel: "import",
  commandId: "spec",
  correlationId: "spec",
  payload,
});

/** Heads and accounts sealed, except one household that has none. */
async function register({ store, vault }: Platform): Promise<void> {
  for (let from = 0; from < HOUSEHOLDS; from += 500) {
    const numbers = Array.from({ length: Math.min(500, HOUSEHOLDS - from) }, (_, index) => from + index);
    const seal = (field: string, textOf: (nth: number) => string) =>
      vault.seal(numbers.map((nth) => ({ district: DISTRICT, personId: `p${nth}`, keyClass: "K1" as const, field, text: textOf(nth) })));
    const [names, accounts] = [await seal("name", (nth) => `户主${nth}`), await seal("account", (nth) => `6217${nth}`)];
    const writes = numbers.map((nth, index) => {
      const household = number(nth);
      const members = [{ personId: `p${nth}`, relation: "head", name: names[index], idNumber: names[index] }];
      const card = {
        household,
        holder: `p${nth}`,
        bank: "K1",
        kind: "card",
        number: accounts[index],
        numberHash: `h${nth}`,
        purpose: "all",
      };
      const registered = eventOf("HouseholdRegistered", { household, village: "410803009204", head: `p${nth}`, members }, `r${nth}`);
      const events = nth === WITHOUT_ACCOUNT ? [registered] : [registered, eventOf("BankAccountBound", card, `a${nth}`)];
      return { stream: householdStream(household), expect: { kind: "none" as const }, events };
    });
    await store.append(DISTRICT, { writes, asserts: [], keys: [], answer: {} });
  }
}

/** Everything of the run that somebody could see: payloads of lists and payouts by stream, in order. */
async function lists(store: EventStore): Promise<string> {
  const events: StoredEvent[] = [];
  for (let after = 0; ; after = (events.at(-1) as StoredEvent).position) {
    const page = await store.readAll(DISTRICT, after, 10_000, ["dividend", "entitlement", "payout"]);
    events.push(...page);
    if (page.length < 10_000) break;
  }
  const lines = events.filter(({ type }) => !type.startsWith("AllocationParts"));
  const byStream = Map.groupBy(lines, ({ stream }) => stream);
  return [...byStream.keys()]
    .sort()
    .flatMap((stream) =>
      (byStream.get(stream) ?? []).map(({ type, valueDate, payload }) => JSON.stringify([stream, type, valueDate, payload])),
    )
    .join("\n");
}

type Role = "FIN-M" | "FIN-R" | "FIN-C" | "VIL" | "BANK" | "SYS";

/** A run on a district of its own. What a process knew is gone with its platform: `restart` goes on with a new one. */
class Run {
  readonly district = new LiveDistrict();
  readonly #opened: Platform[] = [];
  platform!: Platform;
  restarts = 0;

  async start(): Promise<this> {
    await this.district.start({ project: false });
    this.platform = this.district.platform;
    await register(this.platform);
    return this;
  }

  async restart(): Promise<void> {
    const { databaseUrl, home } = this.platform;
    const clock = () => this.district.now;
    this.platform = await createPlatform({
      district: DISTRICT,
      home,
      databaseUrl,
      clock,
      logLevel: "silent",
      project: false,
      migrate: false,
    });
    this.#opened.push(this.platform);
    this.restarts += 1;
  }

  async stop(): Promise<void> {
    for (const platform of this.#opened) await platform.close();
    await this.district.stop();
  }

  as(role: Role, onProgress: () => void = () => undefined): Runner {
    const person = role === "BANK" || role === "SYS" ? {} : { checker: "u2" };
    const meta = { actor: role === "BANK" ? "bank:K1" : role === "SYS" ? "system" : "u1", role, channel: "file" as const, ...person };
    return { platform: this.platform, meta, onProgress };
  }

  /** The step, killed after its first append as many times as asked, each time gone on with by a new process. */
  async step<T>(role: Role, kills: number, work: (runner: Runner) => Promise<T>): Promise<T> {
    for (let left = kills; left > 0; left -= 1) {
      const killed = this.as(role, () => {
        throw new Killed();
      });
      await expect(work(killed)).rejects.toThrow(Killed);
      await this.restart();
    }
    return work(this.as(role));
  }

  async dividend(kills: number): Promise<void> {
    this.district.now = Date.UTC(2018, 11, 1, 2);
    await give(this.as("BANK"), RecordAssetIncome, { pool: "PV", amount: TOTAL, serial: "S1" });
    const rows = Array.from({ length: HOUSEHOLDS }, (_, nth) => `${number(nth)},${1 + (nth % 9)}.5\n`);
    const file = ListFile.read(new TextEncoder().encode(rows.join("")));
    const terms = { ...key, method: "by-post", residueRule: "LARGEST_REMAINDER", total: fen(TOTAL) } as const;
    await this.step("FIN-M", kills, (runner) => draftLongList(runner, file, terms));
    await give(this.as("VIL"), PostPublicity, { ...key, from: "2018-12-01", to: "2018-12-10" });
    this.district.now = Date.UTC(2018, 11, 11, 2);
    await give(this.as("FIN-R"), ApproveAllocation, key);
    await give(this.as("FIN-M"), AllocateDividend, key);
    await this.step("SYS", Math.min(kills, 1), (runner) => postAllocation(runner, "PV", 2018));
    await give(this.as("FIN-C"), OrderPoolPayout, { ...key, bank: "K1" });
    await this.step("SYS", Math.min(kills, 1), async (runner) => submitOrder(runner, await payoutOrder(runner.platform, key)));
  }

  async balance(account: string): Promise<string> {
    await this.platform.projector.drain();
    return formatAmount((await this.platform.books.balance({ district: DISTRICT, account })).amount);
  }
}

describe("a dividend run of a long list", () => {
  const whole = new Run();
  const broken = new Run();
  beforeAll(async () => {
    await whole.start();
    await broken.start();
    await whole.dividend(0);
    await broken.dividend(1);
  }, 240_000);
  afterAll(async () => {
    await whole.stop();
    await broken.stop();
  });

  it("killed in every step and gone on with, has the same lists and batches to the byte", async () => {
    expect(broken.restarts).toBe(3);
    expect(await lists(broken.platform.store)).toBe(await lists(whole.platform.store));
  });

  it("pays every household once, except the one without an account, and the books say so", async () => {
    const order = await payoutOrder(broken.platform, key);
    expect([order.batches, await missingBatches(broken.platform, order)]).toEqual([2, []]);
    const [payable, transit, pool] = [await broken.balance("2901.02"), await broken.balance("2901.03"), await broken.balance("2901.01")];
    expect([formatAmount(fen(payable) + fen(transit)), pool]).toEqual([TOTAL, "0.00"]);
    const { platform } = broken;
    const paid = await platform.books.details({ district: DISTRICT, account: "2901.03", by: ["household"] });
    expect(paid.length).toBe(HOUSEHOLDS - 1);
    const left = await platform.books.details({ district: DISTRICT, account: "2901.02", by: ["household"] });
    expect(left.map(({ dims }) => dims.household)).toEqual([number(WITHOUT_ACCOUNT)]);
  }, 60_000);

  it("submits nothing when it is run again, by two processes at once, or by another order", async () => {
    const first = broken.as("SYS");
    await broken.restart();
    const order = await payoutOrder(broken.platform, key);
    const head = await broken.platform.store.head(DISTRICT);
    const both = await Promise.all([submitOrder(first, order), submitOrder(broken.as("SYS"), order)]);
    expect(both.map(({ items }) => items)).toEqual([0, 0]);
    expect(await broken.platform.store.head(DISTRICT)).toBe(head);
    const again = await payOut(broken.as("FIN-C"), { ...key, bank: "K1", valueDate: undefined, folder: undefined });
    expect(again).toMatchObject({ order: 2, submitted: 0, setAside: 1, firstSetAside: [{ code: "PAYOUT_ACCOUNT_MISSING" }] });
  }, 60_000);

  it("writes each file once, with every row that was submitted", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "huimin-files-"));
    try {
      const order = await payoutOrder(whole.platform, key);
      expect([await writeFiles(whole.as("FIN-C"), order, folder), await writeFiles(whole.as("FIN-C"), order, folder)]).toEqual([2, 0]);
      const rows = readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), "utf8").split("\r\n").slice(6, -1));
      expect(rows.length).toBe(HOUSEHOLDS - 1);
      expect(rows.find((row) => row.includes(number(21)))).toContain(",621721,户主21,");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it("is taken up by the sweep while batches are missing", async () => {
    const jobs: string[] = [];
    whole.platform.followUps.deliverTo(async (kind, data) => jobs.push(`${kind} ${data.pool} ${data.order}`));
    expect(await sweepFollowUps(whole.platform)).toBe(0);
    await give(whole.as("FIN-C"), OrderPoolPayout, { ...key, bank: "K1" });
    await whole.platform.projector.drain();
    expect([await sweepFollowUps(whole.platform), jobs]).toEqual([1, ["pool-payout PV 2"]]);
  }, 60_000);

  it("is enqueued when its order is approved over HTTP", async () => {
    const jobs: string[] = [];
    whole.platform.followUps.deliverTo(async (kind, data) => jobs.push(`${kind} ${data.pool} ${data.year} ${data.order}`));
    const { signIn, person } = whole.district;
    const [cashier, reviewer] = [await signIn("cashier", "FIN-C"), await signIn("reviewer", "FIN-R")];
    const proposed = await person(cashier, "POST", "/dividends/order-pool-payout", { ...key, bank: "K1" });
    expect([proposed.status, jobs]).toEqual([202, []]);
    const approved = await person(reviewer, "POST", `/proposals/${proposed.body.proposal}/approval`, {});
    expect([approved.status, jobs]).toEqual([201, ["pool-payout PV 2018 3"]]);
  }, 60_000);
});
