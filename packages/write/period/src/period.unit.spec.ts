import { SpecificationLog } from "@huimin/decider";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClosePeriod, TransferPriorYearAdjustment, TransferYearEnd } from "./commands.ts";
import type { CloseFacts, CloseStep } from "./decide.ts";
import { isOpen, isYearClosed, openPeriodFor, PERIOD_STREAM, type PeriodState, periodFold } from "./events.ts";

const at = (recordedAt: string, role: "FIN-R" | "FIN-M" = "FIN-R") => ({ recordedAt, period: recordedAt.slice(0, 7), role });
const closed = (period: string) => ({ type: "PeriodClosed", valueDate: `${period}-28`, payload: { period } });

const step = (name: CloseStep["step"], status: CloseStep["status"], findings: string[] = []): CloseStep => ({
  step: name,
  status,
  zh: name,
  en: name,
  findings,
});
const hash = "0".repeat(64);
const facts = (...steps: CloseStep[]): CloseFacts => ({
  position: 7,
  steps,
  seals: [{ period: "2017-12", books: [{ book: "G", vouchers: 2, lines: 4, total: "10.00", hash }], trialBalance: hash }],
});

/** A log whose read models find nothing, or what is given. */
const logAt = (recordedAt: string, found: CloseFacts = facts(step("sub-ledgers", "passed"))): SpecificationLog => {
  const log = new SpecificationLog(at(recordedAt));
  log.resolvers.set("closeFacts", () => found);
  return log;
};

const stateOf = (log: SpecificationLog): PeriodState =>
  (log.streams.get(PERIOD_STREAM) ?? []).reduce(periodFold.evolve, periodFold.initialState);

describe("ClosePeriod 结账", () => {
  it("closes the month and every earlier one", () => {
    const log = logAt("2018-01-20T08:13:00+08:00");
    const asked: unknown[] = [];
    log.resolvers.set("closeFacts", (args) => {
      asked.push(args);
      return facts(step("sub-ledgers", "passed"), step("vouchers", "warning", ["记-2017-12-0001"]));
    });
    const result = log.execute(ClosePeriod, { period: "2017-12" });
    expect(asked).toEqual([{ period: "2017-12", after: "" }]);
    const steps = [
      { step: "sub-ledgers", status: "passed", findings: 0 },
      { step: "vouchers", status: "warning", findings: 1 },
    ];
    const { seals } = facts();
    expect(result).toEqual({
      ok: true,
      value: {
        writes: [
          {
            stream: PERIOD_STREAM,
            events: [{ type: "PeriodClosed", valueDate: "2018-01-20", payload: { period: "2017-12", position: 7, steps, seals } }],
          },
        ],
        answer: { period: "2017-12", yearClosed: true, steps, seals },
      },
    });
    const state = stateOf(log);
    expect(isOpen(state, "2017-12")).toBe(false);
    expect(isOpen(state, "2016-03")).toBe(false);
    expect(isOpen(state, "2018-01")).toBe(true);
    expect(isYearClosed(state, 2017)).toBe(true);
    expect(isYearClosed(state, 2018)).toBe(false);
    expect(state.seals).toEqual(seals);
  });

  it("refuses while a step blocks, and says what it found", () => {
    const found = facts(step("bank-reconciliation", "warning", ["x"]), step("sub-ledgers", "blocked", ["a", "b", "c", "d"]));
    const log = logAt("2018-01-20T08:13:00+08:00", found);
    expect(log.decide(ClosePeriod, { period: "2017-12" })).toMatchObject({
      ok: false,
      refusal: { code: "CLOSE_STEP_BLOCKED", path: "/steps/sub-ledgers", details: { period: "2017-12", findings: "a; b; c …" } },
    });
  });

  it.each([
    ["the same month again", "2017-12"],
    ["an earlier month", "2017-06"],
  ])("refuses %s", (_, period) => {
    const log = new SpecificationLog(at("2018-02-01T08:00:00+08:00")).record(PERIOD_STREAM, [closed("2017-12")]);
    expect(log.decide(ClosePeriod, { period })).toMatchObject({ ok: false, refusal: { code: "PERIOD_ALREADY_CLOSED", path: "/period" } });
  });

  it("refuses a month that has not begun, in China's time", () => {
    const log = logAt("2018-01-31T15:59:59Z");
    expect(log.decide(ClosePeriod, { period: "2018-02" })).toMatchObject({ ok: false, refusal: { code: "PERIOD_IN_FUTURE" } });
    expect(log.decide(ClosePeriod, { period: "2018-02" }, { recordedAt: "2018-01-31T16:00:00Z" })).toMatchObject({ ok: true });
  });

  it("refuses a month that does not exist", () => {
    const log = new SpecificationLog(at("2018-02-01T08:00:00+08:00"));
    for (const period of ["2017-13", "2017-00"]) {
      expect(log.decide(ClosePeriod, { period })).toMatchObject({ ok: false, refusal: { code: "PERIOD_DOES_NOT_EXIST" } });
    }
  });
});

