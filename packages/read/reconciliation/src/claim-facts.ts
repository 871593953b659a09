import type { BankPortfolio } from "@huimin/bank-portfolio";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { linkageFold, linkageStream, noLinkage } from "@huimin/linkage/events";
import { loanStream, loanTimelineFold } from "@huimin/loan/events";
import { type Policy, type PolicyKey, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import { CLAIM_KEYS, type SubsidisedLoan, type SubsidyState, subsidisedLoan, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import type { Queryable } from "./desk-source.ts";

export interface ClaimSources {
  readonly db: Queryable;
  readonly store: Pick<EventStore, "readStreams">;
  readonly portfolio: BankPortfolio;
  readonly district: string;
}

/** Streams of one round trip. */
const STREAMS_PER_READ = 500;

export async function foldAll<S>(
  { store, district }: Pick<ClaimSources, "store" | "district">,
  streams: readonly string[],
  fold: Fold<S>,
): Promise<Map<string, S>> {
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

/** What claims are judged by: the policy, and each loan with what was subsidised of it. */
export interface ClaimFacts {
  readonly policy: Policy;
  /** Undefined where we know no drawing of it. */
  readonly loanOf: (loan: string) => SubsidisedLoan | undefined;
  readonly subsidyOf: (loan: string) => SubsidyState;
}

export async function claimFacts(sources: ClaimSources, loans: readonly string[]): Promise<ClaimFacts> {
  const states = await foldAll(sources, loans.map(loanStream), loanTimelineFold);
  const subsidies = await foldAll(sources, loans.map(subsidyStream), subsidyFold);
  const policies = await foldAll(sources, CLAIM_KEYS.map(policyStream), policyFold);
  const enterprises = [...new Set([...states.values()].flatMap(({ subject }) => subject?.enterprise ?? []))];
  const linkages = await foldAll(sources, enterprises.map(linkageStream), linkageFold);
  return {
    policy: policyOf(new Map(CLAIM_KEYS.map((key: PolicyKey) => [key, policies.get(policyStream(key)) ?? policyFold.initialState]))),
    loanOf(loan) {
      const state = states.get(loanStream(loan));
      const enterprise = state?.subject?.enterprise;
      const linkage = enterprise === undefined ? noLinkage : (linkages.get(linkageStream(enterprise)) ?? noLinkage);
      return state && subsidisedLoan(state, linkage);
    },
    subsidyOf: (loan) => subsidies.get(subsidyStream(loan)) ?? subsidyFold.initialState,
  };
}
