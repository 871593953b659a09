export { Closing } from "./closing.ts";
export { type CloseSpan, closeSteps } from "./steps.ts";
export { type SubLedger, subLedgerFault, subLedgers } from "./sub-ledgers.ts";
export type { BankReconciliation, ClosingSources, ReconciledAccount, WaitingProposal } from "./types.ts";
export { checkClosedPeriods, type VerifiedPeriod, verifyClosedPeriods } from "./verify.ts";
