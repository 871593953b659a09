import { Type } from "typebox";

/* Fields of command bodies. Text only: amounts in yuan with two decimals, dates ISO, weights decimal. */
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals, e.g. 1234.50",
  examples: ["1234.50"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const IdText = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial of this message, unique per bank" });
export const ReasonText = Type.String({ minLength: 1, maxLength: 500 });
export const DocumentText = Type.String({ minLength: 1, maxLength: 200, description: "number of the document" });
export const WeightText = Type.String({
  pattern: "^(0|[1-9]\\d{0,3})(\\.\\d{1,10})?$",
  description: "decimal; the weights of a list sum to 100",
});
export const PartyText = Type.Union([Type.Literal("fund"), Type.Literal("bank"), Type.Literal("guarantor"), Type.Literal("group")]);
export const Currency = Type.Optional(Type.Literal("CNY"));
export const closed = { additionalProperties: false } as const;

/** Accounts of the fund that one payment draws on at most. */
export const FUND_ACCOUNTS_MAX = 16;

export const FundAccounts = Type.Optional(
  Type.Array(IdText, {
    minItems: 1,
    maxItems: FUND_ACCOUNTS_MAX,
    description: "banks whose fund accounts pay, in this order; default: the bank of the loans",
  }),
);
