import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { casesIn, runCase, WrongUsage } from "./index.ts";

const data = join(import.meta.dirname, "..", "data");
const cases = casesIn(data);
const caseOf = (id: string): Record<string, unknown> => {
  const found = cases.find(({ value }) => (value as { id: string }).id === id);
  if (!found) throw new Error(`no case ${id}`);
  return structuredClone(found.value) as Record<string, unknown>;
};

describe("the public loan cases", () => {
  it("given the data folder, when read, then all 61 cases are there", () => {
    expect(cases.length).toBe(61);
  });

  it.each(cases.map(({ value, fallbackId }) => [(value as { id: string }).id, value, fallbackId] as const))(
    "given %s, when run through the engine, then every asserted value is met",
    (_id, value, fallbackId) => {
      expect(runCase(value, fallbackId).difference).toBeUndefined();
    },
  );
});

/** Every place in an expectation that asserts a number, as a path of keys. */
function assertedNumbers(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => assertedNumbers(item, [...path, index]));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => (NO_VALUE.has(key) ? [] : assertedNumbers(item, [...path, key])));
  }
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? [path] : [];
}
const NO_VALUE = new Set(["compare", "id"]);

describe("the runner itself", () => {
  it("given any asserted number changed by one unit, when run, then the case fails there (no column is read and not compared)", () => {
    let changed = 0;
    for (const { value, fallbackId } of cases) {
      const places = assertedNumbers((value as { expected: unknown }).expected);
      // Every fifth place keeps the test short and still meets every column of every file.
      for (const path of places.filter((_, index) => index % 5 === 0)) {
        const copy = structuredClone(value) as { expected: Record<string | number, unknown> };
        let holder = copy.expected;
        for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
        const last = path.at(-1) as string | number;
        holder[last] = String(Number(holder[last]) + 2);
        expect(runCase(copy, fallbackId).difference, `${fallbackId} ${path.join(".")}`).toContain("expected");
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(500);
  });

  it.each([
    ["a kind that the format lacks", (one: Record<string, unknown>) => Object.assign(one, { kind: "mortgage" }), 'unknown kind "mortgage"'],
    ["an unknown key of the case", (one: Record<string, unknown>) => Object.assign(one, { currency: "CNY" }), "unknown key case.currency"],
    [
      "an unknown term",
      (one: Record<string, unknown>) => Object.assign(one.terms as object, { compounding: "monthly" }),
      "unknown key case.terms.compounding",
    ],
    ["an unknown method", (one: Record<string, unknown>) => Object.assign(one.terms as object, { method: "balloon" }), "case.terms.method"],
    [
      "an unknown event",
      (one: Record<string, unknown>) => Object.assign(one, { events: [{ type: "waiver", date: "2020-01-01" }] }),
      "an event that the format does not define",
    ],
    [
      "an unknown setting",
      (one: Record<string, unknown>) => Object.assign(one, { settings: { roundingOf: "all" } }),
      "unknown key case.settings.roundingOf",
    ],
    [
      "an unknown column",
      (one: Record<string, unknown>) => Object.assign((one.expected as { rows: object[] }).rows[0] as object, { waived: "0.00" }),
      "unknown key expected.rows[nr 1].waived",
    ],
    [
      "an unknown expectation",
      (one: Record<string, unknown>) => Object.assign(one.expected as object, { arrears: "0.00" }),
      "unknown key case.expected.arrears",
    ],
    [
      "an unknown total",
      (one: Record<string, unknown>) => Object.assign((one.expected as { totals: object }).totals, { waived: "0.00" }),
      "unknown key expected.totals.waived",
    ],
    [
      "a missing term",
      (one: Record<string, unknown>) => delete (one.terms as Record<string, unknown>).annualRatePercent,
      "missing key case.terms.annualRatePercent",
    ],
    [
      "a rate as a number",
      (one: Record<string, unknown>) => Object.assign(one.terms as object, { annualRatePercent: 4.75 }),
      "not a decimal string",
    ],
  ])("given %s, when run, then the case fails and names it", (_what, change, message) => {
    const one = caseOf("CN-EQUAL-INSTALMENT");
    change(one);
    expect(runCase(one, "x").difference).toContain(message);
  });

  it("given an event that must be rejected and is not, when run, then the case fails", () => {
    const one = caseOf("FIN-ALLOC-UC6");
    Object.assign((one.events as object[])[0] as object, { expect: "rejected" });
    expect(runCase(one, "x").difference).toContain("was taken, expected rejected");
  });

  it("given an event that is rejected without saying so, when run, then the case fails", () => {
    const one = caseOf("FIN-WRITEOFF");
    delete ((one.events as Record<string, unknown>[])[3] as Record<string, unknown>).expect;
    expect(runCase(one, "x").difference).toContain("SCHEDULE_WRITTEN_OFF");
  });
});

describe("folders", () => {
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("given no folder or an empty one, when read, then it is wrong usage", () => {
    expect(() => casesIn(join(folder, "none"))).toThrow(WrongUsage);
    expect(() => casesIn(folder)).toThrow(WrongUsage);
  });

  it("given another format, when run, then the file fails by name; given broken JSON, then it is wrong usage", () => {
    const text = readFileSync(join(data, "dividends.json"), "utf8");
    writeFileSync(join(folder, "next.json"), text.replace("loan-cases/1", "loan-cases/2"));
    const [only] = casesIn(folder);
    expect(runCase(only?.value, "next.json")).toEqual({ id: "next.json", difference: expect.stringContaining("loan-cases/2") });
    writeFileSync(join(folder, "broken.json"), "{");
    expect(() => casesIn(folder)).toThrow(/broken\.json/);
  });
});
