import { SpecificationLog } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { errorEntry } from "@huimin/outcome";
import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { IssueStatements, STATEMENTS_PER_COMMAND_MAX } from "./commands.ts";
import { changedLines, isNil, issuedFor, type StatementFigures, StatementIssued, statementFold, statementStream } from "./events.ts";

const HOUSEHOLD = "410803010207-0031";
const notice = {
  district: "中站区",
  issuer: "中站区财政局",
  seal: "扶贫资金专用章",
  prefix: "中站扶红",
  phones: ["12317"],
  objectionDays: 15,
};
const none: StatementFigures = { dividends: [], paidForEarlierYears: "0.00", loans: [], interest: [] };
const figures = (end = "30000.00"): StatementFigures => ({
  ...none,
  loans: [
    {
      loan: "L1",
      bank: "K1",
      bankName: "农商行",
      start: "50000.00",
      drawn: "0.00",
      renewed: "0.00",
      repaid: "20000.00",
      end,
      due: "2020-03-10",
    },
  ],
});
const item = (over: object = {}) => ({
  household: HOUSEHOLD,
  holder: "p1",
  basics: "sealed:x",
  figures: figures(),
  contentHash: "ab".repeat(32),
  ...over,
});
const issue = (over: object = {}, position = 100) => ({
  year: 2018,
  issuedOn: "2019-01-20",
  cutoff: { position, recordedAt: "2019-01-18T23:59:59.999+08:00" },
  notice,
  items: [item()],
  ...over,
});
const log = () => new SpecificationLog({ recordedAt: "2019-01-20T09:00:00+08:00", period: "2019-01", role: "FIN-R" });
const eventsOf = (one: SpecificationLog, household = HOUSEHOLD) => one.streams.get(statementStream(household)) ?? [];

describe("IssueStatements 出具年度告知书 (D12)", () => {
  it("given a year that has ended, records the statement with its number, on the day of issue", () => {
    const one = log();
    expect(one.execute(IssueStatements, issue())).toMatchObject({
      ok: true,
      value: { answer: { year: 2018, issued: [{ household: HOUSEHOLD, number: "中站扶红〔2018〕410803010207-0031", supplement: 0 }] } },
    });
    const [event] = eventsOf(one);
    expect(event).toMatchObject({ type: "StatementIssued", valueDate: "2019-01-20", payload: { supplement: 0, figures: figures() } });
    expect(Value.Check(StatementIssued, event?.payload)).toBe(true);
    expect(event?.payload).not.toHaveProperty("changed");
  });

  it("given an issued statement whose figures changed, issues a supplement with the changed lines and a number of its own", () => {
    const one = log();
    one.execute(IssueStatements, issue());
    one.execute(IssueStatements, issue({ items: [item({ figures: figures("29000.00") })] }, 200));
    one.execute(IssueStatements, issue({ items: [item({ figures: figures("28000.00") })] }, 300));
    const [, first, second] = eventsOf(one);
    expect(first?.payload).toMatchObject({
      number: "中站扶红〔2018〕410803010207-0031-补1",
      supplement: 1,
      changed: [{ key: "loans/L1/end", was: "30000.00", is: "29000.00" }],
    });
    expect(second?.payload).toMatchObject({ supplement: 2, changed: [{ key: "loans/L1/end", was: "29000.00", is: "28000.00" }] });
  });

  it("never issues the same statement twice, but corrects the household's data for a reason", () => {
    const one = log();
    one.execute(IssueStatements, issue());
    expect(one.execute(IssueStatements, issue({}, 200))).toMatchObject({
      ok: false,
      refusal: { code: "STATEMENT_UNCHANGED", path: "/items/0", row: 1 },
    });
    expect(one.execute(IssueStatements, issue({ items: [item({ reason: "户主姓名更正" })] }, 200))).toMatchObject({ ok: true });
    expect(eventsOf(one).at(-1)?.payload).toMatchObject({ supplement: 1, changed: [], reason: "户主姓名更正" });
  });

  it("issues a nil statement only on request", () => {
    const one = log();
    expect(one.execute(IssueStatements, issue({ items: [item({ figures: none })] }))).toMatchObject({ refusal: { code: "STATEMENT_NIL" } });
    expect(one.execute(IssueStatements, issue({ items: [item({ figures: none, requested: true })] }))).toMatchObject({ ok: true });
  });

  it.each([
    ["a cut-off within the year", { cutoff: { position: 9, recordedAt: "2018-12-31T23:59:59+08:00" } }, "STATEMENT_YEAR_NOT_ENDED"],
    ["a date of issue before the cut-off", { issuedOn: "2019-01-17" }, "STATEMENT_ISSUED_BEFORE_CUTOFF"],
    ["a household twice", { items: [item(), item()] }, "STATEMENT_HOUSEHOLD_TWICE"],
  ])("refuses %s", (_, over, code) => {
    const result = log().decide(IssueStatements, issue(over));
    expect(result).toMatchObject({ ok: false, refusal: { code } });
    expect(errorEntry(code)?.remedyEn).toBeTruthy();
  });

  it("refuses a supplement from a cut-off that is not later", () => {
    const one = log();
    one.execute(IssueStatements, issue());
    const again = issue({ items: [item({ figures: figures("1.00") })] });
    expect(one.decide(IssueStatements, again)).toMatchObject({ ok: false, refusal: { code: "STATEMENT_CUTOFF_OLDER" } });
  });

  it("records all households of a command or none", () => {
    const one = log();
    one.execute(IssueStatements, issue());
    const items = [item({ household: "H2" }), item()];
    expect(one.execute(IssueStatements, issue({ items }, 200))).toMatchObject({ ok: false, refusal: { row: 2 } });
    expect(eventsOf(one, "H2")).toEqual([]);
  });

  it("bounds the households of a command", () => {
    const many = Array.from({ length: STATEMENTS_PER_COMMAND_MAX + 1 }, (_, index) => item({ household: `H${index}` }));
    expect(Value.Check(IssueStatements.schema as never, issue({ items: many }))).toBe(false);
    expect(Value.Check(IssueStatements.schema as never, issue({ items: many.slice(1) }))).toBe(true);
  });

  it("keeps years apart", () => {
    const one = log();
    one.execute(IssueStatements, issue());
    one.execute(IssueStatements, issue({ year: 2017 }));
    const state = eventsOf(one).reduce(statementFold.evolve, statementFold.initialState);
    expect(issuedFor(state, 2017)).toMatchObject([{ number: "中站扶红〔2017〕410803010207-0031", supplement: 0, position: 2 }]);
  });
});

