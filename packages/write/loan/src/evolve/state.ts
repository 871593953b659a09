/*
 * One loan as its stream tells it. What interest depends on is kept as a timeline by value date; messages of the bank
 * are kept by serial, so that a reversal finds its original and a second sending is recognised.
 */
import type { IsoDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { InterestKind, LoanTimeline } from "@huimin/interest/timeline";
import type { Fen } from "@huimin/money";
import type { LoanEventType, LoanPayload } from "../schema.ts";
import { NO_STAKES, type StakeShare, type StakeState } from "./stake-facts.ts";

/** Dimensions that every event of the loan repeats. */
export interface LoanSubject {
  readonly loan: string;
  /** Absent on an enterprise loan. In a batch the borrower in name alone, who owes nothing. */
  readonly household?: string;
  readonly bank: string;
  readonly village?: string;
  /** Who repays: with `batch` model 1, alone model 2. */
  readonly enterprise?: string;
  readonly batch?: string;
  /** A top-up (3.14), or the renewal of one: not subsidised, not in the risk fund. */
  readonly unsubsidised?: boolean;
}

export interface LoanTerms {
  readonly annualRate: string;
  readonly yearBase: 360 | 365;
  readonly contractDate: IsoDate;
  /** as contracted, before an extension */
  readonly due: IsoDate;
  readonly method: string;
  /** Absent on an enterprise loan, like `borrower`. */
  readonly creditGroup?: string;
  readonly borrower?: string;
  /** Enterprise loans: repriced with the LPR (2.10). */
  readonly floating?: boolean;
  readonly penaltySurcharge: string;
  readonly topUpOf?: string;
  readonly renewalOf?: string;
}

/** A message of the bank with its serial. `held`: suspected duplicate, not booked. */
export interface BankMessage {
  readonly serial: string;
  readonly kind:
    | "drawing"
    | "repayment"
    | "prepayment"
    | "interest-payment"
    | "settlement"
    | "reversal"
    /** 委托入股划转 (1.6) */
    | "entrustment"
    /** Principal that others settle: compensation, recovery, release (chain E); has no serial, see {@link settledByOthers}. */
    | "compensation";
  readonly status: "booked" | "held" | "reversed" | "dismissed";
  readonly valueDate: IsoDate;
  readonly eventId: string;
  /** principal of this loan */
  readonly principal: Fen;
  readonly interest: Fen;
  readonly penalty: Fen;
  readonly tranche?: "subsidised-tranche";
  readonly interestFrom?: IsoDate;
  readonly payer?: "household" | "enterprise";
  /** Parts that lowered top-ups of this loan (R13). */
  readonly toTopUps?: readonly { readonly loan: string; readonly principal: Fen }[];
  /** On a top-up: the loan that the bank named. */
  readonly namedLoan?: string;
  /** Part of a unified repayment of the batch (1.12): the bank's serial of the whole. */
  readonly unified?: string;
  /** Whose stakes it lowered. */
  readonly stakes?: readonly StakeShare[];
}

/** How a settlement was computed. `compound` 复利: interest on settled interest that was not paid on time. */
export type SettlementKind = InterestKind | "compound";

/** A settled period of compound interest. */
export type SettledCompound = Omit<SettledInterest, "kind">;

/** A settled period with the amount that is booked for it now, corrections included. */
export interface SettledInterest {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly kind: InterestKind;
  readonly amount: Fen;
  readonly bearer: "household" | "enterprise";
  readonly valueDate: IsoDate;
  /** The bank's own figure was accepted although ours differs. */
  readonly flagged: boolean;
  /** Serials of unified repayments of the same value date that came before it. */
  readonly after?: readonly string[];
}

export interface LoanState {
  /** Absent until the first drawing. */
  readonly subject?: LoanSubject;
  readonly terms?: LoanTerms;
  readonly timeline: LoanTimeline;
  readonly messages: ReadonlyMap<string, BankMessage>;
  readonly settlements: readonly SettledInterest[];
  /** 复利, kept apart: no day of the loan is settled by it, nothing of it is subsidised. */
  readonly compounds?: readonly SettledCompound[];
  /** Σ InterestPaid less its reversals; `interest` and `penalty` of repayments are in the messages. */
  readonly interestPaid: Fen;
  /** Payments of interest that are not in the messages: the bank gave no serial. */
  readonly unnumberedPayments?: readonly { readonly on: IsoDate; readonly amount: Fen }[];
  /** Loans that topped this one up, in the order of their drawing. */
  readonly topUps: readonly string[];
  readonly extension?: { readonly oldDue: IsoDate; readonly newDue: IsoDate; readonly newRate: string };
  readonly misuseFrom?: IsoDate;
  /** Value date of the confirmation: the day from which it forbids an extension or a renewal. */
  readonly misuseConfirmedOn?: IsoDate;
  readonly renewedInto?: { readonly newLoan: string; readonly amount: Fen; readonly valueDate: IsoDate };
  /** Due date of the overdue mark (LoanBecameOverdue) that has not been cured. */
  readonly overdueSince?: IsoDate;
  readonly settledOn?: IsoDate;
  readonly debtorDiedOn?: IsoDate;
  /** New rates of a floating loan from their value dates on (2.10). */
  readonly rateResets: readonly { readonly from: IsoDate; readonly annualRate: string }[];
  /** Loans of a batch: whose stake the loan money is, see stakes.ts. */
  readonly stakes: StakeState;
}

/** 1 分贷统还 (in a batch), 2 企贷增收 (an enterprise borrows), 3 自贷创业. */
export type LoanModel = 1 | 2 | 3;

export const modelOf = (subject: {
  readonly household?: string | undefined;
  readonly enterprise?: string | undefined;
  readonly batch?: string | undefined;
}): LoanModel => (subject.batch !== undefined ? 1 : subject.enterprise !== undefined && subject.household === undefined ? 2 : 3);

/** The dimensions of a payload, without the fields that are absent. */
export function subjectOf(payload: LoanPayload<"OverdueCured">): LoanSubject {
  const { loan, household, bank, village, enterprise, batch, unsubsidised } = payload;
  return {
    loan,
    ...(household ? { household } : {}),
    bank,
    ...(village ? { village } : {}),
    ...(enterprise ? { enterprise } : {}),
    ...(batch ? { batch } : {}),
    ...(unsubsidised ? { unsubsidised: true } : {}),
  };
}

const EMPTY_TIMELINE: LoanTimeline = {
  movements: [],
  rates: [],
  due: "9999-12-31",
  penaltySurcharge: "0",
  yearBase: 360,
  dayCount: "actual",
  subsidised: false,
};

export const emptyLoan: LoanState = {
  timeline: EMPTY_TIMELINE,
  messages: new Map(),
  settlements: [],
  interestPaid: 0n,
  topUps: [],
  rateResets: [],
  stakes: NO_STAKES,
};

export const NO_MONEY = { principal: 0n, interest: 0n, penalty: 0n };

export const withMessage = (state: LoanState, message: BankMessage): LoanState => ({
  ...state,
  messages: new Map(state.messages).set(message.serial, message),
});

export function withStatus(state: LoanState, serial: string, status: BankMessage["status"]): LoanState {
  const message = state.messages.get(serial);
  return message ? withMessage(state, { ...message, status }) : state;
}

/** A fact that moves money opens a settled loan again. */
export const reopened = ({ settledOn: _, ...state }: LoanState): LoanState => state;

export function reversal(state: LoanState, event: RecordedEvent, serial: string, reversalSerial: string): LoanState {
  const reversed = withStatus(reopened(state), serial, "reversed");
  const { valueDate, eventId } = event;
  return withMessage(reversed, { serial: reversalSerial, kind: "reversal", status: "booked", valueDate, eventId, ...NO_MONEY });
}

export type LoanHandlers = {
  readonly [T in LoanEventType]?: (state: LoanState, event: RecordedEvent, payload: LoanPayload<T>) => LoanState;
};
