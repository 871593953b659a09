import { createHash, randomBytes, randomUUID } from "node:crypto";
import { shanghaiInstant } from "@huimin/calendar";
import type { Role } from "@huimin/decider";
import type { Pool } from "pg";
import { RefusalError } from "../problem.ts";
import { peopleErrors as errors } from "./errors.ts";
import { checkPasswordStrength, hashPassword, newPassword, passwordMatches, spendPasswordTime } from "./passwords.ts";

/** A person who works with the product. */
export interface Person {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  /** Recorder roles of domain 2.0 that the person may act in. */
  readonly roles: readonly Role[];
  /** Manages people; this alone records nothing. */
  readonly administrator: boolean;
  readonly mustChangePassword: boolean;
}

export interface User extends Person {
  readonly active: boolean;
  readonly createdAt: string;
}

/** Wrong passwords in a row before the account is locked, and for how long. */
const FAILURES_MAX = 5;
const LOCK_MS = 15 * 60_000;
/** A session ends after this time, or after this time without a request. */
const SESSION_MS = 12 * 3_600_000;
const IDLE_MS = 2 * 3_600_000;
/** `seen_at` is written at most this often. */
const SEEN_EVERY_MS = 300_000;
/** Sessions whose person is remembered for a moment, so that a screen of requests asks the database once. */
const CACHE_MS = 5_000;
const CACHE_MAX = 1_000;

interface AccountRow {
  user_id: string;
  login: string;
  display_name: string;
  password_hash: string;
  roles: Role[];
  administrator: boolean;
  active: boolean;
  must_change: boolean;
  failures: number;
  locked_until: Date | null;
  created_at: Date;
}

const userOf = (row: AccountRow): User => ({
  id: row.user_id,
  login: row.login,
  displayName: row.display_name,
  roles: row.roles,
  administrator: row.administrator,
  mustChangePassword: row.must_change,
  active: row.active,
  createdAt: shanghaiInstant(row.created_at.getTime()),
});

const digest = (token: string): Buffer => createHash("sha256").update(token).digest();

export interface NewUser {
  readonly login: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly administrator?: boolean;
  /** Default: a new one, which must be changed at the first sign-in. */
  readonly password?: string;
}

/** People, their passwords and sessions, of one district. */
export class PeopleStore {
  private readonly pool: Pool;
  private readonly district: string;
  private readonly now: () => number;
  private readonly cache = new Map<string, { readonly person: Person; readonly until: number }>();

  private readonly newId: () => string;

  /** `now`: milliseconds since 1970. `newId`: of users; a demo gives seeded ones. */
  constructor(pool: Pool, district: string, now: () => number, newId: () => string = randomUUID) {
    this.pool = pool;
    this.district = district;
    this.now = now;
    this.newId = newId;
  }

  private async one<R extends object>(text: string, values: readonly unknown[]): Promise<R | undefined> {
    const { rows } = await this.pool.query<R>(text, [this.district, ...values]);
    return rows[0];
  }

  private async account(userId: string): Promise<AccountRow> {
    const row = await this.one<AccountRow>("SELECT * FROM people.account WHERE district = $1 AND user_id = $2", [userId]);
    if (!row) throw new RefusalError({ code: errors.USER_UNKNOWN, details: { user: userId } });
    return row;
  }

  private async note(by: string, userId: string, what: string): Promise<void> {
    await this.one("INSERT INTO people.change (district, at, by_user, user_id, what) VALUES ($1, $2, $3, $4, $5)", [
      new Date(this.now()),
      by,
      userId,
      what,
    ]);
  }

  /**
   * Creates a user. Refuses LOGIN_TAKEN, PASSWORD_WEAK. Answers with the initial password where it made one: it is
   * shown once and stored nowhere.
   */
  async create(user: NewUser, by: string): Promise<{ readonly user: User; readonly password?: string }> {
    const login = user.login.toLowerCase();
    const made = user.password === undefined ? newPassword() : undefined;
    if (user.password !== undefined) checkPasswordStrength(user.password, login);
    const hash = await hashPassword(made ?? (user.password as string));
    const row = await this.one<AccountRow>(
      `INSERT INTO people.account (district, user_id, login, display_name, password_hash, roles, administrator, must_change, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district, login) DO NOTHING RETURNING *`,
      [
        `u-${this.newId()}`,
        login,
        user.displayName,
        hash,
        user.roles,
        user.administrator ?? false,
        made !== undefined,
        new Date(this.now()),
      ],
    );
    if (!row) throw new RefusalError({ code: errors.LOGIN_TAKEN, details: { login } });
    await this.note(by, row.user_id, `created: ${describeRights(row)}`);
    return made === undefined ? { user: userOf(row) } : { user: userOf(row), password: made };
  }

