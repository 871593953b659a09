import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { ERASED_MARK, RESTRICTED_MARK } from "@huimin/identity";
import { createLogger } from "@huimin/telemetry";
import { testDatabase } from "@huimin/test-support";
import type { FastifyBaseLogger } from "fastify";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPlatformJobs } from "./compose/jobs.ts";
import { sweepShreddings } from "./compose/privacy.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict, SECRETS } from "./testing/live-district.ts";

const district = new LiveDistrict();
const folder = mkdtempSync(path.join(tmpdir(), "huimin-privacy-"));
const at = (...names: string[]): string => path.join(folder, ...names);
const { person, signIn } = district;

/** What nobody may find in clear outside the vault's own answers and the files of banks. */
const PLANTED = {
  names: ["欧阳翠翠", "𠮷泽山", "诸葛小宝"],
  numbers: ["410899195202290013", "410899201506078845", "41089919760404018X"],
  phones: ["13987654321"],
  accounts: ["6299994108990000029", "6299990000123454"],
  causes: ["因病：肾功能不全", "因残：视力一级"],
} as const;
const needles = [...SECRETS, ...Object.values(PLANTED).flat()];

const lines: string[] = [];
let pov = "";
let checker = "";
let auditor = "";
let head = "";

let signedIn = 0;
/** Sessions end with time: who works on another day signs in again. */
async function on(...date: [number, number, number]): Promise<void> {
  district.now = Date.UTC(...date, 2, 0, 0);
  signedIn += 1;
  pov = await signIn(`pov-${signedIn}`, "POV");
  checker = await signIn(`checker-${signedIn}`, "FIN-R", "POV");
  auditor = await signIn(`auditor-${signedIn}`, "AUD");
}

beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  await district.start({
    vaultSecretsFile: at(".huimin", "vault-secrets.json"),
    checkpointFolder: at(".huimin", "checkpoints"),
    bankFiles: at("bank-files"),
    logger: createLogger({ level: "trace", service: "platform", destination }) as FastifyBaseLogger,
  });
  await on(2017, 2, 1);
  const made = await person(pov, "POST", "/households", {
    household: "HH7",
    village: "410803009204",
    members: [
      { name: PLANTED.names[0], idNumber: PLANTED.numbers[0], relation: "head", phone: PLANTED.phones[0] },
      { name: PLANTED.names[1], idNumber: PLANTED.numbers[2], relation: "other" },
      { name: PLANTED.names[2], idNumber: PLANTED.numbers[1], relation: "grandchild" },
    ],
    cause: PLANTED.causes[0],
    account: { bank: "K1", kind: "card", number: PLANTED.accounts[0] },
    valueDate: "2016-12-01",
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  await district.platform.projector.drain();
  head = (await district.platform.registry.household(DISTRICT, "HH7"))?.head as string;
  await district.lend("L1", "50000.00");
});
afterAll(async () => {
  await district.stop();
  rmSync(folder, { recursive: true });
});

const huimin = (args: readonly string[], elsewhere?: { readonly home: string; readonly url: string }) =>
  runHuimin(args, {
    directory: folder,
    ...(elsewhere ? { environment: { HUIMIN_HOME: elsewhere.home, DATABASE_URL: elsewhere.url } } : { platform: district.platform }),
  });

/** A decision by two persons, over HTTP. */
async function decided(url: string, body: object) {
  const made = await person(pov, "POST", url, body);
  if (made.status !== 202) return made;
  const approved = await person(checker, "POST", `/proposals/${made.body.proposal}/approval`);
  await district.platform.projector.drain();
  return approved;
}

