import type { Books } from "@huimin/books";
import { beforeEach, describe, expect, it } from "vitest";
import { countOf, findStatement, issueStatements, type StatementsOptions } from "./index.ts";
import { DISTRICT, type SpecDistrict, specDistrict } from "./specification/district.ts";

const [H1, H2, H3] = ["410803010207-0001", "410803010207-0002", "410803010207-0003"] as const;

describe("issuing the statements of a year", () => {
  let district: SpecDistrict;
  const issue = (request: object = {}, over: Partial<StatementsOptions> = {}) =>
    issueStatements({ year: 2018, ...request }, { ...district.options, ...over }, district.send);
  const lines = async (...args: Parameters<typeof issue>) => {
    const result = await issue(...args);
    if (!result.ok) throw new Error(result.refusal.code);
    return Object.fromEntries(result.value.lines.map((line) => [line.household, line.refusal?.code ?? line.coverage]));
  };

  beforeEach(async () => {
    district = await specDistrict();
    await district.register(H1, "张·三");
    await district.register(H2, "李四");
    await district.lend("L1", H1, "50000.00", "2017-03-10");
    await district.repay("L1", H1, "20000.00", "2018-05-08");
  });

  it("issues whom there is something to tell, and lists every other household of the register", async () => {
    const result = await issue();
    expect(result).toMatchObject({
      ok: true,
      value: {
        year: 2018,
        issuedOn: "2019-01-18",
        lines: [
          { household: H1, village: "栗井村", coverage: "issued", number: `中站扶红〔2018〕${H1}` },
          { household: H2, coverage: "nil" },
        ],
      },
    });
    expect(result.ok && countOf(result.value, "issued")).toBe(1);
    const found = await findStatement({ household: H1, year: 2018 }, district.options);
    expect(found).toMatchObject({
      ok: true,
      value: {
        issued: {
          supplement: 0,
          position: 9,
          figures: { loans: [{ loan: "L1", start: "50000.00", repaid: "20000.00", end: "30000.00" }] },
        },
        job: {
          content: {
            basics: {
              head: "张·三",
              idNumber: "410899********0001",
              street: "龙翔街道",
              village: "栗井村",
              size: 1,
              account: { bank: "中站农商行", tail: "0011" },
            },
          },
        },
      },
    });
  });

  it("stores no personal data in clear", async () => {
    await issue();
    const [event] = (await district.store.readStream(DISTRICT, `statement/${H1}`)).events;
    expect(JSON.stringify(event)).not.toMatch(/张|410899|李四/);
    expect(district.unmasked).toEqual([H1]);
  });

  it("run again, leaves alone what was issued; what changed by value date becomes a supplement with the changed lines", async () => {
    await issue();
    expect(await lines()).toEqual({ [H1]: "unchanged", [H2]: "nil" });
    await district.repay("L1", H1, "1000.00", "2018-11-30");
    expect(await lines()).toEqual({ [H1]: "supplement", [H2]: "nil" });
    const found = await findStatement({ household: H1, year: 2018 }, district.options);
    expect(found).toMatchObject({
      ok: true,
      value: {
        issued: {
          number: `中站扶红〔2018〕${H1}-补1`,
          changed: [
            { key: "loans/L1/repaid", was: "20000.00", is: "21000.00" },
            { key: "loans/L1/end", was: "30000.00", is: "29000.00" },
          ],
        },
      },
    });
    expect(await findStatement({ household: H1, year: 2018, supplement: 0 }, district.options)).toMatchObject({
      ok: true,
      value: { issued: { figures: { loans: [{ end: "30000.00" }] } } },
    });
  });

  it("knows nothing of what was recorded after the cut-off", async () => {
    const position = await district.store.head(DISTRICT);
    district.clock = "2019-02-01T09:00:00.000+08:00";
    await district.repay("L1", H1, "1000.00", "2018-11-30");
    expect(await lines({ position })).toEqual({ [H1]: "issued", [H2]: "nil" });
    const found = await findStatement({ household: H1, year: 2018 }, district.options);
    expect(found).toMatchObject({
      ok: true,
      value: { issued: { cutoff: { position }, issuedOn: "2019-01-18", figures: { loans: [{ end: "30000.00" }] } } },
    });
    expect(await issue({ position: 999 })).toMatchObject({ ok: false, refusal: { code: "STATEMENT_CUTOFF_AHEAD" } });
  });

  it("issues a nil statement to a household that asked for it, and names one that it does not know", async () => {
    expect(await lines({ households: [H2, "X"], requested: true })).toEqual({ [H2]: "issued", X: "STATEMENT_HOUSEHOLD_UNKNOWN" });
  });

  it("reports a household with a character that no font has by its code point, and issues the others", async () => {
    await district.register(H3, "王㛃");
    await district.lend("L3", H3, "10000.00", "2018-03-10");
    const result = await issue();
    expect(result.ok && result.value.lines.find(({ household }) => household === H3)).toMatchObject({
      coverage: "refused",
      refusal: { code: "STATEMENT_CHARACTERS_MISSING", details: { characters: "U+36C3" } },
    });
    expect(await lines({ households: [H1] })).toEqual({ [H1]: "unchanged" });
  });

  it("does not issue what disagrees with the books", async () => {
    const details = (principal: bigint): Pick<Books, "details"> => ({
      details: async () => [{ account: {} as never, dims: { loan: "L1" }, balance: { net: -principal } as never }],
    });
    expect(await lines({}, { books: details(30_000_01n) })).toMatchObject({ [H1]: "STATEMENT_DISAGREES_WITH_BOOKS" });
    expect(await lines({}, { books: details(30_000_00n) })).toMatchObject({ [H1]: "issued" });
  });

  it("prints what was said then, whatever the register says now, until the key is shredded", async () => {
    await issue();
    const before = await findStatement({ household: H1, year: 2018 }, district.options);
    const personId = district.vault.personId(DISTRICT, "410899195202290001");
    const [value] = await district.vault.seal([{ district: DISTRICT, personId, field: "name", keyClass: "K1", text: "张三保" }]);
    await district.record("PersonIdentityCorrected", `household/${H1}`, { personId, household: H1, field: "name", value }, "2019-02-01");
    expect(await findStatement({ household: H1, year: 2018 }, district.options)).toEqual(before);
    expect(await lines()).toMatchObject({ [H1]: "unchanged" });
    expect(await lines({ households: [H1], reason: "户主姓名更正" })).toEqual({ [H1]: "supplement" });
    expect(await findStatement({ household: H1, year: 2018 }, district.options)).toMatchObject({
      ok: true,
      value: { issued: { supplement: 1, changed: [] }, job: { content: { basics: { head: "张三保" } } } },
    });
    const holder = before.ok ? before.value.issued.holder : "";
    await district.vault.shred(DISTRICT, holder, "K1");
    expect(await findStatement({ household: H1, year: 2018 }, district.options)).toMatchObject({
      ok: false,
      refusal: { code: "STATEMENT_BASICS_ERASED" },
    });
  });

  it("follows a loan into the household that its debtor stays in", async () => {
    await district.register(H3, "王五", { splitFrom: H1, creditGroup: H1 });
    const targets = [
      { household: H1, members: [], heads: 1 },
      { household: H3, members: [], heads: 1 },
    ];
    await district.record("HouseholdSplit", `household/${H1}`, { household: H1, targets, debtorStays: H3 }, "2018-06-01");
    expect(await lines()).toEqual({ [H1]: "nil", [H2]: "nil", [H3]: "issued" });
  });

  it("refuses a year that is not over and a statement that was never issued", async () => {
    expect(await issue({ year: 2019 })).toMatchObject({ ok: false, refusal: { code: "STATEMENT_YEAR_NOT_ENDED" } });
    expect(await findStatement({ household: H1, year: 2016 }, district.options)).toMatchObject({
      ok: false,
      refusal: { code: "STATEMENT_NOT_FOUND" },
    });
  });
});
