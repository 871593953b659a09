import type { Data, Yields } from "./format.ts";
import { fenOf, largestRemainder, sum, wholeWeights, yuanOf } from "./numbers.ts";
import type { Handler } from "./own.ts";
import type { Loss, World } from "./world.ts";

function lossOf(world: World, ref: string): Loss {
  const loss = world.losses.get(ref);
  if (!loss) throw new Error(`no loss ${ref}`);
  return loss;
}

/** Shares of government, enterprise and insurer by the weights of the case. */
function splitOf({ weights }: Loss, amount: bigint) {
  const shares = largestRemainder(amount, wholeWeights(weights.map(({ party, weight }) => ({ key: party, weight }))));
  const of = (party: string): bigint => shares.get(party) ?? 0n;
  return { government: of("government"), enterprise: of("enterprise"), insurer: of("insurer") };
}

const answerOf = (shares: ReturnType<typeof splitOf>): Yields =>
  Object.fromEntries(Object.entries(shares).map(([party, amount]) => [party, yuanOf(amount)]));

const insurerAux = (ref: string, insurer: string) => ({ ref, insurer, fund: "equity" });

/** The insurer of an enterprise's policy; the only one of the district where no policy is a fact. */
function insurerOf(world: World, enterprise: string): string {
  return world.insurerOf.get(enterprise) ?? world.file.parties.insurer?.[0]?.id ?? "";
}

function share(world: World, { ref, weights }: Data): Yields {
  const loss = lossOf(world, ref);
  loss.weights = weights;
  const shares = splitOf(loss, loss.loss);
  const { enterprise, insurer } = loss;
  world.post("G", "5901.01", { ref }, shares.government);
  world.post("G", "1218.04", { enterprise, ref }, shares.enterprise);
  world.post("G", "1218.02", insurerAux(ref, insurer), shares.insurer);
  world.post("G", "1501.01", { enterprise }, -loss.loss);
  return answerOf(shares);
}

/** The deductible of the insurer is borne by the district. */
function receiveShare(world: World, { ref, party, amount, deductible }: Data): undefined {
  const { enterprise, insurer } = lossOf(world, ref);
  const aux = insurerAux(ref, insurer);
  world.entry("G", ["1002.05"], party === enterprise ? ["1218.04", { enterprise, ref }] : ["1218.02", aux], fenOf(amount));
  if (deductible !== undefined) world.entry("G", ["5901.01", { ref }], ["1218.02", aux], fenOf(deductible));
}

/** R4, R8, R18: the net goes back in the ratio of the loss, whatever the deductible was. */
function recover(world: World, { ref, gross, cost }: Data): Yields {
  const loss = lossOf(world, ref);
  const net = fenOf(gross) - fenOf(cost);
  if (net <= 0n) {
    world.entry("G", ["5901.02", { ref }], ["1002.05"], -net);
    return { net: yuanOf(0n), ...answerOf(splitOf(loss, 0n)) };
  }
  const shares = splitOf(loss, net);
  world.post("G", "1002.05", {}, net);
  world.post("G", "5901.01", { ref }, -shares.government);
  world.post("G", "2307.02", { party: loss.enterprise, ref }, -shares.enterprise);
  world.post("G", "2307.02", { party: loss.insurer, ref }, -shares.insurer);
  return { net: yuanOf(net), ...answerOf(shares) };
}

function giveBack(world: World, { ref }: Data): Yields {
  const loss = lossOf(world, ref);
  const totals = [loss.enterprise, loss.insurer].map((party) => {
    const held = -world.balance("G", "2307.02", { aux: { party, ref } });
    world.entry("G", ["2307.02", { party, ref }], ["1002.05"], held);
    return held;
  });
  return { total: yuanOf(sum(totals)) };
}

/** Cost and price of a part; the difference is investment income or a loss of the district. */
function redeem(world: World, { enterprise, amount, price }: Data): undefined {
  const gain = fenOf(price) - fenOf(amount);
  world.post("G", "1002.05", {}, fenOf(price));
  world.post("G", "1501.01", { enterprise }, -fenOf(amount));
  world.post("G", gain > 0n ? "4602" : "5901.01", { enterprise }, -gain);
}

/** Government equity (model 4). */
export const EQUITY: Readonly<Record<string, Handler>> = {
  EquityFundsAppropriated: (world, { amount, source }) => void world.entry("G", ["1002.05"], ["4001.03", { source }], fenOf(amount)),
  InvestmentAgreementSigned: () => undefined,
  EquityInvested: (world, { enterprise, amount }) => void world.entry("G", ["1501.01", { enterprise }], ["1002.05"], fenOf(amount)),
  InsurancePolicyBound: (world, { insurer, enterprise, premium, payer }) => {
    world.insurerOf.set(enterprise, insurer);
    if (payer === "district") world.entry("G", ["5001.03"], ["1002.05"], fenOf(premium));
    return undefined;
  },
  InvestmentLossRecognised: (world, { ref, enterprise, loss }) =>
    void world.losses.set(ref, { enterprise, loss: fenOf(loss), weights: [], insurer: insurerOf(world, enterprise) }),
  LossShared: share,
  LossShareReceived: receiveShare,
  LossRecoveryReceived: recover,
  RecoveryShareReturned: giveBack,
  EquityRedeemed: redeem,
};
