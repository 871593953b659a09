/* 1.8: interest of a batch, borne and paid by the enterprise (结息, 企业垫付利息). */
import { addDays, daysBetween, laterDate } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent } from "@huimin/decider";
import { loanStream, openInterest, rightInterest, settledBefore, subjectOn } from "@huimin/loan/events";
import { Exact, type Fen, fen, formatAmount, maxFen, splitLargestRemainder, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { AmountText, Bearer, Currency, closed, DateField, IdText, SerialText } from "./fields.ts";
import { replanned } from "./replan.ts";
import { type DrawnLoan, drawnLoan, drawnLoans, gatherSigned, type Refused, type SignedBatch } from "./shared.ts";

const bearerRefusal = (batch: string, stated: "household" | "enterprise" | undefined, field: string): Refused | undefined =>
  stated === "household" ? refuse(errors.BATCH_BEARER_NOT_ENTERPRISE, { batch }, { path: `/${field}` }) : undefined;

/** The loans that a message is about: one, or all of the batch. */
function chosen(signed: SignedBatch, loan: string | undefined): Result<{ readonly loan: string; readonly state: DrawnLoan }[]> {
  if (loan === undefined) return ok(drawnLoans(signed.loans));
  const one = drawnLoan(signed, loan);
  return one.ok ? ok([one.value]) : one;
}

/** BATCH_SERIAL_REPEATED or BATCH_SERIAL_CONFLICT when a loan of the batch knows the serial. */
function serialRefusal(signed: SignedBatch, serial: string | undefined, kind: string, valueDate: string): Refused | undefined {
  const known = serial && signed.loans.map(({ state }) => state.messages.get(serial)).find((message) => message !== undefined);
  if (!known) return undefined;
  const same = known.kind === kind && known.valueDate === valueDate;
  return refuse(same ? errors.BATCH_SERIAL_REPEATED : errors.BATCH_SERIAL_CONFLICT, { serial: known.serial }, { path: "/serial" });
}

const Kind = Type.Union([Type.Literal("normal"), Type.Literal("penalty"), Type.Literal("compound")], { description: "default normal" });
type InterestKind = Static<typeof Kind>;

export const SettleBatchInterestBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    from: DateField,
    toExcl: Type.String({ format: "date", description: "first day that no longer counts" }),
    kind: Type.Optional(Kind),
    bearer: Type.Optional(Bearer),
    loan: Type.Optional(Type.String({ description: "one loan; without it every loan that bears interest in the period" })),
    total: Type.Optional(AmountText),
    serial: Type.Optional(SerialText),
    currency: Currency,
  },
  closed,
);
type SettleBody = Static<typeof SettleBatchInterestBody>;

interface Settlement {
  readonly loan: string;
  readonly state: DrawnLoan;
  readonly from: string;
  readonly amount: Fen;
}

/** The rounded interest of every loan that bears some, from its drawing on when that is later. */
function settlements(signed: SignedBatch, command: SettleBody, kind: InterestKind): Result<Settlement[]> {
  const { from, toExcl } = command;
  const loans = chosen(signed, command.loan);
  if (!loans.ok) return loans;
  const found: Settlement[] = [];
  for (const { loan, state } of loans.value) {
    const amount = rightInterest(state, from, toExcl, kind).amount;
    if (amount === 0n) continue;
    const first = state.timeline.movements[0]?.valueDate ?? from;
    const before = settledBefore(state, { from, toExcl }, kind);
    if (before) return refuse(errors.BATCH_INTEREST_OVERLAP, { loan, from: before.from, toExcl: before.toExcl }, { path: "/from" });
    found.push({ loan, state, from: laterDate(from, first), amount });
  }
  return ok(found);
}

/** Repayments of the same day that were told before this settlement: within a day, what is recorded first comes first. */
const toldBefore = ({ batch }: SignedBatch, valueDate: string): string[] =>
  [...batch.repayments].filter(([, one]) => !one.reversed && one.valueDate === valueDate).map(([serial]) => serial);

function settledEvent(command: SettleBody, kind: InterestKind, { state, from, amount }: Settlement, after: readonly string[]): DomainEvent {
  const { valueDate, toExcl, serial } = command;
  return {
    type: "InterestSettled",
    valueDate,
    payload: {
      ...subjectOn(state, valueDate),
      from,
      toExcl,
      days: daysBetween(from, toExcl),
      kind,
      amount: formatAmount(amount),
      bearer: "enterprise",
      ...(serial ? { serial } : {}),
      ...(after.length > 0 ? { after } : {}),
    },
  };
}

