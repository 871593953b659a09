import type { CommandDefinition, Fold, RecordedEvent, Role } from "@huimin/decider";
import { createHouseholdSheets, type HouseholdEntitlement, type HouseholdSheets, printFigures } from "@huimin/household-sheet";
import { idempotencyKeysOf } from "@huimin/loan";
import { type CreditEntry, creditFold, creditStream, type LoanState, loanStream, loanTimelineFold } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import type { Platform } from "@huimin/platform";
import { POLICY_KEYS, type Policy, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import { type StatementState, statementFold, statementStream } from "@huimin/statement/events";
import { type ClaimState, claimFold, claimStream, type SubsidyState, subsidyFold, subsidyStream } from "@huimin/subsidy/events";
import { BankDesk } from "./bank-desk.ts";
import type { BalanceRow } from "./format.ts";

/** What became of a command: its answer, or the codes of the refusal. */
export type Outcome =
  // biome-ignore lint/suspicious/noExplicitAny: data of many shapes, validated by the format's schema
  | { readonly ok: true; readonly answer: Readonly<Record<string, any>> }
  | { readonly ok: false; readonly codes: readonly string[]; readonly details?: unknown };

export const refused = (code: string, details?: unknown): Outcome => ({ ok: false, codes: [code], details });
export const isRefused = (outcome: Outcome, code: string): boolean => !outcome.ok && outcome.codes.includes(code);

/** What a refusal says; undefined when there is none. */
export const refusalOf = (outcome: Outcome): string | undefined =>
  outcome.ok ? undefined : `${outcome.codes.join("/")} ${JSON.stringify(outcome.details ?? {})}`;

/** The fields that a problem names. */
const fieldsOf = (errors: readonly { readonly pointer: string }[] | undefined) =>
  errors?.length ? { fields: errors.map(({ pointer }) => pointer) } : {};

/** The instant of a point of a story. */
export interface Clock {
  now: number;
}

/** Both time axes: value dates up to `asOf`, facts known up to a position of the log. */
export interface Axes {
  readonly asOf?: string | undefined;
  readonly position: number;
}

/** Position of everything recorded so far. */
export const EVERYTHING = Number.MAX_SAFE_INTEGER;
export const NOW: Axes = { position: EVERYTHING };
const READ_TIMEOUT_MS = 20_000;

export interface SendOptions {
  /** The accounting period that the sender asks for. */
  readonly period?: string | undefined;
  readonly bank?: string;
}

/** One clean district of a running product, driven as its users do: one command, or one bank message, at a time. */
export class District {
  readonly platform: Platform;
  readonly desk = new BankDesk();
  readonly #clock: Clock;
  readonly #sheets: HouseholdSheets;

  constructor(platform: Platform, clock: Clock) {
    this.platform = platform;
    this.#clock = clock;
    this.#sheets = createHouseholdSheets({ books: platform.books, store: platform.store });
  }

  /** Sets the product's clock. */
  at(instant: string | number): void {
    this.#clock.now = typeof instant === "number" ? instant : Date.parse(instant);
  }

  get now(): number {
    return this.#clock.now;
  }

  /**
   * Sends a command in the role of a fact. A bank's message goes over the bank's API, signed with its key; office work
   * and jobs go to the command handler, with a second person where the rule wants one (implied). Only the handler can be
   * asked for an accounting period.
   */
  send(name: string, body: Readonly<Record<string, unknown>>, by: string, options: SendOptions = {}): Promise<Outcome> {
    if (by === "BANK" && options.period === undefined && this.desk.sends(name)) return this.#message(name, body, options.bank ?? "K1");
    return this.#command(name, body, by, options);
  }

  async #message(name: string, body: Readonly<Record<string, unknown>>, bank: string): Promise<Outcome> {
    const answer = await this.desk.send(this.platform.app, bank, name, body, Math.floor(this.#clock.now / 1000));
    if (answer.replayed) return refused("SAME_REQUEST_AGAIN", answer.body);
    if (answer.status < 300) return { ok: true, answer: answer.body };
    const { code, detailEn, errors } = answer.body as { code: string; detailEn?: string; errors?: readonly { pointer: string }[] };
    return refused(code, { detailEn, ...fieldsOf(errors) });
  }

  async #command(name: string, body: Readonly<Record<string, unknown>>, by: string, options: SendOptions): Promise<Outcome> {
    const { definition, meta } = this.#commandOf(name, by, options);
    const keys = by === "BANK" ? { keys: idempotencyKeysOf(name, body, options.bank ?? "K1") } : {};
    const outcome = await this.platform.table.handlerOf(name).execute(definition, body, { ...meta, ...keys });
    switch (outcome.kind) {
      case "recorded":
        return { ok: true, answer: outcome.answer as Record<string, unknown> };
      case "repeated":
        return refused("SAME_REQUEST_AGAIN", outcome.answer);
      default:
        return refused(outcome.refusal.code, outcome.refusal.details);
    }
  }

  /** What the product would say to a command now; nothing is recorded. */
  async decide(name: string, body: Readonly<Record<string, unknown>>, by: string, options: SendOptions = {}): Promise<Outcome> {
    const { definition, meta } = this.#commandOf(name, by, options);
    const decided = await this.platform.table.handlerOf(name).decide(definition, body, meta);
    return decided.ok
      ? { ok: true, answer: decided.value.answer as Record<string, unknown> }
      : refused(decided.refusal.code, decided.refusal.details);
  }

  /** Whether role and accounting period allow the command, whatever its content: what the product checks first. */
  async admitted(name: string, by: string, options: SendOptions): Promise<Outcome> {
    const { definition, meta } = this.#commandOf(name, by, options);
    const anyContent: CommandDefinition = {
      ...definition,
      // biome-ignore lint/correctness/useYield: a command without content gathers nothing
      *run() {
        return { ok: true, value: { writes: [], answer: {} } };
      },
    };
    const decided = await this.platform.table.handlerOf(name).decide(anyContent, {}, meta);
    return decided.ok ? { ok: true, answer: {} } : refused(decided.refusal.code, decided.refusal.details);
  }

  #commandOf(name: string, by: string, { period, bank = "K1" }: SendOptions) {
    const definition = this.platform.table.find(name);
    if (!definition) throw new Error(`the product has no command ${name}`);
    const channel = by === "BANK" ? "bank-api" : by === "SYS" ? "system" : "ui";
    const meta = {
      actor: by === "BANK" ? `bank:${bank}` : by === "SYS" ? "system" : `maker-${by}`,
      role: by as Role,
      channel,
      ...(by === "BANK" || by === "SYS" ? {} : { checker: "checker" }),
      ...(period ? { period } : {}),
    } as const;
    return { definition, meta };
  }

  head(): Promise<number> {
    return this.platform.store.head(this.platform.district);
  }

  /** Brings the read models up to everything recorded. */
  async catchUp(): Promise<void> {
    const reached = await this.platform.projector.waitFor(await this.head(), READ_TIMEOUT_MS);
    if (reached.reached) return;
    throw new Error(`the read models stand still at position ${reached.position}: ${reached.stopped?.reason ?? "too slow"}`);
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

  /** The household sheet's figures as printed. */
  async sheet(household: string, position: number): Promise<Readonly<Record<string, string | number>>> {
    const question = { district: this.platform.district, household, knownAt: { position } };
    return printFigures(await this.#sheets.figures(question));
  }

  /** The household's entitlements to dividends with the history of their payouts. */
  entitlements(household: string, { asOf, position }: Axes): Promise<readonly HouseholdEntitlement[]> {
    return this.#sheets.entitlements({ district: this.platform.district, household, asOf, knownAt: { position } });
  }

  /** Statements that were issued to the household. */
  statements(household: string, { position }: Axes): Promise<StatementState> {
    return this.#fold(statementStream(household), statementFold, { position });
  }

  /** Streams folded over what was known, with value dates up to `asOf`. */
  async #folds<S>(streams: readonly string[], fold: Fold<S>, axes: Axes): Promise<S[]> {
    const asked = streams.map((stream) => ({ stream, afterVersion: 0 }));
    const slices = new Map((await this.platform.store.readStreams(this.platform.district, asked)).map((slice) => [slice.stream, slice]));
    const { asOf, position } = axes;
    return streams.map((stream) =>
      (slices.get(stream)?.events ?? [])
        .filter((event) => event.position <= position && (asOf === undefined || event.valueDate <= asOf))
        .reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState),
    );
  }

  async #fold<S>(stream: string, fold: Fold<S>, axes: Axes): Promise<S> {
    return (await this.#folds([stream], fold, axes))[0] as S;
  }

  /** Any stream folded. */
  state<S>(stream: string, fold: Fold<S>, axes: Axes = NOW): Promise<S> {
    return this.#fold(stream, fold, axes);
  }

  loan(loan: string, axes: Axes): Promise<LoanState> {
    return this.#fold(loanStream(loan), loanTimelineFold, axes);
  }

  subsidy(loan: string, axes: Axes): Promise<SubsidyState> {
    return this.#fold(subsidyStream(loan), subsidyFold, axes);
  }

  claim(bank: string, quarter: string): Promise<ClaimState> {
    return this.#fold(claimStream(bank, quarter), claimFold, NOW);
  }

  household(household: string): Promise<HouseholdState> {
    return this.#fold(householdStream(household), householdFold, NOW);
  }

  /** The credit file that the household shares, by loan number. */
  async credit(household: string): Promise<ReadonlyMap<string, CreditEntry>> {
    const { creditGroup } = await this.household(household);
    return (await this.#fold(creditStream(creditGroup), creditFold, NOW)).entries;
  }

  /** Policy as known then. It has windows of its own, so `asOf` does not cut it. */
  async policy({ position }: Axes): Promise<Policy> {
    const states = await this.#folds(POLICY_KEYS.map(policyStream), policyFold, { position });
    return policyOf(new Map(POLICY_KEYS.map((key, index) => [key, states[index] as (typeof states)[number]])));
  }
}
