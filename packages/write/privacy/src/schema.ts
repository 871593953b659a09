import { type Static, Type } from "typebox";

const Id = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ format: "date" });
const Document = Type.String({ minLength: 1, maxLength: 200, description: "number of the request or decision" });

/** What processing rests on while it is restricted. */
export const LegalBasis = Type.Union([
  Type.Literal("retention-of-vouchers"),
  Type.Literal("disputed-accuracy"),
  Type.Literal("legal-claim"),
]);
export const RestrictionGround = Type.Union([
  Type.Literal("request"),
  Type.Literal("consent-withdrawn"),
  Type.Literal("purpose-ended"),
  Type.Literal("protection"),
]);
export const LiftGround = Type.Union([Type.Literal("request"), Type.Literal("decided"), Type.Literal("recorded-in-error")]);
export const ShredGround = Type.Union([Type.Literal("request"), Type.Literal("purpose-ended"), Type.Literal("retention-ended")]);
export const KeyClass = Type.Union([Type.Literal("K1"), Type.Literal("K2")]);

/** 限制处理, stream privacy/. Stored and secured, and otherwise processed only where a law demands it. */
export const ProcessingRestricted = Type.Object({ person: Id, ground: RestrictionGround, legalBasis: LegalBasis, document: Document });
/** 解除限制 */
export const ProcessingRestrictionLifted = Type.Object({ person: Id, ground: LiftGround, document: Document });
/** 删除个人信息: keys of this class up to `generation` are destroyed. `keptUntil`: last day of the retention that had ended (K1). */
export const PersonalDataShredded = Type.Object({
  person: Id,
  keyClass: KeyClass,
  generation: Type.Integer({ minimum: 1 }),
  ground: ShredGround,
  document: Document,
  keptUntil: Type.Optional(DateText),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const privacyEvents = { ProcessingRestricted, ProcessingRestrictionLifted, PersonalDataShredded } as const;

export type PrivacyEventType = keyof typeof privacyEvents;
export type PrivacyPayload<T extends PrivacyEventType> = Static<(typeof privacyEvents)[T]>;

export const privacyStream = (person: string): string => `privacy/${person}`;
