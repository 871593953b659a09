import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { camt053 } from "@huimin/test-support/bank-messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankReconciliation, runReconciliation } from "./compose/reconciliation.ts";
import { bankFileClient } from "./testing/bank-file-client.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, bankRead, person, signIn } = district;
const { upload, head } = bankFileClient(district);
const NUMBER = "41050100002";
const DESK = "1002.02-K1";
const money = { currency: "CNY" };
let folder = "";
let maker = "";
let checker = "";
let both = "";
let cashier = "";
const enqueued: string[] = [];

/** Money that comes in on the risk fund's account, as the bank tells it. */
const interest = async (serial: string, amount: string, valueDate: string): Promise<number> =>
  (await bank("risk-fund-interest", { ...money, bank: "K1", amount, serial, valueDate })).body.position;

/** A deposit of the office: it knows no serial of the bank. */
async function deposit(amount: string, valueDate: string): Promise<number> {
  const made = await person(cashier, "POST", "/risk-fund/deposit-risk-fund", { bank: "K1", amount, valueDate });
  return (await person(checker, "POST", `/proposals/${made.body.proposal}/approval`)).body.position;
}

const statement = async (day: string, opening: string, entries: Parameters<typeof camt053>[0]["entries"]) => {
  const sent = await upload("", camt053({ account: NUMBER, id: `ST-${day}`, day, opening, entries }));
  expect(sent).toMatchObject({ status: 201, body: { status: "booked", kind: "statement" } });
};

const say = (token: string, what: string, body: object) => person(token, "POST", `/reconciliation/${what}`, body);
const close = (token: string, day: string) => say(token, "closings", { account: "1002.02", bank: "K1", day });

async function differences(query = "", desk = DESK) {
  const { body } = await person(maker, "GET", `/reconciliation/desks/${desk}/differences?min-position=${await head()}${query}`);
  return body;
}
/** Kind, status and amount of each, and which serial. */
const told = (body: { items: { kind: string; status: string; amount: string; items: { serial?: string }[] }[] }): string[] =>
  body.items.map(({ kind, status, amount, items }) => `${kind} ${status} ${amount} ${items[0]?.serial ?? "-"}`).sort();
// biome-ignore lint/suspicious/noExplicitAny: an answer of the API
const idOf = (body: any, serial: string): string => body.items.find(({ items }: any) => items.some((one: any) => one.serial === serial)).id;

