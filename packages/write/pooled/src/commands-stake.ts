/* 1.13, 1.14, 1.19: a household leaves its loan: redeemed, replaced by another one, released by the bank. */
import type { IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Gather, load } from "@huimin/decider";
import { minimumOpenFrom, openPrincipal } from "@huimin/interest/timeline";
import {
  creditFold,
  creditStream,
  loanStream,
  loanTimelineFold,
  stakesLoweredBy,
  stakesOn,
  subjectOn,
  withRealignment,
} from "@huimin/loan/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { capRefusal, doubleRefusal, type Entrant, eligibilityRefusal, gatherEntrant, gatherSignerRefusal } from "./decide-household.ts";
import { gatherEnterpriseRefusal } from "./decide-model.ts";
import { errors } from "./errors.ts";
import { batchStream } from "./evolve.ts";
import { closed, DateField, HashText, IdText } from "./fields.ts";
import { replanned } from "./replan.ts";
import { batchEvent, type DrawnLoan, drawnLoan, gatherSigned, partiesOf, type Refused, type SignedBatch } from "./shared.ts";

export const NoteStakeRedeemedBody = Type.Object(
  {
    batch: IdText,
    household: IdText,
    loan: IdText,
    reason: Type.Union([Type.Literal("matured"), Type.Literal("early"), Type.Literal("household-left"), Type.Literal("default")]),
    valueDate: DateField,
  },
  closed,
);

/** 1.13 股权退出 (ENT): a note; the repayment of the loan lowered the stake to nothing (BATCH_STAKE_OPEN). */
export const NoteStakeRedeemed: CommandDefinition<Static<typeof NoteStakeRedeemedBody>> = {
  name: "NoteStakeRedeemed",
  schema: NoteStakeRedeemedBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch, household, loan, reason, valueDate } = command;
    const found = drawnLoan(signed.value, loan);
    if (!found.ok) return found;
    const open = stakesOn(found.value.state, valueDate).find((stake) => stake.household === household);
    if (open) return refuse(errors.BATCH_STAKE_OPEN, { household, loan, open: formatAmount(open.amount) });
    const event = batchEvent("StakeRedeemed", valueDate, { batch, household, loan, reason });
    return ok({ writes: [{ stream: batchStream(batch), events: [event] }], answer: { batch, household, loan, reason } });
  },
};

export const ReplaceStakeBody = Type.Object(
  {
    loan: IdText,
    oldHousehold: IdText,
    newHousehold: IdText,
    bankChangesDebtor: Type.Boolean({ description: "the bank takes the new household as debtor" }),
    document: Type.Optional(IdText),
    consentHash: HashText,
    signer: IdText,
    valueDate: DateField,
  },
  closed,
);
type ReplaceBody = Static<typeof ReplaceStakeBody>;

/** The batch of a loan, signed, and the loan: for commands that name the loan alone. */
function* gatherByLoan(
  command: { readonly loan: string; readonly valueDate: IsoDate },
  context: Parameters<typeof gatherSigned>[1],
): Gather<Result<{ readonly signed: SignedBatch; readonly state: DrawnLoan }>> {
  const { batch } = (yield* load(loanStream(command.loan), loanTimelineFold)).state.subject ?? {};
  if (batch === undefined) return refuse(errors.BATCH_LOAN_UNKNOWN, { batch: "–", loan: command.loan }, { path: "/loan" });
  const signed = yield* gatherSigned({ batch, valueDate: command.valueDate }, context);
  if (!signed.ok) return signed;
  const found = drawnLoan(signed.value, command.loan);
  return found.ok ? ok({ signed: signed.value, state: found.value.state }) : found;
}

/** The whole stake and loan are the old household's on the day, and nothing happened to them afterwards. */
function replaceable(state: DrawnLoan, command: ReplaceBody): Result<Fen> {
  const { loan, oldHousehold, valueDate } = command;
  if (state.subject.household !== oldHousehold)
    return refuse(errors.BATCH_NOT_THE_DEBTOR, { household: oldHousehold, loan }, { path: "/oldHousehold" });
  const open = openPrincipal(state.timeline, valueDate);
  const later = state.stakes.moves.some((move) => move.valueDate > valueDate);
  if (later || open === 0n) return refuse(errors.BATCH_REPLACED_LATER, { loan, on: valueDate }, { path: "/valueDate" });
  const stakes = stakesOn(state, valueDate);
  if (stakes.length !== 1 || stakes[0]?.household !== oldHousehold) return refuse(errors.BATCH_STAKE_DIVIDED, { loan }, { path: "/loan" });
  if (stakes[0].amount !== open)
    return refuse(errors.BATCH_STAKE_DIFFERS, { loan, amount: formatAmount(stakes[0].amount), open: formatAmount(open) });
  return ok(open);
}

function* gatherNewDebtor(command: ReplaceBody, state: DrawnLoan, amount: Fen): Gather<Result<Entrant>> {
  const { newHousehold, signer, valueDate, loan } = command;
  const entrant = yield* gatherEntrant(newHousehold, valueDate);
  if (!entrant.ok) return entrant;
  // Within one credit group the loan is committed already.
  const others = { ...entrant.value, commitments: entrant.value.commitments.filter(({ entry }) => entry.loan !== loan) };
  const refusal: Refused | undefined =
    eligibilityRefusal(others, valueDate) ??
    (yield* gatherSignerRefusal(others, signer, valueDate)) ??
    capRefusal(others, amount, valueDate) ??
    doubleRefusal(others, signer, state.subject.bank);
  return refusal ?? entrant;
}

