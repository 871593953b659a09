import {
  dailyAccrual,
  type Fraction,
  fraction,
  fractionOf,
  type LoanPayment,
  type LoanRow,
  type LoanState,
  type LoanTerms,
  replayLoan,
} from "@huimin/interest";
import { type Closeness, type Columns, differenceIn, differenceOf, readCloseness, roundedTo } from "./compare.ts";
import { type CaseEvent, readEvent, readSettings, readTerms } from "./loan-case.ts";
import { type CaseObject, CaseProblem, decimalsIn } from "./reader.ts";

/** A loan case of kind `schedule` or `repayments`: the first difference, or undefined when everything asserted is met. */
export function runLoan(loanCase: CaseObject): string | undefined {
  const decimals = decimalsIn([loanCase.raw("terms"), loanCase.raw("events")]);
  const scaled = loanCase.scaled(decimals);
  const terms = readTerms(scaled.object("terms"));
  const settings = scaled.has("settings") ? readSettings(scaled.object("settings")) : {};
  const events = scaled.has("events") ? scaled.list("events", readEvent) : [];
  const loan = { terms, settings, events, scale: 10n ** BigInt(decimals) };
  return expectationOf(loan, scaled.object("expected"), "expected", {}, events.length);
}

interface Loan {
  readonly terms: LoanTerms;
  readonly settings: Parameters<typeof replayLoan>[1];
  readonly events: readonly CaseEvent[];
  readonly scale: bigint;
}

const STATE_KEYS = ["rows", "allRows", "totals", "payments", "accrual", "status", "maturesOn", "asOf"] as const;

function expectationOf(loan: Loan, expected: CaseObject, place: string, inherited: Closeness, afterEvents: number): string | undefined {
  const closeness = readCloseness(expected, inherited);
  const events = loan.events.slice(0, afterEvents);
  const replay = replayLoan(
    loan.terms,
    loan.settings,
    events.map((event) => event.happening),
  );
  if (!replay.ok) return `${place}: ${replay.refusal.code} ${JSON.stringify(replay.refusal.details ?? {})}`;
  for (const [index, event] of events.entries()) {
    const refusal = replay.value.refused.get(index);
    if (event.rejected && !refusal) return `${place}: event ${index + 1} (${event.happening.type}) was taken, expected rejected`;
    if (!event.rejected && refusal)
      return `${place}: event ${index + 1} (${event.happening.type}) was refused: ${refusal.code} ${JSON.stringify(refusal.details ?? {})}`;
  }
  const state = replay.value.state(expected.has("asOf") ? expected.date("asOf") : undefined);
  const wanted = Object.fromEntries(STATE_KEYS.map((key) => [key, expected.raw(key)]));
  const difference =
    rowsDifference(state, wanted, place, closeness, loan) ??
    totalsDifference(state, wanted.totals, `${place}.totals`, closeness, loan.scale) ??
    paymentsDifference(state, wanted.payments, `${place}.payments`, closeness, loan.scale) ??
    accrualDifference(loan, wanted.accrual, `${place}.accrual`, closeness) ??
    (wanted.status === undefined ? undefined : differenceOf(wanted.status, state.status, `${place}.status`, closeness)) ??
    (wanted.maturesOn === undefined ? undefined : differenceOf(wanted.maturesOn, state.maturesOn, `${place}.maturesOn`, closeness));
  if (difference) return difference;
  if (expected.has("checkpoints")) {
    const found = expected.list("checkpoints", (checkpoint, nr) =>
      expectationOf(loan, checkpoint, `${place}.checkpoints[${nr}]`, closeness, checkpoint.whole("afterEvents")),
    );
    const first = found.find((one) => one !== undefined);
    if (first) return first;
  }
  expected.done();
  return undefined;
}

const TWELVE_DECIMALS = fractionOf("0.000000000001");

