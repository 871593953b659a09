import { declareErrors } from "@huimin/outcome";

/** What a bulk of messages can be refused for; its items refuse as the messages do. */
export const bulkErrors = declareErrors({
  BULK_FORM: {
    kind: "invalid",
    zh: "批量请求的格式不对：{rule}。",
    en: "The bulk has the wrong form: {rule}.",
    remedyZh: '发送 {"mode": "each" 或 "all", "items": [{"message", "body", "idempotencyKey"?}]}，items 为 1 到 {limit} 项。',
    remedyEn: 'Send {"mode": "each" or "all", "items": [{"message", "body", "idempotencyKey"?}]} with 1 to {limit} items.',
  },
  BULK_MESSAGE_UNKNOWN: {
    kind: "invalid",
    zh: "没有报文 {message}。",
    en: "There is no message {message}.",
    remedyZh: "填写报文的地址，例如 repayments；全部报文见 /docs。",
    remedyEn: "Give the address of a message, e.g. repayments; /docs lists all of them.",
  },
  BULK_ITEM_FORM: {
    kind: "invalid",
    zh: "该项不是 message、body 和可选的 idempotencyKey：{rule}。",
    en: "The item is not made of message, body and perhaps idempotencyKey: {rule}.",
    remedyZh: '写成 {"message": "repayments", "body": {…}}；idempotencyKey 为 1 到 128 个可见 ASCII 字符。',
    remedyEn: 'Write {"message": "repayments", "body": {…}}; an idempotencyKey is 1 to 128 visible ASCII characters.',
  },
  BULK_KEY_OTHER: {
    kind: "conflict",
    zh: "Idempotency-Key {key} 已用于内容不同的批量请求（首次：位置 {position}）。",
    en: "The Idempotency-Key {key} was used for another bulk (first at position {position}).",
    remedyZh: "重发请保持内容不变；新的批量请用新的键。",
    remedyEn: "To repeat it, send the same content; for another bulk, use a new key.",
  },
  BULK_TOO_MANY_AT_ONCE: {
    kind: "busy",
    zh: "正在处理的批量请求已达 {limit} 个。",
    en: "{limit} bulks are being processed already.",
    remedyZh: "等待 Retry-After 所示的秒数，用同一个 Idempotency-Key 重发。",
    remedyEn: "Wait for the seconds in Retry-After and send it again with the same Idempotency-Key.",
  },
  BULK_INTERRUPTED: {
    kind: "busy",
    zh: "系统繁忙，批量请求没有处理完；已入账的各项不会重复入账。",
    en: "The system is busy: the bulk was not finished. What is recorded of it will not be recorded twice.",
    remedyZh: "稍后用同一个 Idempotency-Key 原样重发，从中断处继续。",
    remedyEn: "Send it again, unchanged and with the same Idempotency-Key: it goes on where it was.",
  },
});
