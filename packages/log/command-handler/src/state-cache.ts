import type { Fold, RecordedEvent } from "@huimin/decider";

/** The folded states of one stream, all at one version. */
export interface StreamStates {
  readonly stream: string;
  version: number;
  /** 1, and one for each element of the lists in its events: what the state may keep. */
  weight: number;
  readonly states: Map<Fold<unknown>, unknown>;
}

/** Lists of an event up to this length are part of what any event costs. */
const SHORT_LIST_MAX = 8;
/** How heavy a generation may be for each stream that it may have: parts of long lists weigh hundreds. */
const WEIGHT_PER_STREAM = 3;

function weightOf(events: readonly RecordedEvent[]): number {
  let weight = 0;
  for (const { payload } of events) {
    if (typeof payload !== "object" || payload === null) continue;
    for (const member of Object.values(payload)) {
      if (Array.isArray(member) && member.length > SHORT_LIST_MAX) weight += member.length;
    }
  }
  return weight;
}

/**
 * Folded states by stream. Two generations instead of a list ordered by use: a hit costs one look-up, and when the young
 * generation is full, by number or by weight, what nobody asked for since the last change is forgotten. A cached state may be behind the log:
 * whoever decides on it asserts its version in the append, so being behind costs a second try and never a wrong event.
 */
export class StateCache {
  #young = new Map<string, StreamStates>();
  #old = new Map<string, StreamStates>();
  #youngWeight = 0;
  readonly #generationMax: number;

  constructor(streamsMax: number) {
    this.#generationMax = Math.max(1, Math.floor(streamsMax / 2));
  }

  #known(stream: string): StreamStates | undefined {
    const young = this.#young.get(stream);
    if (young) return young;
    const old = this.#old.get(stream);
    if (old) this.#keep(old);
    return old;
  }

  #keep(states: StreamStates): void {
    this.#old.delete(states.stream);
    if (!this.#young.has(states.stream)) this.#youngWeight += states.weight;
    this.#young.set(states.stream, states);
    this.#rotate();
  }

  #rotate(): void {
    if (this.#young.size <= this.#generationMax && this.#youngWeight <= WEIGHT_PER_STREAM * this.#generationMax) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngWeight = 0;
  }

  /** Counts what events have added to a stream. */
  #grow(states: StreamStates, events: readonly RecordedEvent[]): void {
    const added = weightOf(events);
    states.weight += added;
    if (this.#young.has(states.stream)) this.#youngWeight += added;
  }

  /** The stream's version and its state under the fold, when both are known. */
  find(stream: string, fold: Fold<unknown>): { readonly version: number; readonly state: unknown } | undefined {
    const known = this.#known(stream);
    return known?.states.has(fold) ? { version: known.version, state: known.states.get(fold) } : undefined;
  }

  /** Version from which events are missing to know the state under the fold: 0 when the fold is new. */
  versionFor(stream: string, fold: Fold<unknown>): number {
    const known = this.#known(stream);
    return known?.states.has(fold) ? known.version : 0;
  }

  /**
   * Takes in what was read of a stream: all events after `afterVersion` up to `version`. Folds that are asked for are
   * added; every fold of the stream is brought to the version. Events known already are passed over.
   */
  absorb(stream: string, folds: Iterable<Fold<unknown>>, afterVersion: number, version: number, events: readonly RecordedEvent[]): void {
    const known = this.#known(stream) ?? { stream, version: 0, weight: 1, states: new Map<Fold<unknown>, unknown>() };
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
    this.#grow(
      known,
      events.filter((event) => event.streamVersion > known.version),
    );
    known.version = target;
    this.#keep(known);
  }

  /** Moves the states on by events that this process appended right after `baseVersion`. */
  advance(stream: string, baseVersion: number, events: () => readonly RecordedEvent[]): void {
    const known = this.#known(stream);
    if (!known || known.version !== baseVersion || known.states.size === 0) return;
    const appended = events();
    for (const [fold, state] of known.states) known.states.set(fold, evolveFrom(fold, state, baseVersion, appended));
    this.#grow(known, appended);
    known.version = baseVersion + appended.length;
    this.#rotate();
  }
}

function evolveFrom(fold: Fold<unknown>, from: unknown, version: number, events: readonly RecordedEvent[]): unknown {
  let state = from;
  for (const event of events) if (event.streamVersion > version) state = fold.evolve(state, event);
  return state;
}
