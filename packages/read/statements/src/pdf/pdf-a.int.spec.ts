import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StatementFigures } from "@huimin/statement/events";
import { afterAll, describe, expect, it } from "vitest";
import { contentHash, type StatementContent } from "../content.ts";
import { loadFonts } from "../fonts/fonts.ts";
import { createPress } from "./job.ts";
import { pdfObjects, pdfText } from "./text.ts";

/*
 * What PDF/A-2b (ISO 19005-2) asks of a file, as far as its structure shows it, and tagged text. No validator of the whole
 * standard (veraPDF) comes with Debian or npm: what is looked at here, and by qpdf and poppler where they are installed, is
 * listed in docs/statements.md with what is not.
 */

const fonts = loadFonts();
const press = createPress(() => fonts);
const folder = mkdtempSync(path.join(tmpdir(), "huimin-pdfa-"));
afterAll(() => rmSync(folder, { recursive: true }));

const figures: StatementFigures = {
  dividends: [1, 2].map((n) => ({
    ...{ pool: `P${n}`, model: 1, partner: "太行林果专业合作社", basis: "50000.00", days: 365, standard: "约定" },
    ...{ entitled: "3553.66", paidInYear: "3553.66", returnedAfterYearEnd: "0.00", awaitingReissue: "0.00", paidOn: "2018-12-28" },
    ...{ method: "by-stake-days", residueRule: "LARGEST_REMAINDER", listTotal: "100000.00", listHouseholds: 37 },
  })),
  paidForEarlierYears: "0.00",
  stake: { start: "50000.00", added: "0.00", reduced: "0.00", end: "50000.00" },
  loans: [],
  interest: [],
};
const content: StatementContent = {
  ...{ household: "410803010207-0031", year: 2018, issuedOn: "2019-01-20" },
  cutoff: { position: 18_233, recordedAt: "2019-01-18T23:59:59.999+08:00" },
  notice: {
    ...{ district: "中站区", issuer: "中站区财政局", seal: "扶贫资金专用章", prefix: "中站扶红" },
    ...{ phones: ["12317"], objectionDays: 15, verifyAt: "https://yanzhen.example" },
  },
  basics: {
    ...{ head: "张·三", idNumber: "410899********0013", size: 3, street: "龙翔街道", village: "栗井村" },
    ...{ status: "建档立卡（未脱贫）", salt: "s" },
  },
  figures,
};
const mark = { number: "中站扶红〔2018〕410803010207-0031", supplement: 0, contentHash: contentHash(content), position: 20_000 };
const { bytes } = press({ content, mark });
const file = path.join(folder, "statement.pdf");
writeFileSync(file, bytes);

const installed = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined;
const heads = (containing: string): string[] => pdfObjects(bytes, containing).map(({ head }) => head);
const structure = (type: string): number => heads(`/S /${type}\n`).length;

describe("the file format of a statement", () => {
  it("is PDF 1.7 that names itself PDF/A-2b, without anything that the standard forbids", () => {
    expect(bytes.subarray(0, 8).toString("latin1")).toBe("%PDF-1.7");
    // Four bytes above 127 after the header mark the file as binary (6.1.2).
    expect([...bytes.subarray(10, 14)].every((byte) => byte > 127)).toBe(true);
    const xmp = pdfObjects(bytes, "/Type /Metadata")[0]?.stream?.toString("utf8") ?? "";
    expect(xmp).toMatch(/<pdfaid:part>2<\/pdfaid:part>\s*<pdfaid:conformance>B<\/pdfaid:conformance>/);
    expect(xmp).toContain("中站区金融扶贫年度分红（收益）告知书");
    const raw = bytes.toString("latin1");
    for (const forbidden of [
      "/Encrypt",
      "/JavaScript",
      "/JS ",
      "/Launch",
      "/EmbeddedFiles",
      "/AA ",
      "/OpenAction",
      "/LZWDecode",
      "/RichMedia",
    ])
      expect([forbidden, raw.includes(forbidden)]).toEqual([forbidden, false]);
    expect(raw).toMatch(/\/ID \[/);
    expect(heads("/S /GTS_PDFA1")[0]).toMatch(/\/DestOutputProfile \d+ 0 R/);
  });

  it("embeds every font, as a subset with a map to Unicode", () => {
    const all = heads("/Type /Font\n");
    expect(all.length).toBeGreaterThan(0);
    const descriptors = heads("/Type /FontDescriptor");
    expect(descriptors).toHaveLength(2);
    for (const head of descriptors) expect(head).toMatch(/\/FontName \/[A-Z]{6}\+NotoSansSC.*\/FontFile[23]? \d+ 0 R/s);
    for (const head of heads("/Subtype /Type0")) expect(head).toMatch(/\/ToUnicode \d+ 0 R/);
  });

  it("has tagged text in Chinese: headings, paragraphs, tables with heads, and words for the code", () => {
    const catalog = heads("/Type /Catalog")[0] ?? "";
    expect(catalog).toMatch(/\/StructTreeRoot \d+ 0 R/);
    expect(catalog).toMatch(/\/Marked true/);
    expect(catalog).toMatch(/\/Lang \(zh-CN\)/);
    expect(structure("H1")).toBe(1);
    expect(structure("H2")).toBe(5);
    expect(structure("P")).toBeGreaterThan(8);
    expect(structure("Table")).toBe(2);
    expect(structure("TH")).toBe(6);
    expect(heads("/S /Figure\n")[0]).toMatch(/\/Alt /);
  });

  it("says where it can be verified", () => {
    expect(pdfText(bytes)[0]?.replaceAll("\n", "")).toContain("打开 yanzhen.example/v 输入校验码");
  });

  it.skipIf(!installed("qpdf"))("is a well-formed file for qpdf (needs qpdf)", () => {
    expect(execFileSync("qpdf", ["--check", file], { encoding: "utf8" })).toContain("No syntax or stream encoding errors found");
  });

  it.skipIf(!installed("pdfinfo"))("is tagged, and its text whole, for poppler (needs poppler-utils)", () => {
    expect(spawnSync("pdfinfo", [file], { encoding: "utf8" }).stdout).toMatch(/Tagged: +yes/);
    const read = spawnSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).stdout;
    for (const words of ["张·三", "3,553.66", "7,107.32", "柒仟壹佰零柒元叁角贰分", "户存"]) expect(read).toContain(words);
  });
});
