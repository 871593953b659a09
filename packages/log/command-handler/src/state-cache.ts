import type { Fold, RecordedEvent } from "@huimin/decider";

/** The folded states of one stream, all at one version. */
export interface StreamStates {
  readonly stream: string;
  version: number;
  readonly states: Map<Fold<unknown>, unknown>;
}

/**
 * Folded states by stream, the least recently used forgotten first. A cached state may be behind the log: whoever
 * decides on it asserts its version in the append, so being behind costs a second try and never a wrong event.
 */
export class StateCache {
  readonly #streams = new Map<string, StreamStates>();
  readonly #streamsMax: number;

  constructor(streamsMax: number) {
    this.#streamsMax = streamsMax;
  }

  /** The stream's version and its state under the fold, when both are known. */
  find(stream: string, fold: Fold<unknown>): { readonly version: number; readonly state: unknown } | undefined {
    const known = this.#streams.get(stream);
    if (!known?.states.has(fold)) return undefined;
    this.#streams.delete(stream);
    this.#streams.set(stream, known);
    return { version: known.version, state: known.states.get(fold) };
  }

  /** Version from which events are missing to know the state under the fold: 0 when the fold is new. */
  versionFor(stream: string, fold: Fold<unknown>): number {
    const known = this.#streams.get(stream);
    return known?.states.has(fold) ? known.version : 0;
  }

  /**
   * Takes in what was read of a stream: all events after `afterVersion` up to `version`. Folds that are asked for are
   * added; every fold of the stream is brought to the version. Events known already are passed over.
   */
  absorb(stream: string, folds: Iterable<Fold<unknown>>, afterVersion: number, version: number, events: readonly RecordedEvent[]): void {
    const known = this.#streams.get(stream) ?? { stream, version: 0, states: new Map<Fold<unknown>, unknown>() };
    // An own append may have moved the cached states on while the read was under way.
    const target = Math.max(known.version, version);
    const added: [Fold<unknown>, unknown][] = [];
    for (const fold of folds) {
      if (!known.states.has(fold) && afterVersion === 0 && version >= known.version)
        added.push([fold, evolveFrom(fold, fold.initialState, 0, events)]);
    }
    if (known.version < version && known.states.size > 0) {
      if (known.version >= afterVersion) {
        for (const [fold, state] of known.states) known.states.set(fold, evolveFrom(fold, state, known.version, events));
      } else {
        known.states.clear();
      }
    }
    for (const [fold, state] of added) known.states.set(fold, state);
    known.version = target;
    this.#streams.delete(stream);
    this.#streams.set(stream, known);
    if (this.#streams.size > this.#streamsMax) this.#streams.delete(this.#streams.keys().next().value as string);
  }

  /** Moves the states on by events that this process appended right after `baseVersion`. */
  advance(stream: string, baseVersion: number, events: () => readonly RecordedEvent[]): void {
    const known = this.#streams.get(stream);
    if (!known || known.version !== baseVersion || known.states.size === 0) return;
    const appended = events();
    for (const [fold, state] of known.states) known.states.set(fold, evolveFrom(fold, state, baseVersion, appended));
    known.version = baseVersion + appended.length;
  }
}

function evolveFrom(fold: Fold<unknown>, from: unknown, version: number, events: readonly RecordedEvent[]): unknown {
  let state = from;
  for (const event of events) if (event.streamVersion > version) state = fold.evolve(state, event);
  return state;
}
