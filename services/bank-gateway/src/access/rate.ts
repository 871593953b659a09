/*
 * Token buckets: `burst` requests at once, and `perSecond` more every second. In the memory of one process, because a look
 * into a database or Redis for each request would cost more than the request's other checks together; with several
 * processes behind one address a client has this much from each. What must be exact over all processes is the day's
 * quota, which is counted in the database.
 */

interface Bucket {
  tokens: number;
  at: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Buckets that are held; the one that was used longest ago is forgotten, and is then full. */
const BUCKETS_MAX = 20_000;

export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;
  readonly #max: number;

  /** `now`: milliseconds on a clock that only moves forward. */
  constructor(now: () => number = () => performance.now(), max: number = BUCKETS_MAX) {
    this.#now = now;
    this.#max = max;
  }

  #bucket(name: string, { perSecond, burst }: Rate): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  }

  /** Requests that may be made now. */
  left(name: string, rate: Rate): number {
    return this.#buckets.has(name) ? Math.floor(this.#bucket(name, rate).tokens) : rate.burst;
  }

  /** Takes one; false when there is none. */
  take(name: string, rate: Rate): boolean {
    const bucket = this.#bucket(name, rate);
    // The order of the map is the order of use.
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > this.#max) this.#buckets.delete(this.#buckets.keys().next().value as string);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Whole seconds, at least 1, until `wanted` requests may be made. */
  waitSeconds(name: string, rate: Rate, wanted = 1): number {
    const missing = wanted - this.#bucket(name, rate).tokens;
    return Math.max(1, Math.ceil(missing / rate.perSecond));
  }
}
