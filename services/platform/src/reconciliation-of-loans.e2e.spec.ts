import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFileClient } from "./testing/bank-file-client.ts";
import { runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, bankRead, person, signIn } = district;
const { upload, head } = bankFileClient(district);
const money = { currency: "CNY" };
let folder = "";
let maker = "";

const say = (token: string, what: string, body: object) => person(token, "POST", `/reconciliation/${what}`, body);

const cli = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "huimin-reconcile-"));
  await district.start({ logLevel: "error" });
  await district.lend("L1", "20000.00");
  await district.lend("L2", "20000.00");
  await district.lend("L3", "10000.00");
  district.now = Date.UTC(2018, 4, 20, 1, 0, 0);
  maker = await signIn("accountant", "FIN-M");
});
afterAll(async () => {
  await district.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a bank's portfolio file against our loans", () => {
  const HEAD = "截止日期,贷款编号,本金余额,应付利息,年利率,到期日,贷款状态";
  const file = (...rows: string[]): string => `${[HEAD, ...rows].join("\r\n")}\r\n`;

  it("finds a repayment that we do not know, one that it does not, other terms, and loans on one side only", async () => {
    await bank("repayments", { ...money, loan: "L2", valueDate: "2018-05-12", serial: "PF1", principal: "1500.00" });
    const rows = [
      "2018-05-15,L1,19000.00,0.00,4.75,2020-02-22,正常",
      "2018-05-15,L2,20000.00,0.00,4.35,2020-02-21,逾期",
      "2018-05-15,L8,300.00,0.00,,,",
      "2018-05-15,L9,0.00,,,,结清",
    ];
    // Extended after the file's day: on that day it was due as contracted, for us as for the bank.
    expect((await bank("extensions", { loan: "L1", valueDate: "2018-05-18", newDue: "2020-08-22" })).status).toBe(201);
    await writeFile(path.join(folder, "p.csv"), file(...rows));
    expect((await cli("import", "portfolio", "p.csv", "--bank", "K1")).code).toBe(0);
    const json = await cli("reconcile", "portfolio", "--bank", "K1", "--json");
    expect(json.code).toBe(1);
    const found = JSON.parse(json.text);
    expect(found).toMatchObject({ day: "2018-05-15", rows: 4, compared: 2, principalAtBank: "39300.00", principalHere: "48500.00" });
    expect(
      found.items.map(({ loan, field, kind, amount = "", cause }: Record<string, string> & { cause?: { cause: string } }) =>
        `${loan} ${field} ${kind} ${amount} ${cause?.cause ?? ""}`.trim(),
      ),
    ).toEqual([
      "L1 principal differs -1000.00 unknown-here",
      "L2 principal differs 1500.00 unknown-at-bank",
      "L2 rate differs",
      "L2 due differs",
      "L2 status differs",
      "L3 loan missing-at-bank -10000.00",
      "L8 loan missing-here 300.00",
    ]);
  });

  it("a repayment recorded later with its own day makes the difference go away; others are explained and resolved", async () => {
    await bank("repayments", { ...money, loan: "L1", valueDate: "2018-05-14", serial: "PF2", principal: "1000.00" });
    const list = async () => (await person(maker, "GET", `/reconciliation/portfolios/K1?min-position=${await head()}`)).body;
    const ids = (await list()).items.map(({ id }: { id: string }) => id);
    expect(ids).not.toContain("f.2018-05-15.L1.principal");
    const desk = "portfolio-K1";
    const explained = await say(maker, "explanations", { desk, items: ids, reason: "file-cut-off", clearBy: "2018-06-01" });
    expect(explained.status).toBe(201);
    const positions = [await head()];
    expect((await say(maker, "resolutions", { desk, items: [ids[0]] })).body.code).toBe("RESOLUTION_WITHOUT_CAUSE");
    expect((await say(maker, "resolutions", { desk, items: [ids[0]], positions: [999_999] })).body.code).toBe("RESOLUTION_EVENT_UNKNOWN");
    expect((await say(maker, "resolutions", { desk, items: [ids[0]], positions })).status).toBe(201);
    const statuses = (await list()).items.map(({ status }: { status: string }) => status);
    expect(statuses.sort()).toEqual(["explained", "explained", "explained", "explained", "explained", "resolved"]);
    expect((await cli("reconcile", "portfolio", "--bank", "K1")).code).toBe(0);
    const own = await bankRead("/reconciliation/portfolio?day=2018-05-15");
    expect(own.body).toMatchObject({ rows: 4, explained: 6, unexplained: 0 });
  });

  it.each([
    ["two days", ["2018-05-15,L1,1.00,,,,", "2018-05-16,L2,1.00,,,,"], "BANK_PORTFOLIO_DAYS"],
    ["one loan twice", ["2018-05-15,L1,1.00,,,,", "2018-05-15,L1,2.00,,,,"], "BANK_PORTFOLIO_LOAN_TWICE"],
    ["an amount that is none", ["2018-05-15,L1,1,,,,"], "BANK_FILE_CELL_AMOUNT"],
  ])("a file with %s is refused as a whole", async (_, rows, code) => {
    const sent = await upload("?kind=portfolio", file(...rows));
    expect(sent).toMatchObject({ status: 422, body: { status: "refused", faults: [{ code }] } });
  });

  it("a later file of the same day replaces it; the template is there", async () => {
    expect(
      (await upload("?kind=portfolio", file("2018-05-15,L1,19000.00,,,,", "2018-05-15,L2,18500.00,,,,", "2018-05-15,L3,10000.00,,,,")))
        .status,
    ).toBe(201);
    const { body } = await person(maker, "GET", `/reconciliation/portfolios/K1?min-position=${await head()}`);
    expect(body).toMatchObject({ rows: 3, compared: 3, items: [] });
    const template = await fetch(`${district.origin}/bank/v1/file-templates/portfolio`, {
      headers: district.signedHeaders("k1", "GET", `${district.origin}/bank/v1/file-templates/portfolio`, {}, undefined, "n-template"),
    });
    expect(await template.text()).toBe(`${HEAD}\r\n`);
  });
});

