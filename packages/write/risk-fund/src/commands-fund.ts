import { type CommandDefinition, load } from "@huimin/decider";
import { fen, formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { riskFundFold, riskFundStream } from "./evolve-fund.ts";
import { AmountText, Currency, closed, DateField, DocumentText, IdText, ReasonText, SerialText } from "./fields.ts";
import { fiscalYearOf, formRefusal, fundRefusal, negated, riskEvent, senderRefusal } from "./shared.ts";

export const DepositRiskFundBody = Type.Object(
  {
    bank: IdText,
    amount: AmountText,
    source: Type.Optional(
      Type.Union(
        ["区", "市", "省", "中央", "社会"].map((source) => Type.Literal(source)),
        { description: "where the money comes from" },
      ),
    ),
    asIncome: Type.Optional(Type.Boolean({ description: "the budget books it as income 4001.02 (R24)" })),
    document: Type.Optional(DocumentText),
    valueDate: DateField,
    currency: Currency,
  },
  closed,
);

/** E0 风险补偿金存入 (FIN-C): into the special account at a bank. Answer: its number there. Refuses RISK_AMOUNT_INVALID. */
export const DepositRiskFund: CommandDefinition<Static<typeof DepositRiskFundBody>> = {
  name: "DepositRiskFund",
  schema: DepositRiskFundBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run({ currency: _, ...command }, context) {
    const early = formRefusal(command, context);
    if (early) return early;
    const { valueDate, ...payload } = command;
    const { state } = yield* load(riskFundStream(payload.bank), riskFundFold);
    const deposit = state.deposits.length + 1;
    const event = riskEvent("RiskFundDeposited", valueDate, { ...payload, deposit });
    const answer = { bank: payload.bank, deposit, cash: formatAmount(state.cash + fen(payload.amount)) };
    return ok({ writes: [{ stream: riskFundStream(payload.bank), events: [event] }], answer });
  },
};

export const ReverseRiskFundDepositBody = Type.Object(
  { bank: IdText, deposit: Type.Integer({ minimum: 1 }), reason: ReasonText, valueDate: DateField },
  closed,
);

/**
 * C1 of E0 (FIN-C): red entry with the original's value date; income of a closed fiscal year goes to 3501 (C4). Refuses
 * DEPOSIT_UNKNOWN, FUND_TOO_SMALL.
 */
export const ReverseRiskFundDeposit: CommandDefinition<Static<typeof ReverseRiskFundDepositBody>> = {
  name: "ReverseRiskFundDeposit",
  schema: ReverseRiskFundDepositBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const { bank, deposit, reason } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const { state } = yield* load(riskFundStream(bank), riskFundFold);
    const original = state.deposits.find((one) => one.deposit === deposit && !one.reversed);
    if (!original) return refuse(errors.DEPOSIT_UNKNOWN, { bank, deposit }, { path: "/deposit" });
    const short = fundRefusal([{ bank, open: state.cash }], original.amount);
    if (short) return short;
    const { valueDate, amount, source, asIncome, document } = original;
    const payload = {
      ...{ bank, deposit, amount: formatAmount(-amount), reason },
      ...(source ? { source } : {}),
      ...(asIncome ? { asIncome } : {}),
      ...(asIncome && original.fiscalYear < fiscalYearOf(context) ? { priorYear: true } : {}),
      ...(document ? { document } : {}),
    };
    const event = riskEvent("RiskFundDepositReversed", valueDate, payload, original.eventId);
    return ok({ writes: [{ stream: riskFundStream(bank), events: [event] }], answer: { bank, deposit, amount: payload.amount } });
  },
};

export const CreditRiskFundInterestBody = Type.Object(
  { bank: IdText, amount: AmountText, serial: SerialText, valueDate: DateField, currency: Currency },
  closed,
);

/** E0b 补偿金利息 (bank message): interest stays in the fund. Refuses OTHER_BANKS_CASE. */
export const CreditRiskFundInterest: CommandDefinition<Static<typeof CreditRiskFundInterestBody>> = {
  name: "CreditRiskFundInterest",
  schema: CreditRiskFundInterestBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { bank, amount, serial, valueDate } = command;
    const refusal = formRefusal(command, context) ?? senderRefusal(context, bank);
    if (refusal) return refusal;
    const { state } = yield* load(riskFundStream(bank), riskFundFold);
    const event = riskEvent("RiskFundInterestCredited", valueDate, { bank, amount, serial });
    const answer = { bank, amount, cash: formatAmount(state.cash + fen(amount)) };
    return ok({ writes: [{ stream: riskFundStream(bank), events: [event] }], answer });
  },
};

export const ReverseRiskFundInterestBody = Type.Object(
  { bank: IdText, serial: SerialText, reversalSerial: SerialText, valueDate: DateField },
  closed,
);

/** C6 of E0b (bank message). Refuses RISK_SERIAL_UNKNOWN, FUND_TOO_SMALL. */
export const ReverseRiskFundInterest: CommandDefinition<Static<typeof ReverseRiskFundInterestBody>> = {
  name: "ReverseRiskFundInterest",
  schema: ReverseRiskFundInterestBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { bank, serial, reversalSerial } = command;
    const refusal = formRefusal(command, context) ?? senderRefusal(context, bank);
    if (refusal) return refusal;
    const { state } = yield* load(riskFundStream(bank), riskFundFold);
    const original = state.interest.get(serial);
    if (!original || original.reversed) return refuse(errors.RISK_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    const short = fundRefusal([{ bank, open: state.cash }], original.amount);
    if (short) return short;
    const amount = negated(formatAmount(original.amount));
    const event = riskEvent("RiskFundInterestReversed", original.valueDate, { bank, amount, serial, reversalSerial }, original.eventId);
    return ok({ writes: [{ stream: riskFundStream(bank), events: [event] }], answer: { bank, amount } });
  },
};
