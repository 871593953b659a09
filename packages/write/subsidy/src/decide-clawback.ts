/*
 * S7 贴息追回认定 and S8 追回到账 / 抵扣 (readings R9–R11).
 */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { type Fen, formatAmount, minFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { accrualsOf, atRightRate, correctionDate } from "./decide-accrual.ts";
import { subjectOf } from "./decide-claim.ts";
import type { RightOptions, SubsidisedLoan } from "./entitlement.ts";
import { errors } from "./errors.ts";
import { type SubsidisedUnit, type SubsidyState, subjectFor } from "./evolve.ts";
import { type JudgedUnit, judge, openClaim, openPayable, splitByYear } from "./figures.ts";
import type { SubsidySubject } from "./schema.ts";

export type ClawbackReason = "wrong-rate" | "misuse" | "backdated-repayment" | "false-application" | "overdue" | "commitment-breached";

export interface Clawback {
  readonly obligor: string;
  readonly reason: ClawbackReason;
  /** Only the accruals of this year (of their value dates). */
  readonly accrualsOf?: number;
  /** First day that is not entitled: misuse (as confirmed) and false application (default: every day). */
  readonly misuseFrom?: IsoDate;
  readonly rateWas?: string;
  readonly rateIs?: string;
  /** Default R9: the last settlement day of the year concerned; misuse and false application: today. */
  readonly valueDate?: IsoDate;
  readonly today: IsoDate;
  /** Fiscal year of the open period. */
  readonly fiscalYear: number;
}

const BEFORE_EVERYTHING = "0000-01-01";

/** What remains entitled under a reason, as options of the right subsidy. */
function entitlement(request: Clawback, loan: SubsidisedLoan): Result<(unit: SubsidisedUnit) => RightOptions, Refusal> {
  const { reason, misuseFrom, rateWas, rateIs } = request;
  switch (reason) {
    case "wrong-rate":
      return rateIs === undefined ? refuse(errors.CORRECTION_RATE_MISSING, {}, { path: "/rateIs" }) : ok(atRightRate(rateWas, rateIs));
    case "misuse": {
      const confirmed = loan.timeline.misuseFrom;
      const from = misuseFrom ?? confirmed;
      if (from === undefined || from !== confirmed)
        return refuse(errors.MISUSE_NOT_CONFIRMED, { loan: loan.loan, misuseFrom: from ?? "–" });
      return ok(() => ({ entitledBefore: from }));
    }
    case "false-application":
      return ok(() => ({ entitledBefore: misuseFrom ?? BEFORE_EVERYTHING }));
    case "backdated-repayment":
    case "overdue":
    case "commitment-breached":
      return ok(() => ({}));
  }
}

const rowOf = ({ unit, booked, toClawBack }: JudgedUnit) => ({
  claim: unit.claim,
  from: unit.from,
  toExcl: unit.toExcl,
  was: formatAmount(booked),
  is: formatAmount(booked - toClawBack),
  clawback: formatAmount(toClawBack),
  ...(unit.prepayment === undefined ? {} : { prepayment: unit.prepayment }),
});

/**
 * Claims back what was paid above the subsidy that remains right, per settlement of each claim: paid − rounded subsidy
 * of the entitled days (R11). The total is ours. Refuses when nothing is to come back (NOTHING_TO_CLAW_BACK), misuse
 * that is not confirmed from that day (MISUSE_NOT_CONFIRMED) and a wrong rate without the right one
 * (CORRECTION_RATE_MISSING).
 */
export function decideClawback(
  request: Clawback,
  loan: SubsidisedLoan,
  subsidy: SubsidyState,
  policy: Policy,
): Result<DomainEvent, Refusal> {
  const { obligor, reason, today, fiscalYear, misuseFrom, rateWas, rateIs } = request;
  const options = entitlement(request, loan);
  if (!options.ok) return options;
  const judged = accrualsOf(judge(subsidy, loan, policy, options.value), request.accrualsOf);
  const due = judged.filter(({ toClawBack }) => toClawBack > 0n);
  if (due.length === 0) return refuse(errors.NOTHING_TO_CLAW_BACK, { loan: loan.loan });
  const { priorYears, sameYear } = splitByYear(
    due.map(({ unit, toClawBack }) => ({ unit, amount: toClawBack })),
    fiscalYear,
  );
  const onDecisionDay = reason === "misuse" || reason === "false-application";
  const defaultDate = onDecisionDay
    ? today
    : correctionDate(
        due.map(({ unit }) => unit),
        today,
      );
  const payload = {
    ...(subsidy.subjects.get(obligor) ?? subjectOf(loan)),
    obligor,
    reason,
    total: formatAmount(priorYears + sameYear),
    priorYears: formatAmount(priorYears),
    sameYear: formatAmount(sameYear),
    byClaim: due.map(rowOf),
    ...(misuseFrom === undefined ? {} : { misuseFrom }),
    ...(request.accrualsOf === undefined ? {} : { accrualsOf: request.accrualsOf }),
    ...(rateWas === undefined ? {} : { rateWas }),
    ...(rateIs === undefined ? {} : { rateIs }),
  };
  return ok({ type: "SubsidyClawbackDecided", valueDate: request.valueDate ?? defaultDate, payload });
}

/** S8 追回到账: at most the open claim (NO_OPEN_CLAIM, ABOVE_OPEN_CLAIM). */
export function receiveClawback(
  request: { readonly obligor: string; readonly amount: Fen; readonly serial?: string; readonly valueDate: IsoDate },
  subject: SubsidySubject,
  subsidy: SubsidyState,
): Result<DomainEvent, Refusal> {
  const { obligor, amount, serial, valueDate } = request;
  const open = openClaim(subsidy, obligor);
  if (open <= 0n) return refuse(errors.NO_OPEN_CLAIM, { loan: subject.loan, obligor });
  if (amount > open) return refuse(errors.ABOVE_OPEN_CLAIM, { amount: formatAmount(amount), open: formatAmount(open) });
  const payload = { ...subject, obligor, amount: formatAmount(amount), ...(serial === undefined ? {} : { serial }) };
  return ok({ type: "SubsidyClawbackReceived", valueDate, payload });
}

/** Dimensions of the payable that differ from those of the claim: it is closed under its own. */
const against = (subject: SubsidySubject, other: SubsidySubject | undefined) => ({
  ...(other && (other.model !== subject.model || other.enterprise !== subject.enterprise || other.batch !== subject.batch)
    ? { against: other }
    : {}),
  ...(other && other.bank !== subject.bank ? { againstBank: other.bank } : {}),
  ...(other && other.household !== undefined && other.household !== subject.household ? { againstHousehold: other.household } : {}),
  ...(other && other.village !== undefined && other.village !== subject.village ? { againstVillage: other.village } : {}),
});

/**
 * S8 抵扣: the smaller of the open claim on one loan and what is payable to the same person on another (or the same)
 * one. Two events with the same fields, one for each loan's stream; only the side `claim` is posted. Refuses when one
 * of the two is nothing (NO_OPEN_CLAIM, NO_OPEN_PAYABLE).
 */
export function setOff(
  request: { readonly obligor: string; readonly againstLoan: string; readonly payee: string; readonly valueDate: IsoDate },
  subject: SubsidySubject,
  claimSide: SubsidyState,
  payableSide: SubsidyState,
): Result<{ readonly claim: DomainEvent; readonly payable: DomainEvent; readonly amount: Fen }, Refusal> {
  const { obligor, againstLoan, payee, valueDate } = request;
  const claimed = openClaim(claimSide, obligor);
  const payable = openPayable(payableSide, payee);
  if (claimed <= 0n) return refuse(errors.NO_OPEN_CLAIM, { loan: subject.loan, obligor });
  if (payable <= 0n) return refuse(errors.NO_OPEN_PAYABLE, { loan: againstLoan, payee });
  const amount = minFen(claimed, payable);
  const fields = {
    ...subject,
    obligor,
    againstLoan,
    ...against(subject, subjectFor(payableSide, payee)),
    payee,
    amount: formatAmount(amount),
  };
  const event = (side: "claim" | "payable"): DomainEvent => ({ type: "SubsidyClawbackSetOff", valueDate, payload: { ...fields, side } });
  return ok({ claim: event("claim"), payable: event("payable"), amount });
}
