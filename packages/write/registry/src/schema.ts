import { type Static, Type } from "typebox";

/*
 * Registry events (domain 2.0, no posting). Streams: `village/{code}`, `household/{no}`, `person/{personId}`,
 * `enterprise/{id}`, `bank/{id}`. Personal data is sealed before it enters an event (domain 5.6): a field of type
 * Sealed is ciphertext under a key of the person; `personId` is derived by HMAC from the ID number, so one person has
 * one id in the district and no event carries the number.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
export const Sealed = Type.String({ pattern: "^sealed:", description: "ciphertext under the person's key" });

export const VillageRegistered = Type.Object({
  village: Id,
  name: Type.String(),
  street: Type.String(),
  streetCode: Id,
  population: Type.Optional(Type.Integer()),
  plannedExit: Type.Optional(Type.Array(Type.Integer())),
});
export const VillageExited = Type.Object({ village: Id, document: Type.String() });
export const VillageExitRevoked = Type.Object({ village: Id, reason: Type.String() });

export const Member = Type.Object({
  personId: Id,
  /** relation to the head: head, spouse, child, parent, grandchild, other */
  relation: Type.String(),
  name: Sealed,
  idNumber: Sealed,
  /** K2 convenience data, shredded when its purpose ends */
  phone: Type.Optional(Sealed),
});
export const HouseholdRegistered = Type.Object({
  household: Id,
  village: Id,
  members: Type.Array(Member, { minItems: 1 }),
  head: Id,
  /** 致贫原因, sealed under the head's K2 key */
  cause: Type.Optional(Sealed),
  /** set when it came into being by a split */
  splitFrom: Type.Optional(Id),
  /** household whose credit file it shares: the root of its splits; its own number when absent */
  creditGroup: Type.Optional(Id),
  /** 建档立卡户 (default) or 边缘易致贫户, which is no registered poor household */
  kind: Type.Optional(Type.Union([Type.Literal("poor"), Type.Literal("marginal")])),
  /** 村民小组: the group of the village that it belongs to; lists hang out in this order */
  group: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
});
export const HouseholdDeregistered = Type.Object({ household: Id, reason: Type.String() });
export const MemberAdded = Type.Object({ household: Id, member: Member, reason: Type.String() });
export const MemberRemoved = Type.Object({ household: Id, personId: Id, reason: Type.String() });
export const HeadChanged = Type.Object({ household: Id, oldHead: Id, newHead: Id });
/** 分户, on the source. Heads of each target; the debtor stays with `debtorStays`. */
export const HouseholdSplit = Type.Object({
  household: Id,
  targets: Type.Array(Type.Object({ household: Id, members: Type.Array(Id), heads: Type.Integer() })),
  debtorStays: Id,
});
/** 并户, on the merged household, which ends, and on `into`, whose cap its open credit counts for from then on. */
export const HouseholdMerged = Type.Object({ household: Id, into: Id, creditGroups: Type.Optional(Type.Array(Id)) });
export const PovertyExitConfirmed = Type.Object({
  household: Id,
  year: Type.Integer(),
  document: Type.String(),
  income: Type.Optional(Type.String()),
});
export const PovertyExitRevoked = Type.Object({ household: Id, reason: Type.String() });
export const ReturnedToPoverty = Type.Object({ household: Id, cause: Type.Optional(Sealed) });
export const MonitoringStarted = Type.Object({ household: Id, kind: Type.String() });
export const MonitoringEnded = Type.Object({ household: Id });
export const HouseholdExtinct = Type.Object({ household: Id });
/** 银行卡绑定/变更/注销. `purpose` default `all`; the holder is a member (the head for per-household money). */
export const BankAccountBound = Type.Object({
  household: Id,
  holder: Id,
  bank: Id,
  kind: Type.Union([Type.Literal("card"), Type.Literal("passbook"), Type.Literal("social-security-card")]),
  number: Sealed,
  numberHash: Id,
  purpose: Type.String(),
});
export const BankAccountChanged = BankAccountBound;
export const BankAccountClosed = Type.Object({ household: Id, purpose: Type.String(), reason: Type.String() });

/** A person's membership, stream person/: one household at a time. */
export const PersonJoined = Type.Object({ personId: Id, household: Id });
export const PersonLeft = Type.Object({ personId: Id, household: Id, reason: Type.String() });
/**
 * 身份信息更正, stream household/. Another ID number means another `newPersonId`; the other fields of the member are
 * then sealed anew under the new person's key.
 */
export const PersonIdentityCorrected = Type.Object({
  personId: Id,
  household: Id,
  field: Type.String(),
  value: Sealed,
  newPersonId: Type.Optional(Id),
  name: Type.Optional(Sealed),
  phone: Type.Optional(Sealed),
});

export const EnterpriseRegistered = Type.Object({
  enterprise: Id,
  name: Type.String(),
  creditCode: Id,
  roles: Type.Array(Type.String()),
  category: Type.Optional(Type.String()),
  checksumWarning: Type.Optional(Type.Boolean()),
});
export const EnterpriseSuspended = Type.Object({ enterprise: Id, reason: Type.String() });
export const EnterpriseBankruptcyFiled = Type.Object({
  enterprise: Id,
  court: Type.Optional(Type.String()),
  claimFiled: Type.Optional(Type.String()),
});
/** Who gives or guarantees: 捐赠人 donor, 担保方 guarantor, 保险人 insurer. */
export const PartyKind = Type.Union([Type.Literal("donor"), Type.Literal("guarantor"), Type.Literal("insurer")]);
/** 参与方备案, stream party/. One party may be registered in several kinds, each with an event of its own. */
export const PartyRegistered = Type.Object({
  party: Id,
  kind: PartyKind,
  /** sealed under K1 of `party:{party}` for a natural person */
  name: Type.String(),
  /** 自然人: the name is sealed */
  natural: Type.Optional(Type.Boolean()),
  creditCode: Type.Optional(Id),
  checksumWarning: Type.Optional(Type.Boolean()),
});
export const BankRegistered = Type.Object({ bank: Id, name: Type.String(), cnaps: Type.Optional(Id) });

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const registryEvents = {
  VillageRegistered,
  VillageExited,
  VillageExitRevoked,
  HouseholdRegistered,
  HouseholdDeregistered,
  MemberAdded,
  MemberRemoved,
  HeadChanged,
  HouseholdSplit,
  HouseholdMerged,
  PovertyExitConfirmed,
  PovertyExitRevoked,
  ReturnedToPoverty,
  MonitoringStarted,
  MonitoringEnded,
  HouseholdExtinct,
  BankAccountBound,
  BankAccountChanged,
  BankAccountClosed,
  PersonJoined,
  PersonLeft,
  PersonIdentityCorrected,
  EnterpriseRegistered,
  EnterpriseSuspended,
  EnterpriseBankruptcyFiled,
  PartyRegistered,
  BankRegistered,
} as const;

export type RegistryEventType = keyof typeof registryEvents;
export type RegistryPayload<T extends RegistryEventType> = Static<(typeof registryEvents)[T]>;