function periodRefusal({ from, toExcl, valueDate }: SettleBody): Refused | undefined {
  if (from >= toExcl) return refuse(errors.BATCH_DATES_REVERSED, { from, to: toExcl }, { path: "/toExcl" });
  // Booked on the settlement day (the 20th) or after it: the period includes that day, [.., 21st).
  return valueDate < addDays(toExcl, -1)
    ? refuse(errors.BATCH_SETTLED_TOO_EARLY, { valueDate, toExcl }, { path: "/valueDate" })
    : undefined;
}

/**
 * 1.8 结息 (bank message): the ledger of record is the loan, so each is rounded by itself and the total is their sum
 * (T10). Refuses BATCH_BEARER_NOT_ENTERPRISE, BATCH_SETTLED_TOO_EARLY, BATCH_INTEREST_OVERLAP, BATCH_NO_INTEREST,
 * BATCH_INTEREST_DIFFERS. Answer: days, total, perLoan.
 */
export const SettleBatchInterest: CommandDefinition<SettleBody> = {
  name: "SettleBatchInterest",
  schema: SettleBatchInterestBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch, from, toExcl, kind = "normal", bearer, serial, total, valueDate } = command;
    const refusal =
      bearerRefusal(batch, bearer, "bearer") ?? periodRefusal(command) ?? serialRefusal(signed.value, serial, "settlement", valueDate);
    if (refusal) return refusal;
    const found = settlements(signed.value, command, kind);
    if (!found.ok) return found;
    if (found.value.length === 0) return refuse(errors.BATCH_NO_INTEREST, { batch, from, toExcl });
    const sum = formatAmount(sumFen(found.value.map((one) => one.amount)));
    if (total !== undefined && total !== sum)
      return refuse(errors.BATCH_INTEREST_DIFFERS, { sent: total, recomputed: sum }, { path: "/total" });
    const after = toldBefore(signed.value, valueDate);
    const writes = found.value.map((one) => ({ stream: loanStream(one.loan), events: [settledEvent(command, kind, one, after)] }));
    return ok({
      writes: replanned(signed.value, writes),
      answer: {
        batch,
        kind,
        from,
        toExcl,
        days: daysBetween(from, toExcl),
        total: sum,
        perLoan: Object.fromEntries(found.value.map(({ loan, amount }) => [loan, formatAmount(amount)])),
      },
    });
  },
};

export const RecordBatchInterestPaymentBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    amount: AmountText,
    payer: Type.Optional(Bearer),
    loan: Type.Optional(Type.String({ description: "one loan; without it pro rata by open interest" })),
    serial: Type.Optional(SerialText),
    currency: Currency,
  },
  closed,
);

/**
 * 1.8 企业垫付利息 (bank message): pro rata by open interest, largest remainder. Refuses BATCH_BEARER_NOT_ENTERPRISE,
 * BATCH_ABOVE_OPEN_INTEREST. Answer: the interest that stays open.
 */
export const RecordBatchInterestPayment: CommandDefinition<Static<typeof RecordBatchInterestPaymentBody>> = {
  name: "RecordBatchInterestPayment",
  schema: RecordBatchInterestPaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch, payer, serial, valueDate, loan } = command;
    const refusal = bearerRefusal(batch, payer, "payer") ?? serialRefusal(signed.value, serial, "interest-payment", valueDate);
    if (refusal) return refusal;
    const loans = chosen(signed.value, loan);
    if (!loans.ok) return loans;
    const open = loans.value.map(({ state }) => maxFen(0n, openInterest(state).total));
    const whole = sumFen(open);
    const amount = fen(command.amount);
    if (amount === 0n) return refuse(errors.BATCH_NOTHING_PAID, {}, { path: "/amount" });
    if (amount > whole)
      return refuse(errors.BATCH_ABOVE_OPEN_INTEREST, { amount: command.amount, open: formatAmount(whole) }, { path: "/amount" });
    const parts = splitLargestRemainder(
      amount,
      open.map((one) => new Exact(one.toString())),
    );
    const writes = loans.value.flatMap(({ loan: number, state }, index) => {
      const part = parts[index] as Fen;
      if (part === 0n) return [];
      const payload = { ...subjectOn(state, valueDate), amount: formatAmount(part), payer: "enterprise", ...(serial ? { serial } : {}) };
      return [{ stream: loanStream(number), events: [{ type: "InterestPaid", valueDate, payload }] }];
    });
    const answer = { batch, amount: command.amount, openInterest: formatAmount(whole - amount) };
    return ok({ writes: replanned(signed.value, writes), answer });
  },
};

