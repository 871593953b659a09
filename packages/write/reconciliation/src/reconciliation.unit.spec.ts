import { type CommandContext, SpecificationLog } from "@huimin/decider";
import { describe, expect, it } from "vitest";
import {
  type BankDayFacts,
  BindFundAccount,
  CloseBankDay,
  ConfirmMatch,
  deskParts,
  EndFundAccount,
  EXPLANATION_DAYS_MAX,
  ExplainDifference,
  OPEN_ITEMS_MAX,
  ReceivePortfolio,
  ReceivePortfolioLines,
  ResolveDifference,
  reconciliationCommands,
  UndoMatch,
} from "./index.ts";

const DESK = "1002.03-K1";
const STREAM = `reconciliation/${DESK}`;
const bound = { account: "1002.03", bank: "K1", number: "41050100001", from: "2018-12-01", openingBalance: "0.00" } as const;
const sha = "a".repeat(64);

const facts: BankDayFacts = {
  knownAt: 40,
  statement: { sha256: sha, from: "2018-12-03", opening: "0.00", closing: "90.00" },
  previous: { date: "2018-12-01", closing: "0.00" },
  balancePerBooks: "100.00",
  remainder: "0.00",
  matched: 3,
  open: [{ item: "p.7", side: "book", amount: "10.00", date: "2018-12-03", reason: "in-transit" }],
  unexplained: { count: 0, first: [] },
};

/** Items that the read side knows: two lines of 60 and 40, movements of 100 and 60. */
const items = {
  "b.1": { side: "bank", amount: "60.00", date: "2018-12-03", standing: "open" },
  "b.2": { side: "bank", amount: "40.00", date: "2018-12-03", standing: "open" },
  "p.1": { side: "book", amount: "100.00", date: "2018-12-03", standing: "open" },
  "p.2": { side: "book", amount: "60.00", date: "2018-12-03", standing: "matched" },
  "f.1": { side: "file", amount: "0.00", date: "2018-12-03", standing: "open" },
};

const as = (role: CommandContext["role"], actor = "u-1"): Partial<CommandContext> => ({ role, actor });
const maker = as("FIN-M", "u-maker");
const checker = as("FIN-R", "u-checker");

function given(day: Partial<BankDayFacts> | null = {}): SpecificationLog {
  const log = new SpecificationLog({ recordedAt: "2018-12-10T08:00:00+08:00", period: "2018-12", actor: "u-1" });
  log.record("fund-account/1002.03", [{ type: "FundAccountBound", valueDate: bound.from, payload: bound }]);
  log.resolvers.set("bankDay", () => (day === null ? undefined : { ...facts, ...day }));
  log.resolvers.set("reconciliationItems", (args) => {
    const asked = JSON.parse(args.items ?? "[]") as (keyof typeof items)[];
    return { head: 40, items: Object.fromEntries(asked.flatMap((item) => (items[item] ? [[item, items[item]]] : []))) };
  });
  return log;
}

const refused = (code: string, path?: string) => ({ ok: false, refusal: { code, ...(path ? { path } : {}) } });

describe("BindFundAccount 专户绑定", () => {
  it("says which account stands for an account of the books", () => {
    const log = new SpecificationLog();
    expect(log.execute(BindFundAccount, bound, checker)).toMatchObject({ ok: true, value: { answer: { desk: DESK } } });
    expect(log.streams.get("fund-account/1002.03")).toMatchObject([{ type: "FundAccountBound", payload: bound }]);
  });

  it("has one account at a time, but 1002.02 one at each bank", () => {
    const log = given();
    expect(log.decide(BindFundAccount, { ...bound, bank: "K2" })).toMatchObject(refused("FUND_ACCOUNT_BOUND", "/from"));
    const risk = { ...bound, account: "1002.02" as const };
    expect(log.execute(BindFundAccount, risk).ok).toBe(true);
    expect(log.execute(BindFundAccount, { ...risk, bank: "K2" }).ok).toBe(true);
    expect(log.decide(BindFundAccount, risk)).toMatchObject(refused("FUND_ACCOUNT_BOUND"));
  });

  it("ends on a day; from the next another one may stand", () => {
    const log = given();
    const end = { account: "1002.03", bank: "K1", to: "2018-12-20" } as const;
    expect(log.decide(EndFundAccount, { ...end, bank: "K2" })).toMatchObject(refused("FUND_ACCOUNT_NOT_BOUND"));
    expect(log.decide(EndFundAccount, { ...end, to: "2018-11-30" })).toMatchObject(refused("FUND_ACCOUNT_DATE", "/to"));
    expect(log.execute(EndFundAccount, end).ok).toBe(true);
    expect(log.decide(BindFundAccount, { ...bound, bank: "K2", from: "2018-12-20" })).toMatchObject(refused("FUND_ACCOUNT_BOUND"));
    expect(log.execute(BindFundAccount, { ...bound, bank: "K2", from: "2018-12-21" }).ok).toBe(true);
  });
});

