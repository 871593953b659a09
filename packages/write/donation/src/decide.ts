import type { IsoDate } from "@huimin/calendar";
import { type DomainEvent, given } from "@huimin/decider";
import { type Fen, fen, formatAmount, minFen, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import {
  availableOn,
  balanceOf,
  type DonationState,
  FREE,
  incomeOf,
  nextEntry,
  purposesOf,
  standing,
  stockOn,
  wasChangedAway,
} from "./evolve.ts";
import type { DonationEventType, DonationPayload } from "./schema.ts";

export type DonationEvent<T extends DonationEventType = DonationEventType> = DomainEvent<T, DonationPayload<T>>;

export const event = <T extends DonationEventType>(type: T, valueDate: IsoDate, payload: DonationPayload<T>): DonationEvent<T> => ({
  type,
  valueDate,
  payload,
});

/** A donation that received something, with its number. Refuses DONATION_UNKNOWN. */
export function known(state: DonationState, donation: string): Result<{ donation: string; entry: number }, Refusal> {
  return state.entries.length === 0
    ? refuse(errors.DONATION_UNKNOWN, { donation }, { path: "/donation" })
    : ok({ donation, entry: nextEntry(state) });
}

/** A receipt of the donor who gave before under this number. Refuses DONOR_DIFFERS, DONATION_SERIAL_KNOWN. */
export function receivable(state: DonationState, donation: string, donor: string, serial?: string): Result<true, Refusal> {
  if (state.donor !== undefined && state.donor !== donor)
    return refuse(errors.DONOR_DIFFERS, { donation, donor: state.donor }, { path: "/donor" });
  const same = serial === undefined ? undefined : standing(state).find((one) => one.type === "DonationReceived" && one.serial === serial);
  return same
    ? refuse(errors.DONATION_SERIAL_KNOWN, { donation, serial: serial as string, entry: same.entry }, { path: "/serial" })
    : ok(true);
}

/**
 * Money may leave a purpose on a day: it is the donation's own (PURPOSE_MISMATCH, PURPOSE_CHANGED_AWAY), and nothing is
 * overdrawn by it on that day or later (ABOVE_BALANCE).
 */
export function mayLeave(state: DonationState, purpose: string, amount: Fen, on: IsoDate, path = "/purpose"): Result<true, Refusal> {
  const donation = state.donation ?? "–";
  if (!purposesOf(state).includes(purpose)) return refuse(errors.PURPOSE_MISMATCH, { donation, purpose }, { path });
  if (balanceOf(state, purpose) === 0n && wasChangedAway(state, purpose))
    return refuse(errors.PURPOSE_CHANGED_AWAY, { donation, purpose }, { path });
  const available = availableOn(state, purpose, on);
  return amount > available ? aboveBalance(donation, available, amount, on) : ok(true);
}

const aboveBalance = (donation: string, available: Fen, amount: Fen, date: IsoDate): Result<never, Refusal> =>
  refuse(
    errors.ABOVE_BALANCE,
    { donation, date, available: formatAmount(available < 0n ? 0n : available), amount: formatAmount(amount) },
    { path: "/amount" },
  );

/** Goods may leave the stock on a day. Refuses ABOVE_STOCK. */
export function mayLeaveStock(state: DonationState, value: Fen, on: IsoDate): Result<true, Refusal> {
  const available = stockOn(state, on);
  if (value <= available) return ok(true);
  const details = { donation: state.donation ?? "–", date: on, available: formatAmount(available < 0n ? 0n : available) };
  return refuse(errors.ABOVE_STOCK, { ...details, amount: formatAmount(value) }, { path: "/value" });
}

/**
 * 5.9: the parts of a refund, from the first purpose on, never more than a purpose has. Refuses ABOVE_BALANCE above what is
 * left of the donation. What was free takes back this year's income first; the rest was income of closed years.
 */
export function refund(
  state: DonationState,
  amount: Fen,
  on: IsoDate,
  fiscalYear: number,
): Result<Pick<DonationPayload<"DonationRefunded">, "parts" | "sameYear" | "priorYears">, Refusal> {
  const left = purposesOf(state).map((purpose) => ({ purpose, available: availableOn(state, purpose, on) }));
  const parts: { purpose: string; amount: Fen }[] = [];
  let open = amount;
  for (const { purpose, available } of left) {
    const part = minFen(open, available);
    if (part <= 0n) continue;
    parts.push({ purpose, amount: part });
    open -= part;
  }
  if (open > 0n) return aboveBalance(state.donation ?? "–", amount - open, amount, on);
  const free = sumFen(parts.filter(({ purpose }) => purpose === FREE).map((part) => part.amount));
  const income = incomeOf(state, fiscalYear);
  const sameYear = minFen(free, income > 0n ? income : 0n);
  return ok({
    parts: parts.map((part) => ({ purpose: part.purpose, amount: formatAmount(part.amount) })),
    ...(free === 0n ? {} : { sameYear: formatAmount(sameYear), priorYears: formatAmount(free - sameYear) }),
  });
}

/** Entries that moved cash on 1002.04: a bank may reverse them (C6). */
const CASH: readonly DonationEventType[] = ["DonationReceived", "DonationSpent", "DonationRefunded", "CooperativeStakeDonated"];

export interface ReversalRequest {
  readonly entry: number;
  readonly byBank: boolean;
  /** `bank:K1`, where a bank asks. */
  readonly sender?: string;
  readonly fiscalYear: number;
  readonly reason?: string;
  readonly serial?: string;
}

/**
 * C1 or C6 of an entry: the exact negative, at its value date. Refuses ENTRY_UNKNOWN, ENTRY_ALREADY_REVERSED, ENTRY_OF_HONOUR;
 * by an office what came from a bank (ENTRY_OF_BANK), by a bank what moved no cash (ENTRY_NOT_CASH) or came from another
 * (ENTRY_OF_OTHER_BANK); and what was received
 * and is used already (ABOVE_BALANCE, ABOVE_STOCK).
 */
export function reverse(state: DonationState, request: ReversalRequest): Result<DonationEvent<"DonationEntryReversed">, Refusal> {
  const donation = state.donation ?? "–";
  const details = { donation, entry: request.entry };
  const at = { path: "/entry" };
  const entry = state.entries.find((one) => one.entry === request.entry);
  if (!entry) return refuse(errors.ENTRY_UNKNOWN, details, at);
  // Before anything that would tell of another bank's entry.
  if (request.byBank && entry.sender !== undefined && entry.sender !== request.sender)
    return refuse(errors.ENTRY_OF_OTHER_BANK, details, at);
  if (entry.reversed) return refuse(errors.ENTRY_ALREADY_REVERSED, details, at);
  if (entry.type === "DonationAwardPaid" || entry.type === "DonationAwardReturned") return refuse(errors.ENTRY_OF_HONOUR, details, at);
  if (request.byBank && !CASH.includes(entry.type)) return refuse(errors.ENTRY_NOT_CASH, details, at);
  if (!request.byBank && entry.byBank) return refuse(errors.ENTRY_OF_BANK, details, at);
  for (const { purpose, change } of entry.money) {
    const available = availableOn(state, purpose, entry.valueDate);
    if (change > available && change > 0n) return aboveBalance(donation, available, change, entry.valueDate);
  }
  const stock = entry.goods > 0n ? mayLeaveStock(state, entry.goods, entry.valueDate) : ok(true);
  if (!stock.ok) return stock;
  const payload = {
    donation,
    reverses: entry.entry,
    of: entry.type,
    original: entry.payload,
    priorYear: entry.fiscalYear !== request.fiscalYear,
    ...given({ reason: request.reason, serial: request.serial }),
  };
  return ok({ ...event("DonationEntryReversed", entry.valueDate, payload), corrects: entry.eventId });
}

/** Lines of a distribution: each household once, together the value. Refuses HOUSEHOLD_LISTED_TWICE, DISTRIBUTION_SUM_DIFFERS. */
export function checkLines(lines: readonly { readonly household: string; readonly value: string }[], value: Fen): Result<true, Refusal> {
  const seen = new Set<string>();
  for (const [index, { household }] of lines.entries()) {
    if (seen.has(household)) return refuse(errors.HOUSEHOLD_LISTED_TWICE, { household }, { path: `/lines/${index}/household` });
    seen.add(household);
  }
  const sum = sumFen(lines.map((line) => fen(line.value)));
  return sum === value
    ? ok(true)
    : refuse(errors.DISTRIBUTION_SUM_DIFFERS, { sum: formatAmount(sum), value: formatAmount(value) }, { path: "/value" });
}