describe("the period of an event", () => {
  it("is the month of recording, or the first open one after it", () => {
    const state = [closed("2017-12")].reduce(
      (all, event) =>
        periodFold.evolve(all, {
          ...event,
          eventId: "e",
          stream: PERIOD_STREAM,
          streamVersion: 1,
          position: 1,
          recordedAt: "",
          period: "",
          actor: "",
          role: "",
        }),
      periodFold.initialState,
    );
    expect(openPeriodFor(periodFold.initialState, "2017-05")).toBe("2017-05");
    expect(openPeriodFor(state, "2017-12")).toBe("2018-01");
    expect(openPeriodFor(state, "2018-02")).toBe("2018-02");
  });

  it("is always open, never before the month of recording, whatever was closed in between", () => {
    const month = fc
      .tuple(fc.integer({ min: 2016, max: 2020 }), fc.integer({ min: 1, max: 12 }))
      .map(([year, m]) => `${year}-${String(m).padStart(2, "0")}`);
    fc.assert(
      fc.property(fc.array(month, { maxLength: 20 }), month, (closings, recorded) => {
        const log = logAt("2020-12-31T08:00:00+08:00");
        for (const period of closings) log.execute(ClosePeriod, { period });
        const state = stateOf(log);
        const period = openPeriodFor(state, recorded);
        expect(isOpen(state, period)).toBe(true);
        expect(period >= recorded).toBe(true);
        const latest = closings.reduce<string | undefined>((last, next) => (last === undefined || next > last ? next : last), undefined);
        expect(state.lastClosed).toBe(latest);
      }),
    );
  });
});

describe("TransferPriorYearAdjustment 结转以前年度盈余调整", () => {
  const given = (balance: string) => {
    const log = new SpecificationLog(at("2018-02-28T08:16:00+08:00", "FIN-M")).record(PERIOD_STREAM, [closed("2017-12")]);
    log.resolvers.set("priorYearAdjustment", (args) => [{ amount: args.fiscalYear === undefined ? balance : `-${balance}` }]);
    return log;
  };

  it("transfers the whole balance of 3501 of the fiscal year (T4)", () => {
    expect(given("113.00").execute(TransferPriorYearAdjustment, {})).toEqual({
      ok: true,
      value: {
        writes: [
          {
            stream: PERIOD_STREAM,
            events: [{ type: "PriorYearAdjustmentTransferred", valueDate: "2018-02-28", payload: { amount: "113.00", fiscalYear: 2018 } }],
          },
        ],
        answer: { fiscalYear: 2018, amount: "113.00", side: "credit" },
      },
    });
  });

  it("transfers only that of the year when one is named: what an earlier year left behind stays", () => {
    const result = given("113.00").execute(TransferPriorYearAdjustment, { fiscalYear: 2018 });
    expect(result).toMatchObject({ ok: true, value: { answer: { fiscalYear: 2018, amount: "113.00", side: "debit" } } });
  });

  it("tells a debit balance as a negative amount, and answers its side", () => {
    const log = given("-12.30");
    const result = log.execute(TransferPriorYearAdjustment, {});
    expect(result).toMatchObject({ ok: true, value: { answer: { amount: "12.30", side: "debit" } } });
    expect(log.streams.get(PERIOD_STREAM)?.at(-1)?.payload).toEqual({ amount: "-12.30", fiscalYear: 2018 });
  });

  it("keeps the risk fund's part apart, also where both parts cancel out (R24)", () => {
    const log = given("0.00");
    log.resolvers.set("priorYearAdjustment", () => [{ amount: "-9.00" }, { fund: "risk", amount: "9.00" }]);
    expect(log.execute(TransferPriorYearAdjustment, {})).toMatchObject({ ok: true, value: { answer: { amount: "0.00" } } });
    const parts = [{ amount: "-9.00" }, { fund: "risk", amount: "9.00" }];
    expect(log.streams.get(PERIOD_STREAM)?.at(-1)?.payload).toEqual({ amount: "0.00", fiscalYear: 2018, parts });
  });

  it("refuses a zero balance", () => {
    expect(given("0.00").decide(TransferPriorYearAdjustment, {})).toMatchObject({ ok: false, refusal: { code: "NOTHING_TO_TRANSFER" } });
  });

  it("refuses another fiscal year than that of the open period", () => {
    expect(given("113.00").decide(TransferPriorYearAdjustment, { fiscalYear: 2017 })).toMatchObject({
      ok: false,
      refusal: { code: "FISCAL_YEAR_NOT_CURRENT", path: "/fiscalYear" },
    });
  });

  it("waits for a second person and is the maker's", () => {
    expect(TransferPriorYearAdjustment.postsInBookG).toBe(true);
    expect(TransferPriorYearAdjustment.roles).toEqual(["FIN-M"]);
    expect(ClosePeriod.roles).toEqual(["FIN-R"]);
  });
});

