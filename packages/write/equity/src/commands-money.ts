import { type CommandDefinition, given } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type EquityState, equityStream } from "./evolve-equity.ts";
import { equityFundStream } from "./evolve-fund.ts";
import { AmountText, Currency, closed, DateField, Id, SerialText, SourceField } from "./fields.ts";
import { agreementsOn, mostInvestedFrom, openStakeFrom, policyOn } from "./figures.ts";
import { amountOf, cashRefusal, dayOf, enterpriseRefusal, equityEvent, fundMoves, gatherEquity, gatherFund } from "./gather.ts";
import type { FundSource } from "./schema.ts";

/** EQUITY_SOURCE_NOT_ALLOWED unless the policy lets money of the source be invested on the day. */
function* sourceRefusal(source: FundSource, on: string) {
  const policy = yield* loadPolicy(["equity.sources.invest"]);
  const allowed = policy.texts("equity.sources.invest", on).includes(source);
  return allowed ? undefined : refuse(errors.EQUITY_SOURCE_NOT_ALLOWED, { source }, { path: "/source" });
}

export const AppropriateEquityFundsBody = Type.Object(
  { amount: AmountText, source: SourceField, document: Type.Optional(Id), valueDate: Type.Optional(DateField) },
  closed,
);

/** 4.1 专项资金拨入 (FIN-M). Refuses a source that may not be used for equity (EQUITY_SOURCE_NOT_ALLOWED). */
export const AppropriateEquityFunds: CommandDefinition<Static<typeof AppropriateEquityFundsBody>> = {
  name: "AppropriateEquityFunds",
  schema: AppropriateEquityFundsBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { source, document } = command;
    const wrong = yield* sourceRefusal(source, valueDate.value);
    if (wrong) return wrong;
    yield* gatherFund(source);
    const payload = given({ amount: command.amount, source, document });
    const events = [equityEvent("EquityFundsAppropriated", valueDate.value, payload)];
    return ok({ writes: [{ stream: equityFundStream(source), events }], answer: { source, amount: command.amount } });
  },
};

export const InvestEquityBody = Type.Object(
  {
    enterprise: Id,
    amount: AmountText,
    source: SourceField,
    serial: Type.Optional(SerialText),
    certificate: Type.Optional(Id),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** The agreements allow the amount on the day, and what they insure is insured. */
export function investmentRefusal(equity: EquityState, enterprise: string, on: string, amount: Fen): Result<undefined, Refusal> {
  const agreements = agreementsOn(equity, on);
  if (agreements.length === 0) return refuse(errors.EQUITY_AGREEMENT_MISSING, { enterprise, on });
  if (agreements.some(({ terms }) => terms.insured) && !policyOn(equity, on))
    return refuse(errors.EQUITY_POLICY_MISSING, { enterprise, on });
  const agreed = sumFen(agreements.map(({ terms }) => fen(terms.amount)));
  const total = mostInvestedFrom(equity, on) + amount;
  if (total <= agreed) return ok(undefined);
  return refuse(errors.EQUITY_ABOVE_AGREEMENT, { total: formatAmount(total), agreed: formatAmount(agreed) }, { path: "/amount" });
}

/**
 * 4.4 出资入股 (FIN-C). Refuses an enterprise that is unknown, bankrupt or suspended on the day, a source that may not be
 * invested, no agreement in force (EQUITY_AGREEMENT_MISSING), no insurance where the agreement wants it
 * (EQUITY_POLICY_MISSING), more than agreed (EQUITY_ABOVE_AGREEMENT) or than the source has (EQUITY_CASH_SHORT).
 */
export const InvestEquity: CommandDefinition<Static<typeof InvestEquityBody>> = {
  name: "InvestEquity",
  schema: InvestEquityBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const on = valueDate.value;
    const { enterprise, source, serial, certificate } = command;
    const wrong = (yield* enterpriseRefusal(enterprise, on)) ?? (yield* sourceRefusal(source, on));
    if (wrong) return wrong;
    const equity = yield* gatherEquity(enterprise);
    const allowed = investmentRefusal(equity, enterprise, on, amount.value);
    if (!allowed.ok) return allowed;
    const fund = yield* gatherFund(source);
    const short = cashRefusal(fund, source, amount.value);
    if (short) return short;
    const payload = given({ enterprise, amount: command.amount, source, serial, certificate });
    const moved = { source, amount: formatAmount(-amount.value), cause: "EquityInvested", enterprise };
    return ok({
      writes: [
        { stream: equityStream(enterprise), events: [equityEvent("EquityInvested", on, payload)] },
        { stream: equityFundStream(source), events: [equityEvent("EquityFundsMoved", on, moved)] },
      ],
      answer: { enterprise, amount: command.amount, source, sourceCash: formatAmount(fund.cash - amount.value) },
    });
  },
};

export const RedeemEquityBody = Type.Object(
  { enterprise: Id, amount: AmountText, price: AmountText, serial: SerialText, valueDate: Type.Optional(DateField), currency: Currency },
  closed,
);

/**
 * 4.13 股本退出 (bank message), whole or in part: `amount` is the cost of the part, `price` what arrived. Answer: `gain`, negative
 * for a loss. Refuses more than the open stake from the value date on (EQUITY_ABOVE_STAKE).
 */
export const RedeemEquity: CommandDefinition<Static<typeof RedeemEquityBody>> = {
  name: "RedeemEquity",
  schema: RedeemEquityBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const price = amountOf(command.price, "/price", "zero");
    if (!price.ok) return price;
    const { enterprise, serial } = command;
    const on = valueDate.value;
    const equity = yield* gatherEquity(enterprise);
    const above = stakeRefusal(equity, enterprise, on, amount.value);
    if (above) return above;
    const event = equityEvent("EquityRedeemed", on, { enterprise, amount: command.amount, price: command.price, serial });
    const moves = fundMoves(equity, { amount: price.value, cause: "EquityRedeemed", valueDate: on, enterprise });
    return ok({
      writes: [{ stream: equityStream(enterprise), events: [event] }, ...moves],
      answer: { enterprise, amount: command.amount, price: command.price, gain: formatAmount(price.value - amount.value) },
    });
  },
};

/** EQUITY_ABOVE_STAKE when more would go than is open from the day on. */
export function stakeRefusal(equity: EquityState, enterprise: string, on: string, amount: Fen, path = "/amount") {
  const open = openStakeFrom(equity, on);
  if (amount <= open) return undefined;
  return refuse(errors.EQUITY_ABOVE_STAKE, { amount: formatAmount(amount), enterprise, open: formatAmount(open) }, { path });
}

export const ReturnPrincipalToTreasuryBody = Type.Object(
  {
    source: SourceField,
    amount: AmountText,
    enterprise: Type.Optional(Id),
    serial: Type.Optional(SerialText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** 4.14 本金上缴 (FIN-C): money of a source back to the treasury. Refuses more than the source has (EQUITY_CASH_SHORT). */
export const ReturnPrincipalToTreasury: CommandDefinition<Static<typeof ReturnPrincipalToTreasuryBody>> = {
  name: "ReturnPrincipalToTreasury",
  schema: ReturnPrincipalToTreasuryBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { valueDate: _, ...fields } = command;
    const fund = yield* gatherFund(command.source);
    const short = cashRefusal(fund, command.source, amount.value);
    if (short) return short;
    const event = equityEvent("PrincipalReturnedToTreasury", valueDate.value, given(fields));
    return ok({
      writes: [{ stream: equityFundStream(command.source), events: [event] }],
      answer: { source: command.source, amount: command.amount, sourceCash: formatAmount(fund.cash - amount.value) },
    });
  },
};
