import { Type } from "typebox";

/* Fields of command bodies. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
export const Desk = Type.String({
  minLength: 3,
  maxLength: 80,
  pattern: "^[^/\\s]+$",
  description: "1002.0x-BANK, portfolio-BANK or claims-BANK",
  examples: ["1002.03-K1"],
});
export const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
export const SignedAmount = Type.String({ pattern: "^-?(0|[1-9]\\d{0,11})\\.\\d{2}$", description: "yuan, two decimals" });
export const Note = Type.String({ minLength: 1, maxLength: 500 });
/** Items of one command. */
export const ITEMS_MAX = 500;
export const Item = Type.String({ minLength: 1, maxLength: 160, pattern: "^[^\\s]+$" });
export const Items = Type.Array(Item, { minItems: 1, maxItems: ITEMS_MAX, description: "ids of the list of differences" });
export const closed = { additionalProperties: false } as const;
