/* Loans of enterprises (企贷增收): drawings, repayments and their reversal (2.3, 2.9). */
import { type IsoDate, termMonths } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { minimumOpenFrom } from "@huimin/interest/timeline";
import { type Agreement, agreementOn, type LinkageState, termsOn } from "@huimin/linkage/events";
import { type Exact, type Fen, fen, formatAmount, percent } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { benchmarkKey, lprKey, type Policy, type PolicyKey, RATE_KEYS } from "@huimin/policy/events";
import { errors } from "../errors.ts";
import { type BankMessage, type LoanState, modelOf } from "../evolve.ts";
import { beforeDisbursementRefusal, closedRefusal, loanEvent, type OpenedLoan, type Refused } from "../shared.ts";
import { type PaymentSplit, repaymentRefusal, serialRefusal, splitAmounts, splitOf } from "./repayment.ts";

/** Parameters of a drawing. */
export const ENTERPRISE_KEYS = [
  ...RATE_KEYS,
  "model2.rateCeiling",
  "interest.yearBase",
  "penalty.surcharge",
] as const satisfies readonly PolicyKey[];

/** New loans are priced on the LPR from its reform on (中国人民银行公告〔2019〕15号). */
const LPR_PRICING_FROM: IsoDate = "2019-08-20";

/**
 * What an enterprise loan's first rate may not exceed, percent a year: model2.rateCeiling (110 %, 豫政办〔2017〕85号) of the
 * tier's benchmark; for a floating contract from 2019-08-20 on, of the tier's LPR where that is higher. Undefined before
 * the table begins.
 */
export function enterpriseRateCeiling(policy: Policy, on: IsoDate, months: number, floating: boolean): Exact | undefined {
  const tables: PolicyKey[] = [benchmarkKey(on, months), ...(floating && on >= LPR_PRICING_FROM ? [lprKey(months)] : [])];
  const rates = tables.flatMap((key) => policy.value(key, on) ?? []).map((rate) => percent(rate));
  const highest = rates.reduce<Exact | undefined>((max, rate) => (max === undefined || rate.gt(max) ? rate : max), undefined);
  return highest?.mul(policy.percent("model2.rateCeiling", on)).div(100);
}

/** Term and rate of a contract: LOAN_DATES_REVERSED, RATE_TABLE_MISSING, ENTERPRISE_RATE_ABOVE_CEILING. */
export function enterpriseContractRefusal(
  contract: { readonly contractDate: IsoDate; readonly due: IsoDate; readonly annualRate: string; readonly floating: boolean },
  policy: Policy,
): Refused | undefined {
  const { contractDate, due, annualRate, floating } = contract;
  if (due <= contractDate) return refuse(errors.LOAN_DATES_REVERSED, { from: contractDate, to: due }, { path: "/due" });
  const months = termMonths(contractDate, due);
  const ceiling = enterpriseRateCeiling(policy, contractDate, months, floating);
  if (ceiling === undefined) return refuse(errors.RATE_TABLE_MISSING, { on: contractDate });
  if (percent(annualRate).lte(ceiling)) return undefined;
  const details = { rate: annualRate, ceiling: ceiling.toFixed(), months, on: contractDate };
  return refuse(errors.ENTERPRISE_RATE_ABOVE_CEILING, details, { path: "/annualRate" });
}

/** HOUSEHOLD_LOAN: the message is for enterprise loans only. */
export const enterpriseLoanRefusal = ({ subject }: OpenedLoan): Refused | undefined =>
  modelOf(subject) === 2 ? undefined : refuse(errors.HOUSEHOLD_LOAN, { loan: subject.loan }, { path: "/loan" });

export interface EnterpriseDrawing {
  readonly loan: string;
  readonly enterprise: string;
  readonly bank: string;
  readonly valueDate: IsoDate;
  readonly serial: string;
  readonly amount: string;
  readonly annualRate: string;
  readonly due: IsoDate;
  readonly floating?: boolean;
  readonly contractDate?: IsoDate;
  readonly yearBase?: 360 | 365;
  readonly method?: string;
  readonly purpose?: string;
}

type Terms = Pick<Required<EnterpriseDrawing>, "annualRate" | "due" | "floating" | "contractDate" | "yearBase" | "method"> & {
  readonly penaltySurcharge: string;
};

