import type { BankScope } from "@huimin/bank-client/events";
import type { BankMessage } from "../message.ts";

/**
 * The one scope that each message needs, by its address. A scope is what one desk of a bank does: loans, interest,
 * subsidies, payouts. A new message is written in here, or the server does not start.
 */
const MESSAGES: Readonly<Partial<Record<BankScope, readonly string[]>>> = {
  "loans:write": [
    ...["loan-applications", "loan-application-withdrawals", "credit-ratings", "loan-approvals", "loan-rejections"],
    ...["disbursements", "disbursement-reversals", "repayments", "prepayments", "reversals", "use-of-funds-checks"],
    ...["debtor-changes", "extensions", "renewals", "rate-resets", "overdue-cures", "settlements"],
    ...["enterprise-disbursements", "enterprise-repayments", "enterprise-prepayments", "enterprise-reversals"],
    ...["batch-contracts", "batch-disbursements", "stake-entrustments", "stake-entrustment-reversals", "unified-repayments"],
    ...["unified-repayment-reversals", "household-releases", "batch-overdue-cures"],
  ],
  "interest:write": [
    ...["interest-settlements", "interest-corrections", "interest-payments", "interest-payment-reversals"],
    ...["batch-interest-settlements", "batch-interest-payments", "batch-interest-corrections", "batch-interest-payment-reversals"],
  ],
  "subsidies:write": ["subsidy-claims", "subsidy-payment-returns", "subsidy-clawback-receipts", "subsidy-clawback-receipt-reversals"],
  "risk:write": [
    ...["risk-fund-interest", "risk-fund-interest-reversals", "compensation-applications", "compensation-withdrawals"],
    ...["compensation-payments", "compensation-payment-reversals", "recoveries", "bankruptcy-dividends", "recovery-reversals"],
    ...["insurance-claims", "insurance-payments", "insurance-payment-reversals"],
  ],
  "equity:write": ["equity-redemptions", "loss-share-receipts", "loss-recoveries", "equity-reversals"],
  "dividends:write": ["dividend-receipts", "dividend-receipt-reversals", "asset-income"],
  "payouts:write": [
    ...["payout-acceptances", "payout-successes", "payout-failures", "payout-returns", "payout-result-reversals"],
    ...["wrong-payout-recoveries", "wrong-payout-recovery-reversals"],
  ],
  "accounts:write": ["bank-account-bindings", "bank-account-changes", "bank-account-closures"],
  "donations:write": ["donations", "donation-reversals"],
};

const byMessage = new Map<string, BankScope>();
for (const [scope, paths] of Object.entries(MESSAGES)) {
  for (const path of paths) {
    if (byMessage.has(path)) throw new Error(`message ${path} has two scopes`);
    byMessage.set(path, scope as BankScope);
  }
}

export function scopeOf({ path }: Pick<BankMessage, "path">): BankScope {
  const scope = byMessage.get(path);
  if (scope === undefined) throw new Error(`message ${path} has no scope: add it in bank-gateway/src/access/scopes.ts`);
  return scope;
}

/** Addresses that have a scope, for the test that no other is there. */
export const scopedMessages = (): readonly string[] => [...byMessage.keys()];
