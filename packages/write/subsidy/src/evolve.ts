import { type IsoDate, type Quarter, yearOf } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen, minFen, sumFen } from "@huimin/money";
import { invariant } from "@huimin/outcome";
import type { FailedPayment } from "@huimin/registry/events";
import { type SubsidyPayload, type SubsidySubject, subjectFields } from "./schema.ts";

export const subsidyStream = (loan: string): string => `subsidy/${loan}`;
export const fundStream = (year: number): string => `subsidy-fund/${year}`;

/** What was accrued for the days of one settlement (or a part of them), and what became of it. */
export interface SubsidisedUnit {
  readonly payee: string;
  readonly claim: Quarter;
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  /** Serial of the prepayment that settled these days for its part; absent: the settlement of the period. */
  readonly prepayment?: string;
  /** Flat rate with which it was claimed although it was wrong (T4). */
  readonly claimedRate?: string;
  /** Value date of the accrual 计提. */
  readonly accruedOn: IsoDate;
  /** Fiscal year in which the accrual is booked: that of its accounting period. */
  readonly fiscalYear: number;
  /** Accrued and corrected so far, before claw-backs. */
  readonly accrued: Fen;
  /** Paid out or set off. */
  readonly paid: Fen;
  /** Claimed back (S7). */
  readonly clawedBack: Fen;
}

/** A payment with what it paid, so that its return re-opens exactly that. */
interface Payment {
  readonly payee: string;
  readonly amount: Fen;
  /** Fingerprint of the account to which it went. */
  readonly account?: string;
  readonly parts: readonly { readonly unit: string; readonly amount: Fen }[];
}

/** A decision S7 or a receipt S8 as it was recorded, for its reversal. */
export interface ClawbackEntry<T extends "SubsidyClawbackDecided" | "SubsidyClawbackReceived"> {
  /** Its number in the stream. */
  readonly entry: number;
  readonly eventId: string;
  readonly valueDate: IsoDate;
  readonly fiscalYear: number;
  readonly payload: SubsidyPayload<T>;
}

/** Everything subsidised, paid and claimed back for one loan (stream `subsidy/{loan}`). */
export interface SubsidyState {
  /** Absent until the first accrual. */
  readonly subject?: SubsidySubject;
  /** As it was with the first accrual to each payee: what is open is closed under the same dimensions. */
  readonly subjects: ReadonlyMap<string, SubsidySubject>;
  readonly units: readonly SubsidisedUnit[];
  /** Payments that were not returned, in order. */
  readonly payments: readonly Payment[];
  /** Payments that came back, by the account on which they failed. */
  readonly failures: readonly (FailedPayment & { readonly payee: string })[];
  /** Open claim 贴息追回款 by obligor. */
  readonly claims: ReadonlyMap<string, Fen>;
  /** Decisions and receipts that stand. */
  readonly decisions: readonly ClawbackEntry<"SubsidyClawbackDecided">[];
  readonly receipts: readonly ClawbackEntry<"SubsidyClawbackReceived">[];
}

type UnitKey = Pick<SubsidisedUnit, "from" | "toExcl"> & { readonly prepayment?: string | undefined };
export const unitKey = (unit: UnitKey): string => `${unit.prepayment ?? ""}|${unit.from}|${unit.toExcl}`;

/** Two units share a day when one settlement (or prepaid part) settled it for both. */
export const overlaps = (a: UnitKey, b: UnitKey): boolean => a.prepayment === b.prepayment && a.from < b.toExcl && b.from < a.toExcl;

