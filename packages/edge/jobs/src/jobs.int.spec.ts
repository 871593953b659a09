import { testDatabase } from "@huimin/test-support";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JobData, type Jobs, jobId, migrateJobs, startJobs } from "./index.ts";

let url = "";
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await testDatabase();
  url = database.url;
  drop = database.drop;
  const client = new Client({ connectionString: url });
  await client.connect();
  await migrateJobs(client);
  await migrateJobs(client);
  await client.end();
});
afterAll(() => drop());

describe("the tables of the jobs", () => {
  it("given many processes that begin at once, then each finds them ready and none fails", async () => {
    const clients = Array.from({ length: 8 }, () => new Client({ connectionString: url }));
    await Promise.all(clients.map((client) => client.connect()));
    const rounds = clients.map(async (client) => {
      for (let round = 0; round < 10; round += 1) await migrateJobs(client);
    });
    const failed = (await Promise.allSettled(rounds)).filter(({ status }) => status === "rejected");
    await Promise.all(clients.map((client) => client.end()));
    expect(failed).toEqual([]);
  });
});

const started = async (run: (data: JobData) => Promise<void>, extra: object = {}): Promise<{ jobs: Jobs; failures: number[] }> => {
  const failures: number[] = [];
  const jobs = await startJobs({
    databaseUrl: url,
    district: `d${Math.random()}`,
    kinds: [{ name: "overdue", run, ...extra }],
    onFailure: ({ attempt }) => failures.push(attempt),
  });
  return { jobs, failures };
};

describe("jobs on PostgreSQL", () => {
  it("given the same job twice, then it runs once", async () => {
    const ran: JobData[] = [];
    const { jobs } = await started(async (data) => void ran.push(data));
    expect(await jobs.enqueue("overdue", { day: "2018-03-21" })).toBe("overdue;day=2018-03-21");
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await expect.poll(() => ran, { timeout: 10_000 }).toEqual([{ day: "2018-03-21" }]);
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await jobs.enqueue("overdue", { day: "2018-03-22" });
    await expect.poll(() => ran.length, { timeout: 10_000 }).toBe(2);
    await expect.poll(() => jobs.counts(), { timeout: 10_000 }).toEqual({ waiting: 0, active: 0, failed: 0 });
    await jobs.close();
  });

  it("given a job that fails at first, then it is tried again", async () => {
    let tries = 0;
    const { jobs, failures } = await started(async () => {
      tries += 1;
      if (tries < 2) throw new Error("not yet");
    });
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await expect.poll(() => tries, { timeout: 15_000 }).toBe(2);
    await expect.poll(() => failures, { timeout: 5_000 }).toEqual([1]);
    await jobs.close();
  });

  it("given a timetable, then it is kept once whatever number of processes start, and an unknown kind is refused", async () => {
    const first = await started(async () => undefined, { daily: { pattern: "30 0 * * *", dataAt: () => ({ day: "2018-03-21" }) } });
    expect(await first.jobs.counts()).toEqual({ waiting: 0, active: 0, failed: 0 });
    await expect(first.jobs.enqueue("other", {})).rejects.toThrow("no kind of job other");
    await first.jobs.close();
  });

  it("given a process that was killed while the timetable rang, then the next one starts and keeps the same timetable", async () => {
    const daily = { pattern: "0 0 1 1 *", dataAt: () => ({ day: "2018-01-01" }) };
    const district = `d${Math.random()}`;
    const start = (pattern = daily.pattern) =>
      startJobs({ databaseUrl: url, district, kinds: [{ name: "overdue", run: async () => undefined, daily: { ...daily, pattern } }] });
    await (await start()).close();
    const client = new Client({ connectionString: url });
    await client.connect();
    // As it was in the killed process's hands: active, and its lock not ended yet.
    const { rowCount } = await client.query("UPDATE huimin_jobs.job SET state = 'active' WHERE queue LIKE $1", [`%${district}`]);
    await client.end();
    expect(rowCount).toBe(1);
    await (await start()).close();
    await (await start("0 0 1 2 *")).close();
  });

  it("given a job with a delay, then it waits; it is the same job whether it has one or not", async () => {
    const ran: JobData[] = [];
    const { jobs } = await started(async (data) => void ran.push(data));
    await jobs.enqueue("overdue", { day: "later" }, { delayMs: 400 });
    await jobs.enqueue("overdue", { day: "later" });
    expect(await jobs.counts()).toMatchObject({ waiting: 1 });
    expect(ran).toEqual([]);
    await expect.poll(() => ran, { timeout: 15_000 }).toEqual([{ day: "later" }]);
    await jobs.close();
  });

  it("has one id for the same data in any order", () => {
    expect(jobId("claim", { quarter: "2018Q1", bank: "K1" })).toBe(jobId("claim", { bank: "K1", quarter: "2018Q1" }));
  });
});
