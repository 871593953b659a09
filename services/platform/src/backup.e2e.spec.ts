import { createHash, randomBytes } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ArchiveReader, assertMayServe, writeState } from "@huimin/backup";
import { openPool } from "@huimin/database";
import type { NewEvent } from "@huimin/event-store";
import { testDatabase } from "@huimin/test-support";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "./platform.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict, SECRETS } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-backup-"));
const at = (...names: string[]): string => path.join(folder, ...names);
const PASSPHRASE = "correct horse battery staple";
const databases: Awaited<ReturnType<typeof testDatabase>>[] = [];

beforeAll(async () => {
  // The keys of a home, as npm start has them, so that they can be backed up and put back.
  await district.start({ vaultSecretsFile: at(".huimin", "vault-secrets.json") });
  await district.lend("L1", "50000.00");
  writeFileSync(at("passphrase"), `${PASSPHRASE}\n`);
});
afterAll(async () => {
  await district.stop();
  for (const database of databases) await database.drop();
  rmSync(folder, { recursive: true });
});

/** A command line on the live district; with `home` and `url` that of another machine. */
const huimin = (args: readonly string[], elsewhere?: { readonly home: string; readonly url: string }) =>
  runHuimin(args, {
    directory: folder,
    ...(elsewhere ? { environment: { HUIMIN_HOME: elsewhere.home, DATABASE_URL: elsewhere.url } } : { platform: district.platform }),
  });

/** An empty database of another machine, with the checkpoints that were kept outside. */
async function machine(name: string) {
  const database = await testDatabase();
  databases.push(database);
  return { home: at(name), url: database.url };
}

let serial = 0;
const repay = async (): Promise<void> => {
  serial += 1;
  const message = { currency: "CNY", loan: "L1", valueDate: "2017-02-28", serial: `R${serial}`, principal: `${serial}.00` };
  const sent = await district.bank("repayments", message);
  if (sent.status !== 201) throw new Error(JSON.stringify(sent.body));
};
const restored = (file: string, ...more: string[]): string[] => [
  "restore",
  file,
  "--checkpoints",
  at(".huimin", "checkpoints"),
  "--json",
  ...more,
];

const setting = (n: number): NewEvent => ({
  ...{ eventId: `setting-${n}`, type: "PolicyParameterSet", schemaVersion: 1, valueDate: "2017-03-01", period: "2017-03" },
  ...{ recordedAt: "2017-03-01T08:00:00+08:00", actor: "spec", role: "SYS", channel: "system", commandId: "c", correlationId: "c" },
  payload: { key: "payout.cooldownHours", value: "24", from: "2017-03-01", document: "示例〔2017〕1号" },
});

/** What is said to a backup while the text of an early event, and the hash beside it, are others; no file is left of it. */
async function backupOfAltered() {
  const client = new Client({ connectionString: district.platform.databaseUrl });
  await client.connect();
  await client.query("ALTER TABLE log.event DISABLE TRIGGER USER");
  const change = (from: string, to: string) =>
    client.query(
      "UPDATE log.event SET canonical = replace(canonical, $1, $2), leaf_hash = sha256('\\x00'::bytea || convert_to(replace(canonical, $1, $2), 'UTF8')) WHERE position = 2",
      [from, to],
    );
  await change("测试农商行", "测试农村行");
  const told = await huimin(["backup", "--out", "altered.tar", "--json"]);
  await change("测试农村行", "测试农商行");
  await client.query("ALTER TABLE log.event ENABLE ALWAYS TRIGGER never_changed");
  await client.end();
  expect(readdirSync(folder).some((name) => name.startsWith("altered"))).toBe(false);
  return told;
}

