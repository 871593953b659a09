import type { Refusal, Result } from "@huimin/outcome";
import {
  type Ask,
  type CommandContext,
  type CommandDefinition,
  type Decision,
  type DomainEvent,
  foldOf,
  type Gather,
  type Loaded,
  type RecordedEvent,
  type Shape,
  shaped,
} from "./decider.ts";

/**
 * A log of plain arrays for specs: `given` records events, `when` runs a command against them, the result is compared
 * with `then`. Synchronous, no I/O.
 */
export class SpecificationLog {
  readonly streams = new Map<string, RecordedEvent[]>();
  readonly all: RecordedEvent[] = [];
  readonly resolvers = new Map<string, (args: Readonly<Record<string, string>>) => unknown>();
  readonly context: CommandContext;

  constructor(context: Partial<CommandContext> = {}) {
    this.context = {
      district: "410803",
      recordedAt: "2018-01-01T08:00:00+08:00",
      period: "2018-01",
      actor: "spec",
      role: "BANK",
      ...context,
    };
  }

  record(stream: string, events: readonly DomainEvent[], context: Partial<CommandContext> = {}): this {
    const at = { ...this.context, ...context };
    const stored = this.streams.get(stream) ?? [];
    for (const event of events) {
      const recorded: RecordedEvent = {
        ...event,
        eventId: `e${this.all.length + 1}`,
        stream,
        streamVersion: stored.length + 1,
        position: this.all.length + 1,
        recordedAt: at.recordedAt,
        period: at.period,
        actor: at.actor,
        role: at.role,
      };
      stored.push(recorded);
      this.all.push(recorded);
    }
    this.streams.set(stream, stored);
    return this;
  }

  private answer(ask: Ask): unknown {
    if (ask.kind === "resolve") {
      const resolver = this.resolvers.get(ask.name);
      if (!resolver) throw new Error(`no resolver ${ask.name} in this specification`);
      return resolver(ask.args);
    }
    const loaded = (stream: string, shape: Shape<unknown>): Loaded<unknown> => {
      const events = this.streams.get(stream) ?? [];
      const fold = foldOf(shape);
      const state = events.reduce((before, event) => fold.evolve(before, event), fold.initialState);
      return { stream, version: events.length, state: shaped(shape, state) };
    };
    return ask.kind === "load" ? loaded(ask.stream, ask.fold) : ask.streams.map((stream) => loaded(stream, ask.shape));
  }

  private drive<T>(gather: Gather<T>): T {
    let step = gather.next();
    while (!step.done) step = gather.next(this.answer(step.value));
    return step.value;
  }

  /** Runs the command without recording what it decides. */
  decide<C>(definition: CommandDefinition<C>, command: C, context: Partial<CommandContext> = {}): Result<Decision, Refusal> {
    return this.drive(definition.run(command, { ...this.context, ...context }));
  }

  /** Runs the command and records what it decides. */
  execute<C>(definition: CommandDefinition<C>, command: C, context: Partial<CommandContext> = {}): Result<Decision, Refusal> {
    const result = this.decide(definition, command, context);
    if (result.ok) for (const write of result.value.writes) this.record(write.stream, write.events, context);
    return result;
  }
}
