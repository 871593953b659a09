import type { Role } from "@huimin/decider";
import { ERASED_MARK, RESTRICTED_MARK } from "@huimin/identity";
import { LiftRestriction, RestrictProcessing } from "@huimin/privacy";
import { RegisterBank, RegisterVillage } from "@huimin/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearFields, createAccessLog, expireAccessLog, PERSONAL_FIELDS, type PersonalField } from "./index.ts";
import { specIdNumber } from "./specification/files.ts";
import { DISTRICT, type SpecService, startSpecService, VILLAGES } from "./specification/service.ts";

const CLEAR: Record<PersonalField, string> = {
  name: "王建国",
  idNumber: specIdNumber(500_001),
  phone: "13812345678",
  account: "6299994108990000029",
  cause: "因病",
};
const MASKED: Record<PersonalField, string> = {
  name: "王**",
  idNumber: `${specIdNumber(500_001).slice(0, 6)}********${specIdNumber(500_001).slice(-4)}`,
  phone: "138****5678",
  account: "****0029",
  cause: "***",
};
/** What each role may see in clear; who is not here sees nothing in clear, and BANK, ENT, INS and SYS not even the register. */
const MATRIX: Partial<Record<Role, readonly PersonalField[]>> = {
  POV: PERSONAL_FIELDS,
  OFFICE: ["name", "idNumber", "phone", "account"],
  "FIN-R": ["name", "idNumber", "account"],
  "FIN-C": ["name", "idNumber", "account"],
  AUD: PERSONAL_FIELDS,
};
const READ: readonly Role[] = ["POV", "OFFICE", "VIL", "FIN-M", "FIN-R", "FIN-C", "FOF", "AUD"];

let service: SpecService;
let head = "";
const tokens = new Map<Role, string>();

beforeAll(async () => {
  service = await startSpecService();
  const village = { village: VILLAGES[0] as string, name: "栗井村", street: "龙翔街道", streetCode: "410803010", valueDate: "2015-12-31" };
  await service.record(RegisterVillage, village, "POV");
  await service.record(RegisterBank, { bank: "K1", name: "农商银行", valueDate: "2015-12-31" }, "FOF");
  for (const role of [...READ, "ENT", "INS"] as Role[]) tokens.set(role, await service.signIn(`u-${role.toLowerCase()}`, role));
  const made = await call("POST", "/households", "POV", {
    household: "W1",
    village: VILLAGES[0],
    members: [
      { name: CLEAR.name, idNumber: CLEAR.idNumber, relation: "head", phone: CLEAR.phone },
      { name: "王小明", idNumber: specIdNumber(500_002), relation: "child" },
    ],
    cause: CLEAR.cause,
    account: { bank: "K1", kind: "card", number: CLEAR.account },
    valueDate: "2015-12-31",
  });
  expect(made.statusCode, made.body).toBe(201);
  await service.projector.drain();
  head = (await service.view.household(DISTRICT, "W1"))?.head as string;
});
afterAll(() => service.close());

