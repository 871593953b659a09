/* 1.1–1.2: a batch is proposed and households enter it of their own will. */
import { type CommandDefinition, load } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { bankFold, bankStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { capRefusal, doubleRefusal, eligibilityRefusal, gatherEntrant, gatherSignerRefusal } from "./decide-household.ts";
import { gatherEnterpriseRefusal, MODEL_KEYS, modelWindow } from "./decide-model.ts";
import { errors } from "./errors.ts";
import { batchStream } from "./evolve.ts";
import { AmountText, closed, DateField, HashText, IdText, TextField } from "./fields.ts";
import { gatherBatch } from "./gather.ts";
import { batchEvent, formRefusal, gatherKnown, type KnownBatch, partiesOf, type Refused } from "./shared.ts";

/** OLD_BATCH once a contract is signed; BATCH_NOT_PROPOSED when it was withdrawn or closed. */
function openForEntryRefusal({ batch, status, contracts }: KnownBatch): Refused | undefined {
  if (contracts.length > 0) return refuse(errors.OLD_BATCH, { batch }, { path: "/batch" });
  return status === "proposed" ? undefined : refuse(errors.BATCH_NOT_PROPOSED, { batch, status }, { path: "/batch" });
}

export const ProposeBatchBody = Type.Object(
  {
    batch: IdText,
    enterprise: IdText,
    bank: IdText,
    cap: AmountText,
    dividendTerms: Type.Optional(TextField),
    document: Type.Optional(IdText),
    valueDate: DateField,
  },
  closed,
);

/**
 * 1.1 批次立项 (FOF, POV). While the model is blocked a batch may be proposed: its contract needs the override. Refuses
 * BATCH_EXISTS, MODEL_NOT_OPEN, MODEL_FORBIDDEN, ENTERPRISE_BANKRUPT, ENTERPRISE_SUSPENDED, BATCH_BANK_UNKNOWN.
 */
export const ProposeBatch: CommandDefinition<Static<typeof ProposeBatchBody>> = {
  name: "ProposeBatch",
  schema: ProposeBatchBody,
  roles: ["FOF", "POV"],
  postsInBookG: false,
  *run(command, context) {
    const { batch, enterprise, bank, cap, dividendTerms, document, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    if ((yield* gatherBatch(batch)).status !== "none") return refuse(errors.BATCH_EXISTS, { batch }, { path: "/batch" });
    const window = modelWindow(yield* loadPolicy(MODEL_KEYS), valueDate);
    if (window === "not-open") return refuse(errors.MODEL_NOT_OPEN, { on: valueDate }, { path: "/valueDate" });
    if (window === "forbidden") return refuse(errors.MODEL_FORBIDDEN, { on: valueDate }, { path: "/valueDate" });
    const refusal = yield* gatherEnterpriseRefusal(enterprise, valueDate);
    if (refusal) return refusal;
    const registered = (yield* load(bankStream(bank), bankFold)).state.bank;
    if (registered === undefined) return refuse(errors.BATCH_BANK_UNKNOWN, { bank }, { path: "/bank" });
    const event = batchEvent("BatchProposed", valueDate, {
      batch,
      enterprise,
      bank,
      cap,
      ...(dividendTerms ? { dividendTerms } : {}),
      ...(document ? { document } : {}),
    });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, status: "proposed", window } });
  },
};

export const WithdrawBatchBody = Type.Object({ batch: IdText, reason: TextField, valueDate: DateField }, closed);

/** 1.1 立项撤回 (FOF, POV), before a contract. */
export const WithdrawBatch: CommandDefinition<Static<typeof WithdrawBatchBody>> = {
  name: "WithdrawBatch",
  schema: WithdrawBatchBody,
  roles: ["FOF", "POV"],
  postsInBookG: false,
  *run(command, context) {
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const { batch, status } = known.value;
    if (status !== "proposed") return refuse(errors.BATCH_NOT_PROPOSED, { batch, status }, { path: "/batch" });
    const event = batchEvent("BatchWithdrawn", command.valueDate, { ...partiesOf(known.value), reason: command.reason });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, status: "withdrawn" } });
  },
};

