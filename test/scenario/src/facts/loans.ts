import { earlierDate, termMonths } from "@huimin/calendar";
import { openPrincipalNow, staleInterest } from "@huimin/loan/events";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { runOverdue } from "@huimin/platform";
import { isRefused, NOW, type Outcome, refused } from "../district.ts";
import type { Entry, Fact } from "../format.ts";
import { type Handler, inOrder, type Playable, pick, plain, type Story } from "../story.ts";

/*
 * Own loans (model 3): approvals, drawings, repayments, changes of the contract, misuse. What a drawing presupposes and no
 * fact states (application, approval) is implied just before it.
 */

const drawingsOf = (loan: string, { facts }: Story): readonly Fact[] =>
  facts.filter((fact) => (fact.event === "LoanDisbursed" || fact.event === "LoanToppedUp") && fact.data.loan === loan);

const firstOf = (dates: readonly string[]): string | undefined => [...dates].sort()[0];

/** Who borrows: the head, or the member who has borrowed already and still owes. */
export async function borrowerOf(household: string, { district }: Story): Promise<string> {
  const { head, members } = await district.household(household);
  for (const entry of (await district.credit(household)).values()) {
    const owes =
      entry.household === household && entry.status === "approved" && members.some(({ personId }) => personId === entry.borrower);
    if (owes && openPrincipalNow(await district.loan(entry.loan, NOW)) > 0n) return entry.borrower;
  }
  return head;
}

/**
 * The contract's date: that of the first drawing where drawings imply it; an approval's own, unless only the term counted
 * from the money fits the limit.
 */
async function contractDateOf(entry: Entry, story: Story): Promise<string> {
  const first = firstOf(drawingsOf(entry.data.loan, story).map(({ valueDate }) => valueDate));
  if (entry.event !== "LoanApproved") return story.attempt ? entry.valueDate : (first ?? entry.valueDate);
  const limit = (await story.district.policy(NOW)).integer("microcredit.termMonths", entry.valueDate);
  const tooLong = termMonths(entry.valueDate, entry.data.due) > limit;
  return tooLong && first !== undefined && first > entry.valueDate ? first : entry.valueDate;
}

interface Terms {
  readonly loan: string;
  readonly amount: string;
}

/** 3.1–3.3: application and approval. Nothing of it stays when it is refused. */
async function contract(entry: Entry, story: Story, { loan, amount }: Terms): Promise<Outcome> {
  const { district } = story;
  const { household, due, annualRate, yearBase, topUpOf } = entry.data;
  const contractDate = await contractDateOf(entry, story);
  const valueDate = earlierDate(contractDate, entry.valueDate);
  const top = topUpOf ? { topUpOf } : {};
  const months = termMonths(contractDate, due);
  const borrower = await borrowerOf(household, story);
  const application = { loan, household, borrower, bank: "K1", amount, purpose: "养殖", termMonths: months, valueDate, ...top };
  if (story.attempt) {
    const preview = await district.decide("ApplyForLoan", application, "BANK");
    if (!preview.ok) return preview;
  }
  const applied = await district.send("ApplyForLoan", application, "BANK");
  if (!applied.ok) return applied;
  const terms = { loan, household, amount, annualRate, due, contractDate, valueDate, ...(yearBase ? { yearBase } : {}), ...top };
  const approved = await district.send("ApproveLoan", terms, "BANK");
  if (!approved.ok) await district.send("WithdrawLoanApplication", { loan, household, reason: "refused", valueDate }, "BANK");
  return approved;
}

/** A loan number that no fact uses: what an attempt implies must not take the number of a later fact. */
const scratchNumber = (loan: string, story: Story): string => `${loan.slice(0, 40)}~${story.serial()}`;

const draw = (entry: Entry, story: Story, loan: string): Promise<Outcome> => {
  const { household, amount, annualRate, due, yearBase } = entry.data;
  const terms = { annualRate, due, ...(yearBase ? { yearBase } : {}) };
  return story.district.send(
    "RecordDisbursement",
    { loan, household, amount, valueDate: entry.valueDate, serial: story.serial(), ...terms },
    entry.by,
    { period: entry.period },
  );
};

/** A drawing that must be refused: under its contract if there is one, else under an implied one for this amount. */
async function attemptDrawing(entry: Entry, story: Story, known: boolean): Promise<Outcome> {
  const { loan, amount } = entry.data;
  if (known) {
    const outcome = await draw(entry, story, loan);
    if (!isRefused(outcome, "ABOVE_APPROVED")) return outcome;
  }
  const scratch = scratchNumber(loan, story);
  return inOrder(
    () => contract(entry, story, { loan: scratch, amount }),
    () => draw(entry, story, scratch),
  );
}

const disburse: Handler = async (entry, story) => {
  const { loan, household, amount } = entry.data;
  const known = (await story.district.credit(household)).get(loan)?.status === "approved";
  if (story.attempt) return attemptDrawing(entry, story, known);
  if (known) return draw(entry, story, loan);
  const drawn = drawingsOf(loan, story).map((fact) => fen(fact.data.amount));
  const approved = drawn.length === 0 ? amount : formatAmount(sumFen(drawn));
  return inOrder(
    () => contract(entry, story, { loan, amount: approved }),
    () => draw(entry, story, loan),
  );
};

const approve: Handler = (entry, story) => {
  const loan: string = story.attempt ? scratchNumber(entry.data.loan, story) : entry.data.loan;
  return contract(entry, story, { loan, amount: entry.data.amount });
};

