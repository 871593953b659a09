/* 1.3–1.4: the contract of a batch and the entrustment of its stakes. */
import { addMonths, type IsoDate, termMonths } from "@huimin/calendar";
import type { CommandDefinition, DomainEvent, Gather } from "@huimin/decider";
import { load } from "@huimin/decider";
import { creditStream, gatherBlocked, loanStream, loanTimelineFold } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, percent, sumFen } from "@huimin/money";
import { invariant, ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy, type Policy, RATE_KEYS } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { capRefusal, doubleRefusal, type Entrant, eligibilityRefusal, gatherEntrant, gatherSignerRefusal } from "./decide-household.ts";
import { gatherEnterpriseRefusal, MODEL_KEYS, modelRefusal, modelWindow } from "./decide-model.ts";
import { errors } from "./errors.ts";
import { batchStream } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, HashText, IdText, PercentText, TextField } from "./fields.ts";
import { batchEvent, gatherKnown, type KnownBatch, partiesOf, type Refused } from "./shared.ts";

/** Loans of one contract: one append writes the credit file of each household. */
export const CONTRACT_ITEMS_MAX = 1_000;

const Item = Type.Object(
  {
    loan: IdText,
    household: IdText,
    amount: AmountText,
    contractNo: Type.Optional(IdText),
    consentHash: Type.Optional(HashText),
    signer: Type.Optional(IdText),
  },
  closed,
);

export const SignBatchContractBody = Type.Object(
  {
    batch: IdText,
    valueDate: Type.String({ format: "date", description: "the contract date, by which 3.3 judges" }),
    annualRate: PercentText,
    due: DateField,
    repayer: Type.Optional(Type.String({ description: "always the enterprise of the batch" })),
    method: Type.Optional(Type.Union([Type.Literal("interest-only-then-bullet"), Type.Literal("single-payment")])),
    yearBase: Type.Optional(Type.Union([Type.Literal(360), Type.Literal(365)])),
    total: Type.Optional(AmountText),
    items: Type.Array(Item, { minItems: 1, maxItems: CONTRACT_ITEMS_MAX }),
    participationEvidence: Type.Boolean({ description: "evidence that each household takes part of its own will is held" }),
    overrideDocument: Type.Optional(IdText),
    rateDocument: Type.Optional(Type.String({ description: "grants a rate below the benchmark" })),
    currency: Currency,
  },
  closed,
);
type ContractBody = Static<typeof SignBatchContractBody>;
type ContractItem = Static<typeof Item>;

const CONTRACT_KEYS = [...RATE_KEYS, ...MODEL_KEYS, "microcredit.termMonths", "interest.yearBase", "penalty.surcharge"] as const;

/** BATCH_DATES_REVERSED, BATCH_TERM_TOO_LONG, and the rate of the tier on the contract date (BATCH_RATE_NOT_BENCHMARK). */
function termsRefusal(command: ContractBody, policy: Policy): Refused | undefined {
  const { valueDate, due, annualRate, rateDocument } = command;
  if (due <= valueDate) return refuse(errors.BATCH_DATES_REVERSED, { from: valueDate, to: due }, { path: "/due" });
  const months = termMonths(valueDate, due);
  const max = policy.integer("microcredit.termMonths", valueDate);
  if (due > addMonths(valueDate, max)) return refuse(errors.BATCH_TERM_TOO_LONG, { months, max }, { path: "/due" });
  const benchmark = policy.benchmarkRate(valueDate, months);
  if (benchmark === undefined) return refuse(errors.BATCH_RATE_UNKNOWN, { on: valueDate });
  const rate = percent(annualRate);
  if (rate.eq(benchmark) || (rate.lt(benchmark) && rateDocument !== undefined)) return undefined;
  const details = { rate: annualRate, benchmark: benchmark.toFixed(), on: valueDate };
  return refuse(errors.BATCH_RATE_NOT_BENCHMARK, details, { path: "/annualRate" });
}

