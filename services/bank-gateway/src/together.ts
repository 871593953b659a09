import {
  type Ask,
  type CommandContext,
  type CommandDefinition,
  type Decision,
  type DomainEvent,
  type Fold,
  foldOf,
  type Gather,
  type Loaded,
  load,
  loadAll,
  type RecordedEvent,
  resolve,
  type Shape,
  type StreamWrite,
  shaped,
} from "@huimin/decider";
import { isStreamId, REQUEST_EVENTS_MAX } from "@huimin/event-store";
import { loanStream, loanTimelineFold } from "@huimin/loan/events";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { recordingErrors as errors } from "./recording-errors.ts";

/*
 * Several bank messages in one append: each is decided on what those before it have decided. Their streams are loaded
 * once, their events stand on them in memory, and the log gets one request, all or nothing.
 */

export interface TogetherRow {
  readonly row: number;
  readonly definition: CommandDefinition;
  readonly body: Readonly<Record<string, unknown>>;
  /** The message's own serial, for the envelope of its events. */
  readonly source?: string | undefined;
}

export type TogetherOutcome =
  | { readonly row: number; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly row: number; readonly refusal: Refusal };

/** A stream as the rows see it: what the log says, and how many of the events above it are in the state. */
interface Seen {
  readonly loaded: Loaded<unknown>;
  state: unknown;
  applied: number;
}

/** What the rows before have decided, on top of what the log says. */
class Overlay {
  readonly #events = new Map<string, RecordedEvent[]>();
  readonly #seen = new Map<Fold<unknown>, Map<string, Seen>>();
  readonly writes: StreamWrite[] = [];
  readonly #context: CommandContext;
  #made = 0;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** Events recorded by the rows so far. */
  get events(): number {
    return this.#made;
  }

  add(writes: readonly StreamWrite[], source: string | undefined): void {
    for (const write of writes) {
      this.writes.push(
        source === undefined ? write : { ...write, events: write.events.map((event) => ({ ...event, sourceDocument: source })) },
      );
      const before = this.#events.get(write.stream) ?? [];
      for (const event of write.events) before.push(this.#recorded(event, write.stream));
      this.#events.set(write.stream, before);
    }
  }

  /** Ids, versions and positions are made up: nothing that is decided here may name them (see `namesOverlay`). */
  #recorded(event: DomainEvent, stream: string): RecordedEvent {
    const { recordedAt, period, actor, role } = this.#context;
    this.#made += 1;
    const place = { stream, streamVersion: Number.MAX_SAFE_INTEGER, position: Number.MAX_SAFE_INTEGER, recordedAt, period, actor, role };
    return { ...event, eventId: `${MADE_UP}${this.#made}`, ...place } as RecordedEvent;
  }

  /** The stream with the events of the rows before; each event is folded once. Undefined where the log was not asked yet. */
  find(stream: string, fold: Fold<unknown>): Loaded<unknown> | undefined {
    const seen = this.#seen.get(fold)?.get(stream);
    if (!seen) return undefined;
    const events = this.#events.get(stream) ?? [];
    for (; seen.applied < events.length; seen.applied += 1) seen.state = fold.evolve(seen.state, events[seen.applied] as RecordedEvent);
    return { ...seen.loaded, state: seen.state };
  }

  learn(loaded: Loaded<unknown>, fold: Fold<unknown>): void {
    const streams = this.#seen.get(fold) ?? new Map<string, Seen>();
    this.#seen.set(fold, streams.set(loaded.stream, { loaded, state: loaded.state, applied: 0 }));
  }
}

const MADE_UP = "together:";

/** True for a decision that refers to an event of an earlier row, which has no id before it is recorded. */
const namesOverlay = ({ writes }: Decision): boolean =>
  writes.some(({ events }) => events.some((event) => JSON.stringify([event.corrects, event.payload]).includes(`"${MADE_UP}`)));

/** A stream through the overlay; the log is asked once. */
function* loadThrough(overlay: Overlay, stream: string, fold: Fold<unknown>): Gather<Loaded<unknown>> {
  if (!overlay.find(stream, fold)) overlay.learn(yield* load(stream, fold), fold);
  return overlay.find(stream, fold) as Loaded<unknown>;
}

function* loadAllThrough(overlay: Overlay, streams: readonly string[], shape: Shape<unknown>): Gather<readonly Loaded<unknown>[]> {
  const fold: Fold<unknown> = foldOf(shape);
  const unknown = streams.filter((stream) => !overlay.find(stream, fold));
  if (unknown.length > 0) for (const loaded of yield* loadAll(unknown, fold)) overlay.learn(loaded, fold);
  return streams.map((stream) => {
    const loaded = overlay.find(stream, fold) as Loaded<unknown>;
    return { ...loaded, state: shaped(shape, loaded.state) };
  });
}

/** Runs one row, its loads answered through the overlay. */
function* runRow({ definition, body }: TogetherRow, context: CommandContext, overlay: Overlay): Gather<Result<Decision, Refusal>> {
  const run = definition.run(body, context);
  let step = run.next();
  while (!step.done) {
    const ask: Ask = step.value;
    if (ask.kind === "load") step = run.next(yield* loadThrough(overlay, ask.stream, ask.fold));
    else if (ask.kind === "load-all") step = run.next(yield* loadAllThrough(overlay, ask.streams, ask.shape));
    else step = run.next(yield ask);
  }
  return step.value;
}

/** Rows decided before other work of the process gets its turn. */
const ROWS_PER_TURN = 25;
/** From this many loans on they are read at once, and not each by the first row that names it. */
const READ_AHEAD_MIN = 20;

/** Reads the loans that rows name, in as few round trips as they need. */
function* readAhead(rows: readonly TogetherRow[], overlay: Overlay): Gather<void> {
  const named = new Set(rows.flatMap(({ body: { loan } }) => (typeof loan === "string" ? [loanStream(loan)] : [])));
  const loans = [...named].filter(isStreamId);
  if (loans.length < READ_AHEAD_MIN) return;
  for (const loaded of yield* loadAll(loans, loanTimelineFold)) overlay.learn(loaded, loanTimelineFold as Fold<unknown>);
}

/**
 * A command made of rows. `all`: the first refusal refuses everything, with its row. Otherwise refused rows are left out
 * and said in the answer. What was loaded for them is asserted too, so nobody is refused on old facts.
 */
export const together = (rows: readonly TogetherRow[], mode: "all" | "good"): CommandDefinition<unknown> => ({
  name: "RecordBankMessages",
  schema: {},
  roles: ["BANK"],
  postsInBookG: true,
  *run(_command, context) {
    const overlay = new Overlay(context);
    const items: TogetherOutcome[] = [];
    yield* readAhead(rows, overlay);
    for (const [index, row] of rows.entries()) {
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) yield* resolve("turn");
      const decided = yield* runRow(row, context, overlay);
      if (decided.ok && !namesOverlay(decided.value)) {
        overlay.add(decided.value.writes, row.source);
        items.push({ row: row.row, answer: decided.value.answer });
        continue;
      }
      const refusal: Refusal = decided.ok ? { code: "CONTENTION" } : decided.refusal;
      if (mode === "all") return { ok: false, refusal: { ...refusal, row: row.row } };
      items.push({ row: row.row, refusal });
    }
    if (overlay.events > REQUEST_EVENTS_MAX)
      return refuse(errors.TOGETHER_TOO_MANY_EVENTS, { events: overlay.events, limit: REQUEST_EVENTS_MAX });
    return ok({ writes: overlay.writes, answer: { items: items as unknown as readonly Record<string, unknown>[] } });
  },
});
