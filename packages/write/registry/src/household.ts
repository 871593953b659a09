import { addDays, type IsoDate, shanghaiInstant } from "@huimin/calendar";
import { type Fold, type RecordedEvent, viewOf } from "@huimin/decider";
import type { RegistryPayload } from "./schema.ts";

/** What a household is today: registered (建档立卡), exited (脱贫), returned (返贫), or ended in one of four ways. */
export type HouseholdStatus = "unknown" | "registered" | "exited" | "returned" | Ended["how"];

export interface Ended {
  readonly how: "extinct" | "merged" | "split" | "deregistered";
  /** First day on which it is no more. */
  readonly from: IsoDate;
  readonly into?: string;
}

/** A living member. Sealed fields are under the person's own key. */
export interface MemberState {
  readonly personId: string;
  readonly relation: string;
  readonly name: string;
  readonly idNumber: string;
  readonly phone?: string;
  readonly from: IsoDate;
}

/** One version of an account; the open version of a purpose has no `until`. */
export interface AccountState {
  readonly purpose: string;
  readonly holder: string;
  /** Under whose key the number is sealed: the holder when it was bound. */
  readonly sealedFor: string;
  readonly bank: string;
  readonly kind: RegistryPayload<"BankAccountBound">["kind"];
  readonly number: string;
  readonly numberHash: string;
  readonly from: IsoDate;
  readonly recordedAt: string;
  readonly until?: { readonly recordedAt: string; readonly how: "replaced" | "closed" };
}

/** Standing by value date; facts arrive in any order. */
interface Standing {
  readonly from: IsoDate;
  readonly standing: "registered" | "exited" | "returned";
  readonly year?: number;
  readonly document?: string;
}

export interface HouseholdState {
  readonly household: string | undefined;
  readonly kind: "poor" | "marginal";
  readonly village: string;
  /** 村民小组 */
  readonly group?: string;
  readonly registeredOn: IsoDate;
  /** Household whose credit file it shares; loans and the cap are counted there. */
  readonly creditGroup: string;
  /** Files of households that were merged into it: their open credit counts for its cap too. */
  readonly mergedCreditGroups: readonly string[];
  readonly splitFrom?: string;
  readonly head: string;
  readonly members: readonly MemberState[];
  readonly formerMembers: readonly (MemberState & { readonly to: IsoDate; readonly reason: string })[];
  readonly standings: readonly Standing[];
  readonly monitoring: readonly { readonly from: IsoDate; readonly toExcl?: IsoDate; readonly kind: string }[];
  readonly accounts: readonly AccountState[];
  readonly ended?: Ended;
  /** 致贫原因, sealed under the key of the head of that day. */
  readonly cause?: { readonly sealed: string; readonly personId: string };
}

const none: HouseholdState = {
  household: undefined,
  kind: "poor",
  village: "",
  registeredOn: "",
  creditGroup: "",
  mergedCreditGroups: [],
  head: "",
  members: [],
  formerMembers: [],
  standings: [],
  monitoring: [],
  accounts: [],
};

type Evolve<T extends keyof Handlers> = (state: HouseholdState, payload: RegistryPayload<T>, event: RecordedEvent) => HouseholdState;
interface Handlers {
  HouseholdRegistered: unknown;
  HouseholdDeregistered: unknown;
  MemberAdded: unknown;
  MemberRemoved: unknown;
  HeadChanged: unknown;
  HouseholdSplit: unknown;
  HouseholdMerged: unknown;
  PovertyExitConfirmed: unknown;
  PovertyExitRevoked: unknown;
  ReturnedToPoverty: unknown;
  MonitoringStarted: unknown;
  MonitoringEnded: unknown;
  HouseholdExtinct: unknown;
  BankAccountBound: unknown;
  BankAccountChanged: unknown;
  BankAccountClosed: unknown;
  PersonIdentityCorrected: unknown;
}

const bound = (state: HouseholdState, payload: RegistryPayload<"BankAccountBound">, event: RecordedEvent): HouseholdState => ({
  ...state,
  accounts: [
    ...endAccounts(state.accounts, payload.purpose, event.recordedAt, "replaced"),
    {
      purpose: payload.purpose,
      holder: payload.holder,
      sealedFor: payload.holder,
      bank: payload.bank,
      kind: payload.kind,
      number: payload.number,
      numberHash: payload.numberHash,
      from: event.valueDate,
      recordedAt: event.recordedAt,
    },
  ],
});

const endAccounts = (accounts: readonly AccountState[], purpose: string, recordedAt: string, how: "replaced" | "closed"): AccountState[] =>
  accounts.map((account) => (account.purpose === purpose && !account.until ? { ...account, until: { recordedAt, how } } : account));

const withStanding = (state: HouseholdState, standing: Standing): HouseholdState => ({
  ...state,
  standings: [...state.standings, standing],
});

