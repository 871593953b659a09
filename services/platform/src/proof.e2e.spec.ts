import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apartFrom, runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-proof-"));

beforeAll(async () => {
  await district.start();
  await district.lend("L1", "50000.00");
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

/** A command line; `apart`: of somebody who has no platform, only files. */
const huimin = (args: readonly string[], apart = false) =>
  runHuimin(args, {
    directory: folder,
    ...(apart ? { environment: apartFrom(path.join(folder, "auditor")) } : { platform: district.platform }),
  });

/** What an intruder with the owner's password can do. */
async function tamper(sql: string): Promise<void> {
  const client = new Client({ connectionString: district.platform.databaseUrl });
  await client.connect();
  await client.query("ALTER TABLE log.event DISABLE TRIGGER USER");
  await client.query(sql);
  await client.query("ALTER TABLE log.event ENABLE ALWAYS TRIGGER never_changed");
  await client.end();
}

describe("the proof on the command line", () => {
  it("given a checkpoint, then the database, an export and a receipt are verified, the last two without a database", async () => {
    const made = JSON.parse((await huimin(["checkpoint", "--export", "out", "--json"])).out) as { size: number; key: string };
    expect(made.size).toBeGreaterThan(5);
    expect(statSync(path.join(folder, ".huimin", "log-key.pem")).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.join(folder, ".huimin", "checkpoints"))).toHaveLength(1);
    const database = await huimin(["verify", "--json"]);
    expect([database.code, JSON.parse(database.out)]).toMatchObject([0, { events: made.size, checkpoints: 2, unsigned: 0, faults: [] }]);

    expect(await huimin(["verify", "--export", "out", "--key", made.key], true)).toMatchObject({ code: 0, err: "" });
    const own = await huimin(["verify", "--export", "out"], true);
    expect([own.code, own.err]).toEqual([0, expect.stringContaining("--key")]);

    writeFileSync(path.join(folder, "receipt.txt"), (await huimin(["receipt", "3"])).out);
    const receipt = await huimin(["verify", "--receipt", "receipt.txt", "--key", made.key, "--json"], true);
    expect(JSON.parse(receipt.out)).toMatchObject({ genuine: true, size: made.size, event: { position: 3 } });
  });

  it("given a changed export or receipt, then exit 1 and what is wrong", async () => {
    const key = readFileSync(path.join(folder, "out", "log.vkey"), "utf8").trim();
    const events = path.join(folder, "out", "events.jsonl");
    const lines = readFileSync(events, "utf8").split("\n");
    writeFileSync(events, lines.map((line, i) => (i === 3 ? line.replace('"actor":"', '"actor":"x') : line)).join("\n"));
    const altered = await huimin(["verify", "--export", "out", "--key", key], true);
    expect([altered.code, altered.err]).toEqual([1, expect.stringContaining("checkpoint")]);
    // The hashes beside it still make the signed root: the event is known exactly.
    expect(altered.err).toContain("position 4 (altered)");
    const hashes = path.join(folder, "out", "leaf-hashes.bin");
    const kept = readFileSync(hashes);
    rmSync(hashes);
    const without = await huimin(["verify", "--export", "out", "--key", key], true);
    expect([without.code, without.err]).toEqual([1, expect.not.stringContaining("(altered)")]);
    writeFileSync(hashes, kept);
    writeFileSync(events, `${lines.slice(0, -3).join("\n")}\n`);
    expect((await huimin(["verify", "--export", "out", "--key", key], true)).err).toContain("truncated");

    const text = readFileSync(path.join(folder, "receipt.txt"), "utf8");
    writeFileSync(path.join(folder, "receipt.txt"), text.replace("index 3", "index 4").replace("index 2", "index 3"));
    expect(await huimin(["verify", "--receipt", "receipt.txt", "--key", key], true)).toMatchObject({
      code: 1,
      err: expect.stringContaining("not genuine"),
    });
    expect(await huimin(["verify", "--receipt", "receipt.txt", "--key", "nobody"], true)).toMatchObject({ code: 2 });
    // Who verifies has no log: no key is made for him, and he is told what he needs.
    const keyless = await huimin(["verify", "--receipt", "receipt.txt"], true);
    expect([keyless.code, keyless.err]).toEqual([2, expect.stringContaining("--key")]);
    expect(existsSync(path.join(folder, "auditor", "log-key.pem"))).toBe(false);
    expect(await huimin(["receipt", "999999"])).toMatchObject({ code: 2 });
    expect(await huimin(["verify", "--export", "nowhere"], true)).toMatchObject({ code: 2 });
  });

  it("given an altered database, then the position is named and no further checkpoint is signed over a shorter log", async () => {
    await tamper(
      `UPDATE log.event SET canonical = replace(canonical, '"role":"BANK"', '"role":"BANX"') WHERE canonical LIKE '%"type":"LoanDisbursed"%'`,
    );
    const found = await huimin(["verify", "--json"]);
    const faults = (JSON.parse(found.out) as { faults: { kind: string; from: number; to: number }[] }).faults;
    expect([found.code, faults[0]?.kind, faults[0]?.from === faults[0]?.to]).toEqual([1, "altered", true]);
    await tamper("DELETE FROM log.event WHERE position = (SELECT max(position) FROM log.event)");
    await tamper("UPDATE log.head SET position = position - 1");
    expect(await huimin(["checkpoint"])).toMatchObject({ code: 1, err: expect.stringContaining("not what was signed") });
  });
});
