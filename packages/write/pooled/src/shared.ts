/* Small pieces that every rule of this package uses. */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import type { CommandContext, DomainEvent, Gather } from "@huimin/decider";
import type { LoanState, LoanSubject, LoanTerms } from "@huimin/loan/events";
import { parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { BatchState } from "./evolve.ts";
import { type BatchLoan, gatherBatch, gatherBatchLoans } from "./gather.ts";
import type { PooledEventType, PooledPayload } from "./schema.ts";

/** A refusal as a result; checks give one or undefined, so that they chain with `??`. */
export type Refused = { readonly ok: false; readonly refusal: Refusal };

export const batchEvent = <T extends PooledEventType>(
  type: T,
  valueDate: IsoDate,
  payload: PooledPayload<T>,
  corrects?: string,
): DomainEvent<T, PooledPayload<T>> => ({ type, valueDate, payload, ...(corrects ? { corrects } : {}) });

const AMOUNTS = new Set(["amount", "total", "cap", "dividendAmount"]);
const RATES = new Set(["annualRate", "dividendRate"]);
const DATES = new Set(["valueDate", "due", "from", "toExcl"]);

function fieldIsValid(field: string, value: unknown): boolean {
  if (AMOUNTS.has(field)) {
    const amount = parseAmount(value);
    return amount !== undefined && amount >= 0n;
  }
  if (RATES.has(field)) return parsePercent(value) !== undefined;
  return !DATES.has(field) || parseDate(value) !== undefined;
}

/** BATCH_FIELD_INVALID for an amount, rate or date that is none, BATCH_DATE_IN_FUTURE for what has not happened. */
export function formRefusal(body: { readonly valueDate: IsoDate }, context: CommandContext): Refused | undefined {
  for (const [field, value] of Object.entries(body)) {
    if (value !== undefined && !fieldIsValid(field, value))
      return refuse(errors.BATCH_FIELD_INVALID, { field, value: String(value) }, { path: `/${field}` });
  }
  const today = shanghaiDate(context.recordedAt);
  return body.valueDate > today
    ? refuse(errors.BATCH_DATE_IN_FUTURE, { valueDate: body.valueDate, today }, { path: "/valueDate" })
    : undefined;
}

/** A message in the role BANK comes from the bank of the batch. */
export function senderRefusal(context: CommandContext, batch: string, bank: string): Refused | undefined {
  if (context.role !== "BANK") return undefined;
  return context.actor === `bank:${bank}` ? undefined : refuse(errors.BATCH_OTHER_BANKS, { batch, bank });
}

/** A batch that has been proposed. */
export type KnownBatch = BatchState & { readonly batch: string; readonly enterprise: string; readonly bank: string };

/** What every command about a batch begins with: its form, its date, the batch, its bank. */
export function* gatherKnown(
  command: { readonly batch: string; readonly valueDate: IsoDate },
  context: CommandContext,
): Gather<Result<KnownBatch>> {
  const early = formRefusal(command, context);
  if (early) return early;
  const state = yield* gatherBatch(command.batch);
  const { batch, enterprise, bank } = state;
  if (batch === undefined || enterprise === undefined || bank === undefined)
    return refuse(errors.BATCH_UNKNOWN, { batch: command.batch }, { path: "/batch" });
  return senderRefusal(context, batch, bank) ?? ok({ ...state, batch, enterprise, bank });
}

/** Who the batch is about, as its events repeat it. */
export const partiesOf = ({ batch, enterprise, bank }: KnownBatch) => ({ batch, enterprise, bank });

/** A loan of a batch that has been drawn. */
export type DrawnLoan = LoanState & { readonly subject: LoanSubject; readonly terms: LoanTerms };

export interface SignedBatch {
  readonly batch: KnownBatch;
  readonly loans: readonly BatchLoan[];
}

/** A batch with a contract, and its loans. BATCH_NOT_SIGNED, BATCH_UNKNOWN. A closed batch may still be corrected. */
export function* gatherSigned(
  command: { readonly batch: string; readonly valueDate: IsoDate },
  context: CommandContext,
): Gather<Result<SignedBatch>> {
  const known = yield* gatherKnown(command, context);
  if (!known.ok) return known;
  if (known.value.contracts.length === 0)
    return refuse(errors.BATCH_NOT_SIGNED, { batch: command.batch, status: known.value.status }, { path: "/batch" });
  return ok({ batch: known.value, loans: yield* gatherBatchLoans(known.value) });
}

/** The loans that have been drawn. */
export const drawnLoans = (loans: readonly BatchLoan[]): { readonly loan: string; readonly state: DrawnLoan }[] =>
  loans.flatMap(({ loan, state }) => {
    const { subject, terms } = state;
    return subject && terms ? [{ loan, state: { ...state, subject, terms } }] : [];
  });

/** One loan of the batch, drawn: BATCH_LOAN_UNKNOWN, BATCH_LOAN_NOT_DRAWN. */
export function drawnLoan({ batch, loans }: SignedBatch, loan: string): Result<{ readonly loan: string; readonly state: DrawnLoan }> {
  if (!loans.some((one) => one.loan === loan)) return refuse(errors.BATCH_LOAN_UNKNOWN, { batch: batch.batch, loan }, { path: "/loan" });
  const found = drawnLoans(loans).find((one) => one.loan === loan);
  return found ? ok(found) : refuse(errors.BATCH_LOAN_NOT_DRAWN, { loan }, { path: "/loan" });
}
