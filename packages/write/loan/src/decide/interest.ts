/* Interest: settled, corrected, paid, a payment taken back (chain S1–S2). */
import { addDays, daysBetween, type IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { cutPieces, type DayPeriod } from "@huimin/interest/timeline";
import { fen, formatAmount } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { errors } from "../errors.ts";
import { openInterest, rightInterest, type SettlementKind, settledBefore } from "../evolve.ts";
import { bearerOf, loanEvent, type OpenedLoan, type Refused } from "../shared.ts";
import { serialRefusal } from "./repayment.ts";

export interface SettlementMessage {
  readonly valueDate: IsoDate;
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly kind?: SettlementKind;
  readonly bearer?: "household" | "enterprise";
  readonly amount?: string;
  readonly serial?: string;
  readonly flagged?: boolean;
}

function periodRefusal(loan: OpenedLoan, { from, toExcl, valueDate }: SettlementMessage): Refused | undefined {
  if (from >= toExcl) return refuse(errors.LOAN_DATES_REVERSED, { from, to: toExcl }, { path: "/toExcl" });
  // Booked on the settlement day (the 20th) or after it: the period includes that day, [.., 21st).
  if (valueDate < addDays(toExcl, -1)) return refuse(errors.SETTLED_TOO_EARLY, { valueDate, toExcl }, { path: "/valueDate" });
  if (from < loan.disbursedOn) {
    return refuse(
      errors.BEFORE_DISBURSEMENT,
      { loan: loan.subject.loan, valueDate: from, disbursedOn: loan.disbursedOn },
      { path: "/from" },
    );
  }
  return undefined;
}

function overlapRefusal(loan: OpenedLoan, message: SettlementMessage, kind: SettlementKind): Refused | undefined {
  const other = settledBefore(loan, message, kind);
  return other ? refuse(errors.INTEREST_PERIOD_OVERLAP, { from: other.from, toExcl: other.toExcl }, { path: "/from" }) : undefined;
}

/**
 * S1 结息. Without `amount` ours is booked; with one that differs it is refused (INTEREST_DIFFERS) unless flagged: then the
 * bank's is booked and ours stands beside it. Gaps are accepted, messages may come out of order. Penalty interest needs
 * overdue or misused days (NO_PENALTY_DUE), compound interest unpaid interest (NO_COMPOUND_DUE).
 */
export function settleInterest(loan: OpenedLoan, message: SettlementMessage): Result<DomainEvent> {
  const { from, toExcl, valueDate, serial, kind = "normal" } = message;
  const bearer = bearerOf(loan, message.bearer);
  if (!bearer.ok) return bearer;
  const early = periodRefusal(loan, message);
  if (early) return early;
  const computed = rightInterest(loan, from, toExcl, kind);
  const right = computed.amount;
  const amount = message.amount === undefined ? right : fen(message.amount);
  const known = serial ? serialRefusal(loan, serial, "settlement", valueDate, { principal: 0n, interest: amount, penalty: 0n }) : undefined;
  const refusal = known ?? overlapRefusal(loan, message, kind);
  if (refusal) return refusal;
  if (kind === "penalty" && !cutPieces(loan.timeline, from, toExcl).some((piece) => piece.overdue > 0n || piece.misused)) {
    return refuse(errors.NO_PENALTY_DUE, { from, toExcl }, { path: "/kind" });
  }
  if (kind === "compound" && computed.segments.length === 0) return refuse(errors.NO_COMPOUND_DUE, { from, toExcl }, { path: "/kind" });
  const differs = amount !== right;
  if (differs && !message.flagged)
    return refuse(errors.INTEREST_DIFFERS, { sent: formatAmount(amount), recomputed: formatAmount(right) }, { path: "/amount" });
  return ok(
    loanEvent("InterestSettled", valueDate, {
      ...loan.subject,
      from,
      toExcl,
      days: daysBetween(from, toExcl),
      kind,
      amount: formatAmount(amount),
      bearer: bearer.value,
      ...(serial ? { serial } : {}),
      ...(differs ? { recomputed: formatAmount(right) } : {}),
    }),
  );
}

export interface CorrectionMessage extends DayPeriod {
  readonly valueDate: IsoDate;
  readonly kind?: SettlementKind;
  readonly amount?: string;
}

/**
 * InterestCorrected (C3/C6): the right amount of a settled period by everything known now, and the difference to what is
 * booked. Refuses INTEREST_NOT_SETTLED, NO_INTEREST_DIFFERENCE, INTEREST_DIFFERS.
 */
export function correctInterest(loan: OpenedLoan, message: CorrectionMessage): Result<DomainEvent> {
  const { from, toExcl, valueDate, kind = "normal" } = message;
  const periods = kind === "compound" ? (loan.compounds ?? []) : loan.settlements.filter((one) => one.kind === kind);
  const settled = periods.find((one) => one.from === from && one.toExcl === toExcl);
  if (!settled) return refuse(errors.INTEREST_NOT_SETTLED, { from, toExcl }, { path: "/from" });
  const right = rightInterest(loan, from, toExcl, kind).amount;
  const amount = formatAmount(right);
  if (message.amount !== undefined && message.amount !== amount) {
    return refuse(errors.INTEREST_DIFFERS, { sent: message.amount, recomputed: amount }, { path: "/amount" });
  }
  if (settled.amount === right) return refuse(errors.NO_INTEREST_DIFFERENCE, { from, toExcl, amount });
  const difference = formatAmount(right - settled.amount);
  return ok(loanEvent("InterestCorrected", valueDate, { ...loan.subject, from, toExcl, kind, amount, difference, bearer: settled.bearer }));
}

export interface PaymentMessage {
  readonly valueDate: IsoDate;
  readonly amount: string;
  readonly payer?: "household" | "enterprise";
  readonly serial?: string;
}

/** S2 付息, at most what is settled and unpaid (ABOVE_OPEN_INTEREST). */
export function payInterest(loan: OpenedLoan, message: PaymentMessage): Result<DomainEvent> {
  const { valueDate, serial } = message;
  const payer = bearerOf(loan, message.payer);
  if (!payer.ok) return payer;
  const amount = fen(message.amount);
  const known = serial
    ? serialRefusal(loan, serial, "interest-payment", valueDate, { principal: 0n, interest: amount, penalty: 0n })
    : undefined;
  if (known) return known;
  if (amount === 0n) return refuse(errors.NOTHING_PAID, {}, { path: "/amount" });
  const { total } = openInterest(loan);
  if (amount > total) {
    return refuse(
      errors.ABOVE_OPEN_INTEREST,
      { part: "利息 interest", amount: message.amount, open: formatAmount(total) },
      { path: "/amount" },
    );
  }
  return ok(
    loanEvent("InterestPaid", valueDate, { ...loan.subject, amount: message.amount, payer: payer.value, ...(serial ? { serial } : {}) }),
  );
}

/** C6 of a payment of interest: negative copy by serial, value-dated like the original, once. */
export function reverseInterestPayment(
  loan: OpenedLoan,
  message: { readonly serial: string; readonly valueDate: IsoDate },
): Result<DomainEvent> {
  const { serial, valueDate } = message;
  const original = loan.messages.get(serial);
  if (original?.kind !== "interest-payment") return refuse(errors.UNKNOWN_SERIAL, { loan: loan.subject.loan, serial }, { path: "/serial" });
  if (original.status === "reversed") return refuse(errors.ALREADY_REVERSED, { serial }, { path: "/serial" });
  if (original.valueDate !== valueDate) {
    return refuse(errors.REVERSAL_DIFFERS, { field: "valueDate", sent: valueDate, expected: original.valueDate }, { path: "/valueDate" });
  }
  const payload = { ...loan.subject, serial, amount: formatAmount(-original.interest), payer: original.payer ?? "household" };
  return ok(loanEvent("InterestPaymentReversed", valueDate, payload, original.eventId));
}
