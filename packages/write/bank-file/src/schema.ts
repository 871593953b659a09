import { type Static, Type } from "typebox";

/*
 * Files of partner banks. Stream `bank-file/{bank}-{sha256}`: one file by its bytes, what it was taken for and what became
 * of it; the rows themselves are bank messages on their own streams. Stream `bank-statement/{bank}-{account}-{date}`: the
 * lines of an account statement 银行对账单, against which the books are reconciled. No names and no texts of payers or
 * payees: they stay in the file.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the file, hex" });
const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const DateText = Type.String({ format: "date" });
const Count = Type.Integer({ minimum: 0 });

/** What a file is about. */
export const BankFileKind = Type.Union([
  Type.Literal("repayments"),
  Type.Literal("prepayments"),
  Type.Literal("disbursements"),
  Type.Literal("stakes"),
  Type.Literal("interest-settlements"),
  Type.Literal("interest-payments"),
  Type.Literal("payout-results"),
  Type.Literal("statement"),
  Type.Literal("portfolio"),
]);
export const BankFileFormat = Type.Union([
  Type.Literal("csv"),
  Type.Literal("xlsx"),
  Type.Literal("camt.053"),
  Type.Literal("camt.054"),
  Type.Literal("pain.002"),
]);
/** all: every row or none. good: rows without a fault. */
export const BankFileMode = Type.Union([Type.Literal("all"), Type.Literal("good")]);

/** The file was read to its end and its totals are right; nothing is booked yet. */
export const BankFileReceived = Type.Object({
  bank: Id,
  sha256: Sha256,
  kind: BankFileKind,
  format: BankFileFormat,
  mode: BankFileMode,
  bytes: Count,
  rows: Count,
  /** Sum of the amounts of its rows, where they have one. */
  total: Type.Optional(Amount),
  /** MsgId of a message. */
  message: Type.Optional(Type.String({ maxLength: 35 })),
});

/** Every row has its outcome. A later file with the same bytes gets the same report. */
export const BankFileBooked = Type.Object({
  bank: Id,
  sha256: Sha256,
  /** Recorded by this file. */
  booked: Count,
  /** Recorded before, by another file or message. */
  repeated: Count,
  /** Suspected duplicates that wait for a person. */
  held: Count,
  refused: Count,
  /** Rows that say something and record nothing, such as a payment without a result yet. */
  noted: Count,
  /** SHA-256 of the report that the bank got. */
  report: Sha256,
});

/** Nothing of the file was booked. It may be sent again. */
export const BankFileRefused = Type.Object({
  bank: Id,
  sha256: Sha256,
  bytes: Count,
  code: Type.String({ minLength: 1, maxLength: 100 }),
  /** Row or entry of the first fault. */
  row: Type.Optional(Count),
});

export const StatementLine = Type.Object(
  {
    /** 1, 2, 3 … in the statement. */
    line: Type.Integer({ minimum: 1 }),
    direction: Type.Union([Type.Literal("credit"), Type.Literal("debit")]),
    amount: Type.String({ pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$" }),
    bookedOn: DateText,
    valueOn: Type.Optional(DateText),
    /** The bank's serial. */
    serial: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** 冲正: takes back an earlier line. */
    reversal: Type.Optional(Type.Literal(true)),
    /** Our payment order (代发批次) that the line sums up, or the reference of its one payment. */
    order: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    endToEndId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** Payments that the line sums up, where the bank lists them. */
    payments: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

const Statement = { bank: Id, account: Type.String({ minLength: 1, maxLength: 34 }), date: DateText, sha256: Sha256 };

/** Some lines of a statement. They count once {@link BankStatementReceived} names the same file. */
export const BankStatementLinesReceived = Type.Object({ ...Statement, part: Count, lines: Type.Array(StatementLine) });

/** The statement is complete: balance and totals add up. A later one for the same account and day replaces it. */
export const BankStatementReceived = Type.Object({
  ...Statement,
  statement: Type.String({ minLength: 1, maxLength: 64 }),
  from: DateText,
  opening: Amount,
  closing: Amount,
  credits: Amount,
  debits: Amount,
  lines: Count,
  parts: Count,
  /** File that this one replaces. */
  replaces: Type.Optional(Sha256),
});

export type BankFileKind = Static<typeof BankFileKind>;
export type BankFileFormat = Static<typeof BankFileFormat>;
export type BankFileMode = Static<typeof BankFileMode>;
export type StatementLine = Static<typeof StatementLine>;
export type BankStatementReceived = Static<typeof BankStatementReceived>;

/** Two banks may send the same bytes. */
export const bankFileStream = (bank: string, sha256: string): string => `bank-file/${bank}-${sha256}`;
/** `date` is the last day of the statement. */
export const bankStatementStream = (bank: string, account: string, date: string): string => `bank-statement/${bank}-${account}-${date}`;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const bankFileEvents = {
  BankFileReceived,
  BankFileBooked,
  BankFileRefused,
  BankStatementLinesReceived,
  BankStatementReceived,
} as const;
export type BankFileEventType = keyof typeof bankFileEvents;
export type BankFilePayload<T extends BankFileEventType> = Static<(typeof bankFileEvents)[T]>;
