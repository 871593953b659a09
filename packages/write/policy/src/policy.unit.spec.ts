import { SpecificationLog } from "@huimin/decider";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SetPolicyParameter, type SetPolicyParameterBody } from "./commands.ts";
import { defaultPolicy, loadPolicy, POLICY_KEYS, type PolicyKey, policyFold, policySegments, policyStream, policyValue } from "./events.ts";

const set = (key: PolicyKey, value: SetPolicyParameterBody["value"], from: string, to?: string): SetPolicyParameterBody => ({
  key,
  value,
  from,
  ...(to === undefined ? {} : { to }),
  document: "示例〔2021〕1号",
});

/** A log in which the commands were accepted, and the folded state of one key. */
function given(...commands: SetPolicyParameterBody[]) {
  const log = new SpecificationLog({ role: "FIN-R" });
  for (const command of commands) {
    const result = log.execute(SetPolicyParameter, command);
    if (!result.ok) throw new Error(result.refusal.code);
  }
  return { log, state: (key: PolicyKey) => (log.streams.get(policyStream(key)) ?? []).reduce(policyFold.evolve, policyFold.initialState) };
}

describe("defaults of the policy table", () => {
  const table: readonly [PolicyKey, string, string | undefined][] = [
    ["interest.yearBase", "2018-01-01", "360"],
    ["penalty.surcharge", "2018-01-01", "50"],
    ["microcredit.cap", "2010-01-01", "50000.00"],
    ["microcredit.cap.withTopUp", "2021-03-03", "50000.00"],
    ["microcredit.cap.withTopUp", "2021-03-04", "100000.00"],
    ["subsidy.cap", "2018-01-01", "50000.00"],
    ["subsidy.ratio", "2018-01-01", "100"],
    ["model2.subsidyRate", "2018-01-01", "2.00"],
    ["model2.quotaPerHousehold", "2018-01-01", "50000.00"],
    ["model1.open.from", "2016-12-24", undefined],
    ["model1.open.from", "2016-12-25", "true"],
    ["model1.warn.from", "2017-07-24", undefined],
    ["model1.warn.from", "2017-07-25", "true"],
    ["model1.block.from", "2018-01-01", "true"],
    ["model1.forbid.from", "2021-03-03", undefined],
    ["model1.forbid.from", "2021-03-04", "true"],
    ["riskfund.days", "2018-01-01", "90"],
    ["breaker.village", "2018-01-01", "7"],
    ["breaker.township", "2018-01-01", "5"],
    ["dividend.method", "2018-01-01", "by-stake-days"],
    ["dividend.fixedRate", "2018-01-01", undefined],
    ["dividend.yearBase", "2018-01-01", "365"],
    ["dividend.residueRule.byStake", "2018-01-01", "LARGEST_REMAINDER"],
    ["dividend.residueRule.equal", "2018-01-01", "FLOOR_CARRY"],
    ["pv.residueRule", "2018-01-01", "FLOOR_CARRY"],
    ["pv.targetPerHousehold", "2018-01-01", "1000.00"],
    ["payout.cooldownHours", "2018-01-01", "24"],
    ["unclaimed.afterYears", "2018-01-01", "2"],
    ["insurance.deductible", "2018-01-01", "0.00"],
    ["entry.backdateApprovalDays", "2018-01-01", "30"],
  ];
  it.each(table)("%s on %s is %s", (key, on, value) => expect(defaultPolicy.value(key, on)).toBe(value));

  it("gives weights in the order of the agreement", () => {
    expect(defaultPolicy.weights("model4.riskRatio", "2018-01-01").map(({ party, weight }) => `${party} ${weight}`)).toEqual([
      "government 50",
      "enterprise 30",
      "insurer 20",
    ]);
    expect(defaultPolicy.weights("riskfund.split", "2018-01-01").map(({ party, weight }) => `${party} ${weight}`)).toEqual([
      "fund 70",
      "bank 30",
    ]);
  });

  it("has a document for each default", () => {
    for (const key of POLICY_KEYS)
      if (defaultPolicy.value(key, "2024-01-01")) expect(defaultPolicy.document(key, "2024-01-01")).toBeTruthy();
  });
});

