import { type CommandDefinition, load, resolve } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { apply, approve, pendingEntry } from "../decide/approval.ts";
import { breakerRefusal } from "../decide/breaker.ts";
import { errors } from "../errors.ts";
import { creditStream, gatherBlocked, loanStream, loanTimelineFold } from "../evolve.ts";
import { formRefusal, futureRefusal, loanEvent, senderRefusal } from "../shared.ts";
import { AmountText, closed, DateField, IdText, PercentText, YearBase } from "./fields.ts";
import { gatherCredit, gatherCreditFacts, gatherHousehold } from "./household.ts";

export const ApplyForLoanBody = Type.Object(
  {
    loan: IdText,
    household: IdText,
    borrower: IdText,
    bank: IdText,
    amount: AmountText,
    purpose: Type.String({ minLength: 1, maxLength: 64, description: "种植, 养殖, 加工, 商业, 服务, 运输, 手工, 旅游 (or in English)" }),
    termMonths: Type.Integer({ minimum: 1, maximum: 600 }),
    topUpOf: Type.Optional(IdText),
    valueDate: DateField,
  },
  closed,
);

/**
 * 3.1 贷款申请. Asks the resolver `birthDate` ({personId} → ISO date) for the age. Refuses NOT_ELIGIBLE, BORROWER_AGE,
 * BORROWER_NOT_MEMBER, PURPOSE_NOT_PRODUCTIVE, TERM_TOO_LONG, ABOVE_CAP, DOUBLE_APPLICATION.
 */
export const ApplyForLoan: CommandDefinition<Static<typeof ApplyForLoanBody>> = {
  name: "ApplyForLoan",
  schema: ApplyForLoanBody,
  roles: ["VIL", "OFFICE", "BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loan, household, borrower, bank, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context) ?? senderRefusal(context, loan, bank);
    if (early) return early;
    const facts = yield* gatherCreditFacts(household, valueDate, loan);
    if (!facts.ok) return facts;
    const taken = yield* load(loanStream(loan), loanTimelineFold);
    if (taken.version > 0) return refuse(errors.LOAN_NUMBER_TAKEN, { loan }, { path: "/loan" });
    const birthDate = yield* resolve<string | undefined>("birthDate", { personId: borrower });
    const event = apply(facts.value, command, birthDate ?? undefined);
    if (!event.ok) return event;
    return ok({
      writes: [{ stream: creditStream(facts.value.household.creditGroup), events: [event.value] }],
      answer: { loan, household, status: "applied" },
    });
  },
};

export const WithdrawLoanApplicationBody = Type.Object(
  { loan: IdText, household: IdText, reason: Type.String({ minLength: 1, maxLength: 500 }), valueDate: DateField },
  closed,
);

/** 撤回 an application, or an approval that has not been drawn: its commitment ends. */
export const WithdrawLoanApplication: CommandDefinition<Static<typeof WithdrawLoanApplicationBody>> = {
  name: "WithdrawLoanApplication",
  schema: WithdrawLoanApplicationBody,
  roles: ["VIL", "OFFICE", "BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loan, household, reason, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context);
    if (early) return early;
    const found = yield* gatherHousehold(household);
    if (!found.ok) return found;
    const credit = yield* gatherCredit(found.value);
    const entry = pendingEntry(credit, loan, household, ["applied", "approved"]);
    if (!entry.ok) return entry;
    const sender = context.role === "BANK" ? senderRefusal(context, loan, entry.value.bank) : undefined;
    if (sender) return sender;
    const drawn = yield* load(loanStream(loan), loanTimelineFold);
    if (drawn.state.timeline.movements.length > 0)
      return refuse(errors.APPLICATION_DECIDED, { loan, status: "disbursed" }, { path: "/loan" });
    const event = loanEvent("LoanApplicationWithdrawn", valueDate, { loan, household, reason });
    return ok({
      writes: [{ stream: creditStream(found.value.creditGroup), events: [event] }],
      answer: { loan, household, status: "withdrawn" },
    });
  },
};

