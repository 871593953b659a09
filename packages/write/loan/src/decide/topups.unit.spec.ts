import fc from "fast-check";
import { expect, it } from "vitest";
import { RecordDisbursement, RecordRepayment, ReleaseDuplicate, ReverseRepayment } from "../index.ts";
import { FIN_R, World } from "../world.fixture.ts";

/*
 * R13 over whole families: a first loan with two top-ups, repayments that name the first loan (with and without a stated
 * allocation), reversals, drawings of the top-ups that are recorded late. Every order of recording ends in the same timelines.
 */
const LATE = { actor: "bank:K1", role: "BANK", recordedAt: "2025-06-01T09:00:00+08:00" } as const;
const TERMS = { on: "2023-09-21", due: "2025-09-21", annualRate: "4.20" };
const LOANS = ["L001", "L002", "L003"];

type Step = (world: World) => boolean;

const accepted = (world: World, run: () => unknown, serial?: string): boolean => {
  try {
    run();
  } catch (error) {
    if (!String(error).includes("refused:")) throw error;
    return false;
  }
  if (serial && world.loan("L001").messages.get(serial)?.status === "held")
    world.accept(ReleaseDuplicate, { loan: "L001", serial }, { ...FIN_R, recordedAt: LATE.recordedAt });
  return true;
};

const repay =
  (serial: string, yuan: number, day: number, isStated: boolean): Step =>
  (world) => {
    const stated = isStated ? { allocation: "subsidised-tranche" } : {};
    const body = { loan: "L001", serial, principal: `${yuan}.00`, valueDate: dayOf(day), ...stated };
    return accepted(world, () => world.accept(RecordRepayment, body, LATE), serial);
  };
const reverse =
  (serial: string, day: number): Step =>
  (world) =>
    accepted(world, () =>
      world.accept(ReverseRepayment, { loan: "L001", serial, reversalSerial: `X-${serial}`, valueDate: dayOf(day) }, LATE),
    );
const draw =
  (loan: string, amount: string, day: number): Step =>
  (world) =>
    accepted(world, () =>
      world.accept(RecordDisbursement, { loan, household: "H1", amount, serial: `D-${loan}`, valueDate: dayOf(day) }, LATE),
    );

const dayOf = (day: number): string => Temporal.PlainDate.from("2023-10-01").add({ days: day }).toString();

function district(): World {
  const world = new World()
    .policy("microcredit.cap.withTopUp", "100000.00", "2021-03-04")
    .open({ loan: "L001", household: "H1", amount: "50000.00", ...TERMS });
  for (const [loan, amount] of [
    ["L002", "20000.00"],
    ["L003", "15000.00"],
  ] as const) {
    world.apply({ loan, household: "H1", amount, topUpOf: "L001", ...TERMS });
    world.approve({ loan, household: "H1", amount, ...TERMS });
  }
  return world;
}

/** Tries until nothing more fits; gives how many never did. */
function recordAll(world: World, steps: readonly Step[]): number {
  let waiting = [...steps];
  for (;;) {
    const left = waiting.filter((step) => !step(world));
    if (left.length === 0 || left.length === waiting.length) return left.length;
    waiting = left;
  }
}

const steps = fc
  .record({
    repayments: fc.array(
      fc.record({
        yuan: fc.integer({ min: 1000, max: 14_000 }),
        day: fc.integer({ min: 1, max: 300 }),
        isReversed: fc.boolean(),
        isStated: fc.boolean(),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    drawn: fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 })),
  })
  .map(({ repayments, drawn }): Step[] => [
    draw("L002", "20000.00", drawn[0]),
    draw("L003", "15000.00", drawn[1]),
    ...repayments.flatMap(({ yuan, day, isReversed, isStated }, nr) => [
      repay(`R${nr}`, yuan, day, isStated),
      ...(isReversed ? [reverse(`R${nr}`, day)] : []),
    ]),
  ]);

it("allocates repayments of a topped-up family alike in every order of recording (R13)", () => {
  let compared = 0;
  fc.assert(
    fc.property(
      steps.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }))),
      ([all, order]) => {
        const [first, second] = [district(), district()];
        if (recordAll(first, all) + recordAll(second, order) > 0) return;
        compared += 1;
        for (const loan of LOANS) expect(second.loan(loan).timeline).toEqual(first.loan(loan).timeline);
      },
    ),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(20);
});
