/* Facts of one loan, as the bank and the offices report them. Amounts in fen, rates in hundredths of a percent. */

export type Fact =
  | { readonly kind: "draw"; readonly id: string; readonly on: string; readonly amount: bigint }
  | { readonly kind: "repay"; readonly id: string; readonly on: string; readonly principal: bigint; readonly stated: boolean }
  | { readonly kind: "prepay"; readonly id: string; readonly on: string; readonly from: string; readonly principal: bigint }
  /** Takes back the repayment or prepayment with the id `of`; `on` is the original's date. */
  | { readonly kind: "reverse"; readonly id: string; readonly on: string; readonly of: string }
  | { readonly kind: "extend"; readonly id: string; readonly on: string; readonly newDue: string }
  | { readonly kind: "misuse"; readonly id: string; readonly on: string; readonly from: string }
  | {
      readonly kind: "settle";
      readonly id: string;
      readonly on: string;
      readonly from: string;
      readonly toExcl: string;
      readonly penalty: boolean;
    }
  | { readonly kind: "pay"; readonly id: string; readonly on: string; readonly amount: bigint };

/** The contract of every simulated loan: one year at 4.35 %, extended into the tier of 4.75 %. */
export const CONTRACT = {
  start: "2017-01-16",
  due: "2018-01-16",
  approved: 5_000_000n,
  rate: 435n,
  extendedRate: 475n,
  surchargePercent: 50n,
  yearBase: 360n,
} as const;

/** What counts: facts without the messages that were reversed, and without the reversals. */
export function effective(facts: readonly Fact[]): Fact[] {
  const reversed = new Set(facts.flatMap((fact) => (fact.kind === "reverse" ? [fact.of] : [])));
  return facts.filter((fact) => fact.kind !== "reverse" && !reversed.has(fact.id));
}

/** Small day arithmetic of its own: the reference shares nothing with the product. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
export const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
export const plusDays = (date: string, days: number): string => dateOf(dayNumber(date) + days);
