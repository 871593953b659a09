import { type CommandDefinition, type DomainEvent, load } from "@huimin/decider";
import { fen, formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { type SubsidyFunds, subsidyFundsNow } from "./budget.ts";
import { errors } from "./errors.ts";
import { appropriationsFold, fundStream, subsidyStream } from "./evolve.ts";
import { closed, Id, Year } from "./fields.ts";
import { openClaim } from "./figures.ts";
import { fiscalYearOf, gatherSubsidy, senderRefusal } from "./gather.ts";
import type { SubsidyPayload } from "./schema.ts";

/*
 * 红字冲销 (C1) and 银行冲正 (C6) of this chain: the exact negative of one event, with its value date, recorded in the open
 * period. What stood on income or expense of a year that is over goes to 3501 (C4).
 */

const Reason = Type.String({ minLength: 1, maxLength: 200 });
const Entry = Type.Integer({ minimum: 1, description: "number of the event in its stream" });

const minus = (amount: string): string => formatAmount(-fen(amount));

export const ReverseSubsidyAppropriationBody = Type.Object({ year: Year, entry: Entry, reason: Reason }, closed);

/**
 * C1 of S0 (FIN-M). `year`: of the appropriation's value date. Refuses one that does not exist or is reversed
 * (APPROPRIATION_UNKNOWN) and more than is left on the account (APPROPRIATION_USED).
 */
export const ReverseSubsidyAppropriation: CommandDefinition<Static<typeof ReverseSubsidyAppropriationBody>> = {
  name: "ReverseSubsidyAppropriation",
  schema: ReverseSubsidyAppropriationBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run({ year, entry, reason }, context) {
    const stream = fundStream(year);
    const { state } = yield* load(stream, appropriationsFold);
    const original = state.find((one) => one.entry === entry);
    if (original === undefined) return refuse(errors.APPROPRIATION_UNKNOWN, { year, entry }, { path: "/entry" });
    const funds: SubsidyFunds = yield* subsidyFundsNow();
    const { amount } = original.payload;
    if (fen(funds.cash) < fen(amount)) return refuse(errors.APPROPRIATION_USED, { amount, cash: funds.cash }, { path: "/entry" });
    const priorYear = original.fiscalYear < fiscalYearOf(context);
    const payload = { ...original.payload, amount: minus(amount), entry, priorYear, reason };
    const event: DomainEvent = {
      type: "SubsidyAppropriationReversed",
      valueDate: original.valueDate,
      payload,
      corrects: original.eventId,
    };
    return ok({ writes: [{ stream, events: [event] }], answer: { year, entry, amount: payload.amount, priorYear } });
  },
};

export const ReverseSubsidyClawbackBody = Type.Object({ loan: Id, entry: Entry, reason: Reason }, closed);

/**
 * C1 of S7 (FIN-R). Refuses a decision that does not exist or is reversed (CLAWBACK_UNKNOWN) and one of which something
 * has been collected or set off (CLAWBACK_COLLECTED).
 */
export const ReverseSubsidyClawback: CommandDefinition<Static<typeof ReverseSubsidyClawbackBody>> = {
  name: "ReverseSubsidyClawback",
  schema: ReverseSubsidyClawbackBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run({ loan, entry, reason: why }, context) {
    const subsidy = yield* gatherSubsidy(loan);
    const original = subsidy.decisions.find((one) => one.entry === entry);
    if (original === undefined) return refuse(errors.CLAWBACK_UNKNOWN, { loan, entry }, { path: "/entry" });
    const { payload, valueDate, eventId } = original;
    const open = openClaim(subsidy, payload.obligor);
    if (open < fen(payload.total)) {
      return refuse(errors.CLAWBACK_COLLECTED, { loan, total: payload.total, open: formatAmount(open) }, { path: "/entry" });
    }
    const isOver = original.fiscalYear < fiscalYearOf(context);
    const reversed: SubsidyPayload<"SubsidyClawbackReversed"> = {
      ...payload,
      total: minus(payload.total),
      priorYears: isOver ? minus(payload.total) : minus(payload.priorYears),
      sameYear: isOver ? "0.00" : minus(payload.sameYear),
      byClaim: payload.byClaim.map((row) => ({ ...row, was: row.is, is: row.was, clawback: minus(row.clawback) })),
      entry,
      why,
    };
    const event: DomainEvent = { type: "SubsidyClawbackReversed", valueDate, payload: reversed, corrects: eventId };
    const answer = { loan, entry, total: reversed.total, priorYears: reversed.priorYears, sameYear: reversed.sameYear };
    return ok({ writes: [{ stream: subsidyStream(loan), events: [event] }], answer });
  },
};

export const ReverseClawbackReceiptBody = Type.Object({ loan: Id, serial: Id, reversalSerial: Id }, closed);

/** C6 of S8 (bank message). Refuses a serial that is not booked or is reversed (CLAWBACK_RECEIPT_UNKNOWN), CLAIM_OTHER_BANK. */
export const ReverseClawbackReceipt: CommandDefinition<Static<typeof ReverseClawbackReceiptBody>> = {
  name: "ReverseClawbackReceipt",
  schema: ReverseClawbackReceiptBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run({ loan, serial, reversalSerial }, context) {
    const subsidy = yield* gatherSubsidy(loan);
    const original = subsidy.receipts.find(({ payload }) => payload.serial === serial);
    if (original === undefined) return refuse(errors.CLAWBACK_RECEIPT_UNKNOWN, { loan, serial }, { path: "/serial" });
    const { payload, valueDate, eventId } = original;
    const foreign = senderRefusal(context, loan, payload.bank);
    if (foreign) return foreign;
    const reversed = { ...payload, amount: minus(payload.amount), serial, reversalSerial };
    const event: DomainEvent = { type: "SubsidyClawbackReceiptReversed", valueDate, payload: reversed, corrects: eventId };
    return ok({ writes: [{ stream: subsidyStream(loan), events: [event] }], answer: { loan, serial, amount: reversed.amount } });
  },
};
