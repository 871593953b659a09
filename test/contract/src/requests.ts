import { createHash, randomUUID } from "node:crypto";
import type { AppendRequest, Expectation, IdempotencyKey, NewEvent } from "@huimin/event-store";

/** A complete event; a suite names what matters to it. */
export const newEvent = (over: Partial<NewEvent> = {}): NewEvent => {
  const id = randomUUID();
  return {
    eventId: id,
    type: "RepaymentReceived",
    schemaVersion: 1,
    valueDate: "2018-01-01",
    recordedAt: "2018-01-02T08:00:00.000+08:00",
    period: "2018-01",
    actor: "bank:K1",
    role: "BANK",
    channel: "bank-api",
    commandId: id,
    correlationId: id,
    payload: { loan: "L1", amount: "100.00", note: "还款 “5月”\n€" },
    ...over,
  };
};

export const any: Expectation = { kind: "any" };
export const none: Expectation = { kind: "none" };
export const exists: Expectation = { kind: "exists" };
export const exactly = (version: number): Expectation => ({ kind: "exactly", version });

export const keyOf = (key: string, body: string, client = "bank:K1"): IdempotencyKey => ({
  client,
  key,
  bodyHash: createHash("sha256").update(body).digest("hex"),
});

type Write = readonly [stream: string, expect: Expectation, events?: number];

/** An append of one or more events to each of the streams. */
export const append = (writes: readonly Write[], over: Partial<AppendRequest> = {}): AppendRequest => ({
  writes: writes.map(([stream, expect, events = 1]) => ({ stream, expect, events: Array.from({ length: events }, () => newEvent()) })),
  asserts: [],
  keys: [],
  answer: { done: true },
  ...over,
});