export const CorrectBatchInterestBody = Type.Object(
  {
    batch: IdText,
    loan: IdText,
    valueDate: DateField,
    from: DateField,
    toExcl: DateField,
    kind: Type.Optional(Kind),
    amount: Type.Optional(AmountText),
    currency: Currency,
  },
  closed,
);

/**
 * 利息更正 C3/C6 of one loan of a batch (bank message, or the job that recomputes): the right amount of a settled period and
 * the difference. Unified repayments of the batch are allocated again. Refuses BATCH_NOT_SETTLED, BATCH_INTEREST_RIGHT,
 * BATCH_INTEREST_DIFFERS.
 */
export const CorrectBatchInterest: CommandDefinition<Static<typeof CorrectBatchInterestBody>> = {
  name: "CorrectBatchInterest",
  schema: CorrectBatchInterestBody,
  roles: ["BANK", "SYS"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { loan, from, toExcl, kind = "normal", valueDate } = command;
    const found = drawnLoan(signed.value, loan);
    if (!found.ok) return found;
    const { state } = found.value;
    const periods = kind === "compound" ? (state.compounds ?? []) : state.settlements.filter((one) => one.kind === kind);
    const settled = periods.find((one) => one.from === from && one.toExcl === toExcl);
    if (!settled) return refuse(errors.BATCH_NOT_SETTLED, { loan, from, toExcl }, { path: "/from" });
    const right = rightInterest(state, from, toExcl, kind).amount;
    const amount = formatAmount(right);
    if (command.amount !== undefined && command.amount !== amount)
      return refuse(errors.BATCH_INTEREST_DIFFERS, { sent: command.amount, recomputed: amount }, { path: "/amount" });
    if (settled.amount === right) return refuse(errors.BATCH_INTEREST_RIGHT, { loan, from, toExcl, amount });
    const difference = formatAmount(right - settled.amount);
    const payload = { ...subjectOn(state, valueDate), from, toExcl, kind, amount, difference, bearer: settled.bearer };
    const write = { stream: loanStream(loan), events: [{ type: "InterestCorrected", valueDate, payload }] };
    return ok({ writes: replanned(signed.value, [write]), answer: { loan, kind, from, toExcl, amount, difference } });
  },
};

export const ReverseBatchInterestPaymentBody = Type.Object(
  { batch: IdText, valueDate: DateField, serial: SerialText, reversalSerial: Type.Optional(SerialText) },
  closed,
);

/** C6 of 1.8 付息 (bank message): the payment goes back on every loan that it paid. Refuses BATCH_SERIAL_UNKNOWN, BATCH_REVERSAL_DIFFERS. */
export const ReverseBatchInterestPayment: CommandDefinition<Static<typeof ReverseBatchInterestPaymentBody>> = {
  name: "ReverseBatchInterestPayment",
  schema: ReverseBatchInterestPaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch, serial, valueDate } = command;
    const paid = drawnLoans(signed.value.loans).flatMap(({ loan, state }) => {
      const message = state.messages.get(serial);
      return message?.kind === "interest-payment" && message.status === "booked" ? [{ loan, state, message }] : [];
    });
    const [first] = paid;
    if (!first) return refuse(errors.BATCH_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    if (first.message.valueDate !== valueDate)
      return refuse(errors.BATCH_REVERSAL_DIFFERS, { field: "valueDate", sent: valueDate, expected: first.message.valueDate });
    const writes = paid.map(({ loan, state, message }) => {
      const payload = { ...subjectOn(state, valueDate), serial, amount: formatAmount(-message.interest), payer: "enterprise" };
      return { stream: loanStream(loan), events: [{ type: "InterestPaymentReversed", valueDate, payload, corrects: message.eventId }] };
    });
    const amount = formatAmount(-sumFen(paid.map(({ message }) => message.interest)));
    return ok({ writes: replanned(signed.value, writes), answer: { batch, serial, amount } });
  },
};
