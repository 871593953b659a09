/* 2.4 带贫关系建立/解除 and 2.8 未履行带贫. */
import type { IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { isMember } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type CarrierState, carrierFold, carrierStream, linkageStream } from "./evolve.ts";
import { closed, DateField, Id, ReasonText } from "./fields.ts";
import { linkedOn, recognisedOn } from "./figures.ts";
import { eligibleHousehold, gatherHousehold, LINKS_MAX } from "./households.ts";
import { covers, overlaps, spanFrom, spansOf } from "./marks.ts";
import { BenefitForm } from "./schema.ts";
import { dateRefusal, gatherCarrier, gatherLinkage, linkageEvent, type Refused, spanRefusal } from "./shared.ts";

export const LinkHouseholdsBody = Type.Object(
  {
    enterprise: Id,
    households: Type.Array(Type.Object({ household: Id, person: Type.Optional(Id) }, closed), { minItems: 1, maxItems: LINKS_MAX }),
    form: Type.Optional(BenefitForm),
    valueDate: DateField,
  },
  closed,
);

function twiceRefusal(households: readonly string[]): Refused | undefined {
  const index = households.findIndex((household, at) => households.indexOf(household) !== at);
  const household = households[index];
  return household === undefined ? undefined : refuse(errors.LINK_HOUSEHOLD_TWICE, { household }, { path: `/households/${index}` });
}

/** A household counts for one enterprise at a time, over all the days that the new link would add. */
function carriedRefusal(state: CarrierState, household: string, enterprise: string, on: IsoDate, path: string): Refused | undefined {
  const own = state.carriers.get(enterprise) ?? [];
  if (spansOf(own).some((span) => covers(span, on)) || own.some((mark) => mark.kind === "end" && mark.on === on))
    return refuse(errors.LINKED_BEFORE, { household, on }, { path });
  const added = spanFrom(own, on);
  for (const [other, marks] of state.carriers) {
    if (other !== enterprise && spansOf(marks).some((span) => overlaps(span, added)))
      return refuse(errors.HOUSEHOLD_CARRIED_ELSEWHERE, { household, enterprise: other }, { path });
  }
  return undefined;
}

/**
 * 2.4 带贫关系建立 (ENT, VIL): the households count for the enterprise from the value date on, all or none of the list.
 * Refuses CARRIER_NOT_RECOGNISED, LINK_HOUSEHOLD_NOT_ELIGIBLE, LINK_PERSON_NOT_MEMBER, LINKED_BEFORE,
 * HOUSEHOLD_CARRIED_ELSEWHERE. Answer: how many are linked on that day.
 */
export const LinkHouseholds: CommandDefinition<Static<typeof LinkHouseholdsBody>> = {
  name: "LinkHouseholds",
  schema: LinkHouseholdsBody,
  roles: ["ENT", "VIL"],
  postsInBookG: false,
  *run({ enterprise, households, form = "job", valueDate }, context) {
    const early = dateRefusal(valueDate, context) ?? twiceRefusal(households.map((one) => one.household));
    if (early) return early;
    const carrier = yield* gatherCarrier(enterprise, valueDate);
    if (!carrier.ok) return carrier;
    const state = yield* gatherLinkage(enterprise);
    if (!recognisedOn(state, valueDate)) return refuse(errors.CARRIER_NOT_RECOGNISED, { enterprise, on: valueDate });
    const policy = yield* loadPolicy(["microcredit.eligible"]);
    const links: DomainEvent[] = [];
    const claims: StreamWrite[] = [];
    for (const [index, { household, person }] of households.entries()) {
      const path = `/households/${index}`;
      const found = yield* eligibleHousehold(household, valueDate, policy, path);
      if (!found.ok) return found;
      if (person !== undefined && !isMember(found.value, person)) return refuse(errors.LINK_PERSON_NOT_MEMBER, { household }, { path });
      const carriers = yield* load(carrierStream(household), carrierFold);
      const refusal = carriedRefusal(carriers.state, household, enterprise, valueDate, path);
      if (refusal) return refusal;
      const link = { enterprise, household, village: found.value.village, form, ...(person === undefined ? {} : { person }) };
      links.push(linkageEvent("HouseholdLinked", valueDate, link));
      claims.push({ stream: carrierStream(household), events: [linkageEvent("HouseholdCarried", valueDate, link)] });
    }
    const linkedAfter = linkedOn(state, valueDate).length + households.length;
    return ok({ writes: [{ stream: linkageStream(enterprise), events: links }, ...claims], answer: { enterprise, linkedAfter } });
  },
};

export const UnlinkHouseholdsBody = Type.Object(
  {
    enterprise: Id,
    households: Type.Array(Id, { minItems: 1, maxItems: LINKS_MAX }),
    reason: Type.Optional(ReasonText),
    ahead: Type.Optional(Type.Boolean({ description: "the link that ends is still to be recorded" })),
    valueDate: DateField,
  },
  closed,
);

