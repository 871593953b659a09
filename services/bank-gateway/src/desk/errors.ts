import { declareErrors } from "@huimin/outcome";

export const deskErrors = declareErrors({
  MESSAGE_UNKNOWN: {
    kind: "missing",
    zh: "本行没有以 {key} 发送并入账的报文。",
    en: "This bank has no recorded message under {key}.",
    remedyZh: "核对流水号或键；被拒绝的报文没有入账，可以原样重发。",
    remedyEn: "Check the serial or key; a refused message was not recorded and may be sent again.",
  },
  BANK_ITEM_UNKNOWN: {
    kind: "missing",
    zh: "本行没有 {item}。",
    en: "This bank has no {item}.",
    remedyZh: "核对编号；刚发送的业务请带上答复中的 position 作为 min-position 再查。",
    remedyEn: "Check the number; to see a message just sent, ask with its answer's position as min-position.",
  },
  DUPLICATE_UNKNOWN: {
    kind: "missing",
    zh: "贷款 {loan} 没有流水号为 {serial} 的疑似重复。",
    en: "Loan {loan} has no suspected duplicate with serial {serial}.",
    remedyZh: "核对贷款编号和流水号。",
    remedyEn: "Check the loan number and the serial.",
  },
});
