import { addDays, type IsoDate, type Quarter } from "@huimin/calendar";
import { interestOf, type LoanTimeline, misusedOn, openPrincipal, rateOn } from "@huimin/interest/timeline";
import { Exact, type Fen, percent, roundHalfUp, sumFen } from "@huimin/money";
import type { Policy } from "@huimin/policy/events";
import { type ClaimLine, interestOfDays, rightSubsidy, type SubsidisedLoan } from "@huimin/subsidy/events";

/*
 * 贴息申报 against interest and subsidy computed again from everything that is known now, line by line, with the cause where one
 * assumption about the bank's computation gives exactly its figure.
 */

/**
 * not-settled: we know no such settlement; other-days 天数不同 (算头又算尾 among them); other-rate 利率不同; repayment-unknown-at-bank /
 * repayment-unknown-here 还款未达; above-cap 超出贴息额度; ratio 贴息比例; misused 挪用; overdue 逾期; not-claimed 应报未报; unknown.
 */
export type ClaimCause =
  | "not-settled"
  | "other-days"
  | "other-rate"
  | "repayment-unknown-at-bank"
  | "repayment-unknown-here"
  | "above-cap"
  | "ratio"
  | "misused"
  | "overdue"
  | "loan-unknown"
  | "not-claimed"
  | "unknown";

export interface ClaimFigures {
  /** 积数: Σ principal × days, yuan-days. */
  readonly yuanDays: string;
  readonly days: number;
  readonly rates: readonly string[];
  readonly interest: Fen;
  readonly amount: Fen;
}

export interface ClaimDifference {
  /** `q.{quarter}.{loan}.{field}`, with the line's place where a loan was claimed again. */
  readonly id: string;
  readonly loan: string;
  readonly field: "interest" | "amount" | "unclaimed";
  readonly theirs: Fen;
  readonly ours: Fen;
  /** theirs − ours. */
  readonly amount: Fen;
  readonly cause: ClaimCause;
  /** What the cause is about: a rate, a date, a repayment's serial. */
  readonly detail?: string;
}

export interface JudgedLine {
  readonly loan: string;
  readonly status: ClaimLine["status"];
  readonly theirs: { readonly interest: Fen; readonly amount: Fen };
  readonly ours: ClaimFigures;
  readonly differences: readonly ClaimDifference[];
}

/** Days that a bank's period may be longer or shorter than ours. */
const OTHER_DAYS_MAX = 7;

interface Question {
  readonly loan: SubsidisedLoan;
  readonly policy: Policy;
  /** The days that are claimed, settlement by settlement. */
  readonly line: { readonly settlements: readonly Pick<ClaimLine["settlements"][number], "from" | "toExcl" | "prepayment">[] };
}

const interestBetween = (timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate): Fen =>
  from < toExcl ? interestOf(timeline, from, toExcl).amount : 0n;

/** What some days of a loan bring by everything that is known now. */
export function figuresOf({ loan, policy, line }: Question): ClaimFigures {
  const segments = line.settlements.flatMap(({ from, toExcl, prepayment }) =>
    prepayment === undefined ? interestOf(loan.timeline, from, toExcl).segments : [],
  );
  const yuanDays = segments.reduce((sum, { principal, days }) => sum + principal * BigInt(days), 0n);
  return {
    yuanDays: new Exact(yuanDays.toString()).div(100).toFixed(),
    days: segments.reduce((sum, { days }) => sum + days, 0),
    rates: [...new Set(segments.map(({ annualRate }) => annualRate))],
    interest: sumFen(line.settlements.map((days) => interestOfDays(loan, days))),
    amount: sumFen(line.settlements.map((days) => rightSubsidy(loan, policy, days))),
  };
}

type Found = { readonly cause: ClaimCause; readonly detail?: string };

const periods = ({ line }: Question) => line.settlements.filter(({ prepayment }) => prepayment === undefined);

/** Whether the interest would be `theirs` if the periods ended or began some days apart. */
function otherDays(question: Question, theirs: Fen, ours: Fen): Found | undefined {
  const { timeline } = question.loan;
  for (const { from, toExcl } of periods(question)) {
    const rest = ours - interestBetween(timeline, from, toExcl);
    for (let apart = 1; apart <= OTHER_DAYS_MAX; apart += 1) {
      for (const days of [apart, -apart]) {
        if (rest + interestBetween(timeline, from, addDays(toExcl, days)) === theirs)
          return { cause: "other-days", detail: `${days > 0 ? "+" : ""}${days}` };
        if (rest + interestBetween(timeline, addDays(from, -days), toExcl) === theirs)
          return { cause: "other-days", detail: `${days > 0 ? "+" : ""}${days}` };
      }
    }
  }
  return undefined;
}