/** Everything of the database as text, read as its owner: tables, and bytes as hexadecimal. */
async function wholeDatabase(): Promise<ReadonlyMap<string, string>> {
  const client = new Client({ connectionString: district.platform.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const texts = new Map<string, string>();
  for (const { name } of rows)
    texts.set(name, (await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).rows.map(({ row }) => row).join("\n"));
  await client.end();
  return texts;
}

const places = (texts: ReadonlyMap<string, string>, wanted: readonly string[]): string[] =>
  [...texts].flatMap(([name, text]) =>
    wanted
      .filter((needle) => text.includes(needle) || text.includes(Buffer.from(needle).toString("hex")))
      .map((needle) => `${name}: ${needle}`),
  );

const filesUnder = (root: string): string[] =>
  readdirSync(root, { recursive: true })
    .map((name) => path.join(root, String(name)))
    .filter((name) => statSync(name).isFile());

describe("personal data in clear", () => {
  it("given a live district with every kind of message, then no planted datum is in a table, a job, a log line or a file", async () => {
    const jobs = await startPlatformJobs(district.platform, undefined);
    const spouse = "41089919991231123";
    // What is refused leaves no trace either, and what people type into free text is refused.
    const bad = [
      await person(pov, "POST", "/households/HH7/members", {
        member: { name: PLANTED.names[0], idNumber: `${spouse}X`, relation: "spouse" },
        reason: "marriage",
        valueDate: "2017-01-05",
      }),
      await person(pov, "POST", "/households/HH7/poverty-exit-revocation", { reason: `见${PLANTED.numbers[0]}`, valueDate: "2017-01-05" }),
      await person(pov, "POST", "/households/HH7/poverty-exit-revocation", { reason: `电话${PLANTED.phones[0]}`, valueDate: "2017-01-05" }),
    ];
    expect(bad.map(({ status }) => status >= 400 && status < 500)).toEqual([true, true, true]);
    expect(bad.slice(1).map(({ body }) => body.code)).toEqual(["PERSONAL_DATA_IN_CLEAR", "PERSONAL_DATA_IN_CLEAR"]);
    await decided(`/households/HH7/members/${head}/correction`, { field: "name", value: "欧阳翠", valueDate: "2017-01-06" });
    const exited = await person(pov, "POST", "/households/HH7/poverty-exit", {
      year: 2016,
      document: "示例〔2016〕1号",
      valueDate: "2016-12-20",
    });
    expect(exited.status, JSON.stringify(exited.body)).toBe(201);
    expect(
      (await person(pov, "POST", "/households/HH7/return-to-poverty", { cause: PLANTED.causes[1], valueDate: "2017-02-01" })).status,
    ).toBe(201);
    expect((await person(pov, "POST", "/households/search", { idNumber: PLANTED.numbers[0] })).body).toEqual({ household: "HH7" });
    await person(auditor, "POST", "/households/HH7/unmasking", { reason: "抽查" });
    await on(2018, 0, 20);
    expect((await huimin(["statements", "issue", "--year", "2017", "--household", "HH7", "HH1", "--out", "paper", "--json"])).code).toBe(0);
    await jobs.enqueue("overdue", { day: "2018-01-19" });
    await jobs.close();
    expect((await huimin(["checkpoint", "--export", "out", "--json"])).code).toBe(0);
    expect((await huimin(["backup", "--out", "backups", "--json"])).code).toBe(0);

    const wanted = [...needles, "欧阳翠", spouse];
    expect(places(await wholeDatabase(), wanted)).toEqual([]);
    expect(places(new Map([["application log", lines.join("")]]), wanted)).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
    for (const root of [at("out"), at("backups"), at(".huimin", "checkpoints")])
      for (const file of filesUnder(root))
        expect(
          places(
            new Map([[file, readFileSync(file, "latin1")]]),
            wanted.map((one) => Buffer.from(one).toString("latin1")),
          ),
        ).toEqual([]);
    // What hangs out of the index of the printed statements is masked; the PDFs themselves are in the register of exports.
    expect(places(new Map([["index.csv", readFileSync(at("paper", "index.csv"), "utf8")]]), wanted)).toEqual([]);
    const { items } = (await person(auditor, "GET", "/access-log?household=HH7")).body;
    expect(items).toMatchObject([
      { subjectKind: "statements", subject: "2017", households: 2, place: at("paper") },
      { subjectKind: "household", subject: "HH7", reason: "抽查" },
      { subjectKind: "search", subject: "HH7" },
    ]);
    expect((await huimin(["access-log", "--household", "HH7", "--json"])).json.items).toHaveLength(3);
    expect((await huimin(["access-log"])).out).toContain("抽查");
    expect((await huimin(["access-log", "expire", "--before", "2000-01-01", "--json"])).json).toEqual({ removed: 0 });
    expect((await huimin(["access-log", "expire", "--before", "2099-01-01"])).code).toBe(1);
  });
});

describe("restriction by two persons", () => {
  const request = { ground: "request", document: "信访〔2018〕12号", valueDate: "2018-01-19" };

  it("given a request within the retention, then the person is hidden everywhere but where the law asks, and it can be lifted", async () => {
    const made = await person(pov, "POST", "/privacy/restrictions", { persons: [head], ...request });
    expect(made.status).toBe(202);
    expect((await person(pov, "POST", `/proposals/${made.body.proposal}/approval`)).body.code).toBe("SAME_PERSON");
    expect((await person(checker, "POST", `/proposals/${made.body.proposal}/approval`)).status).toBe(201);
    await district.platform.projector.drain();
    expect((await person(pov, "GET", "/households")).body.items.map((one: { household: string }) => one.household)).toEqual(["HH1"]);
    expect((await person(pov, "GET", "/households/HH7")).body.members[0]).toMatchObject({ name: RESTRICTED_MARK, restricted: true });
    expect((await person(pov, "POST", "/households/search", { idNumber: PLANTED.numbers[0] })).body).toEqual({ household: null });
    const sheet = (await huimin(["sheet", "HH7", "--json"])).json;
    expect([sheet.members[0].maskedName, sheet.accounts[0].maskedNumber]).toEqual([RESTRICTED_MARK, RESTRICTED_MARK]);
    // The statement of the year, which the law demands, is issued and printed as ever.
    const issued = await huimin([
      "statements",
      "issue",
      "--year",
      "2017",
      "--household",
      "HH7",
      "--reason",
      "更正",
      "--out",
      "paper2",
      "--json",
    ]);
    expect([issued.code, issued.json.supplement]).toEqual([0, 1]);
    const plan = (await person(checker, "GET", `/privacy/plans/${head}`)).body;
    expect(plan.persons[0]).toMatchObject({ restriction: { document: request.document }, K1: { readable: true, keptUntil: "2047-12-31" } });
    expect((await decided("/privacy/restriction-ends", { persons: [head], ...request, ground: "decided" })).status).toBe(201);
    expect((await person(pov, "GET", "/households/HH7")).body.members[0].name).toBe("欧**");
  });
});

describe("the erasure plan", () => {
  it("given a household, then every place is named with its date, on the command line and over HTTP", async () => {
    mkdirSync(at("bank-files"), { recursive: true });
    writeFileSync(at("bank-files", "in.csv"), "x");
    const plan = (await huimin(["erasure-plan", "HH7", "--json"])).json;
    expect(plan.persons).toHaveLength(3);
    expect(plan.households).toEqual(["HH7"]);
    expect(plan.affected.statements).toHaveLength(2);
    expect(plan.affected.streams.map((one: { stream: string }) => one.stream)).toEqual(
      expect.arrayContaining(["household/HH7", `person/${head}`, "statement/HH7"]),
    );
    const found = (place: string) => plan.places.filter((one: { place: string }) => one.place.includes(place));
    expect(found("backups")).toMatchObject([{ form: "key", found: [expect.stringContaining("m1")] }]);
    expect(found("paper")).toMatchObject([{ form: "clear" }, { form: "clear" }]);
    expect(found("bank-files")).toMatchObject([{ form: "clear", found: [expect.stringContaining("1 个文件")] }]);
    for (const place of ["vault_key", "vault_lookup", "log.event", "access_log", "checkpoints", "公示", "告知书", "应用日志", "WAL"])
      expect(found(place)).not.toEqual([]);
    const text = (await huimin(["erasure-plan", head])).out;
    expect(text).toContain("保存至 kept until");
    expect(text).not.toContain(PLANTED.names[0]);
    expect((await person(auditor, "GET", "/privacy/plans/HH7")).body.places).toHaveLength(plan.places.length);
    expect((await huimin(["erasure-plan", "nobody"])).code).toBe(1);
  });
});

describe("shredding by two persons", () => {
  const shred = (keyClass: "K1" | "K2", ground = "request") =>
    decided("/privacy/shreddings", { person: head, keyClass, ground, document: "信访〔2018〕13号", valueDate: "2018-01-19" });

  it("given a request, then K2 goes at once; K1 is refused with the day; proofs, receipts and rebuild stay valid", async () => {
    const jobs = await startPlatformJobs(district.platform, undefined);
    writeFileSync(at("receipt.txt"), (await huimin(["receipt", "12"])).out);
    const { key } = (await huimin(["checkpoint", "--json"])).json;
    const refused = await shred("K1");
    expect([refused.status, refused.body.code, JSON.stringify(refused.body)]).toEqual([
      422,
      "PRIVACY_RETENTION",
      expect.stringContaining("2047-12-31"),
    ]);
    expect((await shred("K2")).status).toBe(201);
    await expect.poll(async () => (await district.platform.vault.keyState(DISTRICT, head, "K2")).readable, { timeout: 10_000 }).toBe(false);
    expect((await person(pov, "GET", "/households/HH7")).body).toMatchObject({
      cause: ERASED_MARK,
      members: [{ phone: ERASED_MARK, name: "欧**" }, {}, {}],
    });
    expect(await sweepShreddings(district.platform, district.platform.checkpointFolder)).toBe(0);
    // A phone that is given later is a new datum under a new key; the old decision does not reach it.
    expect(
      (await decided(`/households/HH7/members/${head}/correction`, { field: "phone", value: "13700000000", valueDate: "2018-01-19" }))
        .status,
    ).toBe(201);
    await sweepShreddings(district.platform, district.platform.checkpointFolder);
    expect((await person(pov, "GET", "/households/HH7")).body.members[0].phone).toBe("137****0000");
    expect((await huimin(["verify", "--json"])).json).toMatchObject({ faults: [] });
    expect((await huimin(["verify", "--receipt", "receipt.txt", "--key", key, "--json"])).json.genuine).toBe(true);
    expect((await huimin(["rebuild", "--json"])).code).toBe(0);
    expect((await person(pov, "GET", "/households/HH7")).body.cause).toBe(ERASED_MARK);
    expect((await huimin(["check"])).code).toBe(0);
    await jobs.close();
  });

  it("given the end of the retention, then K1 goes, nobody is found by the number, and an old backup does not bring it back", async () => {
    const backup = (await huimin(["backup", "--out", "backups", "--json"])).json.place;
    await on(2053, 5, 1);
    expect((await shred("K1", "retention-ended")).body.code).toBe("PRIVACY_PERSON_ACTIVE");
    const gone = await person(pov, "POST", "/households/HH7/deregistration", { reason: "档案期满", valueDate: "2018-01-19" });
    expect(gone.status, JSON.stringify(gone.body)).toBe(201);
    expect((await shred("K1", "retention-ended")).status).toBe(201);
    expect(await sweepShreddings(district.platform, district.platform.checkpointFolder)).toBe(1);
    expect(await district.platform.vault.findPerson(DISTRICT, PLANTED.numbers[0])).toBeUndefined();
    expect((await person(auditor, "POST", "/households/search", { idNumber: PLANTED.numbers[0] })).body).toEqual({ household: null });
    const sheet = (await huimin(["sheet", "HH7", "--json"])).json;
    expect(JSON.stringify(sheet.members)).not.toContain("欧");
    expect((await huimin(["verify", "--json"])).json).toMatchObject({ faults: [] });
    const printed = await huimin([
      "statements",
      "issue",
      "--year",
      "2017",
      "--household",
      "HH7",
      "--reason",
      "补发",
      "--out",
      "paper3",
      "--json",
    ]);
    expect(printed.code).toBe(1); // nobody can be named any more

    const database = await testDatabase();
    const elsewhere = { home: at("elsewhere"), url: database.url };
    const restored = await huimin(
      ["restore", backup, "--checkpoints", at(".huimin", "checkpoints"), "--accept-older", "演练", "--json"],
      elsewhere,
    );
    expect([restored.code, restored.err]).toEqual([0, expect.anything()]);
    const copy = new Client({ connectionString: database.url });
    await copy.connect();
    const { rows } = await copy.query(
      "SELECT class, wrapped IS NULL AS gone FROM vault_key WHERE person_id = $1 ORDER BY class, generation",
      [head],
    );
    expect(rows).toEqual([
      { class: "K1", gone: true },
      { class: "K2", gone: true },
      { class: "K2", gone: false },
    ]);
    expect((await copy.query("SELECT 1 FROM vault_lookup WHERE person_id = $1", [head])).rowCount).toBe(0);
    await copy.end();
    await database.drop();
  });
});

describe("keys on the command line", () => {
  it("given rotations while the product runs, then everything stays readable and findable, and an old key goes only when nothing needs it", async () => {
    const reader = await signIn("reader", "POV");
    const name = async () => (await person(reader, "GET", "/households/HH1")).body.members[0].name;
    expect(await name()).toBe("李**");
    const rotated = await huimin(["keys", "rotate", "--json"]);
    expect(rotated.json).toMatchObject({ current: "m2", resumed: false, kept: ["m1"] });
    expect(rotated.json.rewrapped).toBeGreaterThan(3);
    expect((await huimin(["keys", "list", "--json"])).json.masterKeys).toMatchObject([
      { id: "m1", dataKeys: 0, current: false },
      { id: "m2", current: true },
    ]);
    expect(await name()).toBe("李**");
    const needed = await huimin(["keys", "retire", "m1"]);
    expect([needed.code, needed.err]).toEqual([1, expect.stringContaining("backups")]);
    expect((await huimin(["keys", "retire", "m2"])).code).toBe(2);
    expect((await huimin(["keys", "retire", "m1", "--backups-too", "--json"])).json).toEqual({ retired: "m1", current: "m2" });
    const pepper = await huimin(["keys", "rotate-pepper", "--json"]);
    expect(pepper.json).toMatchObject({ pepper: "p2", resumed: false });
    expect((await person(reader, "POST", "/households/search", { idNumber: SECRETS[1] })).body).toEqual({ household: "HH1" });
    expect(await district.platform.vault.personIds(DISTRICT, [SECRETS[1] as string])).toEqual([district.borrower]);
    expect((await huimin(["keys", "list"])).out).toMatch(/p2 +HMAC-SHA-256/);
    expect((await huimin(["verify", "--json"])).json.faults).toEqual([]);
  });
});
