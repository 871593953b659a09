import { type CommandDefinition, type Gather, load } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { invariant, ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import {
  type ApprovedEntry,
  approvedEntry,
  type ContractFacts,
  draw,
  drawTopUp,
  reverseDrawing,
  reversibleDrawing,
} from "../decide/disbursement.ts";
import type { LoanFamily } from "../decide/topups.ts";
import { errors } from "../errors.ts";
import { type LoanState, loanStream, loanTimelineFold } from "../evolve.ts";
import { formRefusal, futureRefusal, gatherLoan, opened, senderRefusal } from "../shared.ts";
import { AmountText, Currency, closed, DateField, IdText, PercentText, SerialText, YearBase } from "./fields.ts";
import { gatherCredit, gatherHousehold } from "./household.ts";
import { gatherFamily } from "./repayment.ts";

export const RecordDisbursementBody = Type.Object(
  {
    loan: IdText,
    household: IdText,
    valueDate: DateField,
    serial: SerialText,
    amount: AmountText,
    annualRate: Type.Optional(PercentText),
    due: Type.Optional(DateField),
    contractDate: Type.Optional(DateField),
    yearBase: Type.Optional(YearBase),
    method: Type.Optional(Type.String()),
    currency: Currency,
  },
  closed,
);

interface Contract {
  readonly entry: ApprovedEntry;
  readonly facts: ContractFacts;
}

/** The approval, and what the first drawing fixes: the terms of the loan when it is drawn already. */
function* gatherContract(command: Static<typeof RecordDisbursementBody>, state: LoanState): Gather<Result<Contract>> {
  const household = yield* gatherHousehold(command.household);
  if (!household.ok) return household;
  const credit = yield* gatherCredit(household.value);
  const found = approvedEntry(credit.entries.get(command.loan), command.loan, command.household);
  if (!found.ok) return found;
  const { terms, subject } = state;
  if (terms && subject) {
    const { yearBase, penaltySurcharge, creditGroup = household.value.creditGroup } = terms;
    const { village = household.value.village } = subject;
    return ok({ entry: found.value, facts: { village, creditGroup, yearBase, penaltySurcharge } });
  }
  const { contractDate, yearBase } = found.value.approval;
  const policy = yield* loadPolicy(["interest.yearBase", "penalty.surcharge"]);
  const base = yearBase ?? command.yearBase ?? policy.integer("interest.yearBase", contractDate);
  invariant(base === 360 || base === 365, `interest.yearBase is ${base}`);
  const surcharge = policy.percent("penalty.surcharge", contractDate).toFixed();
  const { village, creditGroup } = household.value;
  return ok({ entry: found.value, facts: { village, creditGroup, yearBase: base, penaltySurcharge: surcharge } });
}

/**
 * 3.4 放款 and 3.14 追加贷款 (bank message): a drawing of an approved loan; the first opens it. Answer: the principal drawn so
 * far. Refuses LOAN_NOT_APPROVED, ABOVE_APPROVED, TERMS_DIFFER, DRAWING_OUTSIDE_TERM, OTHER_BANKS_LOAN.
 */
export const RecordDisbursement: CommandDefinition<Static<typeof RecordDisbursementBody>> = {
  name: "RecordDisbursement",
  schema: RecordDisbursementBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const early = formRefusal(command) ?? futureRefusal(command.valueDate, context);
    if (early) return early;
    const { state } = yield* load(loanStream(command.loan), loanTimelineFold);
    const contract = yield* gatherContract(command, state);
    if (!contract.ok) return contract;
    const { entry, facts } = contract.value;
    const sender = senderRefusal(context, command.loan, entry.bank);
    if (sender) return sender;
    const event = draw(state, entry, command, facts);
    if (!event.ok) return event;
    const { amount, annualRate, due, yearBase } = event.value.payload;
    const answer = { loan: command.loan, serial: command.serial, amount, annualRate, due, yearBase };
    if (!entry.topUpOf) return ok({ writes: [{ stream: loanStream(command.loan), events: [event.value] }], answer });
    const base = opened((yield* load(loanStream(entry.topUpOf), loanTimelineFold)).state, entry.topUpOf);
    if (!base.ok) return base;
    const family = yield* gatherFamily(base.value);
    if (!family.ok) return family;
    const writes = drawTopUp(family.value, state, event.value);
    return writes.ok ? ok({ writes: writes.value, answer: { ...answer, topUpOf: entry.topUpOf } }) : writes;
  },
};

export const ReverseDisbursementBody = Type.Object(
  { loan: IdText, valueDate: DateField, serial: SerialText, reversalSerial: SerialText },
  closed,
);

/** C6 of 3.4 (bank message): takes a drawing back by its serial. */
export const ReverseDisbursement: CommandDefinition<Static<typeof ReverseDisbursementBody>> = {
  name: "ReverseDisbursement",
  schema: ReverseDisbursementBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherLoan(command, context);
    if (!loan.ok) return loan;
    const original = reversibleDrawing(loan.value, command.loan, command);
    if (!original.ok) return original;
    // A renewed-away or topped-up loan keeps its first loan drawn: its family and its successor stand on it.
    if (loan.value.renewedInto) return refuse(errors.LOAN_CLOSED, { loan: command.loan, on: loan.value.renewedInto.valueDate });
    let family: LoanFamily = { base: loan.value, topUps: [] };
    if (loan.value.terms.topUpOf) {
      const gathered = yield* gatherFamily(loan.value);
      if (!gathered.ok) return gathered;
      family = gathered.value;
    }
    const writes = reverseDrawing(loan.value, original.value, command.reversalSerial, family);
    if (!writes.ok) return writes;
    const answer = {
      loan: command.loan,
      serial: command.serial,
      reversalSerial: command.reversalSerial,
      amount: formatAmount(-original.value.principal),
    };
    return ok({ writes: writes.value, answer });
  },
};
