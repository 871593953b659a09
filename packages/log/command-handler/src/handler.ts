import { createHash, randomUUIDv7 } from "node:crypto";
import {
  type CommandContext,
  type CommandDefinition,
  type Decision,
  needsSecondPerson,
  type RecordedEvent,
  type Role,
  type StreamWrite,
} from "@huimin/decider";
import { type AppendOutcome, type AppendRequest, isKeyText, isStreamId, type KnownKey, LogBusy, storedEvent } from "@huimin/event-store";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { canonicalJson, NotCanonical } from "@huimin/proof-log";
import { assemble, checkValueDates, type GivenKey } from "./assemble.ts";
import { errors } from "./errors.ts";
import { type FactSources, Facts, UnusableIdentifier } from "./facts.ts";
import { asksForSettlement, closedThrough, dayOf, inSettlement, PERIOD_STREAM, periodFor, systemClock } from "./period.ts";
import { RightOfWay, type Way } from "./right-of-way.ts";
import { StateCache } from "./state-cache.ts";
import { TailReader } from "./tail-reader.ts";
import { Turnstile } from "./turnstile.ts";
import type { CommandHandler, CommandHandlerOptions, CommandMeta, CommandOutcome, ExtraWrites } from "./types.ts";

/** Attempts of one command before it is answered CONTENTION. From the second on, a command waits its turn at the stream it lost. */
export const ATTEMPTS_MAX = 12;
/** Races that a command loses before it gets right of way over what it read; one that read this many streams loses but one. */
const LOST_RACES_MAX = 2;
const WIDE_STREAMS_MIN = 64;
export const CACHED_STREAMS_MAX = 20_000;

/** Who is not a person: messages of banks and jobs of the product need no second person (domain 2.0). */
const NOT_PEOPLE: readonly Role[] = ["BANK", "SYS"];

interface Run {
  readonly definition: CommandDefinition;
  readonly command: unknown;
  readonly meta: CommandMeta;
  readonly extra: ExtraWrites;
  readonly keys: readonly GivenKey[];
  readonly commandId: string;
}

interface Attempt {
  readonly facts: Facts;
  readonly context: CommandContext;
  readonly decided: Result<Decision, Refusal>;
}

/**
 * Runs commands against one district's log. Facts are taken from a cache of folded states and asserted in the append;
 * when one had moved on, the command is decided again on what the log says now. A refusal is given only on facts that
 * were read after the command came in, and after its keys were looked up: a repeat wins over a refusal, and a key
 * conflict over both.
 */
export function createCommandHandler(options: CommandHandlerOptions): CommandHandler {
  const handler = new Handler(options);
  return {
    execute: (definition, command, meta) => handler.execute(definition as CommandDefinition, command, meta, []),
    executeWith: (definition, command, meta, extra) => handler.execute(definition as CommandDefinition, command, meta, extra),
    decide: (definition, command, meta) => handler.decide(definition as CommandDefinition, command, meta),
  };
}

class Handler {
  readonly #options: CommandHandlerOptions;
  readonly #cache: StateCache;
  readonly #sources: FactSources;
  readonly #turnstile = new Turnstile();
  readonly #rightOfWay: RightOfWay;
  readonly #clock: () => string;
  readonly #newId: () => string;

  constructor(options: CommandHandlerOptions) {
    this.#options = options;
    this.#cache = new StateCache(options.cachedStreamsMax ?? CACHED_STREAMS_MAX);
    this.#sources = {
      cache: this.#cache,
      tails: new TailReader(options.store, options.district, this.#cache, options.kept),
      resolvers: options.resolvers ?? {},
    };
    this.#rightOfWay = options.rightOfWay ?? new RightOfWay();
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomUUIDv7;
  }

