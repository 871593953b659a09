import {
  createPostgresBackend,
  createRedisBackend,
  ErrorCode,
  type IQueueBackend,
  type Job,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from "bullmq";
import { JOBS_ROLE, JOBS_SCHEMA } from "./migrate.ts";

/** What a job knows: ids and dates. Never amounts, never personal data; whatever it needs it reads from the log. */
export type JobData = Readonly<Record<string, string>>;

/**
 * One kind of job. `run` may be called again for the same data (a crash, a retry, two processes): it issues commands with
 * deterministic idempotency keys, so the second time changes nothing.
 */
export interface JobKind {
  /** Lower case, `-` between words. */
  readonly name: string;
  readonly run: (data: JobData) => Promise<void>;
  /** A cron pattern in Asia/Shanghai; `dataAt` gives the data of the run that is due now. */
  readonly daily?: { readonly pattern: string; readonly dataAt: () => JobData };
}

export interface JobsOptions {
  readonly databaseUrl: string;
  /** With it the same queues run on Redis. */
  readonly redisUrl?: string | undefined;
  readonly district: string;
  readonly kinds: readonly JobKind[];
  /** A try that failed; the job is tried again, ten times at most. */
  readonly onFailure?: (failure: { readonly kind: string; readonly id: string; readonly attempt: number; readonly fault: Error }) => void;
}

export interface Jobs {
  /**
   * Enqueues a job under an id made of its kind and data: the same job is never queued twice, and one that had failed for
   * good is tried again. With `delayMs` it runs after that time, not before.
   */
  enqueue(kind: string, data: JobData, options?: { readonly delayMs?: number }): Promise<string>;
  /** Jobs that wait, run, or failed for good. */
  counts(): Promise<{ readonly waiting: number; readonly active: number; readonly failed: number }>;
  /** Ends after the jobs in hand. */
  close(): Promise<void>;
}

/** Tries of one job, and the pause before the second: doubling, from 1 s to about 8 minutes. */
const ATTEMPTS_MAX = 10;
const BACKOFF_MS = 1_000;
/** Jobs of a process at once: each issues commands one after another, the lane batches across them. */
const CONCURRENCY = 4;
/** Finished jobs are kept for looking up, no longer. */
const KEPT_COMPLETED = 1_000;
const KEPT_FAILED = 5_000;
const TICK = "daily-";

/** The id of a job: kind and sorted data. */
export const jobId = (kind: string, data: JobData): string =>
  [
    kind,
    ...Object.keys(data)
      .sort()
      .map((key) => `${key}=${data[key]}`),
  ]
    .join(";")
    .replace(/:/g, "_");

/** Starts the queue of a district and its worker: BullMQ on PostgreSQL, or on Redis when `redisUrl` is given. */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
  const name = `district-${options.district}`;
  const { queue, worker } = open(name, options, async (job) => {
    const kind = kinds.get(job.name.startsWith(TICK) ? job.name.slice(TICK.length) : job.name);
    if (!kind) throw new Error(`no kind of job ${job.name}`);
    // The timetable only rings the bell: the run itself has its own deterministic id.
    if (job.name.startsWith(TICK)) await enqueue(kind.name, kind.daily?.dataAt() ?? {});
    else await kind.run(job.data);
  });
  const ignore = (): void => undefined; // a lost connection is made again; without a listener it would end the process
  queue.on("error", ignore);
  worker.on("error", ignore);
  worker.on("failed", (job, fault) =>
    options.onFailure?.({ kind: job?.name ?? "", id: job?.id ?? "", attempt: job?.attemptsMade ?? 0, fault }),
  );

  async function enqueue(kind: string, data: JobData, { delayMs = 0 }: { readonly delayMs?: number } = {}): Promise<string> {
    if (!kinds.has(kind)) throw new Error(`no kind of job ${kind}`);
    const id = jobId(kind, data);
    const known = await queue.getJob(id);
    if (known && (await known.isFailed())) await known.retry("failed");
    else if (!known) await queue.add(kind, data, { jobId: id, ...(delayMs > 0 ? { delay: delayMs } : {}) });
    return id;
  }

  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  for (const kind of options.kinds) {
    if (kind.daily) await keepTimetable(queue, `${TICK}${kind.name}`, kind.daily.pattern);
  }
  return {
    enqueue,
    counts: async () => {
      const { waiting = 0, delayed = 0, active = 0, failed = 0 } = await queue.getJobCounts("waiting", "delayed", "active", "failed");
      return { waiting: waiting + delayed - options.kinds.filter((kind) => kind.daily).length, active, failed };
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}

/** The run of this moment is in the queue already, in whosever hands. */
const SLOT_TAKEN: ReadonlySet<unknown> = new Set([ErrorCode.SchedulerJobIdCollision, ErrorCode.SchedulerJobSlotsBusy]);

/**
 * Makes or changes a timetable. A process that was killed while it rang leaves that run in the queue, which then can't be made
 * again: the timetable is there, and the run is taken up when its lock has ended. Only another timetable is made anew.
 */
async function keepTimetable(queue: AnyQueue, id: string, pattern: string): Promise<void> {
  const upsert = () => queue.upsertJobScheduler(id, { pattern, tz: "Asia/Shanghai" }, { name: id, data: {} });
  try {
    await upsert();
  } catch (fault) {
    if (!SLOT_TAKEN.has((fault as { code?: unknown }).code)) throw fault;
    if ((await queue.getJobScheduler(id))?.pattern === pattern) return;
    await queue.removeJobScheduler(id);
    await upsert();
  }
}

type QueueMethods = "upsertJobScheduler" | "getJobScheduler" | "removeJobScheduler" | "getJobCounts" | "waitUntilReady" | "close" | "on";
type AnyQueue = Pick<Queue<JobData>, "getJob" | "add" | QueueMethods>;
type AnyWorker = Pick<Worker<JobData>, "waitUntilReady" | "close" | "on">;

function open(name: string, options: JobsOptions, process: (job: Job<JobData>) => Promise<void>): { queue: AnyQueue; worker: AnyWorker } {
  const defaultJobOptions = {
    attempts: ATTEMPTS_MAX,
    backoff: { type: "exponential", delay: BACKOFF_MS },
    removeOnComplete: { count: KEPT_COMPLETED },
    removeOnFail: { count: KEPT_FAILED },
  };
  if (options.redisUrl) {
    const connection = { url: options.redisUrl };
    return {
      queue: new Queue<JobData>(name, { connection, defaultJobOptions }, createRedisBackend as never) as unknown as AnyQueue,
      worker: new Worker<JobData>(
        name,
        process,
        { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
        createRedisBackend as never,
      ) as unknown as AnyWorker,
    };
  }
  const connection = { connectionString: options.databaseUrl, schema: JOBS_SCHEMA, options: `-c role=${JOBS_ROLE}`, max: 3 };
  const backend = createPostgresBackend as unknown as (name: string, options: unknown) => IQueueBackend;
  return {
    queue: new Queue(name, { connection, defaultJobOptions } as unknown as QueueOptions, backend as never) as unknown as AnyQueue,
    worker: new Worker(
      name,
      process as never,
      { connection, concurrency: CONCURRENCY } as unknown as WorkerOptions,
      backend as never,
    ) as unknown as AnyWorker,
  };
}
