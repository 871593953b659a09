import { daysBetween, earlierDate, laterDate, termMonths } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { openPrincipal } from "@huimin/interest";
import { type LoanState, loanStream, loanTimelineFold, openPrincipalNow } from "@huimin/loan/events";
import { type Fen, formatAmount, maxFen, sumFen } from "@huimin/money";
import { loadPolicy, type Policy } from "@huimin/policy/events";
import { type SubsidyState, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import { type CheckSources, Finding, type InvariantResult } from "./types.ts";

/** Loans folded at a time. */
const PAGE = 500;

/**
 * Every loan against the rules of domain 2.7: cap and term (no. 2), interest periods that do not overlap, days that are
 * subsidised once and settled (no. 8); and the same open principal in the log, the memorandum book and the portfolio.
 */
export async function checkLoans(sources: CheckSources, onProgress: (done: number) => void): Promise<InvariantResult[]> {
  const policy = await policyNow(sources);
  const found = new LoanFindings(policy);
  const inBooks = await principalInBooks(sources);
  const groups = new Map<string, LoanState[]>();
  let after: string | undefined;
  let done = 0;
  for (;;) {
    const loans = await pageOfLoans(sources, after);
    const states = await foldMany(
      sources,
      loans.map(({ loan }) => loanStream(loan)),
      loanTimelineFold,
    );
    const subsidies = await foldMany(
      sources,
      loans.map(({ loan }) => subsidyStream(loan)),
      subsidyFold,
    );
    for (const [index, { loan, principal }] of loans.entries()) {
      const state = states[index] as LoanState;
      found.principal(loan, openPrincipalNow(state), inBooks.get(loan) ?? 0n, BigInt(principal));
      found.tiling(loan, state);
      found.subsidised(loan, state, subsidies[index] as SubsidyState);
      found.term(loan, state);
      const group = state.terms?.creditGroup;
      if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), state]);
    }
    done += loans.length;
    onProgress(done);
    after = loans.at(-1)?.loan;
    if (loans.length < PAGE || after === undefined) break;
  }
  for (const [group, states] of groups) found.cap(group, states);
  return found.results();
}

interface LoanRow {
  readonly loan: string;
  readonly principal: string;
}

async function pageOfLoans({ pool, district }: CheckSources, after: string | undefined): Promise<LoanRow[]> {
  const { rows } = await pool.query<LoanRow>(
    "SELECT loan, principal::text FROM bank_portfolio.loan WHERE district = $1 AND loan > $2 ORDER BY loan LIMIT $3",
    [district, after ?? "", PAGE],
  );
  return rows;
}

async function foldMany<S>({ store, district }: CheckSources, streams: readonly string[], fold: Fold<S>): Promise<S[]> {
  const slices = await store.readStreams(
    district,
    streams.map((stream) => ({ stream, afterVersion: 0 })),
  );
  return slices.map((slice) => slice.events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState));
}

async function principalInBooks({ books, district }: CheckSources): Promise<Map<string, Fen>> {
  const rows = await books.details({ district, account: "9201", by: ["loan"], limit: 1_000_000 });
  return new Map(rows.flatMap(({ dims, balance }) => (dims.loan === undefined ? [] : [[dims.loan, -balance.net] as const])));
}

/** The policy as it is now, gathered as a command would. */
async function policyNow({ store, district }: CheckSources): Promise<Policy> {
  const gather = loadPolicy(["microcredit.cap", "microcredit.cap.withTopUp", "microcredit.termMonths"]);
  let step = gather.next();
  while (!step.done) {
    if (step.value.kind !== "load") throw new Error("a policy asks for streams only");
    const { stream, fold } = step.value;
    const { events, version } = await store.readStream(district, stream);
    step = gather.next({
      stream,
      version,
      state: events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState),
    });
  }
  return step.value;
}

