import { type Ask, type CommandContext, type CommandDefinition, type Decision, type Fold, load } from "@huimin/decider";
import { REQUEST_EVENTS_MAX } from "@huimin/event-store";
import { ok, type Result, refuse } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { namedKind } from "./files/folder.ts";
import { together } from "./together.ts";

/** A tank that holds 10 litres; a draw of an event that was made up is not allowed. */
const fold: Fold<{ litres: number; last: string }> = {
  initialState: { litres: 10, last: "" },
  evolve: ({ litres }, event) => ({ litres: litres - (event.payload as { litres: number }).litres, last: event.eventId }),
};
const draw = (correcting = false): CommandDefinition<{ tank: string; litres: number }> => ({
  name: "Draw",
  schema: {},
  roles: ["BANK"],
  postsInBookG: false,
  *run({ tank, litres }) {
    const { stream, state } = yield* load(`tank/${tank}`, fold);
    if (litres > state.litres) return refuse("TOO_LITTLE", { left: state.litres });
    const corrects = correcting && state.last !== "" ? { corrects: state.last } : {};
    return ok({
      writes: [{ stream, events: [{ type: "Drawn", valueDate: "2018-05-01", payload: { litres }, ...corrects }] }],
      answer: { left: state.litres - litres },
    });
  },
});
const context: CommandContext = {
  district: "410803",
  recordedAt: "2018-05-01T08:00:00+08:00",
  period: "2018-05",
  actor: "bank:K1",
  role: "BANK",
};

/** Answers loads with the initial state and counts them. */
function run(definition: CommandDefinition, asked: Ask[] = []): Result<Decision> {
  const gather = definition.run({}, context);
  let step = gather.next();
  while (!step.done) {
    asked.push(step.value);
    const { value } = step;
    step = gather.next(value.kind === "load" ? { stream: value.stream, version: 3, state: value.fold.initialState } : undefined);
  }
  return step.value;
}
const row = (number: number, tank: string, litres: number, correcting = false) => ({
  row: number,
  definition: draw(correcting),
  body: { tank, litres },
});

describe("rows of one append", () => {
  it("given rows of one stream, then each is decided on those before it, and the log is asked once", () => {
    const asked: Ask[] = [];
    const decided = run(together([row(2, "A", 6), row(3, "A", 3), row(4, "B", 1), row(5, "A", 2)], "good"), asked);
    expect(decided.ok && decided.value.answer.items).toEqual([
      { row: 2, answer: { left: 4 } },
      { row: 3, answer: { left: 1 } },
      { row: 4, answer: { left: 9 } },
      { row: 5, refusal: { code: "TOO_LITTLE", details: { left: 1 } } },
    ]);
    expect(decided.ok && decided.value.writes.map(({ stream }) => stream)).toEqual(["tank/A", "tank/A", "tank/B"]);
    expect(asked).toHaveLength(2);
  });

  it("given all or nothing, then the first refusal refuses everything, with its row", () => {
    expect(run(together([row(2, "A", 6), row(3, "A", 5)], "all"))).toMatchObject({ ok: false, refusal: { code: "TOO_LITTLE", row: 3 } });
  });

  it.each(["all", "good"] as const)("given more events than one append carries, mode %s, then nothing of it is recorded", (mode) => {
    const rows = Array.from({ length: REQUEST_EVENTS_MAX + 1 }, (_, index) => row(index + 2, `T${index}`, 1));
    expect(run(together(rows, mode))).toEqual({
      ok: false,
      refusal: { code: "TOGETHER_TOO_MANY_EVENTS", details: { events: REQUEST_EVENTS_MAX + 1, limit: REQUEST_EVENTS_MAX } },
    });
    expect(run(together(rows.slice(1), mode)).ok).toBe(true);
  });

  it("given a row that names an event of a row before it, which has no id yet, then it is told to come again", () => {
    expect(run(together([row(2, "A", 1), row(3, "A", 1, true)], "all"))).toMatchObject({
      ok: false,
      refusal: { code: "CONTENTION", row: 3 },
    });
  });
});

describe("names in the pick-up folder", () => {
  it.each([
    ["repayments-20180510.csv", { kind: "repayments" }],
    ["repayments.all-20180510.xlsx", { kind: "repayments", mode: "all" }],
    ["interest-payments_K1.csv", { kind: "interest-payments" }],
    ["payout-results.csv", { kind: "payout-results" }],
    ["CAMT053_20180510.xml", {}],
    ["repaymentsX.csv", {}],
  ])("%s", (name, expected) => expect(namedKind(name)).toEqual(expected));
});
