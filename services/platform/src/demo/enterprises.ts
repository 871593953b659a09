import type { Cast } from "./cast.ts";
import { MORNING, type Moment } from "./story.ts";

/*
 * Nine enterprises with invented names. E01–E05 use pooled loans, E01–E04, E06 and E07 carry households, E08 and E09 have the
 * district's equity.
 */
export const ENTERPRISES = [
  { enterprise: "E01", name: "示例太行林果合作社", category: "种植" },
  { enterprise: "E02", name: "示例龙翔养殖专业合作社", category: "养殖" },
  { enterprise: "E03", name: "示例怡光新材料公司", category: "加工" },
  { enterprise: "E04", name: "示例山阳食品公司", category: "加工" },
  { enterprise: "E05", name: "示例北峪农业开发公司", category: "种植" },
  { enterprise: "E06", name: "示例周窑服饰公司", category: "加工" },
  { enterprise: "E07", name: "示例桑园菌业合作社", category: "种植" },
  { enterprise: "E08", name: "示例中站农产品物流公司", category: "商业" },
  { enterprise: "E09", name: "示例云台生态旅游公司", category: "旅游" },
] as const;

export const CARRIERS = ["E01", "E02", "E03", "E04", "E06", "E07"] as const;

export const enterpriseRegistration = ({ office }: Cast): Moment => ({
  on: "2016-12-26",
  order: MORNING,
  what: "企业备案",
  run: async () => {
    for (const [nth, one] of ENTERPRISES.entries()) {
      const registered = { ...one, creditCode: `91410899MA9DEM0${nth + 1}XL`, roles: ["carrier", "partner"] };
      await office.give("RegisterEnterprise", { ...registered, valueDate: "2016-12-26" }, "FOF");
    }
  },
});
