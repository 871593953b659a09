import type { CommandDefinition } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { event, known, mayLeave, receivable, refund } from "./decide.ts";
import { errors } from "./errors.ts";
import { balanceOf, FREE, nextEntry } from "./evolve.ts";
import {
  AmountText,
  amountOf,
  Currency,
  closed,
  DateField,
  dayOf,
  fiscalYearOf,
  Id,
  LongText,
  PurposeText,
  SerialText,
  ShortText,
} from "./fields.ts";
import { gatherDonation, gatherDonor } from "./gather.ts";
import { BeneficiaryScope } from "./schema.ts";

export const PledgeDonationBody = Type.Object(
  {
    donation: Id,
    donor: Id,
    kind: Type.Union([Type.Literal("money"), Type.Literal("goods")]),
    amount: Type.Optional(AmountText),
    goods: Type.Optional(LongText),
    purpose: PurposeText,
    due: Type.Optional(DateField),
    valueDate: DateField,
  },
  closed,
);

/** 5.1 认捐 (POV), before anything arrives; nothing is posted. Refuses DONATION_KNOWN, DONOR_UNKNOWN. */
export const PledgeDonation: CommandDefinition<Static<typeof PledgeDonationBody>> = {
  name: "PledgeDonation",
  schema: PledgeDonationBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ valueDate, ...pledge }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { donation } = pledge;
    const { stream, state } = yield* gatherDonation(donation);
    if (state.donation !== undefined) return refuse(errors.DONATION_KNOWN, { donation }, { path: "/donation" });
    const donor = yield* gatherDonor(pledge.donor);
    if (!donor.ok) return donor;
    return ok({ writes: [{ stream, events: [event("DonationPledged", day.value, pledge)] }], answer: { donation } });
  },
};

export const WithdrawPledgeBody = Type.Object({ donation: Id, reason: ShortText, valueDate: DateField }, closed);

/** 认捐撤回 (POV). Refuses PLEDGE_NOT_OPEN: what has arrived is refunded. */
export const WithdrawPledge: CommandDefinition<Static<typeof WithdrawPledgeBody>> = {
  name: "WithdrawPledge",
  schema: WithdrawPledgeBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ donation, reason, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { stream, state } = yield* gatherDonation(donation);
    if (state.pledge?.status !== "open" || state.donor === undefined) return refuse(errors.PLEDGE_NOT_OPEN, { donation });
    const events = [event("DonationPledgeWithdrawn", day.value, { donation, donor: state.donor, reason })];
    return ok({ writes: [{ stream, events }], answer: { donation } });
  },
};

export const RecordDonationBody = Type.Object(
  {
    donation: Id,
    donor: Id,
    amount: AmountText,
    purpose: PurposeText,
    scope: Type.Optional(BeneficiaryScope),
    receiptNo: Type.Optional(Id),
    serial: Type.Optional(SerialText),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/**
 * 5.2, 5.3 收到捐赠 (bank message, or FIN-C), designated or `free`. A donation may come in several parts, of one donor
 * (DONOR_DIFFERS). Refuses DONOR_UNKNOWN, DONATION_SERIAL_KNOWN. Answer: `entry`, by which it is reversed.
 */
export const RecordDonation: CommandDefinition<Static<typeof RecordDonationBody>> = {
  name: "RecordDonation",
  schema: RecordDonationBody,
  roles: ["BANK", "FIN-C"],
  postsInBookG: true,
  *run({ valueDate, currency: _, ...receipt }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(receipt.amount);
    if (!amount.ok) return amount;
    const { donation, donor, serial } = receipt;
    const { stream, state } = yield* gatherDonation(donation);
    const allowed = receivable(state, donation, donor, serial);
    if (!allowed.ok) return allowed;
    const registered = yield* gatherDonor(donor);
    if (!registered.ok) return registered;
    const entry = nextEntry(state);
    const events = [event("DonationReceived", day.value, { ...receipt, entry })];
    return ok({ writes: [{ stream, events }], answer: { donation, entry, designated: receipt.purpose !== FREE } });
  },
};

export const SpendDonationBody = Type.Object(
  {
    donation: Id,
    amount: AmountText,
    purpose: PurposeText,
    payee: ShortText,
    usedFor: Type.Optional(ShortText),
    serial: Type.Optional(SerialText),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/**
 * 5.5 捐款使用 (FIN-C), within purpose and balance. Refuses DONATION_UNKNOWN, PURPOSE_MISMATCH, PURPOSE_CHANGED_AWAY,
 * ABOVE_BALANCE. Free money is spent with purpose `free`; `usedFor` says what for. Answer: `entry`, `left` of the purpose.
 */
export const SpendDonation: CommandDefinition<Static<typeof SpendDonationBody>> = {
  name: "SpendDonation",
  schema: SpendDonationBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ valueDate, currency: _, ...spent }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(spent.amount);
    if (!amount.ok) return amount;
    const { stream, state } = yield* gatherDonation(spent.donation);
    const found = known(state, spent.donation);
    if (!found.ok) return found;
    const allowed = mayLeave(state, spent.purpose, amount.value, day.value);
    if (!allowed.ok) return allowed;
    const left = formatAmount(balanceOf(state, spent.purpose) - amount.value);
    const events = [event("DonationSpent", day.value, { ...spent, ...found.value })];
    return ok({ writes: [{ stream, events }], answer: { ...found.value, left } });
  },
};

/** 书面同意: number of the document. Without it what needs it is refused (CONSENT_MISSING). */
export const Consent = Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "捐赠人书面同意的文号" }));

