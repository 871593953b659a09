/*
 * What other packages may know of the register: its events, and the folds that their decisions read.
 */
export type {
  AccountFacts,
  AccountState,
  EligibleStanding,
  Ended,
  HouseholdFacts,
  HouseholdState,
  HouseholdStatus,
  MemberState,
  PayoutAccount,
} from "./household.ts";
export {
  accountUsableFrom,
  eligibleOn,
  existsOn,
  factsOf,
  householdFacts,
  householdFold,
  isMember,
  isMonitoredOn,
  openAccount,
  payoutAccount,
  standingsOn,
  statusOf,
} from "./household.ts";
export type { BankState, EnterpriseState, PartyKind, PartyState, PersonState, VillageState } from "./parties.ts";
export { bankFold, enterpriseActiveOn, enterpriseFold, isParty, partyFold, personFold, villageFold } from "./parties.ts";
export { type FailedPayment, usablePayoutAccount } from "./payout-account.ts";
export * from "./schema.ts";
export { bankStream, enterpriseStream, householdStream, partyStream, personStream, villageStream } from "./streams.ts";
