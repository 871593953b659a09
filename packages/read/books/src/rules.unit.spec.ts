import { bankClientEvents } from "@huimin/bank-client/events";
import { bankFileEvents } from "@huimin/bank-file/events";
import { dividendEvents } from "@huimin/dividend/events";
import { donationEvents } from "@huimin/donation/events";
import { equityEvents } from "@huimin/equity/events";
import { linkageEvents } from "@huimin/linkage/events";
import { loanEvents } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import { noticeEvents } from "@huimin/notice/events";
import { periodEvents } from "@huimin/period/events";
import { policyEvents } from "@huimin/policy/events";
import { pooledEvents } from "@huimin/pooled/events";
import { privacyEvents } from "@huimin/privacy/events";
import { proposalEvents } from "@huimin/proposal/events";
import { reconciliationEvents } from "@huimin/reconciliation/events";
import { registryEvents } from "@huimin/registry/events";
import { riskFundEvents } from "@huimin/risk-fund/events";
import { statementEvents } from "@huimin/statement/events";
import { subsidyEvents } from "@huimin/subsidy/events";
import { webhookEvents } from "@huimin/webhook/events";
import { yearEndRunEvents } from "@huimin/year-end-run/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryBooks } from "./memory.ts";
import type { PostableEvent } from "./posting.ts";
import { postingOf, postingTypes, silentTypes } from "./rules/index.ts";
import { FactLog, type Parties, prepaidInMidQuarter, terms, wrongRateAfterClose } from "./testing.ts";

const parties: Parties = { loan: "L1", household: "H1", bank: "K1", village: "V1" };
const subject = { ...parties, model: 3 };

/** `1218.03 Dr 8.67` per line. */
const lines = (event: PostableEvent): string[] =>
  memoryBooks([event]).lines.map((line) => {
    const code = line.account.codes.at(-1)?.code;
    return line.debit !== 0n ? `${code} Dr ${formatAmount(line.debit)}` : `${code} Cr ${formatAmount(line.credit)}`;
  });

describe("every event type of the write side", () => {
  const types = Object.keys({
    ...registryEvents,
    ...bankClientEvents,
    ...bankFileEvents,
    ...reconciliationEvents,
    ...webhookEvents,
    ...dividendEvents,
    ...donationEvents,
    ...policyEvents,
    ...periodEvents,
    ...privacyEvents,
    ...proposalEvents,
    ...loanEvents,
    ...linkageEvents,
    ...pooledEvents,
    ...subsidyEvents,
    ...statementEvents,
    ...noticeEvents,
    ...yearEndRunEvents,
    ...riskFundEvents,
    ...equityEvents,
  });

  it.each(types)("%s has a posting rule or is known to post nothing, not both", (type) => {
    expect([postingTypes().includes(type), silentTypes().includes(type)].filter(Boolean)).toHaveLength(1);
  });

  it("is declared by a package: the books know no type that nobody records", () => {
    expect([...postingTypes(), ...silentTypes()].filter((type) => !types.includes(type))).toEqual([]);
  });

  it("stops the books when they do not know it", () => {
    const event = new FactLog().record("LoanForgotten", "loan/L1", {}, { on: "2018-01-01" });
    expect(() => postingOf(event)).toThrow(/no posting rule for event type LoanForgotten \(position 1\)/);
  });
});

