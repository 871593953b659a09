import { addDays, type IsoDate } from "@huimin/calendar";
import { Exact } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, divide, equal, type Fraction, fraction, fractionOf, multiply, reduce, subtract, toDecimal } from "./fraction.ts";
import {
  ceilTo,
  DAY_COUNTS,
  type DividendTerms,
  distribute,
  floorTo,
  internalRate,
  netPresentValue,
  numberOfPeriods,
  payment,
  paymentParts,
  RateTimeline,
  rateOf,
  roundTo,
  roundUnit,
  yearFraction,
} from "./index.ts";

const fractions = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 6n }))
  .map(([n, d]) => fraction(n, d));
const days = fc.integer({ min: 0, max: 20_000 }).map((day): IsoDate => addDays("2000-01-01", day));

describe("fractions", () => {
  it("given any two, when added and taken away again, then nothing is lost", () => {
    fc.assert(
      fc.property(fractions, fractions, (a, b) => {
        expect(equal(subtract(add(a, b), b), a)).toBe(true);
        if (b.n !== 0n) expect(equal(divide(multiply(a, b), b), a)).toBe(true);
        expect(equal(reduce(a), a)).toBe(true);
      }),
    );
  });

  it("given decimals and exponents as text, when read, then they are exact", () => {
    expect(fractionOf("4.75")).toEqual({ n: 475n, d: 100n });
    expect(equal(fractionOf("1e-20"), fraction(1n, 10n ** 20n))).toBe(true);
    expect(equal(fractionOf("-1.5E2"), fraction(-150n))).toBe(true);
    expect(toDecimal(fraction(1n, 8n)).toString()).toBe("0.125");
    expect(() => fractionOf("4,75")).toThrow();
    expect(() => fraction(1n, 0n)).toThrow();
  });
});

describe("rounding to a unit", () => {
  it("given a tie, when rounded, then half up leaves zero and half even goes to the even neighbour", () => {
    const tie = fraction(1189n, 2n);
    expect([roundTo(tie, 1n, "half-up"), roundTo(tie, 1n, "half-even")]).toEqual([595n, 594n]);
    expect([roundTo({ n: -tie.n, d: 2n }, 1n, "half-up"), roundTo({ n: -tie.n, d: 2n }, 1n, "half-even")]).toEqual([-595n, -594n]);
    expect(roundTo(fraction(150n), 100n, "half-even")).toBe(200n);
    expect(roundTo(fraction(250n), 100n, "half-even")).toBe(200n);
  });

  it("given any value and unit, when rounded, then it is the nearest multiple, and floor and ceiling enclose it", () => {
    fc.assert(
      fc.property(fractions, fc.bigInt({ min: 1n, max: 1000n }), fc.constantFrom("half-up", "half-even"), (value, unit, mode) => {
        const rounded = roundTo(value, unit, mode);
        expect(rounded % unit).toBe(0n);
        const away = subtract(fraction(rounded), value);
        expect(compare({ n: (away.n < 0n ? -away.n : away.n) * 2n, d: away.d }, fraction(unit)) <= 0).toBe(true);
        expect(compare(fraction(floorTo(value, unit)), value) <= 0 && compare(fraction(ceilTo(value, unit)), value) >= 0).toBe(true);
        expect([floorTo(value, unit), ceilTo(value, unit)]).toContain(roundUnit(value, unit, "nearest", mode));
      }),
    );
  });
});

describe("day counts", () => {
  it("given an interval cut in two, when counted by actual days or 30E/360, then the parts sum to the whole", () => {
    fc.assert(
      fc.property(fc.tuple(days, days, days), fc.constantFrom(...DAY_COUNTS), (points, dayCount) => {
        fc.pre(dayCount !== "1/12" && dayCount !== "months-and-days/360");
        const [a, b, c] = [...points].sort() as [IsoDate, IsoDate, IsoDate];
        const sum = add(yearFraction(dayCount, a, b), yearFraction(dayCount, b, c));
        expect(equal(sum, yearFraction(dayCount, a, c))).toBe(true);
      }),
    );
  });

  it("given a row of months, when counted by 1/12, then the whole is c/12 and parts share it by days, also for a broken row", () => {
    const whole = { from: "2024-02-01", to: "2024-03-15", months: 1 };
    expect(equal(yearFraction("1/12", whole.from, whole.to, whole), fraction(1n, 12n))).toBe(true);
    expect(equal(yearFraction("1/12", "2024-02-01", "2024-02-14", whole), fraction(13n, 12n * 43n))).toBe(true);
    expect(() => yearFraction("1/12", whole.from, whole.to, { ...whole, months: undefined })).toThrow();
  });
});

describe("rates over time", () => {
  const base = new RateTimeline(rateOf("4.35"));
  const step = (from: IsoDate, percent: string, decidedOn = from) => ({ from, decidedOn, rate: rateOf(percent) });

  it("given two changes of one day, when asked, then the last wins", () => {
    const rates = base.with(step("2019-05-10", "4.75")).with(step("2019-05-10", "4.90"));
    expect(equal(rates.at("2019-05-10"), rateOf("4.90"))).toBe(true);
    expect(equal(rates.at("2019-05-09"), rateOf("4.35"))).toBe(true);
  });

  it("given changes in any order, when cut into spans, then neighbours differ and the spans cover the days", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(days, fc.constantFrom("4.35", "4.75", "4.90")), { maxLength: 8 }),
        days,
        fc.integer({ min: 1, max: 900 }),
        (changes, from, length) => {
          const rates = changes.reduce((all, [date, percent]) => all.with(step(date, percent)), base);
          const to = addDays(from, length);
          const spans = rates.spans(from, to);
          expect([spans[0]?.from, spans.at(-1)?.to]).toEqual([from, to]);
          for (const [index, span] of spans.entries()) {
            expect(equal(span.rate, rates.at(span.from))).toBe(true);
            const next = spans[index + 1];
            if (next) expect([span.to, equal(span.rate, next.rate)]).toEqual([next.from, false]);
          }
        },
      ),
    );
  });
});

