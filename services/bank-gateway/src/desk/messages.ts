import type { BankPortfolio } from "@huimin/bank-portfolio";
import { shanghaiDate } from "@huimin/calendar";
import type { EventStore, KnownKey, StoredEvent } from "@huimin/event-store";
import { type App, MinPosition, PageOf, RefusalError } from "@huimin/http";
import { loanStream } from "@huimin/loan/events";
import { Type } from "typebox";
import { bankOf } from "../authenticate.ts";
import { portfolioErrors } from "../loans.ts";
import { deskErrors as errors } from "./errors.ts";
import { closed, Id, Paging, pageFrom, pageOfRows, reads, security } from "./shared.ts";

/* What became of messages: all of one loan in their order, and one by its serial or its Idempotency-Key. */

export interface MessageReadOptions {
  readonly district: string;
  /** The log as a bank may see it. */
  readonly logOf: (bank: string) => Pick<EventStore, "readStream" | "readAll" | "findKey">;
  readonly portfolio: BankPortfolio;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const AMOUNTS = ["amount", "principal", "interest", "penalty", "difference"] as const;
const optional = Type.Optional(Type.String());
const Fact = Type.Object({
  position: Type.Integer(),
  event: Type.String(),
  valueDate: Type.String(),
  recordedOn: Type.String(),
  status: Type.String({ description: "recorded, held, released, dismissed, reversed" }),
  serial: optional,
  reversalSerial: Type.Optional(Type.String({ description: "on a reversal: its own serial; `serial` is the original's" })),
  ...{ amount: optional, principal: optional, interest: optional, penalty: optional, difference: optional },
  from: optional,
  toExcl: optional,
  decidedAt: Type.Optional(Type.Integer({ description: "position of what reversed, released or dismissed it" })),
});
const Message = Type.Object({
  key: Type.String(),
  position: Type.Integer({ description: "of the append that recorded it" }),
  recordedOn: Type.String(),
  answer: Type.Record(Type.String(), Type.Unknown(), { description: "its first answer" }),
  event: Type.Optional(Fact),
});

const text = (payload: Readonly<Record<string, unknown>>, field: string): Record<string, string> =>
  typeof payload[field] === "string" ? { [field]: payload[field] } : {};

function printed(event: StoredEvent, later: readonly StoredEvent[]) {
  const payload = event.payload as Readonly<Record<string, unknown>>;
  const decided = decisionOn(event, later);
  const held = event.type === "RepaymentDuplicateSuspected";
  return {
    position: event.position,
    event: event.type,
    valueDate: event.valueDate,
    recordedOn: event.recordedAt.slice(0, 10),
    status: decided?.status ?? (held ? "held" : "recorded"),
    ...text(payload, "serial"),
    ...text(payload, "reversalSerial"),
    ...Object.assign({}, ...AMOUNTS.map((field) => text(payload, field))),
    ...text(payload, "from"),
    ...text(payload, "toExcl"),
    ...(decided ? { decidedAt: decided.position } : {}),
  };
}

const DECISIONS: Readonly<Record<string, string>> = { RepaymentDuplicateReleased: "released", RepaymentDuplicateDismissed: "dismissed" };

/** What later event of the stream took it back, released or dismissed it. */
function decisionOn(event: StoredEvent, later: readonly StoredEvent[]): { readonly status: string; readonly position: number } | undefined {
  const { serial } = event.payload as { readonly serial?: unknown };
  for (const one of later) {
    if (one.position <= event.position) continue;
    const payload = one.payload as { readonly serial?: unknown; readonly reversalSerial?: unknown; readonly reverses?: unknown };
    const decision = DECISIONS[one.type];
    if (event.type === "RepaymentDuplicateSuspected" && decision !== undefined && payload.serial === serial)
      return { status: decision, position: one.position };
    const takesBack =
      one.corrects === event.eventId || (serial !== undefined && (payload.reverses === serial || isReversalOf(payload, serial)));
    if (takesBack) return { status: "reversed", position: one.position };
  }
  return undefined;
}

const isReversalOf = ({ serial, reversalSerial }: { serial?: unknown; reversalSerial?: unknown }, of: unknown): boolean =>
  reversalSerial !== undefined && serial === of;

/** Register under `/bank/v1`. */
export async function bankMessageReadRoutes(app: App, options: MessageReadOptions): Promise<void> {
  const { district, logOf, portfolio, now } = options;
  app.get(
    "/loans/:loan/messages",
    {
      ...reads("loans:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "listLoanMessages",
        summary: "贷款流水 / Everything recorded on a loan, in the order of recording",
        params: Type.Object({ loan: Id }),
        querystring: Type.Object(Paging, closed),
        response: { 200: PageOf(Fact) },
      },
    },
    async (request) => {
      const { loan } = request.params;
      const found = await portfolio.loan({ district, loan, on: shanghaiDate(now()), bank: bankOf(request) });
      if (!found) throw new RefusalError({ code: portfolioErrors.LOAN_NOT_IN_PORTFOLIO, details: { loan } });
      const { events } = await logOf(bankOf(request)).readStream(district, loanStream(loan));
      const { limit, after } = pageFrom(request.query);
      const rows = events.filter(({ position }) => position > after).slice(0, limit + 1);
      return pageOfRows(
        rows,
        limit,
        ({ position }) => position,
        (event) => printed(event, events),
      );
    },
  );
  const answer = async (bank: string, key: string, shown: string) => {
    const store = logOf(bank);
    const known = await store.findKey(district, `bank:${bank}`, key);
    if (!known) throw new RefusalError({ code: errors.MESSAGE_UNKNOWN, details: { key: shown.slice(0, 64) } });
    const first = (known.answer ?? {}) as Record<string, unknown>;
    const serial = key.startsWith("serial:") ? key.slice("serial:".length) : first.serial;
    const [last] = await store.readAll(district, Math.max(known.lastPosition - 1, 0), 1);
    const event = await eventOf(store, district, known, typeof serial === "string" ? serial : undefined, `bank:${bank}`);
    const later = event ? (await store.readStream(district, event.stream, event.streamVersion)).events : [];
    return {
      ...{ key: shown, position: known.lastPosition, recordedOn: last?.recordedAt.slice(0, 10) ?? "–", answer: first },
      ...(event ? { event: printed(event, later) } : {}),
    };
  };
  app.get(
    "/messages/:serial",
    {
      ...reads("messages:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getMessage",
        summary: "按流水号查报文 / What became of the message with this serial, whatever way it was sent",
        params: Type.Object({ serial: Id }),
        querystring: Type.Object(MinPosition, closed),
        response: { 200: Message },
      },
    },
    async (request) => answer(bankOf(request), `serial:${request.params.serial}`, request.params.serial),
  );
  app.get(
    "/idempotency-keys/:key",
    {
      ...reads("messages:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getMessageByKey",
        summary: "按幂等键查报文 / What became of the message sent with this Idempotency-Key",
        params: Type.Object({ key: Type.String({ minLength: 1, maxLength: 128 }) }),
        querystring: Type.Object(MinPosition, closed),
        response: { 200: Message },
      },
    },
    async (request) => answer(bankOf(request), `key:${request.params.key}`, request.params.key),
  );
}

/** Events of one append that are looked through for the one of a serial. */
const APPEND_PAGE = 1_000;

/** The event that a key's message recorded: in an append of many messages, the one with the serial. */
async function eventOf(
  store: Pick<EventStore, "readAll">,
  district: string,
  known: KnownKey,
  serial: string | undefined,
  actor: string,
): Promise<StoredEvent | undefined> {
  const of = (event: StoredEvent): boolean =>
    serial === undefined || event.sourceDocument === serial || (event.payload as { serial?: unknown }).serial === serial;
  let upTo = known.lastPosition;
  let command: string | undefined;
  while (upTo > 0) {
    const from = Math.max(upTo - APPEND_PAGE, 0);
    // Other banks' events are not there: a page of so many may end after the one that is looked for.
    const events = (await store.readAll(district, from, upTo - from)).filter(({ position }) => position <= upTo);
    for (const event of events.toReversed()) {
      command ??= event.commandId;
      if (event.commandId !== command || event.actor !== actor) return undefined;
      if (of(event)) return event;
    }
    upTo = from;
  }
  return undefined;
}
