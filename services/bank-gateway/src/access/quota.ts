import type { Pool } from "pg";

/*
 * The day's quota (每日限额) is counted in the database, so that it holds over all processes and over restarts. A process
 * leases a block of it and counts in memory: one statement for many messages, and the next block is fetched while the
 * last quarter of this one is used. What a process that dies had leased stays counted: the error is on the careful side
 * and at most one block.
 */

/** Part of what is left that one process leases at once, and the largest lease. Small when little is left, so that the end is shared. */
const LEASE_PART = 20n;
const LEASE_MAX = 500n;
/** Days whose counts are kept for the office to look at. */
const DAYS_KEPT = 90;

/** $5 the day's quota, $6 a block, $7 what is wanted at least. `leased` is what this statement took: an answer that no other can change. */
const LEASE = `
INSERT INTO bank_gateway.quota AS q (district, bank, client, day, used, leased)
SELECT $1, $2, $3, $4::date, grant_, grant_ FROM least($5::bigint, greatest($6::bigint, $7::bigint)) AS grant_
ON CONFLICT (district, bank, client, day) DO UPDATE
  SET leased = least($5::bigint - q.used, greatest($7::bigint, least($6::bigint, ($5::bigint - q.used) / ${LEASE_PART}))),
      used = q.used + least($5::bigint - q.used, greatest($7::bigint, least($6::bigint, ($5::bigint - q.used) / ${LEASE_PART})))
  WHERE q.used < $5::bigint
RETURNING q.leased`;
const FORGET = "DELETE FROM bank_gateway.quota WHERE district = $1 AND day < $2::date - $3::int";
const GIVE_BACK = `UPDATE bank_gateway.quota SET used = greatest(0, used - $5::bigint)
  WHERE district = $1 AND bank = $2 AND client = $3 AND day = $4`;
const USED = "SELECT bank, client, used FROM bank_gateway.quota WHERE district = $1 AND day = $2";

export interface QuotaOf {
  readonly bank: string;
  readonly client: string;
  readonly perDay: number;
}

interface Lease extends Omit<QuotaOf, "perDay"> {
  readonly day: string;
  perDay: number;
  /** Messages that may still be taken without asking. */
  left: number;
  /** What the lease was when it was fetched. */
  size: number;
  /** The day's quota is used up: by the database's own word. */
  usedUp: boolean;
  fetching: Promise<void> | undefined;
}

export class DailyQuota {
  readonly #pool: Pool;
  readonly #district: string;
  readonly #onFault: (fault: unknown) => void;
  readonly #leases = new Map<string, Lease>();
  #forgotOn = "";

  constructor(pool: Pool, district: string, onFault: (fault: unknown) => void) {
    this.#pool = pool;
    this.#district = district;
    this.#onFault = onFault;
  }

  /**
   * Takes messages of the day's quota; false when it has not so many. Without a promise as long as the lease lasts.
   * `day`: civil date in Asia/Shanghai.
   */
  take(of: QuotaOf, day: string, messages = 1): boolean | Promise<boolean> {
    const lease = this.#leaseOf(of, day);
    if (lease.left >= messages) {
      lease.left -= messages;
      if (lease.left < lease.size / 4 && !lease.usedUp) this.#fetch(lease).catch(this.#onFault);
      return true;
    }
    return this.#takeFetched(lease, messages);
  }

  async #takeFetched(lease: Lease, messages: number): Promise<boolean> {
    while (lease.left < messages && !lease.usedUp) await this.#fetch(lease, messages - lease.left);
    if (lease.left < messages) return false;
    lease.left -= messages;
    return true;
  }

  #leaseOf(of: QuotaOf, day: string): Lease {
    const name = `${of.bank}\u0001${of.client}`;
    const known = this.#leases.get(name);
    // A raised quota counts at once; a lowered one with the next lease.
    if (known?.day === day) {
      if (known.perDay !== of.perDay) {
        known.perDay = of.perDay;
        known.usedUp = false;
      }
      return known;
    }
    const lease: Lease = { ...of, day, left: 0, size: 0, usedUp: false, fetching: undefined };
    this.#leases.set(name, lease);
    return lease;
  }

  /** One fetch at a time for a lease; who asks meanwhile waits for it. */
  #fetch(lease: Lease, wanted = 1): Promise<void> {
    lease.fetching ??= this.#lease(lease, wanted).finally(() => {
      lease.fetching = undefined;
    });
    return lease.fetching;
  }

  async #lease(lease: Lease, wanted: number): Promise<void> {
    const block = BigInt(lease.perDay) / LEASE_PART;
    const values = [this.#district, lease.bank, lease.client, lease.day, lease.perDay, block < LEASE_MAX ? block : LEASE_MAX, wanted];
    const { rows } = await this.#pool.query<{ leased: string }>({ name: "bank-quota-lease", text: LEASE, values });
    const [row] = rows;
    if (!row) {
      lease.usedUp = true;
      return;
    }
    lease.left += Number(row.leased);
    lease.size = lease.left;
    await this.#forgetOld(lease.day);
  }

  async #forgetOld(day: string): Promise<void> {
    if (this.#forgotOn === day) return;
    this.#forgotOn = day;
    await this.#pool.query(FORGET, [this.#district, day, DAYS_KEPT]).catch(this.#onFault);
  }

  /** Messages counted today by client, leases included; for the office. */
  async used(day: string): Promise<readonly { readonly bank: string; readonly client: string; readonly used: number }[]> {
    const { rows } = await this.#pool.query<{ bank: string; client: string; used: string }>(USED, [this.#district, day]);
    return rows.map(({ bank, client, used }) => ({ bank, client, used: Number(used) }));
  }

  /** Gives back what was leased and not used. */
  async close(): Promise<void> {
    for (const lease of this.#leases.values()) {
      await lease.fetching?.catch(this.#onFault);
      const { bank, client, day, left } = lease;
      lease.left = 0;
      if (left > 0) await this.#pool.query(GIVE_BACK, [this.#district, bank, client, day, left]).catch(this.#onFault);
    }
  }
}