  /**
   * The first administrator, when the district has none yet; undefined otherwise. Two processes that start at once
   * make one. The password is 100 random bits: it need not be changed.
   */
  async ensureFirstAdministrator(): Promise<{ readonly login: string; readonly password: string } | undefined> {
    const password = newPassword();
    const hash = await hashPassword(password);
    const row = await this.one<{ user_id: string }>(
      `INSERT INTO people.account (district, user_id, login, display_name, password_hash, roles, administrator, must_change, created_at)
       SELECT $1, $2, 'admin', '系统管理员', $3, '{}', true, false, $4
        WHERE NOT EXISTS (SELECT 1 FROM people.account WHERE district = $1 AND administrator)
       ON CONFLICT (district, login) DO NOTHING RETURNING user_id`,
      [`u-${this.newId()}`, hash, new Date(this.now())],
    );
    if (!row) return undefined;
    await this.note("system", row.user_id, "created: first administrator");
    return { login: "admin", password };
  }

  /** Refuses SIGN_IN_FAILED, SIGN_IN_LOCKED. The token is stored as its hash only. */
  async signIn(login: string, password: string): Promise<{ readonly token: string; readonly expiresAt: string; readonly person: Person }> {
    const row = await this.one<AccountRow>("SELECT * FROM people.account WHERE district = $1 AND login = $2 AND active", [
      login.toLowerCase(),
    ]);
    if (!row) {
      await spendPasswordTime(password);
      throw new RefusalError({ code: errors.SIGN_IN_FAILED });
    }
    this.refuseLocked(row.locked_until);
    if (!(await passwordMatches(password, row.password_hash))) {
      const lockedUntil = await this.countFailure(row.user_id);
      this.refuseLocked(lockedUntil);
      throw new RefusalError({ code: errors.SIGN_IN_FAILED });
    }
    const token = randomBytes(32).toString("base64url");
    const now = this.now();
    await this.one("UPDATE people.account SET failures = 0, locked_until = NULL WHERE district = $1 AND user_id = $2", [row.user_id]);
    await this.one("DELETE FROM people.session WHERE district = $1 AND expires_at < $2", [new Date(now)]);
    await this.one(
      "INSERT INTO people.session (district, token_hash, user_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
      [digest(token), row.user_id, new Date(now), new Date(now + SESSION_MS)],
    );
    return { token, expiresAt: shanghaiInstant(now + SESSION_MS), person: userOf(row) };
  }

  private refuseLocked(until: Date | null): void {
    if (until && until.getTime() > this.now())
      throw new RefusalError({ code: errors.SIGN_IN_LOCKED, details: { until: shanghaiInstant(until.getTime()) } });
  }

  /** Counts in the database, so parallel guesses count each. */
  private async countFailure(userId: string): Promise<Date | null> {
    const row = await this.one<{ locked_until: Date | null }>(
      `UPDATE people.account
          SET failures = CASE WHEN failures + 1 >= $3 THEN 0 ELSE failures + 1 END,
              locked_until = CASE WHEN failures + 1 >= $3 THEN $4::timestamptz ELSE locked_until END
        WHERE district = $1 AND user_id = $2 RETURNING locked_until`,
      [userId, FAILURES_MAX, new Date(this.now() + LOCK_MS)],
    );
    return row?.locked_until ?? null;
  }

  /** Whose session a token is; undefined when it has ended. */
  async personOf(token: string): Promise<Person | undefined> {
    const now = this.now();
    const cached = this.cache.get(token);
    if (cached && cached.until > now) return cached.person;
    const row = await this.one<AccountRow & { seen_at: Date }>(
      `SELECT a.*, s.seen_at FROM people.session s JOIN people.account a USING (district, user_id)
        WHERE s.district = $1 AND s.token_hash = $2 AND s.expires_at > $3 AND s.seen_at > $4 AND a.active`,
      [digest(token), new Date(now), new Date(now - IDLE_MS)],
    );
    if (!row) return undefined;
    if (now - row.seen_at.getTime() > SEEN_EVERY_MS) {
      await this.one("UPDATE people.session SET seen_at = $3 WHERE district = $1 AND token_hash = $2", [digest(token), new Date(now)]);
    }
    if (this.cache.size >= CACHE_MAX) this.cache.clear();
    const person = userOf(row);
    this.cache.set(token, { person, until: now + CACHE_MS });
    return person;
  }

