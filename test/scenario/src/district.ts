import type { Fold, RecordedEvent, Role } from "@huimin/decider";
import { createHouseholdSheets, printFigures } from "@huimin/household-sheet";
import { firstDrawing } from "@huimin/interest";
import { idempotencyKeysOf } from "@huimin/loan";
import {
  type CreditEntry,
  creditFold,
  creditStream,
  type LoanState,
  loanStream,
  loanTimelineFold,
  openInterest,
} from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import type { Platform } from "@huimin/platform";
import { POLICY_KEYS, type Policy, type PolicyKey, type PolicyState, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import { quarterPeriod } from "@huimin/subsidy";
import { type SubsidyState, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import type { BalanceRow, Entry } from "./format.ts";

/** What became of a command: its answer, or the code of the refusal. */
export type Outcome =
  | { readonly ok: true; readonly answer: Readonly<Record<string, any>> }
  | { readonly ok: false; readonly code: string; readonly details?: unknown };

/** The instant of a point of a story. */
export interface Clock {
  now: number;
}

export interface Axes {
  readonly asOf?: string | undefined;
  /** Position of the log up to which facts are known. */
  readonly position: number;
}

/** Position of everything recorded so far. */
export const EVERYTHING = Number.MAX_SAFE_INTEGER;
const READ_TIMEOUT_MS = 20_000;

/** One clean district of a running product, driven as its users do: one command, or one bank message, at a time. */
export class District {
  readonly platform: Platform;
  readonly #clock: Clock;

  constructor(platform: Platform, clock: Clock) {
    this.platform = platform;
    this.#clock = clock;
  }

  /** Sets the product's clock. */
  at(instant: string): void {
    this.#clock.now = Date.parse(instant);
  }

  /**
   * Sends a command in the role of a fact. A second person is there where the rule wants one (implied); a bank's message
   * carries its serial as idempotency key.
   */
  async send(
    name: string,
    body: Readonly<Record<string, unknown>>,
    by: string,
    options: { readonly period?: string | undefined; readonly bank?: string } = {},
  ): Promise<Outcome> {
    const definition = this.platform.table.find(name);
    if (!definition) throw new Error(`the product has no command ${name}`);
    const bank = options.bank ?? "K1";
    const isBank = by === "BANK";
    const outcome = await this.platform.table.handlerOf(name).execute(definition, body, {
      actor: isBank ? `bank:${bank}` : by === "SYS" ? "system" : `maker-${by}`,
      role: by as Role,
      channel: isBank ? "bank-api" : by === "SYS" ? "system" : "ui",
      ...(isBank || by === "SYS" ? {} : { checker: "checker" }),
      ...(isBank ? { keys: idempotencyKeysOf(name, body, bank) } : {}),
      ...(options.period ? { period: options.period } : {}),
    });
    switch (outcome.kind) {
      case "recorded":
        return { ok: true, answer: outcome.answer as Record<string, unknown> };
      case "repeated":
        return { ok: false, code: "SAME_REQUEST_AGAIN" };
      case "key-conflict":
        return { ok: false, code: "SERIAL_CONFLICT" };
      default:
        return { ok: false, code: outcome.refusal.code, details: outcome.refusal.details };
    }
  }

  head(): Promise<number> {
    return this.platform.store.head(this.platform.district);
  }

  /** Brings the read models up to everything recorded. */
  async catchUp(): Promise<number> {
    const head = await this.head();
    this.platform.projector.wake();
    await this.platform.projector.waitFor(head, READ_TIMEOUT_MS);
    return head;
  }

  /** Balance of a row's account: side and amount as a checkpoint writes them. */
  async balance(row: Pick<BalanceRow, "account" | "aux" | "year" | "book">, axes: Axes): Promise<{ side: string; amount: string }> {
    const dims = Object.fromEntries(Object.entries(row.aux ?? {}).map(([name, value]) => [name, String(value)]));
    const balance = await this.platform.books.balance({
      district: this.platform.district,
      account: row.account,
      dims,
      asOf: axes.asOf,
      knownAt: { position: axes.position },
      ...(row.year === undefined ? {} : { year: row.year }),
    });
    return { side: balance.side, amount: row.book === "Q" ? balance.amount.toString() : formatAmount(balance.amount) };
  }

  /** A stream folded up to a position: what was known then. */
  async fold<S>(stream: string, fold: Fold<S>, position: number): Promise<S> {
    const { events } = await this.platform.store.readStream(this.platform.district, stream);
    return events
      .filter((event) => event.position <= position)
      .reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
  }

  loan(loan: string, position: number): Promise<LoanState> {
    return this.fold(loanStream(loan), loanTimelineFold, position);
  }

  subsidy(loan: string, position: number): Promise<SubsidyState> {
    return this.fold(subsidyStream(loan), subsidyFold, position);
  }

  /** The household sheet's figures as printed. */
  async sheet(household: string, axes: Axes): Promise<Readonly<Record<string, string | number>>> {
    const { platform } = this;
    const sheets = createHouseholdSheets({ books: platform.books, store: platform.store });
    const question = { district: platform.district, household, knownAt: { position: axes.position } };
    return printFigures(await sheets.figures(question));
  }

  async household(household: string): Promise<HouseholdState> {
    return this.fold(householdStream(household), householdFold, EVERYTHING);
  }

  async headOf(household: string): Promise<string> {
    return (await this.household(household)).head;
  }

  async membersOf(household: string): Promise<string[]> {
    return (await this.household(household)).members.map((member) => member.personId);
  }

  async otherAdult(household: string): Promise<string> {
    const { head, members } = await this.household(household);
    return members.find((member) => member.personId !== head)?.personId ?? head;
  }

  /** The credit file's entry of a loan number. */
  async creditEntry(household: string, loan: string): Promise<CreditEntry | undefined> {
    const { creditGroup } = await this.household(household);
    return (await this.fold(creditStream(creditGroup), creditFold, EVERYTHING)).entries.get(loan);
  }

  /** Bank of a loan; `K1` for one that is not known. */
  async bankOf(loan: string): Promise<string> {
    return (await this.loan(loan, EVERYTHING)).subject?.bank ?? "K1";
  }

  /** The days of a claim quarter on which the loan bore interest and that no settlement has. */
  quarterDays(state: LoanState, claim: string): { from: string; toExcl: string } | undefined {
    const { from, toExcl } = quarterPeriod(claim);
    const first = firstDrawing(state.timeline);
    const end = state.timeline.due < toExcl ? state.timeline.due : toExcl;
    const start = first !== undefined && first > from ? first : from;
    return start < end ? { from: start, toExcl: end } : undefined;
  }

  /**
   * 先收后贴: where interest is settled and not paid yet, it is paid for the time of a claim and taken back after it, so
   * that no balance changes.
   */
  async withInterestPaid(loan: string, valueDate: string, serial: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const open = openInterest(await this.loan(loan, EVERYTHING)).total;
    if (open <= 0n) return work();
    const paid = await this.send("RecordInterestPayment", { loan, amount: formatAmount(open), valueDate, serial }, "BANK");
    if (!paid.ok) return paid;
    const outcome = await work();
    const taken = await this.send("ReverseInterestPayment", { loan, valueDate, serial }, "BANK");
    return outcome.ok && !taken.ok ? taken : outcome;
  }

  async policy(position: number): Promise<Policy> {
    const states = new Map<PolicyKey, PolicyState>();
    for (const key of POLICY_KEYS) states.set(key, await this.fold(policyStream(key), policyFold, position));
    return policyOf(states);
  }
}

/** The code of a refusal, or undefined: for what must succeed. */
export const refusalOf = (outcome: Outcome): string | undefined =>
  outcome.ok ? undefined : `${outcome.code} ${JSON.stringify(outcome.details ?? {})}`;

export type { Entry };
