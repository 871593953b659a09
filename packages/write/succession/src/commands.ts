import { addDays, earlierDate, shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type Fold, type Gather, load } from "@huimin/decider";
import { beneficiaryFold, beneficiaryStream, type DividendPayload, holdersNow } from "@huimin/dividend/events";
import { ok } from "@huimin/outcome";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import {
  type DividedPayable,
  type Division,
  divideEntitlement,
  divideParcels,
  divideShares,
  divideStake,
  type Successor,
} from "./divide.ts";
import { gatherEntitlements, gatherIndex, gatherLoans, gatherParcels, gatherShares, type Write } from "./holdings.ts";

/** Everything that one division moves. */
interface Succession {
  readonly writes: readonly Write[];
  /** 9101 of the successors by loan. */
  readonly stakes: Record<string, Record<string, string>>;
  /** 2901.02 and 2901.04 of the successors. */
  readonly payables: readonly DividedPayable[];
}

function* succession(division: Division): Gather<Succession> {
  const { source } = division;
  const index = yield* gatherIndex(source);
  const writes: Write[] = [];
  const stakes: Record<string, Record<string, string>> = {};
  for (const held of yield* gatherLoans(index)) {
    const divided = divideStake(held, division);
    if (!divided) continue;
    stakes[divided.loan] = divided.shares;
    writes.push(divided.write);
  }
  const payables: DividedPayable[] = [];
  for (const held of yield* gatherEntitlements(index, source)) {
    const divided = divideEntitlement(held, division);
    payables.push(...divided.payables);
    writes.push(...divided.writes);
  }
  for (const held of yield* gatherShares(index, source))
    writes.push(...[divideShares(held, division)].filter((write) => write !== undefined));
  writes.push(...divideParcels((yield* gatherParcels(source)).values(), division));
  return { writes: yield* asserted(writes), stakes, payables: payables.sort(byAccount) };
}

const byAccount = (a: DividedPayable, b: DividedPayable): number =>
  a.account === b.account ? a.year - b.year || (a.pool < b.pool ? -1 : 1) : a.account < b.account ? -1 : 1;

/** A stream that nothing was read from yet (a successor's) is read, so that the append asserts what it was. */
function* asserted(writes: readonly Write[]): Gather<readonly Write[]> {
  for (const { stream } of writes) yield* load(stream, versionOnly);
  return writes;
}
const versionOnly: Fold<null> = { initialState: null, evolve: () => null };

function* gatherHousehold(household: string): Gather<HouseholdState> {
  return (yield* load(householdStream(household), householdFold)).state;
}

interface SplitBody {
  readonly household: string;
  readonly targets: readonly { readonly household: string; readonly members: readonly unknown[] }[];
  readonly valueDate: string;
}

/**
 * 分户 with what it does to money (R2, T11): by heads, largest remainder, the stakes in loans of a batch, what is open of
 * dividends (2901.02, 2901.04), beneficial shares and land rights; the loan stays with `debtorStays`. What is with the
 * bank stays with the account to which it was sent, and what is unclaimed with the household it was owed to. One append
 * with the register's own events. Adds to the answer `stakes` and `payables`. A second person approves: book G moves.
 */
export const splitting = (base: CommandDefinition<SplitBody>): CommandDefinition<SplitBody> => ({
  ...base,
  postsInBookG: true,
  checkerRoles: ["POV", "FIN-R"],
  *run(command, context) {
    const decided = yield* base.run(command, context);
    if (!decided.ok) return decided;
    const { household: source, targets, valueDate } = command;
    const { village } = yield* gatherHousehold(source);
    const successors = targets.map(({ household, members }): Successor => ({ household, village, heads: members.length }));
    const { writes, stakes, payables } = yield* succession({ source, village, successors, valueDate });
    return ok({ writes: [...decided.value.writes, ...writes], answer: { ...decided.value.answer, stakes, payables } });
  },
});

interface MergeBody {
  readonly into: string;
  readonly households: readonly string[];
  readonly valueDate: string;
}

/** 并户: all that the merged households have goes to the one into which they are merged. As {@link splitting}. */
export const merging = (base: CommandDefinition<MergeBody>): CommandDefinition<MergeBody> => ({
  ...base,
  postsInBookG: true,
  checkerRoles: ["POV", "FIN-R"],
  *run(command, context) {
    const decided = yield* base.run(command, context);
    if (!decided.ok) return decided;
    const { into, households, valueDate } = command;
    const target = yield* gatherHousehold(into);
    const successors = [{ household: into, village: target.village, heads: 1 }];
    const writes: Write[] = [];
    const stakes: Record<string, Record<string, string>> = {};
    const payables: DividedPayable[] = [];
    for (const source of households) {
      const { village } = yield* gatherHousehold(source);
      const moved = yield* succession({ source, village, successors, valueDate });
      writes.push(...moved.writes);
      for (const loan of Object.keys(moved.stakes)) stakes[loan] = { ...stakes[loan], ...moved.stakes[loan] };
      payables.push(...moved.payables);
    }
    return ok({ writes: [...decided.value.writes, ...writes], answer: { ...decided.value.answer, stakes, payables } });
  },
});

interface ExtinctBody {
  readonly household: string;
  readonly valueDate: string;
}

/**
 * 整户消亡: beneficial shares go back to the pool from the day after (2.0), or on the day of recording where that has not
 * come; they are assigned anew at the next adjustment. What is owed to the household stays for its heirs, its stakes last
 * until the enterprise repays.
 */
export const extinction = (base: CommandDefinition<ExtinctBody>): CommandDefinition<ExtinctBody> => ({
  ...base,
  *run(command, context) {
    const decided = yield* base.run(command, context);
    if (!decided.ok) return decided;
    const { household } = command;
    const valueDate = earlierDate(addDays(command.valueDate, 1), shanghaiDate(context.recordedAt));
    const index = yield* gatherIndex(household);
    const writes: Write[] = [];
    for (const { pool, shares, village } of yield* gatherShares(index, household)) {
      const { stream, state } = yield* load(beneficiaryStream(pool), beneficiaryFold);
      const holders = [...holdersNow(state)].filter(([holder]) => holder !== household);
      const payload: DividendPayload<"BeneficiariesReassigned"> = {
        pool,
        year: state.lists.at(-1)?.year ?? Number(valueDate.slice(0, 4)),
        holders: holders.map(([holder, own]) => ({ household: holder, village: own.village, shares: own.shares.toString() })),
        changes: [{ household, village, change: (-shares).toString() }],
        takenBack: [household],
        minutes: "整户消亡",
      };
      writes.push({ stream, events: [{ type: "BeneficiariesReassigned", valueDate, payload }] });
    }
    return ok({ writes: [...decided.value.writes, ...writes], answer: decided.value.answer });
  },
});

const DECORATIONS: Readonly<Record<string, (base: CommandDefinition) => CommandDefinition>> = {
  SplitHousehold: splitting,
  MergeHouseholds: merging,
  RecordHouseholdExtinct: extinction,
};

/**
 * Commands of the register, those with an effect on money (rule table of 2.0) decorated with it. The rest is as it was: an
 * exit from poverty takes nothing back before the yearly adjustment, a new head or account concerns future payouts only.
 */
export const withSuccession = (definitions: readonly CommandDefinition[]): CommandDefinition[] =>
  definitions.map((definition) => DECORATIONS[definition.name]?.(definition) ?? definition);
