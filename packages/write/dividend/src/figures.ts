/* Figures about a list that was allocated, for reports (2.6 6.6: 户均 is an average, no floor for anybody). */
import { type Fen, minFen } from "@huimin/money";
import type { AllocatedList, PoolState } from "./evolve/pool.ts";
import { poolBalance, standingLists } from "./evolve/pool.ts";

export interface ListFigures {
  /** 2901.01 of the pool before the allocation. */
  readonly distributable: Fen;
  readonly households: number;
  /** Per household, half-up. */
  readonly average: Fen;
  /** What the households' targets come to, less what could be distributed; never below zero. */
  readonly targetGap: Fen;
}

/** The last allocation of a year; undefined before the first. */
export const lastAllocation = (state: PoolState, year: number): AllocatedList | undefined => standingLists(state, year).at(-1);

/** Figures of the last list of a year, or of the draft that stands. Undefined without a list. `target`: fen a household. */
export function listFigures(state: PoolState, year: number, target: Fen): ListFigures | undefined {
  const list = lastAllocation(state, year);
  const households = list?.households ?? state.years.get(year)?.current.header.households;
  if (households === undefined || households === 0) return undefined;
  const distributable = list?.distributable ?? poolBalance(state);
  const count = BigInt(households);
  const gap = count * target - distributable;
  return { distributable, households, average: (2n * distributable + count) / (2n * count), targetGap: gap > 0n ? gap : 0n };
}

/** Of amounts that are equal but for the residue: how many got the larger of the two. */
export function withOneMoreFen(amounts: readonly Fen[]): number {
  const least = amounts.reduce(minFen, amounts[0] ?? 0n);
  return amounts.filter((amount) => amount > least).length;
}
