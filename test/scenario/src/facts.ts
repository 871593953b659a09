import { termMonths } from "@huimin/calendar";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { quarterOfSettlement, subsidisedLoan } from "@huimin/subsidy/events";
import type { District, Outcome } from "./district.ts";
import type { Entry, Fact } from "./format.ts";
import type { People } from "./setup.ts";

/** What a handler knows of the story that it plays. */
export interface Story {
  readonly district: District;
  readonly people: People;
  readonly facts: readonly Fact[];
  /** Serial numbers for messages whose serial the format does not name. */
  serial(): string;
  /** Heads of households, to name borrowers. */
  readonly attempt: boolean;
}

type Handler = (entry: Entry, story: Story) => Promise<Outcome>;

const done: Outcome = { ok: true, answer: {} };

/** Runs commands one after the other; the first refusal ends it. */
async function inOrder(...steps: (() => Promise<Outcome>)[]): Promise<Outcome> {
  let outcome: Outcome = done;
  for (const step of steps) {
    outcome = await step();
    if (!outcome.ok) return outcome;
  }
  return outcome;
}

const plain =
  (command: string, body: (entry: Entry, story: Story) => Readonly<Record<string, unknown>>): Handler =>
  (entry, story) =>
    story.district.send(command, body(entry, story), entry.by, { period: entry.period });

const withDate = (entry: Entry): Record<string, unknown> => ({ ...entry.data, valueDate: entry.valueDate });

