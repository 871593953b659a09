import type { Fen } from "@huimin/money";
import { type Item, SUM_CANDIDATES_MAX, SUM_ITEMS_MAX, SUM_STEPS_MAX } from "./items.ts";

/** Steps that a run may still take; counted down by every search. */
export interface StepBudget {
  left: number;
}

/**
 * The only subset of two to {@link SUM_ITEMS_MAX} candidates that sums to `target`; undefined where there is none, where
 * there are two (then the sum says nothing), or where the search is not over after {@link SUM_STEPS_MAX} steps. All
 * candidates have the sign of the target. The same for every order of the candidates.
 */
export function onlySubset(target: Fen, candidates: readonly Item[], budget: StepBudget): readonly Item[] | undefined {
  if (candidates.length < 2 || candidates.length > SUM_CANDIDATES_MAX) return undefined;
  const goal = target < 0n ? -target : target;
  const sorted = candidates.map((item) => ({ item, size: item.amount < 0n ? -item.amount : item.amount })).sort(bySize);
  const rest: Fen[] = Array.from({ length: sorted.length + 1 }, () => 0n);
  for (let index = sorted.length - 1; index >= 0; index -= 1)
    rest[index] = (rest[index + 1] as Fen) + (sorted[index] as { size: Fen }).size;
  const found: (readonly Item[])[] = [];
  const chosen: Item[] = [];
  let steps = Math.min(SUM_STEPS_MAX, budget.left);
  const search = (index: number, open: Fen): void => {
    if (found.length > 1 || steps <= 0) return;
    steps -= 1;
    budget.left -= 1;
    if (open === 0n) {
      if (chosen.length > 1) found.push([...chosen]);
      return;
    }
    if (chosen.length === SUM_ITEMS_MAX || index === sorted.length || (rest[index] as Fen) < open) return;
    const { item, size } = sorted[index] as (typeof sorted)[number];
    if (size <= open) {
      chosen.push(item);
      search(index + 1, open - size);
      chosen.pop();
    }
    search(index + 1, open);
  };
  search(0, goal);
  return steps > 0 && found.length === 1 ? found[0] : undefined;
}

const bySize = (a: { item: Item; size: Fen }, b: { item: Item; size: Fen }): number =>
  a.size === b.size ? (a.item.id < b.item.id ? -1 : 1) : a.size > b.size ? -1 : 1;