/** Whether one rate that the policy tables or the contract know, for the whole period, gives `theirs`. */
function otherRate(question: Question, theirs: Fen): Found | undefined {
  const { timeline } = question.loan;
  const products = periods(question).flatMap(({ from, toExcl }) => interestOf(timeline, from, toExcl).segments);
  const at = (rate: string): Fen =>
    roundHalfUp(
      products.reduce(
        (sum, { principal, days, divisor }) => sum.add(new Exact((principal * BigInt(days)).toString()).mul(rate).div(divisor * 10_000)),
        new Exact(0),
      ),
    );
  const own = new Set(timeline.rates.map(({ annualRate }) => annualRate));
  const near = [...own].flatMap((rate) => STEPS.flatMap((step) => [percent(rate).add(step).toFixed(), percent(rate).sub(step).toFixed()]));
  const rate = [...own, ...near].find((one) => percent(one).gt(0) && at(one) === theirs);
  return rate === undefined ? undefined : { cause: "other-rate", detail: rate };
}

/** Percent by which a rate may be off: steps of a basis point up to two percent. */
const STEPS = Array.from({ length: 200 }, (_, index) => new Exact(index + 1).div(100));

/** Whether the interest would be `theirs` if the bank did not know one of our repayments. */
function missedRepayment(question: Question, theirs: Fen, ours: Fen): Found | undefined {
  const { timeline } = question.loan;
  for (const { from, toExcl } of periods(question)) {
    const rest = ours - interestBetween(timeline, from, toExcl);
    for (const movement of timeline.movements) {
      if (movement.kind === "drawing" || movement.valueDate >= toExcl) continue;
      const without = { ...timeline, movements: timeline.movements.filter((one) => one !== movement) };
      if (rest + interestBetween(without, from, toExcl) === theirs) return { cause: "repayment-unknown-at-bank", detail: movement.id };
    }
  }
  return undefined;
}

/** In the order of how sure a cause is: one known repayment, some days, one rate, and a repayment that only the bank knows. */
const interestCause = (question: Question, theirs: Fen, ours: Fen): Found =>
  missedRepayment(question, theirs, ours) ??
  otherDays(question, theirs, ours) ??
  otherRate(question, theirs) ??
  (theirs < ours ? { cause: "repayment-unknown-here" } : { cause: "unknown" });

/** Why the claim differs where the interest does not, or on top of it. */
function amountCause(question: Question, theirs: Fen, ours: ClaimFigures, interest: Found | undefined): Found {
  const { loan, policy, line } = question;
  const [first] = line.settlements;
  const last = line.settlements.at(-1);
  if (!first || !last) return { cause: "not-settled" };
  const { timeline } = loan;
  if (ours.interest === 0n) return { cause: "not-settled" };
  if (misusedOn(timeline, addDays(last.toExcl, -1)))
    return { cause: "misused", ...(timeline.misuseFrom ? { detail: timeline.misuseFrom } : {}) };
  if (timeline.due < last.toExcl) return { cause: "overdue", detail: timeline.due };
  const cap = policy.amount("subsidy.cap", first.from);
  if (loan.model !== 2 && theirs > ours.amount && openPrincipal(timeline, first.from) > cap)
    return { cause: "above-cap", detail: rateOn(timeline, first.from) };
  if (interest) return interest;
  const ratio = policy.segments("subsidy.ratio", first.from, last.toExcl)[0]?.value;
  return theirs === ours.interest || ratio !== undefined
    ? { cause: "ratio", ...(ratio === undefined ? {} : { detail: ratio }) }
    : { cause: "unknown" };
}

/** A line of a claim against what is right now. `loan` undefined: we know no drawing of it. */
export function judgeClaimLine(
  line: ClaimLine & { readonly quarter: Quarter },
  loan: SubsidisedLoan | undefined,
  policy: Policy,
  fenOf: (text: string) => Fen,
): JudgedLine {
  const theirs = { interest: fenOf(line.interest), amount: fenOf(line.amount) };
  const id = (field: "interest" | "amount"): string => `q.${line.quarter}.${line.loan}.${field}`;
  if (!loan) {
    const ours = { yuanDays: "0", days: 0, rates: [], interest: 0n, amount: 0n };
    const of = { id: id("amount"), loan: line.loan, field: "amount", theirs: theirs.amount, ours: 0n, amount: theirs.amount } as const;
    return { loan: line.loan, status: line.status, theirs, ours, differences: [{ ...of, cause: "loan-unknown" }] };
  }
  const question = { loan, policy, line };
  const ours = figuresOf(question);
  const differences: ClaimDifference[] = [];
  let found: Found | undefined;
  for (const field of ["interest", "amount"] as const) {
    const [their, our] = [theirs[field], ours[field]];
    if (their === our) continue;
    const why = field === "interest" ? interestCause(question, their, our) : amountCause(question, their, ours, found);
    if (field === "interest") found = why;
    differences.push({ id: id(field), loan: line.loan, field, theirs: their, ours: our, amount: their - our, ...why });
  }
  return { loan: line.loan, status: line.status, theirs, ours, differences };
}
