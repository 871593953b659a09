import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { verifyWebhook, WebhookRejected, yuan } from "./index.ts";
import { mayRetry, retryAfterSeconds } from "./retry.ts";

describe("amounts", () => {
  it("given text or fen, then it is an amount; a number never", () => {
    expect([yuan("0.00"), yuan("1234.50"), yuan(5n), yuan(123_450n)]).toEqual(["0.00", "1234.50", "0.05", "1234.50"]);
    for (const wrong of ["1234.5", "1,234.50", "1e3", "-1.00", "01.00", " 1.00", "1234567890123.00", ""])
      expect(() => yuan(wrong)).toThrow(TypeError);
    expect(() => yuan(1234.5 as unknown as string)).toThrow("never a number");
    expect(() => yuan(-5n)).toThrow(TypeError);
  });
});

describe("Retry-After", () => {
  it("given seconds, a date, nonsense or nothing, then seconds or undefined", () => {
    const now = Date.UTC(2026, 0, 5, 4, 0, 0);
    const at = (ms: number) => new Date(now + ms).toUTCString();
    expect(["5", " 12 ", at(9_000), at(-9_000), "soon", null].map((one) => retryAfterSeconds(one, now))).toEqual([
      5,
      12,
      9,
      0,
      undefined,
      undefined,
    ]);
  });
  it("given every status, then only those that pass by are tried again", () => {
    const again = Array.from({ length: 600 }, (_, status) => status).filter(mayRetry);
    expect(again).toEqual([408, 425, 429, 502, 503, 504]);
  });
});

describe("webhooks", () => {
  const secret = `whsec_${Buffer.from("a secret of 24 bytes....").toString("base64")}`;
  const other = `whsec_${Buffer.from("another one of 24 bytes.").toString("base64")}`;
  const at = new Date(1_760_000_000_000);
  const body = JSON.stringify({ type: "payout.accepted", data: { amount: "1.00" } });
  const headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
  };

  it("given what the standard's own library signed, then it is verified; as bytes, and while the secret is changed", () => {
    const content = { id: "msg_1", data: JSON.parse(body) };
    expect(verifyWebhook({ body, headers }, secret, at.getTime())).toEqual(content);
    expect(verifyWebhook({ body: Buffer.from(body), headers: new Headers(headers) }, [other, secret], at.getTime())).toEqual(content);
  });

  it("given another secret, body, time or no header, then it is rejected", () => {
    const reject = (received: object, given = secret, now = at.getTime()) =>
      expect(() => verifyWebhook({ body, headers, ...received }, given, now)).toThrow(WebhookRejected);
    reject({}, other);
    reject({ body: `${body} ` });
    reject({}, secret, at.getTime() + 301_000);
    reject({ headers: { ...headers, "webhook-id": "msg_2" } });
    reject({ headers: { ...headers, "webhook-timestamp": undefined } });
    reject({ headers: { ...headers, "webhook-signature": "v1,AAAA v2,BBBB" } });
  });
});
