import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** A new secret in the form in which receivers of Standard Webhooks take it. */
export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;

/**
 * Headers of one attempt (Standard Webhooks 1.0): HMAC-SHA-256 over `id.timestamp.payload` under each secret, separated by
 * spaces. A receiver accepts when one of them is its own. `seconds` since 1970.
 */
export function signedHeaders(id: string, seconds: number, payload: string, secrets: readonly string[]): Record<string, string> {
  const at = new Date(seconds * 1000);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(" "),
  };
}
