import type { Axes, Books, JournalLine } from "@huimin/books";
import { daysBetween, type IsoDate } from "@huimin/calendar";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import { ERASED_MARK, maskAccount, maskName } from "@huimin/identity";
import { creditStream, type LoanState, loanStream, loanTimelineFold, openInterest, openPrincipalNow } from "@huimin/loan/events";
import { type Fen, sumFen } from "@huimin/money";
import { BrokenInvariant } from "@huimin/outcome";
import { type HouseholdState, householdFold, householdStream, statusOf } from "@huimin/registry/events";
import { obligorStream } from "@huimin/risk-fund/events";
import { type SubsidyState, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import { entitlementView, type HouseholdEntitlement, readEntitlements, type SheetEntitlement } from "./entitlements.ts";
import { figuresOf, linesOfHousehold, type SheetFigures } from "./figures.ts";
import { helpOf, helpStreams, type SheetCarrier, type SheetHelp, type SheetPairing } from "./help.ts";
import { fold, readStreams } from "./reading.ts";
import { EVENT_TITLES } from "./titles.ts";

export interface SheetQuestion extends Axes {
  readonly district: string;
  readonly household: string;
}

/** Opens a sealed field for one reader, or says why it may not be shown; undefined when the key was shredded. */
export type Reveal = (request: {
  readonly district: string;
  readonly personId: string;
  readonly field: "name" | "account";
  readonly sealed: string;
}) => Promise<string | undefined>;

export interface SheetOptions {
  readonly books: Books;
  readonly store: EventStore;
  /** Without it, names and account numbers are left out; with it, they are shown masked. */
  readonly reveal?: Reveal;
}

export interface SheetMember {
  readonly personId: string;
  readonly relation: string;
  readonly head: boolean;
  readonly maskedName?: string;
}

export interface SheetAccount {
  readonly purpose: string;
  readonly bank: string;
  readonly kind: string;
  /** 尾号: `****0011` */
  readonly maskedNumber?: string;
  readonly from: IsoDate;
}

export interface SheetLoan {
  readonly loan: string;
  readonly bank: string;
  readonly drawn: Fen;
  readonly principal: Fen;
  /** Percent a year in force on the day. */
  readonly annualRate: string;
  readonly contractDate: IsoDate;
  readonly due: IsoDate;
  readonly extendedFrom?: IsoDate;
  readonly method: string;
  readonly topUpOf?: string;
  readonly renewedInto?: string;
  /** 分贷统还: borrowed in its name alone. The enterprise owes it all, so nothing is open or overdue here. */
  readonly batch?: string;
  readonly enterprise?: string;
  readonly interestOpen: Fen;
  readonly misuseFrom?: IsoDate;
  /** Due and unpaid on the day; days are counted from the due date. */
  readonly overdue: boolean;
  readonly daysOverdue: number;
}

export interface SheetInterest {
  readonly loan: string;
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly kind: "normal" | "penalty" | "compound" | "prepaid";
  /** As it stands now, corrections included. */
  readonly amount: Fen;
  readonly bearer: "household" | "enterprise";
}

export interface SheetSubsidy {
  readonly loan: string;
  readonly claim: string;
  readonly payee: string;
  /** Accrued with corrections, before claw-backs. */
  readonly accrued: Fen;
  readonly paid: Fen;
  readonly clawedBack: Fen;
}

export interface TimelineEntry {
  readonly position: number;
  readonly valueDate: IsoDate;
  readonly recordedAt: string;
  readonly type: string;
  readonly zh: string;
  readonly en: string;
  readonly loan?: string;
  /** Yuan, the amount that the event itself states. */
  readonly amount?: string;
}

/** Everything of one household as of (value date, knowledge). */
export interface HouseholdSheet {
  readonly district: string;
  readonly household: string;
  readonly village?: string;
  readonly status: string;
  readonly members: readonly SheetMember[];
  readonly accounts: readonly SheetAccount[];
  readonly figures: SheetFigures;
  readonly loans: readonly SheetLoan[];
  readonly interest: readonly SheetInterest[];
  readonly subsidies: readonly SheetSubsidy[];
  /** By year and pool. */
  readonly entitlements: readonly SheetEntitlement[];
  /** Help outside the books. */
  readonly otherHelp: readonly SheetHelp[];
  readonly pairings: readonly SheetPairing[];
  readonly carriers: readonly SheetCarrier[];
  readonly lines: readonly JournalLine[];
  readonly timeline: readonly TimelineEntry[];
}

/** More lines than a household can have in 30 years; a sheet of more would be a damaged book. */
const LINES_MAX = 100_000;

export interface HouseholdSheets {
  /** The figures alone: one query. */
  figures(question: SheetQuestion): Promise<SheetFigures>;
  /** Its entitlements to dividends with the history of their payouts, by year and pool. */
  entitlements(question: SheetQuestion): Promise<readonly HouseholdEntitlement[]>;
  /** All of it: one query of the journal, one or two of the log. `today` judges what is due where no `asOf` is given. */
  sheet(question: SheetQuestion & { readonly today: IsoDate }): Promise<HouseholdSheet>;
}

export function createHouseholdSheets(options: SheetOptions): HouseholdSheets {
  const { books, store } = options;
  const linesFor = async ({ district, household, asOf, knownAt }: SheetQuestion): Promise<readonly JournalLine[]> => {
    const lines = await books.journal({ district, anyOf: linesOfHousehold(household), asOf, knownAt, limit: LINES_MAX });
    if (lines.length === LINES_MAX) throw new BrokenInvariant(`household ${household} has ${LINES_MAX} journal lines or more`);
    return lines;
  };
  return {
    figures: async (question) => figuresOf(await linesFor(question), question.household),
    entitlements: async (question) => (await readEntitlements(store, question, await linesFor(question))).entitlements,
    async sheet(question) {
      const { district, household } = question;
      const lines = await linesFor(question);
      const loans = [...new Set(lines.flatMap(({ dims }) => (dims.household === household && dims.loan ? [dims.loan] : [])))].sort();
      const events = await readStreams(store, question, [
        householdStream(household),
        creditStream(household),
        ...helpStreams(household),
        ...loans.flatMap((loan) => [loanStream(loan), subsidyStream(loan)]),
        obligorStream(household),
      ]);
      const dividends = await readEntitlements(store, question, lines);
      const registry = fold(householdFold, events.get(householdStream(household)) ?? []);
      const help = helpOf(household, (stream) => events.get(stream) ?? []);
      const loanStates = loans.map((loan) => [loan, fold(loanTimelineFold, events.get(loanStream(loan)) ?? [])] as const);
      const subsidyStates = loans.map((loan) => [loan, fold(subsidyFold, events.get(subsidyStream(loan)) ?? [])] as const);
      return {
        district,
        household,
        ...(registry.village ? { village: registry.village } : {}),
        status: statusOf(registry),
        members: await membersOf(registry, district, options.reveal),
        accounts: await accountsOf(registry, district, options.reveal),
        figures: figuresOf(lines, household),
        loans: loanStates.flatMap(([loan, state]) =>
          isDebtor(household, state) ? loanView(loan, state, question.asOf ?? question.today) : [],
        ),
        interest: loanStates.flatMap(([loan, state]) => interestView(loan, state)),
        subsidies: subsidyStates.flatMap(([loan, state]) => subsidyView(loan, state)),
        entitlements: dividends.entitlements.map(entitlementView),
        ...help,
        lines,
        timeline: timelineOf([...[...events.values()].flat(), ...dividends.events]),
      };
    },
  };
}

const membersOf = (state: HouseholdState, district: string, reveal: Reveal | undefined): Promise<SheetMember[]> =>
  Promise.all(
    state.members.map(async ({ personId, relation, name }) => {
      const text = reveal && ((await reveal({ district, personId, field: "name", sealed: name })) ?? ERASED_MARK);
      return { personId, relation, head: personId === state.head, ...(text === undefined ? {} : { maskedName: maskName(text) }) };
    }),
  );

const accountsOf = (state: HouseholdState, district: string, reveal: Reveal | undefined): Promise<SheetAccount[]> =>
  Promise.all(
    state.accounts
      .filter((account) => account.until === undefined)
      .map(async ({ purpose, bank, kind, from, number, sealedFor }) => {
        const text = reveal && ((await reveal({ district, personId: sealedFor, field: "account", sealed: number })) ?? ERASED_MARK);
        return { purpose, bank, kind, from, ...(text === undefined ? {} : { maskedNumber: maskAccount(text) }) };
      }),
  );

/** A loan of a batch is its debtor's in name; another holder of its stake (分户), or a household that was replaced, has no loan. */
const isDebtor = (household: string, { subject }: LoanState): boolean => subject?.batch === undefined || subject.household === household;

function loanView(loan: string, state: LoanState, on: IsoDate): SheetLoan[] {
  const { subject, terms, timeline, extension } = state;
  if (!subject || !terms) return [];
  const principal = openPrincipalNow(state);
  const drawn = sumFen(
    [...state.messages.values()].filter(({ kind, status }) => kind === "drawing" && status === "booked").map((one) => one.principal),
  );
  const extended = extension !== undefined && extension.oldDue <= on;
  const inBatch = subject.batch !== undefined;
  const overdue = !inBatch && principal > 0n && timeline.due <= on;
  return [
    {
      loan,
      bank: subject.bank,
      drawn,
      principal,
      annualRate: extended ? extension.newRate : terms.annualRate,
      contractDate: terms.contractDate,
      due: timeline.due,
      ...(extension ? { extendedFrom: extension.oldDue } : {}),
      method: terms.method,
      ...(terms.topUpOf === undefined ? {} : { topUpOf: terms.topUpOf }),
      ...(state.renewedInto ? { renewedInto: state.renewedInto.newLoan } : {}),
      ...(subject.batch === undefined ? {} : { batch: subject.batch }),
      ...(subject.enterprise === undefined ? {} : { enterprise: subject.enterprise }),
      interestOpen: inBatch ? 0n : openInterest(state).total,
      ...(state.misuseFrom === undefined ? {} : { misuseFrom: state.misuseFrom }),
      overdue,
      daysOverdue: overdue ? daysBetween(timeline.due, on) : 0,
    },
  ];
}

function interestView(loan: string, state: LoanState): SheetInterest[] {
  const settled = state.settlements.map(
    ({ from, toExcl, kind, amount, bearer }): SheetInterest => ({ loan, from, toExcl, kind, amount, bearer }),
  );
  const compound = (state.compounds ?? []).map(
    ({ from, toExcl, amount, bearer }): SheetInterest => ({ loan, from, toExcl, kind: "compound", amount, bearer }),
  );
  const prepaid = [...state.messages.values()].flatMap((message): SheetInterest[] =>
    message.kind === "prepayment" && message.status === "booked" && message.interestFrom !== undefined
      ? [{ loan, from: message.interestFrom, toExcl: message.valueDate, kind: "prepaid", amount: message.interest, bearer: "household" }]
      : [],
  );
  return [...settled, ...compound, ...prepaid].sort((a, b) =>
    a.toExcl === b.toExcl ? (a.kind < b.kind ? -1 : 1) : a.toExcl < b.toExcl ? -1 : 1,
  );
}

function subsidyView(loan: string, state: SubsidyState): SheetSubsidy[] {
  const rows = new Map<string, { -readonly [K in keyof SheetSubsidy]: SheetSubsidy[K] }>();
  for (const { claim, payee, accrued, paid, clawedBack } of state.units) {
    const key = `${claim} ${payee}`;
    const row = rows.get(key) ?? { loan, claim, payee, accrued: 0n, paid: 0n, clawedBack: 0n };
    row.accrued += accrued;
    row.paid += paid;
    row.clawedBack += clawedBack;
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => (a.claim < b.claim ? -1 : 1));
}

function timelineOf(events: readonly StoredEvent[]): TimelineEntry[] {
  return [...events]
    .sort((a, b) => a.position - b.position)
    .map(({ position, valueDate, recordedAt, type, payload }) => {
      const stated = payload as { loan?: string; amount?: string; principal?: string; total?: string };
      const amount = stated.amount ?? stated.principal ?? stated.total;
      const [zh, en] = EVENT_TITLES[type] ?? [type, type];
      return {
        position,
        valueDate,
        recordedAt,
        type,
        zh,
        en,
        ...(stated.loan === undefined ? {} : { loan: stated.loan }),
        ...(amount === undefined ? {} : { amount }),
      };
    });
}
