/* 1.12: the enterprise repays the batch as a whole 企业统一还本. */
import type { CommandDefinition } from "@huimin/decider";
import { fen, formatAmount } from "@huimin/money";
import { invariant, ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import type { Allocated } from "./allocation.ts";
import { errors } from "./errors.ts";
import { batchStream, type UnifiedRepayment } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, IdText, SerialText } from "./fields.ts";
import { replan, totalsOf } from "./replan.ts";
import { batchEvent, gatherSigned, partiesOf, type Refused, type SignedBatch } from "./shared.ts";

export const RecordUnifiedRepaymentBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    serial: SerialText,
    amount: AmountText,
    allocation: Type.Optional(Type.Union([Type.Literal("pro-rata"), Type.Literal("as-ordered")], { description: "default pro-rata" })),
    order: Type.Optional(Type.Array(IdText, { maxItems: 1_000, description: "with as-ordered: the loans that come first" })),
    currency: Currency,
  },
  closed,
);
type RepaymentBody = Static<typeof RecordUnifiedRepaymentBody>;

const sameMessage = (known: UnifiedRepayment, { valueDate, amount, allocation = "pro-rata", order = [] }: RepaymentBody): boolean =>
  known.valueDate === valueDate &&
  known.amount === fen(amount) &&
  known.allocation === allocation &&
  (known.order ?? []).join() === order.join();

/** BATCH_SERIAL_REPEATED, BATCH_SERIAL_CONFLICT, BATCH_NOTHING_PAID, BATCH_LOAN_UNKNOWN in the order. */
function messageRefusal({ batch, loans }: SignedBatch, command: RepaymentBody): Refused | undefined {
  const { serial, amount, order = [] } = command;
  const known = batch.repayments.get(serial);
  if (known || batch.reversals.has(serial)) {
    const same = known !== undefined && sameMessage(known, command);
    return refuse(same ? errors.BATCH_SERIAL_REPEATED : errors.BATCH_SERIAL_CONFLICT, { serial }, { path: "/serial" });
  }
  if (fen(amount) === 0n) return refuse(errors.BATCH_NOTHING_PAID, {}, { path: "/amount" });
  const unknown = order.find((loan) => !loans.some((one) => one.loan === loan));
  return unknown ? refuse(errors.BATCH_LOAN_UNKNOWN, { batch: batch.batch, loan: unknown }, { path: "/order" }) : undefined;
}

/**
 * 1.12 企业统一还本 (bank message): open interest and penalty of the batch first, then principal pro rata by what is open or
 * the loans of `order` first. What is above everything open is not booked; the bank gives it back (R22). Answer:
 * interestAndPenalty, principal, excess, and the principal of each loan.
 */
export const RecordUnifiedRepayment: CommandDefinition<RepaymentBody> = {
  name: "RecordUnifiedRepayment",
  schema: RecordUnifiedRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const refusal = messageRefusal(signed.value, command);
    if (refusal) return refusal;
    const { serial, valueDate, amount, allocation = "pro-rata", order } = command;
    const { batch } = signed.value;
    const received = { serial, valueDate, amount: fen(amount), allocation, order };
    const { writes, allocated } = replan(signed.value, [], { received });
    const own = allocated.get(serial);
    invariant(own, `repayment ${serial} has no allocation`);
    const { interestAndPenalty, principal, excess, perLoan } = totalsOf(own);
    const header = batchEvent("UnifiedRepaymentReceived", valueDate, {
      ...partiesOf(batch),
      amount,
      serial,
      allocation,
      ...(order ? { order } : {}),
      interestAndPenalty,
      principal,
      excess,
      perLoan,
    });
    return ok({
      writes: withHeader(writes, batch.batch, header),
      answer: { batch: batch.batch, serial, interestAndPenalty, principal, excess, perLoan: principalByLoan(own) },
    });
  },
};

const principalByLoan = ({ parts }: Allocated): Record<string, string> =>
  Object.fromEntries([...parts].map(([loan, split]) => [loan, formatAmount(split.principal)]));

type Writes = ReturnType<typeof replan>["writes"];

/** The header first, then what the replanning wrote to the batch. */
function withHeader(writes: Writes, batch: string, header: ReturnType<typeof batchEvent>): Writes {
  const stream = batchStream(batch);
  const own = writes.find((write) => write.stream === stream)?.events ?? [];
  return [{ stream, events: [header, ...own] }, ...writes.filter((write) => write.stream !== stream)];
}

export const ReverseUnifiedRepaymentBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    serial: SerialText,
    reversalSerial: SerialText,
    amount: Type.Optional(AmountText),
    currency: Currency,
  },
  closed,
);

/**
 * C6 of 1.12 (bank message): the whole message goes back, value-dated like the original, once. Refuses
 * BATCH_SERIAL_UNKNOWN, BATCH_SERIAL_CONFLICT, BATCH_REVERSAL_DIFFERS.
 */
export const ReverseUnifiedRepayment: CommandDefinition<Static<typeof ReverseUnifiedRepaymentBody>> = {
  name: "ReverseUnifiedRepayment",
  schema: ReverseUnifiedRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { serial, reversalSerial, valueDate } = command;
    const { batch } = signed.value;
    const original = batch.repayments.get(serial);
    if (!original || original.reversed) return refuse(errors.BATCH_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    if (batch.repayments.has(reversalSerial) || batch.reversals.has(reversalSerial))
      return refuse(errors.BATCH_SERIAL_CONFLICT, { serial: reversalSerial }, { path: "/reversalSerial" });
    const amount = formatAmount(original.amount);
    const other = (
      [
        ["valueDate", valueDate, original.valueDate],
        ["amount", command.amount ?? amount, amount],
      ] as const
    ).find(([, sent, expected]) => sent !== expected);
    if (other) return refuse(errors.BATCH_REVERSAL_DIFFERS, { field: other[0], sent: other[1], expected: other[2] });
    const { writes } = replan(signed.value, [], { reversed: { serial, reversalSerial } });
    const header = batchEvent(
      "UnifiedRepaymentReversed",
      valueDate,
      { ...partiesOf(batch), serial, reversalSerial, amount },
      original.eventId,
    );
    return ok({ writes: withHeader(writes, batch.batch, header), answer: { batch: batch.batch, serial, reversalSerial, amount } });
  },
};
