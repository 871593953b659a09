import type { NoticeRegister, RegisteredNotice, RegisteredStatement, StatementRegister } from "@huimin/statement-register";
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
const noticesOf = (...all: RegisteredNotice[]): NoticeRegister => ({
  noticesByCode: async (_, prefix) => all.filter(({ contentHash }) => contentHash.startsWith(prefix)),
  noticesOf: async (_, { kind, subject, year }) => all.filter((one) => one.kind === kind && one.subject === subject && one.year === year),
});
const verifyIn = (question: VerifyQuestion, statements: RegisteredStatement[], notices: RegisteredNotice[]) =>
  verify(question, { register: registerOf(...statements), notices: noticesOf(...notices), district: "410803" });
const ask = (question: VerifyQuestion, ...all: RegisteredStatement[]) => verifyIn(question, all.length > 0 ? all : [statement()], []);

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

const NOTICE_HASH = `77c19f3a${"2".repeat(56)}`;
const notice = (over: Partial<RegisteredNotice> = {}): RegisteredNotice => ({
  ...{ position: 9, kind: "subsidy", subject: "410803010207-0031", year: 2018, title: "财政贴息到账通知" },
  ...{ number: "中站扶贴〔2018〕410803010207-0031-8", issuedOn: "2019-01-18", cutoffOn: "2019-01-18", contentHash: NOTICE_HASH },
  shown: [{ item: "合计", value: "1,194.10 元" }],
  ...over,
});

describe("verifying a notice", () => {
  it("given its code, then genuine; with a wrong number, or asked for as a statement, unknown", async () => {
    expect(await verifyIn({ code: "77C1-9F3A" }, [statement()], [notice()])).toMatchObject({ state: "genuine", whole: false });
    expect(await verifyIn({ code: NOTICE_HASH }, [], [notice()])).toMatchObject({ state: "genuine", whole: true, notice: notice() });
    for (const number of ["中站扶贴[2018]410803010207-0031-8", "410803010207-0031"])
      expect(await verifyIn({ code: "77C1-9F3A", number }, [], [notice()])).toMatchObject({ state: "genuine", numbered: true });
    expect(await verifyIn({ code: "77C1-9F3A", number: "410803010207-0032" }, [], [notice()])).toEqual({ state: "unknown" });
    const parts = { year: "2018", household: "410803010207-0031", supplement: "0" };
    expect(await verifyIn({ code: NOTICE_HASH, parts }, [], [notice()])).toEqual({ state: "unknown" });
  });

  it("given a later one of its kind for its subject, then superseded; of another year or kind, not", async () => {
    const later = notice({ position: 12, contentHash: `00${"3".repeat(62)}`, number: "中站扶贴〔2018〕410803010207-0031-11" });
    expect(await verifyIn({ code: NOTICE_HASH }, [], [notice(), later])).toMatchObject({ state: "superseded", later });
    expect(await verifyIn({ code: later.contentHash }, [], [notice(), later])).toMatchObject({ state: "genuine" });
    for (const other of [{ year: 2017 }, { kind: "stake" as const }])
      expect(await verifyIn({ code: NOTICE_HASH }, [], [notice(), { ...later, ...other }])).toMatchObject({ state: "genuine" });
  });

  it("given one that was revoked, then revoked, whatever came later", async () => {
    const revoked = notice({ revokedOn: "2019-02-01" });
    expect(await verifyIn({ code: NOTICE_HASH }, [], [revoked])).toMatchObject({ state: "revoked" });
    expect(await verifyIn({ code: NOTICE_HASH }, [], [revoked, notice({ position: 12, contentHash: "0".repeat(64) })])).toMatchObject({
      state: "revoked",
    });
  });

  it("given a statement and a notice with one check code, then the number decides", async () => {
    const twin = notice({ contentHash: `9f3a77c1${"1".repeat(56)}` });
    expect(await verifyIn({ code: "9F3A-77C1" }, [statement()], [twin])).toEqual({ state: "ambiguous", code: "9f3a77c1" });
    expect(await verifyIn({ code: "9F3A-77C1", number: twin.number }, [statement()], [twin])).toMatchObject({ notice: twin });
  });
});
