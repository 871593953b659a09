import { verify } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { VerifyBatch } from "./ed25519.ts";

/** A thread that only verifies: a batch comes in, one byte for each signature goes back. See `ed25519.ts`. */
parentPort?.on("message", ({ texts, signatures, keys, keyOf }: VerifyBatch) => {
  const answers = new Uint8Array(texts.length);
  texts.forEach((text, i) => {
    const key = keys[keyOf[i] ?? -1];
    const signature = signatures.subarray(i * 64, i * 64 + 64);
    answers[i] = key !== undefined && verify(null, Buffer.from(text), key, signature) ? 1 : 0;
  });
  parentPort?.postMessage(answers);
});
parentPort?.postMessage("ready");
