import { createCommandHandler } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { createMemoryStore, type EventStore, LogBusy } from "@huimin/event-store";
import type { RefusalError } from "@huimin/http";
import { beforeEach, describe, expect, it } from "vitest";
import { bankMessages } from "../messages.ts";
import { BULKS_AT_ONCE_MAX, BULKS_WAITING_MAX, BulkIntake, type BulkRequest } from "./bulk.ts";

const DISTRICT = "410803";
const clock = () => "2018-03-21T09:00:00.000+08:00";
const definitions = new Map<string, CommandDefinition>(bankMessages.map(({ definition }) => [definition.name, definition]));
const sealing = { vault: { seal: async () => ["sealed"], accountFingerprints: async () => ["print"] }, district: DISTRICT };

function intakeOn(store: EventStore): BulkIntake {
  const handler = createCommandHandler({ store, district: DISTRICT, clock });
  const definitionOf = (name: string) => definitions.get(name) as CommandDefinition;
  const recording = { store, district: DISTRICT, definitionOf, handlerOf: () => handler, wholeHandler: handler };
  return new BulkIntake({ ...recording, sealing: { ...sealing, store }, wake: () => undefined });
}

async function seed(store: EventStore, loan: string): Promise<void> {
  const terms = { contractDate: "2017-02-22", due: "2020-02-22", annualRate: "4.75", yearBase: 360, method: "interest-only-then-bullet" };
  const who = { loan, household: `H-${loan}`, bank: "K1", village: "V1", creditGroup: `H-${loan}`, borrower: "P", penaltySurcharge: "50" };
  const event = {
    ...{
      eventId: `seed-${loan}`,
      type: "LoanDisbursed",
      schemaVersion: 1,
      valueDate: "2017-02-22",
      recordedAt: clock(),
      period: "2018-03",
    },
    ...{ actor: "bank:K1", role: "BANK", channel: "bank-api" as const, commandId: loan, correlationId: loan },
    payload: { ...who, ...terms, amount: "50000.00", serial: `D-${loan}` },
  };
  const writes = [{ stream: `loan/${loan}`, expect: { kind: "none" } as const, events: [event] }];
  await store.append(DISTRICT, { writes, asserts: [], keys: [], answer: null });
}

const repay = (n: number, loan = `L${n % 4}`) => ({
  message: "repayments",
  body: { currency: "CNY", loan, valueDate: "2018-03-20", serial: `S${n}`, principal: `${n + 1}.00` },
});
const request = (items: readonly unknown[], more: Partial<BulkRequest> = {}): BulkRequest => ({
  ...{ bank: "K1", key: "bulk-1", hash: "a".repeat(64), mode: "each", items, refusalOf: () => undefined, meta: { channel: "bank-api" } },
  ...more,
});

