import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  AUDIT_NOT_RUN: {
    zh: "这里没有审计记录：审计尚未进行，或在另一台机器上进行。",
    en: "There is no record of an audit here: none was made yet, or it is made on another machine.",
    remedyZh: "请运行 huimin audit，或在审计机器上查看其报告。",
    remedyEn: "Run huimin audit, or look at the reports of the machine that audits.",
    kind: "missing",
  },
});
