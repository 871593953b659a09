import { declareErrors } from "@huimin/outcome";

export const breakerErrors = declareErrors({
  CIRCUIT_BREAKER: {
    zh: "{scope} {code} 自 {since} 起已熔断,暂停新发放贷款。",
    en: "New loans in {scope} {code} have been blocked since {since}: its bad-loan rate is above the limit.",
    remedyZh: "不良率回落并由金融办解除熔断后再办理;已放贷款的代偿不受影响。",
    remedyEn: "Wait until the finance-promotion office has reset the breaker; compensation goes on.",
    kind: "rule",
  },
  BREAKER_BELOW_LIMIT: {
    zh: "{scope} {code} 不良率 {rate}% 未超过 {limit}%。",
    en: "The bad-loan rate of {scope} {code} is {rate} %, not above {limit} %.",
    remedyZh: "未达熔断线,无需熔断。",
    remedyEn: "Nothing is to be done below the limit.",
    kind: "rule",
  },
  BREAKER_ALREADY_TRIPPED: {
    zh: "{scope} {code} 自 {since} 起已处于熔断状态。",
    en: "{scope} {code} has been blocked since {since} already.",
    remedyZh: "无需重复熔断。",
    remedyEn: "It is blocked once.",
    kind: "conflict",
  },
  BREAKER_NOT_TRIPPED: {
    zh: "{scope} {code} 在 {valueDate} 未处于熔断状态。",
    en: "{scope} {code} is not blocked on {valueDate}.",
    remedyZh: "请核对村或街道代码。",
    remedyEn: "Check the code of the village or street.",
    kind: "conflict",
  },
});
