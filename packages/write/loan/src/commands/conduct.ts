/* Checks of use, misuse, overdue, settlement, the debtor's death. */
import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import { isMember } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { checkUse, confirmMisuse, markCured, markOverdue, revokeMisuse, settleLoan } from "../decide/conduct.ts";
import { errors } from "../errors.ts";
import { loanStream, loanTimelineFold, openPrincipalNow } from "../evolve.ts";
import {
  beforeDisbursementRefusal,
  closedRefusal,
  formRefusal,
  futureRefusal,
  gatherLoan,
  loanEvent,
  type OpenedLoan,
  opened,
  ownLoanRefusal,
} from "../shared.ts";
import { closed, DateField, IdText } from "./fields.ts";
import { gatherCredit, gatherHousehold } from "./household.ts";

type OnLoan = { readonly loan: string; readonly valueDate: string };

/** A command that loads one loan, decides one event on it and answers with its fields. */
function* onLoan(
  command: OnLoan,
  context: CommandContext,
  decide: (loan: OpenedLoan) => Result<DomainEvent>,
): Gather<Result<{ writes: StreamWrite[]; answer: Record<string, unknown> }>> {
  const loan = yield* gatherLoan(command, context);
  if (!loan.ok) return loan;
  const event = decide(loan.value);
  if (!event.ok) return event;
  const { household: _, bank: __, village: ___, ...answer } = event.value.payload as Record<string, unknown>;
  return ok({
    writes: [{ stream: loanStream(command.loan), events: [event.value] }],
    answer: { ...answer, event: event.value.type, valueDate: event.value.valueDate },
  });
}

export const CheckUseOfFundsBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    finding: Type.Union([Type.Literal("normal"), Type.Literal("idle"), Type.Literal("misused"), Type.Literal("lent-on")]),
    misuseFrom: Type.Optional(DateField),
  },
  closed,
);

/** 3.5 贷后检查. */
export const CheckUseOfFunds: CommandDefinition<Static<typeof CheckUseOfFundsBody>> = {
  name: "CheckUseOfFunds",
  schema: CheckUseOfFundsBody,
  roles: ["BANK", "VIL"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => checkUse(loan, command)),
};

export const ConfirmMisuseBody = Type.Object({ loan: IdText, valueDate: DateField, misuseFrom: DateField }, closed);

/** 3.6 挪用认定 (FIN-R, after evidence and a hearing; a bank reports what it found with CheckUseOfFunds). */
export const ConfirmMisuse: CommandDefinition<Static<typeof ConfirmMisuseBody>> = {
  name: "ConfirmMisuse",
  schema: ConfirmMisuseBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => confirmMisuse(loan, command)),
};

export const RevokeMisuseBody = Type.Object(
  { loan: IdText, valueDate: DateField, reason: Type.String({ minLength: 1, maxLength: 500 }) },
  closed,
);

/** 撤销挪用认定 (FIN-R). */
export const RevokeMisuse: CommandDefinition<Static<typeof RevokeMisuseBody>> = {
  name: "RevokeMisuse",
  schema: RevokeMisuseBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => revokeMisuse(loan, command)),
};

const OnDayBody = Type.Object(
  { loan: IdText, valueDate: Type.String({ format: "date", description: "the day whose end is judged" }) },
  closed,
);
export const MarkOverdueBody = OnDayBody;
export const MarkOverdueCuredBody = OnDayBody;

/** E3 逾期: the daily job's command. */
export const MarkOverdue: CommandDefinition<OnLoan> = {
  name: "MarkOverdue",
  schema: MarkOverdueBody,
  roles: ["SYS"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => markOverdue(loan, command.valueDate)),
};

/** E3 归还逾期: the daily job's command, or the bank's message. */
export const MarkOverdueCured: CommandDefinition<OnLoan> = {
  name: "MarkOverdueCured",
  schema: MarkOverdueCuredBody,
  roles: ["SYS", "BANK"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => markCured(loan, command.valueDate)),
};

export const SettleLoanBody = Type.Object({ loan: IdText, valueDate: DateField, certificate: Type.Optional(IdText) }, closed);

