import type { RecordedEvent } from "@huimin/decider";
import { createPostgresStore } from "@huimin/event-store";
import { rebuild } from "@huimin/projector";
import { RegisterBank, RegisterVillage } from "@huimin/registry";
import { householdFold } from "@huimin/registry/events";
import { registryProjection } from "@huimin/registry-view";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SpecRow, specCsv, specIdNumber, specRows } from "./specification/files.ts";
import { DISTRICT, type SpecService, startSpecService, VILLAGES } from "./specification/service.ts";

let service: SpecService;
let pov = "";
let office = "";
let finance = "";
let auditor = "";

beforeAll(async () => {
  service = await startSpecService();
  for (const village of VILLAGES)
    await service.record(
      RegisterVillage,
      { village, name: `村${village.slice(-3)}`, street: "龙翔街道", streetCode: "410803010", valueDate: "2015-12-31" },
      "POV",
    );
  await service.record(RegisterBank, { bank: "K1", name: "农商银行", valueDate: "2015-12-31" }, "FOF");
  pov = await service.signIn("pov", "POV");
  office = await service.signIn("office", "OFFICE");
  finance = await service.signIn("maker", "FIN-M");
  auditor = await service.signIn("auditor", "AUD");
});
afterAll(() => service.close());

const call = (method: "GET" | "POST" | "PUT", url: string, token: string, payload?: unknown) =>
  service.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${token}`, ...(payload === undefined ? {} : { "content-type": "application/json" }) },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
const upload = (bytes: Uint8Array, query = "", token = pov) =>
  service.app.inject({
    method: "POST",
    url: `/api/v1/imports/households${query}`,
    headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
    payload: Buffer.from(bytes),
  });
const csv = (rows: readonly SpecRow[]) => new TextEncoder().encode(specCsv(rows));
const head = () => service.store.head(DISTRICT);
/** Rows for households that no other test uses. */
const fresh = (households: number, from: number) =>
  specRows(households + from, VILLAGES).filter(({ household }) => Number(household.slice(1)) > from);

describe("importing a household file", () => {
  it("registers the whole file in one append, and refuses it whole when it comes again", async () => {
    const rows = specRows(1006, VILLAGES);
    const before = await head();
    const started = performance.now();
    const answer = await upload(csv(rows));
    const elapsed = performance.now() - started;
    process.stderr.write(`imported 1,006 households, ${rows.length} people in ${Math.round(elapsed)} ms\n`);
    expect(answer.json()).toMatchObject({
      outcome: "booked",
      rows: rows.length,
      registered: { households: 1006, people: rows.length },
      faults: [],
      faultsTotal: 0,
    });
    expect(answer.statusCode).toBe(201);
    expect((await head()) - before).toBe(2 * 1006 + rows.length);
    const began = performance.now();
    await service.projector.drain();
    process.stderr.write(`projected in ${Math.round(performance.now() - began)} ms\n`);
    const again = await upload(csv(rows));
    expect(again.statusCode).toBe(422);
    expect(again.json()).toMatchObject({ outcome: "refused", registered: { households: 0 }, faultsTotal: 1006 + rows.length });
    expect(again.json().faults[0]).toMatchObject({ row: 2, column: "户编号", code: "HOUSEHOLD_ALREADY_REGISTERED" });
    expect(again.json().faults[1]).toMatchObject({ row: 2, column: "身份证号", code: "PERSON_ALREADY_REGISTERED", household: "H00001" });
  });

  it("books nothing because of one wrong check digit in row 317, and the good households on request", async () => {
    const rows = fresh(150, 1100);
    const wrong = rows[315] as SpecRow;
    rows[315] = { ...wrong, idNumber: `${wrong.idNumber.slice(0, 17)}${wrong.idNumber.endsWith("0") ? "1" : "0"}` };
    const before = await head();
    const refused = await upload(csv(rows));
    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({
      outcome: "refused",
      faultsTotal: 1,
      faults: [{ row: 317, column: "身份证号", code: "ID_NUMBER_CHECK_DIGIT", household: wrong.household }],
    });
    expect(refused.json().faults[0].zh).toContain("校验位");
    expect(refused.json().faults[0].remedyEn).not.toBe("");
    expect(JSON.stringify(refused.json())).not.toContain(rows[315]?.idNumber.slice(6, 14));
    expect(await head()).toBe(before);
    expect((await upload(csv(rows), "?dryRun=true")).json()).toMatchObject({ outcome: "refused", faultsTotal: 1 });
    const good = await upload(csv(rows), "?goodRows=true");
    expect(good.json()).toMatchObject({ outcome: "booked", registered: { households: 149 }, faultsTotal: 1 });
    expect(good.statusCode).toBe(201);
    await service.projector.drain();
  });

  it("registers GB 18030 bytes with names that need four of them", async () => {
    const rows = fresh(1, 1300).map((row) => ({ ...row, name: "𠮷䶮㛃" }));
    expect((await upload(iconv.encode(specCsv(rows), "gb18030"))).json()).toMatchObject({ outcome: "booked", faults: [] });
    await service.projector.drain();
    const household = rows[0]?.household as string;
    const clear = await call("POST", `/households/${household}/unmasking`, pov, { reason: "核对姓名" });
    expect(clear.json().members[0].name).toBe("𠮷䶮㛃");
  });

  it.each([
    ["0 bytes", new Uint8Array(), "FILE_EMPTY"],
    ["a header only", new TextEncoder().encode("户编号,村编码,与户主关系,姓名,身份证号\n"), "FILE_WITHOUT_ROWS"],
    ["a missing column", new TextEncoder().encode("户编号,村编码,与户主关系,姓名\n1,2,3,4\n"), "FILE_COLUMN_MISSING"],
  ])("refuses %s", async (_, bytes, code) => {
    const answer = await upload(bytes);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().faults).toMatchObject([{ code }]);
  });

  it("is not for other roles, and not with a value date that does not exist", async () => {
    expect((await upload(csv(fresh(1, 1400)), "", finance)).statusCode).toBe(403);
    expect((await upload(csv(fresh(1, 1400)), "?valueDate=2018-02-30")).json()).toMatchObject({ code: "REGISTRY_DATE_INVALID" });
  });

  it("lets one of two imports of the same people win, and registers nobody twice", async () => {
    const rows = fresh(40, 1500);
    const answers = await Promise.all([upload(csv(rows)), upload(csv(rows.map((row) => ({ ...row, household: `${row.household}B` }))))]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 422]);
    await service.projector.drain();
    const { rows: found } = await service.owner.query("SELECT person_id FROM registry.member GROUP BY person_id HAVING count(*) > 1");
    expect(found).toEqual([]);
  });
});

describe("the register over HTTP", () => {
  const member = (n: number, relation: string, name = "王建国") => ({ name, idNumber: specIdNumber(500_000 + n), relation });
  const household = (no: string, n: number) => ({
    household: no,
    village: VILLAGES[0],
    valueDate: "2018-01-02",
    cause: "因病",
    members: [{ ...member(n, "head"), phone: "13812345678" }, member(n + 1, "child", "王小明")],
    account: { bank: "K1", kind: "card", number: "6299994108990000029" },
  });

  it("registers a household and shows it masked; in clear with a role, a reason and a line in the access log", async () => {
    const made = await call("POST", "/households", pov, household("W1", 1));
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ household: "W1" });
    const shown = (await call("GET", `/households/W1?min-position=${made.json().position}`, finance)).json();
    expect(shown).toMatchObject({
      status: "registered",
      cause: "***",
      members: [
        {
          relation: "head",
          name: "王**",
          phone: "138****5678",
          idNumber: `${specIdNumber(500_001).slice(0, 6)}********${specIdNumber(500_001).slice(-4)}`,
        },
        { relation: "child", name: "王**", phone: null },
      ],
      accounts: [{ bank: "K1", purpose: "all", number: "****0029", isPayoutAccount: true }],
    });
    expect((await call("POST", "/households/W1/unmasking", finance, { reason: "好奇" })).statusCode).toBe(403);
    expect((await call("POST", "/households/W1/unmasking", office, { reason: "" })).statusCode).toBe(400);
    expect((await call("GET", "/access-log?household=W1", auditor)).json().items).toEqual([]);
    const clear = (await call("POST", "/households/W1/unmasking", office, { reason: "核对银行卡" })).json();
    expect(clear).toMatchObject({
      cause: "***", // what the street office does not need for an account stays hidden
      members: [{ name: "王建国", idNumber: specIdNumber(500_001), phone: "13812345678" }, {}],
      accounts: [{ number: "6299994108990000029" }],
    });
    expect((await call("GET", "/access-log?household=W1", auditor)).json().items).toMatchObject([
      { role: "OFFICE", subject: "W1", reason: "核对银行卡", subjectKind: "household" },
    ]);
    expect((await call("GET", "/access-log", finance)).statusCode).toBe(403);
    await expect(service.owner.query("DELETE FROM access_log")).rejects.toThrow(/never changed/);
  });

  it("keeps no personal data in clear in the log or the tables", async () => {
    const needles = ["王建国", "13812345678", "6299994108990000029", specIdNumber(500_001)];
    for (const sql of [
      "SELECT canonical AS text FROM log.event",
      "SELECT state::text || coalesce(head, '') AS text FROM registry.household",
      "SELECT m::text AS text FROM registry.member m",
    ]) {
      const { rows } = await service.owner.query<{ text: string }>(sql);
      const all = rows.map(({ text }) => text).join("\n");
      for (const needle of needles) expect(all.includes(needle)).toBe(false);
    }
  });

  it("finds a household by ID number without putting it into an address", async () => {
    expect((await call("POST", "/households/search", pov, { idNumber: specIdNumber(500_002) })).json()).toEqual({ household: "W1" });
    expect((await call("POST", "/households/search", pov, { idNumber: specIdNumber(599_999) })).json()).toEqual({ household: null });
    expect((await call("POST", "/households/search", pov, { idNumber: "41089919521309001X" })).statusCode).toBe(400);
  });

  it("says code, place and remedy of what is wrong", async () => {
    const body = household("W2", 10);
    const cases: [unknown, number, string, string][] = [
      [
        { ...body, members: [{ ...member(10, "head"), idNumber: "410899195202290010" }] },
        400,
        "ID_NUMBER_CHECK_DIGIT",
        "/members/0/idNumber",
      ],
      [{ ...body, members: [{ ...member(10, "head"), name: "张".repeat(60) }] }, 400, "NAME_LENGTH", "/members/0/name"],
      [{ ...body, village: "410803010999" }, 404, "VILLAGE_UNKNOWN", "/village"],
      [{ ...body, members: [member(10, "head"), member(2, "child")] }, 409, "PERSON_ALREADY_REGISTERED", "/members/1"],
      [{ ...body, valueDate: "2018-02-30" }, 400, "REGISTRY_DATE_INVALID", "/valueDate"],
      [{ ...body, account: { bank: "K1", kind: "card", number: "0000000000000000000" } }, 400, "ACCOUNT_ALL_EQUAL", "/account/number"],
    ];
    const before = await head();
    for (const [payload, status, code, pointer] of cases) {
      const answer = await call("POST", "/households", pov, payload);
      expect([answer.statusCode, answer.json().code, answer.json().errors[0]?.pointer]).toEqual([status, code, pointer]);
      expect(answer.json().remedyZh).not.toBe("");
    }
    expect(await head()).toBe(before);
    expect((await call("POST", "/households", office, body)).statusCode).toBe(403);
    expect((await call("GET", "/households/NOBODY", pov)).statusCode).toBe(404);
  });

  it("gives the first answer again for the same key, though everything is sealed anew", async () => {
    const send = (payload: unknown) =>
      service.app.inject({
        method: "POST",
        url: "/api/v1/households",
        headers: { authorization: `Bearer ${pov}`, "content-type": "application/json", "idempotency-key": "k-1" },
        payload: JSON.stringify(payload),
      });
    const [first, second] = [await send(household("W3", 20)), await send(household("W3", 20))];
    expect([first.statusCode, second.statusCode, second.headers["idempotent-replayed"]]).toEqual([201, 200, "true"]);
    expect(second.json()).toEqual(first.json());
    expect((await send(household("W3", 22))).statusCode).toBe(409);
  });

  it("changes members, head and account, splits and merges", async () => {
    await call("POST", "/households", pov, household("W4", 30));
    await service.projector.drain();
    const ids = (await service.view.household(DISTRICT, "W4"))?.members.map(({ personId }) => personId) as [string, string];
    const ok = async (method: "POST" | "PUT", url: string, token: string, payload: unknown) => {
      const answer = await call(method, url, token, payload);
      if (answer.statusCode !== 201) throw new Error(`${url}: ${answer.body}`);
      await service.projector.drain();
    };
    await ok("POST", "/households/W4/members", pov, { member: member(33, "child", "王小红"), reason: "birth", valueDate: "2018-02-01" });
    await ok("POST", "/households/W4/head", pov, { newHead: ids[1], valueDate: "2018-03-01" });
    await ok("PUT", "/households/W4/account", office, {
      holder: ids[1],
      bank: "K1",
      kind: "card",
      number: "6299994108990000011",
      valueDate: "2018-03-02",
    });
    await ok("POST", `/households/W4/members/${ids[0]}/removal`, pov, { reason: "death", valueDate: "2018-03-03" });
    const third = service.vault.personId(DISTRICT, specIdNumber(500_033));
    await ok("POST", "/households/W4/split", pov, {
      targets: [
        { household: "W4", head: ids[1], members: [{ personId: ids[1] }] },
        { household: "W4-2", head: third, members: [{ personId: third }] },
      ],
      debtorStays: "W4",
      valueDate: "2018-04-01",
    });
    expect((await call("GET", "/households/W4-2", pov)).json()).toMatchObject({
      creditGroup: "W4",
      members: [{ relation: "head", name: "王**" }],
    });
    await ok("POST", "/households/W4/merge", pov, { households: ["W4-2"], valueDate: "2018-05-01" });
    expect((await call("GET", "/households/W4", pov)).json()).toMatchObject({
      accounts: [{ number: "****0011", holder: ids[1] }],
      members: [{ personId: ids[1] }, { personId: third }],
    });
    expect((await call("GET", "/households/W4-2", pov)).json()).toMatchObject({ status: "merged", members: [] });
    expect(await service.view.householdOf(DISTRICT, third)).toBe("W4");
  });

  it("corrects a name through a second person only", async () => {
    const state = await service.view.household(DISTRICT, "W1");
    const personId = state?.head as string;
    const answer = await call("POST", `/households/W1/members/${personId}/correction`, pov, {
      field: "name",
      value: "王建果",
      valueDate: "2018-05-02",
    });
    // A person's command that waits for another needs a key.
    expect(answer.json().code).toBe("IDEMPOTENCY_KEY_MISSING");
    const keyed = await service.app.inject({
      method: "POST",
      url: `/api/v1/households/W1/members/${personId}/correction`,
      headers: { authorization: `Bearer ${pov}`, "content-type": "application/json", "idempotency-key": "k-c" },
      payload: JSON.stringify({ field: "idNumber", value: specIdNumber(500_044), valueDate: "2018-05-02" }),
    });
    expect(keyed.statusCode).toBe(202);
    expect(keyed.json()).toMatchObject({
      status: "open",
      preview: { household: "W1", personId: service.vault.personId(DISTRICT, specIdNumber(500_044)) },
    });
  });

  it("lists households in pages, by village and status", async () => {
    const first = (await call("GET", `/households?limit=100&village=${VILLAGES[0]}`, pov)).json();
    expect(first.items).toHaveLength(100);
    expect(first.items[0]).toMatchObject({ village: VILLAGES[0], villageName: "村207", headName: expect.stringMatching(/^.\*+$/) });
    const second = (await call("GET", `/households?limit=100&village=${VILLAGES[0]}&cursor=${first.next}`, pov)).json();
    expect(second.items[0].household > first.items[99].household).toBe(true);
    expect(
      (await call("GET", "/households?status=merged", pov)).json().items.map(({ household }: { household: string }) => household),
    ).toEqual(["W4-2"]);
  });

  it("lists villages, enterprises, banks, and the policy", async () => {
    const fof = await service.signIn("fof", "FOF");
    await call("POST", "/enterprises", fof, {
      enterprise: "E1",
      name: "太行林果合作社",
      creditCode: "91410899MA9DEM01XL",
      roles: ["carrier"],
      valueDate: "2018-01-02",
    });
    await call("POST", `/villages/${VILLAGES[0]}/exit`, pov, { document: "示例〔2018〕1号", valueDate: "2018-05-02" });
    await service.projector.drain();
    const villages = (await call("GET", "/villages", pov)).json().items;
    expect(villages).toHaveLength(3);
    expect(villages.find(({ village }: { village: string }) => village === VILLAGES[0])).toMatchObject({ exitedOn: "2018-05-02" });
    expect((await call("GET", "/enterprises", pov)).json().items).toMatchObject([{ enterprise: "E1", roles: ["carrier"] }]);
    expect((await call("GET", "/banks", pov)).json().items).toEqual([{ bank: "K1", name: "农商银行" }]);
    const policy = (await call("GET", "/policy-parameters?on=2018-06-01", pov)).json();
    expect(policy.items.find(({ key }: { key: string }) => key === "interest.benchmark.1to5y")).toMatchObject({
      value: "4.75",
      unit: "% a year",
    });
    expect((await call("GET", "/policy-parameters?on=2018-02-30", pov)).statusCode).toBe(400);
  });

  it("documents every route", async () => {
    const { paths } = (await service.app.inject({ method: "GET", url: "/openapi.json" })).json();
    const mine = Object.entries(paths as Record<string, Record<string, { summary?: string }>>).filter(([path]) =>
      path.startsWith("/api/v1/"),
    );
    expect(mine.length).toBeGreaterThan(25);
    for (const [path, methods] of mine)
      for (const [method, { summary }] of Object.entries(methods)) expect(`${method} ${path} ${summary}`).toMatch(/ \/ /);
  });
});

describe("the tables", () => {
  it("say what the write side's fold says, live and after a rebuild", async () => {
    await service.projector.drain();
    const snapshot = async () =>
      (await service.owner.query("SELECT household, state, status, people, village FROM registry.household ORDER BY household")).rows;
    const live = await snapshot();
    for (const row of live.filter((_, index) => index % 50 === 0 || index > live.length - 10)) {
      const { events } = await service.store.readStream(DISTRICT, `household/${row.household}`);
      const folded = events.reduce((state, event) => householdFold.evolve(state, event as RecordedEvent), householdFold.initialState);
      expect(row.state).toEqual(JSON.parse(JSON.stringify(folded)));
    }
    const store = createPostgresStore({ connectionString: service.database.url });
    await rebuild({ pool: service.owner, store, projections: [registryProjection] });
    await store.close();
    expect(await snapshot()).toEqual(live);
  });
});
