import { type IsoDate, parseDate, shanghaiDate, yearOf } from "@huimin/calendar";
import type { CommandContext } from "@huimin/decider";
import { type Fen, parseAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { Type } from "typebox";
import { errors } from "./errors.ts";

/* Fields of command bodies, and what every command checks of them. Amounts are yuan with two decimals, dates ISO. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["8000.00"],
});
export const DateField = Type.String({ format: "date", description: "业务发生日 value date, YYYY-MM-DD" });
/** A purpose is a dimension of the books: one line of text. */
export const PurposeText = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[^\\u0000-\\u001F\\u007F]+$",
  description: "用途, compared exactly; free = 非限定",
  examples: ["助学"],
});
export const ShortText = Type.String({ minLength: 1, maxLength: 500 });
export const LongText = Type.String({ minLength: 1, maxLength: 1000 });
export const MonthText = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$", examples: ["2019-05"] });
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial of this message" });
export const Currency = Type.Optional(Type.Literal("CNY"));
export const closed = { additionalProperties: false } as const;

/** A value date that exists and has come. Refuses DONATION_DATE_INVALID, DONATION_DATE_IN_FUTURE. */
export function dayOf(date: string, context: CommandContext, path = "/valueDate"): Result<IsoDate, Refusal> {
  const day = parseDate(date);
  if (day === undefined) return refuse(errors.DONATION_DATE_INVALID, { date: date.slice(0, 20) }, { path });
  const today = shanghaiDate(context.recordedAt);
  return day > today ? refuse(errors.DONATION_DATE_IN_FUTURE, { date: day, today }, { path }) : ok(day);
}

/** An amount above zero. Refuses DONATION_AMOUNT_INVALID. */
export function amountOf(text: string, path = "/amount"): Result<Fen, Refusal> {
  const amount = parseAmount(text);
  return amount === undefined || amount <= 0n ? refuse(errors.DONATION_AMOUNT_INVALID, { amount: text }, { path }) : ok(amount);
}

/** Fiscal year in which the command is booked. */
export const fiscalYearOf = (context: CommandContext): number => yearOf(context.period);
