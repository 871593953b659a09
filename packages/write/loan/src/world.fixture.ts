/* A district with a few households for specs: facts are recorded by events, commands run against them. */
import { type CommandContext, SpecificationWorld } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { creditFold, creditStream, type LoanState, loanStream, loanTimelineFold, openInterest, openPrincipalNow } from "./events.ts";
import { ApplyForLoan, ApproveLoan, RecordDisbursement } from "./index.ts";

type Body = Readonly<Record<string, unknown>>;
type Sender = Partial<CommandContext>;

export const K1: Sender = { actor: "bank:K1", role: "BANK" };
export const K2: Sender = { actor: "bank:K2", role: "BANK" };
export const FIN_R: Sender = { actor: "u-checker", role: "FIN-R" };
export const SYS: Sender = { actor: "system", role: "SYS" };
export const POV: Sender = { actor: "u-pov", role: "POV" };
export const VIL: Sender = { actor: "u-village", role: "VIL" };

export interface LoanInput {
  readonly loan: string;
  readonly household: string;
  readonly amount: string;
  readonly on: string;
  readonly due: string;
  readonly annualRate?: string;
  readonly topUpOf?: string;
  readonly method?: string;
  /** amount of the first drawing, when smaller */
  readonly drawn?: string;
}

export class World extends SpecificationWorld {
  constructor() {
    super(K1);
    this.log.resolvers.set("birthDate", ({ personId }) =>
      personId?.endsWith("young") ? "2010-05-01" : personId?.endsWith("old") ? "1940-05-01" : "1975-05-01",
    );
    for (const household of ["H1", "H2"]) this.household(household);
  }

  household(household: string, splitFrom?: string): this {
    const members = ["head", "spouse", "young", "old"].map((who) => ({
      personId: `${household}-${who}`,
      relation: who === "head" ? "head" : "other",
      name: "sealed:n",
      idNumber: "sealed:i",
    }));
    const payload = { household, village: "V1", members, head: `${household}-head`, ...(splitFrom ? { splitFrom } : {}) };
    this.log.record(`household/${household}`, [{ type: "HouseholdRegistered", valueDate: "2014-01-01", payload }]);
    return this;
  }

  policy(key: string, value: string, from: string): this {
    this.log.record(`policy/${key}`, [
      { type: "PolicyParameterSet", valueDate: from, payload: { key, value, from, document: "示例〔2021〕1号" } },
    ]);
    return this;
  }

  apply(input: LoanInput, more: Body = {}, sender: Sender = K1) {
    const { loan, household, amount, on, topUpOf } = input;
    const body = {
      loan,
      household,
      borrower: `${household}-head`,
      bank: "K1",
      amount,
      purpose: "养殖",
      termMonths: 36,
      valueDate: on,
      ...(topUpOf ? { topUpOf } : {}),
      ...more,
    };
    return this.accept(ApplyForLoan, body, sender);
  }

  approve({ loan, household, amount, on, due, annualRate = "4.75", method }: LoanInput, more: Body = {}) {
    return this.accept(ApproveLoan, { loan, household, amount, annualRate, due, valueDate: on, ...(method ? { method } : {}), ...more });
  }

  /** Application, approval and first drawing on one day. */
  open(input: LoanInput): this {
    this.apply(input);
    this.approve(input);
    const { loan, household, amount, drawn = amount, on } = input;
    this.accept(RecordDisbursement, { loan, household, amount: drawn, serial: `D-${loan}`, valueDate: on });
    return this;
  }

  types(loan: string): string[] {
    return this.events(loanStream(loan)).map((event) => event.type);
  }

  loan(loan: string): LoanState {
    return this.events(loanStream(loan)).reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);
  }

  credit(group: string) {
    return this.events(creditStream(group)).reduce(creditFold.evolve, creditFold.initialState);
  }

  principal(loan: string): string {
    return formatAmount(openPrincipalNow(this.loan(loan)));
  }

  interestOpen(loan: string): string {
    return formatAmount(openInterest(this.loan(loan)).total);
  }
}

/** T2 of the worked scenarios: 50,000.00 at 4.75 %, 2017-03-10 → 2020-03-10. */
export const T2_LOAN: LoanInput = { loan: "L001", household: "H1", amount: "50000.00", on: "2017-03-10", due: "2020-03-10" };
