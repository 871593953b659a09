import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  PERIOD_CLOSED: {
    zh: "会计期间 {period} 已结账,不能再记账。",
    en: "Period {period} is closed: nothing more can be booked in it.",
    remedyZh: "请不指定会计期间,或选择 {firstOpen} 及以后的期间;业务发生日可以早于该期间。",
    remedyEn: "Leave the period out or ask for {firstOpen} or later; the value date may lie before it.",
    kind: "rule",
  },
  PERIOD_NOT_BEGUN: {
    zh: "会计期间 {period} 尚未开始(最晚可记入 {latest})。",
    en: "Period {period} has not begun; the latest that can be booked in is {latest}.",
    remedyZh: "请不指定会计期间,或选择不晚于 {latest} 的期间。",
    remedyEn: "Leave the period out or ask for {latest} or earlier.",
    kind: "rule",
  },
  SETTLEMENT_PERIOD_OVER: {
    zh: "{period} 的决算整理期已于 {lastDay} 结束，{today} 不能再记入该期间。",
    en: "The settlement period of {period} ended on {lastDay}: nothing more is booked in it on {today}.",
    remedyZh:
      "不指定会计期间，记入当前期间（业务发生日可以早于该期间）；涉及上年盈余的按以前年度盈余调整(3501)办理。整理期天数由政策参数 close.settlementPeriodDays 设定。",
    remedyEn:
      "Leave the period out and book in the current one (the value date may lie before it); what concerns last year's surplus goes through 3501. The policy parameter close.settlementPeriodDays sets the number of days.",
    kind: "rule",
  },
  VALUE_DATE_IN_FUTURE: {
    zh: "业务发生日 {valueDate} 晚于入账日 {today}。",
    en: "The value date {valueDate} is later than the day of recording, {today}.",
    remedyZh: "请核对业务发生日;未来的业务请在发生后再入账。",
    remedyEn: "Check the value date; record the business once it has happened.",
    kind: "rule",
  },
  ROLE_NOT_ALLOWED: {
    zh: "岗位 {role} 不能执行 {command}。",
    en: "Role {role} may not give the command {command}.",
    remedyZh: "请由具有以下岗位之一的人员办理:{allowed}。",
    remedyEn: "Let a person with one of these roles do it: {allowed}.",
    kind: "forbidden",
  },
  SECOND_PERSON_NEEDED: {
    zh: "{command} 记入财政账(G 账套),须经第二人审核。",
    en: "{command} posts in the district's own book (G): it needs a second person.",
    remedyZh: "请先制单提交,由另一人审核后记账。",
    remedyEn: "Propose it, and let another person approve it.",
    kind: "forbidden",
  },
  CHECKER_IS_MAKER: {
    zh: "制单人与审核人不能为同一人。",
    en: "The maker and the checker are the same person.",
    remedyZh: "请由另一人审核。",
    remedyEn: "Let another person approve it.",
    kind: "forbidden",
  },
  BANK_RECORD_NOT_OWN: {
    zh: "本行没有这笔业务。",
    en: "This bank has no such record.",
    remedyZh: "请核对编号；须先有申请、合同或受理记录，且只能办理本行的业务。",
    remedyEn: "Check the number; it must be one of this bank's own, and opened before.",
    kind: "missing",
  },
  IDEMPOTENCY_KEY_CONFLICT: {
    zh: "幂等键或流水号 {key} 已用于内容不同的请求（首次：位置 {position}，{day} 入账）。",
    en: "The idempotency key or serial {key} was used before with another content (first at position {position}, recorded on {day}).",
    remedyZh: "如系重发,请发送与首次完全相同的内容;如系新业务,请使用新的键或流水号。",
    remedyEn: "To repeat the request, send exactly the first content; for new business, use a new key or serial.",
    kind: "conflict",
  },
  IDENTIFIER_NOT_STORABLE: {
    zh: "编号含有不可打印字符或过长,不能使用。",
    en: "An identifier has unprintable characters or is too long.",
    remedyZh: "请使用不超过 160 个字符、不含控制字符的编号。",
    remedyEn: "Use identifiers of at most 160 characters without control characters.",
    kind: "invalid",
  },
  TEXT_NOT_STORABLE: {
    zh: "内容含有无法保存的字符(空字符或不完整的 Unicode 字符)。",
    en: "The content has characters that cannot be stored (NUL or incomplete Unicode).",
    remedyZh: "请检查文件或报文的编码后重新发送。",
    remedyEn: "Check the encoding of the file or message and send it again.",
    kind: "invalid",
  },
  CONTENTION: {
    zh: "相关数据正被其他业务频繁修改,本次未能入账。",
    en: "Others kept changing the same data; nothing was recorded.",
    remedyZh: "请稍后用相同的幂等键重试。",
    remedyEn: "Try again shortly with the same idempotency key.",
    kind: "busy",
  },
  LOG_BUSY: {
    zh: "系统繁忙,等待入账的请求过多。",
    en: "Too many requests wait to be recorded.",
    remedyZh: "请稍后用相同的幂等键重试。",
    remedyEn: "Try again shortly with the same idempotency key.",
    kind: "busy",
  },
});
