import { type CommandDefinition, type Gather, load } from "@huimin/decider";
import { minimumOpenFrom, openPrincipal } from "@huimin/interest/timeline";
import { formatAmount, sumFen } from "@huimin/money";
import { ok, type Result } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import {
  heldEvent,
  heldMessage,
  prepay,
  repaymentMomentRefusal,
  repaymentRefusal,
  reversible,
  serialRefusal,
  splitAmounts,
  splitOf,
  suspectedOriginal,
} from "../decide/repayment.ts";
import { bookIntoFamily, type LoanFamily, type NewRepayment, reverseInFamily } from "../decide/topups.ts";
import { loanStream, loanTimelineFold } from "../evolve.ts";
import { gatherLoan, loanEvent, type OpenedLoan, opened, ownLoanRefusal } from "../shared.ts";
import { AmountText, Currency, closed, DateField, IdText, NegativeAmountText, SerialText } from "./fields.ts";

/** The loan with its first loan and all top-ups; without top-ups, nothing more is loaded. */
export function* gatherFamily(loan: OpenedLoan): Gather<Result<LoanFamily>> {
  const baseNumber = loan.terms.topUpOf;
  let base = loan;
  if (baseNumber !== undefined) {
    const loaded = opened((yield* load(loanStream(baseNumber), loanTimelineFold)).state, baseNumber);
    if (!loaded.ok) return loaded;
    base = loaded.value;
  }
  const topUps: OpenedLoan[] = [];
  for (const number of base.topUps) {
    const topUp = number === loan.subject.loan ? ok(loan) : opened((yield* load(loanStream(number), loanTimelineFold)).state, number);
    // A top-up whose only drawing was reversed has nothing to lower.
    if (topUp.ok) topUps.push(topUp.value);
  }
  return ok({ base, topUps });
}

const openOf = ({ base, topUps }: LoanFamily, valueDate: string): bigint =>
  sumFen([base, ...topUps].map((loan) => minimumOpenFrom(loan.timeline, valueDate)));

/**
 * Books into the whole family: where the bank states the tranche it may pay the principal of the named loan alone, else
 * that of its top-ups too. What was booked before stays allocated among all of them.
 */
function* bookRepayment(loan: OpenedLoan, repayment: NewRepayment): Gather<ReturnType<typeof bookIntoFamily>> {
  const alone: LoanFamily = { base: loan, topUps: [] };
  const family = loan.topUps.length === 0 ? ok(alone) : yield* gatherFamily(loan);
  if (!family.ok) return family;
  const { valueDate, tranche } = repayment;
  const refusal = repaymentRefusal(loan, valueDate, repayment, openOf(tranche === undefined ? family.value : alone, valueDate));
  return refusal ?? bookIntoFamily(family.value, repayment);
}

export const RecordRepaymentBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    serial: SerialText,
    amount: Type.Optional(AmountText),
    principal: Type.Optional(AmountText),
    interest: Type.Optional(AmountText),
    penalty: Type.Optional(AmountText),
    allocation: Type.Optional(Type.Literal("subsidised-tranche")),
    currency: Currency,
  },
  closed,
);

/**
 * 3.9 还本 (bank message). Give `amount` (paid in the order penalty, interest, principal) or the parts. Answer: `booked` with the
 * split and the open principal, or `held` when it looks like a duplicate (3.11). Refuses ABOVE_OPEN_PRINCIPAL,
 * ABOVE_OPEN_INTEREST, BEFORE_DISBURSEMENT, OTHER_BANKS_LOAN, SAME_REQUEST_AGAIN, SERIAL_CONFLICT.
 */
export const RecordRepayment: CommandDefinition<Static<typeof RecordRepaymentBody>> = {
  name: "RecordRepayment",
  schema: RecordRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const gathered = yield* gatherLoan(command, context);
    if (!gathered.ok) return gathered;
    const loan = gathered.value;
    const other = ownLoanRefusal(loan);
    if (other) return other;
    const { serial, valueDate, allocation } = command;
    const split = splitOf(loan, command);
    if (!split.ok) return split;
    const again = serialRefusal(loan, serial, "repayment", valueDate, split.value, command.amount !== undefined);
    if (again) return again;
    const original = suspectedOriginal(loan, serial, valueDate, split.value);
    const answer = { loan: command.loan, serial, valueDate, ...splitAmounts(split.value) };
    if (original) {
      const refusal = repaymentMomentRefusal(loan, valueDate, split.value);
      if (refusal) return refusal;
      const held = heldEvent(loan, command, split.value, original.serial);
      return ok({
        writes: [{ stream: loanStream(command.loan), events: [held] }],
        answer: { status: "held", ...answer, sameAs: original.serial },
      });
    }
    const writes = yield* bookRepayment(loan, {
      type: "RepaymentReceived",
      serial,
      valueDate,
      ...split.value,
      ...(allocation ? { tranche: allocation } : {}),
    });
    if (!writes.ok) return writes;
    return ok({ writes: writes.value, answer: { status: "booked", ...answer } });
  },
};

