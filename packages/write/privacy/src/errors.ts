import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  PRIVACY_PERSON_UNKNOWN: {
    kind: "missing",
    zh: "登记册中没有此人（{person}）。",
    en: "The register knows no such person ({person}).",
    remedyZh: "请用户成员列表中的 personId。",
    remedyEn: "Take the personId from the list of a household's members.",
  },
  PRIVACY_ALREADY_RESTRICTED: {
    kind: "conflict",
    zh: "此人（{person}）自 {since} 起已限制处理。",
    en: "Processing of this person's data ({person}) has been restricted since {since}.",
    remedyZh: "无需重复；依据有变的，先解除再限制。",
    remedyEn: "Nothing has to be done; where the ground has changed, lift it first.",
  },
  PRIVACY_NOT_RESTRICTED: {
    kind: "conflict",
    zh: "此人（{person}）未限制处理。",
    en: "Processing of this person's data ({person}) is not restricted.",
    remedyZh: "请核对人员。",
    remedyEn: "Check whom you mean.",
  },
  PRIVACY_RETENTION: {
    kind: "rule",
    zh: "会计身份信息（K1）依法保存至 {until}（最后会计事项 {fact}，保存 {years} 年），此前不能删除。",
    en: "Accounting identity (K1) is kept by law until {until} (last accounting fact {fact}, {years} years): it can't be erased before.",
    remedyZh: "保存期内的请求用“限制处理”；便利信息（K2）可立即删除。",
    remedyEn: "Within the retention restrict the processing instead; convenience data (K2) can be erased at once.",
  },
  PRIVACY_PERSON_ACTIVE: {
    kind: "rule",
    zh: "此人仍是户 {household} 的成员，身份信息仍在使用。",
    en: "The person is a member of household {household}: the identity is in use.",
    remedyZh: "请先办理人口减少或注销登记，或改用“限制处理”。",
    remedyEn: "Record the leaving or the deregistration first, or restrict the processing instead.",
  },
  PRIVACY_ACCOUNTS_OPEN: {
    kind: "rule",
    zh: "此人所在户尚有未结余额：{open}。",
    en: "The person's household has open balances: {open}.",
    remedyZh: "请先结清（发放、转出或核销），再删除身份信息。",
    remedyEn: "Settle them first (pay, transfer or write off), then erase the identity.",
  },
  PRIVACY_NOTHING_TO_SHRED: {
    kind: "conflict",
    zh: "此人没有可删除的 {keyClass} 类信息。",
    en: "There is nothing of class {keyClass} of this person that could be erased.",
    remedyZh: "无需处理；可能已删除或从未录入。",
    remedyEn: "Nothing has to be done: it was erased before, or never entered.",
  },
  PRIVACY_DATE: {
    kind: "invalid",
    zh: "日期 {date} 不存在或晚于今天（{today}）。",
    en: "The date {date} does not exist or is after today ({today}).",
    remedyZh: "请填写已到的日期，格式 YYYY-MM-DD。",
    remedyEn: "Give a date that has come, YYYY-MM-DD.",
  },
});