export const ChangeDonationPurposeBody = Type.Object(
  { donation: Id, amount: AmountText, oldPurpose: PurposeText, newPurpose: PurposeText, consent: Consent, valueDate: DateField },
  closed,
);

/**
 * 5.7 变更用途 (FIN-R) of a designated donation, wholly or in part; a new purpose `free` makes it income. Refuses
 * CONSENT_MISSING, PURPOSE_UNCHANGED, PURPOSE_MISMATCH (also for free money, which has no purpose to change), ABOVE_BALANCE.
 */
export const ChangeDonationPurpose: CommandDefinition<Static<typeof ChangeDonationPurposeBody>> = {
  name: "ChangeDonationPurpose",
  schema: ChangeDonationPurposeBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { donation, oldPurpose, newPurpose, consent } = command;
    const { stream, state } = yield* gatherDonation(donation);
    const found = known(state, donation);
    if (!found.ok) return found;
    if (consent === undefined) return refuse(errors.CONSENT_MISSING, {}, { path: "/consent" });
    if (oldPurpose === newPurpose) return refuse(errors.PURPOSE_UNCHANGED, {}, { path: "/newPurpose" });
    if (oldPurpose === FREE) return refuse(errors.PURPOSE_MISMATCH, { donation, purpose: oldPurpose }, { path: "/oldPurpose" });
    const allowed = mayLeave(state, oldPurpose, amount.value, day.value, "/oldPurpose");
    if (!allowed.ok) return allowed;
    const payload = { ...found.value, amount: command.amount, oldPurpose, newPurpose, consent };
    return ok({ writes: [{ stream, events: [event("DonationPurposeChanged", day.value, payload)] }], answer: found.value });
  },
};

export const RefundDonationBody = Type.Object(
  { donation: Id, amount: AmountText, reason: ShortText, serial: Type.Optional(SerialText), currency: Currency, valueDate: DateField },
  closed,
);

/**
 * 5.9 退还捐赠 (FIN-C) of what is unspent, from the first purpose on. Free money that was income of this fiscal year is
 * taken out of it, of closed years through 3501. Refuses DONATION_UNKNOWN, ABOVE_BALANCE. Answer: `parts` by purpose.
 */
export const RefundDonation: CommandDefinition<Static<typeof RefundDonationBody>> = {
  name: "RefundDonation",
  schema: RefundDonationBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ valueDate, currency: _, ...refunded }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(refunded.amount);
    if (!amount.ok) return amount;
    const { stream, state } = yield* gatherDonation(refunded.donation);
    const found = known(state, refunded.donation);
    if (!found.ok) return found;
    const parts = refund(state, amount.value, day.value, fiscalYearOf(context));
    if (!parts.ok) return parts;
    const events = [event("DonationRefunded", day.value, { ...refunded, ...found.value, ...parts.value })];
    return ok({ writes: [{ stream, events }], answer: { ...found.value, parts: parts.value.parts } });
  },
};
