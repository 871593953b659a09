import { addDays, daysBetween, type IsoDate, laterDate } from "@huimin/calendar";
import { Exact, type Fen, fen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, type Fraction, multiply, scale, ZERO } from "./fraction.ts";
import { type InstalmentTerms, type LoanHappening, type LoanSettings, RateTimeline, rateOf, roundTo } from "./index.ts";
import { HALF_YEAR, replayed } from "./replay.fixture.ts";

const dayOf2024 = fc.integer({ min: 0, max: 300 }).map((day) => addDays("2024-01-01", day));
const settingsOf = fc.record({
  interestBasis: fc.constantFrom("schedule", "actual-balance"),
  paymentCountsFrom: fc.constantFrom("payment-date", "next-due-date"),
  unpaidAssumedPaidOn: fc.constantFrom("as-of-date", "next-due-date"),
  excess: fc.constantFrom("next-rows-principal", "current-row-principal"),
  afterPrepayment: fc.constantFrom("reduce-instalment", "reduce-term", "skip-next-principal"),
  accruedInterestFirst: fc.boolean(),
} satisfies { [K in keyof LoanSettings]?: fc.Arbitrary<LoanSettings[K]> });
const termsOf = fc
  .record({
    method: fc.constantFrom("equal-instalment", "equal-principal", "interest-only-then-bullet"),
    instalments: fc.integer({ min: 1, max: 10 }),
    rate: fc.integer({ min: 0, max: 2400 }),
    tranche: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    graceOnPrincipal: fc.integer({ min: 0, max: 2 }),
    onTranche: fc.constantFrom("recompute", "keep"),
  })
  .map(({ rate, tranche, ...rest }): InstalmentTerms => {
    const later =
      tranche !== undefined && tranche <= rest.instalments * 28 ? [{ date: addDays("2024-01-01", tranche), amount: fen("700.00") }] : [];
    return {
      ...HALF_YEAR,
      ...rest,
      dayCount: "actual/365",
      annualRatePercent: new Exact(rate).div(100),
      disbursements: [...HALF_YEAR.disbursements, ...later],
    };
  });
const paymentsOf = fc.uniqueArray(fc.record({ day: dayOf2024, amount: fc.integer({ min: 1, max: 60_000 }) }), {
  maxLength: 6,
  selector: (one) => one.day,
});
const repayments = (payments: readonly { day: IsoDate; amount: number }[]): LoanHappening[] =>
  payments.map(({ day, amount }, index) => ({ type: "repayment", date: day, amount: BigInt(amount), id: `r${index}` }));

describe("any loan", () => {
  it("given any terms and payments, when replayed, then money and rows agree with each other", () => {
    fc.assert(
      fc.property(termsOf, settingsOf, paymentsOf, dayOf2024, (terms, settings, payments, seenOn) => {
        const asOf = payments.reduce((last, one) => laterDate(last, one.day), seenOn);
        const state = replayed(terms, settings, repayments(payments), asOf);
        const drawn = terms.disbursements.reduce((sum, one) => sum + one.amount, 0n);
        expect(state.rows.reduce((sum, row) => sum + row.principal, 0n)).toBe(drawn);
        expect(state.rows.at(-1)?.balanceAfter).toBe(0n);
        for (const row of state.rows) {
          expect(row.principal >= 0n && row.interest >= 0n && row.balanceAfter >= 0n).toBe(true);
          expect(row.total).toBe(row.principal + row.interest + row.fees + row.penalties);
          expect(row.outstanding).toBe(row.total - row.paid);
        }
        const allocated = state.payments.reduce((sum, one) => sum + one.principal + one.interest + one.fees + one.penalties, 0n);
        expect(state.rows.reduce((sum, row) => sum + row.paid, 0n)).toBe(allocated);
        for (const one of state.payments)
          expect(one.amount).toBe(one.principal + one.interest + one.fees + one.penalties + one.unallocated);
      }),
    );
  });

  it("given any order of the list, when days differ, then the loan is the same (facts may arrive late)", () => {
    fc.assert(
      fc.property(termsOf, settingsOf, paymentsOf, fc.infiniteStream(fc.nat()), (terms, settings, payments, random) => {
        const events = repayments(payments);
        const keys = new Map(events.map((event) => [event, random.next().value as number]));
        const shuffled = [...events].sort((a, b) => (keys.get(a) as number) - (keys.get(b) as number));
        expect(replayed(terms, settings, shuffled, "2024-12-31")).toEqual(
          replayed(
            terms,
            settings,
            events.toSorted((a, b) => (a.date < b.date ? -1 : 1)),
            "2024-12-31",
          ),
        );
      }),
    );
  });

  it("given a payment reversed, when everything after is allocated again, then it is as if it had never been made", () => {
    fc.assert(
      fc.property(termsOf, settingsOf, paymentsOf, fc.nat(), (terms, settings, payments, pick) => {
        fc.pre(payments.length > 0);
        const events = repayments(payments);
        const target = events[pick % events.length] as LoanHappening;
        const reversal: LoanHappening = { type: "reversal", date: "2024-12-01", of: target.id as string };
        const left = events.filter((event) => event !== target);
        expect(replayed(terms, settings, [...events, reversal], "2024-12-31")).toEqual(replayed(terms, settings, left, "2024-12-31"));
      }),
    );
  });

  it("given interest on what is owed, when added up day by day by another program, then every row bears the same", () => {
    fc.assert(
      fc.property(termsOf, settingsOf, paymentsOf, dayOf2024, (terms, options, payments, seenOn) => {
        const settings = { ...options, interestBasis: "actual-balance" } as const;
        const asOf = payments.reduce((last, one) => laterDate(last, one.day), seenOn);
        const state = replayed(terms, settings, repayments(payments), asOf);
        const dueOnOrAfter = (date: IsoDate): IsoDate => allDueDates(terms).find((due) => due >= date) ?? date;
        const cut = settings.unpaidAssumedPaidOn === "next-due-date" ? dueOnOrAfter(asOf) : asOf;
        const movements: [IsoDate, Fen][] = terms.disbursements.map(({ date, amount }) => [date, amount]);
        for (const one of state.payments)
          movements.push([settings.paymentCountsFrom === "next-due-date" ? dueOnOrAfter(one.date) : one.date, -one.principal]);
        for (const row of state.rows) {
          const unpaid = row.principal - row.principalPaid;
          if (unpaid > 0n) movements.push([laterDate(cut, row.dueOn), -unpaid]);
        }
        for (const row of state.rows)
          if (row.interestPaid <= row.interest) expect(row.interest, `row ${row.nr}`).toBe(dayByDay(terms, movements, row.from, row.dueOn));
      }),
      { numRuns: 150 },
    );
  });
});

const allDueDates = (terms: InstalmentTerms): IsoDate[] => {
  const state = replayed({ ...terms, method: "interest-only-then-bullet" }, {}, []);
  return state.rows.map((row) => row.dueOn);
};

/** Interest of [from, to) as a sum over single days: balance × rate / 365, rounded once. */
function dayByDay(terms: InstalmentTerms, movements: readonly [IsoDate, Fen][], from: IsoDate, to: IsoDate): Fen {
  const rates = new RateTimeline(rateOf(terms.annualRatePercent));
  let sum: Fraction = ZERO;
  for (let day = 0; day < daysBetween(from, to); day++) {
    const date = addDays(from, day);
    let balance = 0n;
    for (const [when, amount] of movements) if (when <= date) balance += amount;
    if (balance > 0n) sum = add(sum, scale(multiply(rates.at(date), { n: 1n, d: 365n }), balance));
  }
  return roundTo(sum, 1n, "half-up");
}
