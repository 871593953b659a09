import { type CommandContext, type CommandDefinition, type Gather, load } from "@huimin/decider";
import { formatAmount, parseAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { openWrongPayout, recoveryKey, wrongPayoutFold } from "../evolve/payout.ts";
import type { DividendPayload } from "../schema.ts";
import { wrongPayoutStream } from "../streams.ts";
import { type BankResult, checkTotal, firstResults, paidItems, resultWrites, reverseResult, wrongPayoutWrites } from "./decide-results.ts";
import { amountsByItem } from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { AmountText, Currency, closed, DateField, Evidence, Id, Items, ObligorText, SerialText } from "./fields.ts";
import { type BatchItem, dayOf, distinct, gatherBatch, gatherBatchItems, gatherItems, type KnownBatch, sendingBank } from "./gather.ts";

const resultFields = {
  payoutBatch: Id,
  items: Items,
  serial: Type.Optional(SerialText),
  total: Type.Optional(AmountText),
  currency: Currency,
  valueDate: Type.Optional(DateField),
};
/** AC01, AC04, AC06, BE01, MD07, AM05, MS03, or a code of the bank's own. */
const ReasonCode = Type.String({ minLength: 1, maxLength: 64, description: "why, ISO 20022 where there is a code" });

export const PayoutSuccessBody = Type.Object(resultFields, closed);
export const PayoutFailureBody = Type.Object({ ...resultFields, reason: ReasonCode }, closed);

type ResultBody = Static<typeof PayoutSuccessBody> & { readonly reason?: string };

interface Named {
  readonly batch: KnownBatch;
  readonly items: readonly BatchItem[];
  readonly total: string;
}

/** The items that a message names, with the total that they have. */
function* named(command: Pick<ResultBody, "payoutBatch" | "items" | "total">, context: CommandContext): Gather<Result<Named, Refusal>> {
  const keys = distinct(command.items);
  if (!keys.ok) return keys;
  const batch = yield* gatherBatch(command.payoutBatch, context);
  if (!batch.ok) return batch;
  const items = yield* gatherItems(batch.value, keys.value);
  if (!items.ok) return items;
  const total = checkTotal(command.total, items.value);
  return total.ok ? ok({ batch: batch.value, items: items.value, total: total.value }) : total;
}

const answerOf = (items: readonly BatchItem[], total: string) => ({
  total,
  items: amountsByItem(items.map(({ key, item }) => ({ key, amount: item.amount }))),
});

/** A bank's message on items of a batch; `allowed` says which items may have this result. */
const bankResult = <S extends typeof PayoutSuccessBody | typeof PayoutFailureBody>(
  name: string,
  schema: S,
  type: BankResult["type"],
  allowed: (items: readonly BatchItem[]) => Result<true, Refusal>,
): CommandDefinition<Static<S>> => ({
  name,
  schema,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command: ResultBody, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const found = yield* named(command, context);
    if (!found.ok) return found;
    const { batch, items, total } = found.value;
    const checked = allowed(items);
    if (!checked.ok) return checked;
    const { serial, reason } = command;
    const result = {
      type,
      valueDate: valueDate.value,
      ...(serial === undefined ? {} : { serial }),
      ...(reason === undefined ? {} : { reason }),
    };
    return ok({ writes: resultWrites(batch, items, result), answer: { payoutBatch: batch.payoutBatch, ...answerOf(items, total) } });
  },
});

/** D5 代发成功 (bank message), for any number of items at a time. Refuses UNKNOWN_ITEM, RESULT_ALREADY_KNOWN, PAYOUT_TOTAL_DIFFERS. */
export const RecordPayoutSuccess = bankResult("RecordPayoutSuccess", PayoutSuccessBody, "PayoutSucceeded", firstResults);
/** D6 代发失败(未出账): to 2901.04. Refuses as {@link RecordPayoutSuccess}. */
export const RecordPayoutFailure = bankResult("RecordPayoutFailure", PayoutFailureBody, "PayoutFailed", firstResults);
/** D7 退票: the money is back on the account and owed again. Refuses UNKNOWN_ITEM, ITEM_NOT_SUCCEEDED, ITEM_ALREADY_RETURNED. */
export const RecordPayoutReturn = bankResult("RecordPayoutReturn", PayoutFailureBody, "PayoutReturned", paidItems);

export const ReversePayoutResultBody = Type.Object({ payoutBatch: Id, serial: SerialText, reversalSerial: SerialText }, closed);

