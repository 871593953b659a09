import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonths,
  addPeriods,
  dayNumber,
  days30E360,
  days30E360Isda,
  daysBetween,
  daysByLeapYear,
  daysInMonth,
  daysMonthsAndDays360,
  isLastDayOfMonth,
  lastDayOfMonth,
  monthsAndDays,
  nextPeriod,
  parseDate,
  periodOf,
  quarterOf,
  settlementDays,
  settlementPeriodStart,
  shanghaiDate,
  shanghaiInstant,
  termMonths,
} from "./index.ts";

/** Any day from 1990 to 2089: leap centuries (2000) and a plain four-year rule both occur. */
const dates = fc.integer({ min: dayNumber("1990-01-01"), max: dayNumber("2089-12-31") }).map((day) => addDays("1970-01-01", day));

describe("dates", () => {
  it.each(["2017-02-29", "20170301", "2017-3-1", "2017-13-01", "2017-04-31", "2017-03-01T00:00:00Z", "0000-00-00", 20170301, null])(
    "given %j, when parsed, then it is refused",
    (text) => expect(parseDate(text)).toBeUndefined(),
  );

  it("given two dates, when days are counted, then the first counts and the last does not", () => {
    expect(daysBetween("2017-03-10", "2017-03-21")).toBe(11);
    fc.assert(
      fc.property(dates, fc.integer({ min: 0, max: 20_000 }), (from, days) => {
        expect(daysBetween(from, addDays(from, days))).toBe(days);
      }),
    );
  });

  it("given a split of an interval, when days are counted, then the parts sum to the whole", () => {
    fc.assert(
      fc.property(dates, dates, dates, (a, b, c) => {
        expect(daysBetween(a, b) + daysBetween(b, c)).toBe(daysBetween(a, c));
      }),
    );
  });

  it("given periods and quarters, when named, then they follow the calendar", () => {
    expect(periodOf("2018-12-20")).toBe("2018-12");
    expect(nextPeriod("2018-12")).toBe("2019-01");
    expect(quarterOf("2018-12-20")).toBe("2018Q4");
    expect(quarterOf("2019-03-20")).toBe("2019Q1");
  });

  it("given an instant, when asked for its civil date, then it is Shanghai's", () => {
    expect(shanghaiDate("2018-12-31T16:00:00Z")).toBe("2019-01-01");
    expect(shanghaiDate("2018-12-31T15:59:59Z")).toBe("2018-12-31");
    expect(shanghaiInstant(0)).toBe("1970-01-01T08:00:00.000+08:00");
  });

  it.each(["2018-02-30T10:00:00+08:00", "2018-01-01T24:30:00+08:00", "2018-13-01T10:00:00+08:00", "2018-01-01T10:00:00"])(
    "given %j, when asked for its civil date, then it is refused",
    (text) => expect(() => shanghaiDate(text)).toThrow(RangeError),
  );

  it("property: any instant from 1985 to 2100 has the date and time that the time zone table says", () => {
    const range = { min: Date.UTC(1985, 0, 1), max: Date.UTC(2100, 0, 1) };
    fc.assert(
      fc.property(fc.integer(range), (epoch) => {
        const there = Temporal.Instant.fromEpochMilliseconds(epoch).toZonedDateTimeISO("Asia/Shanghai").toPlainDateTime();
        expect(shanghaiDate(epoch)).toBe(there.toPlainDate().toString());
        expect(shanghaiDate(shanghaiInstant(epoch))).toBe(there.toPlainDate().toString());
        expect(shanghaiInstant(epoch)).toBe(`${there.toString({ smallestUnit: "millisecond" })}+08:00`);
      }),
    );
  });

  it("property: a text is a date when Temporal takes it without moving it", () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
    const years = fc.oneof(fc.constantFrom(1900, 2000, 2016, 2100, 0), fc.integer({ min: 0, max: 9999 }));
    fc.assert(
      fc.property(years, part(14), part(33), (year, month, day) => {
        const text = `${String(year).padStart(4, "0")}-${month}-${day}`;
        let expected: string | undefined;
        try {
          expected = Temporal.PlainDate.from(text, { overflow: "reject" }).toString();
        } catch {
          expected = undefined;
        }
        expect(parseDate(text)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("month ends", () => {
  it("given the 31st, when months are added, then a short month clamps and the day does not drift", () => {
    const seed = "2019-01-31";
    const due = [1, 2, 3, 4].map((k) => addPeriods(seed, { count: 1, unit: "month" }, k));
    expect(due).toEqual(["2019-02-28", "2019-03-31", "2019-04-30", "2019-05-31"]);
  });

  it("given first-of-next-month, when the month lacks the day, then it is the 1st of the next month, also over new year", () => {
    const month = { count: 1, unit: "month" } as const;
    expect(addPeriods("2025-01-31", month, 1, "first-of-next-month")).toBe("2025-03-01");
    expect(addPeriods("2025-01-31", month, 2, "first-of-next-month")).toBe("2025-03-31");
    expect(addPeriods("2025-10-31", month, 1, "first-of-next-month")).toBe("2025-12-01");
    expect(addPeriods("2025-10-31", month, 2, "first-of-next-month")).toBe("2025-12-31");
  });

  it("given any date and number of months, when clamped, then it agrees with Temporal", () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -400, max: 400 }), (seed, months) => {
        expect(addPeriods(seed, { count: 1, unit: "month" }, months)).toBe(addMonths(seed, months));
      }),
    );
  });

  it("given weeks and days, when added, then a week is seven days", () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 0, max: 200 }), (seed, times) => {
        expect(addPeriods(seed, { count: 1, unit: "week" }, times)).toBe(addDays(seed, 7 * times));
      }),
    );
  });

  it("given any date, when asked for month ends, then the day after the last is a 1st", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const last = lastDayOfMonth(date);
        expect(isLastDayOfMonth(last)).toBe(true);
        expect(addDays(last, 1).slice(8)).toBe("01");
        expect(Number(last.slice(8))).toBe(daysInMonth(Number(last.slice(0, 4)), Number(last.slice(5, 7))));
      }),
    );
  });

  it("given 29 February, when a year is added, then the loan matures on 28 February (T8)", () => {
    expect(addMonths("2020-02-29", 12)).toBe("2021-02-28");
    expect(addMonths("2019-02-28", 12)).toBe("2020-02-28");
  });
});

