import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, rates percent a year. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["490.84"],
});
export const PercentText = Type.String({
  pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$",
  description: "percent a year",
  examples: ["4.75"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const QuarterField = Type.String({ pattern: "^\\d{4}Q[1-4]$", description: "quarter of a claim", examples: ["2017Q2"] });
export const Year = Type.Integer({ minimum: 2000, maximum: 2999 });
export const ReasonText = Type.String({ minLength: 1, maxLength: 500 });
export const closed = { additionalProperties: false } as const;
