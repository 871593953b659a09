import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommandDefinition } from "@huimin/decider";
import { AssignBeneficiaries, DraftAllocation, FileObjection, PostPublicity, RecordAssetIncome, RegisterAsset } from "@huimin/dividend";
import { RegisterHousehold, RegisterVillage } from "@huimin/registry";
import { findVersion, openBoard, type PublicityOptions } from "@huimin/service-publicity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicityOptionsOf } from "./compose/publicity.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-publicity-"));
const [V1, V2] = ["410803009204", "410803010207"];
const ORIGIN = "https://yanzhen.example";
/** Invented people: number of the household (no text of hex digits, which hashes are), village, head, ID number. The last is nine years old. */
const PEOPLE = [
  ["HX-A1", V1, "张三丰", "410899195202290013"],
  ["HX-A2", V1, "\u{2fa1f}田", "41089919760404018X"],
  ["HX-A3", V1, "李四", "410899199912311235"],
  ["HX-B1", V2, "赵小明", "410899201506078845"],
] as const;
const pool = { pool: "PV", year: 2023 };

async function run(definition: CommandDefinition, body: object, actor = "spec", role = definition.roles[0] ?? "SYS"): Promise<unknown> {
  const outcome = await district.platform.handler.execute(definition, body, { actor, role, channel: "import", checker: "second" } as never);
  if (outcome.kind !== "recorded") throw new Error(JSON.stringify(outcome));
  return outcome.answer;
}

async function huimin(...args: string[]) {
  const { code, text } = await runHuimin(args, { directory: folder, platform: district.platform });
  return { code, out: text };
}

const list = { ...pool, method: "equal", households: PEOPLE.map(([household]) => household) };
const period = { from: "2023-12-05", to: "2023-12-14" };

