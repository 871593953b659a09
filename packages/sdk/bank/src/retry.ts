/** How a call is tried again. Every number has an upper bound of its own, so that nothing waits for ever. */
export interface RetryOptions {
  /** Sendings of one call at most. Default 6. */
  readonly attemptsMax?: number;
  /** First pause, doubled each time; what is slept is a random part of it (full jitter). Default 250 ms. */
  readonly baseMs?: number;
  /** Longest pause of ours; a Retry-After may be longer. Default 10 s. */
  readonly pauseMsMax?: number;
  /** For one sending. Default 30 s: a file is answered in 25. */
  readonly attemptMs?: number;
  /** For the whole call, pauses included. Default 120 s. */
  readonly deadlineMs?: number;
}

export const RETRY_DEFAULTS: Required<RetryOptions> = {
  attemptsMax: 6,
  baseMs: 250,
  pauseMsMax: 10_000,
  attemptMs: 30_000,
  deadlineMs: 120_000,
};

/** Statuses after which the same message may be sent again. No other 4xx: it would be refused again. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export const mayRetry = (status: number): boolean => AGAIN.has(status);

/** Seconds of a Retry-After: a number, or an HTTP date (RFC 9110 10.2.3). `now` is the clock of this machine. */
export function retryAfterSeconds(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const trimmed = header.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  const at = Date.parse(trimmed);
  return Number.isFinite(at) ? Math.max(0, Math.ceil((at - now) / 1000)) : undefined;
}

/**
 * Pause before the next sending, in milliseconds. What the server asks for is the least; a random part comes on top, so that
 * the clients of a server that stood still don't return in one instant.
 */
export function pauseMs(sent: number, asked: number | undefined, options: Required<RetryOptions>, random: () => number): number {
  const ours = Math.min(options.pauseMsMax, options.baseMs * 2 ** (sent - 1));
  return asked === undefined ? Math.ceil(random() * ours) : asked * 1000 + Math.ceil(random() * options.baseMs);
}
