import type { RegisteredStatement, StatementRegister } from "@huimin/statement-register";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digitsOf, type VerifyQuestion, verify } from "./verify.ts";

const HASH = `9f3a77c1${"0".repeat(56)}`;
const statement = (over: Partial<RegisteredStatement> = {}): RegisteredStatement => ({
  ...{ position: 7, household: "410803010207-0031", year: 2018, supplement: 0, issuedOn: "2019-01-20", contentHash: HASH },
  ...{ number: "中站扶红〔2018〕410803010207-0031", entitled: 688298n, paid: 450203n },
  ...over,
});
const registerOf = (...all: RegisteredStatement[]): StatementRegister => ({
  byCode: async (_, prefix) => all.filter(({ contentHash }) => contentHash.startsWith(prefix)),
  byHash: async (_, hash) => all.find(({ contentHash }) => contentHash === hash),
  ofHousehold: async (_, household, year) => all.filter((one) => one.household === household && one.year === year),
  ofYear: async () => new Map(),
});
const ask = (question: VerifyQuestion, ...all: RegisteredStatement[]) =>
  verify(question, registerOf(...(all.length > 0 ? all : [statement()])), "410803");

describe("digitsOf", () => {
  it("forgives what people type", () => {
    for (const typed of ["9F3A-77C1", " 9f3a 77c1 ", "９Ｆ３Ａ—７７Ｃ１", "9F3A－77C1", "9f3a77c1"])
      expect(digitsOf(typed)).toBe("9f3a77c1");
    for (const typed of ["", "9F3A-77C", "9F3A-77C1-0", "O0000000", "9F3A%77C1", "'; --"]) expect(digitsOf(typed)).toBeUndefined();
  });

  it("property: any text is eight or sixty-four hex digits or nothing, and never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (typed) => /^([0-9a-f]{8}|[0-9a-f]{64})?$/.test(digitsOf(typed) ?? "")));
  });
});

describe("verifying a statement", () => {
  it("given a code, then genuine; a wrong code or number is unknown, a right number in any form is right", async () => {
    expect(await ask({ code: "9F3A-77C1" })).toMatchObject({ state: "genuine", whole: false, numbered: false });
    expect(await ask({ code: "9F3A-77C2" })).toEqual({ state: "unknown" });
    expect(await ask({ code: "9F3A-77C1", number: "410803010207-0032" })).toEqual({ state: "unknown" });
    for (const number of ["中站扶红〔2018〕410803010207-0031", "编号：中站扶红[2018] 410803010207－0031 号", "410803010207-0031"])
      expect(await ask({ code: "9F3A-77C1", number })).toMatchObject({ state: "genuine", numbered: true });
  });

  it("given the whole hash, then the asker has the paper; the number of the address must be the statement's", async () => {
    const parts = { year: "2018", household: "410803010207-0031", supplement: "0" };
    expect(await ask({ code: HASH, parts })).toMatchObject({ state: "genuine", whole: true, numbered: true });
    for (const wrong of [{ year: "2019" }, { household: "410803010207-0032" }, { supplement: "1" }])
      expect(await ask({ code: HASH, parts: { ...parts, ...wrong } })).toEqual({ state: "unknown" });
    expect(await ask({ code: `${HASH.slice(0, 63)}1`, parts })).toEqual({ state: "unknown" });
  });

  it("given a later supplement, then superseded, and the supplement itself is genuine", async () => {
    const second = statement({ supplement: 1, contentHash: `ab12cd34${"1".repeat(56)}`, number: `${statement().number}-补1` });
    expect(await ask({ code: "9F3A-77C1" }, statement(), second)).toMatchObject({ state: "superseded", later: { supplement: 1 } });
    expect(await ask({ code: "AB12-CD34" }, statement(), second)).toMatchObject({ state: "genuine" });
  });

  it("given two statements with one check code, then the number decides", async () => {
    const other = statement({
      household: "410803010207-0044",
      number: "中站扶红〔2018〕410803010207-0044",
      contentHash: `9f3a77c1${"1".repeat(56)}`,
    });
    expect(await ask({ code: "9F3A-77C1" }, statement(), other)).toEqual({ state: "ambiguous", code: "9f3a77c1" });
    expect(await ask({ code: "9F3A-77C1", number: "410803010207-0044" }, statement(), other)).toMatchObject({
      statement: { household: "410803010207-0044" },
    });
  });
});
