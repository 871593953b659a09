import { type CommandDefinition, type Gather, load, type StreamWrite } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { compensationStream } from "./evolve-case.ts";
import { obligorFold, obligorStream } from "./evolve-obligor.ts";
import { Currency, closed, DateField, FundAccounts, IdText, PartyText, SerialText } from "./fields.ts";
import { gatherCase, type StandingCase } from "./gather.ts";
import type { LoanPrincipals, RiskFundPayload, RiskParty } from "./schema.ts";
import {
  formRefusal,
  fundRefusal,
  fundWrite,
  gatherAccounts,
  gatherLoans,
  loanWrite,
  lowering,
  negated,
  negatedLowering,
  type OpenedLoan,
  openFrom,
  type Refused,
  riskEvent,
} from "./shared.ts";
import { inTurn, shareOf } from "./split.ts";

export const PayCompensationBody = Type.Object(
  { ref: IdText, party: PartyText, serial: SerialText, accounts: FundAccounts, valueDate: DateField, currency: Currency },
  closed,
);

/** Who may pay: the fund through the cashier, guarantors by what their bank reports, the bank itself nothing. */
function payerRefusal(found: StandingCase, party: RiskParty, role: string): Refused | undefined {
  const { ref } = found.subject;
  if (party === "bank") return refuse(errors.BANK_PAYS_NOTHING, {}, { path: "/party" });
  if (!found.weights.some((one) => one.party === party)) return refuse(errors.PARTY_NOT_IN_CASE, { party, ref }, { path: "/party" });
  if (party === "fund" && role === "BANK") return refuse(errors.FUND_PAID_BY_CASHIER, {}, { path: "/party" });
  const before = found.payments.get(party);
  return before ? refuse(errors.COMPENSATION_PAID_ALREADY, { party, ref, paid: before.payment.paid }, { path: "/party" }) : undefined;
}

/** What the payment takes off each loan, by the approval; nothing off a loan that has less left on a known day. */
function principalParts(
  loans: readonly OpenedLoan[],
  approval: RiskFundPayload<"CompensationApproved">,
  party: RiskParty,
  valueDate: string,
): Result<LoanPrincipals> {
  const parts: LoanPrincipals = [];
  for (const [index, { loan, principal }] of approval.loans.entries()) {
    const state = loans[index] as OpenedLoan;
    const part = shareOf(principal, party);
    const open = openFrom(state, valueDate);
    if (part > open) {
      const details = { loan, valueDate, open: formatAmount(open), principal: formatAmount(part) };
      return refuse(errors.COMPENSATION_ABOVE_OPEN, details);
    }
    if (part > 0n) parts.push(lowering(state, valueDate, part));
  }
  return ok(parts);
}

const loanWrites = (loans: readonly OpenedLoan[], parts: LoanPrincipals, valueDate: string, by: { ref: string; party?: string }) => {
  const states = new Map(loans.map((loan) => [loan.subject.loan, loan]));
  return parts.map((part) => loanWrite(states.get(part.loan) as OpenedLoan, part, valueDate, by));
};

const totalOf = (parts: LoanPrincipals): Fen => sumFen(parts.map(({ principal }) => fen(principal)));

/** Which accounts pay how much; FUND_TOO_SMALL when they hold less. Nothing for a payer that is not the fund. */
function* drawnFrom(
  accounts: readonly string[],
  party: RiskParty,
  amount: Fen,
): Gather<Result<RiskFundPayload<"CompensationPaid">["drawn"], Refusal>> {
  if (party !== "fund") return ok([]);
  const open = yield* gatherAccounts(accounts);
  const short = fundRefusal(open, amount);
  return short ?? ok(inTurn(amount, open).map(({ item, part }) => ({ bank: item.bank, amount: formatAmount(part) })));
}

/** What the fund's payment adds to the obligor's debt and takes from the accounts. `sign` −1 takes it back (C6). */
function fundWrites(payment: RiskFundPayload<"CompensationPaid">, valueDate: string): StreamWrite[] {
  if (payment.party !== "fund") return [];
  const { ref, bank, obligor, model, paid, drawn, serial } = payment;
  const subject = { ref, bank, obligor, ...(model === undefined ? {} : { model }) };
  const claim = riskEvent("ObligorClaimChanged", valueDate, { ...subject, amount: paid, writtenOff: "0.00", cause: serial });
  return [
    { stream: obligorStream(obligor), events: [claim] },
    ...drawn.map((part) => fundWrite(part.bank, -fen(part.amount), serial, valueDate)),
  ];
}

