import { parseDate } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { claimStream, objectionsOf, pendingLine } from "./evolve-claim.ts";
import { closed, DateField, Id, QuarterField, ReasonText } from "./fields.ts";
import { dayOf, gatherClaim } from "./gather.ts";

export const PublishSubsidyClaimBody = Type.Object(
  {
    bank: Id,
    quarter: QuarterField,
    from: DateField,
    to: DateField,
    place: Type.Optional(ReasonText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * S5 公示 (OFFICE, POV) of every line of the quarter that is pending; `to` is the last day. Refuses NOTHING_TO_APPROVE,
 * CLAIM_PUBLICITY_INVALID.
 */
export const PublishSubsidyClaim: CommandDefinition<Static<typeof PublishSubsidyClaimBody>> = {
  name: "PublishSubsidyClaim",
  schema: PublishSubsidyClaimBody,
  roles: ["OFFICE", "POV"],
  postsInBookG: false,
  *run({ bank, quarter, from, to, place, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    if (parseDate(from) === undefined || parseDate(to) === undefined || to < from)
      return refuse(errors.CLAIM_PUBLICITY_INVALID, { from, to }, { path: "/from" });
    const claim = yield* gatherClaim(bank, quarter);
    if (!claim.lines.some((line) => line.status === "pending")) return refuse(errors.NOTHING_TO_APPROVE, { bank, quarter });
    const payload = { bank, quarter, from, to, ...(place === undefined ? {} : { place }) };
    const event: DomainEvent = { type: "SubsidyClaimPublished", valueDate: day.value, payload };
    return ok({ writes: [{ stream: claimStream(bank, quarter), events: [event] }], answer: { bank, quarter, from, to } });
  },
};

export const FileSubsidyObjectionBody = Type.Object(
  { bank: Id, quarter: QuarterField, objection: Id, loan: Id, reason: ReasonText, valueDate: Type.Optional(DateField) },
  closed,
);

/** 异议 (VIL, OFFICE) against a pending line. Refuses CLAIM_LINE_UNKNOWN, CLAIM_OBJECTION_KNOWN. */
export const FileSubsidyObjection: CommandDefinition<Static<typeof FileSubsidyObjectionBody>> = {
  name: "FileSubsidyObjection",
  schema: FileSubsidyObjectionBody,
  roles: ["VIL", "OFFICE"],
  postsInBookG: false,
  *run({ valueDate, ...objected }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { bank, quarter, loan, objection } = objected;
    const claim = yield* gatherClaim(bank, quarter);
    if (!pendingLine(claim, loan)) return refuse(errors.CLAIM_LINE_UNKNOWN, { loan, quarter }, { path: "/loan" });
    if (objectionsOf(claim).some((one) => one.objection === objection))
      return refuse(errors.CLAIM_OBJECTION_KNOWN, { objection }, { path: "/objection" });
    const event: DomainEvent = { type: "SubsidyClaimObjectionFiled", valueDate: day.value, payload: objected };
    return ok({ writes: [{ stream: claimStream(bank, quarter), events: [event] }], answer: { bank, quarter, objection } });
  },
};

export const ResolveSubsidyObjectionBody = Type.Object(
  {
    bank: Id,
    quarter: QuarterField,
    objection: Id,
    result: Type.Union([Type.Literal("dismissed"), Type.Literal("upheld")]),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** 异议处理 (POV). Upheld: the line is to be rejected before the rest is approved. Refuses CLAIM_OBJECTION_UNKNOWN. */
export const ResolveSubsidyObjection: CommandDefinition<Static<typeof ResolveSubsidyObjectionBody>> = {
  name: "ResolveSubsidyObjection",
  schema: ResolveSubsidyObjectionBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ bank, quarter, objection, result, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const open = objectionsOf(yield* gatherClaim(bank, quarter)).find((one) => one.objection === objection && one.status === "open");
    if (!open) return refuse(errors.CLAIM_OBJECTION_UNKNOWN, { objection }, { path: "/objection" });
    const payload = { bank, quarter, objection, loan: open.loan, result };
    const event: DomainEvent = { type: "SubsidyClaimObjectionResolved", valueDate: day.value, payload };
    return ok({ writes: [{ stream: claimStream(bank, quarter), events: [event] }], answer: { bank, quarter, objection, result } });
  },
};