describe("ExplainDifference 差异说明", () => {
  const command = { desk: DESK, items: ["b.1"], reason: "in-transit" as const, clearBy: "2018-12-20" };

  it("records reason, evidence and the day by which it is to clear", () => {
    const log = given();
    const evidence = [{ title: "查询函 7", sha256: sha }];
    expect(log.execute(ExplainDifference, { ...command, evidence }, maker)).toMatchObject({ ok: true });
    expect(log.streams.get(STREAM)).toMatchObject([
      {
        type: "DifferenceExplained",
        actor: "u-maker",
        payload: { desk: DESK, bank: "K1", items: ["b.1"], reason: "in-transit", evidence },
      },
    ]);
  });

  it.each([
    ["a day that is over", { clearBy: "2018-12-09" }, "CLEAR_BY_OUT_OF_RANGE", "/clearBy"],
    [`a day after ${EXPLANATION_DAYS_MAX} days`, { clearBy: "2019-03-13" }, "CLEAR_BY_OUT_OF_RANGE", "/clearBy"],
    ["no note for another reason", { reason: "other" as const }, "EXPLANATION_NEEDS_NOTE", "/note"],
    ["an item that is not there", { items: ["b.1", "b.9"] }, "DIFFERENCE_UNKNOWN", "/items/1"],
    ["an item that is matched", { items: ["p.2"] }, "DIFFERENCE_MATCHED", "/items/0"],
    ["a desk that is none", { desk: "1002.09-K1" }, "DESK_UNKNOWN", "/desk"],
  ])("refuses %s", (_, change, code, path) => {
    expect(given().decide(ExplainDifference, { ...command, ...change })).toMatchObject(refused(code, path));
  });
});

describe("ConfirmMatch and UndoMatch 勾对", () => {
  it("puts together what sums to the same, also out of an automatic match, and each item once", () => {
    const log = given();
    expect(log.execute(ConfirmMatch, { desk: DESK, items: ["b.1", "b.2", "p.1"] }, maker)).toMatchObject({
      ok: true,
      value: { answer: { match: "M1" } },
    });
    expect(log.streams.get(STREAM)?.at(-1)?.payload).toMatchObject({ match: "M1", amount: "100.00" });
    expect(log.decide(ConfirmMatch, { desk: DESK, items: ["b.1", "p.2"] })).toMatchObject(refused("MATCH_ITEM_TAKEN", "/items/0"));
    expect(log.execute(UndoMatch, { desk: DESK, match: "M1", reason: "看错" }, maker).ok).toBe(true);
    expect(log.streams.get(STREAM)?.at(-1)?.payload).toMatchObject({ match: "M1", items: ["b.1", "b.2", "p.1"] });
    expect(log.execute(ConfirmMatch, { desk: DESK, items: ["b.1", "p.2"] }, maker)).toMatchObject({ value: { answer: { match: "M3" } } });
  });

  it.each([
    ["sums that differ", ["b.1", "p.1"], "MATCH_SUMS_DIFFER"],
    ["one item", ["b.1"], "MATCH_TOO_SMALL"],
    ["an item twice", ["b.1", "b.1"], "MATCH_TOO_SMALL"],
    ["an item that is not there", ["b.1", "p.9"], "DIFFERENCE_UNKNOWN"],
  ])("refuses %s", (_, asked, code) => {
    expect(given().decide(ConfirmMatch, { desk: DESK, items: asked })).toMatchObject(refused(code));
  });

  it("takes an automatic match apart by its items, and nothing that is no match", () => {
    const log = given();
    const undo = { desk: DESK, items: ["p.2", "p.2"], reason: "不是一笔" };
    expect(log.decide(UndoMatch, undo)).toMatchObject(refused("MATCH_TOO_SMALL"));
    expect(log.decide(UndoMatch, { ...undo, items: ["p.2", "b.1"] })).toMatchObject(refused("DIFFERENCE_UNKNOWN", "/items/1"));
    expect(log.decide(UndoMatch, { desk: DESK, match: "M7", reason: "无" })).toMatchObject(refused("MATCH_UNKNOWN", "/match"));
    expect(log.decide(UndoMatch, { ...undo, desk: "claims-K1" })).toMatchObject(refused("MATCH_ONLY_AT_ACCOUNTS"));
    expect(log.decide(ConfirmMatch, { desk: "portfolio-K1", items: ["b.1", "b.2"] })).toMatchObject(refused("MATCH_ONLY_AT_ACCOUNTS"));
  });
});