/** BATCH_ITEMS_INVALID, BATCH_TOTAL_DIFFERS, BATCH_ABOVE_ITS_CAP, BATCH_REPAYER_NOT_ENTERPRISE. */
function itemsRefusal(command: ContractBody, batch: KnownBatch): Refused | undefined {
  const { items, repayer, total } = command;
  const place = { path: "/items" };
  if (repayer !== undefined && repayer !== batch.enterprise)
    return refuse(errors.BATCH_REPAYER_NOT_ENTERPRISE, { repayer, enterprise: batch.enterprise }, { path: "/repayer" });
  const loans = new Set<string>(batch.loans);
  for (const { loan, amount } of items) {
    if (loans.has(loan) || fen(amount) === 0n) return refuse(errors.BATCH_ITEMS_INVALID, { item: loan }, place);
    loans.add(loan);
  }
  const sum = sumFen(items.map((item) => fen(item.amount)));
  if (total !== undefined && fen(total) !== sum)
    return refuse(errors.BATCH_TOTAL_DIFFERS, { total, sum: formatAmount(sum) }, { path: "/total" });
  const whole = sum + sumFen(batch.contracts.flatMap((contract) => contract.items.map((item) => item.amount)));
  if (whole <= batch.cap) return undefined;
  return refuse(errors.BATCH_ABOVE_ITS_CAP, { total: formatAmount(whole), cap: formatAmount(batch.cap) }, place);
}

/**
 * What the household agreed to in all: its enrolment, and in a supplement the further consent that the item carries.
 */
function consentOf(
  batch: KnownBatch,
  item: ContractItem,
  own: Fen,
): Result<{ readonly signer: string; readonly agreed: Fen; readonly isNew: boolean }> {
  const { household, signer, consentHash } = item;
  const enrolment = batch.enrolments.get(household);
  if (batch.contracts.length > 0 && signer !== undefined && consentHash !== undefined)
    return ok({ signer, agreed: contracted(batch, household) + own, isNew: true });
  if (enrolment) return ok({ signer: enrolment.signer, agreed: enrolment.amount, isNew: false });
  return refuse(errors.BATCH_HOUSEHOLD_NOT_ENROLLED, { household }, { path: "/items" });
}

const contracted = (batch: KnownBatch, household: string): Fen =>
  sumFen(batch.contracts.flatMap((contract) => contract.items.filter((one) => one.household === household).map((one) => one.amount)));

interface SignedItem {
  readonly item: ContractItem;
  readonly entrant: Entrant;
  readonly signer: string;
  /** Agreed to in all, with this item. */
  readonly agreed: Fen;
  readonly isNew: boolean;
}

/** Checks every household of the contract; items of one credit group count together. */
function* gatherItems(command: ContractBody, batch: KnownBatch): Gather<Result<SignedItem[]>> {
  const { valueDate } = command;
  const signed: SignedItem[] = [];
  const byGroup = new Map<string, Fen>();
  const byHousehold = new Map<string, Fen>();
  for (const item of command.items) {
    const { household, loan, amount } = item;
    const entrant = yield* gatherEntrant(household, valueDate);
    if (!entrant.ok) return entrant;
    const group = entrant.value.state.creditGroup;
    const together = (byGroup.get(group) ?? 0n) + fen(amount);
    const own = (byHousehold.get(household) ?? 0n) + fen(amount);
    const consent = consentOf(batch, item, own);
    if (!consent.ok) return consent;
    const { signer, agreed, isNew } = consent.value;
    const taken = (yield* load(loanStream(loan), loanTimelineFold)).version > 0;
    const named = taken || entrant.value.commitments.some(({ entry }) => entry.loan === loan);
    const refusal =
      (named ? refuse(errors.BATCH_LOAN_TAKEN, { loan }, { path: "/items" }) : undefined) ??
      eligibilityRefusal(entrant.value, valueDate) ??
      (isNew ? yield* gatherSignerRefusal(entrant.value, signer, valueDate) : undefined) ??
      agreedRefusal(batch, item, agreed, own) ??
      capRefusal(entrant.value, together, valueDate) ??
      doubleRefusal(entrant.value, signer, batch.bank);
    if (refusal) return refusal;
    byGroup.set(group, together);
    byHousehold.set(household, own);
    signed.push({ item, entrant: entrant.value, signer, agreed, isNew });
  }
  return ok(signed);
}

