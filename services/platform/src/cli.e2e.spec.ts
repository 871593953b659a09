import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runOverdue, startPlatformJobs } from "./compose/jobs.ts";
import { runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-cli-"));

beforeAll(async () => {
  await district.start();
  await district.lend("L1", "50000.00");
  district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
  const repaid = await district.bank("repayments", {
    currency: "CNY",
    loan: "L1",
    valueDate: "2018-03-20",
    serial: "R1",
    principal: "500.00",
  });
  expect(repaid.status).toBe(201);
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a command line on the live platform. */
const huimin = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });

const file = (name: string, lines: readonly unknown[]): string => {
  writeFileSync(path.join(folder, name), lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return name;
};

describe("questions", () => {
  it("given balances, trial balance and sheet, then amounts are text and both time axes work", async () => {
    expect((await huimin("balances", "--account", "9201", "--household", "HH1", "--json")).json.rows).toMatchObject([
      { code: "9201", amount: "49500.00", side: "credit", dims: { household: "HH1" } },
    ]);
    expect((await huimin("balances", "--account", "9201", "--by", "loan", "--as-of", "2018-03-19", "--json")).json.rows).toMatchObject([
      { amount: "50000.00", dims: { loan: "L1" } },
    ]);
    expect((await huimin("balances", "--account", "9201", "--known-at", "2018-01-01T00:00:00+08:00", "--json")).json.rows).toMatchObject([
      { amount: "50000.00" },
    ]);
    const trial = await huimin("trial-balance", "--book", "M", "--json");
    expect(trial.json.totals.M).toEqual({ debit: "50500.00", credit: "50500.00" });
    expect((await huimin("trial-balance")).out).toContain("50,500.00".replace(",", ""));
    expect((await huimin("sheet", "HH1", "--json")).json).toMatchObject({ household: "HH1", figures: { ownLoanPrincipal: "49500.00" } });
  });

  it("given a long list with terms that no schema knows, then it is refused like a short one, and nothing is recorded", async () => {
    const rows = Array.from({ length: 4_001 }, (_, n) => `H${String(n).padStart(6, "0")},1`);
    writeFileSync(path.join(folder, "long.csv"), rows.join("\n"));
    const before = await district.platform.store.head("410803");
    const terms = ["--total", "100.00", "--method", "by-mood", "--residue-rule", "LARGEST_REMAINDER"];
    const told = await huimin("dividend", "draft", "--pool", "P1", "--year", "2018", "--file", "long.csv", ...terms);
    expect([told.code, told.err]).toEqual([1, expect.stringContaining("/method")]);
    expect(await district.platform.store.head("410803")).toBe(before);
  });

  it("given what is wrong in the question, then 2; given what is not there, then 1", async () => {
    for (const args of [
      ["balances", "--account", "77"],
      ["balances", "--by", "colour"],
      ["balances", "--dim", "loan"],
      ["balances", "--as-of", "2018-02-30"],
      ["trial-balance", "--from", "2018"],
      ["trial-balance", "--book", "X"],
      ["bogus"],
      ["users", "create"],
      ["close-period", "March"],
      ["book", "no-such-file"],
      ["schedule", "--rate", "1"],
    ]) {
      expect([args.join(" "), (await huimin(...args)).code]).toEqual([args.join(" "), 2]);
    }
    const missing = await huimin("sheet", "HH404");
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining("HOUSEHOLD_NOT_FOUND")]);
    for (const args of [["--help"], ["users", "--help"], ["import", "households", "--help"]]) expect((await huimin(...args)).code).toBe(0);
  });

  it("given the terms of a loan, then its schedule sums up without a database", async () => {
    const schedule = await huimin(
      "schedule",
      "--principal",
      "50000.00",
      "--rate",
      "4.75",
      "--from",
      "2017-02-22",
      "--months",
      "36",
      "--json",
    );
    expect(schedule.json.totals).toEqual({ principal: "50000.00", interest: "7223.95", total: "57223.95", days: 1095 });
    expect((await huimin("schedule", "--principal", "50000", "--rate", "4.75", "--from", "2017-02-22", "--months", "36")).code).toBe(2);
  });
});

