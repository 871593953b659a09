import { type CommandDefinition, type Fold, SpecificationLog } from "@huimin/decider";
import { describe, expect, it } from "vitest";
import {
  BookBankFile,
  bankFileFold,
  bankFileStream,
  bankStatementFold,
  bankStatementStream,
  ReceiveBankFile,
  ReceiveBankStatement,
  ReceiveStatementLines,
  RefuseBankFile,
  statementLines,
} from "./index.ts";

const K1 = { actor: "bank:K1", role: "BANK" } as const;
const sha256 = "a".repeat(64);
const file = { bank: "K1", sha256, kind: "repayments", format: "csv", mode: "good", bytes: 900, rows: 3, total: "30.00" } as const;
const outcome = { bank: "K1", sha256, booked: 2, repeated: 0, held: 0, refused: 1, noted: 0, report: "b".repeat(64) };
const refusal = { bank: "K1", sha256, bytes: 900, code: "BANK_FILE_TOTAL", row: 7 };
const stream = bankFileStream("K1", sha256);

class Log extends SpecificationLog {
  constructor() {
    super(K1);
  }

  accept(definition: CommandDefinition, command: object): void {
    const result = this.execute(definition, command);
    if (!result.ok) throw new Error(result.refusal.code);
  }

  code(definition: CommandDefinition, command: object): string | undefined {
    const result = this.execute(definition, command);
    return result.ok ? undefined : result.refusal.code;
  }

  fold<S>(of: string, { initialState, evolve }: Fold<S>): S {
    return (this.streams.get(of) ?? []).reduce(evolve, initialState);
  }
}

const types = (log: Log, of = stream) => log.streams.get(of)?.map(({ type }) => type);

describe("a bank's file", () => {
  it("given nothing, when it is received and booked, then its record has kind, rows and counts; said again, nothing is added", () => {
    const log = new Log();
    for (let times = 0; times < 2; times += 1) log.accept(ReceiveBankFile, file);
    for (let times = 0; times < 2; times += 1) log.accept(BookBankFile, outcome);
    expect(types(log)).toEqual(["BankFileReceived", "BankFileBooked"]);
    expect(log.fold(stream, bankFileFold)).toMatchObject({ status: "booked", received: { rows: 3 }, booked: { refused: 1 } });
  });

  it("given a booked file, when it comes again, then BANK_FILE_BOOKED; given one under way, then no other kind", () => {
    const log = new Log();
    log.accept(ReceiveBankFile, file);
    expect(log.code(ReceiveBankFile, { ...file, kind: "prepayments" })).toBe("BANK_FILE_OTHER_KIND");
    log.accept(BookBankFile, outcome);
    expect(log.code(ReceiveBankFile, file)).toBe("BANK_FILE_BOOKED");
    expect(log.code(RefuseBankFile, refusal)).toBe("BANK_FILE_BOOKED");
  });

  it("given a refused file, then the same refusal is recorded once, another one too, and it may be received after all", () => {
    const log = new Log();
    for (const row of [7, 7, 8]) log.accept(RefuseBankFile, { ...refusal, row });
    log.accept(ReceiveBankFile, file);
    expect(types(log)).toEqual(["BankFileRefused", "BankFileRefused", "BankFileReceived"]);
  });

  it("given no file, then there is nothing to book; another bank's is not ours to send", () => {
    const log = new Log();
    expect(log.code(BookBankFile, outcome)).toBe("BANK_FILE_NOT_RECEIVED");
    expect(log.code(ReceiveBankFile, { ...file, bank: "K2" })).toBe("BANK_FILE_OTHER_BANK");
  });
});

const account = { bank: "K1", account: "41050100001", date: "2018-12-28", sha256 };
const line = (number: number, direction: "credit" | "debit", amount: string) => ({
  line: number,
  direction,
  amount,
  bookedOn: "2018-12-28",
  serial: `S${number}`,
});
const header = {
  ...account,
  statement: "ST1",
  from: "2018-12-28",
  opening: "100.00",
  closing: "120.00",
  credits: "50.00",
  debits: "30.00",
  lines: 2,
  parts: 2,
};
const lines = [
  { ...account, part: 0, lines: [line(1, "credit", "50.00")] },
  { ...account, part: 1, lines: [line(2, "debit", "30.00")] },
];
const statement = bankStatementStream("K1", "41050100001", "2018-12-28");

describe("a bank statement", () => {
  it("given its parts, in any order and twice, when it is complete, then its lines count in their order", () => {
    const log = new Log();
    for (const part of [1, 0, 1]) log.accept(ReceiveStatementLines, lines[part] as object);
    expect(statementLines(log.fold(statement, bankStatementFold))).toEqual([]);
    for (let times = 0; times < 2; times += 1) log.accept(ReceiveBankStatement, header);
    expect(types(log, statement)).toEqual(["BankStatementLinesReceived", "BankStatementLinesReceived", "BankStatementReceived"]);
    expect(statementLines(log.fold(statement, bankStatementFold)).map(({ line: number }) => number)).toEqual([1, 2]);
  });

  it.each([
    ["a part that is missing", { parts: 1 }, "BANK_STATEMENT_INCOMPLETE"],
    ["a wrong closing balance", { closing: "120.01" }, "BANK_STATEMENT_DIFFERS"],
    ["wrong credits", { credits: "50.01" }, "BANK_STATEMENT_DIFFERS"],
    ["another bank's account", { bank: "K2" }, "BANK_FILE_OTHER_BANK"],
  ])("refuses %s", (_, change, code) => {
    const log = new Log();
    for (const part of lines) log.accept(ReceiveStatementLines, part);
    expect(log.code(ReceiveBankStatement, { ...header, ...change })).toBe(code);
  });

  it("given a corrected file for the same day, then it replaces the first", () => {
    const log = new Log();
    for (const part of lines) log.accept(ReceiveStatementLines, part);
    log.accept(ReceiveBankStatement, header);
    const later = { sha256: "c".repeat(64) };
    log.accept(ReceiveStatementLines, { ...account, ...later, part: 0, lines: [line(1, "credit", "60.00")] });
    log.accept(ReceiveBankStatement, { ...header, ...later, closing: "160.00", credits: "60.00", debits: "0.00", lines: 1, parts: 1 });
    const state = log.fold(statement, bankStatementFold);
    expect(state).toMatchObject({ revision: 2, current: { replaces: sha256 } });
    expect(statementLines(state).map(({ amount }) => amount)).toEqual(["60.00"]);
  });
});
