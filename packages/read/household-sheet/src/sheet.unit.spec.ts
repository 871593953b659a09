import { memoryBooks } from "@huimin/books";
import { FactLog, type Parties, prepaidInMidQuarter, readOnlyStore, terms, wrongRateAfterClose } from "@huimin/books/testing";
import { loanEvents } from "@huimin/loan/events";
import { registryEvents } from "@huimin/registry/events";
import { subsidyEvents } from "@huimin/subsidy/events";
import { describe, expect, it } from "vitest";
import { figuresOf, printFigures } from "./figures.ts";
import { createHouseholdSheets, type Reveal } from "./sheet.ts";
import { EVENT_TITLES } from "./titles.ts";

const district = "410803";
const sheetsOf = (log: FactLog, reveal?: Reveal) =>
  createHouseholdSheets({ books: memoryBooks(log.events), store: readOnlyStore([log]), ...(reveal ? { reveal } : {}) });
const zero = {
  ...{
    entrustedStake: "0.00",
    pooledLoanInName: "0.00",
    ownLoanPrincipal: "0.00",
    dividendPayable: "0.00",
    dividendAwaitingReissue: "0.00",
  },
  ...{ dividendUnclaimed: "0.00", subsidyPayable: "0.00", subsidyToReturn: "0.00", compensatedDebt: "0.00" },
};

describe("figures of a household", () => {
  it("T2: the subsidy of the last quarter is still to be paid", async () => {
    const sheets = sheetsOf(prepaidInMidQuarter());
    expect(printFigures(await sheets.figures({ district, household: "H101" }))).toEqual({ ...zero, subsidyPayable: "217.71" });
    expect(printFigures(await sheets.figures({ district, household: "H101", asOf: "2017-06-30", knownAt: { position: 10 } }))).toEqual({
      ...zero,
      ownLoanPrincipal: "30000.00",
      subsidyPayable: "490.84",
    });
  });

  it("T4: what is to be returned is known from the decision on, on the value date of the year concerned", async () => {
    const sheets = sheetsOf(wrongRateAfterClose());
    const at = async (knownAt: { position: number }, asOf?: string) =>
      printFigures(await sheets.figures({ district, household: "H102", knownAt, asOf })).subsidyToReturn;
    expect([
      await at({ position: 13 }),
      await at({ position: 15 }),
      await at({ position: 15 }, "2017-12-31"),
      await at({ position: 17 }),
    ]).toEqual(["0.00", "121.67", "113.00", "0.00"]);
  });

  it("does not count what is paid to someone else for its loan, and shows shares only where there are some", () => {
    const log = new FactLog(district);
    const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1", model: 1 };
    log.subsidy("SubsidyAccrued", { ...subject, payee: "E1", claim: "2018Q1", settlements: [], amount: "9.00" }, { on: "2018-03-21" });
    const { lines } = memoryBooks(log.events);
    expect(figuresOf(lines, "H1").subsidyPayable).toBe(0n);
    expect(figuresOf(lines, "E1").subsidyPayable).toBe(900n);
    expect(printFigures({ ...figuresOf([], "H1"), beneficialShares: 3n }).beneficialShares).toBe("3");
  });
});

