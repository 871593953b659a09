/*
 * R3: how a compensation is split. Per loan the base is split by the weights of the agreement (largest remainder; ties to
 * the larger weight, then to the order of the agreement), and its principal once more by the same weights; the sums are
 * what is paid.
 */
import { Exact, type Fen, fen, formatAmount, minFen, splitLargestRemainder, sumFen } from "@huimin/money";
import type { PartyShares, PartyWeights, RiskParty } from "./schema.ts";

const weightsOf = (weights: PartyWeights): Exact[] => weights.map(({ weight }) => new Exact(weight));

/** 100 exactly, whatever the number of parties. */
export const sumToHundred = (weights: PartyWeights): boolean =>
  weightsOf(weights)
    .reduce((sum, one) => sum.add(one), new Exact(0))
    .eq(100);

/** An amount among the parties, in the order of the agreement; the shares sum to it. */
export function splitAmong(amount: Fen, weights: PartyWeights): PartyShares {
  const parts = splitLargestRemainder(amount, weightsOf(weights));
  return weights.map(({ party }, index) => ({ party, amount: formatAmount(parts[index] as Fen) }));
}

export const shareOf = (shares: PartyShares, party: RiskParty): Fen => fen(shares.find((one) => one.party === party)?.amount ?? "0.00");

/** As an answer shows shares: party → amount. */
export const byParty = (shares: PartyShares): Readonly<Record<string, string>> =>
  Object.fromEntries(shares.map(({ party, amount }) => [party, amount]));

export interface LoanBase {
  readonly loan: string;
  readonly principal: Fen;
  readonly interest: Fen;
}

export interface CompensationSplit {
  readonly base: Fen;
  readonly shares: PartyShares;
  readonly loans: readonly {
    readonly loan: string;
    readonly base: string;
    readonly shares: PartyShares;
    readonly principal: PartyShares;
  }[];
}

/** The whole case: each loan split for itself, the parties' shares are the sums. */
export function splitCompensation(loans: readonly LoanBase[], weights: PartyWeights): CompensationSplit {
  const split = loans.map(({ loan, principal, interest }) => ({
    loan,
    base: formatAmount(principal + interest),
    shares: splitAmong(principal + interest, weights),
    principal: splitAmong(principal, weights),
  }));
  const shares = weights.map(({ party }) => ({ party, amount: formatAmount(sumFen(split.map((one) => shareOf(one.shares, party)))) }));
  return { base: sumFen(loans.map(({ principal, interest }) => principal + interest)), shares, loans: split };
}

/** An amount over items by what is open on them, never more on one than is open there; what does not fit is left over. */
export function spread<T extends { readonly open: Fen }>(amount: Fen, items: readonly T[]): { readonly item: T; readonly part: Fen }[] {
  const open = items.filter((item) => item.open > 0n);
  const total = sumFen(open.map((item) => item.open));
  const fitting = minFen(amount, total);
  if (fitting <= 0n) return [];
  const parts = splitLargestRemainder(
    fitting,
    open.map((item) => new Exact(item.open.toString())),
  );
  return open.map((item, index) => ({ item, part: parts[index] as Fen })).filter(({ part }) => part > 0n);
}

/** An amount taken from items in their order, each up to what is open on it. The caller has checked that it fits. */
export function inTurn<T extends { readonly open: Fen }>(amount: Fen, items: readonly T[]): { readonly item: T; readonly part: Fen }[] {
  let left = amount;
  const taken: { item: T; part: Fen }[] = [];
  for (const item of items) {
    const part = minFen(left, item.open);
    if (part <= 0n) continue;
    taken.push({ item, part });
    left -= part;
  }
  return taken;
}
