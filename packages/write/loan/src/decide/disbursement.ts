/* Drawings (3.4, 3.14) and the reversal of one. */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent, StreamWrite } from "@huimin/decider";
import { drawnPrincipal, firstDrawing, minimumOpenFrom } from "@huimin/interest/timeline";
import { type Fen, fen, formatAmount, percent, sumFen } from "@huimin/money";
import { invariant, ok, type Result, refuse } from "@huimin/outcome";
import { errors } from "../errors.ts";
import { type BankMessage, type CreditEntry, type LoanApproval, type LoanState, loanStream, stakesNow, withPending } from "../evolve.ts";
import type { LoanPayload } from "../schema.ts";
import { loanEvent, type OpenedLoan, opened, type Refused } from "../shared.ts";
import { bookIntoFamily, type LoanFamily, merged } from "./topups.ts";

export interface DrawingMessage {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly serial: string;
  readonly amount: string;
  /** Terms that the bank may repeat: they must be the approved ones. */
  readonly annualRate?: string;
  readonly due?: IsoDate;
  readonly contractDate?: IsoDate;
  readonly yearBase?: 360 | 365;
  readonly method?: string;
}

/** What a first drawing fixes for the contract. */
export interface ContractFacts {
  readonly village: string;
  readonly creditGroup: string;
  readonly yearBase: 360 | 365;
  readonly penaltySurcharge: string;
}

export type ApprovedEntry = CreditEntry & { readonly approval: LoanApproval };

/** The approved entry of a loan number, or LOAN_NOT_APPROVED. */
export function approvedEntry(entry: CreditEntry | undefined, loan: string, household: string): Result<ApprovedEntry> {
  if (entry?.status === "approved" && entry.approval && entry.household === household) return ok({ ...entry, approval: entry.approval });
  return refuse(errors.LOAN_NOT_APPROVED, { loan, household }, { path: "/loan" });
}

function serialTakenRefusal(state: LoanState, { serial, valueDate, amount }: DrawingMessage): Refused | undefined {
  const known = state.messages.get(serial);
  if (!known) return undefined;
  const same = known.kind === "drawing" && known.valueDate === valueDate && known.principal === fen(amount);
  return refuse(same ? errors.SAME_REQUEST_AGAIN : errors.SERIAL_CONFLICT, { serial }, { path: "/serial" });
}

function termsRefusal({ approval }: ApprovedEntry, message: DrawingMessage, yearBase: number): Refused | undefined {
  const same: readonly (readonly [string, string | undefined, string])[] = [
    [
      "annualRate",
      message.annualRate === undefined ? undefined : percent(message.annualRate).toFixed(),
      percent(approval.annualRate).toFixed(),
    ],
    ["due", message.due, approval.due],
    ["contractDate", message.contractDate, approval.contractDate],
    ["method", message.method, approval.method],
    ["yearBase", message.yearBase?.toString(), String(yearBase)],
  ];
  const other = same.find(([, sent, approved]) => sent !== undefined && sent !== approved);
  return other
    ? refuse(errors.TERMS_DIFFER, { term: other[0], sent: other[1] ?? "", approved: other[2] }, { path: `/${other[0]}` })
    : undefined;
}

export type DrawingEvent =
  | DomainEvent<"LoanDisbursed", LoanPayload<"LoanDisbursed">>
  | DomainEvent<"LoanToppedUp", LoanPayload<"LoanToppedUp">>;

/**
 * 3.4 放款 (3.14 for a top-up): several drawings, together at most what was approved (ABOVE_APPROVED), each between the
 * contract date and the due date, on the approved terms.
 */
export function draw(state: LoanState, entry: ApprovedEntry, message: DrawingMessage, contract: ContractFacts): Result<DrawingEvent> {
  const { loan, valueDate, serial, amount } = message;
  const { approval } = entry;
  const total = drawnPrincipal(state.timeline, "9999-12-31") + fen(amount);
  const inTerm = valueDate >= approval.contractDate && valueDate < approval.due;
  const refusal =
    serialTakenRefusal(state, message) ??
    (fen(amount) > 0n ? undefined : refuse(errors.NOTHING_PAID, {}, { path: "/amount" })) ??
    (state.settledOn ? refuse(errors.LOAN_CLOSED, { loan, on: state.settledOn }) : undefined) ??
    (state.renewedInto ? refuse(errors.LOAN_CLOSED, { loan, on: state.renewedInto.valueDate }) : undefined) ??
    (inTerm
      ? undefined
      : refuse(
          errors.DRAWING_OUTSIDE_TERM,
          { valueDate, contractDate: approval.contractDate, due: approval.due },
          { path: "/valueDate" },
        )) ??
    termsRefusal(entry, message, contract.yearBase) ??
    (total <= approval.amount
      ? undefined
      : refuse(errors.ABOVE_APPROVED, { total: formatAmount(total), approved: formatAmount(approval.amount) }, { path: "/amount" }));
  if (refusal) return refusal;
  const payload = {
    loan,
    household: entry.household,
    bank: entry.bank,
    village: contract.village,
    ...(entry.topUpOf ? { unsubsidised: true } : {}),
    ...(entry.batch && entry.enterprise ? { batch: entry.batch, enterprise: entry.enterprise } : {}),
    amount,
    annualRate: approval.annualRate,
    yearBase: contract.yearBase,
    contractDate: approval.contractDate,
    due: approval.due,
    method: approval.method,
    creditGroup: contract.creditGroup,
    borrower: entry.borrower,
    serial,
    penaltySurcharge: contract.penaltySurcharge,
  };
  return ok(
    entry.topUpOf
      ? loanEvent("LoanToppedUp", valueDate, { ...payload, topUpOf: entry.topUpOf })
      : loanEvent("LoanDisbursed", valueDate, payload),
  );
}

