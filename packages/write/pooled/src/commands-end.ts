/* 1.16, 1.21: a batch becomes overdue, is cured, is closed. The obligor is always the enterprise. */
import { addDays, type IsoDate } from "@huimin/calendar";
import { type CommandDefinition, resolve } from "@huimin/decider";
import { overduePrincipal, overdueSince } from "@huimin/interest/timeline";
import { openInterest, openPrincipalNow } from "@huimin/loan/events";
import { formatAmount, maxFen, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { batchStream } from "./evolve.ts";
import { closed, DateField, IdText } from "./fields.ts";
import { batchEvent, gatherSigned, partiesOf, type SignedBatch } from "./shared.ts";

const OnDayBody = Type.Object(
  { batch: IdText, valueDate: Type.String({ format: "date", description: "the day whose end is judged" }) },
  closed,
);
export const MarkBatchOverdueBody = OnDayBody;
export const MarkBatchOverdueCuredBody = OnDayBody;
type OnDay = Static<typeof OnDayBody>;

const overdueOn = ({ loans }: SignedBatch, on: IsoDate) => sumFen(loans.map(({ state }) => overduePrincipal(state.timeline, on)));

/**
 * 1.16 批次逾期, the daily job's command: principal of the batch was due and is open at the end of the day. Its households
 * are never marked. Value-dated the day after the principal fell due. Refuses BATCH_NOT_OVERDUE, BATCH_ALREADY_OVERDUE.
 */
export const MarkBatchOverdue: CommandDefinition<OnDay> = {
  name: "MarkBatchOverdue",
  schema: MarkBatchOverdueBody,
  roles: ["SYS"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch: number, valueDate } = command;
    const { batch, loans } = signed.value;
    if (batch.overdueSince) return refuse(errors.BATCH_ALREADY_OVERDUE, { batch: number, since: batch.overdueSince });
    const since = loans.flatMap(({ state }) => overdueSince(state.timeline, valueDate) ?? []).sort()[0];
    if (since === undefined) return refuse(errors.BATCH_NOT_OVERDUE, { batch: number, on: valueDate });
    const openPrincipal = formatAmount(overdueOn(signed.value, since));
    const obligor = batch.enterprise;
    const event = batchEvent("BatchOverdue", addDays(since, 1), { ...partiesOf(batch), obligor, due: since, openPrincipal });
    return ok({
      writes: [{ stream: batchStream(number), events: [event] }],
      answer: { batch: number, obligor, due: since, openPrincipal },
    });
  },
};

/** 1.16 批次逾期解除, the daily job's command or the bank's message: nothing is overdue at the end of the day. */
export const MarkBatchOverdueCured: CommandDefinition<OnDay> = {
  name: "MarkBatchOverdueCured",
  schema: MarkBatchOverdueCuredBody,
  roles: ["SYS", "BANK"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch: number, valueDate } = command;
    const { batch } = signed.value;
    if (!batch.overdueSince) return refuse(errors.BATCH_NOT_OVERDUE, { batch: number, on: valueDate });
    const open = overdueOn(signed.value, valueDate);
    if (open > 0n) return refuse(errors.BATCH_STILL_OVERDUE, { batch: number, on: valueDate, open: formatAmount(open) });
    const event = batchEvent("BatchOverdueCured", valueDate, partiesOf(batch));
    return ok({ writes: [{ stream: batchStream(number), events: [event] }], answer: { batch: number, cured: true } });
  },
};

export const CloseBatchBody = Type.Object(
  {
    batch: IdText,
    certificate: Type.Optional(IdText),
    unpaidDividendsDocument: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: "number of the decision to close though dividends are unpaid" }),
    ),
    valueDate: DateField,
  },
  closed,
);

/** The answer of the resolver `unpaidDividends {batch, enterprise}`: pools of the batch with money that is not paid out, yuan. */
export type UnpaidDividends = readonly { readonly pool: string; readonly amount: string }[];

/**
 * 1.21 批次结清 (FIN-R): nothing is owed to the bank any more (PRINCIPAL_OPEN, BATCH_INTEREST_OPEN), and every dividend of the
 * batch is paid or waits in 2901.04 or 2901.07 (BATCH_DIVIDENDS_UNPAID). A bankrupt enterprise's dividend may never come:
 * then a decision is named by its number, and stands in the event.
 */
export const CloseBatch: CommandDefinition<Static<typeof CloseBatchBody>> = {
  name: "CloseBatch",
  schema: CloseBatchBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const signed = yield* gatherSigned(command, context);
    if (!signed.ok) return signed;
    const { batch: number, certificate, unpaidDividendsDocument, valueDate } = command;
    const { batch, loans } = signed.value;
    if (batch.closedOn) return refuse(errors.BATCH_CLOSED, { batch: number, on: batch.closedOn });
    const open = sumFen(loans.map(({ state }) => openPrincipalNow(state)));
    if (open > 0n) return refuse(errors.PRINCIPAL_OPEN, { batch: number, open: formatAmount(open) });
    const interest = sumFen(loans.map(({ state }) => maxFen(0n, openInterest(state).total)));
    if (interest > 0n) return refuse(errors.BATCH_INTEREST_OPEN, { batch: number, open: formatAmount(interest) });
    const unpaid = yield* resolve<UnpaidDividends>("unpaidDividends", { batch: number, enterprise: batch.enterprise });
    const [first] = unpaid;
    if (first && unpaidDividendsDocument === undefined)
      return refuse(errors.BATCH_DIVIDENDS_UNPAID, { batch: number, pool: first.pool, amount: first.amount });
    const event = batchEvent("BatchClosed", valueDate, {
      ...partiesOf(batch),
      ...(certificate ? { certificate } : {}),
      ...(first && unpaidDividendsDocument ? { unpaidDividends: { document: unpaidDividendsDocument, pools: [...unpaid] } } : {}),
    });
    return ok({ writes: [{ stream: batchStream(number), events: [event] }], answer: { batch: number, status: "closed" } });
  },
};
