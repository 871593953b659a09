import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFonts } from "@huimin/statements";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Progress, runStatements } from "./index.ts";
import { DISTRICT, type SpecDistrict, specDistrict } from "./specification/district.ts";

/* A small district from its log to files, with the real fonts and threads. */

describe("printing a district", () => {
  let district: SpecDistrict;
  let home = "";
  const fonts = loadFonts();
  const household = (n: number) => `410803010207-${String(n).padStart(4, "0")}`;
  const run = (out: string, over: object = {}, onProgress?: (progress: Progress) => void) =>
    runStatements({ year: 2018, out: join(home, out), threads: 2, ...over }, district.options, district.send, onProgress);
  const csv = async (file: string): Promise<Record<string, string>[]> =>
    parse(await readFile(join(home, file)), { bom: true, columns: true });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "huimin-statements-"));
    district = await specDistrict({ fonts: () => fonts });
    for (let n = 1; n <= 12; n++) {
      await district.register(
        household(n),
        n === 5
          ? "\u{2fa1f}建国"
          : n === 6
            ? "王䶮"
            : `张三${n}`.replace(/\d/g, (digit) => "〇一二三四五六七八九"[Number(digit)] as string),
      );
      if (n <= 8) await district.lend(`L${n}`, household(n), "50000.00", "2017-03-10");
    }
    await district.repay("L1", household(1), "20000.00", "2018-05-08");
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("writes a PDF for every statement, an index without full names, and a coverage report of the whole register", async () => {
    const phases: string[] = [];
    const result = await run("first", {}, ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`));
    expect(result).toMatchObject({ ok: true, value: { written: { files: 7, onMoreSheets: [], erased: [] } } });
    const pdfs = (await readdir(join(home, "first"))).filter((file) => file.endsWith(".pdf")).sort();
    expect(pdfs).toEqual([1, 2, 3, 4, 6, 7, 8].map((n) => `${household(n)}-2018.pdf`));
    const index = await csv("first/index.csv");
    expect(index).toHaveLength(7);
    expect(index[0]).toMatchObject({ 户编号: household(1), 户主: "张**", 年末贷款本金: "30000.00", 页数: "1" });
    const bytes = await readFile(join(home, "first", index[0]?.文件 ?? ""));
    expect(index[0]?.["文件SHA-256"]).toBe(createHash("sha256").update(bytes).digest("hex"));
    const coverage = await csv("first/coverage.csv");
    expect(coverage.map(({ 情况 }) => 情况)).toEqual([
      ...Array(4).fill("已出具"),
      "未能出具",
      ...Array(3).fill("已出具"),
      ...Array(4).fill("本年无数据，未出具"),
    ]);
    expect(coverage[4]).toMatchObject({ 户编号: household(5), 原因代码: "STATEMENT_CHARACTERS_MISSING" });
    expect(coverage[4]?.原因).toContain("U+2FA1F");
    expect(phases.at(-1)).toMatch(/^print (\d+)\/\1$/);
    expect(phases.some((phase) => phase.startsWith("read"))).toBe(true);
  });

  it("run again, writes the same bytes and issues nothing", async () => {
    const head = await district.store.head(DISTRICT);
    expect(await run("second")).toMatchObject({ ok: true, value: { written: { files: 7 } } });
    expect(await district.store.head(DISTRICT)).toBe(head);
    for (const file of (await readdir(join(home, "first"))).filter((name) => name !== "coverage.csv")) {
      expect((await readFile(join(home, "second", file))).equals(await readFile(join(home, "first", file))), file).toBe(true);
    }
  });

  it("adds a supplement as a file of its own and leaves the first one as it was", async () => {
    await district.repay("L2", household(2), "5000.00", "2018-06-01");
    await run("third", { households: [household(2)], largePrint: true, twoCopies: true });
    const pdfs = (await readdir(join(home, "third"))).filter((file) => file.endsWith(".pdf")).sort();
    expect(pdfs).toEqual([`${household(2)}-2018-b1.pdf`, `${household(2)}-2018.pdf`]);
    expect((await csv("third/index.csv")).map(({ 编号 }) => 编号)).toEqual([
      `中站扶红〔2018〕${household(2)}`,
      `中站扶红〔2018〕${household(2)}-补1`,
    ]);
  });
});
