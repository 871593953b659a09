import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  PUBLICITY_NOT_FOUND: {
    zh: "分红池 {pool} 的 {year} 年度没有这样的公示名单。",
    en: "Pool {pool} has no such publicised list of {year}.",
    remedyZh: "请核对分红池、年度和版本;名单须先公示。",
    remedyEn: "Check pool, year and version; a list is publicised first.",
    kind: "missing",
  },
  PUBLICITY_VILLAGE_UNKNOWN: {
    zh: "分红池 {pool} 的 {year} 年度名单中没有村 {village}。",
    en: "Village {village} is not on the list of pool {pool} of {year}.",
    remedyZh: "请核对村代码。",
    remedyEn: "Check the village's code.",
    kind: "missing",
  },
  PUBLICITY_BOARD_DIFFERS: {
    zh: "村 {village} 的公示表(分红池 {pool},{year} 年度)与入账的内容不一致,不予显示。",
    en: "The sheet of village {village} (pool {pool}, {year}) is not what was recorded, and is not shown.",
    remedyZh: "请以已张贴的公示表为准,并运行 huimin verify 核验日志。",
    remedyEn: "Go by the sheet that hangs out, and run huimin verify.",
    kind: "conflict",
  },
  PUBLICITY_BOARDS_NOT_MADE: {
    zh: "分红池 {pool} 的 {year} 年度公示表尚未生成。",
    en: "The sheets of pool {pool} of {year} are not made yet.",
    remedyZh: "请先生成公示表(huimin publicity pdf,或 POST …/boards)。",
    remedyEn: "Make them first (huimin publicity pdf, or POST …/boards).",
    kind: "rule",
  },
});