describe("the sheet of a household", () => {
  it("T2: loans, interest by period, subsidies by claim, and every line and event", async () => {
    const log = prepaidInMidQuarter();
    const sheet = await sheetsOf(log).sheet({ district, household: "H101", today: "2017-10-01" });
    expect(sheet.loans).toMatchObject([
      { loan: "L001", drawn: 5_000_000n, principal: 0n, interestOpen: 0n, due: "2020-03-10", overdue: false },
    ]);
    expect(sheet.interest.map(({ from, toExcl, kind, amount }) => [from, toExcl, kind, amount])).toEqual([
      ["2017-03-10", "2017-03-21", "normal", 7257n],
      ["2017-03-21", "2017-05-08", "prepaid", 12667n],
      ["2017-03-21", "2017-06-21", "normal", 36417n],
      ["2017-06-21", "2017-08-15", "prepaid", 21771n],
    ]);
    expect(sheet.subsidies.map(({ claim, accrued, paid, clawedBack }) => [claim, accrued, paid, clawedBack])).toEqual([
      ["2017Q1", 7257n, 7257n, 0n],
      ["2017Q2", 49084n, 49084n, 0n],
      ["2017Q3", 21771n, 0n, 0n],
    ]);
    expect(sheet.timeline.map((entry) => entry.position)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(sheet.timeline[0]).toMatchObject({ zh: "放款", en: "Loan disbursed", loan: "L001", amount: "50000.00" });
    expect(sheet.lines).toHaveLength(30);
  });

  it("T4: the claimed-back part of each quarter", async () => {
    const sheet = await sheetsOf(wrongRateAfterClose()).sheet({ district, household: "H102", today: "2018-04-01" });
    expect(sheet.subsidies.map(({ claim, clawedBack }) => [claim, clawedBack])).toEqual([
      ["2017Q1", 2133n],
      ["2017Q2", 3067n],
      ["2017Q3", 3067n],
      ["2017Q4", 3033n],
      ["2018Q1", 867n],
    ]);
    expect(sheet.loans).toMatchObject([{ principal: 3_000_000n, overdue: true, daysOverdue: 75 }]);
  });

  it("an extension changes due date and rate from the old due date on, on the day that is asked about", async () => {
    const log = new FactLog(district);
    const parties: Parties = { loan: "L8", household: "H8", bank: "K1", village: "V1" };
    log.loan("LoanDisbursed", terms(parties, "30000.00", "4.35", "2018-05-10", "2019-05-10"), { on: "2018-05-10" });
    const extension = { oldDue: "2019-05-10", newDue: "2019-11-10", totalMonths: 18, rateFrom: "2019-05-10", newRate: "4.75" };
    log.loan("LoanExtended", { ...parties, ...extension }, { on: "2019-05-06" });
    const loanOn = async (asOf: string) => (await sheetsOf(log).sheet({ district, household: "H8", asOf, today: "2026-01-01" })).loans[0];
    expect(await loanOn("2019-05-05")).toMatchObject({ annualRate: "4.35", due: "2019-05-10", overdue: false });
    expect(await loanOn("2019-05-09")).toMatchObject({ annualRate: "4.35", due: "2019-11-10" });
    expect(await loanOn("2019-05-10")).toMatchObject({ annualRate: "4.75", overdue: false, daysOverdue: 0 });
    expect(await loanOn("2019-11-20")).toMatchObject({ overdue: true, daysOverdue: 10 });
  });

  it("shows members and accounts masked, and only to a reader who may unmask", async () => {
    const log = new FactLog(district);
    const member = { personId: "p1", relation: "head", name: "sealed:张三", idNumber: "sealed:x" };
    log.record(
      "HouseholdRegistered",
      "household/H9",
      { household: "H9", village: "V1", members: [member], head: "p1" },
      { on: "2016-01-01" },
    );
    const account = { household: "H9", holder: "p1", bank: "K1", kind: "card", numberHash: "h", purpose: "all" };
    log.record("BankAccountBound", "household/H9", { ...account, number: "sealed:6299994108990000029" }, { on: "2016-01-02" });
    log.record("BankAccountChanged", "household/H9", { ...account, number: "sealed:6299994108990000011" }, { on: "2017-01-02" });
    const question = { district, household: "H9", today: "2018-01-01" };
    const closed = await sheetsOf(log).sheet(question);
    expect(closed).toMatchObject({
      village: "V1",
      status: "registered",
      members: [{ personId: "p1", head: true }],
      accounts: [{ bank: "K1", from: "2017-01-02" }],
    });
    expect(JSON.stringify(closed, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toMatch(/sealed|6299/);
    const asked: string[] = [];
    const open = await sheetsOf(log, async ({ personId, field, sealed }) => {
      asked.push(`${personId} ${field}`);
      return sealed.slice("sealed:".length);
    }).sheet(question);
    expect([open.members[0]?.maskedName, open.accounts[0]?.maskedNumber]).toEqual(["张*", "****0011"]);
    expect(asked).toEqual(["p1 name", "p1 account"]);
    const erased = await sheetsOf(log, async () => undefined).sheet(question);
    expect([erased.members[0]?.maskedName, erased.accounts[0]?.maskedNumber]).toEqual(["〔已删除〕", "〔已删除〕"]);
    const restricted = await sheetsOf(log, async () => "〔限制处理〕").sheet(question);
    expect([restricted.members[0]?.maskedName, restricted.accounts[0]?.maskedNumber]).toEqual(["〔限制处理〕", "〔限制处理〕"]);
  });

  it("shows help outside the books: goods, wages in their last version, helpers, honours", async () => {
    const log = new FactLog(district);
    const file = (type: string, on: string, payload: object) => log.record(type, "pairing/H1", { household: "H1", ...payload }, { on });
    file("PairingEstablished", "2018-01-10", { helper: "N7", helperKind: "person" });
    file("HelpGiven", "2018-02-01", { helper: "N7", help: "B1", version: 1, kind: "visit" });
    const wage = { workshop: "W1", person: "p1", month: "2018-03", days: 20 };
    file("WorkshopWageReported", "2018-03-31", { ...wage, version: 1, amount: "900.00" });
    file("WorkshopWageReported", "2018-03-31", { ...wage, version: 2, amount: "950.00" });
    file("HouseholdGoodsReceived", "2018-10-17", { donation: "D1", entry: 2, value: "310.00" });
    file("HouseholdHonoured", "2018-12-20", { year: 2018, honour: "R1", grade: "一等" });
    const question = { district, household: "H1", today: "2019-01-01" };
    const { otherHelp, pairings } = await sheetsOf(log).sheet(question);
    expect(otherHelp).toEqual([
      { kind: "help", when: "2018-02-01", from: "N7", detail: "visit" },
      { kind: "wage", when: "2018-03", from: "W1", amount: 95000n },
      { kind: "goods", when: "2018-10-17", from: "D1", amount: 31000n },
      { kind: "honour", when: "2018-12-20", from: "2018", detail: "一等" },
    ]);
    expect(pairings).toEqual([{ helper: "N7", helperKind: "person", from: "2018-01-10" }]);
    const before = await sheetsOf(log).sheet({ ...question, asOf: "2018-03-31", knownAt: { position: 3 } });
    expect(before.otherHelp.map(({ amount }) => amount)).toEqual([undefined, 90000n]);
  });

  it("分贷统还: a loan in its name is never overdue or open to pay; a household that holds a part of the stake has no loan", async () => {
    const log = new FactLog(district);
    const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1", enterprise: "E1", batch: "B1" };
    const share = (household: string, amount: string) => ({ household, village: "V1", amount });
    log.loan("LoanDisbursed", { ...terms(subject, "50000.00", "4.75", "2017-03-01", "2020-03-01"), ...subject }, { on: "2017-03-01" });
    log.loan("StakeEntrusted", { ...subject, amount: "50000.00", serial: "S" }, { on: "2017-03-01" });
    const after = [share("H1", "33333.33"), share("H2", "16666.67")];
    log.loan("StakeDivided", { ...subject, source: "H1", before: [share("H1", "50000.00")], after }, { on: "2018-10-15" });
    const penalty = {
      from: "2020-03-01",
      toExcl: "2020-03-22",
      days: 21,
      kind: "penalty",
      amount: "207.81",
      bearer: "enterprise",
    } as const;
    log.loan("InterestSettled", { ...subject, ...penalty }, { on: "2020-03-22" });
    const sheetOf = (household: string) => sheetsOf(log).sheet({ district, household, today: "2020-06-01" });
    const own = await sheetOf("H1");
    expect(own.loans).toMatchObject([{ loan: "L1", batch: "B1", enterprise: "E1", overdue: false, daysOverdue: 0, interestOpen: 0n }]);
    expect(own.figures).toMatchObject({
      entrustedStake: 3_333_333n,
      pooledLoanInName: 5_000_000n,
      ownLoanPrincipal: 0n,
      compensatedDebt: 0n,
    });
    const other = await sheetOf("H2");
    expect([other.loans, other.figures.entrustedStake, other.figures.pooledLoanInName]).toEqual([[], 1_666_667n, 0n]);
  });

  it("has a title for every event of a household's streams", () => {
    const elsewhere =
      /^(Village|Person(Joined|Left)|Party|Enterprise|Bank(Registered|Key)|SubsidyFunds|SubsidyAppropriation|SubsidyClaim|CircuitBreaker)/;
    const types = Object.keys({ ...registryEvents, ...loanEvents, ...subsidyEvents }).filter((type) => !elsewhere.test(type));
    expect(types.filter((type) => !(type in EVENT_TITLES))).toEqual([]);
  });
});
