import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasReason } from "./codes.ts";
import { EVENTS } from "./facts/index.ts";
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

describe("what is built", () => {
  it("every event of the format", () => {
    const schema = JSON.parse(readFileSync(new URL("../format.json", import.meta.url), "utf8"));
    const events: string[] = schema.$defs.event.enum;
    expect(events.length).toBeGreaterThan(100);
    expect(events.filter((event) => !(event in EVENTS))).toEqual([]);
  });

  it("a figure that is not there is named, never passed over", () => {
    const scenario = readScenario(text("T17.json"), "T17.json");
    const [checkpoint] = scenario.checkpoints;
    const asked = { ...scenario, checkpoints: [{ ...checkpoint, statement: { figures: [{ figure: "harvest", value: "1" }] } }] };
    expect(notBuilt(asked as unknown as typeof scenario)).toEqual(["figure harvest"]);
  });
});

it("gives a refusal the reason of its code, never another", () => {
  expect(hasReason(["ROLE_NOT_ALLOWED"], ["WRONG_ROLE"])).toBe(true);
  expect(hasReason(["ABOVE_CAP"], ["ABOVE_CAP"])).toBe(true);
  expect(hasReason(["SAME_REQUEST_AGAIN", "ALREADY_REVERSED"], ["UNKNOWN_SERIAL"])).toBe(true);
  expect(hasReason(["ABOVE_CAP"], ["ABOVE_TOP_UP_CAP", "WRONG_ROLE"])).toBe(false);
});