function leave(state: HouseholdState, gone: ReadonlySet<string>, to: IsoDate, reason: string): HouseholdState {
  return {
    ...state,
    members: state.members.filter(({ personId }) => !gone.has(personId)),
    formerMembers: [
      ...state.formerMembers,
      ...state.members.filter(({ personId }) => gone.has(personId)).map((member) => ({ ...member, to, reason })),
    ],
  };
}

const handlers: { readonly [T in keyof Handlers]: Evolve<T> } = {
  HouseholdRegistered: (_, payload, { valueDate }) => ({
    ...none,
    household: payload.household,
    kind: payload.kind ?? "poor",
    village: payload.village,
    ...(payload.group === undefined ? {} : { group: payload.group }),
    registeredOn: valueDate,
    creditGroup: payload.creditGroup ?? payload.splitFrom ?? payload.household,
    ...(payload.splitFrom === undefined ? {} : { splitFrom: payload.splitFrom }),
    head: payload.head,
    members: payload.members.map((member) => ({ ...member, from: valueDate })),
    standings: payload.kind === "marginal" ? [] : [{ from: valueDate, standing: "registered" }],
    ...(payload.cause === undefined ? {} : { cause: { sealed: payload.cause, personId: payload.head } }),
  }),
  HouseholdDeregistered: (state, _, { valueDate }) => ({ ...state, ended: { how: "deregistered", from: valueDate } }),
  MemberAdded: (state, { member }, { valueDate }) => ({ ...state, members: [...state.members, { ...member, from: valueDate }] }),
  MemberRemoved: (state, { personId, reason }, { valueDate }) => leave(state, new Set([personId]), valueDate, reason),
  HeadChanged: (state, { newHead }) => ({
    ...state,
    head: newHead,
    // What the old head is to the new one nobody has said.
    members: state.members.map((member) => ({
      ...member,
      relation: member.personId === newHead ? "head" : member.relation === "head" ? "other" : member.relation,
    })),
  }),
  HouseholdSplit: (state, { targets }, { valueDate }) => {
    const own = targets.find(({ household }) => household === state.household);
    const gone = new Set(targets.filter((target) => target !== own).flatMap(({ members }) => members));
    const left = leave(state, gone, valueDate, "split");
    return own ? left : { ...left, ended: { how: "split", from: valueDate } };
  },
  HouseholdMerged: (state, { household, into, creditGroups }, { valueDate }) => {
    if (state.household !== into)
      return {
        ...leave(state, new Set(state.members.map(({ personId }) => personId)), valueDate, "merge"),
        ended: { how: "merged", from: valueDate, into },
      };
    return { ...state, mergedCreditGroups: [...new Set([...state.mergedCreditGroups, ...(creditGroups ?? [household])])] };
  },
  PovertyExitConfirmed: (state, { year, document }, { valueDate }) =>
    withStanding(state, { from: valueDate, standing: "exited", year, document }),
  PovertyExitRevoked: (state) => {
    const last = state.standings.findLastIndex(({ standing }) => standing === "exited");
    return { ...state, standings: state.standings.filter((_, index) => index !== last) };
  },
  ReturnedToPoverty: (state, { cause }, { valueDate }) => ({
    ...withStanding(state, { from: valueDate, standing: "returned" }),
    ...(cause === undefined ? {} : { cause: { sealed: cause, personId: state.head } }),
  }),
  MonitoringStarted: (state, { kind }, { valueDate }) => ({ ...state, monitoring: [...state.monitoring, { from: valueDate, kind }] }),
  MonitoringEnded: (state, _, { valueDate }) => ({
    ...state,
    monitoring: state.monitoring.map((watch) => (watch.toExcl === undefined ? { ...watch, toExcl: valueDate } : watch)),
  }),
  HouseholdExtinct: (state, _, { valueDate }) => ({ ...state, ended: { how: "extinct", from: addDays(valueDate, 1) } }),
  BankAccountBound: bound,
  BankAccountChanged: bound,
  BankAccountClosed: (state, { purpose }, { recordedAt }) => ({
    ...state,
    accounts: endAccounts(state.accounts, purpose, recordedAt, "closed"),
  }),
  PersonIdentityCorrected: (state, payload) => {
    const { personId, newPersonId = personId } = payload;
    const renamed = (id: string): string => (id === personId ? newPersonId : id);
    return {
      ...state,
      head: renamed(state.head),
      members: state.members.map((member) => (member.personId === personId ? corrected(member, payload) : member)),
      accounts: state.accounts.map((account) => ({ ...account, holder: renamed(account.holder) })),
    };
  },
};

function corrected(
  member: MemberState,
  { field, value, newPersonId, name, phone }: RegistryPayload<"PersonIdentityCorrected">,
): MemberState {
  return {
    ...member,
    personId: newPersonId ?? member.personId,
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(field === "name" || field === "idNumber" || field === "phone" ? { [field]: value } : {}),
  };
}

/** A household from its stream `household/{no}`. */
export const householdFold: Fold<HouseholdState> = {
  initialState: none,
  evolve(state, event) {
    const handler = (handlers as Readonly<Record<string, Evolve<never> | undefined>>)[event.type];
    return handler ? handler(state, event.payload as never, event) : state;
  },
};

