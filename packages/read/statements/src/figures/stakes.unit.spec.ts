import { linesOf } from "@huimin/books";
import { fen, formatAmount, sumFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heldOfSegments, type StakeEntry, stakeEntriesOf, stakeHeld, stakeLine } from "./stakes.ts";

const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1", enterprise: "E1", batch: "B1" };
const share = (household: string, amount: string) => ({ household, village: "V1", amount });
const event = (type: string, valueDate: string, payload: object) => ({ type, valueDate, payload: { ...subject, ...payload } });
const entrusted = (valueDate: string, amount = "50000.00") => event("StakeEntrusted", valueDate, { amount, serial: "S" });
const repaid = (valueDate: string, principal: string) =>
  event("UnifiedRepaymentApplied", valueDate, {
    ...{ principal, interest: "0.00", penalty: "0.00", serial: "S" },
    stakes: [share("H1", principal)],
  });
const of = (household: string, events: readonly ReturnType<typeof event>[]): StakeEntry[] =>
  events.flatMap(stakeEntriesOf).filter((entry) => entry.household === household);

describe("四、委托股权 of a year", () => {
  it("given an entrustment and a repayment, then the years carry on from each other", () => {
    const entries = of("H1", [entrusted("2017-03-10"), repaid("2018-06-01", "20000.00")]);
    expect(stakeLine(entries, 2016)).toBeUndefined();
    expect(stakeLine(entries, 2017)).toEqual({ start: "0.00", added: "50000.00", reduced: "0.00", end: "50000.00" });
    expect(stakeLine(entries, 2018)).toEqual({ start: "50000.00", added: "0.00", reduced: "20000.00", end: "30000.00" });
  });

  it("given a repayment that the bank took back, then it was no reduction and nothing was added", () => {
    const back = event("UnifiedRepaymentApplied", "2018-06-01", {
      ...{ principal: "-20000.00", interest: "0.00", penalty: "0.00", serial: "R", reverses: "S" },
      stakes: [share("H1", "-20000.00")],
    });
    const entries = of("H1", [entrusted("2017-03-10"), repaid("2018-06-01", "20000.00"), back]);
    expect(stakeLine(entries, 2018)).toEqual({ start: "50000.00", added: "0.00", reduced: "0.00", end: "50000.00" });
  });

  it("given a division and a replacement, then who gains has an addition and who loses a reduction", () => {
    const divided = event("StakeDivided", "2018-02-01", {
      ...{ source: "H1", before: [share("H1", "50000.00")] },
      after: [share("H1", "30000.00"), share("H2", "20000.00")],
    });
    const replaced = event("StakeReplaced", "2018-03-01", { newHousehold: "H3", newVillage: "V1", amount: "30000.00" });
    const events = [entrusted("2017-03-10"), divided, replaced];
    expect(stakeLine(of("H1", events), 2018)).toEqual({ start: "50000.00", added: "0.00", reduced: "50000.00", end: "0.00" });
    expect(stakeLine(of("H2", events), 2018)).toMatchObject({ added: "20000.00", end: "20000.00" });
    expect(stakeLine(of("H3", events), 2018)).toMatchObject({ added: "30000.00", end: "30000.00" });
  });
});

describe("委托金额 and 天数 of a dividend", () => {
  it("are the amount on the day of the list and the days with a stake, whatever order they were recorded in", () => {
    const entries = of("H1", [repaid("2018-07-01", "20000.00"), entrusted("2018-03-02")]);
    expect(stakeHeld(entries, 2018, "2018-11-30")).toEqual({ amount: fen("30000.00"), days: 305 });
    expect(stakeHeld(entries, 2018, "2018-05-01")).toEqual({ amount: fen("50000.00"), days: 305 });
    expect(stakeHeld(entries, 2019, "2019-11-30")).toEqual({ amount: fen("30000.00"), days: 365 });
    expect(stakeHeld(entries, 2017, "2017-11-30")).toBeUndefined();
  });

  it("given a stake that ended before the list, then what it was at last", () => {
    const entries = of("H1", [entrusted("2017-03-10"), repaid("2018-02-01", "50000.00")]);
    expect(stakeHeld(entries, 2018, "2018-11-30")).toEqual({ amount: fen("50000.00"), days: 31 });
  });

  it("are those of the stretches that a declaration states", () => {
    const segments = [{ stake: "50000.00", from: "2017-01-01", toExcl: "2018-04-01" }];
    expect(heldOfSegments(segments, 2018)).toEqual({ amount: fen("50000.00"), days: 90 });
  });
});

describe("movements of stakes", () => {
  it("are those that the books post to 9101, household by household", () => {
    const amount = fc.integer({ min: 1, max: 5_000_000 }).map((value) => formatAmount(BigInt(value)));
    const any = fc.tuple(fc.integer({ min: 0, max: 5 }), amount, amount).map(([kind, a, b]) => {
      const stakes = [share("H1", a), share("H2", b)];
      const principal = formatAmount(fen(a) + fen(b));
      const made = [
        entrusted("2018-03-10", a),
        event("StakeDivided", "2018-03-10", { source: "H1", before: [share("H1", principal)], after: stakes }),
        event("StakeReplaced", "2018-03-10", { newHousehold: "H2", newVillage: "V1", amount: a }),
        event("UnifiedRepaymentApplied", "2018-03-10", { principal, interest: "0.00", penalty: "0.00", serial: "S", stakes }),
        event("LoanCompensated", "2018-03-10", { ref: "C", party: "fund", principal, stakes }),
        event("LoanReleased", "2018-03-10", { principal, reason: "x", stakes }),
      ];
      return made[kind] as ReturnType<typeof event>;
    });
    fc.assert(
      fc.property(any, (one) => {
        const posted = linesOf({ ...one, position: 1, recordedAt: "2018-03-10T09:00:00+08:00", period: "2018-03" });
        for (const household of ["H1", "H2"]) {
          const lines = posted.filter(({ account, dims }) => account.codes[0]?.code === "9101" && dims.household === household);
          expect(sumFen(of(household, [one]).map((entry) => entry.amount))).toBe(sumFen(lines.map(({ debit, credit }) => debit - credit)));
        }
      }),
    );
  });
});
