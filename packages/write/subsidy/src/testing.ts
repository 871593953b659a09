/*
 * A loan with its bank messages for the specs of this package: facts are recorded as the loan package records them,
 * commands run through the specification log.
 */
import { daysBetween, nextPeriod, periodOf } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Role, SpecificationLog } from "@huimin/decider";
import { interestOf, prepaidInterest } from "@huimin/interest/timeline";
import { type LoanState, loanStream, loanTimelineFold, staleInterest } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import { type Policy, type PolicyKey, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import { Value } from "typebox/value";
import { CLAIM_KEYS } from "./claimable.ts";
import { AccrueSubsidy, ApproveSubsidyClaim, PaySubsidy, SubmitSubsidyClaim } from "./commands.ts";
import { type SubsidisedLoan, subsidisedLoan } from "./entitlement.ts";
import { type SubsidyEventType, subsidyEvents } from "./events.ts";
import { type SubsidyState, subsidyFold, subsidyStream } from "./evolve.ts";

export interface LoanTermsOfCase {
  readonly amount: string;
  readonly rate: string;
  readonly on: string;
  readonly due: string;
  readonly topUpOf?: string;
  readonly household?: string;
  readonly bank?: string;
}

export class SubsidyCase {
  readonly log = new SpecificationLog();
  /** What the books say of 1002.01 and 2303: enough, unless a spec says otherwise. */
  funds = { cash: "1000000000.00", promised: "0.00" };

  constructor() {
    this.log.resolvers.set("subsidyFunds", () => this.funds);
  }

  #closed = "0000-00";
  #serial = 0;
  #given: string | undefined;

  /** Recording on a day, in the month of the day or the first open one after it. */
  on(day: string, role: Role = "FIN-M") {
    const month = periodOf(day);
    const period = month > this.#closed ? month : nextPeriod(this.#closed);
    return { recordedAt: `${day}T08:00:00+08:00`, period, role, actor: role === "BANK" ? "bank:K1" : `u-${role}` };
  }

  close(period: string): this {
    this.#closed = period;
    return this;
  }

  policy(key: PolicyKey, value: string, from: string, to?: string): this {
    const payload = { key, value, from, document: "示例〔2021〕1号", ...(to === undefined ? {} : { to }) };
    this.log.record(policyStream(key), [{ type: "PolicyParameterSet", valueDate: from, payload }]);
    return this;
  }

  #subject(loan: string) {
    const { household = "H1", bank = "K1" } = this.loanState(loan).subject ?? {};
    return { loan, household, bank, village: "410803010201" };
  }

  #fact(loan: string, type: string, valueDate: string, payload: object, recordedOn = valueDate): this {
    const event: DomainEvent = { type, valueDate, payload: { ...this.#subject(loan), ...payload } };
    this.log.record(loanStream(loan), [event], this.on(recordedOn, "BANK"));
    return this;
  }

  disburse(loan: string, terms: LoanTermsOfCase): this {
    const { amount, rate, on, due, topUpOf, household = "H1", bank = "K1" } = terms;
    const payload = {
      ...{ household, bank, amount, annualRate: rate, yearBase: 360, contractDate: on, due, method: "interest-only-then-bullet" },
      ...{ creditGroup: "H1", borrower: "p1", serial: this.serial(), penaltySurcharge: "50" },
    };
    return topUpOf === undefined
      ? this.#fact(loan, "LoanDisbursed", on, payload)
      : this.#fact(loan, "LoanToppedUp", on, { ...payload, topUpOf, unsubsidised: true });
  }

  /** The next message has this serial: a message keeps it whenever it is recorded. */
  numbered(serial: string): this {
    this.#given = serial;
    return this;
  }

  serial(): string {
    const given = this.#given;
    this.#given = undefined;
    if (given !== undefined) return given;
    this.#serial += 1;
    return `S${String(this.#serial).padStart(4, "0")}`;
  }

  settle(loan: string, from: string, toExcl: string, options: { paid?: boolean; recordedOn?: string } = {}): this {
    const { amount } = interestOf(this.loanState(loan).timeline, from, toExcl);
    const on = options.recordedOn ?? toExcl;
    const payload = { from, toExcl, days: daysBetween(from, toExcl), kind: "normal", amount: formatAmount(amount), bearer: "household" };
    this.#fact(loan, "InterestSettled", toExcl, payload, on);
    return options.paid === false ? this : this.payInterest(loan, formatAmount(amount), on);
  }

  payInterest(loan: string, amount: string, on: string): this {
    return this.#fact(loan, "InterestPaid", on, { amount, payer: "household" });
  }

  prepay(loan: string, on: string, principal: string, interestFrom: string, recordedOn = on): this {
    const serial = this.serial();
    const payload = { principal, interestFrom, interestToExcl: on, days: daysBetween(interestFrom, on), interest: "0.00", serial };
    const trial = loanTimelineFold.evolve(this.loanState(loan), { type: "LoanPrepaid", valueDate: on, payload, eventId: "trial" } as never);
    const interest = formatAmount(prepaidInterest(trial.timeline, serial).amount);
    return this.#fact(loan, "LoanPrepaid", on, { ...payload, interest }, recordedOn).correctInterest(loan, recordedOn);
  }

  repay(loan: string, on: string, principal: string, recordedOn = on, tranche?: "subsidised-tranche"): this {
    const payload = { principal, interest: "0.00", penalty: "0.00", serial: this.serial(), ...(tranche ? { tranche } : {}) };
    return this.#fact(loan, "RepaymentReceived", on, payload, recordedOn).correctInterest(loan, recordedOn);
  }

  /** `stale`: the bank has not corrected its interest yet. */
  reverse(loan: string, serial: string, on: string, recordedOn: string, stale = false): this {
    const payload = { serial, reversalSerial: this.serial(), principal: "0.00", interest: "0.00", penalty: "0.00" };
    this.#fact(loan, "RepaymentReversed", on, payload, recordedOn);
    return stale ? this : this.correctInterest(loan, recordedOn);
  }

  /** InterestCorrected for every settlement that no longer holds; the household pays what is open then. */
  correctInterest(loan: string, on: string): this {
    for (const { settlement, right } of staleInterest(this.loanState(loan))) {
      const { from, toExcl, kind, bearer, amount } = settlement;
      this.#fact(loan, "InterestCorrected", on, {
        from,
        toExcl,
        kind,
        bearer,
        amount: formatAmount(right),
        difference: formatAmount(right - amount),
      });
      if (right > amount) this.payInterest(loan, formatAmount(right - amount), on);
    }
    return this;
  }

  extend(loan: string, newDue: string, newRate: string, on: string): this {
    const oldDue = this.loanState(loan).timeline.due;
    return this.#fact(loan, "LoanExtended", on, { oldDue, newDue, totalMonths: 42, rateFrom: oldDue, newRate });
  }

  misuse(loan: string, misuseFrom: string, on: string): this {
    return this.#fact(loan, "LoanMisuseConfirmed", on, { misuseFrom });
  }

  revokeMisuse(loan: string, on: string): this {
    return this.#fact(loan, "LoanMisuseRevoked", on, { reason: "复核" });
  }

  loanState(loan: string): LoanState {
    return (this.log.streams.get(loanStream(loan)) ?? []).reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);
  }

  loan(loan: string): SubsidisedLoan {
    const found = subsidisedLoan(this.loanState(loan));
    if (!found) throw new Error(`no loan ${loan}`);
    return found;
  }

  subsidy(loan: string): SubsidyState {
    return (this.log.streams.get(subsidyStream(loan)) ?? []).reduce(subsidyFold.evolve, subsidyFold.initialState);
  }

  policies(): Policy {
    const fold = (key: PolicyKey) => (this.log.streams.get(policyStream(key)) ?? []).reduce(policyFold.evolve, policyFold.initialState);
    return policyOf(new Map(CLAIM_KEYS.map((key) => [key, fold(key)])));
  }

  /** Runs a command; a refusal is thrown as its code. Answers what the command answered. */
  run<C>(definition: CommandDefinition<C>, command: C, day: string): Record<string, unknown> {
    const result = this.log.execute(definition, command, this.on(day, definition.roles[0] as Role));
    if (!result.ok) throw new Error(`${result.refusal.code} ${JSON.stringify(result.refusal.details ?? {})}`);
    for (const event of result.value.writes.flatMap((write) => write.events))
      Value.Assert(subsidyEvents[event.type as SubsidyEventType], event.payload);
    return result.value.answer;
  }

  /** Code of the refusal of a command, undefined when it is accepted. Nothing is recorded. */
  refusal<C>(definition: CommandDefinition<C>, command: C, day: string): string | undefined {
    const result = this.log.decide(definition, command, this.on(day, definition.roles[0] as Role));
    return result.ok ? undefined : result.refusal.code;
  }

  /** The claim of one loan, approved; `claimed` is the bank's own figure, flagged. */
  claim(loan: string, quarter: string, day: string, claimed?: string): this {
    const { bank } = this.loan(loan);
    this.run(
      SubmitSubsidyClaim,
      { bank, quarter, onDifference: "flag", lines: [{ loan, ...(claimed === undefined ? {} : { amount: claimed }) }] },
      day,
    );
    this.run(ApproveSubsidyClaim, { bank, quarter }, day);
    return this;
  }

  accrue(loan: string, quarter: string, day: string): string {
    return this.run(AccrueSubsidy, { loan, claim: quarter }, day).amount as string;
  }

  pay(loan: string, day: string): string {
    return this.run(PaySubsidy, { loan }, day).amount as string;
  }

  /** Claim, approval, accrual and payment of a quarter. */
  whole(loan: string, quarter: string, day: string): string {
    const amount = this.claim(loan, quarter, day).accrue(loan, quarter, day);
    this.pay(loan, day);
    return amount;
  }

  /** Events of a stream as [type, amount or total]. */
  told(stream: string): [string, string | undefined][] {
    return (this.log.streams.get(stream) ?? []).map((event) => [event.type, event.payload.amount ?? event.payload.total]);
  }

  last(stream: string): DomainEvent {
    const event = this.log.streams.get(stream)?.at(-1);
    if (!event) throw new Error(`nothing in ${stream}`);
    return event;
  }
}

export const yuan = fen;
