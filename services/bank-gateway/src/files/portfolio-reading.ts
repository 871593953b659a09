import { BankFileFault, type FileSource, readTable } from "@huimin/bank-files";
import { type Fen, fen, formatAmount } from "@huimin/money";
import type { PortfolioLine } from "@huimin/reconciliation/events";
import { fileErrors as errors } from "./errors.ts";
import type { FileStep } from "./items.ts";
import { PORTFOLIO_COLUMNS } from "./kinds.ts";

/* 贷款余额对账文件: a bank's loans as its own books have them at the end of one day. */

/**
 * A portfolio as a table, all of one day, each loan once. What is compared loan by loan is no portfolio with a row that can't
 * be read, so a fault of a row is one of the file. Throws BANK_PORTFOLIO_DAYS, BANK_PORTFOLIO_LOAN_TWICE.
 */
export async function* readPortfolioTable(source: FileSource): AsyncGenerator<FileStep> {
  const seen = new Set<string>();
  let day: string | undefined;
  let principal: Fen = 0n;
  for await (const step of readTable(source, PORTFOLIO_COLUMNS)) {
    if (step.kind === "header") {
      yield { kind: "head", header: step.names, above: step.above };
      continue;
    }
    const [fault] = step.faults;
    if (fault) throw new BankFileFault(fault.code, fault.details ?? {}, fault);
    const { day: on = "", ...values } = step.values;
    const { row } = step;
    if (day === undefined) yield { kind: "portfolio-start", day: on };
    day ??= on;
    if (on !== day) throw new BankFileFault(errors.BANK_PORTFOLIO_DAYS, { first: day, other: on }, { row, column: "截止日期" });
    const line = values as unknown as PortfolioLine;
    if (seen.has(line.loan)) throw new BankFileFault(errors.BANK_PORTFOLIO_LOAN_TWICE, { loan: line.loan }, { row, column: "贷款编号" });
    seen.add(line.loan);
    principal += fen(line.principal);
    yield { kind: "item", item: { row, cells: step.cells, amount: line.principal, content: { kind: "loan", line } } };
  }
  if (day !== undefined) yield { kind: "portfolio-end", rows: seen.size, principal: formatAmount(principal) };
}
