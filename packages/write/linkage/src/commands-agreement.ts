/* 2.1 and 2.2: who is recognised as carrying households, and under which agreement. */
import { type CommandDefinition, load } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { bankFold, bankStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type LinkageState, linkageStream } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, Id, ReasonText } from "./fields.ts";
import { recognisedOn } from "./figures.ts";
import { eligibleHousehold, LINKS_MAX } from "./households.ts";
import { covers, overlaps, type Span } from "./marks.ts";
import { BenefitForm } from "./schema.ts";
import { amountsRefusal, dateRefusal, gatherCarrier, gatherLinkage, linkageEvent, type Refused, spanRefusal } from "./shared.ts";

export const RecogniseEnterpriseBody = Type.Object(
  {
    enterprise: Id,
    households: Type.Integer({ minimum: 0, maximum: 100_000, description: "households that it commits itself to carry" }),
    toExcl: Type.Optional(DateField),
    document: Type.Optional(Id),
    valueDate: DateField,
  },
  closed,
);

/** 2.1 认定带贫企业 (POV, FOF), from the value date on. Refuses CARRIER_UNKNOWN, CARRIER_NOT_ACTIVE, CARRIER_RECOGNISED_BEFORE. */
export const RecogniseEnterprise: CommandDefinition<Static<typeof RecogniseEnterpriseBody>> = {
  name: "RecogniseEnterprise",
  schema: RecogniseEnterpriseBody,
  roles: ["POV", "FOF"],
  postsInBookG: false,
  *run(command, context) {
    const { enterprise, households, toExcl, document, valueDate } = command;
    const early = dateRefusal(valueDate, context) ?? spanRefusal(valueDate, toExcl);
    if (early) return early;
    const carrier = yield* gatherCarrier(enterprise, valueDate);
    if (!carrier.ok) return carrier;
    const state = yield* gatherLinkage(enterprise);
    if (recognisedOn(state, valueDate)) return refuse(errors.CARRIER_RECOGNISED_BEFORE, { enterprise, on: valueDate });
    const event = linkageEvent("EnterpriseRecognised", valueDate, {
      enterprise,
      creditCode: carrier.value.creditCode,
      households,
      ...(toExcl === undefined ? {} : { toExcl }),
      ...(document === undefined ? {} : { document }),
    });
    return ok({ writes: [{ stream: linkageStream(enterprise), events: [event] }], answer: { enterprise, from: valueDate, households } });
  },
};

export const RevokeEnterpriseRecognitionBody = Type.Object({ enterprise: Id, reason: ReasonText, valueDate: DateField }, closed);

/** 2.1 撤销认定 (POV, FOF): no day from the value date on is subsidised. Refuses CARRIER_NOT_RECOGNISED. */
export const RevokeEnterpriseRecognition: CommandDefinition<Static<typeof RevokeEnterpriseRecognitionBody>> = {
  name: "RevokeEnterpriseRecognition",
  schema: RevokeEnterpriseRecognitionBody,
  roles: ["POV", "FOF"],
  postsInBookG: false,
  *run({ enterprise, reason, valueDate }, context) {
    const early = dateRefusal(valueDate, context);
    if (early) return early;
    const state = yield* gatherLinkage(enterprise);
    if (!recognisedOn(state, valueDate)) return refuse(errors.CARRIER_NOT_RECOGNISED, { enterprise, on: valueDate });
    const event = linkageEvent("EnterpriseRecognitionRevoked", valueDate, { enterprise, reason });
    return ok({ writes: [{ stream: linkageStream(enterprise), events: [event] }], answer: { enterprise, until: valueDate } });
  },
};

const Terms = {
  loanCap: AmountText,
  quotaPerHousehold: Type.Optional(AmountText),
  form: BenefitForm,
  yearlyAmount: Type.Optional(AmountText),
  document: Type.Optional(Id),
  currency: Currency,
};

export const SignFourPartyAgreementBody = Type.Object(
  {
    agreement: Id,
    enterprise: Id,
    bank: Id,
    ...Terms,
    households: Type.Optional(Type.Array(Id, { maxItems: LINKS_MAX })),
    toExcl: Type.Optional(DateField),
    valueDate: DateField,
  },
  closed,
);

const termsOf = ({
  loanCap,
  quotaPerHousehold,
  form,
  yearlyAmount,
  document,
}: Pick<Static<typeof SignFourPartyAgreementBody>, "loanCap" | "quotaPerHousehold" | "form" | "yearlyAmount" | "document">) => ({
  loanCap,
  ...(quotaPerHousehold === undefined ? {} : { quotaPerHousehold }),
  form,
  ...(yearlyAmount === undefined ? {} : { yearlyAmount }),
  ...(document === undefined ? {} : { document }),
});

