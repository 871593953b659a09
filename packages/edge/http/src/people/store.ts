import { createHash, randomBytes, randomUUID } from "node:crypto";
import { shanghaiInstant } from "@huimin/calendar";
import { queries } from "@huimin/database";
import type { Role } from "@huimin/decider";
import type { Kysely, Selectable, UpdateQueryBuilder, UpdateResult } from "kysely";
import type { Pool } from "pg";
import { RefusalError } from "../problem.ts";
import { peopleErrors as errors } from "./errors.ts";
import { checkPasswordStrength, hashPassword, newPassword, passwordMatches, spendPasswordTime } from "./passwords.ts";
import type { AccountTable, PeopleTables } from "./tables.ts";

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

type AccountRow = Selectable<AccountTable>;

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
  private readonly db: Kysely<PeopleTables>;
  private readonly district: string;
  private readonly now: () => number;
  private readonly cache = new Map<string, { readonly person: Person; readonly until: number }>();

  private readonly newId: () => string;

  /** `now`: milliseconds since 1970. `newId`: of users; a demo gives seeded ones. */
  constructor(pool: Pool, district: string, now: () => number, newId: () => string = randomUUID) {
    this.db = queries(pool);
    this.district = district;
    this.now = now;
    this.newId = newId;
  }

  private async account(userId: string): Promise<AccountRow> {
    const row = await this.db
      .selectFrom("people.account")
      .selectAll()
      .where("district", "=", this.district)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (!row) throw new RefusalError({ code: errors.USER_UNKNOWN, details: { user: userId } });
    return row;
  }

  private update(userId: string): UpdateQueryBuilder<PeopleTables, "people.account", "people.account", UpdateResult> {
    return this.db.updateTable("people.account").where("district", "=", this.district).where("user_id", "=", userId);
  }

  private async note(by: string, userId: string, what: string): Promise<void> {
    await this.db
      .insertInto("people.change")
      .values({ district: this.district, at: new Date(this.now()), by_user: by, user_id: userId, what })
      .execute();
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
    const row = await this.db
      .insertInto("people.account")
      .values({
        district: this.district,
        user_id: `u-${this.newId()}`,
        login,
        display_name: user.displayName,
        password_hash: hash,
        roles: user.roles,
        administrator: user.administrator ?? false,
        must_change: made !== undefined,
        created_at: new Date(this.now()),
      })
      .onConflict((taken) => taken.columns(["district", "login"]).doNothing())
      .returningAll()
      .executeTakeFirst();
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
    const row = await this.db
      .insertInto("people.account")
      .columns(["district", "user_id", "login", "display_name", "password_hash", "roles", "administrator", "must_change", "created_at"])
      .expression(
        this.db
          .selectNoFrom(({ val, lit }) => [
            val(this.district).as("district"),
            val(`u-${this.newId()}`).as("user_id"),
            val("admin").as("login"),
            val("系统管理员").as("display_name"),
            val(hash).as("password_hash"),
            val<readonly Role[]>([]).as("roles"),
            lit(true).as("administrator"),
            lit(false).as("must_change"),
            val(new Date(this.now())).as("created_at"),
          ])
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom("people.account").select("user_id").where("district", "=", this.district).where("administrator", "=", true),
              ),
            ),
          ),
      )
      .onConflict((taken) => taken.columns(["district", "login"]).doNothing())
      .returning("user_id")
      .executeTakeFirst();
    if (!row) return undefined;
    await this.note("system", row.user_id, "created: first administrator");
    return { login: "admin", password };
  }

  /** Refuses SIGN_IN_FAILED, SIGN_IN_LOCKED. The token is stored as its hash only. */
  async signIn(login: string, password: string): Promise<{ readonly token: string; readonly expiresAt: string; readonly person: Person }> {
    const row = await this.db
      .selectFrom("people.account")
      .selectAll()
      .where("district", "=", this.district)
      .where("login", "=", login.toLowerCase())
      .where("active", "=", true)
      .executeTakeFirst();
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
    await this.update(row.user_id).set({ failures: 0, locked_until: null }).execute();
    await this.db.deleteFrom("people.session").where("district", "=", this.district).where("expires_at", "<", new Date(now)).execute();
    await this.db
      .insertInto("people.session")
      .values({
        district: this.district,
        token_hash: digest(token),
        user_id: row.user_id,
        created_at: new Date(now),
        seen_at: new Date(now),
        expires_at: new Date(now + SESSION_MS),
      })
      .execute();
    return { token, expiresAt: shanghaiInstant(now + SESSION_MS), person: userOf(row) };
  }

  private refuseLocked(until: Date | null): void {
    if (until && until.getTime() > this.now())
      throw new RefusalError({ code: errors.SIGN_IN_LOCKED, details: { until: shanghaiInstant(until.getTime()) } });
  }

  /** Counts in the database, so parallel guesses count each. */
  private async countFailure(userId: string): Promise<Date | null> {
    const row = await this.update(userId)
      .set((eb) => {
        const failures = eb("failures", "+", 1);
        const tooMany = eb(failures, ">=", FAILURES_MAX);
        const until = new Date(this.now() + LOCK_MS);
        return {
          failures: eb.case().when(tooMany).then(0).else(failures).end(),
          locked_until: eb.case().when(tooMany).then(until).else(eb.ref("locked_until")).end(),
        };
      })
      .returning("locked_until")
      .executeTakeFirst();
    return row?.locked_until ?? null;
  }

  /** Whose session a token is; undefined when it has ended. */
  async personOf(token: string): Promise<Person | undefined> {
    const now = this.now();
    const cached = this.cache.get(token);
    if (cached && cached.until > now) return cached.person;
    const row = await this.db
      .selectFrom("people.session as s")
      .innerJoin("people.account as a", (on) => on.onRef("a.district", "=", "s.district").onRef("a.user_id", "=", "s.user_id"))
      .selectAll("a")
      .select("s.seen_at")
      .where("s.district", "=", this.district)
      .where("s.token_hash", "=", digest(token))
      .where("s.expires_at", ">", new Date(now))
      .where("s.seen_at", ">", new Date(now - IDLE_MS))
      .where("a.active", "=", true)
      .executeTakeFirst();
    if (!row) return undefined;
    if (now - row.seen_at.getTime() > SEEN_EVERY_MS) {
      await this.db
        .updateTable("people.session")
        .set({ seen_at: new Date(now) })
        .where("district", "=", this.district)
        .where("token_hash", "=", digest(token))
        .execute();
    }
    if (this.cache.size >= CACHE_MAX) this.cache.clear();
    const person = userOf(row);
    this.cache.set(token, { person, until: now + CACHE_MS });
    return person;
  }

  async signOut(token: string): Promise<void> {
    this.cache.delete(token);
    await this.db.deleteFrom("people.session").where("district", "=", this.district).where("token_hash", "=", digest(token)).execute();
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
    await this.update(userId)
      .set({ password_hash: await hashPassword(wanted), must_change: false })
      .execute();
    await this.endSessions(userId, token);
    await this.note(userId, userId, "password changed");
  }

  /** All users by login name after `afterLogin`. */
  async list(limit: number, afterLogin = ""): Promise<User[]> {
    const rows = await this.db
      .selectFrom("people.account")
      .selectAll()
      .where("district", "=", this.district)
      .where("login", ">", afterLogin)
      .orderBy("login")
      .limit(limit)
      .execute();
    return rows.map(userOf);
  }

  /** Names of users by id, for papers that say who made and who checked them; an id that is no user is absent. */
  async namesOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(userIds)];
    if (wanted.length === 0) return new Map();
    const rows = await this.db
      .selectFrom("people.account")
      .select(["user_id", "display_name"])
      .where("district", "=", this.district)
      .where("user_id", "in", wanted)
      .execute();
    return new Map(rows.map((row) => [row.user_id, row.display_name]));
  }

  async setRoles(userId: string, roles: readonly Role[], administrator: boolean, by: string): Promise<User> {
    const before = await this.account(userId);
    if (before.administrator && !administrator) await this.keepOneAdministrator(userId);
    const row = await this.update(userId).set({ roles, administrator }).returningAll().executeTakeFirstOrThrow();
    this.cache.clear();
    await this.note(by, userId, `rights: ${describeRights(before)} -> ${describeRights(row)}`);
    return userOf(row);
  }

  /** A new password, shown once, to be changed at the next sign-in; ends all sessions and the lock. */
  async resetPassword(userId: string, by: string): Promise<string> {
    await this.account(userId);
    const password = newPassword();
    await this.update(userId)
      .set({ password_hash: await hashPassword(password), must_change: true, failures: 0, locked_until: null })
      .execute();
    await this.endSessions(userId);
    await this.note(by, userId, "password reset");
    return password;
  }

  async setActive(userId: string, active: boolean, by: string): Promise<User> {
    const before = await this.account(userId);
    if (before.administrator && !active) await this.keepOneAdministrator(userId);
    const row = await this.update(userId).set({ active }).returningAll().executeTakeFirstOrThrow();
    if (!active) await this.endSessions(userId);
    await this.note(by, userId, active ? "activated" : "deactivated");
    return userOf(row);
  }

  /** Ends a person's sessions, except that of the token `kept`. */
  private async endSessions(userId: string, kept?: string): Promise<void> {
    await this.db
      .deleteFrom("people.session")
      .where("district", "=", this.district)
      .where("user_id", "=", userId)
      .$if(kept !== undefined, (others) => others.where("token_hash", "<>", digest(kept as string)))
      .execute();
    this.cache.clear();
  }

  private async keepOneAdministrator(userId: string): Promise<void> {
    const other = await this.db
      .selectFrom("people.account")
      .select("user_id")
      .where("district", "=", this.district)
      .where("user_id", "<>", userId)
      .where("administrator", "=", true)
      .where("active", "=", true)
      .limit(1)
      .executeTakeFirst();
    if (!other) throw new RefusalError({ code: errors.LAST_ADMINISTRATOR });
  }
}

const describeRights = (row: AccountRow): string => [...row.roles, ...(row.administrator ? ["administrator"] : [])].join(" ") || "none";
