import { createHash } from "node:crypto";
import {
  type AppendOutcome,
  type AppendRequest,
  canonicalEnvelope,
  type EventStore,
  MalformedAppend,
  type StoredEvent,
} from "@huimin/event-store";
import { leafHash, NotCanonical } from "@huimin/proof-log";
import canonicalize from "canonicalize";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keysContract } from "./event-store.keys.contract.ts";
import { any, append, exactly, exists, keyOf, newEvent, none } from "./requests.ts";

const kinds = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ kind }) => kind);
const countUp = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);

/** What every store of the log does, whatever it is made of. Each test has a district (a log) of its own. */
export function eventStoreContract(name: string, open: () => Promise<{ store: EventStore; close: () => Promise<void> }>): void {
  describe(`event store contract: ${name}`, () => {
    let store: EventStore;
    let close: () => Promise<void>;
    let district = "";
    let districts = 0;

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());
    beforeEach(() => {
      districts += 1;
      district = `4108${String(districts).padStart(2, "0")}`;
    });

    const send = (...args: Parameters<typeof append>): Promise<AppendOutcome> => store.append(district, append(...args));

    describe("expectations", () => {
      it("none: accepts a new stream only", async () => {
        expect(await send([["loan/L1", none]])).toEqual({ kind: "appended", firstPosition: 1, lastPosition: 1, answer: { done: true } });
        expect(await send([["loan/L1", none]])).toEqual({ kind: "version-conflict", stream: "loan/L1", actual: 1 });
        expect(await store.head(district)).toBe(1);
      });

      it("exists: accepts a stream with events only", async () => {
        expect(await send([["loan/L1", exists]])).toEqual({ kind: "version-conflict", stream: "loan/L1", actual: 0 });
        await send([["loan/L1", any, 3]]);
        expect(await send([["loan/L1", exists]])).toMatchObject({ kind: "appended", firstPosition: 4 });
      });

      it("exactly: accepts that version only, and exactly 0 is none", async () => {
        expect(await send([["loan/L1", exactly(1)]])).toEqual({ kind: "version-conflict", stream: "loan/L1", actual: 0 });
        expect(await send([["loan/L1", exactly(0), 2]])).toMatchObject({ kind: "appended", lastPosition: 2 });
        expect(await send([["loan/L1", exactly(0)]])).toEqual({ kind: "version-conflict", stream: "loan/L1", actual: 2 });
        expect(await send([["loan/L1", exactly(1)]])).toEqual({ kind: "version-conflict", stream: "loan/L1", actual: 2 });
        expect(await send([["loan/L1", exactly(2)]])).toMatchObject({ kind: "appended", firstPosition: 3 });
      });

      it("any: 20 parallel appends to one stream store 20", async () => {
        const outcomes = await Promise.all(countUp(20).map(() => send([["loan/L1", any]])));
        expect(kinds(outcomes)).toEqual(countUp(20).map(() => "appended"));
        const { version, events } = await store.readStream(district, "loan/L1");
        expect(version).toBe(20);
        expect(events.map((event) => event.streamVersion)).toEqual(countUp(20));
        expect(events.map((event) => event.position)).toEqual(countUp(20));
      });

      it("exactly: of 20 parallel appends at one version one is stored, and the others see its version", async () => {
        await send([["loan/L1", none]]);
        const outcomes = await Promise.all(countUp(20).map(() => send([["loan/L1", exactly(1)]])));
        expect(kinds(outcomes).filter((kind) => kind === "appended")).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome.kind === "version-conflict" && outcome.actual === 2)).toHaveLength(19);
        expect(await store.head(district)).toBe(2);
      });

      it("compares streams that are asserted and not written", async () => {
        await send([["period/ledger", none]]);
        const asserting = (version: number) =>
          send([["loan/L1", any]], { asserts: [{ stream: "period/ledger", expect: exactly(version) }] });
        expect(await asserting(0)).toEqual({ kind: "version-conflict", stream: "period/ledger", actual: 1 });
        expect(await asserting(1)).toMatchObject({ kind: "appended" });
        const unknown = { asserts: [{ stream: "bank/K9", expect: exists }] };
        expect(await send([["loan/L1", any]], unknown)).toEqual({ kind: "version-conflict", stream: "bank/K9", actual: 0 });
      });

      it("expectHead: accepts at that head only", async () => {
        expect(await send([["loan/L1", any]], { expectHead: 1 })).toEqual({ kind: "head-conflict", actual: 0 });
        expect(await send([["loan/L1", any]], { expectHead: 0 })).toMatchObject({ kind: "appended" });
        const outcomes = await Promise.all(countUp(10).map((n) => send([[`loan/N${n}`, any]], { expectHead: 1 })));
        expect(kinds(outcomes).sort()).toEqual(["appended", ...Array.from({ length: 9 }, () => "head-conflict")]);
      });
    });

    describe("a request over several streams", () => {
      it("is stored whole, in the order of its writes", async () => {
        await send([["credit/G1", none]]);
        expect(
          await send([
            ["loan/L1", none, 2],
            ["credit/G1", exactly(1), 1],
          ]),
        ).toMatchObject({ kind: "appended", firstPosition: 2, lastPosition: 4 });
        const events = await store.readAll(district, 1, 10);
        expect(events.map((event) => [event.position, event.stream, event.streamVersion])).toEqual([
          [2, "loan/L1", 1],
          [3, "loan/L1", 2],
          [4, "credit/G1", 2],
        ]);
      });

      it("or not at all", async () => {
        const writes = append(
          [
            ["loan/L1", none],
            ["credit/G1", exactly(7)],
          ],
          { keys: [keyOf("k1", "body")] },
        );
        expect(await store.append(district, writes)).toEqual({ kind: "version-conflict", stream: "credit/G1", actual: 0 });
        expect(await store.head(district)).toBe(0);
        expect((await store.readStream(district, "loan/L1")).events).toEqual([]);
        expect(await store.findKey(district, "bank:K1", "k1")).toBeUndefined();
      });
    });

    it("gives exact outcomes to requests of all kinds at once, and one refused does not fail its neighbours", async () => {
      await send([["loan/L1", none]], { keys: [keyOf("known", "body")], answer: { first: 1 } });
      const outcomes = await Promise.all([
        send([["loan/A", none, 2]]),
        send([["loan/L1", exactly(5)]]),
        send([["loan/B", any]], { keys: [keyOf("known", "body")] }),
        send([["loan/C", any]], { keys: [keyOf("known", "another body")] }),
        send([["loan/D", exists]]),
        send([["loan/E", any]], { expectHead: 99 }),
        send([["loan/F", any, 3]], { keys: [keyOf("new", "body")], answer: { sixth: true } }),
        store
          .append(district, {
            ...append([["loan/G", any]]),
            writes: [{ stream: "loan/G", expect: any, events: [newEvent({ payload: { bad: Number.NaN } })] }],
          })
          .catch((fault) => fault),
        send([
          ["loan/H", none],
          ["loan/L1", exists],
        ]),
      ]);
      expect(kinds(outcomes.filter((outcome) => !(outcome instanceof Error)))).toEqual([
        "appended",
        "version-conflict",
        "replayed",
        "key-conflict",
        "version-conflict",
        "head-conflict",
        "appended",
        "appended",
      ]);
      expect(outcomes[7]).toBeInstanceOf(NotCanonical);
      expect(outcomes[2]).toMatchObject({ answer: { first: 1 }, lastPosition: 1 });
      expect(await store.findKey(district, "bank:K1", "new")).toMatchObject({
        answer: { sixth: true },
        lastPosition: (outcomes[6] as { lastPosition: number }).lastPosition,
      });
      const events = await store.readAll(district, 0, 100);
      expect(events.map(({ position }) => position)).toEqual(countUp(8));
      expect(events.map(({ stream }) => stream).sort()).toEqual([
        "loan/A",
        "loan/A",
        "loan/F",
        "loan/F",
        "loan/F",
        "loan/H",
        "loan/L1",
        "loan/L1",
      ]);
      // What each was told is where its events are.
      for (const index of [0, 6, 8]) {
        const outcome = outcomes[index] as Extract<AppendOutcome, { kind: "appended" }>;
        const stream = ["loan/A", "", "", "", "", "", "loan/F", "", "loan/H"][index];
        expect(events[outcome.firstPosition - 1]?.stream).toBe(stream);
      }
    });

    keysContract(() => ({ store, district }));

    describe("bytes", () => {
      it("are the RFC 8785 form of the envelope that is read, and the leaf hash is theirs", async () => {
        const full = newEvent({
          checker: "u2",
          sourceDocument: "票据\u001f-1\\u0000",
          evidence: [{ title: '回单 "1"', sha256: "ab".repeat(32) }],
          causationId: "c0",
          corrects: "e0",
          payload: {
            z: 1,
            a: [true, null, 1.5, -0, 1e21],
            "\u20ac": "€",
            é: "\u2028 😀 \u007f",
            nested: { b: {}, a: [] },
            absent: undefined,
          },
        });
        await store.append(district, {
          ...append([["loan/L1", any]]),
          writes: [{ stream: "loan/户 1", expect: any, events: [full, newEvent()] }],
        });
        const events = await store.readAll(district, 0, 10);
        const leaves = await store.readLeaves(district, 0, 10);
        expect(leaves.map((leaf) => leaf.position)).toEqual([1, 2]);
        events.forEach((event, i) => {
          const leaf = leaves[i];
          expect(leaf?.canonical).toBe(canonicalize(event));
          expect(leaf?.canonical).toBe(canonicalEnvelope(event));
          expect(Buffer.from(leaf?.leafHash as Uint8Array)).toEqual(Buffer.from(leafHash(leaf?.canonical as string)));
          const independent = createHash("sha256")
            .update(Buffer.of(0))
            .update(canonicalize(event) as string, "utf8")
            .digest("hex");
          expect(Buffer.from(leaf?.leafHash as Uint8Array).toString("hex")).toBe(independent);
        });
        expect(events[0]).toEqual({
          ...full,
          payload: { z: 1, a: [true, null, 1.5, 0, 1e21], "\u20ac": "€", é: "\u2028 😀 \u007f", nested: { b: {}, a: [] } },
          district,
          position: 1,
          stream: "loan/户 1",
          streamVersion: 1,
        });
      });
    });

    describe("reading", () => {
      const write = async () => {
        await send([["loan/L1", any, 2]]);
        await send([["bank/K1", any]]);
        await send([["loan/L2", any]]);
        await send([["loan/L1", any]]);
      };

      it("a stream from a version on", async () => {
        await write();
        expect(await store.readStream(district, "loan/none")).toEqual({ stream: "loan/none", version: 0, events: [] });
        const tail = await store.readStream(district, "loan/L1", 2);
        expect(tail.version).toBe(3);
        expect(tail.events.map(({ streamVersion, position }) => [streamVersion, position])).toEqual([[3, 5]]);
        expect(await store.readStream(district, "loan/L1", 3)).toEqual({ stream: "loan/L1", version: 3, events: [] });
      });

      it("several streams at once, in the order asked", async () => {
        await write();
        const slices = await store.readStreams(district, [
          { stream: "loan/L2", afterVersion: 0 },
          { stream: "loan/none", afterVersion: 0 },
          { stream: "loan/L1", afterVersion: 1 },
          { stream: "bank/K1", afterVersion: 1 },
        ]);
        expect(slices.map(({ stream, version, events }) => [stream, version, events.map(({ streamVersion }) => streamVersion)])).toEqual([
          ["loan/L2", 1, [1]],
          ["loan/none", 0, []],
          ["loan/L1", 3, [2, 3]],
          ["bank/K1", 1, []],
        ]);
        expect(await store.readStreams(district, [])).toEqual([]);
      });

      it("everything in order, in pages, and by category", async () => {
        await write();
        expect((await store.readAll(district, 0, 3)).map(({ position }) => position)).toEqual([1, 2, 3]);
        expect((await store.readAll(district, 3, 3)).map(({ position }) => position)).toEqual([4, 5]);
        expect(await store.readAll(district, 5, 3)).toEqual([]);
        expect((await store.readAll(district, 0, 10, ["bank"])).map(({ position }) => position)).toEqual([3]);
        expect((await store.readAll(district, 1, 2, ["loan"])).map(({ position }) => position)).toEqual([2, 4]);
        expect((await store.readAll(district, 0, 10, ["loan", "bank"])).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
        const page = async (after: number, events: number, bytes: number) => {
          const read = await store.readPage(district, after, { events, bytes });
          return [read.events.map(({ position }) => position), read.more];
        };
        const [first] = await store.readAll(district, 0, 1);
        const bytes = Buffer.byteLength(canonicalEnvelope(first as StoredEvent));
        expect(await page(0, 10, 1_000_000)).toEqual([[1, 2, 3, 4, 5], false]);
        expect(await page(1, 2, 1_000_000)).toEqual([[2, 3], true]);
        expect(await page(0, 10, bytes)).toEqual([[1], true]);
        expect(await page(0, 10, bytes + 1)).toEqual([[1, 2], true]);
        expect(await page(0, 10, 1)).toEqual([[1], true]);
        expect(await page(5, 10, 1)).toEqual([[], false]);
        expect((await store.readLeaves(district, 2, 2)).map(({ position }) => position)).toEqual([3, 4]);
        expect(await store.head(district)).toBe(5);
      });

      it("sees one district only", async () => {
        await write();
        const other = `${district}y`;
        expect(await store.head(other)).toBe(0);
        expect(await store.readAll(other, 0, 10)).toEqual([]);
        expect((await store.readStream(other, "loan/L1")).version).toBe(0);
      });
    });

    describe("streams of banks", () => {
      const K1 = { bank: "K1" };
      const K2 = { bank: "K2" };
      const write = (stream: string, over: Partial<AppendRequest>) => store.append(district, append([[stream, any]], over));

      it("belong to the bank whose message began them: another bank's message stores nothing of itself", async () => {
        expect(await write("loan/L1", K1)).toMatchObject({ kind: "appended" });
        const mixed = append(
          [
            ["loan/L2", any],
            ["loan/L1", any],
          ],
          { ...K2, keys: [keyOf("k", "x", "bank:K2")] },
        );
        expect(await store.append(district, mixed)).toEqual({ kind: "foreign", stream: "loan/L1" });
        expect([await store.head(district), await store.findKey(district, "bank:K2", "k")]).toEqual([1, undefined]);
        expect(await write("loan/L1", K1)).toMatchObject({ kind: "appended" });
        expect(await write("loan/L1", {})).toMatchObject({ kind: "appended" }); // the office
      });

      it("belong to the bank that the office's events name, and a bank can't name another", async () => {
        const named = (bank: string, by: object) =>
          store.append(district, { ...append([]), ...by, writes: [{ stream: "batch/B1", expect: any, events: [newEvent()], bank }] });
        expect(await named("K2", K1)).toEqual({ kind: "foreign", stream: "batch/B1" });
        expect(await named("K2", {})).toMatchObject({ kind: "appended" });
        expect(await write("batch/B1", K1)).toEqual({ kind: "foreign", stream: "batch/B1" });
        expect(await write("batch/B1", K2)).toMatchObject({ kind: "appended" });
      });

      it("are those of some categories: a household's credit file takes messages of every bank", async () => {
        expect(await write("credit/H1", K1)).toMatchObject({ kind: "appended" });
        expect(await write("credit/H1", K2)).toMatchObject({ kind: "appended" });
      });

      it("are not touched by asserting them, and a refused neighbour of the batch changes nothing", async () => {
        await write("loan/L1", K1);
        const asserting = append([["loan/L2", any]], { ...K2, asserts: [{ stream: "loan/L1", expect: exists }] });
        const outcomes = await Promise.all([
          store.append(district, asserting),
          write("loan/L1", K2),
          write("loan/L3", {}),
          write("loan/L4", K1),
        ]);
        expect(outcomes.map(({ kind }) => kind)).toEqual(["appended", "foreign", "appended", "appended"]);
      });

      it("given two banks that begin the same stream at once, then one of them has it", async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => write("loan/L1", n % 2 === 0 ? K1 : K2)));
        expect(kinds(outcomes).sort()).toEqual([...Array<string>(10).fill("appended"), ...Array<string>(10).fill("foreign")]);
      });
    });

    it("refuses malformed requests and stores nothing of them", async () => {
      const bad = [
        append([["loan", any]]),
        append([["Loan/L1", any]]),
        append([["loan/a\u0000b", any]]),
        append([["loan/a\u001fb", any]]),
        append([["loan/\ud800", any]]),
        append([["loan/", any]]),
        append([["loan/L1", any, 0]]),
        append([]),
        append([
          ["loan/L1", any],
          ["loan/L1", any],
        ]),
        append([["loan/L1", any]], { asserts: [{ stream: "loan/L1", expect: any }] }),
        append([["loan/L1", any]], { keys: [keyOf("a\nb", "x")] }),
        append([["loan/L1", any]], { keys: [keyOf("a", "x"), keyOf("a", "x")] }),
        append([["loan/L1", any]], { keys: [{ client: "c", key: "k", bodyHash: "short" }] }),
        append([["loan/L1", exactly(-1)]]),
      ];
      for (const request of bad) await expect(store.append(district, request)).rejects.toThrow(MalformedAppend);
      const nul = {
        ...append([["loan/L1", any]]),
        writes: [{ stream: "loan/L1", expect: any, events: [newEvent({ payload: { name: "a\u0000" } })] }],
      };
      await expect(store.append(district, nul)).rejects.toThrow(NotCanonical);
      const lone = {
        ...append([["loan/L1", any]]),
        writes: [{ stream: "loan/L1", expect: any, events: [newEvent({ payload: { name: "\ud800" } })] }],
      };
      await expect(store.append(district, lone)).rejects.toThrow(NotCanonical);
      expect(await store.head(district)).toBe(0);
    });
  });
}