/** The old credit file lets the loan go, the new one commits it. */
function* gatherFiles(command: ReplaceBody, state: DrawnLoan, entrant: Entrant, amount: Fen) {
  const { loan, oldHousehold, newHousehold, signer, valueDate } = command;
  const { annualRate, contractDate, method, yearBase, creditGroup = "" } = state.terms;
  const { bank, batch, enterprise } = state.subject;
  yield* load(creditStream(creditGroup), creditFold);
  const left: DomainEvent = { type: "CommitmentTransferred", valueDate, payload: { loan, household: oldHousehold, newHousehold } };
  const terms = { annualRate, contractDate, due: state.timeline.due, method, yearBase };
  const parties = { bank, batch, enterprise, borrower: signer };
  const joined: DomainEvent = {
    type: "LoanApproved",
    valueDate,
    payload: { loan, household: newHousehold, amount: formatAmount(amount), ...terms, ...parties },
  };
  const to = entrant.state.creditGroup;
  if (to === creditGroup) return [{ stream: creditStream(to), events: [left, joined] }];
  return [
    { stream: creditStream(creditGroup), events: [left] },
    { stream: creditStream(to), events: [joined] },
  ];
}

/**
 * 1.14 替换受益户 (POV): stake and loan go to another household under the same loan number (R21), only where the bank
 * changes the debtor too. Refuses DEBTOR_UNCHANGED, BATCH_NOT_THE_DEBTOR, BATCH_STAKE_DIVIDED, BATCH_REPLACED_LATER,
 * BATCH_HOUSEHOLD_NOT_ELIGIBLE, BATCH_ABOVE_CAP, BATCH_DOUBLE_APPLICATION, BATCH_SIGNER_AGE, ENTERPRISE_BANKRUPT.
 */
export const ReplaceStake: CommandDefinition<ReplaceBody> = {
  name: "ReplaceStake",
  schema: ReplaceStakeBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const gathered = yield* gatherByLoan(command, context);
    if (!gathered.ok) return gathered;
    const { signed, state } = gathered.value;
    const { loan, oldHousehold, newHousehold, signer, document, valueDate } = command;
    if (!command.bankChangesDebtor) return refuse(errors.DEBTOR_UNCHANGED, { loan }, { path: "/bankChangesDebtor" });
    const bankrupt = yield* gatherEnterpriseRefusal(signed.batch.enterprise, valueDate);
    if (bankrupt) return bankrupt;
    const amount = replaceable(state, command);
    if (!amount.ok) return amount;
    const entrant = yield* gatherNewDebtor(command, state, amount.value);
    if (!entrant.ok) return entrant;
    const { village, creditGroup } = entrant.value.state;
    const payload = {
      ...subjectOn(state, valueDate),
      newHousehold,
      newVillage: village,
      creditGroup,
      borrower: signer,
      amount: formatAmount(amount.value),
      ...(document ? { document } : {}),
    };
    const event: DomainEvent = { type: "StakeReplaced", valueDate, payload };
    const files = yield* gatherFiles(command, state, entrant.value, amount.value);
    return ok({
      writes: [{ stream: loanStream(loan), events: withRealignment(state, loan, [event]) }, ...files],
      answer: { loan, oldHousehold, newHousehold, amount: formatAmount(amount.value) },
    });
  },
};

export const ReleaseHouseholdsBody = Type.Object(
  {
    loans: Type.Array(IdText, { minItems: 1, maxItems: 1_000 }),
    reason: Type.Union([Type.Literal("bank-share-written-off"), Type.Literal("taken-over-by-enterprise")]),
    valueDate: DateField,
  },
  closed,
);

interface Release {
  readonly loan: string;
  readonly amount: Fen;
  readonly events: DomainEvent[];
}

/** The whole principal of a loan that is open from the day on. */
function released(signed: SignedBatch, loan: string, valueDate: IsoDate, reason: string): Result<Release> {
  const found = drawnLoan(signed, loan);
  if (!found.ok) return found;
  const { state } = found.value;
  const amount = minimumOpenFrom(state.timeline, valueDate);
  if (amount <= 0n) return refuse(errors.BATCH_NOTHING_PAID, { loan }, { path: "/loans" });
  const stakes = stakesLoweredBy(state, valueDate, amount).map((share) => ({ ...share, amount: formatAmount(share.amount) }));
  const payload = { ...subjectOn(state, valueDate), principal: formatAmount(amount), reason, stakes };
  return ok({ loan, amount, events: withRealignment(state, loan, [{ type: "LoanReleased", valueDate, payload }]) });
}

/**
 * 1.19 贫困户免责 (bank message): the whole open principal of the loans, which are of one batch, is written off by the bank
 * or taken over by the enterprise. The households owe nothing before and after. Answer: the amount.
 */
export const ReleaseHouseholds: CommandDefinition<Static<typeof ReleaseHouseholdsBody>> = {
  name: "ReleaseHouseholds",
  schema: ReleaseHouseholdsBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loans, reason, valueDate } = command;
    const gathered = yield* gatherByLoan({ loan: loans[0] ?? "", valueDate }, context);
    if (!gathered.ok) return gathered;
    const { signed } = gathered.value;
    const releases: Release[] = [];
    for (const loan of new Set(loans)) {
      const release = released(signed, loan, valueDate, reason);
      if (!release.ok) return release;
      releases.push(release.value);
    }
    const amount = formatAmount(sumFen(releases.map((release) => release.amount)));
    const header = batchEvent("HouseholdReleased", valueDate, { ...partiesOf(signed.batch), loans, reason, amount });
    const writes = releases.map(({ loan, events }) => ({ stream: loanStream(loan), events }));
    return ok({
      writes: [{ stream: batchStream(signed.batch.batch), events: [header] }, ...replanned(signed, writes)],
      answer: { batch: signed.batch.batch, amount, loans: releases.map((release) => release.loan) },
    });
  },
};
