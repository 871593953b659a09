import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, rates percent a year. */
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals, e.g. 1234.50",
  examples: ["1234.50"],
});
export const PercentText = Type.String({
  pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$",
  description: "percent a year without sign",
  examples: ["4.75"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const IdText = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const TextField = Type.String({ minLength: 1, maxLength: 500 });
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial of this message, unique per bank" });
export const HashText = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the signed paper, hex" });
export const Currency = Type.Optional(Type.Literal("CNY"));
export const Bearer = Type.Union([Type.Literal("household"), Type.Literal("enterprise")], {
  description: "enterprise; a household is refused",
});
export const closed = { additionalProperties: false } as const;