class LoanFindings {
  readonly #policy: Policy;
  readonly #principal = new Finding("loan-principal", "the log, book M (9201) and the portfolio show the same open principal of each loan");
  readonly #tiling = new Finding(
    "interest-tiling",
    "settled interest periods of a loan do not overlap and do not begin before it (2.7 no. 8)",
  );
  readonly #subsidised = new Finding(
    "subsidised-once",
    "a subsidised period was settled, and no day of it is subsidised twice (2.7 no. 8)",
  );
  readonly #term = new Finding("loan-term", "no term is above the limit of its contract date, extension apart (2.7 no. 2)");
  readonly #cap = new Finding(
    "household-cap",
    "on each day of a drawing the open principal of a credit file is within the cap (2.7 no. 2)",
  );

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  principal(loan: string, log: Fen, books: Fen, portfolio: Fen): void {
    this.#principal.look(
      log === books && log === portfolio
        ? undefined
        : `${loan}: log ${formatAmount(log)}, books ${formatAmount(books)}, portfolio ${formatAmount(portfolio)}`,
    );
  }

  tiling(loan: string, state: LoanState): void {
    const from = state.timeline.movements[0]?.valueDate;
    for (const kind of ["normal", "penalty"] as const) {
      const periods = state.settlements
        .filter((one) => one.kind === kind && one.from < one.toExcl)
        .sort((a, b) => (a.from < b.from ? -1 : 1));
      for (const [index, period] of periods.entries()) {
        const before = periods[index - 1];
        if (before && before.toExcl > period.from) this.#tiling.look(`${loan}: ${kind} interest of ${period.from} is settled twice`);
        else if (from !== undefined && period.from < from) this.#tiling.look(`${loan}: interest from ${period.from}, drawn on ${from}`);
        else this.#tiling.look();
      }
    }
  }

  subsidised(loan: string, state: LoanState, subsidy: SubsidyState): void {
    const units = subsidy.units
      .filter((unit) => unit.accrued !== 0n && unit.prepayment === undefined)
      .sort((a, b) => (a.from < b.from ? -1 : 1));
    for (const [index, unit] of units.entries()) {
      const before = units[index - 1];
      const settled = state.settlements.filter((one) => one.kind === "normal" && one.from < unit.toExcl && one.toExcl > unit.from);
      const days = settled.reduce((sum, one) => sum + daysBetween(laterDate(one.from, unit.from), earlierDate(one.toExcl, unit.toExcl)), 0);
      if (before && before.toExcl > unit.from) this.#subsidised.look(`${loan}: ${unit.from} is subsidised twice`);
      else if (days !== daysBetween(unit.from, unit.toExcl))
        this.#subsidised.look(`${loan}: subsidised ${unit.from} to ${unit.toExcl} is not all settled`);
      else this.#subsidised.look();
    }
  }

  term(loan: string, state: LoanState): void {
    const { terms, extension } = state;
    if (!terms) return;
    const due = extension?.oldDue ?? terms.due;
    const months = termMonths(terms.contractDate, due);
    const limit = this.#policy.integer("microcredit.termMonths", terms.contractDate);
    this.#term.look(months <= limit ? undefined : `${loan}: ${months} months, limit ${limit}`);
  }

  cap(group: string, states: readonly LoanState[]): void {
    const toppedUp = states.some((state) => state.topUps.length > 0);
    const days = states.flatMap((state) =>
      state.timeline.movements
        .filter((movement) => movement.kind === "drawing")
        .map((movement) => ({ on: movement.valueDate, contract: state.terms?.contractDate ?? movement.valueDate })),
    );
    for (const { on, contract } of days) {
      const open = sumFen(states.map((state) => openPrincipal(state.timeline, on)));
      const capOn = (day: string): Fen =>
        maxFen(this.#policy.amount("microcredit.cap", day), toppedUp ? this.#policy.amount("microcredit.cap.withTopUp", day) : 0n);
      const cap = maxFen(capOn(on), capOn(contract));
      this.#cap.look(open <= cap ? undefined : `credit file ${group} on ${on}: ${formatAmount(open)}, cap ${formatAmount(cap)}`);
    }
  }

  results(): InvariantResult[] {
    return [this.#principal, this.#tiling, this.#subsidised, this.#term, this.#cap].map((finding) => finding.result());
  }
}
