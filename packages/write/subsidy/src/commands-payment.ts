import { type CommandDefinition, type DomainEvent, type Gather, load } from "@huimin/decider";
import { loanStream, loanTimelineFold } from "@huimin/loan/events";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { CLAIM_LINES_MAX } from "./commands-claim.ts";
import { type PaymentFacts, pay, returnPayment } from "./decide-payment.ts";
import { errors } from "./errors.ts";
import { subsidyStream } from "./evolve.ts";
import type { ClaimState } from "./evolve-claim.ts";
import { closed, DateField, Id, QuarterField } from "./fields.ts";
import { openPayable, unpaidClaims } from "./figures.ts";
import { dayOf, gatherClaim, gatherSubsidy } from "./gather.ts";
import type { SubsidyPayload } from "./schema.ts";

/** What a payment of this loan to this payee stands on; NO_OPEN_PAYABLE when nothing was ever accrued. */
export function* gatherPayment(loan: string, payee: string): Gather<Result<PaymentFacts, Refusal>> {
  const subsidy = yield* gatherSubsidy(loan);
  const { subject } = subsidy;
  if (!subject) return refuse(errors.NO_OPEN_PAYABLE, { loan, payee });
  const claims = new Map<string, ClaimState>();
  for (const quarter of unpaidClaims(subsidy, payee)) claims.set(quarter, yield* gatherClaim(subject.bank, quarter));
  const { timeline } = (yield* load(loanStream(loan), loanTimelineFold)).state;
  return ok({ subject, subsidy, claims, misuseFrom: timeline.misuseFrom });
}

export const PaySubsidyBody = Type.Object(
  { loan: Id, payee: Type.Optional(Id), serial: Type.Optional(Id), valueDate: Type.Optional(DateField) },
  closed,
);

/** S6 贴息拨付 (FIN-C): the whole open payable of payee (default: the household) and loan. Answer: `amount`. Refusals: {@link pay}. */
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
    const decided = pay(
      { payee, valueDate: valueDate.value, ...(command.serial === undefined ? {} : { serial: command.serial }) },
      facts.value,
    );
    if (!decided.ok) return decided;
    const { amount } = decided.value.payload as SubsidyPayload<"SubsidyPaid">;
    return ok({
      writes: [{ stream: subsidyStream(command.loan), events: [decided.value] }],
      answer: { loan: command.loan, payee, amount },
    });
  },
};

/** The household of the loan, unless another payee is named. */
function* payeeOf(loan: string, payee: string | undefined): Gather<string> {
  return payee ?? (yield* gatherSubsidy(loan)).subject?.household ?? "–";
}

export const PaySubsidyClaimBody = Type.Object({ bank: Id, quarter: QuarterField, valueDate: Type.Optional(DateField) }, closed);

/**
 * S6 贴息拨付 (FIN-C) of a bank's quarter, all or nothing: the whole open payable of every loan and payee of its approved
 * lines, what earlier quarters left included. Refuses when nothing is open (NO_OPEN_PAYABLE), more than
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
    const paid = new Map<string, DomainEvent[]>();
    for (const { loan, payee } of pairs.values()) {
      const facts = yield* gatherPayment(loan, payee);
      if (!facts.ok || openPayable(facts.value.subsidy, payee) <= 0n) continue;
      const decided = pay({ payee, valueDate: valueDate.value }, facts.value);
      if (!decided.ok) return decided;
      paid.set(loan, [...(paid.get(loan) ?? []), decided.value]);
    }
    if (paid.size === 0) return refuse(errors.NO_OPEN_PAYABLE, { loan: "–", payee: bank });
    const payments = [...paid.values()].flat().map((event) => event.payload as SubsidyPayload<"SubsidyPaid">);
    return ok({
      writes: [...paid].map(([loan, events]) => ({ stream: subsidyStream(loan), events })),
      answer: {
        bank,
        quarter,
        total: formatAmount(sumFen(payments.map((payment) => fen(payment.amount)))),
        payments: payments.map(({ loan, payee, amount }) => ({ loan, payee, amount })),
      },
    });
  },
};

export const ReturnSubsidyPaymentBody = Type.Object(
  { loan: Id, payee: Type.Optional(Id), reason: Type.String({ minLength: 1, maxLength: 64 }), valueDate: Type.Optional(DateField) },
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
    const decided = returnPayment({ payee, reason: command.reason, valueDate: valueDate.value }, subsidy.subject, subsidy);
    if (!decided.ok) return decided;
    const { amount } = decided.value.payload as SubsidyPayload<"SubsidyPaymentReturned">;
    return ok({
      writes: [{ stream: subsidyStream(command.loan), events: [decided.value] }],
      answer: { loan: command.loan, payee, amount },
    });
  },
};
