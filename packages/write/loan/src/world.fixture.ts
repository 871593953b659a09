/* A district with a few households for specs: facts are recorded by events, commands run against them. */
import { type CommandContext, type CommandDefinition, type RecordedEvent, SpecificationLog } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { errorEntry, type Refusal } from "@huimin/outcome";
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

export class World {
  readonly log = new SpecificationLog(K1);

  constructor() {
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

  private context(body: Body, sender: Sender): Sender {
    const date = (body.valueDate as string | undefined) ?? "2030-01-01";
    return { recordedAt: `${date}T20:00:00+08:00`, period: date.slice(0, 7), ...sender };
  }

  /** Runs a command that must be accepted; gives its answer. */
  accept(definition: CommandDefinition, body: Body, sender: Sender = K1): Readonly<Record<string, unknown>> {
    const result = this.log.execute(definition, body, this.context(body, sender));
    if (!result.ok) throw new Error(`${definition.name} refused: ${JSON.stringify(result.refusal)}`);
    return result.value.answer;
  }

  /** Runs a command that must be refused, with texts in the catalogue; gives the refusal. Nothing is recorded. */
  refuse(definition: CommandDefinition, body: Body, sender: Sender = K1): Refusal {
    const result = this.log.decide(definition, body, this.context(body, sender));
    if (result.ok) throw new Error(`${definition.name} accepted: ${JSON.stringify(result.value.answer)}`);
    const entry = errorEntry(result.refusal.code);
    if (!entry) throw new Error(`${result.refusal.code} is not in the catalogue`);
    for (const text of [entry.zh, entry.en]) {
      for (const [, name] of text.matchAll(/\{(\w+)\}/g)) {
        if (!((name as string) in (result.refusal.details ?? {}))) throw new Error(`${entry.code} lacks the detail ${name}`);
      }
    }
    return result.refusal;
  }

  code(definition: CommandDefinition, body: Body, sender: Sender = K1): string {
    return this.refuse(definition, body, sender).code;
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

  events(stream: string): readonly RecordedEvent[] {
    return this.log.streams.get(stream) ?? [];
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
