/* Changes of a running contract: extension, renewal, a rate that may not be reset. */
import { type CommandDefinition, load } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy, RATE_KEYS } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { extend, renewalRefusal } from "../decide/extension.ts";
import { errors } from "../errors.ts";
import { creditFold, creditStream, loanStream, loanTimelineFold } from "../evolve.ts";
import { gatherLoan, loanEvent } from "../shared.ts";
import { AmountText, Currency, closed, DateField, IdText, PercentText, SerialText, YearBase } from "./fields.ts";

export const ExtendLoanBody = Type.Object(
  { loan: IdText, valueDate: DateField, newDue: DateField, newRate: Type.Optional(PercentText) },
  closed,
);

/** E1 展期 (bank message). Answer: total months, from when which rate applies. */
export const ExtendLoan: CommandDefinition<Static<typeof ExtendLoanBody>> = {
  name: "ExtendLoan",
  schema: ExtendLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const event = extend(loan.value, command, yield* loadPolicy(RATE_KEYS));
    if (!event.ok) return event;
    const { totalMonths, rateFrom, newRate, oldDue } = event.value.payload as Record<string, unknown>;
    const answer = { loan: command.loan, oldDue, newDue: command.newDue, totalMonths, rateFrom, newRate };
    return ok({ writes: [{ stream: loanStream(command.loan), events: [event.value] }], answer });
  },
};

export const RenewLoanBody = Type.Object(
  {
    loan: IdText,
    newLoan: IdText,
    valueDate: DateField,
    serial: SerialText,
    amount: AmountText,
    due: DateField,
    annualRate: PercentText,
    yearBase: Type.Optional(YearBase),
    currency: Currency,
  },
  closed,
);

/**
 * E2 无还本续贷 (bank message): the open principal moves to a new loan number, which enters the credit file. No money moves, so the
 * cap does not judge it again.
 */
export const RenewLoan: CommandDefinition<Static<typeof RenewLoanBody>> = {
  name: "RenewLoan",
  schema: RenewLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const gathered = yield* gatherLoan(command, context);
    if (!gathered.ok) return gathered;
    const { subject, terms } = gathered.value;
    const { newLoan, valueDate, amount, due, annualRate, serial, yearBase = terms.yearBase } = command;
    const policy = yield* loadPolicy([...RATE_KEYS, "microcredit.termMonths", "penalty.surcharge"]);
    const refusal = renewalRefusal(gathered.value, command, policy);
    if (refusal) return refusal;
    const target = yield* load(loanStream(newLoan), loanTimelineFold);
    const credit = yield* load(creditStream(terms.creditGroup), creditFold);
    if (target.version > 0 || credit.state.entries.has(newLoan))
      return refuse(errors.LOAN_NUMBER_TAKEN, { loan: newLoan }, { path: "/newLoan" });
    const contract = { amount, annualRate, yearBase, contractDate: valueDate, due };
    const method = "interest-only-then-bullet";
    const approved = {
      ...contract,
      loan: newLoan,
      household: subject.household,
      bank: subject.bank,
      method,
      renewalOf: command.loan,
      borrower: terms.borrower,
    } as const;
    const openedBy = {
      ...subject,
      ...contract,
      loan: newLoan,
      method,
      creditGroup: terms.creditGroup,
      borrower: terms.borrower,
      serial,
      penaltySurcharge: policy.percent("penalty.surcharge", valueDate).toFixed(),
      oldLoan: command.loan,
    };
    return ok({
      writes: [
        { stream: loanStream(command.loan), events: [loanEvent("LoanRenewedNoRepayment", valueDate, { ...subject, newLoan, amount })] },
        { stream: loanStream(newLoan), events: [loanEvent("LoanOpenedByRenewal", valueDate, openedBy)] },
        { stream: creditStream(terms.creditGroup), events: [loanEvent("LoanApproved", valueDate, approved)] },
      ],
      answer: { loan: command.loan, newLoan, amount, annualRate, due },
    });
  },
};

export const ResetLoanRateBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    quoteDate: Type.Optional(DateField),
    quotedRate: Type.Optional(PercentText),
    spreadBp: Type.Optional(Type.Integer()),
  },
  closed,
);

/** 重定价 of an own loan is always refused (RATE_FIXED): a microcredit's rate is fixed for the contract (银保监发〔2021〕6号, T14). */
export const ResetLoanRate: CommandDefinition<Static<typeof ResetLoanRateBody>> = {
  name: "ResetLoanRate",
  schema: ResetLoanRateBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    return loan.ok ? refuse(errors.RATE_FIXED, { loan: command.loan }) : loan;
  },
};
