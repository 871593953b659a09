import { declareErrors } from "@huimin/outcome";

export const policyErrors = declareErrors({
  POLICY_KEY_UNKNOWN: {
    kind: "invalid",
    zh: "政策参数 {key} 不存在。",
    en: "There is no policy parameter {key}.",
    remedyZh: "请从参数目录中选择键名。",
    remedyEn: "Choose a key from the list of parameters.",
  },
  POLICY_VALUE_INVALID: {
    kind: "invalid",
    zh: "参数 {key} 的取值不符合类型“{type}”({expected})。",
    en: "The value of {key} is not of type {type} ({expected}).",
    remedyZh: "请按类型和单位填写,金额两位小数,比例不带百分号。",
    remedyEn: "Write it as its type and unit ask: amounts with two decimals, percentages without a sign.",
  },
  POLICY_DATES_INVALID: {
    kind: "invalid",
    zh: "参数 {key} 的生效日期 {from} 或失效日期 {to} 不存在,或失效早于生效。",
    en: "The dates {from} to {to} of {key} do not exist, or the end is before the start.",
    remedyZh: "请核对文件上的起止日期。",
    remedyEn: "Check the dates in the document.",
  },
  POLICY_DOCUMENT_MISSING: {
    kind: "invalid",
    zh: "设置参数 {key} 必须注明文件号。",
    en: "Setting {key} needs the number of the document that orders it.",
    remedyZh: "请填写发文字号,例如 豫政办〔2017〕85号。",
    remedyEn: "Give the document number, for example 豫政办〔2017〕85号.",
  },
});
