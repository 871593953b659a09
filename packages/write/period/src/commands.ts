import { shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, load, resolve } from "@huimin/decider";
import { ok } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { type CloseFacts, closable, closePeriod, transferPriorYearAdjustment } from "./decide.ts";
import { periodFold } from "./evolve.ts";
import { type IncomeAndExpenseTransferred, PERIOD_STREAM, type PriorYearAdjustmentTransferred, type SurplusPart } from "./schema.ts";
import { transferable, transferYearEnd, type YearEndBalances } from "./year-end.ts";

export const ClosePeriodBody = Type.Object({ period: Type.String({ pattern: "^\\d{4}-\\d{2}$" }) }, { additionalProperties: false });

/**
 * 结账 (FIN-R). No posting. Steps and seals come from the read models through the resolver `closeFacts` ({period, after}: the
 * months after `after` through `period`), at the head of the log, so nothing is left out of a seal. Answer: `{period,
 * yearClosed, steps, seals}`.
 */
export const ClosePeriod: CommandDefinition<Static<typeof ClosePeriodBody>> = {
  name: "ClosePeriod",
  schema: ClosePeriodBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const period = yield* load(PERIOD_STREAM, periodFold);
    const close = { period: command.period, today: shanghaiDate(context.recordedAt) };
    const allowed = closable(period.state, close);
    if (!allowed.ok) return allowed;
    const facts = yield* resolve<CloseFacts>("closeFacts", { period: command.period, after: period.state.lastClosed ?? "" });
    const decided = closePeriod(period.state, { ...close, facts });
    if (!decided.ok) return decided;
    return ok({
      writes: [{ stream: PERIOD_STREAM, events: [decided.value] }],
      answer: {
        period: command.period,
        yearClosed: command.period.endsWith("-12"),
        steps: facts.steps.map(({ step, status, findings }) => ({ step, status, findings: findings.length })),
        seals: facts.seals,
      },
    });
  },
};

export const TransferPriorYearAdjustmentBody = Type.Object(
  { fiscalYear: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })), valueDate: Type.Optional(Type.String({ format: "date" })) },
  { additionalProperties: false },
);

/**
 * 结转以前年度盈余调整 (FIN-M, posts in G: 3501 / 3001). The balance comes from the books through the resolver
 * `priorYearAdjustment` ({fiscalYear} → parts, yuan, credit positive): the whole balance, or that of the year that is named, so
 * that what an earlier year left behind is not lost. It must know everything that the log holds: the stream
 * `period/ledger` is asserted, so two transfers never both count the same balance. Answer: `amount` without sign
 * and the `side` of 3501 on which the balance was.
 */
export const TransferPriorYearAdjustment: CommandDefinition<Static<typeof TransferPriorYearAdjustmentBody>> = {
  name: "TransferPriorYearAdjustment",
  schema: TransferPriorYearAdjustmentBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    yield* load(PERIOD_STREAM, periodFold);
    const currentYear = Number(context.period.slice(0, 4));
    const fiscalYear = command.fiscalYear ?? currentYear;
    const year = command.fiscalYear === undefined ? {} : { fiscalYear: String(command.fiscalYear) };
    const balances = yield* resolve<readonly SurplusPart[]>("priorYearAdjustment", year);
    const valueDate = command.valueDate ?? shanghaiDate(context.recordedAt);
    const decided = transferPriorYearAdjustment({ fiscalYear, currentYear, balances, valueDate });
    if (!decided.ok) return decided;
    const { amount } = decided.value.payload as PriorYearAdjustmentTransferred;
    const side = amount.startsWith("-") ? "debit" : "credit";
    return ok({
      writes: [{ stream: PERIOD_STREAM, events: [decided.value] }],
      answer: { fiscalYear, amount: amount.replace("-", ""), side },
    });
  },
};

export const TransferYearEndBody = Type.Object(
  { fiscalYear: Type.Integer({ minimum: 2000, maximum: 2999 }) },
  { additionalProperties: false },
);

/**
 * 年末结转 (FIN-M, posts in G), in the December that is asked for as the accounting period. Balances come from the books
 * through the resolver `yearEndBalances` ({fiscalYear}), at the head of the log. What is booked in December after it, in
 * the settlement period, is transferred by a further one. Answer: `{fiscalYear, surplus, accounts}`.
 */
export const TransferYearEnd: CommandDefinition<Static<typeof TransferYearEndBody>> = {
  name: "TransferYearEnd",
  schema: TransferYearEndBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run({ fiscalYear }, { period }) {
    const { state } = yield* load(PERIOD_STREAM, periodFold);
    const allowed = transferable(state, { fiscalYear, period });
    if (!allowed.ok) return allowed;
    const balances = yield* resolve<YearEndBalances>("yearEndBalances", { fiscalYear: String(fiscalYear) });
    const decided = transferYearEnd(state, { fiscalYear, period, balances });
    if (!decided.ok) return decided;
    const [transfer] = decided.value as readonly [DomainEvent, ...DomainEvent[]];
    const { surplus, lines } = transfer.payload as IncomeAndExpenseTransferred;
    return ok({ writes: [{ stream: PERIOD_STREAM, events: decided.value }], answer: { fiscalYear, surplus, accounts: lines.length } });
  },
};

/** Every command of this package. */
export const periodCommands: readonly CommandDefinition[] = [ClosePeriod, TransferPriorYearAdjustment, TransferYearEnd];