describe("book FILE", () => {
  const repayment = (serial: string, principal: string) => ({
    command: "RecordRepayment",
    actor: "bank:K1",
    body: { loan: "L1", valueDate: "2018-03-20", serial, principal },
  });

  it("given good lines, then they are booked once, however often the file is run, and as one with the bank's own message", async () => {
    const name = file("good.jsonl", [
      repayment("F1", "10.00"),
      "",
      repayment("F2", "20.00"),
      { command: "AppropriateSubsidyFunds", actor: "u-maker", checker: "u-checker", body: { amount: "5.00", source: "省" } },
    ]);
    expect((await huimin("book", name, "--json")).json).toMatchObject({ recorded: 3, repeated: 0, refused: 0 });
    expect((await huimin("book", name, "--json")).json).toMatchObject({ recorded: 0, repeated: 3, refused: 0 });
    const sent = await district.bank("repayments", {
      currency: "CNY",
      loan: "L1",
      valueDate: "2018-03-20",
      serial: "F1",
      principal: "10.00",
    });
    expect([sent.status, sent.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  });

  it("given a bad line, then it stops there with row, code and remedy in both languages; with --keep-going the rest is booked", async () => {
    const lines = [
      repayment("F3", "1.00"),
      repayment("F4", "1e3"),
      { command: "RecordRepayment", actor: "bank:K2", body: repayment("F5", "1.00").body },
      "not json",
      { command: "Bogus", body: {} },
      { command: "AppropriateSubsidyFunds", body: { amount: "5.00", source: "省" } },
      repayment("F6", "3.00"),
    ];
    const stopped = await huimin("book", file("bad.jsonl", lines));
    expect([stopped.code, stopped.err]).toEqual([1, expect.stringMatching(/第2行\/row 2 \/principal AMOUNT_FORMAT.*\n.*exponent/)]);
    const all = await huimin("book", file("bad2.jsonl", lines), "--keep-going");
    expect(all.code).toBe(1);
    for (const code of ["AMOUNT_FORMAT", "OTHER_BANKS_LOAN", "LINE_NOT_A_COMMAND", "SECOND_PERSON_NEEDED"]) expect(all.err).toContain(code);
    expect(all.out).toContain("recorded 1, repeated 1, refused 5");
  });
});

describe("what keeps the books in order", () => {
  it("given the log and the books, then every invariant holds, before and after a rebuild", async () => {
    const check = await huimin("check", "--json");
    expect(check.json).toMatchObject({ failed: 0 });
    expect(check.json.results.find((one: { id: string }) => one.id === "loan-principal").checked).toBe(1);
    expect((await huimin("rebuild", "--json")).json.events).toBeGreaterThan(5);
    expect((await huimin("check")).code).toBe(0);
  });

  it("given a loan past its due date, when the daily job runs twice, then it is marked once", async () => {
    district.now = Date.UTC(2020, 1, 24, 1, 0, 0);
    expect(await runOverdue(district.platform, "2020-02-21")).toEqual({ marked: 0, passed: 0 });
    const jobs = await startPlatformJobs(district.platform, undefined);
    await jobs.enqueue("overdue", { day: "2020-02-23" });
    await expect.poll(async () => (await district.bankRead("/loans/L1")).body.overdueSince, { timeout: 10_000 }).toBe("2020-02-22");
    await jobs.close();
    expect(await runOverdue(district.platform, "2020-02-23")).toEqual({ marked: 0, passed: 0 });
  });

  it("given a month to close, then it is closed once", async () => {
    expect((await huimin("close-period", "2018-02", "--json")).json).toMatchObject({ period: "2018-02", yearClosed: false });
    expect((await huimin("close-period", "2018-02")).code).toBe(1);
  });

  it("given users, then they are made, listed and changed", async () => {
    const made = await huimin("users", "create", "clerk", "--name", "王岗位", "--roles", "FIN-M", "--json");
    expect(made.json.password).toMatch(/^\S{20}$/);
    expect((await huimin("users", "create", "clerk", "--name", "王岗位")).err).toContain("LOGIN_TAKEN");
    expect((await huimin("users", "roles", "clerk", "--roles", "FIN-R,AUD", "--json")).json.user.roles).toEqual(["FIN-R", "AUD"]);
    expect((await huimin("users", "roles", "clerk", "--roles", "KING")).code).toBe(2);
    expect((await huimin("users", "reset", "nobody")).err).toContain("USER_UNKNOWN");
    expect((await huimin("users", "deactivate", "clerk")).out).toContain("inactive");
    expect((await huimin("users", "list")).out).toMatch(/clerk +王岗位 +FIN-R, AUD +inactive/);
  });

  it("given statements of a year, then they are issued and printed, and a second run issues nothing", async () => {
    const issued = await huimin("statements", "issue", "--year", "2018", "--out", "paper", "--json");
    expect(issued.json).toMatchObject({ issued: 1, refused: 0 });
    expect(readdirSync(path.join(folder, "paper"), { recursive: true }).some((name) => String(name).endsWith(".pdf"))).toBe(true);
    expect((await huimin("statements", "issue", "--year", "2018", "--out", "paper", "--json")).json).toMatchObject({
      issued: 0,
      unchanged: 1,
    });
    expect((await huimin("statements", "issue", "--year", "18")).code).toBe(2);
    // The auditor works the printed figures out from the log again.
    const { json } = await huimin("audit", "--json");
    // This command line has another home than the district, and so another key than the one that signed the close.
    const errors = json.findings.filter(
      (one: { id: string; severity: string }) => one.severity === "error" && !one.id.startsWith("log:signature:"),
    );
    expect(errors).toEqual([]);
    expect(json.books.results).toContainEqual(expect.objectContaining({ id: "statement-figures", checked: 1, failed: 0 }));
  });

  it("given an event, a balance or the books altered in the database, then check names it and exits 1", async () => {
    const owner = new Client({ connectionString: district.platform.databaseUrl });
    await owner.connect();
    // Past the guards, as only the owner of the database can.
    await owner.query(
      "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT relid FROM pg_partition_tree('log.event') LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', t); END LOOP; END $$",
    );
    try {
      const tampered = async (change: string, back: string) => {
        await owner.query(change);
        const check = await huimin("check", "--json");
        await owner.query(back);
        expect(check.code).toBe(1);
        return check.json.results.filter((one: { failed: number }) => one.failed > 0).map((one: { id: string }) => one.id);
      };
      expect(
        await tampered(
          "UPDATE log.event SET canonical = replace(canonical, '500.00', '501.00') WHERE canonical LIKE '%\"R1\"%'",
          "UPDATE log.event SET canonical = replace(canonical, '501.00', '500.00') WHERE canonical LIKE '%\"R1\"%'",
        ),
      ).toContain("log-hashes");
      expect(
        await tampered(
          "UPDATE books.movement SET debit = debit + 1 WHERE account = (SELECT no FROM books.account WHERE code = '9201')",
          "UPDATE books.movement SET debit = debit - 1 WHERE account = (SELECT no FROM books.account WHERE code = '9201')",
        ),
      ).toEqual(expect.arrayContaining(["totals-are-sums"]));
      expect(
        await tampered(
          "UPDATE bank_portfolio.loan SET principal = principal - 1",
          "UPDATE bank_portfolio.loan SET principal = principal + 1",
        ),
      ).toEqual(["loan-principal"]);
    } finally {
      await owner.end();
    }
    expect((await huimin("check")).code).toBe(0);
  });
});
