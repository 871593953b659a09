import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consistencyProof, inclusionProof, leafHash, merkleRoot, readerOf, rootAt, verifyConsistency, verifyInclusion } from "./index.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const hashes = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => leafHash(`leaf ${i}`));

// The reference leaves and proofs of Certificate Transparency's own tests for RFC 6962.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((text) =>
  leafHash(Buffer.from(text, "hex")),
);
const L0 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const L2TO4 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const L4TO8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const L6TO8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const L0TO4 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
const L4TO6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

describe("proofs (RFC 6962 2.1.1, 2.1.2)", () => {
  it("the published inclusion proofs", async () => {
    const read = readerOf(LEAVES);
    expect((await inclusionProof(0, 1, read)).map(hex)).toEqual([]);
    // The sibling of the first leaf is the second: its published path begins with the hash of 00.
    expect((await inclusionProof(0, 8, read)).map(hex)).toEqual([L0, L2TO4, L4TO8]);
    expect((await inclusionProof(5, 8, read)).map(hex)).toEqual([L4, L6TO8, L0TO4]);
  });

  it("the published consistency proofs", async () => {
    const read = readerOf(LEAVES);
    expect((await consistencyProof(1, 1, read)).map(hex)).toEqual([]);
    expect((await consistencyProof(1, 8, read)).map(hex)).toEqual([L0, L2TO4, L4TO8]);
    expect((await consistencyProof(6, 8, read)).map(hex)).toEqual([L4TO6, L6TO8, L0TO4]);
    expect((await consistencyProof(2, 5, read)).map(hex)).toEqual([L2TO4, L4]);
  });

  it("property: every leaf is proved to be at its place, and at no other, with no other hash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const leaves = hashes(size);
        const [index, other] = [a % size, b % size];
        const root = merkleRoot(leaves);
        const proof = await inclusionProof(index, size, readerOf(leaves));
        expect(verifyInclusion(leaves[index] as Uint8Array, index, size, proof, root)).toBe(true);
        if (other !== index) {
          expect(verifyInclusion(leaves[index] as Uint8Array, other, size, proof, root)).toBe(false);
          expect(verifyInclusion(leaves[other] as Uint8Array, index, size, proof, root)).toBe(false);
        }
        expect(verifyInclusion(leaves[index] as Uint8Array, index, size, [...proof, root], root)).toBe(false);
        expect(verifyInclusion(leaves[index] as Uint8Array, index, size, proof.slice(1), root)).toBe(size === 1);
      }),
    );
  });

  it("property: a tree extends its beginnings and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const leaves = hashes(size);
        const first = 1 + (a % size);
        const heads = [
          { size: first, root: await rootAt(first, readerOf(leaves)) },
          { size, root: merkleRoot(leaves) },
        ] as const;
        const proof = await consistencyProof(first, size, readerOf(leaves));
        expect(verifyConsistency(heads[0], heads[1], proof)).toBe(true);
        // A history in which one old leaf was changed has another root for the beginning.
        const forged = [...leaves];
        forged[b % first] = leafHash("forged");
        const old = { size: first, root: merkleRoot(forged.slice(0, first)) };
        expect(verifyConsistency(old, heads[1], proof)).toBe(false);
        expect(verifyConsistency(old, heads[1], await consistencyProof(first, size, readerOf(forged)))).toBe(false);
      }),
    );
  });

  it("the empty tree begins every tree; sizes that do not exist prove nothing", async () => {
    const leaves = hashes(3);
    const head = { size: 3, root: merkleRoot(leaves) };
    expect(verifyConsistency({ size: 0, root: merkleRoot([]) }, head, [])).toBe(true);
    expect(verifyConsistency(head, { size: 2, root: merkleRoot(leaves.slice(0, 2)) }, [])).toBe(false);
    expect(verifyInclusion(leaves[0] as Uint8Array, 3, 3, [], head.root)).toBe(false);
    await expect(inclusionProof(3, 3, readerOf(leaves))).rejects.toThrow(RangeError);
    await expect(consistencyProof(4, 3, readerOf(leaves))).rejects.toThrow(RangeError);
  });
});
