import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkIdentities, linesOf, postingTypes } from "@huimin/books";
import { FactLog, wrongRateAfterClose } from "@huimin/books/testing";
import type { Role } from "@huimin/decider";
import { AllocateDividend, ApproveAllocation, DraftAllocation, PostPublicity, RecordAssetIncome } from "@huimin/dividend";
import type { StoredEvent } from "@huimin/event-store";
import { CORRECTIONS } from "@huimin/service-ledger";
import { pdfText } from "@huimin/statements";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { give } from "./compose/long-lists.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

/* 更正 C1–C6 by voucher, attachments, and T4 of domain 8: what was known when, over HTTP and on the command line. */

const district = new LiveDistrict();
const { bank, person, signIn } = district;
const money = { currency: "CNY" };
let maker = "";
let checker = "";

async function at(day: string): Promise<void> {
  district.now = Date.parse(`${day}T01:00:00Z`);
  maker = await again("maker");
  checker = await again("checker");
}
const again = async (login: string): Promise<string> => {
  const body = JSON.stringify({ login, password: "a-long-enough-phrase" });
  return (await send("POST", `${district.origin}/api/v1/sign-in`, { "content-type": "application/json" }, body)).body.token;
};
const url = (voucher: string, rest = "") => `/vouchers/${encodeURIComponent(voucher)}${rest}`;

async function approve(made: Awaited<ReturnType<typeof person>>) {
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 202 });
  const done = await person(checker, "POST", `/proposals/${made.body.proposal}/approval`);
  expect(done.status, JSON.stringify(done.body)).toBe(201);
  await district.platform.projector.waitFor(done.body.position, 5_000);
  return done;
}
const appropriate = async (amount: string, valueDate: string, query = "") =>
  approve(await person(maker, "POST", `/subsidies/appropriate-subsidy-funds${query}`, { amount, source: "区", valueDate }));
/** `1002.01 5.00 0.00` per line: account, debit, credit. */
const sides = ({ entries }: { readonly entries: readonly { account: { code: string }; debit: string; credit: string }[] }) =>
  entries.map((line) => `${line.account.code} ${line.debit} ${line.credit}`);
const voucher = async (name: string) => (await person(checker, "GET", url(name))).body.vouchers?.[0];

async function huimin(...args: string[]) {
  const { code, text, json } = await runHuimin(args, { directory: "/tmp", platform: district.platform });
  return { code, out: text, json };
}

/** Fields by which the families name what is reversed. */
const anyPayload = {
  ...{ donation: "D1", enterprise: "E1", ref: "R1", bank: "K1", deposit: 1, insurer: "I1", claim: "C1", grant: "G1", guarantor: "GU1" },
  ...{ pool: "P1", year: 2018, total: "1.00", honour: "H1", loan: "L1", source: "区", entry: 1 },
  ...{ draft: 1, payoutBatch: "PB1", obligor: "X", items: [{ household: "H1", village: "V1", amount: "1.00" }] },
};

beforeAll(async () => {
  await district.start();
  await district.lend("L1", "50000.00");
  await signIn("maker", "FIN-M");
  await signIn("checker", "FIN-R");
});
afterAll(() => district.stop());

