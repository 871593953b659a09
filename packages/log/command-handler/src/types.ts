import type { CommandContext, CommandDefinition, Decision, Gather, Role, StreamWrite } from "@huimin/decider";
import type { Channel, EventStore, Evidence, FoldSources } from "@huimin/event-store";
import type { Refusal, Result } from "@huimin/outcome";
import type { SettlementPeriod } from "./period.ts";
import type { RightOfWay } from "./right-of-way.ts";

/** Who gives a command, through what, and under which keys: everything of the envelope that the command does not say itself. */
export interface CommandMeta {
  /** User id, `bank:K1`, `system`. */
  readonly actor: string;
  readonly role: Role;
  readonly channel: Channel;
  /** The second person (审核人), set by the edge from the signed-in user, never from a body. */
  readonly checker?: string;
  readonly sourceDocument?: string;
  readonly evidence?: readonly Evidence[];
  /** Event id that this command corrects (C1–C4): of every event that does not name its own. */
  readonly corrects?: string;
  /** 会计期间 of that event. */
  readonly correctsPeriod?: string;
  readonly commandId?: string;
  /** Default: the command id. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /**
   * Idempotency header and bank serial. `bodyHash` defaults to the hash of command name and body. `answerOf`: the part of
   * the answer that this key gives on a repeat, where a command carries several messages; undefined: the key isn't stored.
   */
  readonly keys?: readonly {
    readonly client: string;
    readonly key: string;
    readonly bodyHash?: string;
    readonly answerOf?: (answer: unknown) => unknown;
  }[];
  /** Accounting period that the sender asks for; refused when closed (PERIOD_CLOSED) or not begun (PERIOD_NOT_BEGUN). */
  readonly period?: string;
  /** Instant of recording, for replays of dated facts; default: the clock. */
  readonly recordedAt?: string;
}

export type CommandOutcome =
  | {
      readonly kind: "recorded";
      readonly answer: unknown;
      readonly commandId: string;
      readonly firstPosition: number;
      /** A read that waits for this position sees the command. */
      readonly lastPosition: number;
    }
  /** The key is known with the same content: the first answer, no event. */
  | { readonly kind: "repeated"; readonly answer: unknown; readonly lastPosition: number }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** A key is known with another content: refusal IDEMPOTENCY_KEY_CONFLICT. */
  | { readonly kind: "key-conflict"; readonly key: { readonly client: string; readonly key: string }; readonly refusal: Refusal };

/** A fact that holds at one head of the log: the command is recorded at that head or decided again. See {@link atHead}. */
export class HeadFact<T = unknown> {
  readonly value: T;
  readonly position: number;
  constructor(value: T, position: number) {
    this.value = value;
    this.position = position;
  }
}

/** What a resolver returns for a fold over the whole log (the balance of 3501) that is right at `position` only. */
export const atHead = <T>(value: T, position: number): HeadFact<T> => new HeadFact(value, position);

/** Answers `resolve(name, args)` of a command: the value, or {@link atHead}. Called again on every retry. */
export type Resolver = (args: Readonly<Record<string, string>>, context: CommandContext) => unknown;

export interface CommandHandlerOptions {
  readonly store: EventStore;
  readonly district: string;
  /** The instant of recording, ISO with +08:00. Default: the system clock. */
  readonly clock?: () => string;
  readonly resolvers?: Readonly<Record<string, Resolver>>;
  /** How long December may be asked for after its year; without it, until it is closed. */
  readonly settlementPeriod?: SettlementPeriod | undefined;
  /** Ids of events and commands. Default: UUIDv7; a demo gives a seeded one. */
  readonly newId?: () => string;
  /** States that a read model keeps, for commands that ask for thousands of streams. */
  readonly kept?: FoldSources["kept"];
  /** Shared by the handlers of a process that write to one log. Default: one of its own. */
  readonly rightOfWay?: RightOfWay | undefined;
  /** Streams whose folded states are kept. Default 20,000. */
  readonly cachedStreamsMax?: number;
}

/** More writes for the append of a command: fixed, or gathered with it (their loads are asserted too). */
export type ExtraWrites = readonly StreamWrite[] | ((context: CommandContext) => Gather<Result<readonly StreamWrite[], Refusal>>);

export interface CommandHandler {
  /** Runs and records a command, all or nothing. */
  execute<C>(definition: CommandDefinition<C>, command: C, meta: CommandMeta): Promise<CommandOutcome>;
  /** As `execute`, with further writes in the same append (an approval and the command that it approves). */
  executeWith<C>(definition: CommandDefinition<C>, command: C, meta: CommandMeta, extra: ExtraWrites): Promise<CommandOutcome>;
  /** Decides on the newest state and records nothing; asks for no key and no second person. */
  decide<C>(definition: CommandDefinition<C>, command: C, meta: CommandMeta): Promise<Result<Decision, Refusal>>;
}
