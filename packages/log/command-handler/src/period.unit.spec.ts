import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asksForSettlement, dayOf, inSettlement, periodFor, systemClock } from "./period.ts";

describe("period of an entry", () => {
  it("is the month of recording, or the first open one after it", () => {
    expect(periodFor("", "2018-03-05")).toEqual({ ok: true, value: "2018-03" });
    expect(periodFor("2017-12", "2018-03-05")).toEqual({ ok: true, value: "2018-03" });
    expect(periodFor("2018-03", "2018-03-05")).toEqual({ ok: true, value: "2018-04" });
    expect(periodFor("2018-12", "2018-03-05")).toEqual({ ok: true, value: "2019-01" });
  });

  it("December may be asked for in the settlement period after it, and not beyond (决算整理期)", () => {
    expect(periodFor("2018-11", "2019-01-10", "2018-12")).toEqual({ ok: true, value: "2018-12" });
    expect(asksForSettlement("2019-01-10", "2018-12")).toBe(true);
    for (const asked of [undefined, "2018-11", "2019-01"]) expect(asksForSettlement("2019-01-10", asked)).toBe(false);
    expect(asksForSettlement("2018-12-31", "2018-12")).toBe(false);
    expect(inSettlement("2019-01-20", "2018-12", "2019-01-20")).toMatchObject({ ok: true });
    expect(inSettlement("2019-01-21", "2018-12", "2019-01-20")).toMatchObject({
      ok: false,
      refusal: { code: "SETTLEMENT_PERIOD_OVER", details: { period: "2018-12", lastDay: "2019-01-20", today: "2019-01-21" } },
    });
  });

  it("property: the day read off is the day computed, and the clock writes what the calendar writes", () => {
    const instants = fc.integer({ min: Date.parse("1992-01-01T00:00:00+08:00"), max: Date.parse("2099-12-31T00:00:00Z") });
    fc.assert(
      fc.property(instants, fc.constantFrom("+08:00", "Z"), (at, offset) => {
        const text = offset === "Z" ? new Date(at).toISOString() : shanghaiInstant(at);
        expect(dayOf(text)).toBe(shanghaiDate(at));
      }),
    );
    const before = Date.now();
    const now = Date.parse(systemClock());
    expect(systemClock()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
    expect(now).toBeGreaterThanOrEqual(before);
    expect(shanghaiInstant(now)).toBe(`${new Date(now + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`);
  });
});