/** What the household is now, whatever the value dates. */
export function statusOf(state: HouseholdState): HouseholdStatus {
  if (state.household === undefined) return "unknown";
  return state.ended?.how ?? latest(state, "9999-12-31")?.standing ?? "registered";
}

/** What is asked of an account without paying to it: its number stays where it is. */
export type AccountFacts = Pick<AccountState, "purpose" | "bank" | "numberHash" | "recordedAt" | "until">;

/** What decisions on thousands of households need of each: nothing that is sealed. */
export interface HouseholdFacts
  extends Pick<HouseholdState, "household" | "village" | "registeredOn" | "standings" | "monitoring" | "ended"> {
  readonly people: number;
  readonly accounts: readonly AccountFacts[];
}

export const factsOf = (state: HouseholdState): HouseholdFacts => ({
  household: state.household,
  village: state.village,
  registeredOn: state.registeredOn,
  standings: state.standings,
  monitoring: state.monitoring,
  ...(state.ended ? { ended: state.ended } : {}),
  people: state.members.length,
  accounts: state.accounts.map(({ purpose, bank, numberHash, recordedAt, until }) => ({
    purpose,
    bank,
    numberHash,
    recordedAt,
    ...(until ? { until } : {}),
  })),
});

/** A household's facts from its stream `household/{no}`. */
export const householdFacts = viewOf(householdFold, factsOf);

type Standings = Pick<HouseholdState, "household" | "registeredOn" | "ended" | "standings">;

const latest = (state: Pick<Standings, "standings">, onDate: IsoDate): Standing | undefined =>
  state.standings
    .filter(({ from }) => from <= onDate)
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
    .at(-1);

/** True from the registration to the day before the end. */
export const existsOn = (state: Pick<Standings, "household" | "registeredOn" | "ended">, onDate: IsoDate): boolean =>
  state.household !== undefined && state.registeredOn <= onDate && (state.ended === undefined || onDate < state.ended.from);

export const isMonitoredOn = (state: Standings & Pick<HouseholdState, "monitoring">, onDate: IsoDate): boolean =>
  existsOn(state, onDate) && state.monitoring.some(({ from, toExcl }) => from <= onDate && (toExcl === undefined || onDate < toExcl));

/** Standings that a policy may name. `registered` includes who has returned to poverty. */
export type EligibleStanding = "registered" | "exited" | "monitored";

/** Which of them hold on a day; none when the household does not exist then. */
export function standingsOn(state: Standings & Pick<HouseholdState, "monitoring">, onDate: IsoDate): ReadonlySet<EligibleStanding> {
  const held = new Set<EligibleStanding>();
  if (!existsOn(state, onDate)) return held;
  const standing = latest(state, onDate)?.standing;
  if (standing === "exited") held.add("exited");
  else if (standing !== undefined) held.add("registered");
  if (isMonitoredOn(state, onDate)) held.add("monitored");
  return held;
}

/**
 * Whether the household is of the circle that a policy names on the day, by value date. Registered households only when
 * none is named; for microcredit pass `policy.texts("microcredit.eligible", date)` (domain 2.3 3.1, 3.1).
 */
export function eligibleOn(
  state: Standings & Pick<HouseholdState, "monitoring">,
  onDate: IsoDate,
  allowed: readonly string[] = ["registered"],
): boolean {
  const held: ReadonlySet<string> = standingsOn(state, onDate);
  return allowed.some((standing) => held.has(standing));
}

const HOUR_MS = 3_600_000;

/** First instant at which a payout may use the account: `hours` after it was recorded (R23). */
export const accountUsableFrom = (account: Pick<AccountState, "recordedAt">, hours: number): string =>
  shanghaiInstant(Date.parse(account.recordedAt) + hours * HOUR_MS);

/** The open account of a purpose, or the one for all purposes. */
export const openAccount = <A extends AccountFacts>(state: { readonly accounts: readonly A[] }, purpose: string): A | undefined =>
  state.accounts.find((account) => !account.until && account.purpose === purpose) ??
  state.accounts.find((account) => !account.until && account.purpose === "all");

export type PayoutAccount<A extends AccountFacts = AccountState> =
  | { readonly kind: "none" }
  | { readonly kind: "cooling"; readonly account: A; readonly usableFrom: string }
  | { readonly kind: "usable"; readonly account: A };

/** The account that a payout recorded at `at` (ISO instant) may use, with the cool-down of `payout.cooldownHours`. */
export function payoutAccount<A extends AccountFacts>(
  state: { readonly accounts: readonly A[] },
  purpose: string,
  at: string,
  cooldownHours: number,
): PayoutAccount<A> {
  const account = openAccount(state, purpose);
  if (!account) return { kind: "none" };
  const usableFrom = accountUsableFrom(account, cooldownHours);
  return Date.parse(at) < Date.parse(usableFrom) ? { kind: "cooling", account, usableFrom } : { kind: "usable", account };
}

export const isMember = (state: HouseholdState, personId: string): boolean => state.members.some((member) => member.personId === personId);
