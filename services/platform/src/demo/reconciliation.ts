import type { DemoDistrict } from "./district.ts";

/** A contradiction in the plan's own figures: shown to the office, never repaired silently (domain 1.2). */
export interface ReconciliationItem {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** 规划第一章的退出计划: people planned a year, and villages named. */
const PLANNED_PEOPLE: Readonly<Record<string, number>> = { 2016: 630, 2017: 1100, 2018: 550, 2019: 446, 2020: 186 };
const NAMED_VILLAGES: Readonly<Record<string, readonly string[]>> = {
  2016: ["大洼", "许河", "龙洞"],
  2017: ["东张庄", "赵庄", "北业"],
  2018: ["十二会", "桑园", "东张庄"],
  2019: ["周窑", "赵庄", "北业"],
};

/** Compares the plan's targets with the register that was imported. */
export function reconcile(district: DemoDistrict, registeredPeople: number): ReconciliationItem[] {
  const planned = Object.values(PLANNED_PEOPLE).reduce((sum, people) => sum + people, 0);
  const items: ReconciliationItem[] = [];
  if (planned !== registeredPeople) {
    const left = registeredPeople - (planned - (PLANNED_PEOPLE[2020] ?? 0));
    items.push({
      code: "PLAN_PEOPLE_DO_NOT_ADD_UP",
      zh: `规划各年退出人数合计 ${planned} 人,名册 ${registeredPeople} 人,相差 ${registeredPeople - planned} 人;2019年后应剩 ${left} 人,规划写“剩余186人”`,
      en: `the plan's yearly exits sum to ${planned}, the register has ${registeredPeople}: ${registeredPeople - planned} people are in no year; after 2019 ${left} would be left, the plan says 186`,
    });
  }
  const years = new Map<string, string[]>();
  for (const [year, villages] of Object.entries(NAMED_VILLAGES))
    for (const village of villages) years.set(village, [...(years.get(village) ?? []), year]);
  for (const [village, listed] of years) {
    if (listed.length > 1) {
      items.push({
        code: "VILLAGE_LISTED_TWICE",
        zh: `${village}村在 ${listed.join(" 年和 ")} 年退出名单中重复出现`,
        en: `village ${village} is listed for exit in ${listed.join(" and ")}`,
      });
    }
  }
  const before = district.villages.filter((village) => /已退出/.test(village.plannedExit));
  items.push({
    code: "VILLAGES_EXITED_BEFORE",
    zh: `“13个贫困村”中 ${before.map((village) => village.name).join("、")} 已于2011—2015年退出`,
    en: `of the “13 poor villages” ${before.length} had left the list in 2011–2015 (${before.map((village) => village.name).join(", ")})`,
  });
  for (const village of district.villages.filter(
    ({ name, plannedExit }) => !/已退出/.test(plannedExit) && !years.has(name.replace(/村$/, "")),
  )) {
    items.push({
      code: "VILLAGE_WITHOUT_EXIT_YEAR",
      zh: `${village.name}未列入2016—2019年任何一年的退出名单,按2020年“全部退出”处理`,
      en: `${village.name} has no exit year and falls under 2020, “all”`,
    });
  }
  const [households, people] = district.plannedExits.unplanned ?? [0, 0];
  items.push({
    code: "HOUSEHOLDS_NOT_IN_PLAN",
    zh: `计划外 ${households} 户 ${people} 人,待核实`,
    en: `${households} households with ${people} people are in no year of the plan and wait to be verified`,
  });
  return items;
}
