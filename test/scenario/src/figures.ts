import { addMonths, daysBetween } from "@huimin/calendar";
import { type DayCount, fixedDividend, openPrincipal, penaltyExtra, yearFraction } from "@huimin/interest";
import { openPrincipalNow, prepaymentsOf, rightInterest } from "@huimin/loan/events";
import { fen, formatAmount, percent, roundHalfUp, sumFen, toExact } from "@huimin/money";
import { bookedSubsidy, carriedYuanDays, clawbackOfClaim, subsidyDifferences, subsidyOf } from "@huimin/subsidy/events";
import type { Axes, District } from "./district.ts";
import { DIVIDEND_FIGURES } from "./figures-dividend.ts";
import { openPrincipalOfBatch, POOLED_FIGURES } from "./figures-pooled.ts";
import type { Figure } from "./format.ts";
import { subsidisedOf } from "./subsidised.ts";

/** A figure as the product computes it; undefined where it knows nothing of the kind. */
type Compute = (figure: Figure, district: District, axes: Axes) => Promise<string | number | undefined>;

const text = (figure: Figure, name: string): string => String(figure[name]);
const days = (figure: Figure): [from: string, toExcl: string] => [text(figure, "from"), text(figure, "toExcl")];
const loanOf = (figure: Figure, district: District, axes: Axes) => district.loan(text(figure, "loan"), axes);

/** Subsidy state, loan and policy as known then. */
async function subsidised(figure: Figure, district: District, axes: Axes) {
  const loan = await subsidisedOf(district, text(figure, "loan"), axes);
  if (!loan) return undefined;
  return { loan, state: await district.subsidy(text(figure, "loan"), axes), policy: await district.policy(axes) };
}

async function difference(figure: Figure, district: District, axes: Axes, field: "overSubsidised" | "underSubsidised") {
  const known = await subsidised(figure, district, axes);
  if (!known) return undefined;
  return formatAmount(subsidyDifferences(known.state, known.loan, known.policy).byYear.get(Number(figure.year))?.[field] ?? 0n);
}

const CONVENTIONS: Readonly<Record<string, DayCount>> = {
  "actual/360": "actual/360",
  "actual/365": "actual/365",
  "actual/actual": "actual/actual-isda",
  "same-day-months": "months-and-days/360",
};

/** Interest on a constant principal under a named convention: one rounding. */
function conventionInterest(figure: Figure): string | undefined {
  const convention = CONVENTIONS[text(figure, "convention")];
  if (convention === undefined) return undefined;
  const yearly = toExact(fen(text(figure, "principal")))
    .mul(percent(text(figure, "annualRate")))
    .div(100);
  const [from, toExcl] = days(figure);
  const { n, d } = yearFraction(convention, from, toExcl);
  return formatAmount(roundHalfUp(yearly.mul(n.toString()).div(d.toString())));
}

/** The figures of the format that are built. */
export const FIGURES: Readonly<Record<string, Compute>> = {
  ...DIVIDEND_FIGURES,
  ...POOLED_FIGURES,
  interest: async (figure, district, axes) =>
    formatAmount(rightInterest(await loanOf(figure, district, axes), ...days(figure), "normal").amount),
  penaltyExtra: async (figure, district, axes) =>
    formatAmount(penaltyExtra((await loanOf(figure, district, axes)).timeline, ...days(figure))),
  prepaidInterest: async (figure, district, axes) => {
    const on = prepaymentsOf(await loanOf(figure, district, axes)).filter((message) => message.valueDate === figure.on);
    return formatAmount(sumFen(on.map((message) => message.interest)));
  },
  subsidy: async (figure, district, axes) =>
    formatAmount(bookedSubsidy(await district.subsidy(text(figure, "loan"), axes), text(figure, "claim"))),
  householdBears: async (figure, district, axes) => {
    const known = await subsidised(figure, district, axes);
    return known && formatAmount(subsidyOf(known.state, known.loan, known.policy, text(figure, "claim")).householdBears);
  },
  clawback: async (figure, district, axes) =>
    formatAmount(clawbackOfClaim(await district.subsidy(text(figure, "loan"), axes), text(figure, "claim"))),
  subsidyBaseYuanDays: async (figure, district, axes) => {
    const known = await subsidised(figure, district, axes);
    return known && formatAmount(carriedYuanDays(known.loan, known.policy, ...days(figure)));
  },
  overSubsidised: (figure, district, axes) => difference(figure, district, axes, "overSubsidised"),
  underSubsidised: (figure, district, axes) => difference(figure, district, axes, "underSubsidised"),
  openPrincipal: async (figure, district, axes) =>
    figure.batch !== undefined
      ? openPrincipalOfBatch(figure, district, axes)
      : formatAmount(openPrincipalNow(await loanOf(figure, district, axes))),
  principalOn: async (figure, district, axes) =>
    formatAmount(openPrincipal((await loanOf(figure, district, axes)).timeline, text(figure, "on"))),
  daysOverdue: async (figure, district, axes) => daysBetween((await loanOf(figure, district, axes)).timeline.due, text(figure, "on")),
  dueDate: async (figure, district, axes) => (await loanOf(figure, district, axes)).timeline.due,
  netCostOfDistrict: async (_, district, axes) => {
    const { side, amount } = await district.balance({ book: "G", account: "5901.01" }, axes);
    return side === "credit" ? `-${amount}` : amount;
  },
  dayCount: async (figure) => daysBetween(...days(figure)),
  maturity: async (figure) => addMonths(text(figure, "from"), Number(figure.months)),
  conventionInterest: async (figure) => conventionInterest(figure),
  fixedDividend: async (figure) =>
    formatAmount(fixedDividend(fen(text(figure, "principal")), percent(text(figure, "annualRate")), ...days(figure))),
};
