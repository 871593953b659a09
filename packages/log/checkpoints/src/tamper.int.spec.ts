import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { leafHash, noteSigner, signCheckpoint } from "@huimin/proof-log";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkpoints, LogAltered, LogForked } from "./index.ts";
import { district, fill, pem, signer, stage } from "./testing.fixture.ts";

/* Each way to falsify a log is found, and the first position that it concerns is named. */

const EVENTS = 640;
const SIGNED = 600;
const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

async function filled() {
  const at = await stage();
  open.push(at.close);
  await fill(at.store, 1, 300);
  await at.checkpoints.sign();
  await fill(at.store, 301, SIGNED);
  await at.checkpoints.sign();
  await fill(at.store, SIGNED + 1, EVENTS);
  return at;
}

/** A text with one character replaced by another that the database takes. */
function withOtherCharacter(text: string, at: number, by: string): string {
  const index = at % text.length;
  const other = text[index] === by ? (by === "a" ? "b" : "a") : by;
  return text.slice(0, index) + other + text.slice(index + 1);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const hexed = (bytes: Uint8Array): string => `'\\x${Buffer.from(bytes).toString("hex")}'::bytea`;

describe("any byte of any stored event", () => {
  let at: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    at = await filled();
  });

  /** Runs a change in the database, looks, and takes it back. */
  async function afterChange<T>(position: number, set: string, look: () => Promise<T>): Promise<T> {
    const { rows } = await at.pool.query("SELECT * FROM log.event WHERE district = $1 AND position = $2", [district, position]);
    const [row] = rows;
    await at.tamper(`UPDATE log.event SET ${set} WHERE district = '${district}' AND position = ${position}`);
    try {
      return await look();
    } finally {
      await at.tamper(
        `UPDATE log.event SET stream = ${quoted(row.stream)}, version = ${row.version}, type = ${quoted(row.type)}, canonical = ${quoted(row.canonical)}, leaf_hash = ${hexed(row.leaf_hash)} WHERE district = '${district}' AND position = ${position}`,
      );
    }
  }

  const positions = fc.integer({ min: 1, max: EVENTS });
  const characters = fc.constantFrom("a", "0", "9", " ", "}", "'", "\u00e9", "\u8d2b");

  it("of its text: found at exactly its position", async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.nat(), characters, async (position, index, by) => {
        const { rows } = await at.pool.query("SELECT canonical FROM log.event WHERE position = $1", [position]);
        const canonical = withOtherCharacter(rows[0].canonical, index, by);
        const { faults } = await afterChange(position, `canonical = ${quoted(canonical)}`, at.verify);
        expect(faults.some(({ kind, from, to }) => kind === "altered" && from === position && to === position)).toBe(true);
        expect(faults[0]).toMatchObject({ from: position, to: position });
      }),
      { numRuns: 30 },
    );
  });

  it("of its hash: found at exactly its position", async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.nat({ max: 31 }), fc.integer({ min: 1, max: 255 }), async (position, byte, flip) => {
        const { rows } = await at.pool.query("SELECT leaf_hash FROM log.event WHERE position = $1", [position]);
        const hash = Buffer.from(rows[0].leaf_hash);
        hash[byte] = (hash[byte] as number) ^ flip;
        const { faults } = await afterChange(position, `leaf_hash = ${hexed(hash)}`, at.verify);
        expect(faults).toMatchObject([{ kind: "altered", from: position, to: position }]);
      }),
      { numRuns: 20 },
    );
  });

  it("of its text and its hash together: found in the range since the last checkpoint that holds, until one covers it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: SIGNED }), fc.nat(), async (position, index) => {
        const { rows } = await at.pool.query("SELECT canonical FROM log.event WHERE position = $1", [position]);
        const canonical = withOtherCharacter(rows[0].canonical, index, "7");
        const set = `canonical = ${quoted(canonical)}, leaf_hash = ${hexed(leafHash(canonical))}`;
        const { faults } = await afterChange(position, set, at.verify);
        const range = position <= 300 ? { from: 1, to: 300 } : { from: 301, to: SIGNED };
        expect(faults).toContainEqual(expect.objectContaining({ kind: "checkpoint", ...range }));
      }),
      { numRuns: 20 },
    );
  });

  it("of the columns beside it (stream, version, type): found at exactly its position", async () => {
    const column = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom("x", "y", "/") }).map((text) => `stream = 'policy/${text}z'`),
      fc.integer({ min: 100_000, max: 999_999 }).map((version) => `version = ${version}`),
      fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom("x", "y") }).map((text) => `type = 'Policy${text}'`),
    );
    await fc.assert(
      fc.asyncProperty(positions, column, async (position, set) => {
        const { faults } = await afterChange(position, set, at.verify);
        expect(faults).toMatchObject([{ kind: "column", from: position, to: position }]);
      }),
      { numRuns: 30 },
    );
  });

  it("of its district or its position: the event is missing where it was", async () => {
    for (const position of [1, 317, EVENTS]) {
      await at.tamper(`UPDATE log.event SET district = '410802' WHERE position = ${position}`);
      // Of the last one nothing that comes after shows that it was there; the head of the log does.
      const kind = position === EVENTS ? "truncated" : "missing";
      expect((await at.verify()).faults[0]).toMatchObject({ kind, from: position });
      await at.tamper(`UPDATE log.event SET district = '${district}' WHERE position = ${position}`);
    }
    await at.tamper("UPDATE log.event SET position = 900 WHERE position = 400");
    expect((await at.verify()).faults[0]).toMatchObject({ kind: "missing", from: 400, to: 400 });
    await at.tamper("UPDATE log.event SET position = 400 WHERE position = 900");
    expect((await at.verify()).faults).toEqual([]);
  });
});

