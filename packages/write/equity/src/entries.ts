import type { IsoDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EquityPayload, ReversibleType } from "./schema.ts";

/** An entry of a stream that may be reversed, by the version of its event in the stream. */
export interface Entry {
  readonly entry: number;
  readonly eventId: string;
  readonly type: ReversibleType;
  readonly payload: EquityPayload<ReversibleType>;
  readonly valueDate: IsoDate;
  /** 会计期间 of the recording */
  readonly period: string;
  readonly serial: string | undefined;
  /** `bank:K1` of a bank's message; undefined for what people recorded. */
  readonly sender: string | undefined;
  readonly reversed: boolean;
}

export type Entries = readonly Entry[];

/** The entries with one more of them. */
export const withEntry = (entries: Entries, event: RecordedEvent, type: ReversibleType): Entries => [
  ...entries,
  {
    entry: event.streamVersion,
    eventId: event.eventId,
    type,
    payload: event.payload,
    valueDate: event.valueDate,
    period: event.period,
    serial: (event.payload as { serial?: string }).serial,
    sender: event.role === "BANK" ? event.actor : undefined,
    reversed: false,
  },
];

/** The entries after a reversal of one of them. */
export const withoutEntry = (entries: Entries, entry: number): Entries =>
  entries.map((one) => (one.entry === entry ? { ...one, reversed: true } : one));

/** Payloads of the entries of a type that stand, in the order of recording. */
export const standing = <T extends ReversibleType>(
  entries: Entries,
  type: T,
): readonly (Omit<Entry, "payload"> & { readonly payload: EquityPayload<T> })[] =>
  entries.filter((one) => one.type === type && !one.reversed) as never;
