import { randomUUID } from "node:crypto";
import { type CommandSender, type Commands, RefusalError } from "@huimin/http";
import { IssueWebhookSecret, webhookErrors } from "@huimin/webhook";
import type { Target } from "@huimin/webhooks";
import type { Webhooks } from "./webhooks.ts";

/** A secret as it is shown, once. */
export interface IssuedSecretValue extends Target {
  /** Its name. */
  readonly secret: string;
  /** `whsec_…` */
  readonly value: string;
  readonly position: number;
}

/**
 * Makes a secret, records its name, and shows it. What the log refuses stays unused. Without an idempotency key: a repeat
 * must not show a secret again, it makes a new one. Refuses WEBHOOK_ENDPOINT_UNKNOWN, and as the command does.
 */
export async function issueWebhookSecret(
  commands: Commands,
  webhooks: Webhooks,
  { bank, endpoint }: Target,
  sender: CommandSender,
  overlapHours?: number,
): Promise<IssuedSecretValue> {
  const known = (await webhooks.stateOf(bank)).endpoints.get(endpoint);
  if (!known || known.status === "removed")
    throw new RefusalError({ code: webhookErrors.WEBHOOK_ENDPOINT_UNKNOWN, details: { bank, endpoint }, path: "/endpoint" });
  const secret = `s-${randomUUID().slice(0, 13)}`;
  const value = await webhooks.makeSecret({ bank, endpoint }, secret);
  const command = { bank, endpoint, secret, ...(overlapHours === undefined ? {} : { overlapHours }) };
  const { position } = await commands.send(IssueWebhookSecret, command, { ...sender, keys: [] });
  await webhooks.resumed({ bank, endpoint });
  return { bank, endpoint, secret, value, position };
}
