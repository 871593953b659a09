import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { leafHash, merkleRoot } from "@huimin/proof-log";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LeafBook } from "./index.ts";

const home = mkdtempSync(path.join(tmpdir(), "huimin-leaves-"));
afterAll(() => rmSync(home, { recursive: true }));
let made = 0;
const hashes = Array.from({ length: 70_000 }, (_, i) => leafHash(`event ${i}`));

describe("the book of hashes", () => {
  it("given any sizes in any steps, then its roots are those of RFC 6962, also when it is opened again", async () => {
    const step = fc.integer({ min: 1, max: 900 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), fc.nat(), async (steps, at) => {
        const folder = path.join(home, String(++made));
        for (const count of steps) {
          const book = await LeafBook.open(folder);
          await book.append(hashes.slice(book.size, book.size + count));
          await book.close();
        }
        const book = await LeafBook.open(folder);
        const size = steps.reduce((sum, n) => sum + n, 0);
        expect(book.size).toBe(size);
        for (const some of [size, at % (size + 1), 0])
          expect(Buffer.from(await book.root(some))).toEqual(Buffer.from(merkleRoot(hashes.slice(0, some))));
        expect(await book.hashes(0, 1)).toEqual([Buffer.from(hashes[0] as Uint8Array)]);
        await expect(book.hashes(0, size + 1)).rejects.toThrow(RangeError);
        await book.close();
      }),
      { numRuns: 25 },
    );
  });

  it("given more than 65,536 events, a write that was cut short, and lost roots, then it is whole again", async () => {
    const folder = path.join(home, "large");
    const first = await LeafBook.open(folder);
    await first.append(hashes);
    const root = Buffer.from(merkleRoot(hashes));
    expect(Buffer.from(await first.root(70_000))).toEqual(root);
    await first.close();
    appendFileSync(path.join(folder, "leaves.bin"), Buffer.alloc(17));
    truncateSync(path.join(folder, "tiles.bin"), 100);
    const second = await LeafBook.open(folder);
    expect([second.size, Buffer.from(await second.root(70_000))]).toEqual([70_000, root]);
    await second.close();
    writeFileSync(path.join(folder, "tiles.bin"), "");
    const third = await LeafBook.open(folder);
    expect(Buffer.from(await third.root(65_537))).toEqual(Buffer.from(merkleRoot(hashes.slice(0, 65_537))));
    await third.close();
  });
});