beforeAll(async () => {
  await district.start({ verifyOrigin: ORIGIN });
  const valueDate = "2023-01-05";
  district.now = Date.UTC(2023, 11, 4, 2, 0, 0);
  await district.register(RegisterVillage, { village: V2, name: "栗井村", street: "龙翔街道", streetCode: "410803010", valueDate }, "POV");
  const { vault } = district.platform;
  for (const [household, village, head, id] of PEOPLE) {
    const personId = vault.personId(DISTRICT, id);
    const seal = (field: string, text: string) => ({ district: DISTRICT, personId, field, keyClass: "K1" as const, text });
    const [name, idNumber] = await vault.seal([seal("name", head), seal("idNumber", id)]);
    const members = [{ personId, relation: "head", name, idNumber }];
    // HX-A3 belongs to the second group, the others of its village to the tenth: a list goes by group, then by name.
    const group = household === "HX-A3" ? "2组" : "10组";
    await district.register(RegisterHousehold, { household, village, members, head: personId, group, valueDate }, "POV");
  }
  const asset = {
    asset: "S1",
    village: V1,
    kind: "光伏",
    name: "启心村电站",
    cost: "1.00",
    source: "财政",
    document: "示例1号",
    valueDate,
  };
  await run(RegisterAsset, { ...asset, pool: "PV" });
  const shares = PEOPLE.map(([household]) => ({ household, shares: "1" }));
  await run(AssignBeneficiaries, { ...pool, shares, minutes: "会议1号", valueDate: "2023-12-01" });
  await run(RecordAssetIncome, { pool: "PV", amount: "4000.00", serial: "S1", valueDate: "2023-12-01" }, "bank:K1", "BANK");
  await run(DraftAllocation, { ...list, valueDate: "2023-12-04" });
  await run(PostPublicity, { ...pool, ...period, valueDate: "2023-12-04" });
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

async function page(address: string) {
  const response = await fetch(`${district.origin}${address}`);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const status = async (...more: string[]) =>
  JSON.parse((await huimin("publicity", "status", "--pool", "PV", "--year", "2023", "--json", ...more)).out);

/** The first village's sheet, as a process with other settings would compute it. */
async function opened(over: Partial<PublicityOptions> = {}) {
  const changed = { ...publicityOptionsOf(district.platform), ...over };
  const found = await findVersion(pool, changed);
  return found.ok ? openBoard(found.value, V1 as string, changed) : found;
}

interface Written {
  readonly village: string;
  readonly households: number;
  readonly amount: string;
  readonly file: string;
  readonly check: string;
  readonly address: string;
  readonly spelled: string[];
}
async function print(...more: string[]): Promise<Written[]> {
  const { out } = await huimin("publicity", "pdf", "--pool", "PV", "--year", "2023", "--out", "sheets", "--json", ...more);
  await district.platform.projector.drain();
  return JSON.parse(out).boards;
}
const pathOf = (board: Written | undefined): string => (board as Written).address.slice(ORIGIN.length);
const drawn = (file: string): string => {
  try {
    return execFileSync("pdftotext", ["-layout", path.join(folder, "sheets", file), "-"], { encoding: "utf8" });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "ENOENT") throw fault;
    return "";
  }
};
const hasPoppler = (() => {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe("publicity in the villages", () => {
  it("given a publicised list, when its sheets are printed, then each village has one, and the log knows what it says", async () => {
    expect((await status()).lacks).toEqual(["公示表未生成", "缺公示开始照片"]);
    expect(await opened()).toMatchObject({ ok: false, refusal: { code: "PUBLICITY_BOARDS_NOT_MADE" } });
    const boards = await print();
    expect(boards).toMatchObject([
      { village: V1, households: 3, amount: "3000.00", spelled: ["HX-A2"] },
      { village: V2, households: 1, amount: "1000.00", spelled: [] },
    ]);
    expect(boards[0]?.address).toMatch(/^https:\/\/yanzhen\.example\/p\/[0-9a-f]{32}$/);
    const made = await status();
    expect(made.boards.map((one: { contentHash: string }) => one.contentHash.slice(0, 4).toUpperCase())).toEqual(
      boards.map(({ check }) => check.slice(0, 4)),
    );
    // Printed again, they are what they were, and nothing is recorded anew.
    const before = readFileSync(path.join(folder, "sheets", boards[0]?.file as string));
    const head = await district.platform.store.head(DISTRICT);
    await print();
    expect(readFileSync(path.join(folder, "sheets", boards[0]?.file as string)).equals(before)).toBe(true);
    expect(await district.platform.store.head(DISTRICT)).toBe(head);
    // What is computed to something else than was recorded is shown to nobody.
    expect(await opened()).toMatchObject({ ok: true, value: { village: V1 } });
    const { vault } = district.platform;
    const otherSalt = { unsealMany: vault.unsealMany.bind(vault), fingerprint: () => "another" };
    expect(await opened({ vault: otherSalt })).toMatchObject({ ok: false, refusal: { code: "PUBLICITY_BOARD_DIFFERS" } });
    // What is printed besides the lines was recorded with them: a new telephone changes no sheet that hangs out.
    const notice = { phones: ["0391-0000000"], maker: "另一个单位", reviewer: "另一个单位" };
    expect(await opened({ notice })).toMatchObject({ ok: true, value: { phones: ["12317"] } });
    expect(readdirSync(path.join(folder, "sheets")).filter((name) => name.endsWith(".pdf"))).toHaveLength(2);
  });

  it.skipIf(!hasPoppler)(
    "shows names, amounts and why, spells a rare character, hides a child, and nothing that must not be shown (needs poppler-utils)",
    async () => {
      const [first, second] = await print();
      const text = drawn(first?.file as string);
      for (const words of [
        "启心村 2023 年度 光伏收益 分红到户公示表",
        "张三丰",
        "李四",
        "[U+2FA1F]田",
        "1,000.00",
        "3,000.00",
        "全部名单 4 户",
        "12317",
      ])
        expect(text.replaceAll(/ +/g, " ").replaceAll(" 年", "年").replaceAll("年 ", "年").replaceAll(" ", "")).toContain(
          words.replaceAll(" ", ""),
        );
      expect(text).not.toMatch(/410899\d{6}|6299\d{6}|HX|身份证/);
      expect(text.replaceAll(" ", "")).toMatch(/2组李四[\s\S]*10组张三丰/);
      expect(drawn(second?.file as string)).toContain("赵**");
      await print("--mask-names");
      expect(drawn(first?.file as string)).toContain("张*丰");
    },
  );

  it("given its address, then the web page lasts as long as the publicity, and nobody finds it without", async () => {
    const [first, second] = await print();
    const address = pathOf(first);
    expect((await page(address)).status).toBe(404); // the day before
    district.now = Date.UTC(2023, 11, 14, 15, 59, 0);
    const { status: shown, headers, text } = await page(address);
    expect([shown, headers.get("x-robots-tag"), headers.get("cache-control")]).toEqual([
      200,
      expect.stringContaining("noindex"),
      "no-store",
    ]);
    for (const words of ["张*丰", "\u{2fa1f}*", "1,000.00", first?.check as string, "有意见怎么提"]) expect(text).toContain(words);
    expect(text).not.toMatch(/张三丰|410899\d{6}|<script|HX/);
    expect((await page(pathOf(second))).text).toContain("赵**");
    for (const wrong of ["/p/", "/p/PV", `/p/${"0".repeat(32)}`, "/p", "/p/PV/2023"]) expect((await page(wrong)).status).toBe(404);
    district.now = Date.UTC(2023, 11, 14, 16, 1, 0); // midnight in China
    const over = await page(address);
    expect([over.status, over.text.includes("公示期已结束"), over.text.includes("张*丰")]).toEqual([410, true, false]);
  });

  it("given photographs, then the record shows them by hash and what still lacks", async () => {
    writeFileSync(path.join(folder, "board.jpg"), "a photograph");
    const record = (kind: string, taken: string) =>
      huimin(
        "publicity",
        "evidence",
        "--pool",
        "PV",
        "--year",
        "2023",
        "--kind",
        kind,
        "--file",
        "board.jpg",
        "--title",
        "公示栏",
        "--taken",
        taken,
      );
    expect((await status()).lacks).toEqual(["缺公示开始照片", "缺公示期满照片"]);
    expect((await record("start", "2023-12-05")).code).toBe(0);
    expect((await record("end", "2023-12-14")).out).toContain("PUBLICITY_EVIDENCE_KNOWN");
    expect((await record("sometime", "2023-12-14")).code).toBe(2);
    expect(await status()).toMatchObject({
      lacks: ["缺公示期满照片"],
      evidence: [{ kind: "start", title: "公示栏", takenOn: "2023-12-05" }],
    });
  });

  it("given an upheld objection and a new list, then the old one is replaced, says so, and the new one shows what changed", async () => {
    const [first] = await print();
    await run(FileObjection, { pool: "PV", household: "HX-A3", text: "多算了", valueDate: "2023-12-14" });
    expect((await status()).objections).toMatchObject([{ objection: "2023-1-1", result: "open" }]);
    await run(DraftAllocation, { ...list, total: "3600.00", valueDate: "2023-12-15" });
    await run(PostPublicity, { ...pool, from: "2023-12-15", to: "2023-12-24", valueDate: "2023-12-15" });
    const old = await page(pathOf(first));
    expect([old.status, old.text.includes("这份名单已作废")]).toEqual([410, true]);
    expect(await status("--draft", "1")).toMatchObject({ status: "replaced", replacedBy: { draft: 2 } });
    const [again] = await print();
    const fresh = await page(pathOf(again));
    expect(fresh.text).toContain("更正，原 1,000.00");
    expect(JSON.parse((await huimin("publicity", "list", "--json")).out).versions.map((one: { status: string }) => one.status)).toEqual([
      "replaced",
      "showing",
    ]);
  });

  it("given the offices' API, then versions, a sheet as PDF whose reader is logged, and no sheet for others", async () => {
    const office = await district.signIn("village", "VIL");
    const listed = await district.person(office, "GET", "/publicity?year=2023", undefined, null);
    expect(listed.body.items).toHaveLength(2);
    expect(JSON.stringify(listed.body)).not.toMatch(/张三丰|李四/);
    expect((await district.person(office, "POST", "/publicity/PV/2023/boards")).body).toMatchObject({ version: 2, status: "showing" });
    const headers = { authorization: `Bearer ${office}` };
    const pdf = await fetch(`${district.origin}/api/v1/publicity/PV/2023/boards/${V1}`, { headers });
    expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
    // The command line's own looks are in it, too.
    const { rows } = await district.platform.pool.query(
      "SELECT actor FROM access_log WHERE reason LIKE '公示表%' AND actor NOT LIKE 'cli:%'",
    );
    expect(rows).toHaveLength(1);
    expect((await fetch(`${district.origin}/api/v1/publicity/PV/2023/boards/${V1}`)).status).toBe(401);
    expect((await district.person(office, "GET", "/publicity/PV/2023/boards/nowhere", undefined, null)).body.code).toBe(
      "PUBLICITY_VILLAGE_UNKNOWN",
    );
    expect((await district.person(office, "GET", "/publicity/PV/2022", undefined, null)).body.code).toBe("PUBLICITY_NOT_FOUND");
  });
});
