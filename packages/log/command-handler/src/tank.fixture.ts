import { type CommandDefinition, type Fold, load } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";

/** A tank: water may not fall below zero. Small enough to see through, with an invariant that a race would break. */
export interface Tank {
  readonly litres: number;
}
export const tankFold: Fold<Tank> = {
  initialState: { litres: 0 },
  evolve: (state, event) => {
    if (event.type === "Filled") return { litres: state.litres + event.payload.litres };
    if (event.type === "Drawn") return { litres: state.litres - event.payload.litres };
    return state;
  },
};
export const countFold: Fold<number> = { initialState: 0, evolve: (count) => count + 1 };

export interface Move {
  readonly tank: string;
  readonly litres: number;
  readonly date?: string;
  readonly note?: string;
}
export const definition = (
  name: string,
  run: CommandDefinition<Move>["run"],
  over: Partial<CommandDefinition<Move>> = {},
): CommandDefinition<Move> => ({
  name,
  schema: {},
  roles: ["BANK", "FIN-M", "FIN-R"],
  postsInBookG: false,
  run,
  ...over,
});
export const event = (type: string, { litres, date, note }: Move) => ({
  type,
  valueDate: date ?? "2018-03-01",
  payload: note === undefined ? { litres } : { litres, note },
});

export const Fill = definition("Fill", function* (command) {
  const tank = yield* load(`tank/${command.tank}`, tankFold);
  return ok({
    writes: [{ stream: tank.stream, events: [event("Filled", command)] }],
    answer: { litres: tank.state.litres + command.litres },
  });
});
export const Draw = definition("Draw", function* (command) {
  const tank = yield* load(`tank/${command.tank}`, tankFold);
  if (tank.state.litres < command.litres) return refuse("TOO_LITTLE", { litres: tank.state.litres });
  return ok({
    writes: [{ stream: tank.stream, events: [event("Drawn", command)] }],
    answer: { litres: tank.state.litres - command.litres },
  });
});
export const ClosePeriod = definition("ClosePeriod", function* (command) {
  yield* load("period/ledger", countFold);
  return ok({
    writes: [{ stream: "period/ledger", events: [{ type: "PeriodClosed", valueDate: "2018-03-01", payload: { period: command.note } }] }],
    answer: {},
  });
});