describe("published rates", () => {
  const benchmark: readonly [string, number, string][] = [
    ["2012-07-06", 6, "5.6"],
    ["2012-07-06", 7, "6"],
    ["2012-07-06", 36, "6.15"],
    ["2012-07-06", 37, "6.4"],
    ["2014-11-21", 36, "6.15"],
    ["2014-11-22", 6, "5.6"],
    ["2014-11-22", 48, "6"],
    ["2015-03-01", 24, "5.75"],
    ["2015-05-11", 12, "5.1"],
    ["2015-06-28", 13, "5.25"],
    ["2015-08-26", 12, "4.6"],
    ["2015-10-23", 36, "5"],
    ["2015-10-24", 12, "4.35"],
    ["2017-03-10", 36, "4.75"],
    ["2017-03-10", 61, "4.9"],
  ];
  it.each(benchmark)("benchmark of a contract of %s over %i months is %s", (date, months, rate) => {
    expect(defaultPolicy.benchmarkRate(date, months)?.toString()).toBe(rate);
  });
  it("has none before the table begins", () => expect(defaultPolicy.benchmarkRate("2012-07-05", 12)).toBeUndefined());

  const lpr: readonly [string, string, string][] = [
    ["2021-01-04", "3.85", "4.65"],
    ["2021-12-20", "3.8", "4.65"],
    ["2022-08-21", "3.7", "4.45"],
    ["2022-08-22", "3.65", "4.3"],
    ["2023-09-21", "3.45", "4.2"],
    ["2024-10-21", "3.1", "3.6"],
    ["2025-12-31", "3", "3.5"],
  ];
  it.each(lpr)("ceiling of %s is the LPR of the tier", (date, short, long) => {
    expect(defaultPolicy.rateCeiling(date, 12)?.toString()).toBe(short);
    expect(defaultPolicy.rateCeiling(date, 13)?.toString()).toBe(long);
  });
  it("is the benchmark to the end of 2020", () => {
    expect(defaultPolicy.rateCeiling("2020-12-31", 12)?.toString()).toBe("4.35");
    expect(defaultPolicy.rateCeiling("2020-12-31", 36)?.toString()).toBe("4.75");
  });
});

describe("SetPolicyParameter", () => {
  it("replaces the earlier entry from its date on", () => {
    const { state } = given(set("subsidy.ratio", "100", "2021-03-04", "2023-12-31"), set("subsidy.ratio", "70", "2024-01-01"));
    expect(policyValue(state("subsidy.ratio"), "subsidy.ratio", "2023-12-31")).toBe("100");
    expect(policyValue(state("subsidy.ratio"), "subsidy.ratio", "2024-01-01")).toBe("70");
  });

  it("cuts a quarter where the ratio changes, 11 + 80 days (T18)", () => {
    const { state } = given(set("subsidy.ratio", "100", "2021-03-04", "2023-12-31"), set("subsidy.ratio", "70", "2024-01-01"));
    expect(policySegments(state("subsidy.ratio"), "subsidy.ratio", "2023-12-21", "2024-03-21")).toEqual([
      { from: "2023-12-21", toExcl: "2024-01-01", value: "100" },
      { from: "2024-01-01", toExcl: "2024-03-21", value: "70" },
    ]);
  });

  it("does not bring an older entry back when a later one ends", () => {
    const { state } = given(set("subsidy.ratio", "90", "2017-01-01"), set("subsidy.ratio", "70", "2018-01-01", "2018-12-31"));
    const on = (date: string) => policyValue(state("subsidy.ratio"), "subsidy.ratio", date);
    expect([on("2016-12-31"), on("2017-12-31"), on("2018-12-31"), on("2019-01-01")]).toEqual(["100", "90", "70", "100"]);
  });

  it("keeps a later window when an earlier one is recorded after it", () => {
    const { state } = given(set("subsidy.ratio", "70", "2024-01-01"), set("subsidy.ratio", "95", "2021-03-04", "2023-12-31"));
    const on = (date: string) => policyValue(state("subsidy.ratio"), "subsidy.ratio", date);
    expect([on("2021-03-03"), on("2023-12-31"), on("2024-01-01")]).toEqual(["100", "95", "70"]);
  });

  it("lets a scope override the district", () => {
    const { state } = given(set("breaker.village", "6", "2018-01-01"), {
      ...set("breaker.village", "3", "2018-06-01"),
      scope: "410803010207",
    });
    expect(policyValue(state("breaker.village"), "breaker.village", "2018-07-01")).toBe("6");
    expect(policyValue(state("breaker.village"), "breaker.village", "2018-07-01", "410803010207")).toBe("3");
    expect(policyValue(state("breaker.village"), "breaker.village", "2018-05-01", "410803010207")).toBe("6");
  });

  it("takes JSON values as well as their text", () => {
    const { state } = given(
      set("riskfund.days", 60, "2017-01-01"),
      set("model1.block.from", true, "2017-09-01"),
      set(
        "riskfund.split",
        [
          { party: "fund", weight: "80" },
          { party: "bank", weight: "20" },
        ],
        "2017-01-01",
      ),
    );
    expect(policyValue(state("riskfund.days"), "riskfund.days", "2017-01-01")).toBe("60");
    expect(policyValue(state("model1.block.from"), "model1.block.from", "2017-09-01")).toBe("true");
    expect(policyValue(state("riskfund.split"), "riskfund.split", "2017-01-01")).toBe(
      '[{"party":"fund","weight":"80"},{"party":"bank","weight":"20"}]',
    );
  });

  const refusals: readonly [string, Partial<Omit<SetPolicyParameterBody, "key">> & { key?: string }, string][] = [
    ["an unknown key", { key: "subsidy.ration" }, "POLICY_KEY_UNKNOWN"],
    ["a key of the prototype", { key: "constructor" }, "POLICY_KEY_UNKNOWN"],
    ["a percentage with a sign", { value: "70%" }, "POLICY_VALUE_INVALID"],
    ["an exponent", { value: "7e1" }, "POLICY_VALUE_INVALID"],
    ["a number for a percentage", { value: 70 }, "POLICY_VALUE_INVALID"],
    ["a day that does not exist", { from: "2018-02-30" }, "POLICY_DATES_INVALID"],
    ["an end before the start", { from: "2018-01-02", to: "2018-01-01" }, "POLICY_DATES_INVALID"],
    ["a missing document", { document: "  " }, "POLICY_DOCUMENT_MISSING"],
    ["an amount with one decimal", { key: "microcredit.cap", value: "50000.0" }, "POLICY_VALUE_INVALID"],
    ["a negative amount", { key: "microcredit.cap", value: "-1.00" }, "POLICY_VALUE_INVALID"],
    ["a year base of 364", { key: "interest.yearBase", value: 364 }, "POLICY_VALUE_INVALID"],
    ["weights that sum to 99", { key: "riskfund.split", value: '[{"party":"fund","weight":"99"}]' }, "POLICY_VALUE_INVALID"],
    [
      "a party named twice",
      {
        key: "riskfund.split",
        value: [
          { party: "fund", weight: "50" },
          { party: "fund", weight: "50" },
        ],
      },
      "POLICY_VALUE_INVALID",
    ],
    ["a party that does not share losses", { key: "model4.riskRatio", value: [{ party: "bank", weight: "100" }] }, "POLICY_VALUE_INVALID"],
    ["an unknown method", { key: "dividend.method", value: "by-luck" }, "POLICY_VALUE_INVALID"],
  ];
  it.each(refusals)("refuses %s", (_, change, code) => {
    const result = new SpecificationLog({ role: "FIN-R" }).decide(SetPolicyParameter, {
      ...set("subsidy.ratio", "70", "2018-01-01"),
      ...change,
    });
    expect(result).toMatchObject({ ok: false, refusal: { code } });
  });
});

