import { equityFold, equityStream } from "@huimin/equity/events";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { isRefused, type Outcome } from "../district.ts";
import type { Entry, Fact } from "../format.ts";
import { inOrder, type Playable, pick, plain, type Story } from "../story.ts";

/*
 * 政企联动. What no fact states of agreements and insurance policies is implied just before the money moves: their terms are
 * those that the file's other facts show (the ratio of a loss, who insures it and what the insurer deducts).
 */

const EVIDENCE = { decision: "会议纪要", publicity: "公示照片" };

const factsOf = (story: Story, event: string, enterprise: string): readonly Fact[] =>
  story.facts.filter((fact) => fact.event === event && fact.data.enterprise === enterprise);

/** The facts of the enterprise's losses, of one event. */
function factsOfLosses(story: Story, event: string, enterprise: string): readonly Fact[] {
  const refs = factsOf(story, "InvestmentLossRecognised", enterprise).map(({ data }) => data.ref);
  return story.facts.filter((fact) => fact.event === event && refs.includes(fact.data.ref));
}

/** The ratio of the agreement, as the first loss of the enterprise shows it. */
const riskRatio = (story: Story, enterprise: string): object => {
  const weights = factsOfLosses(story, "LossShared", enterprise)[0]?.data.weights;
  return weights === undefined ? {} : { riskRatio: weights };
};

const signAgreement = (entry: Entry, story: Story, amount: string): Promise<Outcome> => {
  const { enterprise } = entry.data;
  const body = { enterprise, amount, ...riskRatio(story, enterprise), ...EVIDENCE, valueDate: entry.valueDate };
  return story.district.send("SignInvestmentAgreement", body, "FIN-R");
};

/** Who insures the enterprise: by its policy, by the payments of the insurer, else any insurer of the file. */
async function insurerOf(entry: Entry, story: Story): Promise<string> {
  const { enterprise } = entry.data;
  const named =
    factsOf(story, "InsurancePolicyBound", enterprise)[0]?.data.insurer ??
    factsOfLosses(story, "LossShareReceived", enterprise).find(({ data }) => data.party !== enterprise)?.data.party ??
    story.parties.insurer?.[0]?.id;
  if (named !== undefined) return named;
  const party = "INSURER";
  await story.district.send("RegisterParty", { party, kind: "insurer", name: "测试保险公司", valueDate: entry.valueDate }, "FOF");
  return party;
}

/** Terms of a policy that the format doesn't state: what the insurer deducts of a loss, and cover for everything invested. */
function policyTerms(story: Story, enterprise: string): object {
  const invested = sumFen(factsOf(story, "EquityInvested", enterprise).map(({ data }) => fen(data.amount)));
  const byRef = new Map<string, bigint>();
  for (const { data } of factsOfLosses(story, "LossShareReceived", enterprise)) {
    if (data.deductible !== undefined) byRef.set(data.ref, (byRef.get(data.ref) ?? 0n) + fen(data.deductible));
  }
  const deductible = [...byRef.values()].reduce((most, one) => (one > most ? one : most), 0n);
  return {
    insuredAmount: formatAmount(invested > 0n ? invested : 100n),
    ...(deductible > 0n ? { deductible: formatAmount(deductible) } : {}),
  };
}

async function bindPolicy(entry: Entry, story: Story, enterprise: string, from = entry.valueDate): Promise<Outcome> {
  const insurer = await insurerOf({ ...entry, data: { ...entry.data, enterprise } }, story);
  const terms = { insurer, enterprise, premium: "0.00", payer: "enterprise", from, ...policyTerms(story, enterprise) };
  return story.district.send("BindInsurancePolicy", { ...terms, valueDate: entry.valueDate }, "INS");
}

/** How much more the agreements must allow for the entry. */
async function missingAgreement(entry: Entry, story: Story): Promise<string> {
  const { enterprise, amount } = entry.data;
  const { agreements } = await story.district.state(equityStream(enterprise), equityFold);
  const invested = sumFen(factsOf(story, "EquityInvested", enterprise).map(({ data }) => fen(data.amount)));
  return agreements.length === 0 && invested > 0n ? formatAmount(invested) : amount;
}

