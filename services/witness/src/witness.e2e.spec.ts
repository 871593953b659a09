import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  consistencyProof,
  leafHash,
  merkleRoot,
  noteSigner,
  noteVerifier,
  openCheckpoint,
  parseVerifierKey,
  readerOf,
  signCheckpoint,
  verifierKey,
} from "@huimin/proof-log";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { buildWitness, openWitnessHome, WitnessHomeFault } from "./index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "huimin-witness-"));
let made = 0;
const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function witnessOf(log: string, at = path.join(folder, `${++made}`), init = true) {
  const home = await openWitnessHome(at, { name: "witness.example/w1", init, logs: [log] });
  const app = buildWitness({ home, clock: () => 1_679_315_147_000 });
  apps.push(app);
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const post = async (body: string) => {
    const response = await fetch(`${address}/add-checkpoint`, { method: "POST", body });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  return { at, address, post, key: parseVerifierKey((await (await fetch(address)).text()).trim()) };
}

const pem = () => generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }) as string;

describe("published vectors (litewitness, seed b4e385f4…)", () => {
  const name = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
  const log = noteVerifier(name, Buffer.from("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f", "hex"));
  const leaf = (n: number): string => `2a${String(n).padStart(2, "0")}${"00".repeat(30)}`;
  const SIGNATURES = {
    1: "b7cf653aa9c565a1ca359db81bd3bc656ab2890c6ea4c0aec42295e80aa05049423505026434f987923ccdf07d440c152cd59e736e5914d8ada8d7a4d51b2106",
    3: "655bb4871d15bc05032d67eece88900c4863a27f190393b99176391577f5def971b023d9a418c3226b7b7ea47b33686d9b3849451dadc6b07c007c595af1ea0a",
    5: "0fc43899968b48b5150b0e8fe7ad07b17c21c7056a6fe381deb0cd19ece103d59b2119b5dbe5d54d8a1262ce67f01245c5898b4b56f747495804a17a2eec0f0c",
  } as const;
  const ROOTS = {
    1: leaf(0),
    3: "45c088d4d939e9971298811f227d1295eaad57bbafae55cd71c171e7de48c25d",
    5: "42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36",
  } as const;
  const request = (
    old: number,
    proof: readonly string[],
    size: 1 | 3 | 5,
    change: { signature?: string; origin?: string } = {},
  ): string => {
    const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");
    const origin = change.origin ?? name;
    const signature = base64(log.keyId + (change.signature ?? SIGNATURES[size]));
    return [`old ${old}`, ...proof.map(base64), "", origin, `${size}`, base64(ROOTS[size]), "", `— ${origin} ${signature}`, ""].join("\n");
  };
  const toThree = [leaf(1), leaf(2)];
  const toFive = [leaf(2), leaf(3), "c2088815d65f60dbfa594d4e96504ab169cb6084bf0c132ab7c521fd2e0eba41", leaf(4)];

  it("are answered as published, each cosignature over exactly the checkpoint", async () => {
    const { post, key } = await witnessOf(verifierKey(log));
    const cosigned = async (body: string) => {
      const answer = await post(body);
      expect(answer.status, answer.text).toBe(200);
      const note = body.slice(body.indexOf("\n\n") + 2);
      expect(openCheckpoint(note + answer.text, [key]).by).toMatchObject([{ seconds: 1_679_315_147 }]);
    };
    await cosigned(request(0, [], 1));
    expect((await post(request(1, toThree, 3, { signature: SIGNATURES[3].replace(/0a$/, "0b") }))).status).toBe(403);
    expect((await post(request(1, toThree, 3, { origin: name.replace(/2$/, "1") }))).status).toBe(404);
    expect((await post(request(1, [], 3))).status).toBe(422);
    expect((await post(request(1, [leaf(1), leaf(2).replace(/0$/, "1")], 3))).status).toBe(422);
    await cosigned(request(1, toThree, 3));
    expect(await post(request(1, toFive, 5))).toEqual({ status: 409, type: "text/x.tlog.size", text: "3\n" });
    await cosigned(request(3, toFive, 5));
    await cosigned(request(5, [], 5));
    expect((await post(request(5, [], 3))).status).toBe(400);
  });
});

describe("a witness", () => {
  const signer = noteSigner("huimin.example/410803", pem());
  const hashes = (prefix: string, n: number): Uint8Array[] => Array.from({ length: n }, (_, i) => leafHash(`${prefix}${i}`));
  const checkpoint = (leaves: readonly Uint8Array[]): string =>
    signCheckpoint({ origin: signer.verifier.name, size: leaves.length, root: merkleRoot(leaves) }, [signer]);
  const body = async (old: number, leaves: readonly Uint8Array[]): Promise<string> => {
    const proof = await consistencyProof(old, leaves.length, readerOf(leaves));
    return [`old ${old}`, ...proof.map((hash) => Buffer.from(hash).toString("base64")), "", checkpoint(leaves)].join("\n");
  };

  it("never cosigns two histories, also after a restart, and keeps the second as evidence", async () => {
    const first = await witnessOf(verifierKey(signer.verifier));
    const honest = hashes("a", 20);
    const forked = [...hashes("a", 10), ...hashes("b", 20)];
    expect((await first.post(await body(0, honest))).status).toBe(200);
    expect((await first.post(await body(20, forked))).status).toBe(422);
    expect(await first.post(await body(20, forked.slice(0, 20)))).toMatchObject({ status: 409, text: "20\n" });
    expect(await first.post(await body(0, forked))).toMatchObject({ status: 409, text: "20\n" });
    expect(readdirSync(path.join(first.at, "evidence"))).toHaveLength(2);
    expect(readFileSync(path.join(first.at, "evidence", "request-0001.txt"), "utf8")).toContain("\n30\n");
    await apps.pop()?.close();
    const again = await witnessOf(verifierKey(signer.verifier), first.at, false);
    expect(again.key.keyId).toBe(first.key.keyId);
    expect((await again.post(await body(0, forked))).status).toBe(409);
    expect((await again.post(await body(20, hashes("a", 31)))).status).toBe(200);
  });

  it("given two requests at once that begin at one size, cosigns one", async () => {
    const { post } = await witnessOf(verifierKey(signer.verifier));
    const answers = await Promise.all([5, 6, 7, 8].map(async (n) => post(await body(0, hashes("a", n)))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it("refuses what is no request", async () => {
    const { post } = await witnessOf(verifierKey(signer.verifier));
    const good = await body(0, hashes("a", 3));
    for (const bad of ["", "hello", good.replace("old 0", "old 00"), good.replace("old 0", "old -1"), good.replace("\n\n", "\nAAAA\n\n")])
      expect((await post(bad)).status, bad).toBe(400);
    expect((await post(`${"A".repeat(70_000)}`)).status).toBe(413);
  });

  it("refuses to start when what it cosigned is not known any more", async () => {
    const { at } = await witnessOf(verifierKey(signer.verifier));
    rmSync(path.join(at, "state.json"));
    await expect(openWitnessHome(at, { name: "witness.example/w1" })).rejects.toThrow(WitnessHomeFault);
    await expect(openWitnessHome(path.join(folder, "none"), { name: "witness.example/w1" })).rejects.toThrow(/--init/);
    const other = await witnessOf(verifierKey(signer.verifier));
    await expect(openWitnessHome(other.at, { name: "witness.example/w2" })).rejects.toThrow(/is of witness.example\/w1/);
  });
});
