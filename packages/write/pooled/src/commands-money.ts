/* 1.5–1.7: the money is lent, becomes the households' stakes, and is pooled. */
import type { IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { drawnPrincipal } from "@huimin/interest/timeline";
import {
  creditFold,
  creditStream,
  type LoanState,
  loanStream,
  moneyInHandOn,
  stakesOn,
  subjectOn,
  withRealignment,
} from "@huimin/loan/events";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { householdFold, householdStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { gatherEnterpriseRefusal } from "./decide-model.ts";
import { errors } from "./errors.ts";
import { type BatchContract, batchStream } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, IdText, SerialText } from "./fields.ts";
import type { BatchLoan } from "./gather.ts";
import { replanned } from "./replan.ts";
import { batchEvent, type DrawnLoan, drawnLoan, drawnLoans, gatherSigned, type Refused, type SignedBatch } from "./shared.ts";

type ContractItem = BatchContract["items"][number];
interface Undrawn {
  readonly contract: BatchContract;
  readonly item: ContractItem;
  readonly state: LoanState;
  readonly open: Fen;
}

/** What is left to draw of each contracted loan that is still committed to its household. */
function undrawnItems({ batch, loans }: SignedBatch): Undrawn[] {
  const stateOf = new Map(loans.map(({ loan, state }) => [loan, state]));
  return batch.contracts.flatMap((contract) =>
    contract.items.flatMap((item) => {
      const state = stateOf.get(item.loan);
      if (!state || state.renewedInto || state.settledOn) return [];
      const open = item.amount - drawnPrincipal(state.timeline, "9999-12-31");
      return open > 0n ? [{ contract, item, state, open }] : [];
    }),
  );
}

function serialRefusal(loans: readonly BatchLoan[], kind: string, serial: string, valueDate: IsoDate): Refused | undefined {
  for (const { state } of loans) {
    const known = state.messages.get(serial);
    if (!known) continue;
    const same = known.kind === kind && known.valueDate === valueDate;
    return refuse(same ? errors.BATCH_SERIAL_REPEATED : errors.BATCH_SERIAL_CONFLICT, { serial }, { path: "/serial" });
  }
  return undefined;
}

export const RecordBatchDisbursementBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    serial: SerialText,
    loan: Type.Optional(Type.String({ description: "one loan; without it every loan of the contracts that is left to draw" })),
    amount: Type.Optional(AmountText),
    currency: Currency,
  },
  closed,
);
type DisbursementBody = Static<typeof RecordBatchDisbursementBody>;

/** The loans that a message draws, each with its amount. */
function drawings(signed: SignedBatch, command: DisbursementBody): Result<{ readonly part: Undrawn; readonly amount: Fen }[]> {
  const { batch } = signed.batch;
  const { loan, valueDate } = command;
  const left = undrawnItems(signed).filter(({ item, contract }) =>
    loan === undefined ? contract.contractDate <= valueDate && valueDate < contract.due : item.loan === loan,
  );
  const stated = command.amount === undefined ? undefined : fen(command.amount);
  if (loan === undefined) {
    const sum = sumFen(left.map((part) => part.open));
    if (left.length === 0) return refuse(errors.BATCH_NOTHING_TO_DRAW, { batch });
    if (stated !== undefined && stated !== sum)
      return refuse(errors.BATCH_TOTAL_DIFFERS, { total: command.amount ?? "", sum: formatAmount(sum) }, { path: "/amount" });
    return ok(left.map((part) => ({ part, amount: part.open })));
  }
  if (!signed.batch.loans.includes(loan)) return refuse(errors.BATCH_LOAN_UNKNOWN, { batch, loan }, { path: "/loan" });
  const [part] = left;
  const amount = stated ?? part?.open ?? 0n;
  if (part === undefined || amount > part.open)
    return refuse(errors.BATCH_ABOVE_CONTRACT, { amount: formatAmount(amount), open: formatAmount(part?.open ?? 0n) }, { path: "/amount" });
  if (amount === 0n) return refuse(errors.BATCH_NOTHING_PAID, {}, { path: "/amount" });
  const { contractDate, due } = part.contract;
  if (valueDate < contractDate || valueDate >= due)
    return refuse(errors.BATCH_DRAWING_OUTSIDE_TERM, { valueDate, contractDate, due }, { path: "/valueDate" });
  return ok([{ part, amount }]);
}

