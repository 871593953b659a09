/* Changes of an enterprise's running contract, dispatched from the messages of all loans (ExtendLoan, RenewLoan). */
import { type Decision, type Gather, load } from "@huimin/decider";
import { linkageFold, linkageStream } from "@huimin/linkage/events";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { agreementOf, ENTERPRISE_KEYS } from "../decide/enterprise.ts";
import { enterpriseRenewalRefusal } from "../decide/enterprise-contract.ts";
import type { RenewalMessage } from "../decide/extension.ts";
import { errors } from "../errors.ts";
import { loanStream, loanTimelineFold } from "../evolve.ts";
import { loanEvent, type OpenedLoan } from "../shared.ts";
import { openedUnder } from "./enterprise.ts";

/**
 * E2 无还本续贷 of an enterprise loan: the open principal moves to a new loan number under the agreement in force with the bank
 * (else that of the old loan). It stays floating or fixed as it was. Refuses LOAN_NUMBER_TAKEN, NO_FOUR_PARTY_AGREEMENT.
 */
export function* renewEnterprise(loan: OpenedLoan, message: RenewalMessage): Gather<Result<Decision>> {
  const { subject, terms } = loan;
  const { newLoan, valueDate, amount, due, annualRate, serial, yearBase = terms.yearBase } = message;
  const policy = yield* loadPolicy(ENTERPRISE_KEYS);
  const refusal = enterpriseRenewalRefusal(loan, message, policy);
  if (refusal) return refusal;
  const target = yield* load(loanStream(newLoan), loanTimelineFold);
  if (target.version > 0) return refuse(errors.LOAN_NUMBER_TAKEN, { loan: newLoan }, { path: "/newLoan" });
  const enterprise = subject.enterprise ?? "";
  const linkage = (yield* load(linkageStream(enterprise), linkageFold)).state;
  const inForce = agreementOf(linkage, { loan: newLoan, enterprise, bank: subject.bank }, valueDate);
  const agreement = inForce.ok ? inForce : agreementOf(linkage, { loan: subject.loan, enterprise, bank: subject.bank }, valueDate);
  if (!agreement.ok) return agreement;
  const opened = {
    ...subject,
    loan: newLoan,
    ...{ amount, annualRate, floating: terms.floating ?? false, yearBase, contractDate: valueDate, due, serial },
    method: "interest-only-then-bullet",
    penaltySurcharge: policy.percent("penalty.surcharge", valueDate).toFixed(),
    oldLoan: subject.loan,
  };
  const under = { agreement: agreement.value.agreement, enterprise, bank: subject.bank, loan: newLoan };
  return ok({
    writes: [
      { stream: loanStream(subject.loan), events: [loanEvent("LoanRenewedNoRepayment", valueDate, { ...subject, newLoan, amount })] },
      { stream: loanStream(newLoan), events: [loanEvent("EnterpriseLoanOpenedByRenewal", valueDate, opened)] },
      openedUnder(under, valueDate),
    ],
    answer: { loan: subject.loan, newLoan, amount, annualRate, due },
  });
}
