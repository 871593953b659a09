import { addDays } from "@huimin/calendar";
import { openPrincipal } from "@huimin/interest/timeline";
import { openInterest, stakesOn, staleInterest } from "@huimin/loan/events";
import { sumFen } from "@huimin/money";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CorrectBatchInterest, EntrustStakes, RecordBatchDisbursement, RecordUnifiedRepayment, SettleBatchInterest } from "./index.ts";
import { SIGNED_ON, World } from "./world.fixture.ts";

/*
 * Facts of a batch in any order of recording end in the same principal, stakes and interest of every loan and household.
 */

const LOANS = ["L1", "L2", "L3"];
const LATEST = "2029-12-31";
const SETTLED_ON = ["2017-06-20", "2017-09-20", "2017-12-20"];

type Play = (world: World) => void;
interface Story {
  readonly facts: readonly Play[];
  readonly settled: readonly string[];
}

const isFree = (day: number): boolean => !SETTLED_ON.includes(addDays(SIGNED_ON, day));

/** Everything a bank sends about a batch after its drawing; days are distinct, since facts of one day are told as recorded. */
const story = fc
  .record({
    repayments: fc.uniqueArray(
      fc.record({
        day: fc.integer({ min: 2, max: 700 }).filter(isFree),
        fen: fc.integer({ min: 1, max: 4_000_000 }),
        ordered: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4, selector: ({ day }) => day },
    ),
    settled: fc.subarray(SETTLED_ON),
    splitOn: fc.option(fc.integer({ min: 2, max: 700 }), { nil: undefined }),
  })
  .filter(({ repayments, splitOn }) => repayments.every(({ day }) => day !== splitOn))
  .map(({ repayments, settled, splitOn }): Story => {
    const facts: Play[] = [
      (world) => world.accept(EntrustStakes, { batch: "B1", serial: "S", valueDate: addDays(SIGNED_ON, 1) }),
      ...repayments.map(({ day, fen, ordered }): Play => {
        const amount = `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
        const body = { batch: "B1", serial: `R${day}`, valueDate: addDays(SIGNED_ON, day), amount };
        return (world) => world.accept(RecordUnifiedRepayment, ordered ? { ...body, allocation: "as-ordered", order: ["L3"] } : body);
      }),
      ...settled.map((day): Play => {
        return (world) => void settle(world, day);
      }),
      ...(splitOn === undefined ? [] : [(world: World) => split(world, addDays(SIGNED_ON, splitOn))]),
    ];
    return { facts, settled };
  });

/** Nothing bears interest in the period, or it is settled. */
const NOTHING_TO_SETTLE = /BATCH_NO_INTEREST|BATCH_INTEREST_OVERLAP/;

/** The quarter that ends on the day, of one loan or of all that bear interest; false when nothing is to be settled. */
function settle(world: World, day: string, loan?: string): boolean {
  const from = day === "2017-06-20" ? "2017-03-21" : day === "2017-09-20" ? "2017-06-21" : "2017-09-21";
  const body = { batch: "B1", valueDate: day, from, toExcl: addDays(day, 1), ...(loan === undefined ? {} : { loan }) };
  try {
    world.accept(SettleBatchInterest, body);
    return true;
  } catch (refused) {
    if (NOTHING_TO_SETTLE.test(String(refused))) return false;
    throw refused;
  }
}

/** R2 as the register does it: by heads 2:1 of what is booked on the day, realigned. */
function split(world: World, on: string): void {
  const state = world.loan("L1");
  const held = stakesOn(state, on).find((share) => share.household === "H1");
  const heads = [
    { household: "H1", village: "V1", weight: "2" },
    { household: "H1-2", village: "V1", weight: "1" },
  ];
  world.divide("L1", on, "H1", held?.amount ?? 0n, heads);
}

/**
 * The bank corrects settled interest that late facts made wrong, and settles for a loan that they opened again a quarter
 * in which it bore none, until all of it is right.
 */
function correctAll(world: World, settled: readonly string[]): void {
  for (let round = 0; round < 20; round += 1) {
    const stale = LOANS.flatMap((loan) => staleInterest(world.loan(loan)).map(({ settlement }) => ({ loan, settlement })));
    const [first] = stale;
    if (!first) {
      if (settled.some((day) => LOANS.some((loan) => settle(world, day, loan)))) continue;
      return;
    }
    const { from, toExcl, kind } = first.settlement;
    world.accept(CorrectBatchInterest, { batch: "B1", loan: first.loan, from, toExcl, kind, valueDate: "2019-12-20" });
  }
  throw new Error("the corrections do not come to an end");
}

const outcome = (world: World) =>
  LOANS.map((loan) => ({
    loan,
    principal: world.principal(loan),
    stakes: world.stakes(loan),
    interest: String(openInterest(world.loan(loan)).total),
    excess: String(sumFen([...world.batch().repayments.values()].map((repayment) => repayment.excess))),
  }));

const played = ({ facts, settled }: Story): World => {
  const world = new World().signed();
  world.accept(RecordBatchDisbursement, { batch: "B1", serial: "D", valueDate: SIGNED_ON });
  for (const play of facts) play(world);
  correctAll(world, settled);
  return world;
};

it("every order of recording ends alike", () => {
  const orders = story.chain((told) => fc.tuple(fc.constant(told), fc.shuffledSubarray([...told.facts], { minLength: told.facts.length })));
  fc.assert(
    fc.property(orders, ([{ facts, settled }, shuffled]) => {
      // A split is told of the stakes that are booked: it follows the entrustment.
      const second = [facts[0] as Play, ...shuffled.filter((play) => play !== facts[0])];
      expect(outcome(played({ facts: second, settled }))).toEqual(outcome(played({ facts, settled })));
    }),
    { numRuns: 120 },
  );
});

it("stake plus loan money is the loan, per loan and day, in every order (2.7 no. 3)", () => {
  fc.assert(
    fc.property(story, fc.infiniteStream(fc.nat()), ({ facts, settled }, rank) => {
      const shuffled = facts.map((play) => ({ play, rank: rank.next().value ?? 0 })).sort((a, b) => a.rank - b.rank);
      const second = [facts[0] as Play, ...shuffled.map(({ play }) => play).filter((play) => play !== facts[0])];
      const world = played({ facts: second, settled });
      for (const loan of LOANS) {
        const state = world.loan(loan);
        const days = [SIGNED_ON, addDays(SIGNED_ON, 1), ...state.timeline.movements.map((movement) => movement.valueDate), LATEST];
        for (const day of days.filter((one) => one > SIGNED_ON)) {
          const stakes = sumFen(stakesOn(state, day).map((share) => share.amount));
          expect([loan, day, stakes]).toEqual([loan, day, openPrincipal(state.timeline, day)]);
        }
      }
    }),
    { numRuns: 80 },
  );
});
