import type { RecordedEvent } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { insuranceStream, insurerFold } from "@huimin/risk-fund/events";
import { type District, NOW } from "../district.ts";
import { type Handler, inOrder, type Playable, pick, plain, type Story } from "../story.ts";

/*
 * The risk chain: the fund, compensation, recovery, write-off, insurance, the breaker. Messages of banks come from the bank
 * whose loans they concern.
 */

const bankOf = async (loan: string, district: District): Promise<string> => (await district.loan(loan, NOW)).subject?.bank ?? "K1";

/** The fund's accounts of the story: at the usual bank first, then wherever something was deposited. */
const accountsOf = ({ facts }: Story): readonly string[] => [
  ...new Set(["K1", ...facts.filter(({ event }) => event === "RiskFundDeposited").map(({ data }) => data.bank as string)]),
];

const apply: Handler = async (entry, { district }) =>
  district.send("ApplyForCompensation", pick(entry, "ref", "obligor", "loans", "weights"), entry.by, {
    period: entry.period,
    bank: await bankOf(entry.data.loans[0]?.loan ?? "", district),
  });

/** What a case or an insurer's payment brings is a message with a serial of the bank. */
const message = (command: string, ...names: string[]): Playable =>
  plain(command, (entry, story) => ({ ...pick(entry, ...names), serial: story.serial() }));

/** Filed before it is settled (implied); what must be refused is rejected again. */
const approveInsurance: Handler = async (entry, story) => {
  const { district, attempt } = story;
  const { insurer, obligor, amount, deductible = "0.00" } = entry.data;
  const { valueDate } = entry;
  const claim = `claim-${story.serial()}`;
  const loss = formatAmount(fen(amount) + fen(deductible));
  const outcome = await inOrder(
    () => district.send("FileInsuranceClaim", { claim, insurer, obligor, loss, deductible, valueDate }, "INS"),
    () => district.send("ApproveInsuranceClaim", { claim, insurer, amount, valueDate }, entry.by, { period: entry.period }),
  );
  if (!outcome.ok && attempt) await district.send("RejectInsuranceClaim", { claim, insurer, reason: "refused", valueDate }, "INS");
  return outcome;
};

/** What the insurer owes the risk fund. */
async function openAtInsurer(insurer: string, { platform }: District): Promise<Fen> {
  const { events } = await platform.store.readStream(platform.district, insuranceStream(insurer));
  const state = events.reduce((before, event) => insurerFold.evolve(before, event as RecordedEvent), insurerFold.initialState);
  return sumFen([...state.claims.values()].flatMap((claim) => claim.open.map((part) => part.amount)));
}

/**
 * An insurer pays a claim of the risk fund (E10) or, where it owes the fund less than that, its share of a model 4 loss:
 * the format names the insurer alone, so the oldest case that takes the amount is meant.
 */
const payInsurance: Handler = async (entry, story) => {
  const { district, facts } = story;
  const { insurer, amount } = entry.data;
  const serial = story.serial();
  if ((await openAtInsurer(insurer, district)) < fen(amount)) {
    const refs = facts.filter(({ event }) => event === "InvestmentLossRecognised").map(({ data }) => data.ref as string);
    for (const ref of refs) {
      const share = { ref, party: insurer, amount, serial, valueDate: entry.valueDate };
      if (!(await district.decide("ReceiveLossShare", share, entry.by)).ok) continue;
      return district.send("ReceiveLossShare", share, entry.by, { period: entry.period });
    }
  }
  return district.send("ReceiveInsurancePayment", { ...pick(entry, "insurer", "amount"), serial }, entry.by, { period: entry.period });
};

export const RISK_EVENTS: Readonly<Record<string, Playable>> = {
  RiskFundDeposited: plain("DepositRiskFund", (entry) => pick(entry, "bank", "amount")),
  RiskFundInterestCredited: {
    command: "CreditRiskFundInterest",
    play: (entry, story) =>
      story.district.send("CreditRiskFundInterest", { ...pick(entry, "bank", "amount"), serial: story.serial() }, entry.by, {
        period: entry.period,
        bank: entry.data.bank,
      }),
  },
  CompensationApplied: { command: "ApplyForCompensation", play: apply },
  CompensationApproved: plain("ApproveCompensation", (entry, story) => ({ ...pick(entry, "ref"), accounts: accountsOf(story) })),
  CompensationPaid: plain("PayCompensation", (entry, story) => ({
    ...pick(entry, "ref", "party"),
    accounts: accountsOf(story),
    serial: story.serial(),
  })),
  RecoveryReceived: message("ReceiveRecovery", "ref", "gross", "cost"),
  BankruptcyDividendReceived: message("ReceiveBankruptcyDividend", "ref", "gross", "cost"),
  ClaimWrittenOff: plain("WriteOffClaim", (entry) => pick(entry, "obligor")),
  InsuranceClaimApproved: { command: "ApproveInsuranceClaim", play: approveInsurance },
  InsurancePaid: { command: "ReceiveInsurancePayment", play: payInsurance },
  CircuitBreakerTripped: plain("TripBreaker", (entry) => ({
    ...pick(entry, "overduePrincipal", "openPrincipal"),
    scope: "village",
    code: entry.data.village,
  })),
  EnterpriseBankruptcyFiled: plain("FileEnterpriseBankruptcy", (entry) => pick(entry, "enterprise", "claimFiled")),
};
