/** What a command is called in the API document. */
export const summaries: Readonly<Record<string, string>> = {
  AppropriateEquityFunds: "政企联动资金拨入 / Appropriate equity funds",
  SignInvestmentAgreement: "入股协议签订 / Sign an investment agreement",
  AmendInvestmentAgreement: "入股协议变更 / Amend an investment agreement",
  BindInsurancePolicy: "投保 / Bind an insurance policy",
  InvestEquity: "出资入股 / Invest in an enterprise",
  ReturnPrincipalToTreasury: "本金上缴 / Return principal to the treasury",
  RecogniseInvestmentLoss: "确认损失 / Recognise a loss of equity",
  ShareLoss: "三方分担 / Share a loss",
  ReturnRecoveryShare: "返还分担款 / Return recovered shares",
  ReverseEquityEntry: "红字冲销 / Reverse an entry",
};
