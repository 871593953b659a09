import type { CommandDefinition, DomainEvent } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { correctInterest, payInterest, reverseInterestPayment, settleInterest } from "../decide/interest.ts";
import { loanStream, openInterest } from "../evolve.ts";
import { gatherLoan, type OpenedLoan, reallocationRefusal } from "../shared.ts";
import { AmountText, Bearer, Currency, closed, DateField, IdText, SerialText } from "./fields.ts";

const Kind = Type.Optional(
  Type.Union([Type.Literal("normal"), Type.Literal("penalty"), Type.Literal("compound")], {
    description: "default normal; compound 复利: on settled interest that was not paid on time",
  }),
);
const write = (loan: OpenedLoan, event: DomainEvent) => [{ stream: loanStream(loan.subject.loan), events: [event] }];

export const SettleInterestBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    from: DateField,
    toExcl: Type.String({ format: "date", description: "first day that no longer counts" }),
    kind: Kind,
    bearer: Type.Optional(Bearer),
    amount: Type.Optional(AmountText),
    serial: Type.Optional(SerialText),
    flagged: Type.Optional(Type.Boolean({ description: "book the bank's amount although ours differs" })),
    currency: Currency,
  },
  closed,
);

/** S1 结息 (bank message). Answer: days and amount, `recomputed` where a flagged amount differs. */
export const SettleInterest: CommandDefinition<Static<typeof SettleInterestBody>> = {
  name: "SettleInterest",
  schema: SettleInterestBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const event = reallocationRefusal(loan.value, command.valueDate) ?? settleInterest(loan.value, command);
    if (!event.ok) return event;
    const { days, amount, kind, from, toExcl, recomputed } = event.value.payload as Record<string, unknown>;
    return ok({
      writes: write(loan.value, event.value),
      answer: { loan: command.loan, kind, from, toExcl, days, amount, ...(recomputed ? { recomputed } : {}) },
    });
  },
};

export const CorrectInterestBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    from: DateField,
    toExcl: DateField,
    kind: Kind,
    amount: Type.Optional(AmountText),
    currency: Currency,
  },
  closed,
);

/** 利息更正 C3/C6 (bank message, or the job that recomputes after a back-dated fact). Answer: right amount and difference. */
export const CorrectInterest: CommandDefinition<Static<typeof CorrectInterestBody>> = {
  name: "CorrectInterest",
  schema: CorrectInterestBody,
  roles: ["BANK", "SYS"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const settled = loan.value.settlements.find((one) => one.from === command.from && one.toExcl === command.toExcl);
    const event = reallocationRefusal(loan.value, settled?.valueDate ?? command.valueDate) ?? correctInterest(loan.value, command);
    if (!event.ok) return event;
    const { amount, difference, kind, from, toExcl } = event.value.payload as Record<string, unknown>;
    return ok({ writes: write(loan.value, event.value), answer: { loan: command.loan, kind, from, toExcl, amount, difference } });
  },
};

export const RecordInterestPaymentBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    amount: AmountText,
    payer: Type.Optional(Bearer),
    serial: Type.Optional(SerialText),
    currency: Currency,
  },
  closed,
);

/** S2 付息 (bank message). Answer: the interest that stays open. */
export const RecordInterestPayment: CommandDefinition<Static<typeof RecordInterestPaymentBody>> = {
  name: "RecordInterestPayment",
  schema: RecordInterestPaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const event = reallocationRefusal(loan.value, command.valueDate) ?? payInterest(loan.value, command);
    if (!event.ok) return event;
    const open = openInterest(loan.value).total - BigInt(command.amount.replace(".", ""));
    return ok({
      writes: write(loan.value, event.value),
      answer: { loan: command.loan, amount: command.amount, openInterest: formatAmount(open) },
    });
  },
};

export const ReverseInterestPaymentBody = Type.Object(
  { loan: IdText, valueDate: DateField, serial: SerialText, reversalSerial: Type.Optional(SerialText) },
  closed,
);

/** C6 of S2 (bank message): negative copy by the serial of the original; `reversalSerial` is the message's own. */
export const ReverseInterestPayment: CommandDefinition<Static<typeof ReverseInterestPaymentBody>> = {
  name: "ReverseInterestPayment",
  schema: ReverseInterestPaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const event = reallocationRefusal(loan.value, command.valueDate) ?? reverseInterestPayment(loan.value, command);
    if (!event.ok) return event;
    const { amount } = event.value.payload as { readonly amount: string };
    return ok({ writes: write(loan.value, event.value), answer: { loan: command.loan, serial: command.serial, amount } });
  },
};
