import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbedded } from "@huimin/database";
import { type AppendContender, contenders, settle } from "./append-contenders.ts";
import { type Bench, type BenchOptions, rateAgainst, timeAgainst } from "./bench.ts";

/*
 * Durable single-event appends, one answer per append: ours, two event stores on PostgreSQL and bare one-row inserts, in
 * turn and on the same server. Every contender writes the same payload to the same 10,000 streams without an expected
 * version. Rounds are interleaved, because a machine that others use too is not the same from minute to minute; the
 * median counts.
 */

const CLIENTS_MANY = 256;
const STREAMS = 10_000;

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A closed loop: each client sends its next append when the last one was answered. */
export async function measureAppends(
  append: (n: number) => Promise<unknown>,
  clients: number,
  seconds: number,
  from: number,
): Promise<Measured> {
  const latencies: number[] = [];
  let next = from;
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async (): Promise<void> => {
    for (;;) {
      const sent = performance.now();
      if (sent >= end) return;
      next += 1;
      await append(next);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? 0;
  return { perSecond: latencies.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

async function compare(
  opened: readonly AppendContender[],
  clients: number,
  plan: Plan,
  log: BenchOptions["log"],
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured[]>();
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const contender of opened) {
      const result = await measureAppends(
        (n) => contender.append(`loan-${n % STREAMS}`, n),
        clients,
        plan.seconds,
        round * 10_000_000 + clients * 100_000,
      );
      measured.set(contender.name, [...(measured.get(contender.name) ?? []), result]);
      log(
        `${contender.name}, ${clients} clients, round ${round}: ${result.perSecond.toFixed(0)}/s, p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms`,
      );
    }
  }
  return new Map(
    [...measured].map(([name, results]) => [
      name,
      {
        perSecond: median(results.map((one) => one.perSecond)),
        p50Ms: median(results.map((one) => one.p50Ms)),
        p99Ms: median(results.map((one) => one.p99Ms)),
      },
    ]),
  );
}

const of = (results: Map<string, Measured>, name: string): Measured => {
  const found = results.get(name);
  if (!found) throw new Error(`${name} was not measured`);
  return found;
};

export const appendBench: Bench = {
  name: "append",
  async run({ quick, log }) {
    const home = await mkdtemp(path.join(tmpdir(), "huimin-bench-"));
    if (process.getuid?.() === 0) await chmod(home, 0o755); // the server then runs as another user
    const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: false });
    const opened: AppendContender[] = [];
    try {
      for (const open of contenders) opened.push(await open(server));
      log("warming up");
      for (const contender of opened) {
        await measureAppends((n) => contender.append(`loan-${n % STREAMS}`, n), 64, quick ? 1 : 3, 0);
        await settle(contender);
      }
      const one = await compare(opened, 1, quick ? { rounds: 1, seconds: 2 } : { rounds: 3, seconds: 4 }, log);
      const many = await compare(opened, CLIENTS_MANY, quick ? { rounds: 3, seconds: 2 } : { rounds: 5, seconds: 5 }, log);
      const rate = of(many, "ours").perSecond;
      const against = (peer: string, target: number) =>
        rateAgainst(`append, ${CLIENTS_MANY} clients, against ${peer}`, "appends/s", rate, peer, of(many, peer).perSecond, target);
      return [
        against("emmett", 8),
        against("message-db", 12),
        against("bare inserts", 1),
        timeAgainst("append p50, 1 client", "ms", of(one, "ours").p50Ms, "emmett", of(one, "emmett").p50Ms, 1 / 1.5),
      ];
    } finally {
      for (const contender of opened) await contender.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    }
  },
};