describe("loan postings (book M)", () => {
  const log = new FactLog();
  const on = { on: "2018-05-10" };

  it("given a drawing, then the household holds the money and owes it to the bank", () => {
    expect(lines(log.loan("LoanDisbursed", terms(parties, "50000.00", "4.75", "2018-03-15", "2020-03-15"), on))).toEqual([
      "9102 Dr 50000.00",
      "9201 Cr 50000.00",
    ]);
  });

  it("given a drawing that the bank takes back, then its lines in red, of a top-up on its tranche", () => {
    const reversal = { ...parties, serial: "D1", reversalSerial: "D2", amount: "-50000.00" };
    const event = log.loan("DisbursementReversed", { ...reversal, topUp: true }, on);
    expect(lines(event)).toEqual(["9102 Dr -50000.00", "9201 Cr -50000.00"]);
    expect(postingOf(event).entries.map((entry) => entry.dims.tranche)).toEqual(["unsubsidised", "unsubsidised"]);
    expect(lines(log.loan("DisbursementReversed", { ...reversal, topUp: false }, on))).toEqual(["9102 Dr -50000.00", "9201 Cr -50000.00"]);
  });

  it("given a repayment with interest and penalty, then interest is paid by the household and principal comes back", () => {
    const event = log.loan("RepaymentReceived", { ...parties, principal: "100.00", interest: "7.00", penalty: "0.50", serial: "S1" }, on);
    expect(lines(event)).toEqual(["9201 Dr 100.00", "9102 Cr 100.00", "9203 Dr 7.50", "9105 Cr 7.50"]);
  });

  it("given a reversal, then the same lines in red", () => {
    const event = log.loan(
      "RepaymentReversed",
      { ...parties, principal: "-100.00", interest: "0.00", penalty: "0.00", serial: "S1", reversalSerial: "S2" },
      on,
    );
    expect(lines(event)).toEqual(["9201 Dr -100.00", "9102 Cr -100.00"]);
  });

  it("given the reversal of a prepayment, then its interest goes back on both sides", () => {
    const payload = {
      ...parties,
      principal: "-20000.00",
      interest: "-131.94",
      penalty: "0.00",
      serial: "P1",
      reversalSerial: "P2",
      prepaid: true,
    };
    expect(lines(log.loan("RepaymentReversed", payload, on))).toEqual([
      "9201 Dr -20000.00",
      "9102 Cr -20000.00",
      "9203 Dr -131.94",
      "9105 Cr -131.94",
      "9105 Dr -131.94",
      "9203 Cr -131.94",
    ]);
  });

  it("given a prepayment, then its interest arises and is paid at once", () => {
    const event = log.loan(
      "LoanPrepaid",
      {
        ...parties,
        principal: "20000.00",
        interestFrom: "2018-03-21",
        interestToExcl: "2018-05-10",
        days: 50,
        interest: "131.94",
        serial: "P1",
      },
      on,
    );
    expect(lines(event)).toEqual([
      "9201 Dr 20000.00",
      "9102 Cr 20000.00",
      "9105 Dr 131.94",
      "9203 Cr 131.94",
      "9203 Dr 131.94",
      "9105 Cr 131.94",
    ]);
  });

  it("given a renewal, then both sides move to the new loan number", () => {
    const books = memoryBooks([
      log.loan("LoanDisbursed", terms(parties, "30000.00", "4.35", "2018-03-15", "2019-03-15"), on),
      log.loan("LoanRenewedNoRepayment", { ...parties, newLoan: "L2", amount: "30000.00" }, on),
    ]);
    const open = (account: string, loan: string) => formatAmount(books.balanceNow({ account, dims: { loan } }).net);
    expect([open("9201", "L1"), open("9201", "L2"), open("9102", "L1"), open("9102", "L2")]).toEqual([
      "0.00",
      "-30000.00",
      "0.00",
      "30000.00",
    ]);
  });

  it("given a top-up, then its principal is unsubsidised until it is repaid", () => {
    const topUp = { ...parties, loan: "L3", unsubsidised: true };
    const books = memoryBooks([
      log.loan("LoanToppedUp", { ...terms(topUp, "20000.00", "4.75", "2021-03-15", "2022-03-15"), topUpOf: "L1" }, { on: "2021-03-15" }),
      log.loan(
        "RepaymentReceived",
        { ...topUp, principal: "5000.00", interest: "0.00", penalty: "0.00", serial: "S9" },
        { on: "2021-04-15" },
      ),
    ]);
    expect(books.balanceNow({ account: "9201", dims: { tranche: "unsubsidised" } }).net).toBe(fen("-15000.00"));
    expect(books.balanceNow({ account: "9201", dims: { tranche: null } }).net).toBe(0n);
  });

  it("given a correction of interest, then only the difference", () => {
    const correction = {
      ...parties,
      from: "2018-03-21",
      toExcl: "2018-06-21",
      kind: "normal",
      amount: "551.53",
      bearer: "household" as const,
    };
    expect(lines(log.loan("InterestCorrected", { ...correction, difference: "-23.75" }, on))).toEqual(["9105 Dr -23.75", "9203 Cr -23.75"]);
    expect(lines(log.loan("InterestCorrected", { ...correction, difference: "0.00" }, on))).toEqual([]);
  });
});