export const EnrolHouseholdBody = Type.Object(
  {
    batch: IdText,
    household: IdText,
    amount: AmountText,
    consentHash: HashText,
    signer: IdText,
    witness: Type.Optional(IdText),
    valueDate: DateField,
  },
  closed,
);

/**
 * 1.2 贫困户自愿入批 (VIL, OFFICE). Refuses OLD_BATCH, BATCH_HOUSEHOLD_NOT_ELIGIBLE, BATCH_ABOVE_CAP (split households and
 * own loans count), BATCH_DOUBLE_APPLICATION, BATCH_SIGNER_AGE, BATCH_ABOVE_ITS_CAP, BATCH_HOUSEHOLD_ENROLLED.
 */
export const EnrolHousehold: CommandDefinition<Static<typeof EnrolHouseholdBody>> = {
  name: "EnrolHousehold",
  schema: EnrolHouseholdBody,
  roles: ["VIL", "OFFICE"],
  postsInBookG: false,
  *run(command, context) {
    const { batch, household, amount, consentHash, signer, witness, valueDate } = command;
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const entry = openForEntryRefusal(known.value);
    if (entry) return entry;
    if (known.value.enrolments.has(household)) return refuse(errors.BATCH_HOUSEHOLD_ENROLLED, { household, batch }, { path: "/household" });
    if (fen(amount) === 0n) return refuse(errors.BATCH_NOTHING_PAID, {}, { path: "/amount" });
    const total = sumFen([...known.value.enrolments.values()].map((one) => one.amount)) + fen(amount);
    if (total > known.value.cap)
      return refuse(errors.BATCH_ABOVE_ITS_CAP, { total: formatAmount(total), cap: formatAmount(known.value.cap) }, { path: "/amount" });
    const entrant = yield* gatherEntrant(household, valueDate);
    if (!entrant.ok) return entrant;
    const refusal =
      eligibilityRefusal(entrant.value, valueDate) ??
      (yield* gatherSignerRefusal(entrant.value, signer, valueDate)) ??
      capRefusal(entrant.value, fen(amount), valueDate) ??
      doubleRefusal(entrant.value, signer, known.value.bank);
    if (refusal) return refusal;
    const event = batchEvent("HouseholdEnrolled", valueDate, {
      batch,
      household,
      amount,
      consentHash,
      signer,
      ...(witness ? { witness } : {}),
    });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, household, amount, enrolled: true } });
  },
};

export const WithdrawEnrolmentBody = Type.Object({ batch: IdText, household: IdText, reason: TextField, valueDate: DateField }, closed);

/** 1.2 退出 (VIL, OFFICE), before the contract. */
export const WithdrawEnrolment: CommandDefinition<Static<typeof WithdrawEnrolmentBody>> = {
  name: "WithdrawEnrolment",
  schema: WithdrawEnrolmentBody,
  roles: ["VIL", "OFFICE"],
  postsInBookG: false,
  *run(command, context) {
    const { batch, household, reason, valueDate } = command;
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const { status, enrolments } = known.value;
    if (status !== "proposed") return refuse(errors.BATCH_NOT_PROPOSED, { batch, status }, { path: "/batch" });
    if (!enrolments.has(household)) return refuse(errors.BATCH_HOUSEHOLD_NOT_ENROLLED, { household }, { path: "/household" });
    const event = batchEvent("EnrolmentWithdrawn", valueDate, { batch, household, reason });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, household, enrolled: false } });
  },
};

export const GrantBlockOverrideBody = Type.Object({ batch: IdText, document: IdText, valueDate: DateField }, closed);

/** 3.3: FIN-R and FOF each allow a contract of this batch while the model is blocked, with the number of the document. */
export const GrantBlockOverride: CommandDefinition<Static<typeof GrantBlockOverrideBody>> = {
  name: "GrantBlockOverride",
  schema: GrantBlockOverrideBody,
  roles: ["FIN-R", "FOF"],
  postsInBookG: false,
  *run(command, context) {
    const { batch, document, valueDate } = command;
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const role = context.role === "FOF" ? "FOF" : "FIN-R";
    const event = batchEvent("BlockOverrideGranted", valueDate, { batch, role, document });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, role, document } });
  },
};
