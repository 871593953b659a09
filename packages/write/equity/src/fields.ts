import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, rates percent a year. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["1000000.00"],
});
export const PercentText = Type.String({ pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$", description: "percent", examples: ["8"] });
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const SourceField = Type.Union(
  [Type.Literal("区"), Type.Literal("市"), Type.Literal("省"), Type.Literal("中央"), Type.Literal("社会")],
  { description: "资金来源 / source of the money" },
);
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial, unique per bank" });
export const Currency = Type.Optional(Type.Literal("CNY"));
export const LossWeightsField = Type.Array(
  Type.Object(
    { party: Type.Union([Type.Literal("government"), Type.Literal("enterprise"), Type.Literal("insurer")]), weight: PercentText },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: 3, description: "风险分担比例 in the order of the agreement, sum 100" },
);
export const EvidenceText = Type.String({ minLength: 1, maxLength: 500 });
export const closed = { additionalProperties: false } as const;
