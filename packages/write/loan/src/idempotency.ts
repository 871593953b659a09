/*
 * Which idempotency keys a bank's message has. The serial is unique per bank, whatever the channel: the same message over
 * the API and in a file is one message. The hash is over what the message means, so that a repeat with the same content
 * gets the first answer again and another content under the serial is a conflict.
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** A key as the log takes it (`IdempotencyKey`). */
export interface MessageKey {
  readonly client: string;
  readonly key: string;
  /** SHA-256, hex */
  readonly bodyHash: string;
}

/** Commands whose `serial` is that of another message. A `reversalSerial` is always the reversal's own. */
const NAMES_ANOTHER = new Set(["ReleaseDuplicate", "DismissDuplicate", "ReverseInterestPayment", "ReverseBatchInterestPayment"]);

/** Not part of what a repayment means. `flagged` and `distinct` are: they change the answer. */
const NOT_MEANT = new Set(["currency"]);

/**
 * The keys of a command sent by a bank: one, `bank:{bank}` / `serial:{serial}`, when its message carries a serial of its own.
 * Parts that are absent count as zero, so `principal` alone and `principal` with `interest: "0.00"` mean the same.
 */
export function idempotencyKeysOf(commandName: string, body: Readonly<Record<string, unknown>>, bank: string): MessageKey[] {
  const serial = ownSerialOf(commandName, body);
  if (typeof serial !== "string") return [];
  const meant = Object.entries(body).filter(
    ([field, value]) => value !== undefined && !NOT_MEANT.has(field) && !(isPart(field) && value === "0.00"),
  );
  const content = canonicalize({ command: commandName, body: Object.fromEntries(meant) });
  const bodyHash = createHash("sha256").update(String(content)).digest("hex");
  return [{ client: `bank:${bank}`, key: `serial:${serial}`, bodyHash }];
}

/** The serial that the message itself has at its bank; undefined where it has none. */
export const ownSerialOf = (commandName: string, body: Readonly<Record<string, unknown>>): unknown =>
  body.reversalSerial ?? (NAMES_ANOTHER.has(commandName) ? undefined : body.serial);

const isPart = (field: string): boolean => field === "interest" || field === "penalty";
