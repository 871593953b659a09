import { YEAR_END_TRANSFERS } from "@huimin/period/events";
import { ACCOUNTS, type Account, accountsUnder } from "./chart.ts";
import { DIMENSIONS, type Dimension, type Dims, dimsKey, isTotal, matchesDims } from "./dimensions.ts";
import { fiscalYearOf, type JournalLine, type KnownAt, linesOf } from "./lines.ts";
import type { PostableEvent } from "./posting.ts";
import {
  type Axes,
  type Balance,
  type BalanceQuestion,
  type Books,
  balanceOf,
  DETAIL_ROWS_MAX,
  type DetailQuestion,
  type DetailRow,
  JOURNAL_LINES_DEFAULT,
  type JournalQuestion,
  type TrialBalance,
  type TrialBalanceQuestion,
  trialBalanceOf,
  unknownAccount,
} from "./questions.ts";

const instantOf = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

const known = (line: JournalLine, knownAt: KnownAt | undefined): boolean =>
  knownAt === undefined ||
  ("position" in knownAt ? line.position <= knownAt.position : instantOf(line.recordedAt) <= instantOf(knownAt.instant));

const within = (line: JournalLine, axes: Axes): boolean =>
  (axes.asOf === undefined || line.valueDate <= axes.asOf) && known(line, axes.knownAt);

/** The books of plain events: the same rules, the same questions, no database. For specs and property tests. */
export class MemoryBooks implements Books {
  readonly lines: readonly JournalLine[];

  constructor(events: Iterable<PostableEvent>) {
    const lines: JournalLine[] = [];
    for (const event of events) lines.push(...linesOf(event));
    this.lines = lines;
  }

  /** {@link Books.balance}, at once. */
  balanceNow(question: Omit<BalanceQuestion, "district">): Balance {
    let debit = 0n;
    let credit = 0n;
    for (const line of this.#matching(question)) {
      debit += line.debit;
      credit += line.credit;
    }
    return balanceOf(debit, credit);
  }

  async balance(question: BalanceQuestion): Promise<Balance> {
    return this.balanceNow(question);
  }

  async details(question: DetailQuestion): Promise<readonly DetailRow[]> {
    const groups = new Map<string, { account: Account; dims: Dims; debit: bigint; credit: bigint }>();
    for (const line of this.#matching(question)) {
      const dims = only(line.dims, question.by);
      const key = `${line.account.no} ${dimsKey(dims)}`;
      const group = groups.get(key) ?? { account: line.account, dims, debit: 0n, credit: 0n };
      group.debit += line.debit;
      group.credit += line.credit;
      groups.set(key, group);
    }
    return [...groups]
      .sort(([, a], [, b]) => compare(a, b, question.by))
      .map(([, group]) => ({ account: group.account, dims: group.dims, balance: balanceOf(group.debit, group.credit) }))
      .filter((row) => question.zeros || row.balance.net !== 0n)
      .slice(0, question.limit ?? DETAIL_ROWS_MAX);
  }

  async trialBalance(question: TrialBalanceQuestion): Promise<TrialBalance> {
    const sums = new Map<number, { before: bigint; debit: bigint; credit: bigint }>();
    for (const line of this.lines) {
      if (!known(line, question.knownAt)) continue;
      if (question.book !== undefined && line.account.book !== question.book) continue;
      const [at, from, to] =
        question.asOf === undefined ? [line.period, question.from, question.through] : [line.valueDate, question.since, question.asOf];
      if (to !== undefined && at > to) continue;
      const sum = sums.get(line.account.no) ?? { before: 0n, debit: 0n, credit: 0n };
      if (from !== undefined && at < from) sum.before += line.debit - line.credit;
      else {
        sum.debit += line.debit;
        sum.credit += line.credit;
      }
      sums.set(line.account.no, sum);
    }
    return trialBalanceOf(
      ACCOUNTS.filter((account) => sums.has(account.no)).map((account) => ({
        account,
        ...(sums.get(account.no) as NonNullable<ReturnType<typeof sums.get>>),
      })),
    );
  }

  async voucher(_district: string, position: number): Promise<readonly JournalLine[]> {
    return this.lines.filter((line) => line.position === position);
  }

  async vouchers(_district: string, positions: readonly number[]): Promise<readonly JournalLine[]> {
    const wanted = new Set(positions);
    return this.lines.filter((line) => wanted.has(line.position));
  }

  async journal(question: JournalQuestion): Promise<readonly JournalLine[]> {
    const matching = this.lines.filter(
      (line) =>
        line.position > (question.after ?? 0) && within(line, question) && question.anyOf.some((filter) => matchesDims(line.dims, filter)),
    );
    const limit = question.limit ?? JOURNAL_LINES_DEFAULT;
    if (!question.wholeVouchers) return matching.slice(0, limit);
    const positions = new Set([...new Set(matching.map((line) => line.position))].slice(0, limit));
    return this.lines.filter((line) => positions.has(line.position));
  }

  *#matching(question: Omit<BalanceQuestion, "district">): Generator<JournalLine> {
    const accounts = new Set(accountsUnder(question.account).map((account) => account.no));
    if (accounts.size === 0) throw unknownAccount(question.account);
    const total = isTotal(question.dims);
    for (const line of this.lines) {
      if (!accounts.has(line.account.no) || !within(line, question)) continue;
      if (question.beforeTransfers && YEAR_END_TRANSFERS.includes(line.eventType)) continue;
      if (question.year !== undefined && fiscalYearOf(line.period) !== question.year) continue;
      if (!total && !matchesDims(line.dims, question.dims ?? {})) continue;
      yield line;
    }
  }
}

export const memoryBooks = (events: Iterable<PostableEvent>): MemoryBooks => new MemoryBooks(events);

function only(dims: Dims, names: readonly Dimension[]): Dims {
  const kept: { [K in Dimension]?: string } = {};
  for (const name of DIMENSIONS) if (names.includes(name) && dims[name]) kept[name] = dims[name];
  return kept;
}

/** By account number, then by the asked dimensions; a missing one last, as PostgreSQL sorts nulls. */
function compare(a: { account: Account; dims: Dims }, b: { account: Account; dims: Dims }, by: readonly Dimension[]): number {
  if (a.account.no !== b.account.no) return a.account.no - b.account.no;
  for (const name of by) {
    const left = a.dims[name];
    const right = b.dims[name];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -1 : 1;
  }
  return 0;
}