/**
 * E6 代偿: one payer's whole share of an approved case. The fund's by the cashier (FIN-C, posts in G), a guarantor's or the
 * provincial group's by the bank's message. Answer: paid, principalPart. Refuses CASE_STATUS, BANK_PAYS_NOTHING,
 * PARTY_NOT_IN_CASE, FUND_PAID_BY_CASHIER, COMPENSATION_PAID_ALREADY, FUND_TOO_SMALL, COMPENSATION_ABOVE_OPEN.
 */
export const PayCompensation: CommandDefinition<Static<typeof PayCompensationBody>> = {
  name: "PayCompensation",
  schema: PayCompensationBody,
  roles: ["FIN-C", "BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { ref, party, serial, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherCase(ref, context, ["approved"]);
    if (!found.ok) return found;
    const { subject, approval } = found.value;
    const refusal = payerRefusal(found.value, party, context.role);
    if (refusal || !approval) return refusal ?? refuse(errors.CASE_STATUS, { ref, status: found.value.status });
    const share = shareOf(approval.shares, party);
    const drawn = yield* drawnFrom(command.accounts ?? [subject.bank], party, share);
    if (!drawn.ok) return drawn;
    // Written below: loaded so that the append asserts its version.
    yield* load(obligorStream(subject.obligor), obligorFold);
    const loans = yield* gatherLoans(approval.loans.map(({ loan }) => loan));
    if (!loans.ok) return loans;
    const parts = principalParts(loans.value, approval, party, valueDate);
    if (!parts.ok) return parts;
    const amounts = { paid: formatAmount(share), principalPart: formatAmount(totalOf(parts.value)) };
    const payment = { ...subject, party, ...amounts, serial, drawn: drawn.value, loans: parts.value };
    return ok({
      writes: [
        { stream: compensationStream(ref), events: [riskEvent("CompensationPaid", valueDate, payment)] },
        ...fundWrites(payment, valueDate),
        ...loanWrites(loans.value, parts.value, valueDate, { ref, party }),
      ],
      answer: { ref, party, ...amounts },
    });
  },
};

export const ReversePaymentBody = Type.Object(
  { ref: IdText, serial: SerialText, reversalSerial: SerialText, valueDate: DateField },
  closed,
);

function paymentWith(found: StandingCase, serial: string) {
  for (const payment of found.payments.values()) if (payment.payment.serial === serial) return payment;
  return undefined;
}

/**
 * C6 of E6 (bank message): the bank takes a payment back; red entries with the original's value date, and the share may be
 * paid again. Refuses RISK_SERIAL_UNKNOWN; ABOVE_COMPENSATION_CLAIM when the claim was recovered or written off meanwhile.
 */
export const ReverseCompensationPayment: CommandDefinition<Static<typeof ReversePaymentBody>> = {
  name: "ReverseCompensationPayment",
  schema: ReversePaymentBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { ref, serial, reversalSerial } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherCase(ref, context, ["approved"]);
    if (!found.ok) return found;
    const original = paymentWith(found.value, serial);
    if (!original) return refuse(errors.RISK_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    const { payment, valueDate, eventId } = original;
    const claim = yield* openClaimUnder(payment.obligor, ref);
    if (payment.party === "fund" && claim < fen(payment.paid))
      return refuse(errors.ABOVE_COMPENSATION_CLAIM, { amount: payment.paid, open: formatAmount(claim) });
    yield* gatherAccounts(payment.drawn.map((part) => part.bank));
    const loans = yield* gatherLoans(payment.loans.map(({ loan }) => loan));
    if (!loans.ok) return loans;
    const negative = {
      ...payment,
      paid: negated(payment.paid),
      principalPart: negated(payment.principalPart),
      drawn: payment.drawn.map(({ bank, amount }) => ({ bank, amount: negated(amount) })),
      loans: payment.loans.map(negatedLowering),
    };
    const event = riskEvent("CompensationPaymentReversed", valueDate, { ...negative, reversalSerial }, eventId);
    return ok({
      writes: [
        { stream: compensationStream(ref), events: [event] },
        ...fundWrites(negative, valueDate),
        ...loanWrites(loans.value, negative.loans, valueDate, { ref, party: payment.party }),
      ],
      answer: { ref, party: payment.party, paid: negative.paid, principalPart: negative.principalPart },
    });
  },
};

function* openClaimUnder(obligor: string, ref: string): Gather<Fen> {
  return (yield* load(obligorStream(obligor), obligorFold)).state.get(ref)?.claim ?? 0n;
}
