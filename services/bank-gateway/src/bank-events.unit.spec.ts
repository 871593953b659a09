import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bankFileCommands } from "@huimin/bank-file";
import type { CommandDefinition } from "@huimin/decider";
import * as dividend from "@huimin/dividend";
import { dividendEvents } from "@huimin/dividend/events";
import * as donation from "@huimin/donation";
import { donationEvents } from "@huimin/donation/events";
import * as equity from "@huimin/equity";
import { equityEvents } from "@huimin/equity/events";
import * as loan from "@huimin/loan";
import { loanEvents } from "@huimin/loan/events";
import * as pooled from "@huimin/pooled";
import { pooledEvents } from "@huimin/pooled/events";
import * as registry from "@huimin/registry";
import { registryEvents } from "@huimin/registry/events";
import * as riskFund from "@huimin/risk-fund";
import { riskFundEvents } from "@huimin/risk-fund/events";
import * as subsidy from "@huimin/subsidy";
import { subsidyEvents } from "@huimin/subsidy/events";
import type { TObject } from "typebox";
import { describe, expect, it } from "vitest";
import { EVENTS_OF_MESSAGE, messagesOfEvent } from "./bank-events.ts";
import { plainSchemaOf } from "./message-body.ts";
import { bankMessages } from "./messages.ts";

const SCENARIOS = path.join(import.meta.dirname, "../../../test/scenario/data");
const known: Readonly<Record<string, unknown>> = {
  ...{ ...loanEvents, ...pooledEvents, ...subsidyEvents, ...riskFundEvents },
  ...{ ...equityEvents, ...dividendEvents, ...donationEvents, ...registryEvents },
};

/** Events of domain chapter 2 (2.0–2.6, chains S, D, E) with BANK among their recorders. */
const CHAPTER_2 = [
  ...["BankAccountBound", "BankAccountChanged", "BankAccountClosed", "LoanDebtorChanged"],
  ...["DividendFundsReceived", "PayoutSucceeded", "PayoutFailed", "PayoutReturned", "WrongPayoutRecovered", "PayoutBatchAccepted"],
  ...["InterestSettled", "InterestPaid", "SubsidyClaimSubmitted", "SubsidyClawbackReceived"],
  ...["RiskFundInterestCredited", "LoanExtended", "LoanRenewedNoRepayment", "OverdueCured", "CompensationApplied", "CompensationPaid"],
  ...["RecoveryReceived", "InsuranceClaimFiled", "InsurancePaid"],
  ...[
    "BatchContractSigned",
    "LoanDisbursed",
    "StakeEntrusted",
    "UnifiedRepaymentReceived",
    "HouseholdReleased",
    "BankruptcyDividendReceived",
  ],
  ...["EnterpriseLoanDisbursed", "EnterpriseRepaid", "EnterprisePrepaid", "LoanRateReset"],
  ...["LoanApplied", "CreditRated", "LoanApproved", "LoanRejected", "UseOfFundsChecked", "RepaymentReceived"],
  ...["LoanPrepaid", "RepaymentDuplicateSuspected", "RepaymentReversed", "LoanToppedUp", "LoanSettled"],
  ...["LossShareReceived", "LossRecoveryReceived", "EquityRedeemed", "DonationReceived", "AssetIncomeReceived"],
  // Named in chapter 11.
  ...["InterestCorrected", "SubsidyPaymentReturned"],
];

const commandsOf = (module: object): CommandDefinition[] =>
  Object.values(module).filter((value): value is CommandDefinition => typeof value?.run === "function" && Array.isArray(value.roles));

describe("routes of what banks record", () => {
  it.each(CHAPTER_2)("%s has a route", (event) => {
    expect(known[event], "no such event").toBeDefined();
    expect(messagesOfEvent(event)).not.toEqual([]);
  });

  it("has a route for every bank fact of the scenarios", () => {
    const facts = readdirSync(SCENARIOS, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => (JSON.parse(readFileSync(path.join(SCENARIOS, file), "utf8")).facts ?? []) as { event: string; by: string }[]);
    const recorded = new Set(facts.filter(({ by }) => by === "BANK").map(({ event }) => event));
    expect(recorded.size).toBeGreaterThan(20);
    expect([...recorded].filter((event) => messagesOfEvent(event).length === 0)).toEqual([]);
  });

  it("has a route for every command that a bank may give, but those of its files", () => {
    const given = [loan, pooled, subsidy, riskFund, equity, dividend, donation, registry].flatMap(commandsOf);
    const routes = new Set(bankMessages.map(({ definition }) => definition.name));
    const without = given.filter(({ name, roles }) => roles.includes("BANK") && !routes.has(name)).map(({ name }) => name);
    expect(without).toEqual([]);
    expect(bankFileCommands.every(({ name }) => !routes.has(name))).toBe(true);
  });

  it("names for each message the events that it records, and nothing else", () => {
    const paths = bankMessages.map((message) => message.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(Object.keys(EVENTS_OF_MESSAGE).sort()).toEqual([...paths].sort());
    expect(
      Object.values(EVENTS_OF_MESSAGE)
        .flat()
        .filter((event) => !(event in known)),
    ).toEqual([]);
  });

  it("a message that moves money has a serial of its own, or says why not", () => {
    const withoutSerial = bankMessages.filter((message) => {
      const fields = Object.keys((plainSchemaOf(message) as TObject).properties);
      return !fields.includes("serial") && !fields.includes("reversalSerial");
    });
    expect(withoutSerial.map(({ path: address }) => address)).toEqual([
      // Contracts, conduct and settlements move no cash.
      ...["loan-applications", "loan-application-withdrawals", "credit-ratings", "loan-approvals", "loan-rejections"],
      ...["interest-corrections", "use-of-funds-checks", "debtor-changes", "extensions", "rate-resets"],
      ...["overdue-cures", "settlements", "batch-contracts", "batch-interest-corrections", "household-releases", "batch-overdue-cures"],
      ...["subsidy-claims", "compensation-applications", "compensation-withdrawals", "insurance-claims"],
      ...["bank-account-bindings", "bank-account-changes", "bank-account-closures"],
    ]);
  });

  it("every reversal names the original", () => {
    for (const message of bankMessages.filter(({ path: address }) => address.endsWith("reversals"))) {
      const { required = [], properties } = plainSchemaOf(message) as TObject;
      const original = message.path === "donation-reversals" ? "entry" : "serial";
      expect([message.path, required]).toEqual([message.path, expect.arrayContaining([original])]);
      expect(message.path === "donation-reversals" || "reversalSerial" in properties, message.path).toBe(true);
    }
  });
});
