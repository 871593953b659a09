/* Small pieces that every rule of this package uses. */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type DomainEvent, type Gather, load } from "@huimin/decider";
import { firstDrawing } from "@huimin/interest/timeline";
import { parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type LoanState, type LoanSubject, type LoanTerms, loanStream, loanTimelineFold, modelOf } from "./evolve.ts";
import type { LoanEventType, LoanPayload } from "./schema.ts";

/** A refusal as a result; checks give one or undefined, so that they chain with `??`. */
export type Refused = { readonly ok: false; readonly refusal: Refusal };

/** An event of this package with the payload of its type. */
export const loanEvent = <T extends LoanEventType>(
  type: T,
  valueDate: IsoDate,
  payload: LoanPayload<T>,
  corrects?: string,
): DomainEvent<T, LoanPayload<T>> => ({
  type,
  valueDate,
  payload,
  ...(corrects ? { corrects } : {}),
});

/** A loan that has been drawn. */
export type OpenedLoan = LoanState & { readonly subject: LoanSubject; readonly terms: LoanTerms; readonly disbursedOn: IsoDate };

/**
 * The fields of a command whose text is an amount, a rate or a date are read here once more, whatever the edge checked.
 * Refuses LOAN_AMOUNT_INVALID, LOAN_RATE_INVALID, LOAN_DATE_INVALID with the field's path.
 */
export function formRefusal(body: object): Refused | undefined {
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined) continue;
    const place = { path: `/${field}` };
    if (AMOUNT_FIELDS.has(field) && !isAmount(value)) return refuse(errors.LOAN_AMOUNT_INVALID, { value: String(value) }, place);
    if (RATE_FIELDS.has(field) && parsePercent(value) === undefined)
      return refuse(errors.LOAN_RATE_INVALID, { value: String(value) }, place);
    if (DATE_FIELDS.has(field) && parseDate(value) === undefined) return refuse(errors.LOAN_DATE_INVALID, { value: String(value) }, place);
  }
  return undefined;
}

const AMOUNT_FIELDS = new Set(["amount", "principal", "interest", "penalty", "limit"]);
const RATE_FIELDS = new Set(["annualRate", "newRate"]);
const DATE_FIELDS = new Set([
  "valueDate",
  "from",
  "toExcl",
  "due",
  "newDue",
  "contractDate",
  "validTo",
  "misuseFrom",
  "interestFrom",
  "interestToExcl",
]);
const isAmount = (value: unknown): boolean => {
  const amount = parseAmount(value);
  return amount !== undefined && amount >= 0n;
};

/** LOAN_DATE_IN_FUTURE: what has not happened is not recorded. */
export function futureRefusal(valueDate: IsoDate, context: CommandContext): Refused | undefined {
  const today = shanghaiDate(context.recordedAt);
  return valueDate > today ? refuse(errors.LOAN_DATE_IN_FUTURE, { valueDate, today }, { path: "/valueDate" }) : undefined;
}

/** The bank that sends a message, from the actor `bank:K1`; undefined for a person or a job. */
export const sendingBank = (context: CommandContext): string | undefined =>
  context.actor.startsWith("bank:") ? context.actor.slice("bank:".length) : undefined;

/** A message in the role BANK comes from a bank, and only from the bank whose loan it is. */
export function senderRefusal(context: CommandContext, loan: string, bank: string): Refused | undefined {
  const sender = sendingBank(context);
  if (sender !== undefined) return sender === bank ? undefined : refuse(errors.OTHER_BANKS_LOAN, { loan, bank: sender });
  return context.role === "BANK" ? refuse(errors.NOT_A_BANK, { actor: context.actor }) : undefined;
}

/**
 * The stream's loan once it is drawn, or LOAN_NOT_DISBURSED. A loan whose drawings were all reversed counts as drawn on the
 * first of them: its interest still has to be corrected.
 */
export function opened(state: LoanState, loan: string): Result<OpenedLoan> {
  const disbursedOn = firstDrawing(state.timeline) ?? firstReversedDrawing(state);
  if (!state.subject || !state.terms || disbursedOn === undefined) return refuse(errors.LOAN_NOT_DISBURSED, { loan });
  return ok({ ...state, subject: state.subject, terms: state.terms, disbursedOn });
}

const firstReversedDrawing = ({ messages }: LoanState): IsoDate | undefined =>
  [...messages.values()]
    .filter((message) => message.kind === "drawing")
    .map((message) => message.valueDate)
    .sort()[0];

export function beforeDisbursementRefusal(loan: OpenedLoan, valueDate: IsoDate): Refused | undefined {
  if (valueDate >= loan.disbursedOn) return undefined;
  return refuse(errors.BEFORE_DISBURSEMENT, { loan: loan.subject.loan, valueDate, disbursedOn: loan.disbursedOn }, { path: "/valueDate" });
}

/** Messages about own loans: a batch is repaid as a whole (REPAID_BY_ENTERPRISE), an enterprise has messages of its own (ENTERPRISE_LOAN). */
export function ownLoanRefusal({ subject }: OpenedLoan): Refused | undefined {
  const { loan, batch } = subject;
  if (batch !== undefined) return refuse(errors.REPAID_BY_ENTERPRISE, { loan, batch }, { path: "/loan" });
  return modelOf(subject) === 2 ? refuse(errors.ENTERPRISE_LOAN, { loan }, { path: "/loan" }) : undefined;
}

/** BATCH_REALLOCATES: interest of `from` or later decides where unified repayments of the batch went (1.12). */
export function reallocationRefusal({ subject, messages }: OpenedLoan, from: IsoDate): Refused | undefined {
  const { loan, batch } = subject;
  if (batch === undefined) return undefined;
  const later = [...messages.values()].find(
    (message) => message.unified !== undefined && message.status === "booked" && message.valueDate >= from,
  );
  return later ? refuse(errors.BATCH_REALLOCATES, { batch, loan, on: later.valueDate }, { path: "/loan" }) : undefined;
}

/** Who bears and pays the interest of a loan: the household of an own loan, else the enterprise (PAYER_NOT_ENTERPRISE). */
export function bearerOf({ subject }: OpenedLoan, stated: "household" | "enterprise" | undefined): Result<"household" | "enterprise"> {
  if (modelOf(subject) === 3) return ok(stated ?? "household");
  return stated === "household" ? refuse(errors.PAYER_NOT_ENTERPRISE, { loan: subject.loan }) : ok("enterprise");
}

export const closedRefusal = (loan: OpenedLoan): Refused | undefined =>
  loan.settledOn ? refuse(errors.LOAN_CLOSED, { loan: loan.subject.loan, on: loan.settledOn }) : undefined;

/** What every command on a drawn loan begins with: its form, its date, the loan, its bank. */
export function* gatherLoan(
  command: { readonly loan: string; readonly valueDate: IsoDate },
  context: CommandContext,
): Gather<Result<OpenedLoan>> {
  const early = formRefusal(command) ?? futureRefusal(command.valueDate, context);
  if (early) return early;
  const loaded = yield* load(loanStream(command.loan), loanTimelineFold);
  const loan = opened(loaded.state, command.loan);
  if (!loan.ok) return loan;
  return senderRefusal(context, command.loan, loan.value.subject.bank) ?? loan;
}

/** Age in whole years on a day. */
export function ageOn(birthDate: IsoDate, on: IsoDate): number {
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
