/*
 * What the commands of this package ask for before they decide.
 */
import { type IsoDate, parseDate, type Quarter, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type Gather, load } from "@huimin/decider";
import { linkageFold, linkageStream } from "@huimin/linkage/events";
import { loanStream, loanTimelineFold, modelOf } from "@huimin/loan/events";
import { type Fen, parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type SubsidisedLoan, subsidisedLoan } from "./entitlement.ts";
import { errors } from "./errors.ts";
import { type SubsidyState, subsidyFold, subsidyStream } from "./evolve.ts";
import { type ClaimState, claimFold, claimStream } from "./evolve-claim.ts";

export function* gatherLoan(loan: string): Gather<SubsidisedLoan | undefined> {
  const { state } = yield* load(loanStream(loan), loanTimelineFold);
  const { subject } = state;
  if (!subject || modelOf(subject) !== 2 || subject.enterprise === undefined) return subsidisedLoan(state);
  return subsidisedLoan(state, (yield* load(linkageStream(subject.enterprise), linkageFold)).state);
}

/** The loan, or SUBSIDY_LOAN_UNKNOWN. */
export function* gatherKnownLoan(loan: string): Gather<Result<SubsidisedLoan, Refusal>> {
  const found = yield* gatherLoan(loan);
  return found ? ok(found) : refuse(errors.SUBSIDY_LOAN_UNKNOWN, { loan }, { path: "/loan" });
}

export function* gatherSubsidy(loan: string): Gather<SubsidyState> {
  return (yield* load(subsidyStream(loan), subsidyFold)).state;
}

/** A message in the role BANK is about a loan of the bank that sends it, or CLAIM_OTHER_BANK. */
export function senderRefusal(
  { role, actor }: CommandContext,
  loan: string,
  bank: string,
): { readonly ok: false; readonly refusal: Refusal } | undefined {
  if (role !== "BANK") return undefined;
  const sender = actor.startsWith("bank:") ? actor.slice("bank:".length) : actor;
  return sender === bank ? undefined : refuse(errors.CLAIM_OTHER_BANK, { loan, bank: sender }, { path: "/loan" });
}

export function* gatherClaim(bank: string, quarter: Quarter): Gather<ClaimState> {
  return (yield* load(claimStream(bank, quarter), claimFold)).state;
}

/** 业务发生日: as given, or the day of recording. SUBSIDY_DATE_INVALID when there is no such day. */
export function dayOf(date: string | undefined, context: CommandContext, path = "/valueDate"): Result<IsoDate, Refusal> {
  const day = date === undefined ? shanghaiDate(context.recordedAt) : parseDate(date);
  return day === undefined ? refuse(errors.SUBSIDY_DATE_INVALID, { date: String(date) }, { path }) : ok(day);
}

/** A date that may be left out. */
export function optionalDay(date: string | undefined, path: string): Result<IsoDate | undefined, Refusal> {
  if (date === undefined) return ok(undefined);
  const day = parseDate(date);
  return day === undefined ? refuse(errors.SUBSIDY_DATE_INVALID, { date }, { path }) : ok(day);
}

/** An amount above zero, or SUBSIDY_AMOUNT_INVALID. */
export function amountOf(text: string, path = "/amount"): Result<Fen, Refusal> {
  const amount = parseAmount(text);
  return amount === undefined || amount <= 0n ? refuse(errors.SUBSIDY_AMOUNT_INVALID, { amount: text }, { path }) : ok(amount);
}

/** Rates that may be left out, or SUBSIDY_RATE_INVALID. */
export function checkRates(rates: Readonly<Record<string, string | undefined>>): Result<undefined, Refusal> {
  for (const [field, rate] of Object.entries(rates)) {
    if (rate !== undefined && parsePercent(rate) === undefined) return refuse(errors.SUBSIDY_RATE_INVALID, { rate }, { path: `/${field}` });
  }
  return ok(undefined);
}

/** Days that are given together or not at all, or SUBSIDY_DAYS_INVALID. */
export function rangeOf(
  from: string | undefined,
  toExcl: string | undefined,
): Result<{ from: IsoDate; toExcl: IsoDate } | undefined, Refusal> {
  if (from === undefined && toExcl === undefined) return ok(undefined);
  const first = parseDate(from);
  const last = parseDate(toExcl);
  if (first === undefined || last === undefined || first >= last) {
    return refuse(errors.SUBSIDY_DAYS_INVALID, { from: from ?? "–", toExcl: toExcl ?? "–" }, { path: "/from" });
  }
  return ok({ from: first, toExcl: last });
}

/** Fiscal year of the open period. */
export const fiscalYearOf = (context: CommandContext): number => Number(context.period.slice(0, 4));
