import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { broken, checkInvariants } from "@huimin/service-ledger";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

/*
 * 月结与年结: steps, lock, seals, what a late correction leaves alone, the year-end transfer, the settlement period. The clock
 * is moved by the spec; every posting goes through the product's own routes.
 */

const district = new LiveDistrict();
const { bank, person, signIn } = district;
const folder = mkdtempSync(path.join(tmpdir(), "huimin-closing-"));
const money = { currency: "CNY" };
let maker = "";
let checker = "";

/** Another day: sessions of the day before have ended. */
async function at(day: string): Promise<void> {
  district.now = Date.parse(`${day}T01:00:00Z`);
  maker = await again("maker");
  checker = await again("checker");
}
const again = async (login: string): Promise<string> => {
  const body = JSON.stringify({ login, password: "a-long-enough-phrase" });
  return (await send("POST", `${district.origin}/api/v1/sign-in`, { "content-type": "application/json" }, body)).body.token;
};
const head = (): Promise<number> => district.platform.store.head(DISTRICT);

/** A person's command that posts in book G, approved by another person. */
async function approved(token: string, address: string, body: object) {
  const made = await person(token, "POST", address, body);
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 202 });
  const done = await person(checker, "POST", `/proposals/${made.body.proposal}/approval`);
  expect(done.status, JSON.stringify(done.body)).toBe(201);
  return done;
}
const appropriate = (amount: string, valueDate: string, query = "") =>
  approved(maker, `/subsidies/appropriate-subsidy-funds${query}`, { amount, source: "区", valueDate });

const huimin = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });

beforeAll(async () => {
  await district.start({ home: folder });
  await district.lend("L1", "50000.00");
  await signIn("maker", "FIN-M");
  await signIn("checker", "FIN-R");
  await at("2018-11-05");
  await appropriate("1000.00", "2018-11-05");
  const repaid = { ...money, loan: "L1", valueDate: "2018-11-06", serial: "R1", principal: "600.00" };
  await at("2018-11-06");
  expect((await bank("repayments", repaid)).status).toBe(201);
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("结账 as steps", () => {
  it("a month with a proposal that waits is not closed; the dry run says so, and what else it found", async () => {
    await at("2018-12-10");
    const waiting = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds?period=2018-11", {
      amount: "7.00",
      source: "区",
      valueDate: "2018-11-30",
    });
    await at("2018-11-30");
    const early = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", {
      amount: "8.00",
      source: "区",
      valueDate: "2018-11-30",
    });
    await at("2018-12-10");
    const dry = await person(checker, "GET", "/periods/2018-11/close");
    expect(dry).toMatchObject({ status: 200, body: { period: "2018-11", closable: false } });
    const steps = Object.fromEntries(dry.body.steps.map((one: { step: string; status: string }) => [one.step, one.status]));
    expect(steps).toEqual({
      "bank-reconciliation": "warning",
      "sub-ledgers": "passed",
      invariants: "passed",
      "trial-balance": "passed",
      vouchers: "blocked",
      "year-end": "skipped",
    });
    const refused = await person(checker, "POST", "/periods/2018-11/close");
    expect(refused).toMatchObject({ status: 422, body: { code: "CLOSE_STEP_BLOCKED" } });
    expect(refused.body.detail ?? JSON.stringify(refused.body)).toContain(early.body.proposal);
    const cli = await huimin("close-period", "2018-11", "--dry-run");
    expect([cli.code, cli.out.includes("✗ 5 凭证连号与审核"), cli.out.includes("1002.01")]).toEqual([1, true, true]);
    for (const { proposal } of [waiting.body, early.body]) {
      expect((await person(maker, "POST", `/proposals/${proposal}/withdrawal`, { reason: "不再需要" })).status).toBe(201);
    }
    expect((await person(checker, "GET", "/periods/2018-13/close")).status).toBe(400);
    expect((await person(checker, "GET", "/periods/2019-01/close")).body.code).toBe("PERIOD_IN_FUTURE");
  });

  it("then it is closed with counts, hashes and a signed checkpoint, once and for ever", async () => {
    const done = await person(checker, "POST", "/periods/2018-11/close");
    expect(done).toMatchObject({ status: 201, body: { period: "2018-11", yearClosed: false, checkpoint: { size: done.body.position } } });
    const [first, ...others] = done.body.seals;
    expect(others.map(({ period }: { period: string }) => period)).toEqual(["2018-11"]);
    expect(first.period).toBe("2017-03");
    const november = others[0];
    expect(november.books).toMatchObject([
      { book: "G", vouchers: 1, lines: 2, total: "1000.00" },
      { book: "M", vouchers: 1, lines: 2, total: "600.00" },
    ]);
    for (const { hash } of november.books) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await person(checker, "POST", "/periods/2018-11/close")).body.code).toBe("PERIOD_ALREADY_CLOSED");
    const state = await person(checker, "GET", `/periods?min-position=${done.body.position}`);
    expect(state.body).toMatchObject({ lastClosed: "2018-11", firstOpen: "2018-12", settlementEnds: "2019-01-20" });
    expect(state.body.seals).toEqual(done.body.seals);
  });

  it("a late fact leaves the closed month byte for byte as it was: vouchers, lines, trial balance", async () => {
    const all = async () => ({
      vouchers: (await person(checker, "GET", "/vouchers?period=2018-11")).body,
      trial: (await person(checker, "GET", "/trial-balance?from=2018-11&through=2018-11")).body,
      one: (await person(checker, "GET", `/vouchers/${encodeURIComponent("记-2018-11-0001")}`)).body,
    });
    const before = await all();
    const late = { ...money, loan: "L1", valueDate: "2018-11-20", serial: "R2", principal: "100.00" };
    const booked = await bank("repayments", late);
    expect(booked.status).toBe(201);
    expect((await person(checker, "GET", `/vouchers?period=2018-12&min-position=${booked.body.position}`)).body.items).toMatchObject([
      { voucher: "M:记-2018-12-0001", valueDate: "2018-11-20", date: "2018-12-10", maker: "bank:K1", makerName: "银行 K1", poster: "系统" },
    ]);
    expect(await all()).toEqual(before);
    const verified = await huimin("close-period", "--verify", "--json");
    expect([verified.code, verified.json]).toMatchObject([0, { verified: 2, changed: 0 }]);
    expect((await bank("repayments?period=2018-11", { ...late, serial: "R3", valueDate: "2018-11-21" })).body.code).toBe("PERIOD_CLOSED");
  });
});

