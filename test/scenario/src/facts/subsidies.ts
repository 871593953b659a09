import { earlierDate } from "@huimin/calendar";
import { firstDrawing } from "@huimin/interest";
import { openInterest } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, minFen, sumFen } from "@huimin/money";
import { quarterPeriod } from "@huimin/subsidy";
import { quarterOfSettlement, rightSubsidy, type Settlement } from "@huimin/subsidy/events";
import { type District, isRefused, NOW, type Outcome } from "../district.ts";
import type { Entry, Fact } from "../format.ts";
import { done, type Handler, inOrder, type Playable, pick, plain, type Story } from "../story.ts";
import { subsidisedOf } from "../subsidised.ts";
import { impliedAccount, impliedChange } from "./registry.ts";

/*
 * The subsidy chain. An accrual presupposes settled and paid interest (先收后贴), the bank's claim (S3) and its approval
 * (S5): what no fact states of these is implied just before it, and no balance changes by it.
 */

interface Days {
  readonly from: string;
  readonly toExcl: string;
}

const overlap = (a: Days, b: Days): boolean => a.from < b.toExcl && b.from < a.toExcl;

async function bankOf(loan: string, district: District): Promise<string> {
  return (await district.loan(loan, NOW)).subject?.bank ?? "K1";
}

/** The days of a claim quarter on which the loan bore interest, up to the due date. */
async function quarterDays(loan: string, claim: string, district: District): Promise<Days | undefined> {
  const { timeline } = await district.loan(loan, NOW);
  const { from, toExcl } = quarterPeriod(claim);
  const first = firstDrawing(timeline);
  const start = first !== undefined && first > from ? first : from;
  const end = earlierDate(timeline.due, toExcl);
  return start < end ? { from: start, toExcl: end } : undefined;
}

/** 结息 and 付息 in one step: both lines cancel. Never more than is open is paid (a correction may have left a credit). */
async function settleAndPay(story: Story, loan: string, days: Days, valueDate: string): Promise<Outcome> {
  const { district } = story;
  const settled = await district.send("SettleInterest", { loan, ...days, valueDate }, "BANK");
  if (!settled.ok) return settled;
  const amount = minFen(fen(settled.answer.amount), openInterest(await district.loan(loan, NOW)).total);
  if (amount <= 0n) return settled;
  return district.send("RecordInterestPayment", { loan, amount: formatAmount(amount), valueDate, serial: story.serial() }, "BANK");
}

/** The settlement of the claimed days, where the file has none. A prepayment settles its own part only. */
async function impliedSettlement(entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { loan, claim, from, toExcl } = entry.data;
  const known = await subsidisedOf(district, loan, NOW);
  if (!known) return done;
  const periods = known.settlements.filter((one) => one.prepayment === undefined);
  if (from && toExcl) {
    const days = { from, toExcl };
    const settled = known.settlements.some((one) => overlap(one, days) && (one.prepayment === undefined || sameDays(one, days)));
    return settled ? done : settleAndPay(story, loan, days, entry.valueDate);
  }
  if (periods.some((one) => quarterOfSettlement(one) === claim)) return done;
  const days = await quarterDays(loan, claim, district);
  return days && !periods.some((one) => overlap(one, days)) ? settleAndPay(story, loan, days, entry.valueDate) : done;
}

const sameDays = (a: Days, b: Days): boolean => a.from === b.from && a.toExcl === b.toExcl;

/**
 * 先收后贴: where interest is settled and not paid yet, it is paid for the time of a claim and taken back after it, so
 * that no balance changes.
 */
async function withInterestPaid(entry: Entry, story: Story, work: () => Promise<Outcome>): Promise<Outcome> {
  const { district } = story;
  const { loan } = entry.data;
  const { valueDate } = entry;
  const open = openInterest(await district.loan(loan, NOW)).total;
  if (open <= 0n) return work();
  const serial = story.serial();
  const paid = await district.send("RecordInterestPayment", { loan, amount: formatAmount(open), valueDate, serial }, "BANK");
  if (!paid.ok) return paid;
  const outcome = await work();
  const taken = await district.send("ReverseInterestPayment", { loan, valueDate, serial }, "BANK");
  return outcome.ok && !taken.ok ? taken : outcome;
}

/** What the bank claimed at the time with another rate: this accrual's amount and those of the claim's later accruals. */
async function claimedAmount(entry: Entry, story: Story): Promise<Fen> {
  const { loan, claim } = entry.data;
  const known = await subsidisedOf(story.district, loan, NOW);
  const policy = await story.district.policy(NOW);
  const at = ({ data }: Pick<Entry, "data">): Fen => {
    if (data.amount !== undefined) return fen(data.amount);
    const days = data.from ? [{ from: data.from, toExcl: data.toExcl }] : (known?.settlements ?? []).filter(inQuarter);
    const rate = { is: data.claimedRate as string };
    return known ? sumFen(days.map((one) => rightSubsidy(known, policy, one, { rate, aboveInterest: true }))) : 0n;
  };
  const inQuarter = (one: Settlement): boolean => quarterOfSettlement(one) === claim;
  const position = story.facts.indexOf(entry as Fact);
  const later = story.facts
    .slice(position + 1)
    .filter(({ event, data }) => event === "SubsidyAccrued" && data.loan === loan && data.claim === claim && data.claimedRate);
  return sumFen([entry, ...later].map(at));
}

