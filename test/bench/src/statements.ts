import { availableParallelism } from "node:os";
import { contentHash, createPress, createPrinterPool, loadFonts, type PrintJob } from "@huimin/statements";
import { type Bench, type BenchOptions, type BenchResult, rateAgainst, timeAgainst } from "./bench.ts";

/** PDFs a second that one core must print (design section 9). */
const TARGET_PER_CORE = 200;
/** Memory may move by this factor between the first quarter of a run and its end. */
const MEMORY_FACTOR_MAX = 1.1;
/** The typesetter warms up: its first pages take ten times as long. */
const WARM_UP = 100;

const BANKS = ["焦作中站农村商业银行", "中国邮政储蓄银行中站支行", "农业银行中站支行"];
const NAMES = ["张·三", "王䶮", "李㛃", "刘建国", "赵秀英", "阿卜杜热合曼·麦麦提敏"];

/** The n-th household's statement: as in the demo, most have one loan, some two or three. */
function statement(n: number): PrintJob {
  const loans = n % 10 === 0 ? 3 : n % 5 === 0 ? 2 : 1;
  const lines = Array.from({ length: loans }, (_, index) => ({
    loan: `L2017-${String(n).padStart(4, "0")}-${index}`,
    fen: (n * 37 + index) % 1000,
  }));
  const content = {
    household: `410803010207-${String(n).padStart(4, "0")}`,
    year: 2018,
    cutoff: { position: 18_233 + n, recordedAt: "2019-01-18T23:59:59.999+08:00" },
    issuedOn: "2019-01-20",
    notice: {
      district: "中站区",
      issuer: "中站区财政局",
      seal: "扶贫资金专用章",
      prefix: "中站扶红",
      phones: ["12317"],
      objectionDays: 15,
    },
    basics: {
      head: NAMES[n % NAMES.length] as string,
      idNumber: `410899********${String(n % 10_000).padStart(4, "0")}`,
      size: (n % 6) + 1,
      ...{ street: "龙翔街道", village: "栗井村", status: "建档立卡（未脱贫）", salt: String(n) },
      account: { bank: BANKS[n % 3] as string, tail: String(n % 10_000).padStart(4, "0") },
    },
    figures: {
      dividends: [],
      paidForEarlierYears: "0.00",
      loans: lines.map(({ loan, fen }) => ({
        ...{ loan, bank: "K1", bankName: BANKS[n % 3] as string, start: "50000.00", drawn: "0.00", renewed: "0.00" },
        ...{ repaid: `${fen}.00`, end: `${50_000 - fen}.00`, due: "2020-03-10" },
      })),
      interest: lines.map(({ loan, fen }) => ({
        ...{ loan, interest: `2${fen}.56`, penalty: "0.00", subsidy: `2${fen}.56`, clawback: "0.00", own: "0.00", paid: `1${fen}.12` },
      })),
    },
  };
  return {
    content,
    mark: { number: `中站扶红〔2018〕${content.household}`, supplement: 0, contentHash: contentHash(content), position: 20_000 + n },
  };
}

const megabytes = (bytes: number): number => bytes / 2 ** 20;
const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));

interface OneCore {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly earlyMb: number;
  readonly lateMb: number;
}

/** Layout, code, typesetting and PDF/A of each statement on this thread. */
async function onOneCore(count: number): Promise<OneCore> {
  const fonts = loadFonts();
  const press = createPress(() => fonts);
  for (let n = 0; n < WARM_UP; n++) press(statement(n));
  await breathe();
  let earlyMb = 0;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let n = 0; n < count; n++) {
    press(statement(WARM_UP + n));
    await breathe(); // a turn each, as in the pool's threads: the typesetter's documents are freed between turns
    if (n === Math.floor(count / 4)) earlyMb = megabytes(process.memoryUsage.rss());
  }
  const elapsedMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (count * 1000) / elapsedMs,
    perCpuSecond: (count * 1_000_000) / (user + system),
    earlyMb,
    lateMb: megabytes(process.memoryUsage.rss()),
  };
}

/** Statements under way at the pool: it queues what its threads can't take yet. */
const UNDER_WAY = 64;

interface AllCores {
  readonly perSecond: number;
  readonly earlyMb: number;
  readonly lateMb: number;
}

async function onAllCores(count: number, threads: number): Promise<AllCores> {
  const pool = createPrinterPool({ threads });
  try {
    await Promise.all(Array.from({ length: threads * WARM_UP }, (_, n) => pool.print(statement(n))));
    const begun = performance.now();
    let earlyMb = 0;
    for (let first = 0; first < count; first += UNDER_WAY) {
      await Promise.all(Array.from({ length: Math.min(UNDER_WAY, count - first) }, (_, n) => pool.print(statement(first + n))));
      if (earlyMb === 0 && first >= count / 4) earlyMb = megabytes(process.memoryUsage.rss());
    }
    const perSecond = (count * 1000) / (performance.now() - begun);
    return { perSecond, earlyMb, lateMb: megabytes(process.memoryUsage.rss()) };
  } finally {
    await pool.close();
  }
}

/** Yearly statements as PDF/A-2b: a second and core, with flat memory. */
export const statementsBench: Bench = {
  name: "statements",
  async run({ quick, log }: BenchOptions): Promise<readonly BenchResult[]> {
    const count = quick ? 1_000 : 6_000;
    const one = await onOneCore(count);
    log(`${count} statements on one thread: ${one.perSecond.toFixed(0)}/s, ${one.perCpuSecond.toFixed(0)} per second of processor time`);
    log(`resident memory ${one.earlyMb.toFixed(0)} MB after a quarter, ${one.lateMb.toFixed(0)} MB at the end`);
    const threads = availableParallelism();
    const wanted = Number(process.env.HUIMIN_BENCH_STATEMENTS ?? count);
    const all = await onAllCores(wanted, threads);
    log(`${wanted} statements on ${threads} threads: ${all.perSecond.toFixed(0)}/s`);
    log(`resident memory ${all.earlyMb.toFixed(0)} MB after a quarter, ${all.lateMb.toFixed(0)} MB at the end`);
    return [
      rateAgainst("statements: PDF/A-2b on one core", "PDF/s", one.perSecond, "target", TARGET_PER_CORE, 1),
      rateAgainst(`statements: PDF/A-2b on ${threads} threads`, "PDF/s", all.perSecond, "one core", one.perSecond, 1),
      timeAgainst("statements: resident memory at the end", "MB", one.lateMb, "after a quarter × 1.1", one.earlyMb * MEMORY_FACTOR_MAX, 1),
      timeAgainst(
        `statements on ${threads} threads: resident memory at the end`,
        ...(["MB", all.lateMb, "after a quarter × 1.1", all.earlyMb * MEMORY_FACTOR_MAX, 1] as const),
      ),
    ];
  },
};
