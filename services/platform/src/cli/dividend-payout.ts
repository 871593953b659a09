import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { OrderPoolPayout } from "@huimin/dividend";
import { orderedBatch, type PayoutOrder } from "@huimin/dividend/events";
import { formatAmount } from "@huimin/money";
import { give, type Runner } from "../compose/long-lists.ts";
import { openPayoutFiles } from "../compose/payout-files.ts";
import { missingBatches, type PoolPayout, poolState, submitOrder } from "../compose/pool-payout.ts";
import type { Platform } from "../platform.ts";
import { WrongUsage } from "./output.ts";

export interface PayOut {
  readonly pool: string;
  readonly year: number;
  readonly bank: string | undefined;
  readonly valueDate: string | undefined;
  /** Folder for the bank's files. */
  readonly folder: string | undefined;
}

/** Households named in the answer; the rest is a count. */
const NAMED_MAX = 50;

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The last order of the year, while batches of it are missing. */
async function unfinished(platform: Platform, { pool, year }: PayOut): Promise<PayoutOrder | undefined> {
  const last = (await poolState(platform, pool)).payouts.findLast((order) => order.year === year);
  return last && (await missingBatches(platform, last)).length > 0 ? last : undefined;
}

async function ordered(runner: Runner, { pool, year, bank, valueDate }: PayOut): Promise<PayoutOrder> {
  if (bank === undefined) throw new WrongUsage("a new order needs --bank");
  const body = { pool, year, bank, ...(valueDate === undefined ? {} : { valueDate }) };
  const { order } = await give(runner, OrderPoolPayout, body);
  return (await poolState(runner.platform, pool)).payouts.find((one) => one.order === order) as PayoutOrder;
}

/** Files of the order that the folder does not have; one that is there is whole. */
export async function writeFiles({ platform, meta }: Runner, order: PayoutOrder, folder: string): Promise<number> {
  const missing = new Set(await missingBatches(platform, order));
  await mkdir(folder, { recursive: true });
  const files = openPayoutFiles(platform, meta);
  const wanted: string[] = [];
  for (let batch = 1; batch <= order.batches; batch += 1) {
    const payoutBatch = orderedBatch(order, batch);
    if (!missing.has(batch) && !(await exists(path.join(folder, `${payoutBatch}.csv`)))) wanted.push(payoutBatch);
  }
  try {
    await files.writeAll(wanted, folder);
  } finally {
    await files.close();
  }
  return wanted.length;
}

const summaryOf = (order: PayoutOrder, { total, setAside, ...rest }: PoolPayout) => ({
  pool: order.pool,
  year: order.year,
  order: order.order,
  batches: order.batches,
  ...rest,
  total: formatAmount(total),
  setAside: setAside.length,
  ...(setAside.length === 0 ? {} : { firstSetAside: setAside.slice(0, NAMED_MAX) }),
});

/**
 * `huimin dividend pay-out`: orders the payout of everything that is open and submits its batches. An order that was broken
 * off is finished before a new one is given.
 */
export async function payOut(runner: Runner, asked: PayOut): Promise<Readonly<Record<string, unknown>>> {
  const { platform } = runner;
  const left = await unfinished(platform, asked);
  let order = left ?? (await ordered(runner, asked));
  let made = await submitOrder(runner, order);
  // Nothing of what was left had an account that can be paid to: what is open since then is for a new order.
  if (left && made.submitted === 0 && asked.bank !== undefined) {
    order = await ordered(runner, asked);
    made = await submitOrder(runner, order);
  }
  const files = asked.folder === undefined ? {} : { files: await writeFiles(runner, order, asked.folder) };
  return { ...summaryOf(order, made), ...(order === left ? { resumed: true } : {}), ...files };
}
