/* Changes of a running contract: extension, renewal, a rate that may not be reset. */
import { type CommandDefinition, load } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy, RATE_KEYS } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { extendEnterprise, resetRate } from "../decide/enterprise-contract.ts";
import { extend, renewalRefusal } from "../decide/extension.ts";
import { errors } from "../errors.ts";
import { creditFold, creditStream, loanStream, loanTimelineFold, modelOf, type StakeShare, stakesNow } from "../evolve.ts";
import { gatherLoan, loanEvent } from "../shared.ts";
import { renewEnterprise } from "./enterprise-contract.ts";
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
    const decide = modelOf(loan.value.subject) === 2 ? extendEnterprise : extend;
    const event = decide(loan.value, command, yield* loadPolicy([...RATE_KEYS, "model2.rateCeiling"]));
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

const withAmountText = (share: StakeShare) => ({ ...share, amount: formatAmount(share.amount) });

/**
 * E2 无还本续贷 (bank message): the open principal moves to a new loan number, which enters the credit file. No money moves, so the
 * cap does not judge it again. A loan of a batch takes its stakes along: that is how a batch is wound down (3.3).
 */
export const RenewLoan: CommandDefinition<Static<typeof RenewLoanBody>> = {
  name: "RenewLoan",
  schema: RenewLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const gathered = yield* gatherLoan(command, context);
    if (!gathered.ok) return gathered;
    if (modelOf(gathered.value.subject) === 2) return yield* renewEnterprise(gathered.value, command);
    const { subject, terms } = gathered.value;
    const { newLoan, valueDate, amount, due, annualRate, serial, yearBase = terms.yearBase } = command;
    const { household, borrower = "", creditGroup = "" } = { household: subject.household, ...terms };
    if (household === undefined) return refuse(errors.ENTERPRISE_LOAN, { loan: command.loan }, { path: "/loan" });
    const policy = yield* loadPolicy([...RATE_KEYS, "microcredit.termMonths", "penalty.surcharge"]);
    const refusal = renewalRefusal(gathered.value, command, policy);
    if (refusal) return refusal;
    const target = yield* load(loanStream(newLoan), loanTimelineFold);
    const credit = yield* load(creditStream(creditGroup), creditFold);
    if (target.version > 0 || credit.state.entries.has(newLoan))
      return refuse(errors.LOAN_NUMBER_TAKEN, { loan: newLoan }, { path: "/newLoan" });
    const contract = { amount, annualRate, yearBase, contractDate: valueDate, due };
    const method = "interest-only-then-bullet";
    const approved = {
      ...contract,
      loan: newLoan,
      household,
      bank: subject.bank,
      method,
      renewalOf: command.loan,
      borrower,
      ...(subject.batch && subject.enterprise ? { batch: subject.batch, enterprise: subject.enterprise } : {}),
    } as const;
    const stakes = subject.batch === undefined ? {} : { stakes: stakesNow(gathered.value).map(withAmountText) };
    const openedBy = {
      ...subject,
      ...contract,
      loan: newLoan,
      method,
      creditGroup,
      borrower,
      serial,
      penaltySurcharge: policy.percent("penalty.surcharge", valueDate).toFixed(),
      oldLoan: command.loan,
      ...stakes,
    };
    return ok({
      writes: [
        {
          stream: loanStream(command.loan),
          events: [loanEvent("LoanRenewedNoRepayment", valueDate, { ...subject, newLoan, amount, ...stakes })],
        },
        { stream: loanStream(newLoan), events: [loanEvent("LoanOpenedByRenewal", valueDate, openedBy)] },
        { stream: creditStream(creditGroup), events: [loanEvent("LoanApproved", valueDate, approved)] },
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

/** 2.10 利率重定价 (bank message) of a floating enterprise loan. Answer: the new rate. A household's rate is fixed: RATE_FIXED (T14). */
export const ResetLoanRate: CommandDefinition<Static<typeof ResetLoanRateBody>> = {
  name: "ResetLoanRate",
  schema: ResetLoanRateBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const event = resetRate(loan.value, command);
    if (!event.ok) return event;
    const { newRate } = event.value.payload as { readonly newRate: string };
    return ok({
      writes: [{ stream: loanStream(command.loan), events: [event.value] }],
      answer: { loan: command.loan, from: command.valueDate, newRate },
    });
  },
};
