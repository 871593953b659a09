import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { AddBankKey } from "@huimin/bank-client";
import { SANDBOX_MARK, SANDBOX_PUBLIC_KEYS } from "@huimin/identity";
import { createBankClient } from "@huimin/sdk-bank";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statementOptionsOf } from "../compose/statements.ts";
import { addressGuardOf } from "../compose/webhooks.ts";
import { createPlatform } from "../platform.ts";
import { LiveDistrict } from "../testing/live-district.ts";
import { LiveSandbox } from "../testing/live-sandbox.ts";
import { RawBank } from "../testing/raw-bank.ts";
import { SandboxFault } from "./database.ts";
import { SANDBOX_BANKS, sandboxAccess, sandboxPem } from "./keys.ts";
import { SANDBOX_PASSWORD } from "./seed.ts";

const sandbox = new LiveSandbox();
const district = new LiveDistrict();
const bank = () => new RawBank(() => sandbox.origin, "sandbox-a-1", sandboxPem("sandbox-a-1"));
beforeAll(async () => {
  await sandbox.start();
  await district.start();
});
afterAll(async () => {
  await district.stop();
  await sandbox.stop();
});

describe("a sandbox", () => {
  it("given any answer, also of what is not there, then it says that it is a sandbox's", async () => {
    for (const address of ["/sandbox", "/healthz", "/nowhere", "/bank/v1/loans", "/openapi.json"]) {
      const { headers } = await fetch(`${sandbox.origin}${address}`);
      expect([headers.get("huimin-sandbox"), headers.get("huimin-sandbox-clock")]).toEqual([
        "true",
        expect.stringMatching(/^2018-03-01T09:/),
      ]);
    }
    const { headers } = await fetch(`${district.origin}/healthz`);
    expect(headers.get("huimin-sandbox")).toBeNull();
  });

  it("given a bank's own key with days of the sandbox's calendar, then it is good on those days, as the office sees it too", async () => {
    const office = async (login: string, method: string, address: string, body?: object) => {
      const signIn = await sandbox.post("/api/v1/sign-in", { login, password: SANDBOX_PASSWORD });
      const { token } = (await signIn.json()) as { token: string };
      const headers = { authorization: `Bearer ${token}`, "idempotency-key": randomUUID() };
      const answer = await fetch(`${sandbox.origin}/api/v1${address}`, {
        method,
        ...(body ? { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) } : { headers }),
      });
      return (await answer.json()) as Record<string, string> & { keys?: { keyId: string; status: string }[] };
    };
    const pair = generateKeyPairSync("ed25519");
    const publicKey = String(pair.publicKey.export({ format: "jwk" }).x);
    const query = `bank=SBXA&client=main&keyId=own-1&publicKey=${publicKey}`;
    const { text = "" } = await office("sandbox-fof", "GET", `/bank-clients/key-registration-text?${query}`);
    const proof = sign(null, Buffer.from(text), pair.privateKey).toString("base64");
    const key = { keyId: "own-1", publicKey, validFrom: "2018-03-01", validTo: "2018-03-31", proof };
    const { proposal } = await office("sandbox-fof", "POST", "/bank-clients/SBXA/main/keys", key);
    expect(await office("sandbox-checker", "POST", `/proposals/${proposal}/approval`)).toMatchObject({ keyId: "own-1" });
    const own = new RawBank(() => sandbox.origin, "own-1", pair.privateKey.export({ format: "pem", type: "pkcs8" }) as string);
    await expect.poll(async () => (await own.get("loans/SBX-L1")).status, { timeout: 10_000 }).toBe(200);
    const { keys } = await office("sandbox-fof", "GET", "/bank-clients/SBXA/main");
    expect(keys?.find(({ keyId }) => keyId === "own-1")).toMatchObject({ status: "valid" });
    await sandbox.post("/sandbox/clock", { to: "2018-04-01" });
    expect((await own.get("loans/SBX-L1")).body.code).toBe("KEY_EXPIRED");
    await sandbox.post("/sandbox/reset");
  });

  it("given a clock moved past a due date, then the nightly work of those days is done; back it doesn't go", async () => {
    const list = async () => (await bank().get("loans?status=overdue")).body.items.map(({ loan }: { loan: string }) => loan);
    expect(await list()).toEqual(["SBX-L2"]);
    const moved = await sandbox.post("/sandbox/clock", { to: "2020-02-24" });
    expect([moved.status, await moved.json()]).toMatchObject([
      200,
      { clock: expect.stringMatching(/^2020-02-24T09:00/), daysClosed: 725, markedOverdue: 2 },
    ]);
    expect(await list()).toEqual(["SBX-L1", "SBX-L2"]);
    for (const [body, code] of [
      [{ to: "2018-03-01" }, "SANDBOX_CLOCK_BACKWARDS"],
      [{ to: "2050-01-01" }, "SANDBOX_CLOCK_FAR"],
    ] as const) {
      const refused = await sandbox.post("/sandbox/clock", body);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, code]);
    }
    expect((await sandbox.post("/sandbox/clock", { days: 0 })).status).toBe(400);
  });

  it("given another process on the same database, then the day goes on; after a reset everything is as at first", async () => {
    const other = await sandbox.open();
    const state = (await (await fetch(`${other.address}/sandbox`)).json()) as { clock: string };
    expect(state.clock).toMatch(/^2020-02-24T/);
    await other.close();
    const first = (await bank().get("loans/SBX-L1")).body;
    const booked = await bank().post("repayments", {
      loan: "SBX-L1",
      currency: "CNY",
      valueDate: "2018-03-01",
      principal: "1.00",
      serial: "S1",
    });
    expect(booked.status).toBe(201);
    const reset = await sandbox.post("/sandbox/reset");
    expect(reset.status).toBe(200);
    expect(((await reset.json()) as { clock: string }).clock).toMatch(/^2018-03-01T09:00/);
    expect((await bank().get("loans/SBX-L1")).body).toMatchObject({ openPrincipal: first.openPrincipal, status: "performing" });
    expect((await bank().get("loans?status=overdue")).body.items).toHaveLength(1);
  });

  it("given messages while it is reset, then each is answered, with 503 and Retry-After at worst, and the SDK gets through", async () => {
    const reset = sandbox.post("/sandbox/reset");
    const client = createBankClient({
      baseUrl: sandbox.origin,
      keyId: "sandbox-a-1",
      privateKey: sandboxPem("sandbox-a-1"),
      retry: { attemptsMax: 30 },
    });
    await expect.poll(async () => (await fetch(`${sandbox.origin}/sandbox`)).status, { interval: 5, timeout: 20_000 }).toBe(503);
    const while503 = await fetch(`${sandbox.origin}/bank/v1/loans`);
    expect([while503.status, while503.headers.get("retry-after"), while503.headers.get("huimin-sandbox")]).toEqual([503, "2", "true"]);
    expect(while503.headers.get("content-type")).toContain("application/problem+json");
    expect(await while503.json()).toMatchObject({
      ...{ type: "/docs/errors#SANDBOX_RESETTING", status: 503, code: "SANDBOX_RESETTING", errors: [] },
      ...{ detailZh: "沙箱正在恢复初始数据。", remedyEn: "Try again in a few seconds." },
    });
    expect((await client.loan("SBX-L1")).openPrincipal).toBe("50000.00");
    expect((await reset).status).toBe(200);
  });
});

