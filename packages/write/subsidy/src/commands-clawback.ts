import type { CommandDefinition } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { correctionDays } from "./commands-accrual.ts";
import { gatherPayment } from "./commands-payment.ts";
import { decideClawback, receiveClawback, setOff } from "./decide-clawback.ts";
import { payableMayLeave } from "./decide-payment.ts";
import { SUBSIDY_KEYS } from "./entitlement.ts";
import { errors } from "./errors.ts";
import { subjectFor, subsidyStream } from "./evolve.ts";
import { AmountText, closed, DateField, Id, PercentText, Year } from "./fields.ts";
import { amountOf, checkRates, dayOf, fiscalYearOf, gatherKnownLoan, gatherSubsidy, optionalDay, senderRefusal } from "./gather.ts";
import { type SubsidyPayload, usualPayee } from "./schema.ts";

export const DecideSubsidyClawbackBody = Type.Object(
  {
    loan: Id,
    obligor: Type.Optional(Id),
    reason: Type.Union([
      Type.Literal("wrong-rate"),
      Type.Literal("misuse"),
      Type.Literal("backdated-repayment"),
      Type.Literal("false-application"),
      Type.Literal("overdue"),
      Type.Literal("commitment-breached"),
    ]),
    accrualsOf: Type.Optional(Year),
    misuseFrom: Type.Optional(DateField),
    rateWas: Type.Optional(PercentText),
    rateIs: Type.Optional(PercentText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * S7 贴息追回认定 (FIN-R). The total is ours. Answer: `total`, `priorYears` (3501), `sameYear` (5001.0x) and the rows by
 * claim. Refusals: {@link decideClawback}.
 */
export const DecideSubsidyClawback: CommandDefinition<Static<typeof DecideSubsidyClawbackBody>> = {
  name: "DecideSubsidyClawback",
  schema: DecideSubsidyClawbackBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const days = correctionDays(command.valueDate, context);
    if (!days.ok) return days;
    const misuseFrom = optionalDay(command.misuseFrom, "/misuseFrom");
    if (!misuseFrom.ok) return misuseFrom;
    const rates = checkRates({ rateWas: command.rateWas, rateIs: command.rateIs });
    if (!rates.ok) return rates;
    const loan = yield* gatherKnownLoan(command.loan);
    if (!loan.ok) return loan;
    const subsidy = yield* gatherSubsidy(command.loan);
    const policy = yield* loadPolicy(SUBSIDY_KEYS);
    const { loan: _, valueDate: __, obligor, ...fields } = command;
    const request = { ...fields, obligor: obligor ?? usualPayee(loan.value), fiscalYear: fiscalYearOf(context), ...days.value };
    const decided = decideClawback(request, loan.value, subsidy, policy);
    if (!decided.ok) return decided;
    const { total, priorYears, sameYear, byClaim } = decided.value.payload as SubsidyPayload<"SubsidyClawbackDecided">;
    const answer = { loan: command.loan, obligor: request.obligor, total, priorYears, sameYear, byClaim };
    return ok({ writes: [{ stream: subsidyStream(command.loan), events: [decided.value] }], answer });
  },
};

export const ReceiveSubsidyClawbackBody = Type.Object(
  { loan: Id, obligor: Type.Optional(Id), amount: AmountText, serial: Type.Optional(Id), valueDate: Type.Optional(DateField) },
  closed,
);

/** S8 追回到账 (bank message). Refusals: {@link receiveClawback}. */
export const ReceiveSubsidyClawback: CommandDefinition<Static<typeof ReceiveSubsidyClawbackBody>> = {
  name: "ReceiveSubsidyClawback",
  schema: ReceiveSubsidyClawbackBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const subsidy = yield* gatherSubsidy(command.loan);
    const { subject } = subsidy;
    const obligor = command.obligor ?? (subject ? usualPayee(subject) : "–");
    if (!subject) return refuse(errors.NO_OPEN_CLAIM, { loan: command.loan, obligor });
    const foreign = senderRefusal(context, command.loan, subject.bank);
    if (foreign) return foreign;
    const serial = command.serial === undefined ? {} : { serial: command.serial };
    const decided = receiveClawback(
      { obligor, amount: amount.value, valueDate: valueDate.value, ...serial },
      subjectFor(subsidy, obligor) ?? subject,
      subsidy,
    );
    if (!decided.ok) return decided;
    return ok({
      writes: [{ stream: subsidyStream(command.loan), events: [decided.value] }],
      answer: { loan: command.loan, obligor, amount: command.amount },
    });
  },
};

export const SetOffSubsidyClawbackBody = Type.Object(
  { loan: Id, obligor: Type.Optional(Id), againstLoan: Id, valueDate: Type.Optional(DateField) },
  closed,
);

/**
 * S8 抵扣 (FIN-M): the open claim on `loan` against what is payable to the same person on `againstLoan`, both streams in
 * one append. Answer: `amount`. Refusals: {@link setOff}, and {@link payableMayLeave}: what may not be paid may not be
 * set off.
 */
export const SetOffSubsidyClawback: CommandDefinition<Static<typeof SetOffSubsidyClawbackBody>> = {
  name: "SetOffSubsidyClawback",
  schema: SetOffSubsidyClawbackBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { loan, againstLoan } = command;
    const claimSide = yield* gatherSubsidy(loan);
    const { subject } = claimSide;
    const obligor = command.obligor ?? (subject ? usualPayee(subject) : "–");
    if (!subject) return refuse(errors.NO_OPEN_CLAIM, { loan, obligor });
    const facts = yield* gatherPayment(againstLoan, obligor);
    if (!facts.ok) return facts;
    const decided = setOff(
      { obligor, againstLoan, payee: obligor, valueDate: valueDate.value },
      subjectFor(claimSide, obligor) ?? subject,
      claimSide,
      facts.value.subsidy,
    );
    if (!decided.ok) return decided;
    const allowed = payableMayLeave(facts.value, obligor);
    if (!allowed.ok) return allowed;
    const { claim, payable, amount } = decided.value;
    const writes =
      loan === againstLoan
        ? [{ stream: subsidyStream(loan), events: [claim, payable] }]
        : [
            { stream: subsidyStream(loan), events: [claim] },
            { stream: subsidyStream(againstLoan), events: [payable] },
          ];
    return ok({ writes, answer: { loan, obligor, againstLoan, amount: formatAmount(amount) } });
  },
};