/** C6 of D5–D7 (bank message): takes back the message with this serial, value-dated like it. Refusals: {@link reverseResult}. */
export const ReversePayoutResult: CommandDefinition<Static<typeof ReversePayoutResultBody>> = {
  name: "ReversePayoutResult",
  schema: ReversePayoutResultBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const batch = yield* gatherBatch(command.payoutBatch, context);
    if (!batch.ok) return batch;
    const writes = reverseResult(yield* gatherBatchItems(batch.value), command);
    return writes.ok ? ok({ writes: writes.value, answer: { payoutBatch: command.payoutBatch, serial: command.serial } }) : writes;
  },
};

export const DeclareWrongPayoutBody = Type.Object(
  { payoutBatch: Id, items: Items, obligor: ObligorText, evidence: Evidence, valueDate: Type.Optional(DateField) },
  closed,
);

/** D9 错付认定 (FIN-R): `obligor` owes what he got, and the right payee is still owed (2901.04). Refuses UNKNOWN_ITEM, ITEM_NOT_SUCCEEDED. */
export const DeclareWrongPayout: CommandDefinition<Static<typeof DeclareWrongPayoutBody>> = {
  name: "DeclareWrongPayout",
  schema: DeclareWrongPayoutBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const found = yield* named(command, context);
    if (!found.ok) return found;
    const { items, total } = found.value;
    const paid = paidItems(items);
    if (!paid.ok) return paid;
    const { obligor, evidence = [] } = command;
    yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
    return ok({
      writes: wrongPayoutWrites(items, { obligor, evidence, valueDate: valueDate.value }),
      answer: { payoutBatch: command.payoutBatch, obligor, ...answerOf(items, total) },
    });
  },
};

export const RecoverWrongPayoutBody = Type.Object(
  { obligor: ObligorText, amount: AmountText, serial: Type.Optional(SerialText), currency: Currency, valueDate: Type.Optional(DateField) },
  closed,
);

/** D10 错付追回 (bank message). Refuses NO_WRONG_PAYOUT_CLAIM, ABOVE_WRONG_PAYOUT_CLAIM. Answer: `open` after it. */
export const RecordWrongPayoutRecovery: CommandDefinition<Static<typeof RecoverWrongPayoutBody>> = {
  name: "RecordWrongPayoutRecovery",
  schema: RecoverWrongPayoutBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { obligor, serial } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const bank = sendingBank(context);
    if (!bank.ok) return bank;
    const amount = parseAmount(command.amount);
    if (amount === undefined || amount <= 0n) return refuse(errors.PAYOUT_AMOUNT_INVALID, { amount: command.amount }, { path: "/amount" });
    const { stream, state } = yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
    const open = openWrongPayout(state);
    if (open <= 0n) return refuse(errors.NO_WRONG_PAYOUT_CLAIM, { obligor }, { path: "/obligor" });
    if (amount > open) {
      const details = { obligor, amount: command.amount, open: formatAmount(open) };
      return refuse(errors.ABOVE_WRONG_PAYOUT_CLAIM, details, { path: "/amount" });
    }
    const payload: DividendPayload<"WrongPayoutRecovered"> = {
      obligor,
      amount: formatAmount(amount),
      bank: bank.value,
      ...(serial === undefined ? {} : { serial }),
    };
    return ok({
      writes: [{ stream, events: [{ type: "WrongPayoutRecovered", valueDate: valueDate.value, payload }] }],
      answer: { obligor, amount: payload.amount, open: formatAmount(open - amount) },
    });
  },
};

export const ReverseWrongPayoutRecoveryBody = Type.Object({ obligor: ObligorText, serial: SerialText, reversalSerial: SerialText }, closed);

/** C6 of D10 (bank message), by its serial. Refuses UNKNOWN_PAYOUT_SERIAL. */
export const ReverseWrongPayoutRecovery: CommandDefinition<Static<typeof ReverseWrongPayoutRecoveryBody>> = {
  name: "ReverseWrongPayoutRecovery",
  schema: ReverseWrongPayoutRecoveryBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run({ obligor, serial, reversalSerial }, context) {
    const bank = sendingBank(context);
    if (!bank.ok) return bank;
    const { stream, state } = yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
    const recovery = state.recovered.get(recoveryKey(bank.value, serial));
    if (!recovery || recovery.reversed) return refuse(errors.UNKNOWN_PAYOUT_SERIAL, { payoutBatch: obligor, serial }, { path: "/serial" });
    const payload: DividendPayload<"WrongPayoutRecoveryReversed"> = {
      obligor,
      amount: formatAmount(-recovery.amount),
      bank: bank.value,
      serial,
      reversalSerial,
    };
    const open = sumFen([openWrongPayout(state), recovery.amount]);
    return ok({
      writes: [{ stream, events: [{ type: "WrongPayoutRecoveryReversed", valueDate: recovery.valueDate, payload }] }],
      answer: { obligor, open: formatAmount(open) },
    });
  },
};
