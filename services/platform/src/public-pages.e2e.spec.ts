import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommandDefinition } from "@huimin/decider";
import { AssignBeneficiaries, DraftAllocation, PostPublicity, RecordAssetIncome, RegisterAsset } from "@huimin/dividend";
import { browserIsThere, FIT_FOR_A_PHONE, lookOnPhone, type TestBrowser, testBrowser, type Watched } from "@huimin/test-support";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

/* The pages that a household's paper leads to, in a real browser, on a phone, as somebody who never used one would see them. */

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-pages-"));
let browser: TestBrowser;
let watched: Watched;
let page: Page;
let paper: { readonly contentHash: string; readonly number: string };

const huimin = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });
const check = ({ contentHash }: { readonly contentHash: string }) => `${contentHash.slice(0, 4)}-${contentHash.slice(4, 8)}`.toUpperCase();

async function isFitForAPhone(on: Page): Promise<void> {
  expect(await lookOnPhone(on)).toEqual(FIT_FOR_A_PHONE);
  expect([...watched.origins]).toEqual([district.origin]);
}
const said = async (role: "status" | "main"): Promise<string> => (await page.getByRole(role).allInnerTexts()).join("\n");

describe.skipIf(!browserIsThere)("the public pages in a browser (needs chromium or HUIMIN_TEST_BROWSER)", () => {
  beforeAll(async () => {
    await district.start({ verifyOrigin: "https://yanzhen.example", logKeyFile: path.join(folder, "log-key.pem") });
    await district.lend("L1", "50000.00");
    district.now = Date.UTC(2018, 0, 20, 2, 0, 0);
    expect((await huimin("statements", "issue", "--year", "2017", "--out", "paper")).code).toBe(0);
    await district.platform.projector.drain();
    const token = await district.signIn("pov", "POV");
    paper = (await district.person(token, "GET", "/statements?year=2017", undefined, null)).body.items[0];
    browser = await testBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await district.stop();
    rmSync(folder, { recursive: true });
  });
  const opened = async (options?: Parameters<TestBrowser["open"]>[0]): Promise<void> => {
    watched = await browser.open(options);
    page = await watched.context.newPage();
  };

  it("given the QR code of a statement, then the phone says that it is genuine, and the receipt that it hands out holds offline", async () => {
    await opened();
    await page.goto(`${district.origin}/v/${paper.contentHash.toUpperCase()}/2017/HH1/0`);
    expect(await said("status")).toContain("真实有效");
    expect(await said("main")).toContain(paper.number);
    expect(await said("main")).not.toMatch(/李秀英|410899/);
    await isFitForAPhone(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载凭据" }).click()]);
    await download.saveAs(path.join(folder, "receipt.txt"));
    writeFileSync(path.join(folder, "log.vkey"), await (await fetch(`${district.origin}/v/key`)).text());
    expect(readFileSync(path.join(folder, "receipt.txt"), "utf8")).toContain("index ");
    expect((await huimin("verify", "--receipt", "receipt.txt", "--key", "log.vkey")).code).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it("given the check code typed by hand, in small letters and with blanks, then the answer is the same, and another code is unknown", async () => {
    await opened({ viewport: { width: 320, height: 600 }, isMobile: true, hasTouch: true, locale: "zh-CN" });
    await page.goto(`${district.origin}/v`);
    await isFitForAPhone(page);
    await page.getByLabel("校验码").fill(` ${check(paper).toLowerCase().replace("-", " ")} `);
    await page.getByRole("button", { name: "查验" }).tap();
    await page.getByRole("status").getByText("真实有效").waitFor();
    await isFitForAPhone(page);
    await page.getByLabel("校验码").fill("0000-0000");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("查无此号").waitFor();
    await isFitForAPhone(page);
    // The answer "unknown" has status 404, which the browser's console repeats.
    expect(watched.complaints.filter((text) => !text.includes("404"))).toEqual([]);
  });

  it("given a list that hangs out in a village, then its page shows names with the middle hidden, a card a household, and leads to no other place", async () => {
    const [pool, village] = [{ pool: "PV", year: 2017 }, "410803009204"];
    const give = async (definition: CommandDefinition, body: object, role: string) => {
      const meta = { actor: role === "BANK" ? "bank:K1" : "spec", checker: "second", role, channel: "import" } as never;
      const outcome = await district.platform.handler.execute(definition, body, meta);
      expect(outcome.kind, JSON.stringify(outcome)).toBe("recorded");
    };
    const asset = { asset: "S1", village, kind: "光伏", name: "启心村电站", cost: "1.00", source: "财政", document: "示例1号" };
    await give(RegisterAsset, { ...asset, pool: "PV", valueDate: "2017-01-05" }, "POV");
    const shares = [{ household: "HH1", shares: "1" }];
    await give(AssignBeneficiaries, { ...pool, shares, minutes: "会议1号", valueDate: "2017-12-01" }, "POV");
    await give(RecordAssetIncome, { pool: "PV", amount: "1234.50", serial: "S1", valueDate: "2017-12-01" }, "BANK");
    await give(DraftAllocation, { ...pool, method: "equal", households: ["HH1"], valueDate: "2018-01-20" }, "FIN-M");
    await give(PostPublicity, { ...pool, from: "2018-01-20", to: "2018-01-31", valueDate: "2018-01-20" }, "VIL");
    await district.platform.projector.drain();
    const { json } = await huimin("publicity", "pdf", "--pool", "PV", "--year", "2017", "--out", "sheets", "--json");
    await district.platform.projector.drain();
    const [board] = (json as { boards: { address: string }[] }).boards;
    await opened();
    const address = `${district.origin}${new URL(board?.address as string).pathname}`;
    await page.goto(address);
    const shown = await said("main");
    expect(shown).toContain("李*英");
    expect(shown).toContain("1,234.50");
    expect(shown).not.toMatch(/李秀英|410899/);
    await isFitForAPhone(page);
    expect(watched.complaints).toEqual([]);
    district.now = Date.UTC(2018, 1, 2, 2, 0, 0);
    await page.reload();
    expect(await said("main")).not.toMatch(/李|1,234\.50/);
    await isFitForAPhone(page);
  });
});
