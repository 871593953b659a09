import { type IsoDate, parseDate } from "@huimin/calendar";
import { isAdultOn } from "@huimin/identity";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import type { HouseholdState } from "../household.ts";

/** Numbers that name a stream: what people write on paper, without anything that a path or a list could trip over. */
const ID_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** Refuses REGISTRY_ID_INVALID. */
export const checkId = (id: string, path: string): Result<string, Refusal> =>
  ID_PATTERN.test(id) ? ok(id) : refuse(errors.REGISTRY_ID_INVALID, { id: id.slice(0, 64) }, { path });

/** A value date that exists and has come. Refuses REGISTRY_DATE_INVALID, REGISTRY_DATE_IN_FUTURE. */
export function checkValueDate(date: string, today: IsoDate): Result<IsoDate, Refusal> {
  if (parseDate(date) === undefined) return refuse(errors.REGISTRY_DATE_INVALID, { date: date.slice(0, 20) }, { path: "/valueDate" });
  return date > today ? refuse(errors.REGISTRY_DATE_IN_FUTURE, { date, today }, { path: "/valueDate" }) : ok(date);
}

/** A household that exists now and on the value date. Refuses HOUSEHOLD_UNKNOWN, HOUSEHOLD_ENDED, BEFORE_REGISTRATION, and the date. */
export function activeHousehold(state: HouseholdState, household: string, valueDate: string, today: IsoDate): Result<IsoDate, Refusal> {
  const date = checkValueDate(valueDate, today);
  if (!date.ok) return date;
  if (state.household === undefined) return refuse(errors.HOUSEHOLD_UNKNOWN, { household }, { path: "/household" });
  if (state.ended)
    return refuse(errors.HOUSEHOLD_ENDED, { household, date: state.ended.from, how: state.ended.how }, { path: "/household" });
  if (valueDate < state.registeredOn) {
    return refuse(errors.BEFORE_REGISTRATION, { date: valueDate, household, registered: state.registeredOn }, { path: "/valueDate" });
  }
  return date;
}

/** Refuses BIRTH_DATE_UNKNOWN and HEAD_NOT_ADULT. */
export function adultHead(birthDate: IsoDate | undefined, onDate: IsoDate): Result<true, Refusal> {
  if (birthDate === undefined) return refuse(errors.BIRTH_DATE_UNKNOWN);
  return isAdultOn(birthDate, onDate) ? ok(true) : refuse(errors.HEAD_NOT_ADULT);
}
