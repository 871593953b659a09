import { Worker } from "node:worker_threads";
import type { PrintJob } from "./job.ts";
import type { StatementPdf } from "./typst.ts";
import type { WorkerAnswer } from "./worker.ts";

/** Prints on threads of its own, so that a run of a whole district leaves the event loop free. */
export interface PrinterPool {
  /** Waits for a free place when every thread has enough to do. Rejects when the statement can't be set. */
  print(job: PrintJob): Promise<StatementPdf>;
  close(): Promise<void>;
}

export interface PrinterPoolOptions {
  /** Threads; each holds its fonts and what was set lately, about 200 MB. */
  readonly threads: number;
  readonly fallbackFonts?: readonly string[];
}

/** Jobs that wait at a thread: enough to keep it busy, few enough to keep memory flat. */
const JOBS_PER_THREAD = 4;

interface Waiting {
  readonly resolve: (pdf: StatementPdf) => void;
  readonly reject: (fault: Error) => void;
}

export function createPrinterPool({ threads, fallbackFonts = [] }: PrinterPoolOptions): PrinterPool {
  const members = Array.from({ length: threads }, () => new Member(fallbackFonts));
  const queue: { readonly job: PrintJob; readonly waiting: Waiting }[] = [];

  const assign = (): void => {
    for (;;) {
      const member = members.filter((one) => one.open < JOBS_PER_THREAD).sort((a, b) => a.open - b.open)[0];
      const next = member && queue.shift();
      if (!member || !next) return;
      member.give(next.job, next.waiting, assign);
    }
  };

  return {
    print: (job) =>
      new Promise((resolve, reject) => {
        queue.push({ job, waiting: { resolve, reject } });
        assign();
      }),
    async close() {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

class Member {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, { readonly waiting: Waiting; readonly done: () => void }>();
  #next = 0;

  constructor(fallbackFonts: readonly string[]) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { fallbackFonts } });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#answer(answer));
    this.#worker.on("error", (fault: Error) => this.#fail(fault));
  }

  get open(): number {
    return this.#jobs.size;
  }

  give(job: PrintJob, waiting: Waiting, done: () => void): void {
    const id = this.#next++;
    this.#jobs.set(id, { waiting, done });
    this.#worker.postMessage({ id, job });
  }

  #answer({ id, bytes, pages, density = 0, fault }: WorkerAnswer): void {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    if (bytes === undefined || pages === undefined) job?.waiting.reject(new Error(fault ?? "no answer"));
    else job?.waiting.resolve({ bytes: Buffer.from(bytes), pages, density });
    job?.done();
  }

  /** A thread that ended takes its jobs with it; whoever waits for them is told. */
  #fail(fault: Error): void {
    for (const { waiting } of this.#jobs.values()) waiting.reject(fault);
    this.#jobs.clear();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    this.#fail(new Error("the printer pool was closed"));
  }
}
