import { addMonths, type IsoDate, type Quarter } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { linkageFold, linkageStream, noLinkage } from "@huimin/linkage/events";
import { loanStream, loanTimelineFold } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import { type PolicyKey, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import { claimsDesk } from "@huimin/reconciliation/events";
import {
  bookedSubsidy,
  type ClaimLine,
  claimFold,
  claimStream,
  SUBSIDY_KEYS,
  subsidisedLoan,
  subsidyFold,
  subsidyStream,
} from "@huimin/subsidy/events";
import { type ClaimDifference, type JudgedLine, judgeClaimLine } from "./claims.ts";
import { type Queryable, readExplanations } from "./desk-source.ts";
import { type AgeBucket, ageOf, bucketOf, type DeskExplanation } from "./difference.ts";
import { statusOf } from "./portfolio-day.ts";

export interface ClaimSources {
  readonly db: Queryable;
  readonly store: Pick<EventStore, "readStreams">;
  readonly district: string;
}

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
  readonly differences: readonly JudgedClaimDifference[];
}

/** Streams of one round trip. */
const STREAMS_PER_READ = 500;

async function foldAll<S>({ store, district }: ClaimSources, streams: readonly string[], fold: Fold<S>): Promise<Map<string, S>> {
  const states = new Map<string, S>();
  for (let start = 0; start < streams.length; start += STREAMS_PER_READ) {
    const wanted = streams.slice(start, start + STREAMS_PER_READ).map((stream) => ({ stream, afterVersion: 0 }));
    for (const { stream, events } of await store.readStreams(district, wanted))
      states.set(
        stream,
        events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState),
      );
  }
  return states;
}

/** First day after a quarter: from it a claim is waited for. */
const endOf = (quarter: Quarter): IsoDate =>
  addMonths(`${quarter.slice(0, 4)}-${String(Number(quarter[5]) * 3 - 2).padStart(2, "0")}-01`, 3);

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
 * A bank's claim of a quarter against interest and subsidy computed again; undefined where nothing was claimed. What was
 * accrued and corrected since (贴息订正、追回) is resolved by that: the books have what is right.
 */
export async function claimsQuarter(
  sources: ClaimSources,
  { bank, quarter, on }: { readonly bank: string; readonly quarter: Quarter; readonly on: IsoDate },
): Promise<ClaimsQuarter | undefined> {
  const claim = (await foldAll(sources, [claimStream(bank, quarter)], claimFold)).get(claimStream(bank, quarter));
  const standing: readonly ClaimLine[] = (claim?.lines ?? []).filter(({ status }) => status !== "rejected");
  if (standing.length === 0) return undefined;
  const loans = [...new Set(standing.map(({ loan }) => loan))].sort();
  const [states, subsidies, policies] = [
    await foldAll(sources, loans.map(loanStream), loanTimelineFold),
    await foldAll(sources, loans.map(subsidyStream), subsidyFold),
    await foldAll(sources, SUBSIDY_KEYS.map(policyStream), policyFold),
  ];
  const enterprises = [...new Set([...states.values()].flatMap(({ subject }) => subject?.enterprise ?? []))];
  const linkages = await foldAll(sources, enterprises.map(linkageStream), linkageFold);
  const policy = policyOf(new Map(SUBSIDY_KEYS.map((key: PolicyKey) => [key, policies.get(policyStream(key)) ?? policyFold.initialState])));
  const explanations = await readExplanations(sources.db, sources.district, claimsDesk(bank));
  const age = ageOf(endOf(quarter), on);
  const lines: JudgedLine[] = [];
  const differences: JudgedClaimDifference[] = [];
  for (const line of byLoan(standing)) {
    const state = states.get(loanStream(line.loan));
    const enterprise = state?.subject?.enterprise;
    const linkage = enterprise === undefined ? noLinkage : (linkages.get(linkageStream(enterprise)) ?? noLinkage);
    const judged = judgeClaimLine({ ...line, quarter }, state && subsidisedLoan(state, linkage), policy, fen);
    lines.push(judged);
    const subsidy = subsidies.get(subsidyStream(line.loan));
    const corrected = line.status === "approved" && subsidy !== undefined && bookedSubsidy(subsidy, quarter) === judged.ours.amount;
    for (const one of judged.differences) {
      const explanation = explanations.get(one.id);
      const status = corrected ? "resolved" : statusOf(explanation, on);
      differences.push({ ...one, status, age, bucket: bucketOf(age), ...(explanation ? { explanation } : {}) });
    }
  }
  return { desk: claimsDesk(bank), bank, quarter, lines, differences };
}