describe("更正 by voucher", () => {
  it("every event type that posts has its way of correction, and every command it names exists", () => {
    expect(Object.keys(CORRECTIONS).sort()).toEqual([...postingTypes()].sort());
    for (const [type, { commands, reverse, zh, en }] of Object.entries(CORRECTIONS)) {
      for (const name of commands) expect([type, name, district.platform.table.find(name)?.name]).toEqual([type, name, name]);
      if (reverse) {
        const definition = district.platform.table.find(commands[0] ?? "");
        const event = { type, stream: "subsidy-fund/2018", streamVersion: 3, valueDate: "2018-03-01", payload: anyPayload } as StoredEvent;
        expect([type, definition?.postsInBookG, Value.Check(definition?.schema as TSchema, reverse(event, "金额有误"))]).toEqual([
          type,
          true,
          true,
        ]);
      }
      expect([zh.length > 4, en.length > 8]).toEqual([true, true]);
    }
  });

  it("C1 红字冲销 by number, two persons; both vouchers name each other; C2 posts anew and says what it puts right", async () => {
    await at("2018-06-04");
    await appropriate("1000.00", "2018-06-04");
    expect((await person(maker, "GET", url("记-2018-06-0001", "/corrections"))).body).toMatchObject({
      eventType: "SubsidyFundsAppropriated",
      patterns: ["C1", "C4"],
      reversible: true,
    });
    await at("2018-07-02");
    const reversal = await approve(await person(maker, "POST", url("记-2018-06-0001", "/reversal"), { reason: "金额记错" }));
    expect(reversal.body).toMatchObject({ amount: "-1000.00", priorYear: false });
    const red = await voucher("记-2018-07-0001");
    expect(red).toMatchObject({
      note: "注销2018年6月4日记-0001号凭证",
      summary: "冲销贴息资金拨入(金额记错)",
      total: "-1000.00",
      valueDate: "2018-06-04",
      date: "2018-07-02",
      corrects: { voucher: "记-2018-06-0001", kind: "注销" },
    });
    expect(red.entries.map(({ account, debit, credit }: Record<string, never>) => [account, debit, credit])).toMatchObject([
      [{ code: "1002.01" }, "-1000.00", "0.00"],
      [{ code: "4001.01" }, "0.00", "-1000.00"],
    ]);
    await appropriate("100.00", "2018-06-04", `?corrects=${encodeURIComponent("记-2018-06-0001")}`);
    expect(await voucher("记-2018-07-0002")).toMatchObject({ note: "订正2018年6月4日记-0001号凭证", total: "100.00" });
    expect((await voucher("记-2018-06-0001")).correctedBy).toMatchObject([
      { voucher: "记-2018-07-0001", kind: "注销" },
      { voucher: "记-2018-07-0002", kind: "订正" },
    ]);
    const unknown = { amount: "1.00", source: "区", valueDate: "2018-06-04" };
    const wrong = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds?corrects=9999", unknown);
    expect(wrong.body.code).toBe("VOUCHER_MISSING");
    const { net } = await district.platform.books.balance({ district: DISTRICT, account: "1002.01" });
    expect(net).toBe(10_000n);
  });

  it("a voucher is refused that is reversed, a reversal, a bank's message, or of a closed year; C4 sends it through 3501", async () => {
    const reverse = (name: string, body: object = {}) => person(maker, "POST", url(name, "/reversal"), { reason: "x", ...body });
    expect((await reverse("记-2018-06-0001")).body).toMatchObject({ status: 409, code: "VOUCHER_ALREADY_REVERSED" });
    expect((await reverse("记-2018-07-0001")).body).toMatchObject({ status: 422, code: "VOUCHER_NOT_REVERSIBLE" });
    const repaid = await bank("repayments", { ...money, loan: "L1", valueDate: "2018-07-01", serial: "R1", principal: "10.00" });
    await district.platform.projector.waitFor(repaid.body.position, 5_000);
    expect((await reverse("M:记-2018-07-0001")).body).toMatchObject({ status: 403, code: "VOUCHER_OF_BANK" });
    expect((await reverse("记-2018-07-0002", { pattern: "C4" })).body.code).toBe("VOUCHER_OF_THIS_YEAR");
    expect((await reverse("记-2018-09-0001")).body.code).toBe("VOUCHER_MISSING");
    expect((await reverse("nonsense")).body.code).toBe("VOUCHER_NUMBER_INVALID");
    await at("2018-12-20");
    const deposit = { bank: "K1", amount: "300.00", asIncome: true, valueDate: "2018-12-20" };
    await approve(await person(await signIn("cashier", "FIN-C"), "POST", "/risk-fund/deposit-risk-fund", deposit));
    expect(sides(await voucher("记-2018-12-0001"))).toEqual(["1002.02 300.00 0.00", "4001.02 0.00 300.00"]);
    await at("2019-02-04");
    expect((await reverse("记-2018-07-0002")).body).toMatchObject({ status: 422, code: "VOUCHER_OF_CLOSED_YEAR" });
    const old = await approve(await reverse("记-2018-07-0002", { pattern: "C4" }));
    expect(old.body.priorYear).toBe(true);
    const c4 = await voucher("记-2019-02-0001");
    expect(c4.entries.map((line: { account: { code: string }; credit: string }) => [line.account.code, line.credit])).toEqual([
      ["1002.01", "0.00"],
      ["3501", "-100.00"],
    ]);
    expect(c4.note).toBe("注销2018年7月2日记-0002号凭证");
    // C2 of a closed year belongs to that year as well.
    await appropriate("150.00", "2018-06-04", `?corrects=${encodeURIComponent("记-2018-07-0002")}`);
    expect(sides(await voucher("记-2019-02-0002"))).toEqual(["1002.01 150.00 0.00", "3501 0.00 150.00"]);
  });

  it("a risk deposit that was income of a closed year goes back through 3501 to 3001, and the fund's identity holds", async () => {
    await approve(await person(await again("cashier"), "POST", url("记-2018-12-0001", "/reversal"), { reason: "重复", pattern: "C4" }));
    expect(sides(await voucher("记-2019-02-0003"))).toEqual(["1002.02 -300.00 0.00", "3501 0.00 -300.00"]);
    const year2019 = await district.platform.books.balance({ district: DISTRICT, account: "4001.02", year: 2019 });
    expect(year2019.net).toBe(0n);
    const transfer = await approve(await person(maker, "POST", "/periods/prior-year-transfers", {}));
    expect(transfer.body).toMatchObject({ fiscalYear: 2019, amount: "250.00", side: "debit" });
    expect(sides(await voucher("记-2019-02-0004"))).toEqual(["3501 50.00 0.00", "3001 0.00 50.00", "3001 300.00 0.00", "3501 0.00 300.00"]);
    const identities = await checkIdentities({ pool: district.platform.pool, district: DISTRICT });
    expect(identities.filter(({ failed }) => failed > 0)).toEqual([]);
  });

  it("attachments go with the proposal to the voucher, which counts and shows them by hash", async () => {
    const evidence = [{ title: "拨款文件", sha256: "0123456789abcdef".repeat(4) }];
    const post = (header: string, key: string) =>
      send(
        "POST",
        `${district.origin}/api/v1/subsidies/appropriate-subsidy-funds`,
        { authorization: `Bearer ${maker}`, "content-type": "application/json", "idempotency-key": key, "huimin-evidence": header },
        JSON.stringify({ amount: "5.00", source: "省", valueDate: "2019-02-04" }),
      );
    expect((await post("[1]", "e1")).body.code).toBe("EVIDENCE_INVALID");
    await approve(await post(encodeURIComponent(JSON.stringify(evidence)), "e2"));
    expect(await voucher("记-2019-02-0005")).toMatchObject({ attachments: 1, evidence });
    const shown = await huimin("voucher", "记-2019-02-0005");
    expect([shown.code, shown.out.includes("附件 attachments 1"), shown.out.includes(evidence[0]?.sha256 ?? "")]).toEqual([0, true, true]);
    expect(shown.out).toMatch(/制单 岗位人员 {2}审核 岗位人员 {2}记账 系统/);
    expect((await huimin("voucher", "记-2019-02-0099")).code).toBe(1);
    // On paper, over HTTP and on the command line: the same bytes.
    const paper = await fetch(`${district.origin}/api/v1${url("记-2019-02-0005", "/paper")}`, {
      headers: { authorization: `Bearer ${maker}` },
    });
    const bytes = Buffer.from(await paper.arrayBuffer());
    expect([paper.status, paper.headers.get("content-type"), bytes.toString("latin1", 0, 5)]).toEqual([200, "application/pdf", "%PDF-"]);
    const folder = mkdtempSync(path.join(tmpdir(), "huimin-vouchers-"));
    expect((await huimin("voucher", "记-2019-02-0005", "--pdf", path.join(folder, "one.pdf"))).code).toBe(0);
    expect(readFileSync(path.join(folder, "one.pdf")).equals(bytes)).toBe(true);
    const month = await huimin("vouchers", "--period", "2019-02", "--paper", "a4", "--pdf", path.join(folder, "month.pdf"));
    expect([month.code, month.out]).toEqual([0, expect.stringMatching(/month\.pdf {2}5 张凭证/)]);
    const text = (await pdfText(readFileSync(path.join(folder, "month.pdf")))).join("").replaceAll(/\s+/g, "");
    for (const said of ["附单据1张", "拨款文件", "注销2018年12月20日记-0001号凭证", "-300.00", "负叁佰元整"])
      expect([said, text.includes(said)]).toEqual([said, true]);
    expect((await huimin("vouchers", "--period", "2031-02", "--pdf", path.join(folder, "none.pdf"))).code).toBe(2);
    rmSync(folder, { recursive: true });
  });

  it("an allocation is taken back by its voucher, whole, while nothing of it is paid", async () => {
    const runner = (role: Role) => ({
      platform: district.platform,
      meta: { actor: role === "BANK" ? "bank:K1" : "u1", role, channel: "ui" as const, ...(role === "FIN-M" ? { checker: "u2" } : {}) },
    });
    const list = { pool: "PV", year: 2018 };
    await give(runner("BANK"), RecordAssetIncome, { pool: "PV", amount: "90.00", serial: "PV1" });
    await give(runner("FIN-M"), DraftAllocation, { ...list, method: "equal", households: ["HH1"] });
    await give(runner("VIL"), PostPublicity, { ...list, from: "2019-02-04", to: "2019-02-13" });
    await at("2019-02-14");
    await give(runner("FIN-R"), ApproveAllocation, list);
    await give(runner("FIN-M"), AllocateDividend, list);
    const { store, projector, books } = district.platform;
    const position = String(await store.head(DISTRICT));
    await projector.waitFor(Number(position), 5_000);
    expect((await person(maker, "GET", url(position, "/corrections"))).body).toMatchObject({
      eventType: "EntitlementsAllocated",
      patterns: ["C1", "C3"],
      commands: ["ReverseAllocation", "DeclareWrongPayout"],
      reversible: true,
    });
    const reviewer = await signIn("second-reviewer", "FIN-R");
    const done = await approve(await person(reviewer, "POST", url(position, "/reversal"), { reason: "名单有误" }));
    expect(done.body).toMatchObject({ draft: 1, amount: "90.00", pendingParts: 0 });
    const [original] = (await person(checker, "GET", url(position))).body.vouchers;
    expect(original.correctedBy).toMatchObject([{ kind: "注销" }]);
    const red = await voucher(original.correctedBy[0].voucher);
    expect(red).toMatchObject({ total: "-90.00", valueDate: "2019-02-14", summary: "冲销 2018 年度分配到户(1户,名单有误)" });
    expect((await books.balance({ district: DISTRICT, account: "2901.02" })).net).toBe(0n);
    const again = await person(reviewer, "POST", url(position, "/reversal"), { reason: "x" });
    expect(again.body.code).toBe("VOUCHER_ALREADY_REVERSED");
    expect((await person(reviewer, "POST", url(original.correctedBy[0].voucher, "/reversal"), { reason: "x" })).body.code).toBe(
      "VOUCHER_NOT_REVERSIBLE",
    );
  });
});