describe("what is done to the whole log", () => {
  it("deleting the last event: the log ends before its head, and before its checkpoint", async () => {
    const at = await filled();
    await at.tamper(`DELETE FROM log.event WHERE position = ${EVENTS}`);
    expect((await at.verify()).faults).toMatchObject([{ kind: "truncated", from: EVENTS, to: EVENTS }]);
    await at.tamper(`DELETE FROM log.event WHERE position >= ${SIGNED}; UPDATE log.head SET position = ${SIGNED - 1}`);
    expect((await at.verify()).faults).toMatchObject([{ kind: "truncated", from: SIGNED, to: SIGNED }]);
    await expect(at.checkpoints.sign()).rejects.toThrow(LogForked);
  });

  it("truncating: every event is missing from 1", async () => {
    const at = await filled();
    await at.tamper("DELETE FROM log.event; UPDATE log.head SET position = 0");
    expect((await at.verify()).faults).toMatchObject([{ kind: "truncated", from: 1, to: 300 }]);
    await expect(at.checkpoints.sign()).rejects.toThrow(LogForked);
  });

  it("forking: two logs that share their first 300 events; the second can't be signed, and if it was, 301 is named", async () => {
    const at = await filled();
    const fork = await stage();
    open.push(fork.close);
    await fill(fork.store, 1, 300);
    await fill(fork.store, 1301, 1700);
    const guarded = new Checkpoints({ pool: fork.pool, store: fork.store, district, signer, folder: at.folder });
    await expect(guarded.sign()).rejects.toThrow(/does not extend the checkpoint of 600/);
    // With the log's key somebody signs it nevertheless; the notes of the true log are still with the auditor.
    const own = new Checkpoints({ pool: fork.pool, store: fork.store, district, signer });
    expect(await own.sign()).toMatchObject({ size: 700 });
    for (const { size, note } of await at.folder.notes()) await fork.folder.write(size, note);
    expect((await fork.verify()).faults).toMatchObject([{ kind: "checkpoint", from: 301, to: 600 }]);
  });

  it("replaying an old database against newer checkpoints: the first event that it lacks is named", async () => {
    const at = await filled();
    const old = await stage();
    open.push(old.close);
    await fill(old.store, 1, 300);
    for (const { size, note } of await at.folder.notes()) await old.folder.write(size, note);
    expect((await old.verify()).faults).toMatchObject([{ kind: "truncated", from: 301, to: 600 }]);
    const checkpoints = new Checkpoints({ pool: old.pool, store: old.store, district, signer, folder: at.folder });
    await expect(checkpoints.sign()).rejects.toThrow(/600 events was signed .* and the log has 300/);
    await fill(old.store, 1301, 1900);
    await expect(checkpoints.sign()).rejects.toThrow(LogForked);
  });

  it("re-ordering two events: the first of them is named, also when all columns and hashes are exchanged", async () => {
    const at = await filled();
    const { rows } = await at.pool.query("SELECT canonical, leaf_hash FROM log.event WHERE position IN (40, 41) ORDER BY position");
    for (const [position, row] of [
      [40, rows[1]],
      [41, rows[0]],
    ] as const)
      await at.tamper(
        `UPDATE log.event SET canonical = ${quoted(row.canonical)}, leaf_hash = ${hexed(row.leaf_hash)} WHERE position = ${position}`,
      );
    const { faults } = await at.verify();
    expect(faults[0]).toMatchObject({ from: 40, to: 40 });
    expect(faults.map(({ kind }) => kind).sort()).toEqual(["altered", "checkpoint", "column", "stream-version"]);
    await fill(at.store, EVENTS + 1, 1000);
    // Subtrees of the first 600 are kept already: the next signature is over the same events, and verify says what was done.
    await at.tamper("ALTER TABLE proof.subtree DISABLE TRIGGER USER; DELETE FROM proof.subtree");
    await expect(at.checkpoints.sign()).rejects.toThrow(LogForked);
  });

  it("a text together with its hash below subtrees that are kept: the roots in the database do not vouch for it", async () => {
    const at = await filled();
    await at.tamper(`UPDATE log.event SET canonical = replace(canonical, '"n":630}', '"n":631}') WHERE position = 630`);
    await fill(at.store, EVENTS + 1, 800);
    await expect(at.checkpoints.sign()).rejects.toThrow(LogAltered);
  });
});

