export { type BankReconciliationOptions, bankReconciliationRoutes } from "./bank-routes.ts";
export { reconciliationCommandRoutes, reconciliationServiceCommands } from "./commands.ts";
export { bankDay, type FactSources, reconciliationItems } from "./facts.ts";
export {
  printAgeing,
  printClaimDifference,
  printClaims,
  printDesk,
  printDifference,
  printPortfolio,
  printPortfolioDifference,
  printState,
} from "./printed.ts";
export { accountDay, accountSource, banksOf, claimsOf, listedUnclaimed, portfolioOf, type ReadingSources } from "./reading.ts";
export { type ReconciliationOptions, reconciliationRoutes } from "./routes.ts";
export { type DeskRun, type ReconciliationRun, reconcileAll } from "./run.ts";
