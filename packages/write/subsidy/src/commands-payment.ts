import { type CommandContext, type CommandDefinition, type DomainEvent, type Gather, load } from "@huimin/decider";
import { loanStream, loanTimelineFold } from "@huimin/loan/events";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { beyondCash, beyondMark, budgetWarning, gatherBudget } from "./budget.ts";
import { CLAIM_LINES_MAX } from "./commands-claim.ts";
import { type PaymentFacts, type PaymentRequest, pay, returnPayment } from "./decide-payment.ts";
import { errors } from "./errors.ts";
import { subjectFor, subsidyStream } from "./evolve.ts";
import type { ClaimState } from "./evolve-claim.ts";
import { closed, DateField, Id, QuarterField } from "./fields.ts";
import { openPayable, unpaidClaims } from "./figures.ts";
import { dayOf, gatherClaim, gatherSubsidy, senderRefusal } from "./gather.ts";
import { gatherPayeeAccount } from "./payee-account.ts";
import { type SubsidyPayload, usualPayee } from "./schema.ts";

/** What a payment of this loan to this payee stands on; NO_OPEN_PAYABLE when nothing was ever accrued. */
export function* gatherPayment(loan: string, payee: string): Gather<Result<PaymentFacts, Refusal>> {
  const subsidy = yield* gatherSubsidy(loan);
  const subject = subjectFor(subsidy, payee);
  if (!subject) return refuse(errors.NO_OPEN_PAYABLE, { loan, payee });
  const claims = new Map<string, ClaimState>();
  for (const quarter of unpaidClaims(subsidy, payee)) claims.set(quarter, yield* gatherClaim(subject.bank, quarter));
  const { timeline } = (yield* load(loanStream(loan), loanTimelineFold)).state;
  return ok({ subject, subsidy, claims, misuseFrom: timeline.misuseFrom });
}

export const PaySubsidyBody = Type.Object(
  {
    loan: Id,
    payee: Type.Optional(Id),
    serial: Type.Optional(Id),
    heirProof: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: "继承证明编号: an heir is paid, not a household's account" }),
    ),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

type Paid = DomainEvent<"SubsidyPaid", SubsidyPayload<"SubsidyPaid">>;

/** A payment with the account that it goes to. */
function* paymentTo(request: PaymentRequest, facts: PaymentFacts, context: CommandContext): Gather<Result<Paid, Refusal>> {
  const decided = pay(request, facts);
  if (!decided.ok || request.heirProof !== undefined) return decided;
  const account = yield* gatherPayeeAccount(request.payee, facts.subsidy, context);
  if (!account.ok) return account;
  const { payload } = decided.value;
  return ok({ ...decided.value, payload: account.value === undefined ? payload : { ...payload, account: account.value } });
}

/**
 * S6 贴息拨付 (FIN-C): the whole open payable of payee (default: the enterprise that repays, else the household) and loan,
 * to the household's account on file, or to an heir with a proof. Answer: `amount`, and `warnings` beyond the cash.
 * Refusals: {@link pay}, {@link gatherPayeeAccount}, {@link beyondCash}.
 */
export const PaySubsidy: CommandDefinition<Static<typeof PaySubsidyBody>> = {
  name: "PaySubsidy",
  schema: PaySubsidyBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const payee = yield* payeeOf(command.loan, command.payee);
    const facts = yield* gatherPayment(command.loan, payee);
    if (!facts.ok) return facts;
    const foreign = senderRefusal(context, command.loan, facts.value.subject.bank);
    if (foreign) return foreign;
    const { serial, heirProof } = command;
    const request = {
      payee,
      valueDate: valueDate.value,
      ...(serial === undefined ? {} : { serial }),
      ...(heirProof === undefined ? {} : { heirProof }),
    };
    const decided = yield* paymentTo(request, facts.value, context);
    if (!decided.ok) return decided;
    const { payload } = decided.value;
    const beyond = beyondCash(yield* gatherBudget(valueDate.value), fen(payload.amount));
    if (!beyond.ok) return beyond;
    const event = { ...decided.value, payload: { ...payload, ...beyondMark(beyond.value) } };
    return ok({
      writes: [{ stream: subsidyStream(command.loan), events: [event] }],
      answer: { loan: command.loan, payee, amount: payload.amount, ...budgetWarning(beyond.value, "payment") },
    });
  },
};

/** Who paid the interest of the loan, unless another payee is named. */
function* payeeOf(loan: string, payee: string | undefined): Gather<string> {
  if (payee !== undefined) return payee;
  const { subject } = yield* gatherSubsidy(loan);
  return subject ? usualPayee(subject) : "–";
}

