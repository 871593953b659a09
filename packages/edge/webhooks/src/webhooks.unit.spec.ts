import { createHmac } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { AddressGuard, ATTEMPTS_MAX, newSecret, parseNetwork, pauseAfter, RETRY_SECONDS, signedHeaders } from "./index.ts";

/** What the specification says, with nothing but node:crypto. */
const byHand = (secret: string, id: string, seconds: number, payload: string): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"))
    .update(`${id}.${seconds}.${payload}`)
    .digest("base64")}`;

describe("signatures of Standard Webhooks", () => {
  it("given the vector of the specification's reference libraries, then the same signature", () => {
    const headers = signedHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}', [
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ]);
    expect(headers).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("given two secrets, then a receiver with either accepts, and one with another does not", () => {
    const [fresh, old, other] = [newSecret(), newSecret(), newSecret()];
    const payload = '{"type":"item.held","data":{"loan":"贷1"}}';
    const seconds = Math.floor(Date.now() / 1000);
    const headers = signedHeaders("evt_1", seconds, payload, [fresh, old]);
    expect(headers["webhook-signature"]).toBe(`${byHand(fresh, "evt_1", seconds, payload)} ${byHand(old, "evt_1", seconds, payload)}`);
    for (const secret of [fresh, old]) expect(new Webhook(secret).verify(payload, headers)).toMatchObject({ type: "item.held" });
    expect(() => new Webhook(other).verify(payload, headers)).toThrow();
    expect(() => new Webhook(fresh).verify(payload.replace("held", "gone"), headers)).toThrow();
    expect(Buffer.from(fresh.slice(6), "base64")).toHaveLength(32);
  });
});

describe("pauses between attempts", () => {
  it("are 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h, a fifth shorter or longer; then none", () => {
    expect(RETRY_SECONDS.map((_, index) => pauseAfter(index + 1, 0.5))).toEqual(
      [5, 30, 120, 600, 3600, 21_600, 86_400].map((seconds) => seconds * 1000),
    );
    expect([pauseAfter(1, 0), pauseAfter(1, 1)]).toEqual([4000, 6000]);
    expect(pauseAfter(ATTEMPTS_MAX, 0.5)).toBeUndefined();
  });

  it("are never shorter than a receiver asks, nor longer than a day for its sake", () => {
    expect(pauseAfter(1, 0.5, 90)).toBe(90_000);
    expect(pauseAfter(1, 0.5, 999_999)).toBe(86_400_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ATTEMPTS_MAX - 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const pause = pauseAfter(attempts, random) as number;
        const seconds = RETRY_SECONDS[attempts - 1] as number;
        expect(pause).toBeGreaterThanOrEqual(seconds * 800);
        expect(pause).toBeLessThanOrEqual(seconds * 1200);
      }),
    );
  });
});

describe("where a message may go", () => {
  const strict = new AddressGuard({ http: false, networks: [] });
  it.each([
    ..."10.0.0.1 172.16.5.4 172.31.255.255 192.168.1.1 127.0.0.1 127.8.8.8 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255".split(
      " ",
    ),
    ..."::1 :: fc00::1 fd12::1 fe80::1 ff02::1 ::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::a00:1 2002:a00:1:: ::127.0.0.1".split(" "),
    "no-address",
  ])("never to %s", (address) => {
    expect(strict.mayConnect(address)).toBe(false);
  });

  it.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])("to %s", (address) => {
    expect(strict.mayConnect(address)).toBe(true);
  });

  it.each([
    ["https://bank.example/hooks", true],
    ["https://bank.example:8443/hooks?a=1", true],
    ["http://bank.example/hooks", false],
    ["https://10.0.0.1/", false],
    ["https://[::1]/", false],
    ["https://0x7f000001/", false],
    ["https://2130706433/", false],
    ["https://localhost/", false],
    ["http://127.0.0.1/", false],
    ["file:///etc/passwd", false],
    ["nonsense", false],
  ])("%s: %s", (url, good) => {
    expect(strict.faultOf(url) === undefined).toBe(good);
  });

  it("given networks that are allowed, then private lines work, and http only to this machine and only where it is allowed", () => {
    const lines = new AddressGuard({ http: false, networks: ["10.20.0.0/16", "127.0.0.0/8"] });
    expect([lines.mayConnect("10.20.3.4"), lines.mayConnect("10.21.0.1"), lines.mayConnect("::ffff:10.20.0.1")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(lines.faultOf("https://10.20.3.4/")).toBeUndefined();
    expect(lines.faultOf("http://127.0.0.1:9/")).toBeDefined();
    const sandbox = new AddressGuard({ http: true, networks: ["127.0.0.0/8", "10.20.0.0/16"] });
    expect(sandbox.faultOf("http://127.0.0.1:9/")).toBeUndefined();
    expect(sandbox.faultOf("http://localhost:9/")).toBeUndefined();
    expect(sandbox.faultOf("http://10.20.3.4/")).toBeDefined();
    expect(new AddressGuard({ http: true, networks: [] }).faultOf("http://127.0.0.1:9/")).toBeDefined();
    expect(["10.0.0.0/33", "10.0.0/8", "", "::/129", "1.2.3.4/8/9"].map(parseNetwork)).toEqual(Array(5).fill(undefined));
    const only = new AddressGuard({ http: true, networks: ["127.0.0.0/8"], onlyThere: true });
    expect([only.mayConnect("127.0.0.1"), only.mayConnect("8.8.8.8"), only.mayConnect("2606:4700::1111")]).toEqual([true, false, false]);
    expect(() => new AddressGuard({ http: false, networks: ["x"] })).toThrow("not a network");
  });
});
