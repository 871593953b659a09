import { sign } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { verifyText } from "./ed25519.ts";
import { generateSigningKey, parsePublicKey, type SigningKey } from "./index.ts";

const pairs = [generateSigningKey(), generateSigningKey()].map(({ privateKey, publicKey }) => ({
  privateKey,
  publicKey: parsePublicKey(publicKey) as SigningKey["publicKey"],
}));

describe("verification beside the server's thread", () => {
  // The first round is done by Node's pool while the thread starts, the last one by the thread.
  it.each([0, 500])(
    "given %i ms after the first use, 200 texts of two keys and every third forged, then each gets its own answer",
    async (wait) => {
      await sleep(wait);
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => {
          const { privateKey, publicKey } = pairs[i % 2] as (typeof pairs)[number];
          const signature = sign(null, Buffer.from(`还款 ${i}`), privateKey);
          return verifyText(i % 3 === 0 ? `还款 ${i + 1}` : `还款 ${i}`, publicKey, signature);
        }),
      );
      expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => i % 3 !== 0));
    },
  );

  it("given the signature of another key, then it is wrong", async () => {
    const [one, other] = pairs as [(typeof pairs)[number], (typeof pairs)[number]];
    expect(await verifyText("text", one.publicKey, sign(null, Buffer.from("text"), other.privateKey))).toBe(false);
  });
});