describe("对年对月对日", () => {
  it("given 2017-03-10 to 2018-05-25, when split, then it is 14 months and 15 days, 435 days of 360", () => {
    expect(monthsAndDays("2017-03-10", "2018-05-25")).toEqual({ months: 14, days: 15 });
    expect(daysMonthsAndDays360("2017-03-10", "2018-05-25")).toBe(435);
    expect(daysMonthsAndDays360("2020-02-29", "2021-02-28")).toBe(360);
  });

  it("given any two dates, when split, then months and days lead back to the second", () => {
    fc.assert(
      fc.property(dates, dates, (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { months, days } = monthsAndDays(from, to);
        expect(days >= 0 && days <= 31).toBe(true);
        expect(addDays(addMonths(from, months), days)).toBe(to);
      }),
    );
  });

  it("given a started month, when a term is measured, then it counts as whole", () => {
    expect(termMonths("2018-05-10", "2019-11-10")).toBe(18);
    expect(termMonths("2018-05-10", "2019-11-11")).toBe(19);
  });
});

describe("day counts", () => {
  it("given an interval over new year, when split by leap years, then each day belongs to its own year", () => {
    expect(daysByLeapYear("2019-12-21", "2020-03-21")).toEqual({ leap: 80, common: 11 });
    fc.assert(
      fc.property(dates, dates, (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { leap, common } = daysByLeapYear(from, to);
        expect(leap + common).toBe(daysBetween(from, to));
      }),
    );
  });

  it("given 30E/360 and its ISDA form, when February ends the interval, then only ISDA counts it as the 30th", () => {
    expect([days30E360("2006-08-31", "2007-02-28"), days30E360Isda("2006-08-31", "2007-02-28")]).toEqual([178, 180]);
    expect([days30E360("2006-02-28", "2006-03-03"), days30E360("2006-09-30", "2006-10-31")]).toEqual([5, 30]);
  });

  it("given a whole number of years, when counted by 30E/360, then it is 360 days a year", () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 0, max: 30 }), (from, years) => {
        fc.pre(from.slice(5) !== "02-29");
        expect(days30E360(from, addMonths(from, 12 * years))).toBe(360 * years);
      }),
    );
  });
});

describe("settlement days", () => {
  it("given a year, when settled quarterly, then it is the 20th of March, June, September and December", () => {
    expect(settlementDays("2018-01-01", "2018-12-31")).toEqual(["2018-03-20", "2018-06-20", "2018-09-20", "2018-12-20"]);
  });

  it("given the 31st as settlement day, when the month is shorter, then it clamps", () => {
    expect(settlementDays("2019-01-01", "2019-06-30", [2, 4, 6], 31)).toEqual(["2019-02-28", "2019-04-30", "2019-06-30"]);
  });

  it("given any date, when asked for its period, then it starts on a 21st within a quarter", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const start = settlementPeriodStart(date);
        expect(start.slice(8)).toBe("21");
        expect(start <= date && daysBetween(start, date) <= 92).toBe(true);
      }),
    );
  });
});
