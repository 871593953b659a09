import { readFileSync } from "node:fs";
import { DIFFICULT_NAMES, demoCardNumber, demoName, IdNumbers, type Sex } from "./people.ts";
import { Random } from "./random.ts";

/*
 * The district of the plan: 13 villages with their statistical codes, 3,074 people in 1,006 households. Villages,
 * codes and the two totals are real; every household and person is invented (domain 7.1).
 */

export interface DemoMember {
  /** head, spouse, child, parent, grandchild */
  readonly relation: string;
  readonly name: string;
  readonly sex: Sex;
  readonly birth: string;
  readonly idNumber: string;
}

export interface DemoHousehold {
  readonly household: string;
  readonly village: string;
  readonly members: readonly DemoMember[];
  readonly cause: string;
  readonly cardNumber: string;
  /** Year of the planned exit from poverty; undefined: not in the plan (计划外,待核实). */
  readonly exitYear: number | undefined;
}

export interface DemoVillage {
  readonly code: string;
  readonly name: string;
  readonly street: string;
  readonly population: number;
  readonly people: number;
  readonly households: number;
  /** Number of households with 1, 2 … 6 people. */
  readonly sizes: readonly number[];
  readonly plannedExit: string;
}

interface DistrictFile {
  readonly villages: readonly DemoVillage[];
  readonly exits: Readonly<Record<string, readonly [households: number, people: number]>>;
}

export interface DemoDistrict {
  readonly villages: readonly DemoVillage[];
  readonly households: readonly DemoHousehold[];
  readonly plannedExits: DistrictFile["exits"];
}

/** 致贫原因, in the proportions of domain 7.1. */
const CAUSES = { 因病: 38, 因残: 17, 缺劳力: 14, 缺技术: 13, 因学: 7, 缺资金: 6, 其他: 5 } as const;
/** The register was closed at the end of 2015; ages are of that day. */
const REGISTER_YEAR = 2015;

export const SEED = 20161225;

export function makeDistrict(seed: number = SEED): DemoDistrict {
  const file = JSON.parse(readFileSync(new URL("./demo-district.json", import.meta.url), "utf8")) as DistrictFile;
  const random = new Random(seed);
  const ids = new IdNumbers();
  const sizes = file.villages.flatMap((village) => householdSizes(random, village).map((size, index) => ({ village, size, index })));
  const exits = exitYears(
    random,
    sizes.map((entry) => entry.size),
    file.exits,
  );
  const households = sizes.map(({ village, size, index }, at) => ({
    household: `${village.code}-${String(index + 1).padStart(4, "0")}`,
    village: village.code,
    members: makeMembers(random, ids, size, difficultName(at)),
    cause: random.weighted(CAUSES),
    cardNumber: demoCardNumber(at + 1),
    exitYear: exits[at],
  }));
  return { villages: file.villages, households, plannedExits: file.exits };
}

function householdSizes(random: Random, village: DemoVillage): number[] {
  return random.shuffled(village.sizes.flatMap((count, index) => Array.from({ length: count }, () => index + 1)));
}

/** The four difficult names go to households far apart. */
const difficultName = (at: number): string | undefined =>
  at % 251 === 117 ? DIFFICULT_NAMES[Math.floor(at / 251) % DIFFICULT_NAMES.length] : undefined;

function makeMembers(random: Random, ids: IdNumbers, size: number, headName: string | undefined): DemoMember[] {
  const headAge = headAgeOf(random, size);
  const headSex: Sex = random.next() < 0.78 ? "male" : "female";
  const member = (relation: string, age: number, sex: Sex, name: string): DemoMember => {
    const birth = birthDate(random, age);
    return { relation, name, sex, birth, idNumber: ids.next(birth, sex) };
  };
  const head = headName ?? demoName(random, headSex);
  const surname = [...head][0] as string;
  const members = [member("head", headAge, headSex, head)];
  const relations = relationsOf(random, size, headAge);
  for (const relation of relations) {
    const sex: Sex = relation === "spouse" ? (headSex === "male" ? "female" : "male") : random.next() < 0.52 ? "male" : "female";
    const age = ageOf(random, relation, headAge);
    members.push(member(relation, age, sex, demoName(random, sex, relation === "spouse" ? undefined : surname)));
  }
  return members;
}

/** 28–86 with a median near 58; people living alone or in pairs are the old ones. */
const headAgeOf = (random: Random, size: number): number => (size <= 2 ? random.between(48, 86) : random.between(28, 66));

function relationsOf(random: Random, size: number, headAge: number): string[] {
  const order = headAge > 64 ? ["spouse", "child", "grandchild", "child", "grandchild"] : ["spouse", "child", "child", "parent", "parent"];
  const relations = order.slice(0, size - 1);
  if (size === 2 && headAge > 60 && random.next() < 0.3) relations[0] = "child";
  return relations;
}

function ageOf(random: Random, relation: string, headAge: number): number {
  switch (relation) {
    case "spouse":
      return Math.max(22, headAge + random.between(-5, 3));
    case "parent":
      return Math.min(94, headAge + random.between(20, 30));
    case "grandchild":
      return random.between(1, Math.max(2, headAge - 46));
    default:
      return random.between(1, Math.max(2, headAge - 22));
  }
}

function birthDate(random: Random, age: number): string {
  const month = random.between(1, 12);
  const day = random.between(1, 28);
  return `${REGISTER_YEAR - age}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/**
 * Exit years so that the plan's numbers of households and people come out exactly, the hole included: a random choice
 * per year, then swaps with households not yet chosen until the people match.
 */
function exitYears(random: Random, sizes: readonly number[], exits: DistrictFile["exits"]): (number | undefined)[] {
  const result = new Array<number | undefined>(sizes.length);
  let open = random.shuffled(sizes.map((_, index) => index));
  for (const year of Object.keys(exits)
    .filter((key) => /^\d{4}$/.test(key))
    .sort()) {
    const [count, people] = exits[year] as readonly [number, number];
    const chosen = open.slice(0, count);
    const rest = open.slice(count);
    const sum = (list: readonly number[]): number => list.reduce((total, index) => total + (sizes[index] as number), 0);
    let missing = people - sum(chosen);
    while (missing !== 0) {
      const step = Math.sign(missing);
      const inside = chosen.findIndex((index) => rest.some((other) => (sizes[other] as number) - (sizes[index] as number) === step));
      if (inside < 0) throw new Error(`no exit plan for ${year} with ${count} households and ${people} people`);
      const outside = rest.findIndex((other) => (sizes[other] as number) - (sizes[chosen[inside] as number] as number) === step);
      [chosen[inside], rest[outside]] = [rest[outside] as number, chosen[inside] as number];
      missing -= step;
    }
    for (const index of chosen) result[index] = Number(year);
    open = rest;
  }
  return result;
}
