import { fen, formatAmount, minFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  interestOf,
  type LoanTimeline,
  minimumOpenFrom,
  openPrincipal,
  overduePrincipal,
  overdueSince,
  type PrincipalMovement,
  penaltyExtra,
  prepaidInterest,
  subsidisedBaseSegments,
  subsidyOf,
} from "./index.ts";

const loan = (movements: readonly PrincipalMovement[], more: Partial<LoanTimeline> = {}): LoanTimeline => ({
  movements,
  rates: [{ from: "2000-01-01", annualRate: "4.75" }],
  due: "2030-01-01",
  penaltySurcharge: "50",
  yearBase: 360,
  dayCount: "actual",
  subsidised: true,
  ...more,
});
const drawing = (valueDate: string, amount: string, id = `d${valueDate}`): PrincipalMovement => ({
  id,
  kind: "drawing",
  valueDate,
  amount: fen(amount),
});
const repayment = (valueDate: string, amount: string, id = `r${valueDate}`): PrincipalMovement => ({
  id,
  kind: "repayment",
  valueDate,
  amount: fen(amount),
});
const prepayment = (interestFrom: string, valueDate: string, amount: string, id = `p${valueDate}`): PrincipalMovement => ({
  id,
  kind: "prepayment",
  valueDate,
  interestFrom,
  amount: fen(amount),
});
const amountOf = (interest: { readonly amount: bigint }) => formatAmount(interest.amount);
const cap50 = [{ value: fen("50000.00") }];
const full = [{ value: "100" }];

describe("interest of a loan prepaid in mid-quarter (T2)", () => {
  const timeline = loan([
    drawing("2017-03-10", "50000.00"),
    prepayment("2017-03-21", "2017-05-08", "20000.00", "P1"),
    prepayment("2017-06-21", "2017-08-15", "30000.00", "P2"),
  ]);

  it("settles every part once, each rounded on its own", () => {
    expect(amountOf(interestOf(timeline, "2017-03-10", "2017-03-21"))).toBe("72.57");
    expect(amountOf(prepaidInterest(timeline, "P1"))).toBe("126.67");
    expect(amountOf(interestOf(timeline, "2017-03-21", "2017-06-21"))).toBe("364.17");
    expect(amountOf(prepaidInterest(timeline, "P2"))).toBe("217.71");
    expect(amountOf(interestOf(timeline, "2017-06-21", "2017-09-21"))).toBe("0.00");
  });

  it("gives one fen less when prepaid parts are not left out: 490.83, trap (b)", () => {
    expect(amountOf(interestOf(timeline, "2017-03-21", "2017-06-21", { excludePrepaid: false }))).toBe("490.83");
  });

  it("subsidises each settlement with the part of the tranche that it carries", () => {
    const options = { caps: cap50, ratios: full };
    expect(amountOf(subsidyOf(timeline, "2017-03-21", "2017-06-21", options))).toBe("364.17");
    expect(amountOf(subsidyOf(timeline, "2017-03-21", "2017-05-08", { ...options, settledBy: { prepayment: "P1" } }))).toBe("126.67");
    expect(amountOf(subsidyOf(timeline, "2017-06-21", "2017-08-15", { ...options, settledBy: { prepayment: "P2" } }))).toBe("217.71");
  });
});

it("computes a quarter with a repayment by its value date (T3)", () => {
  const timeline = loan([drawing("2018-03-15", "50000.00"), repayment("2018-05-10", "10000.00")]);
  expect(amountOf(interestOf(timeline, "2018-03-15", "2018-03-21"))).toBe("39.58");
  expect(amountOf(interestOf(timeline, "2018-03-21", "2018-06-21"))).toBe("551.53");
});

it("rounds the sum of the segments once when the tier changes with an extension (T17)", () => {
  const timeline = loan([drawing("2018-05-10", "30000.00")], {
    rates: [
      { from: "2018-05-10", annualRate: "4.35" },
      { from: "2019-05-10", annualRate: "4.75" },
    ],
    due: "2019-11-10",
  });
  const interest = interestOf(timeline, "2019-03-21", "2019-06-21");
  expect(amountOf(interest)).toBe("347.50");
  expect(interest.segments.map(({ days, annualRate }) => [days, annualRate])).toEqual([
    [50, "4.35"],
    [42, "4.75"],
  ]);
});