/** The contract of a loan: that of its first drawing, or what a first drawing states. */
export function contractOf(state: LoanState, message: EnterpriseDrawing, policy: Policy): Terms {
  const { terms } = state;
  if (terms) return { ...terms, floating: terms.floating ?? false };
  const { annualRate, due, floating = false, contractDate = message.valueDate, method = "interest-only-then-bullet" } = message;
  const yearBase = message.yearBase ?? (policy.integer("interest.yearBase", contractDate) === 365 ? 365 : 360);
  const penaltySurcharge = policy.percent("penalty.surcharge", contractDate).toFixed();
  return { annualRate, due, floating, contractDate, yearBase, method, penaltySurcharge };
}

/** A later drawing repeats the terms of the first: TERMS_DIFFER. */
function termsRefusal(contract: Terms, message: EnterpriseDrawing): Refused | undefined {
  const sent: readonly (readonly [string, string | undefined, string])[] = [
    ["annualRate", percent(message.annualRate).toFixed(), percent(contract.annualRate).toFixed()],
    ["due", message.due, contract.due],
    ["floating", message.floating?.toString(), String(contract.floating)],
    ["contractDate", message.contractDate, contract.contractDate],
    ["yearBase", message.yearBase?.toString(), String(contract.yearBase)],
    ["method", message.method, contract.method],
  ];
  const other = sent.find(([, value, known]) => value !== undefined && value !== known);
  return other
    ? refuse(errors.TERMS_DIFFER, { term: other[0], sent: other[1] ?? "", approved: other[2] }, { path: `/${other[0]}` })
    : undefined;
}

/** The agreement that a loan is drawn under: its own, or the one in force with the bank on the contract date. */
export function agreementOf(
  linkage: LinkageState,
  { loan, enterprise, bank }: Pick<EnterpriseDrawing, "loan" | "enterprise" | "bank">,
  contractDate: IsoDate,
): Result<Agreement> {
  const found = linkage.agreements.get(linkage.loans.get(loan) ?? "") ?? agreementOn(linkage, bank, contractDate);
  return found ? ok(found) : refuse(errors.NO_FOUR_PARTY_AGREEMENT, { enterprise, bank, on: contractDate });
}

/** ABOVE_AGREEMENT_CAP: `open` is the principal of all loans under the agreement before the drawing. */
export function capRefusal(agreement: Agreement, open: Fen, message: EnterpriseDrawing): Refused | undefined {
  const cap = termsOn(agreement, message.valueDate)?.loanCap ?? 0n;
  const total = open + fen(message.amount);
  if (total <= cap) return undefined;
  const details = { agreement: agreement.agreement, total: formatAmount(total), cap: formatAmount(cap) };
  return refuse(errors.ABOVE_AGREEMENT_CAP, details, { path: "/amount" });
}

/** A known loan of another borrower or bank, a serial that is taken, a drawing outside the term. */
function momentRefusal(state: LoanState, message: EnterpriseDrawing, contract: Terms): Refused | undefined {
  const { loan, enterprise, bank, serial, valueDate, amount } = message;
  const { subject } = state;
  if (subject && (modelOf(subject) !== 2 || subject.enterprise !== enterprise))
    return refuse(errors.LOAN_OF_OTHER_BORROWER, { loan, enterprise }, { path: "/loan" });
  if (subject && subject.bank !== bank) return refuse(errors.OTHER_BANKS_LOAN, { loan, bank });
  const known = state.messages.get(serial);
  if (known) {
    const same = known.kind === "drawing" && known.valueDate === valueDate && known.principal === fen(amount);
    return refuse(same ? errors.SAME_REQUEST_AGAIN : errors.SERIAL_CONFLICT, { serial }, { path: "/serial" });
  }
  if (fen(amount) === 0n) return refuse(errors.NOTHING_PAID, {}, { path: "/amount" });
  if (state.settledOn) return refuse(errors.LOAN_CLOSED, { loan, on: state.settledOn });
  if (state.renewedInto) return refuse(errors.LOAN_CLOSED, { loan, on: state.renewedInto.valueDate });
  const { contractDate, due } = contract;
  if (contractDate <= valueDate && valueDate < due) return undefined;
  return refuse(errors.DRAWING_OUTSIDE_TERM, { valueDate, contractDate, due }, { path: "/valueDate" });
}

