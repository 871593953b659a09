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

  it("given a household whose head is not known, then it alone gets none, with the reason, and the others get theirs", async () => {
    await district.register(H3, "王五", { head: "p-unknown" });
    await district.lend("L3", H3, "1000.00", "2018-03-10");
    const result = await issue();
    expect(result.ok && result.value.lines).toEqual([
      expect.objectContaining({ household: H1, coverage: "issued" }),
      expect.objectContaining({ household: H2, coverage: "nil" }),
      {
        household: H3,
        village: "栗井村",
        coverage: "refused",
        refusal: { code: "STATEMENT_HEAD_UNKNOWN", details: { household: H3 } },
      },
    ]);
    expect((await district.store.readStream(DISTRICT, `statement/${H3}`)).events).toEqual([]);
    expect(district.unmasked).toEqual([H1]);
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

  describe("with dividends, a stake and help of the year", () => {
    const POOL = "B1-2018";
    const list = { pool: POOL, year: 2018, draft: 1 };
    const part = { pool: POOL, year: 2018, part: 0 };
    const item = { household: H2, village: "410803010207", amount: "1500.00" };
    const entitled = (type: string, payload: object, on: string) =>
      district.record(type, `entitlement/${POOL}-2018-0`, { ...part, ...payload }, on);
    const pay = async (payoutBatch: string, from: string, on: string) => {
      const items = [{ ...item, from, account: "a" }];
      await entitled("PayoutItemsSubmitted", { payoutBatch, bank: "K1", items }, on);
      await entitled("PayoutSucceeded", { payoutBatch, items: [item] }, on);
    };

    beforeEach(async () => {
      const enterprise = { enterprise: "E1", name: "太行林果合作社", creditCode: "x", roles: [] };
      await district.record("EnterpriseRegistered", "enterprise/E1", enterprise, "2016-01-01");
      const loan = { loan: "L2", household: H2, bank: "K1", village: "410803010207", enterprise: "E1", batch: "B1" };
      await district.record(
        "LoanDisbursed",
        "loan/L2",
        { ...loan, amount: "50000.00", contractDate: "2018-03-01", due: "2020-03-01" },
        "2018-03-01",
      );
      await district.record("StakeEntrusted", "loan/L2", { ...loan, amount: "50000.00", serial: "S" }, "2018-03-02");
      const declared = {
        pool: POOL,
        year: 2018,
        enterprise: "E1",
        model: 1,
        batch: "B1",
        basis: "fixed-amount",
        receivable: "1218.06",
        total: "1500.00",
      };
      await district.record("DividendDeclared", `dividend/${POOL}`, { ...declared, document: "示例〔2018〕5号" }, "2018-12-01");
      const header = { ...list, method: "by-stake-days", residueRule: "LARGEST_REMAINDER", snapshot: "2018-11-30", total: "1500.00" };
      const counts = { allocated: "1500.00", carried: "0.00", households: 1, parts: 1, listHash: "h", weightsFrom: "stakes" };
      await district.record("AllocationDrafted", `dividend/${POOL}`, { ...header, ...counts }, "2018-12-10");
      await district.record(
        "PublicityPosted",
        `dividend/${POOL}`,
        { ...list, place: "村", from: "2018-12-11", to: "2018-12-20", evidence: [], listHash: "h" },
        "2018-12-11",
      );
      await district.record("DividendAllocated", `dividend/${POOL}`, { ...header, ...counts }, "2018-12-21");
      await entitled("EntitlementsAllocated", { draft: 1, lines: [item] }, "2018-12-21");
      await pay("PB1", "2901.02", "2018-12-28");
      await district.record(
        "PairingEstablished",
        `pairing/${H2}`,
        { household: H2, helper: "P7", helperKind: "person", unit: "区财政局" },
        "2018-01-05",
      );
      await district.record(
        "HelpGiven",
        `pairing/${H2}`,
        { household: H2, helper: "P7", help: "1", version: 1, kind: "visit" },
        "2018-05-01",
      );
    });

    const told = async (year = 2018) => {
      const found = await findStatement({ household: H2, year }, district.options);
      if (!found.ok) throw new Error(found.refusal.code);
      return found.value;
    };

    it("tells every source without being asked; a loan of a batch is a stake and no debt", async () => {
      expect(await lines()).toMatchObject({ [H2]: "issued" });
      const { issued, job } = await told();
      expect(issued.figures).toEqual({
        dividends: [
          {
            ...{ pool: POOL, model: 1, partner: "太行林果合作社", basis: "50000.00", days: 305, standard: "约定" },
            ...{ entitled: "1500.00", paidInYear: "1500.00", returnedAfterYearEnd: "0.00", awaitingReissue: "0.00", paidOn: "2018-12-28" },
            ...{
              listTotal: "1500.00",
              listHouseholds: 1,
              method: "by-stake-days",
              residueRule: "LARGEST_REMAINDER",
              publishedFrom: "2018-12-11",
              publishedTo: "2018-12-20",
            },
            document: "示例〔2018〕5号",
          },
        ],
        paidForEarlierYears: "0.00",
        stake: { start: "0.00", added: "50000.00", reduced: "0.00", end: "50000.00" },
        loans: [],
        interest: [],
        help: [{ kind: "help", from: "", detail: "visit", times: 1 }],
      });
      expect(job.content.basics.helper).toBe("区财政局 P7");
    });

    it("given T5, returned after the year and paid again: a supplement each time, and 补发 in the later year", async () => {
      await issue();
      district.clock = "2019-01-25T20:00:00.000+08:00";
      await entitled("PayoutReturned", { payoutBatch: "PB1", reason: "AC04", items: [item] }, "2019-01-24");
      expect(await lines()).toMatchObject({ [H1]: "unchanged", [H2]: "supplement" });
      expect((await told()).issued).toMatchObject({
        number: `中站扶红〔2018〕${H2}-补1`,
        changed: [
          { key: `dividends/${POOL}/returnedAfterYearEnd`, was: "0.00", is: "-1500.00" },
          { key: `dividends/${POOL}/awaitingReissue`, was: "0.00", is: "1500.00" },
          { key: `dividends/${POOL}/paidOn`, was: "2018-12-28" },
        ],
      });
      district.clock = "2020-01-18T20:00:00.000+08:00";
      await pay("PB2", "2901.04", "2019-02-01");
      expect(await lines()).toMatchObject({ [H2]: "supplement" });
      expect((await told()).issued).toMatchObject({
        supplement: 2,
        figures: { dividends: [{ paidInYear: "1500.00", paidAfterYearEnd: "1500.00", awaitingReissue: "0.00", paidOn: "2019-02-01" }] },
      });
      expect(await lines({ year: 2019 })).toMatchObject({ [H2]: "issued" });
      expect((await told(2019)).issued.figures).toMatchObject({
        dividends: [],
        paidForEarlierYears: "1500.00",
        earlier: [{ pool: POOL, year: 2018, partner: "太行林果合作社", amount: "1500.00", paidOn: "2019-02-01" }],
      });
    });

    it("does not issue a dividend that the books owe otherwise", async () => {
      const details: Pick<Books, "details"> = {
        details: async ({ account }) => {
          if (account === "9201") return [{ account: {} as never, dims: { loan: "L1" }, balance: { net: -30_000_00n } as never }];
          const owed = { account: {} as never, dims: { household: H2, pool: POOL }, balance: { net: -1n } as never };
          return account === "2901.04" ? [owed] : [];
        },
      };
      expect(await lines({}, { books: details })).toMatchObject({ [H1]: "issued", [H2]: "STATEMENT_DIVIDEND_DISAGREES_WITH_BOOKS" });
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
