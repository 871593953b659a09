/* Bank messages on the loans of enterprises (企贷增收, domain 2.3, 2.9, 2.10). */

import type { CommandContext } from "@huimin/decider";
import { type CommandDefinition, type Gather, load } from "@huimin/decider";
import { openPrincipal } from "@huimin/interest/timeline";
import { type LinkagePayload, type LinkageState, linkageFold, linkageStream, linkedOn } from "@huimin/linkage/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { enterpriseActiveOn, enterpriseFold, enterpriseStream, householdFold, householdStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { breakerRefusal } from "../decide/breaker.ts";
import {
  agreementOf,
  capRefusal,
  contractOf,
  drawEnterprise,
  ENTERPRISE_KEYS,
  enterpriseLoanRefusal,
  prepayEnterprise,
  repayEnterprise,
  reversedPayment,
} from "../decide/enterprise.ts";
import { reversible } from "../decide/repayment.ts";
import { errors } from "../errors.ts";
import { type BlockedScope, gatherBlocked, loanStream, loanTimelineFold, openPrincipalNow } from "../evolve.ts";
import { formRefusal, futureRefusal, gatherLoan, type OpenedLoan, sendingBank } from "../shared.ts";
import { AmountText, Currency, closed, DateField, IdText, NegativeAmountText, PercentText, SerialText, YearBase } from "./fields.ts";

export const RecordEnterpriseDisbursementBody = Type.Object(
  {
    loan: IdText,
    enterprise: IdText,
    valueDate: DateField,
    serial: SerialText,
    amount: AmountText,
    annualRate: PercentText,
    due: DateField,
    floating: Type.Optional(Type.Boolean({ description: "repriced with the LPR; default false" })),
    contractDate: Type.Optional(DateField),
    yearBase: Type.Optional(YearBase),
    method: Type.Optional(Type.Union([Type.Literal("interest-only-then-bullet"), Type.Literal("single-payment")])),
    purpose: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    currency: Currency,
  },
  closed,
);

/** Principal open under an agreement: every loan that was opened under it. */
function* gatherOpenUnder(linkage: LinkageState, agreement: string): Gather<Fen> {
  const open: Fen[] = [];
  for (const [loan, under] of linkage.loans) {
    if (under === agreement) open.push(openPrincipalNow((yield* load(loanStream(loan), loanTimelineFold)).state));
  }
  return sumFen(open);
}

/**
 * E11 for a new enterprise loan: a scope that blocks it, among the villages and townships of the households that the
 * enterprise carries on the contract date. As with a batch, one blocked scope is enough.
 */
function* gatherBlockedLinks(linkage: LinkageState, on: string): Gather<BlockedScope | undefined> {
  const villages = new Set<string>();
  for (const household of linkedOn(linkage, on)) villages.add((yield* load(householdStream(household), householdFold)).state.village);
  return yield* gatherBlocked(villages, on);
}

/** What a new loan of the agreement writes on the enterprise's stream, whose version serialises the cap. */
export const openedUnder = (payload: LinkagePayload<"LoanOpenedUnderAgreement">, valueDate: string) => ({
  stream: linkageStream(payload.enterprise),
  events: [{ type: "LoanOpenedUnderAgreement", valueDate, payload }],
});

/**
 * 2.3 企业放款 (bank message): a drawing; the first opens the loan under the enterprise's four-party agreement. Answer: the
 * terms. Refuses BORROWER_NOT_ACTIVE, NO_FOUR_PARTY_AGREEMENT, ABOVE_AGREEMENT_CAP, ENTERPRISE_RATE_ABOVE_CEILING,
 * TERMS_DIFFER, DRAWING_OUTSIDE_TERM, OTHER_BANKS_LOAN, CIRCUIT_BREAKER.
 */
export const RecordEnterpriseDisbursement: CommandDefinition<Static<typeof RecordEnterpriseDisbursementBody>> = {
  name: "RecordEnterpriseDisbursement",
  schema: RecordEnterpriseDisbursementBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const early = formRefusal(command) ?? futureRefusal(command.valueDate, context);
    if (early) return early;
    const { loan, enterprise, valueDate } = command;
    const bank = sendingBank(context);
    if (bank === undefined) return refuse(errors.NOT_A_BANK, { actor: context.actor });
    const { state } = yield* load(loanStream(loan), loanTimelineFold);
    const policy = yield* loadPolicy(ENTERPRISE_KEYS);
    const message = { ...command, bank };
    const contract = contractOf(state, message, policy);
    const event = drawEnterprise(state, message, contract, policy);
    if (!event.ok) return event;
    const borrower = yield* load(enterpriseStream(enterprise), enterpriseFold);
    if (!enterpriseActiveOn(borrower.state, contract.contractDate))
      return refuse(errors.BORROWER_NOT_ACTIVE, { enterprise, on: contract.contractDate }, { path: "/enterprise" });
    const linkage = yield* load(linkageStream(enterprise), linkageFold);
    const agreement = agreementOf(linkage.state, message, contract.contractDate);
    if (!agreement.ok) return agreement;
    const opens = !linkage.state.loans.has(loan);
    const blocked = opens ? breakerRefusal(yield* gatherBlockedLinks(linkage.state, contract.contractDate)) : undefined;
    if (blocked) return blocked;
    const above = capRefusal(agreement.value, yield* gatherOpenUnder(linkage.state, agreement.value.agreement), message);
    if (above) return above;
    const { annualRate, due, yearBase, floating } = contract;
    const under = { agreement: agreement.value.agreement, enterprise, bank, loan };
    return ok({
      writes: [{ stream: loanStream(loan), events: [event.value] }, ...(opens ? [openedUnder(under, valueDate)] : [])],
      answer: { loan, serial: command.serial, amount: command.amount, annualRate, due, yearBase, floating, agreement: under.agreement },
    });
  },
};

