/* The entry for other packages: the events, and the folds that follow from them. No rules. */
export {
  type Binding,
  bindingOn,
  type DeskState,
  deskFold,
  type Explanation,
  type FundAccountState,
  fundAccountFold,
  type PortfolioFileState,
  portfolioFold,
} from "./evolve.ts";
export type { BankDayFacts, ItemFacts, OpenItemsFacts } from "./facts.ts";
export * from "./schema.ts";
