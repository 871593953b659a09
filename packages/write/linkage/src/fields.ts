import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, rates percent a year. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["50000.00"],
});
export const PercentText = Type.String({
  pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$",
  description: "percent a year",
  examples: ["0.5"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const MonthField = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$", description: "YYYY-MM", examples: ["2018-05"] });
export const ReasonText = Type.String({ minLength: 1, maxLength: 500 });
export const Currency = Type.Optional(Type.Literal("CNY"));
export const closed = { additionalProperties: false } as const;