describe("subsidy postings (book G)", () => {
  const log = new FactLog();
  const on = { on: "2018-11-12" };
  const accrued = { ...subject, payee: "H1", settlements: [], amount: "100.00" };

  it("given an appropriation of any level of the budget, then 4001.01 with its source; money of society is no appropriation", () => {
    for (const source of ["区", "省", "中央"] as const) {
      const event = log.subsidy("SubsidyFundsAppropriated", { amount: "5.00", source }, on);
      expect(lines(event)).toEqual(["1002.01 Dr 5.00", "4001.01 Cr 5.00"]);
      expect(postingOf(event).entries[1]?.dims).toEqual({ source });
    }
    const given = log.subsidy("SubsidyFundsAppropriated", { amount: "5.00", source: "社会" }, on);
    expect(lines(given)).toEqual(["1002.01 Dr 5.00", "4601 Cr 5.00"]);
  });

  it("given an accrual, then 5001.01/2303.01, for an enterprise loan 5001.02/2303.02", () => {
    expect(lines(log.subsidy("SubsidyAccrued", { ...accrued, claim: "2018Q3" }, on))).toEqual(["5001.01 Dr 100.00", "2303.01 Cr 100.00"]);
    expect(lines(log.subsidy("SubsidyAccrued", { ...accrued, model: 2, claim: "2018Q3" }, on))).toEqual([
      "5001.02 Dr 100.00",
      "2303.02 Cr 100.00",
    ]);
  });

  it("given arrears of closed years, then their part is a prior-year adjustment (R10)", () => {
    const event = log.subsidy(
      "SubsidyAccrued",
      { ...accrued, correction: "recomputed", accrualsOf: 2017, priorYears: "60.00", sameYear: "40.00" },
      on,
    );
    expect(lines(event)).toEqual(["5001.01 Dr 40.00", "3501 Dr 60.00", "2303.01 Cr 100.00"]);
    const cancelling = { ...accrued, amount: "0.00", correction: "recomputed" as const, priorYears: "60.00", sameYear: "-60.00" };
    expect(lines(log.subsidy("SubsidyAccrued", cancelling, on))).toEqual(["5001.01 Dr -60.00", "3501 Dr 60.00"]);
  });

  it("given a returned payment, then the payable is open again without a transit account (R17)", () => {
    expect(lines(log.subsidy("SubsidyPaymentReturned", { ...subject, payee: "H1", amount: "9.00", reason: "AC04" }, on))).toEqual([
      "1002.01 Dr 9.00",
      "2303.01 Cr 9.00",
    ]);
  });

  it("given a clawback over a closed year, then 3501 for it and red on the open year's expense", () => {
    const event = log.subsidy(
      "SubsidyClawbackDecided",
      { ...subject, obligor: "H1", reason: "misuse", total: "121.67", priorYears: "113.00", sameYear: "8.67", byClaim: [] },
      on,
    );
    expect(lines(event)).toEqual(["1218.03 Dr 121.67", "5001.01 Dr -8.67", "3501 Cr 113.00"]);
  });

  it("given a set-off, then it is posted once though it is on two streams, and closes the other loan's payable", () => {
    const setOff = { ...subject, obligor: "H1", againstLoan: "L2", againstBank: "K2", payee: "H1", amount: "30.00" };
    const books = memoryBooks([
      log.subsidy(
        "SubsidyAccrued",
        { ...subject, loan: "L2", bank: "K2", payee: "H1", settlements: [], amount: "30.00", claim: "2018Q4" },
        on,
      ),
      log.subsidy("SubsidyClawbackSetOff", { ...setOff, side: "claim" }, on),
      log.subsidy("SubsidyClawbackSetOff", { ...setOff, side: "payable" }, on),
    ]);
    expect(books.lines).toHaveLength(4);
    expect(books.balanceNow({ account: "2303.01", dims: { loan: "L2", bank: "K2", payee: "H1" } }).net).toBe(0n);
    expect(books.balanceNow({ account: "1218.03", dims: { obligor: "H1", loan: "L1" } }).net).toBe(fen("-30.00"));
  });

  it("given what is posted anew for a voucher of a closed year (C2, C3), then its income and expense go to 3501 too", () => {
    const again = (correctsPeriod: string) => ({
      ...log.subsidy("SubsidyFundsAppropriated", { amount: "5.00", source: "区" }, on),
      correctsPeriod,
    });
    expect(lines(again("2017-06"))).toEqual(["1002.01 Dr 5.00", "3501 Cr 5.00"]);
    expect(lines(again("2018-01"))).toEqual(["1002.01 Dr 5.00", "4001.01 Cr 5.00"]);
    const fund = {
      ...log.record("RiskFundDeposited", "risk-fund/K1", { bank: "K1", deposit: 1, amount: "7.00", asIncome: true }, on),
      correctsPeriod: "2017-06",
    };
    expect(memoryBooks([fund]).lines.map(({ account, dims }) => [account.codes[0]?.code, dims.fund])).toEqual([
      ["1002.02", undefined],
      ["3501", "risk"],
    ]);
    const parts = {
      ...subject,
      payee: "H1",
      amount: "100.00",
      settlements: [],
      correction: "wrong-rate" as const,
      priorYears: "60.00",
      sameYear: "40.00",
    };
    expect(lines({ ...log.subsidy("SubsidyAccrued", parts, on), correctsPeriod: "2017-06" })).toEqual([
      "5001.01 Dr 40.00",
      "3501 Dr 60.00",
      "2303.01 Cr 100.00",
    ]);
  });

  it("given a debit balance of 3501, then it is charged to 3001", () => {
    const event = log.record("PriorYearAdjustmentTransferred", "period/ledger", { amount: "-5.00", fiscalYear: 2018 }, on);
    expect(lines(event)).toEqual(["3001 Dr 5.00", "3501 Cr 5.00"]);
  });
});

