import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import { type HouseholdState, isMember } from "../household.ts";
import type { PersonState, VillageState } from "../parties.ts";
import type { RegistryEventType, RegistryPayload } from "../schema.ts";
import { activeHousehold, checkId, checkValueDate } from "./guard.ts";

/** An event of this package, its payload checked by the type. */
export const event = <T extends RegistryEventType>(type: T, valueDate: IsoDate, payload: RegistryPayload<T>): DomainEvent => ({
  type,
  valueDate,
  payload,
});

type NewMember = RegistryPayload<"MemberAdded">["member"];

export interface Registration {
  readonly household: string;
  readonly village: string;
  readonly members: readonly NewMember[];
  readonly head: string;
  readonly cause?: string;
  readonly kind?: "poor" | "marginal";
  readonly group?: string;
  readonly valueDate: string;
}

export interface RegistrationFacts {
  readonly household: HouseholdState;
  readonly village: VillageState;
  readonly persons: ReadonlyMap<string, PersonState>;
  readonly today: IsoDate;
}

/**
 * 建档立卡登记. Refuses a number that is taken (HOUSEHOLD_ALREADY_REGISTERED), a village that is not in the list
 * (VILLAGE_UNKNOWN), a head who is no member or two heads (HEAD_MISSING), a person named twice (PERSON_TWICE) or who is
 * an active member elsewhere (PERSON_ALREADY_REGISTERED). A marginal household (边缘易致贫户) is monitored from the same day.
 */
export function registerHousehold(command: Registration, facts: RegistrationFacts): Result<readonly DomainEvent[], Refusal> {
  const { household, village, members, head, cause, kind, group, valueDate } = command;
  const id = checkId(household, "/household");
  if (!id.ok) return id;
  const date = checkValueDate(valueDate, facts.today);
  if (!date.ok) return date;
  if (facts.household.household !== undefined) return refuse(errors.HOUSEHOLD_ALREADY_REGISTERED, { household }, { path: "/household" });
  if (facts.village.village === undefined) return refuse(errors.VILLAGE_UNKNOWN, { village }, { path: "/village" });
  const heads = members.filter(({ relation }) => relation === "head");
  if (heads.length !== 1 || heads[0]?.personId !== head) return refuse(errors.HEAD_MISSING, { household }, { path: "/head" });
  const seen = new Set<string>();
  for (const [index, { personId }] of members.entries()) {
    const path = `/members/${index}`;
    if (seen.has(personId)) return refuse(errors.PERSON_TWICE, {}, { path });
    seen.add(personId);
    const free = freePerson(facts.persons.get(personId), path);
    if (!free.ok) return free;
  }
  const payload = {
    household,
    village,
    members: [...members],
    head,
    ...(cause === undefined ? {} : { cause }),
    ...(kind === undefined ? {} : { kind }),
    ...(group === undefined ? {} : { group }),
  };
  const registered = event("HouseholdRegistered", valueDate, payload);
  return ok(kind === "marginal" ? [registered, event("MonitoringStarted", valueDate, { household, kind: "marginal" })] : [registered]);
}

/** Refuses a person who is a member somewhere, or whose number is closed. */
export function freePerson(person: PersonState | undefined, path: string): Result<true, Refusal> {
  if (person?.household !== undefined) return refuse(errors.PERSON_ALREADY_REGISTERED, { household: person.household }, { path });
  return person?.closed ? refuse(errors.PERSON_CLOSED, {}, { path }) : ok(true);
}

/** 注销登记 of a household that should not have been registered: its members are free again. */
export function deregisterHousehold(
  state: HouseholdState,
  command: { household: string; reason: string; valueDate: string },
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  const { household, reason, valueDate } = command;
  return ok([
    ...closeAccounts(state, valueDate, () => true, "deregistered"),
    event("HouseholdDeregistered", valueDate, { household, reason }),
  ]);
}