describe("what leaves a sandbox", () => {
  it("given a statement, then title, issuer and seal say what it is; elsewhere they are the district's", () => {
    const { district: title, issuer, seal } = statementOptionsOf(sandbox.host.platform).notice;
    for (const text of [title, issuer, seal]) expect(text).toContain(SANDBOX_MARK);
    expect(JSON.stringify(statementOptionsOf(district.platform).notice)).not.toContain("SANDBOX");
  });

  it("given an address of a webhook, then it may be this machine's and no other", () => {
    const guard = addressGuardOf({ webhookNetworks: ["127.0.0.0/8"], webhookHttp: true, webhookOnlyThere: true });
    expect([guard.mayConnect("127.0.0.1"), guard.mayConnect("93.184.216.34")]).toEqual([true, false]);
  });
});

describe("a sandbox and everything else are kept apart", () => {
  it("given a database of the product, then no sandbox takes it; given a sandbox's, then nothing else does", async () => {
    await expect(sandbox.open({ databaseUrl: district.platform.databaseUrl })).rejects.toThrow(SandboxFault);
    const production = { district: "410803", home: sandbox.home, databaseUrl: sandbox.database.url, logLevel: "silent" };
    await expect(createPlatform(production)).rejects.toThrow(SandboxFault);
    const lost = { ...production, district: "410899", databaseUrl: district.platform.databaseUrl };
    await expect(createPlatform(lost)).rejects.toThrow(SandboxFault);
  });

  it("given the published keys, then a server that is no sandbox does not register them, and does not let them in", async () => {
    const [key] = sandboxAccess(SANDBOX_BANKS[0] as (typeof SANDBOX_BANKS)[number]).keys;
    const meta = { actor: "spec", checker: "spec-2", role: "FOF", channel: "import" } as const;
    const claim = { ...(key as NonNullable<typeof key>), bank: "K1", client: "main" };
    const outcome = await district.platform.handler.execute(AddBankKey, claim, meta);
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "BANK_KEY_PUBLISHED" } });
    const stranger = new RawBank(
      () => district.origin,
      "sandbox-a-1",
      sandboxPem("sandbox-a-1"),
      () => district.now,
    );
    expect(await stranger.get("loans")).toMatchObject({ status: 401, body: { code: "KEY_UNKNOWN" } });
    expect(Object.keys(SANDBOX_PUBLIC_KEYS)).toHaveLength(3);
  });

  it("given no sandbox, then its routes are not there", async () => {
    for (const address of ["/sandbox/reset", "/sandbox/clock"])
      expect((await fetch(`${district.origin}${address}`, { method: "POST" })).status).toBe(404);
  });
});
