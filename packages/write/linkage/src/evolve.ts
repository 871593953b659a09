import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { Mark, Span } from "./marks.ts";
import type { LinkageEventType, LinkagePayload } from "./schema.ts";

export const linkageStream = (enterprise: string): string => `linkage/${enterprise}`;
export const carrierStream = (household: string): string => `linkage-household/${household}`;
export const guaranteeFeeStream = (guarantor: string): string => `guarantee-fee/${guarantor}`;

/** Terms of an agreement from a day on. */
export interface AgreementTerms {
  readonly from: IsoDate;
  readonly loanCap: Fen;
  /** Absent: the policy's of the day. */
  readonly quotaPerHousehold?: Fen;
  readonly form: LinkagePayload<"HouseholdLinked">["form"];
  readonly yearlyAmount?: Fen;
}

/** 四方带贫协议 with its amendments, by value date. */
export interface Agreement extends Span {
  readonly agreement: string;
  readonly bank: string;
  readonly terms: readonly AgreementTerms[];
}

export interface Breach extends Span {
  readonly breach: string;
  readonly shortfall: number;
  readonly revoked: boolean;
}

/** What counts for one enterprise (stream `linkage/{enterprise}`). */
export interface LinkageState {
  readonly recognitions: readonly (Span & { readonly households: number })[];
  /** Days on which a recognition was revoked. */
  readonly revocations: readonly IsoDate[];
  readonly agreements: ReadonlyMap<string, Agreement>;
  /** Marks of each household that was ever linked. */
  readonly links: ReadonlyMap<string, readonly Mark[]>;
  readonly breaches: readonly Breach[];
  /** Agreement of each loan. */
  readonly loans: ReadonlyMap<string, string>;
}

export const noLinkage: LinkageState = {
  recognitions: [],
  revocations: [],
  agreements: new Map(),
  links: new Map(),
  breaches: [],
  loans: new Map(),
};

type Handlers<S, T extends LinkageEventType> = { readonly [K in T]?: (state: S, payload: LinkagePayload<K>, event: RecordedEvent) => S };

/** A fold that knows some event types and ignores the rest. */
function foldOf<S, T extends LinkageEventType>(initialState: S, handlers: Handlers<S, T>): Fold<S> {
  return {
    initialState,
    evolve(state, event) {
      const handler = (handlers as Readonly<Record<string, ((state: S, payload: never, event: RecordedEvent) => S) | undefined>>)[
        event.type
      ];
      return handler ? handler(state, event.payload as never, event) : state;
    },
  };
}

const termsOf = (
  {
    loanCap,
    quotaPerHousehold,
    form,
    yearlyAmount,
  }: LinkagePayload<"FourPartyAgreementAmended"> | LinkagePayload<"FourPartyAgreementSigned">,
  from: IsoDate,
): AgreementTerms => ({
  from,
  loanCap: fen(loanCap),
  ...(quotaPerHousehold === undefined ? {} : { quotaPerHousehold: fen(quotaPerHousehold) }),
  form,
  ...(yearlyAmount === undefined ? {} : { yearlyAmount: fen(yearlyAmount) }),
});

const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value);

const marked = (state: LinkageState, household: string, mark: Mark): LinkageState => ({
  ...state,
  links: put(state.links, household, [...(state.links.get(household) ?? []), mark]),
});

const spanOf = (from: IsoDate, toExcl: IsoDate | undefined): Span => ({ from, ...(toExcl === undefined ? {} : { toExcl }) });

