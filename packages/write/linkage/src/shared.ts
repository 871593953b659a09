/* What the commands of this package check first and ask for before they decide. */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type DomainEvent, type Gather, load } from "@huimin/decider";
import { type Fen, parseAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type EnterpriseState, enterpriseActiveOn, enterpriseFold, enterpriseStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";
import { type LinkageState, linkageFold, linkageStream } from "./evolve.ts";
import type { LinkageEventType, LinkagePayload } from "./schema.ts";

/** A refusal as a result; checks give one or undefined, so that they chain with `??`. */
export type Refused = { readonly ok: false; readonly refusal: Refusal };

/** An event of this package with the payload of its type. */
export const linkageEvent = <T extends LinkageEventType>(
  type: T,
  valueDate: IsoDate,
  payload: LinkagePayload<T>,
): DomainEvent<T, LinkagePayload<T>> => ({ type, valueDate, payload });

/** LINKAGE_DATE_INVALID, LINKAGE_DATE_IN_FUTURE. */
export function dateRefusal(valueDate: string, context: CommandContext): Refused | undefined {
  if (parseDate(valueDate) === undefined) return refuse(errors.LINKAGE_DATE_INVALID, { date: valueDate }, { path: "/valueDate" });
  const today = shanghaiDate(context.recordedAt);
  return valueDate > today ? refuse(errors.LINKAGE_DATE_IN_FUTURE, { valueDate, today }, { path: "/valueDate" }) : undefined;
}

/** An end that may be left out lies after the beginning: LINKAGE_DATE_INVALID, LINKAGE_DAYS_INVALID. */
export function spanRefusal(from: string, toExcl: string | undefined): Refused | undefined {
  for (const date of [from, toExcl ?? from])
    if (parseDate(date) === undefined) return refuse(errors.LINKAGE_DATE_INVALID, { date }, { path: "/toExcl" });
  if (toExcl === undefined || from < toExcl) return undefined;
  return refuse(errors.LINKAGE_DAYS_INVALID, { from, toExcl }, { path: "/toExcl" });
}

/** An amount above zero, or LINKAGE_AMOUNT_INVALID. */
export function amountOf(text: string, path: string): Result<Fen, Refusal> {
  const amount = parseAmount(text);
  return amount === undefined || amount <= 0n ? refuse(errors.LINKAGE_AMOUNT_INVALID, { amount: text }, { path }) : ok(amount);
}

/** Amounts that may be left out. */
export function amountsRefusal(amounts: Readonly<Record<string, string | undefined>>): Refused | undefined {
  for (const [field, text] of Object.entries(amounts)) {
    const amount = text === undefined ? ok(0n) : amountOf(text, `/${field}`);
    if (!amount.ok) return amount;
  }
  return undefined;
}

export function* gatherLinkage(enterprise: string): Gather<LinkageState> {
  return (yield* load(linkageStream(enterprise), linkageFold)).state;
}

/** The enterprise, registered as a carrier: CARRIER_UNKNOWN; active on the day: CARRIER_NOT_ACTIVE. */
export function* gatherCarrier(enterprise: string, on: IsoDate): Gather<Result<EnterpriseState>> {
  const { state } = yield* load(enterpriseStream(enterprise), enterpriseFold);
  if (state.enterprise === undefined || !state.roles.includes("carrier"))
    return refuse(errors.CARRIER_UNKNOWN, { enterprise }, { path: "/enterprise" });
  return enterpriseActiveOn(state, on) ? ok(state) : refuse(errors.CARRIER_NOT_ACTIVE, { enterprise, on });
}
