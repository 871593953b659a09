import { type IsoDate, parseDate } from "@huimin/calendar";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { identityErrors, type Warning } from "./errors.ts";

export type Sex = "male" | "female";

export interface IdNumber {
  /** 18 characters, the last a digit or `X`. */
  readonly number: string;
  readonly birthDate: IsoDate;
  readonly sex: Sex;
  /** 6-digit region on the day of issue. */
  readonly region: string;
  /** It was given as 15 digits (GB 11643-1989). */
  readonly historical: boolean;
  readonly warnings: readonly Warning[];
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = "10X98765432";
const AGE_YEARS_MAX = 120;

/** Check character of the first 17 digits (ISO 7064 MOD 11-2). */
export function idCheckCharacter(first17: string): string {
  let sum = 0;
  for (let index = 0; index < 17; index++) sum += (first17.charCodeAt(index) - 48) * (WEIGHTS[index] as number);
  return CHECK_CHARACTERS[sum % 11] as string;
}

const PROVINCES = new Set(
  "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split(" "),
);
/** Counties of 焦作 (4108), now and since 1984: 01 urban total, 28 沁阳 and 83 孟州 before they became cities. */
const JIAOZUO = new Set("01 02 03 04 11 20 21 22 23 24 25 26 27 28 29 71 81 82 83".split(" "));

const regionKnown = (region: string): boolean =>
  region.startsWith("4108") ? JIAOZUO.has(region.slice(4)) : PROVINCES.has(region.slice(0, 2)) && region.slice(2) !== "0000";

/** 15 digits (GB 11643-1989) to 18: the century is 19, the check character is computed. */
export function convertHistoricalIdNumber(number15: string): string {
  const first17 = `${number15.slice(0, 6)}19${number15.slice(6)}`;
  return first17 + idCheckCharacter(first17);
}

/**
 * 居民身份证号 (GB 11643-1999). Checks in the order of domain 5.1 and refuses the first that fails: ID_NUMBER_FORMAT,
 * ID_NUMBER_CHECK_DIGIT, ID_NUMBER_DATE, ID_NUMBER_FUTURE, ID_NUMBER_AGE, ID_NUMBER_SEQUENCE. An unknown region and a
 * sex that differs from the record are warnings: regions get abolished, records are wrong.
 */
export function checkIdNumber(text: string, options: { readonly today: IsoDate; readonly sex?: Sex }): Result<IdNumber, Refusal> {
  const entered = text.trim().toUpperCase();
  const historical = /^\d{15}$/.test(entered);
  const number = historical ? convertHistoricalIdNumber(entered) : entered;
  if (!/^\d{17}[\dX]$/.test(number)) return refuse(identityErrors.ID_NUMBER_FORMAT);
  const expected = idCheckCharacter(number);
  if (number[17] !== expected) return refuse(identityErrors.ID_NUMBER_CHECK_DIGIT, { expected });
  const written = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const birthDate = parseDate(written);
  if (birthDate === undefined) return refuse(identityErrors.ID_NUMBER_DATE, { date: written });
  if (birthDate > options.today) return refuse(identityErrors.ID_NUMBER_FUTURE);
  if (ageOn(birthDate, options.today) > AGE_YEARS_MAX) return refuse(identityErrors.ID_NUMBER_AGE);
  if (number.slice(14, 17) === "000") return refuse(identityErrors.ID_NUMBER_SEQUENCE);
  const region = number.slice(0, 6);
  const sex: Sex = number.charCodeAt(16) % 2 === 1 ? "male" : "female";
  const warnings: Warning[] = [];
  if (!regionKnown(region)) warnings.push({ code: identityErrors.ID_NUMBER_REGION_UNKNOWN, details: { region } });
  if (options.sex !== undefined && options.sex !== sex) warnings.push({ code: identityErrors.ID_NUMBER_SEX_DIFFERS });
  return ok({ number, birthDate, sex, region, historical, warnings });
}

/** 周岁: whole years on a day; who is born on 29 February is a year older on 1 March of a common year. */
export function ageOn(birthDate: IsoDate, onDate: IsoDate): number {
  const years = Number(onDate.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return onDate.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

const ADULT_YEARS = 18;
export const isAdultOn = (birthDate: IsoDate, onDate: IsoDate): boolean => ageOn(birthDate, onDate) >= ADULT_YEARS;
