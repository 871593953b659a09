import type { IsoDate, Quarter } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { type Fen, fen, formatAmount, parseAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { type Claimable, claimable, withinTerms } from "./claimable.ts";
import { coveredParts } from "./coverage.ts";
import type { SubsidisedLoan } from "./entitlement.ts";
import { errors } from "./errors.ts";
import { emptySubsidy, overlaps, type SubsidyState, subjectFor } from "./evolve.ts";
import { type ClaimLine, type ClaimState, pendingLine, standingLines } from "./evolve-claim.ts";
import { splitByYear } from "./figures.ts";
import { checkPublicity } from "./publicity.ts";
import { type SubsidyPayload, type SubsidySubject, subjectFields, usualPayee } from "./schema.ts";

/** A line as the bank sends it; what it leaves out is ours. */
export interface ClaimRequestLine {
  readonly loan: string;
  readonly payee?: string;
  readonly interest?: string;
  readonly amount?: string;
}

export interface ClaimRequest {
  readonly bank: string;
  readonly quarter: Quarter;
  readonly lines: readonly ClaimRequestLine[];
  /** A line whose figures differ from ours: refuse it (default), or send it flagged to finance. */
  readonly onDifference?: "refuse" | "flag";
  /** Replaces what is pending of this quarter. */
  readonly replace?: boolean;
  readonly valueDate: IsoDate;
}

/** The loan of a line with what was subsidised of it; undefined when there is no such loan. */
export interface LineFacts {
  readonly loan: SubsidisedLoan | undefined;
  readonly subsidy: SubsidyState;
}

type Line = SubsidyPayload<"SubsidyClaimSubmitted">["lines"][number];

/** 贴息计算 as an event writes it. */
export const settlementRow = ({ days, interest, subsidy }: Claimable): Line["settlements"][number] => ({
  from: days.from,
  toExcl: days.toExcl,
  interest: formatAmount(interest),
  subsidy: formatAmount(subsidy),
  ...(days.prepayment === undefined ? {} : { prepayment: days.prepayment }),
});

export const subjectOf = (loan: SubsidisedLoan): SubsidySubject => subjectFields(loan);

/** Units of a claim line: what was accrued for its days. */
export const unitsOfLine = (state: SubsidyState, line: Pick<ClaimLine, "settlements">) =>
  state.units.filter((unit) => line.settlements.some((row) => overlaps(row, unit)));

/**
 * S3 贴息申报. Each line stands on settled and paid interest of its loan that was not claimed before, and the bank's
 * figures are compared with ours. Refuses what {@link claimable} and {@link withinTerms} refuse, another bank's loan
 * (CLAIM_OTHER_BANK), a loan that is in the claim twice (CLAIM_LINE_TWICE) or pending already (CLAIM_LINE_PENDING), a
 * difference (CLAIM_LINE_DIFFERS, unless flagged), an empty claim (CLAIM_EMPTY), and the replacement of lines that are
 * accrued already (CLAIM_ACCRUED). The first refused line refuses the claim; `path` names it.
 */
export function submitClaim(
  request: ClaimRequest,
  claim: ClaimState,
  facts: ReadonlyMap<string, LineFacts>,
  policy: Policy,
): Result<readonly DomainEvent[], Refusal> {
  const { bank, quarter, lines, valueDate } = request;
  if (lines.length === 0) return refuse(errors.CLAIM_EMPTY);
  const kept = request.replace ? { lines: claim.lines.filter((line) => line.status !== "pending") } : claim;
  const dropped = claim.lines.filter((line) => !kept.lines.includes(line));
  const accrued = dropped.find((line) => unitsOfLine(facts.get(line.loan)?.subsidy ?? emptySubsidy, line).length > 0);
  if (accrued) return refuse(errors.CLAIM_ACCRUED, { loan: accrued.loan });
  const made: Line[] = [];
  for (const [index, line] of lines.entries()) {
    const path = `/lines/${index}`;
    if (lines.findIndex((other) => other.loan === line.loan) !== index)
      return refuse(errors.CLAIM_LINE_TWICE, { loan: line.loan }, { path });
    const decided = claimLine(request, line, kept, facts.get(line.loan), policy);
    if (!decided.ok) return { ok: false, refusal: { path, ...decided.refusal } };
    made.push(decided.value);
  }
  const submitted: DomainEvent = {
    type: "SubsidyClaimSubmitted",
    valueDate,
    payload: { bank, quarter, lines: made, total: totalOf(made.map((line) => fen(line.amount))) },
  };
  return ok(dropped.length > 0 ? [{ type: "SubsidyClaimReplaced", valueDate, payload: { bank, quarter } }, submitted] : [submitted]);
}

const totalOf = (amounts: readonly Fen[]): string => formatAmount(sumFen(amounts));

function claimLine(
  request: ClaimRequest,
  line: ClaimRequestLine,
  claim: ClaimState,
  facts: LineFacts | undefined,
  policy: Policy,
): Result<Line, Refusal> {
  const { bank, quarter } = request;
  const loan = facts?.loan;
  if (!loan) return refuse(errors.SUBSIDY_LOAN_UNKNOWN, { loan: line.loan });
  if (loan.bank !== bank) return refuse(errors.CLAIM_OTHER_BANK, { loan: line.loan, bank });
  if (pendingLine(claim, line.loan)) return refuse(errors.CLAIM_LINE_PENDING, { loan: line.loan, quarter });
  const claimed = standingLines(claim, line.loan).flatMap((standing) => standing.settlements);
  const taken = [...facts.subsidy.units, ...claimed, ...coveredParts(facts.subsidy, loan, policy)];
  const found = claimable({ loan, policy, quarter, taken, purpose: "claim" });
  if (!found.ok) return found;
  const terms = withinTerms(
    loan,
    policy,
    found.value.map((one) => one.days),
  );
  if (!terms.ok) return terms;
  return compared(request, line, loan, found.value);
}

/** Ours beside the bank's; they are equal, or the line is flagged, or it is refused. */
function compared(request: ClaimRequest, line: ClaimRequestLine, loan: SubsidisedLoan, found: readonly Claimable[]): Result<Line, Refusal> {
  const computed = totalOf(found.map((one) => one.subsidy));
  const computedInterest = totalOf(found.map((one) => one.interest));
  const amount = line.amount ?? computed;
  const interest = line.interest ?? computedInterest;
  for (const text of [amount, interest]) {
    const value = parseAmount(text);
    if (value === undefined || value <= 0n) return refuse(errors.SUBSIDY_AMOUNT_INVALID, { amount: text });
  }
  const differs = amount !== computed || interest !== computedInterest;
  if (differs && request.onDifference !== "flag") {
    return refuse(errors.CLAIM_LINE_DIFFERS, { loan: line.loan, claimed: amount, computed, claimedInterest: interest, computedInterest });
  }
  return ok({
    ...subjectOf(loan),
    payee: line.payee ?? usualPayee(loan),
    interest,
    amount,
    computed,
    ...(differs ? { flagged: true } : {}),
    settlements: found.map(settlementRow),
  });
}

/**
 * S5 剔除: drops a pending line; what was accrued for it is taken back in the same append. Refuses a line that is not
 * pending (CLAIM_LINE_UNKNOWN) and one that is paid (SUBSIDY_ALREADY_PAID).
 */
export function rejectLine(
  request: {
    readonly bank: string;
    readonly quarter: Quarter;
    readonly loan: string;
    readonly reason: string;
    readonly valueDate: IsoDate;
    readonly fiscalYear: number;
  },
  claim: ClaimState,
  subsidy: SubsidyState,
): Result<{ readonly rejected: DomainEvent; readonly reversed?: DomainEvent }, Refusal> {
  const { bank, quarter, loan, reason, valueDate } = request;
  const line = pendingLine(claim, loan);
  if (!line) return refuse(errors.CLAIM_LINE_UNKNOWN, { loan, quarter });
  const rejected: DomainEvent = { type: "SubsidyClaimLineRejected", valueDate, payload: { bank, quarter, loan, reason } };
  const units = unitsOfLine(subsidy, line);
  if (units.length === 0) return ok({ rejected });
  if (units.some((unit) => unit.paid !== 0n || unit.clawedBack !== 0n)) return refuse(errors.SUBSIDY_ALREADY_PAID, { loan, quarter });
  const { payee } = line;
  const rows = units.map((unit) => settlementRow({ days: unit, interest: 0n, subsidy: -unit.accrued }));
  const { priorYears, sameYear } = splitByYear(
    units.map((unit) => ({ unit, amount: -unit.accrued })),
    request.fiscalYear,
  );
  const split = priorYears === 0n ? {} : { priorYears: formatAmount(priorYears), sameYear: formatAmount(sameYear) };
  const amount = formatAmount(priorYears + sameYear);
  const payload = { ...(subjectFor(subsidy, payee) ?? subjectFields(line)), payee, claim: quarter, settlements: rows, amount, ...split };
  return ok({ rejected, reversed: { type: "SubsidyAccrualReversed", valueDate, payload } });
}

/**
 * S5 审核: approves every pending line of a bank's quarter. Refuses when there is none (NOTHING_TO_APPROVE), and what
 * {@link checkPublicity} refuses.
 */
export function approveClaim(
  request: { readonly bank: string; readonly quarter: Quarter; readonly valueDate: IsoDate; readonly publicityDays: number },
  claim: ClaimState,
): Result<DomainEvent, Refusal> {
  const { bank, quarter, valueDate } = request;
  const pending = claim.lines.filter((line) => line.status === "pending");
  if (pending.length === 0) return refuse(errors.NOTHING_TO_APPROVE, { bank, quarter });
  const published = checkPublicity(request, claim, pending);
  if (!published.ok) return published;
  return ok({
    type: "SubsidyClaimApproved",
    valueDate,
    payload: { bank, quarter, total: totalOf(pending.map((line) => fen(line.computed))) },
  });
}
