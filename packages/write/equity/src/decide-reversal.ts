/*
 * Red entries (C1, C6): what an entry did to the other streams goes back with it, and nothing that stands on it is left
 * hanging.
 */
import type { StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { premiumMove } from "./commands-agreement.ts";
import { type Entries, type Entry, withoutEntry } from "./entries.ts";
import { type EquityState, equityStream } from "./evolve-equity.ts";
import { type EquityFundState, equityFundStream } from "./evolve-fund.ts";
import { type LossState, sharedLoss, sharesToReturn } from "./evolve-loss.ts";
import { leastOpenStake } from "./figures.ts";
import { equityEvent, fundMoves } from "./gather.ts";
import type { EquityPayload, ReversibleType } from "./schema.ts";

/** The streams that the entry's own stream belongs to, as far as they matter. */
export interface ReversalFacts {
  readonly equity: EquityState;
  readonly loss: LossState;
  readonly fund: EquityFundState;
}

const without = <S extends { readonly entries: Entries }>(state: S, entry: Entry): S => ({
  ...state,
  entries: withoutEntry(state.entries, entry.entry),
});

/** Later business stands on the entry: money invested, losses shared, shares received or returned. */
export function inUse(entry: Entry, { equity, loss, fund }: ReversalFacts): boolean {
  switch (entry.type) {
    case "EquityFundsAppropriated":
      return fund.cash < fen((entry.payload as EquityPayload<"EquityFundsAppropriated">).amount);
    case "InsurancePolicyBound": {
      const { policy } = entry.payload as EquityPayload<"InsurancePolicyBound">;
      return equity.impairments.some((one) => one.policy === policy);
    }
    case "EquityInvested":
      return leastOpenStake(without(equity, entry)) < 0n;
    case "InvestmentLossRecognised":
      return sharedLoss(loss) !== undefined;
    case "LossShared":
      return loss.entries.some((one) => !one.reversed && (one.type === "LossShareReceived" || one.type === "LossRecoveryReceived"));
    case "LossRecoveryReceived":
      return sharesToReturn(without(loss, entry)).some(({ amount }) => amount < 0n);
    default:
      return false;
  }
}

/** What goes back on the other streams. */
export function undone(entry: Entry, { equity }: ReversalFacts): StreamWrite[] {
  const { type, valueDate } = entry;
  const payload = entry.payload as { readonly enterprise: string; readonly ref?: string };
  const { enterprise, ref } = payload;
  const cash = (amount: Fen): StreamWrite[] => fundMoves(equity, { amount, cause: type, valueDate, enterprise, ...(ref ? { ref } : {}) });
  const impair = (step: "recognised" | "shared", loss: string): StreamWrite[] => [
    {
      stream: equityStream(enterprise),
      events: [equityEvent("StakeImpaired", valueDate, { enterprise, ref: ref as string, amount: `-${loss}`, step })],
    },
  ];
  const of = <T extends ReversibleType>(_: T) => entry.payload as EquityPayload<T>;
  switch (type) {
    case "InsurancePolicyBound":
      return premiumMove(of("InsurancePolicyBound"), valueDate, "");
    case "EquityInvested": {
      const { source, amount } = of("EquityInvested");
      const moved = equityEvent("EquityFundsMoved", valueDate, { source, amount, cause: type, enterprise });
      return [{ stream: equityFundStream(source), events: [moved], expect: "any" }];
    }
    case "EquityRedeemed":
      return cash(-fen(of("EquityRedeemed").price));
    case "InvestmentLossRecognised":
      return impair("recognised", of("InvestmentLossRecognised").loss);
    case "LossShared":
      return impairShared(equity, of("LossShared"), valueDate);
    case "LossShareReceived":
      return cash(-fen(of("LossShareReceived").amount));
    case "LossRecoveryReceived":
      return cash(-fen(of("LossRecoveryReceived").net));
    case "RecoveryShareReturned":
      return cash(fen(of("RecoveryShareReturned").total));
    default:
      return [];
  }
}

/** The book value comes back, and the cap of the policy with it. */
function impairShared(equity: EquityState, shared: EquityPayload<"LossShared">, valueDate: string): StreamWrite[] {
  const { enterprise, ref, loss, policy } = shared;
  const taken = equity.impairments.findLast((one) => one.ref === ref && one.step === "shared");
  const insurance = policy === undefined || taken?.covered === undefined ? {} : { policy, covered: formatAmount(-fen(taken.covered)) };
  const back = equityEvent("StakeImpaired", valueDate, { enterprise, ref, amount: `-${loss}`, step: "shared", ...insurance });
  return [{ stream: equityStream(enterprise), events: [back] }];
}