export const PrepayLoanBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    serial: SerialText,
    principal: AmountText,
    interestFrom: Type.Optional(DateField),
    interestToExcl: Type.Optional(DateField),
    interest: Type.Optional(AmountText),
    distinct: Type.Optional(Type.Boolean({ description: "another prepayment of the same amount on the same day is meant" })),
    currency: Currency,
  },
  closed,
);

/** 3.10 提前还款, 利随本清 (bank message). It lowers the loan that it names. Answer: the interest that was settled and paid with it. */
export const PrepayLoan: CommandDefinition<Static<typeof PrepayLoanBody>> = {
  name: "PrepayLoan",
  schema: PrepayLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const gathered = yield* gatherLoan(command, context);
    if (!gathered.ok) return gathered;
    const event = ownLoanRefusal(gathered.value) ?? prepay(gathered.value, command);
    if (!event.ok) return event;
    const { principal, interestFrom, interestToExcl, days, interest } = event.value.payload as Record<string, string | number>;
    const open = openPrincipal(gathered.value.timeline, command.valueDate) - BigInt(String(principal).replace(".", ""));
    const answer = {
      loan: command.loan,
      serial: command.serial,
      principal,
      interestFrom,
      interestToExcl,
      days,
      interest,
      openPrincipal: formatAmount(open),
    };
    return ok({ writes: [{ stream: loanStream(command.loan), events: [event.value] }], answer });
  },
};

export const ReverseRepaymentBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    serial: SerialText,
    reversalSerial: SerialText,
    principal: Type.Optional(NegativeAmountText),
    currency: Currency,
  },
  closed,
);

/**
 * 3.12 冲正 (bank message) of a repayment or prepayment, by its serial: exact negative, value-dated like the original,
 * once. Refuses UNKNOWN_SERIAL, ALREADY_REVERSED, REVERSAL_DIFFERS.
 */
export const ReverseRepayment: CommandDefinition<Static<typeof ReverseRepaymentBody>> = {
  name: "ReverseRepayment",
  schema: ReverseRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { principal, ...form } = command;
    const gathered = yield* gatherLoan(form, context);
    if (!gathered.ok) return gathered;
    const loan = gathered.value;
    const original = ownLoanRefusal(loan) ?? reversible(loan, command);
    if (!original.ok) return original;
    const family = yield* gatherFamily(loan);
    if (!family.ok) return family;
    const writes = reverseInFamily(family.value, loan, original.value, command.reversalSerial);
    if (!writes.ok) return writes;
    const whole = original.value.principal + sumFen((original.value.toTopUps ?? []).map((part) => part.principal));
    return ok({
      writes: writes.value,
      answer: {
        loan: command.loan,
        serial: command.serial,
        reversalSerial: command.reversalSerial,
        valueDate: command.valueDate,
        principal: formatAmount(-whole),
      },
    });
  },
};

const DuplicateBody = Type.Object({ loan: IdText, serial: SerialText, valueDate: Type.Optional(DateField) }, closed);
export const ReleaseDuplicateBody = DuplicateBody;
export const DismissDuplicateBody = DuplicateBody;

function* gatherHeld(command: Static<typeof DuplicateBody>) {
  const loaded = yield* load(loanStream(command.loan), loanTimelineFold);
  const loan = opened(loaded.state, command.loan);
  if (!loan.ok) return loan;
  const held = heldMessage(loan.value, command.serial);
  return held.ok ? ok({ loan: loan.value, held: held.value }) : held;
}

/** 3.11 放行 (FIN-R): the held message is booked with its own value date, like a repayment. */
export const ReleaseDuplicate: CommandDefinition<Static<typeof DuplicateBody>> = {
  name: "ReleaseDuplicate",
  schema: ReleaseDuplicateBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command) {
    const gathered = yield* gatherHeld(command);
    if (!gathered.ok) return gathered;
    const { loan, held } = gathered.value;
    const { serial, valueDate, principal, interest, penalty, tranche } = held;
    const split = { principal, interest, penalty };
    const writes = yield* bookRepayment(loan, {
      type: "RepaymentDuplicateReleased",
      serial,
      valueDate,
      ...split,
      ...(tranche ? { tranche } : {}),
    });
    if (!writes.ok) return writes;
    return ok({ writes: writes.value, answer: { status: "released", loan: command.loan, serial, valueDate, ...splitAmounts(split) } });
  },
};

/** 3.11 剔除 (FIN-R): the held message was a duplicate; nothing is booked. */
export const DismissDuplicate: CommandDefinition<Static<typeof DuplicateBody>> = {
  name: "DismissDuplicate",
  schema: DismissDuplicateBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command) {
    const gathered = yield* gatherHeld(command);
    if (!gathered.ok) return gathered;
    const { loan, held } = gathered.value;
    const event = loanEvent("RepaymentDuplicateDismissed", held.valueDate, { ...loan.subject, serial: held.serial });
    return ok({
      writes: [{ stream: loanStream(command.loan), events: [event] }],
      answer: { status: "dismissed", loan: command.loan, serial: held.serial },
    });
  },
};
