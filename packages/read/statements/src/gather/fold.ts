import type { Fold, RecordedEvent } from "@huimin/decider";
import type { StoredEvent } from "@huimin/event-store";

/** Folds an event into the state of its stream's name. */
export function foldInto<S>(states: Map<string, S>, name: string, by: Fold<S>, event: StoredEvent): void {
  states.set(name, by.evolve(states.get(name) ?? by.initialState, event as RecordedEvent));
}
