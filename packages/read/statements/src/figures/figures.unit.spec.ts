import { linesOf, type PostableEvent, postingTypes } from "@huimin/books";
import { loanEvents } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, maxFen, minFen, sumFen } from "@huimin/money";
import { subsidyEvents } from "@huimin/subsidy/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entriesOf, type StatementEntry, statementTypes } from "./entries.ts";
import { type LoanFacts, statementFigures } from "./figures.ts";
import { stakeTypes } from "./stakes.ts";

const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1" };
const facts = (over: Partial<LoanFacts> = {}): LoanFacts => ({
  loan: "L1",
  bank: "K1",
  bankName: "农商行",
  due: [{ from: "2017-03-10", due: "2020-03-10" }],
  ...over,
});
const event = (type: string, valueDate: string, payload: object) => ({ type, valueDate, payload: { ...subject, ...payload } });

/** T2: a loan of 50,000 prepaid twice, its interest refunded by quarter. */
const T2 = [
  event("LoanDisbursed", "2017-03-10", { amount: "50000.00" }),
  event("InterestSettled", "2017-03-20", {
    from: "2017-03-10",
    toExcl: "2017-03-21",
    kind: "normal",
    amount: "72.57",
    bearer: "household",
  }),
  event("LoanPrepaid", "2017-05-08", { principal: "20000.00", interest: "126.67", serial: "S1" }),
  event("InterestSettled", "2017-06-20", {
    from: "2017-03-21",
    toExcl: "2017-06-21",
    kind: "normal",
    amount: "364.17",
    bearer: "household",
  }),
  event("SubsidyAccrued", "2017-06-21", {
    payee: "H1",
    claim: "2017Q2",
    amount: "490.84",
    settlements: [
      { from: "2017-03-21", toExcl: "2017-05-08", interest: "126.67", subsidy: "126.67", prepayment: "S1" },
      { from: "2017-03-21", toExcl: "2017-06-21", interest: "364.17", subsidy: "364.17" },
    ],
  }),
  event("SubsidyPaid", "2017-07-18", { payee: "H1", amount: "490.84" }),
  event("LoanPrepaid", "2017-08-15", { principal: "30000.00", interest: "217.71", serial: "S2" }),
];
const figuresOf = (events: readonly { type: string; valueDate: string; payload: unknown }[], year: number, over: Partial<LoanFacts> = {}) =>
  statementFigures({ year, loans: [facts(over)], entries: events.flatMap(entriesOf) });

describe("statementFigures", () => {
  it("given the loan of scenario T2, says what was drawn, repaid, settled, refunded and paid out", () => {
    expect(figuresOf(T2, 2017)).toEqual({
      dividends: [],
      paidForEarlierYears: "0.00",
      loans: [
        {
          loan: "L1",
          bank: "K1",
          bankName: "农商行",
          start: "0.00",
          drawn: "50000.00",
          renewed: "0.00",
          repaid: "50000.00",
          end: "0.00",
          due: "2020-03-10",
        },
      ],
      interest: [{ loan: "L1", interest: "781.12", penalty: "0.00", subsidy: "490.84", clawback: "0.00", own: "290.28", paid: "490.84" }],
    });
    expect(figuresOf(T2, 2018)).toMatchObject({ loans: [], interest: [] });
    expect(figuresOf(T2, 2016)).toMatchObject({ loans: [], interest: [] });
  });

  it("counts a subsidy to the year of its days, whenever it is accrued and paid", () => {
    const late = event("SubsidyAccrued", "2018-01-09", {
      payee: "H1",
      claim: "2017Q4",
      amount: "10.00",
      settlements: [{ from: "2017-09-21", toExcl: "2017-12-21", interest: "10.00", subsidy: "10.00" }],
    });
    const paid = event("SubsidyPaid", "2018-01-31", { payee: "H1", amount: "10.00" });
    expect(figuresOf([...T2, late, paid], 2017).interest).toMatchObject([{ subsidy: "500.84", paid: "500.84", own: "280.28" }]);
    expect(figuresOf([...T2, late], 2017).interest).toMatchObject([{ subsidy: "500.84", paid: "490.84" }]);
    expect(figuresOf([...T2, late, paid], 2018).interest).toEqual([]);
  });

  it("takes a claw-back out of the year that it is claimed for, and penalty is the household's own", () => {
    const events = [
      event("LoanDisbursed", "2017-03-10", { amount: "10000.00" }),
      event("InterestSettled", "2018-03-20", {
        from: "2017-12-21",
        toExcl: "2018-03-21",
        kind: "normal",
        amount: "100.00",
        bearer: "household",
      }),
      event("InterestSettled", "2018-06-20", {
        from: "2018-03-21",
        toExcl: "2018-06-21",
        kind: "penalty",
        amount: "30.00",
        bearer: "household",
      }),
      event("SubsidyAccrued", "2018-03-21", {
        payee: "H1",
        claim: "2018Q1",
        amount: "100.00",
        settlements: [{ from: "2017-12-21", toExcl: "2018-03-21", interest: "100.00", subsidy: "100.00" }],
      }),
      event("SubsidyClawbackDecided", "2019-05-02", {
        obligor: "H1",
        reason: "misuse",
        total: "40.00",
        byClaim: [{ claim: "2018Q1", clawback: "40.00" }],
      }),
    ];
    expect(figuresOf(events, 2018).interest).toEqual([
      { loan: "L1", interest: "100.00", penalty: "30.00", subsidy: "100.00", clawback: "40.00", own: "70.00", paid: "0.00" },
    ]);
    expect(figuresOf(events, 2019).interest).toEqual([]);
  });

  it("knows the due date of the year's end, and what is overdue then", () => {
    const events = [event("LoanDisbursed", "2017-03-10", { amount: "10000.00" })];
    const due = [
      { from: "2017-03-10", due: "2018-03-10" },
      { from: "2018-03-01", due: "2018-12-30" },
    ];
    expect(figuresOf(events, 2017, { due }).loans).toMatchObject([{ due: "2018-03-10" }]);
    expect(figuresOf(events, 2017, { due }).loans[0]).not.toHaveProperty("overdueSince");
    expect(figuresOf(events, 2018, { due }).loans).toMatchObject([{ due: "2018-12-30", overdueSince: "2018-12-31" }]);
    const onTheLastDay = [{ from: "2017-03-10", due: "2018-12-31" }];
    expect(figuresOf(events, 2018, { due: onTheLastDay }).loans[0]).not.toHaveProperty("overdueSince");
  });

  it("moves principal between loans on a renewal without calling it a repayment", () => {
    const renewal = event("LoanRenewedNoRepayment", "2018-03-10", { newLoan: "L2", amount: "10000.00" });
    const entries = [event("LoanDisbursed", "2017-03-10", { amount: "10000.00" }), renewal].flatMap(entriesOf);
    const { loans } = statementFigures({ year: 2018, loans: [facts(), facts({ loan: "L2" })], entries });
    expect(loans).toMatchObject([
      { loan: "L1", start: "10000.00", renewed: "-10000.00", repaid: "0.00", end: "0.00" },
      { loan: "L2", start: "0.00", drawn: "0.00", renewed: "10000.00", end: "10000.00" },
    ]);
  });

  it("stops when an entry names a loan of which nothing is known", () => {
    expect(() => statementFigures({ year: 2018, loans: [], entries: T2.flatMap(entriesOf) })).toThrow("L1");
  });
});

