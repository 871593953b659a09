import type { Refusal, Result } from "@huimin/outcome";

/** An event as a write package makes it: the log adds the envelope. */
export interface DomainEvent<T extends string = string, P = unknown> {
  readonly type: T;
  /** Version of the payload schema; 1 when absent. */
  readonly schemaVersion?: number;
  /** 业务发生日, ISO civil date in Asia/Shanghai. Interest, balances and days are computed by it. */
  readonly valueDate: string;
  readonly payload: P;
  /** Event id that this one corrects (六种更正, domain 2.0). */
  readonly corrects?: string;
  /** Its own bank serial or voucher number, where one append carries several messages; default: the sender's. */
  readonly sourceDocument?: string;
}

/** How a stream is folded: `evolve` never refuses, and ignores types it does not know. */
export interface Fold<S> {
  readonly initialState: S;
  readonly evolve: (state: S, event: RecordedEvent) => S;
}

/** What `evolve` sees of a stored event. */
// biome-ignore lint/suspicious/noExplicitAny: a fold narrows the payload by the event type
export interface RecordedEvent<T extends string = string, P = any> extends DomainEvent<T, P> {
  readonly eventId: string;
  readonly stream: string;
  readonly streamVersion: number;
  readonly position: number;
  /** 入账时刻, ISO instant with offset +08:00. */
  readonly recordedAt: string;
  /** 会计期间 `YYYY-MM`, open when the event was recorded. */
  readonly period: string;
  readonly actor: string;
  readonly role: string;
}

/** A stream folded to its state, with the version that an append will assert. */
export interface Loaded<S> {
  readonly stream: string;
  readonly version: number;
  readonly state: S;
}

/**
 * What is kept of a folded state where thousands are asked for: a part of it, with less memory, and with less reading where a
 * read model keeps that part.
 */
export interface View<T> {
  // biome-ignore lint/suspicious/noExplicitAny: what the part is made of is the view's own affair
  readonly fold: Fold<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly of: (state: any) => T;
}

/** A view of a fold's states. */
export const viewOf = <S, T>(fold: Fold<S>, of: (state: S) => T): View<T> => ({ fold, of });

/** Whole states, or a part of each. */
export type Shape<T> = Fold<T> | View<T>;
const isView = <T>(shape: Shape<T>): shape is View<T> => "of" in shape;
// biome-ignore lint/suspicious/noExplicitAny: of a view the fold's state is its own affair
export const foldOf = <T>(shape: Shape<T>): Fold<any> => (isView(shape) ? shape.fold : shape);
/** What the shape keeps of a state of its fold. */
export const shaped = <T>(shape: Shape<T>, state: unknown): T => (isView(shape) ? shape.of(state) : (state as T));

/**
 * What a command asks for while it gathers facts. `load` reads a stream and `loadAll` many at once (their versions are
 * asserted in the append);
 * `resolve` asks a resolver of the service, for facts that are not in the log in clear (the birth date behind a
 * sealed 身份证) or that are folds over many streams (the balance of 3501).
 */
export type Ask =
  // biome-ignore lint/suspicious/noExplicitAny: folds of every state are asked for through one type
  | { readonly kind: "load"; readonly stream: string; readonly fold: Fold<any> }
  // biome-ignore lint/suspicious/noExplicitAny: as above
  | { readonly kind: "load-all"; readonly streams: readonly string[]; readonly shape: Shape<any> }
  | { readonly kind: "resolve"; readonly name: string; readonly args: Readonly<Record<string, string>> };

// biome-ignore lint/suspicious/noExplicitAny: what comes back depends on what was asked; load and resolve type it
export type Gather<T> = Generator<Ask, T, any>;

/** Asks for one stream, folded. */
export function* load<S>(stream: string, fold: Fold<S>): Gather<Loaded<S>> {
  return (yield { kind: "load", stream, fold }) as Loaded<S>;
}

/**
 * Asks for many streams in as few reads as they need, each folded alike; in the order of the question. For what is read in
 * bulk and not soon again: nothing of it is kept for the next command.
 */
export function* loadAll<T>(streams: readonly string[], shape: Shape<T>): Gather<readonly Loaded<T>[]> {
  return (yield { kind: "load-all", streams, shape }) as readonly Loaded<T>[];
}

/** Asks a resolver of the service. */
export function* resolve<T>(name: string, args: Readonly<Record<string, string>> = {}): Gather<T> {
  return (yield { kind: "resolve", name, args }) as T;
}

/** When and by whom a command is carried out; the log's envelope is filled from it. */
export interface CommandContext {
  readonly district: string;
  /** Instant of recording, ISO with offset +08:00. */
  readonly recordedAt: string;
  /** Accounting period of the append: month of recordedAt, or the first open one after it. */
  readonly period: string;
  /** User id, `bank:K1`, `system`. */
  readonly actor: string;
  /** Recorder role of domain 2.0: FIN-M, FIN-R, FIN-C, POV, FOF, OFFICE, VIL, BANK, ENT, INS, AUD, SYS. */
  readonly role: Role;
}

export const ROLES = ["FIN-M", "FIN-R", "FIN-C", "POV", "FOF", "OFFICE", "VIL", "BANK", "ENT", "INS", "AUD", "SYS"] as const;
export type Role = (typeof ROLES)[number];

/** Events for one stream. `expect`: what the stream must be; `exactly` is filled from `load` when absent. */
export interface StreamWrite {
  readonly stream: string;
  readonly events: readonly DomainEvent[];
  readonly expect?: "none" | "exists" | "any";
}

/** What a decided command wants to be recorded, all or nothing, and what it answers to its sender. */
export interface Decision {
  readonly writes: readonly StreamWrite[];
  /** Answer for the sender; stored with the idempotency key, so it is the same on a repeat. JSON, no personal data in clear. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * A command of the product. `run` is pure: it asks for facts by yielding and returns a decision or a refusal; the same
 * facts always give the same decision.
 */
// biome-ignore lint/suspicious/noExplicitAny: tables hold commands of every body
export interface CommandDefinition<C = any> {
  /** Name of the command, e.g. `RecordRepayment`. */
  readonly name: string;
  /** TypeBox schema of the body; the edge validates with it, the API document shows it. */
  readonly schema: object;
  /** Recorder roles that may give it. */
  readonly roles: readonly Role[];
  /** Posts in book G: a person's command waits for a second person. Messages of banks and jobs are not people. */
  readonly postsInBookG: boolean;
  /** Posts nothing, and yet one person alone may not give it: access of a bank. Waits as above. */
  readonly secondPerson?: boolean;
  /** Roles of the second person (审核); FIN-R when absent. */
  readonly checkerRoles?: readonly Role[];
  readonly run: (command: C, context: CommandContext) => Gather<Result<Decision, Refusal>>;
}

/** Whether a person's command waits until a second person approves it (制单、审核). */
export const needsSecondPerson = ({ postsInBookG, secondPerson }: Pick<CommandDefinition, "postsInBookG" | "secondPerson">): boolean =>
  postsInBookG || secondPerson === true;
