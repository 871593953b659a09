/*
 * Repayments (3.9–3.12): received, prepaid, held as suspected duplicates, released, dismissed, reversed. All balances are
 * asked by value date, so a message may be recorded long after it happened.
 */
import { daysBetween, type IsoDate, laterDate, settlementPeriodStart } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { cutPieces, minimumOpenFrom, prepaidInterest } from "@huimin/interest/timeline";
import { type Fen, fen, formatAmount, maxFen, minFen, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { errors } from "../errors.ts";
import { type BankMessage, openInterest } from "../evolve.ts";
import { beforeDisbursementRefusal, closedRefusal, loanEvent, type OpenedLoan, type Refused } from "../shared.ts";

/** What a repayment pays. */
export interface PaymentSplit {
  readonly principal: Fen;
  readonly interest: Fen;
  readonly penalty: Fen;
}

export interface RepaymentMessage {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly serial: string;
  /** The whole amount, split by 3.9: penalty interest, interest, principal. */
  readonly amount?: string;
  readonly principal?: string;
  readonly interest?: string;
  readonly penalty?: string;
  readonly allocation?: "subsidised-tranche";
}

const amounts = ({ principal, interest, penalty }: PaymentSplit) => ({
  principal: formatAmount(principal),
  interest: formatAmount(interest),
  penalty: formatAmount(penalty),
});
const negative = ({ principal, interest, penalty }: PaymentSplit) =>
  amounts({ principal: -principal, interest: -interest, penalty: -penalty });
const totalOf = ({ principal, interest, penalty }: PaymentSplit): Fen => principal + interest + penalty;

/** The split that the bank states, or the order of 3.9 over a whole amount. Principal only is a split, too (R12). */
export function splitOf(loan: OpenedLoan, message: RepaymentMessage): Result<PaymentSplit> {
  const stated = [message.principal, message.interest, message.penalty];
  if ((message.amount === undefined) === stated.every((part) => part === undefined)) return refuse(errors.REPAYMENT_SPLIT_INVALID);
  if (message.amount === undefined) {
    const [principal, interest, penalty] = stated.map((part) => fen(part ?? "0.00")) as [Fen, Fen, Fen];
    return ok({ principal, interest, penalty });
  }
  const open = openInterest(loan);
  const amount = fen(message.amount);
  const penalty = minFen(amount, maxFen(0n, open.penalty + open.compound));
  const interest = minFen(amount - penalty, maxFen(0n, open.normal));
  return ok({ penalty, interest, principal: amount - penalty - interest });
}

/**
 * SAME_REQUEST_AGAIN or SERIAL_CONFLICT when the loan knows the serial. The gateway answers a repeat before it comes here.
 * `wholeOnly`: the bank sent one amount, so only the sum is compared (what is open decides its split).
 */
export function serialRefusal(
  loan: OpenedLoan,
  serial: string,
  kind: BankMessage["kind"],
  valueDate: IsoDate,
  split: PaymentSplit,
  wholeOnly = false,
): Refused | undefined {
  const known = loan.messages.get(serial);
  if (!known) return undefined;
  const toTopUps = sumFen((known.toTopUps ?? []).map((part) => part.principal));
  const before = { principal: known.principal + toTopUps, interest: known.interest, penalty: known.penalty };
  const sameAmounts = wholeOnly
    ? totalOf(before) === totalOf(split)
    : before.principal === split.principal && before.interest === split.interest && before.penalty === split.penalty;
  const same = known.kind === kind && known.valueDate === valueDate && sameAmounts;
  return refuse(same ? errors.SAME_REQUEST_AGAIN : errors.SERIAL_CONFLICT, { serial }, { path: "/serial" });
}

/** ABOVE_OPEN_PRINCIPAL against the smallest balance from the value date on, top-ups of the loan included (R13, R22). */
export function principalRefusal(principal: Fen, open: Fen, valueDate: IsoDate): Refused | undefined {
  if (principal <= open) return undefined;
  return refuse(
    errors.ABOVE_OPEN_PRINCIPAL,
    { principal: formatAmount(principal), open: formatAmount(open), valueDate },
    { path: "/principal" },
  );
}

function interestRefusal(loan: OpenedLoan, split: PaymentSplit): Refused | undefined {
  if (split.penalty <= 0n && split.interest <= 0n) return undefined;
  const open = openInterest(loan);
  for (const [part, paid, left] of [
    ["罚息 penalty", split.penalty, open.penalty + open.compound],
    ["利息 interest", split.interest, open.normal],
  ] as const) {
    if (paid > 0n && paid > left) return refuse(errors.ABOVE_OPEN_INTEREST, { part, amount: formatAmount(paid), open: formatAmount(left) });
  }
  return undefined;
}

/** The message that a new one repeats: same loan, whole amount and value date under another serial (3.11). */
export function suspectedOriginal(loan: OpenedLoan, serial: string, valueDate: IsoDate, split: PaymentSplit): BankMessage | undefined {
  const total = totalOf(split);
  for (const message of loan.messages.values()) {
    if (message.kind !== "repayment" || message.serial === serial || message.valueDate !== valueDate) continue;
    if (message.namedLoan !== undefined || (message.status !== "booked" && message.status !== "held")) continue;
    const whole = message.toTopUps ? totalOf(message) + sumFen(message.toTopUps.map((part) => part.principal)) : totalOf(message);
    if (whole === total) return message;
  }
  return undefined;
}

/** What a repayment needs even to be held: an amount, a drawn loan that is not settled. */
export function repaymentMomentRefusal(loan: OpenedLoan, valueDate: IsoDate, split: PaymentSplit): Refused | undefined {
  const nothing = totalOf(split) === 0n ? refuse(errors.NOTHING_PAID, {}, { path: "/amount" }) : undefined;
  return nothing ?? closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate);
}

