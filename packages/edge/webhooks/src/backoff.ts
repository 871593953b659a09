/** Seconds before the second, third … attempt: a short break of a bank's system costs seconds, a weekend loses nothing. */
export const RETRY_SECONDS: readonly number[] = [5, 30, 120, 600, 3_600, 21_600, 86_400];
/** The first attempt and its retries; then the message is a dead letter. */
export const ATTEMPTS_MAX = RETRY_SECONDS.length + 1;
/** Each pause is up to this part shorter or longer, so that what failed together is not sent again together. */
const JITTER = 0.2;
/** A receiver may ask for a longer pause than ours, up to this. */
const RETRY_AFTER_SECONDS_MAX = 86_400;

/**
 * Milliseconds until the next attempt after `attempts` of them failed; undefined when it was the last. `random` from 0 to 1;
 * `retryAfterSeconds` as the receiver asked.
 */
export function pauseAfter(attempts: number, random: number, retryAfterSeconds = 0): number | undefined {
  const seconds = RETRY_SECONDS[attempts - 1];
  if (seconds === undefined) return undefined;
  const ours = seconds * (1 - JITTER + 2 * JITTER * random);
  return Math.round(1000 * Math.max(ours, Math.min(retryAfterSeconds, RETRY_AFTER_SECONDS_MAX)));
}
