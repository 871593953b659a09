import type { BankFileFormat, BankFileKind } from "@huimin/bank-file/events";
import {
  BankFileFault,
  bankFileErrors,
  CAMT_054,
  type CamtDetail,
  type CamtEntry,
  type FileSource,
  orderOf,
  type PaymentOutcome,
  type PlacedRefusal,
  paymentNumber,
  readCamt,
  readPain002,
  readTable,
  reasonCodeOf,
  type TableHeader,
  type TableRow,
} from "@huimin/bank-files";
import { fen, formatAmount } from "@huimin/money";
import type { Refusal, Result } from "@huimin/outcome";
import { fileErrors as errors } from "./errors.ts";
import type { FileStep, Item, PayoutResult } from "./items.ts";
import { amountOf, RESULT_COLUMNS, type RowKind, rowKind } from "./kinds.ts";
import type { PayoutLists } from "./payouts.ts";
import { readPortfolioTable } from "./portfolio-reading.ts";
import { readStatementMessage, readStatementTable } from "./statement-reading.ts";

/*
 * Files as items, whatever their format. Every format is read in the same way twice: to check the whole of it, and to
 * book it. Whoever reads to the end without a BankFileFault has read a file whose totals are right.
 */

export interface ReadingContext {
  /** Day of a result that has none of its own. */
  readonly today: string;
  readonly payouts: PayoutLists;
}

/** Items of a file of this format and kind. */
export function readItems(
  source: FileSource,
  format: BankFileFormat,
  kind: BankFileKind,
  context: ReadingContext,
): AsyncGenerator<FileStep> {
  if (format === "camt.053") return readStatementMessage(source);
  if (format === "camt.054") return readNotification(source, context);
  if (format === "pain.002") return readStatusReport(source, context);
  if (kind === "statement") return readStatementTable(source);
  if (kind === "portfolio") return readPortfolioTable(source);
  if (kind === "payout-results") return readResultList(source, context);
  return readRows(source, rowKind(kind) as RowKind);
}

export const headOf = ({ names, above }: TableHeader): FileStep => ({ kind: "head", header: names, above });
const faulty = (faults: readonly (Refusal | PlacedRefusal)[]): Item["content"] => ({ kind: "faulty", faults });

/** Totals that stand above the header, as in a 代发 list. Throws BANK_FILE_TOTAL. */
class StatedTotals {
  readonly #count: string | undefined;
  readonly #sum: string | undefined;
  #rows = 0;
  #total = 0n;
  #readable = true;

  constructor({ preface }: TableHeader) {
    this.#count = preface.get("总笔数");
    this.#sum = preface.get("总金额");
  }

  add(amount: string | undefined): void {
    this.#rows += 1;
    if (amount === undefined) this.#readable = false;
    else this.#total += fen(amount);
  }

