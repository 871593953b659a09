/*
 * What the commands of this package ask for before they decide.
 */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type DomainEvent, type Gather, given, load, type StreamWrite } from "@huimin/decider";
import { type Fen, formatAmount, parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { enterpriseFold, enterpriseStream, isParty, partyFold, partyStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";
import { type EquityState, equityFold, equityStream } from "./evolve-equity.ts";
import { type EquityFundState, equityFundFold, equityFundStream } from "./evolve-fund.ts";
import { type LossState, lossFold, lossStream, recognisedLoss } from "./evolve-loss.ts";
import { bySource } from "./figures.ts";
import type { EquityEventType, EquityPayload, FundSource } from "./schema.ts";

/** An event of this package with the payload of its type. */
export const equityEvent = <T extends EquityEventType>(type: T, valueDate: IsoDate, payload: EquityPayload<T>): DomainEvent => ({
  type,
  valueDate,
  payload,
});

/** 业务发生日: as given, or the day of recording. EQUITY_DATE_INVALID, EQUITY_DATE_IN_FUTURE. */
export function dayOf(date: string | undefined, context: CommandContext): Result<IsoDate, Refusal> {
  const today = shanghaiDate(context.recordedAt);
  const day = date === undefined ? today : parseDate(date);
  if (day === undefined) return refuse(errors.EQUITY_DATE_INVALID, { date: String(date) }, { path: "/valueDate" });
  return day > today ? refuse(errors.EQUITY_DATE_IN_FUTURE, { valueDate: day, today }, { path: "/valueDate" }) : ok(day);
}

/** A term with a first day and perhaps a last. EQUITY_DATE_INVALID. */
export function termOf(from: string, to: string | undefined): Result<{ from: IsoDate; to?: IsoDate }, Refusal> {
  const first = parseDate(from);
  const last = to === undefined ? undefined : parseDate(to);
  if (first === undefined || (to !== undefined && (last === undefined || last < first))) {
    return refuse(errors.EQUITY_DATE_INVALID, { date: `${from}–${to ?? ""}` }, { path: "/to" });
  }
  return ok(given({ from: first, to: last }));
}

/** An amount above zero, or from zero on; EQUITY_AMOUNT_INVALID. */
export function amountOf(text: string, path = "/amount", least: "positive" | "zero" = "positive"): Result<Fen, Refusal> {
  const amount = parseAmount(text);
  const right = amount !== undefined && (least === "zero" ? amount >= 0n : amount > 0n);
  return right ? ok(amount) : refuse(errors.EQUITY_AMOUNT_INVALID, { amount: text }, { path });
}

/** EQUITY_RATE_INVALID where a percentage is none. */
export function rateRefusal(rate: string | undefined, path: string) {
  return rate === undefined || parsePercent(rate) !== undefined ? undefined : refuse(errors.EQUITY_RATE_INVALID, { rate }, { path });
}

export function* gatherEquity(enterprise: string): Gather<EquityState> {
  return (yield* load(equityStream(enterprise), equityFold)).state;
}

export function* gatherFund(source: FundSource): Gather<EquityFundState> {
  return (yield* load(equityFundStream(source), equityFundFold)).state;
}

export function* gatherLoss(ref: string): Gather<LossState> {
  return (yield* load(lossStream(ref), lossFold)).state;
}

/** A recognised loss with its case and stake; LOSS_UNKNOWN. */
export function* gatherKnownLoss(ref: string) {
  const loss = yield* gatherLoss(ref);
  const recognised = recognisedLoss(loss);
  if (!recognised) return refuse(errors.LOSS_UNKNOWN, { ref }, { path: "/ref" });
  return ok({ loss, recognised, equity: yield* gatherEquity(recognised.enterprise) });
}

/** New money goes to an enterprise that is registered and neither bankrupt nor suspended on the day. */
export function* enterpriseRefusal(enterprise: string, on: IsoDate) {
  const known = (yield* load(enterpriseStream(enterprise), enterpriseFold)).state;
  const { bankruptcyFiledOn: bankrupt, suspendedFrom: suspended } = known;
  const place = { path: "/enterprise" };
  if (known.enterprise === undefined) return refuse(errors.EQUITY_ENTERPRISE_UNKNOWN, { enterprise }, place);
  if (bankrupt !== undefined && bankrupt <= on) return refuse(errors.EQUITY_ENTERPRISE_BANKRUPT, { enterprise, from: bankrupt }, place);
  if (suspended !== undefined && suspended <= on) return refuse(errors.EQUITY_ENTERPRISE_SUSPENDED, { enterprise, from: suspended }, place);
  return undefined;
}

export function* insurerRefusal(insurer: string) {
  const party = (yield* load(partyStream(insurer), partyFold)).state;
  return isParty(party, "insurer") ? undefined : refuse(errors.EQUITY_INSURER_UNKNOWN, { insurer }, { path: "/insurer" });
}

/**
 * Money of a stake that arrives (amount > 0) or leaves again: on the funds of the sources that paid for the stake. The
 * event `cause` itself posts; these only keep the cash of each source.
 */
export const fundMoves = (
  equity: EquityState,
  move: { readonly amount: Fen; readonly cause: string; readonly valueDate: IsoDate; readonly enterprise: string; readonly ref?: string },
): StreamWrite[] => {
  const { valueDate, cause, enterprise, ref } = move;
  return bySource(equity, move.amount).map(({ source, amount }) => ({
    stream: equityFundStream(source),
    events: [equityEvent("EquityFundsMoved", valueDate, given({ source, amount: formatAmount(amount), cause, enterprise, ref }))],
    expect: "any",
  }));
};

/** EQUITY_CASH_SHORT unless the source has the amount. */
export function cashRefusal(fund: EquityFundState, source: FundSource, amount: Fen) {
  if (amount <= fund.cash) return undefined;
  return refuse(errors.EQUITY_CASH_SHORT, { source, cash: formatAmount(fund.cash), amount: formatAmount(amount) }, { path: "/amount" });
}