describe("ResolveDifference 差异消除", () => {
  it("at a fund account names what makes it up; that is a match", () => {
    const log = given();
    expect(log.decide(ResolveDifference, { desk: DESK, items: ["p.1"] })).toMatchObject(refused("RESOLUTION_WITHOUT_CAUSE", "/by"));
    expect(log.decide(ResolveDifference, { desk: DESK, items: ["p.1"], by: ["b.1"] })).toMatchObject(refused("MATCH_SUMS_DIFFER"));
    expect(log.execute(ResolveDifference, { desk: DESK, items: ["p.1"], by: ["b.1", "b.2"] }, maker)).toMatchObject({
      value: { answer: { match: "M1" } },
    });
    expect(log.decide(ConfirmMatch, { desk: DESK, items: ["b.1", "p.2"] })).toMatchObject(refused("MATCH_ITEM_TAKEN"));
  });

  it("elsewhere names events of the log that are there", () => {
    const log = given();
    const command = { desk: "portfolio-K1", items: ["f.1"] };
    expect(log.decide(ResolveDifference, command)).toMatchObject(refused("RESOLUTION_WITHOUT_CAUSE", "/positions"));
    expect(log.decide(ResolveDifference, { ...command, positions: [3, 41] })).toMatchObject(
      refused("RESOLUTION_EVENT_UNKNOWN", "/positions/1"),
    );
    expect(log.decide(ResolveDifference, { ...command, items: ["f.9"], positions: [3] })).toMatchObject(refused("DIFFERENCE_UNKNOWN"));
    expect(log.execute(ResolveDifference, { ...command, positions: [3] }, maker)).toMatchObject({ ok: true });
  });
});

