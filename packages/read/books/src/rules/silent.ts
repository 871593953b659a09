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
];

export const bankClientSilent: readonly string[] = [
  "BankClientRegistered",
  "BankClientChanged",
  "BankClientSuspended",
  "BankClientResumed",
  "BankKeyAdded",
  "BankKeyEndSet",
  "BankKeyRevoked",
  "BankKeyReserved",
];

export const policySilent: readonly string[] = ["PolicyParameterSet"];

export const proposalSilent: readonly string[] = ["CommandProposed", "ProposalApproved", "ProposalRejected", "ProposalWithdrawn"];

/** 告知书出具 (D12) changes no balance. */
export const statementSilent: readonly string[] = ["StatementIssued"];

/** 通知与证明: what they tell of is posted by what they tell of. */
export const noticeSilent: readonly string[] = ["NoticeIssued", "NoticeRevoked"];

/** The plan of a year-end run and what people decide on its way; the money is posted by pools and batches. */
export const yearEndRunSilent: readonly string[] = [
  "YearEndOpened",
  "YearEndPublicityConfirmed",
  "YearEndListsApproved",
  "YearEndAllocationConfirmed",
  "YearEndPayoutConfirmed",
  "YearEndStatementsConfirmed",
  "YearEndCancelled",
  "YearEndClosed",
];

/** Where banks are told of what is booked. */
export const webhookSilent: readonly string[] = [
  "WebhookEndpointRegistered",
  "WebhookEndpointChanged",
  "WebhookEndpointPaused",
  "WebhookEndpointResumed",
  "WebhookEndpointRemoved",
  "WebhookSecretIssued",
  "WebhookTestRequested",
];

/** 对账: what people say of differences moves no money; what they find is booked by the events that correct it. */
export const reconciliationSilent: readonly string[] = [
  "FundAccountBound",
  "FundAccountEnded",
  "DifferenceExplained",
  "DifferenceResolved",
  "MatchConfirmed",
  "MatchUndone",
  "BankDayClosed",
  "PortfolioLinesReceived",
  "PortfolioReceived",
];

/** What a file says is booked by the messages in it; a statement is what the books are compared with. */
export const bankFileSilent: readonly string[] = [
  "BankFileReceived",
  "BankFileBooked",
  "BankFileRefused",
  "BankStatementLinesReceived",
  "BankStatementReceived",
];

/** 限制处理、删除个人信息: who may be shown, never what is owed. */
export const privacySilent: readonly string[] = ["ProcessingRestricted", "ProcessingRestrictionLifted", "PersonalDataShredded"];
