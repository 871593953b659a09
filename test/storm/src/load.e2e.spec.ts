import { chmod, mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFilesMax, SERVER_LIMITS } from "@huimin/http";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, BankClient, signedHeaders } from "./client.ts";
import { DISTRICT, makeKeys, openDistrict, openPlatform, type StormKey } from "./district.ts";
import { LoadedServer } from "./server.ts";

const LOANS = 50;
/** Less than Retry-After asks for, so that it stays crowded. */
const RETRY_MS = 50;
const SENDERS = 200;
const IDLE_WANTED = 10_000;
/** Files of this process that are no idle connections. */
const FILES_KEPT = 1_000;
/** As many as the system lets two processes hold. */
const IDLE = Math.min(IDLE_WANTED, (openFilesMax() ?? 1_024) - FILES_KEPT);
const MIB = 1_048_576;
/** A server at rest has some 200 MiB. Ten thousand connections and an overload may add to it, never without bound. */
const RSS_MAX = 700 * MIB;

const keys = makeKeys();
const K1 = keys.get("K1") as StormKey;
let database: TestDatabase;
let home = "";
let server: LoadedServer;
let client: BankClient;
let nth = 0;

const start = async (given: Readonly<Record<string, number>>, appendQueueMax = 16_384): Promise<void> => {
  // How busy this machine is decides nothing here: the event loop's own bound is off.
  const limits = { eventLoopDelayMs: 0, ...given };
  server = await LoadedServer.start({ databaseUrl: database.url, home, limits, appendQueueMax });
  client = new BankClient(server.origin, K1, 400);
};
const stop = async (): Promise<void> => {
  client.close();
  await server.stop();
};

beforeAll(async () => {
  database = await testDatabase();
  home = await mkdtemp(path.join(tmpdir(), "huimin-load-"));
  await chmod(home, 0o755);
  const platform = await openPlatform(database.url, home, false);
  await openDistrict(platform, LOANS, keys);
  await platform.close();
});
afterAll(async () => {
  await database?.drop();
  await rm(home, { recursive: true, force: true });
});

/** A repayment of its own: no other resembles it. Loans of K1 are those with an even number. */
function repayment(): { readonly path: string; readonly body: string; readonly idempotencyKey: string } {
  nth += 1;
  const loan = `S${2 * (nth % (LOANS / 2))}`;
  const body = {
    currency: "CNY",
    loan,
    valueDate: "2018-03-20",
    serial: `L${nth}`,
    principal: `${Math.floor(nth / 100) + 1}.${String(nth % 100).padStart(2, "0")}`,
  };
  return { path: "repayments", body: JSON.stringify(body), idempotencyKey: `load-${nth}` };
}

const statuses = (answers: readonly { status: number }[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { status } of answers) found[status] = (found[status] ?? 0) + 1;
  return found;
};

/** Others work: so many repayments, each recorded at the first try. */
async function othersGoOn(count = 40): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => client.post(repayment())));
  expect(statuses(answers)).toEqual({ 201: count });
}

const signIn = (length: number): string =>
  `POST /api/v1/sign-in HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** Request line and headers of a signed message whose body is to come. */
function signedHead(body: string, key: string): string {
  const url = new URL(`${server.origin}/bank/v1/repayments`);
  const extra = { "content-type": "application/json", "idempotency-key": key };
  const headers = { host: url.host, "content-length": String(Buffer.byteLength(body)), ...signedHeaders(K1, "POST", url, extra, body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /bank/v1/repayments HTTP/1.1\r\n${lines.join("")}\r\n`;
}

