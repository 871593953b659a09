/* 熔断 (E11): when a scope is blocked and when it is opened again. */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { Exact, fen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { Policy, PolicyKey } from "@huimin/policy/events";
import { errors } from "../errors.ts";
import { type BlockedScope, type BreakerScope, type BreakerState, blockedSince } from "../evolve/breaker.ts";
import { loanEvent, type Refused } from "../shared.ts";

export const BREAKER_LIMITS: Readonly<Record<BreakerScope, PolicyKey>> = { village: "breaker.village", township: "breaker.township" };

/** CIRCUIT_BREAKER for a contract in a blocked scope. */
export const breakerRefusal = (blocked: BlockedScope | undefined): Refused | undefined =>
  blocked ? refuse(errors.CIRCUIT_BREAKER, { ...blocked }) : undefined;

export interface Trip {
  readonly scope: BreakerScope;
  readonly code: string;
  readonly overduePrincipal: string;
  readonly openPrincipal: string;
  readonly valueDate: IsoDate;
}

/** Whether overdue ÷ open principal is above the limit in percent; never where nothing is open. */
export const isAboveLimit = (overdue: bigint, open: bigint, limit: Exact): boolean =>
  open > 0n && new Exact(overdue.toString()).mul(100).gt(limit.mul(open.toString()));

/** Trips when the rate is above the limit of the day. Refuses BREAKER_BELOW_LIMIT, BREAKER_ALREADY_TRIPPED. */
export function trip(state: BreakerState, command: Trip, policy: Policy): Result<DomainEvent> {
  const { scope, code, overduePrincipal, openPrincipal, valueDate } = command;
  const since = blockedSince(state, valueDate);
  if (since !== undefined) return refuse(errors.BREAKER_ALREADY_TRIPPED, { scope, code, since });
  const limit = policy.percent(BREAKER_LIMITS[scope], valueDate);
  const open = fen(openPrincipal);
  if (!isAboveLimit(fen(overduePrincipal), open, limit)) {
    const rate = open > 0n ? new Exact(fen(overduePrincipal).toString()).mul(100).div(open.toString()).toDecimalPlaces(2).toFixed() : "0";
    return refuse(errors.BREAKER_BELOW_LIMIT, { scope, code, rate, limit: limit.toFixed() });
  }
  return ok(loanEvent("CircuitBreakerTripped", valueDate, { scope, code, overduePrincipal, openPrincipal, limit: limit.toFixed() }));
}

/** Opens the scope again. Refuses BREAKER_NOT_TRIPPED. */
export function reset(
  state: BreakerState,
  { scope, code, reason, valueDate }: Pick<Trip, "scope" | "code" | "valueDate"> & { readonly reason: string },
): Result<DomainEvent> {
  if (blockedSince(state, valueDate) === undefined) return refuse(errors.BREAKER_NOT_TRIPPED, { scope, code, valueDate });
  return ok(loanEvent("CircuitBreakerReset", valueDate, { scope, code, reason }));
}
