/*
 * R15 垫付: the district's own money on the agency account, until the wrong payee has paid back.
 */
import { type CommandDefinition, type DomainEvent, load } from "@huimin/decider";
import { formatAmount, maxFen, minFen, parseAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { openWrongPayout, wrongPayoutFold } from "../evolve/payout.ts";
import type { DividendEventType, DividendPayload } from "../schema.ts";
import { wrongPayoutStream } from "../streams.ts";
import { gatherWronged } from "./accounts.ts";
import { moneyForRightPayees } from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { AmountText, closed, DateField, ObligorText, SerialText } from "./fields.ts";
import { dayOf } from "./gather.ts";

const Transfer = {
  obligor: ObligorText,
  amount: AmountText,
  serial: Type.Optional(SerialText),
  valueDate: Type.Optional(DateField),
};

export const AdvanceWrongPayoutBody = Type.Object(
  {
    ...Transfer,
    source: Type.String({ minLength: 1, maxLength: 200, description: "where the money comes from, for example 区财政预备费" }),
    document: Type.String({ minLength: 1, maxLength: 200, description: "number of the decision" }),
  },
  closed,
);

const recorded = <T extends DividendEventType>(type: T, obligor: string, valueDate: string, payload: DividendPayload<T>) => ({
  stream: wrongPayoutStream(obligor),
  events: [{ type, valueDate, payload } as DomainEvent],
});

/**
 * R15 垫付 (FIN-M): the district puts its own money on the agency account, so that the right payee need not wait for the wrong
 * one. At most what the obligor still owes and nobody advanced. Refuses PAYOUT_AMOUNT_INVALID, NO_WRONG_PAYOUT_CLAIM,
 * ABOVE_ADVANCE_NEEDED. Answer: `advanced` in all.
 */
export const AdvanceWrongPayout: CommandDefinition<Static<typeof AdvanceWrongPayoutBody>> = {
  name: "AdvanceWrongPayout",
  schema: AdvanceWrongPayoutBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const { obligor, source, document, serial } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = parseAmount(command.amount);
    if (amount === undefined || amount <= 0n) return refuse(errors.PAYOUT_AMOUNT_INVALID, { amount: command.amount }, { path: "/amount" });
    const { state } = yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
    const open = openWrongPayout(state);
    if (open <= 0n) return refuse(errors.NO_WRONG_PAYOUT_CLAIM, { obligor }, { path: "/obligor" });
    const needed = maxFen(0n, open - state.advanced);
    if (amount > needed)
      return refuse(errors.ABOVE_ADVANCE_NEEDED, { obligor, amount: command.amount, open: formatAmount(needed) }, { path: "/amount" });
    const payload = { obligor, amount: command.amount, source, document, ...(serial === undefined ? {} : { serial }) };
    return ok({
      writes: [recorded("WrongPayoutAdvanced", obligor, valueDate.value, payload)],
      answer: { obligor, advanced: formatAmount(state.advanced + amount) },
    });
  },
};

export const ReturnWrongPayoutAdvanceBody = Type.Object(Transfer, closed);

/**
 * R15 垫付款退还 (FIN-C): what was advanced goes back where it came from, as far as it no longer stands in for money that is
 * not recovered. Refuses PAYOUT_AMOUNT_INVALID, ABOVE_ADVANCE_RETURNABLE. Answer: `advanced` that is left.
 */
export const ReturnWrongPayoutAdvance: CommandDefinition<Static<typeof ReturnWrongPayoutAdvanceBody>> = {
  name: "ReturnWrongPayoutAdvance",
  schema: ReturnWrongPayoutAdvanceBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const { obligor, serial } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = parseAmount(command.amount);
    if (amount === undefined || amount <= 0n) return refuse(errors.PAYOUT_AMOUNT_INVALID, { amount: command.amount }, { path: "/amount" });
    const wronged = yield* gatherWronged(obligor);
    const { advanced } = wronged.state;
    const returnable = maxFen(0n, minFen(advanced, moneyForRightPayees(wronged)));
    if (amount > returnable)
      return refuse(
        errors.ABOVE_ADVANCE_RETURNABLE,
        { obligor, amount: command.amount, open: formatAmount(returnable) },
        { path: "/amount" },
      );
    const payload = { obligor, amount: command.amount, ...(serial === undefined ? {} : { serial }) };
    return ok({
      writes: [recorded("WrongPayoutAdvanceReturned", obligor, valueDate.value, payload)],
      answer: { obligor, advanced: formatAmount(advanced - amount) },
    });
  },
};