export const RateCreditBody = Type.Object(
  { household: IdText, bank: IdText, level: IdText, limit: AmountText, validTo: DateField, valueDate: DateField },
  closed,
);

/** 3.2 评级授信 (bank message). A later rating of the same bank replaces it. */
export const RateCredit: CommandDefinition<Static<typeof RateCreditBody>> = {
  name: "RateCredit",
  schema: RateCreditBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { household, bank, level, limit, validTo, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context) ?? senderRefusal(context, household, bank);
    if (early) return early;
    if (validTo < valueDate) return refuse(errors.LOAN_DATES_REVERSED, { from: valueDate, to: validTo }, { path: "/validTo" });
    const found = yield* gatherHousehold(household);
    if (!found.ok) return found;
    yield* gatherCredit(found.value);
    const event = loanEvent("CreditRated", valueDate, { household, bank, level, limit, validTo });
    return ok({
      writes: [{ stream: creditStream(found.value.creditGroup), events: [event] }],
      answer: { household, bank, level, limit, validTo },
    });
  },
};

export const ApproveLoanBody = Type.Object(
  {
    loan: IdText,
    household: IdText,
    amount: AmountText,
    annualRate: PercentText,
    due: DateField,
    contractDate: Type.Optional(DateField),
    method: Type.Optional(
      Type.Union([
        Type.Literal("interest-only-then-bullet"),
        Type.Literal("single-payment"),
        Type.Literal("equal-instalment"),
        Type.Literal("equal-principal"),
      ]),
    ),
    topUpOf: Type.Optional(IdText),
    yearBase: Type.Optional(YearBase),
    valueDate: DateField,
  },
  closed,
);

/** 3.3 审批 (bank message), by the rules of the contract date (default the value date). */
export const ApproveLoan: CommandDefinition<Static<typeof ApproveLoanBody>> = {
  name: "ApproveLoan",
  schema: ApproveLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loan, household, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context);
    if (early) return early;
    const facts = yield* gatherCreditFacts(household, command.contractDate ?? valueDate, loan);
    if (!facts.ok) return facts;
    const entry = pendingEntry(facts.value.credit, loan, household);
    if (!entry.ok) return entry;
    const sender = senderRefusal(context, loan, entry.value.bank);
    if (sender) return sender;
    const blocked = breakerRefusal(yield* gatherBlocked([facts.value.household.village], command.contractDate ?? valueDate));
    if (blocked) return blocked;
    const event = approve(facts.value, entry.value, command);
    if (!event.ok) return event;
    const { amount, annualRate, due, contractDate } = event.value.payload as Record<string, unknown>;
    const stream = creditStream(facts.value.household.creditGroup);
    return ok({
      writes: [{ stream, events: [event.value] }],
      answer: { loan, household, status: "approved", amount, annualRate, contractDate, due },
    });
  },
};

export const RejectLoanBody = Type.Object(
  { loan: IdText, household: IdText, reason: Type.String({ minLength: 1, maxLength: 500 }), valueDate: DateField },
  closed,
);

/** 3.3 拒绝 (bank message). */
export const RejectLoan: CommandDefinition<Static<typeof RejectLoanBody>> = {
  name: "RejectLoan",
  schema: RejectLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loan, household, reason, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context);
    if (early) return early;
    const found = yield* gatherHousehold(household);
    if (!found.ok) return found;
    const credit = yield* gatherCredit(found.value);
    const entry = pendingEntry(credit, loan, household);
    if (!entry.ok) return entry;
    const sender = senderRefusal(context, loan, entry.value.bank);
    if (sender) return sender;
    const event = loanEvent("LoanRejected", valueDate, { loan, household, bank: entry.value.bank, reason });
    return ok({
      writes: [{ stream: creditStream(found.value.creditGroup), events: [event] }],
      answer: { loan, household, status: "rejected" },
    });
  },
};
