import { declareErrors } from "@huimin/outcome";

export const serviceErrors = declareErrors({
  RECONCILIATION_NOTHING: {
    zh: "{desk} 在 {day} 没有可对账的内容。",
    en: "{desk} has nothing to reconcile on {day}.",
    remedyZh: "先绑定专户并取得银行对账单、余额文件或贴息申报。",
    remedyEn: "Bind the fund account first, and have the bank's statement, portfolio file or claim.",
    kind: "missing",
  },
});