describe("年末结转 and 决算整理期", () => {
  it("December is booked in January while it is open, up to the limit; a proposal keeps the period it asked for", async () => {
    await at("2019-01-10");
    const december = await appropriate("200.00", "2018-12-28", "?period=2018-12");
    const [voucher] = (await person(checker, "GET", `/vouchers?period=2018-12&book=G&min-position=${december.body.position}`)).body.items;
    expect(voucher).toMatchObject({ voucher: "记-2018-12-0001", date: "2018-12-28", maker: expect.any(String), makerName: "岗位人员" });
    expect(voucher.reviewer).not.toBe(voucher.maker);
    await at("2019-01-21");
    const tooLate = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds?period=2018-12", {
      amount: "1.00",
      source: "区",
      valueDate: "2018-12-30",
    });
    expect(tooLate.body.code).toBe("SETTLEMENT_PERIOD_OVER");
    await at("2019-01-15");
  });

  it("income and expense go to 3001, once; then December closes and the agency and bank accounts roll on", async () => {
    const early = await person(maker, "POST", "/periods/year-end-transfers", { fiscalYear: 2018 });
    expect(early.body.code).toBe("YEAR_END_PERIOD_NEEDED");
    const open = await person(checker, "GET", "/periods/2018-12/close");
    expect(open.body.steps.at(-1)).toMatchObject({ step: "year-end", status: "warning" });
    const done = await approved(maker, "/periods/year-end-transfers?period=2018-12", { fiscalYear: 2018 });
    expect(done.body).toMatchObject({ fiscalYear: 2018, surplus: "1200.00", accounts: 1 });
    const again = await person(maker, "POST", "/periods/year-end-transfers?period=2018-12", { fiscalYear: 2018 });
    expect(again.body.code).toBe("YEAR_END_ALREADY_TRANSFERRED");
    const { items } = (await person(checker, "GET", `/vouchers?period=2018-12&book=G&min-position=${done.body.position}`)).body;
    expect(items.slice(1).map(({ voucher, summary, total, date }: Record<string, string>) => [voucher, summary, total, date])).toEqual([
      ["记-2018-12-0002", "年末结转 2018 年度收支", "1200.00", "2018-12-31"],
      ["记-2018-12-0003", "结转 2018 年度本期盈余", "1200.00", "2018-12-31"],
      ["记-2018-12-0004", "结转 2018 年度盈余分配", "1200.00", "2018-12-31"],
    ]);
    const balance = async (query: string) => (await person(checker, "GET", `/balances?${query}`)).body.balance;
    expect(await balance("account=4001.01&fiscal-year=2018")).toMatchObject({ side: "zero" });
    expect(await balance("account=4001.01&fiscal-year=2018&before-transfers=true")).toMatchObject({ side: "credit", amount: "1200.00" });
    expect(await balance("account=3001&fiscal-year=2018")).toMatchObject({ side: "credit", amount: "1200.00" });
    const closed = await huimin("close-period", "2018-12", "--json");
    expect([closed.code, closed.json]).toMatchObject([0, { yearClosed: true }]);
    const rows = async (query: string) => {
      const { body } = await person(checker, "GET", `/trial-balance?${query}`);
      return new Map<string, { opening: string; closing: string }>(
        body.rows.map((row: { account: { code: string }; opening: string; closing: string }) => [row.account.code, row]),
      );
    };
    const [old, young] = [await rows("from=2018-12&through=2018-12"), await rows("from=2019-01&through=2019-01")];
    expect(young.get("1002.01")?.opening).toBe(old.get("1002.01")?.closing);
    expect(young.get("9201")?.opening).toBe(old.get("9201")?.closing);
    expect([young.get("4001.01")?.opening, young.get("3001")?.opening]).toEqual(["0.00", "-1200.00"]);
    expect(broken(await checkInvariants(district.platform))).toEqual([]);
  });

  it("what was changed in a closed month behind the product's back is found", async () => {
    const client = new Client({ connectionString: district.platform.databaseUrl });
    await client.connect();
    const forge = (from: string, to: string) =>
      client.query(
        `ALTER TABLE log.event DISABLE TRIGGER ALL; UPDATE log.event SET canonical = replace(canonical, '${from}', '${to}') WHERE type = 'SubsidyFundsAppropriated' AND canonical LIKE '%2018-11-05%'`,
      );
    await forge('"amount":"1000.00"', '"amount":"1001.00"');
    const found = await huimin("close-period", "2018-11", "--verify");
    expect(found).toMatchObject({
      code: 1,
      out: "2018-11: ✗ book G: the vouchers are not those of the closing; the trial balance is not that of the closing",
    });
    const invariants = await checkInvariants(district.platform);
    expect(broken(invariants).map(({ id }) => id)).toContain("closed-periods-unchanged");
    await forge('"amount":"1001.00"', '"amount":"1000.00"');
    await client.end();
    expect((await huimin("close-period", "--verify")).code).toBe(0);
    expect(await head()).toBeGreaterThan(20);
  });
});
