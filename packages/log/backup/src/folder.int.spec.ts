import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type BackedUpFolder, copyFolder, listingOf, openPart, restoreFolder, roomFor, sealPart } from "./folder.ts";
import { headerOf } from "./tar.ts";

const root = mkdtempSync(path.join(tmpdir(), "huimin-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string => path.join(root, ...names);
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A folder of banks' files of odd sizes, and its pieces. */
async function copied(name: string) {
  const from = at(name);
  mkdirSync(path.join(from, "K1"), { recursive: true });
  for (const size of [0, 1, 511, 512, 513, 40_000]) {
    const bytes = randomBytes(size);
    writeFileSync(path.join(from, "K1", `${sha256(bytes)}.file`), bytes);
  }
  const pieces: Buffer[] = [];
  const listing = await copyFolder(from, 10_000, async (piece) => void pieces.push(Buffer.concat(piece)));
  const folder: BackedUpFolder = { name: "bank-files", ...listing, masterKey: "m1", wrapped: "", parts: [] };
  return { from, folder, pieces };
}
async function* chunks(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

describe("a folder of files in a backup", () => {
  it("comes back byte by byte, whatever the sizes of files and pieces; its list is that of sha256sum", async () => {
    const { from, folder, pieces } = await copied("a");
    expect(pieces.length).toBeGreaterThan(1);
    expect([folder.files, folder.bytes, folder.altered]).toEqual([6, 41_537, []]);
    const list = readdirSync(path.join(from, "K1"))
      .sort()
      .map((name) => `${sha256(readFileSync(path.join(from, "K1", name)))}  K1/${name}\n`)
      .join("");
    expect(folder.sha256).toBe(sha256(Buffer.from(list)));
    expect(await restoreFolder(folder, chunks(pieces), at("a-back"))).toBe("written");
    expect(await listingOf(at("a-back"))).toMatchObject({ files: 6, sha256: folder.sha256 });
    expect(await restoreFolder(folder, chunks([]), at("a-back"))).toBe("there");
  });

  it("is never written over other files, and what differs from the list is not put there (RESTORE_FILES_DIFFER)", async () => {
    const { folder, pieces } = await copied("b");
    mkdirSync(at("b-busy"));
    writeFileSync(at("b-busy", "x"), "");
    expect([await roomFor(folder, at("b-busy")), await restoreFolder(folder, chunks(pieces), at("b-busy"))]).toEqual([
      "occupied",
      "occupied",
    ]);
    expect(await restoreFolder({ ...folder, sha256: "0".repeat(64) }, chunks(pieces), at("b-back"))).toBe("differs");
    expect(await roomFor(folder, at("b-back"))).toBe("room");
    // A draft that a killed restore left is thrown away.
    expect(await restoreFolder(folder, chunks(pieces), at("b-back"))).toBe("written");
  });

  it("writes nowhere else, and stops where the stream ends too early", async () => {
    const { folder, pieces } = await copied("c");
    const evil = chunks([headerOf("passwd", 0, ".."), Buffer.alloc(1024)]);
    await expect(restoreFolder(folder, evil, at("c-back"))).rejects.toThrow("no file of a bank");
    await expect(restoreFolder(folder, chunks(pieces.slice(0, 1)), at("c-back"))).rejects.toThrow("end in the middle");
  });

  it("is sealed part by part: another key, another name or a changed byte opens nothing", () => {
    const key = randomBytes(32);
    const sealed = sealPart(key, "files/1", Buffer.from("名单"), 1);
    expect(openPart(key, "files/1", sealed)?.toString()).toBe("名单");
    const changed = Buffer.from(sealed);
    changed[14] = (changed[14] as number) ^ 1;
    for (const opened of [
      openPart(randomBytes(32), "files/1", sealed),
      openPart(key, "files/2", sealed),
      openPart(key, "files/1", changed),
    ])
      expect(opened).toBeUndefined();
  });
});
