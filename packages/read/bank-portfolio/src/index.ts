export { loanFromEvents } from "./loan-at.ts";
export type { BankPortfolio, LoanFilter, LoanPage, LoanStatus, Page, PortfolioLoan, PortfolioTotal, VillageTotal } from "./portfolio.ts";
export { createBankPortfolio, PAGE_LOANS_MAX } from "./portfolio.ts";
export { bankPortfolioProjection, PORTFOLIO_SCHEMA } from "./projection.ts";
