import type { CommandContext, CommandDefinition, Decision, DomainEvent, Gather, StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { beyondBudget, beyondMark, budgetWarning, gatherBudget } from "./budget.ts";
import { CLAIM_LINES_MAX } from "./commands-claim.ts";
import { accrue, correct } from "./decide-accrual.ts";
import { unitsOfLine } from "./decide-claim.ts";
import { SUBSIDY_KEYS } from "./entitlement.ts";
import { errors } from "./errors.ts";
import { fundStream, subsidyStream } from "./evolve.ts";
import { AmountText, closed, DateField, Id, PercentText, QuarterField, Year } from "./fields.ts";
import { amountOf, checkRates, dayOf, fiscalYearOf, gatherClaim, gatherKnownLoan, gatherSubsidy, optionalDay, rangeOf } from "./gather.ts";
import { type SubsidyPayload, usualPayee } from "./schema.ts";

export const AppropriateSubsidyFundsBody = Type.Object(
  {
    amount: AmountText,
    source: Type.Union([Type.Literal("区"), Type.Literal("市"), Type.Literal("省"), Type.Literal("中央"), Type.Literal("社会")]),
    document: Type.Optional(Id),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** S0 贴息资金拨入 (FIN-M). */
export const AppropriateSubsidyFunds: CommandDefinition<Static<typeof AppropriateSubsidyFundsBody>> = {
  name: "AppropriateSubsidyFunds",
  schema: AppropriateSubsidyFundsBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  // biome-ignore lint/correctness/useYield: a command that needs no facts
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { source, document } = command;
    const payload = { amount: command.amount, source, ...(document === undefined ? {} : { document }) };
    const event: DomainEvent = { type: "SubsidyFundsAppropriated", valueDate: valueDate.value, payload };
    const stream = fundStream(Number(valueDate.value.slice(0, 4)));
    return ok({ writes: [{ stream, events: [event], expect: "any" }], answer: { amount: command.amount, source } });
  },
};

export const AccrueSubsidyBody = Type.Object(
  {
    loan: Id,
    payee: Type.Optional(Id),
    claim: QuarterField,
    from: Type.Optional(DateField),
    toExcl: Type.Optional(DateField),
    claimedRate: Type.Optional(PercentText),
    amount: Type.Optional(AmountText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * S4 贴息计提 (FIN-M) of one loan: every settlement of its claim that was not accrued before, or the days given. With
 * `claimedRate`, what was claimed at the time is booked although it is wrong (T4). Answer: `amount` and its settlements.
 * Refusals: {@link accrue}, {@link beyondBudget}; where the policy only warns, the answer has `warnings`.
 */
export const AccrueSubsidy: CommandDefinition<Static<typeof AccrueSubsidyBody>> = {
  name: "AccrueSubsidy",
  schema: AccrueSubsidyBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const range = rangeOf(command.from, command.toExcl);
    if (!range.ok) return range;
    const rates = checkRates({ claimedRate: command.claimedRate });
    if (!rates.ok) return rates;
    const amount: Result<Fen | undefined, Refusal> = command.amount === undefined ? ok(undefined) : amountOf(command.amount);
    if (!amount.ok) return amount;
    const loan = yield* gatherKnownLoan(command.loan);
    if (!loan.ok) return loan;
    const subsidy = yield* gatherSubsidy(command.loan);
    const claim = yield* gatherClaim(loan.value.bank, command.claim);
    const policy = yield* loadPolicy(SUBSIDY_KEYS);
    const request = {
      claim: command.claim,
      valueDate: valueDate.value,
      ...(command.payee === undefined ? {} : { payee: command.payee }),
      ...(range.value === undefined ? {} : { range: range.value }),
      ...(command.claimedRate === undefined ? {} : { claimedRate: command.claimedRate }),
      ...(amount.value === undefined ? {} : { amount: amount.value }),
    };
    const decided = accrue(request, loan.value, subsidy, claim, policy);
    return decided.ok ? yield* withinBudget(decided.value, valueDate.value) : decided;
  },
};

/** The accrual as a decision, marked when it is beyond the budget. Refuses what {@link beyondBudget} refuses. */
function* withinBudget(event: DomainEvent, on: string): Gather<Result<Decision, Refusal>> {
  const payload = event.payload as SubsidyPayload<"SubsidyAccrued">;
  const { loan, payee, amount, settlements, priorYears, sameYear } = payload;
  const beyond = beyondBudget(yield* gatherBudget(on), fen(amount));
  if (!beyond.ok) return beyond;
  const split = priorYears === undefined ? {} : { priorYears, sameYear };
  const marked = { ...event, payload: { ...payload, ...beyondMark(beyond.value) } };
  const answer = { loan, payee, amount, ...split, settlements, ...budgetWarning(beyond.value, "accrual") };
  return ok({ writes: [{ stream: subsidyStream(loan), events: [marked] }], answer });
}

export const AccrueSubsidyClaimBody = Type.Object({ bank: Id, quarter: QuarterField, valueDate: Type.Optional(DateField) }, closed);

/**
 * S4 贴息计提 (FIN-M) of a bank's whole quarter, all or nothing: every standing line that is not accrued yet, at our
 * figures. Answer: `total` and the amount of each loan. Refuses when nothing is left (NOTHING_TO_ACCRUE), more than
 * {@link CLAIM_LINES_MAX} lines (CLAIM_TOO_LONG), and what {@link accrue} refuses, naming the loan.
 */
export const AccrueSubsidyClaim: CommandDefinition<Static<typeof AccrueSubsidyClaimBody>> = {
  name: "AccrueSubsidyClaim",
  schema: AccrueSubsidyClaimBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { bank, quarter } = command;
    const events = yield* accrueLines(bank, quarter, valueDate.value);
    if (!events.ok) return events;
    if (events.value.length === 0) return refuse(errors.NOTHING_TO_ACCRUE, { bank, quarter });
    const payloads = events.value.map((event) => event.payload as SubsidyPayload<"SubsidyAccrued">);
    const total = sumFen(payloads.map((payload) => fen(payload.amount)));
    const beyond = beyondBudget(yield* gatherBudget(valueDate.value), total);
    if (!beyond.ok) return beyond;
    const writes = events.value.map((event, index): StreamWrite => {
      const payload = payloads[index] as SubsidyPayload<"SubsidyAccrued">;
      return { stream: subsidyStream(payload.loan), events: [{ ...event, payload: { ...payload, ...beyondMark(beyond.value) } }] };
    });
    const loans = payloads.map(({ loan, payee, amount }) => ({ loan, payee, amount }));
    return ok({ writes, answer: { bank, quarter, total: formatAmount(total), loans, ...budgetWarning(beyond.value, "accrual") } });
  },
};

function* accrueLines(bank: string, quarter: string, valueDate: string): Gather<Result<readonly DomainEvent[], Refusal>> {
  const claim = yield* gatherClaim(bank, quarter);
  const policy = yield* loadPolicy(SUBSIDY_KEYS);
  const loans = new Set(claim.lines.filter((line) => line.status !== "rejected").map((line) => line.loan));
  const events: DomainEvent[] = [];
  for (const number of loans) {
    const subsidy = yield* gatherSubsidy(number);
    const open = claim.lines.some((line) => line.loan === number && line.status !== "rejected" && unitsOfLine(subsidy, line).length === 0);
    if (!open) continue;
    if (events.length === CLAIM_LINES_MAX) return refuse(errors.CLAIM_TOO_LONG, { limit: CLAIM_LINES_MAX });
    const loan = yield* gatherKnownLoan(number);
    if (!loan.ok) return loan;
    const decided = accrue({ claim: quarter, valueDate }, loan.value, subsidy, claim, policy);
    if (!decided.ok) return decided;
    events.push(decided.value);
  }
  return ok(events);
}

export const CorrectSubsidyBody = Type.Object(
  {
    loan: Id,
    payee: Type.Optional(Id),
    correction: Type.Union([Type.Literal("wrong-rate"), Type.Literal("recomputed")]),
    accrualsOf: Type.Optional(Year),
    claim: Type.Optional(QuarterField),
    rateWas: Type.Optional(PercentText),
    rateIs: Type.Optional(PercentText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * Difference entry of a loan's accruals (FIN-M; C3, and C4 for closed years): what is right minus what is booked.
 * Answer: `amount` (signed), `priorYears`, `sameYear`. Refusals: {@link correct}.
 */
export const CorrectSubsidy: CommandDefinition<Static<typeof CorrectSubsidyBody>> = {
  name: "CorrectSubsidy",
  schema: CorrectSubsidyBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const days = correctionDays(command.valueDate, context);
    if (!days.ok) return days;
    const rates = checkRates({ rateWas: command.rateWas, rateIs: command.rateIs });
    if (!rates.ok) return rates;
    const loan = yield* gatherKnownLoan(command.loan);
    if (!loan.ok) return loan;
    const subsidy = yield* gatherSubsidy(command.loan);
    const policy = yield* loadPolicy(SUBSIDY_KEYS);
    const { loan: _, valueDate: __, payee, ...fields } = command;
    const request = { ...fields, payee: payee ?? usualPayee(loan.value), fiscalYear: fiscalYearOf(context), ...days.value };
    const decided = correct(request, loan.value, subsidy, policy);
    return decided.ok ? yield* withinBudget(decided.value, days.value.today) : decided;
  },
};

/** The value date of a correction where one is given, and today. */
export function correctionDays(
  valueDate: string | undefined,
  context: CommandContext,
): Result<{ readonly today: string; readonly valueDate?: string }, Refusal> {
  const today = dayOf(undefined, context);
  const given = optionalDay(valueDate, "/valueDate");
  if (!given.ok) return given;
  return today.ok ? ok({ today: today.value, ...(given.value === undefined ? {} : { valueDate: given.value }) }) : today;
}
