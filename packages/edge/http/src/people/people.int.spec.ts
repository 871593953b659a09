import { testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, buildApp, guardWith, needsRole, PeopleStore, peopleMigrations, peopleRoutes } from "../index.ts";

let app: App;
let pool: Pool;
let drop: () => Promise<void>;
let now = Date.UTC(2018, 0, 2, 1, 0, 0);
let admin = "";

beforeAll(async () => {
  const database = await testDatabase(peopleMigrations);
  drop = database.drop;
  pool = new Pool({ connectionString: database.url, max: 4, options: "-c role=huimin_people" });
  const people = new PeopleStore(pool, "410803", () => now);
  app = await buildApp({ logger: pino({ level: "silent" }), documents: false, limits: { eventLoopDelayMs: 0 } });
  guardWith(app, people);
  await app.register(async (scope) => peopleRoutes(scope as App), { prefix: "/api/v1" });
  app.get("/only-finance", { onRequest: needsRole("FIN-M", "FIN-R") }, async (request) => ({ by: request.person?.login }));
  const made = await Promise.all([people.ensureFirstAdministrator(), people.ensureFirstAdministrator()]);
  const first = made.filter((one) => one !== undefined);
  expect(first).toHaveLength(1);
  const answer = await send("POST", "/api/v1/sign-in", { login: "admin", password: first[0]?.password });
  admin = answer.json().token;
});
afterAll(async () => {
  await app.close();
  await pool.end();
  await drop();
});