/** A correction names the days; normal or penalty interest of them is what was settled and does not hold any more. */
const correctInterest: Handler = async (entry, { district }) => {
  const { loan, from, toExcl } = entry.data;
  const stale = staleInterest(await district.loan(loan, NOW)).find(
    ({ settlement }) => settlement.from === from && settlement.toExcl === toExcl,
  );
  const kind = stale ? { kind: stale.settlement.kind } : {};
  return district.send("CorrectInterest", { ...pick(entry, "loan", "from", "toExcl"), ...kind }, entry.by, { period: entry.period });
};

/** Suspicions are raised only where a fact says so: one that the product has all the same is released as meant. */
const repay: Handler = async (entry, story) => {
  const { district } = story;
  const message = pick(entry, "loan", "principal", "serial", "allocation");
  const outcome = await district.send("RecordRepayment", message, entry.by, { period: entry.period });
  if (!outcome.ok || outcome.answer.status !== "held") return outcome;
  const released = await district.send("ReleaseDuplicate", pick(entry, "loan", "serial"), "FIN-R");
  if (!released.ok) await district.send("DismissDuplicate", pick(entry, "loan", "serial"), "FIN-R");
  return released;
};

/** The bank sends the message; the product holds it. */
const suspected: Handler = async (entry, story) => {
  const outcome = await story.district.send("RecordRepayment", pick(entry, "loan", "principal", "serial"), "BANK");
  if (outcome.ok && outcome.answer.status !== "held") return refused("NOT_HELD", outcome.answer);
  return outcome;
};

/**
 * The same reversal sent again is the same message; as a message of its own it is refused, because the one that it names
 * is not booked any more. A file may give either as the reason.
 */
const reverse: Handler = async (entry, story) => {
  const { district } = story;
  const { period } = entry;
  const message = pick(entry, "loan", "serial", "principal");
  const reversalSerial = `R-${entry.data.serial}`.slice(0, 64);
  const first = await district.send("ReverseRepayment", { ...message, reversalSerial }, entry.by, { period });
  if (first.ok || !story.attempt || !isRefused(first, "SAME_REQUEST_AGAIN")) return first;
  const again = await district.send("ReverseRepayment", { ...message, reversalSerial: story.serial() }, entry.by, { period });
  return again.ok ? again : { ...first, codes: [...first.codes, ...again.codes] };
};

/** E3: the product's own run of that day marks it; one mark may have been set by the run of another loan's fact. */
const overdue: Handler = async (entry, { district, attempt }) => {
  const { loan } = entry.data;
  const before = (await district.loan(loan, NOW)).overdueSince;
  await runOverdue(district.platform, entry.valueDate);
  const { overdueSince } = await district.loan(loan, NOW);
  // The run passes by a loan of a batch: what the product says to the mark itself.
  if (overdueSince === undefined) {
    const decided = await district.decide("MarkOverdue", { loan, valueDate: entry.valueDate }, "SYS");
    return decided.ok ? refused("NOT_OVERDUE") : decided;
  }
  return attempt && before !== undefined ? refused("ALREADY_OVERDUE", { overdueSince }) : { ok: true, answer: { overdueSince } };
};

export const LOAN_EVENTS: Readonly<Record<string, Playable>> = {
  LoanApproved: { command: "ApproveLoan", play: approve },
  LoanDisbursed: { command: "RecordDisbursement", play: disburse },
  LoanToppedUp: { command: "RecordDisbursement", play: disburse },
  InterestSettled: plain("SettleInterest", (entry) => pick(entry, "loan", "from", "toExcl", "kind", "bearer")),
  InterestPaid: plain("RecordInterestPayment", (entry, story) => ({ ...pick(entry, "loan", "amount", "payer"), serial: story.serial() })),
  InterestCorrected: { command: "CorrectInterest", play: correctInterest },
  RepaymentReceived: { command: "RecordRepayment", play: repay },
  RepaymentDuplicateSuspected: { command: "RecordRepayment", play: suspected, sentBy: "BANK" },
  RepaymentDuplicateReleased: plain("ReleaseDuplicate", (entry) => pick(entry, "loan", "serial")),
  RepaymentDuplicateDismissed: plain("DismissDuplicate", (entry) => pick(entry, "loan", "serial")),
  RepaymentReversed: { command: "ReverseRepayment", play: reverse },
  LoanPrepaid: plain("PrepayLoan", (entry, story) => ({
    ...pick(entry, "loan", "principal", "interestFrom", "interestToExcl"),
    serial: story.serial(),
    distinct: true,
  })),
  LoanExtended: plain("ExtendLoan", (entry) => pick(entry, "loan", "newDue")),
  LoanRenewedNoRepayment: plain("RenewLoan", (entry, story) => ({
    ...pick(entry, "loan", "newLoan", "amount", "due", "annualRate"),
    serial: story.serial(),
  })),
  LoanRateReset: plain("ResetLoanRate", (entry) => pick(entry, "loan", "quoteDate", "quotedRate", "spreadBp")),
  UseOfFundsChecked: plain("CheckUseOfFunds", (entry) => pick(entry, "loan", "finding", "misuseFrom")),
  LoanMisuseConfirmed: plain("ConfirmMisuse", (entry) => pick(entry, "loan", "misuseFrom")),
  LoanBecameOverdue: { command: "MarkOverdue", play: overdue },
};
