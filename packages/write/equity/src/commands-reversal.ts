import type { CommandContext, CommandDefinition, DomainEvent, Gather } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { inUse, type ReversalFacts, undone } from "./decide-reversal.ts";
import type { Entry } from "./entries.ts";
import { errors } from "./errors.ts";
import { equityFold, equityStream } from "./evolve-equity.ts";
import { equityFundFold, equityFundStream } from "./evolve-fund.ts";
import { lossFold, lossStream, recognisedLoss } from "./evolve-loss.ts";
import { closed, EvidenceText, Id, SerialText, SourceField } from "./fields.ts";
import { equityEvent, gatherEquity, gatherFund, gatherLoss } from "./gather.ts";
import type { EquityPayload, FundSource } from "./schema.ts";

/** Where an entry lies: the stake in an enterprise, a loss, or the money of a source. */
type Place =
  | { readonly enterprise: string; readonly ref?: never; readonly source?: never }
  | { readonly ref: string; readonly enterprise?: never; readonly source?: never }
  | { readonly source: FundSource; readonly enterprise?: never; readonly ref?: never };

const at = { enterprise: Type.Object({ enterprise: Id }, closed), ref: Type.Object({ ref: Id }, closed) };

export const ReverseEquityEntryBody = Type.Object(
  {
    in: Type.Union([at.enterprise, at.ref, Type.Object({ source: SourceField }, closed)]),
    entry: Type.Integer({ minimum: 1, description: "number of the event in its stream" }),
    reason: EvidenceText,
  },
  closed,
);

export const ReverseEquityMessageBody = Type.Object(
  { in: Type.Union([at.enterprise, at.ref]), serial: SerialText, reversalSerial: SerialText },
  closed,
);

/** The stream of a place, its entries, and what else a reversal needs to know. */
function* gatherPlace(
  place: Place,
): Gather<{ readonly stream: string; readonly entries: readonly Entry[]; readonly facts: ReversalFacts }> {
  const nothing = { equity: equityFold.initialState, loss: lossFold.initialState, fund: equityFundFold.initialState };
  if (place.source !== undefined) {
    const fund = yield* gatherFund(place.source);
    return { stream: equityFundStream(place.source), entries: fund.entries, facts: { ...nothing, fund } };
  }
  if (place.enterprise !== undefined) {
    const equity = yield* gatherEquity(place.enterprise);
    return { stream: equityStream(place.enterprise), entries: equity.entries, facts: { ...nothing, equity } };
  }
  const loss = yield* gatherLoss(place.ref);
  const enterprise = recognisedLoss(loss)?.enterprise;
  const equity = enterprise === undefined ? nothing.equity : yield* gatherEquity(enterprise);
  return { stream: lossStream(place.ref), entries: loss.entries, facts: { ...nothing, equity, loss } };
}

function* reverse(
  place: Place,
  wanted: (entry: Entry) => boolean,
  how: { readonly name: string; readonly reason: string; readonly serial?: string },
  context: CommandContext,
) {
  const { stream, entries, facts } = yield* gatherPlace(place);
  const others = ({ sender }: Entry): boolean => context.role === "BANK" && sender !== undefined && sender !== context.actor;
  const found = entries.filter(wanted);
  const own = found.filter((one) => !others(one));
  if (found.length > 0 && own.length === 0) return refuse(errors.EQUITY_ENTRY_OF_OTHER_BANK, { entry: how.name }, { path: "/serial" });
  const entry = own.find((one) => !one.reversed);
  if (!entry && own.length > 0) return refuse(errors.EQUITY_ENTRY_REVERSED, { entry: how.name }, { path: "/serial" });
  if (!entry) return refuse(errors.EQUITY_ENTRY_UNKNOWN, { entry: how.name }, { path: "/serial" });
  const hanging: Result<undefined, Refusal> = inUse(entry, facts) ? refuse(errors.EQUITY_ENTRY_IN_USE, { entry: how.name }) : ok(undefined);
  if (!hanging.ok) return hanging;
  const { type, payload, valueDate, period } = entry;
  const reversal = {
    entry: entry.entry,
    reversed: { type, payload } as EquityPayload<"EquityEntryReversed">["reversed"],
    priorYear: period.slice(0, 4) < context.period.slice(0, 4),
    reason: how.reason,
    ...(how.serial === undefined ? {} : { serial: how.serial }),
  };
  const event: DomainEvent = { ...equityEvent("EquityEntryReversed", valueDate, reversal), corrects: entry.eventId };
  return ok({
    writes: [{ stream, events: [event] }, ...undone(entry, facts)],
    answer: { entry: entry.entry, type, valueDate, priorYear: reversal.priorYear },
  });
}

/**
 * C1 红字冲销 (FIN-R): the exact negative of an entry with its value date; in a later year income and expense go to 3501 (C4).
 * Refuses an entry that does not exist (EQUITY_ENTRY_UNKNOWN), is reversed (EQUITY_ENTRY_REVERSED), is another bank's message
 * (EQUITY_ENTRY_OF_OTHER_BANK), and one that later business stands on (EQUITY_ENTRY_IN_USE).
 */
export const ReverseEquityEntry: CommandDefinition<Static<typeof ReverseEquityEntryBody>> = {
  name: "ReverseEquityEntry",
  schema: ReverseEquityEntryBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const how = { name: String(command.entry), reason: command.reason };
    return yield* reverse(command.in, ({ entry }) => entry === command.entry, how, context);
  },
};

/** C6 冲正 (bank message) of a message or payment with this bank serial. Refusals as {@link ReverseEquityEntry}. */
export const ReverseEquityMessage: CommandDefinition<Static<typeof ReverseEquityMessageBody>> = {
  name: "ReverseEquityMessage",
  schema: ReverseEquityMessageBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { serial, reversalSerial } = command;
    const how = { name: serial, reason: `银行冲正 ${reversalSerial}`, serial: reversalSerial };
    return yield* reverse(command.in, (entry) => entry.serial === serial, how, context);
  },
};
