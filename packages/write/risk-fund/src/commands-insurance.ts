import { type CommandDefinition, type Gather, load, type StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount, maxFen, minFen, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { isParty, partyFold, partyStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type InsuranceClaim, type InsurerState, insuranceStream, insurerFold } from "./evolve-insurance.ts";
import { obligorFold, obligorStream, openClaimOf } from "./evolve-obligor.ts";
import { AmountText, Currency, closed, DateField, IdText, ReasonText, SerialText } from "./fields.ts";
import type { RiskFundPayload } from "./schema.ts";
import { formRefusal, fundRefusal, fundWrite, gatherAccounts, negated, riskEvent, sendingBank } from "./shared.ts";
import { inTurn } from "./split.ts";

export const FileInsuranceClaimBody = Type.Object(
  {
    claim: IdText,
    insurer: IdText,
    obligor: IdText,
    loss: AmountText,
    deductible: Type.Optional(AmountText),
    cap: Type.Optional(AmountText),
    policyNumber: Type.Optional(IdText),
    valueDate: DateField,
    currency: Currency,
  },
  closed,
);

/** E9 保险报案 (INS, or the bank's message) for what is claimed from an obligor. Refuses INSURER_UNKNOWN, INSURANCE_CLAIM_TAKEN. */
export const FileInsuranceClaim: CommandDefinition<Static<typeof FileInsuranceClaimBody>> = {
  name: "FileInsuranceClaim",
  schema: FileInsuranceClaimBody,
  roles: ["INS", "BANK"],
  postsInBookG: false,
  *run({ currency: _, ...command }, context) {
    const early = formRefusal(command, context);
    if (early) return early;
    const { valueDate, deductible = "0.00", ...rest } = command;
    const { claim, insurer } = rest;
    const party = (yield* load(partyStream(insurer), partyFold)).state;
    if (!isParty(party, "insurer")) return refuse(errors.INSURER_UNKNOWN, { insurer }, { path: "/insurer" });
    const { state } = yield* load(insuranceStream(insurer), insurerFold);
    if (state.claims.has(claim)) return refuse(errors.INSURANCE_CLAIM_TAKEN, { insurer, claim }, { path: "/claim" });
    const event = riskEvent("InsuranceClaimFiled", valueDate, { ...rest, deductible });
    return ok({ writes: [{ stream: insuranceStream(insurer), events: [event] }], answer: { claim, insurer } });
  },
};

/** A claim in a state, or INSURANCE_CLAIM_UNKNOWN. */
function* gatherClaim(insurer: string, claim: string, status: InsuranceClaim["status"]): Gather<Result<InsuranceClaim, Refusal>> {
  const found = (yield* load(insuranceStream(insurer), insurerFold)).state.claims.get(claim);
  return found?.status === status ? ok(found) : refuse(errors.INSURANCE_CLAIM_UNKNOWN, { insurer, claim, status }, { path: "/claim" });
}

/** What the policy pays at most: the loss less the deductible, up to the cap. */
function coverOf({ loss, deductible, cap }: RiskFundPayload<"InsuranceClaimFiled">): Fen {
  const left = maxFen(0n, fen(loss) - fen(deductible));
  return cap === undefined ? left : minFen(left, fen(cap));
}

/** Writes on the obligor's debt, by case. */
const debtWrite = (
  obligor: string,
  bank: ReadonlyMap<string, string>,
  parts: RiskFundPayload<"InsuranceClaimApproved">["parts"],
  cause: string,
  valueDate: string,
): StreamWrite => ({
  stream: obligorStream(obligor),
  events: parts.map(({ ref, model, amount }) =>
    riskEvent("ObligorClaimChanged", valueDate, {
      ...{ ref, bank: bank.get(ref) ?? "–", obligor, amount: negated(amount), writtenOff: "0.00", cause },
      ...(model === undefined ? {} : { model }),
    }),
  ),
});

export const ApproveInsuranceClaimBody = Type.Object(
  { claim: IdText, insurer: IdText, amount: AmountText, valueDate: DateField, currency: Currency },
  closed,
);

/**
 * E9 定损 (INS): the fund's claim on the obligor becomes one on the insurer, oldest case first. Refuses
 * INSURANCE_CLAIM_UNKNOWN, ABOVE_POLICY_COVER, NO_OPEN_COMPENSATION, ABOVE_COMPENSATION_CLAIM.
 */
export const ApproveInsuranceClaim: CommandDefinition<Static<typeof ApproveInsuranceClaimBody>> = {
  name: "ApproveInsuranceClaim",
  schema: ApproveInsuranceClaimBody,
  roles: ["INS"],
  postsInBookG: true,
  *run(command, context) {
    const { claim, insurer, amount, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherClaim(insurer, claim, "filed");
    if (!found.ok) return found;
    const { obligor, deductible } = found.value.filed;
    const { state } = yield* load(obligorStream(obligor), obligorFold);
    const open = openClaimOf(state);
    if (open <= 0n) return refuse(errors.NO_OPEN_COMPENSATION, { subject: obligor });
    if (fen(amount) > open) return refuse(errors.ABOVE_COMPENSATION_CLAIM, { amount, open: formatAmount(open) }, { path: "/amount" });
    const cover = coverOf(found.value.filed);
    if (fen(amount) > cover) return refuse(errors.ABOVE_POLICY_COVER, { amount, cover: formatAmount(cover) }, { path: "/amount" });
    const cases = [...state.values()].map((one) => ({ ...one, open: one.claim }));
    const parts = inTurn(fen(amount), cases).map(({ item, part }) => ({
      ...{ ref: item.ref, amount: formatAmount(part) },
      ...(item.model === undefined ? {} : { model: item.model }),
    }));
    const banks = new Map(cases.map(({ ref, bank }) => [ref, bank]));
    const event = riskEvent("InsuranceClaimApproved", valueDate, { claim, insurer, obligor, amount, deductible, parts });
    return ok({
      writes: [{ stream: insuranceStream(insurer), events: [event] }, debtWrite(obligor, banks, parts, claim, valueDate)],
      answer: { claim, insurer, obligor, amount },
    });
  },
};

const ClaimReasonBody = Type.Object({ claim: IdText, insurer: IdText, reason: ReasonText, valueDate: DateField }, closed);

/** E9 拒赔 (INS). Refuses INSURANCE_CLAIM_UNKNOWN. */
export const RejectInsuranceClaim: CommandDefinition<Static<typeof ClaimReasonBody>> = {
  name: "RejectInsuranceClaim",
  schema: ClaimReasonBody,
  roles: ["INS"],
  postsInBookG: false,
  *run(command, context) {
    const { claim, insurer, reason, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherClaim(insurer, claim, "filed");
    if (!found.ok) return found;
    const event = riskEvent("InsuranceClaimRejected", valueDate, { claim, insurer, obligor: found.value.filed.obligor, reason });
    return ok({ writes: [{ stream: insuranceStream(insurer), events: [event] }], answer: { claim, insurer } });
  },
};

/** C1 of 定损 (FIN-R): red entry; the obligor owes the fund again. Refuses INSURANCE_CLAIM_UNKNOWN, INSURANCE_PAID_PARTLY. */
export const ReverseInsuranceApproval: CommandDefinition<Static<typeof ClaimReasonBody>> = {
  name: "ReverseInsuranceApproval",
  schema: ClaimReasonBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const { claim, insurer, reason } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherClaim(insurer, claim, "approved");
    if (!found.ok) return found;
    const { approval, open, approvedOn = command.valueDate } = found.value;
    const owed = sumFen(open.map((part) => part.amount));
    if (!approval || owed !== fen(approval.amount)) return refuse(errors.INSURANCE_PAID_PARTLY, { claim }, { path: "/claim" });
    const { state } = yield* load(obligorStream(approval.obligor), obligorFold);
    const banks = new Map([...state.values()].map(({ ref, bank }) => [ref, bank]));
    const parts = approval.parts.map((part) => ({ ...part, amount: negated(part.amount) }));
    const negative = { ...approval, amount: negated(approval.amount), parts, reason };
    return ok({
      writes: [
        { stream: insuranceStream(insurer), events: [riskEvent("InsuranceApprovalReversed", approvedOn, negative)] },
        debtWrite(approval.obligor, banks, parts, claim, approvedOn),
      ],
      answer: { claim, insurer, amount: negative.amount },
    });
  },
};

export const ReceiveInsurancePaymentBody = Type.Object(
  {
    insurer: IdText,
    bank: Type.Optional(IdText),
    claim: Type.Optional(IdText),
    amount: AmountText,
    serial: SerialText,
    valueDate: DateField,
    currency: Currency,
  },
  closed,
);

/** What an insurer owes the fund, oldest approval first; of one claim where it is named. */
function openParts(state: InsurerState, claim: string | undefined) {
  return [...state.claims.values()]
    .filter((one) => one.status === "approved" && (claim === undefined || one.filed.claim === claim))
    .sort((a, b) => ((a.approvedOn ?? "") < (b.approvedOn ?? "") ? -1 : (a.approvedOn ?? "") > (b.approvedOn ?? "") ? 1 : 0))
    .flatMap((one) => one.open.map(({ ref, model, amount }) => ({ claim: one.filed.claim, ref, model, open: amount })))
    .filter(({ open }) => open > 0n);
}

/**
 * E10 保险赔款到账 (bank message), onto the fund's account at that bank, oldest claim first unless the message names one.
 * Refuses NO_OPEN_INSURANCE, ABOVE_INSURANCE_CLAIM.
 */
export const ReceiveInsurancePayment: CommandDefinition<Static<typeof ReceiveInsurancePaymentBody>> = {
  name: "ReceiveInsurancePayment",
  schema: ReceiveInsurancePaymentBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { insurer, amount, serial, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const bank = command.bank ?? sendingBank(context) ?? "";
    const { state } = yield* load(insuranceStream(insurer), insurerFold);
    const items = openParts(state, command.claim);
    const open = sumFen(items.map((item) => item.open));
    if (open <= 0n) return refuse(errors.NO_OPEN_INSURANCE, { insurer }, { path: "/insurer" });
    if (fen(amount) > open) return refuse(errors.ABOVE_INSURANCE_CLAIM, { amount, open: formatAmount(open) }, { path: "/amount" });
    const parts = inTurn(fen(amount), items).map(({ item, part }) => ({
      ...{ claim: item.claim, ref: item.ref, amount: formatAmount(part) },
      ...(item.model === undefined ? {} : { model: item.model }),
    }));
    // Written below: loaded so that the append asserts its version.
    yield* gatherAccounts([bank]);
    const event = riskEvent("InsurancePaid", valueDate, { insurer, bank, amount, serial, parts });
    return ok({
      writes: [{ stream: insuranceStream(insurer), events: [event] }, fundWrite(bank, fen(amount), serial, valueDate)],
      answer: { insurer, amount, claims: [...new Set(parts.map((part) => part.claim))] },
    });
  },
};

export const ReverseInsurancePaymentBody = Type.Object(
  { insurer: IdText, serial: SerialText, reversalSerial: SerialText, valueDate: DateField },
  closed,
);

/** C6 of E10 (bank message). Refuses RISK_SERIAL_UNKNOWN, FUND_TOO_SMALL. */
export const ReverseInsurancePayment: CommandDefinition<Static<typeof ReverseInsurancePaymentBody>> = {
  name: "ReverseInsurancePayment",
  schema: ReverseInsurancePaymentBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { insurer, serial, reversalSerial } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const original = (yield* load(insuranceStream(insurer), insurerFold)).state.payments.get(serial);
    const sender = sendingBank(context);
    const known = original && !original.reversed && (sender === undefined || sender === original.payment.bank);
    if (!known) return refuse(errors.RISK_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    const { payment, valueDate, eventId } = original;
    const short = fundRefusal(yield* gatherAccounts([payment.bank]), fen(payment.amount));
    if (short) return short;
    const parts = payment.parts.map((part) => ({ ...part, amount: negated(part.amount) }));
    const negative = { ...payment, amount: negated(payment.amount), parts, reversalSerial };
    return ok({
      writes: [
        { stream: insuranceStream(insurer), events: [riskEvent("InsurancePaymentReversed", valueDate, negative, eventId)] },
        fundWrite(payment.bank, -fen(payment.amount), reversalSerial, valueDate),
      ],
      answer: { insurer, amount: negative.amount },
    });
  },
};