const amount = fc.bigInt({ min: -500_000n, max: 500_000n }).map(formatAmount);
const anyFigures = fc
  .uniqueArray(fc.record({ loan: fc.stringMatching(/^L\d{1,3}$/), end: amount, start: amount }), {
    selector: ({ loan }) => loan,
    maxLength: 4,
  })
  .map(
    (loans): StatementFigures => ({
      ...none,
      loans: loans.map(({ loan, start, end }) => ({
        loan,
        bank: "K1",
        bankName: "K",
        start,
        drawn: "0.00",
        renewed: "0.00",
        repaid: "0.00",
        end,
        due: "2020-01-01",
      })),
    }),
  );

describe("the changed lines of a supplement", () => {
  it("name exactly what differs: applied to the old figures they give the new ones", () => {
    fc.assert(
      fc.property(anyFigures, anyFigures, (before, now) => {
        const changed = changedLines(before, now);
        const flat = new Map(changedLines(none, before).map(({ key, is }) => [key, is]));
        for (const { key, is } of changed) {
          if (is === undefined) flat.delete(key);
          else flat.set(key, is);
        }
        expect(flat).toEqual(new Map(changedLines(none, now).map(({ key, is }) => [key, is])));
        expect(changedLines(now, now)).toEqual([]);
      }),
    );
  });

  it("says of zeros that they are nothing", () => {
    expect(isNil(none)).toBe(true);
    expect(
      isNil({
        ...none,
        interest: [{ loan: "L1", interest: "0.00", penalty: "0.00", subsidy: "0.00", clawback: "0.00", own: "0.00", paid: "0.00" }],
      }),
    ).toBe(true);
    expect(isNil({ ...none, paidForEarlierYears: "0.01" })).toBe(false);
    expect(isNil(figures())).toBe(false);
  });
});