describe("senders that do wrong", () => {
  beforeAll(() => start({ bodyMs: 700, headersMs: 700, checkMs: 100, silentMs: 1_500, requestMs: 5_000 }));
  afterAll(() => stop());

  it("given an oversized body, announced or not, signed or not, then 413 and the end of the connection", async () => {
    const announced = await server.raw(signIn(5_000), "x".repeat(100));
    expect(announced).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    expect(announced).toContain('"code":"BODY_TOO_LARGE"');
    const chunk = "y".repeat(4_000);
    const chunked = [`${chunk.length.toString(16)}\r\n${chunk}\r\n`, `${chunk.length.toString(16)}\r\n${chunk}\r\n`];
    const head = signIn(0).replace(/content-length: 0/, "transfer-encoding: chunked");
    expect(await server.raw(head, ...chunked)).toMatch(/^HTTP\/1\.1 413 /);
    const large = JSON.stringify({ currency: "CNY", loan: "x".repeat(SERVER_LIMITS.bodyBytes) });
    expect(await server.raw(signedHead(large, "large"), large.slice(0, 10_000))).toMatch(/^HTTP\/1\.1 413 /);
    await othersGoOn();
  });

  it("given bodies that stop half-way, then others go on, and each is answered 408; nothing of them is booked", async () => {
    const { body } = repayment();
    const half = Array.from({ length: 50 }, (_, index) => server.raw(signedHead(body, `half-${index}`), body.slice(0, 20)));
    const people = Array.from({ length: 20 }, () => server.raw(signIn(1_000), "{"));
    await othersGoOn(100);
    for (const said of await Promise.all([...half, ...people])) {
      expect(said).toMatch(/^HTTP\/1\.1 408 .*connection: close/is);
      expect(said).toContain('"code":"REQUEST_TIMEOUT"');
      expect(said).toContain("remedyZh");
    }
    await othersGoOn();
    expect((await client.post({ path: "repayments", body, idempotencyKey: "half-0" })).status).toBe(201);
  });

  it("given headers that never end, none at all, too many, or no HTTP, then 408, 431, 400 in words, and the end", async () => {
    const [dripping, silent] = [server.raw("POST /bank/v1/repayments HTTP/1.1\r\nhost: x\r\n"), server.raw()];
    await othersGoOn();
    expect(await dripping).toContain('"code":"REQUEST_TIMEOUT"');
    expect(await silent).toMatch(/^(HTTP\/1\.1 408 .*|)$/s);
    expect(await server.raw(`GET / HTTP/1.1\r\nhost: x\r\ncookie: ${"c".repeat(SERVER_LIMITS.headerBytes)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"code":"HEADERS_TOO_LARGE"/s,
    );
    expect(await server.raw("\x16\x03\x01\x02\x00 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*"code":"REQUEST_MALFORMED"/s);
  });

  it("given readers that don't read, then their connections end, and others go on", async () => {
    const sockets = await Promise.all(Array.from({ length: 40 }, () => server.connect()));
    const request = `GET /openapi.json HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`;
    for (const socket of sockets) {
      socket.pause();
      socket.write(request.repeat(200)); // far more than the system's buffers hold
    }
    await othersGoOn(100);
    expect((await server.holds()).rss).toBeLessThan(RSS_MAX);
    client.close();
    await expect.poll(async () => (await server.holds()).connections, { timeout: 30_000 }).toBeLessThan(10);
    client = new BankClient(server.origin, K1);
    await othersGoOn();
    for (const socket of sockets) socket.destroy();
  });
});

describe("more work than there is room for", () => {
  beforeAll(() => start({ requests: 40 }, 10));
  afterAll(() => stop());

  it("given 200 senders at once, then some are answered 503 with Retry-After, all are recorded once when they ask again, and memory is bounded", async () => {
    const posts = Array.from({ length: 1_500 }, repayment);
    const refused: Answer[] = [];
    const untilRecorded = async (post: (typeof posts)[number]): Promise<Answer> => {
      for (;;) {
        const tried = await client.post(post);
        if (tried.status === 0) continue;
        if (tried.status !== 503) return tried as Answer;
        refused.push(tried as Answer);
        await sleep(RETRY_MS);
      }
    };
    const queue = [...posts];
    const answers: Answer[] = [];
    const sender = async (): Promise<void> => {
      for (let post = queue.shift(); post !== undefined; post = queue.shift()) answers.push(await untilRecorded(post));
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, text } of refused) {
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      expect(text).toMatch(/"code":"(LOG_)?BUSY"/);
    }
    expect(statuses(answers)).toEqual({ 201: posts.length });
    for (let round = 0; round < 20; round += 1) await othersGoOn(1);
    const { rss } = await server.holds();
    expect(rss).toBeLessThan(RSS_MAX);
    const probe = await fetch(`${server.origin}/healthz`);
    expect(probe.status).toBe(200);
  });

  it("given one address that guesses passwords, then 429 with Retry-After, and others sign in no worse for it than the limit says", async () => {
    const guess = (): Promise<Response> =>
      fetch(`${server.origin}/api/v1/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ login: "nobody", password: "wrong-password" }),
      });
    const answers: Response[] = [];
    for (let tries = 0; tries < 35; tries += 1) answers.push(await guess());
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    for (const { headers } of limited) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    await othersGoOn(5);
  });
});

describe(`${IDLE} idle connections${IDLE < IDLE_WANTED ? ` (the open files of this system allow no ${IDLE_WANTED})` : ""}`, () => {
  const idle: Socket[] = [];
  beforeAll(() => start({ headersMs: 120_000, requestMs: 2_400_000 }));
  afterAll(async () => {
    for (const socket of idle) socket.destroy();
    await stop();
  });

  it("given them, then signed repayments go on being recorded; when they go, nothing of them stays", async () => {
    const before = await server.holds();
    while (idle.length < IDLE)
      idle.push(...(await Promise.all(Array.from({ length: Math.min(200, IDLE - idle.length) }, () => server.connect()))));
    await expect.poll(async () => (await server.holds()).connections, { timeout: 30_000 }).toBeGreaterThanOrEqual(IDLE);
    for (let round = 0; round < 5; round += 1) await othersGoOn(200);
    const during = await server.holds();
    expect(during.connections).toBeGreaterThanOrEqual(IDLE);
    expect(during.rss).toBeLessThan(RSS_MAX);
    for (const socket of idle.splice(0)) socket.destroy();
    await expect.poll(async () => (await server.holds()).connections, { timeout: 30_000 }).toBeLessThan(500);
    await othersGoOn(100);
    const after = await server.holds();
    expect(after.rss).toBeLessThan(RSS_MAX);
    process.stderr.write(
      `${IDLE} idle connections: ${Math.round(before.rss / MIB)} MiB before, ${Math.round(during.rss / MIB)} with them, ${Math.round(after.rss / MIB)} after\n`,
    );
  });
});

describe("the bound of connections", () => {
  it("given more than it, then those beyond are closed at once, and the others are served", async () => {
    await start({ connections: 60 });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    await othersGoOn(5);
    const more = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    await expect
      .poll(() => more.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length, { timeout: 10_000 })
      .toBeGreaterThan(30);
    for (const socket of [...sockets, ...more]) socket.destroy();
    await expect.poll(async () => (await server.holds()).connections, { timeout: 10_000 }).toBeLessThan(10);
    await othersGoOn(5);
    const platform = await openPlatform(database.url, home, false);
    const head = await platform.store.head(DISTRICT);
    await platform.close();
    expect(head).toBeGreaterThan(1_500);
    await stop();
  });
});