describe("time value", () => {
  const rate = new Exact("0.08").div(12);

  it("given any loan, when paid, then the parts sum to the payment and the principal to the loan", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (basis, periods, present) => {
          const each = new Exact(basis).div(10_000);
          const parts = paymentParts(each, periods, new Exact(present));
          const sum = parts.reduce((total, part) => total.add(part.principal), new Exact(0));
          expect(sum.add(present).abs().lt("1e-30")).toBe(true);
          for (const part of parts)
            expect(
              part.interest
                .add(part.principal)
                .sub(payment(each, periods, new Exact(present)))
                .abs()
                .lt("1e-40"),
            ).toBe(true);
          const flows = [new Exact(present), ...parts.map((part) => part.interest.add(part.principal))];
          expect(netPresentValue(each, flows).abs().lt("1e-30")).toBe(true);
          if (basis > 0)
            expect(
              numberOfPeriods(each, payment(each, periods, new Exact(present)), new Exact(present))
                ?.sub(periods)
                .abs()
                .lt("1e-30"),
            ).toBe(true);
        },
      ),
    );
  });

  it("given flows of a loan, when the internal rate is sought, then it is the loan's", () => {
    const each = payment(rate, 60, new Exact(15_000));
    const found = internalRate([new Exact(15_000), ...Array.from({ length: 60 }, () => each)]) as Exact;
    expect(found.sub(rate).abs().lt("1e-40")).toBe(true);
  });

  it.each([
    [["-150000", "15000", "25000", "35000", "45000", "60000"], "0.0524"],
    [["-100", "0", "0", "74"], "-0.0955"],
    [["-100", "39", "59", "55", "20"], "0.28095"],
    [["-100", "100", "0", "-7"], "-0.0833"],
    [["-100", "100", "0", "7"], "0.06206"],
    [["-5", "10.5", "1", "-8", "1"], "0.0886"],
  ])("given %j, when the internal rate is sought, then it is %s, of several the nearest to zero", (flows, expected) => {
    const found = internalRate(flows.map((flow) => new Exact(flow))) as Exact;
    expect(found.toDecimalPlaces(expected.split(".")[1]?.length as number).toFixed()).toBe(expected);
  });

  it("given flows of one sign or a payment below the interest, when asked, then there is no value", () => {
    expect(internalRate([new Exact(-1), new Exact(-2)])).toBeUndefined();
    expect(numberOfPeriods(rate, new Exact(-50), new Exact(15_000))).toBeUndefined();
    expect(payment(new Exact(0), 10, new Exact(1000)).toString()).toBe("-100");
    expect(numberOfPeriods(new Exact(0), new Exact(-100), new Exact(1000))?.toString()).toBe("10");
  });
});

describe("dividends", () => {
  const amounts = (terms: DividendTerms): bigint[] => distribute(terms).rows.map((row) => (row.amount as Fraction).n / row.amount.d);

  it("given holders with shares and days, when distributed, then late and short holders get less or nothing", () => {
    const terms: DividendTerms = {
      method: "share-days",
      pool: 100_00n,
      unit: 1n,
      rounding: "half-up",
      periodFrom: "2018-01-01",
      periodTo: "2018-12-31",
      minimumDays: 30,
      holders: [
        { id: "whole", shares: new Exact(10), from: "2017-05-01" },
        { id: "half", shares: new Exact(10), from: "2018-07-02" },
        { id: "short", shares: new Exact(10), from: "2018-12-15" },
      ],
    };
    expect(amounts(terms)).toEqual([66_67n, 33_33n, 0n]);
  });

  it("given equal holders, when each is rounded alone, then nobody gets the residue, which may be negative", () => {
    const base = { method: "equal", pool: 100_00n, unit: 1n, holders: [{ id: "all", count: 3 }] } as const;
    const down = distribute({ ...base, rounding: "down" });
    expect([down.rows[0]?.amount.n, down.undistributed.n]).toEqual([33_33n, 1n]);
    const up = distribute({ ...base, pool: 200_00n, rounding: "half-up" });
    expect([up.rows[0]?.amount.n, up.undistributed.n]).toEqual([66_67n, -1n]);
  });

  it("given exact amounts, when distributed, then they sum to the pool", () => {
    const exact = distribute({
      method: "equal",
      pool: 100_00n,
      unit: undefined,
      rounding: "half-up",
      holders: [{ id: "a" }, { id: "b", shares: new Exact(2) }],
    });
    expect(exact.undistributed.n).toBe(0n);
    expect(equal(exact.rows[1]?.amount as Fraction, fraction(20_000n, 3n))).toBe(true);
  });

  it("given nobody with a weight, when distributed, then it throws", () => {
    expect(() => distribute({ method: "equal", pool: 1n, unit: 1n, rounding: "down", holders: [] })).toThrow(RangeError);
  });
});
