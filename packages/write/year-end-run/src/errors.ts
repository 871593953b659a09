import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  YEAR_END_RUN_UNKNOWN: {
    zh: "没有 {year} 年度的年终兑付。",
    en: "There is no year-end run of {year}.",
    remedyZh: "先由财政制单岗开启（huimin year-end open {year}）。",
    remedyEn: "Have finance open it first (huimin year-end open {year}).",
    kind: "missing",
  },
  YEAR_END_RUN_OPEN: {
    zh: "{year} 年度的年终兑付已在进行中（第 {run} 次）。",
    en: "Run {run} of the year-end of {year} is under way.",
    remedyZh: "继续办理该次兑付（huimin year-end status {year}）；方案有误的，先中止再重新开启。",
    remedyEn: "Go on with that one (huimin year-end status {year}); where its plan is wrong, cancel it and open another.",
    kind: "conflict",
  },
  YEAR_END_RUN_OVER: {
    zh: "{year} 年度的第 {run} 次年终兑付已结束（{how}）。",
    en: "Run {run} of the year-end of {year} is over ({how}).",
    remedyZh: "仍有款项要办的，另行开启一次。",
    remedyEn: "Open another one for what is still to be done.",
    kind: "conflict",
  },
  YEAR_END_DATES_INVALID: {
    zh: "日期不成立：{why}。",
    en: "These dates can't be: {why}.",
    remedyZh: "快照日不得晚于公示首日；公示不少于十日，首末两日均计。",
    remedyEn: "The snapshot is not after the first day of publicity; publicity lasts ten days at least, both ends counted.",
    kind: "invalid",
  },
  YEAR_END_NAMED_TWICE: {
    zh: "“{name}”列了两次。",
    en: '"{name}" is named twice.',
    remedyZh: "每个分红池、每家银行只列一次。",
    remedyEn: "Name every pool and every bank once.",
    kind: "invalid",
  },
  YEAR_END_STEP_EARLY: {
    zh: "{year} 年度年终兑付还不能办理“{step}”：尚未完成“{before}”。",
    en: 'The step "{stepEn}" of the year-end of {year} comes after "{beforeEn}", which is not decided yet.',
    remedyZh: "按步骤办理；huimin year-end status {year} 列出正在等待的事项。",
    remedyEn: "Take the steps in their order; huimin year-end status {year} says what is waited for.",
    kind: "rule",
  },
  YEAR_END_STEP_DECIDED: {
    zh: "{year} 年度年终兑付的“{step}”已经办理。",
    en: 'The step "{stepEn}" of the year-end of {year} is decided already.',
    remedyZh: "无需再次办理。",
    remedyEn: "Nothing more to do.",
    kind: "conflict",
  },
});
