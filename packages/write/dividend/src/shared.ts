/* Small pieces that every rule of the pool side uses. */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type DomainEvent, type Gather, load } from "@huimin/decider";
import { type Fen, parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { enterpriseFold, enterpriseStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";
import { type PoolState, poolFold } from "./evolve/pool.ts";
import { type OverpaymentState, overpaymentFold } from "./evolve/rights.ts";
import type { DividendEventType, DividendPayload } from "./schema.ts";
import { overpaymentStream, poolStream } from "./streams.ts";

/** A refusal as a result; checks give one or undefined, so that they chain with `??`. */
export type Refused = { readonly ok: false; readonly refusal: Refusal };

/** An event of this package with the payload of its type. */
export const dividendEvent = <T extends DividendEventType>(
  type: T,
  valueDate: IsoDate,
  payload: DividendPayload<T>,
): DomainEvent<T, DividendPayload<T>> => ({ type, valueDate, payload });

/** 业务发生日: as given, or the day of recording. DIVIDEND_DATE_INVALID when there is no such day. */
export function dayOf(date: string | undefined, context: CommandContext, path = "/valueDate"): Result<IsoDate, Refusal> {
  const day = date === undefined ? shanghaiDate(context.recordedAt) : parseDate(date);
  return day === undefined ? refuse(errors.DIVIDEND_DATE_INVALID, { dates: String(date) }, { path }) : ok(day);
}

/** DIVIDEND_DATE_INVALID where a day that is given does not exist. */
export function datesRefusal(dates: Readonly<Record<string, string | undefined>>): Refused | undefined {
  for (const [field, date] of Object.entries(dates)) {
    if (date !== undefined && parseDate(date) === undefined)
      return refuse(errors.DIVIDEND_DATE_INVALID, { dates: date }, { path: `/${field}` });
  }
  return undefined;
}

/** DIVIDEND_DATE_INVALID unless both days exist and the first is before the last. */
export function periodRefusal(from: string, toExcl: string, path = "/from"): Refused | undefined {
  if (parseDate(from) !== undefined && parseDate(toExcl) !== undefined && from < toExcl) return undefined;
  return refuse(errors.DIVIDEND_DATE_INVALID, { dates: `[${from}, ${toExcl})` }, { path });
}

/** An amount above zero, or DIVIDEND_AMOUNT_INVALID. */
export function amountOf(text: string, path = "/amount"): Result<Fen, Refusal> {
  const amount = parseAmount(text);
  return amount === undefined || amount <= 0n ? refuse(errors.DIVIDEND_AMOUNT_INVALID, { amount: text }, { path }) : ok(amount);
}

/** DIVIDEND_RATE_INVALID for a rate that is given and none. */
export const rateRefusal = (rate: string | undefined): Refused | undefined =>
  rate !== undefined && parsePercent(rate) === undefined
    ? refuse(errors.DIVIDEND_RATE_INVALID, { rate }, { path: "/fixedRate" })
    : undefined;

/** The bank that sends a message, or DIVIDEND_NOT_A_BANK. */
export function sendingBank({ actor }: CommandContext): Result<string, Refusal> {
  return actor.startsWith("bank:") ? ok(actor.slice("bank:".length)) : refuse(errors.DIVIDEND_NOT_A_BANK, { actor });
}

export function* gatherPool(pool: string): Gather<PoolState> {
  return (yield* load(poolStream(pool), poolFold)).state;
}

/** The pool, or POOL_UNKNOWN. */
export function* gatherKnownPool(pool: string): Gather<Result<PoolState, Refusal>> {
  const state = yield* gatherPool(pool);
  return state.pool === undefined ? refuse(errors.POOL_UNKNOWN, { pool }, { path: "/pool" }) : ok(state);
}

export function* gatherOverpayment(enterprise: string): Gather<OverpaymentState> {
  return (yield* load(overpaymentStream(enterprise), overpaymentFold)).state;
}

/** The enterprise's bankruptcy date, if any, or DIVIDEND_ENTERPRISE_UNKNOWN. */
export function* gatherEnterprise(enterprise: string): Gather<Result<{ readonly bankruptFrom: IsoDate | undefined }, Refusal>> {
  const { state } = yield* load(enterpriseStream(enterprise), enterpriseFold);
  if (state.enterprise === undefined) return refuse(errors.DIVIDEND_ENTERPRISE_UNKNOWN, { enterprise }, { path: "/enterprise" });
  return ok({ bankruptFrom: state.bankruptcyFiledOn });
}

/** DIVIDEND_ENTERPRISE_BANKRUPT for what arises on or after the filing (1.17, 4.15). */
export const bankruptRefusal = (enterprise: string, bankruptFrom: IsoDate | undefined, arises: IsoDate): Refused | undefined =>
  bankruptFrom !== undefined && arises >= bankruptFrom
    ? refuse(errors.DIVIDEND_ENTERPRISE_BANKRUPT, { enterprise, filedOn: bankruptFrom })
    : undefined;
