/*
 * 三方分担 and 追回 (domain 4.10–4.12; T6, R4, R18): splits by largest remainder in the order of the agreement.
 */
import type { IsoDate } from "@huimin/calendar";
import { Exact, type Fen, fen, formatAmount, minFen, parsePercent, splitLargestRemainder, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { EquityState } from "./evolve-equity.ts";
import { type LossState, openShare, openUncovered, recovered, sharedLoss } from "./evolve-loss.ts";
import { agreedRiskRatio, capLeft, policyOn } from "./figures.ts";
import type { EquityPayload, FundSource, LossParty, LossWeights } from "./schema.ts";

type Refused = { readonly ok: false; readonly refusal: Refusal };

/** Each party at most once, sum 100: LOSS_WEIGHTS_NOT_100. */
export function weightsRefusal(weights: LossWeights, path = "/weights"): Refused | undefined {
  const sum = weights.reduce((total, { weight }) => total.add(parsePercent(weight) ?? new Exact(-1000)), new Exact(0));
  const once = new Set(weights.map(({ party }) => party)).size === weights.length;
  return once && sum.eq(100) ? undefined : refuse(errors.LOSS_WEIGHTS_NOT_100, { sum: sum.toFixed() }, { path });
}

/** Whether a party bears anything. */
export const bears = (weights: LossWeights, party: LossParty): boolean =>
  weights.some((one) => one.party === party && new Exact(one.weight).gt(0));

const textOf = (weights: LossWeights): string =>
  weights
    .filter(({ weight }) => new Exact(weight).gt(0))
    .map(({ party, weight }) => `${party} ${new Exact(weight).toFixed()}`)
    .join(", ");

export type LossShares = Readonly<Record<LossParty, Fen>>;

/** An amount by the weights: largest remainder, ties to the larger weight, then in the order of the agreement (R7). */
export function shareOut(total: Fen, weights: LossWeights): { readonly shares: LossShares; readonly residueTo: LossParty[] } {
  const exact = weights.map(({ weight }) => new Exact(weight));
  const parts = splitLargestRemainder(total, exact);
  const shares: Record<LossParty, Fen> = { government: 0n, enterprise: 0n, insurer: 0n };
  const residueTo: LossParty[] = [];
  for (const [index, { party }] of weights.entries()) {
    const part = parts[index] as Fen;
    shares[party] = part;
    const floor = new Exact(total.toString()).mul(exact[index] as Exact).divToInt(100);
    if (part > BigInt(floor.toFixed(0))) residueTo.push(party);
  }
  return { shares, residueTo };
}

export const amountsOf = (shares: LossShares): EquityPayload<"LossShared">["shares"] => ({
  government: formatAmount(shares.government),
  enterprise: formatAmount(shares.enterprise),
  insurer: formatAmount(shares.insurer),
});

export interface SharingRequest {
  readonly ref: string;
  /** As given, in the order of the agreement; the agreement's own when absent. */
  readonly weights: LossWeights | undefined;
  readonly source: FundSource;
}

export interface SharingFacts {
  readonly loss: LossState;
  readonly recognised: EquityPayload<"InvestmentLossRecognised"> & { readonly on: IsoDate };
  readonly equity: EquityState;
  /** model4.riskRatio of the day of the loss, where no agreement says otherwise */
  readonly defaultWeights: LossWeights;
  /** equity.sources.loss of the day */
  readonly sourcesAllowed: readonly string[];
}

/**
 * Shares a recognised loss. Refuses weights that are not 100 (LOSS_WEIGHTS_NOT_100), money that may not bear a loss
 * (LOSS_SOURCE_NOT_ALLOWED), a loss that is shared (LOSS_SHARED_ALREADY), weights that the agreement does not have
 * (LOSS_WEIGHTS_DIFFER), and an insurer's weight without a policy on the day of the loss (EQUITY_POLICY_MISSING).
 */
export function shareLoss(
  request: SharingRequest,
  facts: SharingFacts,
): Result<EquityPayload<"LossShared"> & { readonly covered: Fen }, Refusal> {
  const { ref, source } = request;
  const { recognised, equity } = facts;
  const { enterprise, loss, on } = recognised;
  const agreed = agreedRiskRatio(equity, on);
  const weights = request.weights ?? agreed ?? facts.defaultWeights;
  const unequal = weightsRefusal(weights);
  if (unequal) return unequal;
  if (!facts.sourcesAllowed.includes(source)) return refuse(errors.LOSS_SOURCE_NOT_ALLOWED, { source }, { path: "/source" });
  if (sharedLoss(facts.loss)) return refuse(errors.LOSS_SHARED_ALREADY, { ref }, { path: "/ref" });
  if (agreed && textOf(agreed) !== textOf(weights)) {
    return refuse(errors.LOSS_WEIGHTS_DIFFER, { given: textOf(weights), agreed: textOf(agreed) }, { path: "/weights" });
  }
  const { shares, residueTo } = shareOut(fen(loss), weights);
  const policy = policyOn(equity, on);
  const insurerShares = bears(weights, "insurer");
  if (insurerShares && !policy) return refuse(errors.EQUITY_POLICY_MISSING, { enterprise, on });
  const insurance = insurerShares && policy ? { insurer: policy.insurer, policy: policy.policy } : {};
  const covered = insurerShares && policy ? coveredOf(equity, policy, shares.insurer) : 0n;
  const uncovered = formatAmount(shares.insurer - covered);
  return ok({ ref, enterprise, ...insurance, loss, weights, shares: amountsOf(shares), residueTo, uncovered, source, covered });
}

/** What the policy pays of a share: less the deductible 免赔额, at most what is left of the cap. */
function coveredOf(equity: EquityState, policy: EquityPayload<"InsurancePolicyBound">, share: Fen): Fen {
  const afterDeductible = share - minFen(share, fen(policy.deductible));
  const left = capLeft(equity, policy);
  return left > 0n ? minFen(afterDeductible, left) : 0n;
}

/**
 * A payment of a share 分担款到账. Without a stated deductible it is what the policy leaves uncovered, where the payment leaves exactly that
 * open; otherwise nothing. Refuses a payer that bears no share (LOSS_PARTY_UNKNOWN), nothing open (LOSS_SHARE_NOT_OPEN),
 * more than is open (LOSS_ABOVE_OPEN_SHARE), a deductible that the policy does not have (LOSS_DEDUCTIBLE_ABOVE_POLICY).
 */
export function receiveShare(
  request: { readonly ref: string; readonly party: string; readonly amount: Fen; readonly deductible: Fen | undefined },
  loss: LossState,
): Result<EquityPayload<"LossShareReceived">, Refusal> {
  const { ref, party, amount } = request;
  const shared = sharedLoss(loss);
  if (!shared) return refuse(errors.LOSS_SHARE_NOT_OPEN, { ref, party }, { path: "/ref" });
  const as = party === shared.enterprise ? "enterprise" : party === shared.insurer ? "insurer" : undefined;
  if (as === undefined) return refuse(errors.LOSS_PARTY_UNKNOWN, { ref, party }, { path: "/party" });
  const open = openShare(loss, as);
  if (open <= 0n) return refuse(errors.LOSS_SHARE_NOT_OPEN, { ref, party });
  const uncovered = as === "insurer" ? openUncovered(loss) : 0n;
  const deductible = request.deductible ?? (open - amount === uncovered ? uncovered : 0n);
  const settled = amount + deductible;
  if (settled > open) {
    return refuse(errors.LOSS_ABOVE_OPEN_SHARE, { amount: formatAmount(settled), open: formatAmount(open) }, { path: "/amount" });
  }
  if (deductible > uncovered) {
    const details = { deductible: formatAmount(deductible), uncovered: formatAmount(uncovered) };
    return refuse(errors.LOSS_DEDUCTIBLE_ABOVE_POLICY, details, { path: "/deductible" });
  }
  if (settled === 0n) return refuse(errors.EQUITY_AMOUNT_INVALID, { amount: formatAmount(amount) }, { path: "/amount" });
  const { enterprise } = shared;
  return ok({ ref, enterprise, party, as, amount: formatAmount(amount), deductible: formatAmount(deductible) });
}

/**
 * A recovery 追回 (R4): the cost is netted first, the net amount goes back in the ratio of the loss, whatever the insurer deducted (R18).
 * Refuses a loss that is not shared (LOSS_NOT_SHARED) and more than the loss in all (LOSS_RECOVERY_ABOVE_LOSS).
 */
export function recover(
  request: { readonly ref: string; readonly gross: Fen; readonly cost: Fen },
  loss: LossState,
): Result<EquityPayload<"LossRecoveryReceived">, Refusal> {
  const { ref, gross, cost } = request;
  const shared = sharedLoss(loss);
  if (!shared) return refuse(errors.LOSS_NOT_SHARED, { ref }, { path: "/ref" });
  const net = gross - cost;
  const total = recovered(loss) + net;
  if (net > 0n && total > fen(shared.loss)) {
    return refuse(errors.LOSS_RECOVERY_ABOVE_LOSS, { recovered: formatAmount(total), loss: shared.loss }, { path: "/gross" });
  }
  const { enterprise, insurer } = shared;
  const { shares } = shareOut(net > 0n ? net : 0n, shared.weights);
  const amounts = { gross: formatAmount(gross), cost: formatAmount(cost), net: formatAmount(net), shares: amountsOf(shares) };
  return ok({ ref, enterprise, ...(insurer === undefined ? {} : { insurer }), ...amounts });
}

/** Σ of items of a return. */
export const totalOf = (items: readonly { readonly amount: Fen }[]): Fen => sumFen(items.map(({ amount }) => amount));