  async decide(definition: CommandDefinition, command: unknown, meta: CommandMeta): Promise<Result<Decision, Refusal>> {
    const allowed = checkRole(definition, meta);
    if (!allowed.ok) return allowed;
    const run: Run = { definition, command, meta, extra: [], keys: [], commandId: meta.commandId ?? this.#newId() };
    return refusingBadText(
      async () => (await this.#attempt(run, await Facts.fresh(this.#sources))).decided,
      (refusal) => ({ ok: false, refusal }),
    );
  }

  async execute(definition: CommandDefinition, command: unknown, meta: CommandMeta, extra: ExtraWrites): Promise<CommandOutcome> {
    const allowed = checkPeople(definition, meta);
    if (!allowed.ok) return { kind: "refused", refusal: allowed.refusal };
    return refusingBadText(
      async () => {
        const keys = keysOf(definition, command, meta);
        if (!keys.ok) return { kind: "refused", refusal: keys.refusal };
        return this.#run({ definition, command, meta, extra, keys: keys.value, commandId: meta.commandId ?? this.#newId() });
      },
      (refusal) => ({ kind: "refused", refusal }),
    );
  }

  async #run(run: Run): Promise<CommandOutcome> {
    let facts = Facts.cached(this.#sources);
    let lost: string | undefined;
    let races = 0;
    let way: Way | undefined;
    try {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        if (races > (facts.versions.size >= WIDE_STREAMS_MIN ? 0 : LOST_RACES_MAX)) way ??= await this.#rightOfWay.claim();
        way?.over(facts.versions.keys());
        const leave = lost === undefined || way !== undefined ? undefined : await this.#turnstile.enter(lost);
        try {
          if (attempt > 1) facts = await Facts.fresh(this.#sources, facts);
          const tried = await this.#attempt(run, facts);
          if (!tried.decided.ok) {
            if (!facts.cached && !facts.mixed) return await this.#refused(run, tried.decided.refusal);
            continue; // decided on what may be old: once more on what the log says now
          }
          const request = assemble(tried.decided.value.writes, tried.decided.value.answer, facts, run.keys, {
            ...run,
            context: tried.context,
            newId: this.#newId,
          });
          const outcome = await this.#append(request, way);
          if (outcome.kind === "version-conflict") {
            lost = outcome.stream;
            races += 1;
          } else if (outcome.kind === "key-conflict") return await this.#conflict(outcome.key);
          else if (outcome.kind === "foreign") return { kind: "refused", refusal: { code: errors.BANK_RECORD_NOT_OWN } };
          else if (outcome.kind !== "head-conflict") return settle(run, outcome);
        } finally {
          leave?.();
        }
      }
    } finally {
      way?.release();
    }
    return { kind: "refused", refusal: { code: errors.CONTENTION } };
  }

  async #attempt(run: Run, facts: Facts): Promise<Attempt> {
    const recordedAt = run.meta.recordedAt ?? this.#clock();
    const today = dayOf(recordedAt);
    const { state: closed } = await facts.load(PERIOD_STREAM, closedThrough);
    const period = await this.#period(facts, closed, today, run.meta.period);
    const { actor, role } = run.meta;
    const context: CommandContext = { district: this.#options.district, recordedAt, period: period.ok ? period.value : "", actor, role };
    if (!period.ok) return { facts, context, decided: period };
    const decided = await facts.gather(run.definition.run(run.command, context), context);
    if (!decided.ok) return { facts, context, decided };
    const extra: Result<readonly StreamWrite[], Refusal> =
      typeof run.extra === "function" ? await facts.gather(run.extra(context), context) : ok(run.extra);
    if (!extra.ok) return { facts, context, decided: extra };
    const writes = [...extra.value, ...decided.value.writes];
    const dates = checkValueDates(writes, today);
    if (!dates.ok) return { facts, context, decided: dates };
    for (const { stream } of writes) if (!isStreamId(stream)) throw new UnusableIdentifier(stream);
    return { facts, context, decided: ok({ writes, answer: decided.value.answer }) };
  }

  async #period(facts: Facts, closed: string, today: string, asked: string | undefined): Promise<Result<string, Refusal>> {
    const period = periodFor(closed, today, asked);
    const settlement = this.#options.settlementPeriod;
    if (!period.ok || settlement === undefined || !asksForSettlement(today, asked)) return period;
    const { state } = await facts.load(settlement.stream, settlement.fold);
    const allowed = inSettlement(today, asked, settlement.lastDay(state, Number(asked.slice(0, 4))));
    return allowed.ok ? period : allowed;
  }

  async #append(request: AppendRequest, way: Way | undefined): Promise<AppendOutcome> {
    if (this.#rightOfWay.held(request.writes, way)) await this.#rightOfWay.pass(request.writes, way);
    const outcome = await this.#options.store.append(this.#options.district, request);
    if (outcome.kind === "appended") this.#advanceCache(request, outcome.firstPosition);
    return outcome;
  }

  /** Own events are folded into the cache at once, so the next command on the stream decides on them without a read. */
  #advanceCache(request: AppendRequest, firstPosition: number): void {
    let position = firstPosition;
    for (const { stream, expect, events } of request.writes) {
      const first = position;
      position += events.length;
      const base = expect.kind === "exactly" ? expect.version : expect.kind === "none" ? 0 : undefined;
      if (base === undefined) continue;
      this.#cache.advance(stream, base, () =>
        events.map((event, i) => storedEvent(this.#options.district, stream, event, first + i, base + i + 1) as RecordedEvent),
      );
    }
  }

  async #refused(run: Run, refusal: Refusal): Promise<CommandOutcome> {
    const found = await this.#options.store.findKeys(this.#options.district, run.keys);
    let repeated: CommandOutcome | undefined;
    for (const [index, { client, key, bodyHash }] of run.keys.entries()) {
      const known = found[index];
      if (!known) continue;
      if (known.bodyHash !== bodyHash) return this.#conflict({ client, key }, known);
      repeated ??= { kind: "repeated", answer: known.answer, lastPosition: known.lastPosition };
    }
    return repeated ?? { kind: "refused", refusal };
  }