/** 3.16 结清 (bank message). */
export const SettleLoan: CommandDefinition<Static<typeof SettleLoanBody>> = {
  name: "SettleLoan",
  schema: SettleLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  run: (command, context) => onLoan(command, context, (loan) => settleLoan(loan, command)),
};

export const ChangeLoanDebtorBody = Type.Object(
  {
    loan: IdText,
    valueDate: DateField,
    borrower: Type.String({ minLength: 1, maxLength: 64, description: "person id of the member who takes the debt over" }),
    reason: Type.Union([Type.Literal("death"), Type.Literal("moved"), Type.Literal("other")]),
    document: Type.Optional(IdText),
  },
  closed,
);

/**
 * 借款人变更 (bank message): the bank decides who of the household owes from now on, after a death for example. Refuses a
 * loan of a batch or an enterprise (there nobody of the household owes), who is no member (LOAN_DEBTOR_NOT_MEMBER) or owes
 * already (LOAN_DEBTOR_SAME).
 */
export const ChangeLoanDebtor: CommandDefinition<Static<typeof ChangeLoanDebtorBody>> = {
  name: "ChangeLoanDebtor",
  schema: ChangeLoanDebtorBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { loan: number, valueDate, borrower, reason, document } = command;
    const gathered = yield* gatherLoan({ loan: number, valueDate }, context);
    if (!gathered.ok) return gathered;
    const loan = gathered.value;
    const early = ownLoanRefusal(loan) ?? closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate);
    if (early) return early;
    const household = yield* gatherHousehold(loan.subject.household ?? "");
    if (!household.ok) return household;
    const oldBorrower = loan.terms.borrower ?? household.value.head ?? "";
    if (borrower === oldBorrower) return refuse(errors.LOAN_DEBTOR_SAME, { loan: number }, { path: "/borrower" });
    if (!isMember(household.value, borrower)) return refuse(errors.LOAN_DEBTOR_NOT_MEMBER, { loan: number }, { path: "/borrower" });
    const payload = { ...loan.subject, oldBorrower, borrower, reason, ...(document === undefined ? {} : { document }) };
    return ok({
      writes: [{ stream: loanStream(number), events: [loanEvent("LoanDebtorChanged", valueDate, payload)] }],
      answer: { loan: number, borrower, valueDate },
    });
  },
};

export const RecordDebtorDeathBody = Type.Object({ household: IdText, borrower: Type.Optional(IdText), valueDate: DateField }, closed);

/** 3.17 借款人死亡 (POV), on every open loan of the person (default: the head) in the household's credit file. */
export const RecordDebtorDeath: CommandDefinition<Static<typeof RecordDebtorDeathBody>> = {
  name: "RecordDebtorDeath",
  schema: RecordDebtorDeathBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { household, valueDate } = command;
    const early = formRefusal(command) ?? futureRefusal(valueDate, context) ?? undefined;
    if (early) return early;
    const found = yield* gatherHousehold(household);
    if (!found.ok) return found;
    const borrower = command.borrower ?? found.value.head;
    const writes: StreamWrite[] = [];
    for (const entry of (yield* gatherCredit(found.value)).entries.values()) {
      if (entry.household !== household || entry.status !== "approved") continue;
      const loan = opened((yield* load(loanStream(entry.loan), loanTimelineFold)).state, entry.loan);
      if (loan.ok && (loan.value.terms.borrower ?? entry.borrower) !== borrower) continue;
      if (!loan.ok || loan.value.settledOn || loan.value.debtorDiedOn || openPrincipalNow(loan.value) === 0n) continue;
      writes.push({ stream: loanStream(entry.loan), events: [loanEvent("DebtorDied", valueDate, { ...loan.value.subject, borrower })] });
    }
    if (writes.length === 0) return refuse(errors.NO_LOAN_OF_BORROWER, { household });
    return ok({
      writes,
      answer: { household, loans: writes.map((write) => write.stream.slice("loan/".length)), recordedOn: shanghaiDate(context.recordedAt) },
    });
  },
};