describe("backup and restore", () => {
  it("given messages that go on, then a backup is one consistent moment, and the copy has the figures of that moment", async () => {
    let busy = true;
    const traffic = (async () => {
      while (busy) await repay();
    })();
    const made = await huimin(["backup", "--out", "backups", "--with-secrets", "keys.sealed", "--passphrase-file", "passphrase", "--json"]);
    busy = false;
    await traffic;
    expect(made.code, made.err).toBe(0);
    const { place, position } = made.json;
    expect(await district.platform.store.head(DISTRICT)).toBeGreaterThan(position);
    expect(statSync(place).mode & 0o077).toBe(0);
    expect((await huimin(["backup", "list", "--json"])).json.backups).toMatchObject([
      { place, position, masterKeys: ["m1"], removedAt: null },
    ]);
    expect((await huimin(["backup", "list"])).out).toContain(path.basename(place));

    const other = await machine("other");
    // Until somebody finds them, checkpoints of later moments name the backup as an old one: here only its own is known.
    const known = readdirSync(at(".huimin", "checkpoints"));
    expect(known.some((name) => name.includes(String(position)))).toBe(true);
    const copy = await huimin(restored(place, "--secrets", "keys.sealed", "--passphrase-file", "passphrase"), other);
    expect([copy.code, copy.err]).toEqual([0, expect.not.stringContaining("RESTORE")]);
    expect(copy.json).toMatchObject({ position, superseded: [] });
    for (const question of [
      ["trial-balance", "--json"],
      ["sheet", "HH1", "--as-of", "2017-03-01", "--json"],
      ["balances", "--account", "9201", "--by", "loan", "--json"],
    ]) {
      const [then, now] = [await huimin([...question, "--known-at", String(position)]), await huimin(question, other)];
      expect([question[0], now.code]).toEqual([question[0], 0]);
      const same = ({ knownAt: _, ...figures }: Record<string, unknown>) => figures;
      expect(same(now.json)).toEqual(same(then.json));
    }
    expect((await huimin(["check"], other)).code).toBe(0);
    expect(await huimin(["verify", "--json"], other)).toMatchObject({ code: 0, json: { events: position, faults: [] } });
    // Sealed data opens with the keys that came back, and the household is found.
    const platform = await createPlatform({ district: DISTRICT, ...other, databaseUrl: other.url, logLevel: "silent", documents: false });
    expect(await platform.vault.findPerson(DISTRICT, SECRETS[1] as string)).toBe(district.borrower);
    await platform.close();
  });

  it("given a backup, then nobody's name and no key is in it, and its parts are plain tar", async () => {
    const [file] = readdirSync(at("backups"));
    const archive = await ArchiveReader.open(at("backups", file as string));
    const manifest = JSON.parse((await archive.part("manifest.json"))?.toString() ?? "") as { tables: { name: string }[]; leftOut: object };
    const tables = manifest.tables.map(({ name }) => name);
    expect(tables).toEqual(
      expect.arrayContaining(
        ["log.event", "log.head", "vault_key", "access_log", "people.account"].map((one) => (one.includes(".") ? one : `public.${one}`)),
      ),
    );
    expect(tables).not.toContain("people.session");
    expect(Object.keys(manifest.leftOut)).toEqual(expect.arrayContaining(["books", "registry", "huimin_jobs"]));
    await archive.close();
    const secrets = JSON.parse(readFileSync(at(".huimin", "vault-secrets.json"), "utf8")) as { pepper: string; masterKeys: { m1: string } };
    for (const bytes of [readFileSync(at("backups", file as string)), readFileSync(at("keys.sealed"))])
      for (const secret of [...SECRETS, secrets.pepper, secrets.masterKeys.m1]) expect(bytes.includes(secret)).toBe(false);
    expect(
      await huimin(["restore", path.join("backups", file as string), "--secrets", "keys.sealed", "--json"], {
        ...(await machine("wrong")),
      }),
    ).toMatchObject({
      code: 2,
    });
    writeFileSync(at("wrong-passphrase"), "incorrect horse battery\n");
    const wrong = await huimin(
      restored(path.join("backups", file as string), "--secrets", "keys.sealed", "--passphrase-file", "wrong-passphrase"),
      await machine("wrong2"),
    );
    expect([wrong.code, wrong.json.refused[0].code]).toEqual([1, "BACKUP_PASSPHRASE"]);
  });

  it("given a byte changed, a file cut off, another key or something else, then each is named and the target stays untouched", async () => {
    const [name] = readdirSync(at("backups")) as [string];
    const good = at("backups", name);
    const target = await machine("target");
    const refusal = async (file: string, ...more: string[]) => {
      const answer = await huimin(restored(file, ...more), target);
      return [answer.code, answer.json.refused[0].code, answer.json.refused[0].en] as const;
    };
    const bytes = readFileSync(good);
    const flipped = Buffer.from(bytes);
    const events = flipped.indexOf("data/log.event/000001.zst") + 512 + 200;
    flipped[events] = (flipped[events] as number) ^ 1;
    writeFileSync(at("flipped.tar"), flipped);
    expect(await refusal("flipped.tar")).toEqual([
      1,
      "BACKUP_ALTERED",
      expect.stringMatching(/data\/log\.event\/000001\.zst.*positions 1–/),
    ]);
    const forged = Buffer.from(bytes);
    forged.write("410999", forged.indexOf('"district": "410803"', bytes.lastIndexOf("manifest.json")) + 13);
    writeFileSync(at("forged.tar"), forged);
    expect((await refusal("forged.tar"))[1]).toBe("BACKUP_SIGNATURE");
    copyFileSync(good, at("cut.tar"));
    truncateSync(at("cut.tar"), bytes.length - 5_000);
    expect((await refusal("cut.tar"))[1]).toBe("BACKUP_TRUNCATED");
    writeFileSync(at("other.tar"), "x".repeat(2048));
    expect((await refusal("other.tar"))[1]).toBe("BACKUP_UNREADABLE");
    expect((await refusal("nowhere.tar"))[1]).toBe("BACKUP_UNREADABLE");
    const stranger = "huimin-ledger/410803+d13d5c95+AXfD7w3nn9xHKkGBqnYbWdVvxTGNPv0qFMOmrS8bR8Zs";
    expect((await huimin(restored(good, "--key", stranger), target)).code).not.toBe(0);
    const client = new Client({ connectionString: target.url });
    await client.connect();
    expect((await client.query("SELECT to_regclass('log.event') AS there, to_regclass('public.database_state') AS state")).rows).toEqual([
      { there: null, state: null },
    ]);
    await client.end();
  });

  it("given data in the target, then it is refused; given a restore that was killed, then nothing serves and it is begun again", async () => {
    const [name] = readdirSync(at("backups")) as [string];
    const over = await huimin(restored(at("backups", name)), { home: at("live"), url: district.platform.databaseUrl });
    expect([over.code, over.json.refused[0].code]).toEqual([1, "RESTORE_TARGET_NOT_EMPTY"]);

    const target = await machine("killed");
    const blocker = new Client({ connectionString: target.url });
    await blocker.connect();
    // Killed while it is loading, by the mark that it sets itself: what the server knows of it is a connection that breaks.
    let asking = false;
    const killer = setInterval(() => {
      if (asking) return;
      asking = true;
      void blocker
        .query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity, public.database_state
           WHERE datname = current_database() AND application_name = 'huimin restore' AND database_state.state = 'loading' AND pid <> pg_backend_pid()`,
        )
        .catch(() => undefined)
        .finally(() => {
          asking = false;
        });
    }, 1);
    await expect(huimin(restored(at("backups", name)), target)).rejects.toThrow();
    clearInterval(killer);
    await expect.poll(() => asking).toBe(false);
    const start = () => createPlatform({ district: DISTRICT, ...target, databaseUrl: target.url, logLevel: "silent", documents: false });
    await expect(start()).rejects.toThrow(/DATABASE_NOT_VERIFIED.*loading/s);
    expect((await huimin(["trial-balance", "--json"], target)).json.refused[0].code).toBe("DATABASE_NOT_VERIFIED");
    const again = await huimin(restored(at("backups", name)), target);
    expect([again.code, again.err]).toEqual([0, expect.anything()]);
    expect((await huimin(["trial-balance", "--json"], target)).code).toBe(0);
    await blocker.end();
  });

  it("given a later checkpoint outside, then an old backup is named as old and serves only when that is accepted", async () => {
    await repay();
    const [name] = readdirSync(at("backups")) as [string];
    const later = await huimin(["checkpoint", "--json"]);
    const target = await machine("older");
    const old = await huimin(restored(at("backups", name)), target);
    const { position } = (await huimin(["backup", "list", "--json"])).json.backups[0];
    expect([old.code, old.json.refused[0].code, old.json.refused[0].en]).toEqual([
      1,
      "RESTORE_OLDER",
      expect.stringContaining(
        `ends at position ${position}, ${later.json.size} events were signed, ${later.json.size - position} are missing`,
      ),
    ]);
    expect((await huimin(["trial-balance", "--json"], target)).json.refused[0].code).toBe("DATABASE_NOT_VERIFIED");
    const folderOf = at("older-checkpoints");
    cpSync(at(".huimin", "checkpoints"), folderOf, { recursive: true });
    const accepted = await huimin(
      ["restore", at("backups", name), "--checkpoints", folderOf, "--accept-older", "机房失火，无更新备份", "--json"],
      target,
    );
    expect([accepted.code, accepted.err]).toEqual([0, expect.anything()]);
    expect(accepted.json.superseded.length).toBeGreaterThan(0);
    const client = new Client({ connectionString: target.url });
    await client.connect();
    expect((await client.query("SELECT state, accepted FROM public.database_state")).rows[0]).toMatchObject({
      state: "verified",
      accepted: expect.stringContaining("机房失火"),
    });
    await client.end();
  });

  it("given a folder with --keep, then the newest stay and the catalogue knows what was removed", async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      district.now += 1_000;
      made.push((await huimin(["backup", "--out", "kept/", "--keep", "2", "--json"])).json.place);
    }
    expect(readdirSync(at("kept")).sort()).toEqual(made.slice(1).map((file) => path.basename(file)));
    const removed = (await huimin(["backup", "list", "--json"])).json.backups.filter(
      (one: { removedAt: string | null }) => one.removedAt !== null,
    );
    expect(removed.map((one: { place: string }) => one.place)).toEqual([made[0]]);
    for (const args of [
      ["backup"],
      ["backup", "--out", "kept/", "--keep", "0"],
      ["backup", "--out", "x.tar", "--keep", "2"],
      ["backup", "--out", made[2] as string],
    ])
      expect((await huimin(args)).code).toBe(2);
  });

  it("given files of banks beside the database, then they are in it sealed, and come back byte by byte with the keys", async () => {
    const content = Buffer.concat([Buffer.from(`序号,户名\n1,${SECRETS[0]}\n`), randomBytes(9_000_000)]);
    const name = `${createHash("sha256").update(content).digest("hex")}.file`;
    const report = name.replace(".file", ".report.summary.json");
    const files = district.platform.bankFilesFolder;
    mkdirSync(path.join(files, "K1"), { recursive: true });
    mkdirSync(path.join(files, "spool"), { recursive: true });
    writeFileSync(path.join(files, "K1", name), content);
    writeFileSync(path.join(files, "K1", report), '{"booked":1}');
    writeFileSync(path.join(files, "spool", "half"), "still arriving");
    const made = await huimin(["backup", "--out", "with-files.tar", "--json"]);
    expect([made.code, made.json.bankFiles]).toMatchObject([0, { files: 2, bytes: content.length + 12, altered: [] }]);
    expect(readFileSync(at("with-files.tar")).includes(SECRETS[0] as string)).toBe(false);

    const other = await machine("with-files");
    const refused = await huimin(restored("with-files.tar"), other);
    expect([refused.code, refused.json.refused[0].code]).toEqual([1, "BACKUP_FILES_KEY"]);
    const keys = ["--secrets", "keys.sealed", "--passphrase-file", "passphrase"];
    const copy = await huimin(restored("with-files.tar", ...keys), other);
    expect([copy.code, copy.json?.bankFiles, copy.err]).toEqual([0, 2, expect.not.stringContaining("FILES")]);
    const back = path.join(other.home, "bank-files");
    expect(readdirSync(back, { recursive: true }).sort()).toEqual(["K1", `K1/${name}`, `K1/${report}`].sort());
    expect(readFileSync(path.join(back, "K1", name)).equals(content)).toBe(true);
    expect(statSync(path.join(back, "K1", name)).mode & 0o077).toBe(0);

    // The books alone, and the files later; what is there is never written over.
    const third = await machine("files-later");
    expect((await huimin(restored("with-files.tar", "--without-bank-files"), third)).json.bankFiles).toBe(0);
    const take = (out: string) => huimin(["backup", "files", "with-files.tar", "--out", out, ...keys], third);
    expect((await take("taken")).code).toBe(0);
    expect((await take("taken")).code).toBe(0);
    expect(readFileSync(at("taken", "K1", report), "utf8")).toBe('{"booked":1}');
    writeFileSync(at("taken", "K1", report), "other");
    expect((await take("taken")).err).toContain("RESTORE_FILES_OCCUPIED");

    // A file that is no longer what its name says is named, in words and in the list of contents.
    writeFileSync(path.join(files, "K1", name), "changed");
    const altered = await huimin(["backup", "--out", "one-changed.tar"]);
    expect([altered.code, altered.err]).toEqual([0, expect.stringContaining(`K1/${name}`)]);
    const without = await huimin(["backup", "--out", "no-files.tar", "--without-bank-files", "--json"]);
    expect(without.json.bankFiles).toBeUndefined();
    const archive = await ArchiveReader.open(at("no-files.tar"));
    const list = JSON.parse(String(await archive.part("manifest.json")));
    await archive.close();
    expect([list.folders, list.elsewhere["bank-files"]]).toEqual([[], expect.stringContaining(files)]);
    rmSync(files, { recursive: true });
  });

  it("given a log that was altered, then no backup is made of it", async () => {
    const refused = await backupOfAltered();
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("no backup was made") });
  });
});

describe("a copy that PostgreSQL made", () => {
  it("given another cluster or timeline than the one verified last, then it does not serve until huimin verify", async () => {
    const target = await machine("moved");
    const [name] = readdirSync(at("kept")).sort().slice(-1) as [string];
    expect((await huimin(restored(at("kept", name)), target)).code).toBe(0);
    const pool = openPool({ url: target.url, max: 1 });
    const client = await pool.connect();
    await assertMayServe(client);
    await client.query("UPDATE public.database_state SET server = '7000000000000000000/00000001'");
    await expect(assertMayServe(client)).rejects.toThrow(/DATABASE_NOT_VERIFIED.*7000000000000000000/s);
    mkdirSync(target.home, { recursive: true });
    copyFileSync(at(".huimin", "log-key.pem"), path.join(target.home, "log-key.pem"));
    copyFileSync(at(".huimin", "vault-secrets.json"), path.join(target.home, "vault-secrets.json"));
    const wrong = await huimin(["trial-balance", "--json"], target);
    expect(wrong.json.refused[0].code).toBe("DATABASE_NOT_VERIFIED");
    expect((await huimin(["verify", "--json"], target)).code).toBe(0);
    await assertMayServe(client);
    await writeState(client, { state: "loading", backup: "b", why: "broken off", accepted: null });
    expect((await huimin(["verify", "--json"], target)).code).toBe(1);
    client.release();
    await pool.end();
  });
});

describe("a log of more events than are hashed again to sign it", () => {
  it("given one of the first altered, then the copying itself finds it, and no backup is made", async () => {
    const events = Array.from({ length: 300 }, (_, n) => setting(n));
    const writes = [{ stream: "policy/payout.cooldownHours", expect: { kind: "any" } as const, events }];
    await district.platform.store.append(DISTRICT, { writes, asserts: [], keys: [], answer: null });
    expect((await huimin(["backup", "--out", "longer.tar", "--json"])).code).toBe(0);
    const refused = await backupOfAltered();
    expect(refused.code).toBe(1);
    expect(refused.json.refused).toMatchObject([{ code: "BACKUP_LOG_ALTERED" }]);
    expect(refused.json.refused[0].en).toMatch(/the checkpoint of \d+ events/);
  });
});
