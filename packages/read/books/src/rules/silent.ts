/**
 * Event types that move no money, by family. A type that is neither here nor in a rule stops the projector: nothing is
 * left out of the books by oversight.
 */
export const registrySilent: readonly string[] = [
  "VillageRegistered",
  "VillageExited",
  "VillageExitRevoked",
  "HouseholdRegistered",
  "HouseholdDeregistered",
  "MemberAdded",
  "MemberRemoved",
  "HeadChanged",
  "HouseholdSplit",
  "HouseholdMerged",
  "PovertyExitConfirmed",
  "PovertyExitRevoked",
  "ReturnedToPoverty",
  "MonitoringStarted",
  "MonitoringEnded",
  "HouseholdExtinct",
  "BankAccountBound",
  "BankAccountChanged",
  "BankAccountClosed",
  "PersonJoined",
  "PersonLeft",
  "PersonIdentityCorrected",
  "EnterpriseRegistered",
  "EnterpriseSuspended",
  "EnterpriseBankruptcyFiled",
  "PartyRegistered",
  "BankRegistered",
  "BankKeyAdded",
  "BankKeyRevoked",
];

export const policySilent: readonly string[] = ["PolicyParameterSet"];

export const proposalSilent: readonly string[] = ["CommandProposed", "ProposalApproved", "ProposalRejected", "ProposalWithdrawn"];

/** 告知书出具 (D12) changes no balance. */
export const statementSilent: readonly string[] = ["StatementIssued"];

/** What a file says is booked by the messages in it; a statement is what the books are compared with. */
export const bankFileSilent: readonly string[] = [
  "BankFileReceived",
  "BankFileBooked",
  "BankFileRefused",
  "BankStatementLinesReceived",
  "BankStatementReceived",
];
