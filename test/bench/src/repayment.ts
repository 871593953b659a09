import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AddBankKey, RegisterBankClient, wholeOnboarding } from "@huimin/bank-client";
import { ensureDatabase, openPool, startEmbedded } from "@huimin/database";
import type { NewEvent } from "@huimin/event-store";
import { createPlatform, type Platform } from "@huimin/platform";
import { RegisterBank } from "@huimin/registry";
import { generateSigningKey } from "@huimin/signing";
import { measureAppends } from "./append.ts";
import { type AppendContender, contenders, settle } from "./append-contenders.ts";
import { type Bench, type BenchOptions, rateAgainst } from "./bench.ts";
import type { LoadOrder, LoadResult } from "./repayment-load.ts";

/*
 * A bank's repayment through HTTP: signature and replay check, schema, decision on the loan, durable append with two
 * idempotency keys, answer; 256 connections, each waiting for its answer. Compared with the bare append of emmett, which
 * does none of that, on the same server and in interleaved rounds. The read models follow the log meanwhile.
 */

const CONNECTIONS = 256;
const LOANS = 4_000;
const DISTRICT = "410803";
const KEY_ID = "bench";
/** Repayments a second for which requests are made ready: more than two cores give. */
const PER_SECOND_MAX = 9_000;

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

async function seed(platform: Platform): Promise<string> {
  const pair = generateSigningKey();
  const meta = { actor: "bench", checker: "bench-2", role: "FOF", channel: "import" } as const;
  await platform.handler.execute(RegisterBank, { bank: "K1", name: "测试农商行", valueDate: "2016-12-01" }, meta);
  const key = { keyId: KEY_ID, publicKey: pair.publicKey, privateKey: pair.privateKey, validFrom: "2016-12-01", validTo: "2026-11-30" };
  const onboarding = wholeOnboarding(DISTRICT, "K1", [key]);
  await platform.handler.execute(RegisterBankClient, onboarding.client, meta);
  for (const one of onboarding.keys) {
    const added = await platform.handler.execute(AddBankKey, one, meta);
    if (added.kind !== "recorded") throw new Error(JSON.stringify(added));
  }
  for (let from = 0; from < LOANS; from += 500)
    await Promise.all(Array.from({ length: 500 }, (_, index) => openLoan(platform, from + index)));
  await platform.projector.drain();
  return pair.privatePem;
}

/** A loan of 50,000 yuan as the bank's drawing records it. */
async function openLoan(platform: Platform, n: number): Promise<void> {
  const loan = `B${n}`;
  const event: NewEvent = {
    eventId: `seed-${n}`,
    type: "LoanDisbursed",
    schemaVersion: 1,
    valueDate: "2017-02-22",
    recordedAt: "2017-02-22T10:00:00.000+08:00",
    period: "2017-02",
    actor: "bank:K1",
    role: "BANK",
    channel: "bank-api",
    commandId: `seed-${n}`,
    correlationId: `seed-${n}`,
    payload: {
      loan,
      household: `H${n}`,
      bank: "K1",
      village: "410803009204",
      amount: "50000.00",
      annualRate: "4.75",
      yearBase: 360,
      contractDate: "2017-02-22",
      due: "2020-02-22",
      method: "interest-only-then-bullet",
      creditGroup: `H${n}`,
      borrower: `P${n}`,
      serial: `D${n}`,
      penaltySurcharge: "50",
    },
  };
  await platform.store.append(DISTRICT, {
    writes: [{ stream: `loan/${loan}`, expect: { kind: "none" }, events: [event] }],
    asserts: [],
    keys: [],
    answer: null,
  });
}

const order = (child: ChildProcess, what: LoadOrder): Promise<LoadResult> =>
  new Promise((done) => {
    child.once("message", (result) => done(result as LoadResult));
    child.send(what);
  });

const booked = (result: LoadResult): number => (result.answers["201"] ?? 0) / result.seconds;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function measure(platform: Platform, emmett: AppendContender, plan: Plan, log: BenchOptions["log"]) {
  const privatePem = await seed(platform);
  const origin = new URL(await platform.app.listen({ host: "127.0.0.1", port: 0 }));
  const child = fork(new URL("./repayment-load.ts", import.meta.url).pathname, { stdio: "inherit" });
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    let from = 0;
    for (let round = 0; round <= plan.rounds; round += 1) {
      const seconds = round === 0 ? 2 : plan.seconds; // the first warms up
      const requests = seconds * PER_SECOND_MAX;
      const result = await order(child, {
        host: origin.hostname,
        port: Number(origin.port),
        connections: CONNECTIONS,
        seconds,
        requests,
        loans: LOANS,
        from,
        keyId: KEY_ID,
        privatePem,
        signed: true,
      });
      from += requests;
      const bare = await measureAppends((n) => emmett.append(`loan-${n % LOANS}`, n), CONNECTIONS, seconds, (round + 1) * 10_000_000);
      if (round === 0) await settle(emmett);
      else {
        ours.push(booked(result));
        theirs.push(bare.perSecond);
      }
      log(
        `repayments, round ${round}: ${booked(result).toFixed(0)}/s, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, answers ${JSON.stringify(result.answers)}; emmett's bare append ${bare.perSecond.toFixed(0)}/s`,
      );
      if (result.firstFault !== undefined) log(`first answer that was not 201: ${result.firstFault}`);
    }
  } finally {
    child.kill();
  }
  return { ours: median(ours), theirs: median(theirs) };
}

async function openEmmett(server: Parameters<(typeof contenders)[number]>[0]): Promise<AppendContender> {
  for (const open of contenders) {
    const contender = await open(server);
    if (contender.name === "emmett") return contender;
    await contender.close();
  }
  throw new Error("emmett is not among the contenders");
}

/** A peer's pool answers its close before its connections are gone; one that the stopping server ends would end us too. */
async function untilAlone(url: string): Promise<void> {
  const pool = openPool({ url, max: 1 });
  for (let tries = 0; tries < 100; tries += 1) {
    const { rows } = await pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    if (rows[0].n === 0) break;
    await sleep(50);
  }
  await pool.end();
}

export const repaymentBench: Bench = {
  name: "repayment",
  async run({ quick, log }) {
    const home = await mkdtemp(path.join(tmpdir(), "huimin-bench-"));
    if (process.getuid?.() === 0) await chmod(home, 0o755); // the server then runs as another user
    const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: false });
    let emmett: AppendContender | undefined;
    try {
      emmett = await openEmmett(server);
      await ensureDatabase(server.url("postgres"), "bench_platform");
      const platform = await createPlatform({
        district: DISTRICT,
        home,
        databaseUrl: server.url("bench_platform"),
        logLevel: "warn",
        documents: false,
      });
      try {
        const { ours, theirs } = await measure(platform, emmett, quick ? { rounds: 2, seconds: 4 } : { rounds: 5, seconds: 8 }, log);
        return [
          rateAgainst(
            `repayment over HTTP, signed, ${CONNECTIONS} connections, against emmett's bare append`,
            "repayments/s",
            ours,
            "emmett",
            theirs,
            1.5,
          ),
        ];
      } finally {
        await platform.close();
      }
    } finally {
      await emmett?.close();
      await untilAlone(server.url("postgres"));
      await server.stop();
      await rm(home, { recursive: true, force: true });
    }
  },
};
