import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import { type HouseholdState, type MemberState, statusOf } from "../household.ts";
import { activeHousehold, checkId } from "./guard.ts";
import { closeAccounts, event } from "./households.ts";

export interface SplitTarget {
  readonly household: string;
  readonly head: string;
  readonly members: readonly { readonly personId: string; readonly relation?: string }[];
}

export interface Split {
  readonly household: string;
  readonly targets: readonly SplitTarget[];
  readonly debtorStays: string;
  readonly valueDate: string;
}

/** Events per stream that a change of several households makes. */
export interface HouseholdWrites {
  readonly households: ReadonlyMap<string, readonly DomainEvent[]>;
  /** Who moves, from where to where. */
  readonly moves: readonly { readonly personId: string; readonly from: string; readonly to: string }[];
}

/**
 * 分户. Every member goes to exactly one of at least two households (SPLIT_NOT_EXACT); the source may be one of them. One
 * target keeps the loan (SPLIT_DEBTOR_UNKNOWN). All share the source's credit file: the cap counts them as one until the
 * loan is repaid (domain T11). A new household inherits standing and monitoring. Age of new heads: checked by the caller.
 */
export function splitHousehold(
  state: HouseholdState,
  targets: ReadonlyMap<string, HouseholdState>,
  command: Split,
  today: IsoDate,
): Result<HouseholdWrites, Refusal> {
  const active = activeHousehold(state, command.household, command.valueDate, today);
  if (!active.ok) return active;
  const { household, debtorStays, valueDate } = command;
  const divided = exactDivision(state, command);
  if (!divided.ok) return divided;
  if (!command.targets.some((target) => target.household === debtorStays)) {
    return refuse(errors.SPLIT_DEBTOR_UNKNOWN, { household: debtorStays }, { path: "/debtorStays" });
  }
  for (const [index, target] of command.targets.entries()) {
    const fresh = newTarget(state, targets.get(target.household), target, `/targets/${index}`);
    if (!fresh.ok) return fresh;
  }
  const others = command.targets.filter((target) => target.household !== household);
  const moved = new Set(others.flatMap((target) => target.members.map(({ personId }) => personId)));
  const recorded = command.targets.map((target) => ({
    household: target.household,
    members: target.members.map(({ personId }) => personId),
    heads: target.members.length,
  }));
  const households = new Map<string, readonly DomainEvent[]>([
    [
      household,
      [
        ...closeAccounts(state, valueDate, (holder) => moved.has(holder), "holder-left"),
        event("HouseholdSplit", valueDate, { household, targets: recorded, debtorStays }),
      ],
    ],
  ]);
  for (const target of others) households.set(target.household, foundedBySplit(state, target, valueDate));
  return ok({
    households,
    moves: others.flatMap((target) => target.members.map(({ personId }) => ({ personId, from: household, to: target.household }))),
  });
}

function exactDivision(state: HouseholdState, { household, targets }: Split): Result<true, Refusal> {
  const assigned = targets.flatMap(({ members }) => members.map(({ personId }) => personId));
  const members = new Set(state.members.map(({ personId }) => personId));
  const numbers = new Set(targets.map((target) => target.household));
  const exact =
    targets.length >= 2 &&
    numbers.size === targets.length &&
    targets.every((target) => target.members.length > 0) &&
    assigned.length === members.size &&
    new Set(assigned).size === members.size &&
    assigned.every((personId) => members.has(personId));
  return exact ? ok(true) : refuse(errors.SPLIT_NOT_EXACT, { household }, { path: "/targets" });
}

function newTarget(source: HouseholdState, existing: HouseholdState | undefined, target: SplitTarget, path: string): Result<true, Refusal> {
  if (!target.members.some(({ personId }) => personId === target.head))
    return refuse(errors.HEAD_MISSING, { household: target.household }, { path: `${path}/head` });
  if (target.household === source.household) {
    return target.head === source.head ? ok(true) : refuse(errors.HEAD_CHANGE_FIRST, {}, { path: `${path}/head` });
  }
  if (existing?.household !== undefined)
    return refuse(errors.HOUSEHOLD_ALREADY_REGISTERED, { household: target.household }, { path: `${path}/household` });
  const id = checkId(target.household, `${path}/household`);
  return id.ok ? ok(true) : id;
}

function foundedBySplit(source: HouseholdState, target: SplitTarget, valueDate: IsoDate): DomainEvent[] {
  const byId = new Map(source.members.map((member) => [member.personId, member]));
  const members = target.members.map(({ personId, relation }) => {
    const member = byId.get(personId) as MemberState;
    return moved(member, personId === target.head ? "head" : (relation ?? "other"));
  });
  const founded = [
    event("HouseholdRegistered", valueDate, {
      household: target.household,
      village: source.village,
      members,
      head: target.head,
      splitFrom: source.household as string,
      creditGroup: source.creditGroup,
      ...(source.kind === "marginal" ? { kind: source.kind } : {}),
      ...(source.group === undefined ? {} : { group: source.group }),
    }),
  ];
  if (statusOf(source) === "exited") {
    const exit = source.standings.findLast(({ standing }) => standing === "exited");
    founded.push(
      event("PovertyExitConfirmed", valueDate, {
        household: target.household,
        year: exit?.year ?? Number(valueDate.slice(0, 4)),
        document: exit?.document ?? "",
      }),
    );
  }
  const watch = source.monitoring.find(({ toExcl }) => toExcl === undefined);
  if (watch) founded.push(event("MonitoringStarted", valueDate, { household: target.household, kind: watch.kind }));
  return founded;
}

/** A member's record as it enters another household: sealed fields stay under the person's own key. */
const moved = ({ personId, name, idNumber, phone }: MemberState, relation: string) => ({
  personId,
  relation,
  name,
  idNumber,
  ...(phone === undefined ? {} : { phone }),
});

export interface Merge {
  readonly into: string;
  readonly households: readonly string[];
  readonly relations?: Readonly<Record<string, string>>;
  readonly valueDate: string;
}

/**
 * 并户. The merged households end, their accounts close and their members go to `into`, whose cap counts their open
 * credit from then on. Refuses MERGE_WITH_ITSELF and what an inactive household is refused for.
 */
export function mergeHouseholds(
  states: ReadonlyMap<string, HouseholdState>,
  command: Merge,
  today: IsoDate,
): Result<HouseholdWrites, Refusal> {
  const { into, households: merged, valueDate } = command;
  if (new Set([into, ...merged]).size !== merged.length + 1) return refuse(errors.MERGE_WITH_ITSELF, {}, { path: "/households" });
  const writes = new Map<string, readonly DomainEvent[]>();
  const arrivals: DomainEvent[] = [];
  const moves: HouseholdWrites["moves"][number][] = [];
  for (const household of [into, ...merged]) {
    const state = states.get(household) as HouseholdState;
    const active = activeHousehold(state, household, valueDate, today);
    if (!active.ok) return active;
    if (household === into) continue;
    const joined = event("HouseholdMerged", valueDate, { household, into, creditGroups: [state.creditGroup, ...state.mergedCreditGroups] });
    writes.set(household, [...closeAccounts(state, valueDate, () => true, "merged"), joined]);
    arrivals.push(joined);
    for (const member of state.members) {
      const relation = command.relations?.[member.personId] ?? "other";
      arrivals.push(
        event("MemberAdded", valueDate, {
          household: into,
          member: moved(member, relation === "head" ? "other" : relation),
          reason: "merge",
        }),
      );
      moves.push({ personId: member.personId, from: household, to: into });
    }
  }
  writes.set(into, arrivals);
  return ok({ households: writes, moves });
}
