/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export {
  availableOn,
  balanceOf,
  type DonationEntry,
  type DonationState,
  donationFold,
  donationStream,
  FREE,
  purposesOf,
  standing,
  stockOf,
  stockOn,
} from "./evolve.ts";
export {
  type GoodsReceived,
  type Help,
  type HelpState,
  type HouseholdHonour,
  helpFold,
  type Pairing,
  pairedOn,
  pairingStream,
  type WorkshopWage,
} from "./evolve-help.ts";
export {
  type EnterpriseFundState,
  enterpriseFundFold,
  enterpriseFundStream,
  type Honour,
  type HonourState,
  honourFold,
  honourStream,
  type WorkshopState,
  workshopFold,
  workshopStream,
} from "./evolve-social.ts";
export * from "./schema.ts";
