import { declareErrors } from "@huimin/outcome";

export const webhookRouteErrors = declareErrors({
  WEBHOOK_REPLAY_WHAT: {
    kind: "invalid",
    zh: "没有说明重发哪些通知。",
    en: "It is not said which messages are to be sent again.",
    remedyZh: "给出 delivery（一条）、since（某时以来全部）或 dead: true（全部死信）之一。",
    remedyEn: "Give one of delivery (one), since (all since an instant) or dead: true (every dead letter).",
  },
  WEBHOOK_DELIVERY_UNKNOWN: {
    kind: "missing",
    zh: "没有可重发的通知 {delivery}。",
    en: "There is no message {delivery} that could be sent again.",
    remedyZh: "在投递记录中核对编号；已注销地址的通知不再重发。",
    remedyEn: "Look the id up among the deliveries; messages of a removed endpoint are not sent again.",
  },
});
