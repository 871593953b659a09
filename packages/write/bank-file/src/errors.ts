import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  BANK_FILE_BOOKED: {
    kind: "conflict",
    zh: "同一文件已经入账（{rows} 笔）。",
    en: "The same file is booked already ({rows} rows).",
    remedyZh: "无需重发；请下载首次的回执。未入账的行请更正后放在新文件里发送。",
    remedyEn: "Do not send it again; fetch its first report. Send rows that were refused, corrected, in a new file.",
  },
  BANK_FILE_OTHER_KIND: {
    kind: "conflict",
    zh: "同一文件已按“{known}”接收，不能再按“{kind}”处理。",
    en: "The same file was taken as {known} and cannot be taken as {kind}.",
    remedyZh: "请核对文件类别；确需改类别的，请重新导出文件。",
    remedyEn: "Check what kind of file it is; export it again if the kind was wrong.",
  },
  BANK_FILE_NOT_RECEIVED: {
    kind: "conflict",
    zh: "文件 {sha256} 没有接收记录。",
    en: "There is no record that file {sha256} was received.",
    remedyZh: "请先发送文件。",
    remedyEn: "Send the file first.",
  },
  BANK_FILE_OTHER_BANK: {
    kind: "forbidden",
    zh: "{actor} 不能代 {bank} 发送文件。",
    en: "{actor} cannot send files of {bank}.",
    remedyZh: "请用该银行自己的密钥或目录。",
    remedyEn: "Use that bank's own key or folder.",
  },
  BANK_STATEMENT_INCOMPLETE: {
    kind: "invalid",
    zh: "对账单 {statement} 应有 {lines} 行，收到 {found} 行。",
    en: "Statement {statement} should have {lines} lines, {found} arrived.",
    remedyZh: "请重新发送整个文件。",
    remedyEn: "Send the whole file again.",
  },
  BANK_STATEMENT_DIFFERS: {
    kind: "invalid",
    zh: "对账单 {statement} 的{what}写的是 {stated}，逐笔合计为 {computed}。",
    en: "Statement {statement} says {stated} for {what}, its lines add up to {computed}.",
    remedyZh: "请核对后发送整个文件。",
    remedyEn: "Check it and send the whole file again.",
  },
});
