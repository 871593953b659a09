import type { IsoDate } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent, StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount, minFen, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "../errors.ts";
import { fundsInPool, openClaims, openOf, type PoolState } from "../evolve/pool.ts";
import { overpaymentHeld } from "../evolve/rights.ts";
import { AmountText, Currency, closed, DateField, Id, SerialText, WeightText } from "../fields.ts";
import type { DividendPayload } from "../schema.ts";
import {
  amountOf,
  datesRefusal,
  dayOf,
  dividendEvent,
  gatherEnterprise,
  gatherKnownPool,
  gatherOverpayment,
  gatherPool,
  sendingBank,
} from "../shared.ts";
import { overpaymentStream, poolStream } from "../streams.ts";

type Applied = DividendPayload<"DividendFundsReceived">["applied"];

/** Which claims an amount pays, the oldest first, and what is above them. */
export function applyFunds(state: PoolState, enterprise: string, amount: Fen): { readonly applied: Applied; readonly excess: Fen } {
  const applied: Applied[number][] = [];
  let rest = amount;
  for (const claim of openClaims(state, enterprise)) {
    const part = minFen(rest, openOf(claim));
    if (part === 0n) break;
    rest -= part;
    applied.push({ year: claim.year, receivable: claim.receivable, amount: formatAmount(part) });
  }
  return { applied, excess: rest };
}

const pooled = (pool: string, event: DomainEvent): StreamWrite => ({ stream: poolStream(pool), events: [event] });

export const RecordDividendFundsBody = Type.Object(
  { currency: Currency, pool: Id, enterprise: Id, amount: AmountText, serial: SerialText, valueDate: Type.Optional(DateField) },
  closed,
);

/**
 * D2 分红款到账 (bank message). Pays the open claims of the pool on the enterprise, the oldest first; partial receipts are
 * allowed (R14), what is above the claims is held (2307.01). Answer: `applied`, and `excess` when there is one. Refuses
 * DIVIDEND_ENTERPRISE_UNKNOWN, DIVIDEND_NOT_A_BANK.
 */
export const RecordDividendFunds: CommandDefinition<Static<typeof RecordDividendFundsBody>> = {
  name: "RecordDividendFunds",
  schema: RecordDividendFundsBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const bank = sendingBank(context);
    if (!bank.ok) return bank;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { pool, enterprise, serial } = command;
    const known = yield* gatherEnterprise(enterprise);
    if (!known.ok) return known;
    const { applied, excess } = applyFunds(yield* gatherPool(pool), enterprise, amount.value);
    const payload = { pool, enterprise, bank: bank.value, amount: command.amount, applied, excess: formatAmount(excess), serial };
    const writes = [pooled(pool, dividendEvent("DividendFundsReceived", day.value, payload))];
    if (excess > 0n) {
      yield* gatherOverpayment(enterprise);
      const held = { enterprise, pool, amount: formatAmount(excess), serial };
      writes.push({ stream: overpaymentStream(enterprise), events: [dividendEvent("OverpaymentHeld", day.value, held)] });
    }
    return ok({
      writes,
      answer: {
        pool,
        enterprise,
        applied: formatAmount(amount.value - excess),
        ...(excess > 0n ? { excess: formatAmount(excess) } : {}),
      },
    });
  },
};

const ReversalFields = { pool: Id, serial: SerialText, reversalSerial: SerialText, valueDate: Type.Optional(DateField) };
export const ReverseDividendFundsBody = Type.Object(ReversalFields, closed);

/**
 * C6 of D2 and 6.3 (bank message): the bank takes its receipt back, value-dated like the original. Refuses
 * DIVIDEND_RECEIPT_UNKNOWN, and OVERPAYMENT_ABOVE_HELD when its excess has been refunded.
 */
export const ReverseDividendFunds: CommandDefinition<Static<typeof ReverseDividendFundsBody>> = {
  name: "ReverseDividendFunds",
  schema: ReverseDividendFundsBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const bank = sendingBank(context);
    if (!bank.ok) return bank;
    const { pool, serial, reversalSerial } = command;
    const receipt = (yield* gatherPool(pool)).receipts.get(serial);
    if (!receipt || receipt.payload.bank !== bank.value) return refuse(errors.DIVIDEND_RECEIPT_UNKNOWN, { pool, serial });
    const { valueDate, payload, eventId: corrects } = receipt;
    const answer = { pool, serial, amount: `-${payload.amount}` };
    if (receipt.kind === "income") {
      const reversed = { pool, bank: bank.value, amount: payload.amount, serial, reversalSerial };
      return ok({ writes: [pooled(pool, { ...dividendEvent("AssetIncomeReversed", valueDate, reversed), corrects })], answer });
    }
    const { enterprise, excess } = receipt.payload;
    const taken = dividendEvent("DividendFundsReversed", valueDate, { ...receipt.payload, serial, reversalSerial });
    const writes = [pooled(pool, { ...taken, corrects })];
    if (fen(excess) > 0n) {
      const { held } = yield* gatherOverpayment(enterprise);
      const left = sumFen(held.filter((one) => one.pool === pool && one.serial === serial).map((one) => one.amount));
      if (left < fen(excess)) return refuse(errors.OVERPAYMENT_ABOVE_HELD, { enterprise, amount: excess, held: formatAmount(left) });
      const released = dividendEvent("OverpaymentReleased", valueDate, { enterprise, pool, amount: excess, serial });
      writes.push({ stream: overpaymentStream(enterprise), events: [released] });
    }
    return ok({ writes, answer });
  },
};

