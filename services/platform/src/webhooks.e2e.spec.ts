import { createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hashOfRows } from "@huimin/dividend/events";
import type { Jobs } from "@huimin/jobs";
import { fen } from "@huimin/money";
import { BindBankAccount } from "@huimin/registry";
import { redisIsThere, testRedis } from "@huimin/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPlatformJobs } from "./compose/jobs.ts";
import { bankFileClient, csv } from "./testing/bank-file-client.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict, SECRETS } from "./testing/live-district.ts";

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A bank's receiver that shares no code with us: it answers what `status` says and keeps what it got. */
class BankReceiver {
  status = 204;
  readonly received: Received[] = [];
  readonly #server: Server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    this.received.push({ headers: request.headers, body });
    response.writeHead(this.status).end();
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }
  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }
  ofType(type: string): Received[] {
    return this.received.filter(({ body }) => JSON.parse(body).type === type);
  }
}

const CARD = "6217000010001234567";

const verified = (secret: string, { headers, body }: Received): boolean => {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const mac = createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(text)
    .digest("base64");
  return String(headers["webhook-signature"]).split(" ").includes(`v1,${mac}`);
};

const queues: readonly (readonly [string, boolean])[] = [
  ["PostgreSQL", true],
  ["Redis (needs REDIS_URL or redis-server)", redisIsThere],
];