  async signOut(token: string): Promise<void> {
    this.cache.delete(token);
    await this.one("DELETE FROM people.session WHERE district = $1 AND token_hash = $2", [digest(token)]);
  }

  /** Changes one's own password and ends all other sessions. Refuses SIGN_IN_FAILED, SIGN_IN_LOCKED, PASSWORD_WEAK. */
  async changePassword(userId: string, old: string, wanted: string, token: string): Promise<void> {
    const row = await this.account(userId);
    this.refuseLocked(row.locked_until);
    if (!(await passwordMatches(old, row.password_hash))) {
      this.refuseLocked(await this.countFailure(userId));
      throw new RefusalError({ code: errors.SIGN_IN_FAILED });
    }
    checkPasswordStrength(wanted, row.login);
    if (wanted === old)
      throw new RefusalError({ code: errors.PASSWORD_WEAK, details: { whyZh: "与旧密码相同", whyEn: "it is the old one" } });
    await this.one("UPDATE people.account SET password_hash = $3, must_change = false WHERE district = $1 AND user_id = $2", [
      userId,
      await hashPassword(wanted),
    ]);
    await this.one("DELETE FROM people.session WHERE district = $1 AND user_id = $2 AND token_hash <> $3", [userId, digest(token)]);
    this.cache.clear();
    await this.note(userId, userId, "password changed");
  }

  /** All users by login name after `afterLogin`. */
  async list(limit: number, afterLogin = ""): Promise<User[]> {
    const { rows } = await this.pool.query<AccountRow>(
      "SELECT * FROM people.account WHERE district = $1 AND login > $2 ORDER BY login LIMIT $3",
      [this.district, afterLogin, limit],
    );
    return rows.map(userOf);
  }

  async setRoles(userId: string, roles: readonly Role[], administrator: boolean, by: string): Promise<User> {
    const before = await this.account(userId);
    if (before.administrator && !administrator) await this.keepOneAdministrator(userId);
    const row = await this.one<AccountRow>(
      "UPDATE people.account SET roles = $3, administrator = $4 WHERE district = $1 AND user_id = $2 RETURNING *",
      [userId, roles, administrator],
    );
    this.cache.clear();
    await this.note(by, userId, `rights: ${describeRights(before)} -> ${describeRights(row as AccountRow)}`);
    return userOf(row as AccountRow);
  }

  /** A new password, shown once, to be changed at the next sign-in; ends all sessions and the lock. */
  async resetPassword(userId: string, by: string): Promise<string> {
    await this.account(userId);
    const password = newPassword();
    await this.one(
      "UPDATE people.account SET password_hash = $3, must_change = true, failures = 0, locked_until = NULL WHERE district = $1 AND user_id = $2",
      [userId, await hashPassword(password)],
    );
    await this.endSessions(userId);
    await this.note(by, userId, "password reset");
    return password;
  }

  async setActive(userId: string, active: boolean, by: string): Promise<User> {
    const before = await this.account(userId);
    if (before.administrator && !active) await this.keepOneAdministrator(userId);
    const row = await this.one<AccountRow>("UPDATE people.account SET active = $3 WHERE district = $1 AND user_id = $2 RETURNING *", [
      userId,
      active,
    ]);
    if (!active) await this.endSessions(userId);
    await this.note(by, userId, active ? "activated" : "deactivated");
    return userOf(row as AccountRow);
  }

  private async endSessions(userId: string): Promise<void> {
    await this.one("DELETE FROM people.session WHERE district = $1 AND user_id = $2", [userId]);
    this.cache.clear();
  }

  private async keepOneAdministrator(userId: string): Promise<void> {
    const others = await this.one(
      "SELECT 1 FROM people.account WHERE district = $1 AND user_id <> $2 AND administrator AND active LIMIT 1",
      [userId],
    );
    if (!others) throw new RefusalError({ code: errors.LAST_ADMINISTRATOR });
  }
}

const describeRights = (row: AccountRow): string => [...row.roles, ...(row.administrator ? ["administrator"] : [])].join(" ") || "none";
