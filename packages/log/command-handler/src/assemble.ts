import { type CommandContext, currentVersion, type DomainEvent, type StreamWrite } from "@huimin/decider";
import type { AppendRequest, Expectation, IdempotencyKey, NewEvent } from "@huimin/event-store";
import { BrokenInvariant, ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { CommandMeta } from "./types.ts";

type Write = AppendRequest["writes"][number];

/** Everything of the envelope that the command does not say itself. */
export interface Envelope {
  readonly context: CommandContext;
  readonly meta: CommandMeta;
  readonly commandId: string;
  readonly newId: () => string;
}

/** Refuses an event that would happen after the day on which it is recorded (VALUE_DATE_IN_FUTURE). */
export function checkValueDates(writes: readonly StreamWrite[], today: string): Result<undefined, Refusal> {
  for (const { events } of writes) {
    const late = events.find((event) => event.valueDate > today);
    if (late) return refuse(errors.VALUE_DATE_IN_FUTURE, { valueDate: late.valueDate, today }, { path: "/valueDate" });
  }
  return ok(undefined);
}

/** The atomic append of a decision: its writes, and the version of everything it was decided on. */
export function assemble(
  writes: readonly StreamWrite[],
  answer: unknown,
  facts: Facts,
  keys: readonly GivenKey[],
  envelope: Envelope,
): AppendRequest {
  const merged = mergeByStream(writes);
  const appended: Write[] = merged.map(({ stream, events, expect }) => ({
    stream,
    expect: expectation(stream, expect, facts),
    events: events.map((event) => fill(event, envelope)),
    ...bankNamed(events),
  }));
  const written = new Set(merged.map(({ stream }) => stream));
  const asserts = [...facts.versions]
    .filter(([stream]) => !written.has(stream))
    .map(([stream, version]) => ({ stream, expect: { kind: "exactly", version } as const }));
  const bank = senderBank(envelope.meta);
  return {
    ...(bank === undefined ? {} : { bank }),
    writes: appended,
    asserts,
    keys: storedKeys(keys, answer),
    answer,
    ...(facts.head === undefined ? {} : { expectHead: facts.head }),
  };
}

/** The bank whose message a command is: whatever way it came, over the API, in a file, on paper. */
const senderBank = ({ role, actor }: CommandMeta): string | undefined => {
  if (role !== "BANK") return undefined;
  if (!actor.startsWith("bank:") || actor.length === "bank:".length) throw new BrokenInvariant("a message of no bank");
  return actor.slice("bank:".length);
};

/** Whose a stream is to be: the bank that its events name. */
function bankNamed(events: readonly DomainEvent[]): { readonly bank?: string } {
  for (const { payload } of events) {
    const { bank } = (payload ?? {}) as { readonly bank?: unknown };
    if (typeof bank === "string" && bank !== "") return { bank };
  }
  return {};
}

/** A key with the part of the answer that is its own. */
export interface GivenKey extends IdempotencyKey {
  readonly answerOf?: ((answer: unknown) => unknown) | undefined;
}

/** Keys as they are stored: one whose own part of the answer is nothing stands for what was not recorded, and is left out. */
const storedKeys = (keys: readonly GivenKey[], answer: unknown): IdempotencyKey[] =>
  keys.flatMap(({ answerOf, ...key }) => {
    if (!answerOf) return [key];
    const own = answerOf(answer);
    return own === undefined ? [] : [{ ...key, answer: own }];
  });

/** One write per stream, in order of first mention; a stricter expectation is kept. */
function mergeByStream(writes: readonly StreamWrite[]): StreamWrite[] {
  const merged = new Map<string, StreamWrite>();
  for (const write of writes) {
    if (write.events.length === 0) continue;
    const before = merged.get(write.stream);
    const expect = before === undefined || before.expect === write.expect ? write.expect : undefined;
    merged.set(write.stream, {
      stream: write.stream,
      events: before ? [...before.events, ...write.events] : write.events,
      ...(expect ? { expect } : {}),
    });
  }
  return [...merged.values()];
}

function expectation(stream: string, expect: StreamWrite["expect"], facts: Facts): Expectation {
  if (expect) return { kind: expect };
  const version = facts.versions.get(stream);
  if (version === undefined) throw new BrokenInvariant(`a write to ${stream}, which was neither loaded nor given an expectation`);
  return { kind: "exactly", version };
}

function fill(event: DomainEvent, { context, meta, commandId, newId }: Envelope): NewEvent {
  const sourceDocument = event.sourceDocument ?? meta.sourceDocument;
  const corrects = event.corrects ?? meta.corrects;
  return {
    eventId: newId(),
    type: event.type,
    schemaVersion: versionOf(event),
    valueDate: event.valueDate,
    recordedAt: context.recordedAt,
    period: context.period,
    actor: context.actor,
    role: context.role,
    ...(meta.checker === undefined ? {} : { checker: meta.checker }),
    channel: meta.channel,
    ...(sourceDocument === undefined ? {} : { sourceDocument }),
    ...(meta.evidence === undefined ? {} : { evidence: meta.evidence }),
    commandId,
    correlationId: meta.correlationId ?? commandId,
    ...(meta.causationId === undefined ? {} : { causationId: meta.causationId }),
    ...(corrects === undefined ? {} : { corrects }),
    ...(event.corrects !== undefined || meta.correctsPeriod === undefined ? {} : { correctsPeriod: meta.correctsPeriod }),
    payload: event.payload,
  };
}

/** Only the current version of a type is recorded. */
function versionOf({ type, schemaVersion }: DomainEvent): number {
  const current = currentVersion(type);
  if (schemaVersion !== undefined && schemaVersion !== current)
    throw new BrokenInvariant(`${type} is recorded in version ${schemaVersion}, its current version is ${current}`);
  return current;
}
