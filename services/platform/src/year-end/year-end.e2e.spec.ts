import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Jobs } from "@huimin/jobs";
import { pdfText } from "@huimin/statements";
import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPlatformJobs } from "../compose/jobs.ts";
import { runHuimin } from "../testing/command-line.ts";
import { LiveDistrict, send } from "../testing/live-district.ts";
import {
  banksAnswer,
  correctAccounts,
  DAYS,
  FAILS,
  furnish,
  numberOf,
  plan,
  RETURNS,
  VILLAGES,
  WITHOUT_ACCOUNT,
  YEAR,
} from "./scene.fixture.ts";

const HOUSEHOLDS = 12;

/** What a bank's clerk sees below the heads of a workbook: one text a payment. Read by the library of the clerk's program. */
async function workbookRows(file: string): Promise<string[]> {
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.readFile(file);
  const found: string[] = [];
  workbook.worksheets[0]?.eachRow((row, number) => {
    if (number > 6) found.push((row.values as unknown[]).slice(1).join(","));
  });
  return found;
}
const district = new LiveDistrict();
let jobs: Jobs;
const people: Record<string, string> = {};

beforeAll(async () => {
  await district.start({ verifyOrigin: "https://yanzhen.example" });
  district.now = DAYS.opened;
  await furnish(district.platform, HOUSEHOLDS);
  jobs = await startPlatformJobs(district.platform, process.env.YEAR_END_REDIS_URL);
  for (const role of ["FIN-M", "FIN-R", "FIN-C", "VIL"]) people[role] = await district.signIn(role.toLowerCase(), role);
}, 120_000);
afterAll(async () => {
  await jobs?.close();
  await district.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Moves the clock; a session does not last for days. */
async function day(now: number): Promise<void> {
  district.now = now;
  for (const role of Object.keys(people)) {
    const body = JSON.stringify({ login: role.toLowerCase(), password: "a-long-enough-phrase" });
    people[role] = (await send("POST", `${district.origin}/api/v1/sign-in`, { "content-type": "application/json" }, body)).body.token;
  }
}
const as = (role: string, method: string, address: string, body?: unknown) =>
  district.person(people[role] as string, method, address, body);
const status = async () => (await as("FIN-M", "GET", `/year-end/${YEAR}`)).body;
// biome-ignore lint/suspicious/noExplicitAny: the answer as a client sees it
const step = (all: any, name: string) => all.steps.find((one: { step: string }) => one.step === name);

/** A decision, and where the run waits next. Who needs a second person gets FIN-R's. */
async function decide(role: string, command: string, body: object = {}, until?: string): Promise<unknown> {
  const given = await as(role, "POST", `/year-end/${command}`, { year: YEAR, ...body });
  if (given.status === 202) {
    const approved = await as("FIN-R", "POST", `/proposals/${given.body.proposal}/approval`, {});
    expect(approved.status, JSON.stringify(approved.body)).toBe(201);
  } else expect(given.status, JSON.stringify(given.body)).toBe(201);
  if (until)
    await expect
      .poll(async () => (await status()).current ?? "over", {
        timeout: 20_000,
        interval: 150,
        message: JSON.stringify(((await status()).steps ?? []).map((one: object) => one)),
      })
      .toBe(until);
  return status();
}

const folder = mkdtempSync(path.join(tmpdir(), "huimin-year-end-cli-"));
async function huimin(...args: string[]) {
  const { code, text } = await runHuimin(args, { directory: folder, platform: district.platform });
  return { code, out: text };
}

describe("the year-end run of a district with two banks", () => {
  it("opened by finance, makes snapshot and lists by itself and says that it waits for the village", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const found = (await decide("FIN-M", "open", plan(), "publicity")) as any;
    expect(step(found, "snapshot")).toMatchObject({ state: "done", done: HOUSEHOLDS + 1 });
    expect(step(found, "snapshot").errors).toContainEqual(
      expect.objectContaining({ household: numberOf(WITHOUT_ACCOUNT), code: "PAYOUT_ACCOUNT_MISSING" }),
    );
    expect(step(found, "drafts")).toMatchObject({ state: "done", done: 2, of: 2 });
    expect(step(found, "publicity")).toMatchObject({
      state: "waiting",
      waitsFor: { who: "VIL", command: "huimin year-end confirm publicity 2018" },
    });
    const again = await as("FIN-M", "POST", "/year-end/open", plan());
    expect([again.status, again.body.code]).toEqual([409, "YEAR_END_RUN_OPEN"]);
    const early = await as("FIN-R", "POST", "/year-end/confirm-statements", { year: YEAR });
    expect([early.status, early.body.code]).toEqual([422, "YEAR_END_STEP_EARLY"]);
  }, 90_000);

  it("hangs the lists out, waits for the end of publicity whoever approves before it, and for two persons before money moves", async () => {
    await day(DAYS.hangs);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const hung = (await decide("VIL", "confirm-publicity", {}, "approval")) as any;
    expect(readdirSync(path.join(hung.folder, "3-publicity", "PV-v1")).filter((name) => name.endsWith(".pdf"))).toHaveLength(2);
    expect(step(hung, "approval")).toMatchObject({ state: "waiting", waitsFor: { who: "—" } });
    await day(DAYS.approved);
    await decide("FIN-R", "approve-lists", {}, "allocation");
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const allocated = (await decide("FIN-M", "confirm-allocation", {}, "payout")) as any;
    expect(allocated.money).toMatchObject({ paid: "0.00", inTransit: "0.00" });
  }, 90_000);

  it("orders each bank's households from it, in files of at most its rows, and sets the one without account aside", async () => {
    await day(DAYS.paid);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const paid = (await decide("FIN-C", "confirm-payout", {}, "results")) as any;
    const files = (bank: string) => readdirSync(path.join(paid.folder, "6-payout", bank)).sort();
    const rows = (bank: string, file: string) =>
      readFileSync(path.join(paid.folder, "6-payout", bank, file), "utf8")
        .split("\r\n")
        .slice(6, -1);
    expect(files("K1")).toHaveLength(2);
    expect(files("K2").length).toBeGreaterThanOrEqual(3);
    const workbooks: string[][] = [];
    for (const file of files("K2")) {
      expect(file).toMatch(/\.xlsx$/);
      workbooks.push(await workbookRows(path.join(paid.folder, "6-payout", "K2", file)));
    }
    for (const one of workbooks) expect(one.length).toBeLessThanOrEqual(3);
    const named = [...files("K1").flatMap((file) => rows("K1", file)), ...workbooks.flat()];
    // PV: everybody but the one without an account; PW: every second.
    expect(named).toHaveLength(HOUSEHOLDS - 1 + HOUSEHOLDS / 2);
    expect(step(paid, "payout").errors).toContainEqual(
      expect.objectContaining({ household: numberOf(WITHOUT_ACCOUNT), code: "PAYOUT_ACCOUNT_MISSING" }),
    );
    expect(step(paid, "results")).toMatchObject({
      state: "waiting",
      done: 0,
      of: HOUSEHOLDS - 1 + HOUSEHOLDS / 2,
      waitsFor: { who: "BANK" },
    });
  }, 90_000);

  it("shows what failed and came back with the bank's reason, and pays it again after the accounts are corrected", async () => {
    await day(DAYS.results);
    await banksAnswer(district.platform, 1);
    const after = await status();
    expect(after.current).toBe("reissue");
    const errors = step(after, "reissue").errors as { household: string; code: string }[];
    expect(errors.map(({ household, code }) => [household, code])).toEqual(
      expect.arrayContaining([
        [numberOf(FAILS), "AC04"],
        [numberOf(RETURNS), "AC06"],
        [numberOf(WITHOUT_ACCOUNT), "PAYOUT_NOT_ORDERED"],
      ]),
    );
    // The household is told in writing why, and what to do.
    const told = await huimin(
      "notices",
      "payout-failure",
      "--household",
      numberOf(FAILS),
      "--year",
      String(YEAR),
      "--out",
      "notices",
      "--json",
    );
    expect(told.code, told.out).toBe(0);
    const [notice] = JSON.parse(told.out).notices;
    const paper = pdfText(readFileSync(path.join(folder, "notices", notice.file))).join("");
    expect(paper).toContain("账户已销户");
    expect(paper).toContain("1,759.25"); // 833.33 of PV and 925.92 of PW
    const same = await fetch(`${district.origin}/api/v1/notices/payout-failure?household=${numberOf(FAILS)}&year=${YEAR}`, {
      headers: { authorization: `Bearer ${people["FIN-M"]}` },
    });
    expect([same.status, same.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect(pdfText(Buffer.from(await same.arrayBuffer())).join("")).toContain("1,759.25");
    await correctAccounts(district.platform, "2018-12-28T09:00:00.000+08:00");
    await day(DAYS.again);
    await decide("FIN-C", "confirm-payout", {}, "results");
    await day(DAYS.resultsAgain);
    await banksAnswer(district.platform, 2);
    expect(await status()).toMatchObject({
      current: "statements",
      money: { entitled: "15555.48", paid: "15555.48", inTransit: "0.00", unpaidAmount: "0.00" },
    });
  }, 90_000);

  it("issues the statements, binds an archive whose sums are right, and puts its hash into the log", async () => {
    await day(DAYS.statements);
    await district.platform.projector.drain();
    // Something lies where the file of one statement belongs: it alone is named, and the run is not closed over it.
    const [{ folder: home }, household] = [await status(), numberOf(2)];
    const inTheWay = path.join(home, "archive", VILLAGES[0], "single", `${household}-${YEAR}.pdf`);
    mkdirSync(inTheWay, { recursive: true });
    await decide("FIN-R", "confirm-statements");
    await expect.poll(async () => step(await status(), "archive").state, { timeout: 60_000, interval: 150 }).toBe("blocked");
    const held = await status();
    expect(held).toMatchObject({ state: "open", current: "archive" });
    expect(step(held, "archive").errors).toEqual([
      expect.objectContaining({
        household,
        code: "STATEMENT_NOT_PRINTED",
        details: { household, year: YEAR, why: expect.stringContaining("EISDIR") },
      }),
    ]);
    rmSync(inTheWay, { recursive: true });
    expect((await huimin("year-end", "continue", String(YEAR), "--json")).code).toBe(0);
    const closed = await status();
    expect(closed).toMatchObject({ state: "closed", archive: { statements: HOUSEHOLDS } });
    const archive = path.join(closed.folder, "archive");
    const sums = readFileSync(path.join(archive, "SHA256SUMS"));
    expect(createHash("sha256").update(sums).digest("hex")).toBe(closed.archive.indexHash);
    const checked = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: archive, encoding: "utf8" });
    expect(checked.trim().split("\n")).toHaveLength(HOUSEHOLDS + 2 + 2);
    expect(readdirSync(archive).sort()).toEqual(["SHA256SUMS", ...VILLAGES, "index.csv", "index.json"].sort());
    const volume = readFileSync(path.join(archive, VILLAGES[0], `${VILLAGES[0]}-2018-volume.pdf`));
    const pages = pdfText(volume);
    const own = Array.from({ length: HOUSEHOLDS }, (_, nth) => nth).filter((nth) => nth % 2 === 0);
    expect(pages).toHaveLength(2 + own.length);
    for (const [index, nth] of own.entries()) expect(pages[2 + index]).toContain(numberOf(nth));
    expect(volume.toString("latin1")).toContain("pdfaid:part>2<");
    const index = JSON.parse(readFileSync(path.join(archive, "index.json"), "utf8"));
    expect(index.archive).toMatchObject({ year: YEAR, villages: 2, statements: HOUSEHOLDS });
  }, 120_000);

  it("is told on the command line, and goes on there", async () => {
    const shown = await huimin("year-end", "status", String(YEAR));
    expect(shown.code, shown.out).toBe(0);
    expect(shown.out).toContain("年终兑付 year-end 2018: closed");
    expect(shown.out).toContain("应发 15555.48  已发 15555.48  在途 0.00  未发 0.00");
    expect(shown.out).toContain("✓ 10 归档");
    expect((await huimin("year-end", "continue", String(YEAR), "--json")).code).toBe(0);
    const refused = await huimin("year-end", "confirm", "approval", String(YEAR));
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining("YEAR_END_RUN_OVER")]);
    expect((await huimin("year-end", "confirm", "payout", String(YEAR))).code).toBe(2); // needs --checker
    expect((await huimin("year-end", "confirm", "nonsense", String(YEAR))).code).toBe(2);
    expect((await huimin("year-end")).code).toBe(2);
    expect((await huimin("year-end", String(YEAR))).code).toBe(2); // 年末结转 needs its second person
    expect((await huimin("year-end", "open", "2020", "--pool", "PV", "--bank", "K1:x")).code).toBe(2);
    const opened = await huimin("year-end", "open", "2020", "--pool", "PV", "--bank", "K1", "--json");
    expect(opened.code, opened.out).toBe(0);
    expect((await huimin("year-end", "cancel", "2020", "--reason", "试运行", "--json")).out).toContain("cancelled");
  }, 60_000);

  it("streams its progress, and lists its runs", async () => {
    const response = await fetch(`${district.origin}/api/v1/year-end/${YEAR}/progress`, {
      headers: { authorization: `Bearer ${people["FIN-M"]}` },
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const text = await response.text();
    expect(text).toMatch(/^event: progress\ndata: \{/);
    expect(text.trimEnd().endsWith("event: end\ndata: {}")).toBe(true);
    expect((await as("FIN-M", "GET", `/year-end/${YEAR}/runs`)).body).toEqual({
      runs: [{ run: 1, openedOn: "2018-12-05", state: "closed" }],
    });
    expect((await as("FIN-M", "GET", "/year-end/2011")).body.code).toBe("YEAR_END_RUN_UNKNOWN");
  }, 30_000);
});
