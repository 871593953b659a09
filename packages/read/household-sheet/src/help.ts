import type { IsoDate } from "@huimin/calendar";
import { type HelpState, helpFold, pairingStream } from "@huimin/donation/events";
import type { StoredEvent } from "@huimin/event-store";
import { type CarrierState, carrierFold, carrierStream, type Span, spansOf } from "@huimin/linkage/events";
import type { Fen } from "@huimin/money";
import { fold } from "./reading.ts";

/*
 * Help that is no money of the district's books (统计): goods, wages and benefits from enterprises, what helpers did, honours.
 * From the household's own streams, so it follows both time axes like the rest of the sheet.
 */

export interface SheetHelp {
  /** 物资, 工资, 其他带贫收益, 帮扶, 表彰 */
  readonly kind: "goods" | "wage" | "benefit" | "help" | "honour";
  /** Day, or month of a wage or benefit. */
  readonly when: string;
  /** Donation, workshop, enterprise or helper it came from; the year's honour roll. */
  readonly from: string;
  readonly amount?: Fen;
  /** Kind of help, form of the benefit, grade of the honour. */
  readonly detail?: string;
}

export interface SheetPairing {
  readonly helper: string;
  readonly helperKind: string;
  readonly unit?: string;
  readonly from: IsoDate;
  readonly toExcl?: IsoDate;
}

/** 带贫关系: the days on which an enterprise carried the household; one enterprise at a time. */
export interface SheetCarrier extends Span {
  readonly enterprise: string;
}

export const helpStreams = (household: string): readonly string[] => [pairingStream(household), carrierStream(household)];

const told = (detail: string | undefined) => (detail === undefined ? {} : { detail });

/** By time, newest last. */
function otherHelp(file: HelpState, carrier: CarrierState): SheetHelp[] {
  const found: SheetHelp[] = [
    ...file.goods.map(({ donation, on, value }): SheetHelp => ({ kind: "goods", when: on, from: donation, amount: value })),
    ...[...file.wages.values()].map(({ workshop, month, amount }): SheetHelp => ({ kind: "wage", when: month, from: workshop, amount })),
    ...[...carrier.reports.values()].map(
      ({ kind, enterprise, month, form, amount }): SheetHelp => ({ kind, when: month, from: enterprise, amount, detail: form }),
    ),
    ...[...file.helps.values()].map(
      ({ helper, on, kind, value }): SheetHelp => ({
        kind: "help",
        when: on,
        from: helper,
        detail: kind,
        ...(value === undefined ? {} : { amount: value }),
      }),
    ),
    ...file.honours.map(({ year, on, grade }): SheetHelp => ({ kind: "honour", when: on, from: String(year), ...told(grade) })),
  ];
  return found.sort((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : 0));
}

/** Help, pairings and carriers of the household by the events of its streams. */
export function helpOf(household: string, eventsOf: (stream: string) => readonly StoredEvent[]) {
  const file = fold(helpFold, eventsOf(pairingStream(household)));
  const carrier = fold(carrierFold, eventsOf(carrierStream(household)));
  const pairings: readonly SheetPairing[] = file.pairings;
  const carriers = [...carrier.carriers]
    .flatMap(([enterprise, marks]) => spansOf(marks).map((span): SheetCarrier => ({ enterprise, ...span })))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  return { otherHelp: otherHelp(file, carrier), pairings, carriers };
}