describe("loadPolicy", () => {
  const drive = (log: SpecificationLog, keys: readonly PolicyKey[]) => {
    const gather = loadPolicy(keys);
    let step = gather.next();
    const asked: string[] = [];
    while (!step.done) {
      const ask = step.value;
      if (ask.kind !== "load") throw new Error("policy asks for streams only");
      asked.push(ask.stream);
      const events = log.streams.get(ask.stream) ?? [];
      step = gather.next({ stream: ask.stream, version: events.length, state: events.reduce(ask.fold.evolve, ask.fold.initialState) });
    }
    return { policy: step.value, asked };
  };

  it("asks for one stream a key and answers from them", () => {
    const { log } = given(set("subsidy.ratio", "70", "2024-01-01"));
    const { policy, asked } = drive(log, ["subsidy.ratio", "microcredit.cap", "subsidy.ratio"]);
    expect(asked).toEqual(["policy/subsidy.ratio", "policy/microcredit.cap"]);
    expect(policy.percent("subsidy.ratio", "2024-01-01").toString()).toBe("70");
    expect(policy.amount("microcredit.cap", "2024-01-01")).toBe(5_000_000n);
    expect(() => policy.value("riskfund.days", "2024-01-01")).toThrow(/not loaded/);
  });
});

describe("properties", () => {
  const day = fc.integer({ min: 0, max: 400 }).map((n) => Temporal.PlainDate.from("2020-01-01").add({ days: n }).toString());
  /** A window of a value; the earlier of two days is its first. */
  const entry = fc
    .record({ days: fc.tuple(day, day), open: fc.boolean(), value: fc.integer({ min: 1, max: 99 }) })
    .map(({ days, open, value }) => {
      const [from, to] = [...days].sort() as [string, string];
      return set("subsidy.ratio", String(value), from, open ? undefined : to);
    });

  it("segments tile the period and agree with the value of every day", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), day, day, (entries, x, y) => {
        const [from, toExcl] = [x, y].sort() as [string, string];
        const { state } = given(...entries);
        const folded = state("subsidy.ratio");
        let next = from;
        for (const segment of policySegments(folded, "subsidy.ratio", from, toExcl)) {
          expect(segment.from).toBe(next);
          expect(segment.toExcl > segment.from).toBe(true);
          for (let date = segment.from; date < segment.toExcl; date = Temporal.PlainDate.from(date).add({ days: 1 }).toString()) {
            expect(policyValue(folded, "subsidy.ratio", date)).toBe(segment.value);
          }
          next = segment.toExcl;
        }
        expect(next).toBe(from === toExcl ? from : toExcl);
      }),
      { numRuns: 60 },
    );
  });

  it("the last entry decides inside its own window", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), entry, (entries, last) => {
        const { state } = given(...entries, last);
        for (const date of [last.from, last.to ?? "2030-01-01"]) {
          expect(policyValue(state("subsidy.ratio"), "subsidy.ratio", date)).toBe(last.value);
        }
      }),
    );
  });
});