/** Most that one entry may imply: an agreement, another one for the rest, a policy. */
const IMPLIED_MAX = 3;

async function invest(entry: Entry, story: Story): Promise<Outcome> {
  const body = pick(entry, "enterprise", "amount", "source");
  const send = () => story.district.send("InvestEquity", body, entry.by, { period: entry.period });
  let outcome = await send();
  for (let nth = 0; nth < IMPLIED_MAX && !outcome.ok && !story.attempt; nth++) {
    const more = isRefused(outcome, "EQUITY_AGREEMENT_MISSING") || isRefused(outcome, "EQUITY_ABOVE_AGREEMENT");
    if (!more && !isRefused(outcome, "EQUITY_POLICY_MISSING")) return outcome;
    const amount = more ? await missingAgreement(entry, story) : "";
    const implied = more ? await signAgreement(entry, story, amount) : await bindPolicy(entry, story, entry.data.enterprise);
    outcome = implied.ok ? await send() : implied;
  }
  return outcome;
}

/** The weights are those of the agreement: where it is known with others, it was amended before. */
async function share(entry: Entry, story: Story): Promise<Outcome> {
  const { ref, weights } = entry.data;
  const { valueDate } = entry;
  const send = () => story.district.send("ShareLoss", pick(entry, "ref", "weights", "source"), entry.by, { period: entry.period });
  const outcome = await send();
  if (outcome.ok || story.attempt) return outcome;
  const recognised = story.facts.find((fact) => fact.event === "InvestmentLossRecognised" && fact.data.ref === ref);
  if (!recognised) return outcome;
  const { enterprise } = recognised.data;
  const on = recognised.valueDate;
  const amend = async (): Promise<Outcome> => {
    const { agreements } = await story.district.state(equityStream(enterprise), equityFold);
    const body = { enterprise, agreement: agreements.at(-1)?.agreement, riskRatio: weights, decision: EVIDENCE.decision, valueDate: on };
    return story.district.send("AmendInvestmentAgreement", body, "FIN-R");
  };
  if (isRefused(outcome, "EQUITY_POLICY_MISSING")) return inOrder(() => bindPolicy(entry, story, enterprise, on), send);
  if (!isRefused(outcome, "LOSS_WEIGHTS_DIFFER")) return outcome;
  const amended = await inOrder(amend, send);
  return isRefused(amended, "EQUITY_POLICY_MISSING")
    ? inOrder(() => bindPolicy({ ...entry, valueDate }, story, enterprise, on), send)
    : amended;
}

const withSerial = (command: string, ...fields: string[]): Playable =>
  plain(command, (entry, story) => ({ ...pick(entry, ...fields), serial: story.serial() }));

export const EQUITY_EVENTS: Readonly<Record<string, Playable>> = {
  EquityFundsAppropriated: plain("AppropriateEquityFunds", (entry) => pick(entry, "amount", "source")),
  InvestmentAgreementSigned: plain("SignInvestmentAgreement", (entry, story) => ({
    ...pick(entry, "enterprise", "amount", "fixedRate"),
    ...riskRatio(story, entry.data.enterprise),
    ...EVIDENCE,
  })),
  InsurancePolicyBound: plain("BindInsurancePolicy", (entry, story) => ({
    ...pick(entry, "insurer", "enterprise", "premium", "payer"),
    ...policyTerms(story, entry.data.enterprise),
  })),
  EquityInvested: { command: "InvestEquity", play: invest },
  EquityRedeemed: withSerial("RedeemEquity", "enterprise", "amount", "price"),
  InvestmentLossRecognised: plain("RecogniseInvestmentLoss", (entry) => ({
    ...pick(entry, "ref", "enterprise", "loss"),
    basis: "valuation",
    document: "评估报告",
    decision: EVIDENCE.decision,
  })),
  LossShared: { command: "ShareLoss", play: share },
  LossShareReceived: withSerial("ReceiveLossShare", "ref", "party", "deductible", "amount"),
  LossRecoveryReceived: withSerial("ReceiveLossRecovery", "ref", "gross", "cost"),
  RecoveryShareReturned: plain("ReturnRecoveryShare", (entry) => pick(entry, "ref")),
};
