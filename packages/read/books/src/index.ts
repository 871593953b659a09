export { createBooks } from "./books.ts";
export type { Account, AccountId, Book, DatedCode, Side } from "./chart.ts";
export { ACCOUNTS, accountByNo, accountsUnder, BOOKS, CHART, findAccount, printedCode } from "./chart.ts";
export type { Dimension, Dims, DimsFilter } from "./dimensions.ts";
export { DIMENSIONS, dimsKey, matchesDims } from "./dimensions.ts";
export type { CheckOptions } from "./invariants/check.ts";
export { checkIdentities, checkInvariants } from "./invariants/check.ts";
export type { InvariantResult } from "./invariants/types.ts";
export type { JournalLine, KnownAt } from "./lines.ts";
export { linesOf } from "./lines.ts";
export { MemoryBooks, memoryBooks } from "./memory.ts";
export type { Entry, PostableEvent, Posting } from "./posting.ts";
export { BOOKS_SCHEMA, booksProjection } from "./projection.ts";
export type {
  Axes,
  Balance,
  BalanceQuestion,
  Books,
  DetailQuestion,
  DetailRow,
  JournalQuestion,
  TrialBalance,
  TrialBalanceQuestion,
  TrialBalanceRow,
} from "./questions.ts";
export { balanceOf, printAmount } from "./questions.ts";
export { postingOf, postingsOf, postingTypes, silentTypes } from "./rules/index.ts";
export { columnOf } from "./tables.sql.ts";
