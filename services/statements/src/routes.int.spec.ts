import { openPool } from "@huimin/database";
import type { Role } from "@huimin/decider";
import { type App, buildApp, commandsWith, guardWith, PeopleStore, peopleMigrations, RefusalError } from "@huimin/http";
import { loadFonts } from "@huimin/statements";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import type { Pool } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statementRoutes } from "./index.ts";
import { DISTRICT, type SpecDistrict, specDistrict } from "./specification/district.ts";

const PASSWORD = "a-long-enough-phrase";
const [H1, H2] = ["410803010207-0001", "410803010207-0002"] as const;

describe("statements over HTTP", () => {
  let database: TestDatabase;
  let pool: Pool;
  let app: App;
  let district: SpecDistrict;
  const tokens = new Map<Role, string>();
  const logged: string[] = [];
  const downloads: { readonly actor: string; readonly household: string; readonly year: number }[] = [];

  beforeAll(async () => {
    database = await testDatabase(peopleMigrations);
    pool = openPool({ url: database.url });
    const fonts = loadFonts();
    district = await specDistrict({ fonts: () => fonts });
    await district.register(H1, "张·三");
    await district.register(H2, "李四");
    await district.lend("L1", H1, "50000.00", "2017-03-10");
    const people = new PeopleStore(pool, DISTRICT, Date.now);
    for (const role of ["FIN-R", "VIL", "AUD"] as const) {
      const login = role.toLowerCase();
      await people.create({ login, displayName: role, roles: [role], password: PASSWORD }, "spec");
      tokens.set(role, (await people.signIn(login, PASSWORD)).token);
    }
    app = await buildApp({
      logger: pino({ level: "info" }, { write: (line: string) => void logged.push(line) }),
      limits: { eventLoopDelayMs: 0 },
    });
    guardWith(app, people);
    commandsWith(app, {
      send: async (_, body) => {
        const sent = await district.send(body as never);
        if (!sent.ok) throw new RefusalError(sent.refusal);
        return { kind: "recorded", answer: sent.value as Record<string, unknown>, position: await district.store.head(DISTRICT) };
      },
    });
    await app.register(
      async (scope) =>
        statementRoutes(scope as App, { ...district.options, onDownload: async (download) => void downloads.push(download) }),
      { prefix: "/api/v1" },
    );
    await app.ready();
  });
  afterAll(async () => {
    await app.close();
    await pool.end();
    await database.drop();
  });

  const call = (method: "GET" | "POST", url: string, role?: Role, payload?: object) =>
    app.inject({
      method,
      url: `/api/v1${url}`,
      headers: role ? { authorization: `Bearer ${tokens.get(role)}` } : {},
      ...(payload ? { payload } : {}),
    });

  it("issues a year for the finance reviewer only, and says what became of every household", async () => {
    expect((await call("POST", "/statements/issue", undefined, { year: 2018 })).statusCode).toBe(401);
    expect((await call("POST", "/statements/issue", "VIL", { year: 2018 })).statusCode).toBe(403);
    const answer = await call("POST", "/statements/issue", "FIN-R", { year: 2018 });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      year: 2018,
      counts: { issued: 1, supplement: 0, unchanged: 0, nil: 1, refused: 0 },
      lines: [
        { household: H1, coverage: "issued" },
        { household: H2, coverage: "nil" },
      ],
    });
    expect((await call("POST", "/statements/issue", "FIN-R", { year: 2018 })).json()).toMatchObject({
      counts: { issued: 0, unchanged: 1 },
    });
  });

  it.each([
    [{ year: 1999 }, 400],
    [{ year: "2018" }, 400],
    [{ year: 2018, extra: 1 }, 400],
    [{ year: 2018, issuedOn: "2019-02-30" }, 400],
    [{ year: 2018, issuedOn: "2019-01-01" }, 422],
    [{ year: 2030 }, 422],
    [{ year: 2018, position: 100000 }, 400],
  ])("refuses %j", async (body, status) => {
    const answer = await call("POST", "/statements/issue", "FIN-R", body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ status, code: expect.any(String), remedyZh: expect.any(String) });
  });

  it("lists what was issued without naming anybody", async () => {
    const answer = await call("GET", "/statements?year=2018", "AUD");
    expect(answer.json()).toMatchObject({ items: [{ number: `中站扶红〔2018〕${H1}`, household: H1, supplement: 0 }] });
    expect(answer.body).not.toContain("张");
    expect((await call("GET", "/statements?year=2017", "AUD")).json()).toEqual({ items: [] });
  });

  it("hands out the PDF to the village, not to the auditor, and logs who asked without personal data", async () => {
    const answer = await call("GET", `/households/${H1}/statements/2018?large-print=true&two-copies=true`, "VIL");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/pdf");
    expect(answer.headers["content-disposition"]).toContain(`${H1}-2018.pdf`);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.rawPayload.subarray(0, 8).toString("latin1")).toBe("%PDF-1.7");
    expect(logged.filter((line) => line.includes("statement printed"))).toHaveLength(1);
    expect(logged.join("")).not.toContain("张·三");
    expect((await call("GET", `/households/${H1}/statements/2018`, "AUD")).statusCode).toBe(403);
  });

  it("tells the access log of every statement that leaves, before it leaves", () => {
    expect(downloads).toMatchObject([{ household: H1, year: 2018 }]);
  });

  it("says so when there is no such statement", async () => {
    for (const url of [
      `/households/${H2}/statements/2018`,
      `/households/${H1}/statements/2017`,
      `/households/${H1}/statements/2018?supplement=3`,
    ]) {
      const answer = await call("GET", url, "VIL");
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: "STATEMENT_NOT_FOUND" });
    }
  });
});