it("charges penalty from the due date on overdue principal only (T9)", () => {
  const timeline = loan([drawing("2017-06-15", "50000.00"), prepayment("2019-09-21", "2019-11-05", "8000.00", "P")], { due: "2020-12-15" });
  expect(amountOf(prepaidInterest(timeline, "P"))).toBe("47.50");
  expect(amountOf(interestOf(timeline, "2020-06-21", "2020-09-21"))).toBe("509.83");
  expect(amountOf(interestOf(timeline, "2020-09-21", "2020-12-15"))).toBe("471.04");
  expect(amountOf(interestOf(timeline, "2020-12-15", "2021-03-15"))).toBe("498.75");
  expect(amountOf(interestOf(timeline, "2020-09-21", "2021-03-15", { kind: "penalty" }))).toBe("748.13");
  expect(formatAmount(penaltyExtra(timeline, "2020-12-15", "2021-03-15"))).toBe("249.38");
  expect(overduePrincipal(timeline, "2020-12-14")).toBe(0n);
  expect(overdueSince(timeline, "2021-03-15")).toBe("2020-12-15");
  expect(amountOf(subsidyOf(timeline, "2020-09-21", "2021-03-15", { caps: cap50, ratios: full }))).toBe("471.04");
});

it("leaves only the surcharge where the normal interest of a misused day is settled (T12)", () => {
  const timeline = loan([drawing("2017-09-12", "40000.00")], { misuseFrom: "2018-02-01", due: "2019-09-12" });
  const whole = interestOf(timeline, "2017-12-21", "2018-03-21", { kind: "penalty" });
  const surcharge = interestOf(timeline, "2017-12-21", "2018-03-21", {
    kind: "penalty",
    normalSettled: [{ from: "2017-12-21", toExcl: "2018-03-21" }],
  });
  expect(amountOf(whole)).toBe("380.00");
  expect(amountOf(surcharge)).toBe("126.67");
  const options = { caps: cap50, ratios: full };
  expect(amountOf(subsidyOf(timeline, "2017-12-21", "2018-03-21", options))).toBe("221.67");
  expect(amountOf(subsidyOf({ ...timeline, misuseFrom: "2099-01-01" }, "2017-12-21", "2018-03-21", options))).toBe("475.00");
  expect(
    amountOf(
      subsidyOf({ ...timeline, misuseFrom: "2099-01-01" }, "2017-12-21", "2018-03-21", { ...options, entitledBefore: "2018-02-01" }),
    ),
  ).toBe("221.67");
});

describe("a loan above the subsidised cap (T18)", () => {
  const timeline = loan([drawing("2023-09-21", "80000.00")], { rates: [{ from: "2023-09-21", annualRate: "4.20" }] });
  const ratios = [
    { toExcl: "2024-01-01", value: "100" },
    { from: "2024-01-01", value: "70" },
  ];

  it("subsidises the tranche only, the ratio by day, one rounding", () => {
    expect(amountOf(interestOf(timeline, "2023-12-21", "2024-03-21"))).toBe("849.33");
    expect(amountOf(subsidyOf(timeline, "2023-09-21", "2023-12-21", { caps: cap50, ratios }))).toBe("530.83");
    expect(amountOf(subsidyOf(timeline, "2023-12-21", "2024-03-21", { caps: cap50, ratios }))).toBe("390.83");
  });

  it("lowers the unsubsidised tranche first, unless the bank states otherwise (R13)", () => {
    const trancheOn = (movement: PrincipalMovement, day: string) =>
      subsidisedBaseSegments({ ...timeline, movements: [...timeline.movements, movement] }, cap50, day, "2025-01-01")[0]?.tranche;
    expect(trancheOn(repayment("2024-01-10", "20000.00"), "2024-01-10")).toBe(fen("50000.00"));
    expect(trancheOn(repayment("2024-01-10", "40000.00"), "2024-01-10")).toBe(fen("40000.00"));
    expect(trancheOn({ ...repayment("2024-01-10", "20000.00"), tranche: "subsidised-tranche" }, "2024-01-10")).toBe(fen("30000.00"));
  });

  it("counts the facts of one day in a fixed order: drawings, stated repayments, all others", () => {
    const day = "2024-01-10";
    const stated = { ...repayment(day, "10000.00", "b"), tranche: "subsidised-tranche" } as const;
    const facts = [repayment(day, "75000.00", "a"), stated, drawing(day, "10000.00", "c")];
    const open = [...facts].reverse().map((_, turn) => [...facts.slice(turn), ...facts.slice(0, turn)]);
    for (const order of open) {
      const [first] = subsidisedBaseSegments({ ...timeline, movements: [...timeline.movements, ...order] }, cap50, day, "2025-01-01");
      // 80,000 + 10,000 − 10,000 (subsidised: 40,000 left) − 75,000 (40,000 unsubsidised, then 35,000)
      expect(first).toMatchObject({ open: fen("5000.00"), tranche: fen("5000.00") });
    }
  });

  it("lets a prepayment carry no more of a day than the day's tranches had, before a later drawing", () => {
    const movements = [
      drawing("2024-01-10", "40000.00"),
      drawing("2024-01-20", "40000.00"),
      prepayment("2024-01-10", "2024-01-30", "30000.00", "P"),
    ];
    const parts = subsidisedBaseSegments({ ...timeline, movements }, cap50, "2024-01-10", "2024-01-31").map(
      ({ from, tranche, quarter, prepaid }) => [from, tranche / 100n, quarter / 100n, prepaid.map((part) => part.base / 100n)],
    );
    expect(parts).toEqual([
      ["2024-01-10", 40000n, 10000n, [30000n]],
      ["2024-01-20", 50000n, 50000n, [0n]],
      ["2024-01-30", 50000n, 50000n, []],
    ]);
  });

  it("never subsidises a top-up", () => {
    expect(subsidyOf({ ...timeline, subsidised: false }, "2023-12-21", "2024-03-21", { caps: cap50, ratios }).amount).toBe(0n);
  });
});

