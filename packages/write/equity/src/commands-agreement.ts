import { type CommandDefinition, given } from "@huimin/decider";
import { fen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { bears, weightsRefusal } from "./decide-loss.ts";
import { errors } from "./errors.ts";
import { equityStream } from "./evolve-equity.ts";
import { equityFundStream } from "./evolve-fund.ts";
import { AmountText, closed, DateField, EvidenceText, Id, LossWeightsField, PercentText, SourceField } from "./fields.ts";
import { agreementsOn } from "./figures.ts";
import { amountOf, dayOf, enterpriseRefusal, equityEvent, gatherEquity, insurerRefusal, rateRefusal, termOf } from "./gather.ts";
import type { EquityPayload, LossWeights } from "./schema.ts";

const PayDates = Type.Array(Type.String({ pattern: "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$" }), { minItems: 1, maxItems: 12 });
const ExitPrice = Type.Union([Type.Literal("cost"), Type.Literal("net-asset-value"), Type.Literal("agreed")]);

export const SignInvestmentAgreementBody = Type.Object(
  {
    enterprise: Id,
    agreement: Type.Optional(Id),
    amount: AmountText,
    from: Type.Optional(DateField),
    to: Type.Optional(DateField),
    fixedRate: Type.Optional(PercentText),
    payDates: Type.Optional(PayDates),
    exitPrice: Type.Optional(ExitPrice),
    riskRatio: Type.Optional(LossWeightsField),
    insured: Type.Optional(Type.Boolean()),
    decision: EvidenceText,
    publicity: EvidenceText,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 4.2 入股协议签订 (FIN-R). `riskRatio` defaults to policy model4.riskRatio of the value date, `insured` to whether the insurer
 * shares losses, `from` to the value date, `exitPrice` to cost. Answer: `agreement`. Refuses an enterprise that is
 * unknown, bankrupt or suspended (EQUITY_ENTERPRISE_…), weights that are not 100 (LOSS_WEIGHTS_NOT_100), a number that is
 * taken (EQUITY_AGREEMENT_EXISTS), and malformed amounts, dates and rates.
 */
export const SignInvestmentAgreement: CommandDefinition<Static<typeof SignInvestmentAgreementBody>> = {
  name: "SignInvestmentAgreement",
  schema: SignInvestmentAgreementBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { enterprise, amount, fixedRate, payDates, exitPrice = "cost", decision, publicity } = command;
    const wrong = (yield* enterpriseRefusal(enterprise, valueDate.value)) ?? rateRefusal(fixedRate, "/fixedRate");
    if (wrong) return wrong;
    const size = amountOf(amount);
    if (!size.ok) return size;
    const term = termOf(command.from ?? valueDate.value, command.to);
    if (!term.ok) return term;
    const policy = yield* loadPolicy(["model4.riskRatio"]);
    const agreed = policy.weights("model4.riskRatio", valueDate.value).map(({ party, weight }) => ({ party, weight: weight.toFixed() }));
    const riskRatio = command.riskRatio ?? (agreed as LossWeights);
    const unequal = weightsRefusal(riskRatio, "/riskRatio");
    if (unequal) return unequal;
    const equity = yield* gatherEquity(enterprise);
    const agreement = command.agreement ?? `${enterprise}-${equity.agreements.length + 1}`;
    if (equity.agreements.some((one) => one.agreement === agreement)) {
      return refuse(errors.EQUITY_AGREEMENT_EXISTS, { enterprise, agreement }, { path: "/agreement" });
    }
    const { insured = bears(riskRatio, "insurer") } = command;
    const terms = given({ amount, ...term.value, fixedRate, payDates, exitPrice, riskRatio, insured });
    const payload = { enterprise, agreement, ...terms, decision, publicity } as EquityPayload<"InvestmentAgreementSigned">;
    const event = equityEvent("InvestmentAgreementSigned", valueDate.value, payload);
    return ok({ writes: [{ stream: equityStream(enterprise), events: [event] }], answer: { enterprise, agreement } });
  },
};

export const AmendInvestmentAgreementBody = Type.Object(
  {
    enterprise: Id,
    agreement: Id,
    amount: Type.Optional(AmountText),
    to: Type.Optional(DateField),
    fixedRate: Type.Optional(PercentText),
    payDates: Type.Optional(PayDates),
    exitPrice: Type.Optional(ExitPrice),
    riskRatio: Type.Optional(LossWeightsField),
    insured: Type.Optional(Type.Boolean()),
    decision: EvidenceText,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 协议变更 (FIN-R): the terms that are given hold from the value date on, the others stay. Refuses an agreement that is not in
 * force then (EQUITY_AGREEMENT_UNKNOWN) and what {@link SignInvestmentAgreement} refuses of its terms.
 */
export const AmendInvestmentAgreement: CommandDefinition<Static<typeof AmendInvestmentAgreementBody>> = {
  name: "AmendInvestmentAgreement",
  schema: AmendInvestmentAgreementBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { enterprise, agreement, decision, valueDate: _, ...changes } = command;
    const equity = yield* gatherEquity(enterprise);
    const before = agreementsOn(equity, valueDate.value).find((one) => one.agreement === agreement);
    if (!before) {
      return refuse(errors.EQUITY_AGREEMENT_UNKNOWN, { enterprise, agreement, on: valueDate.value }, { path: "/agreement" });
    }
    const terms = { ...before.terms, ...given(changes) };
    const size = amountOf(terms.amount);
    if (!size.ok) return size;
    const term = termOf(terms.from, terms.to);
    if (!term.ok) return term;
    const wrong = rateRefusal(changes.fixedRate, "/fixedRate") ?? weightsRefusal(terms.riskRatio, "/riskRatio");
    if (wrong) return wrong;
    const event = equityEvent("InvestmentAgreementAmended", valueDate.value, { enterprise, agreement, ...terms, decision });
    return ok({ writes: [{ stream: equityStream(enterprise), events: [event] }], answer: { enterprise, agreement } });
  },
};

export const BindInsurancePolicyBody = Type.Object(
  {
    enterprise: Id,
    insurer: Id,
    policy: Type.Optional(Id),
    insuredAmount: Type.Optional(AmountText),
    deductible: Type.Optional(AmountText),
    cap: Type.Optional(AmountText),
    from: Type.Optional(DateField),
    to: Type.Optional(DateField),
    premium: AmountText,
    payer: Type.Union([Type.Literal("district"), Type.Literal("enterprise")]),
    source: Type.Optional(SourceField),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 4.3 投保 (INS). Defaults: insured amount and last day of the agreements in force, cap = insured amount, deductible of
 * policy insurance.deductible. A premium of the district is charged to `source` where it is named. Answer: `policy`.
 * Refuses EQUITY_INSURER_UNKNOWN, EQUITY_AGREEMENT_MISSING without an insured amount, EQUITY_POLICY_EXISTS.
 */
export const BindInsurancePolicy: CommandDefinition<Static<typeof BindInsurancePolicyBody>> = {
  name: "BindInsurancePolicy",
  schema: BindInsurancePolicyBody,
  roles: ["INS"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const on = valueDate.value;
    const { enterprise, insurer, premium, payer, source } = command;
    const unknown = yield* insurerRefusal(insurer);
    if (unknown) return unknown;
    const equity = yield* gatherEquity(enterprise);
    const deductible = command.deductible ?? (yield* loadPolicy(["insurance.deductible"])).value("insurance.deductible", on) ?? "0.00";
    const agreed = agreementsOn(equity, on).at(-1)?.terms;
    const insuredAmount = command.insuredAmount ?? agreed?.amount;
    if (insuredAmount === undefined) return refuse(errors.EQUITY_AGREEMENT_MISSING, { enterprise, on }, { path: "/insuredAmount" });
    const { cap = insuredAmount } = command;
    for (const [path, text, least] of [
      ["/premium", premium, "zero"],
      ["/insuredAmount", insuredAmount, "positive"],
      ["/deductible", deductible, "zero"],
      ["/cap", cap, "positive"],
    ] as const) {
      const size = amountOf(text, path, least);
      if (!size.ok) return size;
    }
    const term = termOf(command.from ?? on, command.to ?? agreed?.to);
    if (!term.ok) return term;
    const bound = equity.entries.filter(({ type }) => type === "InsurancePolicyBound");
    const policy = command.policy ?? `${enterprise}-P${bound.length + 1}`;
    if (bound.some(({ payload, reversed }) => !reversed && (payload as { policy?: string }).policy === policy)) {
      return refuse(errors.EQUITY_POLICY_EXISTS, { policy }, { path: "/policy" });
    }
    const fields = given({ enterprise, policy, insurer, insuredAmount, deductible, cap, ...term.value, premium, payer, source });
    const event = equityEvent("InsurancePolicyBound", on, fields as EquityPayload<"InsurancePolicyBound">);
    const writes = [{ stream: equityStream(enterprise), events: [event] }];
    return ok({ writes: [...writes, ...premiumMove(fields as EquityPayload<"InsurancePolicyBound">, on)], answer: { enterprise, policy } });
  },
};

/** A premium of the district on the money of the source that it names; on none where it names none. */
export function premiumMove(bound: EquityPayload<"InsurancePolicyBound">, valueDate: string, sign: "" | "-" = "-") {
  const { source, payer, premium, enterprise } = bound;
  if (source === undefined || payer !== "district" || fen(premium) === 0n) return [];
  const payload = { source, amount: `${sign}${premium}`, cause: "InsurancePolicyBound", enterprise };
  return [{ stream: equityFundStream(source), events: [equityEvent("EquityFundsMoved", valueDate, payload)], expect: "any" as const }];
}
