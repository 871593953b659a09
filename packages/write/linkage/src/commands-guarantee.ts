/* 2.12 担保费补助: grants for guarantee fees, paid to the guarantor. */
import { daysBetween, type IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type Gather, load } from "@huimin/decider";
import { type Fen, fen, formatAmount, parsePercent, percent, roundHalfUp, toExact } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { isParty, partyFold, partyStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type GuaranteeGrant, guaranteeFeeFold, guaranteeFeeStream } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, Id, PercentText, ReasonText } from "./fields.ts";
import { amountsRefusal, dateRefusal, linkageEvent, spanRefusal } from "./shared.ts";

export const GrantGuaranteeFeeBody = Type.Object(
  {
    grant: Id,
    guarantor: Id,
    loan: Type.Optional(Id),
    base: AmountText,
    rate: PercentText,
    from: DateField,
    toExcl: DateField,
    amount: Type.Optional(AmountText),
    document: Type.Optional(Id),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/** 担保费补助 in fen: base × rate × days / yearBase, rounded once, half up. */
export const guaranteeFee = (base: Fen, rate: string, days: number, yearBase: number): Fen =>
  roundHalfUp(
    toExact(base)
      .mul(percent(rate))
      .mul(days)
      .div(yearBase * 100),
  );

/**
 * 2.12 担保费补助 (FIN-M): what the district adds to a guarantee fee, base × rate × days / year base (interest.yearBase of the
 * first day). Seen in Henan: 1.5 % on household loans, 0.5 % on enterprise loans for each level. Refuses FEE_GUARANTOR_UNKNOWN,
 * GRANT_NUMBER_TAKEN, GRANT_AMOUNT_DIFFERS.
 */
export const GrantGuaranteeFee: CommandDefinition<Static<typeof GrantGuaranteeFeeBody>> = {
  name: "GrantGuaranteeFee",
  schema: GrantGuaranteeFeeBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const { grant, guarantor, loan, base, rate, from, toExcl, document, valueDate } = command;
    const early = dateRefusal(valueDate, context) ?? spanRefusal(from, toExcl) ?? amountsRefusal({ base, amount: command.amount });
    if (early) return early;
    if (parsePercent(rate) === undefined) return refuse(errors.LINKAGE_RATE_INVALID, { rate }, { path: "/rate" });
    const party = yield* load(partyStream(guarantor), partyFold);
    if (!isParty(party.state, "guarantor")) return refuse(errors.FEE_GUARANTOR_UNKNOWN, { guarantor }, { path: "/guarantor" });
    const { state } = yield* load(guaranteeFeeStream(guarantor), guaranteeFeeFold);
    if (state.has(grant)) return refuse(errors.GRANT_NUMBER_TAKEN, { grant }, { path: "/grant" });
    const days = daysBetween(from, toExcl);
    const yearBase = (yield* loadPolicy(["interest.yearBase"])).integer("interest.yearBase", from);
    const amount = formatAmount(guaranteeFee(fen(base), rate, days, yearBase));
    if ((command.amount !== undefined && command.amount !== amount) || amount === "0.00")
      return refuse(errors.GRANT_AMOUNT_DIFFERS, { amount: command.amount ?? amount, computed: amount }, { path: "/amount" });
    const event = linkageEvent("GuaranteeFeeGranted", valueDate, {
      grant,
      guarantor,
      ...(loan === undefined ? {} : { loan }),
      base,
      rate,
      from,
      toExcl,
      days,
      yearBase,
      amount,
      ...(document === undefined ? {} : { document }),
    });
    return ok({ writes: [{ stream: guaranteeFeeStream(guarantor), events: [event] }], answer: { grant, guarantor, days, amount } });
  },
};

function* gatherOpenGrant(guarantor: string, grant: string): Gather<Result<GuaranteeGrant>> {
  const known = (yield* load(guaranteeFeeStream(guarantor), guaranteeFeeFold)).state.get(grant);
  return known?.status === "open" ? ok(known) : refuse(errors.GRANT_NOT_OPEN, { guarantor, grant }, { path: "/grant" });
}

export const PayGuaranteeFeeBody = Type.Object({ grant: Id, guarantor: Id, serial: Type.Optional(Id), valueDate: DateField }, closed);

/** 担保费补助拨付 (FIN-C): the whole grant. Refuses GRANT_NOT_OPEN. */
export const PayGuaranteeFee: CommandDefinition<Static<typeof PayGuaranteeFeeBody>> = {
  name: "PayGuaranteeFee",
  schema: PayGuaranteeFeeBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ grant, guarantor, serial, valueDate }, context) {
    const early = dateRefusal(valueDate, context);
    if (early) return early;
    const open = yield* gatherOpenGrant(guarantor, grant);
    if (!open.ok) return open;
    const amount = formatAmount(open.value.amount);
    const event = linkageEvent("GuaranteeFeePaid", valueDate, { grant, guarantor, amount, ...(serial === undefined ? {} : { serial }) });
    return ok({ writes: [{ stream: guaranteeFeeStream(guarantor), events: [event] }], answer: { grant, guarantor, amount } });
  },
};

