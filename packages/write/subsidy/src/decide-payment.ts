/*
 * S6 贴息拨付 and its return (R17).
 */
import type { IsoDate, Quarter } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors, MISUSED_LOAN } from "./errors.ts";
import { overlaps, type SubsidisedUnit, type SubsidyState } from "./evolve.ts";
import { type ClaimState, standingLines } from "./evolve-claim.ts";
import { openPayable } from "./figures.ts";
import type { SubsidyPayload, SubsidySubject } from "./schema.ts";

/** What a payment stands on: the claims of the units that it pays, and the loan's misuse. */
export interface PaymentFacts {
  readonly subject: SubsidySubject;
  readonly subsidy: SubsidyState;
  readonly claims: ReadonlyMap<Quarter, ClaimState>;
  readonly misuseFrom: IsoDate | undefined;
}

const unpaid = (state: SubsidyState, payee: string): readonly SubsidisedUnit[] =>
  state.units.filter((unit) => unit.payee === payee && unit.accrued > unit.paid);

const approvedIn = (facts: PaymentFacts, unit: SubsidisedUnit): boolean =>
  standingLines(facts.claims.get(unit.claim) ?? { lines: [] }, facts.subject.loan).some(
    (line) => line.status === "approved" && line.settlements.some((row) => overlaps(row, unit)),
  );

/**
 * What is payable to a payee may leave: every claim behind it is approved (CLAIM_NOT_APPROVED) and no day of it is
 * misused by what is known now (MISUSED_LOAN; correct the accrual first).
 */
export function payableMayLeave(facts: PaymentFacts, payee: string): Result<undefined, Refusal> {
  const { loan } = facts.subject;
  const units = unpaid(facts.subsidy, payee);
  const unapproved = units.find((unit) => !approvedIn(facts, unit));
  if (unapproved) return refuse(errors.CLAIM_NOT_APPROVED, { loan, quarter: unapproved.claim });
  const { misuseFrom } = facts;
  const misused = misuseFrom !== undefined && units.some((unit) => unit.from >= misuseFrom);
  return misused ? refuse(MISUSED_LOAN, { loan, from: misuseFrom }) : ok(undefined);
}

export interface PaymentRequest {
  readonly payee: string;
  readonly serial?: string;
  /** Number of the proof of an heir, who is paid instead of an extinct household. */
  readonly heirProof?: string;
  readonly valueDate: IsoDate;
}

/** Pays the whole open payable of payee and loan. Refuses when there is none (NO_OPEN_PAYABLE). */
export function pay(
  request: PaymentRequest,
  facts: PaymentFacts,
): Result<DomainEvent<"SubsidyPaid", SubsidyPayload<"SubsidyPaid">>, Refusal> {
  const { payee, serial, heirProof, valueDate } = request;
  const { subject, subsidy } = facts;
  const open = openPayable(subsidy, payee);
  if (open <= 0n) return refuse(errors.NO_OPEN_PAYABLE, { loan: subject.loan, payee });
  const allowed = payableMayLeave(facts, payee);
  if (!allowed.ok) return allowed;
  const payload = {
    ...subject,
    payee,
    amount: formatAmount(open),
    ...(serial === undefined ? {} : { serial }),
    ...(heirProof === undefined ? {} : { heirProof }),
  };
  return ok({ type: "SubsidyPaid", valueDate, payload });
}

/** 退回: the last payment to the payee that was not returned (NO_PAYMENT_TO_RETURN); it is payable again. */
export function returnPayment(
  request: { readonly payee: string; readonly reason: string; readonly valueDate: IsoDate },
  subject: SubsidySubject,
  subsidy: SubsidyState,
): Result<DomainEvent, Refusal> {
  const { payee, reason, valueDate } = request;
  const payment = subsidy.payments.findLast((one) => one.payee === payee);
  if (!payment) return refuse(errors.NO_PAYMENT_TO_RETURN, { loan: subject.loan, payee });
  const account = payment.account === undefined ? {} : { account: payment.account };
  const payload = { ...subject, payee, amount: formatAmount(payment.amount), reason, ...account };
  return ok({ type: "SubsidyPaymentReturned", valueDate, payload });
}