export const linkageFold: Fold<LinkageState> = foldOf<LinkageState, LinkageEventType>(noLinkage, {
  EnterpriseRecognised: (state, { households, toExcl }, { valueDate }) => ({
    ...state,
    recognitions: [...state.recognitions, { ...spanOf(valueDate, toExcl), households }],
  }),
  EnterpriseRecognitionRevoked: (state, _, { valueDate }) => ({ ...state, revocations: [...state.revocations, valueDate] }),
  FourPartyAgreementSigned: (state, payload, { valueDate }) => ({
    ...state,
    agreements: put(state.agreements, payload.agreement, {
      ...spanOf(valueDate, payload.toExcl),
      agreement: payload.agreement,
      bank: payload.bank,
      terms: [termsOf(payload, valueDate)],
    }),
  }),
  FourPartyAgreementAmended: (state, payload, { valueDate }) => {
    const agreement = state.agreements.get(payload.agreement);
    if (!agreement) return state;
    // By value date; of two amendments of one day the later recorded is the one that is meant.
    const terms = [...agreement.terms, termsOf(payload, valueDate)].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    return { ...state, agreements: put(state.agreements, payload.agreement, { ...agreement, terms }) };
  },
  LoanOpenedUnderAgreement: (state, { loan, agreement }) => ({ ...state, loans: put(state.loans, loan, agreement) }),
  HouseholdLinked: (state, { household }, { valueDate }) => marked(state, household, { on: valueDate, kind: "begin" }),
  HouseholdUnlinked: (state, { household }, { valueDate }) => marked(state, household, { on: valueDate, kind: "end" }),
  CommitmentBreached: (state, { breach, shortfall, from, toExcl }) => ({
    ...state,
    breaches: [...state.breaches, { ...spanOf(from, toExcl), breach, shortfall, revoked: false }],
  }),
  CommitmentBreachRevoked: (state, { breach }) => ({
    ...state,
    breaches: state.breaches.map((one) => (one.breach === breach ? { ...one, revoked: true } : one)),
  }),
});

/** What an enterprise reported for a month: the last version. */
export interface BenefitReport {
  readonly kind: "wage" | "benefit";
  readonly enterprise: string;
  readonly person?: string;
  readonly form: LinkagePayload<"HouseholdLinked">["form"];
  readonly month: string;
  readonly amount: Fen;
  readonly version: number;
}

/** Who carries a household, and what it got from it (stream `linkage-household/{household}`). */
export interface CarrierState {
  readonly carriers: ReadonlyMap<string, readonly Mark[]>;
  /** By {@link reportKey}. */
  readonly reports: ReadonlyMap<string, BenefitReport>;
}

/** Reports with the same key are versions of one. */
export const reportKey = ({ enterprise, person, form, month }: Omit<BenefitReport, "kind" | "amount" | "version">): string =>
  `${enterprise} ${person ?? ""} ${form} ${month}`;

const withReport = (state: CarrierState, report: BenefitReport): CarrierState => ({
  ...state,
  reports: put(state.reports, reportKey(report), report),
});

const carried = (state: CarrierState, enterprise: string, mark: Mark): CarrierState => ({
  ...state,
  carriers: put(state.carriers, enterprise, [...(state.carriers.get(enterprise) ?? []), mark]),
});

export const carrierFold: Fold<CarrierState> = foldOf<CarrierState, LinkageEventType>(
  { carriers: new Map(), reports: new Map() },
  {
    HouseholdCarried: (state, { enterprise }, { valueDate }) => carried(state, enterprise, { on: valueDate, kind: "begin" }),
    HouseholdCarryEnded: (state, { enterprise }, { valueDate }) => carried(state, enterprise, { on: valueDate, kind: "end" }),
    WagePaidReported: (state, { enterprise, person, month, amount, version }) =>
      withReport(state, { kind: "wage", enterprise, person, form: "job", month, amount: fen(amount), version }),
    BenefitPaidReported: (state, { enterprise, form, month, amount, version }) =>
      withReport(state, { kind: "benefit", enterprise, form, month, amount: fen(amount), version }),
  },
);

/** 担保费补助, a grant and what became of it. */
export interface GuaranteeGrant {
  readonly grant: string;
  readonly amount: Fen;
  readonly fiscalYear: number;
  readonly eventId: string;
  readonly status: "open" | "paid" | "reversed";
}

/** Grants of one guarantor (stream `guarantee-fee/{guarantor}`) by number. */
export type GuaranteeFeeState = ReadonlyMap<string, GuaranteeGrant>;

const withStatus = (state: GuaranteeFeeState, grant: string, status: GuaranteeGrant["status"]): GuaranteeFeeState => {
  const known = state.get(grant);
  return known ? put(state, grant, { ...known, status }) : state;
};

export const guaranteeFeeFold: Fold<GuaranteeFeeState> = foldOf<GuaranteeFeeState, LinkageEventType>(new Map(), {
  GuaranteeFeeGranted: (state, { grant, amount }, { period, eventId }) =>
    put(state, grant, { grant, amount: fen(amount), fiscalYear: Number(period.slice(0, 4)), eventId, status: "open" }),
  GuaranteeFeeReversed: (state, { grant }) => withStatus(state, grant, "reversed"),
  GuaranteeFeePaid: (state, { grant }) => withStatus(state, grant, "paid"),
  GuaranteeFeePaymentReturned: (state, { grant }) => withStatus(state, grant, "open"),
});
