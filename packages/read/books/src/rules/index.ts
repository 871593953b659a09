import { BrokenInvariant } from "@huimin/outcome";
import { assertBalanced, type DatedRules, type PostableEvent, type Posting, toPriorYear } from "../posting.ts";
import { dividendRules, dividendSilent } from "./dividend.ts";
import { donationRules, donationSilent } from "./donation.ts";
import { equityRules, equitySilent } from "./equity.ts";
import { linkageRules, linkageSilent } from "./linkage.ts";
import { loanRules, loanSilent } from "./loan.ts";
import { payoutRules, payoutSilent } from "./payout.ts";
import { periodRules, periodSilent } from "./period.ts";
import { pooledSilent } from "./pooled.ts";
import { riskFundRules, riskFundSilent } from "./risk-fund.ts";
import {
  bankClientSilent,
  bankFileSilent,
  noticeSilent,
  policySilent,
  privacySilent,
  proposalSilent,
  reconciliationSilent,
  registrySilent,
  statementSilent,
  webhookSilent,
  yearEndRunSilent,
} from "./silent.ts";
import { subsidyRules, subsidySilent } from "./subsidy.ts";

const rules: ReadonlyMap<string, DatedRules> = new Map(
  Object.entries({
    ...loanRules,
    ...linkageRules,
    ...subsidyRules,
    ...periodRules,
    ...dividendRules,
    ...payoutRules,
    ...riskFundRules,
    ...equityRules,
    ...donationRules,
  }),
);
const silent: ReadonlySet<string> = new Set([
  ...registrySilent,
  ...bankClientSilent,
  ...policySilent,
  ...bankFileSilent,
  ...reconciliationSilent,
  ...webhookSilent,
  ...privacySilent,
  ...proposalSilent,
  ...statementSilent,
  ...noticeSilent,
  ...yearEndRunSilent,
  ...loanSilent,
  ...linkageSilent,
  ...pooledSilent,
  ...subsidySilent,
  ...periodSilent,
  ...dividendSilent,
  ...payoutSilent,
  ...equitySilent,
  ...donationSilent,
  ...riskFundSilent,
]);

/** Event types that post, and types that are known not to. */
export const postingTypes = (): readonly string[] => [...rules.keys()];
export const silentTypes = (): readonly string[] => [...silent];

/**
 * What is posted anew (C2) or by difference (C3) for a voucher of a closed fiscal year belongs to that year, as its reversal
 * does. A correction that works out the parts itself (R10) is left as it is.
 */
function corrected({ period, correctsPeriod, payload }: PostableEvent, posting: Posting): Posting {
  if (correctsPeriod === undefined || correctsPeriod.slice(0, 4) >= period.slice(0, 4)) return posting;
  if (["priorYears", "sameYear"].some((part) => Object.hasOwn(payload as object, part))) return posting;
  return { ...posting, entries: posting.entries.map(toPriorYear) };
}

const NOTHING: Posting = Object.freeze({ text: "", entries: [] });

/**
 * The lines of an event, by the rule of its type in force in its period. Throws {@link BrokenInvariant} for a type
 * that the books do not know and for lines that do not balance in each book: the projector then stops.
 */
export function postingOf(event: PostableEvent): Posting {
  const dated = rules.get(event.type);
  if (dated === undefined) {
    if (silent.has(event.type)) return NOTHING;
    throw new BrokenInvariant(`the books have no posting rule for event type ${event.type} (position ${event.position})`);
  }
  let applicable = dated[0];
  for (const candidate of dated) if (candidate.from <= event.period) applicable = candidate;
  const posting = corrected(event, (applicable as DatedRules[number]).rule(event.payload, event));
  assertBalanced(event, posting);
  return posting;
}

const batches = new WeakMap<readonly PostableEvent[], readonly Posting[]>();

/** {@link postingOf} of a batch, worked out once for all read models that are given the same batch. */
export function postingsOf(events: readonly PostableEvent[]): readonly Posting[] {
  const known = batches.get(events);
  if (known !== undefined) return known;
  const postings = events.map(postingOf);
  batches.set(events, postings);
  return postings;
}