/** BATCH_ABOVE_ENROLMENT: not more than the household signed for, earlier contracts of the batch included. */
function agreedRefusal(batch: KnownBatch, { household }: ContractItem, agreed: Fen, own: Fen): Refused | undefined {
  const whole = contracted(batch, household) + own;
  if (whole <= agreed) return undefined;
  const details = { household, amount: formatAmount(whole), enrolled: formatAmount(agreed) };
  return refuse(errors.BATCH_ABOVE_ENROLMENT, details, { path: "/items" });
}

interface Terms {
  readonly method: "interest-only-then-bullet" | "single-payment";
  readonly yearBase: 360 | 365;
}

const approvalOf = (command: ContractBody, batch: KnownBatch, { method, yearBase }: Terms, { item, signer }: SignedItem): DomainEvent => ({
  type: "LoanApproved",
  valueDate: command.valueDate,
  payload: {
    loan: item.loan,
    household: item.household,
    bank: batch.bank,
    amount: item.amount,
    annualRate: command.annualRate,
    contractDate: command.valueDate,
    due: command.due,
    method,
    yearBase,
    batch: batch.batch,
    enterprise: batch.enterprise,
    borrower: signer,
  },
});

/** One write per credit file, in the order of the items. */
function approvals(command: ContractBody, batch: KnownBatch, terms: Terms, items: readonly SignedItem[]) {
  const byStream = Map.groupBy(items, ({ entrant }) => creditStream(entrant.state.creditGroup));
  return [...byStream].map(([stream, own]) => ({ stream, events: own.map((item) => approvalOf(command, batch, terms, item)) }));
}

function contractEvent(command: ContractBody, batch: KnownBatch, policy: Policy, terms: Terms, items: readonly SignedItem[]) {
  const { valueDate, annualRate, due, participationEvidence, overrideDocument } = command;
  const window = modelWindow(policy, valueDate);
  return batchEvent("BatchContractSigned", valueDate, {
    ...partiesOf(batch),
    repayer: batch.enterprise,
    annualRate,
    yearBase: terms.yearBase,
    method: terms.method,
    due,
    total: formatAmount(sumFen(items.map(({ item }) => fen(item.amount)))),
    items: items.map(({ item: { loan, household, amount, contractNo }, entrant }) => ({
      loan,
      household,
      village: entrant.state.village,
      amount,
      ...(contractNo ? { contractNo } : {}),
    })),
    penaltySurcharge: policy.percent("penalty.surcharge", valueDate).toFixed(),
    participationEvidence,
    ...(window === "warned" ? { warning: "W1" as const } : {}),
    ...(window === "blocked" && overrideDocument ? { override: { document: overrideDocument } } : {}),
  });
}

const enrolmentsOf = (command: ContractBody, items: readonly SignedItem[]): DomainEvent[] =>
  items
    .filter(({ isNew }) => isNew)
    .map(({ item, signer, agreed }) =>
      batchEvent("HouseholdEnrolled", command.valueDate, {
        batch: command.batch,
        household: item.household,
        amount: formatAmount(agreed),
        consentHash: item.consentHash ?? "",
        signer,
      }),
    );

/**
 * 1.3 批量贷款合同签订 (bank message). Signed again for further loans it is a supplement 补充合同: a household that is new
 * carries its consent in its item. Each item enters the credit file of its household, so the cap holds across banks and
 * models. Refuses MODEL_NOT_OPEN, EVIDENCE_MISSING, MODEL_BLOCKED, MODEL_FORBIDDEN (3.3, by the contract date),
 * ENTERPRISE_BANKRUPT, BATCH_TERM_TOO_LONG, BATCH_RATE_NOT_BENCHMARK, BATCH_TOTAL_DIFFERS, BATCH_ABOVE_CAP,
 * BATCH_DOUBLE_APPLICATION, BATCH_HOUSEHOLD_NOT_ENROLLED, BATCH_CIRCUIT_BREAKER. Answer: total and warning W1.
 */
