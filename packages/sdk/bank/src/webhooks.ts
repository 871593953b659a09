import { createHmac, timingSafeEqual } from "node:crypto";

/** Seconds by which a webhook may be older or newer than now: what is older is a copy. */
const TOLERANCE_SECONDS = 300;

export class WebhookRejected extends Error {
  override readonly name = "WebhookRejected";
}

export interface ReceivedWebhook {
  /** The body as it arrived: bytes or text, not parsed and written again. */
  readonly body: string | Uint8Array;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Either one secret, or the new and the old one while they are changed. */
export type WebhookSecret = string | readonly string[];

function headerOf(headers: ReceivedWebhook["headers"], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : (headers as Record<string, unknown>)[name];
  const found = Array.isArray(value) ? value[0] : value;
  if (typeof found !== "string" || found === "") throw new WebhookRejected(`the header ${name} is missing`);
  return found;
}

/**
 * Verifies a webhook of the ledger (Standard Webhooks: HMAC-SHA-256 over id, timestamp and body) and answers its content.
 * Throws {@link WebhookRejected}. Keep `webhook-id` for some days: a webhook may be delivered twice, and it names the same.
 */
export function verifyWebhook(
  received: ReceivedWebhook,
  secret: WebhookSecret,
  now: number = Date.now(),
): { readonly id: string; readonly data: unknown } {
  const id = headerOf(received.headers, "webhook-id");
  const timestamp = headerOf(received.headers, "webhook-timestamp");
  const signatures = headerOf(received.headers, "webhook-signature");
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRejected("the timestamp is no number of seconds");
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw new WebhookRejected("the timestamp is more than five minutes off");
  const body = typeof received.body === "string" ? received.body : Buffer.from(received.body).toString("utf8");
  const given = signatures.split(" ").flatMap((one) => (one.startsWith("v1,") ? [Buffer.from(one.slice(3), "base64")] : []));
  const secrets = typeof secret === "string" ? [secret] : secret;
  const right = secrets.some((one) => {
    const key = Buffer.from(one.replace(/^whsec_/, ""), "base64");
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
    return given.some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
  });
  if (!right) throw new WebhookRejected("no signature is right for any of the secrets");
  return { id, data: JSON.parse(body) };
}
