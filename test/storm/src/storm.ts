import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { IssueWebhookSecret, RegisterWebhookEndpoint } from "@huimin/webhook";
import { type Books, differences, readBooks } from "./books.ts";
import { freePort, StormDatabase } from "./database.ts";
import { makeKeys, openDistrict, openPlatform, type StormKey } from "./district.ts";
import { planMessages, type StormMessage } from "./messages.ts";
import { Product } from "./product.ts";
import { Random } from "./random.ts";
import { Receiver } from "./receiver.ts";
import { type RunReport, runMessages } from "./run.ts";

export interface StormOptions {
  readonly posts: number;
  readonly seed: number;
  /** How often the product is killed and its database shut down at once. */
  readonly kills: number;
  readonly databaseKills: number;
  readonly log?: (line: string) => void;
}

export interface StormReport {
  readonly loans: number;
  readonly calm: RunReport;
  readonly storm: RunReport;
  readonly kills: number;
  readonly databaseKills: number;
  readonly books: Books;
  /** Webhooks of held items: messages, and how often they came in all. */
  readonly webhooks: { readonly wanted: number; readonly arrived: number; readonly deliveries: number };
  /** What is wrong, in words; empty when the storm changed nothing. */
  readonly wrong: readonly string[];
}

const BANK = "K1";
const ENDPOINT = "W1";
const WEBHOOKS_MS_MAX = 90_000;
/** A database that is down stays down so long: longer than a retry, shorter than a time-out. */
const DOWN_MS = 400;
const WEBHOOKS_REFUSED = 0.1;

interface Place {
  readonly databaseUrl: string;
  readonly home: string;
  readonly product: Product;
}

/** A calm day and a storm of the same messages, and what differs. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { posts, seed, log = () => undefined } = options;
  const loans = Math.min(300, Math.max(20, Math.floor(posts / 150)));
  const messages = planMessages(posts, loans, seed);
  const keys = makeKeys();
  const server = await StormDatabase.start();
  try {
    log(`calm run: ${posts} messages on ${loans} loans`);
    const calm = await calmRun(server, messages, loans, keys);
    log(`calm run: ${calm.report.seconds.toFixed(1)} s, ${JSON.stringify(calm.report.statuses)}`);
    const wild = await stormRun(server, messages, loans, keys, options);
    log(`storm: ${wild.report.seconds.toFixed(1)} s, ${wild.report.tries} tries, ${JSON.stringify(wild.report.statuses)}`);
    const wrong = [...calm.report.wrong, ...wild.report.wrong, ...wild.wrong, ...differences(calm.books, wild.books)];
    const { kills, databaseKills, webhooks } = wild;
    return { loans, calm: calm.report, storm: wild.report, kills, databaseKills, books: wild.books, webhooks, wrong };
  } finally {
    await server.stop();
  }
}

async function place(server: StormDatabase, name: string, loans: number, keys: ReadonlyMap<string, StormKey>, hook?: string) {
  const home = path.join(server.home, name);
  await mkdir(home, { recursive: true });
  const databaseUrl = await server.make(name);
  const platform = await openPlatform(databaseUrl, home, false);
  let secret = "";
  try {
    await openDistrict(platform, loans, keys);
    if (hook !== undefined) {
      const meta = { actor: "storm", checker: "storm-2", role: "FOF", channel: "import" } as const;
      const target = { bank: BANK, endpoint: ENDPOINT };
      await platform.handler.execute(RegisterWebhookEndpoint, { ...target, url: hook, kinds: ["item.held"] as const }, meta);
      secret = await platform.webhooks.makeSecret(target, "s-storm");
      await platform.handler.execute(IssueWebhookSecret, { ...target, secret: "s-storm" }, meta);
    }
  } finally {
    await platform.close();
  }
  const product = new Product({ databaseUrl, home, port: await freePort() });
  return { databaseUrl, home, product, secret };
}

async function booksOf({ databaseUrl, home }: Place): Promise<Books> {
  const platform = await openPlatform(databaseUrl, home);
  try {
    return await readBooks(platform);
  } finally {
    await platform.close();
  }
}

async function calmRun(server: StormDatabase, messages: readonly StormMessage[], loans: number, keys: ReadonlyMap<string, StormKey>) {
  const made = await place(server, "calm", loans, keys);
  try {
    await made.product.start();
    const report = await runMessages({ origin: made.product.origin, keys, messages });
    await made.product.stop();
    return { report, books: await booksOf(made) };
  } finally {
    await made.product.kill();
  }
}

async function stormRun(
  server: StormDatabase,
  messages: readonly StormMessage[],
  loans: number,
  keys: ReadonlyMap<string, StormKey>,
  options: StormOptions,
) {
  const { seed, log = () => undefined } = options;
  let secret = "";
  const refusals = new Random(seed + 17);
  const receiver = new Receiver(
    () => secret,
    () => refusals.chance(WEBHOOKS_REFUSED),
  );
  const made = await place(server, "storm", loans, keys, await receiver.start());
  secret = made.secret;
  const wrong: string[] = [];
  const faults = new Faults(server, made.product, messages.length, options);
  try {
    await made.product.start();
    const report = await runMessages({
      origin: made.product.origin,
      keys,
      messages,
      seed,
      onAnswered: (answered) => faults.reached(answered),
      isOver: () => faults.isOver,
    });
    await faults.over();
    wrong.push(...faults.wrong);
    log(`storm: ${faults.kills} kills of the process, ${faults.databaseKills} of the database`);
    const wanted = messages.filter(({ held, bank }) => held && bank === BANK).map(({ body }) => body.serial as string);
    await untilAllArrived(receiver, wanted.length);
    const code = await made.product.stop();
    if (code !== 0) wrong.push(`the product ended with ${code} when it was asked to stop:\n${made.product.said()}`);
    const arrived = [...receiver.serials.values()].sort();
    if (JSON.stringify(arrived) !== JSON.stringify([...wanted].sort()))
      wrong.push(`webhooks: ${arrived.length} messages of ${wanted.length} held items arrived`);
    if (receiver.forged > 0) wrong.push(`webhooks: ${receiver.forged} with a wrong signature`);
    const deliveries = [...receiver.counts.values()].reduce((sum, count) => sum + count, 0);
    const webhooks = { wanted: wanted.length, arrived: arrived.length, deliveries };
    return { report, books: await booksOf(made), wrong, webhooks, kills: faults.kills, databaseKills: faults.databaseKills };
  } finally {
    await faults.over().catch(() => undefined);
    await made.product.kill();
    await receiver.stop();
  }
}

async function untilAllArrived(receiver: Receiver, wanted: number): Promise<void> {
  for (const until = Date.now() + WEBHOOKS_MS_MAX; receiver.counts.size < wanted && Date.now() < until; ) await sleep(200);
}

/** Kills of the process and of the database, when so many messages are answered as the seed says; one after the other. */
class Faults {
  kills = 0;
  databaseKills = 0;
  isOver = false;
  readonly wrong: string[] = [];
  readonly #due: { readonly at: number; readonly what: "process" | "database" }[];
  readonly #server: StormDatabase;
  readonly #product: Product;
  #work: Promise<void> = Promise.resolve();