export const SignBatchContract: CommandDefinition<ContractBody> = {
  name: "SignBatchContract",
  schema: SignBatchContractBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const batch = known.value;
    const { valueDate, participationEvidence, overrideDocument } = command;
    if (batch.status === "withdrawn") return refuse(errors.BATCH_NOT_PROPOSED, { batch: batch.batch, status: batch.status });
    if (batch.closedOn) return refuse(errors.BATCH_CLOSED, { batch: batch.batch, on: batch.closedOn });
    const policy = yield* loadPolicy(CONTRACT_KEYS);
    const refusal =
      modelRefusal(policy, valueDate, batch, { participationEvidence, overrideDocument }) ??
      (yield* gatherEnterpriseRefusal(batch.enterprise, valueDate)) ??
      termsRefusal(command, policy) ??
      itemsRefusal(command, batch);
    if (refusal) return refusal;
    const items = yield* gatherItems(command, batch);
    if (!items.ok) return items;
    const blocked = yield* gatherBlocked(
      items.value.map(({ entrant }) => entrant.state.village),
      valueDate,
    );
    if (blocked) return refuse(errors.BATCH_CIRCUIT_BREAKER, { code: blocked.code, since: blocked.since });
    const yearBase = command.yearBase ?? policy.integer("interest.yearBase", valueDate);
    invariant(yearBase === 360 || yearBase === 365, `interest.yearBase is ${yearBase}`);
    const terms: Terms = { method: command.method ?? "interest-only-then-bullet", yearBase };
    const signed = contractEvent(command, batch, policy, terms, items.value);
    const { total, warning } = signed.payload;
    return ok({
      writes: [
        { stream: batchStream(batch.batch), events: [...enrolmentsOf(command, items.value), signed] },
        ...approvals(command, batch, terms, items.value),
      ],
      answer: { batch: batch.batch, total, loans: items.value.length, yearBase, ...(warning ? { warning } : {}) },
    });
  },
};

export const SignEquityEntrustmentBody = Type.Object(
  {
    batch: IdText,
    trustee: Type.Optional(IdText),
    total: AmountText,
    dividendRate: Type.Optional(PercentText),
    dividendAmount: Type.Optional(AmountText),
    payDate: Type.Optional(TextField),
    exitTerms: Type.Optional(TextField),
    noRepaymentDuty: Type.Literal(true, { description: "the household has no duty to repay" }),
    valueDate: DateField,
  },
  closed,
);

const contractedUntil = (batch: KnownBatch, on: IsoDate): Fen =>
  sumFen(batch.contracts.filter((one) => one.contractDate <= on).flatMap((one) => one.items.map((item) => item.amount)));

/**
 * 1.4 股权委托协议签订 (ENT, POV): every stake is its loan, so the total is that of the contracts until the day. Refuses
 * BATCH_TOTAL_DIFFERS, BATCH_NOT_SIGNED, ENTERPRISE_BANKRUPT.
 */
export const SignEquityEntrustment: CommandDefinition<Static<typeof SignEquityEntrustmentBody>> = {
  name: "SignEquityEntrustment",
  schema: SignEquityEntrustmentBody,
  roles: ["ENT", "POV"],
  postsInBookG: false,
  *run(command, context) {
    const known = yield* gatherKnown(command, context);
    if (!known.ok) return known;
    const { trustee, total, valueDate, batch, noRepaymentDuty, ...rest } = command;
    const { contracts, status, enterprise } = known.value;
    if (contracts.length === 0) return refuse(errors.BATCH_NOT_SIGNED, { batch, status }, { path: "/batch" });
    const bankrupt = yield* gatherEnterpriseRefusal(enterprise, valueDate);
    if (bankrupt) return bankrupt;
    const sum = contractedUntil(known.value, valueDate);
    if (fen(total) !== sum) return refuse(errors.BATCH_TOTAL_DIFFERS, { total, sum: formatAmount(sum) }, { path: "/total" });
    const event = batchEvent("EquityEntrustmentSigned", valueDate, {
      ...partiesOf(known.value),
      trustee: trustee ?? enterprise,
      total,
      noRepaymentDuty,
      ...rest,
    });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, total } });
  },
};
