import { type CommandDefinition, needsSecondPerson, SpecificationLog } from "@huimin/decider";
import { poolStream } from "@huimin/dividend/events";
import { bankStream } from "@huimin/registry/events";
import { describe, expect, it } from "vitest";
import {
  ApproveYearEndLists,
  CancelYearEnd,
  CloseYearEnd,
  ConfirmYearEndAllocation,
  ConfirmYearEndPayout,
  ConfirmYearEndPublicity,
  ConfirmYearEndStatements,
  isOver,
  lastRun,
  OpenYearEnd,
  runName,
  yearEndFold,
  yearEndRunCommands,
  yearEndStream,
} from "./index.ts";

const year = 2018;
const plan = { year, pools: [{ pool: "PV" }], banks: [{ bank: "K1" }, { bank: "K2", rows: 500 }] };
const context = {
  ...{ district: "410803", recordedAt: "2018-12-05T10:00:00.000+08:00", period: "2018-12", actor: "u1" },
  role: "FIN-M" as const,
};

/** A log with a pool and two banks. */
const given = (): SpecificationLog => {
  const income = { pool: "PV", bank: "K1", amount: "1.00" };
  const log = new SpecificationLog(context).record(poolStream("PV"), [
    { type: "AssetIncomeReceived", valueDate: "2018-11-01", payload: income },
  ]);
  for (const bank of ["K1", "K2"])
    log.record(bankStream(bank), [{ type: "BankRegistered", valueDate: "2016-01-01", payload: { bank, name: bank } }]);
  return log;
};
const does = (log: SpecificationLog, definition: CommandDefinition, body: object = {}) => log.execute(definition, { year, ...body });
const code = (result: { ok: boolean; refusal?: { code: string } }) => (result.ok ? "ok" : result.refusal?.code);
const stateOf = (log: SpecificationLog) =>
  (log.streams.get(yearEndStream(year)) ?? []).reduce(yearEndFold.evolve, yearEndFold.initialState);

describe("OpenYearEnd 开启年终兑付", () => {
  it("records the plan with the usual days: snapshot 30 November, publicity 11 to 20 December", () => {
    const log = given();
    expect(log.execute(OpenYearEnd, plan)).toMatchObject({ ok: true, value: { answer: { year, run: 1, decisions: 1 } } });
    expect(lastRun(stateOf(log))?.plan.is).toEqual({
      ...{ year, run: 1, snapshot: "2018-11-30", pools: plan.pools, banks: plan.banks },
      publicity: { from: "2018-12-11", to: "2018-12-20" },
    });
  });

  it.each([
    ["a pool that does not exist", { pools: [{ pool: "XX" }] }, "POOL_UNKNOWN"],
    ["a bank that does not exist", { banks: [{ bank: "K9" }] }, "BANK_UNKNOWN"],
    ["a pool named twice", { pools: [{ pool: "PV" }, { pool: "PV" }] }, "YEAR_END_NAMED_TWICE"],
    ["a publicity of nine days", { publicity: { from: "2018-12-11", to: "2018-12-19" } }, "YEAR_END_DATES_INVALID"],
    ["a snapshot after the lists hang out", { snapshot: "2018-12-12" }, "YEAR_END_DATES_INVALID"],
    ["a day that does not exist", { publicity: { from: "2018-12-32", to: "2019-01-19" } }, "YEAR_END_DATES_INVALID"],
  ])("refuses %s", (_, change, expected) => {
    expect(code(given().decide(OpenYearEnd, { ...plan, ...change }))).toBe(expected);
  });

  it("refuses a second run while one goes on, and takes one after it was cancelled", () => {
    const log = given();
    log.execute(OpenYearEnd, plan);
    expect(code(log.decide(OpenYearEnd, plan))).toBe("YEAR_END_RUN_OPEN");
    does(log, CancelYearEnd, { reason: "名单有误" });
    expect(code(does(log, ConfirmYearEndPublicity))).toBe("YEAR_END_RUN_OVER");
    expect(log.execute(OpenYearEnd, plan)).toMatchObject({ ok: true, value: { answer: { run: 2 } } });
    const { runs } = stateOf(log);
    expect(runs.map((run) => [runName(run), isOver(run)])).toEqual([
      ["2018", true],
      ["2018-2", false],
    ]);
  });
});

describe("decisions of a year-end run", () => {
  const ORDER = [ConfirmYearEndPublicity, ApproveYearEndLists, ConfirmYearEndAllocation, ConfirmYearEndPayout, ConfirmYearEndStatements];

  it("come in their order, each once, and the payout as often as something comes back", () => {
    const log = given();
    expect(code(does(log, ConfirmYearEndPublicity))).toBe("YEAR_END_RUN_UNKNOWN");
    log.execute(OpenYearEnd, plan);
    for (const [index, definition] of ORDER.entries()) {
      for (const later of ORDER.slice(index + 1)) expect(code(does(log, later))).toBe("YEAR_END_STEP_EARLY");
      expect(code(does(log, definition))).toBe("ok");
      if (definition === ConfirmYearEndPayout)
        expect(does(log, definition)).toMatchObject({ ok: true, value: { answer: { round: 2, decisions: 6 } } });
      else expect(code(does(log, definition))).toBe("YEAR_END_STEP_DECIDED");
    }
    expect(code(does(log, ConfirmYearEndPayout))).toBe("YEAR_END_STEP_DECIDED");
    expect(lastRun(stateOf(log))).toMatchObject({ decisions: 7, statements: { is: { issuedOn: "2018-12-05" } } });
  });

  it("are closed with the hash of the archive, not before the statements", () => {
    const log = given();
    log.execute(OpenYearEnd, plan);
    const archive = { statements: 2, files: 3, indexHash: "a".repeat(64) };
    expect(code(does(log, CloseYearEnd, archive))).toBe("YEAR_END_STEP_EARLY");
    for (const definition of ORDER) does(log, definition);
    expect(code(does(log, CloseYearEnd, archive))).toBe("ok");
    expect(lastRun(stateOf(log))?.closed?.is).toMatchObject(archive);
    expect(code(does(log, CancelYearEnd, { reason: "x" }))).toBe("YEAR_END_RUN_OVER");
  });

  it("need two persons where money moves", () => {
    expect(yearEndRunCommands.filter(needsSecondPerson).map(({ name }) => name)).toEqual([
      "ConfirmYearEndAllocation",
      "ConfirmYearEndPayout",
    ]);
  });
});
