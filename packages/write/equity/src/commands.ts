import type { CommandDefinition } from "@huimin/decider";
import { AmendInvestmentAgreement, BindInsurancePolicy, SignInvestmentAgreement } from "./commands-agreement.ts";
import { ReceiveLossRecovery, ReceiveLossShare, RecogniseInvestmentLoss, ReturnRecoveryShare, ShareLoss } from "./commands-loss.ts";
import { AppropriateEquityFunds, InvestEquity, RedeemEquity, ReturnPrincipalToTreasury } from "./commands-money.ts";
import { ReverseEquityEntry, ReverseEquityMessage } from "./commands-reversal.ts";

export { AmendInvestmentAgreement, BindInsurancePolicy, SignInvestmentAgreement } from "./commands-agreement.ts";
export { ReceiveLossRecovery, ReceiveLossShare, RecogniseInvestmentLoss, ReturnRecoveryShare, ShareLoss } from "./commands-loss.ts";
export { AppropriateEquityFunds, InvestEquity, RedeemEquity, ReturnPrincipalToTreasury } from "./commands-money.ts";
export { ReverseEquityEntry, ReverseEquityMessage } from "./commands-reversal.ts";

/** Every command of this package. */
export const equityCommands: readonly CommandDefinition[] = [
  AppropriateEquityFunds,
  SignInvestmentAgreement,
  AmendInvestmentAgreement,
  BindInsurancePolicy,
  InvestEquity,
  RedeemEquity,
  ReturnPrincipalToTreasury,
  RecogniseInvestmentLoss,
  ShareLoss,
  ReceiveLossShare,
  ReceiveLossRecovery,
  ReturnRecoveryShare,
  ReverseEquityEntry,
  ReverseEquityMessage,
];