export const RefundOverpaymentBody = Type.Object(
  { enterprise: Id, amount: AmountText, serial: Type.Optional(SerialText), valueDate: Type.Optional(DateField) },
  closed,
);

/** Refund of what an enterprise paid too much (FIN-C). Refuses OVERPAYMENT_ABOVE_HELD. */
export const RefundOverpayment: CommandDefinition<Static<typeof RefundOverpaymentBody>> = {
  name: "RefundOverpayment",
  schema: RefundOverpaymentBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ enterprise, amount: text, serial, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(text);
    if (!amount.ok) return amount;
    const held = overpaymentHeld(yield* gatherOverpayment(enterprise));
    if (amount.value > held)
      return refuse(errors.OVERPAYMENT_ABOVE_HELD, { enterprise, amount: text, held: formatAmount(held) }, { path: "/amount" });
    const payload = { enterprise, amount: text, ...(serial === undefined ? {} : { serial }) };
    return ok({
      writes: [{ stream: overpaymentStream(enterprise), events: [dividendEvent("OverpaymentRefunded", day.value, payload)] }],
      answer: { enterprise, amount: text, held: formatAmount(held - amount.value) },
    });
  },
};

export const RecordAssetIncomeBody = Type.Object(
  {
    currency: Currency,
    pool: Id,
    amount: AmountText,
    serial: SerialText,
    from: Type.Optional(DateField),
    toExcl: Type.Optional(DateField),
    kwh: Type.Optional(WeightText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** 6.3 电费/租金/收益到账 (bank message): income of a village's asset. */
export const RecordAssetIncome: CommandDefinition<Static<typeof RecordAssetIncomeBody>> = {
  name: "RecordAssetIncome",
  schema: RecordAssetIncomeBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run({ currency: _, ...command }, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const bank = sendingBank(context);
    if (!bank.ok) return bank;
    const malformed = datesRefusal({ from: command.from, toExcl: command.toExcl });
    if (malformed) return malformed;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const state = yield* gatherPool(command.pool);
    const { valueDate: __, ...fields } = command;
    return ok({
      writes: [pooled(command.pool, dividendEvent("AssetIncomeReceived", day.value, { ...fields, bank: bank.value }))],
      answer: { pool: command.pool, amount: command.amount, available: formatAmount(fundsInPool(state) + amount.value) },
    });
  },
};

export const DeductOperatingCostBody = Type.Object(
  { pool: Id, amount: AmountText, kind: Type.Optional(Id), serial: Type.Optional(SerialText), valueDate: Type.Optional(DateField) },
  closed,
);

/** 6.4 运维费、留存扣除 (VIL, FIN-M). Refuses POOL_UNKNOWN, and OPERATING_COST_ABOVE_POOL above the money still in the pool. */
export const DeductOperatingCost: CommandDefinition<Static<typeof DeductOperatingCostBody>> = {
  name: "DeductOperatingCost",
  schema: DeductOperatingCostBody,
  roles: ["VIL", "FIN-M"],
  postsInBookG: true,
  *run({ pool, amount: text, kind = "运维费", serial, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(text);
    if (!amount.ok) return amount;
    const state = yield* gatherKnownPool(pool);
    if (!state.ok) return state;
    const available = fundsInPool(state.value);
    if (amount.value > available)
      return refuse(errors.OPERATING_COST_ABOVE_POOL, { amount: text, available: formatAmount(available) }, { path: "/amount" });
    return ok({
      writes: [costs(pool, day.value, { pool, kind, amount: text, ...(serial === undefined ? {} : { serial }) })],
      answer: { pool, amount: text, available: formatAmount(available - amount.value) },
    });
  },
};

const costs = (pool: string, on: IsoDate, payload: DividendPayload<"OperatingCostDeducted">): StreamWrite =>
  pooled(pool, dividendEvent("OperatingCostDeducted", on, payload));

export const ReverseOperatingCostBody = Type.Object(
  {
    pool: Id,
    entry: Type.Integer({ minimum: 1, description: "number of the event in the pool's stream" }),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  closed,
);

/** C1 of 6.4 (FIN-M): red, value-dated like the original; the money is the pool's again. Refuses POOL_UNKNOWN, OPERATING_COST_UNKNOWN. */
export const ReverseOperatingCost: CommandDefinition<Static<typeof ReverseOperatingCostBody>> = {
  name: "ReverseOperatingCost",
  schema: ReverseOperatingCostBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run({ pool, entry, reason }) {
    const state = yield* gatherKnownPool(pool);
    if (!state.ok) return state;
    const original = state.value.costs.find((one) => one.entry === entry);
    if (original === undefined) return refuse(errors.OPERATING_COST_UNKNOWN, { pool, entry }, { path: "/entry" });
    const amount = formatAmount(-fen(original.payload.amount));
    const payload: DividendPayload<"OperatingCostReversed"> = { ...original.payload, amount, entry, reason };
    const event = { ...dividendEvent("OperatingCostReversed", original.valueDate, payload), corrects: original.eventId };
    return ok({ writes: [pooled(pool, event)], answer: { pool, entry, amount } });
  },
};
