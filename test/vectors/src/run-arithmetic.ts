import {
  DAY_COUNTS,
  type DividendHolder,
  type DividendTerms,
  dayNumerator,
  distribute,
  type Fraction,
  fraction,
  fractionOf,
  internalRate,
  netPresentValue,
  numberOfPeriods,
  payment,
  paymentParts,
  ratePerPeriod,
  yearFraction,
} from "@huimin/interest";
import { Exact } from "@huimin/money";
import { type Columns, differenceIn, differenceOf, readCloseness } from "./compare.ts";
import { type CaseObject, CaseProblem, decimalsIn } from "./reader.ts";

/** A case of kind `day-count`. */
export function runDayCount(dayCase: CaseObject): string | undefined {
  const terms = dayCase.object("terms");
  const dayCount = terms.choice("dayCount", DAY_COUNTS);
  const unit = terms.choice("unit", ["days", "years"]);
  const values = terms.list("intervals", (interval) => {
    const [from, to] = [interval.date("from"), interval.date("to")];
    return unit === "days" ? fraction(BigInt(dayNumerator(dayCount, from, to))) : yearFraction(dayCount, from, to);
  });
  terms.done();
  return valuesDifference(dayCase.object("expected"), values);
}

/** A case of kind `time-value`. */
export function runTimeValue(timeCase: CaseObject): string | undefined {
  const terms = timeCase.object("terms");
  const values = timeValues(terms).map(fractionOf);
  terms.done();
  return valuesDifference(timeCase.object("expected"), values);
}

function timeValues(terms: CaseObject): Exact[] {
  const what = terms.choice("function", ["pmt", "ipmt", "ppmt", "nper", "npv", "irr"]);
  if (what === "irr") {
    for (const key of ["annualRatePercent", "periodsPerYear"]) terms.raw(key);
    return [known(internalRate(cashflows(terms)), "irr")];
  }
  const rate = ratePerPeriod(terms.decimal("annualRatePercent"), terms.whole("periodsPerYear", 1));
  switch (what) {
    case "pmt":
      return [payment(rate, terms.whole("periods"), terms.decimal("presentValue"))];
    case "nper":
      return [known(numberOfPeriods(rate, terms.decimal("payment"), terms.decimal("presentValue")), "nper")];
    case "npv":
      return [netPresentValue(rate, cashflows(terms))];
    default: {
      const parts = paymentParts(rate, terms.whole("periods"), terms.decimal("presentValue"));
      const chosen = parts.slice(terms.whole("fromPeriod") - 1, terms.whole("toPeriod"));
      return chosen.map((part) => (what === "ipmt" ? part.interest : part.principal));
    }
  }
}

function known(value: Exact | undefined, what: string): Exact {
  if (value === undefined) throw new CaseProblem(`${what} has no value`);
  return value;
}

function cashflows(terms: CaseObject): Exact[] {
  const flows = terms.raw("cashflows");
  if (!Array.isArray(flows) || flows.length === 0 || !flows.every((flow) => typeof flow === "string"))
    throw new CaseProblem(`${terms.path}.cashflows is not a list of amounts`);
  return flows.map((flow: string) => new Exact(flow));
}

function valuesDifference(expected: CaseObject, computed: readonly Fraction[]): string | undefined {
  const closeness = readCloseness(expected, {});
  const values = expected.raw("values");
  expected.done();
  if (!Array.isArray(values)) throw new CaseProblem(`missing key ${expected.path}.values`);
  if (values.length !== computed.length) return `expected.values has ${computed.length} entries, expected ${values.length}`;
  for (const [index, value] of values.entries()) {
    const difference = differenceOf(value, computed[index], `expected.values[${index}]`, closeness);
    if (difference) return difference;
  }
  return undefined;
}

/** A case of kind `dividend`. */
export function runDividend(dividendCase: CaseObject): string | undefined {
  const decimals = decimalsIn(dividendCase.raw("terms"));
  const scale = 10n ** BigInt(decimals);
  const scaled = dividendCase.scaled(decimals);
  const terms = scaled.object("terms");
  const dividend = distribute(dividendTerms(terms));
  terms.done();
  const expected = scaled.object("expected");
  const closeness = readCloseness(expected, {});
  const money = (value: Fraction | undefined): Fraction | undefined => value && { n: value.n, d: value.d * scale };
  const rows = expected.raw("rows");
  const allRows = expected.raw("allRows");
  const totals = expected.raw("totals");
  expected.done();
  if (Array.isArray(rows)) {
    if (allRows !== false && rows.length !== dividend.rows.length)
      return `expected.rows has ${dividend.rows.length} rows, expected ${rows.length}`;
    for (const [index, row] of rows.entries() as IterableIterator<[number, Readonly<Record<string, unknown>>]>) {
      const computed = row.id === undefined ? dividend.rows[index] : dividend.rows.find((one) => one.id === row.id);
      if (!computed) return `expected.rows has no holder ${JSON.stringify(row.id)}`;
      const columns: Columns = { id: computed.id, amount: money(computed.amount), linkedAccountAfter: money(computed.linkedAccountAfter) };
      const difference = differenceIn(row, columns, `expected.rows[${computed.id}]`, closeness);
      if (difference) return difference;
    }
  }
  if (totals === undefined) return undefined;
  const { guaranteed, profitShare, distributed, undistributed } = dividend;
  const sums: Columns = {
    guaranteed: money(guaranteed),
    profitShare: money(profitShare),
    distributed: money(distributed),
    undistributed: money(undistributed),
  };
  return differenceIn(totals as Record<string, unknown>, sums, "expected.totals", closeness);
}

function dividendTerms(terms: CaseObject): DividendTerms {
  const method = terms.choice("method", ["share-days", "equal", "guaranteed-plus-share"]);
  const exact = terms.raw("unit") === "exact" || terms.raw("rounding") === "exact";
  const unit = exact ? undefined : terms.amount("unit");
  const rounding = exact ? ("half-up" as const) : terms.choice("rounding", ["half-up", "down"], "half-up");
  if (exact) for (const key of ["unit", "rounding"]) terms.raw(key);
  const holders = terms.list("holders", holderOf);
  if (method === "guaranteed-plus-share") {
    const guaranteed = { guaranteedBase: terms.amount("guaranteedBase"), guaranteedPercent: terms.decimal("guaranteedPercent") };
    return {
      method,
      unit,
      rounding,
      holders,
      ...guaranteed,
      profit: terms.amount("profit"),
      profitSharePercent: terms.decimal("profitSharePercent"),
    };
  }
  return {
    method,
    unit,
    rounding,
    holders,
    pool: terms.amount("pool"),
    ...(terms.has("periodFrom") ? { periodFrom: terms.date("periodFrom") } : {}),
    ...(terms.has("periodTo") ? { periodTo: terms.date("periodTo") } : {}),
    ...(terms.has("minimumDays") ? { minimumDays: terms.whole("minimumDays") } : {}),
  };
}

function holderOf(holder: CaseObject): DividendHolder {
  return {
    id: holder.text("id"),
    ...(holder.has("shares")
      ? { shares: typeof holder.raw("shares") === "number" ? new Exact(holder.whole("shares")) : holder.decimal("shares") }
      : {}),
    ...(holder.has("from") ? { from: holder.date("from") } : {}),
    ...(holder.has("base") ? { base: holder.amount("base") } : {}),
    ...(holder.has("count") ? { count: holder.whole("count") } : {}),
    ...(holder.has("linkedAccountOpening") ? { linkedAccountOpening: holder.amount("linkedAccountOpening") } : {}),
  };
}
