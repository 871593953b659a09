import { type KeyObject, verify } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/*
 * Ed25519 takes 75 µs of a processor for each signature, which must not stand in the way of every other request. Node's
 * own pool of threads wakes a thread and calls back for each signature: under load that takes the server's thread off
 * its processor thousands of times a second (measured: 4 pool threads on 2 cores cost a quarter of the throughput). So
 * the signatures of one turn of the event loop go to a thread of ours as one message, and come back as one.
 *
 * States of a thread: starting → ready → broken. While it starts, and after it broke, Node's pool does the work: an
 * answer never depends on the thread, and what it had in hand when it broke is verified again.
 */

export interface VerifyBatch {
  readonly texts: readonly string[];
  /** 64 bytes each, one after the other. */
  readonly signatures: Uint8Array;
  readonly keys: readonly KeyObject[];
  /** For each text the index of its key. */
  readonly keyOf: readonly number[];
}

interface Waiting {
  readonly text: string;
  readonly key: KeyObject;
  readonly signature: Uint8Array;
  readonly resolve: (right: boolean) => void;
  readonly reject: (fault: unknown) => void;
}

/** Threads at most: four verify some 50,000 signatures a second. */
const THREADS_MAX = 4;
/** One message at most, so that threads share a burst and none keeps an answer back for long. */
const BATCH_MAX = 64;
/** Room for a few batches; the thread keeps nothing. */
const HEAP_MB_MAX = 32;
const SIGNATURE_BYTES = 64;

class VerifierThread {
  readonly #worker: Worker;
  readonly #inHand: (readonly Waiting[])[] = [];
  state: "starting" | "ready" | "broken" = "starting";

  constructor() {
    this.#worker = new Worker(new URL("./ed25519-thread.ts", import.meta.url), {
      name: "ed25519",
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    this.#worker.unref(); // it keeps no process alive but while it has work
    this.#worker.on("message", (message: Uint8Array | "ready") => this.#receive(message));
    this.#worker.on("error", () => this.#breakDown());
    this.#worker.on("exit", () => this.#breakDown());
  }

  /** Batches in hand. */
  get load(): number {
    return this.#inHand.length;
  }

  send(batch: readonly Waiting[]): void {
    const keys: KeyObject[] = [];
    const signatures = new Uint8Array(batch.length * SIGNATURE_BYTES);
    const keyOf = batch.map(({ key, signature }, i) => {
      signatures.set(signature, i * SIGNATURE_BYTES);
      const known = keys.indexOf(key);
      return known < 0 ? keys.push(key) - 1 : known;
    });
    if (this.#inHand.push(batch) === 1) this.#worker.ref();
    this.#worker.postMessage({ texts: batch.map(({ text }) => text), signatures, keys, keyOf } satisfies VerifyBatch, [signatures.buffer]);
  }

  #receive(message: Uint8Array | "ready"): void {
    if (message === "ready") {
      this.state = "ready";
      return;
    }
    const batch = this.#inHand.shift() ?? [];
    if (this.#inHand.length === 0) this.#worker.unref();
    batch.forEach(({ resolve }, i) => {
      resolve(message[i] === 1);
    });
  }

  #breakDown(): void {
    this.state = "broken";
    for (const batch of this.#inHand.splice(0)) for (const one of batch) verifyInPool(one);
  }
}

function verifyInPool({ text, key, signature, resolve, reject }: Waiting): void {
  verify(null, Buffer.from(text), key, signature, (fault, right) => (fault ? reject(fault) : resolve(right)));
}

const threads: VerifierThread[] = [];
let waiting: Waiting[] = [];

function flush(): void {
  const all = waiting;
  waiting = [];
  if (threads.length === 0) {
    const count = Math.min(THREADS_MAX, Math.max(1, availableParallelism() - 1));
    for (let i = 0; i < count; i += 1) threads.push(new VerifierThread());
  }
  for (let from = 0; from < all.length; from += BATCH_MAX) {
    const batch = all.slice(from, from + BATCH_MAX);
    const ready = threads.filter(({ state }) => state === "ready");
    const idlest = ready.reduce<VerifierThread | undefined>((best, one) => (best && best.load <= one.load ? best : one), undefined);
    if (idlest) idlest.send(batch);
    else for (const one of batch) verifyInPool(one);
  }
}

/** Whether the Ed25519 signature (64 bytes) of the text's UTF-8 bytes is that of the key; never on the caller's thread. */
export function verifyText(text: string, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (waiting.push({ text, key, signature, resolve, reject }) === 1) setImmediate(flush);
  });
}