export const ReturnGuaranteeFeePaymentBody = Type.Object(
  { grant: Id, guarantor: Id, reason: ReasonText, serial: Type.Optional(Id), valueDate: DateField },
  closed,
);

/**
 * 担保费补助拨付退回 (FIN-C, like S6, R17): the payment came back whole, the grant is payable again. A grant names no bank that could
 * report it: who pays records what the bank's statement says. Refuses GRANT_NOT_PAID.
 */
export const ReturnGuaranteeFeePayment: CommandDefinition<Static<typeof ReturnGuaranteeFeePaymentBody>> = {
  name: "ReturnGuaranteeFeePayment",
  schema: ReturnGuaranteeFeePaymentBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ grant, guarantor, reason, serial, valueDate }, context) {
    const early = dateRefusal(valueDate, context);
    if (early) return early;
    const known = (yield* load(guaranteeFeeStream(guarantor), guaranteeFeeFold)).state.get(grant);
    if (known?.status !== "paid") return refuse(errors.GRANT_NOT_PAID, { guarantor, grant }, { path: "/grant" });
    const amount = formatAmount(known.amount);
    const more = serial === undefined ? {} : { serial };
    const event = linkageEvent("GuaranteeFeePaymentReturned", valueDate, { grant, guarantor, amount, reason, ...more });
    return ok({ writes: [{ stream: guaranteeFeeStream(guarantor), events: [event] }], answer: { grant, guarantor, amount } });
  },
};

export const ReverseGuaranteeFeeBody = Type.Object({ grant: Id, guarantor: Id, reason: ReasonText, valueDate: DateField }, closed);

const isPriorYear = (grant: GuaranteeGrant, period: IsoDate): boolean => grant.fiscalYear < Number(period.slice(0, 4));

/** C1 of 2.12 (FIN-M), before payment: negative copy, in a later fiscal year against 3501. Refuses GRANT_NOT_OPEN. */
export const ReverseGuaranteeFee: CommandDefinition<Static<typeof ReverseGuaranteeFeeBody>> = {
  name: "ReverseGuaranteeFee",
  schema: ReverseGuaranteeFeeBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run({ grant, guarantor, reason, valueDate }, context) {
    const early = dateRefusal(valueDate, context);
    if (early) return early;
    const open = yield* gatherOpenGrant(guarantor, grant);
    if (!open.ok) return open;
    const amount = formatAmount(-open.value.amount);
    const priorYear = isPriorYear(open.value, context.period);
    const reversed = linkageEvent("GuaranteeFeeReversed", valueDate, { grant, guarantor, amount, priorYear, reason });
    const event = { ...reversed, corrects: open.value.eventId };
    return ok({ writes: [{ stream: guaranteeFeeStream(guarantor), events: [event] }], answer: { grant, guarantor, amount } });
  },
};
