import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openPool } from "@huimin/database";
import { type NoteSigner, parseVerifierKey, verifierKey } from "@huimin/proof-log";
import type { Finding } from "@huimin/service-auditor";
import { buildWitness, openWitnessHome } from "@huimin/service-witness";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditJob, openPlatformAuditor } from "./compose/auditor.ts";
import { type CheckpointPlaces, checkpointJob, makeCheckpoint } from "./compose/checkpointing.ts";
import { apartFrom, runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-audit-"));
const home = path.join(folder, "home");
let token = "";

beforeAll(async () => {
  mkdirSync(home, { recursive: true });
  await district.start({ home, auditFolder: path.join(home, "audit") });
  await district.lend("L1", "20000.00");
  token = await district.signIn("auditor", "AUD");
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A command line; `apart`: of somebody who has no platform, only files. */
const huimin = (args: readonly string[], apart = false) =>
  runHuimin(args, {
    directory: folder,
    ...(apart
      ? { environment: apartFrom(path.join(folder, "elsewhere")) }
      : { environment: { HUIMIN_HOME: home }, platform: district.platform }),
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

const openIds = (findings: readonly Finding[]): string[] => findings.filter(({ gone }) => gone === undefined).map(({ id }) => id);

describe("the auditor's rights", () => {
  it("read everything that it needs, and write nowhere", async () => {
    const pool = openPool({ url: district.platform.databaseUrl, role: "huimin_auditor", max: 1 });
    try {
      expect((await pool.query("SELECT count(*) FROM log.event")).rowCount).toBe(1);
      const { rows } = await pool.query<{ name: string; rights: string | null }>(
        `SELECT n.nspname || '.' || c.relname AS name,
           concat_ws(' ', CASE WHEN has_table_privilege(c.oid, 'INSERT') THEN 'INSERT' END, CASE WHEN has_table_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
             CASE WHEN has_table_privilege(c.oid, 'DELETE') THEN 'DELETE' END, CASE WHEN has_table_privilege(c.oid, 'TRUNCATE') THEN 'TRUNCATE' END) AS rights
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT LIKE 'pg\\_%'`,
      );
      expect(rows.length).toBeGreaterThan(40);
      expect(rows.filter(({ rights }) => rights !== "" && rights !== null)).toEqual([]);
      const functions = await pool.query(
        `SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('log', 'proof', 'projector') AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1`,
      );
      expect(functions.rows).toEqual([{ proname: "read_streams" }]);
      for (const sql of [
        "INSERT INTO log.append_grant VALUES ('huimin_auditor', '*')",
        "SELECT log.append(NULL)",
        "CREATE TABLE public.mine (n int)",
        "CREATE SCHEMA mine",
        "UPDATE books.balance SET debit = 0",
        "INSERT INTO proof.checkpoint VALUES ('410803', 1, 'x')",
        "SELECT * FROM people.account",
        "SELECT * FROM vault_key",
      ])
        await expect(pool.query(sql), sql).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|42883|42P01)$/) });
    } finally {
      await pool.end();
    }
  });
});

describe("an auditor on a machine of its own", () => {
  it("needs a login that may become huimin_auditor, the log's public key, and nothing else of the ledger", async () => {
    const { key } = (await huimin(["checkpoint", "--json"])).json as { key: string };
    const owner = new Client({ connectionString: district.platform.databaseUrl });
    await owner.connect();
    await owner.query("CREATE ROLE spec_auditor LOGIN PASSWORD 'spec'; GRANT huimin_auditor TO spec_auditor WITH INHERIT FALSE, SET TRUE");
    const address = new URL(district.platform.databaseUrl);
    address.username = "spec_auditor";
    address.password = "spec";
    try {
      const apart = path.join(folder, "auditor-machine");
      const environment = { HUIMIN_HOME: apart, DATABASE_URL: address.href, HUIMIN_AUDIT_LOG_KEY: key, HUIMIN_LOG_LEVEL: "silent" };
      await district.platform.projector.drain();
      const told = await runHuimin(["audit", "--json"], { environment, directory: folder });
      expect(told.code).toBe(0);
      expect(told.json).toMatchObject({
        clean: true,
        position: await district.platform.store.head("410803"),
        logKeys: [key],
      });
      // No key of the log, no secret of the vault came to be there.
      expect(readdirSync(apart)).toEqual(["audit"]);
    } finally {
      await owner.query("DROP ROLE spec_auditor");
      await owner.end();
    }
  });
});

describe("the auditor", () => {
  it("given a sound ledger, then a whole round finds no error and remembers how far it was", async () => {
    await huimin(["checkpoint"]);
    const first = await huimin(["audit", "--json"]);
    expect(first.err).toBe("");
    expect([first.code, first.json.clean, openIds(first.json.findings).filter((id) => id.startsWith("log:"))]).toEqual([0, true, []]);
    expect(first.json.books.results.length).toBeGreaterThan(20);
    expect(first.json).toMatchObject({ hashed: first.json.position, again: 0, checkpoints: { good: 2, size: first.json.position } });
    await district.lend("L2", "10000.00");
    await district.platform.projector.drain();
    const second = await huimin(["audit", "--json"]);
    expect(second.json).toMatchObject({ clean: true, again: first.json.position, hashed: second.json.position - first.json.position });
  });

  it("answers auditors over HTTP, and nobody else", async () => {
    const status = await district.person(token, "GET", "/audit/status");
    expect(status).toMatchObject({ status: 200, body: { clean: true, open: { error: 0 }, district: "410803" } });
    expect((await district.person(token, "GET", "/audit/findings")).status).toBe(200);
    const clerk = await district.signIn("clerk-of-village", "VIL");
    expect((await district.person(clerk, "GET", "/audit/status")).status).toBe(403);
    const page = await fetch(`${district.origin}/api/v1/audit/report?language=zh`, { headers: { authorization: `Bearer ${token}` } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("惠民账本审计报告");
  });

  it("given commands while it looks at the books, then nothing seems to disagree", async () => {
    let done = false;
    let repaid = 0;
    const repaying = (async () => {
      for (let n = 1; !done && n < 150; n += 1) {
        const answer = await district.bank("repayments", {
          ...{ currency: "CNY", loan: "L1", valueDate: "2017-02-28", serial: `R-${n}`, amount: `${n}.00` },
        });
        expect(answer.status, JSON.stringify(answer.body)).toBe(201);
        repaid += 1;
      }
    })();
    for (let round = 0; round < 4; round += 1) {
      const { json } = await huimin(["audit", "--json"]);
      expect(openIds(json.findings)).not.toContain("loan-principal");
      expect(json.clean).toBe(true);
    }
    done = true;
    await repaying;
    expect(repaid).toBeGreaterThan(3);
  });

  it("reports in both languages, signed; a changed word is found without a database", async () => {
    const key = (await huimin(["audit", "key"])).out;
    expect(key).toMatch(/^huimin-auditor\/410803\+/);
    const written = await huimin(["audit", "report", "--out", "report", "--year", "2017", "--json"]);
    expect([written.code, readdirSync(path.join(folder, "report")).sort()]).toEqual([
      0,
      ["auditor.vkey", "findings.json", "report.en.html", "report.en.md", "report.note", "report.zh.html", "report.zh.md"],
    ]);
    expect(readFileSync(path.join(folder, "report", "report.zh.md"), "utf8")).toContain("## 如何离线核验");
    expect(await huimin(["audit", "verify", "report", "--key", key], true)).toMatchObject({
      code: 0,
      out: expect.stringContaining("genuine"),
    });
    const english = path.join(folder, "report", "report.en.md");
    writeFileSync(english, readFileSync(english, "utf8").replace("nothing was found", "nothing at all was found"));
    expect(await huimin(["audit", "verify", "report", "--key", key], true)).toMatchObject({
      code: 1,
      err: expect.stringContaining("report.en.md"),
    });
    expect(await huimin(["audit", "verify", "report", "--key", path.join("home", "checkpoints")], true)).toMatchObject({ code: 2 });
  });

  it("in the ledger's process: rounds by the job, gauges, and an alarm for what is new, once", async () => {
    const alarms: string[] = [];
    const logger = { error: (at: { finding: string }) => alarms.push(at.finding), warn: () => undefined } as never;
    const { platform } = district;
    const auditor = openPlatformAuditor({ ...platform, logger } as never, {
      ...{ district: "410803", auditFolder: path.join(folder, "in-process"), auditLogKey: undefined, witnesses: undefined },
      ...{ logKeyFile: path.join(home, "log-key.pem"), checkpointFolder: path.join(home, "checkpoints") },
    });
    const job = auditJob(platform, auditor);
    await job.run({});
    expect(await platform.metrics.registry.metrics()).toContain('huimin_audit_findings{severity="error"} 0');
    // Only this auditor has seen the last event: no checkpoint covers it yet.
    const head = await platform.store.head("410803");
    await tamper(`UPDATE log.event SET canonical = replace(canonical, '"channel":"bank-api"', '"channel":"bank-apj"'),
      leaf_hash = sha256('\\x00'::bytea || convert_to(replace(canonical, '"channel":"bank-api"', '"channel":"bank-apj"'), 'UTF8')) WHERE position = ${head}`);
    await job.run({});
    await job.run({});
    expect(alarms.filter((id) => id === `log:altered:${head}`)).toHaveLength(1);
    expect(await platform.metrics.registry.metrics()).toMatch(/huimin_audit_findings\{severity="error"\} [1-9]/);
    await tamper(`UPDATE log.event SET canonical = replace(canonical, 'bank-apj', 'bank-api'),
      leaf_hash = sha256('\\x00'::bytea || convert_to(replace(canonical, 'bank-apj', 'bank-api'), 'UTF8')) WHERE position = ${head}`);
    await auditor.auditor.round({ all: true });
    const state = await auditor.auditor.state();
    expect(state?.findings.find(({ id }) => id === `log:altered:${head}`)).toMatchObject({ gone: expect.any(String) });
    await auditor.close();
  });
});

describe("checkpoints that leave the machine", () => {
  const places: CheckpointPlaces = {
    ...{ logKeyFile: path.join(home, "log-key.pem"), checkpointFolder: path.join(home, "checkpoints"), checkpointEvery: "hour" as const },
    ...{ checkpointMailFolder: path.join(home, "mail"), witnesses: undefined },
  };
  let witnessKey = "";
  let close: () => Promise<void> = async () => undefined;
  afterAll(() => close());

  it("are signed, filed, mailed and cosigned; verify asks for the witness when told to", async () => {
    const { platform } = district;
    const { key } = (await huimin(["checkpoint", "--json"])).json as { key: string };
    const witness = await openWitnessHome(path.join(folder, "witness"), { name: "audit-office.example/w", init: true, logs: [key] });
    const app = buildWitness({ home: witness });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    close = () => app.close();
    witnessKey = verifierKey((witness.signer as NoteSigner).verifier);
    const verifier = parseVerifierKey(witnessKey);
    expect(await huimin(["verify", "--witness-key", witnessKey])).toMatchObject({ code: 1, err: expect.stringContaining("(witness)") });
    const made = await makeCheckpoint(platform, places, [{ url, verifier }]);
    expect(made).toMatchObject({ cosigned: ["audit-office.example/w"], silent: [] });
    expect(await huimin(["verify", "--witness-key", witnessKey])).toMatchObject({ code: 0, out: expect.stringContaining("cosigned") });
    await district.lend("L3", "5000.00");
    const later = await makeCheckpoint(platform, places, [
      { url, verifier },
      { url: "http://127.0.0.1:1", verifier: parseVerifierKey(key.replace(/^/, "")) },
    ]);
    expect(later.signed.size).toBeGreaterThan(made.signed.size);
    expect([later.cosigned, later.silent]).toEqual([["audit-office.example/w"], ["huimin-ledger/410803"]]);
    const names = readdirSync(path.join(home, "checkpoints"));
    expect(names.filter((name) => name.startsWith("witnessed-"))).toHaveLength(2);

    writeFileSync(path.join(folder, "receipt.txt"), (await huimin(["receipt", "3"])).out);
    expect(await huimin(["verify", "--receipt", "receipt.txt", "--key", key, "--witness-key", witnessKey], true)).toMatchObject({
      code: 0,
    });
    await huimin(["checkpoint", "--export", "out"]);
    expect(await huimin(["verify", "--export", "out", "--key", key, "--witness-key", witnessKey], true)).toMatchObject({ code: 0 });
    expect(checkpointJob(platform, { ...places, checkpointEvery: "never" })).toBeUndefined();
    const job = checkpointJob(platform, { ...places, witnesses: `${url} ${witnessKey}` });
    await district.lend("L5", "1000.00");
    await job?.run({});
    expect(witness.head("huimin-ledger/410803")?.size).toBe(await platform.store.head("410803"));
    expect((await huimin(["checkpoint", "--publish"])).code).toBe(0);
    // A mail that was kept proves it as well, whatever became of folder and database.
    const mail = path.join(home, "mail", readdirSync(path.join(home, "mail")).sort()[0] as string);
    rmSync(path.join(folder, "out", "checkpoints"), { recursive: true });
    const withMail = await huimin(["verify", "--export", "out", "--key", key, "--checkpoint", mail, "--json"], true);
    expect(withMail.json).toMatchObject({ checkpoints: 1, faults: [] });
  });

  it("a backup is verified without a database, and without being restored", async () => {
    const { key } = (await huimin(["checkpoint", "--json"])).json as { key: string };
    await huimin(["backup", "--out", "copy.tar"]);
    const good = await huimin(["verify", "--backup", "copy.tar", "--key", key, "--witness-key", witnessKey, "--json"], true);
    expect([good.code, good.err]).toEqual([0, ""]);
    expect(good.json).toMatchObject({ faults: [], unsigned: 0, events: await district.platform.store.head("410803") });
    const bytes = readFileSync(path.join(folder, "copy.tar"));
    const zstd = bytes.indexOf(Buffer.from("28b52ffd", "hex"));
    for (const at of [zstd + 12, bytes.lastIndexOf('"root"') + 12, bytes.lastIndexOf("huimin-ledger/410803/backup") + 3]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x01;
      writeFileSync(path.join(folder, "changed.tar"), changed);
      expect((await huimin(["verify", "--backup", "changed.tar", "--key", key], true)).code, `byte ${at}`).toBe(1);
    }
    const older = path.join(folder, "older.txt");
    writeFileSync(older, readFileSync(path.join(home, "checkpoints", readdirSync(path.join(home, "checkpoints")).sort()[0] as string)));
    expect(await huimin(["verify", "--backup", "copy.tar", "--key", key, "--checkpoint", older], true)).toMatchObject({ code: 0 });
    await district.lend("L4", "5000.00");
    await huimin(["checkpoint"]);
    const newer = await huimin(["verify", "--backup", "copy.tar", "--key", key, "--checkpoint", path.join(home, "checkpoints")], true);
    expect([newer.code, newer.err]).toEqual([1, expect.stringMatching(/truncated.*events were signed/)]);
  });
});

describe("an intruder with the owner's password", () => {
  it("changes an event and everything beside it: the auditor names the position, and the report says so", async () => {
    await huimin(["audit"]);
    await tamper(`UPDATE log.event SET canonical = replace(canonical, '"amount":"20000.00"', '"amount":"40000.00"'),
      leaf_hash = sha256('\\x00'::bytea || convert_to(replace(canonical, '"amount":"20000.00"', '"amount":"40000.00"'), 'UTF8'))
      WHERE canonical LIKE '%"type":"LoanDisbursed"%' AND canonical LIKE '%"amount":"20000.00"%'`);
    const found = await huimin(["audit", "--json"]);
    expect(found.code).toBe(1);
    const altered = (found.json.findings as Finding[]).find(({ id }) => id.startsWith("log:altered:"));
    expect(altered).toMatchObject({ severity: "error", examples: [expect.stringMatching(/^position \d+: the event is not the one/)] });
    const status = await district.person(token, "GET", "/audit/status");
    expect(status.body).toMatchObject({ clean: false });
    expect((await huimin(["audit", "report", "--out", "wrong", "--json"])).json.clean).toBe(false);
    expect(readFileSync(path.join(folder, "wrong", "report.zh.md"), "utf8")).toContain("日志事件被更改");
  });

  it("cuts the log off: what the auditor has seen is named", async () => {
    const head = await district.platform.store.head("410803");
    await tamper(`DELETE FROM log.event WHERE position > ${head - 2}`);
    await tamper(`UPDATE log.head SET position = ${head - 2}`);
    const found = await huimin(["audit", "--json"]);
    const cut = (found.json.findings as Finding[]).find(({ id }) => id === "log:truncated:end");
    expect(cut?.examples[0]).toContain(`positions ${head - 1}–${head}`);
    // The hourly job signs nothing over it and says so; trying again would change nothing.
    const fatal: string[] = [];
    const logger = { fatal: (_: object, text: string) => fatal.push(text), info: () => undefined } as never;
    const places = {
      logKeyFile: path.join(home, "log-key.pem"),
      checkpointFolder: path.join(home, "checkpoints"),
      checkpointEvery: "hour" as const,
    };
    const job = checkpointJob(
      { ...district.platform, logger },
      { ...places, checkpointMailFolder: path.join(home, "mail"), witnesses: undefined },
    );
    await job?.run({});
    expect(fatal).toEqual([expect.stringContaining("no checkpoint is made")]);
  });
});
