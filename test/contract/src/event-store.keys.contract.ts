import type { AppendOutcome, EventStore } from "@huimin/event-store";
import { beforeEach, describe, expect, it } from "vitest";
import { any, append, exactly, keyOf } from "./requests.ts";

const kinds = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ kind }) => kind);
const countUp = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);

/** What every store of the log does with the keys of requests. `current`: the store and the district of the running test. */
export function keysContract(current: () => { readonly store: EventStore; readonly district: string }): void {
  describe("idempotency keys", () => {
    let store: EventStore;
    let district = "";
    beforeEach(() => {
      ({ store, district } = current());
    });
    const send = (...args: Parameters<typeof append>): Promise<AppendOutcome> => store.append(district, append(...args));

    const one = (body: string, keys: readonly string[]) =>
      send([["loan/L1", any]], { keys: keys.map((key) => keyOf(key, body)), answer: { body, 答: [1, null, "x"] } });

    it("gives the first answer to the same key and body, and stores no event", async () => {
      const first = await one("a", ["k1"]);
      expect(first).toMatchObject({ kind: "appended", answer: { body: "a", 答: [1, null, "x"] } });
      const again = await one("a", ["k1"]);
      expect(again).toEqual({ kind: "replayed", lastPosition: 1, answer: { body: "a", 答: [1, null, "x"] }, key: keyOf("k1", "a") });
      expect(await store.head(district)).toBe(1);
    });

    it("a repeat wins over a version that has moved on", async () => {
      const request = append([["loan/L1", exactly(0)]], { keys: [keyOf("k1", "a")] });
      await store.append(district, request);
      expect(await store.append(district, request)).toMatchObject({ kind: "replayed", lastPosition: 1 });
    });

    it("refuses another body under a known key", async () => {
      await one("a", ["k1"]);
      expect(await one("b", ["k1"])).toEqual({ kind: "key-conflict", key: keyOf("k1", "b") });
      expect(await store.head(district)).toBe(1);
    });

    it("keeps two keys of one request: either finds it, and a conflict of either wins", async () => {
      await one("a", ["header-1", "serial-1"]);
      expect(await one("a", ["header-2", "serial-1"])).toMatchObject({ kind: "replayed", lastPosition: 1, key: { key: "serial-1" } });
      expect(await one("a", ["header-1", "serial-2"])).toMatchObject({ kind: "replayed", lastPosition: 1, key: { key: "header-1" } });
      expect(await one("b", ["header-3", "serial-1"])).toMatchObject({ kind: "key-conflict", key: { key: "serial-1" } });
      await one("b", ["header-4", "serial-4"]);
      // serial-4 would be a repeat; the header says another thing.
      expect(await one("b", ["header-1", "serial-4"])).toMatchObject({ kind: "key-conflict", key: { key: "header-1" } });
      expect(await store.head(district)).toBe(2);
    });

    it("belongs to its client and its district", async () => {
      await one("a", ["k1"]);
      expect(await send([["loan/L1", any]], { keys: [keyOf("k1", "b", "bank:K2")] })).toMatchObject({ kind: "appended" });
      expect(await store.append(`${district}x`, append([["loan/L1", any]], { keys: [keyOf("k1", "b")] }))).toMatchObject({
        kind: "appended",
        firstPosition: 1,
      });
    });

    it("of 20 parallel requests under one key one is stored and 19 repeat its answer", async () => {
      const outcomes = await Promise.all(countUp(20).map((n) => send([[`loan/${n}`, any]], { keys: [keyOf("k1", "a")], answer: { n } })));
      expect(kinds(outcomes).sort()).toEqual(["appended", ...Array.from({ length: 19 }, () => "replayed")]);
      const stored = outcomes.find(({ kind }) => kind === "appended") as Extract<AppendOutcome, { kind: "appended" }>;
      for (const outcome of outcomes) expect(outcome).toMatchObject({ answer: stored.answer, lastPosition: 1 });
      expect(await store.head(district)).toBe(1);
    });

    it("findKeys tells the same of many, in the order of the question", async () => {
      await one("a", ["k1", "k2"]);
      const known = await store.findKey(district, "bank:K1", "k1");
      const asked = ["k2", "unknown", "k1"].map((key) => ({ client: "bank:K1", key }));
      expect(await store.findKeys(district, asked)).toEqual([known, undefined, known]);
      expect(await store.findKeys(district, [{ client: "bank:K2", key: "k1" }])).toEqual([undefined]);
      expect(await store.findKeys(district, [])).toEqual([]);
    });

    it("a request of thousands of messages has a key and an answer for each, and one for the whole", async () => {
      const keys = countUp(20_000).map((n) => ({ ...keyOf(`m${n}`, "a"), answer: { n } }));
      const sent = await send([["loan/L1", any]], { keys: [keyOf("whole", "a"), ...keys], answer: { whole: true } });
      expect(sent).toMatchObject({ kind: "appended" });
      const [whole, first, last] = await store.findKeys(district, [
        { client: "bank:K1", key: "whole" },
        { client: "bank:K1", key: "m1" },
        { client: "bank:K1", key: "m20000" },
      ]);
      expect([whole?.answer, first?.answer, last?.answer]).toEqual([{ whole: true }, { n: 1 }, { n: 20_000 }]);
      expect(await send([["loan/L2", any]], { keys: [keyOf("m77", "a")] })).toMatchObject({ kind: "replayed", answer: { n: 77 } });
      expect(await send([["loan/L2", any]], { keys: [keyOf("m78", "b")] })).toMatchObject({ kind: "key-conflict" });
    });

    it("findKey tells what is stored, and nothing of an unknown key", async () => {
      await one("a", ["k1"]);
      expect(await store.findKey(district, "bank:K1", "k1")).toEqual({
        bodyHash: keyOf("k1", "a").bodyHash,
        answer: { body: "a", 答: [1, null, "x"] },
        lastPosition: 1,
      });
      expect(await store.findKey(district, "bank:K2", "k1")).toBeUndefined();
    });
  });
}
