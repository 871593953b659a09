import { linkageStream } from "@huimin/linkage/events";
import { loanStream } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AccrueSubsidy,
  CorrectSubsidy,
  DecideSubsidyClawback,
  PaySubsidy,
  ReceiveSubsidyClawback,
  SetOffSubsidyClawback,
  SubmitSubsidyClaim,
} from "./commands.ts";
import { carriedYuanDays, openClaim, openPayable, subsidyDifferences, subsidyStream } from "./events.ts";
import { gatherKnownLoan } from "./gather.ts";
import { SubsidyCase } from "./testing.ts";

/** Links (positive) and unlinks of so many households on a day. */
type Moves = readonly (readonly [day: string, count: number])[];

/** T13: 3,000,000.00 at 4.785 %, from 2018-03-21 on, of the enterprise E6. */
class EnterpriseCase extends SubsidyCase {
  #households = 0;
  readonly #linked: string[] = [];

  lend(loan = "L6", more: object = {}): this {
    const terms = {
      amount: "3000000.00",
      annualRate: "4.785",
      floating: false,
      yearBase: 360,
      contractDate: "2018-03-21",
      due: "2021-03-21",
    };
    const payload = {
      ...{ loan, bank: "K1", enterprise: "E6", serial: this.serial(), penaltySurcharge: "50", method: "interest-only-then-bullet" },
      ...terms,
      ...more,
    };
    this.log.record(loanStream(loan), [{ type: "EnterpriseLoanDisbursed", valueDate: "2018-03-21", payload }]);
    const recognised = { enterprise: "E6", creditCode: "91410899MA9DEM01XL", households: 0 };
    this.log.record(linkageStream("E6"), [{ type: "EnterpriseRecognised", valueDate: "2018-01-01", payload: recognised }]);
    return this;
  }

  move(moves: Moves): this {
    for (const [valueDate, count] of moves) {
      const type = count > 0 ? "HouseholdLinked" : "HouseholdUnlinked";
      const named = count > 0 ? Array.from({ length: count }, () => `H${++this.#households}`) : this.#linked.splice(0, -count);
      if (count > 0) this.#linked.push(...named);
      const events = named.map((household) => ({ type, valueDate, payload: { enterprise: "E6", household, village: "V1", form: "job" } }));
      this.log.record(linkageStream("E6"), events);
    }
    return this;
  }

  known(loan = "L6") {
    const found = this.log.decide({ name: "", schema: {}, roles: [], postsInBookG: false, run: () => knownLoan(loan) }, {});
    if (!found.ok) throw new Error(found.refusal.code);
    return found.value.answer.loan as ReturnType<SubsidyCase["loan"]>;
  }
}

function* knownLoan(loan: string) {
  const found = yield* gatherKnownLoan(loan);
  return found.ok ? ({ ok: true, value: { writes: [], answer: { loan: found.value } } } as const) : found;
}

const T13: Moves = [
  ["2018-03-21", 48],
  ["2018-05-02", -8],
];
const given = (moves: Moves = T13) => new EnterpriseCase().lend().move(moves).settle("L6", "2018-03-21", "2018-06-21");

