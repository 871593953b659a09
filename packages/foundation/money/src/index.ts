export type { Fen } from "./fen.ts";
export {
  AMOUNT_FEN_MAX,
  Exact,
  fen,
  formatAmount,
  formatAmountGrouped,
  maxFen,
  minFen,
  parseAmount,
  parsePercent,
  percent,
  roundDown,
  roundHalfUp,
  sumFen,
  toExact,
} from "./fen.ts";
export { splitFloorCarry, splitLargestRemainder } from "./split.ts";
export { amountInWords } from "./words.ts";
