import { isIPv6 } from "node:net";
import { queries } from "@huimin/database";
import { sql } from "kysely";
import type { Pool } from "pg";

/** A request that was refused because of who sent it, from where, or for what. Ids and codes only. */
export interface Failure {
  readonly code: string;
  readonly address: string;
  /** As the request claims it; '' without one. */
  readonly keyId: string;
  readonly route: string;
  readonly bank?: string | undefined;
  readonly client?: string | undefined;
}

/** Failures that were alike within ten minutes. */
export interface FailureRow extends Omit<Failure, "bank" | "client"> {
  readonly bank?: string;
  readonly client?: string;
  readonly times: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

interface Counted extends Failure {
  readonly slot: number;
  times: number;
  readonly firstAt: number;
  lastAt: number;
}

const SLOT_MS = 600_000;
const FLUSH_EVERY_MS = 1_000;
/** Different failures held between two writes; what comes on top is counted under one name. */
const HELD_MAX = 500;
const KEPT_DAYS = 30;
export const FAILURES_KEPT_MAX = 50_000;
const FORGET_EVERY_MS = 3_600_000;

const WRITE = `
INSERT INTO bank_gateway.security_failure AS f (district, slot, address, code, key_id, route, bank, client, times, first_at, last_at)
SELECT $1, n.slot, n.address, n.code, n."keyId", n.route, n.bank, n.client, n.times, to_timestamp(n."firstAt" / 1000.0), to_timestamp(n."lastAt" / 1000.0)
FROM jsonb_to_recordset($2::jsonb)
  AS n (slot bigint, address text, code text, "keyId" text, route text, bank text, client text, times bigint, "firstAt" bigint, "lastAt" bigint)
ON CONFLICT (district, slot, address, code, key_id, route)
  DO UPDATE SET times = f.times + excluded.times, last_at = greatest(f.last_at, excluded.last_at)`;
const FORGET_OLD = "DELETE FROM bank_gateway.security_failure WHERE district = $1 AND slot < $2";
const FORGET_MANY = `DELETE FROM bank_gateway.security_failure WHERE district = $1 AND slot <
  (SELECT slot FROM bank_gateway.security_failure WHERE district = $1 ORDER BY slot DESC OFFSET ${FAILURES_KEPT_MAX} LIMIT 1)`;

interface Tables {
  "bank_gateway.security_failure": {
    district: string;
    slot: string;
    address: string;
    code: string;
    key_id: string;
    route: string;
    bank: string | null;
    client: string | null;
    times: string;
    first_at: Date;
    last_at: Date;
  };
}

/** One sender, for counting: an IPv6 sender has a whole /64 of addresses to change among. */
export function senderName(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const [left = "", right] = address.split("::");
  const groups = right === undefined ? left.split(":") : [...left.split(":").filter(Boolean), ...Array<string>(8).fill("0")];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/**
 * What the office sees of failed authentication and authorisation: counted in memory, written once a second, kept for
 * thirty days and at most {@link FAILURES_KEPT_MAX} rows. An attack makes the numbers larger, not the table.
 */
export class SecurityFailures {
  readonly #pool: Pool;
  readonly #district: string;
  readonly #now: () => number;
  readonly #onFault: (fault: unknown) => void;
  #held = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #forgotAt = Number.NEGATIVE_INFINITY;

  /** `now`: milliseconds since 1970. */
  constructor(pool: Pool, district: string, now: () => number, onFault: (fault: unknown) => void) {
    this.#pool = pool;
    this.#district = district;
    this.#now = now;
    this.#onFault = onFault;
  }

  note(failure: Failure): void {
    const now = this.#now();
    const slot = Math.floor(now / SLOT_MS);
    const full = this.#held.size >= HELD_MAX;
    const { address, code, keyId, route } = full ? { ...failure, address: "(many)", keyId: "", route: "" } : failure;
    const name = JSON.stringify([slot, address, code, keyId, route]);
    const known = this.#held.get(name);
    if (known) {
      known.times += 1;
      known.lastAt = now;
    } else {
      const whose = full ? {} : { bank: failure.bank, client: failure.client };
      this.#held.set(name, { slot, address, code, keyId, route, ...whose, times: 1, firstAt: now, lastAt: now });
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, FLUSH_EVERY_MS).unref();
  }

  /** Writes what is held. What can't be written is in the server's log all the same. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = [...this.#held.values()];
    if (rows.length === 0) return;
    this.#held = new Map();
    try {
      await this.#pool.query(WRITE, [this.#district, JSON.stringify(rows)]);
      await this.#forget();
    } catch (fault) {
      this.#onFault(fault);
    }
  }

  async #forget(): Promise<void> {
    const now = this.#now();
    if (now - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = now;
    await this.#pool.query(FORGET_OLD, [this.#district, Math.floor((now - KEPT_DAYS * 86_400_000) / SLOT_MS)]);
    await this.#pool.query(FORGET_MANY, [this.#district]);
  }

  /** Newest first. */
  async list(limit: number, offset: number): Promise<FailureRow[]> {
    await this.flush();
    const instant = (column: "first_at" | "last_at") =>
      sql<string>`to_char(${sql.ref(column)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')`;
    const rows = await queries<Tables>(this.#pool)
      .selectFrom("bank_gateway.security_failure")
      .select(["address", "code", "key_id", "route", "bank", "client", "times"])
      .select([instant("first_at").as("first"), instant("last_at").as("last")])
      .where("district", "=", this.#district)
      .orderBy("slot", "desc")
      .orderBy("last_at", "desc")
      .orderBy("address")
      .orderBy("code")
      .orderBy("key_id")
      .orderBy("route")
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(({ address, code, key_id, route, bank, client, times, first, last }) => ({
      address,
      code,
      keyId: key_id,
      route,
      ...(bank === null ? {} : { bank }),
      ...(client === null ? {} : { client }),
      times: Number(times),
      firstAt: first,
      lastAt: last,
    }));
  }
}