it("knows the smallest balance from a value date on, for back-dated repayments", () => {
  const timeline = loan([drawing("2018-01-02", "30000.00"), repayment("2018-03-01", "25000.00"), drawing("2018-06-01", "20000.00")]);
  expect(openPrincipal(timeline, "2018-01-01")).toBe(0n);
  expect(openPrincipal(timeline, "2018-03-01")).toBe(fen("5000.00"));
  expect(minimumOpenFrom(timeline, "2018-02-01")).toBe(fen("5000.00"));
  expect(minimumOpenFrom(timeline, "2018-06-01")).toBe(fen("25000.00"));
});

it("property: the smallest balance is that of the days themselves, in whatever order the movements stand", () => {
  const days = fc.integer({ min: 1, max: 9 }).map((day) => `2018-01-0${day}`);
  const moves = fc.array(
    fc.tuple(days, fc.constantFrom<PrincipalMovement["kind"]>("drawing", "repayment", "compensation"), fc.bigInt(-3n, 9n)),
  );
  fc.assert(
    fc.property(moves, days, (given, date) => {
      const timeline = loan(given.map(([valueDate, kind, amount], nr) => ({ id: `m${nr}`, kind, valueDate, amount })));
      const open = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((day) => `2018-01-0${day}`).filter((day) => day >= date);
      const smallest = open.map((day) => openPrincipal(timeline, day)).reduce(minFen);
      expect(minimumOpenFrom(timeline, date)).toBe(smallest);
    }),
  );
});

it("counts whole contract months as twelfths for instalment contracts", () => {
  const timeline = loan([drawing("2017-01-31", "50000.00")], { dayCount: "months", monthsFrom: "2017-01-31" });
  expect(amountOf(interestOf(timeline, "2017-01-31", "2017-02-28"))).toBe("197.92");
  expect(amountOf(interestOf(timeline, "2017-02-28", "2017-03-31"))).toBe("197.92");
  expect(amountOf(interestOf(timeline, "2017-01-31", "2018-01-31"))).toBe("2375.00");
});

it("shows unpaid instalments as overdue principal, each from its own day", () => {
  const dueRows = [
    { dueOn: "2018-02-10", principal: fen("1000.00") },
    { dueOn: "2018-03-10", principal: fen("1000.00") },
    { dueOn: "2018-04-10", principal: fen("1000.00") },
  ];
  const timeline = loan([drawing("2018-01-10", "3000.00"), repayment("2018-02-10", "600.00")], { due: "2018-04-10", dueRows });
  expect(overduePrincipal(timeline, "2018-02-09")).toBe(0n);
  expect(overduePrincipal(timeline, "2018-02-10")).toBe(fen("400.00"));
  expect(overduePrincipal(timeline, "2018-03-10")).toBe(fen("1400.00"));
});
