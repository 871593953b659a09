import { addDays, daysBetween, type IsoDate, laterDate } from "@huimin/calendar";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { checkTerms } from "./check-terms.ts";
import { SCHEDULE_ERRORS } from "./errors.ts";
import type { LoanHappening } from "./events.ts";
import { BalanceTimeline, interestOn } from "./instalment/balance.ts";
import { InstalmentBook } from "./instalment/book.ts";
import { payOff, repay, writeOff } from "./instalment/payments.ts";
import { addInstalments, changeRate, moveDueDate, principalHoliday, reAge, reAmortise } from "./instalment/rescheduling.ts";
import { stateOf } from "./instalment/view.ts";
import { RateTimeline, rateOf } from "./rates.ts";
import { RefusalSignal } from "./refusal.ts";
import { SettlementBook } from "./settlement/book.ts";
import type { DailyAccrual, LoanState } from "./state.ts";
import { DEFAULT_SETTINGS, type LoanSettings, type LoanTerms } from "./terms.ts";

/** A loan after its events: how it stands on any later day, and which events were refused. */
export interface LoanReplay {
  /** Refusals by the index of the event in the list; such an event changed nothing. */
  readonly refused: ReadonlyMap<number, Refusal>;
  /** The loan as seen on a day; default: the day of the last event, else of the first disbursement. */
  state(asOf?: IsoDate): LoanState;
}

/**
 * Runs a loan through what happened on it, in the order of the days; events of one day keep the order of the list.
 *
 * A reversal takes its event out and replays the rest, so that later payments are allocated again. A back-dated event is
 * put where it belongs in the same way. An event that can't happen is refused and changes nothing: the reasons are
 * `SCHEDULE_*` codes. Refuses as a whole when the terms do not make a loan (SCHEDULE_TERMS_INVALID, _ENDLESS).
 */
export function replayLoan(
  terms: LoanTerms,
  settings: Partial<LoanSettings> = {},
  events: readonly LoanHappening[] = [],
): Result<LoanReplay> {
  const wrong = checkTerms(terms);
  if (wrong) return refuse(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: wrong });
  const rules: LoanSettings = { ...DEFAULT_SETTINGS, ...settings };
  const refused = new Map<number, Refusal>();
  let live: LoanHappening[] = [];
  let book = open(terms, rules);
  const started = caught(() => book.state(book.firstDisbursement));
  if (started) return { ok: false, refusal: started };
  for (const [index, event] of events.entries()) {
    const next = withEvent(live, event);
    if (!Array.isArray(next)) {
      refused.set(index, next);
      continue;
    }
    const inOrder = next.at(-1) === event && event.type !== "reversal" && next.length === live.length + 1;
    const fresh = open(terms, rules);
    const refusal = caught(() => {
      if (inOrder) book.apply(event);
      else for (const one of next) fresh.apply(one);
      // What changes the schedule must leave a schedule: an instalment below the new interest would never repay the loan.
      if (RESHAPING.has(event.type)) rebuilt(terms, rules, next).state(event.date);
    });
    if (refusal) {
      refused.set(index, refusal);
      // A handler may have stopped half way: what was accepted before is replayed from the start.
      book = rebuilt(terms, rules, live);
    } else {
      if (!inOrder) book = fresh;
      live = next;
    }
  }
  const lastDay = events.reduce((last, event) => laterDate(last, event.date), "") || book.firstDisbursement;
  return ok({ refused, state: (asOf = lastDay) => rebuilt(terms, rules, live).state(asOf) });
}

const RESHAPING: ReadonlySet<LoanHappening["type"]> = new Set([
  "move-due-date",
  "add-instalments",
  "principal-holiday",
  "rate-change",
  "re-age",
  "re-amortise",
  "extension",
]);

/** The list of live events with one more, by day; or why it can't be. */
function withEvent(live: readonly LoanHappening[], event: LoanHappening): LoanHappening[] | Refusal {
  if (live.some((earlier) => earlier.type === "write-off")) {
    return { code: SCHEDULE_ERRORS.SCHEDULE_WRITTEN_OFF, details: { type: event.type } };
  }
  if (event.type === "reversal") {
    const target = live.findIndex((earlier) => earlier.id === event.of);
    if (target < 0) return { code: SCHEDULE_ERRORS.SCHEDULE_PAYMENT_UNKNOWN, details: { id: event.of } };
    return live.toSpliced(target, 1);
  }
  let at = live.length;
  while (at > 0 && (live[at - 1] as LoanHappening).date > event.date) at--;
  return live.toSpliced(at, 0, event);
}

interface Book {
  readonly firstDisbursement: IsoDate;
  apply(event: LoanHappening): void;
  state(asOf: IsoDate): LoanState;
}

function rebuilt(terms: LoanTerms, rules: LoanSettings, live: readonly LoanHappening[]): Book {
  const book = open(terms, rules);
  for (const event of live) book.apply(event);
  return book;
}

function open(terms: LoanTerms, rules: LoanSettings): Book {
  if (terms.kind === "settlement") return new SettlementBook(terms, rules);
  const book = new InstalmentBook(terms, rules);
  return {
    firstDisbursement: book.firstDisbursement,
    apply: (event) => applyTo(book, event),
    state: (asOf) => stateOf(book, asOf),
  };
}

function applyTo(book: InstalmentBook, event: LoanHappening): void {
  switch (event.type) {
    case "repayment":
    case "pay-off":
      if (event.date < book.firstDisbursement) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EVENT_DATE_INVALID, { date: event.date });
      if (book.closing) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_PAID_OFF, { type: event.type });
      if (event.type === "repayment") repay(book, event);
      else payOff(book, event);
      break;
    case "charge":
      book.penalise(event.date);
      book.book(event);
      break;
    case "prepayment":
    case "extension":
    case "reversal":
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EVENT_UNSUITABLE, { type: event.type });
    case "write-off":
      writeOff(book, event);
      break;
    case "move-due-date":
      moveDueDate(book, event);
      break;
    case "add-instalments":
      addInstalments(book, event);
      break;
    case "principal-holiday":
      principalHoliday(book, event);
      break;
    case "rate-change":
      changeRate(book, event);
      break;
    case "re-age":
      reAge(book, event);
      break;
    case "re-amortise":
      reAmortise(book, event);
  }
}

function caught(run: () => void): Refusal | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof RefusalSignal) return error.refusal;
    throw error;
  }
}

/** Interest of the first row of a loan that nobody paid yet, day by day, rounded to date: no drift (逐日计提). */
export function dailyAccrual(terms: LoanTerms): Result<DailyAccrual[]> {
  const loan = replayLoan(terms);
  if (!loan.ok) return loan;
  const row = loan.value.state().rows[0];
  const entries: DailyAccrual[] = [];
  if (!row) return ok(entries);
  const rule = { ...terms, rates: new RateTimeline(rateOf(terms.annualRatePercent)), subPeriodRounding: "once" as const };
  const drawn = terms.kind === "settlement" ? [{ date: terms.disbursedOn, amount: terms.principal }] : terms.disbursements;
  const balance = new BalanceTimeline(drawn);
  const months = terms.kind === "instalment" && terms.every.unit === "month" ? terms.every.count : undefined;
  const whole = { from: row.from, to: row.to, months };
  let before = 0n;
  for (let days = 1; days <= daysBetween(row.from, row.to); days++) {
    const interestToDate = interestOn(balance, rule, row.from, addDays(row.from, days), whole);
    entries.push({ days, interestToDate, interestOfDay: interestToDate - before });
    before = interestToDate;
  }
  return ok(entries);
}
