import type { CommandDefinition } from "@huimin/decider";
import { load } from "@huimin/decider";
import { fen, formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { enterpriseFold, enterpriseStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { stakeRefusal } from "./commands-money.ts";
import { receiveShare, recover, shareLoss, totalOf } from "./decide-loss.ts";
import { errors } from "./errors.ts";
import { equityStream } from "./evolve-equity.ts";
import { lossStream, recognisedLoss, sharesToReturn } from "./evolve-loss.ts";
import { AmountText, Currency, closed, DateField, EvidenceText, Id, LossWeightsField, SerialText, SourceField } from "./fields.ts";
import { amountOf, dayOf, equityEvent, fundMoves, gatherEquity, gatherKnownLoss, gatherLoss } from "./gather.ts";
import type { LossWeights } from "./schema.ts";

export const RecogniseInvestmentLossBody = Type.Object(
  {
    ref: Id,
    enterprise: Id,
    loss: AmountText,
    basis: Type.Union([Type.Literal("valuation"), Type.Literal("judgment"), Type.Literal("bankruptcy")]),
    document: EvidenceText,
    decision: EvidenceText,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 4.9 确认损失 (FIN-R) by `document` (评估报告, 判决书) and a collective `decision`. Posted when it is shared. Refuses more than the open stake
 * from the value date on (EQUITY_ABOVE_STAKE), a case number that is taken (LOSS_REF_TAKEN), and `basis` bankruptcy
 * before the filing (LOSS_BANKRUPTCY_NOT_FILED).
 */
export const RecogniseInvestmentLoss: CommandDefinition<Static<typeof RecogniseInvestmentLossBody>> = {
  name: "RecogniseInvestmentLoss",
  schema: RecogniseInvestmentLossBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.loss, "/loss");
    if (!amount.ok) return amount;
    const { ref, enterprise, loss, basis, document, decision } = command;
    const on = valueDate.value;
    if (recognisedLoss(yield* gatherLoss(ref))) return refuse(errors.LOSS_REF_TAKEN, { ref }, { path: "/ref" });
    if (basis === "bankruptcy") {
      const { bankruptcyFiledOn } = (yield* load(enterpriseStream(enterprise), enterpriseFold)).state;
      if (bankruptcyFiledOn === undefined || on < bankruptcyFiledOn)
        return refuse(errors.LOSS_BANKRUPTCY_NOT_FILED, { enterprise, on }, { path: "/basis" });
    }
    const equity = yield* gatherEquity(enterprise);
    const above = stakeRefusal(equity, enterprise, on, amount.value, "/loss");
    if (above) return above;
    const recognised = equityEvent("InvestmentLossRecognised", on, { ref, enterprise, loss, basis, document, decision });
    const impaired = equityEvent("StakeImpaired", on, { enterprise, ref, amount: loss, step: "recognised" });
    return ok({
      writes: [
        { stream: lossStream(ref), events: [recognised] },
        { stream: equityStream(enterprise), events: [impaired] },
      ],
      answer: { ref, enterprise, loss },
    });
  },
};

export const ShareLossBody = Type.Object(
  { ref: Id, weights: Type.Optional(LossWeightsField), source: SourceField, valueDate: Type.Optional(DateField) },
  closed,
);

/**
 * 4.10 三方分担 (FIN-R) of a whole recognised loss by the agreement's weights. `source`: the money that bears the district's
 * share. Answer: `government`, `enterprise`, `insurer`. Refusals: {@link shareLoss}, LOSS_UNKNOWN.
 */
export const ShareLoss: CommandDefinition<Static<typeof ShareLossBody>> = {
  name: "ShareLoss",
  schema: ShareLossBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const known = yield* gatherKnownLoss(command.ref);
    if (!known.ok) return known;
    const { recognised } = known.value;
    const policy = yield* loadPolicy(["model4.riskRatio", "equity.sources.loss"]);
    const ratio = policy.weights("model4.riskRatio", recognised.on).map(({ party, weight }) => ({ party, weight: weight.toFixed() }));
    const decided = shareLoss(
      { ref: command.ref, weights: command.weights, source: command.source },
      {
        ...known.value,
        defaultWeights: ratio as LossWeights,
        sourcesAllowed: policy.texts("equity.sources.loss", valueDate.value),
      },
    );
    if (!decided.ok) return decided;
    const { covered, ...shared } = decided.value;
    const { ref, enterprise, loss, policy: insured } = shared;
    const insurance = insured === undefined ? {} : { policy: insured, covered: formatAmount(covered) };
    const impaired = equityEvent("StakeImpaired", valueDate.value, { enterprise, ref, amount: loss, step: "shared", ...insurance });
    return ok({
      writes: [
        { stream: lossStream(ref), events: [equityEvent("LossShared", valueDate.value, shared)] },
        { stream: equityStream(enterprise), events: [impaired] },
      ],
      answer: { ref, ...shared.shares, residueTo: shared.residueTo, uncovered: shared.uncovered },
    });
  },
};

export const ReceiveLossShareBody = Type.Object(
  {
    ref: Id,
    party: Id,
    amount: AmountText,
    deductible: Type.Optional(AmountText),
    serial: SerialText,
    valueDate: Type.Optional(DateField),
    currency: Currency,
  },
  closed,
);

/**
 * 4.11 分担款到账 (bank message) of the enterprise or the insurer, in parts or whole. The insurer's deductible 免赔额 is borne
 * by the district. Answer: what is booked. Refusals: {@link receiveShare}.
 */
export const ReceiveLossShare: CommandDefinition<Static<typeof ReceiveLossShareBody>> = {
  name: "ReceiveLossShare",
  schema: ReceiveLossShareBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount, "/amount", "zero");
    if (!amount.ok) return amount;
    const deductible = command.deductible === undefined ? ok(undefined) : amountOf(command.deductible, "/deductible", "zero");
    if (!deductible.ok) return deductible;
    const { ref, party, serial } = command;
    const decided = receiveShare({ ref, party, amount: amount.value, deductible: deductible.value }, yield* gatherLoss(ref));
    if (!decided.ok) return decided;
    const received = { ...decided.value, serial };
    const { enterprise } = received;
    const move = { amount: amount.value, cause: "LossShareReceived", valueDate: valueDate.value, enterprise, ref };
    const moves = fundMoves(yield* gatherEquity(enterprise), move);
    return ok({
      writes: [{ stream: lossStream(ref), events: [equityEvent("LossShareReceived", valueDate.value, received)] }, ...moves],
      answer: { ref, party, amount: received.amount, deductible: received.deductible },
    });
  },
};

