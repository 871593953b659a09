import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import { type HouseholdState, statusOf } from "../household.ts";
import type { RegistryPayload } from "../schema.ts";
import { activeHousehold } from "./guard.ts";
import { closeAccounts, event } from "./households.ts";

/** 防返贫动态监测 began with 国开办发〔2020〕6号; the year is what matters here. */
export const MONITORING_FROM = "2020-01-01";

type Dated<T> = T & { readonly household: string; readonly valueDate: string };

/** 脱贫退出. Refuses a household that is not registered as poor now (NOT_IN_POVERTY). */
export function confirmExit(
  state: HouseholdState,
  command: Dated<Omit<RegistryPayload<"PovertyExitConfirmed">, "household">>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { valueDate, ...payload } = command;
  const active = activeHousehold(state, command.household, valueDate, today);
  if (!active.ok) return active;
  const status = statusOf(state);
  if (state.kind === "marginal" || (status !== "registered" && status !== "returned"))
    return refuse(errors.NOT_IN_POVERTY, { household: command.household }, { path: "/household" });
  return ok([event("PovertyExitConfirmed", valueDate, payload)]);
}

/** 撤销脱贫: the last exit never was. Refuses NOT_EXITED. */
export function revokeExit(
  state: HouseholdState,
  command: Dated<{ reason: string }>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const exited = exitedHousehold(state, command, today);
  return exited.ok
    ? ok([event("PovertyExitRevoked", command.valueDate, { household: command.household, reason: command.reason })])
    : exited;
}

/** 返贫. Refuses NOT_EXITED. */
export function returnToPoverty(
  state: HouseholdState,
  command: Dated<{ cause?: string }>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const exited = exitedHousehold(state, command, today);
  if (!exited.ok) return exited;
  const { household, cause, valueDate } = command;
  return ok([event("ReturnedToPoverty", valueDate, { household, ...(cause === undefined ? {} : { cause }) })]);
}

function exitedHousehold(state: HouseholdState, command: Dated<unknown>, today: IsoDate): Result<true, Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  return statusOf(state) === "exited" ? ok(true) : refuse(errors.NOT_EXITED, { household: command.household }, { path: "/household" });
}

/** 纳入监测. Refuses a day before monitoring existed (MONITORING_TOO_EARLY) and a household that is monitored (MONITORING_ACTIVE). */
export function startMonitoring(
  state: HouseholdState,
  command: Dated<{ kind: string }>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { household, kind, valueDate } = command;
  const active = activeHousehold(state, household, valueDate, today);
  if (!active.ok) return active;
  if (valueDate < MONITORING_FROM) return refuse(errors.MONITORING_TOO_EARLY, { from: MONITORING_FROM }, { path: "/valueDate" });
  if (isWatched(state)) return refuse(errors.MONITORING_ACTIVE, { household }, { path: "/household" });
  return ok([event("MonitoringStarted", valueDate, { household, kind })]);
}

/** 解除监测. Refuses MONITORING_NOT_ACTIVE. */
export function endMonitoring(state: HouseholdState, command: Dated<unknown>, today: IsoDate): Result<readonly DomainEvent[], Refusal> {
  const { household, valueDate } = command;
  const active = activeHousehold(state, household, valueDate, today);
  if (!active.ok) return active;
  return isWatched(state)
    ? ok([event("MonitoringEnded", valueDate, { household })])
    : refuse(errors.MONITORING_NOT_ACTIVE, { household }, { path: "/household" });
}

const isWatched = (state: HouseholdState): boolean => state.monitoring.some(({ toExcl }) => toExcl === undefined);

/**
 * 整户消亡. Nobody of it lives: the command names every remaining member, whose deaths are recorded with it
 * (MEMBERS_LIVING otherwise). Its accounts close; what it is owed waits for heirs.
 */
export function extinguish(
  state: HouseholdState,
  command: Dated<{ lastMembers: readonly string[] }>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { household, lastMembers, valueDate } = command;
  const active = activeHousehold(state, household, valueDate, today);
  if (!active.ok) return active;
  const named = new Set(lastMembers);
  const unnamed = state.members.filter(({ personId }) => !named.has(personId)).length;
  if (unnamed > 0) return refuse(errors.MEMBERS_LIVING, { household, count: unnamed }, { path: "/lastMembers" });
  if (named.size !== state.members.length) return refuse(errors.MEMBER_UNKNOWN, { household }, { path: "/lastMembers" });
  return ok([
    ...closeAccounts(state, valueDate, () => true, "extinct"),
    ...state.members.map(({ personId }) => event("MemberRemoved", valueDate, { household, personId, reason: "death" })),
    event("HouseholdExtinct", valueDate, { household }),
  ]);
}
