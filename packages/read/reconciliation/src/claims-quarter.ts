import type { IsoDate, Quarter } from "@huimin/calendar";
import { fen, formatAmount } from "@huimin/money";
import { claimsDesk } from "@huimin/reconciliation/events";
import { bookedSubsidy, type ClaimLine, claimFold, claimStream } from "@huimin/subsidy/events";
import { type ClaimSources, claimFacts, foldAll } from "./claim-facts.ts";
import { type ClaimDifference, type JudgedLine, judgeClaimLine } from "./claims.ts";
import { readExplanations } from "./desk-source.ts";
import { type AgeBucket, ageOf, bucketOf, type DeskExplanation } from "./difference.ts";
import { statusOf } from "./portfolio-day.ts";
import { dayAfter, type UnclaimedSubsidy, unclaimedOfQuarter } from "./unclaimed.ts";

export interface JudgedClaimDifference extends ClaimDifference {
  readonly status: "unexplained" | "explained" | "resolved";
  readonly age: number;
  readonly bucket: AgeBucket;
  readonly explanation?: DeskExplanation;
}

export interface ClaimsQuarter {
  readonly desk: string;
  readonly bank: string;
  readonly quarter: Quarter;
  readonly lines: readonly JudgedLine[];
  /** Loans that the bank could have claimed and did not; each is a difference too. */
  readonly unclaimed: readonly UnclaimedSubsidy[];
  readonly differences: readonly JudgedClaimDifference[];
}

/** One line a loan: what was claimed later (补报) is added to what was claimed first. */
function byLoan(lines: readonly ClaimLine[]): ClaimLine[] {
  const loans = new Map<string, ClaimLine>();
  for (const line of lines) {
    const before = loans.get(line.loan);
    const added = (field: "interest" | "amount" | "computed"): string => formatAmount(fen(before?.[field] ?? "0.00") + fen(line[field]));
    loans.set(
      line.loan,
      before
        ? {
            ...line,
            interest: added("interest"),
            amount: added("amount"),
            computed: added("computed"),
            settlements: [...before.settlements, ...line.settlements],
          }
        : line,
    );
  }
  return [...loans.values()].sort((a, b) => (a.loan < b.loan ? -1 : 1));
}

/**
 * A bank's claim of a quarter against interest and subsidy computed again, and what the bank could have claimed and did not;
 * undefined where there is neither. What was accrued and corrected since (贴息订正、追回) is resolved by that: the books have
 * what is right.
 */
export async function claimsQuarter(
  sources: ClaimSources,
  { bank, quarter, on }: { readonly bank: string; readonly quarter: Quarter; readonly on: IsoDate },
): Promise<ClaimsQuarter | undefined> {
  const claim = (await foldAll(sources, [claimStream(bank, quarter)], claimFold)).get(claimStream(bank, quarter));
  const standing: readonly ClaimLine[] = (claim?.lines ?? []).filter(({ status }) => status !== "rejected");
  const facts = await claimFacts(sources, [...new Set(standing.map(({ loan }) => loan))].sort());
  const explanations = await readExplanations(sources.db, sources.district, claimsDesk(bank));
  const age = ageOf(dayAfter(quarter), on);
  const lines: JudgedLine[] = [];
  const differences: JudgedClaimDifference[] = [];
  for (const line of byLoan(standing)) {
    const judged = judgeClaimLine({ ...line, quarter }, facts.loanOf(line.loan), facts.policy, fen);
    lines.push(judged);
    const corrected = line.status === "approved" && bookedSubsidy(facts.subsidyOf(line.loan), quarter) === judged.ours.amount;
    for (const one of judged.differences) {
      const explanation = explanations.get(one.id);
      const status = corrected ? "resolved" : statusOf(explanation, on);
      differences.push({ ...one, status, age, bucket: bucketOf(age), ...(explanation ? { explanation } : {}) });
    }
  }
  const unclaimed = await unclaimedOfQuarter(sources, { bank, quarter, on });
  for (const one of unclaimed) {
    const { id, loan, figures, status, bucket, explanation } = one;
    const told = { id, loan, field: "unclaimed", theirs: 0n, ours: figures.amount, amount: -figures.amount, cause: "not-claimed" } as const;
    differences.push({ ...told, status, age: one.age, bucket, ...(explanation ? { explanation } : {}) });
  }
  if (lines.length === 0 && unclaimed.length === 0) return undefined;
  return { desk: claimsDesk(bank), bank, quarter, lines, unclaimed, differences };
}
