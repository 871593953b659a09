import { declareErrors } from "@huimin/outcome";

/** What many messages at once can be refused for, beside what each alone is. */
export const recordingErrors = declareErrors({
  MESSAGE_KEY_TWICE: {
    kind: "conflict",
    zh: "键或流水号 {key} 在同一次发送中已由第 {first} 项使用，内容不同。",
    en: "The key or serial {key} is used by item {first} of the same request, with another content.",
    remedyZh: "每笔业务使用自己的流水号；重复的一项请删去。",
    remedyEn: "Give each message its own serial; leave a repeated one out.",
  },
  TOGETHER_TOO_MANY_EVENTS: {
    kind: "rule",
    zh: "整批入账共产生 {events} 个事件，一次最多 {limit} 个。",
    en: "All or nothing would record {events} events; one append carries {limit}.",
    remedyZh: "请拆成几批发送，或改用逐笔入账（each / good）。",
    remedyEn: "Send it in several parts, or book each message on its own (each / good).",
  },
});
