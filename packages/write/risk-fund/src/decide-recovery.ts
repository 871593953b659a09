/*
 * E7 代偿后追回 and 1.20 破产清偿 (R4): the cost is netted first, the rest split by the weights of the case.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Fen, fen, formatAmount, maxFen, minFen, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { ObligorCase } from "./evolve-obligor.ts";
import type { StandingCase } from "./gather.ts";
import type { LoanPrincipals, RiskFundPayload } from "./schema.ts";
import { lowering, type OpenedLoan, openFrom } from "./shared.ts";
import { shareOf, splitAmong, spread } from "./split.ts";

export interface RecoveryFacts {
  readonly found: StandingCase;
  /** What the obligor owes under this case; undefined when nothing was ever opened. */
  readonly owed: ObligorCase | undefined;
  /** The loans of the case, in its order. */
  readonly loans: readonly OpenedLoan[];
}

export interface RecoveryMessage {
  readonly gross: string;
  readonly cost: string;
  readonly serial: string;
  readonly valueDate: IsoDate;
}

/** The bank's own principal of a loan: its part by the approval less what was recovered, at most what is open. */
function bankOpen(found: StandingCase, loan: OpenedLoan, valueDate: IsoDate): Fen {
  const approved = found.approval?.loans.find((one) => one.loan === loan.subject.loan);
  const own = approved ? shareOf(approved.principal, "bank") : 0n;
  const recovered = [...found.recoveries.values()]
    .filter((one) => !one.reversed)
    .flatMap((one) => one.recovery.loans)
    .filter((part) => part.loan === loan.subject.loan);
  const left = own - sumFen(recovered.map(({ principal }) => fen(principal)));
  return maxFen(0n, minFen(left, openFrom(loan, valueDate)));
}

/** The bank's share on its own principal pro rata; what does not fit is its interest, which these books do not carry. */
function bankParts({ found, loans }: RecoveryFacts, share: Fen, valueDate: IsoDate): LoanPrincipals {
  const open = loans.map((loan) => ({ loan, open: bankOpen(found, loan, valueDate) }));
  return spread(share, open).map(({ item, part }) => lowering(item.loan, valueDate, part));
}

/**
 * Decides a recovery. The fund's share goes to its open claim of the case, after a write-off to the fund; nothing beyond
 * what was ever claimed is the fund's: an obligor who pays more than he owes gets it back (ABOVE_COMPENSATION_CLAIM).
 * Refuses NO_OPEN_COMPENSATION when nobody has paid under the case, or nothing is left to be recovered.
 */
export function recover(facts: RecoveryFacts, message: RecoveryMessage): Result<RiskFundPayload<"RecoveryReceived">> {
  const { found, owed } = facts;
  const { subject, weights, payments } = found;
  const { gross, cost, serial, valueDate } = message;
  const net = maxFen(0n, fen(gross) - fen(cost));
  const shares = splitAmong(net, weights);
  const fund = shareOf(shares, "fund");
  const claim = owed?.claim ?? 0n;
  const writtenOff = owed?.writtenOff ?? 0n;
  if (payments.size === 0 || (fund > 0n && claim + writtenOff <= 0n))
    return refuse(errors.NO_OPEN_COMPENSATION, { subject: subject.ref }, { path: "/ref" });
  if (fund > claim + writtenOff) {
    const details = { amount: formatAmount(fund), open: formatAmount(claim + writtenOff) };
    return refuse(errors.ABOVE_COMPENSATION_CLAIM, details, { path: "/gross" });
  }
  const toClaim = minFen(fund, claim);
  return ok({
    ...subject,
    serial,
    gross,
    cost,
    net: formatAmount(net),
    shares,
    toClaim: formatAmount(toClaim),
    toFund: formatAmount(fund - toClaim),
    costBorne: formatAmount(maxFen(0n, fen(cost) - fen(gross))),
    loans: bankParts(facts, shareOf(shares, "bank"), valueDate),
  });
}
