import type { Fold } from "@huimin/decider";
import type { DifferenceReason, PortfolioLine, ReconciliationPayload } from "./schema.ts";

/** One account at a bank that stands, or stood, for an account of the books. */
export interface Binding {
  readonly bank: string;
  readonly number: string;
  readonly from: string;
  readonly to?: string;
  readonly openingBalance: string;
}

export interface FundAccountState {
  readonly bindings: readonly Binding[];
}

export const fundAccountFold: Fold<FundAccountState> = {
  initialState: { bindings: [] },
  evolve: (state, event) => {
    switch (event.type) {
      case "FundAccountBound": {
        const { bank, number, from, openingBalance } = event.payload as ReconciliationPayload<"FundAccountBound">;
        return { bindings: [...state.bindings, { bank, number, from, openingBalance }] };
      }
      case "FundAccountEnded": {
        const { bank, to } = event.payload as ReconciliationPayload<"FundAccountEnded">;
        return { bindings: state.bindings.map((one) => (one.bank === bank && one.to === undefined ? { ...one, to } : one)) };
      }
      default:
        return state;
    }
  },
};

/** The bank's binding that stands on a day. */
export const bindingOn = (state: FundAccountState, bank: string, day: string): Binding | undefined =>
  state.bindings.find((one) => one.bank === bank && one.from <= day && (one.to === undefined || day <= one.to));

export interface Explanation {
  readonly reason: DifferenceReason;
  readonly clearBy: string;
}

/** What was said at a desk. Made explanations and matches of closed days stay: they are few. */
export interface DeskState {
  readonly explanations: ReadonlyMap<string, Explanation>;
  /** Items of every standing match by its number. */
  readonly matches: ReadonlyMap<string, readonly string[]>;
  /** Match that an item is in. */
  readonly matchOf: ReadonlyMap<string, string>;
  /** Who said something since the last closing (制单): none of them closes (审核). */
  readonly makers: ReadonlySet<string>;
  readonly lastClosed?: { readonly day: string; readonly balancePerBank: string; readonly knownAt: number };
}

export const deskFold: Fold<DeskState> = {
  initialState: { explanations: new Map(), matches: new Map(), matchOf: new Map(), makers: new Set() },
  evolve: (state, event) => {
    const makers = (): ReadonlySet<string> => new Set([...state.makers, event.actor]);
    switch (event.type) {
      case "DifferenceExplained": {
        const { items, reason, clearBy } = event.payload as ReconciliationPayload<"DifferenceExplained">;
        const said = items.map((item): [string, Explanation] => [item, { reason, clearBy }]);
        return { ...state, makers: makers(), explanations: new Map([...state.explanations, ...said]) };
      }
      case "DifferenceResolved": {
        const { match, items, by = [] } = event.payload as ReconciliationPayload<"DifferenceResolved">;
        return { ...(match === undefined ? state : matched(state, match, [...items, ...by])), makers: makers() };
      }
      case "MatchConfirmed": {
        const { match, items } = event.payload as ReconciliationPayload<"MatchConfirmed">;
        return { ...matched(state, match, items), makers: makers() };
      }
      case "MatchUndone": {
        const { match } = event.payload as ReconciliationPayload<"MatchUndone">;
        return { ...(match === undefined ? state : unmatched(state, match)), makers: makers() };
      }
      case "BankDayClosed": {
        const { day, balancePerBank, knownAt } = event.payload as ReconciliationPayload<"BankDayClosed">;
        return { ...state, makers: new Set<string>(), lastClosed: { day, balancePerBank, knownAt } };
      }
      default:
        return state;
    }
  },
};

const matched = (state: DeskState, match: string, items: readonly string[]): DeskState => ({
  ...state,
  matches: new Map([...state.matches, [match, items]]),
  matchOf: new Map([...state.matchOf, ...items.map((item): [string, string] => [item, match])]),
});

function unmatched(state: DeskState, match: string): DeskState {
  const matches = new Map(state.matches);
  matches.delete(match);
  return { ...state, matches, matchOf: new Map([...state.matchOf].filter(([, of]) => of !== match)) };
}

/** What is known of a portfolio file's stream: lines by file and part, and the file that counts. */
export interface PortfolioFileState {
  readonly parts: ReadonlyMap<string, ReadonlyMap<number, readonly PortfolioLine[]>>;
  readonly current?: { readonly sha256: string; readonly rows: number; readonly principal: string };
}

export const portfolioFold: Fold<PortfolioFileState> = {
  initialState: { parts: new Map() },
  evolve: (state, event) => {
    switch (event.type) {
      case "PortfolioLinesReceived": {
        const { sha256, part, lines } = event.payload as ReconciliationPayload<"PortfolioLinesReceived">;
        const of = new Map(state.parts.get(sha256) ?? []).set(part, lines);
        return { ...state, parts: new Map(state.parts).set(sha256, of) };
      }
      case "PortfolioReceived": {
        const { sha256, rows, principal } = event.payload as ReconciliationPayload<"PortfolioReceived">;
        return { ...state, current: { sha256, rows, principal } };
      }
      default:
        return state;
    }
  },
};