/** 1.5 on one loan: the terms of its contract, the borrower of its approval. */
function* gatherDrawing(
  signed: SignedBatch,
  command: DisbursementBody,
  { contract, item, state }: Undrawn,
  amount: Fen,
): Gather<StreamWrite> {
  const { batch, enterprise, bank } = signed.batch;
  const { annualRate, yearBase, contractDate, due, method, penaltySurcharge } = contract;
  const { creditGroup } = (yield* load(householdStream(item.household), householdFold)).state;
  const entry = (yield* load(creditStream(creditGroup), creditFold)).state.entries.get(item.loan);
  const event: DomainEvent = {
    type: "LoanDisbursed",
    valueDate: command.valueDate,
    payload: {
      loan: item.loan,
      household: item.household,
      bank,
      village: item.village,
      enterprise,
      batch,
      amount: formatAmount(amount),
      annualRate,
      yearBase,
      contractDate,
      due,
      method,
      creditGroup,
      borrower: entry?.borrower ?? "",
      serial: command.serial,
      penaltySurcharge,
    },
  };
  return { stream: loanStream(item.loan), events: withRealignment(state, item.loan, [event]) };
}

/**
 * 1.5 放款 (bank message) of the whole batch or of one loan, on the terms of the contract. Refuses BATCH_NOT_SIGNED,
 * BATCH_NOTHING_TO_DRAW, BATCH_ABOVE_CONTRACT, BATCH_DRAWING_OUTSIDE_TERM, ENTERPRISE_BANKRUPT. Answer: the amount of
 * each loan.
 */
export const RecordBatchDisbursement: CommandDefinition<DisbursementBody> = {
  name: "RecordBatchDisbursement",
  schema: RecordBatchDisbursementBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch, loans } = signed.value;
    const refusal =
      serialRefusal(loans, "drawing", command.serial, command.valueDate) ??
      (yield* gatherEnterpriseRefusal(batch.enterprise, command.valueDate));
    if (refusal) return refusal;
    const parts = drawings(signed.value, command);
    if (!parts.ok) return parts;
    const writes: StreamWrite[] = [];
    for (const { part, amount } of parts.value) writes.push(yield* gatherDrawing(signed.value, command, part, amount));
    return ok({
      writes: replanned(signed.value, writes),
      answer: {
        batch: batch.batch,
        serial: command.serial,
        total: formatAmount(sumFen(parts.value.map((one) => one.amount))),
        perLoan: Object.fromEntries(parts.value.map(({ part, amount }) => [part.item.loan, formatAmount(amount)])),
      },
    });
  },
};

export const EntrustStakesBody = Type.Object(
  {
    batch: IdText,
    valueDate: DateField,
    serial: SerialText,
    loan: Type.Optional(Type.String({ description: "one loan; without it all loan money of the batch" })),
    amount: Type.Optional(AmountText),
    currency: Currency,
  },
  closed,
);
type EntrustBody = Static<typeof EntrustStakesBody>;

interface Entrusted {
  readonly loan: string;
  readonly state: DrawnLoan;
  readonly amount: Fen;
}

/** Loan money in the households' hands on the day; a stake is the whole of it. */
function entrusted(signed: SignedBatch, command: EntrustBody): Result<Entrusted[]> {
  const { loan, valueDate } = command;
  const one = loan === undefined ? undefined : drawnLoan(signed, loan);
  if (one && !one.ok) return one;
  const chosen = one ? [one.value] : drawnLoans(signed.loans).filter(({ state }) => state.renewedInto === undefined);
  const parts = chosen
    .map(({ loan: number, state }) => ({ loan: number, state, amount: moneyInHandOn(state, valueDate) }))
    .filter(({ amount }) => amount > 0n);
  const sum = sumFen(parts.map(({ amount }) => amount));
  if (sum === 0n) return refuse(errors.BATCH_NOTHING_TO_ENTRUST, { valueDate });
  if (command.amount === undefined || fen(command.amount) === sum) return ok(parts);
  const details = { loan: loan ?? signed.batch.batch, amount: command.amount, open: formatAmount(sum) };
  return refuse(errors.BATCH_STAKE_DIFFERS, details, { path: "/amount" });
}