describe("T4 of domain 8: what was known when", () => {
  const log = wrongRateAfterClose(new FactLog(DISTRICT));
  const closing = log.events.findIndex(({ type }) => type === "PeriodClosed");

  /** Facts as they were recorded, instants and months included. */
  async function record(events: readonly StoredEvent[]): Promise<number> {
    for (const event of events) {
      const { district: _, position: __, stream, streamVersion: ___, ...rest } = event;
      const events = [{ ...rest, eventId: `t4-${event.eventId}` }];
      const write = { stream, expect: { kind: "any" as const }, events };
      await district.platform.store.append(DISTRICT, { writes: [write], asserts: [], keys: [], answer: null });
    }
    const position = await district.platform.store.head(DISTRICT);
    district.platform.projector.wake();
    await district.platform.projector.waitFor(position, 5_000);
    return position;
  }
  const get = async (address: string) => (await person(checker, "GET", address)).body;
  const printed = async () => ({
    trial: await get("/trial-balance?from=2017-12&through=2017-12"),
    vouchers: await get("/vouchers?from=2017-12&through=2017-12"),
    december: await get("/trial-balance?as-of=2017-12-31&known-at=2018-01-31T23:59:59%2B08:00"),
  });
  const JANUARY = "2018-01-31T23:59:59+08:00";
  const FEBRUARY = "2018-02-28T23:59:59+08:00";

  it("the closed year printed in January and in March is the same, and each day has its own answer", async () => {
    const known = await record(log.events.slice(0, closing + 1));
    const january = await printed();
    expect(january.vouchers.items.length).toBeGreaterThan(0);
    await record(log.events.slice(closing + 1));
    expect(await printed()).toEqual(january);
    const quarter = async (knownAt: string) => {
      const sheet = await get(`/households/H102/sheet?known-at=${encodeURIComponent(knownAt)}`);
      const found = sheet.subsidies.find((one: { claim?: string; quarter?: string }) => (one.claim ?? one.quarter) === "2017Q4");
      return (Number(found.accrued.replace(".", "")) - Number(found.clawedBack.replace(".", ""))) / 100;
    };
    expect([await quarter(JANUARY), await quarter(FEBRUARY), await quarter(String(known))]).toEqual([360.21, 329.88, 360.21]);
    const balance = async (query: string) => (await get(`/balances?${query}`)).balance;
    const claim = `account=1218.03&obligor=H102`;
    expect(await balance(`${claim}&known-at=${encodeURIComponent(JANUARY)}`)).toMatchObject({ side: "zero" });
    expect(await balance(`${claim}&known-at=${encodeURIComponent(FEBRUARY)}`)).toMatchObject({ side: "debit", amount: "121.67" });
    expect(await balance(`${claim}&as-of=2017-12-31&known-at=${encodeURIComponent(FEBRUARY)}`)).toMatchObject({ amount: "113.00" });
    expect(await balance(`${claim}&as-of=2017-12-31&known-at=${encodeURIComponent(JANUARY)}`)).toMatchObject({ side: "zero" });
    expect(await balance(`account=5001.01&loan=L003&fiscal-year=2018`)).toMatchObject({ side: "debit", amount: "94.25" });
    expect(await balance(`account=3501&fiscal-year=2018`)).toMatchObject({ side: "zero" });
    expect(await balance(`account=3001&fiscal-year=2018`)).toMatchObject({ side: "credit", amount: "113.00" });
  });

  it("the command line answers the same, and a loan is what was known of it", async () => {
    const rows = async (...args: string[]) => (await huimin("balances", "--account", "1218.03", ...args, "--json")).json.rows[0].amount;
    expect([await rows("--known-at", JANUARY), await rows("--known-at", FEBRUARY), await rows()]).toEqual(["0.00", "121.67", "0.00"]);
    const trial = async (...args: string[]) => (await huimin("trial-balance", ...args, "--json")).json;
    expect(await trial("--through", "2017-12", "--known-at", JANUARY)).toEqual(await trial("--through", "2017-12"));
    const loan = async (...args: string[]) => (await huimin("loan", "L1", ...args, "--json")).json?.openPrincipal;
    expect([await loan(), await loan("--as-of", "2018-06-30"), await loan("--known-at", "2017-03-15T00:00:00+08:00")]).toEqual([
      "49990.00",
      "50000.00",
      "50000.00",
    ]);
    expect((await huimin("loan", "L1", "--known-at", "1")).code).toBe(1);
    expect((await get("/loans/L1?known-at=1")).code).toBe("LOAN_UNKNOWN_HERE");
    expect((await get("/loans/L1?as-of=2018-06-30")).openPrincipal).toBe("50000.00");
    const listed = await huimin("vouchers", "--period", "2018-02", "--known-at", JANUARY, "--json");
    expect(listed.json.vouchers).toEqual([]);
    expect(linesOf(log.events[1] as StoredEvent).length).toBe(2);
  });
});

