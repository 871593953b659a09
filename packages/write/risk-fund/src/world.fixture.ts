/* A district with drawn loans for specs: facts are recorded by events, commands run against them. */
import { type CommandContext, SpecificationWorld } from "@huimin/decider";
import { type LoanState, loanStream, loanTimelineFold, openPrincipalNow, rightInterest } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import { partyStream } from "@huimin/registry/events";
import { ApplyForCompensation, ApproveCompensation, DepositRiskFund, PayCompensation } from "./commands.ts";
import { obligorFold, obligorStream, openClaimOf, riskFundFold, riskFundStream } from "./events.ts";

type Body = Readonly<Record<string, unknown>>;
type Sender = Partial<CommandContext>;

export const K1: Sender = { actor: "bank:K1", role: "BANK" };
export const K2: Sender = { actor: "bank:K2", role: "BANK" };
export const FIN_C: Sender = { actor: "u-cashier", role: "FIN-C" };
export const FIN_R: Sender = { actor: "u-checker", role: "FIN-R" };
export const INS: Sender = { actor: "u-insurer", role: "INS" };

export const SEVEN_THREE = [
  { party: "fund", weight: "70" },
  { party: "bank", weight: "30" },
] as const;

export interface LoanInput {
  readonly amount: string;
  readonly on: string;
  readonly due: string;
  readonly annualRate?: string;
  readonly household?: string;
  readonly enterprise?: string;
  readonly batch?: string;
  readonly bank?: string;
  readonly topUpOf?: string;
}

export class World extends SpecificationWorld {
  #serials = 0;

  serial(): string {
    this.#serials += 1;
    return `S${this.#serials}`;
  }

  /** A loan drawn as its own package records it; in a batch with its stake entrusted. */
  loan(loan: string, input: LoanInput): this {
    const { amount, on, due, annualRate = "4.35", enterprise, batch, bank = "K1", topUpOf } = input;
    const household = enterprise && !batch ? undefined : (input.household ?? "H1");
    const subject = {
      ...{ loan, bank },
      ...(household ? { household, village: "V1" } : {}),
      ...(enterprise ? { enterprise } : {}),
      ...(batch ? { batch } : {}),
      ...(topUpOf ? { unsubsidised: true, topUpOf } : {}),
    };
    const terms = { amount, annualRate, yearBase: 360, contractDate: on, due, method: "interest-only-then-bullet", penaltySurcharge: "50" };
    const own = household ? { creditGroup: household, borrower: `${household}-head` } : { floating: false };
    const type = topUpOf ? "LoanToppedUp" : household ? "LoanDisbursed" : "EnterpriseLoanDisbursed";
    const events = [{ type, valueDate: on, payload: { ...subject, ...terms, ...own, serial: this.serial() } }];
    const stake = { type: "StakeEntrusted", valueDate: on, payload: { ...subject, amount, serial: this.serial() } };
    this.log.record(loanStream(loan), batch ? [...events, stake] : events);
    return this;
  }

  /** 还本 as its own package records it. */
  repaid(loan: string, principal: string, on: string): this {
    const { subject } = this.state(loan);
    const payload = { ...subject, principal, interest: "0.00", penalty: "0.00", serial: this.serial() };
    this.log.record(loanStream(loan), [{ type: "RepaymentReceived", valueDate: on, payload }]);
    return this;
  }

  policy(key: string, value: string, from: string): this {
    const payload = { key, value, from, document: "示例〔2021〕1号" };
    this.log.record(`policy/${key}`, [{ type: "PolicyParameterSet", valueDate: from, payload }]);
    return this;
  }

  insurer(party: string): this {
    const payload = { party, kind: "insurer", name: "测试保险" };
    this.log.record(partyStream(party), [{ type: "PartyRegistered", valueDate: "2016-01-01", payload }]);
    return this;
  }

  deposit(amount: string, on = "2017-01-03", bank = "K1"): this {
    this.accept(DepositRiskFund, { bank, amount, valueDate: on }, FIN_C);
    return this;
  }

  /** What the bank has to claim for a loan on a day. */
  claimed(loan: string, on: string): { loan: string; principal: string; interest: string } {
    const state = this.state(loan);
    const interest = rightInterest(state, state.timeline.due, on, "normal").amount;
    return { loan, principal: formatAmount(openPrincipalNow(state)), interest: formatAmount(interest) };
  }

  apply(ref: string, obligor: string, loans: readonly string[], on: string, more: Body = {}): Body {
    const body = { ref, obligor, loans: loans.map((loan) => this.claimed(loan, on)), weights: SEVEN_THREE, valueDate: on, ...more };
    return this.accept(ApplyForCompensation, body, K1);
  }

  approve(ref: string, on: string): Body {
    return this.accept(ApproveCompensation, { ref, valueDate: on }, FIN_R);
  }

  pay(ref: string, on: string, party = "fund"): Body {
    return this.accept(PayCompensation, { ref, party, serial: this.serial(), valueDate: on }, party === "fund" ? FIN_C : K1);
  }

  /** Application, approval and the fund's payment on one day. */
  compensate(ref: string, obligor: string, loans: readonly string[], on: string, more: Body = {}): this {
    this.apply(ref, obligor, loans, on, more);
    this.approve(ref, on);
    this.pay(ref, on);
    return this;
  }

  state(loan: string): LoanState {
    return this.events(loanStream(loan)).reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);
  }

  principal(loan: string): string {
    return formatAmount(openPrincipalNow(this.state(loan)));
  }

  claim(obligor: string): string {
    return formatAmount(openClaimOf(this.events(obligorStream(obligor)).reduce(obligorFold.evolve, obligorFold.initialState)));
  }

  cash(bank = "K1"): string {
    return formatAmount(this.events(riskFundStream(bank)).reduce(riskFundFold.evolve, riskFundFold.initialState).cash);
  }
}

export const plus = (...amounts: string[]): string => formatAmount(amounts.reduce((sum, amount) => sum + fen(amount), 0n));

/** K01 of the scenarios: 20,000.00 at 4.35 %, due 2019-03-05. */
export const K01_LOAN: LoanInput = { amount: "20000.00", on: "2018-03-05", due: "2019-03-05" };
