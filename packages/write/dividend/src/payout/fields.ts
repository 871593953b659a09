import { Type } from "typebox";

/* Fields of payout commands. Text only: amounts in yuan with two decimals, dates ISO. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const AmountText = Type.String({
  pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$",
  description: "yuan, two decimals",
  examples: ["2702.71"],
});
export const SerialText = Type.String({ minLength: 1, maxLength: 64, description: "the bank's serial of this message, unique per bank" });
export const Year = Type.Integer({ minimum: 1990, maximum: 2999, description: "year of entitlement" });
/** Never a name: personal data don't enter an event in clear. */
export const PayeeText = Type.String({ minLength: 1, maxLength: 64, description: "number of the proof under which an heir is paid" });
export const ObligorText = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[^/]+$",
  description: "household or case number of who got it",
});
export const Evidence = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20 }));
export const Currency = Type.Optional(Type.Literal("CNY"));
export const closed = { additionalProperties: false } as const;

/** Rows of one batch at most: what banks take in one file of a mass payment (代发). */
export const PAYOUT_ROWS_MAX = 5_000;

/** One entitlement: the household's line of a pool and year. */
export const Item = Type.Object({ household: Id, year: Year, pool: Id }, closed);
export const Items = Type.Array(Item, { minItems: 1, maxItems: PAYOUT_ROWS_MAX });