const send = (method: "GET" | "POST" | "PUT", url: string, payload?: unknown, token?: string) =>
  app.inject({
    method,
    url,
    remoteAddress: `10.0.0.${Math.floor(Math.random() * 250)}`,
    headers: {
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });

const newUser = async (login: string, roles: string[]) =>
  (await send("POST", "/api/v1/users", { login, displayName: "王岗位", roles }, admin)).json();
const signIn = async (login: string, password: string) => (await send("POST", "/api/v1/sign-in", { login, password })).json();

describe("people", () => {
  it("given a new user, when signing in first, then the password must be changed before anything else", async () => {
    const made = await newUser("maker", ["FIN-M"]);
    const session = await signIn("MAKER", made.password);
    expect(session.person).toMatchObject({ login: "maker", mustChangePassword: true, roles: ["FIN-M"] });
    expect((await send("GET", "/only-finance", undefined, session.token)).json().code).toBe("PASSWORD_CHANGE_REQUIRED");
    expect((await send("POST", "/api/v1/me/password", { old: made.password, new: "short" }, session.token)).json().code).toBe(
      "PASSWORD_WEAK",
    );
    expect((await send("POST", "/api/v1/me/password", { old: made.password, new: "my-maker-password" }, session.token)).json().code).toBe(
      "PASSWORD_WEAK",
    );
    expect((await send("POST", "/api/v1/me/password", { old: "wrong", new: "a-long-enough-phrase" }, session.token)).json().code).toBe(
      "SIGN_IN_FAILED",
    );
    expect((await send("POST", "/api/v1/me/password", { old: made.password, new: "a-long-enough-phrase" }, session.token)).statusCode).toBe(
      204,
    );
    expect((await send("GET", "/only-finance", undefined, session.token)).json()).toEqual({ by: "maker" });
  });

  it("given no session, another role or an administrator without a role, then it is refused", async () => {
    expect((await send("GET", "/only-finance")).json()).toMatchObject({ status: 401, code: "SIGN_IN_REQUIRED" });
    expect((await send("GET", "/only-finance", undefined, admin)).json()).toMatchObject({ status: 403, code: "ROLE_REQUIRED" });
    const { password } = await newUser("village", ["VIL"]);
    const session = await signIn("village", password);
    await send("POST", "/api/v1/me/password", { old: password, new: "another-long-phrase" }, session.token);
    expect((await send("GET", "/only-finance", undefined, session.token)).json().code).toBe("ROLE_REQUIRED");
    expect((await send("GET", "/api/v1/users", undefined, session.token)).json().code).toBe("ADMINISTRATOR_REQUIRED");
  });

  it("given five wrong passwords, then the account is locked for a quarter of an hour, even for the right one", async () => {
    const { password } = await newUser("locked", ["POV"]);
    const wrong = await Promise.all([1, 2, 3, 4].map(() => signIn("locked", "wrong")));
    expect(wrong.map((one) => one.code)).toEqual(Array(4).fill("SIGN_IN_FAILED"));
    expect((await signIn("locked", "wrong")).code).toBe("SIGN_IN_LOCKED");
    expect((await signIn("locked", password)).code).toBe("SIGN_IN_LOCKED");
    now += 15 * 60_000 + 1;
    expect((await signIn("locked", password)).person.login).toBe("locked");
    expect((await signIn("nobody", password)).code).toBe("SIGN_IN_FAILED");
  });

  it("given the cookie, then it serves as well; after signing out, neither does", async () => {
    const { password } = await newUser("cookie", ["FIN-R"]);
    const answer = await send("POST", "/api/v1/sign-in", { login: "cookie", password });
    const cookie = answer.cookies[0];
    expect(cookie).toMatchObject({ name: "huimin_session", httpOnly: true, sameSite: "Strict" });
    const me = () => app.inject({ url: "/api/v1/me", cookies: { huimin_session: cookie?.value ?? "" } });
    expect((await me()).json().login).toBe("cookie");
    await app.inject({ method: "POST", url: "/api/v1/sign-out", cookies: { huimin_session: cookie?.value ?? "" } });
    expect((await me()).statusCode).toBe(401);
  });

  it("given 12 hours, or 2 without a request, then the session has ended", async () => {
    const { password } = await newUser("late", ["FIN-C"]);
    const session = await signIn("late", password);
    now += 2 * 3_600_000 + 1;
    expect((await send("GET", "/api/v1/me", undefined, session.token)).statusCode).toBe(401);
    const again = await signIn("late", password);
    for (let hour = 0; hour < 11; hour++) {
      now += 3_600_000;
      expect((await send("GET", "/api/v1/me", undefined, again.token)).statusCode).toBe(200);
    }
    now += 3_600_001;
    expect((await send("GET", "/api/v1/me", undefined, again.token)).statusCode).toBe(401);
    admin = (await signIn("admin", await resetAdmin())).token;
  });

  it("given deactivation or a reset, then the sessions end at once; the last administrator stays", async () => {
    const made = await newUser("leaver", ["FIN-M"]);
    const session = await signIn("leaver", made.password);
    expect((await send("GET", "/api/v1/me", undefined, session.token)).statusCode).toBe(200);
    await send("POST", `/api/v1/users/${made.user.id}/deactivation`, undefined, admin);
    expect((await send("GET", "/api/v1/me", undefined, session.token)).statusCode).toBe(401);
    expect((await signIn("leaver", made.password)).code).toBe("SIGN_IN_FAILED");
    const me = (await send("GET", "/api/v1/me", undefined, admin)).json();
    expect((await send("POST", `/api/v1/users/${me.id}/deactivation`, undefined, admin)).json().code).toBe("LAST_ADMINISTRATOR");
    expect((await send("POST", "/api/v1/users/u-none/activation", undefined, admin)).json().code).toBe("USER_UNKNOWN");
    expect((await newUser("leaver", [])).code).toBe("LOGIN_TAKEN");
  });

  it("given the database, then no token and no password is in it, and changes of rights are kept", async () => {
    const { rows } = await pool.query(
      "SELECT a.password_hash, s.token_hash FROM people.account a LEFT JOIN people.session s USING (district, user_id)",
    );
    for (const row of rows) {
      expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      if (row.token_hash) expect(row.token_hash).toHaveLength(32);
    }
    await expect(pool.query("DELETE FROM people.change")).rejects.toThrow(/permission denied/);
    expect((await pool.query("SELECT count(*)::int AS n FROM people.change WHERE what LIKE 'created%'")).rows[0].n).toBeGreaterThan(4);
  });
});

/** The administrator's session has ended in the test above; a new password through the store. */
async function resetAdmin(): Promise<string> {
  const { rows } = await pool.query("SELECT user_id FROM people.account WHERE login = 'admin'");
  const initial = await app.people.resetPassword(rows[0].user_id, "spec");
  const session = await signIn("admin", initial);
  await send("POST", "/api/v1/me/password", { old: initial, new: "the-next-long-phrase" }, session.token);
  return "the-next-long-phrase";
}