/** One agreement of an enterprise with a bank at a time. */
function signedBefore(state: LinkageState, command: Static<typeof SignFourPartyAgreementBody>): Refused | undefined {
  const { agreement, enterprise, bank, toExcl, valueDate } = command;
  if (state.agreements.has(agreement)) return refuse(errors.AGREEMENT_NUMBER_TAKEN, { agreement }, { path: "/agreement" });
  const span: Span = { from: valueDate, ...(toExcl === undefined ? {} : { toExcl }) };
  const other = [...state.agreements.values()].find((one) => one.bank === bank && overlaps(one, span));
  return other ? refuse(errors.AGREEMENT_IN_FORCE, { enterprise, bank, agreement: other.agreement }) : undefined;
}

/**
 * 2.2 四方带贫协议签订 (POV): loan cap, quota per household (default: the policy's of the day), benefit form. Refuses
 * CARRIER_NOT_RECOGNISED, AGREEMENT_NUMBER_TAKEN, AGREEMENT_IN_FORCE, AGREEMENT_BANK_UNKNOWN, LINK_HOUSEHOLD_NOT_ELIGIBLE.
 */
export const SignFourPartyAgreement: CommandDefinition<Static<typeof SignFourPartyAgreementBody>> = {
  name: "SignFourPartyAgreement",
  schema: SignFourPartyAgreementBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { agreement, enterprise, bank, households, toExcl, valueDate } = command;
    const early =
      dateRefusal(valueDate, context) ??
      spanRefusal(valueDate, toExcl) ??
      amountsRefusal({ loanCap: command.loanCap, quotaPerHousehold: command.quotaPerHousehold, yearlyAmount: command.yearlyAmount });
    if (early) return early;
    const carrier = yield* gatherCarrier(enterprise, valueDate);
    if (!carrier.ok) return carrier;
    const known = yield* load(bankStream(bank), bankFold);
    if (known.state.bank === undefined) return refuse(errors.AGREEMENT_BANK_UNKNOWN, { bank }, { path: "/bank" });
    const state = yield* gatherLinkage(enterprise);
    if (!recognisedOn(state, valueDate)) return refuse(errors.CARRIER_NOT_RECOGNISED, { enterprise, on: valueDate });
    const taken = signedBefore(state, command);
    if (taken) return taken;
    const policy = yield* loadPolicy(["microcredit.eligible"]);
    for (const [index, household] of (households ?? []).entries()) {
      const eligible: Result<unknown> = yield* eligibleHousehold(household, valueDate, policy, `/households/${index}`);
      if (!eligible.ok) return eligible;
    }
    const event = linkageEvent("FourPartyAgreementSigned", valueDate, {
      agreement,
      enterprise,
      bank,
      ...termsOf(command),
      ...(toExcl === undefined ? {} : { toExcl }),
      ...(households === undefined ? {} : { households }),
    });
    return ok({
      writes: [{ stream: linkageStream(enterprise), events: [event] }],
      answer: { agreement, enterprise, bank, from: valueDate },
    });
  },
};

export const AmendFourPartyAgreementBody = Type.Object({ agreement: Id, enterprise: Id, ...Terms, valueDate: DateField }, closed);

/** 协议变更 (POV): the whole new terms from the value date on. Refuses AGREEMENT_UNKNOWN. */
export const AmendFourPartyAgreement: CommandDefinition<Static<typeof AmendFourPartyAgreementBody>> = {
  name: "AmendFourPartyAgreement",
  schema: AmendFourPartyAgreementBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { agreement, enterprise, valueDate } = command;
    const early =
      dateRefusal(valueDate, context) ??
      amountsRefusal({ loanCap: command.loanCap, quotaPerHousehold: command.quotaPerHousehold, yearlyAmount: command.yearlyAmount });
    if (early) return early;
    const known = (yield* gatherLinkage(enterprise)).agreements.get(agreement);
    if (!known || !covers(known, valueDate)) return refuse(errors.AGREEMENT_UNKNOWN, { agreement, enterprise, on: valueDate });
    const event = linkageEvent("FourPartyAgreementAmended", valueDate, { agreement, enterprise, ...termsOf(command) });
    return ok({ writes: [{ stream: linkageStream(enterprise), events: [event] }], answer: { agreement, enterprise, from: valueDate } });
  },
};
