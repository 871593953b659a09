import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, rates percent a year. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["1234.50"],
});
export const PercentText = Type.String({
  pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$",
  description: "percent a year",
  examples: ["8.00"],
});
export const WeightText = Type.String({
  pattern: "^\\d{1,40}(\\.\\d{1,20})?$",
  description: "weight, compared only with the other weights of the list",
  examples: ["50000"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const YearField = Type.Integer({ minimum: 1990, maximum: 2999, description: "year of entitlement (所属年度)" });
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial of this message, unique per bank" });
export const ReasonText = Type.String({ minLength: 1, maxLength: 500 });
export const Currency = Type.Optional(Type.Literal("CNY"));
/** SHA-256 of a file, hex, or the number of a document. */
export const EvidenceList = Type.Array(Type.String({ minLength: 1, maxLength: 160 }), { maxItems: 50 });
export const closed = { additionalProperties: false } as const;

/** Everything that may be signed off with one command; a longer list is sent in parts. */
export const LIST_HOUSEHOLDS_MAX = 4_000;

export const MethodField = Type.Union([
  Type.Literal("by-stake"),
  Type.Literal("by-stake-days"),
  Type.Literal("equal"),
  Type.Literal("by-heads"),
  Type.Literal("fixed-rate"),
  Type.Literal("by-need"),
  Type.Literal("by-post"),
]);
export const ResidueRuleField = Type.Union([Type.Literal("LARGEST_REMAINDER"), Type.Literal("FLOOR_CARRY")]);
export const SegmentField = Type.Object({ household: Id, stake: AmountText, from: DateField, toExcl: DateField }, closed);
