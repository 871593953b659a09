/*
 * What a client may do (权限范围). Every message and route of the bank's API needs exactly one of these; a client has those
 * that its work needs and no others: the desk that reports loans need not be able to report payouts.
 */
export const BANK_SCOPES = {
  "loans:write": "贷款：申请、审批、放款、还款、展期、结清",
  "loans:read": "查询贷款",
  "interest:write": "结息、付息、利息更正",
  "subsidies:write": "贴息申报与退回",
  "subsidies:read": "查询贴息",
  "risk:write": "风险补偿、代偿、追回、保险",
  "risk:read": "查询风险补偿",
  "equity:write": "股本退出与损失分担",
  "dividends:write": "分红款、资产收益到账",
  "payouts:write": "代发受理与结果",
  "payouts:read": "查询代发批次",
  "accounts:write": "银行卡绑定、变更、注销",
  "donations:write": "捐赠到账",
  "bulk:write": "批量报文（其中每项另须有该报文的权限）",
  "files:write": "上传文件",
  "files:read": "查询文件与回执",
  "messages:read": "查询本行报文",
  "reconciliation:write": "对账申报与答复",
  "reconciliation:read": "查询对账",
  "webhooks:write": "管理通知订阅",
  "webhooks:read": "查询通知",
} as const;

export type BankScope = keyof typeof BANK_SCOPES;

export const isBankScope = (text: string): text is BankScope => Object.hasOwn(BANK_SCOPES, text);

/** All of them, for a bank whose one client does everything. */
export const ALL_BANK_SCOPES = Object.keys(BANK_SCOPES) as readonly BankScope[];
