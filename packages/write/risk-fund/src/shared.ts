/* What the commands of this package begin with: form, dates, senders, streams. */
import { type IsoDate, parseDate, shanghaiDate, yearOf } from "@huimin/calendar";
import { type CommandContext, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { minimumOpenFrom } from "@huimin/interest/timeline";
import {
  type LoanState,
  type LoanSubject,
  type LoanTerms,
  loanStream,
  loanTimelineFold,
  stakesLoweredBy,
  subjectOn,
  withRealignment,
} from "@huimin/loan/events";
import { type Fen, fen, formatAmount, parseAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type RiskFundState, riskFundFold, riskFundStream } from "./evolve-fund.ts";
import type { LoanPrincipals, RiskFundEventType, RiskFundPayload } from "./schema.ts";

/** A refusal as a result; checks give one or undefined, so that they chain with `??`. */
export type Refused = { readonly ok: false; readonly refusal: Refusal };

/** An event of this package with the payload of its type. */
export const riskEvent = <T extends RiskFundEventType>(
  type: T,
  valueDate: IsoDate,
  payload: RiskFundPayload<T>,
  corrects?: string,
): DomainEvent<T, RiskFundPayload<T>> => ({ type, valueDate, payload, ...(corrects ? { corrects } : {}) });

const AMOUNT_FIELDS = new Set(["amount", "gross", "cost", "loss", "deductible", "cap"]);
const ABOVE_ZERO = new Set(["amount", "loss"]);

/** RISK_AMOUNT_INVALID, RISK_DATE_INVALID, RISK_DATE_IN_FUTURE: read once more, whatever the edge checked. */
export function formRefusal(body: object & { readonly valueDate: string }, context: CommandContext): Refused | undefined {
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined || !AMOUNT_FIELDS.has(field)) continue;
    const amount = parseAmount(value);
    if (amount === undefined || amount < 0n || (amount === 0n && ABOVE_ZERO.has(field)))
      return refuse(errors.RISK_AMOUNT_INVALID, { value: String(value) }, { path: `/${field}` });
  }
  if (parseDate(body.valueDate) === undefined) return refuse(errors.RISK_DATE_INVALID, { value: body.valueDate }, { path: "/valueDate" });
  const today = shanghaiDate(context.recordedAt);
  if (body.valueDate <= today) return undefined;
  return refuse(errors.RISK_DATE_IN_FUTURE, { valueDate: body.valueDate, today }, { path: "/valueDate" });
}

/** Fiscal year of the period in which a command is booked: what was booked in an earlier one is corrected through 3501. */
export const fiscalYearOf = (context: CommandContext): number => yearOf(context.period);

/** The bank that sends a message, from the actor `bank:K1`; undefined for a person or a job. */
export const sendingBank = (context: CommandContext): string | undefined =>
  context.actor.startsWith("bank:") ? context.actor.slice("bank:".length) : undefined;

/** OTHER_BANKS_CASE: a bank sends messages about its own cases and accounts only. */
export function senderRefusal(context: CommandContext, bank: string): Refused | undefined {
  if (context.role !== "BANK") return undefined;
  const sender = sendingBank(context);
  return sender === bank ? undefined : refuse(errors.OTHER_BANKS_CASE, { bank, sender: sender ?? context.actor });
}

/** A loan that has been drawn. */
export type OpenedLoan = LoanState & { readonly subject: LoanSubject; readonly terms: LoanTerms };

/** The loans of a case by number, in the order asked for. Refuses COMPENSATION_LOAN_UNKNOWN. */
export function* gatherLoans(loans: readonly string[]): Gather<Result<OpenedLoan[]>> {
  const found: OpenedLoan[] = [];
  for (const loan of loans) {
    const { state } = yield* load(loanStream(loan), loanTimelineFold);
    const { subject, terms } = state;
    if (!subject || !terms) return refuse(errors.COMPENSATION_LOAN_UNKNOWN, { loan }, { path: "/loans" });
    found.push({ ...state, subject, terms });
  }
  return ok(found);
}

/** What may leave a loan from a day on without making a later, known day negative. */
export const openFrom = (loan: OpenedLoan, valueDate: IsoDate): Fen => minimumOpenFrom(loan.timeline, valueDate);

/** The part of a loan with the stakes that it lowers: for an event of this package and for the loan's own. */
export function lowering(loan: OpenedLoan, valueDate: IsoDate, principal: Fen): LoanPrincipals[number] {
  const stakes = loan.subject.batch === undefined ? [] : stakesLoweredBy(loan, valueDate, principal);
  return {
    loan: loan.subject.loan,
    principal: formatAmount(principal),
    ...(stakes.length > 0 ? { stakes: stakes.map((share) => ({ ...share, amount: formatAmount(share.amount) })) } : {}),
  };
}

export const negated = (amount: string): string => formatAmount(-fen(amount));

/** C6: the same part with the opposite sign. */
export const negatedLowering = ({ loan, principal, stakes }: LoanPrincipals[number]): LoanPrincipals[number] => ({
  loan,
  principal: negated(principal),
  ...(stakes ? { stakes: stakes.map((share) => ({ ...share, amount: negated(share.amount) })) } : {}),
});

/** The write of one loan's principal part under the case: LoanCompensated by a payer, LoanRecovered for the bank itself. */
export function loanWrite(
  loan: OpenedLoan,
  part: LoanPrincipals[number],
  valueDate: IsoDate,
  by: { readonly ref: string; readonly party?: string },
): StreamWrite {
  const { principal, stakes } = part;
  const payload = { ...subjectOn(loan, valueDate), ...by, principal, ...(stakes ? { stakes } : {}) };
  const event = { type: by.party === undefined ? "LoanRecovered" : "LoanCompensated", valueDate, payload };
  return { stream: loanStream(part.loan), events: withRealignment(loan, part.loan, [event]) };
}

/** An account of the fund at one bank. */
export interface FundAccount {
  readonly bank: string;
  readonly open: Fen;
}

/** The fund's accounts at these banks, in this order. */
export function* gatherAccounts(banks: readonly string[]): Gather<FundAccount[]> {
  const accounts: FundAccount[] = [];
  for (const bank of new Set(banks)) {
    const { state }: { readonly state: RiskFundState } = yield* load(riskFundStream(bank), riskFundFold);
    accounts.push({ bank, open: state.cash });
  }
  return accounts;
}

/** FUND_TOO_SMALL: the accounts together hold less than is to be paid. */
export function fundRefusal(accounts: readonly FundAccount[], needed: Fen): Refused | undefined {
  const cash = accounts.reduce((sum, account) => sum + account.open, 0n);
  if (cash >= needed) return undefined;
  const banks = accounts.map(({ bank }) => bank).join(", ");
  return refuse(errors.FUND_TOO_SMALL, { banks, cash: formatAmount(cash), needed: formatAmount(needed) });
}

/** The write of cash that another event posts: on the account's own stream, so that it is counted. */
export const fundWrite = (bank: string, amount: Fen, cause: string, valueDate: IsoDate): StreamWrite => ({
  stream: riskFundStream(bank),
  events: [riskEvent("RiskFundMoved", valueDate, { bank, amount: formatAmount(amount), cause })],
});