function* gatherEnding(
  household: string,
  { enterprise, ahead = false, valueDate }: Static<typeof UnlinkHouseholdsBody>,
  path: string,
): Gather<Result<{ readonly village: string; readonly linked: boolean }>> {
  const found = yield* gatherHousehold(household, path);
  if (!found.ok) return found;
  const carriers = yield* load(carrierStream(household), carrierFold);
  const linked = spansOf(carriers.state.carriers.get(enterprise) ?? []).some((span) => covers(span, valueDate));
  if (!linked && !ahead) return refuse(errors.LINK_NOT_FOUND, { household, enterprise, on: valueDate }, { path });
  return ok({ village: found.value.village, linked });
}

/**
 * 2.4 带贫关系解除 (ENT, VIL): the households no longer count on the value date. Recorded late, the subsidy of the days since
 * is no longer right and is to be corrected or claimed back. Refuses LINK_NOT_FOUND. Answer: how many stay linked.
 */
export const UnlinkHouseholds: CommandDefinition<Static<typeof UnlinkHouseholdsBody>> = {
  name: "UnlinkHouseholds",
  schema: UnlinkHouseholdsBody,
  roles: ["ENT", "VIL"],
  postsInBookG: false,
  *run(command, context) {
    const { enterprise, households, reason, valueDate } = command;
    const early = dateRefusal(valueDate, context) ?? twiceRefusal(households);
    if (early) return early;
    const state = yield* gatherLinkage(enterprise);
    const ends: DomainEvent[] = [];
    const claims: StreamWrite[] = [];
    let ended = 0;
    for (const [index, household] of households.entries()) {
      const found = yield* gatherEnding(household, command, `/households/${index}`);
      if (!found.ok) return found;
      if (found.value.linked) ended += 1;
      const link = { enterprise, household, village: found.value.village, ...(reason === undefined ? {} : { reason }) };
      ends.push(linkageEvent("HouseholdUnlinked", valueDate, link));
      claims.push({ stream: carrierStream(household), events: [linkageEvent("HouseholdCarryEnded", valueDate, link)] });
    }
    const linkedAfter = linkedOn(state, valueDate).length - ended;
    return ok({ writes: [{ stream: linkageStream(enterprise), events: ends }, ...claims], answer: { enterprise, linkedAfter } });
  },
};

export const RecordCommitmentBreachBody = Type.Object(
  {
    breach: Id,
    enterprise: Id,
    shortfall: Type.Integer({ minimum: 1, maximum: 100_000, description: "linked households found not carried" }),
    from: DateField,
    toExcl: Type.Optional(DateField),
    inspection: ReasonText,
    valueDate: DateField,
  },
  closed,
);

/**
 * 2.8 未履行带贫 (POV): the days [from, toExcl) are subsidised for `shortfall` households fewer; what was paid for them is to be
 * claimed back (S7). Refuses BREACH_NUMBER_TAKEN, BREACH_ABOVE_LINKED.
 */
export const RecordCommitmentBreach: CommandDefinition<Static<typeof RecordCommitmentBreachBody>> = {
  name: "RecordCommitmentBreach",
  schema: RecordCommitmentBreachBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ breach, enterprise, shortfall, from, toExcl, inspection, valueDate }, context) {
    const early = dateRefusal(valueDate, context) ?? spanRefusal(from, toExcl);
    if (early) return early;
    const state = yield* gatherLinkage(enterprise);
    if (state.breaches.some((one) => one.breach === breach)) return refuse(errors.BREACH_NUMBER_TAKEN, { breach }, { path: "/breach" });
    const linked = linkedOn(state, from).length;
    if (shortfall > linked) return refuse(errors.BREACH_ABOVE_LINKED, { shortfall, linked, on: from }, { path: "/shortfall" });
    const payload = { breach, enterprise, shortfall, from, ...(toExcl === undefined ? {} : { toExcl }), inspection };
    const event = linkageEvent("CommitmentBreached", valueDate, payload);
    return ok({ writes: [{ stream: linkageStream(enterprise), events: [event] }], answer: { breach, enterprise, shortfall } });
  },
};

export const RevokeCommitmentBreachBody = Type.Object({ breach: Id, enterprise: Id, reason: ReasonText, valueDate: DateField }, closed);

/** 2.8 撤销认定 (POV). Refuses BREACH_UNKNOWN. */
export const RevokeCommitmentBreach: CommandDefinition<Static<typeof RevokeCommitmentBreachBody>> = {
  name: "RevokeCommitmentBreach",
  schema: RevokeCommitmentBreachBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ breach, enterprise, reason, valueDate }, context) {
    const early = dateRefusal(valueDate, context);
    if (early) return early;
    const state = yield* gatherLinkage(enterprise);
    if (!state.breaches.some((one) => one.breach === breach && !one.revoked))
      return refuse(errors.BREACH_UNKNOWN, { breach }, { path: "/breach" });
    const event = linkageEvent("CommitmentBreachRevoked", valueDate, { breach, enterprise, reason });
    return ok({ writes: [{ stream: linkageStream(enterprise), events: [event] }], answer: { breach, enterprise } });
  },
};
