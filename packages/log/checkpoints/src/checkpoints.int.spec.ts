import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { noteSigner, openReceipt, SIGNATURE_TYPES, verifierKey } from "@huimin/proof-log";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Checkpoints, cosign, LogAltered, LogForked } from "./index.ts";
import { district, fill, pem, signer, stage } from "./testing.fixture.ts";

let at: Awaited<ReturnType<typeof stage>>;
const open: (() => Promise<void>)[] = [];
beforeEach(async () => {
  at = await stage();
  open.push(at.close);
});
afterAll(async () => {
  for (const close of open) await close();
});

describe("checkpoints of a log", () => {
  it("are signed as the log grows, the same size once, and kept outside the database", async () => {
    await fill(at.store, 1, 3);
    const first = await at.checkpoints.sign();
    expect((await at.checkpoints.sign()).note).toBe(first.note);
    await fill(at.store, 4, 900);
    expect(await at.checkpoints.sign()).toMatchObject({ size: 900, origin: "huimin.example/410803" });
    expect(await readdir(at.folder.path)).toEqual(["checkpoint-000000000003.txt", "checkpoint-000000000900.txt"]);
    expect(await at.verify()).toMatchObject({ events: 900, checkpoints: 4, unsigned: 0, faults: [] });
  });

  it("receipts hold offline for any event, with nothing but the log's key", async () => {
    await fill(at.store, 1, 700);
    await at.checkpoints.sign();
    await fill(at.store, 701, 710);
    for (const position of [1, 256, 257, 512, 513, 700, 705]) {
      const { canonical } = openReceipt(await at.checkpoints.receipt(position), [signer.verifier]);
      expect(JSON.parse(canonical)).toMatchObject({ position, payload: { n: position } });
    }
    await expect(at.checkpoints.receipt(711)).rejects.toThrow(RangeError);
  });

  it("a witness cosigns what extends the head that it saw, and nothing else", async () => {
    const witness = noteSigner("witness.example", pem(), SIGNATURE_TYPES.cosignature);
    const known = { log: signer.verifier };
    await fill(at.store, 1, 300);
    const first = await at.checkpoints.sign();
    const answer = cosign(first.note, 0, [], known, witness, 1_700_000_000);
    expect(answer.kind).toBe("cosigned");
    const last = { size: first.size, root: first.root };
    await fill(at.store, 301, 1000);
    const second = await at.checkpoints.sign();
    const proof = await at.checkpoints.consistency(300, 1000);
    expect(cosign(second.note, 0, proof, { ...known, last }, witness, 1)).toEqual({ kind: "conflict", size: 300, forked: false });
    expect(cosign(second.note, 300, proof, { ...known, last }, witness, 1).kind).toBe("cosigned");
    expect(cosign(second.note, 300, proof.slice(1), { ...known, last }, witness, 1)).toMatchObject({ kind: "refused" });
    expect(cosign(second.note.replace("\n1000\n", "\n1001\n"), 300, proof, { ...known, last }, witness, 1)).toMatchObject({
      kind: "refused",
    });
  });
});

describe("what was done to a log is found and named", () => {
  beforeEach(async () => {
    await fill(at.store, 1, 600);
    await at.checkpoints.sign();
    await fill(at.store, 601, 640);
  });

  it("a byte of an event", async () => {
    await at.tamper(`UPDATE log.event SET canonical = replace(canonical, '"n":317}', '"n":318}') WHERE position = 317`);
    expect((await at.verify()).faults).toMatchObject([
      { kind: "altered", from: 317, to: 317 },
      { kind: "checkpoint", from: 1, to: 600 },
    ]);
    // The range of tiles that is not yet kept is hashed anew before the next signature.
    await at.tamper(`UPDATE log.event SET canonical = replace(canonical, '"n":620}', '"n":621}') WHERE position = 620`);
    await fill(at.store, 641, 800);
    await expect(at.checkpoints.sign()).rejects.toThrow(LogAltered);
  });

  it("an event together with its hash: the range that a checkpoint covers", async () => {
    await at.tamper(
      `UPDATE log.event SET canonical = replace(canonical, '"n":317}', '"n":318}'), leaf_hash = sha256('\\x00'::bytea || convert_to(replace(canonical, '"n":317}', '"n":318}'), 'UTF8')) WHERE position = 317`,
    );
    expect((await at.verify()).faults).toMatchObject([{ kind: "checkpoint", from: 1, to: 600 }]);
  });

  it("a column beside an event", async () => {
    await at.tamper("UPDATE log.event SET stream = 'policy/y' WHERE position = 12");
    expect((await at.verify()).faults).toMatchObject([{ kind: "column", from: 12 }]);
  });

  it("an event taken out of the middle", async () => {
    await at.tamper("DELETE FROM log.event WHERE position = 400");
    expect((await at.verify()).faults).toMatchObject([{ kind: "missing", from: 400, to: 400 }, { kind: "truncated" }]);
  });

  it("a log cut off at its end, and an old copy of the database", async () => {
    await at.tamper("DELETE FROM log.event WHERE position > 599; UPDATE log.head SET position = 599");
    expect((await at.verify()).faults).toMatchObject([{ kind: "truncated", from: 600, to: 600 }]);
    await expect(at.checkpoints.sign()).rejects.toThrow(LogForked);
  });

  it("another history under the same key, where the folder remembers the first", async () => {
    const other = await stage();
    open.push(other.close);
    await fill(other.store, 2, 700);
    const forked = new Checkpoints({ pool: other.pool, store: other.store, district, signer, folder: at.folder });
    await expect(forked.sign()).rejects.toThrow(LogForked);
  });

  it("a checkpoint that somebody else signed, or that was edited", async () => {
    const file = path.join(at.folder.path, "checkpoint-000000000640.txt");
    const note = (await at.folder.latest()) ?? "";
    await writeFile(file, note.replace("\n600\n", "\n640\n"));
    expect((await at.verify()).faults).toMatchObject([{ kind: "signature" }]);
    expect(verifierKey(signer.verifier)).toMatch(/^huimin\.example\/410803\+[0-9a-f]{8}\+/);
  });
});