const accrued = (state: SubsidyState, event: RecordedEvent, payload: SubsidyPayload<"SubsidyAccrued">): SubsidyState => {
  const { payee, claim, claimedRate } = payload;
  invariant(claim !== undefined, `accrual ${event.eventId} names no claim`);
  const added = payload.settlements.map(
    ({ from, toExcl, prepayment, subsidy }): SubsidisedUnit => ({
      payee,
      claim,
      from,
      toExcl,
      ...(prepayment === undefined ? {} : { prepayment }),
      ...(claimedRate === undefined ? {} : { claimedRate }),
      accruedOn: event.valueDate,
      fiscalYear: yearOf(event.period),
      accrued: fen(subsidy),
      paid: 0n,
      clawedBack: 0n,
    }),
  );
  const units = [...state.units];
  for (const unit of added) {
    const twice = units.find((other) => overlaps(other, unit));
    invariant(twice === undefined, `a day of [${unit.from}, ${unit.toExcl}) of ${event.stream} is subsidised twice`);
    units.push(unit);
  }
  const subject = subjectFields(payload);
  return { ...state, subject, subjects: new Map([[payee, subject], ...state.subjects]), units };
};

const changeUnits = (state: SubsidyState, change: (unit: SubsidisedUnit) => SubsidisedUnit): SubsidyState => ({
  ...state,
  units: state.units.map(change),
});

const addTo = (state: SubsidyState, parts: ReadonlyMap<string, Fen>, field: "accrued" | "paid" | "clawedBack"): SubsidyState =>
  changeUnits(state, (unit) => {
    const part = parts.get(unitKey(unit));
    return part === undefined ? unit : { ...unit, [field]: unit[field] + part };
  });

const corrected = (state: SubsidyState, payload: SubsidyPayload<"SubsidyAccrued">): SubsidyState =>
  addTo(state, new Map(payload.settlements.map((row) => [unitKey(row), fen(row.subsidy)])), "accrued");

/** The whole open payable of the payee, every unit of it. */
const paid = (state: SubsidyState, { payee, account }: SubsidyPayload<"SubsidyPaid">): SubsidyState => {
  const parts = state.units
    .filter((unit) => unit.payee === payee && unit.accrued !== unit.paid)
    .map((unit) => ({ unit: unitKey(unit), amount: unit.accrued - unit.paid }));
  const amount = sumFen(parts.map((part) => part.amount));
  const payment: Payment = { payee, amount, parts, ...(account === undefined ? {} : { account }) };
  return { ...addTo(state, new Map(parts.map((part) => [part.unit, part.amount])), "paid"), payments: [...state.payments, payment] };
};

const returned = (
  state: SubsidyState,
  event: RecordedEvent,
  { payee, reason, account }: SubsidyPayload<"SubsidyPaymentReturned">,
): SubsidyState => {
  const index = state.payments.findLastIndex((payment) => payment.payee === payee);
  invariant(index >= 0, `a subsidy payment to ${payee} is returned that was never made`);
  const parts = (state.payments[index] as Payment).parts;
  const undone = addTo(state, new Map(parts.map((part) => [part.unit, -part.amount])), "paid");
  const failure = account === undefined ? [] : [{ payee, numberHash: account, reason, recordedAt: event.recordedAt }];
  const payments = state.payments.filter((_, position) => position !== index);
  return { ...undone, payments, failures: [...state.failures, ...failure] };
};

/** A set-off pays the oldest units first. */
const setOffPayable = (state: SubsidyState, payee: string, amount: Fen): SubsidyState => {
  let left = amount;
  return changeUnits(state, (unit) => {
    const open = unit.accrued - unit.paid;
    if (unit.payee !== payee || open <= 0n || left === 0n) return unit;
    const part = minFen(open, left);
    left -= part;
    return { ...unit, paid: unit.paid + part };
  });
};

const addClaim = (state: SubsidyState, obligor: string, amount: Fen): SubsidyState => ({
  ...state,
  claims: new Map([...state.claims, [obligor, (state.claims.get(obligor) ?? 0n) + amount]]),
});

