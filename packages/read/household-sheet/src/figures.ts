import type { DimsFilter, JournalLine } from "@huimin/books";
import { type Fen, formatAmount } from "@huimin/money";

/** Figures of a household; money in fen, each turned so that it is positive in the normal case. */
export interface SheetFigures {
  /** 委托股权, 9101 */
  readonly entrustedStake: Fen;
  /** 9201 with a batch: borrowed in its name, no debt of the household */
  readonly pooledLoanInName: Fen;
  /** 9201 without a batch */
  readonly ownLoanPrincipal: Fen;
  /** 2901.02 */
  readonly dividendPayable: Fen;
  /** 2901.04 */
  readonly dividendAwaitingReissue: Fen;
  /** 2901.07 */
  readonly dividendUnclaimed: Fen;
  /** 2303.01 payable to it */
  readonly subsidyPayable: Fen;
  /** 1218.03 owed by it */
  readonly subsidyToReturn: Fen;
  /** 1218.01 owed by it */
  readonly compensatedDebt: Fen;
  /** 9106, whole shares */
  readonly beneficialShares: bigint;
}

type Amounts = { -readonly [K in keyof SheetFigures]: bigint };

/** Which lines are a household's: what it holds, what is paid to it, what it owes. */
export const linesOfHousehold = (household: string): readonly DimsFilter[] => [{ household }, { payee: household }, { obligor: household }];

const none = (): Amounts => ({
  entrustedStake: 0n,
  pooledLoanInName: 0n,
  ownLoanPrincipal: 0n,
  dividendPayable: 0n,
  dividendAwaitingReissue: 0n,
  dividendUnclaimed: 0n,
  subsidyPayable: 0n,
  subsidyToReturn: 0n,
  compensatedDebt: 0n,
  beneficialShares: 0n,
});

/** The figure that a line moves, if any: only what is the household's own, not what others owe for its loans. */
function figureOf(line: JournalLine, household: string): keyof SheetFigures | undefined {
  const { dims } = line;
  const own = dims.household === household;
  switch (line.account.id) {
    case "entrustedStake":
      return own ? "entrustedStake" : undefined;
    case "householdLoanPrincipal":
      if (!own) return undefined;
      return dims.batch === undefined ? "ownLoanPrincipal" : "pooledLoanInName";
    case "dividendPayable":
      return own ? "dividendPayable" : undefined;
    case "payoutReturned":
      return own ? "dividendAwaitingReissue" : undefined;
    case "unclaimedMoney":
      return own ? "dividendUnclaimed" : undefined;
    case "subsidyPayableHousehold":
      return dims.payee === household ? "subsidyPayable" : undefined;
    case "subsidyClawbackReceivable":
      return dims.obligor === household ? "subsidyToReturn" : undefined;
    case "compensationClaim":
      return dims.obligor === household ? "compensatedDebt" : undefined;
    case "beneficialShares":
      return own ? "beneficialShares" : undefined;
    default:
      return undefined;
  }
}

export function figuresOf(lines: Iterable<JournalLine>, household: string): SheetFigures {
  const figures = none();
  for (const line of lines) {
    const figure = figureOf(line, household);
    if (figure !== undefined) figures[figure] += line.account.normal === "debit" ? line.debit - line.credit : line.credit - line.debit;
  }
  return figures;
}

/** As printed: yuan with two decimals; `beneficialShares` a whole number, left out when 0. */
export function printFigures(figures: SheetFigures): Record<string, string> {
  const { beneficialShares, ...money } = figures;
  const printed = Object.fromEntries(Object.entries(money).map(([name, amount]) => [name, formatAmount(amount)]));
  return beneficialShares === 0n ? printed : { ...printed, beneficialShares: beneficialShares.toString() };
}