  constructor(server: StormDatabase, product: Product, posts: number, { seed, kills, databaseKills }: StormOptions) {
    this.#server = server;
    this.#product = product;
    const random = new Random(seed + 5);
    const at = (): number => Math.floor(posts * (0.05 + 0.9 * random.next()));
    const due = [
      ...Array.from({ length: kills }, () => ({ at: at(), what: "process" as const })),
      ...Array.from({ length: databaseKills }, () => ({ at: at(), what: "database" as const })),
    ];
    this.#due = due.sort((a, b) => a.at - b.at);
  }

  reached(answered: number): void {
    for (let due = this.#due[0]; due !== undefined && due.at <= answered; due = this.#due[0]) {
      const { what } = due;
      this.#due.shift();
      this.#work = this.#work
        .then(() => (this.isOver ? undefined : what === "process" ? this.#killProcess() : this.#killDatabase()))
        .catch(this.#fail);
    }
  }

  async #killProcess(): Promise<void> {
    this.#checkAlive();
    await this.#product.kill();
    this.kills += 1;
    await this.#product.start();
  }

  async #killDatabase(): Promise<void> {
    await this.#server.break();
    this.databaseKills += 1;
    await sleep(DOWN_MS);
    await this.#server.resume();
    this.#checkAlive();
  }

  /** The product does not come back, or the database: the run can't go on. */
  readonly #fail = (fault: unknown): void => {
    this.isOver = true;
    this.wrong.push(fault instanceof Error ? fault.message : String(fault));
  };

  /** A lost database must not end the process: it goes on when the database is back. */
  #checkAlive(): void {
    if (!this.#product.isAlive()) this.wrong.push(`the product ended by itself:\n${this.#product.said()}`);
  }

  async over(): Promise<void> {
    await this.#work;
  }
}
