import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasReason } from "./codes.ts";
import { readScenario } from "./format.ts";
import { notBuilt } from "./run.ts";

// biome-ignore lint/suspicious/noExplicitAny: a file to be changed in ways that its type forbids
type File = Record<string, any>;

const folder = new URL("../data/", import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const changed = (name: string, change: (file: File) => void): string => {
  const file = JSON.parse(text(name));
  change(file);
  return JSON.stringify(file);
};

describe("reading a scenario file", () => {
  it("accepts every file of ours, each under its own name", () => {
    for (const name of readdirSync(folder)) expect(readScenario(text(name), name).id).toBe(name.replace(".json", ""));
  });

  it.each([
    ["no JSON", '{"format":', "is not JSON"],
    ["another format", changed("T17.json", (file) => (file.format = "scenario/2")), "/format"],
    ["an amount with three decimals", changed("T17.json", (file) => (file.facts[0].data.amount = "1.000")), "/facts/0/data/amount"],
    [
      "an event that does not exist",
      changed("T17.json", (file) => (file.facts[1].event = "LoanStretched")),
      "there is no event LoanStretched",
    ],
  ])("refuses %s and names the place", (_, file, place) => {
    expect(() => readScenario(file, "X.json")).toThrow(place);
  });
});

describe("what is not built", () => {
  const missingIn = (change: (file: File) => void): string[] => notBuilt(readScenario(changed("T17.json", change), "X.json"));

  it("is named: events, other models, figures, parties", () => {
    expect(missingIn(() => undefined)).toEqual([]);
    const deposit = {
      n: 4,
      event: "RiskFundDeposited",
      valueDate: "2019-07-01",
      recordedAt: "2019-07-01T08:00:00+08:00",
      by: "FIN-C",
      data: { amount: "1.00", bank: "K1" },
    };
    const found = missingIn((file) => {
      file.facts.push(deposit);
      file.facts[0].data.model = 1;
      file.checkpoints[0].statement.figures.push({ figure: "netCostOfDistrict", value: "0.00" });
      file.parties.donor = [{ id: "D1" }];
    });
    expect(found).toEqual(["LoanDisbursed of model 1", "RiskFundDeposited", "figure netCostOfDistrict", "party donor"]);
  });
});

it("gives a refusal the reason of its code, never another", () => {
  expect(hasReason(["ROLE_NOT_ALLOWED"], ["WRONG_ROLE"])).toBe(true);
  expect(hasReason(["ABOVE_CAP"], ["ABOVE_CAP"])).toBe(true);
  expect(hasReason(["SAME_REQUEST_AGAIN", "ALREADY_REVERSED"], ["UNKNOWN_SERIAL"])).toBe(true);
  expect(hasReason(["ABOVE_CAP"], ["ABOVE_TOP_UP_CAP", "WRONG_ROLE"])).toBe(false);
});
