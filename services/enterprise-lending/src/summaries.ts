/** What a command is called in the API document. */
export const summaries: Readonly<Record<string, string>> = {
  RecogniseEnterprise: "认定带贫企业 / Recognise an enterprise as a carrier",
  RevokeEnterpriseRecognition: "撤销认定 / Revoke a recognition",
  SignFourPartyAgreement: "四方带贫协议签订 / Sign a four-party agreement",
  AmendFourPartyAgreement: "协议变更 / Amend an agreement",
  LinkHouseholds: "带贫关系建立 / Link households",
  UnlinkHouseholds: "带贫关系解除 / Unlink households",
  ReportWage: "工资报送 / Report a wage",
  ReportBenefit: "带贫收益报送 / Report a benefit",
  RecordCommitmentBreach: "未履行带贫认定 / Record a breach of the commitment",
  RevokeCommitmentBreach: "撤销未履行认定 / Revoke a breach",
  GrantGuaranteeFee: "担保费补助 / Grant a guarantee fee",
  PayGuaranteeFee: "担保费补助拨付 / Pay a guarantee-fee grant",
  ReturnGuaranteeFeePayment: "担保费补助退回 / Return a paid guarantee-fee grant",
  ReverseGuaranteeFee: "担保费补助冲销 / Reverse a guarantee-fee grant",
};