describe("CloseBankDay 银行日结", () => {
  const command = { account: "1002.03", bank: "K1", day: "2018-12-03" } as const;

  it("records both balances and what carries over, with its hash", () => {
    const log = given();
    expect(log.execute(CloseBankDay, command, checker)).toMatchObject({ ok: true, value: { answer: { desk: DESK, open: 1 } } });
    expect(log.streams.get(STREAM)?.at(-1)).toMatchObject({
      type: "BankDayClosed",
      valueDate: "2018-12-03",
      payload: {
        balancePerBank: "90.00",
        balancePerBooks: "100.00",
        knownAt: 40,
        open: facts.open,
        openHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(log.decide(CloseBankDay, command)).toMatchObject(refused("BANK_DAY_CLOSED", "/day"));
    expect(log.decide(CloseBankDay, { ...command, day: "2018-12-02" })).toMatchObject(refused("BANK_DAY_CLOSED"));
    expect(log.decide(EndFundAccount, { account: "1002.03", bank: "K1", to: "2018-12-02" })).toMatchObject(refused("FUND_ACCOUNT_DATE"));
  });

  const many = Array.from({ length: OPEN_ITEMS_MAX + 1 }, () => facts.open[0] as (typeof facts.open)[number]);
  it.each([
    [
      "unexplained differences, with how many and the first",
      { unexplained: { count: 2, first: ["bank-only X", "book-only C"] } },
      "DAY_HAS_UNEXPLAINED_DIFFERENCES",
    ],
    ["an earlier day that is open", { earlierOpen: "2018-12-02" }, "EARLIER_DAY_OPEN"],
    ["a statement that does not begin with the balance before", { previous: { date: "2018-12-01", closing: "5.00" } }, "STATEMENT_MISSING"],
    ["more open items than one event holds", { open: many }, "DAY_TOO_MANY_OPEN"],
    ["figures that leave something over", { remainder: "0.01" }, "DAY_DOES_NOT_ADD_UP"],
  ])("refuses %s", (_, change, code) => {
    expect(given(change).decide(CloseBankDay, command, checker)).toMatchObject(refused(code));
  });

  it("refuses a day without statement, one that is not over, and an account that stands at no bank", () => {
    const { statement: _, ...without } = facts;
    const log = given();
    log.resolvers.set("bankDay", () => without);
    expect(log.decide(CloseBankDay, command)).toMatchObject(refused("DAY_WITHOUT_STATEMENT"));
    expect(given(null).decide(CloseBankDay, command)).toMatchObject(refused("DAY_WITHOUT_STATEMENT"));
    expect(given().decide(CloseBankDay, { ...command, day: "2018-12-10" })).toMatchObject(refused("BANK_DAY_NOT_OVER"));
    expect(given().decide(CloseBankDay, { ...command, bank: "K2" })).toMatchObject(refused("FUND_ACCOUNT_NOT_BOUND"));
    expect(given().decide(CloseBankDay, { ...command, day: "2018-11-30" })).toMatchObject(refused("FUND_ACCOUNT_NOT_BOUND"));
  });

  it("refuses who explained or matched since the last closing", () => {
    const log = given();
    log.execute(ConfirmMatch, { desk: DESK, items: ["b.1", "b.2", "p.1"] }, as("FIN-M", "u-both"));
    expect(log.decide(CloseBankDay, command, as("FIN-R", "u-both"))).toMatchObject(refused("DAY_CLOSED_BY_MAKER"));
    expect(log.execute(CloseBankDay, command, checker).ok).toBe(true);
    expect(log.execute(CloseBankDay, { ...command, day: "2018-12-04" }, as("FIN-R", "u-both")).ok).toBe(true);
  });

  it("is the reviewer's, the rest the accountant's, and nothing of it posts", () => {
    expect(reconciliationCommands.every(({ postsInBookG }) => !postsInBookG)).toBe(true);
    expect(CloseBankDay.roles).toEqual(["FIN-R"]);
    for (const { roles } of [ExplainDifference, ConfirmMatch, UndoMatch, ResolveDifference]) expect(roles).toEqual(["FIN-M"]);
  });
});

describe("a portfolio file 贷款余额对账文件", () => {
  const bank = as("BANK", "bank:K1");
  const file = { bank: "K1", date: "2018-12-31", sha256: sha };
  const lines = [
    { loan: "L1", principal: "10.00" },
    { loan: "L2", principal: "5.50", interest: "0.10", rate: "4.75", due: "2019-12-31", status: "performing" as const },
  ];

  it("is recorded in parts and counts when it is complete; said again, nothing is recorded again", () => {
    const log = given();
    for (let time = 0; time < 2; time += 1) {
      expect(log.execute(ReceivePortfolioLines, { ...file, part: 0, lines }, bank).ok).toBe(true);
      expect(log.execute(ReceivePortfolio, { ...file, rows: 2, parts: 1, principal: "15.50" }, bank).ok).toBe(true);
    }
    expect(log.streams.get("bank-portfolio/K1-2018-12-31")?.map(({ type }) => type)).toEqual([
      "PortfolioLinesReceived",
      "PortfolioReceived",
    ]);
    const other = { ...file, sha256: "b".repeat(64) };
    log.execute(ReceivePortfolioLines, { ...other, part: 0, lines }, bank);
    log.execute(ReceivePortfolio, { ...other, rows: 2, parts: 1, principal: "15.50" }, bank);
    expect(log.streams.get("bank-portfolio/K1-2018-12-31")?.at(-1)?.payload).toMatchObject({ replaces: sha });
  });

  it("refuses another sender, rows that are missing, and a wrong total", () => {
    const log = given();
    const whole = { ...file, rows: 2, parts: 1, principal: "15.50" };
    const k2 = as("BANK", "bank:K2");
    expect(log.decide(ReceivePortfolioLines, { ...file, part: 0, lines }, k2)).toMatchObject(refused("PORTFOLIO_OTHER_BANK"));
    expect(log.decide(ReceivePortfolio, whole, k2)).toMatchObject(refused("PORTFOLIO_OTHER_BANK"));
    expect(log.decide(ReceivePortfolio, whole, bank)).toMatchObject(refused("PORTFOLIO_INCOMPLETE"));
    log.execute(ReceivePortfolioLines, { ...file, part: 0, lines }, bank);
    expect(log.decide(ReceivePortfolio, { ...whole, principal: "15.51" }, bank)).toMatchObject(refused("PORTFOLIO_TOTAL"));
  });
});

describe("the name of a desk", () => {
  it.each([
    ["1002.02-K1", { kind: "account", account: "1002.02", bank: "K1" }],
    ["1002.03-K-9", { kind: "account", account: "1002.03", bank: "K-9" }],
    ["portfolio-K1", { kind: "portfolio", bank: "K1" }],
    ["claims-K1", { kind: "claims", bank: "K1" }],
    ["1002.06-K1", undefined],
    ["portfolio-", undefined],
  ])("%s", (desk, parts) => {
    expect(deskParts(desk)).toEqual(parts);
  });
});
