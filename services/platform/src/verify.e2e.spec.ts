import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RegisterHousehold } from "@huimin/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-verify-"));
const ORIGIN = "https://yanzhen.example";

beforeAll(async () => {
  await district.start({
    verifyOrigin: ORIGIN,
    logKeyFile: path.join(folder, "log-key.pem"),
    checkpointFolder: path.join(folder, "points"),
  });
  await district.lend("L1", "50000.00");
  district.now = Date.UTC(2018, 0, 20, 2, 0, 0);
  expect((await huimin("statements", "issue", "--year", "2017", "--out", "paper", "--json")).code).toBe(0);
  await district.platform.projector.drain();
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

async function huimin(...args: string[]) {
  const { code, text } = await runHuimin(args, { directory: folder, platform: district.platform });
  return { code, out: text };
}

async function page(address: string) {
  const response = await fetch(`${district.origin}${address}`);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
/** What a reader sees: no tags, one line. */
const seen = (html: string): string =>
  html
    .replaceAll(/<style>.*?<\/style>/gsu, "")
    .replaceAll(/<[^>]*>/gu, " ")
    .replaceAll(/\s+/gu, " ");

async function issued() {
  const token = await district.signIn(`pov-${Math.random()}`, "POV");
  const list = await district.person(token, "GET", "/statements?year=2017", undefined, null);
  return list.body.items as { contentHash: string; number: string; household: string; position: number; supplement: number }[];
}

describe("the verification page", () => {
  it("given the address of the QR code, then genuine, with number, date and sums, and nobody's name", async () => {
    const [one] = await issued();
    const { status, headers, text } = await page(`/v/${one?.contentHash.toUpperCase()}/2017/HH1/0`);
    expect([status, headers.get("content-type"), headers.get("x-robots-tag")]).toEqual([
      200,
      "text/html; charset=utf-8",
      expect.stringContaining("noindex"),
    ]);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);
    expect(headers.get("set-cookie")).toBeNull();
    for (const words of ["真实有效", one?.number as string, "2018年1月20日", "应发合计", "凭据", "genuine"])
      expect(seen(text).toLowerCase()).toContain(words.toLowerCase());
    expect(text).not.toMatch(/李秀英|410899|<script|https?:\/\/(?!www\.w3)/);
  });

  it("given the check code alone, then genuine without sums, and the household's number hidden until it is typed", async () => {
    const [one] = await issued();
    const code = `${one?.contentHash.slice(0, 4)}-${one?.contentHash.slice(4, 8)}`.toUpperCase();
    const short = seen((await page(`/v/${code}`)).text);
    expect(short).toContain("真实有效");
    expect(short).toContain("中站扶红〔2017〕***");
    for (const hidden of ["应发合计", "HH1", "凭据"]) expect(short).not.toContain(hidden);
    const numbered = seen((await page(`/v?code=${code}&number=${encodeURIComponent(one?.number as string)}`)).text);
    expect(numbered).toContain(`${one?.number} 号`);
    expect(numbered).not.toContain("应发合计");
  });

  it("given anything else, then one and the same page: unknown", async () => {
    const [one] = await issued();
    const hash = one?.contentHash as string;
    const asked = [
      "/v/0000-0000",
      "/v/zz",
      `/v/${hash}/2016/HH1/0`,
      `/v/${hash}/2017/HH2/0`,
      "/v?code=%00%22%3E%3Cscript%3E",
      "/v/0000-0000/receipt",
    ];
    for (const address of asked) {
      const { status, text } = await page(address);
      expect([address, status]).toEqual([address, 404]);
      expect(seen(text)).toContain("查无此号");
      expect(text).not.toContain("<script>");
    }
    expect((await page("/v")).text).toContain("<form");
  });

  it("given the receipt of the page, then it is verified offline with the key of the page, and an altered one is not", async () => {
    const [one] = await issued();
    const receipt = await page(`/v/${one?.contentHash}/receipt`);
    expect(receipt.headers.get("content-disposition")).toMatch(/receipt-[0-9A-F]{4}-[0-9A-F]{4}\.txt/);
    writeFileSync(path.join(folder, "receipt.txt"), receipt.text);
    writeFileSync(path.join(folder, "log.vkey"), (await page("/v/key")).text);
    const good = await huimin("verify", "--receipt", "receipt.txt", "--key", "log.vkey");
    expect([good.code, good.out]).toEqual([0, expect.stringContaining(one?.number as string)]);
    expect(good.out).toContain(`${one?.contentHash.slice(0, 4)}-${one?.contentHash.slice(4, 8)}`.toUpperCase());
    writeFileSync(
      path.join(folder, "bad.txt"),
      receipt.text.replace(/^index (\d+)/m, (_, n) => `index ${Number(n) - 1}`),
    );
    expect((await huimin("verify", "--receipt", "bad.txt", "--key", "log.vkey")).code).toBe(1);
  });

  it("given a supplement, then the first statement is genuine but superseded, and names it", async () => {
    district.now = Date.UTC(2018, 1, 20, 2, 0, 0);
    expect(
      (await huimin("statements", "issue", "--year", "2017", "--out", "paper", "--household", "HH1", "--reason", "户主更正")).code,
    ).toBe(0);
    await district.platform.projector.drain();
    const [first, second] = await issued();
    expect(second?.number).toMatch(/-补1$/);
    expect(seen((await page(`/v/${first?.contentHash}`)).text)).toMatch(/真实，但已有补充.*-补1.*2018年2月20日/);
    expect(seen((await page(`/v/${second?.contentHash}/2017/HH1/1`)).text)).toMatch(/真实有效.*补充告知书（第 1 次）/);
  });

  it("given the year, then the paper of every household says its figures, and these are its sheet's", async () => {
    const report = JSON.parse((await huimin("statements", "check", "--year", "2017", "--json")).out);
    expect(report).toMatchObject({ statements: 1, supplements: 1, faults: [] });
    expect(report.amounts).toBe(4);
    expect((await huimin("statements", "check", "--year", "2017", "--papers", "paper")).code).toBe(0);
    const papers = readdirSync(path.join(folder, "paper")).filter((name) => name.endsWith(".pdf"));
    // Another household's paper under this one's name is found out.
    copyFileSync(
      path.join(folder, "paper", papers.find((name) => name.includes("-b1")) as string),
      path.join(folder, "paper", "HH1-2017.pdf"),
    );
    const wrong = await huimin("statements", "check", "--year", "2017", "--papers", "paper", "--json");
    expect([wrong.code, JSON.parse(wrong.out.split("\n")[0] as string).faults.length]).toEqual([1, expect.any(Number)]);
    expect(JSON.parse(wrong.out.split("\n")[0] as string).faults[0].what).toMatch(/not on the paper/);
  });

  it("given the register, then the coverage report says who has a statement, who has none, and why", async () => {
    const { vault } = district.platform;
    for (const [household, head, id] of [
      ["HH2", "\u{2fa1f}田", "41089919760404018X"],
      ["HH3", "王五", "410899195202290013"],
    ] as const) {
      const personId = vault.personId(DISTRICT, id);
      const seal = (field: string, text: string) => ({ district: DISTRICT, personId, field, keyClass: "K1" as const, text });
      const [name, idNumber] = await vault.seal([seal("name", head), seal("idNumber", id)]);
      const members = [{ personId, relation: "head", name, idNumber }];
      await district.register(
        RegisterHousehold,
        { household, village: "410803009204", members, head: personId, valueDate: "2017-01-05" },
        "POV",
      );
    }
    await district.platform.projector.drain();
    const report = JSON.parse((await huimin("statements", "coverage", "--year", "2017", "--papers", "paper", "--json")).out);
    expect(report.total).toMatchObject({ households: 3, covered: 1, lacks: { nil: 2, due: 0, outdated: 0, held: 0, unprinted: 0 } });
    expect(report.entries[0]).toMatchObject({ household: "HH2", lack: "nil", reason: expect.stringContaining("按申请") });
    // Who asks gets one, unless the name can't be printed.
    const asked = await huimin("statements", "issue", "--year", "2017", "--out", "paper", "--household", "HH2", "HH3", "--json");
    expect(asked.out).toContain("STATEMENT_CHARACTERS_MISSING");
    await district.platform.projector.drain();
    expect(readdirSync(path.join(folder, "paper"))).toContain("HH3-2017.pdf");
    rmSync(path.join(folder, "paper", "HH3-2017.pdf"));
    const later = JSON.parse((await huimin("statements", "coverage", "--year", "2017", "--papers", "paper", "--json")).out);
    expect(later.total).toMatchObject({ covered: 2, lacks: { nil: 1, unprinted: 1 } });
    const token = await district.signIn("auditor", "AUD");
    const { body } = await district.person(token, "GET", "/statements/coverage?year=2017", undefined, null);
    expect(body).toMatchObject({ total: { households: 3, covered: 2 }, entries: [{ household: "HH2", lack: "nil" }] });
    expect(JSON.stringify(body)).not.toMatch(/王五|田/);
  });

  it("given many guesses, then a page that asks for patience, while a scan is still answered", async () => {
    let last = await page("/v/0000-0001");
    for (let n = 0; n < 40 && last.status !== 429; n++) last = await page("/v/0000-0001");
    expect([last.status, last.headers.get("content-type")]).toEqual([429, "text/html; charset=utf-8"]);
    expect(seen(last.text)).toContain("查询太频繁");
    const [one] = await issued();
    expect((await page(`/v/${one?.contentHash}/2017/HH1/0`)).status).toBe(200);
    // A whole hash behind the short address counts as a guess, too.
    expect((await page(`/v/${one?.contentHash}`)).status).toBe(429);
  });
});
