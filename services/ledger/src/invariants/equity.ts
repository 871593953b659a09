import type { InvariantResult } from "@huimin/books";
import {
  type EquityState,
  equityFold,
  equityStream,
  investmentOn,
  type LossState,
  leastOpenStake,
  lossFold,
  lossStream,
  openShare,
  sharesToReturn,
} from "@huimin/equity/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { foldMany } from "./loans.ts";
import { type CheckSources, Finding } from "./types.ts";

/** Enterprises and loss cases read at a time; a district has a few. */
const ROWS_MAX = 100_000;
const FOREVER = "9999-12-31";

/**
 * 政企联动: per enterprise the stake of the log is that of 1501.01 and never below zero on any day; per loss the open shares
 * (1218.04, 1218.02) and what is to be returned (2307.02) are those of the log and never below zero.
 */
export async function checkEquity(sources: CheckSources): Promise<InvariantResult[]> {
  const stakes = new Finding(
    "equity-stake",
    "日志与账簿的政企联动投资一致且不为负",
    "Log and books show the same stakes, never below zero",
  );
  const shares = new Finding(
    "equity-loss-shares",
    "损失分担款与案件一致且不为负",
    "Open shares of losses are those of the cases, never below zero",
  );
  const inBooks = await byDimension(sources, "1501.01", "enterprise");
  const enterprises = [...inBooks.keys()];
  const equities = await foldMany(sources, enterprises.map(equityStream), equityFold);
  for (const [index, enterprise] of enterprises.entries()) {
    stakes.look(stakeFault(enterprise, equities[index] as EquityState, inBooks.get(enterprise) ?? 0n));
  }
  const ofEnterprises = await byDimension(sources, "1218.04", "ref");
  const ofInsurers = await byDimension(sources, "1218.02", "ref");
  const toReturn = await byDimension(sources, "2307.02", "ref");
  // The risk fund uses 1218.02 too; its cases have no stream loss/.
  const refs = [...new Set([...ofEnterprises.keys(), ...ofInsurers.keys(), ...toReturn.keys()])];
  const losses = await foldMany(sources, refs.map(lossStream), lossFold);
  for (const [index, ref] of refs.entries()) {
    const loss = losses[index] as LossState;
    if (loss.entries.length === 0) continue;
    shares.look(differs(ref, "1218.04", openShare(loss, "enterprise"), ofEnterprises.get(ref) ?? 0n));
    shares.look(differs(ref, "1218.02", openShare(loss, "insurer"), ofInsurers.get(ref) ?? 0n));
    shares.look(differs(ref, "2307.02", sumFen(sharesToReturn(loss).map(({ amount }) => amount)), -(toReturn.get(ref) ?? 0n)));
  }
  return [stakes.result(), shares.result()];
}

function stakeFault(enterprise: string, equity: EquityState, books: Fen): string | undefined {
  const least = leastOpenStake(equity);
  if (least < 0n) return `${enterprise}: the open stake falls to ${formatAmount(least)}`;
  return differs(enterprise, "1501.01", investmentOn(equity, FOREVER), books);
}

const differs = (of: string, account: string, log: Fen, books: Fen): string | undefined =>
  log === books && log >= 0n ? undefined : `${of} ${account}: log ${formatAmount(log)}, books ${formatAmount(books)}`;

/** Debit balances of an account by the values of a dimension. */
async function byDimension({ books, district }: CheckSources, account: string, by: "enterprise" | "ref"): Promise<Map<string, Fen>> {
  const rows = await books.details({ district, account, by: [by], limit: ROWS_MAX });
  return new Map(rows.flatMap(({ dims, balance }) => (dims[by] === undefined ? [] : [[dims[by] as string, balance.net] as const])));
}