const yuan = fc.integer({ min: 1, max: 5_000_000 }).map((value) => formatAmount(BigInt(value)));
const date = fc
  .tuple(fc.integer({ min: 2017, max: 2020 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join("-"));
const negative = (amount: string): string => `-${amount}`;
const settled = { from: "2017-12-21", toExcl: "2018-03-21", kind: "normal", bearer: "household" };

/** Any event that moves a figure, with the fields that the books need too. */
const anyEvent = fc.tuple(fc.integer({ min: 0, max: 20 }), date, yuan, yuan, fc.constantFrom("L1", "L2")).map(([kind, on, a, b, loan]) => {
  const quarter = `${on.slice(0, 4)}Q1`;
  const make = (type: string, payload: object) => ({ ...event(type, on, { model: 3, payee: "H1", obligor: "H1", ...payload }), loan });
  const repayment = { principal: a, interest: b, penalty: "0.00", serial: "S" };
  const unit = { from: on, toExcl: `${on.slice(0, 4)}-12-21`, interest: a, subsidy: a };
  const made = [
    () => make("LoanDisbursed", { amount: a, serial: "S" }),
    () => make("LoanToppedUp", { amount: a, serial: "S" }),
    () => make("RepaymentReceived", repayment),
    () => make("RepaymentDuplicateReleased", repayment),
    () => make("RepaymentReversed", { serial: "S", principal: negative(a), interest: negative(b), penalty: "0.00" }),
    () => make("LoanPrepaid", { ...repayment, interestFrom: on, interestToExcl: on }),
    () => make("LoanRenewedNoRepayment", { amount: a, newLoan: "L2" }),
    () => make("InterestSettled", { ...settled, amount: a }),
    () => make("InterestSettled", { ...settled, kind: "penalty", amount: a }),
    () => make("InterestCorrected", { ...settled, amount: a, difference: negative(b) }),
    () => make("SubsidyAccrued", { claim: quarter, amount: a, settlements: [unit] }),
    () => make("SubsidyPaid", { amount: a }),
    () => make("SubsidyPaymentReturned", { amount: a, reason: "x" }),
    () =>
      make("SubsidyClawbackDecided", {
        reason: "misuse",
        total: a,
        priorYears: "0.00",
        sameYear: a,
        byClaim: [{ claim: quarter, clawback: a }],
      }),
    () => make("DisbursementReversed", { serial: "S", reversalSerial: "R", amount: negative(a), topUp: false }),
    () => make("RepaymentReversed", { serial: "S", principal: negative(a), interest: negative(b), penalty: "0.00", prepaid: true }),
    () => make("SubsidyAccrualReversed", { claim: quarter, amount: a }),
    () => make("SubsidyClawbackSetOff", { againstLoan: "L2", amount: a, side: "claim" }),
    () => make("LoanCompensated", { ref: "C1", party: "fund", principal: a }),
    () => make("LoanRecovered", { ref: "C1", principal: a }),
    () => make("LoanReleased", { principal: a, reason: "x" }),
  ];
  const one = (made[kind] as () => ReturnType<typeof make>)();
  return { ...one, payload: { ...one.payload, loan } };
});

/** Principal goes down by these. */
const DOWN = ["repaid", "compensated", "recovered", "released"];

const sumOf = (entries: readonly StatementEntry[], kinds: readonly string[]): Fen =>
  sumFen(entries.filter(({ kind }) => kinds.includes(kind)).map(({ amount }) => amount));

describe("the entries of a statement", () => {
  it("are the amounts that the books post, account by account", () => {
    fc.assert(
      fc.property(anyEvent, (one) => {
        const entries = entriesOf(one);
        const posted: PostableEvent = {
          ...one,
          position: 1,
          recordedAt: `${one.valueDate}T09:00:00+08:00`,
          period: one.valueDate.slice(0, 7),
        };
        const lines = linesOf(posted);
        const net = (code: string, side: "debit" | "credit"): Fen =>
          sumFen(lines.filter(({ account }) => account.codes[0]?.code === code).map((line) => line[side]));
        expect(sumOf(entries, ["drawn", "renewed"]) - sumOf(entries, DOWN)).toBe(net("9201", "credit") - net("9201", "debit"));
        expect(sumOf(entries, ["interest", "penalty"])).toBe(net("9105", "debit"));
        expect(sumOf(entries, ["subsidy"]) - sumOf(entries, ["paid"])).toBe(net("2303.01", "credit") - net("2303.01", "debit"));
        expect(sumOf(entries, ["clawback"])).toBe(net("1218.03", "debit"));
      }),
    );
  });
});

describe("the events that a statement must know", () => {
  it("are all that the books post of loans and subsidies, but for payments of interest, the district's own money and loans of enterprises", () => {
    const posted = Object.keys({ ...loanEvents, ...subsidyEvents }).filter((type) => postingTypes().includes(type));
    const elsewhere = [
      "InterestPaid",
      "InterestPaymentReversed",
      "SubsidyFundsAppropriated",
      "SubsidyAppropriationReversed",
      "SubsidyClawbackReceived",
      "SubsidyClawbackReceiptReversed",
    ];
    // 企贷增收: the borrower is the enterprise.
    const ofEnterprises = ["EnterpriseLoanDisbursed", "EnterprisePrepaid", "EnterpriseRepaid", "EnterpriseRepaymentReversed"];
    expect([...new Set([...statementTypes, ...stakeTypes, ...elsewhere, ...ofEnterprises])].sort()).toEqual(posted.sort());
  });
});

describe("the figures over the years", () => {
  const loans = [facts(), facts({ loan: "L2" })];
  it("add up: start + drawn + renewed − repaid = end, one year's end is the next one's start, nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        const entries = events.flatMap(entriesOf);
        const years = [2016, 2017, 2018, 2019, 2020, 2021].map((year) => statementFigures({ year, loans, entries }));
        for (const loan of ["L1", "L2"]) {
          let carried = 0n;
          let paid = 0n;
          for (const { loans: lines, interest } of years) {
            const line = lines.find((one) => one.loan === loan);
            expect(line ? fen(line.start) : 0n).toBe(carried);
            if (line) {
              const byOthers = [line.compensated, line.recovered, line.released].map((amount) => fen(amount ?? "0.00"));
              expect(fen(line.start) + fen(line.drawn) + fen(line.renewed) - fen(line.repaid) - sumFen(byOthers)).toBe(fen(line.end));
              carried = fen(line.end);
            }
            const own = interest.find((one) => one.loan === loan);
            if (!own) continue;
            expect(fen(own.interest) + fen(own.penalty) - fen(own.subsidy) + fen(own.clawback)).toBe(fen(own.own));
            paid += fen(own.paid);
          }
          const mine = entries.filter((entry) => entry.loan === loan);
          expect(carried).toBe(sumOf(mine, ["drawn", "renewed"]) - sumOf(mine, DOWN));
          // Only an accrual that was made can be taken back: years of less than nothing are not the rule's business.
          if (years.some(({ interest }) => interest.some((one) => one.loan === loan && fen(one.subsidy) < 0n))) continue;
          const [accrued, all] = [sumOf(mine, ["subsidy"]), sumOf(mine, ["paid"])];
          expect(paid).toBe(minFen(maxFen(all, 0n), accrued));
        }
      }),
    );
  });

  it("do not depend on the order of the facts", () => {
    fc.assert(
      fc.property(
        fc
          .array(anyEvent, { maxLength: 12 })
          .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, shuffled]) => {
          const of = (list: typeof events) => statementFigures({ year: 2018, loans, entries: list.flatMap(entriesOf) });
          expect(of(shuffled)).toEqual(of(events));
        },
      ),
    );
  });
});
