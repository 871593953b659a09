import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PreparedRequest } from "./batch.ts";
import { BATCH_REQUESTS_MAX, Lane, QUEUE_REQUESTS_MAX } from "./lane.ts";
import { keyId } from "./request.ts";
import { type AppendOutcome, type AppendRequest, type Expectation, LogBusy } from "./types.ts";

const stored: AppendOutcome = { kind: "appended", firstPosition: 1, lastPosition: 1, answer: null };
const event = { type: "T" } as AppendRequest["writes"][number]["events"][number];
const prepared = (writes: readonly [string, Expectation["kind"]][], over: Partial<AppendRequest> = {}): PreparedRequest => ({
  request: {
    writes: writes.map(([stream, kind]) => ({
      stream,
      expect: (kind === "exactly" ? { kind, version: 1 } : { kind }) as Expectation,
      events: [event],
    })),
    asserts: [],
    keys: [],
    answer: null,
    ...over,
  },
  pieces: writes.map(() => ({ head: "", middle: "" })),
  answer: "",
});

/** A lane whose batches are recorded; each takes one turn of the event loop. */
function recordingLane() {
  const batches: (readonly PreparedRequest[])[] = [];
  const lane = new Lane(async (requests) => {
    batches.push(requests);
    await new Promise((resolve) => setImmediate(resolve));
    return requests.map(() => stored);
  });
  return { lane, batches };
}

describe("lane", () => {
  it("takes all that wait into one batch, and what comes meanwhile into the next", async () => {
    const { lane, batches } = recordingLane();
    await Promise.all(Array.from({ length: 50 }, (_, i) => lane.append(prepared([[`loan/${i}`, "exactly"]]))));
    expect(batches.map((batch) => batch.length)).toEqual([50]);
  });

  it("takes any number of `any` writers of one stream together, and one of any other kind", async () => {
    const { lane, batches } = recordingLane();
    await Promise.all(Array.from({ length: 20 }, () => lane.append(prepared([["loan/1", "any"]]))));
    expect(batches.map((batch) => batch.length)).toEqual([20]);
    await Promise.all(Array.from({ length: 3 }, () => lane.append(prepared([["loan/1", "exactly"]]))));
    expect(batches.map((batch) => batch.length)).toEqual([20, 1, 1, 1]);
  });

  it("given a bound of its own, then what is beyond it is refused at once, and taken when there is room", async () => {
    const lane = new Lane(async (requests) => {
      await new Promise((resolve) => setImmediate(resolve));
      return requests.map(() => stored);
    }, 3);
    const append = (nth: number) => lane.append(prepared([[`loan/${nth}`, "exactly"]]));
    const asked = await Promise.allSettled([0, 1, 2, 3, 4].map(append));
    expect(asked.map((one) => (one.status === "fulfilled" ? one.value.kind : one.reason instanceof LogBusy))).toEqual([
      ...Array(3).fill("appended"),
      ...Array(2).fill(true),
    ]);
    expect((await append(5)).kind).toBe("appended");
  });

  it("puts the demand of a head first, and one of them into a batch", async () => {
    const { lane, batches } = recordingLane();
    const plain = prepared([["loan/1", "any"]]);
    const heads = [prepared([["loan/2", "any"]], { expectHead: 5 }), prepared([["loan/3", "any"]], { expectHead: 5 })];
    await Promise.all([plain, ...heads].map((request) => lane.append(request)));
    expect(batches.map((batch) => batch.map((one) => one.request.expectHead))).toEqual([[5, undefined], [5]]);
  });

  it("nobody is overtaken by a request that conflicts with it", async () => {
    const { lane, batches } = recordingLane();
    const order = ["first", "second", "third"].map((answer) => prepared([["loan/1", "exactly"]], { answer }));
    const reader = prepared([["loan/2", "any"]], { answer: "reader", asserts: [{ stream: "loan/1", expect: { kind: "exists" } }] });
    await Promise.all([...order, reader, prepared([["loan/9", "any"]], { answer: "free" })].map((request) => lane.append(request)));
    expect(batches.map((batch) => batch.map((one) => one.request.answer))).toEqual([["first", "free"], ["second"], ["third"], ["reader"]]);
  });

  it("is bounded: a batch, and the queue, past which requests are refused", async () => {
    const sizes: number[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const lane = new Lane(async (requests) => {
      sizes.push(requests.length);
      await gate;
      return requests.map(() => stored);
    });
    const waiting = Array.from({ length: QUEUE_REQUESTS_MAX }, (_, i) => lane.append(prepared([[`loan/${i}`, "any"]])));
    await expect(lane.append(prepared([["loan/x", "any"]]))).rejects.toThrow(LogBusy);
    open();
    await Promise.all(waiting);
    expect(Math.max(...sizes)).toBe(BATCH_REQUESTS_MAX);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(QUEUE_REQUESTS_MAX);
  });

  it("a failed batch fails its requests only, and the lane goes on", async () => {
    let calls = 0;
    const lane = new Lane(async (requests) => {
      calls += 1;
      if (calls === 1) throw new Error("connection lost");
      return requests.map((_, i) => (i === 0 ? new Error("forbidden") : stored));
    });
    await expect(lane.append(prepared([["loan/1", "any"]]))).rejects.toThrow("connection lost");
    const [first, second] = await Promise.allSettled([
      lane.append(prepared([["loan/1", "any"]])),
      lane.append(prepared([["loan/2", "any"]])),
    ]);
    expect(first).toMatchObject({ status: "rejected" });
    expect(second).toEqual({ status: "fulfilled", value: stored });
    await lane.drain();
  });

  it("property: every request is answered once, and none of a batch touches what another of it changes", async () => {
    const stream = fc.constantFrom("a/1", "a/2", "a/3", "a/4");
    const request = fc
      .record({
        writes: fc.uniqueArray(fc.tuple(stream, fc.constantFrom("any", "exactly", "none", "exists") as fc.Arbitrary<Expectation["kind"]>), {
          selector: ([name]) => name,
          minLength: 1,
          maxLength: 2,
        }),
        assert: fc.option(stream),
        key: fc.option(fc.constantFrom("k1", "k2")),
        head: fc.option(fc.nat(3)),
      })
      .map(({ writes, assert, key, head }) =>
        prepared(writes, {
          asserts: assert && !writes.some(([name]) => name === assert) ? [{ stream: assert, expect: { kind: "exists" } }] : [],
          keys: key ? [{ client: "c", key, bodyHash: "" }] : [],
          ...(head === null ? {} : { expectHead: head }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 30 }), async (requests) => {
        const { lane, batches } = recordingLane();
        await Promise.all(requests.map((one) => lane.append(one)));
        expect(batches.flat()).toHaveLength(requests.length);
        for (const batch of batches) {
          const writers = new Map<string, string[]>();
          for (const { request: one } of batch)
            for (const write of one.writes) writers.set(write.stream, [...(writers.get(write.stream) ?? []), write.expect.kind]);
          for (const kinds of writers.values()) expect(kinds.length === 1 || kinds.every((kind) => kind === "any")).toBe(true);
          for (const { request: one } of batch) for (const { stream: name } of one.asserts) expect(writers.has(name)).toBe(false);
          const keys = batch.flatMap(({ request: one }) => one.keys.map(keyId));
          expect(new Set(keys).size).toBe(keys.length);
          expect(batch.slice(1).every(({ request: one }) => one.expectHead === undefined)).toBe(true);
        }
      }),
    );
  });
});
