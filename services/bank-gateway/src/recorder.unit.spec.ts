import type { CommandHandler } from "@huimin/command-handler";
import type { Decision } from "@huimin/decider";
import { RecordRepayment } from "@huimin/loan";
import { describe, expect, it } from "vitest";
import { MessageRecorder, type RowMessage } from "./recorder.ts";

/** A log that knows no key; `sent` counts the appends that were tried. */
function recorder() {
  const sent: unknown[] = [];
  const handler = {
    execute: async (definition: { name: string }) => {
      sent.push(definition.name);
      const items = [{ row: 2, answer: { loan: "L1" } }];
      return { kind: "recorded", answer: { items } as unknown as Decision["answer"], lastPosition: 7 };
    },
  } as unknown as CommandHandler;
  const store = { findKey: async () => undefined, findKeys: async (_: string, keys: readonly unknown[]) => keys.map(() => undefined) };
  const messages = new MessageRecorder(
    { ...{ store: store as never, district: "410803" }, definitionOf: () => RecordRepayment as never, handlerOf: () => handler },
    "K1",
    { channel: "bulk" as never, correlationId: "c1" } as never,
  );
  return { messages, sent };
}
const message = (row: number, serial: string, principal: string, key = `k-${row}`): RowMessage => ({
  ...{ row, key, definition: RecordRepayment as never },
  body: { loan: "L1", valueDate: "2018-05-10", serial, principal, currency: "CNY" },
});

describe("messages of one request that use one key or serial", () => {
  it("given a serial twice with another amount, all or nothing, then the second is named and no append is tried", async () => {
    const { messages, sent } = recorder();
    expect(await messages.together([message(2, "S1", "10.00"), message(3, "S1", "11.00")], "all")).toEqual({
      refused: { code: "MESSAGE_KEY_TWICE", details: { key: expect.stringContaining("S1"), first: 2 }, row: 3 },
    });
    expect(sent).toEqual([]);
  });

  it("given a key twice with another content, one by one, then the first is booked and the second refused", async () => {
    const { messages, sent } = recorder();
    expect(await messages.together([message(2, "S1", "10.00", "k"), message(3, "S2", "10.00", "k")], "good")).toEqual([
      { row: 2, status: "recorded", answer: { loan: "L1" }, position: 7 },
      { row: 3, status: "refused", refusal: { code: "MESSAGE_KEY_TWICE", details: { key: "k", first: 2 } } },
    ]);
    expect(sent).toHaveLength(1);
  });
});