/** S3 and S5 as far as they are missing: what is pending is approved, what is settled and not claimed is claimed. */
async function impliedClaim(entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { loan, payee, claim: quarter, claimedRate } = entry.data;
  const { valueDate } = entry;
  const bank = await bankOf(loan, district);
  const approve = () => district.send("ApproveSubsidyClaim", { bank, quarter, valueDate }, "FIN-R");
  const { lines } = await district.claim(bank, quarter);
  if (lines.some((line) => line.loan === loan && line.status === "pending")) {
    const approved = await approve();
    if (!approved.ok) return approved;
  }
  const line = { loan, payee, ...(claimedRate ? { amount: formatAmount(await claimedAmount(entry, story)) } : {}) };
  const flag = claimedRate ? { onDifference: "flag" } : {};
  const claimed = await district.send("SubmitSubsidyClaim", { bank, quarter, lines: [line], valueDate, ...flag }, "BANK", { bank });
  if (claimed.ok) return approve();
  const standing = lines.some((one) => one.loan === loan && one.status !== "rejected");
  return standing && isRefused(claimed, "DAY_ALREADY_SUBSIDISED") ? done : claimed;
}

const accrueNow = (entry: Entry, { district }: Story): Promise<Outcome> =>
  district.send("AccrueSubsidy", pick(entry, "loan", "payee", "claim", "from", "toExcl", "claimedRate", "amount"), entry.by, {
    period: entry.period,
  });

/** An accrual that must be refused: by the rule of the claim that it implies, or by its own. */
async function attemptAccrual(entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { loan, payee, claim: quarter } = entry.data;
  const bank = await bankOf(loan, district);
  const line = { loan, payee };
  const own = await accrueNow(entry, story);
  if (own.ok || !isRefused(own, "NO_CLAIM_LINE")) return own;
  const claimed = await district.decide("SubmitSubsidyClaim", { bank, quarter, lines: [line], valueDate: entry.valueDate }, "BANK", {
    bank,
  });
  return claimed.ok ? own : claimed;
}

const correctAccrual = (entry: Entry, { district }: Story): Promise<Outcome> =>
  district.send("CorrectSubsidy", pick(entry, "loan", "payee", "correction", "accrualsOf", "claim", "rateWas", "rateIs"), entry.by, {
    period: entry.period,
  });

const accrue: Handler = async (entry, story) => {
  if (entry.data.correction) return correctAccrual(entry, story);
  if (story.attempt) return attemptAccrual(entry, story);
  return inOrder(
    () => impliedSettlement(entry, story),
    () =>
      withInterestPaid(entry, story, () =>
        inOrder(
          () => impliedClaim(entry, story),
          () => accrueNow(entry, story),
        ),
      ),
  );
};

/** S3 as a fact of its own. */
const claimOnly: Handler = async (entry, story) => {
  const { district } = story;
  const { loan, claim: quarter } = entry.data;
  const bank = await bankOf(loan, district);
  const body = { bank, quarter, lines: [{ loan }], valueDate: entry.valueDate };
  const submit = () => district.send("SubmitSubsidyClaim", body, entry.by, { bank, period: entry.period });
  if (story.attempt) return submit();
  return inOrder(
    () => impliedSettlement(entry, story),
    () => withInterestPaid(entry, story, submit),
  );
};

/** Misuse that no fact confirms is implied by the claw-back that stands on it. */
const clawBack: Handler = async (entry, story) => {
  const { district, attempt } = story;
  const { loan, misuseFrom } = entry.data;
  const decide = () =>
    district.send(
      "DecideSubsidyClawback",
      pick(entry, "loan", "obligor", "reason", "accrualsOf", "misuseFrom", "rateWas", "rateIs"),
      entry.by,
      { period: entry.period },
    );
  const outcome = await decide();
  if (attempt || misuseFrom === undefined || !isRefused(outcome, "MISUSE_NOT_CONFIRMED")) return outcome;
  return inOrder(() => district.send("ConfirmMisuse", { loan, misuseFrom, valueDate: entry.valueDate }, "FIN-R"), decide);
};

/**
 * S6. A household has an account past the cool-down; a fact that pays after a return presupposes that the account was
 * mended, one that pays for an extinct household that an heir has proved his right.
 */
const pay: Handler = async (entry, story) => {
  const { district, attempt } = story;
  const { payee } = entry.data;
  const send = (more: object = {}) =>
    district.send("PaySubsidy", { ...pick(entry, "loan", "payee"), ...more }, entry.by, { period: entry.period });
  if (attempt) return send();
  const account = await impliedAccount(payee, entry, story);
  if (!account.ok) return account;
  const paid = await send();
  if (isRefused(paid, "ACCOUNT_CLOSED")) return send({ heirProof: story.serial() });
  if (!isRefused(paid, "ACCOUNT_NOT_FIXED")) return paid;
  return inOrder(() => impliedChange(payee, entry, story), send);
};

export const SUBSIDY_EVENTS: Readonly<Record<string, Playable>> = {
  SubsidyFundsAppropriated: plain("AppropriateSubsidyFunds", (entry) => pick(entry, "amount", "source")),
  SubsidyClaimSubmitted: { command: "SubmitSubsidyClaim", play: claimOnly },
  SubsidyAccrued: { command: "AccrueSubsidy", play: accrue },
  SubsidyPaid: { command: "PaySubsidy", play: pay },
  SubsidyPaymentReturned: plain("ReturnSubsidyPayment", (entry) => pick(entry, "loan", "payee", "reason")),
  SubsidyClawbackDecided: { command: "DecideSubsidyClawback", play: clawBack },
  SubsidyClawbackReceived: plain("ReceiveSubsidyClawback", (entry, story) => ({
    ...pick(entry, "loan", "obligor", "amount"),
    serial: story.serial(),
  })),
  SubsidyClawbackSetOff: plain("SetOffSubsidyClawback", (entry) => pick(entry, "loan", "obligor", "againstLoan")),
};
