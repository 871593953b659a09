import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  consistencyProof,
  leafHash,
  merkleRoot,
  noteSigner,
  parseVerifierKey,
  readerOf,
  SIGNATURE_TYPES,
  signatureOf,
  signCheckpoint,
  verifierKey,
} from "@huimin/proof-log";
import { afterEach, describe, expect, it } from "vitest";
import { askWitness, LogForked, parseAddCheckpoint, parseWitnesses, WitnessFault, writeAddCheckpoint } from "./index.ts";
import { pem, signer } from "./testing.fixture.ts";

const witness = noteSigner("witness.example/w1", pem(), SIGNATURE_TYPES.cosignature);
const leaves = Array.from({ length: 20 }, (_, i) => leafHash(`event ${i}`));
const text = `${signer.verifier.name}\n20\n${Buffer.from(merkleRoot(leaves)).toString("base64")}\n`;
const signed = { size: 20, note: signCheckpoint({ origin: signer.verifier.name, size: 20, root: merkleRoot(leaves) }, [signer]) };
const log = { cosignedUpTo: async () => 8, consistency: (first: number, size: number) => consistencyProof(first, size, readerOf(leaves)) };

let server: Server | undefined;
afterEach(() => void server?.close());

/** A witness that answers these in turn; tells what it was sent. */
async function answering(...answers: readonly (readonly [status: number, body: string])[]) {
  const sent: string[] = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      sent.push(body);
      const [status, answer] = answers[Math.min(sent.length, answers.length) - 1] as readonly [number, string];
      response.writeHead(status, { "content-type": status === 409 ? "text/x.tlog.size" : "text/plain" }).end(answer);
    });
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { sent, ask: () => askWitness({ url, verifier: witness.verifier }, log, signed) };
}

describe("asking a witness", () => {
  const line = signatureOf(text, witness, 1_700_000_000);

  it("sends the proof from the size that it cosigned last, and takes its own line alone", async () => {
    const other = signatureOf(text, noteSigner("witness.example/w2", pem(), SIGNATURE_TYPES.cosignature), 1);
    const { sent, ask } = await answering([200, other + line]);
    expect(await ask()).toBe(line);
    const request = parseAddCheckpoint(sent[0] as string);
    expect(request).toMatchObject({ oldSize: 8, note: signed.note });
    expect(request.proof.map((hash) => Buffer.from(hash))).toEqual((await log.consistency(8, 20)).map((hash) => Buffer.from(hash)));
    expect(writeAddCheckpoint(request)).toBe(sent[0]);
  });

  it("given another size, begins there", async () => {
    const { sent, ask } = await answering([409, "13\n"], [200, line]);
    expect(await ask()).toBe(line);
    expect(sent.map((body) => body.split("\n")[0])).toEqual(["old 8", "old 13"]);
  });

  it("given a witness that has seen another history, says so", async () => {
    for (const answer of [
      [409, "21\n"],
      [409, "8\n"],
      [422, "the proof does not hold"],
    ] as const) {
      const { ask } = await answering(answer);
      await expect(ask(), String(answer)).rejects.toThrow(LogForked);
      server?.close();
    }
  });

  it("given no signature of its key, or no answer, is a fault that the next checkpoint tries again", async () => {
    const forged = line.replace(
      / ([^ ]+)\n$/,
      (_, encoded: string) => ` ${Buffer.from(encoded, "base64").fill(9, 20, 30).toString("base64")}\n`,
    );
    for (const answer of [
      [200, ""],
      [200, "hello"],
      [200, forged],
      [403, "no"],
      [404, "no"],
      [409, "many"],
      [500, ""],
      [302, ""],
    ] as const) {
      const { ask } = await answering(answer);
      await expect(ask(), String(answer)).rejects.toThrow(WitnessFault);
      server?.close();
    }
    await expect(askWitness({ url: "http://127.0.0.1:1", verifier: witness.verifier }, log, signed)).rejects.toThrow(WitnessFault);
  });

  it("is configured by addresses and keys", () => {
    const vkey = verifierKey(witness.verifier);
    expect(parseWitnesses(`https://w.example/a/ ${vkey}, http://127.0.0.1:7380 ${vkey}`, parseVerifierKey)).toMatchObject([
      { url: "https://w.example/a" },
      { url: "http://127.0.0.1:7380", verifier: { name: "witness.example/w1" } },
    ]);
    for (const wrong of [
      "",
      vkey,
      `https://w.example`,
      `ftp://w.example ${vkey}`,
      `https://w.example ${vkey.replace("w1", "w2")}`,
      `https://a b ${vkey}`,
    ])
      expect(parseWitnesses(wrong, parseVerifierKey), wrong).toBeUndefined();
  });
});