describe("worked scenarios", () => {
  it("T2: a loan prepaid in mid-quarter ends with an open subsidy of 217.71", () => {
    const books = memoryBooks(prepaidInMidQuarter().events);
    const net = (account: string, year?: number) => formatAmount(books.balanceNow({ account, year }).net);
    expect([net("1002.01"), net("2303.01"), net("4001.01", 2017), net("5001.01", 2017)]).toEqual([
      "1436.59",
      "-217.71",
      "-2000.00",
      "781.12",
    ]);
    expect([net("9102"), net("9105"), net("9201"), net("9203")]).toEqual(["0.00", "0.00", "0.00", "0.00"]);
  });

  it("T4: a wrong rate found after the close goes to the open year, and what was known in January does not change", () => {
    const log = wrongRateAfterClose();
    const books = memoryBooks(log.events);
    const net = (account: string, question = {}) => formatAmount(books.balanceNow({ account, ...question }).net);
    expect([net("1002.01"), net("1218.03"), net("3001", { year: 2018 }), net("3501", { year: 2018 })]).toEqual([
      "1676.87",
      "0.00",
      "-113.00",
      "0.00",
    ]);
    expect([net("5001.01", { year: 2017 }), net("5001.01", { year: 2018 })]).toEqual(["1341.88", "94.25"]);
    expect(net("5001.01", { year: 2018, knownAt: { position: 13 } })).toBe("102.92");
    expect(net("5001.01", { year: 2018, knownAt: { instant: "2018-01-31T23:59:59+08:00" } })).toBe("102.92");
    expect(net("1218.03", { knownAt: { position: 15 }, dims: { obligor: "H102" } })).toBe("121.67");
    expect(net("1218.03", { asOf: "2017-12-31" })).toBe("113.00");
  });

  it("T4: the trial balance of December 2017 is the same in January and in March", async () => {
    const { events } = wrongRateAfterClose();
    const question = { district: "410803", from: "2017-01", through: "2017-12" };
    const january = await memoryBooks(events.slice(0, 13)).trialBalance(question);
    const march = await memoryBooks(events).trialBalance(question);
    expect(march).toEqual(january);
    expect(january.totals.G.debit).toBe(january.totals.G.credit);
  });
});

describe("the books of any amounts", () => {
  const amount = fc.bigInt({ min: -10_000_000_000n, max: 10_000_000_000n }).map(formatAmount);

  it("balance in each book, line by line and in the trial balance", async () => {
    await fc.assert(
      fc.asyncProperty(amount, amount, amount, async (a, b, c) => {
        const log = new FactLog();
        const on = { on: "2018-06-21" };
        log.loan("RepaymentReceived", { ...parties, principal: a, interest: b, penalty: c, serial: "S" }, on);
        log.loan(
          "InterestCorrected",
          { ...parties, from: "2018-03-21", toExcl: "2018-06-21", kind: "normal", amount: a, difference: b, bearer: "household" },
          on,
        );
        log.subsidy(
          "SubsidyAccrued",
          { ...subject, payee: "H1", settlements: [], amount: a, priorYears: b, sameYear: formatAmount(fen(a) - fen(b)) },
          on,
        );
        log.subsidy("SubsidyAccrualReversed", { ...subject, payee: "H1", claim: "2018Q2", settlements: [], amount: c }, on);
        log.record("PriorYearAdjustmentTransferred", "period/ledger", { amount: b, fiscalYear: 2018 }, on);
        const { totals } = await memoryBooks(log.events).trialBalance({ district: "410803" });
        expect(totals.G.debit).toBe(totals.G.credit);
        expect(totals.M.debit).toBe(totals.M.credit);
      }),
    );
  });

  it("refuse parts that do not make the whole", () => {
    const event = new FactLog().subsidy(
      "SubsidyClawbackDecided",
      { ...subject, obligor: "H1", reason: "misuse", total: "10.00", priorYears: "4.00", sameYear: "5.00", byClaim: [] },
      { on: "2018-01-01" },
    );
    expect(() => postingOf(event)).toThrow(/does not balance in book G: debit − credit = 1.00/);
  });
});
