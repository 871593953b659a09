import { yearOf } from "./dates.ts";
import type { Aux, Fact, File, Row } from "./format.ts";
import type { Loan } from "./loan.ts";
import { sum, yuanOf } from "./numbers.ts";
import { Policy } from "./policy.ts";

/** One line of a book: a debit is positive, a credit negative; book Q counts shares. */
export interface Line {
  readonly book: string;
  readonly account: string;
  readonly aux: Aux;
  readonly amount: bigint;
  readonly valueDate: string;
  /** fiscal year by period (month of recording) */
  readonly year: number;
  readonly n: number;
}

/** Which lines count: a partial match of the keys, up to a value date, of a fiscal year. */
export interface Asked {
  readonly aux?: Aux | undefined;
  readonly asOf?: string | undefined;
  readonly year?: number | undefined;
}

export interface Batch {
  /** known with the contract, or with the first entrustment */
  enterprise: string;
  /** in the order of the contract (R7) */
  readonly items: { loan: string; household: string; amount: string }[];
  readonly rate: string;
  readonly due: string;
  readonly contract: string;
  refundable: bigint;
}

export interface Segment {
  readonly household: string;
  readonly stake: string;
  readonly from: string;
  readonly toExcl: string;
}

export interface Allocation {
  readonly pool: string;
  readonly year: number;
  readonly n: number;
  readonly distributable: bigint;
  readonly perHousehold: ReadonlyMap<string, bigint>;
}

/** An item of a payout batch: an entitlement, its amount and what became of it. */
export interface PayoutItem {
  readonly payoutBatch: string;
  readonly household: string;
  readonly pool: string;
  readonly year: number;
  readonly amount: bigint;
  readonly reissue: boolean;
  paidOn?: string;
  returnedOn?: string;
  wrong?: boolean;
}

/** A compensation case (E4–E7). */
export interface Case {
  readonly obligor: string;
  readonly loans: readonly { readonly loan: string; readonly principal: bigint; readonly interest: bigint }[];
  readonly weights: readonly { readonly party: string; readonly weight: string }[];
}

/** A loss of an investment (4.9–4.12). */
export interface Loss {
  readonly enterprise: string;
  readonly loss: bigint;
  weights: readonly { readonly party: string; readonly weight: string }[];
  insurer: string;
}

/** Everything that is known after some facts, from scratch; every figure is computed anew at every question. */
export class World {
  readonly file: Pick<File, "parties" | "policy">;
  readonly policy: Policy;
  readonly lines: Line[] = [];
  readonly loans = new Map<string, Loan>();
  readonly batches = new Map<string, Batch>();
  readonly cases = new Map<string, Case>();
  readonly losses = new Map<string, Loss>();
  readonly writtenOff = new Set<string>();
  readonly segments = new Map<string, readonly Segment[]>();
  readonly batchOfPool = new Map<string, string>();
  /** as declared at a fixed rate, by pool and year */
  readonly declared = new Map<string, ReadonlyMap<string, bigint>>();
  readonly allocations: Allocation[] = [];
  readonly payouts: PayoutItem[] = [];
  readonly insurerOf = new Map<string, string>();
  readonly linked: { readonly enterprise: string; readonly from: string; readonly count: number }[] = [];
  readonly issued: { readonly household: string; readonly year: number; readonly n: number }[] = [];
  readonly purposes = new Map<string, string>();
  readonly facts: Fact[] = [];
  #closed = "";
  #fact: Fact | undefined;

  constructor(file: Pick<File, "parties" | "policy">) {
    this.file = file;
    this.policy = new Policy(file.policy);
  }

  begin(fact: Fact): void {
    this.#fact = fact;
    this.facts.push(fact);
  }

  get fact(): Fact {
    if (!this.#fact) throw new Error("no fact is being recorded");
    return this.#fact;
  }

  close(month: string): void {
    if (month > this.#closed) this.#closed = month;
  }

  /** Fiscal year of what is recorded now: of the month of recording, or of the first open month. */
  get fiscalYear(): number {
    const month = this.fact.recordedAt.slice(0, 7);
    if (month > this.#closed) return yearOf(month);
    return this.#closed.endsWith("-12") ? yearOf(this.#closed) + 1 : yearOf(this.#closed);
  }

  /** One line; a debit is positive. Nothing is posted for 0. */
  post(book: string, account: string, aux: Aux, amount: bigint): void {
    if (amount === 0n) return;
    const { valueDate, n } = this.fact;
    this.lines.push({ book, account, aux, amount, valueDate, year: this.fiscalYear, n });
  }

  /** A debit and a credit of the same amount (in red when negative). */
  entry(book: string, debit: readonly [account: string, aux?: Aux], credit: readonly [account: string, aux?: Aux], amount: bigint): void {
    this.post(book, debit[0], debit[1] ?? {}, amount);
    this.post(book, credit[0], credit[1] ?? {}, -amount);
  }

  /** Balance of an account, debit positive. */
  balance(book: string, account: string, asked: Asked = {}): bigint {
    const { aux = {}, asOf, year } = asked;
    const keys = Object.keys(aux);
    return sum(
      this.lines
        .filter((line) => line.book === book && line.account === account)
        .filter((line) => asOf === undefined || line.valueDate <= asOf)
        .filter((line) => year === undefined || line.year === year)
        .filter((line) => keys.every((key) => String(line.aux[key]) === String(aux[key])))
        .map((line) => line.amount),
    );
  }

  /** The row of a checkpoint with what the reference finds. */
  row(row: Pick<Row, "book" | "account" | "aux" | "year">, asOf?: string): Row {
    const found = this.balance(row.book, row.account, { aux: row.aux, asOf, year: row.year });
    const size = found < 0n ? -found : found;
    const amount = row.book === "Q" ? size.toString() : yuanOf(size);
    return { ...row, side: found === 0n ? "zero" : found > 0n ? "debit" : "credit", amount };
  }

  loan(id: string): Loan {
    const loan = this.loans.get(id);
    if (!loan) throw new Error(`no loan ${id}`);
    return loan;
  }

  batch(id: string): Batch {
    const batch = this.batches.get(id);
    if (!batch) throw new Error(`no batch ${id}`);
    return batch;
  }

  /** Loans of a batch in the order of the contract. */
  loansOf(batch: string): Loan[] {
    return this.batch(batch).items.flatMap(({ loan }) => this.loans.get(loan) ?? []);
  }
}
