import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDatabase, startEmbedded } from "@huimin/database";
import type { Role } from "@huimin/decider";
import {
  AllocateDividend,
  ApproveAllocation,
  DeclareDividend,
  OrderPoolPayout,
  PostPublicity,
  RecordDividendFunds,
} from "@huimin/dividend";
import { type Fen, formatAmount } from "@huimin/money";
import {
  createPlatform,
  draftLongList,
  give,
  ListFile,
  openPayoutFiles,
  type Platform,
  payoutOrder,
  postAllocation,
  type Runner,
  submitOrder,
} from "@huimin/platform";
import { RegisterBank, RegisterEnterprise } from "@huimin/registry";
import { Pool } from "pg";
import { type BenchOptions, type BenchResult, timeAgainst } from "./bench.ts";
import { benchHousehold } from "./dividend-fill.child.ts";
import { BENCH_DISTRICT, peakMemory } from "./projector-history.ts";
import { serverCpuSeconds } from "./server-cpu.ts";

/*
 * A dividend run of a whole district, end to end: the list is drawn up from its file, recorded in parts, publicised and
 * approved; allocated and posted to every household; paid out in batches, whose files for the bank are written with
 * account numbers and names unsealed; the books follow meanwhile and are complete at the end. A process of its own, with
 * the heap of `huimin dividend`: its memory is the run's.
 */

const TARGET_HOUSEHOLDS = 1_000_000;
const TARGET_SECONDS = 120;
const TARGET_MEMORY_MB = 512;
const POOL = { pool: "PV", year: 2018 };
/** Some yuan a household, and a residue. */
const perHousehold = 123_457n;

const householdsFor = (quick: boolean): number => Number(process.env.HUIMIN_BENCH_HOUSEHOLDS ?? (quick ? 50_000 : TARGET_HOUSEHOLDS));

interface Phase {
  readonly name: string;
  readonly seconds: number;
}

class Clock {
  /** Milliseconds since 1970, moved by the run: publicity takes ten days. */
  now = Date.UTC(2018, 11, 1, 2);
  readonly phases: Phase[] = [];
  readonly #log: BenchOptions["log"];
  readonly #postmaster: number;

