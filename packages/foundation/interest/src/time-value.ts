import { Exact } from "@huimin/money";

/**
 * Time value of money: payments at the ends of periods, a rate per period, money received positive and paid negative.
 *
 * These functions are not rational (powers, logarithms, roots), so they are computed with decimals of 60 significant digits
 * and rounded by nobody: relative errors stay below 1e-40 for any loan of up to {@link PERIODS_MAX} periods.
 */
export const PERIODS_MAX = 1200;

/** Rate per period as a fraction: annual percent / 100 / periods a year. */
export const ratePerPeriod = (annualRatePercent: Exact, periodsPerYear: number): Exact => annualRatePercent.div(100).div(periodsPerYear);

/** The payment that brings `presentValue` to zero in `periods` periods. */
export function payment(rate: Exact, periods: number, presentValue: Exact): Exact {
  atMost(periods);
  if (rate.isZero()) return presentValue.neg().div(periods);
  const growth = rate.add(1).pow(periods);
  return presentValue.neg().mul(rate).mul(growth).div(growth.sub(1));
}

/** Interest and principal part of each period's payment, from period 1 on. */
export function paymentParts(rate: Exact, periods: number, presentValue: Exact): { readonly interest: Exact; readonly principal: Exact }[] {
  const each = payment(rate, periods, presentValue);
  const parts: { interest: Exact; principal: Exact }[] = [];
  let owed = presentValue;
  for (let period = 1; period <= periods; period++) {
    const interest = owed.mul(rate).neg();
    const principal = each.sub(interest);
    owed = owed.add(principal);
    parts.push({ interest, principal });
  }
  return parts;
}

/** Number of periods (not whole) until `each` brings `presentValue` to zero; undefined when it never does. */
export function numberOfPeriods(rate: Exact, each: Exact, presentValue: Exact): Exact | undefined {
  if (each.isZero()) return presentValue.isZero() ? new Exact(0) : undefined;
  if (rate.isZero()) return presentValue.neg().div(each);
  const ratio = each.div(each.add(presentValue.mul(rate)));
  if (!ratio.isFinite() || !ratio.isPositive() || ratio.isZero()) return undefined;
  return ratio.ln().div(rate.add(1).ln());
}

/** Present value of cashflows, the first undiscounted. */
export function netPresentValue(rate: Exact, cashflows: readonly Exact[]): Exact {
  const discount = new Exact(1).div(rate.add(1));
  let value = new Exact(0);
  for (let period = cashflows.length - 1; period >= 0; period--) value = value.mul(discount).add(cashflows[period] as Exact);
  return value;
}

const SEARCH_FROM = "-0.99";
const SEARCH_TO = 20;
const SEARCH_STEPS = 4000;

/**
 * The rate per period at which cashflows are worth nothing; of several the one nearest to zero. Undefined when there is
 * none between -99 % and 2000 % a period (for example when all flows have one sign).
 */
export function internalRate(cashflows: readonly Exact[]): Exact | undefined {
  atMost(cashflows.length);
  const flows = cashflows.map((flow) => flow.toNumber());
  const valueAt = (rate: number): number => flows.reduceRight((value, flow) => value / (1 + rate) + flow, 0);
  let nearest: { low: number; high: number } | undefined;
  // Steps grow with the distance from -1, where the value changes fastest.
  const first = Math.log(1 + Number(SEARCH_FROM));
  const step = (Math.log(1 + SEARCH_TO) - first) / SEARCH_STEPS;
  let low = Number(SEARCH_FROM);
  for (let index = 1; index <= SEARCH_STEPS; index++) {
    const high = Math.exp(first + index * step) - 1;
    const crosses = Math.sign(valueAt(low)) !== Math.sign(valueAt(high));
    if (crosses && (!nearest || Math.abs(low + high) < Math.abs(nearest.low + nearest.high))) nearest = { low, high };
    low = high;
  }
  return nearest && refine(cashflows, new Exact(nearest.low), new Exact(nearest.high));
}

/** Halves a bracket in exact decimals until it is narrower than 1e-50: about 160 steps. */
function refine(cashflows: readonly Exact[], from: Exact, to: Exact): Exact {
  let [low, high] = [from, to];
  const rising = netPresentValue(low, cashflows).isNegative();
  for (let steps = 0; steps < 200 && high.sub(low).abs().gt("1e-50"); steps++) {
    const middle = low.add(high).div(2);
    const value = netPresentValue(middle, cashflows);
    if (value.isZero()) return middle;
    if (value.isNegative() === rising) low = middle;
    else high = middle;
  }
  return low.add(high).div(2);
}

function atMost(periods: number): void {
  if (!Number.isInteger(periods) || periods < 1 || periods > PERIODS_MAX) throw new RangeError(`periods lie between 1 and ${PERIODS_MAX}`);
}