export const ReceiveLossRecoveryBody = Type.Object(
  { ref: Id, gross: AmountText, cost: AmountText, serial: SerialText, valueDate: Type.Optional(DateField), currency: Currency },
  closed,
);

/** 4.12 追回 (bank message). Answer: `net` and the shares `government`, `enterprise`, `insurer`. Refusals: {@link recover}, LOSS_UNKNOWN. */
export const ReceiveLossRecovery: CommandDefinition<Static<typeof ReceiveLossRecoveryBody>> = {
  name: "ReceiveLossRecovery",
  schema: ReceiveLossRecoveryBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const gross = amountOf(command.gross, "/gross", "zero");
    if (!gross.ok) return gross;
    const cost = amountOf(command.cost, "/cost", gross.value === 0n ? "positive" : "zero");
    if (!cost.ok) return cost;
    const { ref, serial } = command;
    const known = yield* gatherKnownLoss(ref);
    if (!known.ok) return known;
    const decided = recover({ ref, gross: gross.value, cost: cost.value }, known.value.loss);
    if (!decided.ok) return decided;
    const received = { ...decided.value, serial };
    const { enterprise, net, shares } = received;
    const move = { amount: fen(net), cause: "LossRecoveryReceived", valueDate: valueDate.value, enterprise, ref };
    return ok({
      writes: [
        { stream: lossStream(ref), events: [equityEvent("LossRecoveryReceived", valueDate.value, received)] },
        ...fundMoves(known.value.equity, move),
      ],
      answer: { ref, net, ...shares },
    });
  },
};

export const ReturnRecoveryShareBody = Type.Object(
  { ref: Id, serial: Type.Optional(SerialText), valueDate: Type.Optional(DateField) },
  closed,
);

/**
 * 返还分担款 (FIN-C): everything that recoveries of the case owe to enterprise and insurer. Answer: `total`. Refuses when that
 * is nothing (LOSS_NOTHING_TO_RETURN), LOSS_UNKNOWN.
 */
export const ReturnRecoveryShare: CommandDefinition<Static<typeof ReturnRecoveryShareBody>> = {
  name: "ReturnRecoveryShare",
  schema: ReturnRecoveryShareBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { ref, serial } = command;
    const known = yield* gatherKnownLoss(ref);
    if (!known.ok) return known;
    const owed = sharesToReturn(known.value.loss).filter(({ amount }) => amount > 0n);
    if (owed.length === 0) return refuse(errors.LOSS_NOTHING_TO_RETURN, { ref }, { path: "/ref" });
    const { enterprise } = known.value.recognised;
    const total = totalOf(owed);
    const items = owed.map(({ party, amount }) => ({ party, amount: formatAmount(amount) }));
    const payload = { ref, enterprise, total: formatAmount(total), items, ...(serial === undefined ? {} : { serial }) };
    const move = { amount: -total, cause: "RecoveryShareReturned", valueDate: valueDate.value, enterprise, ref };
    return ok({
      writes: [
        { stream: lossStream(ref), events: [equityEvent("RecoveryShareReturned", valueDate.value, payload)] },
        ...fundMoves(known.value.equity, move),
      ],
      answer: { ref, total: payload.total, items },
    });
  },
};