  constructor(log: BenchOptions["log"], postmaster: number) {
    this.#log = log;
    this.#postmaster = postmaster;
  }

  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const [begun, cpu, server] = [performance.now(), process.cpuUsage(), await serverCpuSeconds(this.#postmaster)];
    const result = await work();
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const after = await serverCpuSeconds(this.#postmaster);
    const serverText = server === undefined || after === undefined ? "" : `, server ${(after - server).toFixed(1)} s`;
    this.#log(
      `${name.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s, CPU ${((user + system) / 1e6).toFixed(1)} s${serverText}, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
    );
    this.phases.push({ name, seconds });
    return result;
  }

  get seconds(): number {
    return this.phases.reduce((sum, { seconds }) => sum + seconds, 0);
  }
}

const runnerOf = (platform: Platform, role: Role): Runner => ({
  platform,
  meta: {
    actor: role === "BANK" ? "bank:K1" : role === "SYS" ? "system" : `user-${role}`,
    role,
    channel: "file",
    ...(role === "BANK" || role === "SYS" ? {} : { checker: "second-person" }),
  },
});

/** Households, a bank, an enterprise; the read models stand at the head of what is not theirs to measure. */
async function fill(platform: Platform, home: string, households: number): Promise<void> {
  const script = fileURLToPath(new URL("./dividend-fill.child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, platform.databaseUrl, path.join(home, "vault-secrets.json"), String(households)], {
    stdio: "inherit",
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the log was not filled: exit ${code}`);
  const party = { valueDate: "2016-12-01" };
  await give(runnerOf(platform, "FOF"), RegisterBank, { ...party, bank: "K1", name: "测试农商行" });
  const enterprise = { enterprise: "E1", name: "测试合作社", creditCode: "91410803MA3X0000X0", roles: ["partner"] };
  await give(runnerOf(platform, "FOF"), RegisterEnterprise, { ...party, ...enterprise });
  const owner = new Pool({ connectionString: platform.databaseUrl, max: 1 });
  const head = await platform.store.head(BENCH_DISTRICT);
  await owner.query(
    `INSERT INTO projector.checkpoint (district, projection, position) SELECT $1, name, $2 FROM projector.projection
     ON CONFLICT (district, projection) DO UPDATE SET position = excluded.position`,
    [BENCH_DISTRICT, head],
  );
  await owner.query("CHECKPOINT");
  await owner.end();
  await platform.projector.start();
}

/** Longest line of the list. */
const LINE_BYTES_MAX = 32;

/** `household,weight` lines as a village hands them in. */
function listBytes(households: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(households * LINE_BYTES_MAX);
  let length = 0;
  for (let n = 0; n < households; n++) length += bytes.write(`${benchHousehold(n)},${1 + (n % 9)}.5\n`, length);
  return bytes.subarray(0, length);
}

async function approved(platform: Platform, clock: Clock, bytes: Uint8Array, total: Fen): Promise<void> {
  const as = (role: Role): Runner => runnerOf(platform, role);
  const drafted = await clock.phase("list drawn up and recorded", async () => {
    const terms = { ...POOL, method: "by-post", residueRule: "LARGEST_REMAINDER", total } as const;
    return draftLongList(as("FIN-M"), ListFile.read(bytes), terms);
  });
  if (drafted.allocated !== formatAmount(total)) throw new Error(`the list comes to ${drafted.allocated}`);
  await clock.phase("publicity, approval", async () => {
    await give(as("VIL"), PostPublicity, { ...POOL, from: "2018-12-01", to: "2018-12-10" });
    clock.now = Date.UTC(2018, 11, 11, 2);
    await give(as("FIN-R"), ApproveAllocation, { ...POOL, listHash: drafted.listHash });
  });
}

interface Paid {
  readonly items: number;
  readonly total: Fen;
  readonly files: number;
}

async function paidOut(platform: Platform, clock: Clock, folder: string): Promise<Paid> {
  const batches: string[] = [];
  await give(runnerOf(platform, "FIN-C"), OrderPoolPayout, { ...POOL, bank: "K1" });
  const order = await payoutOrder(platform, POOL);
  const made = await clock.phase("payout batches submitted", () =>
    submitOrder(runnerOf(platform, "SYS"), order, ({ payoutBatch }) => {
      batches.push(payoutBatch);
    }),
  );
  await clock.phase("files, unsealed", async () => {
    const files = openPayoutFiles(platform, { actor: "user-FIN-C", role: "FIN-C" });
    await files.writeAll(batches, folder);
    await files.close();
  });
  await clock.phase("the rest of the books", () => platform.projector.drain());
  return { items: made.items, total: made.total, files: batches.length };
}

/** Throws unless every household got a line, and lists, payouts and books say the same to the fen. */
async function check(platform: Platform, total: Fen, households: number, paid: Paid): Promise<void> {
  const net = async (account: string): Promise<Fen> => (await platform.books.balance({ district: BENCH_DISTRICT, account })).net;
  const [pool, payable, transit] = await Promise.all([net("2901.01"), net("2901.02"), net("2901.03")]);
  const sums = { pool, payable, transit: -transit, paid: paid.total };
  if (pool !== 0n || payable !== 0n || -transit !== total || paid.total !== total || paid.items !== households)
    throw new Error(
      `the run is not exact: ${Object.entries(sums).map(([name, sum]) => `${name} ${formatAmount(sum)}`)}, ${paid.items} items`,
    );
  const trial = await platform.books.trialBalance({ district: BENCH_DISTRICT, book: "G", through: "2018-12" });
  const { debit, credit } = trial.totals.G;
  if (debit !== credit) throw new Error(`the books do not balance: ${formatAmount(debit)} and ${formatAmount(credit)}`);
}

async function measured(platform: Platform, home: string, clock: Clock, options: BenchOptions) {
  const { quick, log } = options;
  const households = householdsFor(quick);
  log(`a register of ${households} households`);
  await fill(platform, home, households);
  const total = perHousehold * BigInt(households) + 11n;
  const amount = formatAmount(total);
  await give(runnerOf(platform, "FIN-R"), DeclareDividend, { ...POOL, enterprise: "E1", total: amount, dueOn: "2018-12-31" });
  await give(runnerOf(platform, "BANK"), RecordDividendFunds, { pool: POOL.pool, enterprise: "E1", amount, serial: "S1" });
  await platform.projector.drain();
  const bytes = listBytes(households);
  globalThis.gc?.();
  log(`${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB before`);
  const { result, peakMb } = await peakMemory(async () => {
    await approved(platform, clock, bytes, total);
    await clock.phase("allocated and posted", async () => {
      await give(runnerOf(platform, "FIN-M"), AllocateDividend, POOL);
      await postAllocation(runnerOf(platform, "SYS"), POOL.pool, POOL.year);
    });
    const folder = path.join(home, "files");
    await mkdir(folder);
    return paidOut(platform, clock, folder);
  });
  await check(platform, total, households, result);
  log(`${households} entitlements, ${result.items} items in ${result.files} files, ${amount} yuan in each of them and in the books`);
  log(`${clock.seconds.toFixed(1)} s; ${peakMb} MB at most`);
  const target = (TARGET_SECONDS * households) / TARGET_HOUSEHOLDS;
  return [
    timeAgainst(`dividend run, ${households} households`, "s", clock.seconds, "target", target, 1),
    timeAgainst("dividend run, memory of the process", "MB", peakMb, "target", TARGET_MEMORY_MB, 1),
  ];
}

/** Settings of the server, `name=value` and commas in HUIMIN_BENCH_SERVER; as the product starts it when there are none. */
function serverSettings(): Record<string, string> {
  const pairs = (process.env.HUIMIN_BENCH_SERVER ?? "").split(",").filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => pair.split("=") as [string, string]));
}

async function run(options: BenchOptions): Promise<readonly BenchResult[]> {
  const home = await mkdtemp(path.join(tmpdir(), "huimin-bench-"));
  if (process.getuid?.() === 0) await chmod(home, 0o755); // the server then runs as another user
  const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: false, settings: serverSettings() });
  try {
    await ensureDatabase(server.url("postgres"), "bench_dividend");
    const clock = new Clock(options.log, await server.postmasterPid());
    const platform = await createPlatform({
      district: BENCH_DISTRICT,
      home,
      databaseUrl: server.url("bench_dividend"),
      logLevel: "warn",
      documents: false,
      project: false,
      eventLoopDelayMsMax: 0,
      clock: () => clock.now,
    });
    try {
      return await measured(platform, home, clock, options);
    } finally {
      await platform.close();
    }
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

process.once("message", (quick: boolean) => {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  run({ quick, log }).then(
    (results) => {
      process.send?.(results, () => process.disconnect?.());
    },
    (fault: Error) => {
      log(fault.stack ?? fault.message);
      process.exit(1);
    },
  );
});