/**
 * 2.3 企业放款: several drawings of one contract. Refuses ENTERPRISE_RATE_ABOVE_CEILING and what the checks above refuse; the
 * agreement and its cap are judged apart ({@link agreementOf}, {@link capRefusal}).
 */
export function drawEnterprise(state: LoanState, message: EnterpriseDrawing, contract: Terms, policy: Policy): Result<DomainEvent> {
  const refusal =
    momentRefusal(state, message, contract) ??
    termsRefusal(contract, message) ??
    (state.terms ? undefined : enterpriseContractRefusal(contract, policy));
  if (refusal) return refusal;
  const { loan, enterprise, bank, amount, serial, purpose, valueDate } = message;
  const { annualRate, floating, yearBase, contractDate, due, method, penaltySurcharge } = contract;
  return ok(
    loanEvent("EnterpriseLoanDisbursed", valueDate, {
      ...{ loan, bank, enterprise, amount, annualRate, floating, yearBase, contractDate, due, method, serial, penaltySurcharge },
      ...(purpose === undefined ? {} : { purpose }),
    }),
  );
}

export interface EnterprisePayment {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly serial: string;
  readonly amount?: string;
  readonly principal?: string;
  readonly interest?: string;
  readonly penalty?: string;
  readonly distinct?: boolean;
}

const totalOf = ({ principal, interest, penalty }: PaymentSplit): Fen => principal + interest + penalty;

function duplicateRefusal(loan: OpenedLoan, message: EnterprisePayment, split: PaymentSplit): Refused | undefined {
  if (message.distinct) return undefined;
  const twin = [...loan.messages.values()].find(
    (one) => one.kind === "repayment" && one.status === "booked" && one.valueDate === message.valueDate && totalOf(one) === totalOf(split),
  );
  return twin ? refuse(errors.ENTERPRISE_PAYMENT_LOOKS_DUPLICATE, { sameAs: twin.serial }, { path: "/serial" }) : undefined;
}

function paymentRefusal(loan: OpenedLoan, message: EnterprisePayment, split: PaymentSplit): Refused | undefined {
  const { serial, valueDate } = message;
  return (
    serialRefusal(loan, serial, "repayment", valueDate, split, message.amount !== undefined) ??
    repaymentRefusal(loan, valueDate, split, minimumOpenFrom(loan.timeline, valueDate)) ??
    duplicateRefusal(loan, message, split)
  );
}

/** 2.9 还本: penalty, interest, principal, or the parts that the bank states. At most what is open (R22). */
export function repayEnterprise(loan: OpenedLoan, message: EnterprisePayment): Result<DomainEvent> {
  const split = splitOf(loan, message);
  if (!split.ok) return split;
  const refusal = paymentRefusal(loan, message, split.value);
  if (refusal) return refusal;
  return ok(loanEvent("EnterpriseRepaid", message.valueDate, { ...loan.subject, ...splitAmounts(split.value), serial: message.serial }));
}

/** 2.9 提前还本, before the due date: the interest of the part stays in the quarter. */
export function prepayEnterprise(loan: OpenedLoan, message: EnterprisePayment & { readonly principal: string }): Result<DomainEvent> {
  const { valueDate, serial, principal } = message;
  const { due } = loan.timeline;
  const refusal = paymentRefusal(loan, message, { principal: fen(principal), interest: 0n, penalty: 0n });
  if (refusal) return refusal;
  if (valueDate > due) return refuse(errors.PREPAID_AFTER_DUE, { valueDate, due }, { path: "/valueDate" });
  return ok(loanEvent("EnterprisePrepaid", valueDate, { ...loan.subject, principal, serial }));
}

/** C6 of 2.9: the exact negative of the message, value-dated like it. */
export const reversedPayment = (loan: OpenedLoan, original: BankMessage, reversalSerial: string): DomainEvent =>
  loanEvent(
    "EnterpriseRepaymentReversed",
    original.valueDate,
    {
      ...loan.subject,
      ...splitAmounts({ principal: -original.principal, interest: -original.interest, penalty: -original.penalty }),
      serial: original.serial,
      reversalSerial,
    },
    original.eventId,
  );

/** What a change of a running contract begins with. */
export const runningRefusal = (loan: OpenedLoan, valueDate: IsoDate): Refused | undefined =>
  closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate);