describe("科目编号 by date", () => {
  it("goods held for others are 1901.01 until 2018 and 1891.01 since, in vouchers and trial balances of any day", async () => {
    const goods = new FactLog(DISTRICT);
    const received = { donor: "N1", value: "90.00", valueBasis: "document", goods: [] };
    goods.record("InKindDonationReceived", "donation/G1", { donation: "G1", ...received }, { on: "2018-12-20" });
    goods.record(
      "InKindDonationReceived",
      "donation/G2",
      { donation: "G2", ...received },
      { on: "2018-12-21", at: "2019-01-08T09:00:00.000+08:00" },
    );
    for (const event of goods.events) {
      const { district: _, position: __, stream, streamVersion: ___, ...rest } = event;
      const write = { stream, expect: { kind: "any" as const }, events: [{ ...rest, eventId: `goods-${event.eventId}` }] };
      await district.platform.store.append(DISTRICT, { writes: [write], asserts: [], keys: [], answer: null });
    }
    const position = await district.platform.store.head(DISTRICT);
    await district.platform.projector.waitFor(position, 5_000);
    const codesOf = async (address: string) =>
      (await person(checker, "GET", address)).body.rows
        .map((row: { account: { id: string; code: string }; closing: string }) => [row.account.id, row.account.code, row.closing])
        .filter(([id]: string[]) => id === "goodsHeld");
    expect(await codesOf("/trial-balance?through=2018-12")).toEqual([["goodsHeld", "1901.01", "90.00"]]);
    expect(await codesOf("/trial-balance?from=2019-01&through=2019-01")).toEqual([["goodsHeld", "1891.01", "180.00"]]);
    expect(await codesOf("/trial-balance?as-of=2018-12-31")).toEqual([["goodsHeld", "1901.01", "180.00"]]);
    const items = async (period: string) => (await person(checker, "GET", `/vouchers?account=1891.01&period=${period}`)).body.items;
    const [old] = await items("2018-12");
    const [late] = await items("2019-01");
    expect((await voucher(old.voucher)).entries[0].account.code).toBe("1901.01");
    expect([late.valueDate, (await voucher(late.voucher)).entries[0].account.code]).toEqual(["2018-12-21", "1891.01"]);
    const mapping = (await person(checker, "GET", "/accounts/mapping?from=2018-12-31&to=2019-01-01")).body.items;
    expect(mapping).toEqual([
      {
        id: "goodsHeld",
        book: "G",
        zh: "受托代理资产—捐赠物资",
        en: "Goods held for forwarding",
        codes: [
          { code: "1901.01", from: "2015-01-01", to: "2018-12-31" },
          { code: "1891.01", from: "2019-01-01" },
        ],
      },
    ]);
    const cli = await huimin("accounts", "--as-of", "2019-01-01", "--changed-since", "2018-12-31", "--json");
    expect(cli.json.accounts).toMatchObject([{ code: "1891.01", codeBefore: "1901.01" }]);
  });
});