/** Checks that hold for a repayment when it is booked, at once or released. `openWithTopUps`: principal that it may pay. */
export const repaymentRefusal = (loan: OpenedLoan, valueDate: IsoDate, split: PaymentSplit, openWithTopUps: Fen): Refused | undefined =>
  repaymentMomentRefusal(loan, valueDate, split) ??
  interestRefusal(loan, split) ??
  principalRefusal(split.principal, openWithTopUps, valueDate);

/** 3.11 疑似重复: held, nothing is posted. */
export const heldEvent = (loan: OpenedLoan, message: RepaymentMessage, split: PaymentSplit, sameAs: string): DomainEvent =>
  loanEvent("RepaymentDuplicateSuspected", message.valueDate, {
    ...loan.subject,
    ...amounts(split),
    serial: message.serial,
    sameAs,
    ...(message.allocation ? { tranche: message.allocation } : {}),
  });

/** A held message by serial, or DUPLICATE_NOT_HELD. */
export function heldMessage(loan: OpenedLoan, serial: string): Result<BankMessage> {
  const held = loan.messages.get(serial);
  return held?.status === "held" ? ok(held) : refuse(errors.DUPLICATE_NOT_HELD, { serial }, { path: "/serial" });
}

export interface ReversalMessage {
  readonly loan: string;
  readonly valueDate: IsoDate;
  /** serial of the message that is reversed */
  readonly serial: string;
  readonly reversalSerial: string;
  /** Negative, if the bank states it. */
  readonly principal?: string;
}

/** The booked repayment or prepayment that a reversal names, after its checks (3.12, C6). */
export function reversible(loan: OpenedLoan, message: ReversalMessage): Result<BankMessage> {
  const { serial, reversalSerial, valueDate } = message;
  const original = loan.messages.get(serial);
  const known =
    original &&
    (original.kind === "repayment" || original.kind === "prepayment") &&
    original.status !== "held" &&
    original.status !== "dismissed";
  if (!known || original.namedLoan !== undefined)
    return refuse(errors.UNKNOWN_SERIAL, { loan: loan.subject.loan, serial }, { path: "/serial" });
  if (original.status === "reversed") return refuse(errors.ALREADY_REVERSED, { serial }, { path: "/serial" });
  if (loan.messages.has(reversalSerial)) return refuse(errors.SERIAL_CONFLICT, { serial: reversalSerial }, { path: "/reversalSerial" });
  if (valueDate !== original.valueDate)
    return refuse(errors.REVERSAL_DIFFERS, { field: "valueDate", sent: valueDate, expected: original.valueDate }, { path: "/valueDate" });
  const whole = original.principal + sumFen((original.toTopUps ?? []).map((part) => part.principal));
  const expected = formatAmount(-whole);
  if (message.principal !== undefined && message.principal !== expected) {
    return refuse(errors.REVERSAL_DIFFERS, { field: "principal", sent: message.principal, expected }, { path: "/principal" });
  }
  return ok(original);
}

/** The exact negative of a message, value-dated like it. */
export const reversedEvent = (loan: OpenedLoan, original: BankMessage, reversalSerial: string): DomainEvent =>
  loanEvent(
    "RepaymentReversed",
    original.valueDate,
    {
      ...loan.subject,
      serial: original.serial,
      reversalSerial,
      ...negative(original),
      ...(original.kind === "prepayment" ? { prepaid: true } : {}),
    },
    original.eventId,
  );