const cli = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "huimin-reconcile-"));
  await district.start({ logLevel: "error" });
  district.now = Date.UTC(2018, 4, 20, 1, 0, 0);
  district.platform.followUps.deliverTo(async (kind, data) => void enqueued.push(`${kind} ${data.bank} ${data.day}`));
  maker = await signIn("accountant", "FIN-M");
  checker = await signIn("reviewer", "FIN-R");
  both = await signIn("one-man-office", "FIN-M", "FIN-R");
  cashier = await signIn("cashier", "FIN-C");
});
afterAll(async () => {
  await district.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("bank statements against the books", () => {
  it("given movements and no account at a bank, then the monthly close is told", async () => {
    await interest("A", "100.00", "2018-05-10");
    await head();
    await district.platform.projector.drain();
    const [account] = await bankReconciliation(district.platform.pool)({ district: DISTRICT, period: "2018-05" });
    expect(account).toMatchObject({ bound: false, reconciled: false, account: expect.stringContaining("1002.02") });
    expect((await close(checker, "2018-05-10")).body.code).toBe("FUND_ACCOUNT_NOT_BOUND");
  });

  it("only the reviewer says which account stands for 1002.02 at K1, and once", async () => {
    const binding = { account: "1002.02", bank: "K1", number: NUMBER, from: "2018-05-01", openingBalance: "0.00" };
    expect((await say(maker, "fund-accounts", binding)).status).toBe(403);
    expect(await say(checker, "fund-accounts", binding)).toMatchObject({ status: 201, body: { desk: DESK } });
    expect((await say(checker, "fund-accounts", { ...binding, from: "2018-05-09" })).body.code).toBe("FUND_ACCOUNT_BOUND");
    expect((await close(checker, "2018-05-10")).body.code).toBe("DAY_WITHOUT_STATEMENT");
  });

  it("finds every kind of difference, and refuses to close over them", async () => {
    await interest("B", "70.00", "2018-05-10");
    await interest("C", "30.00", "2018-05-10");
    await interest("E", "5.00", "2018-05-11");
    await deposit("400.00", "2018-05-10");
    await deposit("600.00", "2018-05-10");
    await statement("2018-05-10", "0.00", [
      { amount: "100.00", serial: "A" },
      { amount: "77.00", serial: "B" },
      { amount: "9.00", serial: "X" },
      { amount: "1000.00", serial: "T" },
      { amount: "5.00", serial: "E" },
    ]);
    const found = await differences("&day=2018-05-10");
    expect(told(found)).toEqual([
      "amount unexplained 7.00 B",
      "bank-only unexplained 9.00 X",
      "book-only unexplained -30.00 C",
      "timing timing 5.00 E",
    ]);
    expect(found).toMatchObject({ balancePerBank: "1191.00", balancePerBooks: "1200.00", remainder: "0.00", matched: 2, unexplained: 3 });
    const refused = await close(checker, "2018-05-10");
    expect(refused).toMatchObject({ status: 422, body: { code: "DAY_HAS_UNEXPLAINED_DIFFERENCES" } });
    expect(refused.body.detailEn).toMatch(/3 unexplained.*(9\.00 X|30\.00 C|7\.00 B)/);
    const filtered = await differences("&day=2018-05-20&kind=book-only&bucket=4-10");
    expect(told(filtered)).toEqual(["book-only unexplained -30.00 C"]);
    const page = await differences("&day=2018-05-10&limit=2");
    const next = await differences(`&day=2018-05-10&limit=2&cursor=${page.next}`);
    expect([page.items.length, next.items.length, next.next]).toEqual([2, 2, undefined]);
  });

  it("explains what the bank will bring, with a reason and a day, and only what is there", async () => {
    const found = await differences("&day=2018-05-10");
    const explain = (change: object) =>
      say(maker, "explanations", { desk: DESK, items: [idOf(found, "C")], reason: "in-transit", clearBy: "2018-06-10", ...change });
    expect((await explain({ clearBy: "2018-05-19" })).body.code).toBe("CLEAR_BY_OUT_OF_RANGE");
    expect((await explain({ reason: "other" })).body.code).toBe("EXPLANATION_NEEDS_NOTE");
    expect((await explain({ items: ["p.999999"] })).body).toMatchObject({ code: "DIFFERENCE_UNKNOWN", errors: [{ pointer: "/items/0" }] });
    expect((await explain({ desk: "1002.09-K1" })).body.code).toBe("DESK_UNKNOWN");
    expect((await explain({})).status).toBe(201);
    const reasons = { reason: "unknown-sender", note: "来款人待核实", evidence: [{ title: "查询函 7" }] };
    expect((await explain({ ...reasons, items: [idOf(found, "X")] })).status).toBe(201);
    const { body } = await person(maker, "GET", `/reconciliation/desks/${DESK}/matches?day=2018-05-10`);
    const serial = body.items.find(({ rule }: { rule: string }) => rule === "serial");
    expect((await explain({ items: serial.bank })).body.code).toBe("DIFFERENCE_MATCHED");
    expect((await close(checker, "2018-05-10")).body.detailEn).toContain("has 1 unexplained");
  });

  it("resolves a difference by what the bank corrected: the sums must be equal", async () => {
    const csv = [
      "账号,入账日期,流水号,借方金额,贷方金额,余额",
      `${NUMBER},2018-05-11,B-2,7.00,,1184.00`,
      `${NUMBER},2018-05-11,C,,30.00,1214.00`,
    ].join("\r\n");
    expect(await upload("?kind=statement", csv)).toMatchObject({ status: 201, body: { status: "booked" } });
    const found = await differences("&day=2018-05-11");
    expect(told(found)).toEqual(["amount unexplained 7.00 B", "bank-only explained 9.00 X", "bank-only unexplained -7.00 B-2"]);
    const items = found.items.find(({ kind }: { kind: string }) => kind === "amount").items.map(({ item }: { item: string }) => item);
    const by = [idOf(found, "B-2")];
    const resolve = (change: object) => say(maker, "resolutions", { desk: DESK, items, by, note: "银行次日冲回多记金额", ...change });
    expect((await resolve({ by: undefined })).body.code).toBe("RESOLUTION_WITHOUT_CAUSE");
    expect((await resolve({ by: [idOf(found, "X")] })).body).toMatchObject({ code: "MATCH_SUMS_DIFFER" });
    const resolved = await resolve({});
    expect(resolved).toMatchObject({ status: 201, body: { match: expect.stringMatching(/^M\d+$/) } });
    expect((await resolve({})).body.code).toBe("MATCH_ITEM_TAKEN");
    expect(told(await differences("&day=2018-05-11"))).toEqual(["bank-only explained 9.00 X"]);
    expect(told(await differences("&day=2018-05-10"))).toEqual(
      ["bank-only explained 9.00 X", "timing timing -30.00 C", "timing timing 5.00 E", "timing timing 7.00 B"].sort(),
    );
  });

  it("puts together and takes apart by hand; people's word goes before the engine's", async () => {
    const found = await differences("&day=2018-05-11");
    const x = idOf(found, "X");
    const { body } = await person(maker, "GET", `/reconciliation/desks/${DESK}/matches?day=2018-05-11`);
    const sum = body.items.find(({ rule }: { rule: string }) => rule === "sum");
    expect(sum).toMatchObject({ bank: [expect.any(String)], book: [expect.any(String), expect.any(String)] });
    const undone = await say(maker, "undone-matches", { desk: DESK, items: [...sum.bank, ...sum.book], reason: "试分开" });
    expect(undone.status).toBe(201);
    expect((await differences("&day=2018-05-11&status=unexplained")).items).toHaveLength(3);
    const again = await say(maker, "matches", { desk: DESK, items: [...sum.bank, ...sum.book], note: "两笔存入一笔到账" });
    expect(again.status).toBe(201);
    expect((await say(maker, "matches", { desk: DESK, items: [x, sum.bank[0]] })).body.code).toBe("MATCH_ITEM_TAKEN");
    expect((await say(maker, "matches", { desk: DESK, items: [x] })).body.code).toBe("MATCH_TOO_SMALL");
    expect((await say(maker, "matches", { desk: "portfolio-K1", items: [x, "y"] })).body.code).toBe("MATCH_ONLY_AT_ACCOUNTS");
    expect((await say(maker, "undone-matches", { desk: DESK, match: "M99", reason: "无此勾对" })).body.code).toBe("MATCH_UNKNOWN");
    const manual = await say(maker, "undone-matches", { desk: DESK, match: again.body.match, reason: "再试" });
    expect(manual.status).toBe(201);
    expect((await say(maker, "matches", { desk: DESK, items: [...sum.bank, ...sum.book] })).status).toBe(201);
    expect((await differences("&day=2018-05-11")).unexplained).toBe(0);
  });

  it("closes day by day, by somebody who prepared nothing, and a closed day stays closed", async () => {
    expect((await close(maker, "2018-05-10")).status).toBe(403);
    expect((await close(checker, "2018-05-11")).body.code).toBe("EARLIER_DAY_OPEN");
    expect((await close(checker, "2018-05-20")).body.code).toBe("BANK_DAY_NOT_OVER");
    const x = idOf(await differences("&day=2018-05-11"), "X");
    await say(both, "explanations", { desk: DESK, items: [x], reason: "unknown-sender", clearBy: "2018-06-20" });
    expect((await close(both, "2018-05-10")).body.code).toBe("DAY_CLOSED_BY_MAKER");
    expect(await close(checker, "2018-05-10")).toMatchObject({ status: 201, body: { desk: DESK, day: "2018-05-10", open: 5 } });
    expect((await close(checker, "2018-05-10")).body.code).toBe("BANK_DAY_CLOSED");
    const text = await cli("close-day", "1002.02", "2018-05-11");
    expect(text).toMatchObject({ code: 0, text: expect.stringContaining("closed 1002.02-K1 2018-05-11; 1 open items carry over") });
    const { body } = await person(maker, "GET", `/reconciliation/desks/${DESK}/days?from=2018-05-01&min-position=${await head()}`);
    expect(
      body.items.map(({ day, status, explained }: { day: string; status: string; explained: number }) => [day, status, explained]),
    ).toEqual([
      ["2018-05-11", "closed", 1],
      ["2018-05-10", "closed", 5],
    ]);
    const state = await person(maker, "GET", "/reconciliation/fund-accounts?month=2018-05");
    expect(state.body.items).toEqual([
      {
        account: DESK,
        lastClosedDay: "2018-05-11",
        unexplained: 0,
        unclosedDays: 0,
        balancePerBank: "1214.00",
        balancePerBooks: "1205.00",
      },
    ]);
  });

  it("names the statement that is missing, and lists what came late in the next day", async () => {
    await interest("LATE", "3.00", "2018-05-09");
    await statement("2018-05-14", "1215.00", []);
    expect((await close(checker, "2018-05-14")).body).toMatchObject({
      code: "STATEMENT_MISSING",
      detailEn: expect.stringMatching(/1214\.00 at the end of 2018-05-11 and begins with 1215\.00 on 2018-05-14/),
    });
    await statement("2018-05-12", "1214.00", [{ amount: "1.00", serial: "FEE" }]);
    expect((await close(checker, "2018-05-14")).body.code).toBe("EARLIER_DAY_OPEN");
    const json = await cli("reconcile", "statement", "1002.02", "--day", "2018-05-12", "--json");
    expect(json.code).toBe(1);
    expect(told(JSON.parse(json.text))).toEqual([
      "bank-only explained 9.00 X",
      "bank-only unexplained 1.00 FEE",
      "book-only unexplained -3.00 LATE",
    ]);
    const table = await cli("reconcile", "statement", DESK, "--day", "2018-05-12");
    expect(table.text).toContain("unknown-sender 2018-06-20");
    expect((await cli("close-day", "1002.02-K1", "2018-05-12")).text).toContain("DAY_HAS_UNEXPLAINED_DIFFERENCES");
    expect((await cli("reconcile", "ageing", "--day", "2018-05-20")).text).toMatch(/4-10/);
    expect((await cli("reconcile", "statement", "1002.05")).code).toBe(2);
    const { body } = await person(maker, "GET", "/reconciliation/ageing?on=2018-07-01");
    expect(body.items).toEqual([{ desk: DESK, bucket: ">30", unexplained: 3, explained: 0, amount: "13.00" }]);
  });

  it("tells the bank its own days and differences, and another bank nothing", async () => {
    const own = await bankRead(`/reconciliation/days?from=2018-05-10&min-position=${await head()}`);
    expect(own.body.items[0].days.map(({ status }: { status: string }) => status)).toEqual(["matched", "open", "closed", "closed"]);
    const list = await bankRead(`/reconciliation/desks/${DESK}/differences?day=2018-05-14`);
    expect(told(list.body)).toContain("bank-only explained 9.00 X");
    expect(JSON.stringify(list.body)).not.toContain("来款人");
    expect(JSON.stringify(own.body)).not.toContain("cli:");
    expect((await bankRead("/reconciliation/days?from=2018-05-10", "k2")).body.items).toEqual([]);
    expect(await bankRead(`/reconciliation/desks/${DESK}/differences`, "k2")).toMatchObject({
      status: 404,
      body: { code: "DESK_UNKNOWN" },
    });
    expect((await bankRead("/reconciliation/portfolio", "k2")).body.code).toBe("RECONCILIATION_NOTHING");
  });

  it("the run after a statement looks and counts, and changes nothing", async () => {
    const before = await head();
    expect(enqueued).toEqual(Array(4).fill("reconciliation K1 2018-05-20"));
    const run = await runReconciliation(district.platform, "2018-05-20", "K1");
    expect(run.desks).toMatchObject([{ desk: DESK, unexplained: 2, explained: 1, unclosed: 2, lastClosedDay: "2018-05-11" }]);
    expect(await head()).toBe(before);
  });
});
