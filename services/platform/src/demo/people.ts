import type { Random } from "./random.ts";

/*
 * Invented people. Every ID number carries region 410899, which is assigned to nobody (domain 5.1), so no demo person
 * can be real.
 */

const SURNAMES = [
  ..."王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文",
];
const GIVEN_MALE = [..."伟强磊军勇杰涛超明刚平辉健华亮建国志文永生福贵长林德顺新民玉山海波庆祥根柱保全"];
const GIVEN_FEMALE = [..."芳娜敏静丽艳娟霞秀英玲桂兰红梅凤琴淑珍春香爱莲素云彩霞月娥改枝巧玉翠花"];
/** Names that a careless system breaks: a middle dot, and characters outside the basic plane or rare in fonts. */
export const DIFFICULT_NAMES = ["张·三保", "𠮷建国", "王䶮", "李㛃"] as const;

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An ID number of the unassigned region 410899: birth date, sequence (odd = male), check character (GB 11643). */
export function demoIdNumber(birth: string, sequence: number): string {
  const body = `410899${birth.replaceAll("-", "")}${String(sequence).padStart(3, "0")}`;
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return `${body}${"10X98765432"[sum % 11]}`;
}

/** A 19-digit card number under the fictitious BIN 629999 with its Luhn digit. */
export function demoCardNumber(serial: number): string {
  const body = `629999410899${String(serial).padStart(6, "0")}`;
  let sum = 0;
  [...body].reverse().forEach((digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return `${body}${(10 - (sum % 10)) % 10}`;
}

export type Sex = "male" | "female";

export function demoName(random: Random, sex: Sex, surname: string = random.pick(SURNAMES)): string {
  const given = sex === "male" ? GIVEN_MALE : GIVEN_FEMALE;
  return surname + random.pick(given) + (random.next() < 0.72 ? random.pick(given) : "");
}

/** Hands out sequence numbers per birth date, so that no two demo people share an ID number. */
export class IdNumbers {
  readonly #used = new Map<string, number>();

  next(birth: string, sex: Sex): string {
    const key = `${birth}${sex}`;
    const nth = this.#used.get(key) ?? 0;
    this.#used.set(key, nth + 1);
    const sequence = 2 * nth + (sex === "male" ? 1 : 2);
    if (sequence > 999) throw new Error(`no ID numbers left for ${birth}`);
    return demoIdNumber(birth, sequence);
  }
}