export interface PrepaymentMessage {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly serial: string;
  readonly principal: string;
  readonly interestFrom?: IsoDate;
  readonly interestToExcl?: IsoDate;
  readonly interest?: string;
  readonly distinct?: boolean;
}

/**
 * 3.10 提前还款, 利随本清: the interest of the part, from the start of the settlement period (or the drawing, if later) to
 * the day before, is settled and paid with it. Refuses ABOVE_OPEN_PRINCIPAL, PREPAID_AFTER_DUE, PREPAID_PERIOD_INVALID,
 * PREPAID_PART_NOT_OPEN, INTEREST_DIFFERS, PREPAYMENT_LOOKS_DUPLICATE.
 */
export function prepay(loan: OpenedLoan, message: PrepaymentMessage): Result<DomainEvent> {
  const { valueDate, serial } = message;
  const principal = fen(message.principal);
  const from = message.interestFrom ?? laterDate(loan.disbursedOn, settlementPeriodStart(valueDate));
  const added = { id: serial, kind: "prepayment", valueDate, interestFrom: from, amount: principal } as const;
  const interest = prepaidInterest({ ...loan.timeline, movements: [...loan.timeline.movements, added] }, serial).amount;
  const split = { principal, interest, penalty: 0n };
  const refusal =
    serialRefusal(loan, serial, "prepayment", valueDate, split) ??
    (principal === 0n ? refuse(errors.NOTHING_PAID, {}, { path: "/principal" }) : undefined) ??
    closedRefusal(loan) ??
    beforeDisbursementRefusal(loan, valueDate) ??
    principalRefusal(principal, minimumOpenFrom(loan.timeline, valueDate), valueDate) ??
    prepaidPeriodRefusal(loan, message, from) ??
    prepaidPartRefusal(loan, from, valueDate, principal) ??
    prepaidInterestRefusal(message, interest) ??
    prepaidTwiceRefusal(loan, message, principal);
  if (refusal) return refusal;
  const period = { interestFrom: from, interestToExcl: valueDate, days: daysBetween(from, valueDate) };
  return ok(
    loanEvent("LoanPrepaid", valueDate, {
      ...loan.subject,
      principal: formatAmount(principal),
      ...period,
      interest: formatAmount(interest),
      serial,
    }),
  );
}

function prepaidPeriodRefusal(loan: OpenedLoan, { valueDate, interestToExcl }: PrepaymentMessage, from: IsoDate): Refused | undefined {
  const { due } = loan.timeline;
  if (valueDate > due) return refuse(errors.PREPAID_AFTER_DUE, { valueDate, due }, { path: "/valueDate" });
  const expectedFrom = laterDate(loan.disbursedOn, settlementPeriodStart(valueDate));
  const toExcl = interestToExcl ?? valueDate;
  const settledThen = loan.settlements.some(
    (one) => one.kind === "normal" && one.from < valueDate && from < one.toExcl && one.toExcl <= valueDate,
  );
  if (toExcl === valueDate && from >= loan.disbursedOn && from <= valueDate && !settledThen) return undefined;
  return refuse(errors.PREPAID_PERIOD_INVALID, { from, toExcl, expectedFrom, valueDate }, { path: "/interestFrom" });
}

function prepaidPartRefusal(loan: OpenedLoan, from: IsoDate, valueDate: IsoDate, principal: Fen): Refused | undefined {
  const short = cutPieces(loan.timeline, from, valueDate).some(
    (piece) => piece.open - sumFen(piece.prepaid.map((part) => part.principal)) < principal,
  );
  return short
    ? refuse(errors.PREPAID_PART_NOT_OPEN, { from, toExcl: valueDate, principal: formatAmount(principal) }, { path: "/principal" })
    : undefined;
}

function prepaidInterestRefusal(message: PrepaymentMessage, interest: Fen): Refused | undefined {
  if (message.interest === undefined || fen(message.interest) === interest) return undefined;
  return refuse(errors.INTEREST_DIFFERS, { sent: message.interest, recomputed: formatAmount(interest) }, { path: "/interest" });
}

function prepaidTwiceRefusal(loan: OpenedLoan, message: PrepaymentMessage, principal: Fen): Refused | undefined {
  if (message.distinct) return undefined;
  const twin = [...loan.messages.values()].find(
    (one) => one.kind === "prepayment" && one.status === "booked" && one.valueDate === message.valueDate && one.principal === principal,
  );
  return twin ? refuse(errors.PREPAYMENT_LOOKS_DUPLICATE, { sameAs: twin.serial }, { path: "/serial" }) : undefined;
}

export { amounts as splitAmounts };
