export { axesIn, parseKnownAt } from "./axes.ts";
export {
  type BankReconciliation,
  Closing,
  type ClosingSources,
  type ReconciledAccount,
  type VerifiedPeriod,
  verifyClosedPeriods,
  type WaitingProposal,
} from "./closing/index.ts";
export { ledgerCommandRoutes, ledgerCommands } from "./commands.ts";
export { CORRECTIONS, type Correction, type CorrectionRouteOptions, correctionRoutes } from "./corrections/index.ts";
export { ledgerErrors } from "./errors.ts";
export { broken, type CheckSources, checkInvariants } from "./invariants/index.ts";
export {
  dryRun,
  type PeriodRouteOptions,
  periodRoutes,
  readPeriods,
  type SignedClose,
  settlementEnd,
  settlementLastDay,
} from "./periods.ts";
export { policyReader } from "./policy.ts";
export { loanAt, type PortfolioOptions, portfolioRoutes, printLoan } from "./portfolio.ts";
export { AccountSchema, BalanceSchema, LineSchema, printAccount, printBalance, printLine } from "./printed.ts";
export { type Names, printVoucher, printVoucherHead } from "./printed-vouchers.ts";
export { type LedgerOptions, ledgerRoutes } from "./routes.ts";
export { printSheet, type SheetRouteOptions, sheetRoutes } from "./sheet.ts";
export { type VoucherPaperOptions, voucherPaperRoutes, voucherPdf } from "./voucher-papers.ts";
export { findVouchers, type VoucherRouteOptions, voucherRoutes } from "./vouchers.ts";
