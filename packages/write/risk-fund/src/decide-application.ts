/*
 * E4 代偿申请: what the bank claims must be what the loans say, to the fen.
 */
import { daysBetween, type IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { openPrincipal } from "@huimin/interest/timeline";
import { modelOf, rightInterest } from "@huimin/loan/events";
import { Exact, fen, formatAmount } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { errors } from "./errors.ts";
import type { ObligorState } from "./evolve-obligor.ts";
import type { CaseSubject, PartyWeights, RiskFundPayload, RiskParty } from "./schema.ts";
import { type OpenedLoan, type Refused, riskEvent } from "./shared.ts";
import { sumToHundred } from "./split.ts";

export interface ClaimedLoan {
  readonly loan: string;
  readonly principal: string;
  readonly interest: string;
}

export interface Application {
  readonly ref: string;
  readonly obligor: string;
  readonly loans: readonly ClaimedLoan[];
  readonly weights?: PartyWeights;
  readonly evidence?: string;
  readonly valueDate: IsoDate;
}

export interface ApplicationFacts {
  /** In the order of the application. */
  readonly loans: readonly OpenedLoan[];
  readonly cases: ObligorState;
  readonly policy: Policy;
}

/** Duplicates and sums of the weights as stated. */
export function weightsRefusal(weights: PartyWeights): Refused | undefined {
  const parties = new Set<string>();
  for (const { party } of weights) {
    if (parties.has(party)) return refuse(errors.COMPENSATION_PARTY_TWICE, { party }, { path: "/weights" });
    parties.add(party);
  }
  if (sumToHundred(weights)) return undefined;
  const sum = weights.reduce((total, { weight }) => total.add(weight), new Exact(0));
  return refuse(errors.COMPENSATION_WEIGHTS_NOT_100, { sum: sum.toFixed() }, { path: "/weights" });
}

/** The split of the agreement: as stated, else that of the loans' contract dates, which must be one. */
function agreedWeights({ loans, policy }: ApplicationFacts, stated: PartyWeights | undefined): Result<PartyWeights> {
  if (stated) return ok(stated);
  const of = ({ terms }: OpenedLoan): PartyWeights =>
    policy
      .weights("riskfund.split", terms.contractDate)
      .map(({ party, weight }) => ({ party: party as RiskParty, weight: weight.toFixed() }));
  const [first, ...others] = loans;
  const weights = first ? of(first) : [];
  const other = others.find((loan) => JSON.stringify(of(loan)) !== JSON.stringify(weights));
  return other ? refuse(errors.WEIGHTS_DIFFER_BY_CONTRACT, { loan: other.subject.loan }, { path: "/weights" }) : ok(weights);
}

/** 追偿对象 (1.16, 1.18, 2.11): the enterprise where it uses and repays the money, else the borrowing household. */
function obligorRefusal({ subject }: OpenedLoan, obligor: string): Refused | undefined {
  const { loan, enterprise, household } = subject;
  if (enterprise !== undefined) {
    return obligor === enterprise ? undefined : refuse(errors.OBLIGOR_IS_ENTERPRISE, { loan, enterprise }, { path: "/obligor" });
  }
  return obligor === household
    ? undefined
    : refuse(errors.OBLIGOR_DIFFERS, { loan, debtor: household ?? "–", obligor }, { path: "/obligor" });
}

function daysRefusal({ subject, timeline }: OpenedLoan, valueDate: IsoDate, policy: Policy): Refused | undefined {
  const days = daysBetween(timeline.due, valueDate);
  const min = policy.integer("riskfund.days", valueDate);
  if (days >= min) return undefined;
  return refuse(errors.TOO_FEW_DAYS_OVERDUE, { loan: subject.loan, due: timeline.due, valueDate, days, min }, { path: "/loans" });
}

function baseRefusal(loan: OpenedLoan, { principal, interest }: ClaimedLoan, valueDate: IsoDate): Refused | undefined {
  const { timeline, subject } = loan;
  const open = openPrincipal(timeline, valueDate);
  if (open !== fen(principal) || open <= 0n) {
    const details = { loan: subject.loan, valueDate, open: formatAmount(open), principal };
    return refuse(errors.COMPENSATION_PRINCIPAL_DIFFERS, details, { path: "/loans" });
  }
  const computed = rightInterest(loan, timeline.due, valueDate, "normal").amount;
  if (computed === fen(interest)) return undefined;
  const details = { loan: subject.loan, due: timeline.due, valueDate, computed: formatAmount(computed), interest };
  return refuse(errors.COMPENSATION_INTEREST_DIFFERS, details, { path: "/loans" });
}

function standingCase(cases: ObligorState, loan: string): string | undefined {
  for (const one of cases.values()) if (!one.ended && one.loans.includes(loan)) return one.ref;
  return undefined;
}

function loanRefusal(facts: ApplicationFacts, loan: OpenedLoan, claimed: ClaimedLoan, application: Application): Refused | undefined {
  const { obligor, valueDate } = application;
  const before = standingCase(facts.cases, loan.subject.loan);
  return (
    obligorRefusal(loan, obligor) ??
    (loan.subject.unsubsidised ? refuse(errors.TOP_UP_OUTSIDE_FUND, { loan: loan.subject.loan }, { path: "/loans" }) : undefined) ??
    daysRefusal(loan, valueDate, facts.policy) ??
    baseRefusal(loan, claimed, valueDate) ??
    (before === undefined ? undefined : refuse(errors.COMPENSATED_BEFORE, { loan: loan.subject.loan, ref: before }, { path: "/loans" }))
  );
}

/** 1, 2 or 3 where all loans are of one model. */
function modelOfAll(loans: readonly OpenedLoan[]): { readonly model?: number } {
  const models = new Set(loans.map(({ subject }) => modelOf(subject)));
  const [model] = models;
  return models.size === 1 && model !== undefined ? { model } : {};
}

export interface AppliedCase {
  readonly subject: CaseSubject;
  readonly applied: DomainEvent;
  readonly opened: DomainEvent;
}

/**
 * Decides an application. Refuses COMPENSATION_LOAN_TWICE, OBLIGOR_IS_ENTERPRISE, OBLIGOR_DIFFERS, TOP_UP_OUTSIDE_FUND,
 * COMPENSATED_BEFORE, TOO_FEW_DAYS_OVERDUE, COMPENSATION_PRINCIPAL_DIFFERS, COMPENSATION_INTEREST_DIFFERS,
 * WEIGHTS_DIFFER_BY_CONTRACT. `bank` is that of every loan.
 */
export function applyFor(facts: ApplicationFacts, application: Application, bank: string): Result<AppliedCase> {
  const { ref, obligor, valueDate, evidence } = application;
  const seen = new Set<string>();
  for (const [index, claimed] of application.loans.entries()) {
    if (seen.has(claimed.loan)) return refuse(errors.COMPENSATION_LOAN_TWICE, { loan: claimed.loan }, { path: "/loans" });
    seen.add(claimed.loan);
    const refusal = loanRefusal(facts, facts.loans[index] as OpenedLoan, claimed, application);
    if (refusal) return refusal;
  }
  const weights = agreedWeights(facts, application.weights);
  if (!weights.ok) return weights;
  const subject: CaseSubject = { ref, bank, obligor, ...modelOfAll(facts.loans) };
  const loans: RiskFundPayload<"CompensationApplied">["loans"] = application.loans.map((claimed, index) => {
    const { subject: of, timeline } = facts.loans[index] as OpenedLoan;
    const { household, batch } = of;
    const { due } = timeline;
    const overdue = { due, daysOverdue: daysBetween(due, valueDate) };
    return { ...claimed, ...overdue, ...(household ? { household } : {}), ...(batch ? { batch } : {}) };
  });
  const payload = { ...subject, loans, weights: [...weights.value], ...(evidence ? { evidence } : {}) };
  return ok({
    subject,
    applied: riskEvent("CompensationApplied", valueDate, payload),
    opened: riskEvent("ObligorCaseOpened", valueDate, { ...subject, loans: [...seen] }),
  });
}