const call = (method: "GET" | "POST", url: string, role: Role, payload?: unknown) =>
  service.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${tokens.get(role)}`, ...(payload === undefined ? {} : { "content-type": "application/json" }) },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });

const shownOf = (body: string): Record<PersonalField, string | null> => {
  const { members, accounts, cause } = JSON.parse(body);
  const { name, idNumber, phone } = members[0];
  return { name, idNumber, phone, account: accounts[0].number, cause };
};

describe("masking by role", () => {
  it.each(READ)("shows %s lists and households masked", async (role) => {
    expect(shownOf((await call("GET", "/households/W1", role)).body)).toEqual(MASKED);
    const [line] = (await call("GET", "/households", role)).json().items;
    expect([line.headName, line.headIdNumber]).toEqual([MASKED.name, MASKED.idNumber]);
  });

  it.each(["ENT", "INS"] as const)("shows %s nothing of the register", async (role) => {
    for (const url of ["/households", "/households/W1", `/privacy/persons/${head}`])
      expect((await call("GET", url, role)).statusCode).toBe(403);
    expect((await call("POST", "/households/search", role, { idNumber: CLEAR.idNumber })).statusCode).toBe(403);
  });

  it.each(READ)("lets %s see in clear what its work needs, and logs exactly that before", async (role) => {
    const before = (await call("GET", "/access-log?household=W1", "AUD")).json().items.length;
    const answer = await call("POST", "/households/W1/unmasking", role, { reason: "核对" });
    const after = (await call("GET", "/access-log?household=W1", "AUD")).json().items;
    const fields = MATRIX[role];
    expect([...clearFields([role])]).toEqual([...(fields ?? [])]);
    if (!fields) return expect([answer.statusCode, after.length]).toEqual([403, before]);
    const expected = Object.fromEntries(PERSONAL_FIELDS.map((field) => [field, fields.includes(field) ? CLEAR[field] : MASKED[field]]));
    expect(shownOf(answer.body)).toEqual(expected);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(after[0]).toMatchObject({ role, reason: "核对", fields, subject: "W1" });
  });
});

describe("a donor who is a natural person", () => {
  it("is sealed in the log and masked in the list", async () => {
    const party = { party: "D1", kind: "donor", name: "上官捐赠", natural: true, valueDate: "2018-01-02" };
    expect((await call("POST", "/parties", "FOF", party)).statusCode).toBe(201);
    await service.projector.drain();
    expect((await call("GET", "/parties", "FOF")).json().items).toMatchObject([{ party: "D1", name: "上***", natural: true }]);
    const { rows } = await service.owner.query("SELECT canonical FROM log.event WHERE stream = 'party/D1'");
    expect(rows[0].canonical).toContain("sealed:v1:K1:1:");
    expect(rows[0].canonical).not.toContain("上官");
  });
});

describe("the access log", () => {
  const access = (subject: string) => ({
    ...{ actor: "u-1", role: "FIN-C", subjectKind: "payout-file" as const, subject, fields: ["name", "account"] },
    ...{ reason: "代发文件", correlation: "c-1", place: "bank:K1", households: ["W1", "W2", "W1"] },
  });

  it("answers for a household also the lists in which it was, and says where they went", async () => {
    const log = createAccessLog(service.owner);
    await log.record(DISTRICT, access("B-1"));
    await log.record(DISTRICT, { ...access("B-2"), households: ["W2"] });
    const [last] = await log.list(DISTRICT, { subject: "W1", limit: 1 });
    expect(last).toMatchObject({ subject: "B-1", place: "bank:K1", households: 3 });
    expect((await log.list(DISTRICT, { subject: "W2", limit: 9 })).map(({ subject }) => subject)).toEqual(["B-2", "B-1"]);
    expect((await call("GET", "/access-log?household=W2", "AUD")).json().items).toMatchObject([{ subject: "B-2" }, { subject: "B-1" }]);
    for (const role of READ.filter((one) => one !== "AUD")) expect((await call("GET", "/access-log", role)).statusCode).toBe(403);
  });

  it("is appended to by the services and changed by nobody; the owner may remove what is older than three years", async () => {
    for (const role of ["huimin_registry", "huimin_platform"])
      for (const table of ["access_log", "access_household"])
        for (const right of ["UPDATE", "DELETE", "TRUNCATE"]) {
          const { rows } = await service.owner.query("SELECT has_table_privilege($1, $2, $3) AS has", [role, table, right]);
          expect([role, table, right, rows[0].has]).toEqual([role, table, right, false]);
        }
    for (const sql of [
      "UPDATE access_log SET reason = 'other'",
      "DELETE FROM access_log",
      "TRUNCATE access_log CASCADE",
      "DELETE FROM access_household",
      "UPDATE access_household SET household = 'W9'",
    ])
      await expect(service.owner.query(sql), sql).rejects.toThrow(/never changed/);
    await service.owner.query(
      `INSERT INTO access_log (district, at, actor, role, subject_kind, subject, fields, reason, correlation, households)
       VALUES ($1, now() - interval '3 years 1 day', 'u', 'POV', 'export', 'old', '{name}', 'old', 'c', 1)`,
      [DISTRICT],
    );
    await service.owner.query("INSERT INTO access_household SELECT district, 'W7', id FROM access_log WHERE subject = 'old'");
    const before = (await service.owner.query("SELECT count(*)::int AS n FROM access_log")).rows[0].n;
    expect(await expireAccessLog(service.owner, DISTRICT, new Date(Date.now() - 3 * 366 * 86_400_000 + 86_400_000).toISOString())).toBe(1);
    expect((await service.owner.query("SELECT count(*)::int AS n FROM access_log")).rows[0].n).toBe(before - 1);
    expect((await service.owner.query("SELECT 1 FROM access_household WHERE household = 'W7'")).rows).toEqual([]);
    await expect(expireAccessLog(service.owner, DISTRICT, new Date().toISOString())).rejects.toThrow(/never changed/);
  });
});

describe("restriction of processing 限制处理", () => {
  /** As an approved proposal records it: two persons. */
  const decide = async (definition: typeof RestrictProcessing | typeof LiftRestriction) => {
    const meta = { actor: "u-maker", role: "POV", checker: "u-checker", channel: "ui" } as const;
    const outcome = await service.handler.execute(definition as typeof RestrictProcessing, { persons: [head], ...decision }, meta);
    expect(outcome.kind).toBe("recorded");
    await service.projector.drain();
  };
  const decision = { ground: "request", document: "信访〔2018〕3号", valueDate: "2018-06-01" } as const;

  it("given a restricted head, then lists, search and screens show nothing of the person; audit still may, logged", async () => {
    await expect(service.record(RestrictProcessing, { persons: [head], ...decision }, "POV")).rejects.toThrow("SECOND_PERSON_NEEDED");
    await decide(RestrictProcessing);
    for (const role of READ) {
      expect((await call("GET", "/households", role)).json().items).toEqual([]);
      expect((await call("POST", "/households/search", role, { idNumber: CLEAR.idNumber })).json()).toEqual({ household: null });
      const body = (await call("GET", "/households/W1", role)).json();
      expect([body.members[0].restricted, body.members[1].restricted]).toEqual([true, false]);
      expect(shownOf(JSON.stringify(body))).toEqual(Object.fromEntries(PERSONAL_FIELDS.map((field) => [field, RESTRICTED_MARK])));
      expect(body.members[1].name).toBe("王**");
    }
    expect((await call("GET", "/households?restricted=only", "POV")).json().items).toMatchObject([
      { household: "W1", headName: RESTRICTED_MARK, restricted: true },
    ]);
    const clear = (await call("POST", "/households/W1/unmasking", "POV", { reason: "核对" })).json();
    expect([clear.members[0].name, clear.members[1].name]).toEqual([RESTRICTED_MARK, "王小明"]);
    expect(shownOf((await call("POST", "/households/W1/unmasking", "AUD", { reason: "专项审计" })).body)).toEqual(CLEAR);
    expect((await call("GET", `/privacy/persons/${head}`, "FIN-R")).json()).toMatchObject({
      households: ["W1"],
      restriction: { since: "2018-06-01", legalBasis: "retention-of-vouchers", document: "信访〔2018〕3号" },
      K1: { readable: true, shreddedOn: null },
    });
    expect((await call("GET", "/privacy/persons/nobody", "POV")).statusCode).toBe(404);
    await decide(LiftRestriction);
    expect(shownOf((await call("GET", "/households/W1", "POV")).body)).toEqual(MASKED);
    expect((await call("POST", "/households/search", "POV", { idNumber: CLEAR.idNumber })).json()).toEqual({ household: "W1" });
  });

  it("given a shredded key, then the fields say so and the others stay", async () => {
    await service.vault.shred(DISTRICT, head, "K2");
    expect(shownOf((await call("GET", "/households/W1", "POV")).body)).toEqual({ ...MASKED, phone: ERASED_MARK, cause: ERASED_MARK });
    expect((await call("POST", "/households/W1/unmasking", "AUD", { reason: "专项审计" })).json().members[0].phone).toBe(ERASED_MARK);
  });
});
