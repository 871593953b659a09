import type { CommandDefinition } from "@huimin/decider";
import { DistributeGoods, RecordInKindDonation, WaiveForwarding } from "./commands-goods.ts";
import { CloseWorkshop, EndPairing, EstablishPairing, OpenWorkshop, RecordHelp, ReportWorkshopWage } from "./commands-help.ts";
import { AwardHonour, DrawEnterpriseFund, EstablishEnterpriseFund, RevokeHonour } from "./commands-honour.ts";
import { ChangeDonationPurpose, PledgeDonation, RecordDonation, RefundDonation, SpendDonation, WithdrawPledge } from "./commands-money.ts";
import { ReverseDonationEntry, ReverseDonationMessage } from "./commands-reversal.ts";
import { DonateCooperativeStake } from "./commands-stake.ts";

export * from "./commands-goods.ts";
export * from "./commands-help.ts";
export * from "./commands-honour.ts";
export * from "./commands-money.ts";
export * from "./commands-reversal.ts";
export * from "./commands-stake.ts";

/** Every command of this package, in the order of domain 2.5. */
export const donationCommands: readonly CommandDefinition[] = [
  PledgeDonation,
  WithdrawPledge,
  RecordDonation,
  RecordInKindDonation,
  SpendDonation,
  DistributeGoods,
  ChangeDonationPurpose,
  WaiveForwarding,
  RefundDonation,
  ReverseDonationEntry,
  ReverseDonationMessage,
  EstablishPairing,
  EndPairing,
  RecordHelp,
  OpenWorkshop,
  CloseWorkshop,
  ReportWorkshopWage,
  EstablishEnterpriseFund,
  DrawEnterpriseFund,
  DonateCooperativeStake,
  AwardHonour,
  RevokeHonour,
];
