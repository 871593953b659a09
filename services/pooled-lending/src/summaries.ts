/** What a command is called in the API document. */
export const summaries: Readonly<Record<string, string>> = {
  ProposeBatch: "批次立项 / Propose a batch",
  WithdrawBatch: "立项撤回 / Withdraw a proposed batch",
  EnrolHousehold: "贫困户入批 / Enrol a household",
  WithdrawEnrolment: "退出批次 / Withdraw an enrolment",
  GrantBlockOverride: "准许例外签约 / Allow a contract while the model is blocked",
  SignEquityEntrustment: "股权委托协议签订 / Sign the entrustment of the stakes",
  PoolStakes: "股金归集确认 / Confirm the pooled stakes",
  NoteStakeRedeemed: "股权退出登记 / Note a redeemed stake",
  ReplaceStake: "替换受益户 / Replace a household",
  CloseBatch: "批次结清 / Close a batch",
};