  /** Names the first use of the key, so that the sender finds it: its position and day. */
  async #conflict({ client, key }: { readonly client: string; readonly key: string }, known?: KnownKey): Promise<CommandOutcome> {
    const { store, district } = this.#options;
    const first = known ?? (await store.findKey(district, client, key));
    const position = first?.lastPosition ?? 0;
    const [event] = first ? await store.readAll(district, position - 1, 1) : [];
    const day = event ? dayOf(event.recordedAt) : "–";
    return {
      kind: "key-conflict",
      key: { client, key },
      refusal: { code: errors.IDEMPOTENCY_KEY_CONFLICT, details: { key, position, day } },
    };
  }
}

function settle(
  run: Run,
  outcome: Exclude<AppendOutcome, { kind: "version-conflict" | "head-conflict" | "key-conflict" | "foreign" }>,
): CommandOutcome {
  switch (outcome.kind) {
    case "appended": {
      const { answer, firstPosition, lastPosition } = outcome;
      return { kind: "recorded", answer, commandId: run.commandId, firstPosition, lastPosition };
    }
    case "replayed":
      return { kind: "repeated", answer: outcome.answer, lastPosition: outcome.lastPosition };
  }
}

function checkRole(definition: CommandDefinition, { role }: CommandMeta): Result<undefined, Refusal> {
  if (definition.roles.includes(role)) return ok(undefined);
  return refuse(errors.ROLE_NOT_ALLOWED, { role, command: definition.name, allowed: definition.roles.join(", ") });
}

function checkPeople(definition: CommandDefinition, meta: CommandMeta): Result<undefined, Refusal> {
  const allowed = checkRole(definition, meta);
  if (!allowed.ok) return allowed;
  if (meta.checker === meta.actor) return refuse(errors.CHECKER_IS_MAKER);
  if (needsSecondPerson(definition) && meta.checker === undefined && !NOT_PEOPLE.includes(meta.role)) {
    return refuse(errors.SECOND_PERSON_NEEDED, { command: definition.name });
  }
  return ok(undefined);
}

/** Hash of what a command means, under an idempotency key: its name and body in canonical form. Throws NotCanonical. */
export const messageHash = (command: string, body: unknown): string =>
  createHash("sha256").update(canonicalJson({ body, command })).digest("hex");

/** The keys with the hash of what the command means: its name and body in canonical form. */
function keysOf(definition: CommandDefinition, command: unknown, meta: CommandMeta): Result<readonly GivenKey[], Refusal> {
  const given = meta.keys ?? [];
  if (given.length === 0) return ok([]);
  const unusable = given.find(({ client, key }) => !isKeyText(client) || !isKeyText(key));
  if (unusable) return refuse(errors.IDENTIFIER_NOT_STORABLE);
  let hash: string | undefined;
  return ok(
    given.map(({ client, key, bodyHash, answerOf }) => {
      if (bodyHash === undefined) hash ??= messageHash(definition.name, command);
      return { client, key, bodyHash: bodyHash ?? String(hash), answerOf };
    }),
  );
}

/** Text from outside that the log cannot hold is a refusal, a full queue is one that passes; anything else is a fault. */
async function refusingBadText<T>(work: () => Promise<T>, refused: (refusal: Refusal) => T): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof UnusableIdentifier) return refused({ code: errors.IDENTIFIER_NOT_STORABLE });
    if (fault instanceof NotCanonical) return refused({ code: errors.TEXT_NOT_STORABLE });
    if (fault instanceof LogBusy) return refused({ code: errors.LOG_BUSY });
    throw fault;
  }
}
