import { type IsoDate, parseDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { PrivacyState } from "./evolve.ts";
import type { PrivacyEventType, PrivacyPayload } from "./schema.ts";

/** 会计档案管理办法 (财政部、国家档案局令第79号): vouchers and ledgers 30 years, counted from the end of the fiscal year. */
export const RETENTION_YEARS = 30;

/** Last day on which the law keeps an accounting identity whose last accounting fact is of this date. */
export const keptUntil = (lastFact: IsoDate): IsoDate => `${Number(lastFact.slice(0, 4)) + RETENTION_YEARS}-12-31`;

const event = <T extends PrivacyEventType>(type: T, valueDate: IsoDate, payload: PrivacyPayload<T>): DomainEvent => ({
  type,
  valueDate,
  payload,
});

export function checkDate(date: string, today: IsoDate): Result<IsoDate, Refusal> {
  const parsed = parseDate(date);
  return parsed === undefined || parsed > today
    ? refuse(errors.PRIVACY_DATE, { date: date.slice(0, 20), today }, { path: "/valueDate" })
    : ok(parsed);
}

/** Refuses PRIVACY_ALREADY_RESTRICTED. */
export function restrict(
  state: PrivacyState,
  payload: PrivacyPayload<"ProcessingRestricted">,
  valueDate: IsoDate,
  path: string,
): Result<readonly DomainEvent[], Refusal> {
  const { person } = payload;
  if (state.restriction) return refuse(errors.PRIVACY_ALREADY_RESTRICTED, { person, since: state.restriction.since }, { path });
  return ok([event("ProcessingRestricted", valueDate, payload)]);
}

/** Refuses PRIVACY_NOT_RESTRICTED. */
export function lift(
  state: PrivacyState,
  payload: PrivacyPayload<"ProcessingRestrictionLifted">,
  valueDate: IsoDate,
  path: string,
): Result<readonly DomainEvent[], Refusal> {
  if (!state.restriction) return refuse(errors.PRIVACY_NOT_RESTRICTED, { person: payload.person }, { path });
  return ok([event("ProcessingRestrictionLifted", valueDate, payload)]);
}

/** What is known of the person besides the decisions: from the register, the vault and the books. */
export interface ShredFacts {
  readonly today: IsoDate;
  /** Household of which the person is a member now. */
  readonly household: string | undefined;
  readonly keys: { readonly generation: number; readonly readable: boolean };
  /** Only asked for K1. */
  readonly lastFact: LastFact | undefined;
}

export interface LastFact {
  /** Value date or period of the last entry of the person's households, or the last event of the register. */
  readonly date?: IsoDate;
  /** Accounts of the person's households that are not settled, with their amounts. */
  readonly open: readonly string[];
}

/** K2 at once; K1 when nothing keeps it any more. Refuses PRIVACY_NOTHING_TO_SHRED, PRIVACY_RETENTION, PRIVACY_PERSON_ACTIVE, PRIVACY_ACCOUNTS_OPEN. */
export function shred(
  payload: Omit<PrivacyPayload<"PersonalDataShredded">, "generation" | "keptUntil">,
  valueDate: IsoDate,
  { today, household, keys, lastFact }: ShredFacts,
): Result<readonly DomainEvent[], Refusal> {
  const { keyClass } = payload;
  if (!keys.readable) return refuse(errors.PRIVACY_NOTHING_TO_SHRED, { keyClass }, { path: "/keyClass" });
  const { generation } = keys;
  if (keyClass === "K2") return ok([event("PersonalDataShredded", valueDate, { ...payload, generation })]);
  const until = lastFact?.date === undefined ? undefined : keptUntil(lastFact.date);
  if (until !== undefined && today <= until)
    return refuse(errors.PRIVACY_RETENTION, { until, fact: lastFact?.date as string, years: RETENTION_YEARS }, { path: "/keyClass" });
  if (household !== undefined) return refuse(errors.PRIVACY_PERSON_ACTIVE, { household }, { path: "/person" });
  const [open] = lastFact?.open ?? [];
  if (open !== undefined) return refuse(errors.PRIVACY_ACCOUNTS_OPEN, { open: lastFact?.open.join(", ") ?? open }, { path: "/person" });
  return ok([event("PersonalDataShredded", valueDate, { ...payload, generation, ...(until === undefined ? {} : { keptUntil: until }) })]);
}
