import type { StatementLine } from "@huimin/bank-file/events";
import {
  BankFileFault,
  bankFileErrors,
  CAMT_053,
  type CamtAccount,
  type CamtDetail,
  type CamtEntry,
  type FileSource,
  readCamt,
  readTable,
  type TableRow,
} from "@huimin/bank-files";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { fileErrors as errors } from "./errors.ts";
import type { FileStep, Item } from "./items.ts";
import { STATEMENT_COLUMNS } from "./kinds.ts";

/* Account statements 对账单, as a message or as a table. */

/** camt.053: one line an entry; what is not booked yet is noted only. */
export async function* readStatementMessage(source: FileSource): AsyncGenerator<FileStep> {
  let account: CamtAccount | undefined;
  let day = "";
  let lines = 0;
  let row = 0;
  let only: CamtDetail | undefined;
  for await (const step of readCamt(source, CAMT_053)) {
    switch (step.kind) {
      case "message":
        yield { kind: "head", message: step.messageId, originalName: "camt.053.001.08" };
        break;
      case "account":
        account = step;
        day = step.to ?? step.closing?.on ?? "";
        lines = 0;
        yield { kind: "statement-start", account: step.account, date: day };
        break;
      case "detail":
        only = step;
        break;
      case "entry-end": {
        row += 1;
        const booked = step.entry.status === "BOOK";
        if (booked) lines += 1;
        const line = lineOf(step.entry, lines, day, step.details, step.details === 1 ? only : undefined);
        yield { kind: "item", item: entryItem(step.entry, row, booked ? { kind: "line", line } : { kind: "noted" }) };
        only = undefined;
        break;
      }
      case "account-end":
        if (account?.opening && account.closing)
          yield {
            kind: "statement-end",
            end: {
              account: account.account,
              date: day,
              from: account.from ?? account.opening.on,
              statement: account.id,
              opening: formatAmount(account.opening.amount),
              closing: formatAmount(account.closing.amount),
              credits: formatAmount(step.credits),
              debits: formatAmount(step.debits),
              lines,
            },
          };
        break;
    }
  }
}

const entryItem = (entry: CamtEntry, row: number, content: Item["content"]): Item => ({
  row,
  amount: formatAmount(entry.amount),
  ...(entry.serial === undefined ? {} : { serial: entry.serial }),
  content,
});

function lineOf(entry: CamtEntry, line: number, day: string, payments: number, only: CamtDetail | undefined): StatementLine {
  const serial = entry.serial ?? entry.reference ?? only?.serial;
  const order = entry.order ?? only?.order;
  return {
    line,
    direction: entry.direction,
    amount: formatAmount(entry.amount),
    bookedOn: entry.bookedOn ?? day,
    ...(entry.valueOn === undefined ? {} : { valueOn: entry.valueOn }),
    ...(serial === undefined ? {} : { serial }),
    ...(entry.reversal ? { reversal: true as const } : {}),
    ...(order === undefined ? {} : { order }),
    ...(only?.endToEndId === undefined ? {} : { endToEndId: only.endToEndId }),
    ...(payments > 0 ? { payments } : {}),
  };
}

/** Rows of one account and day while they are read. */
class OpenStatement {
  readonly account: string;
  readonly date: string;
  #opening: Fen | undefined;
  #balance: Fen | undefined;
  #credits = 0n;
  #debits = 0n;
  lines = 0;

  constructor(account: string, date: string) {
    this.account = account;
    this.date = date;
  }

  /** Throws BANK_FILE_TOTAL when the balance does not follow from the one before. */
  add(direction: "credit" | "debit", amount: Fen, balance: Fen, row: number): void {
    const change = direction === "credit" ? amount : -amount;
    this.#opening ??= balance - change;
    const computed = (this.#balance ?? this.#opening) + change;
    if (computed !== balance)
      throw new BankFileFault(
        bankFileErrors.BANK_FILE_TOTAL,
        { item: `第 ${row} 行 / row ${row}`, total: "余额 balance", stated: formatAmount(balance), computed: formatAmount(computed) },
        { row, column: "余额" },
      );
    this.#balance = balance;
    if (direction === "credit") this.#credits += amount;
    else this.#debits += amount;
    this.lines += 1;
  }

  get closing(): Fen | undefined {
    return this.#balance;
  }

  end(): FileStep {
    return {
      kind: "statement-end",
      end: {
        account: this.account,
        date: this.date,
        from: this.date,
        statement: `${this.account}-${this.date}`,
        opening: formatAmount(this.#opening ?? 0n),
        closing: formatAmount(this.#balance ?? 0n),
        credits: formatAmount(this.#credits),
        debits: formatAmount(this.#debits),
        lines: this.lines,
      },
    };
  }
}

/**
 * A statement as a table: rows of an account and day stand together, and each balance follows from the one before. A
 * statement with a row that can't be read is none, so a fault of a row is one of the file.
 */
export async function* readStatementTable(source: FileSource): AsyncGenerator<FileStep> {
  let open: OpenStatement | undefined;
  const seen = new Set<string>();
  for await (const step of readTable(source, STATEMENT_COLUMNS)) {
    if (step.kind === "header") {
      yield { kind: "head", header: step.names, above: step.above };
      continue;
    }
    const { account, date, direction, amount, balance } = checked(step);
    if (open?.account !== account || open.date !== date) {
      if (open) yield open.end();
      if (seen.has(`${account} ${date}`))
        throw new BankFileFault(
          bankFileErrors.BANK_FILE_CELL_DATE,
          { row: step.row, column: "入账日期" },
          { row: step.row, column: "入账日期" },
        );
      seen.add(`${account} ${date}`);
      open = new OpenStatement(account, date);
      yield { kind: "statement-start", account, date };
    }
    open.add(direction, amount, balance, step.row);
    const { serial, valueOn, endToEndId } = step.values;
    const line: StatementLine = {
      line: open.lines,
      direction,
      amount: formatAmount(amount),
      bookedOn: date,
      ...(serial === undefined ? {} : { serial }),
      ...(valueOn === undefined ? {} : { valueOn }),
      ...(endToEndId === undefined ? {} : { endToEndId }),
    };
    yield { kind: "item", item: { row: step.row, cells: step.cells, amount: line.amount, content: { kind: "line", line } } };
  }
  if (open) yield open.end();
}

function checked({ row, values, faults }: TableRow) {
  const [fault] = faults;
  if (fault) throw new BankFileFault(fault.code, fault.details ?? {}, fault);
  const { account = "", bookedOn: date = "", debit = "0.00", credit = "0.00", balance = "0.00" } = values;
  if ((debit === "0.00") === (credit === "0.00")) throw new BankFileFault(errors.STATEMENT_LINE_SIDE, {}, { row, column: "借方金额" });
  const direction = credit === "0.00" ? ("debit" as const) : ("credit" as const);
  return { account, date, direction, amount: fen(direction === "credit" ? credit : debit), balance: fen(balance) };
}
