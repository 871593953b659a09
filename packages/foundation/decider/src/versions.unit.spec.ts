import { describe, expect, it } from "vitest";
import { currentVersion, declareVersions, EventTooNew, olderVersions, upcast } from "./index.ts";

const at = { position: 7, valueDate: "2018-01-01", period: "2018-01", recordedAt: "2018-01-01T08:00:00+08:00" };
const schema = { type: "object" };

declareVersions("SpecGrown", [
  { schema, example: { a: 1 }, up: ({ a }: { a: number }) => ({ a, b: a * 2 }) },
  { schema, example: { a: 1, b: 2 }, up: ({ a, b }: { a: number; b: number }, { position }) => ({ sum: a + b, position }) },
]);

describe("versions of events", () => {
  it("given an older version, brings it on step by step; given the current one, leaves it as it is", () => {
    const first = { ...at, type: "SpecGrown", schemaVersion: 1, payload: { a: 2 } };
    expect(upcast(first)).toEqual({ ...first, schemaVersion: 3, payload: { sum: 6, position: 7 } });
    expect(upcast({ ...first, schemaVersion: 2, payload: { a: 2, b: 5 } }).payload).toEqual({ sum: 7, position: 7 });
    const current = { ...first, schemaVersion: 3 };
    expect(upcast(current)).toBe(current);
    expect(first.payload).toEqual({ a: 2 });
    expect([currentVersion("SpecGrown"), currentVersion("SpecOther")]).toEqual([3, 1]);
    expect(olderVersions().filter(({ type }) => type === "SpecGrown")).toMatchObject([{ version: 1 }, { version: 2 }]);
  });

  it("given a version that it does not know, says so", () => {
    const event = { ...at, type: "SpecOther", schemaVersion: 2, payload: {} };
    expect(() => upcast(event)).toThrow(EventTooNew);
    for (const schemaVersion of [0, -1, 1.5, 4, Number.NaN])
      expect(() => upcast({ ...event, type: "SpecGrown", schemaVersion })).toThrow(/SpecGrown/);
  });

  it("is declared once", () => {
    expect(() => declareVersions("SpecGrown", [{ schema, example: {}, up: () => ({}) }])).toThrow(/twice/);
    expect(() => declareVersions("SpecEmpty", [])).toThrow(/no older version/);
  });
});
