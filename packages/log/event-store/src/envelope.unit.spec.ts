import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalEnvelope, envelopePieces, joinEnvelope, type NewEvent, type StoredEvent, storedEvent } from "./index.ts";

const text = fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !value.includes("\u0000"));
const present = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** Every member of the envelope, present or absent, with any text. */
const events = fc.record({
  eventId: text,
  type: text,
  schemaVersion: fc.integer({ min: 1, max: 99 }),
  valueDate: text,
  recordedAt: text,
  period: text,
  actor: text,
  role: text,
  checker: present(text),
  channel: text,
  sourceDocument: present(text),
  evidence: present(fc.array(fc.record({ title: text, sha256: text }), { maxLength: 2 })),
  commandId: text,
  correlationId: text,
  causationId: present(text),
  corrects: present(text),
  correctsPeriod: present(text),
  payload: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 })), { maxKeys: 5 }),
}) as unknown as fc.Arbitrary<NewEvent>;

describe("envelope", () => {
  it("property: the pieces around position and version make the RFC 8785 form of the whole", () => {
    fc.assert(
      fc.property(
        text,
        text,
        events,
        fc.integer({ min: 1 }),
        fc.integer({ min: 1 }),
        (district, stream, event, position, streamVersion) => {
          const whole = { ...event, district, stream, position, streamVersion } as StoredEvent;
          const joined = joinEnvelope(envelopePieces(district, event), stream, event, position, streamVersion);
          expect(joined).toBe(canonicalEnvelope(whole));
          expect(joined).toBe(canonicalize(whole));
          expect(canonicalEnvelope(storedEvent(district, stream, event, position, streamVersion))).toBe(joined);
          expect(storedEvent(district, stream, event, position, streamVersion)).toEqual(JSON.parse(joined));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("property: no piece carries a control character, so U+001F can separate them", () => {
    fc.assert(
      fc.property(events, (event) => {
        for (const piece of Object.values(envelopePieces("410803", event)))
          expect([...piece].every((character) => character >= " ")).toBe(true);
      }),
    );
  });

  it("refuses U+0000, and only that: not the six characters that look like its escape", () => {
    const withNote = (note: string) => envelopePieces("410803", { payload: { note } } as NewEvent);
    const base = {
      actor: "a",
      channel: "ui",
      commandId: "c",
      correlationId: "c",
      eventId: "e",
      period: "2018-01",
      recordedAt: "t",
      role: "BANK",
      schemaVersion: 1,
      type: "T",
      valueDate: "d",
    };
    const event = (note: string) => ({ ...base, payload: { note } }) as NewEvent;
    expect(() => withNote("a")).toThrow();
    expect(() => envelopePieces("410803", event("a\u0000"))).toThrow("U+0000");
    expect(() => envelopePieces("410803", event("\\\u0000"))).toThrow("U+0000");
    expect(() => envelopePieces("410803", event("\\u0000"))).not.toThrow();
    expect(() => envelopePieces("410803", event("\\\\u0000"))).not.toThrow();
  });
});
