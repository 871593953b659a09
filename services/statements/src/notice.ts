import type { Notice } from "@huimin/statement/events";

/** What a district may change of its notice; 12317 is the national supervision line. */
export function noticeOf(change: Partial<Notice> & { readonly district: string }): Notice {
  return {
    issuer: `${change.district}财政局`,
    seal: "扶贫资金专用章",
    prefix: "中站扶红",
    phones: ["12317"],
    objectionDays: 15,
    ...change,
  };
}

/** 中站区, the district of the plan. */
export const ZHONGZHAN_NOTICE: Notice = noticeOf({ district: "中站区" });
