import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Entries, withEntry, withoutEntry } from "./entries.ts";
import type { EquityPayload } from "./schema.ts";

export const equityStream = (enterprise: string): string => `equity/${enterprise}`;

export type AgreementTerms = Omit<EquityPayload<"InvestmentAgreementAmended">, "enterprise" | "agreement" | "decision">;

/** 入股协议: its terms as they hold from a value date on, the first from its signing. */
export interface Agreement {
  readonly agreement: string;
  readonly versions: readonly { readonly on: IsoDate; readonly terms: AgreementTerms }[];
}

/** A loss as the stake knows it. */
export interface Impairment {
  readonly ref: string;
  readonly step: "recognised" | "shared";
  readonly valueDate: IsoDate;
  readonly amount: string;
  /** The insurance policy that shares it, and how much of its cap it takes. */
  readonly policy?: string;
  readonly covered?: string;
}

/** What the district has in an enterprise, with its agreements and its insurance. Figures over it: `figures.ts`. */
export interface EquityState {
  readonly enterprise: string | undefined;
  readonly agreements: readonly Agreement[];
  /** Policies, investments and redemptions. */
  readonly entries: Entries;
  readonly impairments: readonly Impairment[];
}

export const equityFold: Fold<EquityState> = {
  initialState: { enterprise: undefined, agreements: [], entries: [], impairments: [] },
  evolve(state, event): EquityState {
    switch (event.type) {
      case "InvestmentAgreementSigned":
      case "InvestmentAgreementAmended":
        return { ...state, enterprise: event.payload.enterprise, agreements: withTerms(state.agreements, event) };
      case "InsurancePolicyBound":
      case "EquityInvested":
      case "EquityRedeemed":
        return { ...state, enterprise: event.payload.enterprise, entries: withEntry(state.entries, event, event.type) };
      case "StakeImpaired": {
        const { enterprise: _, ...impairment } = event.payload as EquityPayload<"StakeImpaired">;
        return { ...state, impairments: [...state.impairments, { ...impairment, valueDate: event.valueDate }] };
      }
      case "EquityEntryReversed":
        return { ...state, entries: withoutEntry(state.entries, event.payload.entry) };
      default:
        return state;
    }
  },
};

function withTerms(agreements: readonly Agreement[], event: RecordedEvent): readonly Agreement[] {
  const { enterprise: _, agreement, decision: __, publicity: ___, ...terms } = event.payload as EquityPayload<"InvestmentAgreementSigned">;
  const version = { on: event.valueDate, terms };
  const known = agreements.find((one) => one.agreement === agreement);
  if (!known) return [...agreements, { agreement, versions: [version] }];
  const versions = [...known.versions, version].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  return agreements.map((one) => (one === known ? { agreement, versions } : one));
}
