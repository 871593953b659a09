import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRoot, leafHash, merkleRoot, TreeHead } from "./index.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// The reference leaves and roots of Certificate Transparency's own tests for RFC 6962.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((text) =>
  Buffer.from(text, "hex"),
);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** RFC 6962 section 2.1 as it is written: split at the largest power of two below n. */
function mth(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), mth(leaves.slice(0, split)), mth(leaves.slice(split)));
}

describe("Merkle tree (RFC 6962)", () => {
  it("an empty tree is the hash of nothing", () => {
    expect(hex(emptyRoot())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(hex(new TreeHead().root())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("the published roots of 1 to 8 leaves", () => {
    const head = new TreeHead();
    ROOTS.forEach((root, i) => {
      head.append(leafHash(LEAVES[i] as Buffer));
      expect(hex(head.root())).toBe(root);
      expect(hex(mth(LEAVES.slice(0, i + 1)))).toBe(root);
    });
  });

  it("property: growing leaf by leaf, also over a restart, gives the root of the definition", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), fc.nat(70), (leaves, restart) => {
        let head = new TreeHead();
        leaves.forEach((leaf, i) => {
          if (i === restart) head = new TreeHead(head.range);
          head.append(leafHash(leaf));
        });
        expect(head.size).toBe(leaves.length);
        expect(hex(head.root())).toBe(hex(mth(leaves)));
        expect(hex(merkleRoot(leaves.map((leaf) => leafHash(leaf))))).toBe(hex(mth(leaves)));
      }),
    );
  });

  it("hashes a text as its UTF-8 bytes", () => {
    expect(hex(leafHash("惠民 \u0000"))).toBe(hex(leafHash(Buffer.from("惠民 \u0000", "utf8"))));
  });

  it("refuses a range that cannot be, and a leaf that is not a hash", () => {
    expect(() => new TreeHead({ size: 3, roots: [emptyRoot()] })).toThrow("do not make a tree of 3");
    expect(() => new TreeHead().append(Buffer.alloc(31))).toThrow("32 bytes");
  });
});