/**
 * 1.6 委托入股划转, 受托支付 (bank message) of the whole batch or of one loan: the loan money becomes the households' stakes
 * and the enterprise's duty. Refuses BATCH_NOTHING_TO_ENTRUST, BATCH_STAKE_DIFFERS, ENTERPRISE_BANKRUPT. Answer: total.
 */
export const EntrustStakes: CommandDefinition<EntrustBody> = {
  name: "EntrustStakes",
  schema: EntrustStakesBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { serial, valueDate } = command;
    const { batch, loans } = signed.value;
    const refusal = serialRefusal(loans, "entrustment", serial, valueDate) ?? (yield* gatherEnterpriseRefusal(batch.enterprise, valueDate));
    if (refusal) return refusal;
    const parts = entrusted(signed.value, command);
    if (!parts.ok) return parts;
    const writes = parts.value.map(({ loan, state, amount }) => {
      const payload = { ...subjectOn(state, valueDate), amount: formatAmount(amount), serial };
      return { stream: loanStream(loan), events: withRealignment(state, loan, [{ type: "StakeEntrusted", valueDate, payload }]) };
    });
    const total = formatAmount(sumFen(parts.value.map((part) => part.amount)));
    return ok({ writes, answer: { batch: batch.batch, serial, total, loans: writes.length } });
  },
};

export const ReverseEntrustmentBody = Type.Object(
  { batch: IdText, loan: IdText, valueDate: DateField, serial: SerialText, reversalSerial: SerialText },
  closed,
);

/**
 * C6 of 1.6 (bank message) on one loan, value-dated like the original. Refuses BATCH_SERIAL_UNKNOWN,
 * BATCH_REVERSAL_DIFFERS, BATCH_REVERSAL_BLOCKED when the stake has been repaid or moved since.
 */
export const ReverseEntrustment: CommandDefinition<Static<typeof ReverseEntrustmentBody>> = {
  name: "ReverseEntrustment",
  schema: ReverseEntrustmentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { serial, reversalSerial, valueDate } = command;
    const found = drawnLoan(signed.value, command.loan);
    if (!found.ok) return found;
    const { loan, state } = found.value;
    const original = state.messages.get(serial);
    if (original?.kind !== "entrustment" || original.status !== "booked")
      return refuse(errors.BATCH_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    if (state.messages.has(reversalSerial)) return refuse(errors.BATCH_SERIAL_CONFLICT, { serial: reversalSerial });
    if (original.valueDate !== valueDate)
      return refuse(errors.BATCH_REVERSAL_DIFFERS, { field: "valueDate", sent: valueDate, expected: original.valueDate });
    const moved = state.stakes.moves.some((move) => move.amount < 0n);
    if (moved) return refuse(errors.BATCH_REVERSAL_BLOCKED, { loan }, { path: "/loan" });
    const amount = formatAmount(-original.principal);
    const payload = { ...subjectOn(state, valueDate), amount, serial: reversalSerial, reverses: serial };
    const event: DomainEvent = { type: "StakeEntrusted", valueDate, payload, corrects: original.eventId };
    return ok({ writes: [{ stream: loanStream(loan), events: [event] }], answer: { batch: command.batch, loan, serial, amount } });
  },
};

export const PoolStakesBody = Type.Object(
  {
    batch: IdText,
    total: AmountText,
    register: Type.Optional(Type.Array(Type.Object({ loan: IdText, certificate: IdText }, closed), { maxItems: 1_000 })),
    valueDate: DateField,
  },
  closed,
);

/** 1.7 股金归集确认 (ENT): the stakes of the day add up to the pooled total (BATCH_TOTAL_DIFFERS). */
export const PoolStakes: CommandDefinition<Static<typeof PoolStakesBody>> = {
  name: "PoolStakes",
  schema: PoolStakesBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { total, register, valueDate } = command;
    const { batch, enterprise } = signed.value.batch;
    const stakes = signed.value.loans.flatMap(({ state }) => stakesOn(state, valueDate));
    const sum = sumFen(stakes.map((stake) => stake.amount));
    if (fen(total) !== sum) return refuse(errors.BATCH_TOTAL_DIFFERS, { total, sum: formatAmount(sum) }, { path: "/total" });
    const event = batchEvent("StakePooled", valueDate, { batch, enterprise, total, ...(register ? { register } : {}) });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, total, stakes: stakes.length } });
  },
};
