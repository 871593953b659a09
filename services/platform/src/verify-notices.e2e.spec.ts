import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AwardHonour } from "@huimin/donation";
import { pdfText } from "@huimin/statements";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-notices-"));
const ORIGIN = "https://yanzhen.example";
let maker = "";

beforeAll(async () => {
  await district.start({
    verifyOrigin: ORIGIN,
    logKeyFile: path.join(folder, "log-key.pem"),
    checkpointFolder: path.join(folder, "points"),
  });
  await honour("H-1", "脱贫光荣户");
  maker = await district.signIn("maker", "FIN-M");
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

const honour = (number: string, grade: string) =>
  district.register(AwardHonour, { honour: number, party: "HH1", grade, year: 2017, currency: "CNY", valueDate: "2017-01-05" }, "OFFICE");

interface Issued {
  readonly number: string;
  readonly issued: boolean;
  readonly contentHash: string;
  readonly check: string;
}
async function issue(): Promise<Issued> {
  const { status, body } = await district.person(maker, "POST", "/notices/honour", { year: 2017 }, null);
  expect(status, JSON.stringify(body)).toBe(200);
  await district.platform.projector.drain();
  return body as Issued;
}
async function page(address: string) {
  const response = await fetch(`${district.origin}${address}`);
  const text = await response.text();
  const seen = text
    .replaceAll(/<style>.*?<\/style>/gsu, "")
    .replaceAll(/<[^>]*>/gu, " ")
    .replaceAll(/\s+/gu, " ");
  return { status: response.status, headers: response.headers, text, seen };
}
async function huimin(...args: string[]) {
  const { code, text } = await runHuimin(args, { directory: folder, platform: district.platform });
  return { code, out: text };
}

describe("a notice that was issued", () => {
  it("is asked for before it is issued: nothing is printed that the page would not know", async () => {
    const { status, body } = await district.person(maker, "GET", "/notices/honour?year=2017", undefined, null);
    expect([status, body.code]).toEqual([404, "NOTICE_NOT_ISSUED"]);
  });

  it("is known to the address in its QR code, which is printed as it is; asked for again it is the same paper", async () => {
    const first = await issue();
    expect(first).toMatchObject({ issued: true, number: expect.stringMatching(/^中站扶荣〔2017〕光荣榜-\d+$/u) });
    expect(await issue()).toEqual({ ...first, issued: false });
    const told = await page(`/v/${first.contentHash.toUpperCase()}/N`);
    expect([told.status, told.headers.get("cache-control")]).toEqual([200, expect.stringContaining("no-store")]);
    expect(told.seen).toMatch(/真实有效.*2017年度的“光荣榜”.*上榜 1 个/u);
    expect(told.seen).toContain(first.number);
    expect(told.seen).not.toMatch(/李秀英|李\*|启心村/u);
    // The check code alone, typed as printed.
    expect((await page(`/v?code=${first.check}`)).seen).toMatch(/真实有效/u);
    expect((await page(`/v/${first.contentHash.slice(0, 63)}x/N`)).status).toBe(404);
    expect((await page(`/v/${first.check}/N`)).status).toBe(404);
  });

  it("is proved by a receipt that is verified offline, with its number and check code", async () => {
    const { contentHash, number, check } = await issue();
    const receipt = await page(`/v/${contentHash}/receipt`);
    expect(receipt.headers.get("content-disposition")).toContain(`receipt-${check}.txt`);
    writeFileSync(path.join(folder, "receipt.txt"), receipt.text);
    writeFileSync(path.join(folder, "log.vkey"), (await page("/v/key")).text);
    const good = await huimin("verify", "--receipt", "receipt.txt", "--key", "log.vkey");
    expect([good.code, good.out]).toEqual([0, expect.stringContaining(number)]);
    expect(good.out).toContain(check);
  });

  it("is printed the same by the server and the command line", async () => {
    const { check, number } = await issue();
    const made = await huimin("notices", "honour", "--year", "2017", "--out", "paper", "--json");
    expect(JSON.parse(made.out).notices).toMatchObject([{ number, check, issued: false, pages: 1 }]);
    const response = await fetch(`${district.origin}/api/v1/notices/honour?year=2017`, { headers: { authorization: `Bearer ${maker}` } });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(readFileSync(path.join(folder, "paper", "honour-honour-2017.pdf")))).toBe(true);
    expect(pdfText(bytes).join("").replaceAll(" ", "")).toContain(check);
  });

  it("is superseded by a new one when something changed, and both say so", async () => {
    const first = await issue();
    await honour("H-2", "带头致富户");
    const second = await issue();
    expect(second).toMatchObject({ issued: true });
    expect((await page(`/v/${first.contentHash}/N`)).seen).toMatch(/真实，但已有新的.*以新的为准/u);
    expect((await page(`/v/${second.contentHash}/N`)).seen).toMatch(/真实有效.*上榜 2 个/u);
    const old = await huimin("notices", "honour", "--year", "2017", "--number", first.number, "--out", "old", "--json");
    expect(JSON.parse(old.out).notices).toMatchObject([{ number: first.number, check: first.check }]);
  });

  it("is revoked by the reviewer only, with a reason, and the page says that it counts no more", async () => {
    const { number, contentHash } = await issue();
    const revocation = { year: 2017, number, reason: "名单有误" };
    expect((await district.person(maker, "POST", "/notices/honour/revocation", revocation, null)).status).toBe(403);
    const reviewer = await district.signIn("reviewer", "FIN-R");
    expect((await district.person(reviewer, "POST", "/notices/honour/revocation", revocation, null)).status).toBe(200);
    await district.platform.projector.drain();
    const told = await page(`/v/${contentHash}/N`);
    expect(told.seen).toMatch(/已经作废.*不再作数/u);
    expect(told.seen).not.toContain("名单有误");
    const again = await huimin("notices", "honour", "--year", "2017", "--revoke", number, "--reason", "名单有误");
    expect([again.code, again.out]).toEqual([1, expect.stringContaining("NOTICE_REVOKED_BEFORE")]);
  });
});
