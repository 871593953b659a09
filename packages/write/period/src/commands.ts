import { shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, load, resolve } from "@huimin/decider";
import { ok } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { closePeriod, transferPriorYearAdjustment } from "./decide.ts";
import { periodFold } from "./evolve.ts";
import { PERIOD_STREAM, type PriorYearAdjustmentTransferred } from "./schema.ts";

export const ClosePeriodBody = Type.Object({ period: Type.String({ pattern: "^\\d{4}-\\d{2}$" }) }, { additionalProperties: false });

/** 结账 (FIN-R). No posting. Answer: `{period, yearClosed}`. */
export const ClosePeriod: CommandDefinition<Static<typeof ClosePeriodBody>> = {
  name: "ClosePeriod",
  schema: ClosePeriodBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const period = yield* load(PERIOD_STREAM, periodFold);
    const decided = closePeriod(period.state, { period: command.period, today: shanghaiDate(context.recordedAt) });
    if (!decided.ok) return decided;
    return ok({
      writes: [{ stream: PERIOD_STREAM, events: [decided.value] }],
      answer: { period: command.period, yearClosed: command.period.endsWith("-12") },
    });
  },
};

export const TransferPriorYearAdjustmentBody = Type.Object(
  { fiscalYear: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })), valueDate: Type.Optional(Type.String({ format: "date" })) },
  { additionalProperties: false },
);

/**
 * 结转以前年度盈余调整 (FIN-M, posts in G: 3501 / 3001). The balance comes from the books through the resolver
 * `priorYearAdjustment` ({fiscalYear} → yuan, credit positive): the whole balance, or that of the year that is named, so
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
    const balance = yield* resolve<string>("priorYearAdjustment", year);
    const valueDate = command.valueDate ?? shanghaiDate(context.recordedAt);
    const decided = transferPriorYearAdjustment({ fiscalYear, currentYear, balance, valueDate });
    if (!decided.ok) return decided;
    const { amount } = decided.value.payload as PriorYearAdjustmentTransferred;
    const side = amount.startsWith("-") ? "debit" : "credit";
    return ok({
      writes: [{ stream: PERIOD_STREAM, events: [decided.value] }],
      answer: { fiscalYear, amount: amount.replace("-", ""), side },
    });
  },
};

/** Every command of this package. */
export const periodCommands: readonly CommandDefinition[] = [ClosePeriod, TransferPriorYearAdjustment];
