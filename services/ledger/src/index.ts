export { axesIn, parseKnownAt } from "./axes.ts";
export { ledgerCommandRoutes, ledgerCommands } from "./commands.ts";
export { ledgerErrors } from "./errors.ts";
export { broken, type CheckSources, checkInvariants } from "./invariants/index.ts";
export { type PortfolioOptions, portfolioRoutes } from "./portfolio.ts";
export { AccountSchema, BalanceSchema, LineSchema, printAccount, printBalance, printLine } from "./printed.ts";
export { type LedgerOptions, ledgerRoutes } from "./routes.ts";
export { printSheet, type SheetRouteOptions, sheetRoutes } from "./sheet.ts";