const pending = (state: LoanState, loan: string, event: DomainEvent): OpenedLoan => {
  const drawn = opened(withPending(state, loan, [event]), loan);
  invariant(drawn.ok, `loan ${loan} is not drawn by its drawing`);
  return drawn.value;
};

/** A drawing of a top-up: linked to its first loan, whose later repayments lower it first (R13). */
export function drawTopUp(family: LoanFamily, state: LoanState, event: DrawingEvent): Result<StreamWrite[]> {
  const { loan } = event.payload;
  const { base } = family;
  const topUps = [...family.topUps.filter((one) => one.subject.loan !== loan), pending(state, loan, event)].sort((a, b) =>
    a.subject.loan < b.subject.loan ? -1 : 1,
  );
  const reallocated = bookIntoFamily({ base, topUps });
  if (!reallocated.ok) return reallocated;
  const link = base.topUps.includes(loan) ? [] : [loanEvent("TopUpLinked", event.valueDate, { ...base.subject, topUp: loan })];
  return ok(
    merged([
      { stream: loanStream(loan), events: [event] },
      ...(link.length > 0 ? [{ stream: loanStream(base.subject.loan), events: link }] : []),
      ...reallocated.value,
    ]),
  );
}

export interface DrawingReversalMessage {
  readonly valueDate: IsoDate;
  readonly serial: string;
  readonly reversalSerial: string;
}

/** The booked drawing that a reversal names: UNKNOWN_SERIAL, ALREADY_REVERSED, REVERSAL_DIFFERS. */
export function reversibleDrawing(state: LoanState, loan: string, message: DrawingReversalMessage): Result<BankMessage> {
  const { serial, reversalSerial, valueDate } = message;
  const original = state.messages.get(serial);
  if (original?.kind !== "drawing") return refuse(errors.UNKNOWN_SERIAL, { loan, serial }, { path: "/serial" });
  if (original.status === "reversed") return refuse(errors.ALREADY_REVERSED, { serial }, { path: "/serial" });
  if (state.messages.has(reversalSerial)) return refuse(errors.SERIAL_CONFLICT, { serial: reversalSerial }, { path: "/reversalSerial" });
  if (original.valueDate !== valueDate) {
    return refuse(errors.REVERSAL_DIFFERS, { field: "valueDate", sent: valueDate, expected: original.valueDate }, { path: "/valueDate" });
  }
  return ok(original);
}

/**
 * C6 of a drawing: exact negative with its value date. Refused with DRAWING_ALREADY_REPAID when a balance would become
 * negative; repayments that R13 sent to this top-up are re-allocated first and don't stand in the way.
 */
export function reverseDrawing(loan: OpenedLoan, original: BankMessage, reversalSerial: string, family: LoanFamily): Result<StreamWrite[]> {
  const { serial, valueDate, principal } = original;
  const isTopUp = loan.terms.topUpOf !== undefined;
  const allocated = new Set(
    [...loan.messages.values()].filter((message) => message.namedLoan !== undefined).map((message) => message.serial),
  );
  const open = minimumOpenFrom(
    { ...loan.timeline, movements: loan.timeline.movements.filter((movement) => !allocated.has(movement.id)) },
    valueDate,
  );
  // Money of a batch that has become stake comes back with the reversal of its entrustment first.
  const free = open - sumFen(stakesNow(loan).map((share) => share.amount));
  if (principal > free) return refuse(errors.DRAWING_ALREADY_REPAID, { amount: formatAmount(principal), open: formatAmount(free) });
  const payload = { ...loan.subject, serial, reversalSerial, amount: formatAmount(-principal as Fen), topUp: isTopUp };
  const event = loanEvent("DisbursementReversed", valueDate, payload, original.eventId);
  const own = { stream: loanStream(loan.subject.loan), events: [event] };
  if (!isTopUp) return ok([own]);
  const left = withPending(loan, loan.subject.loan, [event]);
  const after = { ...loan, ...left, disbursedOn: firstDrawing(left.timeline) ?? loan.disbursedOn };
  const reallocated = bookIntoFamily({
    base: family.base,
    topUps: family.topUps.map((one) => (one.subject.loan === loan.subject.loan ? after : one)),
  });
  return reallocated.ok ? ok(merged([own, ...reallocated.value])) : reallocated;
}