export const PaySubsidyClaimBody = Type.Object({ bank: Id, quarter: QuarterField, valueDate: Type.Optional(DateField) }, closed);

/** Reasons for which a household waits while the others of its quarter are paid. */
const WAITING: ReadonlySet<string> = new Set(["ACCOUNT_CLOSED", "ACCOUNT_NOT_FIXED", "COOLDOWN", "PAYOUT_ACCOUNT_MISSING"]);

/**
 * S6 贴息拨付 (FIN-C) of a bank's quarter: the whole open payable of every loan and payee of its approved lines, what earlier
 * quarters left included. Who has no account to be paid to waits and is listed in `waiting` with the code. Otherwise all
 * or nothing: refuses when nothing can be paid (NO_OPEN_PAYABLE, or why the first one waits), more than
 * {@link CLAIM_LINES_MAX} loans (CLAIM_TOO_LONG), and what {@link pay} refuses, naming the loan.
 */
export const PaySubsidyClaim: CommandDefinition<Static<typeof PaySubsidyClaimBody>> = {
  name: "PaySubsidyClaim",
  schema: PaySubsidyClaimBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { bank, quarter } = command;
    const claim = yield* gatherClaim(bank, quarter);
    const lines = claim.lines.filter((line) => line.status === "approved");
    const pairs = new Map(lines.map(({ loan, payee }) => [`${loan} ${payee}`, { loan, payee }]));
    if (pairs.size > CLAIM_LINES_MAX) return refuse(errors.CLAIM_TOO_LONG, { limit: CLAIM_LINES_MAX });
    const made: Paid[] = [];
    const waiting: { readonly loan: string; readonly payee: string; readonly refusal: Refusal }[] = [];
    for (const { loan, payee } of pairs.values()) {
      const facts = yield* gatherPayment(loan, payee);
      if (!facts.ok || openPayable(facts.value.subsidy, payee) <= 0n) continue;
      const decided = yield* paymentTo({ payee, valueDate: valueDate.value }, facts.value, context);
      if (decided.ok) made.push(decided.value);
      else if (WAITING.has(decided.refusal.code)) waiting.push({ loan, payee, refusal: decided.refusal });
      else return decided;
    }
    const [first] = waiting;
    if (made.length === 0)
      return first ? { ok: false, refusal: first.refusal } : refuse(errors.NO_OPEN_PAYABLE, { loan: "–", payee: bank });
    const total = sumFen(made.map(({ payload }) => fen(payload.amount)));
    const beyond = beyondCash(yield* gatherBudget(valueDate.value), total);
    if (!beyond.ok) return beyond;
    const events = made.map((event) => ({ ...event, payload: { ...event.payload, ...beyondMark(beyond.value) } }));
    return ok({
      writes: [...Map.groupBy(events, ({ payload }) => payload.loan)].map(([loan, own]) => ({ stream: subsidyStream(loan), events: own })),
      answer: {
        bank,
        quarter,
        total: formatAmount(total),
        payments: made.map(({ payload: { loan, payee, amount } }) => ({ loan, payee, amount })),
        ...(first ? { waiting: waiting.map(({ loan, payee, refusal }) => ({ loan, payee, code: refusal.code })) } : {}),
        ...budgetWarning(beyond.value, "payment"),
      },
    });
  },
};

export const ReturnSubsidyPaymentBody = Type.Object(
  {
    loan: Id,
    payee: Type.Optional(Id),
    reason: Type.String({ minLength: 1, maxLength: 64 }),
    serial: Type.Optional(Id),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** S6 退回 (bank message, R17): the last payment to the payee; it is payable again. Refusals: {@link returnPayment}. */
export const ReturnSubsidyPayment: CommandDefinition<Static<typeof ReturnSubsidyPaymentBody>> = {
  name: "ReturnSubsidyPayment",
  schema: ReturnSubsidyPaymentBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const payee = yield* payeeOf(command.loan, command.payee);
    const subsidy = yield* gatherSubsidy(command.loan);
    if (!subsidy.subject) return refuse(errors.NO_PAYMENT_TO_RETURN, { loan: command.loan, payee });
    const foreign = senderRefusal(context, command.loan, subsidy.subject.bank);
    if (foreign) return foreign;
    const decided = returnPayment(
      { payee, reason: command.reason, valueDate: valueDate.value },
      subjectFor(subsidy, payee) ?? subsidy.subject,
      subsidy,
    );
    if (!decided.ok) return decided;
    const { amount } = decided.value.payload as SubsidyPayload<"SubsidyPaymentReturned">;
    return ok({
      writes: [{ stream: subsidyStream(command.loan), events: [decided.value] }],
      answer: { loan: command.loan, payee, amount },
    });
  },
};