describe("TransferYearEnd 年末结转", () => {
  const balances = {
    lines: [
      { account: "appropriationSubsidy", amount: "5000.00" },
      { account: "subsidyExpenseHousehold", amount: "-1444.80" },
      { account: "recoveryCost", fund: "risk", amount: "-30.00" },
      { account: "donationIncome", amount: "0.00" },
    ],
    priorYearAdjustment: "0.00",
  };
  const december = { recordedAt: "2019-01-10T08:00:00+08:00", period: "2018-12", role: "FIN-M" as const };
  const log = (given: typeof balances = balances, lastClosed = "2018-11"): SpecificationLog => {
    const made = new SpecificationLog(december).record(PERIOD_STREAM, [closed(lastClosed)]);
    made.resolvers.set("yearEndBalances", () => given);
    return made;
  };

  it("moves income and expense through 3301 and 3302 to 3001, on the last day of the year", () => {
    const result = log().execute(TransferYearEnd, { fiscalYear: 2018 });
    const parts = [{ amount: "3555.20" }, { fund: "risk", amount: "-30.00" }];
    const on = { valueDate: "2018-12-31" };
    expect(result).toEqual({
      ok: true,
      value: {
        writes: [
          {
            stream: PERIOD_STREAM,
            events: [
              {
                type: "IncomeAndExpenseTransferred",
                ...on,
                payload: { fiscalYear: 2018, lines: balances.lines.slice(0, 3), surplus: "3525.20" },
              },
              { type: "CurrentSurplusTransferred", ...on, payload: { fiscalYear: 2018, parts } },
              { type: "SurplusDistributionTransferred", ...on, payload: { fiscalYear: 2018, parts } },
            ],
          },
        ],
        answer: { fiscalYear: 2018, surplus: "3525.20", accounts: 3 },
      },
    });
  });

  it.each([
    ["a month is open", () => log(balances, "2018-10"), december, "YEAR_MONTHS_STILL_OPEN"],
    ["nothing is closed", () => log(balances, "2016-12"), december, "YEAR_MONTHS_STILL_OPEN"],
    ["it is not asked for in December", () => log(), { ...december, period: "2019-01" }, "YEAR_END_PERIOD_NEEDED"],
    ["the year is closed", () => log(balances, "2018-12"), december, "YEAR_END_PERIOD_NEEDED"],
    ["3501 has a balance", () => log({ ...balances, priorYearAdjustment: "113.00" }), december, "YEAR_END_ADJUSTMENT_OPEN"],
    ["there was neither income nor expense", () => log({ ...balances, lines: [] }), december, "YEAR_END_NOTHING"],
  ])("is refused while %s", (_, made, context, code) => {
    expect(made().decide(TransferYearEnd, { fiscalYear: 2018 }, context)).toMatchObject({ ok: false, refusal: { code } });
  });

  it("is refused a second time, unless something was booked in December since", () => {
    const made = log();
    made.execute(TransferYearEnd, { fiscalYear: 2018 });
    made.resolvers.set("yearEndBalances", () => ({ ...balances, lines: [] }));
    expect(made.decide(TransferYearEnd, { fiscalYear: 2018 })).toMatchObject({
      ok: false,
      refusal: { code: "YEAR_END_ALREADY_TRANSFERRED" },
    });
    made.resolvers.set("yearEndBalances", () => ({ ...balances, lines: [{ account: "awardExpense", amount: "-8.00" }] }));
    expect(made.decide(TransferYearEnd, { fiscalYear: 2018 })).toMatchObject({
      ok: true,
      value: { answer: { surplus: "-8.00", accounts: 1 } },
    });
  });

  it("passes nothing on where income and expense are equal", () => {
    const even = {
      ...balances,
      lines: [
        { account: "donationIncome", amount: "5.00" },
        { account: "aidExpense", amount: "-5.00" },
      ],
    };
    expect(log(even).decide(TransferYearEnd, { fiscalYear: 2018 })).toMatchObject({
      ok: true,
      value: { writes: [{ events: [{ type: "IncomeAndExpenseTransferred" }] }] },
    });
  });
});
