import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  WEBHOOK_BANK_UNKNOWN: {
    kind: "missing",
    zh: "银行 {bank} 没有登记。",
    en: "Bank {bank} is not registered.",
    remedyZh: "先登记银行，或更正银行编号。",
    remedyEn: "Register the bank first, or correct its number.",
  },
  WEBHOOK_OTHER_BANK: {
    kind: "forbidden",
    zh: "{actor} 不能处理银行 {bank} 的通知地址。",
    en: "{actor} can't act for the endpoints of bank {bank}.",
    remedyZh: "银行只能处理自己的通知地址。",
    remedyEn: "A bank acts for its own endpoints only.",
  },
  WEBHOOK_URL_INVALID: {
    kind: "invalid",
    zh: "通知地址不能用：{whatZh}。",
    en: "The endpoint's address can't be used: {whatEn}.",
    remedyZh: "写成完整的 https:// 地址，不带用户名、密码和 #，域名能从本系统访问。",
    remedyEn: "Give a full https:// address without user, password or #, on a host that this system may reach.",
  },
  WEBHOOK_URL_TAKEN: {
    kind: "conflict",
    zh: "银行 {bank} 的通知地址 {endpoint} 已经使用该网址。",
    en: "Endpoint {endpoint} of bank {bank} has this address already.",
    remedyZh: "变更原来的通知地址，或先注销它。",
    remedyEn: "Change that endpoint, or remove it first.",
  },
  WEBHOOK_ENDPOINT_EXISTS: {
    kind: "conflict",
    zh: "银行 {bank} 已有编号为 {endpoint} 的通知地址（含已注销的）。",
    en: "Bank {bank} has or had an endpoint {endpoint}.",
    remedyZh: "换一个编号；编号不重复使用。",
    remedyEn: "Take another name; names are not used twice.",
  },
  WEBHOOK_ENDPOINT_UNKNOWN: {
    kind: "missing",
    zh: "银行 {bank} 没有通知地址 {endpoint}。",
    en: "Bank {bank} has no endpoint {endpoint}.",
    remedyZh: "用 GET /bank/v1/webhooks 或 huimin webhooks list 查看编号。",
    remedyEn: "GET /bank/v1/webhooks or huimin webhooks list shows the names.",
  },
  WEBHOOK_ENDPOINTS_TOO_MANY: {
    kind: "rule",
    zh: "银行 {bank} 已有 {limit} 个通知地址。",
    en: "Bank {bank} has {limit} endpoints already.",
    remedyZh: "先注销不用的；一个地址可以接收多种通知。",
    remedyEn: "Remove one that is not used; one endpoint can get several kinds.",
  },
  WEBHOOK_NOT_CHANGED: {
    kind: "conflict",
    zh: "通知地址 {endpoint} 的网址和通知种类没有变化。",
    en: "Address and kinds of endpoint {endpoint} are these already.",
    remedyZh: "无需再提交。",
    remedyEn: "Nothing is left to do.",
  },
  WEBHOOK_NOT_PAUSED: {
    kind: "conflict",
    zh: "通知地址 {endpoint} 没有暂停。",
    en: "Endpoint {endpoint} is not paused.",
    remedyZh: "无需恢复；没有收到通知时请查看投递记录。",
    remedyEn: "Nothing is to be resumed; if messages are missing, look at its deliveries.",
  },
  WEBHOOK_PAUSED_ALREADY: {
    kind: "conflict",
    zh: "通知地址 {endpoint} 已经暂停：{reason}。",
    en: "Endpoint {endpoint} is paused already: {reason}.",
    remedyZh: "需要时先恢复。",
    remedyEn: "Resume it when it is to be used again.",
  },
});
