/** What a command is called in the API document. */
export const summaries: Readonly<Record<string, string>> = {
  DepositRiskFund: "风险补偿金存入 / Deposit into the risk fund",
  ReverseRiskFundDeposit: "注销补偿金存入 / Reverse a deposit",
  ApproveCompensation: "代偿审批 / Approve a compensation",
  RejectCompensation: "代偿驳回 / Reject a compensation",
  RevokeCompensationApproval: "撤销代偿审批 / Revoke an approval",
  PayCompensation: "代偿 / Pay a compensation",
  WriteOffClaim: "核销 / Write a claim off",
  FileInsuranceClaim: "保险报案 / File an insurance claim",
  ApproveInsuranceClaim: "保险定损 / The insurer settles a claim",
  RejectInsuranceClaim: "保险拒赔 / The insurer rejects a claim",
  ReverseInsuranceApproval: "撤销保险定损 / Reverse an insurer's settlement",
  ResetBreaker: "解除熔断 / Reset a circuit breaker",
};
