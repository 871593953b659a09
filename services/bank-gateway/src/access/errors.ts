import { declareErrors } from "@huimin/outcome";

/** Refusals of a bank's access: a proven or claimed sender who may not do this, not now, or not from here. */
export const accessErrors = declareErrors({
  BANK_CLIENT_SUSPENDED: {
    kind: "forbidden",
    zh: "客户端 {client} 已停用。",
    en: "The client {client} is suspended.",
    remedyZh: "请联系金融办；恢复后用同一个 Idempotency-Key 重发，不会重复记账。",
    remedyEn: "Ask the finance-promotion office; once it is resumed, resend with the same Idempotency-Key: nothing is booked twice.",
  },
  BANK_ADDRESS_NOT_ALLOWED: {
    kind: "forbidden",
    zh: "来源地址 {address} 不在客户端的允许名单内。",
    en: "The address {address} is not one from which this client may send.",
    remedyZh: "请从登记的出口地址发送，或请金融办变更允许名单。",
    remedyEn: "Send from a registered address, or ask the finance-promotion office to change the list.",
  },
  BANK_SCOPE_MISSING: {
    kind: "forbidden",
    zh: "客户端 {client} 没有权限 {scope}。",
    en: "The client {client} does not have the scope {scope}.",
    remedyZh: "请用有此权限的客户端，或请金融办增加权限。",
    remedyEn: "Use a client that has it, or ask the finance-promotion office to add it.",
  },
  BANK_QUOTA_USED_UP: {
    kind: "busy",
    zh: "客户端 {client} 今日的 {perDay} 笔报文已用完。",
    en: "The client {client} has used up its {perDay} messages of today.",
    remedyZh: "次日（北京时间）零时起可继续发送；确需更多请联系金融办。大批量请用文件。",
    remedyEn: "Go on after midnight (Asia/Shanghai), or ask the finance-promotion office for more; send large amounts as files.",
  },
  TOO_MANY_FAILURES: {
    kind: "busy",
    zh: "来自 {address} 的失败请求过多，暂缓处理。",
    en: "Too many requests from {address} failed: it has to wait.",
    remedyZh: "请按 Retry-After 等待，并先查明签名失败的原因。",
    remedyEn: "Wait as Retry-After says, and find out first why signatures fail.",
  },
});
