import {
  entitlementFold,
  entitlementStream,
  lastAllocation,
  listFigures,
  type PoolState,
  poolFold,
  poolStream,
  stakeDays,
  withOneMoreFen,
} from "@huimin/dividend/events";
import { creditFold, creditStream, loanStream, loanTimelineFold, stakeSegments } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import type { Axes, District } from "./district.ts";
import type { Figure } from "./format.ts";

type Compute = (figure: Figure, district: District, axes: Axes) => Promise<string | number | undefined>;

const yearOf = (figure: Figure): number => Number(figure.year);
const poolOf = (figure: Figure, district: District, axes: Axes): Promise<PoolState> =>
  district.state(poolStream(String(figure.pool)), poolFold, axes);

async function figures(figure: Figure, district: District, axes: Axes) {
  const state = await poolOf(figure, district, axes);
  const policy = await district.policy(axes);
  const on = lastAllocation(state, yearOf(figure))?.on ?? `${figure.year}-12-31`;
  return listFigures(state, yearOf(figure), policy.amount("pv.targetPerHousehold", on));
}

/** Drafted lines of the last list of a pool and year. */
async function linesOf(pool: string, year: number, district: District, axes: Axes) {
  const state = await district.state(poolStream(pool), poolFold, axes);
  const header = lastAllocation(state, year) ?? state.years.get(year)?.current.header;
  if (!header) return { header, lines: [] };
  const parts = Array.from({ length: header.parts }, (_, part) =>
    district.state(entitlementStream(pool, year, part), entitlementFold, axes),
  );
  return { header, lines: (await Promise.all(parts)).flatMap(({ drafts }) => [...(drafts.get(header.draft)?.values() ?? [])]) };
}

/** Stakes of model 1: of every loan in the household's name, and of those divided with it. */
async function ofLoans(household: string, year: number, district: District, axes: Axes): Promise<bigint> {
  const { creditGroup } = await district.household(household);
  const { entries } = await district.state(creditStream(creditGroup), creditFold, axes);
  let sum = 0n;
  for (const loan of entries.keys()) {
    const segments = stakeSegments(await district.state(loanStream(loan), loanTimelineFold, axes));
    const own = segments.filter((one) => one.household === household);
    const days = stakeDays(
      own.map((one) => ({ ...one, toExcl: one.toExcl ?? "9999-12-31" })),
      year,
    );
    sum += days.get(household) ?? 0n;
  }
  return sum;
}

/** Stakes outside model 1, as the lists by stake and days weigh them. */
async function ofLists(household: string, year: number, district: District, axes: Axes): Promise<string | undefined> {
  const { store, district: code } = district.platform;
  const events = await store.readAll(code, 0, 100_000, ["dividend"]);
  const pools = new Set(
    events
      .filter(({ type, position }) => type === "AllocationDrafted" && position <= axes.position)
      .map(({ stream }) => stream.slice("dividend/".length)),
  );
  for (const pool of pools) {
    const { header, lines } = await linesOf(pool, year, district, axes);
    const line = header?.method === "by-stake-days" ? lines.find((one) => one.household === household) : undefined;
    if (line) return line.weight;
  }
  return undefined;
}

/** Figures of dividends and asset income. */
export const DIVIDEND_FIGURES: Readonly<Record<string, Compute>> = {
  distributable: async (figure, district, axes) => {
    const found = await figures(figure, district, axes);
    return found && formatAmount(found.distributable);
  },
  average: async (figure, district, axes) => {
    const found = await figures(figure, district, axes);
    return found && formatAmount(found.average);
  },
  targetGap: async (figure, district, axes) => {
    const found = await figures(figure, district, axes);
    return found && formatAmount(found.targetGap);
  },
  householdCount: async (figure, district, axes) => (await figures(figure, district, axes))?.households,
  withOneMoreFen: async (figure, district, axes) =>
    withOneMoreFen((await linesOf(String(figure.pool), yearOf(figure), district, axes)).lines.map(({ amount }) => amount)),
  yuanDays: async (figure, district, axes) => {
    const [household, year] = [String(figure.household), yearOf(figure)];
    const loans = await ofLoans(household, year, district, axes);
    return loans > 0n ? formatAmount(loans) : ((await ofLists(household, year, district, axes)) ?? formatAmount(0n));
  },
};
