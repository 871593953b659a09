import { pauseAfter } from "./backoff.ts";
import type { Attempt, ClaimedDelivery, DeliveryStore, Target } from "./deliveries.ts";
import type { WebhookMetrics } from "./metrics.ts";
import type { Sender, SendResult } from "./sender.ts";
import { signedHeaders } from "./signing.ts";

/*
 * Sends what is due. Each endpoint has a round of its own: nothing due → (ring) → claim a few → send them together → settle →
 * claim again, until nothing is due or the endpoint does not answer at all. Rounds of different endpoints share nothing, so
 * a slow one delays nobody. A round that is rung while it runs looks once more before it ends.
 */

/** Messages to one endpoint under way at once, from one process. */
export const IN_FLIGHT_MAX = 4;
/** So many attempts in a row without an answer end a round: the rest waits for the next ring instead of one time-out after another. */
export const SILENT_MAX = 8;
/** The next ring after a round that met silence. */
const SILENT_PAUSE_MS = 60_000;
/** A process that ends waits so long for attempts under way, then gives them up; they are made again. */
const CLOSE_MS = 3_000;

const USER_AGENT = "Huimin-Ledger-Webhooks/1 (+standardwebhooks)";

/** An endpoint as it stands now. Undefined address or secrets: it gets nothing, and what is due waits. */
export interface Standing {
  readonly url: string;
  /** `whsec_…`, the newest first. */
  readonly secrets: readonly string[];
}

export interface DispatcherOptions {
  readonly store: DeliveryStore;
  /** Undefined: paused, removed, or without a secret. Asked before each claim. */
  readonly standingOf: (target: Target) => Promise<Standing | undefined>;
  readonly send: Sender;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Rings for this endpoint again at an instant: a job that waits until then. */
  readonly ringAt: (target: Target, at: number) => Promise<unknown>;
  /** The endpoint answered 410 Gone. */
  readonly onGone: (target: Target) => Promise<void>;
  /** A round met a fault of ours (the database); the sweep rings again. */
  readonly onFault: (fault: unknown, target: Target) => void;
  readonly metrics?: WebhookMetrics | undefined;
  /** From 0 to 1. */
  readonly random?: () => number;
}

interface Round {
  again: boolean;
  readonly done: Promise<void>;
}

const keyOf = ({ bank, endpoint }: Target): string => `${bank}\n${endpoint}`;
const isDelivered = ({ status = 0 }: SendResult): boolean => status >= 200 && status < 300;

/** Every attempt ends before a fault of one is thrown on: none is left behind. */
async function allOf<T>(attempts: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(attempts);
  return ended.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #rounds = new Map<string, Round>();
  readonly #stop = new AbortController();
  #closing = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Sends what is due to the endpoint, beside everything else; answers at once. */
  ring(target: Target): void {
    if (this.#closing) return;
    const key = keyOf(target);
    const running = this.#rounds.get(key);
    if (running) {
      running.again = true;
      return;
    }
    const work = Promise.withResolvers<void>();
    const round: Round = { again: false, done: work.promise };
    this.#rounds.set(key, round);
    void this.#run(target, round)
      .catch((fault: unknown) => this.#options.onFault(fault, target))
      .finally(() => {
        this.#rounds.delete(key);
        work.resolve();
      });
  }

  /** Resolves when every round that runs now has ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#rounds.values()].map(({ done }) => done));
  }

  /** Nothing new is claimed; what is under way has a moment to end. */
  async close(): Promise<void> {
    this.#closing = true;
    const giveUp = setTimeout(() => this.#stop.abort(), CLOSE_MS);
    await this.settled();
    clearTimeout(giveUp);
  }

  async #run(target: Target, round: Round): Promise<void> {
    let silent = 0;
    do {
      round.again = false;
      for (;;) {
        const { store, clock, standingOf } = this.#options;
        const standing = this.#closing ? undefined : await standingOf(target);
        if (!standing || standing.secrets.length === 0) return;
        const claimed = await store.claim(target, clock(), IN_FLIGHT_MAX);
        if (claimed.length === 0) break;
        const results = await allOf(claimed.map((one) => this.#attempt(target, standing, one)));
        if (results.some(({ status }) => status === 410)) return;
        silent = results.every(({ status }) => status === undefined) ? silent + results.length : 0;
        if (silent >= SILENT_MAX) {
          await this.#later(target, clock() + SILENT_PAUSE_MS);
          return;
        }
      }
    } while (round.again);
  }

  /** The row says when it is due: a bell that could not be set is rung by the sweep. */
  async #later(target: Target, at: number): Promise<void> {
    await this.#options.ringAt(target, at).catch((fault: unknown) => this.#options.onFault(fault, target));
  }

  async #attempt(target: Target, { url, secrets }: Standing, delivery: ClaimedDelivery): Promise<SendResult> {
    const { store, send, clock, onGone, metrics } = this.#options;
    const { id, payload, kind } = delivery;
    const headers = {
      "content-type": "application/json",
      "user-agent": USER_AGENT,
      ...signedHeaders(id, Math.floor(clock() / 1000), payload, secrets),
    };
    const result = await send({ url, headers, body: payload }, this.#stop.signal);
    if (result.fault === "stopped") {
      await store.release([id]);
      return result;
    }
    if (result.status === 410) {
      // The endpoint says that it is no more; the message waits until somebody says where it is now.
      await onGone(target);
      await store.settle(delivery, this.#attemptOf(delivery, result, "waiting", clock()));
      metrics?.attempts.inc({ kind, outcome: "gone" });
      return result;
    }
    const attempt = this.#outcome(delivery, result);
    await store.settle(delivery, attempt);
    metrics?.attempts.inc({ kind, outcome: attempt.status === "waiting" ? "retried" : attempt.status });
    if (attempt.status === "waiting") await this.#later(target, attempt.nextAt);
    return result;
  }

  #outcome(delivery: ClaimedDelivery, result: SendResult): Attempt {
    const now = this.#options.clock();
    if (isDelivered(result)) return this.#attemptOf(delivery, result, "delivered", now);
    const random = this.#options.random ?? Math.random;
    const pause = pauseAfter(delivery.attempts + 1, random(), result.retryAfterSeconds);
    return pause === undefined ? this.#attemptOf(delivery, result, "dead", now) : this.#attemptOf(delivery, result, "waiting", now + pause);
  }

  #attemptOf({ attempts }: ClaimedDelivery, result: SendResult, status: Attempt["status"], nextAt: number): Attempt {
    const at = this.#options.clock();
    return { status, attempts: attempts + 1, nextAt, at, lastStatus: result.status, lastFault: result.fault };
  }
}