/** 人口自然增加. Refuses a person who is a member of any household now. */
export function addMember(
  state: HouseholdState,
  person: PersonState,
  command: { household: string; member: NewMember; reason: string; valueDate: string },
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  const { household, member, reason, valueDate } = command;
  if (member.relation === "head") return refuse(errors.HEAD_MISSING, { household }, { path: "/member/relation" });
  const free = freePerson(person, "/member");
  return free.ok ? ok([event("MemberAdded", valueDate, { household, member, reason })]) : free;
}

/**
 * 人口自然减少. Refuses the head while others remain (HEAD_CHANGE_FIRST) and the last member (LAST_MEMBER). An account
 * that the person holds is closed with it: the holder of an account is a member.
 */
export function removeMember(
  state: HouseholdState,
  command: { household: string; personId: string; reason: string; valueDate: string },
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  const { household, personId, reason, valueDate } = command;
  if (!isMember(state, personId)) return refuse(errors.MEMBER_UNKNOWN, { household }, { path: "/personId" });
  if (state.members.length === 1) return refuse(errors.LAST_MEMBER, { household }, { path: "/personId" });
  if (state.head === personId) return refuse(errors.HEAD_CHANGE_FIRST, {}, { path: "/personId" });
  return ok([
    ...closeAccounts(state, valueDate, (holder) => holder === personId, "holder-left"),
    event("MemberRemoved", valueDate, { household, personId, reason }),
  ]);
}

/** 户主变更. Refuses one who is no member (MEMBER_UNKNOWN) or the head already (HEAD_UNCHANGED); the caller checks the age. */
export function changeHead(
  state: HouseholdState,
  command: { household: string; newHead: string; valueDate: string },
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  const { household, newHead, valueDate } = command;
  if (!isMember(state, newHead)) return refuse(errors.MEMBER_UNKNOWN, { household }, { path: "/newHead" });
  if (state.head === newHead) return refuse(errors.HEAD_UNCHANGED, {}, { path: "/newHead" });
  return ok([event("HeadChanged", valueDate, { household, oldHead: state.head, newHead })]);
}

/** BankAccountClosed for each open account whose holder is meant. */
export function closeAccounts(
  state: HouseholdState,
  valueDate: IsoDate,
  meant: (holder: string) => boolean,
  reason: string,
): DomainEvent[] {
  return state.accounts
    .filter((account) => !account.until && meant(account.holder))
    .map(({ purpose }) => event("BankAccountClosed", valueDate, { household: state.household as string, purpose, reason }));
}

export interface IdentityCorrection {
  readonly household: string;
  readonly personId: string;
  readonly field: "name" | "idNumber" | "phone";
  readonly value: string;
  readonly newPersonId?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly valueDate: string;
}

/**
 * 身份信息更正 (C5). Another ID number is another `newPersonId`, which must be free, with name and phone sealed anew
 * (IDENTITY_FIELD_UNKNOWN otherwise): what is sealed under the old person's key can't move.
 */
export function correctIdentity(
  state: HouseholdState,
  newPerson: PersonState | undefined,
  command: IdentityCorrection,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { valueDate, ...payload } = command;
  const active = activeHousehold(state, command.household, valueDate, today);
  if (!active.ok) return active;
  const member = state.members.find(({ personId }) => personId === command.personId);
  if (!member) return refuse(errors.MEMBER_UNKNOWN, { household: command.household }, { path: "/personId" });
  const otherNumber = command.field === "idNumber" && command.newPersonId !== command.personId;
  const complete = otherNumber
    ? command.newPersonId !== undefined && command.name !== undefined && (member.phone === undefined || command.phone !== undefined)
    : command.newPersonId === undefined || command.newPersonId === command.personId;
  if (!complete) return refuse(errors.IDENTITY_FIELD_UNKNOWN, {}, { path: "/field" });
  if (otherNumber) {
    const free = freePerson(newPerson, "/newPersonId");
    if (!free.ok) return free;
  }
  return ok([event("PersonIdentityCorrected", valueDate, payload)]);
}
