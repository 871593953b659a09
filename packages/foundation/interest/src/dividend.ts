import { daysBetween, type IsoDate, laterDate } from "@huimin/calendar";
import type { Exact, Fen } from "@huimin/money";
import { add, type Fraction, fraction, multiply, scale, subtract, ZERO } from "./fraction.ts";
import { rateOf } from "./rates.ts";
import { floorTo, type RoundingMode, roundTo } from "./rounding.ts";

/**
 * How a pool becomes amounts of holders (分红测算). Each amount is rounded alone and nobody gets the residue; a distribution
 * that must sum exactly uses `splitLargestRemainder` or `splitFloorCarry` of `@huimin/money` instead.
 */
export type DividendTerms = ShareDividend | GuaranteedDividend;

interface DividendRounding {
  /** Undefined: amounts stay exact. */
  readonly unit: Fen | undefined;
  readonly rounding: RoundingMode | "down";
}

/** By shares and days held, or equally by share. */
export interface ShareDividend extends DividendRounding {
  readonly method: "share-days" | "equal";
  readonly pool: Fen;
  readonly periodFrom?: IsoDate;
  readonly periodTo?: IsoDate;
  /** Fewer days than this count as none. */
  readonly minimumDays?: number;
  readonly holders: readonly DividendHolder[];
}

/** 保底加分成: a guaranteed percentage of what was put in, and a share of the profit. */
export interface GuaranteedDividend extends DividendRounding {
  readonly method: "guaranteed-plus-share";
  readonly guaranteedBase: Fen;
  readonly guaranteedPercent: Exact;
  readonly profit: Fen;
  readonly profitSharePercent: Exact;
  readonly holders: readonly DividendHolder[];
}

export interface DividendHolder {
  readonly id: string;
  readonly shares?: Exact;
  /** Shares count from this day. */
  readonly from?: IsoDate;
  readonly base?: Fen;
  /** So many equal holders; default one. */
  readonly count?: number;
  readonly linkedAccountOpening?: Fen;
}

export interface Dividend {
  /** Amounts in fen; whole unless the terms leave them exact. One row stands for `count` equal holders. */
  readonly rows: readonly { readonly id: string; readonly amount: Fraction; readonly linkedAccountAfter: Fraction | undefined }[];
  readonly guaranteed: Fraction | undefined;
  readonly profitShare: Fraction | undefined;
  readonly distributed: Fraction;
  /** What rounding left; negative when rounding each holder alone overshoots. */
  readonly undistributed: Fraction;
}

/** Source: loan-cases/1, section 9. Throws when nobody has a weight: a pool without holders is a broken call. */
export function distribute(terms: DividendTerms): Dividend {
  return terms.method === "guaranteed-plus-share" ? guaranteed(terms) : byWeight(terms);
}

function guaranteed(terms: GuaranteedDividend): Dividend {
  const percent = rateOf(terms.guaranteedPercent);
  const total = scale(percent, terms.guaranteedBase);
  const profitShare = scale(rateOf(terms.profitSharePercent), terms.profit);
  const rows = terms.holders.map((holder) => rowOf(terms, holder, scale(percent, holder.base ?? 0n)));
  return { rows, guaranteed: total, profitShare, distributed: add(total, profitShare), undistributed: ZERO };
}

function byWeight(terms: ShareDividend): Dividend {
  const weights = terms.holders.map((holder) => weightOf(terms, holder));
  const whole = weights.reduce((sum, weight, index) => add(sum, scale(weight, countOf(terms.holders[index] as DividendHolder))), ZERO);
  if (whole.n === 0n) throw new RangeError("a dividend needs a holder with a weight");
  const each = multiply(fraction(terms.pool), { n: whole.d, d: whole.n });
  const rows = terms.holders.map((holder, index) => rowOf(terms, holder, multiply(each, weights[index] as Fraction)));
  const distributed = rows.reduce((sum, row, index) => add(sum, scale(row.amount, countOf(terms.holders[index] as DividendHolder))), ZERO);
  return { rows, guaranteed: undefined, profitShare: undefined, distributed, undistributed: subtract(fraction(terms.pool), distributed) };
}

function weightOf(terms: ShareDividend, holder: DividendHolder): Fraction {
  const shares = holder.shares === undefined ? fraction(1n) : percentless(holder.shares);
  if (terms.method === "equal") return shares;
  if (terms.periodFrom === undefined || terms.periodTo === undefined) throw new RangeError("share-days needs its period");
  const from = holder.from === undefined ? terms.periodFrom : laterDate(holder.from, terms.periodFrom);
  const days = daysBetween(from, terms.periodTo);
  return days <= 0 || days < (terms.minimumDays ?? 0) ? ZERO : scale(shares, BigInt(days));
}

const percentless = (value: Exact): Fraction => scale(rateOf(value), 100n);
const countOf = (holder: DividendHolder): bigint => BigInt(holder.count ?? 1);

function rowOf(terms: DividendRounding, holder: DividendHolder, exact: Fraction): Dividend["rows"][number] {
  const amount = rounded(exact, terms);
  const opening = holder.linkedAccountOpening;
  return { id: holder.id, amount, linkedAccountAfter: opening === undefined ? undefined : add(fraction(opening), amount) };
}

function rounded(exact: Fraction, { unit, rounding }: DividendRounding): Fraction {
  if (unit === undefined) return exact;
  return fraction(rounding === "down" ? floorTo(exact, unit) : roundTo(exact, unit, rounding));
}