for (const [where, possible] of queues) {
  describe.skipIf(!possible)(`webhooks with the queue on ${where}`, () => {
    const district = new LiveDistrict();
    const { bank, bankRead, person, signIn } = district;
    const { upload } = bankFileClient(district);
    const receiver = new BankReceiver();
    let jobs: Jobs;
    let url = "";
    let maker = "";
    let checker = "";
    let secret = "";
    let stopRedis = async (): Promise<void> => undefined;
    const until = (count: number, type: string) => expect.poll(() => receiver.ofType(type).length, { timeout: 20_000 }).toBe(count);
    const repay = (serial: string, principal: string) =>
      bank("repayments", { currency: "CNY", loan: "L1", valueDate: "2018-03-20", serial, principal });

    beforeAll(async () => {
      url = await receiver.start();
      await district.start({ webhookHttp: true, webhookNetworks: ["127.0.0.0/8"], publicOrigin: undefined });
      await district.lend("L1", "20000.00");
      district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
      const redis = where === "PostgreSQL" ? undefined : await testRedis();
      stopRedis = async () => redis?.stop();
      jobs = await startPlatformJobs(district.platform, redis?.url);
      maker = await signIn("fof-webhooks", "FOF");
      checker = await signIn("fof-checker", "FOF");
    });
    afterAll(async () => {
      await jobs?.close();
      await district.stop();
      await receiver.stop();
      await stopRedis();
    });

    it("given the office, then an endpoint counts when a second person approved it; a bad address is refused before", async () => {
      const body = { endpoint: "W1", url, kinds: ["item.held", "item.released", "file.processed"] };
      const bad = await person(maker, "POST", "/banks/K1/webhooks", { ...body, url: "https://10.0.0.8/hooks" });
      expect(bad).toMatchObject({ status: 400, body: { code: "WEBHOOK_URL_INVALID", errors: [{ pointer: "/url" }] } });
      const made = await person(maker, "POST", "/banks/K1/webhooks", body);
      expect(made).toMatchObject({ status: 202, body: { status: "open", preview: { bank: "K1", endpoint: "W1" } } });
      expect((await bankRead("/webhooks")).body.items).toEqual([]);
      const approval = `/proposals/${made.body.proposal}/approval`;
      expect(await person(maker, "POST", approval)).toMatchObject({ status: 403, body: { code: "SAME_PERSON" } });
      expect((await person(checker, "POST", approval)).status).toBe(201);
      expect((await bankRead("/webhooks")).body.items).toMatchObject([{ endpoint: "W1", status: "without-secret", waiting: 0, dead: 0 }]);
      expect((await bankRead("/webhooks", "k2")).body.items).toEqual([]);
      expect((await person(checker, "GET", "/webhooks?bank=K1")).body.items).toHaveLength(1);
    });

    it("given the bank's own signed request, then it gets its secret, once; a test arrives and verifies with node:crypto", async () => {
      const issued = await bank("webhooks/W1/secrets", {});
      expect(issued).toMatchObject({ status: 201, body: { bank: "K1", endpoint: "W1" } });
      expect(issued.headers.get("cache-control")).toBe("no-store");
      secret = issued.body.value;
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect((await bank("webhooks/W1/secrets", {}, { keyId: "k2" })).status).toBe(404);
      expect((await bank("webhooks/W1/test", {})).status).toBe(201);
      await until(1, "webhook.test");
      const [one] = receiver.ofType("webhook.test") as [Received];
      expect(verified(secret, one)).toBe(true);
      expect(verified(secret, { ...one, body: one.body.replace("K1", "K2") })).toBe(false);
      expect(one.headers["content-type"]).toBe("application/json");
      expect((await bankRead("/webhooks")).body.items).toMatchObject([{ status: "active", secrets: [{ secret: issued.body.secret }] }]);
      const log = JSON.stringify(await district.platform.store.readAll(DISTRICT, 0, 1000));
      const rows = JSON.stringify((await district.platform.pool.query("SELECT * FROM log.command_key")).rows);
      expect(log + rows).not.toContain(secret.slice(6));
    });

    it("given a held repayment and a file, then the bank is told at the position of each, with no name and no number", async () => {
      await repay("D1", "100.00");
      const held = await repay("D2", "100.00");
      expect([held.status, held.body.status]).toEqual([202, "held"]);
      await until(1, "item.held");
      const [message] = receiver.ofType("item.held").map(({ body }) => JSON.parse(body));
      expect(message).toEqual({
        type: "item.held",
        timestamp: "2018-03-21T09:00:00.000+08:00",
        data: {
          ...{ district: DISTRICT, bank: "K1", position: held.body.position, loan: "L1", serial: "D2", sameAs: "D1" },
          ...{ valueDate: "2018-03-20", principal: "100.00", interest: "0.00", penalty: "0.00" },
        },
      });
      const sent = await upload("?kind=repayments", csv("L1,2018-03-19,F1,,10.00", "L9,2018-03-19,F2,,10.00"));
      await until(1, "file.processed");
      const [file] = receiver.ofType("file.processed").map(({ body }) => JSON.parse(body).data);
      expect(file).toMatchObject({ sha256: sent.body.sha256, status: "partly", booked: 1, refused: 1 });
      expect((await bankRead(String(file.report).replace("/bank/v1", "").replace("/report", ""))).body.sha256).toBe(sent.body.sha256);
      expect(receiver.received.every((one) => verified(secret, one))).toBe(true);
      for (const personal of SECRETS) expect(receiver.received.map(({ body }) => body).join("")).not.toContain(personal);
    });

    it("given refusals, then it is tried again on the queue under the same id; dead letters are listed and replayed by bank and office", async () => {
      receiver.status = 503;
      await repay("D3", "100.00");
      await until(2, "item.held");
      receiver.status = 204;
      const failed = receiver.ofType("item.held").at(-1)?.headers["webhook-id"];
      await expect
        .poll(async () => (await bankRead("/webhooks/deliveries?status=waiting")).body.items, { timeout: 10_000 })
        .toMatchObject([{ id: failed, attempts: 1, lastStatus: 503 }]);
      district.now += 6_000; // the platform's clock; the queue's bell rings by its own
      await until(3, "item.held");
      expect(receiver.ofType("item.held").at(-1)?.headers["webhook-id"]).toBe(failed);
      const { deliveries } = district.platform.webhooks;
      const [row] = await deliveries.list({ bank: "K1", limit: 1 });
      await expect.poll(async () => (await deliveries.list({ bank: "K1", limit: 1 }))[0]?.status, { timeout: 10_000 }).toBe("delivered");
      expect(row?.id).toBe(failed);
      expect((await bank("webhooks/replay", {})).body.code).toBe("WEBHOOK_REPLAY_WHAT");
      expect((await bank("webhooks/replay", { delivery: "evt_none" })).body.code).toBe("WEBHOOK_DELIVERY_UNKNOWN");
      expect((await bank("webhooks/replay", { delivery: failed }, { keyId: "k2" })).body.code).toBe("WEBHOOK_DELIVERY_UNKNOWN");
      expect((await bank("webhooks/replay", { delivery: failed })).body).toEqual({ replayed: 1 });
      await until(4, "item.held");
      const since = await person(maker, "POST", "/banks/K1/webhooks/replay", { since: "2018-03-01T00:00:00+08:00" });
      expect(since.body.replayed).toBeGreaterThan(3);
      await until(6, "item.held");
      expect((await person(maker, "GET", "/webhooks/deliveries?status=dead")).body.items).toEqual([]);
    });

    it("given 410 Gone, then the endpoint is paused; what happens waits, and is sent when the bank resumes it", async () => {
      receiver.status = 410;
      await bank("webhooks/W1/test", {});
      await until(2, "webhook.test").catch(() => undefined);
      await expect.poll(async () => (await bankRead("/webhooks")).body.items[0].status, { timeout: 20_000 }).toBe("paused");
      receiver.status = 204;
      const before = receiver.ofType("item.held").length;
      await repay("D4", "100.00");
      district.now += 60_000;
      await district.platform.webhooks.sweep();
      expect(receiver.ofType("item.held")).toHaveLength(before);
      expect((await bank("webhooks/W1/resumption", {})).status).toBe(201);
      await until(before + 1, "item.held");
    });

    it("given a submitted payout batch, then the bank is told where its file is, and it alone fetches it there, logged", async () => {
      const { vault, store, district: code } = district.platform;
      const holder = district.borrower;
      const [number] = await vault.seal([{ district: code, personId: holder, field: "account", keyClass: "K1", text: CARD }]);
      const numberHash = vault.fingerprint(code, "account", CARD);
      const account = { holder, bank: "K1", kind: "card", number, numberHash, purpose: "all" };
      await district.register(BindBankAccount, { household: "HH1", ...account, valueDate: "2018-03-01" }, "OFFICE");
      const changed = { endpoint: "W1", url, kinds: ["payout.instruction.ready", "payout.batch.cancelled", "item.held"] };
      const proposal = (await person(maker, "PUT", "/banks/K1/webhooks/W1", { url, kinds: changed.kinds })).body.proposal;
      expect((await person(checker, "POST", `/proposals/${proposal}/approval`)).status).toBe(201);
      const part = { pool: "POOL1", year: 2017, part: 0 };
      const row = { household: "HH1", year: 2017, pool: "POOL1", amount: fen("88.00"), account: numberHash };
      const items = [{ household: "HH1", village: "410803009204", amount: "88.00", from: "2901.02", account: numberHash }];
      const header = { payoutBatch: "PB1", bank: "K1", total: "88.00", count: 1, fileHash: hashOfRows([row]) };
      const write = (stream: string, ...events: (readonly [string, object])[]) => ({
        stream,
        expect: { kind: "any" } as const,
        events: events.map(([type, payload]) => ({
          ...{ eventId: randomUUID(), type, schemaVersion: 1, valueDate: "2018-03-20", recordedAt: "2018-03-21T09:00:00.000+08:00" },
          ...{
            period: "2018-03",
            actor: "spec",
            role: "FIN-C",
            channel: "import" as const,
            commandId: randomUUID(),
            correlationId: "spec",
            payload,
          },
        })),
      });
      const appended = await store.append(code, {
        writes: [
          write(
            "entitlement/POOL1-2017-0",
            ["EntitlementsAllocated", { ...part, draft: 1, lines: [{ household: "HH1", village: "410803009204", amount: "88.00" }] }],
            ["PayoutItemsSubmitted", { ...part, payoutBatch: "PB1", bank: "K1", items }],
          ),
          write("payout/PB1", ["PayoutBatchSubmitted", { ...header, parts: [{ ...part, count: 1, total: "88.00" }] }]),
        ],
        ...{ asserts: [], keys: [], answer: null },
      });
      await until(1, "payout.instruction.ready");
      const [{ data }] = receiver.ofType("payout.instruction.ready").map(({ body }) => JSON.parse(body)) as [
        { data: Record<string, unknown> },
      ];
      expect(data).toMatchObject({ ...header, currency: "CNY", file: "/bank/v1/payout-batches/PB1/file" });
      expect(data.position).toBe("lastPosition" in appended && appended.lastPosition);
      const fetched = async (format: string, keyId = "k1") => {
        const at = `${district.origin}${data.file}?format=${format}`;
        const response = await fetch(at, { headers: district.signedHeaders(keyId, "GET", at, {}, undefined, randomUUID()) });
        return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
      };
      const file = await fetched("pain.001");
      expect([file.status, file.type]).toEqual([200, expect.stringContaining("application/xml")]);
      for (const wanted of [CARD, "李秀英", "88.00"]) expect(file.text).toContain(wanted);
      expect((await fetched("csv")).text).toContain(CARD);
      expect(await fetched("csv", "k2")).toMatchObject({ status: 404, text: expect.stringContaining("PAYOUT_BATCH_UNKNOWN") });
      const { rows } = await district.platform.pool.query("SELECT actor, reason FROM access_log WHERE subject = 'PB1'");
      expect(rows).toEqual([
        { actor: "bank:K1", reason: expect.stringMatching(/^代发文件 .*1户$/) },
        { actor: "bank:K1", reason: expect.stringMatching(/^代发文件 .*1户$/) },
      ]);
    });

    it("`huimin webhooks` lists, proposes, pauses and replays", async () => {
      const run = async (...args: string[]) => {
        const { code, text } = await runHuimin(["webhooks", ...args], { directory: "/", platform: district.platform });
        return { code, out: text };
      };
      expect(JSON.parse((await run("list", "--json")).out).items).toMatchObject([{ bank: "K1", endpoint: "W1" }]);
      expect((await run("list")).out).toContain("W1");
      expect((await run("pause", "K1", "W1", "--reason", "维护")).code).toBe(0);
      expect((await run("pause", "K1", "W1", "--reason", "维护")).out).toContain("WEBHOOK_PAUSED_ALREADY");
      expect((await run("resume", "K1", "W1")).code).toBe(0);
      expect(JSON.parse((await run("deliveries", "--bank", "K1", "--json")).out).items.length).toBeGreaterThan(3);
      expect((await run("dead", "--json")).out).toBe('{"items":[]}');
      expect(JSON.parse((await run("replay", "K1", "--dead", "--json")).out)).toEqual({ replayed: 0 });
      expect((await run("replay", "K1")).code).toBe(1);
      const proposed = await run("add", "K1", "W2", `${url}/2`, "--kinds", "item.held,key.expiring", "--json");
      expect(JSON.parse(proposed.out)).toMatchObject({ status: "open", preview: { endpoint: "W2" } });
      expect((await run("add", "K1", "W3", "https://192.168.1.1/", "--kinds", "item.held")).out).toContain("WEBHOOK_URL_INVALID");
      expect((await run("add", "K1", "W3", url, "--kinds", "nothing")).code).toBe(2);
      expect((await person(maker, "POST", `/proposals/${JSON.parse(proposed.out).proposal}/approval`)).status).toBe(201);
      const shown = JSON.parse((await run("secret", "K1", "W2", "--json")).out);
      expect(shown.value).toMatch(/^whsec_/);
      expect((await run("remove", "K1", "W2", "--reason", "不用")).code).toBe(0);
      expect(JSON.parse((await run("list", "--json")).out).items).toHaveLength(1);
    });

    it("shows metrics without banks, addresses or secrets", async () => {
      const text = await (await fetch(`${district.origin}/metrics`)).text();
      expect(text).toMatch(/huimin_webhook_attempts_total\{kind="item\.held",outcome="delivered"\} [1-9]/);
      expect(text).toContain('huimin_webhook_messages{status="dead"} 0');
      expect(text).not.toContain("W1");
    });
  });
}
