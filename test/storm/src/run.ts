import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, BankClient, type Tried } from "./client.ts";
import type { StormKey } from "./district.ts";
import type { StormMessage } from "./messages.ts";
import { Random } from "./random.ts";

/** Messages under way at once. */
const AT_ONCE = 48;
/** Ready messages from which the next is drawn, in the storm: so far a later one may overtake. */
const WINDOW = 400;
/** A message that has no final answer after so long is lost, and the run with it. */
const MESSAGE_MS_MAX = 180_000;
const RETRY_MS = 60;
/** So many wrong answers are enough. */
const WRONG_MAX = 20;

/** Parts of messages that meet a fault of the client. */
const BROKEN_OFF = 0.08;
const TWICE_AT_ONCE = 0.08;
const SENT_AGAIN = 0.05;
const UNDER_ANOTHER_KEY = 0.04;

export interface RunOptions {
  readonly origin: string;
  readonly keys: ReadonlyMap<string, StormKey>;
  readonly messages: readonly StormMessage[];
  /** Without it: calm, in order. */
  readonly seed?: number;
  /** Told after each final answer. */
  readonly onAnswered?: (answered: number) => void;
  /** True when there is nobody left to answer: the run ends. */
  readonly isOver?: () => boolean;
}

export interface RunReport {
  readonly seconds: number;
  readonly tries: number;
  /** Tries by status and code; 0 is a broken line. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<"brokenOff" | "twiceAtOnce" | "sentAgain" | "underAnotherKey", number>>;
  /** What must not happen, in words. */
  readonly wrong: readonly string[];
}

/** Answers that say: not now, ask again. */
const isFinal = ({ status }: Tried): boolean => ![0, 408, 429, 500, 502, 503].includes(status);

/** `201`, `503 UNAVAILABLE`, `0 ECONNREFUSED`. */
const nameOf = (tried: Tried): string => {
  if ("fault" in tried) return `0 ${tried.fault}`;
  return tried.status < 400 ? String(tried.status) : `${tried.status} ${/"code":"([A-Z_]+)"/.exec(tried.text)?.[1] ?? ""}`;
};

export async function runMessages(options: RunOptions): Promise<RunReport> {
  return new Run(options).all();
}

