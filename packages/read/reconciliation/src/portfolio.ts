import type { IsoDate } from "@huimin/calendar";
import { type Fen, percent } from "@huimin/money";

/*
 * A bank's loans as its own books have them, against ours as of the same day. Pure; the same whatever the order.
 */

export type LoanStanding = "performing" | "overdue" | "settled";
export const PORTFOLIO_FIELDS = ["loan", "principal", "interest", "rate", "due", "status"] as const;
export type PortfolioField = (typeof PORTFOLIO_FIELDS)[number];

/** A loan at the end of the file's day. What the bank does not state is not compared. */
export interface LoanFigures {
  readonly loan: string;
  readonly principal: Fen;
  readonly interest?: Fen | undefined;
  /** Percent a year. */
  readonly rate?: string | undefined;
  readonly due?: IsoDate | undefined;
  readonly status?: LoanStanding | undefined;
}

/**
 * missing-here 我方无此贷款; missing-at-bank 银行文件无此贷款; differs. `cause`: what explains a difference of principal, as far as our
 * own facts can tell.
 */
export interface PortfolioDifference {
  /** `f.{day}.{loan}.{field}` */
  readonly id: string;
  readonly loan: string;
  readonly field: PortfolioField;
  readonly kind: "missing-here" | "missing-at-bank" | "differs";
  /** As printed: amounts in fen, else as stated. */
  readonly theirs?: string;
  readonly ours?: string;
  /** theirs − ours, of amounts. */
  readonly amount?: Fen;
}

export const portfolioItem = (day: IsoDate, loan: string, field: PortfolioField): string => `f.${day}.${loan}.${field}`;

/** Nothing is open on it: whether it is listed says nothing. */
const isNothing = ({ principal, interest = 0n }: LoanFigures): boolean => principal === 0n && interest === 0n;

/** What differs on `day`, by loan. A loan that is listed twice counts with its last line. */
export function comparePortfolio(theirs: readonly LoanFigures[], ours: readonly LoanFigures[], day: IsoDate): PortfolioDifference[] {
  const [atBank, here] = [theirs, ours].map((loans) => new Map(loans.map((one) => [one.loan, one]))) as [
    Map<string, LoanFigures>,
    Map<string, LoanFigures>,
  ];
  const loans = [...new Set([...atBank.keys(), ...here.keys()])].sort();
  return loans.flatMap((loan): PortfolioDifference[] => {
    const [their, our] = [atBank.get(loan), here.get(loan)];
    if (their && our) return differing(their, our, day);
    const one = (their ?? our) as LoanFigures;
    if (isNothing(one)) return [];
    const kind = their ? "missing-here" : "missing-at-bank";
    const side = their ? "theirs" : "ours";
    const amount = their ? one.principal : -one.principal;
    return [{ id: portfolioItem(day, loan, "loan"), loan, field: "loan", kind, [side]: one.principal.toString(), amount }];
  });
}

function differing(their: LoanFigures, our: LoanFigures, day: IsoDate): PortfolioDifference[] {
  const found: PortfolioDifference[] = [];
  const add = (field: PortfolioField, theirs: string, ours: string, amount?: Fen): void => {
    const id = portfolioItem(day, our.loan, field);
    found.push({ id, loan: our.loan, field, kind: "differs", theirs, ours, ...(amount === undefined ? {} : { amount }) });
  };
  for (const field of ["principal", "interest"] as const) {
    const [theirs, ours] = [their[field], our[field]];
    if (theirs !== undefined && ours !== undefined && theirs !== ours) add(field, theirs.toString(), ours.toString(), theirs - ours);
  }
  if (their.rate !== undefined && our.rate !== undefined && !percent(their.rate).eq(percent(our.rate))) add("rate", their.rate, our.rate);
  for (const field of ["due", "status"] as const) {
    const [theirs, ours] = [their[field], our[field]];
    if (theirs !== undefined && ours !== undefined && theirs !== ours) add(field, theirs, ours);
  }
  return found;
}

/** A change of a loan's principal that we know, positive where it went up. */
export interface PrincipalChange {
  readonly position: number;
  readonly valueDate: IsoDate;
  readonly amount: Fen;
}

/**
 * Why principal differs: `later-here` we value-date the same change after the file's day; `unknown-at-bank` we know a change up
 * to the day that the bank does not show; `unknown-here` the bank knows one that we do not.
 */
export interface PrincipalCause {
  readonly cause: "later-here" | "unknown-at-bank" | "unknown-here";
  readonly position?: number;
  readonly valueDate?: IsoDate;
}

/** `difference`: theirs − ours. The change nearest to the day, the earlier recorded of two. */
export function principalCause(difference: Fen, changes: readonly PrincipalChange[], day: IsoDate): PrincipalCause {
  const near = [...changes].sort((a, b) => a.position - b.position);
  const missed = near.findLast(({ valueDate, amount }) => valueDate <= day && amount === -difference);
  if (missed) return { cause: "unknown-at-bank", position: missed.position, valueDate: missed.valueDate };
  const later = near.find(({ valueDate, amount }) => valueDate > day && amount === difference);
  return later ? { cause: "later-here", position: later.position, valueDate: later.valueDate } : { cause: "unknown-here" };
}