function rowsDifference(
  state: LoanState,
  wanted: Readonly<Record<string, unknown>>,
  place: string,
  closeness: Closeness,
  loan: Loan,
): string | undefined {
  const { rows, allRows } = wanted;
  if (allRows !== undefined && typeof allRows !== "boolean") return `${place}.allRows is neither true nor false`;
  if (rows === undefined) return undefined;
  const list = listOf(rows, `${place}.rows`);
  if (allRows !== false && list.length !== state.rows.length) return `${place}.rows has ${state.rows.length} rows, expected ${list.length}`;
  for (const [index, row] of list.entries()) {
    const nr = typeof row.nr === "number" ? row.nr : index + 1;
    const computed = state.rows[nr - 1];
    if (!computed) return `${place}.rows has no row ${nr}`;
    const difference = differenceIn(row, rowColumns(computed, loan), `${place}.rows[nr ${nr}]`, closeness);
    if (difference) return difference;
  }
  return undefined;
}

const ROW_MONEY = [
  "principal",
  "interest",
  "fees",
  "penalties",
  "total",
  "balanceAfter",
  "paid",
  "outstanding",
  "paidEarly",
  "paidLate",
  "principalPaid",
  "interestPaid",
  "principalOutstanding",
  "interestOutstanding",
] as const;

function rowColumns(row: LoanRow, loan: Loan): Columns {
  const { nr, dueOn, days, paidOn, periodRate } = row;
  const settled = loan.terms.kind === "settlement" ? { type: row.type, from: row.from, to: row.to } : {};
  return { nr, dueOn, days, paidOn, ...settled, ...money(row, ROW_MONEY, loan.scale), periodRate: roundedTo(periodRate, TWELVE_DECIMALS) };
}

function totalsDifference(state: LoanState, totals: unknown, place: string, closeness: Closeness, scale: bigint): string | undefined {
  if (totals === undefined) return undefined;
  const sums: Record<string, Fraction | number | undefined> = { days: 0, instalments: state.rows.length, settlements: state.rows.length };
  for (const column of ROW_MONEY)
    sums[column] = fraction(
      state.rows.reduce((sum, row) => sum + row[column], 0n),
      scale,
    );
  sums.days = state.rows.reduce((sum, row) => sum + row.days, 0);
  if (state.instalment !== undefined) sums.instalment = fraction(state.instalment, scale);
  return differenceIn(totals as Record<string, unknown>, sums, place, closeness);
}

const PAYMENT_MONEY = ["amount", "principal", "interest", "fees", "penalties", "balanceAfter"] as const;

function paymentsDifference(state: LoanState, payments: unknown, place: string, closeness: Closeness, scale: bigint): string | undefined {
  if (payments === undefined) return undefined;
  const list = listOf(payments, place);
  if (list.length !== state.payments.length) return `${place} has ${state.payments.length} payments, expected ${list.length}`;
  for (const [index, payment] of list.entries()) {
    const { date, type, ...rest } = state.payments[index] as LoanPayment;
    const difference = differenceIn(payment, { date, type, ...money(rest, PAYMENT_MONEY, scale) }, `${place}[${index}]`, closeness);
    if (difference) return difference;
  }
  return undefined;
}

function accrualDifference(loan: Loan, accrual: unknown, place: string, closeness: Closeness): string | undefined {
  if (accrual === undefined) return undefined;
  const computed = dailyAccrual(loan.terms);
  if (!computed.ok) return `${place}: ${computed.refusal.code}`;
  for (const [index, entry] of listOf(accrual, place).entries()) {
    const days = typeof entry.days === "number" ? entry.days : index + 1;
    const day = computed.value[days - 1];
    if (!day) return `${place} has no day ${days}`;
    const columns = { days: day.days, ...money(day, ["interestToDate", "interestOfDay"] as const, loan.scale) };
    const difference = differenceIn(entry, columns, `${place}[day ${days}]`, closeness);
    if (difference) return difference;
  }
  return undefined;
}

function money<K extends string>(from: Readonly<Record<K, bigint>>, columns: readonly K[], scale: bigint): Columns {
  return Object.fromEntries(columns.map((column) => [column, fraction(from[column], scale)]));
}

function listOf(value: unknown, place: string): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) throw new CaseProblem(`${place} is not a list`);
  return value as Readonly<Record<string, unknown>>[];
}