  check(): void {
    const rows = String(this.#rows);
    if (this.#count !== undefined && this.#count !== rows) throw total("总笔数", this.#count, rows);
    // A row whose amount can't be read has a fault of its own.
    const sum = formatAmount(this.#total);
    if (this.#sum !== undefined && this.#readable && this.#sum !== sum) throw total("总金额", this.#sum, sum);
  }
}

const total = (name: string, stated: string, computed: string): BankFileFault =>
  new BankFileFault(bankFileErrors.BANK_FILE_TOTAL, { item: "表头", total: name, stated: stated.slice(0, 24), computed });

async function* readRows(source: FileSource, of: RowKind): AsyncGenerator<FileStep> {
  let totals: StatedTotals | undefined;
  for await (const step of readTable(source, of.columns)) {
    if (step.kind === "header") {
      totals = new StatedTotals(step);
      yield headOf(step);
      continue;
    }
    const sum = step.faults.length > 0 ? undefined : amountOf(of, step.values);
    totals?.add(sum);
    yield {
      kind: "item",
      item: { row: step.row, cells: step.cells, ...(sum === undefined ? {} : { amount: sum }), content: contentOf(step, of.messageOf) },
    };
  }
  totals?.check();
}

function contentOf({ faults, values, row }: TableRow, messageOf: RowKind["messageOf"]): Item["content"] {
  if (faults.length > 0) return faulty(faults);
  const message = messageOf(values);
  if (!message.ok) return faulty([{ ...message.refusal, row }]);
  return { kind: "message", message: message.value, orderKey: values.batch ?? values.loan ?? "" };
}

/** 代发结果清单: our list, with the outcome of each row. */
async function* readResultList(source: FileSource, { today, payouts }: ReadingContext): AsyncGenerator<FileStep> {
  let totals: StatedTotals | undefined;
  let batch: string | undefined;
  for await (const step of readTable(source, RESULT_COLUMNS)) {
    if (step.kind === "header") {
      totals = new StatedTotals(step);
      batch = step.preface.get("代发批次号") ?? step.preface.get("批次号");
      await checkList(payouts, batch, step.preface.get("清单校验"));
      yield headOf(step);
      continue;
    }
    const { values } = step;
    totals?.add(values.amount);
    yield {
      kind: "item",
      item: {
        row: step.row,
        cells: step.cells,
        ...(values.amount ? { amount: values.amount } : {}),
        content: await resultContent(step, batch, today, payouts),
      },
    };
  }
  totals?.check();
}

/** The check sum that our list carries names the list that was submitted. */
async function checkList(payouts: PayoutLists, batch: string | undefined, stated: string | undefined): Promise<void> {
  if (batch === undefined || stated === undefined || stated === "") return;
  const known = await payouts.of(batch);
  if (known && known.fileHash !== stated) throw new BankFileFault(errors.PAYOUT_LIST_DIFFERS, { payoutBatch: batch.slice(0, 64) });
}

async function resultContent(
  { faults, values, row }: TableRow,
  preface: string | undefined,
  today: string,
  payouts: PayoutLists,
): Promise<Item["content"]> {
  if (faults.length > 0) return faulty(faults);
  const batch = values.payoutBatch ?? preface;
  if (batch === undefined) return faulty([{ code: errors.PAYOUT_REFERENCE_MISSING, row }]);
  const outcome = values.outcome as PaymentOutcome | "returned";
  return outcomeContent(outcome, row, () =>
    payouts.resultOf(batch, Number(values.number), {
      outcome: outcome as PayoutResult["outcome"],
      amount: values.amount,
      valueDate: values.valueDate ?? today,
      ...(values.serial === undefined ? {} : { serial: values.serial }),
      ...(outcome === "paid" ? {} : { reason: reasonCodeOf(values.reason) }),
    }),
  );
}

async function outcomeContent(
  outcome: PaymentOutcome | "returned",
  row: number,
  resultOf: () => Promise<Result<PayoutResult & { readonly amount: string }, Refusal>>,
): Promise<Item["content"]> {
  if (outcome === "pending" || outcome === "partly") return { kind: "noted" };
  const result = await resultOf();
  if (!result.ok) return faulty([{ ...result.refusal, row }]);
  const { amount: _, ...rest } = result.value;
  return { kind: "result", result: rest };
}

/** pain.002: what became of a pain.001 of ours. */
async function* readStatusReport(source: FileSource, { payouts }: ReadingContext): AsyncGenerator<FileStep> {
  let payments = 0;
  let order = "";
  let day = "";
  let whole: { outcome: PaymentOutcome; reason: string | undefined } | undefined;
  for await (const step of readPain002(source)) {
    if (step.kind === "message") {
      order = step.orderId;
      day = step.createdOn;
      if (step.outcome === "paid" || step.outcome === "rejected") whole = { outcome: step.outcome, reason: step.reason };
      yield { kind: "head", message: step.messageId, originalName: "pain.002.001.10" };
      continue;
    }
    payments += 1;
    const { number: row, endToEndId, outcome, serial } = step;
    const amount = step.amount === undefined ? undefined : formatAmount(step.amount);
    const number = paymentNumber(order, endToEndId);
    const said = {
      outcome: outcome as PayoutResult["outcome"],
      amount,
      valueDate: step.on ?? day,
      ...(serial === undefined ? {} : { serial }),
      ...(outcome === "paid" ? {} : { reason: reasonCodeOf(step.reason) }),
    };
    const content = number === undefined ? unnamed(row) : await outcomeContent(outcome, row, () => payouts.resultOf(order, number, said));
    yield { kind: "item", item: { row, endToEndId, ...(serial ? { serial } : {}), ...(amount ? { amount } : {}), content } };
  }
  if (payments === 0 && whole) yield* wholeOrder(order, day, whole, payouts);
}

const unnamed = (row: number): Item["content"] => faulty([{ code: errors.PAYOUT_REFERENCE_MISSING, row }]);

/** One status for every payment of an order. */
async function* wholeOrder(
  order: string,
  day: string,
  { outcome, reason }: { outcome: PaymentOutcome; reason: string | undefined },
  payouts: PayoutLists,
): AsyncGenerator<FileStep> {
  const rows = (await payouts.of(order))?.rows ?? [];
  if (rows.length === 0)
    yield {
      kind: "item",
      item: { row: 1, content: faulty([{ code: errors.PAYOUT_REFERENCE_UNKNOWN, details: { payoutBatch: order, number: 1 }, row: 1 }]) },
    };
  for (const [index, { household, year, pool, amount }] of rows.entries()) {
    const result = {
      payoutBatch: order,
      outcome: outcome as PayoutResult["outcome"],
      item: { household, year, pool },
      valueDate: day,
      ...(outcome === "paid" ? {} : { reason: reasonCodeOf(reason) }),
    };
    yield {
      kind: "item",
      item: { row: index + 1, endToEndId: `${order}-${index + 1}`, amount: formatAmount(amount), content: { kind: "result", result } },
    };
  }
}

/** camt.054: payments of our orders that left the account, and those that came back. */
async function* readNotification(source: FileSource, context: ReadingContext): AsyncGenerator<FileStep> {
  let row = 0;
  let day = context.today;
  for await (const step of readCamt(source, CAMT_054)) {
    if (step.kind === "message") {
      day = step.createdOn;
      yield { kind: "head", message: step.messageId, originalName: "camt.054.001.08" };
    }
    if (step.kind === "entry-end" && step.details === 0) {
      row += 1;
      const { entry } = step;
      yield {
        kind: "item",
        item: {
          row,
          ...named(entry),
          amount: formatAmount(entry.amount),
          content: await entryContent(entry, undefined, row, day, context),
        },
      };
    }
    if (step.kind === "detail") {
      row += 1;
      yield {
        kind: "item",
        item: { row, ...named(step), amount: formatAmount(step.amount), content: await entryContent(step.entry, step, row, day, context) },
      };
    }
  }
}

const named = ({ serial, endToEndId }: { readonly serial?: string; readonly endToEndId?: string }) => ({
  ...(serial === undefined ? {} : { serial }),
  ...(endToEndId === undefined ? {} : { endToEndId }),
});

async function entryContent(
  entry: CamtEntry,
  detail: CamtDetail | undefined,
  row: number,
  day: string,
  { payouts }: ReadingContext,
): Promise<Item["content"]> {
  if (entry.status !== "BOOK") return { kind: "noted" };
  if (entry.reversal) return faulty([{ code: errors.PAYOUT_ENTRY_REVERSED, row }]);
  const id = detail?.endToEndId;
  const order = id === undefined ? undefined : orderOf(id);
  const number = id === undefined || order === undefined ? undefined : paymentNumber(order, id);
  if (!detail || order === undefined || number === undefined) return unnamed(row);
  const outcome = detail.direction === "credit" || detail.returned ? "returned" : "paid";
  const serial = detail.serial ?? (entry.amount === detail.amount ? entry.serial : undefined);
  return outcomeContent(outcome, row, () =>
    payouts.resultOf(order, number, {
      outcome,
      amount: formatAmount(detail.amount),
      valueDate: entry.valueOn ?? entry.bookedOn ?? day,
      ...(serial === undefined ? {} : { serial }),
      ...(outcome === "paid" ? {} : { reason: reasonCodeOf(detail.returned?.reason) }),
    }),
  );
}