describe("企贷贴息 the subsidy of an enterprise loan", () => {
  it("is Σ min(open principal, linked × quota) × rate / year base, rounded once (T13)", () => {
    const test = given();
    expect(test.claim("L6", "2018Q2", "2018-06-21").accrue("L6", "2018Q2", "2018-06-21")).toBe("11155.56");
    expect(formatAmount(carriedYuanDays(test.known(), test.policies(), "2018-03-21", "2018-06-21"))).toBe("200800000.00");
    const { payload } = test.last(subsidyStream("L6"));
    expect(payload).toMatchObject({ model: 2, payee: "E6", enterprise: "E6" });
    expect(payload).not.toHaveProperty("household");
    expect(test.pay("L6", "2018-07-10")).toBe("11155.56");
  });

  it("is bounded by the open principal and by the interest", () => {
    const all = given([["2018-03-21", 90]]);
    expect(all.claim("L6", "2018Q2", "2018-06-21").accrue("L6", "2018Q2", "2018-06-21")).toBe("15333.33");
    const cheap = given([["2018-03-21", 90]]).policy("model2.subsidyRate", "6.00", "2018-01-01");
    expect(cheap.claim("L6", "2018Q2", "2018-06-21").accrue("L6", "2018Q2", "2018-06-21")).toBe("36685.00");
  });

  it("follows quota and rate of each day, and a year base of 365", () => {
    const test = new EnterpriseCase().lend("L6", { yearBase: 365 }).move([["2018-03-21", 10]]);
    test.policy("model2.quotaPerHousehold", "60000.00", "2018-04-20").policy("model2.subsidyRate", "1.00", "2018-06-11");
    test.settle("L6", "2018-03-21", "2018-06-21");
    // 30 d × 500,000 × 2 % + 52 d × 600,000 × 2 % + 10 d × 600,000 × 1 %, / 365
    expect(test.claim("L6", "2018Q2", "2018-06-21").accrue("L6", "2018Q2", "2018-06-21")).toBe("2695.89");
  });

  it("is not for overdue days, nor for an enterprise that carries nobody", () => {
    const none = given([]);
    const claim = { bank: "K1", quarter: "2018Q2", lines: [{ loan: "L6" }] };
    expect(none.refusal(SubmitSubsidyClaim, claim, "2018-06-21")).toBe("NOTHING_ENTITLED");
    const due = new EnterpriseCase().lend("L6", { due: "2018-06-01" }).move([["2018-03-21", 10]]);
    due.settle("L6", "2018-03-21", "2018-06-21").settle("L6", "2018-06-21", "2018-09-21");
    // 72 days up to the due date
    expect(due.claim("L6", "2018Q2", "2018-06-21").accrue("L6", "2018Q2", "2018-06-21")).toBe("2000.00");
    expect(due.refusal(SubmitSubsidyClaim, { ...claim, quarter: "2018Q3" }, "2018-09-21")).toBe("AFTER_DUE_DATE");
  });

  it("is corrected, or claimed back and set off, when an unlink or a breach is recorded late", () => {
    const test = given([["2018-03-21", 48]]).settle("L6", "2018-06-21", "2018-09-21");
    expect(test.whole("L6", "2018Q2", "2018-06-22")).toBe("12266.67");
    test.move([["2018-05-02", -8]]);
    const late = subsidyDifferences(test.subsidy("L6"), test.known(), test.policies());
    expect(late.byYear.get(2018)).toEqual({ overSubsidised: 111111n, underSubsidised: 0n });
    const claim = { loan: "L6", reason: "commitment-breached" } as const;
    expect(test.run(DecideSubsidyClawback, claim, "2018-09-20")).toMatchObject({ obligor: "E6", total: "1111.11" });
    test.claim("L6", "2018Q3", "2018-09-21").accrue("L6", "2018Q3", "2018-09-21");
    expect(test.run(SetOffSubsidyClawback, { loan: "L6", againstLoan: "L6" }, "2018-09-22")).toMatchObject({ amount: "1111.11" });
    expect(openClaim(test.subsidy("L6"), "E6")).toBe(0n);
    const breach = { breach: "J1", enterprise: "E6", shortfall: 10, from: "2018-07-01", inspection: "核查" };
    test.log.record(linkageStream("E6"), [{ type: "CommitmentBreached", valueDate: "2018-09-25", payload: breach }]);
    // (2,000,000 × 10 d + 1,500,000 × 82 d) × 2 % / 360 = 7,944.44 instead of 10,222.22
    expect(test.run(CorrectSubsidy, { loan: "L6", correction: "recomputed" }, "2018-09-26").amount).toBe("-2277.78");
    expect(openPayable(test.subsidy("L6"), "E6")).toBe(683333n);
  });

  it("is claimed at a wrong subsidy rate and corrected to the right one", () => {
    const test = given();
    test.claim("L6", "2018Q2", "2018-06-21", "16733.33");
    test.run(AccrueSubsidy, { loan: "L6", claim: "2018Q2", claimedRate: "3.00" }, "2018-06-21");
    expect(test.pay("L6", "2018-06-22")).toBe("16733.33");
    const wrong = { loan: "L6", reason: "wrong-rate", rateWas: "3.00", rateIs: "2.00" } as const;
    expect(test.run(DecideSubsidyClawback, wrong, "2018-07-01").total).toBe("5577.77");
    expect(test.run(ReceiveSubsidyClawback, { loan: "L6", amount: "5577.77" }, "2018-07-02")).toMatchObject({ obligor: "E6" });
  });

  it("is the same for every order of recording links and unlinks", () => {
    const move = fc.tuple(fc.integer({ min: 0, max: 91 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 6 }), (list) => {
        const moves = list.map(([day, count]) => [new Date(Date.UTC(2018, 2, 21 + day)).toISOString().slice(0, 10), count] as const);
        const right = (of: Moves) => {
          const test = given(of);
          return carriedYuanDays(test.known(), test.policies(), "2018-03-21", "2018-06-21");
        };
        expect(right(moves.toReversed())).toBe(right(moves));
      }),
      { numRuns: 50 },
    );
  });
});

describe("贴息 of a loan of a batch (1.9)", () => {
  const opened = () => {
    const test = new SubsidyCase();
    const payload = {
      ...{ loan: "L1", household: "H1", bank: "K1", village: "V1", enterprise: "E1", batch: "B1", amount: "50000.00", annualRate: "4.75" },
      ...{ yearBase: 360, contractDate: "2017-03-21", due: "2020-03-21", method: "interest-only-then-bullet", creditGroup: "H1" },
      ...{ borrower: "p1", serial: "D1", penaltySurcharge: "50" },
    };
    test.log.record(loanStream("L1"), [{ type: "LoanDisbursed", valueDate: "2017-03-21", payload }]);
    return test.settle("L1", "2017-03-21", "2017-06-21").claim("L1", "2017Q2", "2017-06-21");
  };

  it("goes to the enterprise that advanced the interest, as of an own loan", () => {
    const test = opened();
    expect(test.accrue("L1", "2017Q2", "2017-06-21")).toBe("606.94");
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ model: 1, payee: "E1", household: "H1", enterprise: "E1", batch: "B1" });
    expect(test.pay("L1", "2017-06-22")).toBe("606.94");
  });

  it("or to the household, where the agreement says so", () => {
    const test = opened();
    test.run(AccrueSubsidy, { loan: "L1", claim: "2017Q2", payee: "H1" }, "2017-06-21");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2017-06-22")).toBe("NO_OPEN_PAYABLE");
    expect(test.run(PaySubsidy, { loan: "L1", payee: "H1" }, "2017-06-22").amount).toBe("606.94");
  });
});