const pick = (entry: Entry, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries([
    ["valueDate", entry.valueDate],
    ...names.filter((name) => entry.data[name] !== undefined).map((name) => [name, entry.data[name]]),
  ]);

/** Everything that the story draws on a loan: what its implied contract is approved for. */
const drawnInStory = (entry: Entry, { facts, attempt }: Story): string => {
  const drawings = facts
    .filter((fact) => fact.event === "LoanDisbursed" && fact.data.loan === entry.data.loan)
    .map((fact) => fen(fact.data.amount));
  return attempt || drawings.length === 0 ? entry.data.amount : formatAmount(sumFen(drawings));
};

/** 3.1–3.3, implied by a disbursement that no approval precedes; nothing of it stays when it is refused. */
async function contract(entry: Entry, story: Story, amount: string): Promise<Outcome> {
  const { district } = story;
  const { loan, household, due, annualRate, yearBase, topUpOf } = entry.data;
  const { valueDate } = entry;
  const borrower = await district.headOf(household);
  const top = topUpOf ? { topUpOf } : {};
  const application = {
    loan,
    household,
    borrower,
    bank: "K1",
    amount,
    purpose: "养殖",
    termMonths: termMonths(valueDate, due),
    valueDate,
    ...top,
  };
  const applied = await district.send("ApplyForLoan", application, "BANK");
  if (!applied.ok) return applied;
  const terms = { loan, household, amount, annualRate, due, contractDate: valueDate, valueDate, ...(yearBase ? { yearBase } : {}), ...top };
  const approved = await district.send("ApproveLoan", terms, "BANK");
  if (!approved.ok) await district.send("WithdrawLoanApplication", { loan, household, reason: "refused", valueDate }, "BANK");
  return approved;
}

async function disburse(entry: Entry, story: Story): Promise<Outcome> {
  if (entry.data.model !== 3) return { ok: false, code: "NOT_BUILT" };
  const { district } = story;
  const { loan, household, amount } = entry.data;
  const known = (await district.creditEntry(household, loan))?.status;
  if (known !== "approved") {
    const agreed = await contract(entry, story, drawnInStory(entry, story));
    if (!agreed.ok) return agreed;
  }
  return district.send("RecordDisbursement", { loan, household, amount, valueDate: entry.valueDate, serial: story.serial() }, "BANK");
}

const approveOnly: Handler = async (entry, story) => {
  if (entry.data.model !== 3) return { ok: false, code: "NOT_BUILT" };
  return contract(entry, story, entry.data.amount);
};

async function repay(entry: Entry, story: Story): Promise<Outcome> {
  const outcome = await story.district.send("RecordRepayment", pick(entry, "loan", "principal", "serial", "allocation"), entry.by, {
    period: entry.period,
  });
  // Suspicions are raised only where a fact says so: one that is not is released as meant.
  if (outcome.ok && outcome.answer.status === "held")
    return story.district.send("ReleaseDuplicate", pick(entry, "loan", "serial"), "FIN-R");
  return outcome;
}

/** The bank sends the message; the product holds it. */
async function suspected(entry: Entry, story: Story): Promise<Outcome> {
  const outcome = await story.district.send("RecordRepayment", pick(entry, "loan", "principal", "serial"), "BANK");
  if (outcome.ok && outcome.answer.status !== "held") return { ok: false, code: "NOT_HELD", details: outcome.answer };
  return outcome;
}

/** 结息 and 付息 of the days that a subsidy needs, where the file settles none. Both lines cancel. */
async function settleAndPay(story: Story, loan: string, days: { from: string; toExcl: string }, valueDate: string): Promise<Outcome> {
  const settled = await story.district.send("SettleInterest", { loan, ...days, valueDate }, "BANK");
  if (!settled.ok) return settled;
  if (settled.answer.amount === "0.00") return settled;
  return story.district.send("RecordInterestPayment", { loan, amount: settled.answer.amount, valueDate, serial: story.serial() }, "BANK");
}

/** Settlement days of a quarter that are still missing: where the file has none for this claim, they are implied. */
async function impliedSettlement(entry: Entry, story: Story): Promise<Outcome> {
  const { loan, claim, from, toExcl } = entry.data;
  const state = await story.district.loan(loan, Number.MAX_SAFE_INTEGER);
  const known = subsidisedLoan(state);
  if (!known) return done;
  const inQuarter = known.settlements.some((settlement) => quarterOfSettlement(settlement) === claim);
  if (from && toExcl) {
    const settled = known.settlements.some((one) => one.prepayment === undefined && one.from < toExcl && from < one.toExcl);
    return settled ? done : settleAndPay(story, loan, { from, toExcl }, entry.valueDate);
  }
  if (inQuarter) return done;
  const days = story.district.quarterDays(state, claim);
  return days ? settleAndPay(story, loan, days, entry.valueDate) : done;
}

/** S3 to S5 are implied by an accrual. What was settled and not paid yet is paid for the claim and taken back after it. */
async function accrue(entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { loan, payee, claim, correction, claimedRate, amount } = entry.data;
  if (correction) {
    return district.send(
      "CorrectSubsidy",
      pick(entry, "loan", "payee", "correction", "accrualsOf", "claim", "rateWas", "rateIs"),
      entry.by,
      { period: entry.period },
    );
  }
  const settled = await impliedSettlement(entry, story);
  if (!settled.ok) return settled;
  return district.withInterestPaid(loan, entry.valueDate, story.serial(), async () => {
    const line = { loan, payee, ...(claimedRate ? { amount } : {}) };
    const flag = claimedRate ? { onDifference: "flag" } : {};
    const bank = await district.bankOf(loan);
    return inOrder(
      () =>
        district.send("SubmitSubsidyClaim", { bank, quarter: claim, lines: [line], valueDate: entry.valueDate, ...flag }, "BANK", { bank }),
      () => district.send("ApproveSubsidyClaim", { bank, quarter: claim, valueDate: entry.valueDate }, "FIN-R"),
      () =>
        district.send("AccrueSubsidy", pick(entry, "loan", "payee", "claim", "from", "toExcl", "claimedRate", "amount"), entry.by, {
          period: entry.period,
        }),
    );
  });
}

const claimOnly: Handler = async (entry, story) => {
  const { loan, claim } = entry.data;
  const bank = await story.district.bankOf(loan);
  return story.district.send("SubmitSubsidyClaim", { bank, quarter: claim, lines: [{ loan }], valueDate: entry.valueDate }, entry.by, {
    bank,
    period: entry.period,
  });
};

/** Our job may have booked it when its cause was recorded: then there is no difference left, which is what is checked. */
async function correctInterest(entry: Entry, story: Story): Promise<Outcome> {
  const outcome = await story.district.send("CorrectInterest", pick(entry, "loan", "from", "toExcl"), entry.by, { period: entry.period });
  return outcome;
}

const forHouseholds =
  (command: string, body: (household: string, entry: Entry, story: Story) => Promise<Record<string, unknown>>): Handler =>
  async (entry, story) => {
    const households: string[] = entry.data.households ?? [entry.data.household];
    let outcome: Outcome = done;
    for (const household of households) {
      outcome = await story.district.send(command, await body(household, entry, story), entry.by, { period: entry.period });
      if (!outcome.ok) return outcome;
    }
    return outcome;
  };

/** Events of the dictionary that are built, with the commands and messages that record them. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  LoanApproved: approveOnly,
  LoanDisbursed: disburse,
  LoanToppedUp: disburse,
  InterestSettled: (entry, story) =>
    entry.data.batch
      ? Promise.resolve({ ok: false, code: "NOT_BUILT" })
      : story.district.send("SettleInterest", pick(entry, "loan", "from", "toExcl", "kind", "bearer"), entry.by, { period: entry.period }),
  InterestPaid: plain("RecordInterestPayment", (entry, story) => ({ ...pick(entry, "loan", "amount", "payer"), serial: story.serial() })),
  InterestCorrected: correctInterest,
  RepaymentReceived: repay,
  RepaymentDuplicateSuspected: suspected,
  RepaymentDuplicateReleased: plain("ReleaseDuplicate", (entry) => pick(entry, "loan", "serial")),
  RepaymentDuplicateDismissed: plain("DismissDuplicate", (entry) => pick(entry, "loan", "serial")),
  RepaymentReversed: plain("ReverseRepayment", (entry, story) => ({
    ...pick(entry, "loan", "serial", "principal"),
    reversalSerial: story.serial(),
  })),
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
  LoanBecameOverdue: plain("MarkOverdue", (entry) => pick(entry, "loan")),
  SubsidyFundsAppropriated: plain("AppropriateSubsidyFunds", (entry) => withDate(entry)),
  SubsidyClaimSubmitted: claimOnly,
  SubsidyAccrued: accrue,
  SubsidyPaid: plain("PaySubsidy", (entry) => pick(entry, "loan", "payee")),
  SubsidyPaymentReturned: plain("ReturnSubsidyPayment", (entry) => pick(entry, "loan", "payee", "reason")),
  SubsidyClawbackDecided: plain("DecideSubsidyClawback", (entry) =>
    pick(entry, "loan", "obligor", "reason", "accrualsOf", "misuseFrom", "rateWas", "rateIs"),
  ),
  SubsidyClawbackReceived: plain("ReceiveSubsidyClawback", (entry, story) => ({
    ...pick(entry, "loan", "obligor", "amount"),
    serial: story.serial(),
  })),
  SubsidyClawbackSetOff: plain("SetOffSubsidyClawback", (entry) => pick(entry, "loan", "obligor", "againstLoan")),
  PeriodClosed: plain("ClosePeriod", (entry) => ({ period: entry.data.period })),
  PriorYearAdjustmentTransferred: plain("TransferPriorYearAdjustment", (entry) => ({ valueDate: entry.valueDate })),
  PovertyExitConfirmed: forHouseholds("ConfirmPovertyExit", async (household, entry) => ({
    household,
    year: Number(entry.valueDate.slice(0, 4)),
    document: "示例〔脱贫〕1号",
    valueDate: entry.valueDate,
  })),
  HeadChanged: forHouseholds("ChangeHead", async (household, entry, story) => ({
    household,
    newHead: await story.district.otherAdult(household),
    valueDate: entry.valueDate,
  })),
  MemberRemoved: forHouseholds("RemoveMember", async (household, entry, story) => ({
    household,
    personId: await story.district.headOf(household),
    reason: entry.data.reason,
    valueDate: entry.valueDate,
  })),
  HouseholdExtinct: forHouseholds("RecordHouseholdExtinct", async (household, entry, story) => ({
    household,
    lastMembers: await story.district.membersOf(household),
    valueDate: entry.valueDate,
  })),
  BankAccountChanged: forHouseholds("ChangeBankAccount", async (household, entry, story) => ({
    household,
    ...(await story.people.account(await story.district.headOf(household), "K1")),
    valueDate: entry.valueDate,
  })),
  DebtorDied: plain("RecordDebtorDeath", (entry) => pick(entry, "household")),
};