function* gatherEnterpriseLoan(
  command: { readonly loan: string; readonly valueDate: string },
  context: CommandContext,
): Gather<Result<OpenedLoan>> {
  const loan = yield* gatherLoan(command, context);
  return loan.ok ? (enterpriseLoanRefusal(loan.value) ?? loan) : loan;
}

const Payment = {
  loan: IdText,
  valueDate: DateField,
  serial: SerialText,
  distinct: Type.Optional(Type.Boolean({ description: "another payment of the same amount on the same day is meant" })),
  currency: Currency,
};

const openAfter = (loan: OpenedLoan, on: string, principal: string): string =>
  formatAmount(openPrincipal(loan.timeline, on) - BigInt(principal.replace(".", "")));

export const RecordEnterpriseRepaymentBody = Type.Object(
  {
    ...Payment,
    amount: Type.Optional(AmountText),
    principal: Type.Optional(AmountText),
    interest: Type.Optional(AmountText),
    penalty: Type.Optional(AmountText),
  },
  closed,
);

/**
 * 2.9 还本 (bank message). Give `amount` (paid in the order penalty, interest, principal) or the parts. Answer: the split and what
 * stays open. Refuses ABOVE_OPEN_PRINCIPAL, ABOVE_OPEN_INTEREST, ENTERPRISE_PAYMENT_LOOKS_DUPLICATE, HOUSEHOLD_LOAN.
 */
export const RecordEnterpriseRepayment: CommandDefinition<Static<typeof RecordEnterpriseRepaymentBody>> = {
  name: "RecordEnterpriseRepayment",
  schema: RecordEnterpriseRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherEnterpriseLoan(command, context);
    if (!loan.ok) return loan;
    const event = repayEnterprise(loan.value, command);
    if (!event.ok) return event;
    const { principal, interest, penalty } = event.value.payload as { principal: string; interest: string; penalty: string };
    const open = openAfter(loan.value, command.valueDate, principal);
    return ok({
      writes: [{ stream: loanStream(command.loan), events: [event.value] }],
      answer: { loan: command.loan, serial: command.serial, principal, interest, penalty, openPrincipal: open },
    });
  },
};

export const PrepayEnterpriseLoanBody = Type.Object({ ...Payment, principal: AmountText }, closed);

/** 2.9 提前还本 (bank message), before the due date; its interest stays in the quarter. Refusals as above, PREPAID_AFTER_DUE. */
export const PrepayEnterpriseLoan: CommandDefinition<Static<typeof PrepayEnterpriseLoanBody>> = {
  name: "PrepayEnterpriseLoan",
  schema: PrepayEnterpriseLoanBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const loan = yield* gatherEnterpriseLoan(command, context);
    if (!loan.ok) return loan;
    const event = prepayEnterprise(loan.value, command);
    if (!event.ok) return event;
    const { principal, valueDate, serial } = command;
    return ok({
      writes: [{ stream: loanStream(command.loan), events: [event.value] }],
      answer: { loan: command.loan, serial, principal, openPrincipal: openAfter(loan.value, valueDate, principal) },
    });
  },
};

export const ReverseEnterpriseRepaymentBody = Type.Object(
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

/** C6 of 2.9 (bank message), by serial: exact negative, value-dated like the original, once. */
export const ReverseEnterpriseRepayment: CommandDefinition<Static<typeof ReverseEnterpriseRepaymentBody>> = {
  name: "ReverseEnterpriseRepayment",
  schema: ReverseEnterpriseRepaymentBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { principal: _, ...form } = command;
    const loan = yield* gatherEnterpriseLoan(form, context);
    if (!loan.ok) return loan;
    const original = reversible(loan.value, command);
    if (!original.ok) return original;
    const event = reversedPayment(loan.value, original.value, command.reversalSerial);
    const { serial, reversalSerial, valueDate } = command;
    return ok({
      writes: [{ stream: loanStream(command.loan), events: [event] }],
      answer: { loan: command.loan, serial, reversalSerial, valueDate, principal: formatAmount(-original.value.principal) },
    });
  },
};