describe("a bulk", () => {
  let store: EventStore;
  beforeEach(async () => {
    store = createMemoryStore();
    for (let n = 0; n < 4; n += 1) await seed(store, `L${n}`);
  });

  it.each([1, 7, 23, 39])(
    "given a process that dies after %i messages, then another one goes on where it was and books nothing twice",
    async (after) => {
      const items = Array.from({ length: 40 }, (_, n) => repay(n));
      let left = after;
      const dying: EventStore = {
        ...store,
        append: async (district, asked) => {
          if (left === 0) throw new Error("power cut");
          left -= 1;
          return store.append(district, asked);
        },
      };
      await expect(intakeOn(dying).take(request(items))).rejects.toThrow("power cut");
      expect(await store.head(DISTRICT)).toBe(4 + after);
      const { answer, again } = await intakeOn(store).take(request(items));
      expect(again).toBe(false);
      expect(answer.counts).toEqual({ recorded: 40 - after, repeated: after, held: 0, refused: 0 });
      expect(await store.head(DISTRICT)).toBe(44);
      const third = await intakeOn(store).take(request(items));
      expect(third.again).toBe(true);
      expect(third.answer.items.map((item) => ({ ...item, status: "" }))).toEqual(answer.items.map((item) => ({ ...item, status: "" })));
      expect(await store.head(DISTRICT)).toBe(44);
    },
  );

  it("given an order that would be decided otherwise the second time, then the first answers come again and nothing is booked", async () => {
    // The repayment came before its loan was drawn.
    const items = [repay(1, "LATE"), repay(2)];
    const first = await intakeOn(store).take(request(items));
    expect(first.answer.items.map(({ status }) => status)).toEqual(["refused", "recorded"]);
    await seed(store, "LATE");
    const head = await store.head(DISTRICT);
    const again = await intakeOn(store).take(request(items));
    expect(again.answer.items.map(({ status }) => status)).toEqual(["refused", "repeated"]);
    expect(again.answer.items[0]).toEqual(first.answer.items[0]);
    expect(await store.head(DISTRICT)).toBe(head);
    const anew = await intakeOn(store).take(request(items, { key: "bulk-2" }));
    expect(anew.answer.items.map(({ status }) => status)).toEqual(["recorded", "repeated"]);
  });

  it("given a log that is full, then the bulk is told to come again, and what is under way twice is done once", async () => {
    const full: EventStore = { ...store, append: async () => Promise.reject(new LogBusy("full")) };
    const codeOf = (work: Promise<unknown>) => work.catch((fault: RefusalError) => fault.refusals[0]?.code);
    expect(await codeOf(intakeOn(full).take(request([repay(1)])))).toBe("BULK_INTERRUPTED");
    const intake = intakeOn(store);
    const items = [repay(1), repay(2)];
    const both = await Promise.all([intake.take(request(items)), intake.take(request(items))]);
    expect(both.map(({ again }) => again)).toEqual([false, true]);
    expect(both[1]?.answer).toEqual(both[0]?.answer);
    expect(await store.head(DISTRICT)).toBe(6);
    expect(await codeOf(intake.take(request([repay(3)], { hash: "b".repeat(64) })))).toBe("BULK_KEY_OTHER");
  });

  it("given more bulks at once than are taken, then the next is told to wait", async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow: EventStore = {
      ...store,
      findKey: async (...asked) => {
        await gate;
        return store.findKey(...asked);
      },
    };
    const intake = intakeOn(slow);
    const all = Array.from({ length: BULKS_AT_ONCE_MAX + BULKS_WAITING_MAX + 1 }, (_, n) =>
      intake.take(request([repay(n)], { key: `bulk-${n}` })).then(
        () => "taken",
        (fault: RefusalError) => fault.refusals[0]?.code,
      ),
    );
    expect(await all.at(-1)).toBe("BULK_TOO_MANY_AT_ONCE");
    open();
    expect(await Promise.all(all.slice(0, -1))).toEqual(Array.from({ length: BULKS_AT_ONCE_MAX + BULKS_WAITING_MAX }, () => "taken"));
  });

  it("given a client without the right to a message, then its items are refused, in both modes", async () => {
    const refusalOf = (path: string) => (path === "repayments" ? { code: "ROLE_NOT_ALLOWED", details: { role: "x" } } : undefined);
    const { answer } = await intakeOn(store).take(request([repay(1)], { refusalOf }));
    expect(answer.items[0]).toMatchObject({ status: "refused", refusals: [{ code: "ROLE_NOT_ALLOWED", path: "/items/0/message" }] });
    await expect(intakeOn(store).take(request([repay(1)], { refusalOf, mode: "all", key: "k2" }))).rejects.toThrow("ROLE_NOT_ALLOWED");
  });

  it.each([
    ["control characters in a serial", { serial: "a\u0007b" }],
    ["half a character", { loan: "L1\ud800" }],
    ["control characters in a loan number", { loan: "L\u00011" }],
  ])("given %s, then that item alone is refused", async (_what, change) => {
    const bad = { ...repay(1), body: { ...repay(1).body, ...change } };
    const { answer } = await intakeOn(store).take(request([bad, repay(2)]));
    expect(answer.items.map(({ status }) => status)).toEqual(["refused", "recorded"]);
  });
});