describe("a claim against interest computed again", () => {
  it("names other days, another rate, and a repayment that the bank did not know", async () => {
    for (const [loan, amount] of [
      ["L1", "71.25"],
      ["L2", "71.25"],
      ["L3", "35.63"],
    ] as const) {
      const settled = await bank("interest-settlements", {
        ...money,
        loan,
        from: "2017-02-22",
        toExcl: "2017-03-21",
        amount,
        valueDate: "2017-03-21",
      });
      expect(settled.status).toBe(201);
      const paid = await bank("interest-payments", { ...money, loan, amount, serial: `I-${loan}`, valueDate: "2017-03-21" });
      expect(paid.status).toBe(201);
    }
    const fresh = await district.platform.projector
      .drain()
      .then(() => cli("reconcile", "claims", "--bank", "K1", "--quarter", "2017Q1", "--json"));
    expect(JSON.parse(fresh.text)).toMatchObject({ lines: 0, notClaimed: 3, unexplained: 3 });
    const unclaimed = await cli("reconcile", "unclaimed", "--json");
    expect(unclaimed.code).toBe(1);
    expect(
      JSON.parse(unclaimed.text).items.map(({ bank: of, loan, quarter, interest, amount, age, bucket, days }: Record<string, string>) =>
        [of, loan, quarter, interest, amount, days, age, bucket].join(" "),
      ),
    ).toEqual(["K1 L1 2017Q1 71.25 71.25 27 414 >30", "K1 L2 2017Q1 71.25 71.25 27 414 >30", "K1 L3 2017Q1 35.63 35.63 27 414 >30"]);
    // A page ends where it is full, and goes on there.
    const first = await person(maker, "GET", "/reconciliation/unclaimed-subsidies?bank=K1&quarter=2017Q1&limit=2");
    expect(first.body.items.map(({ loan }: { loan: string }) => loan)).toEqual(["L1", "L2"]);
    const second = await person(
      maker,
      "GET",
      `/reconciliation/unclaimed-subsidies?bank=K1&quarter=2017Q1&limit=2&cursor=${first.body.next}`,
    );
    expect(second.body).toMatchObject({ items: [{ loan: "L3", status: "unexplained" }] });
    // The quarter was not over yet on its last day, and another bank sees nothing of it.
    expect((await bankRead("/reconciliation/unclaimed-subsidies?on=2017-03-31")).body.items).toEqual([]);
    expect((await bankRead("/reconciliation/unclaimed-subsidies")).body.items).toHaveLength(3);
    expect((await bankRead("/reconciliation/unclaimed-subsidies", "k2")).body.items).toEqual([]);
    const item = { desk: "claims-K1", items: ["q.2017Q1.L3.unclaimed"], reason: "bank-error", clearBy: "2018-06-01" };
    expect((await say(maker, "explanations", item)).status).toBe(201);
    const asked = await person(maker, "GET", `/reconciliation/unclaimed-subsidies?min-position=${await head()}`);
    expect(asked.body.items.map(({ status }: { status: string }) => status)).toEqual(["unexplained", "unexplained", "explained"]);
    const lines = [
      // 28 days instead of 27: the last day was counted too
      { loan: "L1", interest: "73.89", amount: "73.89" },
      { loan: "L2", interest: "71.25", amount: "71.25" },
      // 4.35 % instead of 4.75 %
      { loan: "L3", interest: "32.63", amount: "32.63" },
    ];
    const claim = await bank("subsidy-claims", {
      ...money,
      bank: "K1",
      quarter: "2017Q1",
      lines,
      onDifference: "flag",
      valueDate: "2017-03-31",
    });
    expect(claim.status).toBe(201);
    await bank("repayments", { ...money, loan: "L2", valueDate: "2017-03-01", serial: "BACK", principal: "5000.00" });
    await district.platform.projector.drain();
    const json = await cli("reconcile", "claims", "--bank", "K1", "--quarter", "2017Q1", "--json");
    expect(json.code).toBe(1);
    expect(
      JSON.parse(json.text).items.map(({ loan, field, theirs, ours, yuanDays, cause, detail }: Record<string, string>) =>
        [loan, field, theirs, ours, yuanDays, cause, detail].join(" "),
      ),
    ).toEqual([
      "L1 interest 73.89 71.25 540000 other-days +1",
      "L1 amount 73.89 71.25 540000 other-days +1",
      "L2 interest 71.25 58.06 440000 repayment-unknown-at-bank BACK",
      "L2 amount 71.25 58.06 440000 repayment-unknown-at-bank BACK",
      "L3 interest 32.63 35.63 270000 other-rate 4.35",
      "L3 amount 32.63 35.63 270000 other-rate 4.35",
    ]);
    expect((await bankRead("/reconciliation/unclaimed-subsidies")).body.items).toEqual([]);
    const office = await person(maker, "GET", "/reconciliation/claims/K1/2017Q1");
    expect(office.body).toMatchObject({ desk: "claims-K1", lines: 3, notClaimed: 0, unexplained: 6 });
    const items = office.body.items.map(({ id }: { id: string }) => id);
    expect((await say(maker, "explanations", { desk: "claims-K1", items, reason: "bank-error", clearBy: "2018-06-01" })).status).toBe(201);
    expect((await bankRead(`/reconciliation/claims/2017Q1?min-position=${await head()}`)).body).toMatchObject({
      unexplained: 0,
      explained: 6,
    });
    expect((await bankRead("/reconciliation/claims/2017Q1", "k2")).status).toBe(404);
    expect((await cli("reconcile", "claims", "--bank", "K1", "--quarter", "2017Q9")).code).toBe(2);
  });
});
