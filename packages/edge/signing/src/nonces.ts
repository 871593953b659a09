import type { Pool } from "pg";

/** Remembers which nonces of a key were used, until their signatures have expired. */
export interface NonceStore {
  /**
   * Claims a nonce for a key; false when it was used before. `expires`: seconds since 1970 after which the signature
   * would be refused anyway. Throws {@link NonceStoreBusy} when its bound is reached.
   */
  claim(keyId: string, nonce: string, expires: number): Promise<boolean>;
}

/** The bounded store can take no more now: answered with 503. */
export class NonceStoreBusy extends Error {
  override readonly name = "NonceStoreBusy";
}

/** Nonces that one process keeps at most: 5 minutes at 1,000 requests a second. */
const MEMORY_MAX = 300_000;

/** Bounded memory: enough on its own for one process, and the fast answer in front of the database for many. */
export class MemoryNonceStore implements NonceStore {
  private readonly used = new Map<string, number>();
  private readonly now: () => number;
  private readonly max: number;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number, max: number = MEMORY_MAX) {
    this.now = now;
    this.max = max;
  }

  claimNow(keyId: string, nonce: string, expires: number): boolean {
    const name = `${keyId} ${nonce}`;
    if (this.used.has(name)) return false;
    if (this.used.size >= this.max) this.forgetExpired();
    if (this.used.size >= this.max) throw new NonceStoreBusy("too many signed requests within the time window");
    this.used.set(name, expires);
    return true;
  }

  async claim(keyId: string, nonce: string, expires: number): Promise<boolean> {
    return this.claimNow(keyId, nonce, expires);
  }

  forget(keyId: string, nonce: string): void {
    this.used.delete(`${keyId} ${nonce}`);
  }

  private forgetExpired(): void {
    const seconds = this.now() / 1000;
    for (const [name, expires] of this.used) if (expires < seconds) this.used.delete(name);
  }
}

interface Waiting {
  readonly keyId: string;
  readonly nonce: string;
  readonly expires: number;
  readonly done: (fresh: boolean) => void;
  readonly failed: (fault: unknown) => void;
}

/** Nonces written in one statement at most, and requests that may wait for theirs. */
const BATCH_MAX = 500;
const WAITING_MAX = 10_000;
const SWEEP_EVERY_MS = 60_000;

/** Width of a slot: what expires in the same five minutes is forgotten together. */
const SLOT_SECONDS = 300;

/*
 * The commit of a nonce need not be durable: a database that dies may forget the last minutes' nonces, and then a
 * replayed message still meets its Idempotency-Key in the log, which is durable, and books nothing. So the table is
 * unlogged and the commit does not wait for the disk; otherwise the claim is as dear as the append itself.
 */
const CLAIM = `
WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO signing.nonce (district, slot, key_id, nonce)
SELECT $1, slot, key_id, nonce FROM relaxed, unnest($2::integer[], $3::text[], $4::text[]) AS wanted (slot, key_id, nonce)
ON CONFLICT DO NOTHING
RETURNING key_id, nonce`;

const SWEEP = "DELETE FROM signing.nonce WHERE district = $1 AND slot < $2";

/**
 * Nonces in PostgreSQL, shared by all processes of a district, with {@link MemoryNonceStore} in front. Claims that
 * arrive while a statement is in flight go out together in the next one.
 */
export class PostgresNonceStore implements NonceStore {
  private readonly pool: Pool;
  private readonly district: string;
  private readonly memory: MemoryNonceStore;
  private readonly now: () => number;
  private waiting: Waiting[] = [];
  private inFlight = false;
  private sweptAt = 0;

  constructor(pool: Pool, district: string, now: () => number) {
    this.pool = pool;
    this.district = district;
    this.now = now;
    this.memory = new MemoryNonceStore(now);
  }

  async claim(keyId: string, nonce: string, expires: number): Promise<boolean> {
    if (this.waiting.length >= WAITING_MAX) throw new NonceStoreBusy("too many signed requests wait");
    if (!this.memory.claimNow(keyId, nonce, expires)) return false;
    return new Promise((done, failed) => {
      this.waiting.push({ keyId, nonce, expires, done, failed });
      if (!this.inFlight) void this.flush();
    });
  }

  private async flush(): Promise<void> {
    this.inFlight = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_MAX);
      try {
        const fresh = await this.insert(batch);
        for (const one of batch) one.done(fresh === "all" || fresh.has(`${one.keyId} ${one.nonce}`));
      } catch (fault) {
        // What was not written is not used: the sender may try the same signature again.
        for (const one of batch) {
          this.memory.forget(one.keyId, one.nonce);
          one.failed(fault);
        }
      }
    }
    this.inFlight = false;
  }

  private async insert(batch: readonly Waiting[]): Promise<ReadonlySet<string> | "all"> {
    const { rows } = await this.pool.query<{ key_id: string; nonce: string }>({
      name: "signature-nonce-claim",
      text: CLAIM,
      values: [
        this.district,
        batch.map((one) => Math.floor(one.expires / SLOT_SECONDS)),
        batch.map((one) => one.keyId),
        batch.map((one) => one.nonce),
      ],
    });
    this.sweep();
    return rows.length === batch.length ? "all" : new Set(rows.map((row) => `${row.key_id} ${row.nonce}`));
  }

  /** Forgets what has expired, now and then and beside the claims: what is left over only takes room. */
  private sweep(): void {
    if (this.now() - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = this.now();
    // One slot is left over for processes whose clock is behind this one's.
    this.pool.query(SWEEP, [this.district, Math.floor(this.now() / 1000 / SLOT_SECONDS) - 1]).catch(() => undefined);
  }
}
