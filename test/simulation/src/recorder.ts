/* Records facts of one loan through the product's own commands, in any order. */
import { type CommandContext, type CommandDefinition, SpecificationLog } from "@huimin/decider";
import {
  ApplyForLoan,
  ApproveLoan,
  ConfirmMisuse,
  CorrectInterest,
  ExtendLoan,
  MarkOverdue,
  PrepayLoan,
  RecordDisbursement,
  RecordInterestPayment,
  RecordRepayment,
  ReleaseDuplicate,
  ReverseRepayment,
  SettleInterest,
} from "@huimin/loan";
import { type LoanState, loanTimelineFold, staleInterest } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import { CONTRACT, type Fact } from "./facts.ts";

const BANK: Partial<CommandContext> = { actor: "bank:K1", role: "BANK" };
const CHECKER: Partial<CommandContext> = { actor: "u1", role: "FIN-R" };
const LATE = { recordedAt: "2019-12-31T20:00:00+08:00", period: "2019-12" };
const LOAN = "L001";

/** A loan that is approved and not drawn, in a district of one household. */
export class Recorder {
  readonly log = new SpecificationLog({ ...BANK, ...LATE });

  constructor() {
    this.log.resolvers.set("birthDate", () => "1980-01-01");
    const member = { personId: "P1", relation: "head", name: "sealed:n", idNumber: "sealed:i" };
    const household = { household: "H1", village: "V1", members: [member], head: "P1" };
    this.log.record("household/H1", [{ type: "HouseholdRegistered", valueDate: "2014-01-01", payload: household }]);
    const { start: valueDate, due, approved } = CONTRACT;
    const amount = formatAmount(approved);
    this.run(ApplyForLoan, { loan: LOAN, household: "H1", borrower: "P1", bank: "K1", amount, purpose: "养殖", termMonths: 12, valueDate });
    this.run(ApproveLoan, { loan: LOAN, household: "H1", amount, annualRate: "4.35", due, valueDate });
  }

  /** Refusal code, or undefined when it was recorded. A held duplicate is meant here: it is released, now or when it fits. */
  private run(definition: CommandDefinition, body: object, sender: Partial<CommandContext> = BANK): string | undefined {
    const result = this.log.execute(definition, body, { ...LATE, ...sender });
    const { serial } = body as { readonly serial?: string };
    const held = definition === RecordRepayment && serial !== undefined && this.loan.messages.get(serial)?.status === "held";
    if (held) return this.run(ReleaseDuplicate, { loan: LOAN, serial }, CHECKER);
    return result.ok ? undefined : result.refusal.code;
  }

  record(fact: Fact): string | undefined {
    const message = { loan: LOAN, serial: fact.id, valueDate: fact.on };
    switch (fact.kind) {
      case "draw":
        return this.run(RecordDisbursement, { ...message, household: "H1", amount: formatAmount(fact.amount) });
      case "repay":
        return this.run(RecordRepayment, {
          ...message,
          principal: formatAmount(fact.principal),
          ...(fact.stated ? { allocation: "subsidised-tranche" } : {}),
        });
      case "prepay":
        return this.run(PrepayLoan, { ...message, principal: formatAmount(fact.principal), interestFrom: fact.from, distinct: true });
      case "reverse":
        return this.run(ReverseRepayment, { ...message, serial: fact.of, reversalSerial: fact.id });
      case "extend":
        return this.run(ExtendLoan, { loan: LOAN, valueDate: fact.on, newDue: fact.newDue });
      case "misuse":
        return this.run(ConfirmMisuse, { loan: LOAN, valueDate: fact.on, misuseFrom: fact.from }, CHECKER);
      case "settle":
        return this.run(SettleInterest, { ...message, from: fact.from, toExcl: fact.toExcl, kind: fact.penalty ? "penalty" : "normal" });
      case "pay":
        return this.run(RecordInterestPayment, { ...message, amount: formatAmount(fact.amount) });
    }
  }

  /**
   * Records in the given order; what is refused waits until something else has been recorded. Gives what never fits. A
   * surcharge comes after the normal interest of its days: the other way round the bank would settle the whole penalty rate.
   */
  recordAll(facts: readonly Fact[]): Fact[] {
    let waiting = [...facts];
    for (;;) {
      const normalWaits = waiting.some((fact) => fact.kind === "settle" && !fact.penalty);
      const left = waiting.filter((fact) => (normalWaits && fact.kind === "settle" && fact.penalty) || this.record(fact) !== undefined);
      if (left.length === 0 || left.length === waiting.length) return left;
      waiting = left;
    }
  }

  get loan(): LoanState {
    return (this.log.streams.get(`loan/${LOAN}`) ?? []).reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);
  }

  /** The needed corrections: every settled period whose amount is no longer right, until none is left. */
  correct(): void {
    for (let round = 0; round < 10; round++) {
      const stale = staleInterest(this.loan);
      if (stale.length === 0) return;
      for (const { settlement } of stale) {
        const { from, toExcl, kind } = settlement;
        this.run(CorrectInterest, { loan: LOAN, valueDate: "2019-12-31", from, toExcl, kind });
      }
    }
    throw new Error("corrections of interest do not come to an end");
  }

  markOverdue(on: string): string | undefined {
    return this.run(MarkOverdue, { loan: LOAN, valueDate: on }, { actor: "system", role: "SYS" });
  }
}
