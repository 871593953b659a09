import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { loadFonts } from "./fonts.ts";
import { isWoff, sfntOfWoff } from "./woff.ts";

const folder = mkdtempSync(path.join(tmpdir(), "huimin-fonts-"));
afterAll(() => rmSync(folder, { recursive: true }));
const plain = readFileSync(fileURLToPath(import.meta.resolve("@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf")));

/** WOFF 1.0 written by hand; tables that don't become smaller stay as they are. */
function woffOf(sfnt: Buffer): Buffer {
  const count = sfnt.readUInt16BE(4);
  const head = Buffer.alloc(44 + count * 20);
  head.writeUInt32BE(0x774f4646, 0);
  sfnt.copy(head, 4, 0, 4);
  head.writeUInt16BE(count, 12);
  const bodies: Buffer[] = [];
  let at = head.length;
  for (let index = 0; index < count; index++) {
    const entry = 12 + index * 16;
    const [checksum, offset, length] = [4, 8, 12].map((field) => sfnt.readUInt32BE(entry + field)) as [number, number, number];
    const table = sfnt.subarray(offset, offset + length);
    const small = deflateSync(table, { level: 1 });
    const body = small.length < length ? small : table;
    sfnt.copy(head, 44 + index * 20, entry, entry + 4);
    for (const [field, value] of [at, body.length, length, checksum].entries()) head.writeUInt32BE(value, 44 + index * 20 + 4 + field * 4);
    const gap = Buffer.alloc((4 - (body.length % 4)) % 4);
    bodies.push(body, gap);
    at += body.length + gap.length;
  }
  return Buffer.concat([head, ...bodies]);
}

describe("fonts", () => {
  it("given a WOFF file, then the font in it, table for table", () => {
    const woff = woffOf(plain);
    expect([isWoff(woff), isWoff(plain)]).toEqual([true, false]);
    const again = sfntOfWoff(woff);
    const tablesOf = (font: Buffer) =>
      Array.from({ length: font.readUInt16BE(4) }, (_, index) => {
        const at = 12 + index * 16;
        return font.subarray(font.readUInt32BE(at + 8), font.readUInt32BE(at + 8) + font.readUInt32BE(at + 12)).toString("base64");
      });
    expect(again.subarray(0, 12).equals(plain.subarray(0, 12))).toBe(true);
    expect(tablesOf(again).every((table, index) => table === tablesOf(plain)[index])).toBe(true);
    const file = path.join(folder, "font.woff");
    writeFileSync(file, woff);
    expect(loadFonts([file], []).families).toEqual(["Noto Sans SC"]);
    expect(() => sfntOfWoff(Buffer.concat([woff.subarray(0, woff.length / 2)]))).toThrow();
  });

  it("given a font for rare characters that is not installed, then the characters are missing, and nothing else happens", () => {
    const fonts = loadFonts([], ["@huimin/no-such-package/font.ttf", "@expo-google-fonts/noto-sans-sc/none.ttf"]);
    expect(fonts.missing("王䶮㛃𠮷")).toEqual(["𠮷"]);
  });

  it("given one that is installed, then it is used after the product's own", () => {
    const fonts = loadFonts([], ["@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"]);
    expect(fonts.data()).toHaveLength(3);
    expect(fonts.families[0]).toBe("Noto Sans SC");
  });
});