/** The amounts of a reversal are negative, so it takes back what the decision added. */
const clawedBack = (state: SubsidyState, payload: Omit<SubsidyPayload<"SubsidyClawbackDecided">, "reason">): SubsidyState => {
  const rows = new Map(payload.byClaim.map((row) => [unitKey(row), fen(row.clawback)]));
  return addClaim(addTo(state, rows, "clawedBack"), payload.obligor, fen(payload.total));
};

/** Takes back what was accrued for a rejected line; its days may be claimed again. */
const accrualReversed = (state: SubsidyState, payload: SubsidyPayload<"SubsidyAccrualReversed">): SubsidyState => {
  const rows = new Set(payload.settlements.map(unitKey));
  return { ...state, units: state.units.filter((unit) => !rows.has(unitKey(unit))) };
};

const entryOf = <T extends "SubsidyClawbackDecided" | "SubsidyClawbackReceived">(event: RecordedEvent): ClawbackEntry<T> => ({
  entry: event.streamVersion,
  eventId: event.eventId,
  valueDate: event.valueDate,
  fiscalYear: yearOf(event.period),
  payload: event.payload,
});

/** The subject under which a party's payable or claim stands. */
export const subjectFor = (state: SubsidyState, party: string): SubsidySubject | undefined => state.subjects.get(party) ?? state.subject;

/** An appropriation that stands. */
export interface Appropriation {
  readonly entry: number;
  readonly eventId: string;
  readonly valueDate: IsoDate;
  readonly fiscalYear: number;
  readonly payload: SubsidyPayload<"SubsidyFundsAppropriated">;
}

/** The appropriations of a year (stream `subsidy-fund/{year}`) that were not reversed. */
export const appropriationsFold: Fold<readonly Appropriation[]> = {
  initialState: [],
  evolve: (state, event) => {
    if (event.type === "SubsidyAppropriationReversed") return state.filter(({ entry }) => entry !== event.payload.entry);
    if (event.type !== "SubsidyFundsAppropriated") return state;
    const { streamVersion: entry, eventId, valueDate, period, payload } = event;
    return [...state, { entry, eventId, valueDate, fiscalYear: yearOf(period), payload }];
  },
};

export const emptySubsidy: SubsidyState = {
  subjects: new Map(),
  units: [],
  payments: [],
  failures: [],
  claims: new Map(),
  decisions: [],
  receipts: [],
};

export const subsidyFold: Fold<SubsidyState> = {
  initialState: emptySubsidy,
  evolve: (state, event) => {
    switch (event.type) {
      case "SubsidyAccrued": {
        const payload = event.payload as SubsidyPayload<"SubsidyAccrued">;
        return payload.correction ? corrected(state, payload) : accrued(state, event, payload);
      }
      case "SubsidyAccrualReversed":
        return accrualReversed(state, event.payload);
      case "SubsidyPaid":
        return paid(state, event.payload);
      case "SubsidyPaymentReturned":
        return returned(state, event, event.payload);
      case "SubsidyClawbackDecided":
        return { ...clawedBack(state, event.payload), decisions: [...state.decisions, entryOf(event)] };
      case "SubsidyClawbackReversed": {
        const decisions = state.decisions.filter(({ entry }) => entry !== event.payload.entry);
        return { ...clawedBack(state, event.payload), decisions };
      }
      case "SubsidyClawbackReceived":
        return { ...addClaim(state, event.payload.obligor, -fen(event.payload.amount)), receipts: [...state.receipts, entryOf(event)] };
      case "SubsidyClawbackReceiptReversed": {
        const receipts = state.receipts.filter(({ payload }) => payload.serial !== event.payload.serial);
        return { ...addClaim(state, event.payload.obligor, -fen(event.payload.amount)), receipts };
      }
      case "SubsidyClawbackSetOff": {
        const payload = event.payload as SubsidyPayload<"SubsidyClawbackSetOff">;
        const amount = fen(payload.amount);
        return payload.side === "claim" ? addClaim(state, payload.obligor, -amount) : setOffPayable(state, payload.payee, amount);
      }
      default:
        return state;
    }
  },
};