class Run {
  readonly #options: RunOptions;
  readonly #clients: ReadonlyMap<string, BankClient>;
  readonly #statuses: Record<string, number> = {};
  readonly #faults = { brokenOff: 0, twiceAtOnce: 0, sentAgain: 0, underAnotherKey: 0 };
  readonly #wrong: string[] = [];
  readonly #answers = new Map<number, Readonly<Record<string, string>>>();
  #tries = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#clients = new Map([...options.keys].map(([bank, key]) => [bank, new BankClient(options.origin, key)]));
  }

  async all(): Promise<RunReport> {
    const began = performance.now();
    const { messages, seed, onAnswered } = this.#options;
    const order = seed === undefined ? undefined : new Random(seed);
    const waiting = new Map(messages.map((one) => [one.id, one.after.length]));
    const followers = Map.groupBy(
      messages.flatMap((one) => one.after.map((before) => ({ before, one }))),
      ({ before }) => before,
    );
    const ready = messages.filter((one) => one.after.length === 0);
    let at = 0;
    let done = 0;
    let wake: () => void = () => undefined;
    const next = (): StormMessage | undefined => {
      if (at >= ready.length) return undefined;
      if (order) {
        const other = at + order.below(Math.min(WINDOW, ready.length - at));
        const [one, two] = [ready[at], ready[other]];
        if (one && two) [ready[at], ready[other]] = [two, one];
      }
      return ready[at++];
    };
    const worker = async (): Promise<void> => {
      while (done < messages.length && !this.#isOver()) {
        const message = next();
        if (!message) {
          await new Promise<void>((resolve) => {
            const before = wake;
            wake = () => {
              before();
              resolve();
            };
          });
          continue;
        }
        await this.#deliver(message);
        done += 1;
        for (const { one } of followers.get(message.id) ?? []) {
          const left = (waiting.get(one.id) ?? 0) - 1;
          waiting.set(one.id, left);
          // Next in the calm run; soon in the storm, before and after others.
          if (left === 0) ready.splice(at + (order ? order.below(WINDOW) : 0), 0, one);
        }
        onAnswered?.(done);
        const rouse = wake;
        wake = () => undefined;
        rouse();
      }
      wake();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const client of this.#clients.values()) client.close();
    const seconds = (performance.now() - began) / 1000;
    return { seconds, tries: this.#tries, statuses: this.#statuses, faults: this.#faults, wrong: this.#wrong };
  }

  #isOver(): boolean {
    return this.#wrong.length >= WRONG_MAX || (this.#options.isOver?.() ?? false);
  }

  /** Sends a message until it has its answer, with the faults that the seed has for it. */
  async #deliver(message: StormMessage): Promise<void> {
    const { seed } = this.#options;
    const chance = seed === undefined ? undefined : new Random(seed * 1_000_003 + message.id);
    const amount = message.paysFor === undefined ? {} : { amount: this.#answers.get(message.paysFor)?.amount ?? "0.00" };
    const body = JSON.stringify({ currency: "CNY", ...message.body, ...amount });
    const key = `storm-${message.id}`;
    if (chance?.chance(BROKEN_OFF)) {
      this.#faults.brokenOff += 1;
      await this.#try(message, body, key, chance.below(6));
    }
    const copies = chance?.chance(TWICE_AT_ONCE) ? 2 : 1;
    if (copies === 2) this.#faults.twiceAtOnce += 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => this.#untilFinal(message, body, key)));
    const [first] = answers as [Answer];
    this.#judge(message, answers);
    this.#answers.set(message.id, JSON.parse(first.text) as Record<string, string>);
    if (chance?.chance(SENT_AGAIN)) {
      this.#faults.sentAgain += 1;
      this.#repeated(message, first, await this.#untilFinal(message, body, key));
    }
    if (chance?.chance(UNDER_ANOTHER_KEY)) {
      this.#faults.underAnotherKey += 1;
      this.#repeated(message, first, await this.#untilFinal(message, body, `${key}-again`));
    }
  }

  #judge(message: StormMessage, answers: readonly Answer[]): void {
    const wanted = message.held ? [202, 200] : [201, 200];
    for (const { status, text } of answers) {
      if (!wanted.includes(status))
        this.#wrong.push(`${message.path} ${JSON.stringify(message.body)} was answered ${status}: ${text.slice(0, 300)}`);
    }
    const [one, two] = answers;
    if (one && two) this.#repeated(message, one, two);
  }

  #repeated(message: StormMessage, first: Answer, again: Answer): void {
    if (again.text !== first.text)
      this.#wrong.push(
        `${message.path} ${message.id} has two answers: ${first.status} ${first.text.slice(0, 200)} and ${again.status} ${again.text.slice(0, 200)}`,
      );
  }

  async #untilFinal(message: StormMessage, body: string, key: string): Promise<Answer> {
    for (const until = Date.now() + MESSAGE_MS_MAX; ; await sleep(RETRY_MS)) {
      const tried = await this.#try(message, body, key);
      if (isFinal(tried)) return tried as Answer;
      if (Date.now() > until || this.#isOver()) {
        this.#wrong.push(`${message.path} ${message.id} has no answer`);
        return { status: 599, headers: {}, text: "{}" };
      }
    }
  }

  async #try(message: StormMessage, body: string, idempotencyKey: string, breakOffMs?: number): Promise<Tried> {
    this.#tries += 1;
    const client = this.#clients.get(message.bank) as BankClient;
    const tried = await client.post({ path: message.path, body, idempotencyKey, breakOffMs });
    const status = nameOf(tried);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const busy = tried.status === 429 || tried.status === 503;
    if (busy && "headers" in tried && tried.headers["retry-after"] === undefined) this.#wrong.push(`${tried.status} without Retry-After`);
    return tried;
  }
}