describe("what is done to the checkpoints", () => {
  it("swapping two files, or two rows: each says a size that is not its own", async () => {
    const at = await filled();
    const [first, second] = (await at.folder.notes()).map(({ file }) => file) as [string, string];
    const [one, two] = [await readFile(first, "utf8"), await readFile(second, "utf8")];
    await writeFile(first, two);
    await writeFile(second, one);
    expect((await at.verify()).faults).toMatchObject([{ kind: "signature", what: expect.stringContaining("300") }]);
    await writeFile(first, one);
    await writeFile(second, two);
    expect((await at.verify()).faults).toEqual([]);
  });

  it("another log's checkpoint under the same key, another key's, and an edited one", async () => {
    const at = await filled();
    const file = path.join(at.folder.path, "checkpoint-000000000640.txt");
    const root = Buffer.alloc(32, 1);
    for (const [note, why] of [
      [signCheckpoint({ origin: "huimin.example/410802", size: 640, root }, [signer]), /of another log \(huimin.example\/410802\)/],
      [signCheckpoint({ origin: signer.verifier.name, size: 640, root }, [noteSigner(signer.verifier.name, pem())]), /no known key/],
      [((await at.folder.latest()) ?? "").replace("\n600\n", "\n640\n"), /does not belong/],
    ] as const) {
      await writeFile(file, note);
      expect((await at.verify()).faults).toMatchObject([{ kind: "signature", what: expect.stringMatching(why) }]);
    }
    await writeFile(file, signCheckpoint({ origin: signer.verifier.name, size: 640, root }, [signer]));
    expect((await at.verify()).faults).toMatchObject([{ kind: "checkpoint", from: 601, to: 640 }]);
  });
});
